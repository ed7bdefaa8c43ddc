/*
 * Pump strings: texts made to make an expression run away.  An expression that
 * does so repeats something that can be split in many ways, on a text that has
 * what comes before the repetition, then very much of what is repeated, and not
 * what comes after it.  So a pump is a head and a unit, and a pattern's are
 * made of its own literals and of its rule's examples.
 */
#ifndef RULES_PUMP_H
#define RULES_PUMP_H

#include "base/arena.h"
#include "base/buf.h"

struct pump {
	struct slice head, unit;
};

struct pumps {
	struct pump *v;
	size_t n;
};

/* Those that any expression is tried with, and those of its own literals. */
void pumps_of_pattern(struct arena *, struct pumps *, struct slice pattern);
/* Those of an example: its words, and what it begins with. */
void pumps_of_example(struct arena *, struct pumps *, struct slice example);
/* Head and units up to size bytes; whole units only. */
size_t pump_fill(struct pump, char *text, size_t size);

#endif
