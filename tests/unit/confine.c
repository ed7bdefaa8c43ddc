/*
 * What a confined process can no longer do.  Each attempt is made by a child
 * that was confined as readers are, and says what came of it by its exit code.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/confine.h"
#include "base/sanitized.h"
#include "mail/charset.h"

enum { NOT_CONFINED = 100 };

static char folder[] = "/tmp/promised-confine.XXXXXX";
static char secret[128], kept[128]; /* files, of both folders */
static int open_file = -1; /* for writing, from before */
static void *shared; /* memory, from before */

/* Done with errno, or 0 when it could be done. */
typedef int (*attempt)(void);

static int
result(long rc)
{
	return rc < 0 ? errno : 0;
}

static int
try(attempt it)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		const char *const readable[] = {"rules", "/no/such", NULL};

		_exit(confine(readable) == 0 ? it() : NOT_CONFINED);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* --- What is refused --- */

static int
make_socket(void)
{
	return result(socket(AF_INET, SOCK_STREAM, 0));
}

static int
make_local_socket(void)
{
	return result(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int
make_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return result(pid);
}

static int
run_program(void)
{
	return result(execl("/bin/true", "true", (char *)NULL));
}

static int
make_file(void)
{
	return result(open(kept, O_WRONLY | O_CREAT, 0600));
}

static int
change_file(void)
{
	return result(open(secret, O_RDWR));
}

static int
remove_file(void)
{
	return result(unlink(secret));
}

static int
rename_file(void)
{
	return result(rename(secret, kept));
}

static int
read_secret(void)
{
	return result(open(secret, O_RDONLY));
}

static int
list_secrets(void)
{
	return result(open(folder, O_RDONLY | O_DIRECTORY));
}

static int
kill_parent(void)
{
	return result(kill(getppid(), 0));
}

static int
kill_parent_thread(void)
{
	return result(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int
write_to_open_file(void)
{
	return result(write(open_file, "x", 1));
}

static int
take_all_memory(void)
{
	return mmap(NULL, CONFINE_MEMORY, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		   ? errno
		   : 0;
}

static int
be_looked_at(void)
{
	return result(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

/* The index of a store's log is such memory: whoever writes there could ruin
 * the store.  It must be gone. */
static int
write_shared(void)
{
	return madvise(shared, 4096, MADV_NORMAL) == 0 ? 0 : errno;
}

static void
refuses(void **state)
{
	static const struct {
		const char *what;
		attempt it;
		int why;
	} attempts[] = {
	    {"a socket", make_socket, EPERM},
	    {"a local socket", make_local_socket, EPERM},
	    {"a process", make_process, EPERM},
	    {"a program", run_program, EPERM},
	    {"a new file", make_file, EPERM},
	    {"a file to be changed", change_file, EPERM},
	    {"a file to be removed", remove_file, EPERM},
	    {"a file to be renamed", rename_file, EPERM},
	    {"a file of others", read_secret, EACCES},
	    {"a folder of others", list_secrets, EACCES},
	    {"a signal", kill_parent, EPERM},
	    {"a signal to a thread", kill_parent_thread, EPERM},
	    {"a file open for writing", write_to_open_file, EFBIG},
	    {"all memory", take_all_memory, SANITIZED ? 0 : ENOMEM},
	    {"memory that others share", write_shared, ENOMEM},
	    {"being looked at", be_looked_at, EPERM},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		int why = try(attempts[i].it);

		if (why != attempts[i].why)
			fail_msg("%s: %s", attempts[i].what,
			    why == 0              ? "was had"
			    : why == NOT_CONFINED ? "no confinement here"
						  : strerror(why));
	}
}

/* --- What readers need --- */

static int
read_rules(void)
{
	char byte;
	int fd = open("rules/en/language", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : read(fd, &byte, 1) == 1 ? 0 : EIO;
}

/* From a file of the system, loaded when it is asked for. */
static int
convert(void)
{
	struct arena *a = arena_new();
	struct slice hiragana = slice_of("\x82\xa0");
	struct slice text =
	    charset_decode(a, hiragana, slice_of("shift_jis"), NULL);

	return slice_is(text, "\xe3\x81\x82") ? 0 : EILSEQ;
}

static int
take_memory(void)
{
	char *p = malloc(64 << 20);

	if (p == NULL)
		return ENOMEM;
	memset(p, 1, 64 << 20);
	free(p);
	return 0;
}

/* As PCRE2 does, which compiles patterns for the machine. */
static int
make_code(void)
{
	return mmap(NULL, 65536, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		   ? errno
		   : 0;
}

static void
allows(void **state)
{
	(void)state;
	assert_int_equal(try(read_rules), 0);
	assert_int_equal(try(convert), 0);
	assert_int_equal(try(take_memory), 0);
	assert_int_equal(try(make_code), 0);
}

static int
make_files(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(secret, sizeof(secret), "%s/secret", folder);
	snprintf(kept, sizeof(kept), "%s/kept", folder);
	open_file = open(secret, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return open_file < 0 || shared == MAP_FAILED ? -1 : 0;
}

static int
remove_files(void **state)
{
	(void)state;
	close(open_file);
	return unlink(secret) != 0 || rmdir(folder) != 0 ? -1 : 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refuses),
	    cmocka_unit_test(allows),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_files, remove_files);
}
