/* Header fields: addresses, dates, encoded words, parameters, ids; first as
 * the RFCs have them, then as they are found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "mail/header.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* clang-format off */
/* An address list, and "name|address" of each, joined by "; ". */
static const struct {
	const char *list, *read;
} lists[] = {
    {"ann@acme.example", "|ann@acme.example"},
    {"Ann <ann@ACME.example>", "Ann|ann@acme.example"},
    {"\"Shah, Ann\" <Ann.Shah@acme.example>", "Shah, Ann|Ann.Shah@acme.example"},
    {"ann@acme.example, Bob <bob@acme.example>", "|ann@acme.example; Bob|bob@acme.example"},
    {"ann@acme.example (Ann Shah)", "Ann Shah|ann@acme.example"},
    {"Friends: ann@acme.example, bob@acme.example;, c@d.example", "|ann@acme.example; |bob@acme.example; |c@d.example"},
    {"undisclosed-recipients:;", ""},
    {"<@relay.example,@two.example:ann@acme.example>", "|ann@acme.example"},
    {"ann @ acme.example", "|ann@acme.example"},
    {"\"a b\"@acme.example", "|\"a b\"@acme.example"},
    {"Ann (at home (really)) Shah <ann@acme.example>", "Ann  Shah|ann@acme.example"},
    {"=?utf-8?q?J=C3=B6rg_M=C3=BCller?= <j@m.example>", "J\xc3\xb6rg M\xc3\xbcller|j@m.example"},
    {"\"=?utf-8?q?J=C3=B6rg?=\" <j@m.example>", "J\xc3\xb6rg|j@m.example"},
    /* a decoded comma parts nothing */
    {"=?utf-8?q?Shah=2C_Ann?= <ann@acme.example>", "Shah, Ann|ann@acme.example"},
    /* not by the book */
    {"Shah, Ann <ann@acme.example>", "Shah, Ann|ann@acme.example"},
    {"Acme Inc. Support Team <help@acme.example>", "Acme Inc. Support Team|help@acme.example"},
    {"Ann ann@acme.example", "Ann|ann@acme.example"},
    {"ann@acme.example; bob@acme.example", "|ann@acme.example; |bob@acme.example"},
    {"<<ann@acme.example>>", "|ann@acme.example"},
    {"Ann <ann@acme.example", "Ann|ann@acme.example"},
    {"<mailto:ann@acme.example>", "|ann@acme.example"},
    {"'Ann Shah' <ann@acme.example>", "Ann Shah|ann@acme.example"},
    {"J\xf6rg <j@m.example>", "J\xc3\xb6rg|j@m.example"},
    {"ann@acme.example,\r\n\t\"Bob\"\r\n <bob@acme.example>", "|ann@acme.example; Bob|bob@acme.example"},
    {",,ann@acme.example,,", "|ann@acme.example"},
    {"MAILER-DAEMON", "MAILER-DAEMON|"},
    {"", ""},
    /* what a forger writes into a name stays in the name */
    {"\"boss@bank.example\" <evil@bad.example>", "boss@bank.example|evil@bad.example"},
    {"=?utf-8?q?boss=40bank=2Eexample?=", "boss@bank.example|"},
    {"boss@bank.example <evil@bad.example>", "boss@bank.example|evil@bad.example"},
    {"evil@bad.example (boss@bank.example)", "boss@bank.example|evil@bad.example"},
};

