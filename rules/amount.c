/*
 * Steps of a normal form that count: "+5bd", "-1m", "+2wd5".  See due.c for
 * what they mean.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/reckoning.h"

enum { MOST = 9999 };

/* A number in thousandths and its unit. */
struct amount {
	long milli;
	int sign;
	char unit[8];
};

static long
round_up(long milli, long unit)
{
	return (milli * unit + 999) / 1000;
}

static void
add_seconds(struct reckoning *s, int64_t seconds)
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
    struct reckoning *s, const struct amount *a, const char *name, day_t from)
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
	reckoning_say(s, text, from);
}

static void
say_skipped(struct reckoning *s, day_t from, day_t to)
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
		print_day(&s->why, day);
		join = "; ";
	}
}

static day_t
working_days(const struct reckoning *s, day_t from, int n, int sign)
{
	if (sign > 0)
		return n > 0 ? calendar_add_working(s->cal, from, n) : from;
	while (n > 0)
		if (calendar_working(s->cal, --from))
			n--;
	return from;
}

static void
add_working_days(struct reckoning *s, const struct amount *a, bool hours)
{
	long n = hours ? round_up(a->milli, 1) : a->milli;
	day_t from = s->hi;

	n = hours ? (n + 7) / 8 : round_up(n, 1);
	say_amount(s, a, hours ? "working hour" : "working day", from);
	s->lo = s->hi = working_days(s, from, (int)n, a->sign);
	say_skipped(s, from, s->hi);
}

static void
add_months(struct reckoning *s, const struct amount *a, long each)
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

/* +2wd5, -1wd5 */
static void
add_weekdays(struct reckoning *s, const struct amount *a)
{
	int n = (int)(a->milli / 1000) * a->sign, weekday = a->unit[2] - '0';
	char text[48];
	day_t from = reckoning_base(s);

	snprintf(
	    text, sizeof(text), "%s number %d of", weekday_names[weekday], n);
	if (s->stretch != ONE_DAY) {
		reckoning_say(s, text, s->lo);
		reckoning_set_day(s, nth_weekday(s->lo, s->hi, n, weekday));
		return;
	}
	snprintf(text, sizeof(text), "%s number %d after",
	    weekday_names[weekday], n);
	reckoning_say(s, text, from);
	if (n > 0)
		reckoning_set_day(
		    s, nth_weekday(from + 1, from + 7, n, weekday));
	else
		reckoning_set_day(
		    s, nth_weekday(from - 7, from - 1, n, weekday));
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
add_unit(struct reckoning *s, const struct amount *a, const struct unit *u)
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
step_amount(struct reckoning *s, const char *p)
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

static bool
step_back(struct reckoning *s, const char *p)
{
	(void)p;
	s->back = true;
	return true;
}

const struct step amount_steps[] = {
    {"+", false, step_amount},
    {"-", false, step_amount},
    {"back", true, step_back},
    {NULL, false, NULL},
};
