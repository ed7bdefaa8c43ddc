/*
 * The scorecard of a company: what the record says, counted.  Pure: rows in,
 * one struct out.
 *
 * Counted are promises of the company in this owner's cases, but none that
 * the owner called void and none that only got its first date later (the one
 * with the date counts).  Each is one of: kept, late, broken, slipped (a later
 * date was given instead), lapsed (and the case is open), open (and
 * waiting, and paused).
 *
 * An answer is a mail of the company that a person wrote and that is more than
 * an acknowledgement or a plea for more time; its days are counted from the
 * owner's first mail that it left unanswered.  Acknowledgements, and replies
 * of machines, have figures of their own.
 */
#ifndef CASES_SCORE_H
#define CASES_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/date.h"
#include "cases/ledger.h"
#include "cases/obligation.h"

/*
 * When the record speaks for leaving.  A threshold of 0 is none; the others
 * are reasons when reached, and with so many reasons that is the advice.
 */
struct score_limits {
	int broken; /* promises broken or overdue */
	int slips; /* dates moved */
	int late; /* kept late: percent of those kept, from 4 on */
	int days; /* median days to an answer, from 3 answers on */
	int manner; /* mails with a bad manner */
	int minutes; /* of the owner */
	int reasons;
};
extern const struct score_limits score_limits_default;

/* All of one company; messages by case and then by date.  Borrowed for the
 * call. */
struct score_rows {
	const struct case_row *cases;
	size_t case_count;
	const struct message_row *messages;
	size_t message_count;
	const struct obligation *obligations;
	size_t obligation_count;
	const struct entry *entries;
	size_t entry_count;
};

/* How long something took. */
struct score_wait {
	size_t n;
	int64_t median; /* seconds; 0 when n is 0 */
};

struct score_manner {
	const char *name; /* "no_apology" */
	int n; /* mails */
};

struct score_money {
	const char *currency; /* "" when none was said */
	int64_t cents;
};

/* Promises, and what became of them: the others add up to made. */
struct score_tally {
	int made, kept, late, broken, slipped, lapsed, open;
};

/* Somebody who signed for the company, or was spoken to. */
struct score_person {
	const char *name;
	struct score_tally promises;
	struct moment heard; /* last: a mail or a call */
	const char *handed_to; /* who wrote next when they handed over; "" when
	                        * nobody has; NULL: they did not */
};

enum score_reason {
	REASON_BROKEN,
	REASON_SLIPS,
	REASON_LATE,
	REASON_DAYS,
	REASON_MANNER,
	REASON_MINUTES,
	REASON_COUNT
};
const char *score_reason_name(enum score_reason); /* "broken" */

struct score {
	struct score_tally promises;
	int chains; /* promises that slipped, each with all its dates one */
	struct score_wait answers, acknowledgements;
	int unanswered; /* open cases with a letter that nobody answered */
	int64_t unanswered_since; /* the oldest; 0: none */
	int mails; /* of the company, by people */
	int apologies;
	struct score_manner *manner; /* most first */
	size_t manner_count;
	int bad_mails; /* with any of them */
	int minutes, calls, visits, letters;
	struct score_money *money; /* by currency */
	size_t money_count;
	struct score_person *people; /* heard last, first */
	size_t people_count;
	/* How far each has gone, in the unit of its limit, and whether it is a
	 * reason. */
	int figure[REASON_COUNT];
	bool reason[REASON_COUNT];
	bool leave; /* take your business elsewhere */
};

/* In the arena.  now: UTC seconds; offset: of the owner's zone then. */
struct score score_of(struct arena *, const struct score_rows *,
    const struct score_limits *, int64_t now, int32_t offset);

#endif
