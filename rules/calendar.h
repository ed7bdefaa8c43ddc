/*
 * Working days: which days are public holidays in a region, and the arithmetic
 * that turns a normal form ("+5bd") and an anchor into a due date.  Pure: no
 * clock, and no file after calendar_load().
 */
#ifndef RULES_CALENDAR_H
#define RULES_CALENDAR_H

#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"

/* Days ahead that a date without a year is taken for one to come: one further
 * off was some weeks ago. */
enum { AHEAD_MOST = 280 };

struct calendar;  /* the holidays of one region */
struct calendars; /* all regions: rules/PLACE/holidays */

/* Reads dir/PLACE/holidays for every place, into the arena.  NULL with err
 * (file:line:column) when one is bad. */
struct calendars *
calendars_load(struct arena *, const char *dir, struct err *);

/*
 * The calendar of a region ("GB", "GB-SCT", "US", any case), borrowed from
 * the set.  "none", NULL and "" are the region without holidays, day before
 * month.  NULL for a region that has no holidays file.
 */
const struct calendar *calendar_region(const struct calendars *, const char *);
const char *calendar_name(const struct calendar *); /* "GB"; "none" */
bool calendar_month_first(const struct calendar *); /* 01/09 is 9 January */

/* The holiday's name, or NULL for a day that is none.  Weekends are none. */
const char *calendar_holiday(const struct calendar *, day_t);
bool calendar_working(const struct calendar *, day_t);
/* n working days on: the day after `from` that is one is day 1.  n >= 1. */
day_t calendar_add_working(const struct calendar *, day_t from, int n);

/*
 * The due date of a normal form; see promised-rules(5) for the grammar.
 * why (may be NULL) receives the steps, a line each, in the arena: "5 working
 * days from Monday 2 March 2026, skipping Good Friday 3 April".  A form that
 * is not understood gives DUE_NONE.
 */
struct due calendar_due(struct arena *, const struct calendar *,
    const char *expr, struct moment anchor, const char **why);

#endif
