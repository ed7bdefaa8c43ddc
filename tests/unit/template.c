/* Templates: rendering, escaping, folding, and where errors are told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "cases/letter.h"
#include "cases/template.h"

static const char schema[] =
    "name quote rows(number what inner(deep)) link empty";

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct text_template *
parse(enum template_form form, const char *text, struct err *err)
{
	struct template_source source = {"mail.txt", slice_of(text), 0, 0};

	memset(err, 0, sizeof(*err));
	return template_parse(arena, form, NULL, &source, NULL, schema, err);
}

static struct values *
some_values(void)
{
	struct values *v = values_new(arena), *row;

	values_set(v, "name", "Acme & Sons");
	values_set(v, "quote", "<b>\"5\" days</b>\nor 'so'");
	values_set(v, "link", "me+12.abc@example.org");
	for (int i = 1; i <= 3; i++) {
		row = values_add(v, "rows");
		values_printf(row, "number", "12.%d", i);
		values_set(row, "what", i == 2 ? "" : "a refund");
		if (i == 3)
			values_set(values_add(row, "inner"), "deep", "down");
	}
	return v;
}

static const struct {
	enum template_form form;
	const char *text, *expected;
} rendered[] = {
    {TEMPLATE_PHRASE, "no tag", "no tag"},
    {TEMPLATE_PHRASE, "{name}", "Acme & Sons"},
    {TEMPLATE_PHRASE, "a {name} b", "a Acme & Sons b"},
    {TEMPLATE_PHRASE, "{ name }", "{ name }"},
    {TEMPLATE_PHRASE, "ab{", "ab{"},
    {TEMPLATE_PHRASE, "x {! a note }y", "x y"},
    {TEMPLATE_PHRASE, "{#rows}{number} {/rows}", "12.1 12.2 12.3 "},
    {TEMPLATE_PHRASE, "{#rows}{#what}{number}{/what}{^what}-{/what}{/rows}",
	"12.1-12.3"},
    {TEMPLATE_PHRASE, "{#rows}{#inner}{number}:{deep}:{name}{/inner}{/rows}",
	"12.3:down:Acme & Sons"},
    {TEMPLATE_PHRASE, "{#empty}never{/empty}{^empty}none{/empty}", "none"},
    {TEMPLATE_PHRASE, "{^name}never{/name}", ""},
    /* a tag alone on its line takes the line away */
    {TEMPLATE_TEXT, "a\n  {#rows}\n{number}\n{/rows}  \nb\n",
	"a\n12.1\n12.2\n12.3\nb\n"},
    {TEMPLATE_TEXT, "{! first }\nb\n", "b\n"},
    /* in text, each line of a value keeps the mark of a quote */
    {TEMPLATE_TEXT, "  > {quote}\n", "  > <b>\"5\" days</b>\n  > or 'so'\n"},
    {TEMPLATE_HTML, "<p>{name}</p>", "<p>Acme &amp; Sons</p>"},
    {TEMPLATE_HTML, "<p>{quote}</p>",
	"<p>&lt;b&gt;&quot;5&quot; days&lt;/b&gt;<br/>\nor &#39;so&#39;</p>"},
    {TEMPLATE_HTML, "<i title=\"{name}\">", "<i title=\"Acme &amp; Sons\">"},
    {TEMPLATE_HTML, "<a href=\"mailto:{link}?body={name}\">",
	"<a href=\"mailto:me+12.abc@example.org?body=Acme%20%26%20Sons\">"},
    {TEMPLATE_HTML, "<a href='mailto:x?subject=a&amp;body={link}'>",
	"<a href='mailto:x?subject=a&amp;body=me%2B12.abc@example.org'>"},
    {TEMPLATE_HTML, "<a href=\"mailto:x?body={quote}\">",
	"<a href=\"mailto:x?body=%3Cb%3E%225%22%20days%3C%2Fb%3E%0D%0Aor%20%27so%27\">"},
    {TEMPLATE_HTML, "<style> a { color: red } </style>{name}",
	"<style> a { color: red } </style>Acme &amp; Sons"},
    {TEMPLATE_HTML, "<!-- don't --><p>{name}",
	"<!-- don't --><p>Acme &amp; Sons"},
};

