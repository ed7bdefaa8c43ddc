/* HTML that is nested as it is written: the short way says what the tree says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mail/html.h"
#include "mail/straight.h"

/* Of which no tree is built. */
static const char *const straight[] = {
    "plain",
    "<!DOCTYPE html>\n<html><head><meta charset=utf-8><title>a &amp; b</title>"
    "<style>p > b {x:y}</style></head>\n<body>\n<p>One<p>Two &amp; three"
    "</body>\n</html>\n",
    "<div>a<br>b<hr>c<img alt=pic></div>",
    "<table><tr><td>Refund<td>5 &pound;</tr><tr><td><p>a<p>b<td>c</table>",
    "<table><thead><tr><th>x</th></tr></thead>\n<tbody>\n<tr>\n<td>y</td>\n"
    "</tr>\n</tbody></table>",
    "<table><tr><td>a</td></tr></table>\n<table><tr><td><table><tr><td>b"
    "</td></tr></table></td></tr></table>",
    "<ol><li>one<li><p>two<li>three<ul><li>deep</ul></ol>",
    "<blockquote type=cite>said<blockquote style='border:none'>more"
    "</blockquote></blockquote>",
    "<p class=MsoNormal>tight</p><p style=\"margin:0\">tight too</p><p>loose",
    "<div style='display:none'>hidden <b>too</b><p>and</div>shown",
    "<span style=font-size:0>no</span><span class='x preheader'>no</span>yes",
    "<span style='visibility:hidden'>no <b style='visibility:visible'>yes"
    "</b></span>",
    "<a href='x?a=1&b=2'><b><i>deep</i></b></a> 5 < 6 & 7 &#8217;&#x2019;",
    "<!--[if mso]><table><![endif]--><![if !mso]>seen<![endif]><?x y?>",
    "<p><a href=x><img alt='only a picture'></a></p>",
    "<h1>Head</h1>text<h2>Next</h2><center>c</center>",
    "<HTML><BODY BGCOLOR=white><FONT FACE='Arial'>LOUD</FONT></BODY></HTML>",
};

/* In which the tree is not what is written, or may not be. */
static const char *const crooked[] = {
    "<b><p>x</b>y</p>",
    "<p><b>x</p>",
    "<a>x<a>y</a></a>",
    "<table><tr>lost<td>x</table>",
    "<table><td>x</table>",
    "<table><div>x</div></table>",
    "<p>x<table><tr><td>y</table>",
    "<div><li>x</div>",
    "<p>x</div>",
    "</p>x",
    "x</body>y",
    "<body>x<body style='display:none'>",
    "<pre>\nx</pre>",
    "<div style='white-space:pre-wrap'> x </div>",
    "<o:p>x</o:p>",
    "<select><option>x</select>",
    "<svg><p>x</svg>",
    "<p>&notaname; x",
    "<p>&copy x",
    "<p>&#150;</p>",
    "<p style='display&#58;none'>x</p>",
    "<p id=a id style='display:none'>x</p>",
    "<p title=\"x",
    "<!-- x --></ x>",
    "<style>x</style/>y</style>",
    "x\x01y",
};

static void
it_says_what_the_tree_says(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(straight) / sizeof(straight[0]); i++) {
		struct arena *a = arena_new();
		struct slice html = slice_of(straight[i]);
		const char *text = straight_text(a, html);

		if (text == NULL) {
			fail_msg("a tree is built of %s", straight[i]);
			continue;
		}
		assert_string_equal(text, html_tree_text(a, html));
		assert_true(text[0] != '\0');
		arena_free(a);
	}
}

static void
it_leaves_the_rest(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(crooked) / sizeof(crooked[0]); i++) {
		struct arena *a = arena_new();

		if (straight_text(a, slice_of(crooked[i])) != NULL)
			fail_msg("no tree is built of %s", crooked[i]);
		arena_free(a);
	}
}

/* So that what is too much for a tree is told by tags_within_budget() alone. */
static void
it_has_its_limits(void **state)
{
	struct arena *a = arena_new();
	struct buf deep = {0}, wide = {0}, many = {0};
	int i;

	(void)state;
	for (i = 0; i < 300; i++)
		buf_puts(&deep, "<div>");
	assert_null(straight_text(a, buf_view(&deep)));
	buf_puts(&wide, "<p");
	for (i = 0; i < 70; i++)
		buf_printf(&wide, " a%d", i);
	buf_puts(&wide, ">x</p>");
	assert_null(straight_text(a, buf_view(&wide)));
	for (i = 0; i < 20001; i++)
		buf_puts(&many, "<br>");
	assert_null(straight_text(a, buf_view(&many)));
	buf_free(&deep);
	buf_free(&wide);
	buf_free(&many);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_says_what_the_tree_says),
	    cmocka_unit_test(it_leaves_the_rest),
	    cmocka_unit_test(it_has_its_limits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
