/*
 * Heads: what is done in some words, told by the action rules.  A head is a
 * verb ("repair"), perhaps a weak one that takes its action from a thing
 * ("send" a refund), or, where no verb tells, a thing.
 */
#ifndef RULES_HEAD_H
#define RULES_HEAD_H

#include "rules/view.h"

enum { HEADS_MOST = 64 };

struct head {
	const struct rule *rule;
	enum action action; /* of a weak verb: that of its thing */
	bool told; /* by more than a weak verb */
	size_t start, end;
};

struct heads {
	struct head v[HEADS_MOST];
	size_t n;
};

/* The first verb in the words of a marked text that such an owner can do, and
 * those of other actions that are joined to it; without a verb, a thing. */
void heads_in(struct reader *, const struct view *, struct slice words,
    enum who owner, struct heads *);

/* How little a head tells, from 0: a verb, a weak verb that does something, one
 * that has no action of its own, a thing. */
int head_rank(const struct head *);
/* True when such a verb can be done with a thing that means this action: nobody
 * collects a refund. */
bool head_takes(const struct head *, enum action);
/* Sent, or done: what it is may have been told before. */
bool head_is_vague(const struct head *);

#endif
