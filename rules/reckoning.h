/*
 * Reckoning: where the arithmetic of a due date stands between two steps of a
 * normal form.  due.c tells the form and takes the steps one by one; the steps
 * themselves are in amount.c ("+5bd"), day.c ("wd5", "nweek", "end") and
 * clock.c ("@17:00"), each with a table of what it knows.
 */
#ifndef RULES_RECKONING_H
#define RULES_RECKONING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "rules/calendar.h"

enum { DAY_SECONDS = 86400 };

/* What the days from lo to hi are. */
enum stretch { ONE_DAY, WEEK, MONTH, QUARTER, HALF, YEAR };

enum part { PART_NONE, PART_AM, PART_PM, PART_NIGHT };

/* How sure the hour of a time of day is. */
enum hour { HOUR_EXACT, HOUR_LOOSE, HOUR_BARE };

struct reckoning {
	const struct calendar *cal;
	struct moment anchor;
	struct buf why;
	bool says; /* why is asked for */
	day_t lo, hi;
	day_t floor; /* days with a name are sought from here on, or from lo */
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

/*
 * A kind of step, by its first letters: of several that fit the longest counts.
 * take() gets the whole step and returns false when it is none after all.
 * Tables end with one without a take().
 */
struct step {
	const char *prefix;
	bool whole; /* the step is just that */
	bool (*take)(struct reckoning *, const char *step);
};

extern const struct step amount_steps[], day_steps[], clock_steps[];

/* "Monday" is 1, "January" is 1. */
extern const char *const weekday_names[], *const month_names[];

/* "Friday 6 March 2026" */
void print_day(struct buf *, day_t);
/* A line of why: what was done, from which day. */
void reckoning_say(struct reckoning *, const char *what, day_t from);
/* A day of the stretch is named; or all of it. */
void reckoning_set_day(struct reckoning *, day_t);
void
reckoning_set_stretch(struct reckoning *, enum stretch, day_t lo, day_t hi);
/* Where a day with a name is sought from. */
day_t reckoning_base(const struct reckoning *);

day_t civil_day(int year, int month, int day);
/* n digits at *p, which moves behind them; -1 when there are none. */
int take_digits(const char **p, int least, int most);

/* At the end: an hour without am or pm becomes sure, ... */
void clock_settle(struct reckoning *);
/* ... and the seconds east of UTC of its zone on a day ("+01:00", "us-05:00");
 * false when it is none. */
bool clock_offset(const char *zone, day_t day, int32_t *offset);

#endif