static void
renders(void **state)
{
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(rendered) / sizeof(rendered[0]); i++) {
		struct text_template *t =
		    parse(rendered[i].form, rendered[i].text, &err);

		if (t == NULL)
			fail_msg("%s: %s", rendered[i].text, err.text);
		assert_string_equal(template_render(arena, t, some_values()),
		    rendered[i].expected);
	}
}

static const struct {
	enum template_form form;
	const char *text, *expected; /* how the error begins */
} bad[] = {
    {TEMPLATE_TEXT, "{nmae}",
	"mail.txt:1:1: {nmae} is no placeholder here; there are: name quote rows link empty"},
    {TEMPLATE_TEXT, "a\n  b {number}",
	"mail.txt:2:5: {number} is no placeholder here"},
    {TEMPLATE_TEXT, "{#rows}\n{nr}\n{/rows}",
	"mail.txt:2:1: {nr} is no placeholder here; there are: number what inner name"},
    {TEMPLATE_TEXT, "{^rows}\n{number}{/rows}",
	"mail.txt:2:1: {number} is no placeholder here"},
    {TEMPLATE_TEXT, "{#name}\n", "mail.txt:2:1: a section is not closed: name"},
    {TEMPLATE_TEXT, "x{/name}",
	"mail.txt:1:2: nothing is open for {/...}: name"},
    {TEMPLATE_TEXT, "{#name}{/rows}",
	"mail.txt:1:8: the section that is open here is: name"},
    {TEMPLATE_TEXT, "ab{name\n}",
	"mail.txt:1:3: a tag that does not end on its line"},
    {TEMPLATE_TEXT, "{}", "mail.txt:1:1: a tag without a name"},
    {TEMPLATE_TEXT, "{rows}", "mail.txt:1:1: a list needs {#...}: rows"},
    {TEMPLATE_TEXT, "{name!}", "mail.txt:1:1: {name!} is no placeholder here"},
    {TEMPLATE_TEXT, "{body}", "mail.txt:1:1: {body} is no placeholder here"},
    {TEMPLATE_TEXT,
	"{#name}{#name}{#name}{#name}{#name}{#name}{#name}{#name}{#name}",
	"mail.txt:1:57: sections are nested too deep"},
    {TEMPLATE_HTML, "<p class={name}>",
	"mail.txt:1:10: inside a tag a placeholder needs quotes"},
    {TEMPLATE_HTML, "<a href=\"{link}\">",
	"mail.txt:1:10: a link must begin with mailto: or https:"},
    {TEMPLATE_HTML, "<img src='javascript:{link}'>",
	"mail.txt:1:22: a link must begin with mailto: or https:"},
};

static void
tells_where_it_is_wrong(void **state)
{
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *want = bad[i].expected;

		assert_null(parse(bad[i].form, bad[i].text, &err));
		assert_int_equal(err.code, EX_CONFIG);
		if (strncmp(err.text, want, strlen(want)) != 0)
			fail_msg(
			    "%s: %s; expected %s", bad[i].text, err.text, want);
	}
}

static void
hides_no_character(void **state)
{
	struct values *v = values_new(arena);
	struct err err;
	struct text_template *t = parse(TEMPLATE_TEXT, "{quote}\n", &err);

	(void)state;
	/* escape sequences, a C1 control, and a mark that turns text round */
	values_set(v, "quote",
	    "pay\x1b[8m \xc2\x9b"
	    "10 \xe2\x80\xae"
	    "evil\xe2\x81\xa6 \xe2\x82\xac"
	    "5\x7f");
	assert_string_equal(template_render(arena, t, v),
	    "pay[8m 10 evil \xe2\x82\xac"
	    "5\n");
}

