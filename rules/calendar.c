/*
 * See calendar.h.  Two halves: holiday files and the resolver of normal forms.
 *
 * A holidays file has sections "[GB, GB-ENG]" that name the regions which the
 * lines below apply to; "numeric month-day" tells how all-numeric dates are
 * read; every other line is a rule and a name, "first monday of may: Early May
 * bank holiday".  promised-rules(5) has the grammar of both.
 *
 * A normal form is a row of steps, taken from left to right from the anchor's
 * day.  A state of the resolver is a stretch of days (one day mostly), perhaps
 * with a time of day; a period that ends the form is due at its end.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "rules/calendar.h"

enum {
	FILE_MOST = 1 << 18,
	REGIONS = 256,
	YEAR_DAYS = 192, /* holidays of three years */
	YEAR_WORDS = 366 / 64 + 1,
	EXCEPT = 8, /* years that one rule leaves out */
	DAY_SECONDS = 86400
};

/* --- a day of each year --- */

enum annual_kind {
	ANNUAL_FIXED,
	ANNUAL_EASTER,
	ANNUAL_ORTHODOX,
	ANNUAL_NTH,
	ANNUAL_ONCE
};

struct annual {
	enum annual_kind kind;
	int year, month, day;
	int nth, weekday; /* nth < 0: counted from the month's end */
	int plus; /* days, after all */
	/* Then the first such weekday before (-1), on or before (-2), after (1),
	 * on or after (2) that day; 0 none. */
	int side, side_weekday;
};

enum shift { SHIFT_NONE, SHIFT_SUBSTITUTE, SHIFT_OBSERVED, SHIFT_SUNDAY };

struct holiday {
	struct annual on;
	enum shift shift;
	int from, until; /* years, both inclusive */
	int except[EXCEPT], except_count;
	const char *name;
	const struct holiday *next;
};

struct calendar {
	const char *name;
	bool month_first;
	const struct holiday *holidays, **tail;
};

struct calendars {
	struct arena *arena;
	struct calendar *v;
	size_t n;
	struct calendar none;
};

static day_t
civil_day(int year, int month, int day)
{
	struct civil c = {year, month, day};

	return day_of_civil(c);
}

/* Easter Sunday of the Eastern churches, as a Gregorian date (Meeus). */
static day_t
orthodox_easter(int year)
{
	int a = year % 4, b = year % 7, c = year % 19;
	int d = (19 * c + 15) % 30, e = (2 * a + 4 * b - d + 34) % 7;
	int month = (d + e + 114) / 31, day = (d + e + 114) % 31 + 1;

	return civil_day(year, month, day) + year / 100 - year / 400 - 2;
}

static day_t
weekday_beside(day_t day, int side, int weekday)
{
	int ahead = (weekday - (int)weekday_of(day) + 7) % 7;

	if (side > 0)
		return day + (ahead == 0 && side == 1 ? 7 : ahead);
	return day - (ahead == 0 ? (side == -1 ? 7 : 0) : 7 - ahead);
}

/* The day in a year; false when that year has none (29 February). */
static bool
annual_day(const struct annual *a, int year, day_t *day)
{
	struct civil c = {year, a->month, a->day};

	switch (a->kind) {
	case ANNUAL_ONCE:
		if (a->year != year)
			return false;
		/* fall through */
	case ANNUAL_FIXED:
		if (!civil_valid(c))
			return false;
		*day = day_of_civil(c);
		break;
	case ANNUAL_EASTER:
		*day = easter(year);
		break;
	case ANNUAL_ORTHODOX:
		*day = orthodox_easter(year);
		break;
	case ANNUAL_NTH:
		*day = nth_weekday(civil_day(year, a->month, 1),
		    civil_day(year, a->month, days_in_month(year, a->month)),
		    a->nth, a->weekday);
		break;
	}
	if (a->side != 0)
		*day = weekday_beside(*day, a->side, a->side_weekday);
	*day += a->plus;
	return true;
}

