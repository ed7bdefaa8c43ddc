/*
 * Opening: whether a mail speaks of a dispute, so that it may begin a case.
 *
 * Nobody's mail opens a case for being a company's.  What counts is what the
 * rules found (a refusal, a promise to refund), what its words are (a
 * complaint of the owner's, a visit to the dentist) and whom it greets.  The
 * points for all of these are data: [found] and [said] of thread.words.
 */
#ifndef CASES_OPENING_H
#define CASES_OPENING_H

#include <stdbool.h>

#include "base/arena.h"
#include "cases/thread.h"

enum {
	OPENING_ENOUGH = 6, /* points by which a case is opened */
	OPENING_ASKED = 3 /* when the owner has forwarded it */
};

/* The points of what was found and said; body: the text without what stands
 * below it.  Of several promises the one with most counts. */
int opening_points(struct arena *, const struct thread_words *,
    const struct placing *, const char *body);

/* The next word of a name, taken off it; false at the end. */
bool opening_word(struct slice *name, struct slice *word);
/* The last word of a name, borrowed of it; len 0 when there is none. */
struct slice opening_surname(const char *name);

/* Whom the first line of a text greets: "Dear Mr Salt". */
enum greeted {
	GREETED_NOBODY, /* or by no name */
	GREETED_CROWD, /* "Dear customer" */
	GREETED_OWNER,
	GREETED_MANY, /* "Dear residents" */
	GREETED_OTHER, /* by a given name that is not the owner's */
	GREETED_ANOTHER /* by title and surname: certainly somebody else */
};
struct slice
opening_greeted(const struct thread_words *, const char *body, bool *greets);
enum greeted opening_greets(
    const struct thread_words *, const struct placing *, const char *body);

/* Whether a person of the owner's surname writes, from a domain that does not
 * have it: no company. */
bool opening_relative(struct arena *, const struct placing *);

#endif
