/*
 * Evidence: what speaks for each case that a message could belong to.
 *
 * Gathering asks the store which cases share ids, reference numbers or domains
 * with the message, reads what was said in them, and adds up points.  Deciding
 * is thread.c's.
 */
#ifndef CASES_EVIDENCE_H
#define CASES_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "cases/store.h"
#include "cases/thread.h"

/* One case and what speaks for it. */
struct suspect {
	int number;
	int score;
	int64_t opened; /* of as many points the oldest case is first */
	enum placed_by by; /* the strongest evidence */
	const char *why;
	bool known; /* the sender's domain belongs to the case */
	bool alike; /* ... or at least its name */
	bool met; /* the very address has had part in it */
	bool twin; /* the case has the very mail already */
};

struct evidence {
	struct suspect *v; /* best first; none of what is unread */
	size_t n;
	size_t suspects; /* how many come into question */
	bool note; /* the owner's own, to nobody else */
	bool denied; /* it says itself that it is a new matter */
	bool routine; /* what a company sends to every customer */
	int dispute; /* points by which it speaks of one: see opening.h */
	bool elsewhere; /* it greets somebody else */
	const struct party *main; /* the other side; NULL for a note */
	/* What the message leaves behind when it is filed. */
	struct strings numbers; /* that it gives as its own; as written */
	struct slice print; /* of its words: see words.h */
};

/* Everything in the arena. */
int evidence_gather(struct store *, int64_t owner, struct arena *,
    const struct thread_words *, const struct placing *, struct evidence *,
    struct err *);

/* Whether an earlier mail, of that subject and print, speaks of what this one is
 * about. */
bool evidence_same_matter(struct arena *, const struct thread_words *,
    const struct placing *, const char *subject, struct slice print);

/* What it leaves behind alone. */
void evidence_self(struct arena *, const struct thread_words *,
    const struct placing *, struct evidence *);

#endif
