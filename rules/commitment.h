/*
 * From one sentence to the obligations in it: frames ("we will ...", "please
 * ... by ..."), what is done in them, by when, and on what condition.
 */
#ifndef RULES_COMMITMENT_H
#define RULES_COMMITMENT_H

#include "rules/view.h"

/* One obligation, before its due date is known. */
struct commitment {
	const struct rule *rule;
	enum who who;
	enum kind kind;
	bool has_action;
	enum action action;
	const struct when *time; /* in the view or the arena; NULL when none */
	bool condition;
	struct span words; /* of the frame, in the marked text */
};

struct commitments {
	struct commitment *v; /* in the reader's arena */
	size_t n;
};

struct commitments commitments_read(struct reader *, const struct view *);

#endif
