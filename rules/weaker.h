/*
 * Which nodes of a machine are not worth keeping beside which: in X{0,4} what
 * has three more to go matches all that the same place with two to go does; and
 * once "[^.]*" of "(a|b)[^.]*c" is reached, another a is nothing new.
 */
#ifndef RULES_WEAKER_H
#define RULES_WEAKER_H

#include "base/arena.h"
#include "rules/nfa.h"

/*
 * Follows the pairs given and keeps those that hold, sorted by node, in the
 * arena.  A pair that does not hold is left out; some that do are, too.
 */
void weaker_find_pairs(
    struct arena *, struct nfa *, const struct nfa_pair *pairs, size_t n);
/* The loops of the machine that are worth it, in the arena. */
void weaker_find_loops(struct arena *, struct nfa *);

#endif
