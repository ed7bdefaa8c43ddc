/*
 * The guard: mails made to exhaust their reader.
 *
 * Each is read on a thread with a stack of 256 KB, which a reader that recurses
 * on its input outgrows; and the processor's time of the whole is limited, to
 * far more than is needed, so that what is quadratic fails.  What can be told
 * of such a mail must still be told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "mail/guard.h"
#include "mail/read.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))
#define HEADER "From: Ann <ann@acme.example>\nSubject: bomb\n"

enum { STACK = 256 * 1024 };

struct job {
	struct arena *arena;
	struct slice raw;
	struct message *m;
};

static void *
read_it(void *p)
{
	struct job *job = p;

	job->m = message_read(job->arena, job->raw);
	return NULL;
}

static struct message *
read_on_small_stack(struct arena *arena, const struct buf *raw)
{
	struct job job = {arena, buf_view(raw), NULL};
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	assert_int_equal(pthread_attr_setstacksize(&attr, STACK), 0);
	assert_int_equal(pthread_create(&thread, &attr, read_it, &job), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
	return job.m;
}

/* before, n times piece, after. */
static struct buf
bomb(const char *before, size_t n, const char *piece, const char *after)
{
	struct buf b = {0};

	buf_puts(&b, before);
	while (n-- > 0)
		buf_puts(&b, piece);
	buf_puts(&b, after);
	return b;
}

static bool
has_fault(const struct message *m, const char *text)
{
	for (size_t i = 0; i < m->faults.n; i++)
		if (strstr(m->faults.v[i], text) != NULL)
			return true;
	return false;
}

/* clang-format off */
static const struct {
	const char *what, *before;
	size_t n;
	const char *piece, *after, *fault; /* fault: NULL when there is none */
} bombs[] = {
    {"mails in mails", HEADER, 200000, "Content-Type: message/rfc822\n\n", "x\n", "parts within parts"},
    {"parts in parts", HEADER, 20000, "Content-Type: multipart/mixed; boundary=b\n\n--b\n", "x\n", "parts within parts"},
    {"many parts", HEADER "Content-Type: multipart/mixed; boundary=b\n\n", 300000, "--b\n\nx\n", "--b--\n", "more than 1000 parts"},
    {"empty parts", HEADER "Content-Type: multipart/mixed; boundary=b\n\n", 500000, "--b\n", "", "more than 1000 parts"},
    {"parentheses", HEADER "To: ", 150000, "(", "\n\nx\n", "header of part 0"},
    {"folded parentheses", HEADER "To: a\n", 100000, " (\n", "\nx\n", "header of part 0"},
    {"short parentheses", HEADER "To: ", 15000, "(", "\n\nx\n", NULL},
    {"angles", HEADER "To: ", 15000, "<", "\n\nx\n", NULL},
    {"quotes", HEADER "To: ", 15000, "\"", "\n\nx\n", NULL},
    {"colons", HEADER "To: ", 7500, "a:", "\n\nx\n", NULL},
    {"a million addresses", HEADER "To: a@b.example", 1000000, ",\n a@b.example", "\n\nx\n", "header of part 0"},
    {"fields", HEADER, 1000000, "X: y\n", "\nx\n", "header of part 0"},
    {"one endless field", HEADER "X: ", 10000000, "y", "", "header of part 0"},
    {"one endless header", HEADER, 10000000, "y", "", "text is longer"},
    {"encoded words without end", HEADER "X: ", 2600, "=?a?q?", "\n\nx\n", NULL},
    {"encoded words with one end", HEADER "X: ", 2300, "=?a?q?x", "?=\n\nx\n", NULL},
    {"continuations", HEADER "Content-Type: text/plain", 10000, ";\n name*1*=%41", "\n\nx\n", "header of part 0"},
    {"references", HEADER "References: ", 15000, "<", ">\n\nx\n", NULL},
    {"delimiters that are none", HEADER "Content-Type: multipart/mixed; boundary=aaaaaaaaaaaaaaaaaaaa\n\n", 150000, "--aaaaaaaaaaaaaaaaaaab\n", "", NULL},
    {"quoted-printable", HEADER "Content-Transfer-Encoding: quoted-printable\n\n", 300000, "=41=\n", "", NULL},
    {"flowed quotes", HEADER "Content-Type: text/plain; format=flowed\n\n", 300000, "> \n>> \n", "", NULL},
    {"NUL-like escapes", HEADER "Content-Transfer-Encoding: quoted-printable\n\n", 300000, "=00", "", NULL},
    {"shift sequences", HEADER "Content-Type: text/plain; charset=iso-2022-jp\n\n", 300000, "\x1b$B", "", NULL},
};
/* clang-format on */