static const struct {
	const char *text, *expected;
} folded[] = {
    {"short\n", "short\n"},
    {"\n\na\n\n  \n\nb\n", "a\n\nb\n"},
    {"", ""},
    {"-- \nname", "-- \nname\n"},
    {"123456789 123456789 123456789 123456789 123456789 123456789 123456789 1 4\n",
	"123456789 123456789 123456789 123456789 123456789 123456789 123456789 1\n4\n"},
    {"123456789 123456789 123456789 123456789 123456789 123456789 123456789 1\n",
	"123456789 123456789 123456789 123456789 123456789 123456789 123456789 1\n"},
    {"    > 123456789 123456789 123456789 123456789 123456789 123456789 123456789\n",
	"    > 123456789 123456789 123456789 123456789 123456789 123456789\n    > 123456789\n"},
    {"- 3456789 123456789 123456789 123456789 123456789 123456789 123456789 123 five\n",
	"- 3456789 123456789 123456789 123456789 123456789 123456789 123456789\n  123 five\n"},
    /* characters count, not bytes */
    {"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc 123456789 123456789 123456789 123456789 123456789 123456789 1\n",
	"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc 123456789 123456789 123456789 123456789 123456789 123456789 1\n"},
    /* what has no blank is never cut */
    {"me+12.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org is it\n",
	"me+12.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org\nis it\n"},
};

static void
folds_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(folded) / sizeof(folded[0]); i++)
		assert_string_equal(
		    text_fold(arena, folded[i].text), folded[i].expected);
}

static void
layout_surrounds(void **state)
{
	struct template_source layout = {
	    "layout.txt", slice_of("head\n{body}\ntail {name}\n"), 0, 0};
	struct template_source body = {
	    "mail.txt", slice_of("{#rows}\n{number}\n{/rows}"), 0, 0};
	struct template_source wrong = {
	    "mail.txt", slice_of("one\n{#rows}\n"), 0, 0};
	struct template_source none = {"layout.txt", slice_of("x"), 0, 0};
	struct err err = {0};
	struct text_template *t = template_parse(
	    arena, TEMPLATE_TEXT, &layout, &body, NULL, schema, &err);

	(void)state;
	assert_non_null(t);
	assert_string_equal(template_render(arena, t, some_values()),
	    "head\n12.1\n12.2\n12.3\n\ntail Acme & Sons\n");
	assert_null(template_parse(
	    arena, TEMPLATE_TEXT, &layout, &wrong, NULL, schema, &err));
	assert_string_equal(
	    err.text, "mail.txt:3:1: a section is not closed: rows");
	assert_null(template_parse(
	    arena, TEMPLATE_TEXT, &none, &body, NULL, schema, &err));
	assert_string_equal(
	    err.text, "layout.txt:1:1: a layout without {body}");
}

