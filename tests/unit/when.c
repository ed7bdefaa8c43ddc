/*
 * Time phrases: what is found in a text and when it is due.  The tables are
 * tests/when/LANG: "@ ANCHOR REGION" sets both for the lines below, "TEXT ==>
 * DUE; DUE" gives what is due by each phrase in order, "vague", "condition" or
 * "past" for what is not dated, "nothing" when no phrase is found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "rules/calendar.h"
#include "rules/when.h"

struct table {
	struct calendars *calendars;
	const struct calendar *calendar;
	struct lexicon *lexicon;
	struct moment anchor;
	int rows;
};

static const char *
word_for(const struct when *w, struct due due, char *room)
{
	if (w->vague)
		return "vague";
	if (w->condition)
		return "condition";
	if (w->class == WHEN_PAST)
		return "past";
	return due.precision == DUE_NONE ? "none" : due_print(due, room);
}

/* What the table's right side would have to be. */
static char *
answer(struct arena *m, const struct table *t, const char *text)
{
	struct whens found = when_find(m, t->lexicon, slice_of(text));
	struct buf out = {NULL, 0, 0};
	char room[DATE_ROOM];

	for (size_t i = 0; i < found.n; i++) {
		const struct when *w = &found.v[i];
		struct due due =
		    calendar_due(m, t->calendar, w->expr, t->anchor, NULL);

		buf_printf(
		    &out, "%s%s", i > 0 ? "; " : "", word_for(w, due, room));
	}
	if (found.n == 0)
		buf_puts(&out, "nothing");
	return buf_keep(&out, m);
}

static void
set_anchor(struct table *t, const char *line)
{
	char when[40], region[16];

	assert_int_equal(sscanf(line, "@ %39s %15s", when, region), 2);
	assert_true(moment_parse(when, &t->anchor));
	t->calendar = calendar_region(t->calendars, region);
	assert_non_null(t->calendar);
}

static int
check_row(const struct table *t, const char *path, int number, char *line)
{
	struct arena *m = arena_new();
	char *arrow = strstr(line, " ==> ");
	const char *got;
	int bad;

	if (!arrow) {
		arena_free(m);
		print_error("%s:%d: no ==>\n", path, number);
		return 1;
	}
	*arrow = '\0';
	got = answer(m, t, line);
	bad = strcmp(got, arrow + 5) != 0;
	if (bad)
		print_error("%s:%d: %s ==> %s, not %s\n", path, number, line,
		    got, arrow + 5);
	arena_free(m);
	return bad;
}

static void
check_table(const char *language)
{
	struct arena *m = arena_new();
	const char *path = arena_printf(m, "tests/when/%s", language);
	struct err err = {0, ""};
	struct table t = {.calendars = calendars_load(m, "rules", &err)};
	FILE *f = fopen(path, "re");
	char line[1024];
	int bad = 0;

	t.lexicon =
	    lexicon_load(m, arena_printf(m, "rules/%s/time", language), &err);
	if (!t.lexicon || !t.calendars)
		fail_msg("%s", err.text);
	assert_non_null(f);
	for (int number = 1; fgets(line, sizeof(line), f); number++) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '@')
			set_anchor(&t, line);
		else if (line[0] != '#' && line[0] != '\0' && ++t.rows)
			bad += check_row(&t, path, number, line);
	}
	fclose(f);
	arena_free(m);
	assert_int_equal(bad, 0);
	assert_true(t.rows > 20);
}

static void
english(void **state)
{
	(void)state;
	check_table("en");
}

static void
german(void **state)
{
	(void)state;
	check_table("de");
}

static void
french(void **state)
{
	(void)state;
	check_table("fr");
}

static void
spanish(void **state)
{
	(void)state;
	check_table("es");
}

static void
italian(void **state)
{
	(void)state;
	check_table("it");
}

static void
dutch(void **state)
{
	(void)state;
	check_table("nl");
}

static void
portuguese(void **state)
{
	(void)state;
	check_table("pt");
}

/* A file written for one test, loaded, and gone. */
static struct lexicon *
load_text(struct arena *m, const char *text, struct err *err)
{
	char path[] = "/tmp/when-XXXXXX";
	int fd = mkstemp(path);
	struct lexicon *lex;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	lex = lexicon_load(m, path, err);
	unlink(path);
	return lex;
}