static void
bombs_are_read_as_far_as_can_be(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ROWS(bombs); i++) {
		struct buf b = bomb(bombs[i].before, bombs[i].n, bombs[i].piece,
		    bombs[i].after);
		struct message *m = read_on_small_stack(a, &b);

		print_message("# %s\n", bombs[i].what);
		assert_string_equal(m->subject, "bomb");
		assert_string_equal(m->from.addr, "ann@acme.example");
		if (bombs[i].fault != NULL)
			assert_true(has_fault(m, bombs[i].fault));
		else
			assert_int_equal(m->faults.n, 0);
		assert_true(m->part_count <= GUARD_PARTS);
		assert_true(m->to.n <= GUARD_ADDRESSES);
		assert_true(m->faults.n <= GUARD_FAULTS);
		buf_free(&b);
		arena_reset(a);
	}
	arena_free(a);
}

/* n multiparts in one another, a text in each after what is in it. */
static struct buf
nested(int n)
{
	struct buf b = {0};

	buf_puts(&b, HEADER);
	for (int i = 0; i < n; i++)
		buf_printf(&b,
		    "Content-Type: multipart/mixed; boundary=\"b%d\"\n\n"
		    "--b%d\n",
		    i, i);
	buf_puts(&b, "\ninmost\n");
	for (int i = n; i > 0; i--)
		buf_printf(
		    &b, "--b%d\n\nlevel %d\n--b%d--\n", i - 1, i - 1, i - 1);
	return b;
}

static void
what_is_within_the_budget_is_read(void **state)
{
	struct arena *a = arena_new();
	struct buf most = nested(GUARD_DEPTH), more = nested(GUARD_DEPTH + 1);
	struct message *m = read_on_small_stack(a, &most);

	(void)state;
	assert_int_equal(m->faults.n, 0);
	assert_non_null(strstr(m->text, "inmost\n"));
	assert_non_null(strstr(m->text, "level 0"));
	/* One more, and what lies too deep is a part; the rest is read. */
	m = read_on_small_stack(a, &more);
	assert_true(has_fault(m, "too complex"));
	assert_null(strstr(m->text, "inmost"));
	assert_non_null(strstr(m->text, "level 49"));
	assert_non_null(strstr(m->text, "level 0"));
	assert_int_equal(m->part_count, 1);
	assert_non_null(strstr(slice_dup(a, m->parts[0].bytes), "inmost"));
	buf_free(&most);
	buf_free(&more);
	arena_free(a);
}

/* Fifty boundaries, each the beginning of the next, and lines that begin like
 * all of them. */
static void
boundaries_may_begin_alike(void **state)
{
	struct arena *a = arena_new();
	struct buf b = {0}, name = {0};
	struct message *m;

	(void)state;
	buf_puts(&b, HEADER);
	for (int i = 0; i < GUARD_DEPTH; i++) {
		buf_puts(
		    &name, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
		buf_printf(&b,
		    "Content-Type: multipart/mixed; boundary=\"%s\"\n\n--%s\n",
		    name.p, name.p);
	}
	buf_puts(&b, "\n");
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "--%sb\n", name.p);
	m = read_on_small_stack(a, &b);
	assert_int_equal(m->faults.n, 0);
	assert_int_equal(strlen(m->text), 1000 * (name.len + 4));
	buf_free(&b);
	buf_free(&name);
	arena_free(a);
}

