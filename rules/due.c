/*
 * Phase two of time phrases: calendar_due() of calendar.h, the resolver of
 * normal forms.  Pure.
 *
 * A normal form is a row of steps, separated by blanks and taken from left to
 * right.  The state is a stretch of days, perhaps with a time of day; at first
 * it is the anchor's day.  What is due in a stretch is due on its last day.
 *
 *   +5bd -1m +48h +2wd5    so much later (earlier): s min h d w m q y; bd
 *                          working days, bh working hours (8 make a day), and
 *                          wd1-wd7 for the nth Monday to Sunday after (within
 *                          a month or year that was named: of it)
 *   wd5 nwd5               the first Friday after; that of the next week
 *   today 2026-03-09 03-09 day:14 day:14/5 lastday:2 dmy:3/9 dmy:3/9/2026
 *                          a day; the first on or after when no year is given;
 *                          the second last day; dmy by the region's order
 *   week month quarter year weekend, and with n before it: the next one
 *   m06 nm06 2026-06 q3 half2 y2027  a month (the next one of that name), ...
 *   isoweek31              a week by its number
 *   easter-2 4wd4/11       Good Friday; the fourth Thursday of November
 *   start early mid late end   of that stretch;  before: the day before it
 *   @17:00 @5pm @5:30?     a time of day; "?": no am or pm was written
 *   from@10                the window's start: the next time is after it
 *   am pm night            part of the day, for a time without one
 *   z+01:00 zus-05:00 zeu+00:00   zone of that time; with rules for summer time
 *   near                   a date without a year is the one nearest to the
 *                          anchor, before or after: the day a clock started
 *   back                   the amounts that follow are taken off
 *   ..                     the end of a range follows: days are sought from
 *                          here on, offsets start at the anchor again
 *   event vague past       nothing can be dated
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "rules/calendar.h"

enum { DAY_SECONDS = 86400, MOST = 9999, STEP_ROOM = 32, STEPS_MOST = 32 };

enum stretch { ONE_DAY, WEEK, MONTH, QUARTER, HALF, YEAR };

enum part { PART_NONE, PART_AM, PART_PM, PART_NIGHT };

/* How sure the hour of a time of day is. */
enum hour { HOUR_EXACT, HOUR_LOOSE, HOUR_BARE };

struct state {
	const struct calendar *cal;
	struct moment anchor;
	struct buf why;
	bool says; /* why is asked for */
	day_t lo, hi, floor;
	enum stretch stretch;
	bool named; /* a day was named: hours are not counted from the anchor */
	bool moved; /* lo was counted from the anchor */
	bool timed; /* second is part of the due date */
	int second; /* of the day; the anchor's when not timed */
	enum hour hour;
	enum part part;
	const char *zone; /* what follows the z; NULL: the anchor's */
	bool yearless; /* lo is a day whose year was sought */
	int since; /* where a window of the day begins; -1 none */
	bool back; /* amounts are taken off */
	bool near; /* a date without a year is the nearest one */
	bool none; /* can't be dated */
};

/* A number in thousandths and its unit. */
struct amount {
	long milli;
	int sign;
	char unit[8];
};

