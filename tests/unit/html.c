/*
 * HTML to text.  Each row is what a mail program or a company's template
 * writes, and what a reader sees of it.  Longer mails are in tests/mime,
 * NAME.html with NAME.txt.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "mail/guard.h"
#include "mail/read.h"
#include "mail/tags.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* clang-format off */
static const struct {
	const char *html, *text;
} rows[] = {
    {"", ""},
    {"just text", "just text\n"},
    {"<p>One.</p><p>Two.</p>", "One.\n\nTwo.\n"},
    {"<div>One.</div><div>Two.</div>", "One.\nTwo.\n"},
    {"<div>One.</div><div><br></div><div>Two.</div>", "One.\n\nTwo.\n"},
    {"One.<br>Two.<br><br><br><br>Three.", "One.\nTwo.\n\nThree.\n"},
    {"<b>bo</b>ld <i>and</i>\n  <u>more</u>", "bold and more\n"},
    {"a&nbsp;&amp;&nbsp;b &euro;5 &#8364;5 &#x20ac;5", "a & b \xe2\x82\xac" "5 \xe2\x82\xac" "5 \xe2\x82\xac" "5\n"},
    {"re\xc2\xad" "fund&#8203;ed&zwnj; now", "refunded now\n"},
    {"<pre>a  b\n  c\n</pre>d", "a  b\n  c\n\nd\n"},
    {"<a href=\"https://acme.example/x\">your order</a>", "your order\n"},
    {"<ul><li>One</li><li>Two</li></ul>End", "- One\n- Two\n\nEnd\n"},
    {"<ol><li>One<li>Two</ol>", "1. One\n2. Two\n"},
    {"<ul><li>One<ul><li>In</li></ul></li></ul>", "- One\n  - In\n"},
    {"a<hr>b", "a\n________________________________\nb\n"},
    /* Outlook */
    {"<p class=MsoNormal>From: Ann<o:p></o:p></p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>Hi</p>", "From: Ann\n\nHi\n"},
    {"<p style=\"margin:0\">One</p><p style=\"margin:0\">Two</p>", "One\nTwo\n"},
    /* tables: a tab between the cells of data, lines for a layout */
    {"<table><tr><th>Item</th><th>Due</th></tr><tr><td>Refund</td><td>9 March</td></tr></table>", "Item\tDue\nRefund\t9 March\n"},
    {"<table><tr><td><p>Order:</p></td><td><p>AB-12</p></td></tr></table>", "Order:\tAB-12\n"},
    {"<table><tr><td></td><td>only</td></tr></table>", "only\n"},
    {"<table><tr><td><table><tr><td>Hello.</td></tr><tr><td>Bye.</td></tr></table></td></tr></table>", "Hello.\nBye.\n"},
    {"<table><tr><td>We will write to you again about the whole of your complaint within five working days.</td><td>Side</td></tr></table>",
     "We will write to you again about the whole of your complaint within five working days.\nSide\n"},
    /* quotes */
    {"New<blockquote>Old<br>older</blockquote>After", "New\n\n> Old\n> older\n\nAfter\n"},
    {"<blockquote type=cite><p>a</p><p>b</p><blockquote>c</blockquote></blockquote>", "> a\n>\n> b\n>\n> > c\n"},
    {"<div class=\"gmail_quote\"><div>---------- Forwarded message ---------</div>text</div>", "---------- Forwarded message ---------\ntext\n"},
    {"<blockquote class=\"gmail_quote\" style=\"margin:0 0 0 .8ex;border-left:1px solid\">old</blockquote>", "> old\n"},
    {"<blockquote style=\"margin:0 0 0 40px;border:none;padding:0px\">indented</blockquote>", "indented\n"},
    /* what nobody sees is not said */
    {"<div style=\"display:none\">hid</div>seen", "seen\n"},
    {"<div style='DISPLAY: None !important'>hid</div>seen", "seen\n"},
    {"<div style=\"display:none\"><p style=\"display:block\">hid</p></div>seen", "seen\n"},
    {"<div hidden>hid</div>seen", "seen\n"},
    {"<span style=\"visibility:hidden\">hid<b style=\"visibility:visible\">back</b></span>", "back\n"},
    {"<div style=\"max-height:0;overflow:hidden\">hid</div>seen", "seen\n"},
    {"<div style=\"opacity:0\">hid</div>seen", "seen\n"},
    {"<div style=\"mso-hide:all\">hid</div>seen", "seen\n"},
    {"<span style=\"font-size:0\">hid</span>seen", "seen\n"},
    {"<span style=\"font-size:1px\">hid</span>seen", "seen\n"},
    {"<div class=\"preheader\">hid</div>seen", "seen\n"},
    {"<head><title>hid</title><style>p{}</style></head><body>seen<script>hid()</script><!-- hid --></body>", "seen\n"},
    /* and what can be seen is */
    {"<td style=\"font-size:0px\"><div style=\"font-size:13px\">seen</div></td>", "seen\n"},
    {"<span style=\"font-size:0.8em;opacity:0.9;max-height:400px\">seen</span>", "seen\n"},
    {"<p style=\"display:block;color:none\">seen</p>", "seen\n"},
    {"<!--[if mso]><p>for Outlook</p><![endif]-->seen", "seen\n"},
    {"<![if !mso]>seen<![endif]>", "seen\n"},
    /* pictures speak when nothing else does */
    {"<p>text</p><img alt=\"logo\" src=x>", "text\n"},
    {"<img alt=\"Your refund is on its way\" src=x>", "Your refund is on its way\n"},
    /* tag soup */
    {"<p>One<p>Two</div></b>", "One\n\nTwo\n"},
    {"3 < 5 and <ann@acme.example> wrote", "3 < 5 and wrote\n"},
    {"<b>not closed <i>nor this", "not closed nor this\n"},
    {"<p>end &unknown; &", "end &unknown; &\n"},
    /* long runs of plain text, wherever they stand (runs.h) */
    {"<p>We will refund you within five days, and <b>write to you again</b> as soon as it's done.</p>",
     "We will refund you within five days, and write to you again as soon as it's done.\n"},
    {"<!-- a > b and none of this is ever seen by anybody --><p>what a reader sees of it all",
     "what a reader sees of it all\n"},
    {"<a title=\"a > b and more words in a title\" href=x>the words of the link itself</a>",
     "the words of the link itself\n"},
    {"<div title=\"a > none of this\" style=\"display:none\">and none of these words either</div>seen",
     "seen\n"},
    {"<img alt=\"25 > 24 and so your refund is on its way\" src=x>", "25 > 24 and so your refund is on its way\n"},
    {"<table>words that stand in no cell of it<tr><td>words that stand in a cell</td></tr></table>",
     "words that stand in no cell of it\nwords that stand in a cell\n"},
    {"<pre>\nthe first  line of it all\n  the second line of it all</pre>",
     "the first  line of it all\n  the second line of it all\n"},
    {"<style>p > b words that are no rule at all {}</style><p>   words with blanks around them   <i> and more of the same </i>",
     "words with blanks around them and more of the same\n"},
    {"<p>terms and conditions apply &amp; so do others &ampand the last of these words",
     "terms and conditions apply & so do others &and the last of these words\n"},
    {"<p>caf\xc3\xa9 words and more words, \xf4\x80\x80\x81 and some more of them",
     "caf\xc3\xa9 words and more words, \xf4\x80\x80\x81 and some more of them\n"},
    {"<p>&#x100041; stands for nothing in these words", "\xf4\x80\x81\x81 stands for nothing in these words\n"},
};
/* clang-format on */

