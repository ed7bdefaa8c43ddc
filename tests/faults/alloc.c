/*
 * Preloaded into a program: the Nth allocation fails, N = FAIL_ALLOC, and with
 * FAIL_ALLOC_ON all that come after it.
 *
 * With FAIL_ALLOC_TO the program is run again and again before its main(), each
 * time in a process of its own, for N = FAIL_ALLOC, FAIL_ALLOC + FAIL_ALLOC_STEP
 * and so on up to FAIL_ALLOC_TO, or until a run has so few allocations.  Each
 * run is told on descriptor FAIL_ALLOC_FD: "N STATUS" as of wait(2).
 */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static atomic_long count;
static long fail_at; /* 0: none */
static int fail_on; /* and all behind it */
static long *reached; /* shared: how far the run has come */

static int
fails(void)
{
	long n;

	if (fail_at == 0)
		return 0;
	n = atomic_fetch_add(&count, 1) + 1;
	if (reached != NULL && n > *reached)
		*reached = n;
	if (n != fail_at && !(fail_on && n > fail_at))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

static long
number(const char *name)
{
	const char *text = getenv(name);

	return text == NULL ? 0 : strtol(text, NULL, 10);
}

/* A reader of mail gives away the memory that it shares. */
int
munmap(void *p, size_t n)
{
	if ((char *)reached >= (char *)p && (char *)reached < (char *)p + n)
		reached = NULL;
	return (int)syscall(SYS_munmap, p, n);
}

/* Returns in the process of each run. */
static void
run_all(long from, long to, long step)
{
	int fd = (int)number("FAIL_ALLOC_FD");
	long *far = mmap(NULL, sizeof(*far), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long n;

	if (far == MAP_FAILED)
		_exit(99);
	for (n = from; n <= to; n += step) {
		int status = 0;
		pid_t pid;

		*far = 0;
		pid = fork();
		if (pid == 0) {
			reached = far;
			fcntl(fd, F_SETFD, FD_CLOEXEC);
			lseek(0, 0, SEEK_SET);
			fail_at = n;
			return;
		}
		waitpid(pid, &status, 0);
		if (*far < n)
			break;
		dprintf(fd, "%ld %d\n", n, status);
	}
	_exit(0);
}

__attribute__((constructor)) static void
begin(void)
{
	long from = number("FAIL_ALLOC"), to = number("FAIL_ALLOC_TO");
	long step = number("FAIL_ALLOC_STEP");

	if (from == 0)
		return;
	fail_on = number("FAIL_ALLOC_ON") != 0;
	unsetenv("LD_PRELOAD");
	if (to != 0)
		run_all(from, to, step > 0 ? step : 1);
	else
		fail_at = from;
}