static const struct {
	const char *field, *moment; /* NULL: no date */
} dates[] = {
    {"Mon, 2 Mar 2026 10:15:00 +0000", "2026-03-02T10:15:00+00:00"},
    {"Mon, 02 Mar 2026 10:15:00 -0530 (somewhere)", "2026-03-02T10:15:00-05:30"},
    {"2 Mar 2026 10:15 +0100", "2026-03-02T10:15:00+01:00"},
    /* RFC 5322 section 4.3 */
    {"2 Mar 26 10:15:00 GMT", "2026-03-02T10:15:00+00:00"},
    {"2 Mar 99 10:15:00 UT", "1999-03-02T10:15:00+00:00"},
    {"2 Mar 126 10:15:00 EST", "2026-03-02T10:15:00-05:00"},
    {"2 Mar 2026 10:15:00 PDT", "2026-03-02T10:15:00-07:00"},
    {"2 Mar 2026 10:15:00 K", "2026-03-02T10:15:00+00:00"},
    {"Mon (day) , 2 (of) Mar 2026 10:15:00 +0000", "2026-03-02T10:15:00+00:00"},
    /* met in mail */
    {"Mon Mar  2 10:15:00 2026", "2026-03-02T10:15:00+00:00"},
    {"Mon, 2 Mar 2026 10:15:00 GMT+0100", "2026-03-02T10:15:00+01:00"},
    {"Mon, 2 March 2026 10:15:00 +01:00", "2026-03-02T10:15:00+01:00"},
    {"Mon, 2-Mar-2026 10:15:00 +0000", "2026-03-02T10:15:00+00:00"},
    {"Mon, 2 Mar 2026 10.15.00 +0000", "2026-03-02T10:15:00+00:00"},
    {"2 Mar 2026 01:15:00 PM +0000", "2026-03-02T13:15:00+00:00"},
    {"2026-03-02 10:15:00 +0100", "2026-03-02T10:15:00+01:00"},
    {"2026-03-02T10:15:00Z", "2026-03-02T10:15:00+00:00"},
    {"Mon, 2 Mar 2026\r\n 10:15:00 +0000", "2026-03-02T10:15:00+00:00"},
    {"Mon, 2 Mar 2026 10:15:60 +0000", "2026-03-02T10:15:59+00:00"},
    {"2 Mar 2026 10:15:00 CEST", "2026-03-02T10:15:00+02:00"},
    {"Mon, 2 Mar 2026 10:15:00 +9900", "2026-03-02T10:15:00+00:00"},
    {"Mon, 2 Mar 2026", "2026-03-02T00:00:00+00:00"},
    {"31 Feb 2026 10:15:00 +0000", NULL},
    {"yesterday", NULL},
    {"", NULL},
};

static const struct {
	const char *value, *text;
} texts[] = {
    {" plain ", "plain"},
    {"two\r\n words", "two words"},
    {"tab\r\n\t\t folded", "tab folded"},
    {"=?us-ascii?Q?a_b=3Dc?=", "a b=c"},
    {"=?ISO-8859-1?b?4Q==?=", "\xc3\xa1"},
    {"=?utf-8*en?Q?caf=C3=A9?= au lait", "caf\xc3\xa9 au lait"},
    {"=?utf-8?q?one?= =?utf-8?q?two?=", "onetwo"},
    {"=?utf-8?q?one?=\r\n =?utf-8?q?two?=", "onetwo"},
    {"=?utf-8?q?one?= x =?utf-8?q?two?=", "one x two"},
    {"(=?utf-8?q?a?=)", "(a)"},
    /* a character split between two words */
    {"=?utf-8?b?ww==?= =?utf-8?b?qQ==?=", "\xc3\xa9"},
    {"=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "caf\xc3\xa9"},
    {"=?utf-8?b?Y2Fm?= tail", "caf tail"},
    /* words without a blank between, blanks within, no end, no such charset */
    {"=?utf-8?q?a?==?utf-8?q?b?=", "ab"},
    {"=?utf-8?q?Your order?=", "Your order"},
    {"=?utf-8?q?never ends", "=?utf-8?q?never ends"},
    {"=?no-such?q?caf=C3=A9?=", "caf\xc3\xa9"},
    {"=?iso-8859-1?q?caf=E9?= =?utf-8?q?=C3=A9?=", "caf\xc3\xa9\xc3\xa9"},
    {"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "\xe6\x97\xa5\xe6\x9c\xac"},
    /* raw 8-bit, as UTF-8 and as what it was before */
    {"caf\xc3\xa9", "caf\xc3\xa9"},
    {"caf\xe9", "caf\xc3\xa9"},
    {"\x93quoted\x94", "\xe2\x80\x9cquoted\xe2\x80\x9d"},
    /* no line break comes out of a word */
    {"=?utf-8?q?a=0D=0ABcc:_x?=", "a  Bcc: x"},
    {"=?utf-8?q?a=00b?=", "a\xef\xbf\xbd" "b"},
};

/* A Content-Type or -Disposition, a parameter's name, and its text. */
static const struct {
	const char *field, *name, *text; /* NULL: there is none */
} parameters[] = {
    {"text/plain; charset=utf-8", "charset", "utf-8"},
    {"TEXT/PLAIN; CHARSET=\"utf-8\"", "charset", "utf-8"},
    {"text/plain; charset = us-ascii (plain)", "charset", "us-ascii (plain)"},
    {"text/plain; format=flowed; delsp=yes", "delsp", "yes"},
    {"text/plain", "charset", NULL},
    {"attachment; filename=\"a\\\"b.pdf\"", "filename", "a\"b.pdf"},
    /* RFC 2231 */
    {"attachment; filename*=utf-8''caf%C3%A9.pdf", "filename", "caf\xc3\xa9.pdf"},
    {"attachment; filename*0=\"long \"; filename*1=\"name.pdf\"", "filename", "long name.pdf"},
    {"attachment; filename*1=name.pdf; filename*0=long-", "filename", "long-name.pdf"},
    {"attachment; filename*0*=iso-8859-1'en'caf%E9; filename*1=.pdf", "filename", "caf\xc3\xa9.pdf"},
    {"attachment; filename=old.pdf; filename*=utf-8''new.pdf", "filename", "new.pdf"},
    {"attachment; filename*0=a; filename*2=c", "filename", "a"},
    /* not by the book */
    {"attachment; filename=\"=?utf-8?q?caf=C3=A9.pdf?=\"", "filename", "caf\xc3\xa9.pdf"},
    {"attachment; filename=my file (1).pdf", "filename", "my file (1).pdf"},
    {"multipart/mixed\r\n\tboundary=\"b\"", "boundary", "b"},
    {"text/plain; charset=utf-8 format=flowed", "charset", "utf-8"},
    {"; filename=a.png", "filename", "a.png"},
    {"attachment; filename=\"C:\\Users\\a.txt\"", "filename", "C:\\Users\\a.txt"},
    {"attachment; filename=\"no end", "filename", "no end"},
};

static const struct {
	const char *field, *ids; /* joined by blanks */
} ids[] = {
    {"<a@b>", "a@b"},
    {"<a@b> <c@d>\r\n <e@f>", "a@b c@d e@f"},
    {"<a@b><c@d>", "a@b c@d"},
    {"Message of \"Mon\" <a@b>", "a@b"},
    {"a@b", "a@b"},
    {"<a@\r\n b>", "a@b"},
    {"<<a@b>>", "a@b"},
    {"<broken <a@b>", "a@b"},
    {"<>", ""},
    {"my mail of Monday", ""},
};
/* clang-format on */

static void
reads_addresses(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ROWS(lists); i++) {
		struct addresses got = {0};
		struct buf b = {0};

		buf_puts(&b, "");
		header_addresses(a, slice_of(lists[i].list), &got);
		for (size_t k = 0; k < got.n; k++)
			buf_printf(&b, "%s%s|%s", k > 0 ? "; " : "",
			    got.v[k].name == NULL ? "" : got.v[k].name,
			    got.v[k].addr == NULL ? "" : got.v[k].addr);
		assert_string_equal(b.p, lists[i].read);
		buf_free(&b);
	}
	arena_free(a);
}

static void
reads_dates(void **state)
{
	char text[DATE_ROOM];
	struct moment m;

	(void)state;
	for (size_t i = 0; i < ROWS(dates); i++) {
		bool got = header_date(slice_of(dates[i].field), &m);

		assert_string_equal(got ? moment_print(m, text) : "no date",
		    dates[i].moment == NULL ? "no date" : dates[i].moment);
	}
}

static void
reads_text_and_encoded_words(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ROWS(texts); i++)
		assert_string_equal(
		    header_text(a, slice_of(texts[i].value)), texts[i].text);
	arena_free(a);
}

