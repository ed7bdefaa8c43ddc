/*
 * Which literals a regular expression cannot match without: "at least one of
 * refund, reimburse".  The gate looks for them all at once, so that only the
 * patterns that stand a chance are run (Cox, "Regular Expression Matching with
 * a Trigram Index"; RE2's prefilter).
 *
 * The analysis errs on the safe side: what it does not understand tells
 * nothing, and a pattern of which nothing is known is always run.
 */
#ifndef RULES_LITERAL_H
#define RULES_LITERAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

struct literals {
	struct slice *v; /* lower case ASCII */
	size_t n; /* 0: nothing is known */
};

/* What is known of an expression or a part of one. */
struct known {
	bool exact; /* it matches just the strings of `all`, nothing else */
	struct literals all;
	struct literals need; /* not exact: one of these occurs in any match */
	struct literals also; /* and one of these, when n > 0 */
};

/* Looks a <name> up; false when there is none. */
typedef bool literal_lookup(void *ctx, struct slice name, struct known *);

/* Everything lives in the arena or in the text. */
struct known literal_analyse(
    struct arena *, struct slice pattern, literal_lookup *, void *ctx);
/* A copy in another arena. */
struct known literal_keep(struct arena *, struct known);
/* The best set of literals of which one must occur. */
struct literals literal_required(const struct known *);

#endif
