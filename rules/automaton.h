/*
 * Whether a text can match an expression at all, in one step for each
 * character (Thompson 1968; made as it is needed: Cox, "Regular Expression
 * Matching Can Be Simple And Fast").  Where it says no, nobody needs to try;
 * where it says yes, the expression decides (see nfa.h).
 */
#ifndef RULES_AUTOMATON_H
#define RULES_AUTOMATON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* What automata that are not used at the same time share while they grow: on
 * the heap until automata_free(), which allows NULL. */
struct automata;

struct automata *automata_new(void);
void automata_free(struct automata *);

struct automaton;

/* On the heap, with all that it will learn: until automaton_free(), which
 * allows NULL.  NULL when the expression is too large or not understood. */
struct automaton *
automaton_new(struct automata *, const char *expression, bool all_letters);
/* NULL; one that is kept and did not grow out of its arena lives on. */
struct automaton *automaton_free(struct automaton *);
/* Takes one, with all that it has learned so far, into the arena: what is
 * looked at most; after automaton_keep_rest() all, so that it points nowhere
 * else. */
struct automaton *automaton_keep(struct automaton *, struct arena *);
void automaton_keep_rest(struct automaton *, struct arena *);

/*
 * False when no match begins at *from (at most text.len) or behind it.  When
 * true, *from is moved on to where the first one begins at the earliest, between
 * characters.
 */
bool automaton_may_match(
    struct automata *, struct automaton *, struct slice text, size_t *from);

/* What one is asked, and its answer as of automaton_may_match(). */
struct automaton_ask {
	struct automaton *automaton;
	size_t from; /* 0; then where the first match begins at the earliest */
	bool may;
};

/*
 * Asks several of the same text side by side.  Their tables are many and lie
 * far off: while one waits for its own, the others go on.
 */
void automata_ask(
    struct automata *, struct automaton_ask *, size_t n, struct slice text);

#endif
