/*
 * What is known of the texts that a regular expression matches: how they begin
 * and end, and what none of them is without.  Known of parts, it is put
 * together for the whole (exact, prefix, suffix, match: Cox, "Regular
 * Expression Matching with a Trigram Index").
 *
 * All errs on the safe side: what is too much to keep is not known.
 */
#ifndef RULES_KNOWN_H
#define RULES_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

enum {
	LITERAL_SETS = 3, /* that are kept of an expression: all must be met */
	LITERAL_EDGE = '\b', /* in a literal: a word begins or ends here */
	LITERAL_DIGIT = '0' /* in a literal: any digit */
};

struct literals {
	struct slice *v; /* lower case ASCII, and signs without case */
	size_t n; /* 0: nothing is known */
	unsigned worth; /* how well the weakest tells texts apart */
};

/* What any match has: one of each set that is not empty, the best first. */
struct required {
	struct literals set[LITERAL_SETS];
	bool time; /* and the mark of a time phrase */
};

struct known {
	bool exact; /* just the strings of head, nothing else */
	struct literals head; /* a match begins with one of these */
	struct literals tail; /* and ends with one of these; unless exact */
	struct required need;
};

/* All that is made lives in the arena or is shared with what it is made of. */
struct known known_string(struct arena *, const char *, size_t);
struct known known_nothing(void); /* the empty string */
struct known known_edge(void); /* the same, at a word's edge */
struct known known_ahead(struct known); /* the same, before such a text */
/* x, then y. */
struct known known_then(struct arena *, struct known x, struct known y);
/* One or the other.  The first of several is made ready to take others. */
struct known known_first(struct arena *, struct known);
void known_or(struct arena *, struct known *first, struct known other);

/* True when they are the same strings in the same order. */
bool literals_same(struct literals, struct literals);

/* What to ask for. */
struct required known_required(const struct known *);
/* A copy of all in another arena. */
struct known known_keep(struct arena *, struct known);

#endif