static void
writes_what_a_reader_sees(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		assert_string_equal(
		    html_text(a, slice_of(rows[i].html)), rows[i].text);
	arena_free(a);
}

static struct buf
file(const char *name, const char *ending)
{
	struct buf b = {0};
	char path[200], piece[4096];
	size_t n;
	FILE *in;

	snprintf(path, sizeof(path), "tests/mime/%s.%s", name, ending);
	in = fopen(path, "r");
	assert_non_null(in);
	while ((n = fread(piece, 1, sizeof(piece), in)) > 0)
		buf_add(&b, piece, n);
	fclose(in);
	return b;
}

static void
reads_whole_mails(void **state)
{
	static const char *const names[] = {"template", "outlook", "receipt"};
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ROWS(names); i++) {
		struct buf html = file(names[i], "html"),
			   text = file(names[i], "txt");

		assert_string_equal(html_text(a, buf_view(&html)), text.p);
		buf_free(&html);
		buf_free(&text);
	}
	arena_free(a);
}

/* n times a text. */
static struct buf
repeated(const char *text, size_t n)
{
	struct buf b = {0};

	while (n-- > 0)
		buf_puts(&b, text);
	return b;
}

/* Beyond the budgets the tags are taken off, and the text stays. */
static void
too_deep_is_stripped(void **state)
{
	struct arena *a = arena_new();
	struct buf deep = repeated("<div>", GUARD_HTML_DEPTH + 1);
	struct buf good = repeated("<div>", GUARD_HTML_DEPTH);

	(void)state;
	buf_puts(&deep, "<style>no</style><p>It&#8217;s 5 &lt; 6.<p>Yes.");
	assert_true(tags_within_budget(buf_view(&good)));
	assert_false(tags_within_budget(buf_view(&deep)));
	assert_string_equal(
	    html_text(a, buf_view(&deep)), "It\xe2\x80\x99s 5 < 6.\nYes.\n");
	buf_free(&deep);
	buf_free(&good);
	arena_free(a);
}

