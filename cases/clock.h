/*
 * Clocks: what the law gives each side, from what moment, and what the owner
 * can do when it has run out.  Data: rules/PLACE/clocks, one [clock ID] each;
 * rules/eu/members; see promised-rules(5).
 *
 * A clock runs from a milestone of the case: an event that its mail shows (the
 * first complaint, a final response) or that the owner has told.  Where the
 * law's way of counting can be read in two ways, there are two last days: the
 * owner is reminded by the earlier, a company accused by the later.  What
 * nobody has confirmed never accuses.
 *
 * Pure but for the reading of files.
 */
#ifndef CASES_CLOCK_H
#define CASES_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"
#include "mail/message.h"
#include "rules/calendar.h"

enum clock_unit {
	CLOCK_HOURS, /* counted as days, rounded up */
	CLOCK_DAYS,
	CLOCK_WORKING_DAYS,
	CLOCK_WEEKS,
	CLOCK_MONTHS,
	CLOCK_YEARS
};

struct law_clock {
	const char *id; /* "UK-FIN-01" */
	const char *place, *sector, *event; /* "GB", "finance", "complaint" */
	const char *when, *who, *act, *then; /* words for people; then: NULL */
	const char *ends; /* milestone that stops it; NULL */
	const char *needs; /* milestone without which it does not run; NULL */
	const char *replaces; /* clock that it takes the place of then; NULL */
	const char *body, *domain, *law, *count, *status, *source, *note;
	int n; /* of unit; 0: no time is set */
	enum clock_unit unit;
	bool customer; /* the owner must act, or loses something */
	bool confirmed; /* status is not "unconfirmed" */
	bool signpost; /* what starts it must name the body */
	bool exact; /* only one way to count */
	bool optional; /* a way that is open, not a duty: never accused of */
	day_t from, until; /* in force; day of the event */
};

struct clocks;
/* dir: "rules".  In the arena.  NULL with err (EX_CONFIG, file:line). */
struct clocks *clocks_load(struct arena *, const char *dir, struct err *);
/* Whether any clock is of that sector; runs of "-" and " " are alike. */
bool clocks_have_sector(const struct clocks *, const char *sector);
bool clocks_have_event(const struct clocks *, const char *event);
/* "complaint, delivery, ...": what could start a clock there. */
char *clocks_events(struct arena *, const struct clocks *, const char *region,
    const struct strings *sectors);

/* Something that has happened in a case; the earliest of each name counts. */
struct milestone {
	const char *name; /* "complaint" */
	day_t day;
	int64_t message; /* that shows it; 0: the owner said so */
	const char *text; /* of that message, for signposts; NULL */
};

enum clock_state {
	CLOCK_IDLE, /* what starts it has not happened, or is not known */
	CLOCK_RUNNING,
	CLOCK_PASSED, /* last day over, and what would end it not seen */
	CLOCK_MET /* ended by what should end it */
};

struct clock_run {
	const struct law_clock *clock;
	enum clock_state state;
	const struct milestone *began; /* NULL when idle */
	const struct milestone *ended; /* NULL unless met */
	day_t first, last; /* the last day by either way of counting */
	bool dated; /* a clock without a time has no days */
	bool unsigned_post; /* the body is not named where it must be */
};

struct clock_runs {
	struct clock_run *v; /* running ones by first day, then the others */
	size_t n;
};

struct clock_runs clocks_run(struct arena *, const struct clocks *,
    const struct calendars *, const char *region, const struct strings *sectors,
    const struct milestone *, size_t n, day_t today);

#endif
