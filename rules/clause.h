/*
 * Clauses: where a sentence is cut (", but we", "; ").  What stands in one
 * clause says nothing of another: its time, its "not", its verb.
 */
#ifndef RULES_CLAUSE_H
#define RULES_CLAUSE_H

#include "rules/view.h"

enum { CLAUSES_MOST = 64 };

/* In order, and together all of the text. */
struct clauses {
	struct span v[CLAUSES_MOST];
	size_t n; /* 1 and more */
};

/* The clauses of a sentence, in its marked text.  Good until those of another
 * are asked for. */
const struct clauses *clauses_of(struct reader *, struct slice text);
/* "within ten days of | you sending it": what a clock waits for becomes a
 * clause by itself. */
void clauses_split_events(const struct view *, struct clauses *);
struct span clause_at(const struct clauses *, size_t at);
/* The clauses that a span of the text touches. */
struct slice clause_around(struct reader *, struct slice text, struct span);

/* "It is not ready; we will send it": a semicolon ends what was said. */
bool is_parted(struct slice text, size_t from, size_t to);
bool spans_overlap(struct span, struct span);
/* True when what begins at a place is joined to what stands before it: "and". */
bool is_joined(struct reader *, struct slice text, size_t at);

#endif
