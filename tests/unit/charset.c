/* Charsets: whatever a mail says and has, the result is UTF-8 without NUL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "mail/charset.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))
#define BAD "\xef\xbf\xbd"

/* clang-format off */
static const struct {
	const char *label, *bytes, *text;
} rows[] = {
    {"utf-8", "caf\xc3\xa9", "caf\xc3\xa9"},
    {"UTF8", "caf\xc3\xa9", "caf\xc3\xa9"},
    {"iso-8859-1", "caf\xe9", "caf\xc3\xa9"},
    {"iso-8859-15", "\xa4", "\xe2\x82\xac"},
    {"windows-1252", "\x80 \x93x\x94", "\xe2\x82\xac \xe2\x80\x9cx\xe2\x80\x9d"},
    {"windows-1251", "\xcf\xf0", "\xd0\x9f\xd1\x80"},
    {"koi8-r", "\xf0\xd2", "\xd0\x9f\xd1\x80"},
    {"gb2312", "\xc4\xe3", "\xe4\xbd\xa0"},
    {"big5", "\xa7\x41", "\xe4\xbd\xa0"},
    {"shift_jis", "\x93\xfa", "\xe6\x97\xa5"},
    {"iso-2022-jp", "\x1b$BF|\x1b(B", "\xe6\x97\xa5"},
    {"euc-kr", "\xc7\xd1", "\xed\x95\x9c"},
    {"ks_c_5601-1987", "\xc7\xd1", "\xed\x95\x9c"},
    {"utf-7", "a+AOk-b", "a\xc3\xa9" "b"},
    /* labels as they are met */
    {"\"utf-8\"", "caf\xc3\xa9", "caf\xc3\xa9"},
    {"'iso-8859-2';", "\xb1", "\xc4\x85"},
    {"latin1", "caf\xe9", "caf\xc3\xa9"},
    /* no label, none that we know, one that lies: a guess */
    {"", "caf\xc3\xa9", "caf\xc3\xa9"},
    {"", "caf\xe9", "caf\xc3\xa9"},
    {"x-klingon", "caf\xe9", "caf\xc3\xa9"},
    {"us-ascii", "caf\xc3\xa9", "caf\xc3\xa9"},
    {"us-ascii", "caf\xe9", "caf\xc3\xa9"},
    {"utf-8", "caf\xe9", "caf\xc3\xa9"},
    {"utf-16", "plain", "plain"},
    /* what is broken is shown as such, and the rest is there */
    {"utf-8", "caf\xc3\xa9 \xff x", "caf\xc3\xa9 " BAD " x"},
    {"utf-8", "\xc3\xa9\xc3", "\xc3\xa9" BAD},
    {"utf-8", "\xc3\xa9\xed\xa0\x80.", "\xc3\xa9" BAD BAD BAD "."}, /* a surrogate */
    {"utf-8", "\xc3\xa9\xc0\xaf.", "\xc3\xa9" BAD BAD "."}, /* overlong */
    {"gb2312", "\xc4\xe3\xff.", "\xe4\xbd\xa0" BAD "."},
    {"iso-2022-jp", "\x1b$B\xff", BAD},
};
/* clang-format on */

static struct slice
decode(struct arena *a, const char *label, const char *bytes, size_t n)
{
	struct slice s = {bytes, n};

	return charset_decode(a, s, slice_of(label), NULL);
}

static void
reads_what_is_labelled_and_what_is_not(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct slice got;

		got = decode(
		    a, rows[i].label, rows[i].bytes, strlen(rows[i].bytes));
		assert_string_equal(slice_dup(a, got), rows[i].text);
	}
	arena_free(a);
}

static void
a_byte_order_mark_tells(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(slice_dup(a, decode(a, "",
					     "\xff\xfe"
					     "a\0b\0",
					     6)),
	    "ab");
	assert_string_equal(
	    slice_dup(a, decode(a, "utf-16", "\xfe\xff\0a\0b", 6)), "ab");
	arena_free(a);
}

static void
nul_is_shown_as_unreadable(void **state)
{
	static const char *const labels[] = {
	    "", "utf-8", "iso-8859-1", "koi8-r", "us-ascii"};
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ROWS(labels); i++)
		assert_string_equal(
		    slice_dup(a, decode(a, labels[i], "a\0b", 3)), "a" BAD "b");
	arena_free(a);
}

static void
an_unknown_label_is_told(void **state)
{
	struct arena *a = arena_new();
	bool known;

	(void)state;
	charset_decode(a, slice_of("x"), slice_of("x-klingon"), &known);
	assert_false(known);
	charset_decode(a, slice_of("x"), slice_of("iso-8859-5"), &known);
	assert_true(known);
	charset_decode(a, slice_of("x"), slice_of(""), &known);
	assert_true(known);
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

/* Any bytes under any label: valid, without NUL, and of bounded size. */
static void
the_result_is_valid_whatever_comes(void **state)
{
	static const char *const labels[] = {"", "utf-8", "iso-8859-1",
	    "windows-1251", "gb18030", "big5", "shift_jis", "iso-2022-jp",
	    "iso-2022-kr", "euc-kr", "euc-jp", "utf-7", "utf-16", "utf-32",
	    "viscii", "tis-620", "x-nothing"};
	struct arena *a = arena_new();
	char bytes[257];
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 300; round++)
		for (size_t i = 0; i < ROWS(labels); i++) {
			size_t n = number(&seed) % sizeof(bytes);
			struct slice got;

			for (size_t k = 0; k < n; k++)
				bytes[k] = (char)(number(&seed) >> 24);
			got = decode(a, labels[i], bytes, n);
			assert_true(utf8_valid(got));
			assert_true(
			    got.len == 0 || memchr(got.p, 0, got.len) == NULL);
			assert_true(got.len <= 4 * n + 1024 + 3);
			arena_reset(a);
		}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_what_is_labelled_and_what_is_not),
	    cmocka_unit_test(a_byte_order_mark_tells),
	    cmocka_unit_test(nul_is_shown_as_unreadable),
	    cmocka_unit_test(an_unknown_label_is_told),
	    cmocka_unit_test(the_result_is_valid_whatever_comes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