/* What is written once for several mails; faults are told in its own file. */
static void
takes_in_parts(void **state)
{
	const struct template_part v[] = {
	    {"row", {"part-row.txt", slice_of("- {number}\n"), 0, 0}},
	    {"bad", {"part-bad.txt", slice_of("a\n{nobody}\n"), 0, 0}},
	    {"deep", {"part-deep.txt", slice_of("{>row}\n"), 0, 0}},
	};
	const struct template_parts parts = {v, 3};
	static const struct {
		const char *text, *result, *fault;
	} t[] = {
	    {"{#rows}\n{>row}\n{/rows}\nend", "- 12.1\n- 12.2\n- 12.3\nend\n",
		NULL},
	    {"{>bad}", NULL, "part-bad.txt:2:1: {nobody} is no placeholder"},
	    {"{>row}", NULL, "part-row.txt:1:3: {number} is no placeholder"},
	    {"x {>none}", NULL,
		"mail.txt:1:3: there is no such part here: none"},
	    {"{>deep}", NULL, "part-deep.txt:1:1: there is no such part here"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct template_source body = {
		    "mail.txt", slice_of(t[i].text), 0, 0};
		struct err err = {0};
		struct text_template *is = template_parse(
		    arena, TEMPLATE_TEXT, NULL, &body, &parts, schema, &err);

		if (t[i].fault != NULL) {
			assert_null(is);
			assert_memory_equal(
			    err.text, t[i].fault, strlen(t[i].fault));
			continue;
		}
		assert_non_null(is);
		assert_string_equal(
		    template_render(arena, is, some_values()), t[i].result);
	}
}

/* A folder of the owner's own, gone at the end. */
struct own {
	char dir[64], file[128];
};

static void
own_make(struct own *own, const char *name, const char *text)
{
	char folder[100];
	FILE *f;

	strcpy(own->dir, "/tmp/promised-template-XXXXXX");
	assert_non_null(mkdtemp(own->dir));
	snprintf(folder, sizeof(folder), "%s/en", own->dir);
	assert_int_equal(mkdir(folder, 0700), 0);
	snprintf(own->file, sizeof(own->file), "%s/%s", folder, name);
	f = fopen(own->file, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
own_remove(struct own *own)
{
	char folder[100];

	unlink(own->file);
	snprintf(folder, sizeof(folder), "%s/en", own->dir);
	rmdir(folder);
	rmdir(own->dir);
}

static const char builtin[] = "examples/templates";

static void
built_in_letters_are_sound(void **state)
{
	struct err err = {0};

	(void)state;
	if (letters_load(arena, builtin, NULL, "en", &err) == NULL)
		fail_msg("%s", err.text);
	/* a language that is not there speaks English */
	assert_non_null(letters_load(arena, builtin, NULL, "xx", &err));
}

static const struct {
	const char *name, *text, *expected; /* NULL: it is sound */
} owns[] = {
    {"lapse.txt", "Subject: {company}\n\nWake up.\n", NULL},
    {"lapse.txt", "Subject: {company}\n\n{quotte}\n",
	"/en/lapse.txt:3:1: {quotte} is no placeholder here"},
    {"lapse.txt", "{company}\n",
	"/en/lapse.txt:1:1: the first line must begin with \"Subject: \""},
    {"lapze.txt", "Subject: x\n\n",
	"/en/lapze.txt: there is no template of this name"},
    {"layout.html", "<html>{body}</html>\n",
	"/en/layout.html:1:1: ----- is missing"},
    {"words", "today = now\n", NULL},
    {"words", "# mine\ntoday = now\n\ndate = {weekday} {dya}\n",
	"/en/words:4:18: {dya} is no placeholder here"},
    {"words", "todaye = now\n", "/en/words:1:1: todaye is no key of promised"},
    {"words", "\ntoday\n", "/en/words:2:1: no `key = text`"},
};

static void
own_templates_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(owns) / sizeof(owns[0]); i++) {
		struct err err = {0};
		struct own own;
		struct letters *l;

		own_make(&own, owns[i].name, owns[i].text);
		l = letters_load(arena, builtin, own.dir, "en", &err);
		own_remove(&own);
		if (owns[i].expected == NULL) {
			if (l == NULL)
				fail_msg("%s", err.text);
			continue;
		}
		assert_null(l);
		assert_int_equal(err.code, EX_CONFIG);
		if (strstr(err.text, owns[i].expected) == NULL)
			fail_msg("%s; expected %s", err.text, owns[i].expected);
	}
}

static void
own_templates_come_first(void **state)
{
	struct values *v = values_new(arena);
	struct letter_text text;
	struct err err = {0};
	struct own own;
	struct letters *l;

	(void)state;
	own_make(&own, "lapse.txt", "Subject: Oh, {company}\n\nAgain.\n");
	l = letters_load(arena, builtin, own.dir, "en", &err);
	own_remove(&own);
	assert_non_null(l);
	values_set(v, "company", "Acme");
	letter_write(arena, l, LETTER_LAPSE, v, &text);
	assert_string_equal(text.subject, "Oh, Acme");
	assert_non_null(strstr(text.text, "\n\nAgain.\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_in_parts),
	    cmocka_unit_test(renders),
	    cmocka_unit_test(tells_where_it_is_wrong),
	    cmocka_unit_test(hides_no_character),
	    cmocka_unit_test(folds_lines),
	    cmocka_unit_test(layout_surrounds),
	    cmocka_unit_test(built_in_letters_are_sound),
	    cmocka_unit_test(own_templates_are_checked),
	    cmocka_unit_test(own_templates_come_first),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
