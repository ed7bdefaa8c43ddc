/* See date.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"

enum { DAY = 86400 };

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int
days_in_month(int year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool
civil_valid(struct civil c)
{
	return c.year >= 1 && c.year <= 9999 && c.month >= 1 && c.month <= 12 &&
	       c.day >= 1 && c.day <= days_in_month(c.year, c.month);
}

/*
 * Days are counted in years that begin on 1 March, so that the leap day is the
 * last one (Howard Hinnant, chrono-compatible low-level date algorithms).
 */
day_t
day_of_civil(struct civil c)
{
	int y = c.year - (c.month <= 2);
	int era = (y >= 0 ? y : y - 399) / 400;
	int year_of_era = y - era * 400;
	int day_of_year =
	    (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 -
			 year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

struct civil
civil_of_day(day_t day)
{
	int z = day + 719468;
	int era = (z >= 0 ? z : z - 146096) / 146097;
	int day_of_era = z - era * 146097;
	int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
			      day_of_era / 146096) /
			  365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 -
					   year_of_era / 100);
	int mp = (5 * day_of_year + 2) / 153;
	struct civil c;

	c.day = day_of_year - (153 * mp + 2) / 5 + 1;
	c.month = mp < 10 ? mp + 3 : mp - 9;
	c.year = year_of_era + era * 400 + (c.month <= 2);
	return c;
}

enum weekday
weekday_of(day_t day)
{
	int n = (day + 3) % 7; /* 1970-01-01 was a Thursday */

	return (enum weekday)((n < 0 ? n + 7 : n) + 1);
}

day_t
day_add_months(day_t day, int n)
{
	struct civil c = civil_of_day(day);
	int months = c.year * 12 + (c.month - 1) + n;
	int last;

	c.year = months / 12;
	c.month = months % 12 + 1;
	last = days_in_month(c.year, c.month);
	if (c.day > last)
		c.day = last;
	return day_of_civil(c);
}

day_t
week_start(day_t day)
{
	return day - (day_t)(weekday_of(day) - MONDAY);
}

day_t
easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
	int h = (19 * a + b - d - g + 15) % 30;
	int i = c / 4, k = c % 4;
	int l = (32 + 2 * e + 2 * i - h - k) % 7;
	int m = (a + 11 * h + 22 * l) / 451;
	int n = h + l - 7 * m + 114;
	struct civil sunday = {year, n / 31, n % 31 + 1};

	return day_of_civil(sunday);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

day_t
moment_day(struct moment m)
{
	return (day_t)floor_div(m.utc + m.offset, DAY);
}

int
moment_second(struct moment m)
{
	return (int)(m.utc + m.offset - (int64_t)moment_day(m) * DAY);
}

struct moment
moment_at(day_t day, int second, int32_t offset)
{
	struct moment m = {(int64_t)day * DAY + second - offset, offset};

	return m;
}

int64_t
due_last(struct due due, int32_t offset)
{
	switch (due.precision) {
	case DUE_DAY:
		return moment_at(due.day, DAY - 1, offset).utc;
	case DUE_TIME:
		return due.at.utc;
	case DUE_NONE:
		break;
	}
	return INT64_MAX;
}

char *
day_print(day_t day, char *out)
{
	struct civil c = civil_of_day(day);

	snprintf(out, DATE_ROOM, "%04d-%02d-%02d", c.year, c.month, c.day);
	return out;
}

char *
moment_print(struct moment m, char *out)
{
	struct civil c = civil_of_day(moment_day(m));
	int s = moment_second(m);
	int east = m.offset < 0 ? -m.offset : m.offset;

	snprintf(out, DATE_ROOM, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d",
	    c.year, c.month, c.day, s / 3600, s / 60 % 60, s % 60,
	    m.offset < 0 ? '-' : '+', east / 3600, east / 60 % 60);
	return out;
}

char *
due_print(struct due due, char *out)
{
	switch (due.precision) {
	case DUE_DAY:
		return day_print(due.day, out);
	case DUE_TIME:
		return moment_print(due.at, out);
	case DUE_NONE:
		break;
	}
	out[0] = '\0';
	return out;
}

char *
moment_print_mail(struct moment m, char *out)
{
	static const char days[][4] = {
	    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	day_t day = moment_day(m);
	struct civil c = civil_of_day(day);
	int s = moment_second(m);
	int east = m.offset < 0 ? -m.offset : m.offset;

	snprintf(out, DATE_ROOM, "%s, %02d %s %04d %02d:%02d:%02d %c%02d%02d",
	    days[weekday_of(day) - 1], c.day, months[c.month - 1], c.year,
	    s / 3600, s / 60 % 60, s % 60, m.offset < 0 ? '-' : '+',
	    east / 3600, east / 60 % 60);
	return out;
}

/* n decimal digits at p; false when one is none. */
static bool
digits(const char *p, int n, int *value)
{
	*value = 0;
	for (; n > 0; n--, p++) {
		if (*p < '0' || *p > '9')
			return false;
		*value = *value * 10 + (*p - '0');
	}
	return true;
}

static bool
civil_parse(const char *p, struct civil *c)
{
	return digits(p, 4, &c->year) && p[4] == '-' &&
	       digits(p + 5, 2, &c->month) && p[7] == '-' &&
	       digits(p + 8, 2, &c->day) && civil_valid(*c);
}

bool
day_parse(const char *text, day_t *day)
{
	struct civil c;

	if (!civil_parse(text, &c) || text[10] != '\0')
		return false;
	*day = day_of_civil(c);
	return true;
}

/* "Z", "+01:00" or "-0130", and nothing after it. */
static bool
offset_parse(const char *p, int32_t *offset)
{
	int hours, minutes, sign = *p == '-' ? -1 : 1;

	if ((*p == 'Z' || *p == 'z') && p[1] == '\0') {
		*offset = 0;
		return true;
	}
	if ((*p != '+' && *p != '-') || !digits(p + 1, 2, &hours))
		return false;
	p += p[3] == ':' ? 4 : 3;
	if (!digits(p, 2, &minutes) || p[2] != '\0')
		return false;
	if (hours > 15 || minutes > 59)
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool
moment_parse(const char *text, struct moment *m)
{
	struct civil c;
	int hour, minute, second = 0;
	int32_t offset;
	const char *p = text;

	if (!civil_parse(p, &c) || strchr("Tt ", p[10]) == NULL ||
	    p[10] == '\0')
		return false;
	p += 11;
	if (!digits(p, 2, &hour) || p[2] != ':' || !digits(p + 3, 2, &minute))
		return false;
	p += 5;
	if (*p == ':') {
		if (!digits(p + 1, 2, &second))
			return false;
		p += 3;
		if (*p == '.')
			p += 1 + strspn(p + 1, "0123456789");
	}
	if (hour > 23 || minute > 59 || second > 60 ||
	    !offset_parse(p, &offset))
		return false;
	*m = moment_at(
	    day_of_civil(c), hour * 3600 + minute * 60 + second, offset);
	return true;
}

day_t
nth_weekday(day_t first, day_t last, int n, int weekday)
{
	int ahead;

	if (n < 0) {
		ahead = ((int)weekday_of(last) - weekday + 7) % 7;
		return last - ahead + 7 * (n + 1);
	}
	ahead = (weekday - (int)weekday_of(first) + 7) % 7;
	return first + ahead + 7 * (n - 1);
}
