/*
 * Steps of a normal form that name a day ("wd5", "03-09", "easter-2") or a
 * stretch of days ("nweek", "m06") or an edge of one ("end").  See due.c for
 * what they mean.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/reckoning.h"

static void
set_months(
    struct reckoning *s, enum stretch stretch, int year, int month, int n)
{
	day_t lo = civil_day(year, month, 1);

	reckoning_set_stretch(s, stretch, lo, day_add_months(lo, n) - 1);
}

/* --- days with a name --- */

/* wd5: the first Friday after; of a week that was named, its Friday */
static bool
step_weekday(struct reckoning *s, const char *p)
{
	bool next = *p == 'n';
	int weekday;
	day_t from = reckoning_base(s);

	p += next ? 3 : 2;
	weekday = *p - '0';
	if (weekday < 1 || weekday > 7 || p[1] != '\0')
		return false;
	if (next) {
		reckoning_say(s, "in the week after that of", s->lo);
		reckoning_set_day(s, week_start(s->lo) + 6 + weekday);
	} else if (s->stretch == WEEK) {
		reckoning_set_day(s, week_start(s->lo) + weekday - 1);
	} else if (s->stretch != ONE_DAY) {
		reckoning_set_day(s, nth_weekday(s->lo, s->hi, 1, weekday));
	} else {
		char text[40];

		snprintf(text, sizeof(text), "the first %s after",
		    weekday_names[weekday]);
		reckoning_say(s, text, from);
		reckoning_set_day(
		    s, nth_weekday(from + 1, from + 7, 1, weekday));
	}
	return true;
}

static int
nearest_year(const struct reckoning *s, struct civil c)
{
	int first = c.year - 1, best = first;
	day_t anchor = moment_day(s->anchor), gap = 1000;

	for (int i = 0; i < 3; i++) {
		day_t away;

		c.year = first + i;
		if (!civil_valid(c))
			continue;
		away = day_of_civil(c) - anchor;
		away = away < 0 ? -away : away;
		if (away < gap) {
			gap = away;
			best = c.year;
		}
	}
	return best;
}

/* The first such date on or after the base; in a year that was named, there. */
static bool
month_day(struct reckoning *s, int month, int day)
{
	struct civil c = civil_of_day(reckoning_base(s));

	if (month < 1 || month > 12 || day < 1)
		return false;
	if (s->stretch == YEAR)
		c.year = civil_of_day(s->lo).year;
	c.month = month;
	c.day = day;
	if (s->near)
		c.year = nearest_year(s, c);
	for (int tries = 0; tries < 9; tries++, c.year++) {
		if (!civil_valid(c) || (s->stretch != YEAR && !s->near &&
					   day_of_civil(c) < reckoning_base(s)))
			continue;
		reckoning_set_day(s, day_of_civil(c));
		s->yearless = true;
		return true;
	}
	return false;
}

static bool
year_month_day(struct reckoning *s, int year, int month, int day)
{
	struct civil c = {year, month, day};

	if (!civil_valid(c))
		return false;
	reckoning_set_day(s, day_of_civil(c));
	return true;
}

/* 2026-03-09, 2026-03, 03-09 */
static bool
step_date(struct reckoning *s, const char *p)
{
	const char *start = p;
	int a = take_digits(&p, 1, 4), b, c;
	bool year = p - start == 4;

	if (*p++ != '-' || (b = take_digits(&p, 1, 2)) < 0)
		return false;
	if (*p == '\0' && !year)
		return month_day(s, a, b);
	if (*p == '\0') {
		if (b < 1 || b > 12 || a < 1)
			return false;
		set_months(s, MONTH, a, b, 1);
		return true;
	}
	if (*p++ != '-' || (c = take_digits(&p, 1, 2)) < 0 || *p != '\0' ||
	    !year)
		return false;
	return year_month_day(s, a, b, c);
}