static void
reads_parameters(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ROWS(parameters); i++) {
		struct content c = {0};
		const char *text;

		header_content(a, slice_of(parameters[i].field), &c);
		text = content_text(a, &c, parameters[i].name);
		assert_string_equal(text == NULL ? "none" : text,
		    parameters[i].text == NULL ? "none" : parameters[i].text);
	}
	arena_free(a);
}

static void
reads_types_in_lower_case(void **state)
{
	struct arena *a = arena_new();
	struct content c = {0}, none = {0}, odd = {0};

	(void)state;
	header_content(a, slice_of(" Text / Plain ; x=y"), &c);
	assert_string_equal(c.value, "text/plain");
	header_content(a, slice_of(""), &none);
	assert_string_equal(none.value, "");
	header_content(a, slice_of("text/htm\xb0; x=y"), &odd);
	assert_string_equal(odd.value, "text/htm");
	arena_free(a);
}

static void
reads_ids(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ROWS(ids); i++) {
		struct strings got = {0};
		struct buf b = {0};

		buf_puts(&b, "");
		header_ids(a, slice_of(ids[i].field), &got);
		for (size_t k = 0; k < got.n; k++)
			buf_printf(&b, "%s%s", k > 0 ? " " : "", got.v[k]);
		assert_string_equal(b.p, ids[i].ids);
		buf_free(&b);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_addresses),
	    cmocka_unit_test(reads_dates),
	    cmocka_unit_test(reads_text_and_encoded_words),
	    cmocka_unit_test(reads_parameters),
	    cmocka_unit_test(reads_types_in_lower_case),
	    cmocka_unit_test(reads_ids),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
