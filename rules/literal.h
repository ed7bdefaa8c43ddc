/*
 * What a regular expression cannot match without: "at least one of refund,
 * reimburse; and a digit; and a time".  The gate looks for all literals at
 * once, so that only the patterns that stand a chance are run (Cox, "Regular
 * Expression Matching with a Trigram Index"; RE2's prefilter).
 *
 * The analysis errs on the safe side: what it does not understand tells
 * nothing, and a pattern of which nothing is known is always run.
 */
#ifndef RULES_LITERAL_H
#define RULES_LITERAL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "rules/known.h"

/* Looks a <name> up; false when there is none. */
typedef bool literal_lookup(void *ctx, struct slice name, struct known *);

/* Everything lives in the arena or in the text. */
struct known literal_analyse(
    struct arena *, struct slice pattern, literal_lookup *, void *ctx);

#endif
