/* Reading apart: a reader that dies costs one mail, and only after two tries. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "mail/apart.h"

/* What a reader does with it stands in the mail. */
static void
read_mail(void *arg, struct slice in, struct buf *out)
{
	const bool *first = arg; /* as it was when this process began */

	if (slice_starts(in, "die"))
		raise(SIGSEGV);
	if (slice_starts(in, "leave"))
		_exit(EX_TEMPFAIL);
	if (slice_starts(in, "hang"))
		for (;;)
			pause();
	if (slice_starts(in, "once") && *first)
		abort();
	buf_printf(out, "%d %zu:", (int)getpid(), in.len);
	buf_slice(out, in);
}

static struct arena *texts; /* what was asked, to the end of a test */

static int
set_up(void **state)
{
	(void)state;
	texts = arena_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(texts);
	return 0;
}

static struct apart_job *
ask(struct apart *p, const char *text, size_t size)
{
	struct apart_job *j = apart_job(p);

	j->in = slice_of(arena_printf(texts, "%s%*s", text, (int)size, ""));
	apart_ask(p, j, false);
	return j;
}

/* The answer is to this mail; returns who gave it. */
static int
check(struct apart *p, struct apart_job *j)
{
	struct err err = {0};
	int pid = 0, at = 0;
	size_t size = 0;

	if (apart_wait(p, j, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(
	    sscanf(slice_dup(texts, j->out), "%d %zu:%n", &pid, &size, &at), 2);
	assert_int_equal(size, j->in.len);
	assert_int_equal(j->out.len, j->in.len + (size_t)at);
	assert_memory_equal(j->out.p + at, j->in.p, size);
	apart_drop(p, j);
	return pid;
}

static void
test_many_in_order(void **state)
{
	struct apart *p = apart_open(read_mail, NULL, 3, APART_SECONDS, NULL);
	struct apart_job *jobs[APART_JOBS];
	int pids[APART_JOBS], others = 0;
	size_t i, n;

	(void)state;
	for (n = 0; n < APART_JOBS && !apart_full(p); n++)
		jobs[n] = ask(p, "mail", n % 7 == 0 ? 300000 : n * 100);
	assert_true(apart_full(p));
	for (i = 0; i < n; i++) {
		pids[i] = check(p, jobs[i]);
		assert_int_not_equal(pids[i], getpid());
		others += pids[i] != pids[0];
	}
	assert_true(others > 0);
	assert_false(apart_full(p));
	apart_close(p);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* Mails that wait for a reader count, and so do answers; nothing else does. */
static void
test_bounds(void **state)
{
	struct apart *p = apart_open(read_mail, NULL, 2, APART_SECONDS, NULL);
	struct apart_job *jobs[APART_JOBS];
	struct err err = {0};
	size_t i, n, bytes = 0;

	(void)state;
	for (n = 0; n < APART_JOBS && bytes < APART_ANSWERS; n++) {
		jobs[n] = apart_job(p);
		jobs[n]->in.len = 400000;
		jobs[n]->in.p = arena_calloc(jobs[n]->arena, 1, 400000);
		apart_ask(p, jobs[n], false);
		assert_int_equal(apart_wait(p, jobs[n], &err), 0);
		assert_null(jobs[n]->arena);
		bytes += jobs[n]->out.len;
		assert_int_equal(apart_full(p), bytes >= APART_ANSWERS);
	}
	for (i = 0; i < n; i++)
		apart_drop(p, jobs[i]);
	assert_false(apart_full(p));
	apart_close(p);
}

/* Larger than any buffer between two processes, both ways, at once. */
static void
test_large(void **state)
{
	struct apart *p = apart_open(read_mail, NULL, 2, APART_SECONDS, NULL);
	struct apart_job *jobs[6];
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++)
		jobs[i] = ask(p, "mail", 5000000);
	for (i = 6; i > 0; i--)
		check(p, jobs[i - 1]);
	check(p, ask(p, "", 0));
	apart_close(p);
}

/* The mail on which readers die is given up, and says how; no other is. */
static void
poison(const char *how, const char *says, unsigned seconds)
{
	struct apart *p = apart_open(read_mail, NULL, 2, seconds, NULL);
	struct apart_job *jobs[40];
	struct err err = {0};
	size_t i;

	for (i = 0; i < 40; i++)
		jobs[i] = ask(p, i == 11 ? how : "mail", 100 * i);
	for (i = 0; i < 40; i++) {
		if (i != 11) {
			check(p, jobs[i]);
			continue;
		}
		assert_int_equal(apart_wait(p, jobs[i], &err), -1);
		assert_int_equal(err.code, EX_DATAERR);
		assert_non_null(strstr(err.text, says));
		apart_drop(p, jobs[i]);
	}
	check(p, ask(p, "afterwards", 10));
	apart_close(p);
}

static void
test_deaths(void **state)
{
	(void)state;
	poison("die", "signal 11", APART_SECONDS);
	poison("leave", "fails", APART_SECONDS);
	poison("hang", "more than 1 seconds", 1);
}

static void
test_second_try(void **state)
{
	bool first = true;
	struct apart *p = apart_open(read_mail, &first, 1, APART_SECONDS, NULL);
	struct apart_job *j = ask(p, "once", 0);

	(void)state;
	first = false;
	assert_int_not_equal(check(p, j), getpid());
	apart_close(p);
}

static void
test_dropped_unread(void **state)
{
	struct apart *p = apart_open(read_mail, NULL, 1, APART_SECONDS, NULL);

	(void)state;
	apart_drop(p, ask(p, "die", 0));
	apart_drop(p, ask(p, "mail", 1000));
	apart_drop(p, apart_job(p));
	check(p, ask(p, "mail", 0));
	apart_close(p);
	apart_close(NULL);
}

/* No process can be had: it is read here. */
static void
test_alone(void **state)
{
	struct apart *p = apart_open(read_mail, NULL, 0, APART_SECONDS, NULL);
	struct apart_job *a = ask(p, "mail", 10), *b = ask(p, "mail", 20);

	(void)state;
	assert_int_equal(check(p, b), getpid());
	assert_int_equal(check(p, a), getpid());
	apart_close(p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_many_in_order),
	    TEST(test_bounds),
	    TEST(test_large),
	    TEST(test_deaths),
	    TEST(test_second_try),
	    TEST(test_dropped_unread),
	    TEST(test_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