/* dmy:3/9/2026 by the region's order, or the other if only that can be. */
static bool
step_dmy(struct reckoning *s, const char *p)
{
	int a, b, year = -1, day, month;
	bool month_first = calendar_month_first(s->cal);

	p += 4;
	a = take_digits(&p, 1, 2);
	if (a < 0 || *p++ != '/' || (b = take_digits(&p, 1, 2)) < 0)
		return false;
	if (*p == '/') {
		p++;
		year = take_digits(&p, 2, 4);
	}
	if (*p != '\0')
		return false;
	month = month_first ? a : b;
	day = month_first ? b : a;
	if (month > 12 && day <= 12) {
		int swap = month;

		month = day;
		day = swap;
	}
	if (year >= 0)
		return year_month_day(
		    s, year < 100 ? 2000 + year : year, month, day);
	return month_day(s, month, day);
}

/* Of a date that was told, the 14th that is nearest to it; none before the
 * anchor, where the date itself is not. */
static bool
nearest_day_number(struct reckoning *s, int day)
{
	struct civil c = civil_of_day(day_add_months(s->lo, -1));
	day_t anchor = moment_day(s->anchor), best = 0, gap = 0;
	bool any = false;

	for (int months = 0; months < 3; months++) {
		struct civil try = {c.year, c.month, day};
		day_t at = civil_valid(try) ? day_of_civil(try) : anchor - 1;
		day_t away = at > s->lo ? at - s->lo : s->lo - at;

		c.year += c.month == 12;
		c.month = c.month % 12 + 1;
		if (!civil_valid(try) || (at < anchor && s->lo >= anchor) ||
		    (any && away >= gap))
			continue;
		any = true;
		best = at;
		gap = away;
	}
	if (any)
		reckoning_set_day(s, best);
	return any;
}

/* A date that was some weeks ago says nothing of what is to come. */
static void
forget_gone(struct reckoning *s)
{
	day_t anchor = moment_day(s->anchor);

	if (!s->near || !s->yearless || s->lo - anchor <= AHEAD_MOST)
		return;
	s->lo = s->hi = anchor;
	s->named = false;
}

/* day:14, the next 14th, day:14/5, the next one that is a Friday; of a month
 * that was named, its 14th */
static bool
step_day_number(struct reckoning *s, const char *p)
{
	struct civil c;
	int day, weekday = 0;

	forget_gone(s);
	c = civil_of_day(s->stretch == MONTH ? s->lo : reckoning_base(s));
	p += 4;
	day = take_digits(&p, 1, 2);
	if (*p == '/') {
		p++;
		weekday = take_digits(&p, 1, 1);
	}
	if (day < 1 || day > 31 || weekday < 0 || weekday > 7 || *p != '\0')
		return false;
	if (s->stretch == MONTH)
		return year_month_day(s, c.year, c.month, day);
	if (s->near && s->named && weekday == 0)
		return nearest_day_number(s, day);
	for (int tries = 0; tries < 40; tries++) {
		struct civil try = {c.year, c.month, day};

		if (civil_valid(try) &&
		    day_of_civil(try) >= reckoning_base(s) &&
		    (weekday == 0 ||
			(int)weekday_of(day_of_civil(try)) == weekday)) {
			reckoning_set_day(s, day_of_civil(try));
			return true;
		}
		c.year += c.month == 12;
		c.month = c.month % 12 + 1;
	}
	return false;
}

static bool
step_last_day(struct reckoning *s, const char *p)
{
	int n;

	p += 8;
	n = take_digits(&p, 1, 3);
	if (n < 1 || *p != '\0')
		return false;
	reckoning_set_day(s, s->hi - n + 1);
	return true;
}