/* --- the holidays around a year --- */

struct year_table {
	const struct calendar *cal;
	day_t first, last; /* of the year; 0 and -1: not filled */
	uint64_t off[YEAR_WORDS]; /* a bit for each of its days */
	day_t days[YEAR_DAYS];
	const char *names[YEAR_DAYS];
	int n;
};

static const char *
table_find(const struct year_table *t, day_t day)
{
	for (int i = 0; i < t->n; i++)
		if (t->days[i] == day)
			return t->names[i];
	return NULL;
}

static void
table_add(struct year_table *t, day_t day, const char *name)
{
	if (t->n < YEAR_DAYS) {
		t->days[t->n] = day;
		t->names[t->n++] = name;
	}
}

static bool
in_force(const struct holiday *h, int year)
{
	for (int i = 0; i < h->except_count; i++)
		if (h->except[i] == year)
			return false;
	return year >= h->from && year <= h->until;
}

static bool
is_weekend(day_t day)
{
	return weekday_of(day) >= SATURDAY;
}

/* The day off in lieu of a holiday on a weekend. */
static day_t
day_in_lieu(const struct year_table *t, enum shift shift, day_t day)
{
	if (shift == SHIFT_OBSERVED)
		return weekday_of(day) == SATURDAY ? day - 1 : day + 1;
	do
		day++;
	while (is_weekend(day) || table_find(t, day));
	return day;
}

static void
add_year(struct year_table *t, int year)
{
	const struct holiday *h;
	day_t day;

	for (h = t->cal->holidays; h; h = h->next)
		if (in_force(h, year) && annual_day(&h->on, year, &day))
			table_add(t, day, h->name);
	/* Days in lieu go to what the holidays themselves leave free. */
	for (h = t->cal->holidays; h; h = h->next) {
		if (h->shift == SHIFT_NONE || !in_force(h, year) ||
		    !annual_day(&h->on, year, &day) || !is_weekend(day) ||
		    (h->shift == SHIFT_SUNDAY && weekday_of(day) == SATURDAY))
			continue;
		table_add(t, day_in_lieu(t, h->shift, day), h->name);
	}
}

/* Days in lieu may lie in the year before or after their holiday's. */
static void
table_fill(struct year_table *t, int year)
{
	t->first = civil_day(year, 1, 1);
	t->last = civil_day(year, 12, 31);
	t->n = 0;
	memset(t->off, 0, sizeof(t->off));
	for (int y = year - 1; y <= year + 1; y++)
		if (y >= 1 && y <= 9999)
			add_year(t, y);
	for (int i = 0; i < t->n; i++) {
		day_t at = t->days[i] - t->first;

		if (t->days[i] >= t->first && t->days[i] <= t->last)
			t->off[at / 64] |= UINT64_C(1) << (at % 64);
	}
}

/* The table is filled for the year of the day. */
static const char *
holiday_in(struct year_table *t, day_t day)
{
	day_t at;

	if (!t->cal->holidays)
		return NULL;
	if (day < t->first || day > t->last)
		table_fill(t, civil_of_day(day).year);
	at = day - t->first;
	return t->off[at / 64] >> (at % 64) & 1 ? table_find(t, day) : NULL;
}

const char *
calendar_holiday(const struct calendar *cal, day_t day)
{
	struct year_table t = {.cal = cal, .first = 0, .last = -1};

	return holiday_in(&t, day);
}

bool
calendar_working(const struct calendar *cal, day_t day)
{
	return !is_weekend(day) && !calendar_holiday(cal, day);
}

/* skipped (may be NULL) receives ", skipping NAME DAY" for each holiday. */
static day_t
add_working(const struct calendar *cal, day_t day, int n, struct buf *skipped)
{
	struct year_table t = {.cal = cal, .first = 0, .last = -1};
	int step = n < 0 ? -1 : 1;
	char text[DATE_ROOM];

	for (n *= step; n > 0;) {
		const char *name;

		day += step;
		if (is_weekend(day))
			continue;
		name = holiday_in(&t, day);
		if (!name)
			n--;
		else if (skipped)
			buf_printf(skipped, "%s%s %s",
			    skipped->len ? ", " : ", skipping ", name,
			    day_print(day, text));
	}
	return day;
}

