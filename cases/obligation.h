/*
 * The life of obligations: findings become obligations, later messages keep,
 * slip or close them.
 *
 * What is stored is the phrase, the anchor and the rule; the due date is
 * computed from them (calendar_due()) and cached with the calendar's name, so
 * that obligations_recompute() can follow a new holiday table.  Whether one
 * has lapsed is never stored: obligation_state_at() says it for a given now.
 *
 * What answers what:
 *   - a company's mail with the signal `resolution` keeps its open promise to
 *     refund, replace, repair, deliver or cancel that shares words with it;
 *   - its substantive reply keeps its promise to reply.  Substantive is one
 *     that decides (refusal, offer, final_response, closure, resolution), or
 *     that neither just acknowledges nor asks for time nor promises again to
 *     reply.  A decision also keeps a promise to investigate.  A resolution
 *     that has kept one promise is no answer to another;
 *   - an autoreply answers nothing, and what it promises never replaces an
 *     open promise: each chaser would fetch a new one;
 *   - a promise of the same action with another date makes the open one
 *     slipped; a vaguer or equal one is the same promise.  Giving a first date
 *     to an undated promise replaces it, but counts as no slip;
 *   - the owner's mail to the company keeps the owner's `reply`, and with an
 *     attachment the owner's `provide`.  It moves no clock of the company;
 *   - a stranger's mail (FROM_OTHER) settles nothing;
 *   - a promise to call is kept by the owner's word alone.
 * The order of arrival does not matter: an older mail that comes late is put
 * where it belongs among the promises that were made and kept after it.  (What
 * only said a known promise again is not kept, and so cannot be told to have
 * said something new once an older mail shows that it did.)
 */
#ifndef CASES_OBLIGATION_H
#define CASES_OBLIGATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"
#include "cases/intake.h"
#include "cases/store.h"
#include "rules/calendar.h"
#include "rules/finding.h"

/* The first six are stored; the others follow from now (or the case). */
enum obligation_state {
	STATE_OPEN, /* due is to come, or there is none */
	STATE_WAITING, /* its clock starts at an event */
	STATE_KEPT,
	STATE_SLIPPED, /* a later message set a new date: see slipped_to */
	STATE_VOID, /* the owner says that it is none */
	STATE_BROKEN, /* never kept when the case ended */
	STATE_LAPSED, /* open, and due has passed */
	STATE_LATE, /* kept after it was due */
	STATE_PAUSED, /* the company's, while the ball is with the owner */
};
const char *obligation_state_name(enum obligation_state); /* "open" */

struct obligation {
	int case_number, number; /* 12.3 */
	enum who who;
	enum kind kind;
	enum action action;
	enum obligation_state stored; /* up to STATE_BROKEN */
	struct due due;
	bool vague, condition;
	bool due_by_owner; /* set by the command `due`; never recomputed */
	struct moment anchor; /* where the clock starts: the message's date, or
	                       * the day that `received` gave */
	const char *phrase, *expr; /* NULL when no time is said */
	const char *calendar; /* name of the one that computed due */
	const char *rule; /* "en/promise.rules:41"; "owner" by hand */
	const char *quote;
	int64_t message; /* in which it was read; 0: note or call */
	struct moment said; /* date of that message */
	const char *agent; /* who signed it; NULL */
	/* How it ended. */
	struct moment settled; /* kept, slipped, void, broken: when */
	bool has_settled;
	int64_t evidence; /* message that says so; 0: the owner's word */
	int slips_of; /* the obligation of this case that this replaces */
	int slipped_to; /* the one that replaces this */
	int slips; /* how often it has slipped before: 0, 1, 2 */
	/* For those who read (ledger.h): */
	bool paused; /* the ball is with the owner since it was made */
	const struct due *earlier; /* dates that it was promised for before */
	size_t earlier_count;
};

/*
 * Pure.  now: UTC seconds; offset: of the owner's zone at that time, for the
 * end of a due day.  A due day is kept until its last second.
 */
enum obligation_state
obligation_state_at(const struct obligation *, int64_t now, int32_t offset);
/* Whole days from now's day to the due day; negative when past.  0 when there
 * is no due date. */
int
obligation_days_left(const struct obligation *, int64_t now, int32_t offset);

struct change;

/* What a message said, for the ledger. */
struct said {
	int case_number;
	int64_t message; /* 0: a note or call */
	enum direction direction;
	struct moment date;
	bool autoreply, attachment;
	const struct findings *findings;
	struct change *change; /* it is part of; NULL: of one of its own */
};

/* What became of it, for the receipt: numbers of obligations, in the arena. */
struct applied {
	int *made, *kept, *slipped, *repeated;
	size_t made_count, kept_count, slipped_count, repeated_count;
};

/* Whether the company promises to write again. */
bool findings_promise_reply(const struct findings *);
/* The sentence that says what was done; the whole text where the bounds do not
 * fit it. */
const char *
findings_done(struct arena *, const struct findings *, const char *text);

/* Inside a transaction.  Each change is an event.  now: when it is recorded. */
int obligations_apply(struct store *, int64_t owner, struct arena *,
    const struct calendars *, const struct said *, int64_t now,
    struct applied *, struct err *);

/* Computes again the due dates of all open obligations of the owner; returns
 * how many moved, or -1.  Inside a transaction. */
int obligations_recompute(struct store *, int64_t owner, struct arena *,
    const struct calendars *, int64_t now, struct err *);

/*
 * The owner's commands.  Inside a transaction and between change_begin() and
 * change_end() of event.h.  EX_USAGE when there is no such obligation or the
 * command does not fit its state ("12.3 is void; say `undo`").
 */
int obligation_keep(struct change *, int case_number, int number,
    struct moment when, struct err *);
int obligation_unkeep(struct change *, int case_number, int number,
    struct err *); /* `not kept`: open again */
int obligation_void(struct change *, int case_number, int number, struct err *);
int obligation_due(
    struct change *, int case_number, int number, struct due, struct err *);
/* Starts a waiting clock: day is that of the event.  number 0: the only
 * waiting one of the case (EX_USAGE when there are several). */
int
obligation_received(struct change *, struct arena *, const struct calendars *,
    int case_number, int number, struct moment day, struct err *);

/* For case.c, ledger.c and apply.c: rows of the table, in and out. */
struct rows;
void obligation_of_row(struct rows *, struct arena *, struct obligation *);
int obligation_save(struct change *, const struct obligation *, struct err *);
int
obligation_number(struct change *, int case_number, int *number, struct err *);
int obligations_load(struct store *, int64_t owner, struct arena *,
    int case_number, struct obligation **, size_t *n, struct err *);
bool obligation_same_due(struct due, struct due);
/* Of the case's region; one without holidays where there is none. */
int obligation_calendar(struct store *, int64_t owner, struct arena *,
    const struct calendars *, int case_number, const struct calendar **,
    struct err *);

#endif