/* easter-2 and 4wd4/11: the first on or after the base */
static bool
annual(const char *p, int year, day_t *day)
{
	int n, weekday, month;

	if (*p == 'e') {
		p += 6;
		n = (int)strtol(p, NULL, 10);
		if (n < -366 || n > 366)
			return false;
		*day = easter(year) + n;
		return true;
	}
	n = take_digits(&p, 1, 1);
	weekday = p[0] == 'w' && p[1] == 'd' ? p[2] - '0' : 0;
	if (n < 1 || weekday < 1 || weekday > 7 || p[3] != '/')
		return false;
	p += 4;
	month = take_digits(&p, 1, 2);
	if (month < 1 || month > 12 || *p != '\0')
		return false;
	*day = nth_weekday(civil_day(year, month, 1),
	    civil_day(year, month, days_in_month(year, month)), n == 9 ? -1 : n,
	    weekday);
	return true;
}

static bool
step_annual(struct reckoning *s, const char *p)
{
	int year = civil_of_day(reckoning_base(s)).year;
	day_t day;

	for (int tries = 0; tries < 2; tries++, year++) {
		if (!annual(p, year, &day))
			return false;
		if (day >= reckoning_base(s) || s->stretch == YEAR)
			break;
	}
	reckoning_set_day(s, day);
	return true;
}

/* --- stretches --- */

static void
set_week(struct reckoning *s, int weeks)
{
	day_t monday = week_start(s->lo) + 7 * weeks;
	/* Seen from a weekend, "this week" has no working day left. */
	bool over = weeks == 0 && !s->named && weekday_of(s->lo) >= SATURDAY;

	reckoning_set_stretch(s, WEEK, monday, monday + (over ? 6 : 4));
}

static bool
step_stretch(struct reckoning *s, const char *p)
{
	bool next = *p == 'n';
	struct civil c = civil_of_day(s->lo);
	const char *name = p + next;

	if (strcmp(name, "week") == 0) {
		set_week(s, next);
	} else if (strcmp(name, "weekend") == 0) {
		day_t saturday = week_start(s->lo) + 5 + 7 * next;

		reckoning_set_stretch(s, ONE_DAY, saturday, saturday + 1);
	} else if (strcmp(name, "month") == 0) {
		set_months(s, MONTH, c.year, c.month, 1);
		if (next)
			reckoning_set_stretch(
			    s, MONTH, s->hi + 1, day_add_months(s->lo, 2) - 1);
	} else if (strcmp(name, "quarter") == 0) {
		day_t lo = day_add_months(
		    civil_day(c.year, (c.month - 1) / 3 * 3 + 1, 1), 3 * next);

		reckoning_set_stretch(
		    s, QUARTER, lo, day_add_months(lo, 3) - 1);
	} else if (strcmp(name, "year") == 0) {
		set_months(s, YEAR, c.year + next, 1, 12);
	} else {
		return false;
	}
	return true;
}

/* m06: the June that is now or comes next; nm06: not the one that is now */
static bool
step_month(struct reckoning *s, const char *p)
{
	struct civil c = civil_of_day(reckoning_base(s));
	bool next = *p == 'n';
	int month;

	p += next ? 2 : 1;
	month = take_digits(&p, 2, 2);
	if (month < 1 || month > 12 || *p != '\0')
		return false;
	if (s->stretch != YEAR &&
	    (month < c.month || (next && month == c.month)))
		c.year++;
	set_months(s, MONTH, c.year, month, 1);
	return true;
}

/* q3 and half2, of the year that was named or the next to end */
static bool
step_part_of_year(struct reckoning *s, const char *p)
{
	struct civil c = civil_of_day(reckoning_base(s));
	int months = *p == 'q' ? 3 : 6, n;

	p += *p == 'q' ? 1 : 4;
	n = take_digits(&p, 1, 1);
	if (n < 1 || n > 12 / months || *p != '\0')
		return false;
	if (s->stretch != YEAR && (c.month - 1) / months + 1 > n)
		c.year++;
	set_months(s, months == 3 ? QUARTER : HALF, c.year,
	    (n - 1) * months + 1, months);
	return true;
}