/* 60 MB of base64: a part of 45 MB, then a text that is cut. */
static void
large_parts_are_bounded(void **state)
{
	static const char line[] =
	    "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
	    "QUFBQUFBQUFB\n";
	const size_t lines = (size_t)60000000 / (sizeof(line) - 1);
	struct arena *a = arena_new();
	struct buf b = bomb(HEADER "Content-Type: application/pdf\n"
				   "Content-Transfer-Encoding: base64\n\n",
	    lines, line, "");
	struct message *m = read_on_small_stack(a, &b);

	(void)state;
	assert_int_equal(m->faults.n, 0);
	assert_int_equal(m->part_count, 1);
	assert_int_equal(m->parts[0].bytes.len, lines * 54);
	assert_int_equal(m->parts[0].bytes.p[lines * 54 - 1], 'A');
	arena_reset(a);
	memcpy(strstr(b.p, "application/pdf"), "text/plain     ", 15);
	m = read_on_small_stack(a, &b);
	assert_true(has_fault(m, "text is longer"));
	assert_int_equal(strlen(m->text), GUARD_TEXT);
	buf_free(&b);
	arena_free(a);
}

static void
long_values_are_cut_and_told(void **state)
{
	struct arena *a = arena_new();
	struct buf b = bomb(HEADER "X-Long: ", (size_t)3 * GUARD_FIELD, "y",
	    "\nTo: c@d.example\n\nx\n");
	struct message *m = read_on_small_stack(a, &b);

	(void)state;
	assert_int_equal(strlen(message_field(m, "X-Long")), GUARD_FIELD - 1);
	assert_string_equal(m->to.v[0].addr, "c@d.example");
	assert_string_equal(m->text, "x\n");
	assert_true(has_fault(m, "too long"));
	buf_free(&b);
	arena_free(a);
}

/* Marsaglia's xorshift: the same numbers at every run. */
static uint32_t
number(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Mails with random bytes set, removed or repeated. */
static void
damaged_mails_are_read(void **state)
{
	static const char whole[] = HEADER
	    "To: \"A\" <a@b.example>, (c) d@e.example\n"
	    "References: <a@b> <c@d>\nDate: Mon, 2 Mar 2026 10:15:00 +0000\n"
	    "Content-Type: multipart/mixed; boundary=\"b\"\n\n"
	    "--b\nContent-Type: multipart/alternative; boundary=c\n\n"
	    "--c\nContent-Type: text/plain; format=flowed; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n> a \n> b=C3=A9\n"
	    "--c\nContent-Type: text/html\n\n<table><tr><td>x<!-- y --></table>\n"
	    "--c--\n--b\nContent-Type: message/rfc822\n\nSubject: in\n\ny\n"
	    "--b\nContent-Type: x/y; name*0*=utf-8''%41; name*1=b\n"
	    "Content-Transfer-Encoding: base64\n\nSGVsbG8=\n--b--\n";
	struct arena *a = arena_new();
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct buf b = {0};
		struct message *m;

		buf_add(&b, whole, sizeof(whole) - 1);
		for (uint32_t k = number(&seed) % 6 + 1; k > 0; k--) {
			size_t at = number(&seed) % b.len;
			size_t n = number(&seed) % 20;

			if (n > b.len - at)
				n = b.len - at;
			if (number(&seed) % 3 == 0)
				b.p[at] = (char)(number(&seed) >> 24);
			else if (number(&seed) % 2 == 0)
				memset(b.p + at, b.p[at], n);
			else
				memmove(b.p + at, b.p, n);
		}
		m = message_read(a, buf_view(&b));
		assert_non_null(m->text);
		assert_non_null(m->subject);
		buf_free(&b);
		arena_reset(a);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bombs_are_read_as_far_as_can_be),
	    cmocka_unit_test(what_is_within_the_budget_is_read),
	    cmocka_unit_test(boundaries_may_begin_alike),
	    cmocka_unit_test(large_parts_are_bounded),
	    cmocka_unit_test(long_values_are_cut_and_told),
	    cmocka_unit_test(damaged_mails_are_read),
	};
	const struct rlimit limit = {60, 60};

	setrlimit(RLIMIT_CPU, &limit);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
