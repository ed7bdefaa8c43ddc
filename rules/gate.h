/*
 * The gate: which patterns stand a chance on a sentence.  One pass over the
 * text finds the required literals of all patterns at once (Aho, Corasick
 * 1975), so that cost does not grow with the number of rules.
 */
#ifndef RULES_GATE_H
#define RULES_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "rules/known.h"

struct gate;

/* What each pattern requires, by its number; of those from `from` to before
 * `to`, the others stand no chance. */
struct gate *
gate_new(struct arena *, const struct required *, size_t from, size_t to);
/* The number of 64-bit words of a set of patterns. */
size_t gate_words(const struct gate *);
/*
 * Puts into set (gate_words() words) all patterns that stand a chance, those
 * that require nothing among them.  ASCII case is ignored.  A part of the text
 * that begins and ends beside letters is as good as the whole.
 */
void gate_scan(const struct gate *, struct slice text, uint64_t *set);
/* Takes away what requires a time phrase. */
void gate_no_times(const struct gate *, uint64_t *set);

static inline bool
gate_has(const uint64_t *set, size_t pattern)
{
	return (set[pattern / 64] >> (pattern % 64) & 1) != 0;
}

/* The first pattern of the set from `from` on and before `to`; else `to`. */
size_t gate_next(const uint64_t *set, size_t from, size_t to);

#endif