/* Ordinary long mails stay within them, closed tags or not. */
static void
long_mails_are_within_budget(void **state)
{
	static const char *const pieces[] = {
	    "<table><tr><td><p>x</p></td></tr></table>",
	    "<ul><li>x<li>y</ul>",
	    "<table><tr><td>a<td>b<tr><td>c</table>",
	    "<p>x<p>y<br>",
	    "<div><span><b>x</b></span></div>",
	    "<!-- <div><div> --><style> <div> </style>",
	};

	(void)state;
	for (size_t i = 0; i < ROWS(pieces); i++) {
		struct buf b = repeated(pieces[i], 1000);

		assert_true(tags_within_budget(buf_view(&b)));
		buf_free(&b);
	}
}

/*
 * A megabyte of each would take a tree builder minutes, for what it does on
 * each tag grows with what is open.  The limit is on the processor's time, so
 * that a slow machine does not fail; it is hundreds of times what is needed.
 */
static void
hostile_html_takes_no_time(void **state)
{
	static const char *const pieces[] = {"<div>", "<b>", "<font a=1>",
	    "<table><b a=1><tr><td></b></table>", "<a><a></a><span></a>",
	    "<b><p></b>", "<table>x<tr>", "<select><div><input>", "<body a=1>",
	    "<!--", "<", "&", "&amp", "<p a ", "<li>", "<dd><dt>",
	    "<script><!--<script></script><div>", "</p>", "<nobr><div>",
	    "<form><form></form>", "<x/", "<a b='", "<textarea>", "<svg><p>"};
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ROWS(pieces); i++) {
		struct buf b =
		    repeated(pieces[i], (1 << 20) / strlen(pieces[i]));

		assert_non_null(html_text(a, buf_view(&b)));
		arena_reset(a);
		buf_free(&b);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_what_a_reader_sees),
	    cmocka_unit_test(reads_whole_mails),
	    cmocka_unit_test(too_deep_is_stripped),
	    cmocka_unit_test(long_mails_are_within_budget),
	    cmocka_unit_test(hostile_html_takes_no_time),
	};
	const struct rlimit limit = {60, 60};

	/* SIGXCPU, a failure, instead of a test that never ends. */
	setrlimit(RLIMIT_CPU, &limit);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