static const char *const weekday_names[] = {"", "Monday", "Tuesday",
    "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
static const char *const month_names[] = {"", "January", "February", "March",
    "April", "May", "June", "July", "August", "September", "October",
    "November", "December"};

/* --- saying what was done --- */

static void
say_day(struct buf *out, day_t day)
{
	struct civil c = civil_of_day(day);

	buf_printf(out, "%s %d %s %d", weekday_names[weekday_of(day)], c.day,
	    month_names[c.month], c.year);
}

static void
say(struct state *s, const char *what, day_t from)
{
	if (!s->says)
		return;
	if (s->why.len > 0)
		buf_putc(&s->why, '\n');
	buf_puts(&s->why, what);
	buf_putc(&s->why, ' ');
	say_day(&s->why, from);
}

/* --- days --- */

static day_t
civil_day(int year, int month, int day)
{
	struct civil c = {year, month, day};

	return day_of_civil(c);
}

static bool
in_range(day_t day)
{
	return day >= civil_day(1, 1, 1) && day <= civil_day(9999, 12, 31);
}

/* Where a day with a name is sought from. */
static day_t
base(const struct state *s)
{
	return s->lo > s->floor ? s->lo : s->floor;
}

static void
set_day(struct state *s, day_t day)
{
	s->lo = s->hi = day;
	s->stretch = ONE_DAY;
	s->named = true;
}

static void
set_stretch(struct state *s, enum stretch stretch, day_t lo, day_t hi)
{
	s->lo = lo;
	s->hi = hi;
	s->stretch = stretch;
	s->named = true;
}

static void
set_months(struct state *s, enum stretch stretch, int year, int month, int n)
{
	day_t lo = civil_day(year, month, 1);

	set_stretch(s, stretch, lo, day_add_months(lo, n) - 1);
}

/* --- amounts: +5bd --- */

static long
round_up(long milli, long unit)
{
	return (milli * unit + 999) / 1000;
}

static void
add_seconds(struct state *s, int64_t seconds)
{
	int64_t at = (int64_t)s->hi * DAY_SECONDS + s->second + seconds;
	int64_t day = at / DAY_SECONDS - (at % DAY_SECONDS < 0);

	if (s->named && !s->timed) { /* "48 hours of 3 March": days */
		int64_t days = (seconds + DAY_SECONDS - 1) / DAY_SECONDS;

		s->lo = s->hi = (day_t)(s->hi + days);
		return;
	}
	s->lo = s->hi = (day_t)day;
	s->second = (int)(at - day * DAY_SECONDS);
	s->timed = true;
}

static void
say_amount(
    struct state *s, const struct amount *a, const char *name, day_t from)
{
	char text[80];

	if (a->milli % 1000 == 0)
		snprintf(text, sizeof(text), "%ld %s%s %s", a->milli / 1000,
		    name, a->milli == 1000 ? "" : "s",
		    a->sign < 0 ? "before" : "from");
	else
		snprintf(text, sizeof(text), "%ld.%ld %ss %s", a->milli / 1000,
		    a->milli % 1000 / 100, name,
		    a->sign < 0 ? "before" : "from");
	say(s, text, from);
}

static void
say_skipped(struct state *s, day_t from, day_t to)
{
	const char *join = ", skipping ";
	int step = from < to ? 1 : -1;

	for (day_t day = from; s->says && day != to; day += step) {
		const char *name;

		if (weekday_of(day) >= SATURDAY)
			continue;
		name = calendar_holiday(s->cal, day);
		if (!name || day == from)
			continue;
		buf_printf(&s->why, "%s%s, ", join, name);
		say_day(&s->why, day);
		join = "; ";
	}
}

static day_t
working_days(const struct state *s, day_t from, int n, int sign)
{
	if (sign > 0)
		return n > 0 ? calendar_add_working(s->cal, from, n) : from;
	while (n > 0)
		if (calendar_working(s->cal, --from))
			n--;
	return from;
}

static void
add_working_days(struct state *s, const struct amount *a, bool hours)
{
	long n = hours ? round_up(a->milli, 1) : a->milli;
	day_t from = s->hi;

	n = hours ? (n + 7) / 8 : round_up(n, 1);
	say_amount(s, a, hours ? "working hour" : "working day", from);
	s->lo = s->hi = working_days(s, from, (int)n, a->sign);
	say_skipped(s, from, s->hi);
}

static void
add_months(struct state *s, const struct amount *a, long each)
{
	long milli = a->milli * each;
	int months = a->sign * (int)(milli / 1000);
	int days = a->sign * (int)round_up(milli % 1000, 30);
	int year = civil_of_day(s->hi).year + months / 12;

	if (year < 2 || year > 9998)
		s->none = true; /* out of the calendar */
	else
		s->lo = s->hi = day_add_months(s->hi, months) + days;
}

static day_t
nth_weekday_within(day_t lo, day_t hi, int n, int weekday)
{
	int ahead;

	if (n < 0) {
		ahead = ((int)weekday_of(hi) - weekday + 7) % 7;
		return hi - ahead + 7 * (n + 1);
	}
	ahead = (weekday - (int)weekday_of(lo) + 7) % 7;
	return lo + ahead + 7 * (n - 1);
}

/* +2wd5, -1wd5 */
static void
add_weekdays(struct state *s, const struct amount *a)
{
	int n = (int)(a->milli / 1000) * a->sign, weekday = a->unit[2] - '0';
	char text[48];
	day_t from = base(s);

	snprintf(
	    text, sizeof(text), "%s number %d of", weekday_names[weekday], n);
	if (s->stretch != ONE_DAY) {
		say(s, text, s->lo);
		set_day(s, nth_weekday_within(s->lo, s->hi, n, weekday));
		return;
	}
	snprintf(text, sizeof(text), "%s number %d after",
	    weekday_names[weekday], n);
	say(s, text, from);
	if (n > 0)
		set_day(s, nth_weekday_within(from + 1, from + 7, n, weekday));
	else
		set_day(s, nth_weekday_within(from - 7, from - 1, n, weekday));
}

static const struct unit {
	const char *unit, *name;
	int seconds, days, months; /* one of them */
} units[] = {
    {"s", "second", 1, 0, 0},
    {"min", "minute", 60, 0, 0},
    {"h", "hour", 3600, 0, 0},
    {"d", "day", 0, 1, 0},
    {"w", "week", 0, 7, 0},
    {"m", "month", 0, 0, 1},
    {"q", "quarter", 0, 0, 3},
    {"y", "year", 0, 0, 12},
};

static bool
add_unit(struct state *s, const struct amount *a, const struct unit *u)
{
	bool whole = a->milli * u->days % 1000 == 0;

	say_amount(s, a, u->name, s->hi);
	if (u->seconds > 0)
		add_seconds(s, a->sign * round_up(a->milli, u->seconds));
	else if (u->months > 0)
		add_months(s, a, u->months);
	else if (whole || s->named || u->days > 1)
		s->lo = s->hi += (day_t)(a->sign * round_up(a->milli, u->days));
	else
		add_seconds(s, a->sign * round_up(a->milli, DAY_SECONDS));
	s->stretch = ONE_DAY;
	s->moved = true;
	return true;
}

static bool
parse_amount(const char *p, struct amount *a)
{
	char *end;
	long n;

	a->sign = *p == '-' ? -1 : 1;
	if (!isdigit((unsigned char)p[1]))
		return false;
	n = strtol(p + 1, &end, 10);
	if (n > MOST)
		return false;
	a->milli = n * 1000;
	if (*end == '.') {
		long weight = 100;

		for (end++; isdigit((unsigned char)*end); end++, weight /= 10)
			a->milli += weight * (*end - '0');
	}
	if (strlen(end) >= sizeof(a->unit) || *end == '\0')
		return false;
	strcpy(a->unit, end);
	return true;
}

static bool
step_amount(struct state *s, const char *p)
{
	struct amount a;

	if (!parse_amount(p, &a))
		return false;
	if (s->back)
		a.sign = -a.sign;
	s->moved = true;
	if (strcmp(a.unit, "bd") == 0 || strcmp(a.unit, "bh") == 0) {
		add_working_days(s, &a, a.unit[1] == 'h');
		s->stretch = ONE_DAY;
		return true;
	}
	if (strncmp(a.unit, "wd", 2) == 0 && a.unit[2] >= '1' &&
	    a.unit[2] <= '7' && a.unit[3] == '\0' && a.milli > 0) {
		add_weekdays(s, &a);
		return true;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(a.unit, units[i].unit) == 0)
			return add_unit(s, &a, &units[i]);
	return false;
}

/* --- days with a name --- */

/* wd5: the first Friday after; of a week that was named, its Friday */
static bool
step_weekday(struct state *s, const char *p)
{
	bool next = *p == 'n';
	int weekday;
	day_t from = base(s);

	p += next ? 3 : 2;
	weekday = *p - '0';
	if (weekday < 1 || weekday > 7 || p[1] != '\0')
		return false;
	if (next) {
		say(s, "in the week after that of", s->lo);
		set_day(s, week_start(s->lo) + 6 + weekday);
	} else if (s->stretch == WEEK) {
		set_day(s, week_start(s->lo) + weekday - 1);
	} else if (s->stretch != ONE_DAY) {
		set_day(s, nth_weekday_within(s->lo, s->hi, 1, weekday));
	} else {
		char text[40];

		snprintf(text, sizeof(text), "the first %s after",
		    weekday_names[weekday]);
		say(s, text, from);
		set_day(s, nth_weekday_within(from + 1, from + 7, 1, weekday));
	}
	return true;
}

static int
nearest_year(const struct state *s, struct civil c)
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
month_day(struct state *s, int month, int day)
{
	struct civil c = civil_of_day(base(s));

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
					   day_of_civil(c) < base(s)))
			continue;
		set_day(s, day_of_civil(c));
		s->yearless = true;
		return true;
	}
	return false;
}

