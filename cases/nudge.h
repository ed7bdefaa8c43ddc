/*
 * Nudges: what should be said, and when.  Pure: a function of the ledger, of
 * what was said before, and of a given now.
 *
 * Two sorts.  Prompt ones answer something that has just come in (a receipt, a
 * question, a transcript); whoever handles that mail makes them.  Scheduled
 * ones come with time: a promise of the company has lapsed, a deadline of the
 * owner is near, a digest is due.  nudge_plan() finds these:
 *	lapse     once for each promise and due date, on the first day after it
 *	heads-up  when the owner's own deadline is 7, 3, 1 days off (settings);
 *	          none for a step that lay in the past when it was set, since
 *	          the receipt told it
 *	digest    once a day, or week from Monday on, when anything is open
 *		that was said before
 *	clock     a time bar of the owner's is 30, 7, 1 days off; what the law
 *	          gave the company is over
 * All of one case that is due makes one mail.  Nothing is planned in quiet
 * hours, on weekends (unless wanted), for a case that is closed, snoozed or
 * stopped, less than NUDGE_CASE_GAP after the case's last scheduled mail, or
 * beyond NUDGE_SCHEDULED_MOST in NUDGE_DAY.
 *
 * A nudge is known by its items: kind, case, number and version, of which none
 * is ever said twice; the version is the due date, so that a promise which
 * gets a new date can lapse anew.
 */
#ifndef CASES_NUDGE_H
#define CASES_NUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "cases/ledger.h"
#include "cases/obligation.h"

/* Ceilings; the outbox keeps them too, whatever is planned. */
enum {
	NUDGE_DAY = 86400, /* seconds */
	NUDGE_CASE_GAP = 86400, /* between scheduled mails of one case */
	NUDGE_SCHEDULED_MOST = 10, /* scheduled mails a day to one owner */
	NUDGE_ALL_MOST = 30, /* mails of any sort a day */
	NUDGE_STALE_DAYS = 30, /* lapsed longer ago: the digest tells it */
	NUDGE_STEPS = 8 /* of heads-up days */
};
/* Days before a time bar at which it is told. */
#define NUDGE_BARS       \
	{                \
		30, 7, 1 \
	}

enum nudge_kind {
	NUDGE_RECEIPT,
	NUDGE_DOUBT,
	NUDGE_UNFILED,
	NUDGE_TRANSCRIPT,
	NUDGE_LAPSE,
	NUDGE_HEADS_UP,
	NUDGE_CLOCK, /* what the law gives: see ladder.h */
	NUDGE_DIGEST,
	NUDGE_FOLLOW_UP, /* to the company: a letter that the owner sent */
	NUDGE_REPORT, /* what became of such a letter, when it did not go */
	NUDGE_KINDS
};
const char *nudge_kind_name(enum nudge_kind); /* "heads-up" */
bool nudge_kind_of(const char *, enum nudge_kind *);
bool nudge_scheduled(enum nudge_kind);

enum digest { DIGEST_NONE, DIGEST_DAILY, DIGEST_WEEKLY };

struct nudge_settings {
	const char *zone; /* IANA; of the owner */
	int quiet_from, quiet_to; /* minutes of the day; equal: none */
	bool weekends; /* Saturdays and Sundays too */
	int heads_up[NUDGE_STEPS]; /* days, most first */
	size_t heads_up_count;
	enum digest digest; /* weekly: on Monday */
};

/*
 * A clock of the law that is to be told of: the owner's while it runs, at
 * NUDGE_BARS days before its end; the company's once it is over.
 */
struct nudge_clock {
	int case_number;
	const char *id;
	day_t end;
	bool own;
};

/* What a nudge is about. */
struct nudge_item {
	enum nudge_kind kind;
	int case_number; /* 0: none */
	int64_t number; /* of the obligation, or of the message; 0: none */
	const char *version; /* "2026-03-09", "2026-03-09/3", "" */
};

/* A scheduled mail that went out, or may have. */
struct nudge_gone {
	enum nudge_kind kind;
	int case_number;
	int64_t at;
};

/* All that planning looks at.  Borrowed for the call. */
struct nudge_ledger {
	const struct case_row *cases; /* by number */
	size_t case_count;
	const struct obligation *obligations; /* stored as open, any order */
	size_t obligation_count;
	const struct nudge_item *said; /* by nudge_item_compare() */
	size_t said_count;
	const struct nudge_gone *gone; /* of the last NUDGE_DAY, any order */
	size_t gone_count;
	const struct nudge_clock *clocks; /* of cases not closed */
	size_t clock_count;
};

struct nudge {
	enum nudge_kind kind; /* LAPSE when any of its items is one */
	int case_number;
	struct nudge_item *items;
	size_t item_count;
};

struct nudges {
	struct nudge *v;
	size_t n;
	size_t held; /* mails that the day's ceiling holds back */
};

int nudge_item_compare(const struct nudge_item *, const struct nudge_item *);

/* Whether scheduled mail may go at that moment. */
bool nudge_hour(const struct nudge_settings *, int64_t now);

/* Whether something is to be told of the clock that day and was not: the rest
 * of the ledger aside. */
bool nudge_clock_waits(
    const struct nudge_ledger *, const struct nudge_clock *, day_t today);

struct nudges nudge_plan(struct arena *, const struct nudge_ledger *,
    const struct nudge_settings *, int64_t now);

/* The same for a clock's item: clocks are those of its case as of now. */
bool nudge_clock_holds(const struct nudge_item *, const struct case_row *,
    const struct nudge_clock *clocks, size_t n, int64_t now, day_t today);

/*
 * Whether what was planned still holds, asked right before it is sent: the
 * promise has still lapsed and has the same due date, the deadline still
 * stands.  o: the obligation as it is now, NULL when there is none.
 */
bool nudge_holds(const struct nudge_item *, const struct case_row *,
    const struct obligation *o, const struct nudge_settings *, int64_t now);

#endif
