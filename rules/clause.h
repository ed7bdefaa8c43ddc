/*
 * From one sentence to the obligations in it: frames ("we will ...", "please
 * ... by ..."), what is done in them, by when, and on what condition.
 */
#ifndef RULES_CLAUSE_H
#define RULES_CLAUSE_H

#include "base/arena.h"
#include "rules/view.h"

/* One obligation, before its due date is known. */
struct commitment {
	const struct rule *rule;
	enum who who;
	enum kind kind;
	bool has_action;
	enum action action;
	const struct when *time; /* in the view's times; NULL when none */
	bool condition;
	struct span words; /* of the frame, in the marked text */
};

struct commitments {
	struct commitment *v;
	size_t n;
};

struct commitments clause_read(struct reader *, const struct view *);
/* The clauses of a sentence that a span of it touches. */
struct slice clause_around(struct reader *, struct slice text, struct span);

#endif
