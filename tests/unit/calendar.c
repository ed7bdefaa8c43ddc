/*
 * Holidays and the arithmetic of normal forms.  The tables are
 * tests/when/holidays and tests/when/forms; their first lines explain them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "rules/calendar.h"

static struct calendars *set;
static struct arena *loaded;

static int
load(void **state)
{
	struct err err = {0, ""};

	(void)state;
	loaded = arena_new();
	set = calendars_load(loaded, "rules", &err);
	if (!set)
		print_error("%s\n", err.text);
	return set ? 0 : -1;
}

static int
unload(void **state)
{
	(void)state;
	arena_free(loaded);
	return 0;
}

static FILE *
open_table(const char *path)
{
	FILE *f = fopen(path, "re");

	if (!f)
		fail_msg("%s is missing", path);
	return f;
}

/* The weekdays of a year that are holidays, as in the table. */
static char *
holidays_of(struct arena *m, const struct calendar *cal, int year)
{
	struct civil first = {year, 1, 1}, last = {year, 12, 31};
	struct buf out = {NULL, 0, 0};
	char day[DATE_ROOM];

	for (day_t d = day_of_civil(first); d <= day_of_civil(last); d++)
		if (weekday_of(d) < SATURDAY && calendar_holiday(cal, d))
			buf_printf(&out, " %s", day_print(d, day) + 5);
	buf_puts(&out, "");
	return buf_keep(&out, m);
}

static void
holidays_are_those_of_the_law(void **state)
{
	FILE *f = open_table("tests/when/holidays");
	char line[512], region[16], number[8];
	int used, rows = 0, bad = 0;

	(void)state;
	while (fgets(line, sizeof(line), f)) {
		struct arena *m = arena_new();
		const char *got;

		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%15s %7[0-9]:%n", region, number, &used) ==
			2 &&
		    line[0] != '#' && ++rows) {
			int year = (int)strtol(number, NULL, 10);

			got =
			    holidays_of(m, calendar_region(set, region), year);
			if (strcmp(got, line + used) != 0 && ++bad)
				print_error("%s %d:%s, not%s\n", region, year,
				    got, line + used);
		}
		arena_free(m);
	}
	fclose(f);
	assert_int_equal(bad, 0);
	assert_true(rows > 20);
}

static int
check_form(const struct calendar *cal, struct moment anchor, char *line)
{
	struct arena *m = arena_new();
	char *arrow = strstr(line, " ==> "), room[DATE_ROOM];
	struct due due;
	const char *got;
	int bad;

	if (!arrow) {
		arena_free(m);
		print_error("no ==> in %s\n", line);
		return 1;
	}
	*arrow = '\0';
	due = calendar_due(m, cal, line, anchor, NULL);
	got = due.precision == DUE_NONE ? "none" : due_print(due, room);
	bad = strcmp(got, arrow + 5) != 0;
	if (bad)
		print_error("%s ==> %s, not %s\n", line, got, arrow + 5);
	arena_free(m);
	return bad;
}

static void
forms_are_due_when_the_table_says(void **state)
{
	FILE *f = open_table("tests/when/forms");
	const struct calendar *cal = NULL;
	struct moment anchor = {0, 0};
	char line[256], when[40], region[16];
	int rows = 0, bad = 0;

	(void)state;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '@' &&
		    sscanf(line, "@ %39s %15s", when, region) == 2 &&
		    !strstr(line, "==>")) {
			assert_true(moment_parse(when, &anchor));
			cal = calendar_region(set, region);
			assert_non_null(cal);
		} else if (line[0] != '#' && line[0] != '\0' && ++rows) {
			bad += check_form(cal, anchor, line);
		}
	}
	fclose(f);
	assert_int_equal(bad, 0);
	assert_true(rows > 80);
}

static struct moment
at(const char *text)
{
	struct moment m;

	assert_true(moment_parse(text, &m));
	return m;
}

