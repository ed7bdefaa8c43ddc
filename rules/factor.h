/*
 * Alternatives that begin alike, written as one up to where they part:
 * "team|teacher|they" as "t(?:ea(?:m|cher)|hey)".  An engine that tries one
 * alternative after another has fewer to try; what it finds stays the same.
 */
#ifndef RULES_FACTOR_H
#define RULES_FACTOR_H

#include "base/arena.h"

/* In the arena; the expression itself when something in it is not understood. */
const char *factor(struct arena *, const char *expression);

#endif
