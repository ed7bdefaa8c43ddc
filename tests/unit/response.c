/* The pass over a server's bytes: whatever way they are cut into pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "mail/response.h"

enum { BUDGET = 1000 };

/* Feeds text in pieces of that size; 0 or -1. */
static int
feed(const char *text, size_t piece, uint64_t budget, struct err *e)
{
	struct response_guard g;
	size_t len = strlen(text);

	memset(e, 0, sizeof(*e));
	response_begin(&g, 0);
	response_allow(&g, budget);
	for (size_t at = 0; at < len; at += piece) {
		size_t n = len - at < piece ? len - at : piece;

		if (response_feed(&g, text + at, n, e) != 0)
			return -1;
	}
	return 0;
}

static void
in_all_pieces(const char *text, int want, const char *why)
{
	struct err e;

	for (size_t piece = 1; piece <= strlen(text); piece++) {
		assert_int_equal(feed(text, piece, BUDGET, &e), want);
		if (want != 0) {
			assert_int_equal(e.code, EX_UNAVAILABLE);
			assert_non_null(strstr(e.text, why));
		}
	}
}

/* before, n times c, after; to be freed by buf_free. */
static struct buf
with_run(const char *before, char c, size_t n, const char *after)
{
	struct buf b = {0};

	buf_puts(&b, before);
	for (size_t i = 0; i < n; i++)
		buf_putc(&b, c);
	buf_puts(&b, after);
	return b;
}

static void
ordinary_answers_pass(void **state)
{
	(void)state;
	in_all_pieces("* OK hi\r\n* 3 EXISTS\r\n"
		      "* 1 FETCH (UID 7 BODY[] {6}\r\n((((((\r\n)\r\n"
		      "* 2 fetch (UID 8 BODY[] {0}\r\n)\r\n3 OK done\r\n",
	    0, NULL);
	/* BYE is a word like others elsewhere. */
	in_all_pieces(
	    "* OK BYE\r\n* 1 FETCH (X {7}\r\n* BYE\r\n)\r\n", 0, NULL);
}

static void
a_mail_of_parentheses_is_a_mail(void **state)
{
	struct buf b =
	    with_run("* 1 FETCH (BODY[] {200}\r\n", '(', 200, ")\r\n1 OK\r\n");

	(void)state;
	in_all_pieces(b.p, 0, NULL);
	buf_free(&b);
}

static void
depth_is_bounded(void **state)
{
	struct buf ok = with_run("* 1 FETCH ", '(', RESPONSE_DEPTH, "\r\n");
	struct buf deep = with_run("* 1 FETCH ", '(', RESPONSE_DEPTH + 1, "");
	/* What looks like a literal in another line hides nothing. */
	struct buf hidden =
	    with_run("* OK {90}\r\n* 1 FETCH ", '(', RESPONSE_DEPTH + 1, "");

	(void)state;
	in_all_pieces(ok.p, 0, NULL);
	in_all_pieces(deep.p, -1, "nests");
	in_all_pieces(hidden.p, -1, "nests");
	buf_free(&ok);
	buf_free(&deep);
	buf_free(&hidden);
}

static void
literals_are_bounded(void **state)
{
	(void)state;
	in_all_pieces("* 1 FETCH (BODY[] {4294967200}\r\n", -1, "announces");
	in_all_pieces("* 1 FETCH (BODY[] {99999999999999999999999999}\r\n", -1,
	    "announces");
	in_all_pieces("* 1 FETCH (BODY[] {99999999999999999999999999}\n", -1,
	    "announces");
}

static void
bytes_are_bounded(void **state)
{
	struct buf b = with_run("* 1 FETCH (FLAGS (", 'a', BUDGET, "");

	(void)state;
	in_all_pieces(b.p, -1, "more than was asked");
	buf_free(&b);
}

static void
a_literal_as_large_as_the_budget_passes(void **state)
{
	const char *line = "* 1 FETCH (BODY[] {10}\r\n";
	char text[64];
	struct err e;

	(void)state;
	strcat(strcpy(text, line), "0123456789");
	assert_int_equal(feed(text, 64, strlen(text), &e), 0);
	assert_int_equal(feed(text, 64, strlen(text) - 1, &e), -1);
	assert_int_equal(feed(text, 1, strlen(text) - 1, &e), -1);
}

static void
bye_ends_it(void **state)
{
	(void)state;
	in_all_pieces("* BYE too many users\r\n", -1, "too many users");
	in_all_pieces("* bye\n", -1, "ends the session");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ordinary_answers_pass),
	    cmocka_unit_test(a_mail_of_parentheses_is_a_mail),
	    cmocka_unit_test(depth_is_bounded),
	    cmocka_unit_test(literals_are_bounded),
	    cmocka_unit_test(bytes_are_bounded),
	    cmocka_unit_test(a_literal_as_large_as_the_budget_passes),
	    cmocka_unit_test(bye_ends_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