day_t
calendar_add_working(const struct calendar *cal, day_t from, int n)
{
	return add_working(cal, from, n, NULL);
}

/* --- holiday files --- */

struct reader {
	struct calendars *set;
	const char *path;
	int line;
	struct slice rest, whole; /* of the line */
	struct calendar *regions[REGIONS]; /* of the section */
	size_t region_count;
	struct err *err;
};

static int
bad(struct reader *r, const char *what)
{
	return err_set(r->err, EX_CONFIG, "%s:%d:%d: %s", r->path, r->line,
	    (int)(r->rest.p - r->whole.p) + 1, what);
}

static struct slice
next_word(struct reader *r)
{
	struct slice word = r->rest = slice_trim(r->rest);

	word.len = 0;
	while (word.len < r->rest.len && !strchr(" \t,:", r->rest.p[word.len]))
		word.len++;
	r->rest.p += word.len;
	r->rest.len -= word.len;
	return word;
}

/* Takes the word if it is the next one. */
static bool
take(struct reader *r, const char *word)
{
	struct slice rest = r->rest;

	if (slice_is_nocase(next_word(r), word))
		return true;
	r->rest = rest;
	return false;
}

static const char *const weekdays[] = {"", "Monday", "Tuesday", "Wednesday",
    "Thursday", "Friday", "Saturday", "Sunday"};
static const char *const months[] = {"", "January", "February", "March",
    "April", "May", "June", "July", "August", "September", "October",
    "November", "December"};

/* The index of the next word among names from 1 on; 0 none. */
static int
take_of(struct reader *r, const char *const *names, int n)
{
	struct slice rest = r->rest, word = next_word(r);

	for (int i = 1; i < n; i++)
		if (slice_is_nocase(word, names[i]))
			return i;
	r->rest = rest;
	return 0;
}

/* "05-25" (of a leap year, so that 29 February is one) or "2022-06-03". */
static bool
take_date(struct reader *r, struct annual *a)
{
	static const char leap[] = "2024-", whole[] = "2022-06-03";
	struct slice rest = r->rest, word = next_word(r);
	char text[sizeof(whole)] = "";
	struct civil c;
	day_t day;

	a->kind = word.len == strlen("05-25") ? ANNUAL_FIXED : ANNUAL_ONCE;
	if (a->kind == ANNUAL_FIXED)
		snprintf(
		    text, sizeof(text), "%s%.*s", leap, (int)word.len, word.p);
	else if (word.len == strlen(whole))
		snprintf(text, sizeof(text), "%.*s", (int)word.len, word.p);
	if (!day_parse(text, &day)) {
		r->rest = rest;
		return false;
	}
	c = civil_of_day(day);
	a->year = c.year;
	a->month = c.month;
	a->day = c.day;
	return true;
}

static int
take_plus(struct reader *r, struct annual *a)
{
	struct slice rest = r->rest, word = next_word(r);
	char *end;
	long n;

	if (word.len == 0 || (*word.p != '+' && *word.p != '-')) {
		r->rest = rest;
		return 0;
	}
	n = strtol(word.p, &end, 10);
	if (end != word.p + word.len || n < -366 || n > 366)
		return bad(r, "no number of days after + or -");
	a->plus = (int)n;
	return 0;
}