static void
why_names_the_holidays_that_were_skipped(void **state)
{
	struct arena *m = arena_new();
	const char *why = NULL;

	(void)state;
	calendar_due(m, calendar_region(set, "gb"), "+2bd",
	    at("2026-04-02T09:00:00+01:00"), &why);
	assert_string_equal(why,
	    "2 working days from Thursday 2 April 2026, skipping Good Friday, "
	    "Friday 3 April 2026; Easter Monday, Monday 6 April 2026");
	arena_free(m);
}

static void
working_days_can_be_counted_one_by_one(void **state)
{
	const struct calendar *cal = calendar_region(set, "GB-NIR");
	struct civil first = {2019, 12, 20};
	day_t start = day_of_civil(first);

	(void)state;
	for (int n = 1; n < 400; n++) {
		day_t day = calendar_add_working(cal, start, n);

		assert_true(calendar_working(cal, day));
		assert_int_equal(calendar_add_working(cal, day, 1),
		    calendar_add_working(cal, start, n + 1));
		for (day_t d = day + 1; d < calendar_add_working(cal, day, 1);
		     d++)
			assert_false(calendar_working(cal, d));
	}
}

static void
regions_are_known_by_name(void **state)
{
	(void)state;
	assert_string_equal(
	    calendar_name(calendar_region(set, "gb-sct")), "GB-SCT");
	assert_string_equal(calendar_name(calendar_region(set, NULL)), "none");
	assert_string_equal(calendar_name(calendar_region(set, "")), "none");
	assert_string_equal(
	    calendar_name(calendar_region(set, "None")), "none");
	assert_null(calendar_region(set, "XX"));
	assert_true(calendar_month_first(calendar_region(set, "US")));
	assert_false(calendar_month_first(calendar_region(set, "GB")));
	assert_false(calendar_month_first(calendar_region(set, "none")));
}

/* A folder with one place whose holidays file is text. */
static struct calendars *
load_text(const char *text, struct err *err)
{
	char dir[] = "/tmp/calendar-XXXXXX", place[64], file[80];
	struct calendars *got;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	snprintf(place, sizeof(place), "%s/xx", dir);
	snprintf(file, sizeof(file), "%s/holidays", place);
	assert_int_equal(mkdir(place, 0700), 0);
	f = fopen(file, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
	got = calendars_load(loaded, dir, err);
	unlink(file);
	rmdir(place);
	rmdir(dir);
	return got;
}

static void
bad_files_are_named_by_place(void **state)
{
	static const struct {
		const char *text, *place;
	} files[] = {
	    {"01-01: New Year\n", ":1:"},
	    {"[XX]\n13-01: None\n", ":2:"},
	    {"[XX]\n02-30: None\n", ":2:"},
	    {"[XX]\n01-01\n", ":2:"},
	    {"[XX]\n01-01:\n", ":2:"},
	    {"[XX]\n\n01-01 moved: Name\n", ":3:"},
	    {"[XX]\nfirst monday: Name\n", ":2:"},
	    {"[XX]\nfirst monday of mai: Name\n", ":2:"},
	    {"[XX]\nmonday 05-25: Name\n", ":2:"},
	    {"[XX]\neaster +999: Name\n", ":2:"},
	    {"[XX]\n01-01 from soon: Name\n", ":2:"},
	    {"[XX]\n01-01 except: Name\n", ":2:"},
	    {"[XX\n", ":1:"},
	    {"[]\n", ":1:"},
	    {"[XX]\nnumeric year-month\n", ":2:"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct err err = {0, ""};

		if (load_text(files[i].text, &err))
			fail_msg("taken: %s", files[i].text);
		assert_int_equal(err.code, EX_CONFIG);
		if (!strstr(err.text, files[i].place))
			fail_msg("%s: %s", files[i].text, err.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(holidays_are_those_of_the_law),
	    cmocka_unit_test(forms_are_due_when_the_table_says),
	    cmocka_unit_test(why_names_the_holidays_that_were_skipped),
	    cmocka_unit_test(working_days_can_be_counted_one_by_one),
	    cmocka_unit_test(regions_are_known_by_name),
	    cmocka_unit_test(bad_files_are_named_by_place),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
