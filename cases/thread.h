/*
 * Threading: to which case does a message belong?
 *
 * thread_place() decides and changes nothing; thread_file() does it.  The
 * order of evidence, first match wins:
 *   1 the case address with its MAC (checked by the caller);
 *   2 References and In-Reply-To, those of an enclosed original too, in both
 *     directions, so that the order of arrival does not matter;
 *   3 the company's reference number, together with its domain;
 *   4 the same company and the same thread subject within the case's life;
 *     the words of the texts tell several open cases of a company apart;
 *   5 a new case, when the mail speaks of a dispute (opening.h), or the owner
 *     wrote or forwarded it; else unfiled.
 * Bulk mail (List-Unsubscribe, List-Id) without a finding, and strangers,
 * never open a case.  A sender whose domain is neither the case's nor the
 * owner's never joins by 2: DOUBT, with the case as candidate.  One whose
 * domain only looks like a known company's is DOUBT wherever it would go.
 * A mail that was both fetched and forwarded, or forwarded twice, goes to the
 * case of its twin.
 * When two cases fit nearly as well the answer is DOUBT too, with candidates;
 * the owner is asked, and thread_file() with the answer learns it.
 *
 * Words that are data (subject prefixes, words that tell nothing) are in the
 * file cases/thread.words.
 */
#ifndef CASES_THREAD_H
#define CASES_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"
#include "cases/intake.h"
#include "cases/store.h"
#include "mail/message.h"
#include "rules/finding.h"

struct thread_words;
/* NULL with err (EX_CONFIG, file:line).  In the arena. */
struct thread_words *
thread_words_load(struct arena *, const char *path, struct err *);

/* "Re: AW: [Ext] Your claim (fwd)" -> "your claim"; in the arena. */
char *thread_subject(
    struct arena *, const struct thread_words *, const char *subject);
/* The same, but in its own case and spacing: fit for a title. */
char *
thread_title(struct arena *, const struct thread_words *, const char *subject);

/* Somebody named in an address field. */
struct party {
	const char *addr; /* lower case; NULL when none */
	const char *name; /* display name, or NULL */
	const char *domain; /* registrable (Public Suffix List), lower case;
	                     * the whole address for a freemail domain; at a
	                     * help desk's the company's own part of it */
	bool freemail; /* domain open to anybody: gmail.com */
	bool desk; /* writes through a help desk: acme.zendesk.com */
	bool owner; /* one of the owner's own addresses */
	bool ours; /* an address of promised itself */
	bool machine; /* nobody reads what is written there: no-reply@... */
};

/* All that placing looks at.  Borrowed for the call. */
struct placing {
	int64_t message; /* by intake_keep() */
	int case_address; /* case with proof (case address, reply to a nudge);
	                   * 0: none */
	enum direction direction;
	struct party from; /* author of the original */
	struct party *others; /* Reply-To, To, Cc of the original */
	size_t other_count;
	const char *message_id; /* of the message; NULL */
	const char *original_id; /* of an enclosed original; NULL */
	/* References, In-Reply-To, both levels; the nearest last. */
	struct strings references;
	/* The same for every copy of the original; NULL when it says little. */
	const char *twin;
	/* A domain of a known company, which the sender's is not but looks like
	 * (domain_resembles()); NULL when there is none. */
	const char *resembles;
	struct strings linked; /* registrable domains that the text links to */
	const char *subject; /* of the original */
	const char *text; /* newest text */
	const char *comment; /* the owner's note above a forward; NULL */
	struct moment date; /* of the original */
	/* When the mail itself was sent, not later than it came.  It orders
	 * placing: mail that was sent later does not count.  0: all counts. */
	int64_t sent;
	int64_t cause; /* the mail that leads it to its case; 0: none */
	struct again *again; /* of the placing again: see again.h; NULL */
	bool forwarded; /* an owner forwarded it */
	bool bulk; /* List-Unsubscribe, List-Id, Precedence: bulk */
	bool autoreply, bounce;
	const struct findings *findings; /* NULL when nothing was read */
	bool unread; /* it may say something: these are none on purpose */
	const char *region; /* the owner's, for a new case */
	const char *owner_name; /* NULL when not known */
};

enum placed_by {
	PLACED_ADDRESS,
	PLACED_REFERENCES,
	PLACED_NUMBER,
	PLACED_SUBJECT,
	PLACED_WORDS,
	PLACED_NEW,
	PLACED_UNFILED,
	PLACED_DOUBT,
	PLACED_OWNER
};
const char *placed_by_name(enum placed_by); /* "references", "new", ... */
enum placed_by placed_by_of(const char *); /* no such word: PLACED_UNFILED */

struct candidate {
	int number; /* of the case */
	int score; /* 0-100 */
	const char *why; /* "names TE-774120" */
};

struct placement {
	enum placed_by by;
	int number; /* of the case; 0 when new (until filed), unfiled, doubt */
	const char *company; /* the other side's domain; NULL when unknown */
	const char *company_name;
	const char *why; /* one line, for the receipt and the timeline */
	struct candidate *candidates; /* best first; for DOUBT two or more, or
	                               * one when a stranger wants in */
	size_t candidate_count;
	/* The sender's domain was not known to be the company's: show it, and
	 * file it with direction FROM_OTHER, so that it settles nothing. */
	bool stranger;
	const char *resembles; /* the domain that the sender's looks like */
	bool depends; /* on what an unread message says: place it again */
	/* What thread_file() is to remember. */
	struct strings numbers; /* reference numbers, as written */
	struct slice print; /* of the words: see words.h */
	int64_t *joined; /* by thread_file(): earlier unfiled messages that
	                  * now belong to the case as well */
	size_t joined_count;
};

/*
 * Reads only.  May be called inside or outside a transaction.  What was left
 * unread, and no case comes into question, is unfiled; nothing else is kept of
 * it until it is filed after all (thread_read()).
 */
int thread_place(struct store *, int64_t owner, struct arena *,
    const struct thread_words *, const struct placing *, struct placement *,
    struct err *);

/*
 * Inside a transaction.  Files the message as placed; makes the case when
 * PLACED_NEW (its number is then in placement->number); remembers ids,
 * reference numbers, domains and words, so that later mail finds the case.
 * To file a message by hand (move, an answer to a doubt) use case_move() of
 * case.h.  Earlier unfiled messages that this one explains (References that
 * only now lead somewhere) are filed too: placement->joined.  A case that was
 * opened for want of this message, by one that answers it or names a number
 * that only this one brings, becomes part of its case (case_absorb()).
 */
int thread_file(struct store *, int64_t owner, struct arena *,
    const struct thread_words *, const struct placing *, struct placement *,
    int64_t now, struct err *);

/*
 * Inside a transaction.  Remembers again what thread_file() did, all of it, of
 * a message that was filed in another way, and perhaps left unread before.
 */
int thread_read(struct store *, int64_t owner, struct arena *,
    const struct thread_words *, const struct placing *, struct err *);

/*
 * Unfiled mail of a case's company, and the owner's own, that was written
 * after that moment: when a mail of the case comes late, they were placed
 * without it.  Oldest first.
 */
int thread_unfiled_after(struct store *, int64_t owner, struct arena *,
    int case_number, int64_t date, int64_t **messages, size_t *n, struct err *);

#endif