static int
read_day(struct reader *r, struct annual *a)
{
	static const char *const nths[] = {
	    "", "first", "second", "third", "fourth", "fifth", "last"};
	int nth = take_of(r, nths, 7), month;

	if (nth > 0) {
		a->kind = ANNUAL_NTH;
		a->nth = nth == 6 ? -1 : nth;
		a->weekday = take_of(r, weekdays, 8);
		if (a->weekday == 0 || !take(r, "of"))
			return bad(
			    r, "\"first\" and the like want WEEKDAY of MONTH");
		month = take_of(r, months, 13);
		if (month == 0)
			return bad(r, "no month after \"of\"");
		a->month = month;
	} else if (take(r, "easter")) {
		a->kind = ANNUAL_EASTER;
	} else if (take(r, "orthodox-easter")) {
		a->kind = ANNUAL_ORTHODOX;
	} else if (!take_date(r, a)) {
		return bad(r, "no day: MM-DD, YYYY-MM-DD, easter, \"first "
			      "monday of may\" or \"monday before MM-DD\"");
	}
	return take_plus(r, a);
}

/* "monday before DAY", or a DAY. */
static int
read_annual(struct reader *r, struct annual *a)
{
	bool on_or;

	a->side_weekday = take_of(r, weekdays, 8);
	if (a->side_weekday == 0)
		return read_day(r, a);
	on_or = take(r, "on") && take(r, "or");
	if (take(r, "before"))
		a->side = on_or ? -2 : -1;
	else if (take(r, "after"))
		a->side = on_or ? 2 : 1;
	else
		return bad(
		    r, "a weekday wants [on or] before, or after, a day");
	return read_day(r, a);
}

static int
read_year(struct reader *r, int *year)
{
	struct slice word = next_word(r);
	char *end;
	long n = word.len > 0 ? strtol(word.p, &end, 10) : 0;

	if (word.len != 4 || n < 1 || n > 9999 || end != word.p + 4)
		return bad(r, "no year");
	*year = (int)n;
	return 0;
}

static int
read_except(struct reader *r, struct holiday *h)
{
	do {
		if (h->except_count == EXCEPT)
			return bad(r, "too many years left out");
		if (read_year(r, &h->except[h->except_count++]) < 0)
			return -1;
		r->rest = slice_trim(r->rest);
	} while (r->rest.len > 0 && isdigit((unsigned char)*r->rest.p));
	return 0;
}

static int
read_clauses(struct reader *r, struct holiday *h)
{
	static const char *const shifts[] = {
	    "", "substitute", "observed", "sunday-to-monday"};

	for (;;) {
		int shift;

		r->rest = slice_trim(r->rest);
		if (r->rest.len == 0)
			return bad(r, "no \":\" and name after the day");
		if (*r->rest.p == ':')
			return 0;
		if (*r->rest.p == ',') {
			r->rest.p++;
			r->rest.len--;
		}
		shift = take_of(r, shifts, 4);
		if (shift > 0)
			h->shift = (enum shift)shift;
		else if (take(r, "from")) {
			if (read_year(r, &h->from) < 0)
				return -1;
		} else if (take(r, "until")) {
			if (read_year(r, &h->until) < 0)
				return -1;
		} else if (take(r, "except")) {
			if (read_except(r, h) < 0)
				return -1;
		} else {
			return bad(r, "substitute, observed, sunday-to-monday, "
				      "from, until or except expected");
		}
	}
}

static int
read_holiday(struct reader *r)
{
	struct arena *arena = r->set->arena;
	struct holiday h = {.from = 1, .until = 9999};

	if (read_annual(r, &h.on) < 0 || read_clauses(r, &h) < 0)
		return -1;
	r->rest.p++;
	r->rest.len--;
	h.name = slice_dup(arena, slice_trim(r->rest));
	if (*h.name == '\0')
		return bad(r, "no name after \":\"");
	for (size_t i = 0; i < r->region_count; i++) {
		struct holiday *copy = arena_dup(arena, &h, sizeof(h));

		*r->regions[i]->tail = copy;
		r->regions[i]->tail = &copy->next;
	}
	return 0;
}

static struct calendar *
region_add(struct calendars *set, struct slice name)
{
	struct calendar *cal;

	for (size_t i = 0; i < set->n; i++)
		if (slice_is_nocase(name, set->v[i].name))
			return &set->v[i];
	if (set->n == REGIONS || name.len == 0)
		return NULL;
	cal = &set->v[set->n++];
	cal->name = slice_dup(set->arena, name);
	cal->tail = &cal->holidays;
	return cal;
}

