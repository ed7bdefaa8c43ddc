/*
 * Steps of a normal form that tell a time of day: "@17:00", "from@10", "pm",
 * "zeu+01:00".  See due.c for what they mean.
 */
#include <string.h>

#include "rules/reckoning.h"

static bool
step_clock(struct reckoning *s, const char *p)
{
	int hour, minute = 0, second = 0;

	p++;
	hour = take_digits(&p, 1, 2);
	if (*p == ':') {
		p++;
		minute = take_digits(&p, 2, 2);
	}
	if (*p == ':') {
		p++;
		second = take_digits(&p, 2, 2);
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
step_since(struct reckoning *s, const char *p)
{
	struct reckoning window = *s;

	if (!step_clock(&window, p + 4))
		return false;
	s->since = window.second;
	return true;
}

static bool
step_part(struct reckoning *s, const char *p)
{
	s->part = *p == 'a' ? PART_AM : *p == 'p' ? PART_PM : PART_NIGHT;
	return true;
}

static bool
step_zone(struct reckoning *s, const char *p)
{
	s->zone = p + 1;
	return true;
}

/* An hour without am or pm, by the part of the day; a bare one from 1 to 7 is
 * an afternoon's, as offices keep their hours. */
void
clock_settle(struct reckoning *s)
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
	day_t from = nth_weekday(civil_day(year, rule->from_month, 1),
	    civil_day(
		year, rule->from_month, days_in_month(year, rule->from_month)),
	    rule->from_nth, SUNDAY);
	day_t to = nth_weekday(civil_day(year, rule->to_month, 1),
	    civil_day(
		year, rule->to_month, days_in_month(year, rule->to_month)),
	    rule->to_nth, SUNDAY);

	return from < to ? day >= from && day < to : day >= from || day < to;
}

/* "+01:00", "us-05:00"; false when it is none. */
bool
clock_offset(const char *zone, day_t day, int32_t *offset)
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
	hours = take_digits(&zone, 2, 2);
	if (hours < 0 || hours > 15 || *zone++ != ':')
		return false;
	minutes = take_digits(&zone, 2, 2);
	if (minutes < 0 || minutes > 59 || *zone != '\0')
		return false;
	*offset = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
	if (rule && is_summer(rule, day))
		*offset += 3600;
	return true;
}

const struct step clock_steps[] = {
    {"@", false, step_clock},
    {"from@", false, step_since},
    {"am", true, step_part},
    {"pm", true, step_part},
    {"night", true, step_part},
    {"z", false, step_zone},
    {NULL, false, NULL},
};
