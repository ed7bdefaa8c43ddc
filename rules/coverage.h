/*
 * `promised rules coverage`: how often each rule takes part in reading given
 * messages, and which never does.
 */
#ifndef RULES_COVERAGE_H
#define RULES_COVERAGE_H

#include <stdio.h>

#include "base/arena.h"
#include "rules/read.h"

struct coverage;

/* pack is borrowed; reading with it is what is counted. */
struct coverage *coverage_new(struct arena *, struct pack *);
/* What was found in one message. */
void coverage_add(struct coverage *, const struct findings *);
/*
 * Of each language that was met: a line a rule with how often it was taken (an
 * obligation, a signal) and how often it matched, then the rules that never
 * matched, then patterns that never did of rules that do, as file:line:column,
 * and the sum.
 */
void coverage_print(FILE *, const struct coverage *);

#endif
