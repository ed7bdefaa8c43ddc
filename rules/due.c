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
 *   then                   the day told before in the text; without one, and
 *                          for calendar_due(), the anchor's
 *   ..                     the end of a range follows: days are sought from
 *                          here on, offsets start at the anchor again
 *   event vague past       nothing can be dated
 */
#include <string.h>

#include "base/arena.h"
#include "rules/calendar.h"
#include "rules/reckoning.h"

enum { STEP_ROOM = 32, STEPS_MOST = 32 };

static bool
in_range(day_t day)
{
	return day >= civil_day(1, 1, 1) && day <= civil_day(9999, 12, 31);
}

static bool
step_range(struct reckoning *s, const char *p)
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
step_none(struct reckoning *s, const char *p)
{
	(void)p;
	s->none = true;
	return true;
}

static bool
step_then(struct reckoning *s, const char *p)
{
	(void)s;
	(void)p;
	return true;
}

static const struct step other_steps[] = {
    {"..", true, step_range},
    {"then", true, step_then},
    {"event", true, step_none},
    {"vague", true, step_none},
    {"past", true, step_none},
    {NULL, false, NULL},
};

static const struct step *const all_steps[] = {
    amount_steps, day_steps, clock_steps, other_steps};

/* The kind of a step: that with the longest prefix; NULL when none fits. */
static const struct step *
kind_of(const char *step)
{
	const struct step *best = NULL, *kind;
	size_t longest = 0;

	for (size_t i = 0; i < sizeof(all_steps) / sizeof(*all_steps); i++)
		for (kind = all_steps[i]; kind->take; kind++) {
			size_t n = strlen(kind->prefix);

			if (strncmp(step, kind->prefix, n) != 0 ||
			    (kind->whole && step[n] != '\0') ||
			    (best && n <= longest))
				continue;
			best = kind;
			longest = n;
		}
	return best;
}

static bool
take_step(struct reckoning *s, const char *step)
{
	const struct step *kind = kind_of(step);

	return kind && kind->take(s, step);
}

/* A bare time is today, or tomorrow when it is past. */
static void
settle_day(struct reckoning *s, int32_t offset)
{
	struct moment at = moment_at(s->hi, s->second, offset);

	if (s->timed && !s->named && !s->moved && at.utc <= s->anchor.utc) {
		reckoning_say(s, "that time is past on", s->hi);
		s->lo = s->hi += 1;
	}
}

static struct due
finish(struct reckoning *s)
{
	struct due due = {.precision = DUE_DAY};
	int32_t offset = s->anchor.offset;

	clock_settle(s);
	if (s->timed && s->zone && !clock_offset(s->zone, s->hi, &offset))
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
run(struct reckoning *s, const char *expr, char room[][STEP_ROOM])
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
	struct reckoning s = {
	    .cal = cal, .anchor = anchor, .says = why != NULL};

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