/* "[GB, GB-ENG]" */
static int
read_section(struct reader *r)
{
	r->region_count = 0;
	r->rest.p++;
	r->rest.len--;
	if (r->rest.len == 0 || r->rest.p[r->rest.len - 1] != ']')
		return bad(r, "no ] at the end of the line");
	r->rest.len--;
	for (;;) {
		struct slice name = next_word(r);
		struct calendar *cal = region_add(r->set, name);

		if (!cal)
			return bad(r, "no region, or too many");
		r->regions[r->region_count++] = cal;
		r->rest = slice_trim(r->rest);
		if (r->rest.len == 0)
			return 0;
		if (*r->rest.p != ',' || r->region_count == REGIONS)
			return bad(r, "regions are separated by commas");
		r->rest.p++;
		r->rest.len--;
	}
}

static int
read_line(struct reader *r)
{
	r->rest = slice_trim(r->whole);
	if (r->rest.len == 0 || *r->rest.p == '#')
		return 0;
	if (*r->rest.p == '[')
		return read_section(r);
	if (r->region_count == 0)
		return bad(r, "stands before the first [REGION]");
	if (take(r, "numeric")) {
		bool month_first = take(r, "month-day");

		if (!month_first && !take(r, "day-month"))
			return bad(r, "numeric is month-day or day-month");
		for (size_t i = 0; i < r->region_count; i++)
			r->regions[i]->month_first = month_first;
		return 0;
	}
	return read_holiday(r);
}

static int
read_holidays(struct calendars *set, const char *path, FILE *f, struct err *err)
{
	struct reader r = {.set = set, .path = path, .err = err};
	char *text = mem_alloc(FILE_MOST);
	struct slice rest = {text, fread(text, 1, FILE_MOST, f)};
	int rc = 0;

	if (ferror(f))
		rc = err_errno(err, "%s", path);
	else if (rest.len == FILE_MOST)
		rc = err_set(err, EX_CONFIG, "%s:1:1: file is too large", path);
	while (rc == 0 && slice_line(&rest, &r.whole)) {
		r.line++;
		rc = read_line(&r);
	}
	free(text);
	return rc;
}

static int
read_places(struct calendars *set, const char *dir, DIR *d, struct err *err)
{
	struct dirent *entry;
	int rc = 0;

	while (rc == 0 && (entry = readdir(d))) {
		char *path;
		FILE *f;

		if (entry->d_name[0] == '.')
			continue;
		path = arena_printf(
		    set->arena, "%s/%s/holidays", dir, entry->d_name);
		f = fopen(path, "re");
		if (!f)
			continue; /* a language, or a file */
		rc = read_holidays(set, path, f, err);
		fclose(f);
	}
	return rc;
}

struct calendars *
calendars_load(struct arena *arena, const char *dir, struct err *err)
{
	struct calendars *set = arena_alloc(arena, sizeof(*set));
	DIR *d = opendir(dir);
	int rc = 0;

	set->arena = arena;
	set->v = arena_calloc(arena, REGIONS, sizeof(*set->v));
	set->none.name = arena_strdup(arena, "none");
	if (!d) {
		rc = err_errno(err, "%s", dir);
	} else {
		rc = read_places(set, dir, d, err);
		closedir(d);
	}
	return rc == 0 ? set : NULL;
}

const struct calendar *
calendar_region(const struct calendars *set, const char *name)
{
	if (!name || *name == '\0' || strcasecmp(name, "none") == 0)
		return &set->none;
	for (size_t i = 0; i < set->n; i++)
		if (strcasecmp(set->v[i].name, name) == 0)
			return &set->v[i];
	return NULL;
}

const char *
calendar_name(const struct calendar *cal)
{
	return cal->name;
}

bool
calendar_month_first(const struct calendar *cal)
{
	return cal->month_first;
}
