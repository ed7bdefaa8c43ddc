/*
 * See confine.h.
 *
 * The filter is written out by hand: it is forty lines, and libseccomp would
 * cost each start of the program more than the filter costs.  Calls stand in
 * it by how often they are made.
 *
 * Landlock's header may be older than the kernel: its few numbers are an ABI
 * and are written here (Documentation/userspace-api/landlock.rst).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/log.h"
#include "base/sanitized.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

/* --- Limits --- */

static int
limit(int what, size_t most)
{
	struct rlimit r = {most, most};

	return setrlimit((__rlimit_resource_t)what, &r);
}

static int
limit_memory(size_t most)
{
	return SANITIZED ? 0 : limit(RLIMIT_AS, most);
}

static int
give_up_rights(void)
{
	return limit(RLIMIT_CORE, 0) | prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) |
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int
set_limits(void)
{
	int bad = give_up_rights();

	/* A write beyond the limit shall fail, not kill. */
	signal(SIGXFSZ, SIG_IGN);
	bad |= limit(RLIMIT_FSIZE, 0);
	bad |= limit(RLIMIT_NOFILE, CONFINE_FILES);
	return bad | limit_memory(CONFINE_MEMORY);
}

void
confine_helper(size_t memory)
{
	signal(SIGPIPE, SIG_IGN);
	give_up_rights();
	if (memory > 0)
		limit_memory(memory);
}

/* --- Memory --- */

/*
 * What was mapped to be shared and written, such as the index of a store's
 * log, would still be shared: it goes.
 */
static void
unshare_memory(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[4096 + 128], *rights;
	uintptr_t from, to;

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		from = strtoul(line, &rights, 16);
		to = strtoul(rights + 1, &rights, 16);
		if (strlen(rights) > 4 && rights[2] == 'w' &&
		    rights[4] == 's') {
			void *start;

			memcpy(&start, &from, sizeof(start));
			munmap(start, to - from);
		}
	}
	if (maps != NULL)
		fclose(maps);
}

/* --- Paths --- */

/* Rights that an ABI version knows: version i handles the first bits[i]. */
static uint64_t
landlock_rights(long abi)
{
	static const unsigned bits[] = {0, 13, 14, 15, 15, 16};
	const long last = (long)(sizeof(bits) / sizeof(bits[0])) - 1;

	return (UINT64_C(1) << bits[abi > last ? last : abi]) - 1;
}

static void
allow_reading(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr rule = {0};

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	rule.allowed_access =
	    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	/* A file has no such thing as reading its folder. */
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		&rule, 0) != 0) {
		rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
		(void)syscall(SYS_landlock_add_rule, ruleset,
		    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	}
	close(rule.parent_fd);
}

static int
restrict_paths(const char *const *readable)
{
	/* Where iconv(3) finds its charsets and the linker its libraries. */
	static const char *const system[] = {"/usr/lib", "/usr/share", "/lib",
	    "/lib64", "/etc/ld.so.cache", "/etc/localtime", NULL};
	struct landlock_ruleset_attr attr = {0};
	const char *const *p;
	long abi;
	int ruleset, rc;

	abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 1)
		return -1;
	attr.handled_access_fs = landlock_rights(abi);
	ruleset =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0)
		return -1;
	for (p = system; *p != NULL; p++)
		allow_reading(ruleset, *p);
	for (p = readable; p != NULL && *p != NULL; p++)
		allow_reading(ruleset, *p);
	rc = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
	close(ruleset);
	return rc;
}

/* --- System calls --- */

#ifdef ARCH

static const int allowed[] = {SYS_read, SYS_write, SYS_brk, SYS_mmap,
    SYS_munmap, SYS_mremap, SYS_madvise,
    SYS_mprotect, /* PCRE2 compiles patterns for the machine */
#ifdef SYS_alarm
    SYS_alarm,
#endif
    SYS_setitimer, SYS_close, SYS_fstat, SYS_newfstatat, SYS_lseek, SYS_pread64,
    SYS_getdents64, SYS_fcntl, SYS_faccessat, SYS_readlinkat,
#ifdef SYS_access
    SYS_access,
#endif
#ifdef SYS_readlink
    SYS_readlink,
#endif
    SYS_writev, SYS_futex, SYS_clock_gettime, SYS_gettimeofday, SYS_getrandom,
    SYS_sysinfo, SYS_getpid, SYS_gettid, SYS_rt_sigaction, SYS_rt_sigprocmask,
    SYS_rt_sigreturn, SYS_sigaltstack, SYS_sched_yield, SYS_exit,
    SYS_exit_group};