static bool
year_month_day(struct state *s, int year, int month, int day)
{
	struct civil c = {year, month, day};

	if (!civil_valid(c))
		return false;
	set_day(s, day_of_civil(c));
	return true;
}

/* n digits at *p, which moves behind them; -1 when there are none. */
static int
digits(const char **p, int least, int most)
{
	int n = 0, value = 0;

	for (; n < most && isdigit((unsigned char)**p); (*p)++, n++)
		value = value * 10 + (**p - '0');
	return n < least ? -1 : value;
}

/* 2026-03-09, 2026-03, 03-09 */
static bool
step_date(struct state *s, const char *p)
{
	const char *start = p;
	int a = digits(&p, 1, 4), b, c;
	bool year = p - start == 4;

	if (*p++ != '-' || (b = digits(&p, 1, 2)) < 0)
		return false;
	if (*p == '\0' && !year)
		return month_day(s, a, b);
	if (*p == '\0') {
		if (b < 1 || b > 12 || a < 1)
			return false;
		set_months(s, MONTH, a, b, 1);
		return true;
	}
	if (*p++ != '-' || (c = digits(&p, 1, 2)) < 0 || *p != '\0' || !year)
		return false;
	return year_month_day(s, a, b, c);
}

/* dmy:3/9/2026 by the region's order, or the other if only that can be. */
static bool
step_dmy(struct state *s, const char *p)
{
	int a, b, year = -1, day, month;
	bool month_first = calendar_month_first(s->cal);

	p += 4;
	a = digits(&p, 1, 2);
	if (a < 0 || *p++ != '/' || (b = digits(&p, 1, 2)) < 0)
		return false;
	if (*p == '/') {
		p++;
		year = digits(&p, 2, 4);
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

/* day:14, the next 14th, day:14/5, the next one that is a Friday; of a month
 * that was named, its 14th */
static bool
step_day_number(struct state *s, const char *p)
{
	struct civil c = civil_of_day(s->stretch == MONTH ? s->lo : base(s));
	int day, weekday = 0;

	p += 4;
	day = digits(&p, 1, 2);
	if (*p == '/') {
		p++;
		weekday = digits(&p, 1, 1);
	}
	if (day < 1 || day > 31 || weekday < 0 || weekday > 7 || *p != '\0')
		return false;
	if (s->stretch == MONTH)
		return year_month_day(s, c.year, c.month, day);
	for (int tries = 0; tries < 40; tries++) {
		struct civil try = {c.year, c.month, day};

		if (civil_valid(try) && day_of_civil(try) >= base(s) &&
		    (weekday == 0 ||
			(int)weekday_of(day_of_civil(try)) == weekday)) {
			set_day(s, day_of_civil(try));
			return true;
		}
		c.year += c.month == 12;
		c.month = c.month % 12 + 1;
	}
	return false;
}

static bool
step_last_day(struct state *s, const char *p)
{
	int n;

	p += 8;
	n = digits(&p, 1, 3);
	if (n < 1 || *p != '\0')
		return false;
	set_day(s, s->hi - n + 1);
	return true;
}

/* easter-2 and 4wd4/11: the first on or after the base */
static bool
annual(struct state *s, const char *p, int year, day_t *day)
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
	n = digits(&p, 1, 1);
	weekday = p[0] == 'w' && p[1] == 'd' ? p[2] - '0' : 0;
	if (n < 1 || weekday < 1 || weekday > 7 || p[3] != '/')
		return false;
	p += 4;
	month = digits(&p, 1, 2);
	if (month < 1 || month > 12 || *p != '\0')
		return false;
	*day = nth_weekday_within(civil_day(year, month, 1),
	    civil_day(year, month, days_in_month(year, month)), n == 9 ? -1 : n,
	    weekday);
	(void)s;
	return true;
}

static bool
step_annual(struct state *s, const char *p)
{
	int year = civil_of_day(base(s)).year;
	day_t day;

	for (int tries = 0; tries < 2; tries++, year++) {
		if (!annual(s, p, year, &day))
			return false;
		if (day >= base(s) || s->stretch == YEAR)
			break;
	}
	set_day(s, day);
	return true;
}

/* --- stretches --- */

static void
set_week(struct state *s, int weeks)
{
	day_t monday = week_start(s->lo) + 7 * weeks;
	/* Seen from a weekend, "this week" has no working day left. */
	bool over = weeks == 0 && !s->named && weekday_of(s->lo) >= SATURDAY;

	set_stretch(s, WEEK, monday, monday + (over ? 6 : 4));
}

static bool
step_stretch(struct state *s, const char *p)
{
	bool next = *p == 'n';
	struct civil c = civil_of_day(s->lo);
	const char *name = p + next;

	if (strcmp(name, "week") == 0) {
		set_week(s, next);
	} else if (strcmp(name, "weekend") == 0) {
		day_t saturday = week_start(s->lo) + 5 + 7 * next;

		set_stretch(s, ONE_DAY, saturday, saturday + 1);
	} else if (strcmp(name, "month") == 0) {
		set_months(s, MONTH, c.year, c.month, 1);
		if (next)
			set_stretch(
			    s, MONTH, s->hi + 1, day_add_months(s->lo, 2) - 1);
	} else if (strcmp(name, "quarter") == 0) {
		day_t lo = day_add_months(
		    civil_day(c.year, (c.month - 1) / 3 * 3 + 1, 1), 3 * next);

		set_stretch(s, QUARTER, lo, day_add_months(lo, 3) - 1);
	} else if (strcmp(name, "year") == 0) {
		set_months(s, YEAR, c.year + next, 1, 12);
	} else {
		return false;
	}
	return true;
}

/* m06: the June that is now or comes next; nm06: not the one that is now */
static bool
step_month(struct state *s, const char *p)
{
	struct civil c = civil_of_day(base(s));
	bool next = *p == 'n';
	int month;

	p += next ? 2 : 1;
	month = digits(&p, 2, 2);
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
step_part_of_year(struct state *s, const char *p)
{
	struct civil c = civil_of_day(base(s));
	int months = *p == 'q' ? 3 : 6, n;

	p += *p == 'q' ? 1 : 4;
	n = digits(&p, 1, 1);
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
step_iso_week(struct state *s, const char *p)
{
	int year = civil_of_day(base(s)).year, n;
	day_t monday;

	p += 7;
	n = digits(&p, 1, 2);
	if (n < 1 || n > 53 || *p != '\0')
		return false;
	monday = week_start(civil_day(year, 1, 4)) + 7 * (n - 1);
	if (s->stretch != YEAR && monday + 6 < base(s))
		monday = week_start(civil_day(year + 1, 1, 4)) + 7 * (n - 1);
	set_stretch(s, WEEK, monday, monday + 4);
	return true;
}

static bool
step_year(struct state *s, const char *p)
{
	int year;

	p++;
	year = digits(&p, 4, 4);
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
step_edge(struct state *s, const char *p)
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
step_before(struct state *s, const char *p)
{
	(void)p;
	if (s->timed)
		return true;
	say(s, "the day before", s->lo);
	set_day(s, s->lo - 1);
	return true;
}

/* --- times of day --- */

static bool
step_clock(struct state *s, const char *p)
{
	int hour, minute = 0, second = 0;

	p++;
	hour = digits(&p, 1, 2);
	if (*p == ':') {
		p++;
		minute = digits(&p, 2, 2);
	}
	if (*p == ':') {
		p++;
		second = digits(&p, 2, 2);
	}
	s->hour = hour > 12 || hour == 0 ? HOUR_EXACT : HOUR_LOOSE;
	if (*p == '?') {
		s->hour = hour > 12 || hour == 0 ? HOUR_EXACT : HOUR_BARE;
		p++;
	} else if (strcmp(p, "am") == 0 || strcmp(p, "pm") == 0) {
		if (hour < 1 || hour > 12)
			return false;
		hour = hour % 12 + (*p == 'p' ? 12 : 0);
		s->hour = HOUR_EXACT;
		p += 2;
	}
	if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 ||
	    second > 59 || *p != '\0')
		return false;
	s->second =
	    hour == 24 ? DAY_SECONDS - 1 : hour * 3600 + minute * 60 + second;
	s->timed = true;
	return true;
}

/* from@10: a time of day that follows is later on the same day */
static bool
step_since(struct state *s, const char *p)
{
	struct state window = *s;

	if (!step_clock(&window, p + 4))
		return false;
	s->since = window.second;
	return true;
}

static bool
step_part(struct state *s, const char *p)
{
	s->part = *p == 'a' ? PART_AM : *p == 'p' ? PART_PM : PART_NIGHT;
	return true;
}

static bool
step_zone(struct state *s, const char *p)
{
	s->zone = p + 1;
	return true;
}

/* An hour without am or pm, by the part of the day; a bare one from 1 to 7 is
 * an afternoon's, as offices keep their hours. */
static void
settle_hour(struct state *s)
{
	int hour = s->second / 3600;

	if (!s->timed || s->hour == HOUR_EXACT)
		return;
	if (s->part == PART_AM)
		s->second -= hour == 12 ? 12 * 3600 : 0;
	else if (s->part == PART_NIGHT && hour == 12)
		s->second = DAY_SECONDS - 1;
	else if (hour < 12 && (s->second <= s->since || s->part != PART_NONE ||
				  (s->hour == HOUR_BARE && hour <= 7)))
		s->second += 12 * 3600;
	s->hour = HOUR_EXACT;
}

/* Summer time by local date: from the nth Sunday of a month to another's. */
static const struct summer {
	const char *name;
	int from_nth, from_month, to_nth, to_month;
} summers[] = {{"us", 2, 3, 1, 11}, {"eu", -1, 3, -1, 10}, {"au", 1, 10, 1, 4},
    {"nz", -1, 9, 1, 4}};

static bool
is_summer(const struct summer *rule, day_t day)
{
	int year = civil_of_day(day).year;
	day_t from = nth_weekday_within(civil_day(year, rule->from_month, 1),
	    civil_day(
		year, rule->from_month, days_in_month(year, rule->from_month)),
	    rule->from_nth, SUNDAY);
	day_t to = nth_weekday_within(civil_day(year, rule->to_month, 1),
	    civil_day(
		year, rule->to_month, days_in_month(year, rule->to_month)),
	    rule->to_nth, SUNDAY);

	return from < to ? day >= from && day < to : day >= from || day < to;
}

/* "+01:00", "us-05:00"; false when it is none. */
static bool
zone_offset(const char *zone, day_t day, int32_t *offset)
{
	const struct summer *rule = NULL;
	int hours, minutes;
	bool west;

	for (size_t i = 0; i < sizeof(summers) / sizeof(*summers); i++)
		if (strncmp(zone, summers[i].name, 2) == 0)
			rule = &summers[i];
	zone += rule ? 2 : 0;
	west = *zone == '-';
	if (*zone++ != '+' && !west)
		return false;
	hours = digits(&zone, 2, 2);
	if (hours < 0 || hours > 15 || *zone++ != ':')
		return false;
	minutes = digits(&zone, 2, 2);
	if (minutes < 0 || minutes > 59 || *zone != '\0')
		return false;
	*offset = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
	if (rule && is_summer(rule, day))
		*offset += 3600;
	return true;
}

/* --- the whole form --- */

static bool
step_range(struct state *s, const char *p)
{
	day_t anchor = moment_day(s->anchor);

	(void)p;
	/* "1 December to 4 February" may have begun before the anchor. */
	if (!s->yearless && s->lo > s->floor)
		s->floor = s->lo;
	s->lo = s->hi = anchor;
	s->stretch = ONE_DAY;
	s->named = s->timed = s->moved = s->yearless = false;
	s->second = moment_second(s->anchor);
	return true;
}

static bool
step_near(struct state *s, const char *p)
{
	(void)p;
	s->near = true;
	return true;
}

static bool
step_back(struct state *s, const char *p)
{
	(void)p;
	s->back = true;
	return true;
}

static bool
step_none(struct state *s, const char *p)
{
	(void)p;
	s->none = true;
	return true;
}

static bool
step_today(struct state *s, const char *p)
{
	(void)p;
	s->named = true;
	return true;
}

/* By the first letters of a step; the longer ones first. */
static const struct step {
	const char *prefix;
	bool whole; /* the step is just that */
	bool (*take)(struct state *, const char *);
} steps[] = {
    {"+", false, step_amount},
    {"-", false, step_amount},
    {"@", false, step_clock},
    {"from@", false, step_since},
    {"wd", false, step_weekday},
    {"nwd", false, step_weekday},
    {"week", false, step_stretch},
    {"nweek", false, step_stretch},
    {"month", true, step_stretch},
    {"nmonth", true, step_stretch},
    {"quarter", true, step_stretch},
    {"nquarter", true, step_stretch},
    {"year", true, step_stretch},
    {"nyear", true, step_stretch},
    {"today", true, step_today},
    {"near", true, step_near},
    {"back", true, step_back},
    {"before", true, step_before},
    {"start", true, step_edge},
    {"early", true, step_edge},
    {"mid", true, step_edge},
    {"late", true, step_edge},
    {"end", true, step_edge},
    {"am", true, step_part},
    {"pm", true, step_part},
    {"night", true, step_part},
    {"day:", false, step_day_number},
    {"lastday:", false, step_last_day},
    {"dmy:", false, step_dmy},
    {"easter", false, step_annual},
    {"event", true, step_none},
    {"vague", true, step_none},
    {"past", true, step_none},
    {"..", true, step_range},
    {"nm", false, step_month},
    {"m", false, step_month},
    {"q", false, step_part_of_year},
    {"isoweek", false, step_iso_week},
    {"half", false, step_part_of_year},
    {"y", false, step_year},
    {"z", false, step_zone},
};

static bool
take_step(struct state *s, const char *step)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		size_t n = strlen(steps[i].prefix);

		if (strncmp(step, steps[i].prefix, n) == 0 &&
		    (!steps[i].whole || step[n] == '\0'))
			return steps[i].take(s, step);
	}
	if (isdigit((unsigned char)*step))
		return strchr(step, 'w') ? step_annual(s, step)
					 : step_date(s, step);
	return false;
}

/* A bare time is today, or tomorrow when it is past. */
static void
settle_day(struct state *s, int32_t offset)
{
	struct moment at = moment_at(s->hi, s->second, offset);

	if (s->timed && !s->named && !s->moved && at.utc <= s->anchor.utc) {
		say(s, "that time is past on", s->hi);
		s->lo = s->hi += 1;
	}
}

static struct due
finish(struct state *s)
{
	struct due due = {.precision = DUE_DAY};
	int32_t offset = s->anchor.offset;

	settle_hour(s);
	if (s->timed && s->zone && !zone_offset(s->zone, s->hi, &offset))
		offset = s->anchor.offset;
	settle_day(s, offset);
	due.day = s->hi;
	if (s->timed) {
		due.precision = DUE_TIME;
		due.at = moment_at(s->hi, s->second, offset);
	}
	return due;
}

static bool
run(struct state *s, const char *expr, char room[][STEP_ROOM])
{
	for (int count = 0;; count++) {
		size_t n;

		expr += strspn(expr, " ");
		n = strcspn(expr, " ");
		if (n == 0)
			return count > 0;
		if (n >= STEP_ROOM || count == STEPS_MOST)
			return false;
		memcpy(room[count], expr, n);
		room[count][n] = '\0';
		if (!take_step(s, room[count]) || !in_range(s->lo) ||
		    !in_range(s->hi))
			return false;
		expr += n;
	}
}

struct due
calendar_due(struct arena *arena, const struct calendar *cal, const char *expr,
    struct moment anchor, const char **why)
{
	struct due due = {.precision = DUE_NONE};
	char room[STEPS_MOST][STEP_ROOM];
	struct state s = {.cal = cal, .anchor = anchor, .says = why != NULL};

	s.lo = s.hi = moment_day(anchor);
	s.floor = s.lo;
	s.since = -1;
	s.second = moment_second(anchor);
	if (run(&s, expr, room) && !s.none)
		due = finish(&s);
	if (why)
		*why = buf_keep(&s.why, arena);
	else
		buf_free(&s.why);
	return due;
}
