/*
 * The states of an automaton, made as they are needed: the set of nodes at
 * which matches stand that began anywhere before, and what kind of character
 * was the last; that another match may begin here goes without saying.  A state
 * is bare when nothing else does.
 *
 * Steps from states are cells of one row for all: that of a state by a class
 * of characters lies so many cells behind the state's place, and says its
 * class.  Few steps of a state are ever taken, so that the cells of one lie
 * between those of others, and all that a text meets close together (Tarjan,
 * Yao, "Storing a Sparse Table", 1979).
 */
#ifndef RULES_STATES_H
#define RULES_STATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules/automaton.h"
#include "rules/nfa.h"

enum { CLASSES_MOST = 128 };

/* What a character is to \b and its like. */
enum side { SIDE_OTHER, SIDE_WORD, SIDE_EITHER, SIDE_LINE, SIDE_EDGE, SIDES };

/* The bare states, by the side of the last character, come first. */
enum { BARE = 1, STATES = BARE + SIDES };

/*
 * A cell: the place of the state that a step comes to; the class; and:
 *   CELL_BARE   that state is bare
 *   CELL_STOP   there is none: no match can come of it, or (CELL_MATCH) one
 *               has come
 *   CELL_HEAD   of no step: the first cell of a state, and its number; a text
 *               that ends there matches (CELL_MATCH), does not (CELL_STOP), or
 *               it is not known yet
 * 0: nobody's.
 */
typedef uint32_t cell_t;

#define CELL_PLACE 0xffffu
#define CELL_BARE ((cell_t)1 << 16)
#define CELL_MATCH ((cell_t)1 << 17)
#define CELL_CLASS 22 /* shift; what stands above it is in no step's cell */
#define CELL_HEAD ((cell_t)1 << 30)
#define CELL_STOP ((cell_t)1 << 31)

struct state {
	uint32_t first, hash; /* first: in `listed` */
	uint16_t n, place;
	uint8_t last; /* enum side */
};

/* What is in an arena of others, and not on the heap. */
enum kept {
	KEPT_CELLS = 1,
	KEPT_FANS = 2,
	KEPT_LISTED = 4,
	KEPT_STATES = 8,
	KEPT_HASH = 16,
	KEPT_ALL = 31
};

struct fan; /* see states.c */

struct automaton {
	uint8_t class_of[256]; /* 0: goes on with the character before */
	cell_t *cells;
	uint16_t bare[SIDES]; /* places */
	bool given_up; /* it is not worth it */
	bool full; /* no room for more states or nodes */
	uint8_t kept; /* enum kept: what can't grow where it is */
	bool anchored; /* no match begins but at the text's begin */
	uint32_t cell_count, cell_room;
	uint32_t packed; /* of cell_count: those that lie close together */
	uint32_t quiet; /* characters since a state had a new place */
	uint32_t astray; /* steps that came to where a state was */
	size_t classes;
	uint8_t side_of[CLASSES_MOST];
	uint64_t (*members)[CLASSES_MOST / 64]; /* of each set, by class */
	struct fan *fans; /* open addressing */
	size_t fan_count, fan_room; /* the room is a power of two, or 0 */
	uint16_t *listed; /* nodes */
	size_t listed_count, listed_room;
	struct state *states; /* the first one is nobody's */
	uint16_t *hash; /* of states, open addressing */
	size_t state_count, state_room;
	size_t hash_room; /* a power of two, at least twice theirs */
	unsigned forgotten;
	size_t walked; /* characters, since it forgot */
	struct nfa nfa;
	uint16_t *first_weaker; /* of each node; one more at the end */
	struct arena *arena; /* of all this but what grows; NULL: kept */
};

/* True when the cell is of a step by the class, to a state. */
static inline bool
is_step(cell_t cell, size_t class)
{
	return cell >> CELL_CLASS == class;
}

static inline size_t
cell_place(cell_t cell)
{
	return cell & CELL_PLACE;
}

/* The automaton has its machine, and no states: those that are always there.
 * False when it has too many classes. */
bool states_new(struct automata *, struct automaton *, bool all_letters);
/* The cell of the step from the state at a place, made when it is not there;
 * where there is no room for more, it says that there is a match. */
cell_t
states_step(struct automata *, struct automaton *, size_t place, size_t class);
/* Whether a text that ends in the state at a place matches. */
bool states_end(struct automata *, struct automaton *, size_t place);
/*
 * False when it is not worth it, and all may match; to be asked before each
 * text, of so many characters.  States are few in practice.  When they are not,
 * all is forgotten and begun anew; an automaton for which that happens over and
 * over, with little text in between, is given up.
 */
bool states_ready(struct automaton *, size_t len);
/* As of automaton_keep() and automaton_keep_rest(). */
void states_keep(struct automaton *, struct arena *);
void states_keep_rest(struct automaton *, struct arena *);
void states_free(struct automaton *);

#endif
