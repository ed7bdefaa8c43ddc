/*
 * The ladder: where a case stands with the law of its place and its line of
 * business.  What has happened is taken from the case's mail and promises, and
 * from what the owner has told (`event delivery 3 March`, `sector energy`).
 */
#ifndef CASES_LADDER_H
#define CASES_LADDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "cases/clock.h"
#include "cases/event.h"
#include "cases/ledger.h"
#include "cases/nudge.h"
#include "cases/say.h"
#include "cases/sector.h"
#include "cases/store.h"
#include "rules/calendar.h"

/* The data: loaded once by the root. */
struct law {
	const struct clocks *clocks;
	const struct sectors *sectors;
	const struct calendars *calendars;
};

struct ladder {
	struct case_row row;
	struct strings sectors;
	bool guessed; /* by the words of the company's mail */
	struct milestone *milestones; /* by day */
	size_t milestone_count;
	struct clock_runs runs;
};

/* 0, or -1 with err (EX_USAGE: no such case).  today: the owner's. */
int ladder_of(struct store *, int64_t owner, struct arena *, const struct law *,
    int case_number, day_t today, struct ladder *, struct err *);

/* What of it is to be told, for nudge_plan(). */
void ladder_nudges(
    struct arena *, const struct ladder *, struct nudge_clock **, size_t *n);

/* The owner's words.  Between change_begin() and change_end(). */
int ladder_set_sectors(
    struct change *, int case_number, const char *sectors, struct err *);
int ladder_add_milestone(
    struct change *, int case_number, const char *name, day_t, struct err *);

/* Each clock as SAY_CLOCK into values; `what` as names of the list. */
#define SAY_CLOCK                                                             \
	"id law who act then body domain when by began span mine passed met " \
	"unconfirmed unsigned"
void say_clock(const struct voice *, struct values *, const struct clock_run *);

#endif