/* Instructions: five before, two a call, six and four for those that look at
 * an argument, one after. */
enum {
	ALLOWED = sizeof(allowed) / sizeof(allowed[0]),
	FILTER_MOST = 2 * ALLOWED + 32
};

struct filter {
	struct sock_filter v[FILTER_MOST];
	unsigned short n;
};

static void
add(struct filter *f, unsigned code, size_t k, unsigned yes, unsigned no)
{
	f->v[f->n++] = (struct sock_filter){
	    (uint16_t)code, (uint8_t)yes, (uint8_t)no, (uint32_t)k};
}

#define LOAD (BPF_LD | BPF_W | BPF_ABS)
#define EQUALS (BPF_JMP | BPF_JEQ | BPF_K)
#define HAS_BITS (BPF_JMP | BPF_JSET | BPF_K)
#define RETURN (BPF_RET | BPF_K)
/* The lower half of an argument, on these little-endian machines. */
#define ARGUMENT(n) (offsetof(struct seccomp_data, args) + (size_t)8 * (n))
#define REFUSED (SECCOMP_RET_ERRNO | EPERM)

/* The call is in the accumulator, and is still behind each of these. */
static void
add_call(struct filter *f, int call)
{
	add(f, EQUALS, (size_t)call, 0, 1);
	add(f, RETURN, SECCOMP_RET_ALLOW, 0, 0);
}

/* Only to read; O_TMPFILE goes with O_WRONLY or O_RDWR. */
static void
add_open(struct filter *f)
{
	const size_t other = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

	add(f, EQUALS, SYS_openat, 0, 4);
	add(f, LOAD, ARGUMENT(2), 0, 0);
	add(f, HAS_BITS, other, 0, 1);
	add(f, RETURN, REFUSED, 0, 0);
	add(f, RETURN, SECCOMP_RET_ALLOW, 0, 0);
}

/* abort(3) and raise(3): a signal to itself. */
static void
add_tgkill(struct filter *f)
{
	add(f, EQUALS, SYS_tgkill, 0, 4);
	add(f, LOAD, ARGUMENT(0), 0, 0);
	add(f, EQUALS, (size_t)getpid(), 1, 0);
	add(f, RETURN, REFUSED, 0, 0);
	add(f, RETURN, SECCOMP_RET_ALLOW, 0, 0);
}

static int
restrict_calls(void)
{
	struct filter f = {.n = 0};
	struct sock_fprog program = {.filter = f.v};
	size_t i;

	add(&f, LOAD, offsetof(struct seccomp_data, arch), 0, 0);
	add(&f, EQUALS, ARCH, 1, 0);
	add(&f, RETURN, SECCOMP_RET_KILL_PROCESS, 0, 0);
	add(&f, LOAD, offsetof(struct seccomp_data, nr), 0, 0);
	for (i = 0; i < ALLOWED; i++)
		add_call(&f, allowed[i]);
	add_open(&f);
	add_tgkill(&f);
	add(&f, RETURN, REFUSED, 0, 0);
	program.len = f.n;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

#else

static int
restrict_calls(void)
{
	errno = ENOSYS;
	return -1;
}

#endif

unsigned
confine(const char *const *readable)
{
	unsigned missing = 0;

	unshare_memory();
	if (set_limits() != 0) {
		log_debug("a limit cannot be set: %s", strerror(errno));
		missing |= CONFINE_NO_LIMITS;
	}
	if (restrict_paths(readable) != 0) {
		log_debug("no Landlock for what reads mail: %s; it could read "
			  "files",
		    strerror(errno));
		missing |= CONFINE_NO_LANDLOCK;
	}
	if (restrict_calls() != 0) {
		log_debug("no filter of system calls for what reads mail: %s; "
			  "its limits hold alone",
		    strerror(errno));
		missing |= CONFINE_NO_FILTER;
	}
	return missing;
}