static void
bad_files_are_named_by_place(void **state)
{
	static const struct {
		const char *text, *place;
	} files[] = {
	    {"\tsoon => vague\n", ":1:"},
	    {"point:\n\tby <day> => <day>\n", ":2:"},
	    {"point:\n\n\tby [the => x\n", ":3:"},
	    {"point:\n\tby) => x\n", ":2:"},
	    {"point:\n\t[by] => x\n", ":2:"},
	    {"point:\n\tby <int> => <n>\n", ":2:"},
	    {"point:\n\tby => x\npoint:\n", ":3:"},
	    {"point:\n\tx <point> => x\n", ":2:"},
	    {"point more\n", ":1:"},
	    {"point:\n\t(((((((((a))))))))) => x\n", ":2:"},
	    {"point:\n\t[a][b][c][d][e][f][g][h][i][j][k][l][m][n] => x\n",
		":2:"},
	};

	struct arena *m = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct err err = {0, ""};

		assert_null(load_text(m, files[i].text, &err));
		assert_int_equal(err.code, EX_CONFIG);
		if (!strstr(err.text, files[i].place))
			fail_msg("%s: %s", files[i].text, err.text);
	}
	arena_free(m);
}

static void
missing_file_is_an_error(void **state)
{
	struct arena *m = arena_new();
	struct err err = {0, ""};

	(void)state;
	assert_null(lexicon_load(m, "tests/when/no-such-language", &err));
	assert_true(err.code != 0);
	arena_free(m);
}

static void
offsets_are_those_of_the_text(void **state)
{
	static const char text[] = "Wir melden uns \xe2\x80\x93 bestimmt "
				   "\xc3\xbc"
				   "bermorgen \xe2\x80\x93 bei Ihnen.";
	struct err err = {0, ""};
	struct arena *lasting = arena_new();
	struct lexicon *lex = lexicon_load(lasting, "rules/de/time", &err);
	struct arena *m = arena_new();
	struct whens w;

	(void)state;
	assert_non_null(lex);
	w = when_find(m, lex, slice_of(text));
	assert_int_equal(w.n, 1);
	assert_int_equal(w.v[0].end - w.v[0].start, strlen("\xc3\xbc"
							   "bermorgen"));
	assert_memory_equal(text + w.v[0].start,
	    "\xc3\xbc"
	    "bermorgen",
	    11);
	arena_free(m);
	arena_free(lasting);
}

/* Hostile text: no end of time, no byte read behind the end. */
static void
any_bytes_are_survived(void **state)
{
	static const char *const parts[] = {"within ", "5 ", "days ", "of ",
	    "the ", "\xc3", "\xff", "1/2/", "\n\n", ".", "from ", "to ",
	    "12:30", "pm ", "next ", "fri", "\xe2\x80\x99", "s ", "half ",
	    "2026-", "\0x", "(", "and "};
	struct err err = {0, ""};
	struct arena *lasting = arena_new();
	struct lexicon *lex = lexicon_load(lasting, "rules/en/time", &err);
	unsigned seed = 7;

	(void)state;
	assert_non_null(lex);
	for (int round = 0; round < 400; round++) {
		struct arena *m = arena_new();
		struct buf b = {NULL, 0, 0};

		for (int i = 0; i < 200; i++) {
			seed = seed * 1103515245u + 12345u;
			buf_puts(&b, parts[(seed >> 16) %
					   (sizeof(parts) / sizeof(*parts))]);
		}
		when_find(m, lex, slice_of(arena_strndup(m, b.p, b.len)));
		buf_free(&b);
		arena_free(m);
	}
	arena_free(lasting);
}

static void
bare_spans_and_limits_differ(void **state)
{
	static const struct {
		const char *text;
		enum when_class class;
	} rows[] = {
	    {"within 5 days", WHEN_LIMIT},
	    {"by Friday", WHEN_LIMIT},
	    {"until the end of May", WHEN_LIMIT},
	    {"on Friday", WHEN_POINT},
	    {"tomorrow", WHEN_POINT},
	    {"in May", WHEN_POINT},
	    {"a 12 week wait", WHEN_SPAN},
	    {"between 8am and 1pm", WHEN_CLOCK},
	    {"shortly", WHEN_VAGUE},
	    {"three weeks ago", WHEN_PAST},
	};
	struct err err = {0, ""};
	struct arena *lasting = arena_new();
	struct lexicon *lex = lexicon_load(lasting, "rules/en/time", &err);

	(void)state;
	assert_non_null(lex);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct arena *m = arena_new();
		struct whens w = when_find(m, lex, slice_of(rows[i].text));

		if (w.n != 1 || w.v[0].class != rows[i].class)
			fail_msg("%s: %s", rows[i].text,
			    w.n > 0 ? when_class_name(w.v[0].class)
				    : "nothing");
		arena_free(m);
	}
	arena_free(lasting);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(english),
	    cmocka_unit_test(german),
	    cmocka_unit_test(french),
	    cmocka_unit_test(spanish),
	    cmocka_unit_test(italian),
	    cmocka_unit_test(dutch),
	    cmocka_unit_test(portuguese),
	    cmocka_unit_test(bad_files_are_named_by_place),
	    cmocka_unit_test(missing_file_is_an_error),
	    cmocka_unit_test(offsets_are_those_of_the_text),
	    cmocka_unit_test(any_bytes_are_survived),
	    cmocka_unit_test(bare_spans_and_limits_differ),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