/* isoweek31: of the year that was named, or the next week 31 (ISO 8601) */
static bool
step_iso_week(struct reckoning *s, const char *p)
{
	int year = civil_of_day(reckoning_base(s)).year, n;
	day_t monday;

	p += 7;
	n = take_digits(&p, 1, 2);
	if (n < 1 || n > 53 || *p != '\0')
		return false;
	monday = week_start(civil_day(year, 1, 4)) + 7 * (n - 1);
	if (s->stretch != YEAR && monday + 6 < reckoning_base(s))
		monday = week_start(civil_day(year + 1, 1, 4)) + 7 * (n - 1);
	reckoning_set_stretch(s, WEEK, monday, monday + 4);
	return true;
}

static bool
step_year(struct reckoning *s, const char *p)
{
	int year;

	p++;
	year = take_digits(&p, 4, 4);
	if (year < 1 || *p != '\0')
		return false;
	set_months(s, YEAR, year, 1, 12);
	return true;
}

/* Days from the start of a stretch to its early and middle day. */
static const struct edge {
	const char *name;
	int week, month; /* -1: the last day */
	int share; /* thirds of a longer stretch; 0: its first day */
} edges[] = {{"start", 0, 0, 0}, {"early", 1, 9, 1}, {"mid", 2, 14, 2},
    {"late", -1, -1, 4}, {"end", -1, -1, 4}};

static bool
step_edge(struct reckoning *s, const char *p)
{
	const struct edge *e = edges;
	int days = s->hi - s->lo + 1, into;

	while (strcmp(e->name, p) != 0)
		if (++e == edges + sizeof(edges) / sizeof(*edges))
			return false;
	into = s->stretch == WEEK    ? e->week
	       : s->stretch == MONTH ? e->month
	       : e->share == 0       ? 0
				     : e->share * days / 4 - 1;
	if (s->stretch == ONE_DAY)
		into = -1;
	s->lo = s->hi = into < 0 ? s->hi : s->lo + into;
	s->stretch = ONE_DAY;
	return true;
}

static bool
step_before(struct reckoning *s, const char *p)
{
	(void)p;
	if (s->timed)
		return true;
	reckoning_say(s, "the day before", s->lo);
	reckoning_set_day(s, s->lo - 1);
	return true;
}

static bool
step_today(struct reckoning *s, const char *p)
{
	(void)p;
	s->named = true;
	return true;
}

static bool
step_near(struct reckoning *s, const char *p)
{
	(void)p;
	s->near = true;
	return true;
}

/* A date by its numbers, or the fourth Thursday of November. */
static bool
step_number(struct reckoning *s, const char *p)
{
	if (!isdigit((unsigned char)*p))
		return false;
	return strchr(p, 'w') ? step_annual(s, p) : step_date(s, p);
}

const struct step day_steps[] = {
    {"wd", false, step_weekday},
    {"nwd", false, step_weekday},
    {"today", true, step_today},
    {"near", true, step_near},
    {"day:", false, step_day_number},
    {"lastday:", false, step_last_day},
    {"dmy:", false, step_dmy},
    {"easter", false, step_annual},
    {"week", false, step_stretch},
    {"nweek", false, step_stretch},
    {"month", true, step_stretch},
    {"nmonth", true, step_stretch},
    {"quarter", true, step_stretch},
    {"nquarter", true, step_stretch},
    {"year", true, step_stretch},
    {"nyear", true, step_stretch},
    {"m", false, step_month},
    {"nm", false, step_month},
    {"q", false, step_part_of_year},
    {"half", false, step_part_of_year},
    {"isoweek", false, step_iso_week},
    {"y", false, step_year},
    {"before", true, step_before},
    {"start", true, step_edge},
    {"early", true, step_edge},
    {"mid", true, step_edge},
    {"late", true, step_edge},
    {"end", true, step_edge},
    {"", false, step_number},
    {NULL, false, NULL},
};
