/*
 * Bounces: of every row of tests/bounces/expected, what NAME.eml says.  All of
 * those that are bounces are of one and the same mail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/file.h"
#include "mail/bounce.h"
#include "mail/read.h"

enum { FILE_MOST = 1 << 20, COLUMNS = 5, FORMS_LEAST = 60 };
enum column { NAME, VERDICT, STATUS, RECIPIENT, REASON };

static struct slice
file_of(struct arena *a, const char *path)
{
	struct buf b = {0};
	struct err err = {0};
	struct slice s;

	if (file_bytes(path, FILE_MOST, &b, &err) != 0)
		fail_msg("%s", err.text);
	s.len = b.len;
	s.p = buf_keep(&b, a);
	return s;
}

static void
columns(struct arena *a, struct slice line, const char *out[COLUMNS])
{
	char *rest = slice_dup(a, line);

	for (int i = 0; i < COLUMNS; i++) {
		out[i] = strsep(&rest, "\t");
		assert_non_null(out[i]);
	}
	assert_null(rest);
}

static const char *
or_dash(const char *text)
{
	return text == NULL || text[0] == '\0' ? "-" : text;
}

static int
check(struct arena *a, const struct bounce_words *words,
    const char *const want[COLUMNS])
{
	struct message *m = message_read(
	    a, file_of(a, arena_printf(a, "tests/bounces/%s.eml", want[NAME])));
	struct bounce *b = bounce_read(a, words, m);
	const char *verdict = b == NULL   ? "none"
			      : b->failed ? "failed"
					  : "delayed";

	if (strcmp(verdict, want[VERDICT]) == 0 &&
	    (b == NULL ||
		(strcmp(b->message_id, "c.7.1.follow-up.3.k2qd@home.example") ==
			0 &&
		    strcmp(or_dash(b->status), want[STATUS]) == 0 &&
		    strcmp(or_dash(b->recipient), want[RECIPIENT]) == 0 &&
		    strstr(or_dash(b->reason), want[REASON]) != NULL)))
		return 0;
	print_error("%s: %s", want[NAME], verdict);
	if (b != NULL)
		print_error(", of %s, %s, %s, '%s'", b->message_id,
		    or_dash(b->status), or_dash(b->recipient), b->reason);
	print_error("\n");
	return 1;
}

static struct bounce_words *
words_of(struct arena *a)
{
	struct err err = {0};
	struct bounce_words *w = bounce_words_load(a, "mail/bounces", &err);

	if (w == NULL)
		fail_msg("%s", err.text);
	return w;
}

static void
test_forms(void **state)
{
	struct arena *a = arena_new();
	struct bounce_words *words = words_of(a);
	struct slice rest = file_of(a, "tests/bounces/expected"), line;
	int wrong = 0, n = 0;

	(void)state;
	while (slice_line(&rest, &line)) {
		const char *want[COLUMNS];

		if (line.len == 0 || line.p[0] == '#')
			continue;
		columns(a, line, want);
		wrong += check(a, words, want);
		n++;
	}
	assert_int_equal(wrong, 0);
	assert_true(n >= FORMS_LEAST);
	arena_free(a);
}

/* What stands in a reason cannot be long, or of several lines. */
static void
test_reason_is_one_line(void **state)
{
	static const char start[] =
	    "Return-Path: <>\n"
	    "From: MAILER-DAEMON@mx.example\n"
	    "Subject: Undelivered\n"
	    "Content-Type: multipart/report; report-type=delivery-status;\n"
	    "\tboundary=b\n"
	    "In-Reply-To: <x@home.example>\n\n"
	    "--b\nContent-Type: message/delivery-status\n\n"
	    "Reporting-MTA: dns; mx.example\n\n"
	    "Action: failed\nStatus: 5.0.0\n"
	    "Diagnostic-Code: smtp; 550 \033[31mno\a";
	struct arena *a = arena_new();
	struct buf b = {0};
	struct bounce *got;

	(void)state;
	buf_puts(&b, start);
	for (int i = 0; i < 200; i++)
		buf_puts(&b, "\n \xc3\xa9\xc3\xa9 word");
	buf_puts(&b, "\n--b--\n");
	got = bounce_read(a, words_of(a), message_read(a, buf_view(&b)));
	assert_non_null(got);
	assert_true(strlen(got->reason) <= BOUNCE_REASON);
	assert_null(strpbrk(got->reason, "\n\r\033\a"));
	buf_free(&b);
	arena_free(a);
}

static void
test_bad_words(void **state)
{
	struct arena *a = arena_new();
	struct err err = {0};

	(void)state;
	assert_null(bounce_words_load(a, "tests/bounces/expected", &err));
	assert_non_null(strstr(err.text, "tests/bounces/expected:2"));
	assert_null(bounce_words_load(a, "tests/bounces/nowhere", &err));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_reason_is_one_line),
	    cmocka_unit_test(test_bad_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
