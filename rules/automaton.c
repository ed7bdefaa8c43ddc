/*
 * See automaton.h.  The states, and the steps between them, are made as they
 * are needed, in states.c; here they are walked.
 */
#include <string.h>

#include "base/arena.h"
#include "rules/automaton.h"
#include "rules/states.h"

enum { LANES = 24 /* that walk side by side */ };

/* What stands before text.p[from]. */
static enum side
side_before(const struct automaton *a, struct slice text, size_t from)
{
	if (from == 0)
		return SIDE_EDGE;
	while (from > 1 && ((unsigned char)text.p[from - 1] & 0xc0) == 0x80)
		from--;
	return (
	    enum side)a->side_of[a->class_of[(unsigned char)text.p[from - 1]]];
}

/* Back to where a character begins. */
static size_t
whole_character(struct slice text, size_t at, size_t least)
{
	while (at > least && at < text.len &&
	       ((unsigned char)text.p[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* From text.p[i] on; *bare: where nothing was begun for the last time. */
static bool
walk(struct automata *w, struct automaton *a, struct slice text, size_t i,
    size_t *bare)
{
	size_t place = a->bare[side_before(a, text, i)], class;
	cell_t cell;

	for (; i < text.len; i++) {
		class = a->class_of[(unsigned char)text.p[i]];
		cell = a->cells[place + class];
		if (!is_step(cell, class)) {
			cell = states_step(w, a, place, class);
			if ((cell & CELL_STOP) != 0)
				return (cell & CELL_MATCH) != 0;
		}
		*bare = (cell & CELL_BARE) != 0 ? i + 1 : *bare;
		place = cell_place(cell);
	}
	return states_end(w, a, place);
}

bool
automaton_may_match(
    struct automata *w, struct automaton *a, struct slice text, size_t *from)
{
	size_t bare = *from;

	if (!states_ready(a, text.len - *from))
		return true;
	if (text.p == NULL)
		text.p = "";
	if (!walk(w, a, text, *from, &bare))
		return false;
	*from = whole_character(text, bare, *from);
	return true;
}

/* --- several side by side --- */

/* One that walks; what it needs for a step is at hand. */
struct lane {
	const cell_t *cells;
	const uint8_t *class_of;
	uint32_t place;
	uint32_t bare; /* where nothing was begun for the last time */
	struct automaton_ask *ask;
};

static void
enter(struct lane *lane, struct automaton_ask *ask)
{
	const struct automaton *a = ask->automaton;

	lane->cells = a->cells;
	lane->class_of = a->class_of;
	lane->place = a->bare[SIDE_EDGE];
	lane->bare = 0;
	lane->ask = ask;
}

/* A step that is not known, or the last: false. */
static bool
step_off(struct automata *w, struct lane *lane, size_t class, cell_t *cell)
{
	struct automaton *a = lane->ask->automaton;

	*cell = states_step(w, a, lane->place, class);
	lane->cells = a->cells;
	lane->ask->may = (*cell & CELL_MATCH) != 0;
	return (*cell & CELL_STOP) == 0;
}

/* All lanes take the same character, which ends at `end`; the number of those
 * that go on. */
static size_t
step_all(struct automata *w, struct lane *lanes, size_t n, struct slice text,
    size_t end)
{
	const unsigned char c = (unsigned char)text.p[end - 1];
	struct lane *l = lanes;
	size_t class;
	cell_t cell;

	while (l < lanes + n) {
		class = l->class_of[c];
		cell = l->cells[l->place + class];
		if (!is_step(cell, class) && !step_off(w, l, class, &cell)) {
			l->ask->from = whole_character(text, l->bare, 0);
			*l = lanes[--n];
			continue;
		}
		l->bare = (cell & CELL_BARE) != 0 ? (uint32_t)end : l->bare;
		l->place = (uint32_t)cell_place(cell);
		l++;
	}
	return n;
}

static void
ask_some(
    struct automata *w, struct automaton_ask *asks, size_t n, struct slice text)
{
	struct lane lanes[LANES];
	size_t i, k, walking = 0;

	for (k = 0; k < n; k++) {
		asks[k].may = true;
		asks[k].from = 0;
		if (states_ready(asks[k].automaton, text.len))
			enter(&lanes[walking++], &asks[k]);
	}
	for (i = 1; i <= text.len && walking > 0; i++)
		walking = step_all(w, lanes, walking, text, i);
	for (k = 0; k < walking; k++) {
		lanes[k].ask->from = lanes[k].bare;
		lanes[k].ask->may =
		    states_end(w, lanes[k].ask->automaton, lanes[k].place);
	}
}

void
automata_ask(
    struct automata *w, struct automaton_ask *asks, size_t n, struct slice text)
{
	size_t some;

	for (; n > 0; n -= some, asks += some) {
		some = n < LANES ? n : LANES;
		ask_some(w, asks, some, text);
	}
}

/* --- */

/* What is weaker goes into the arena, with where the pairs of each node begin. */
static void
keep_weaker(struct automaton *a, struct arena *arena)
{
	struct nfa *n = &a->nfa;
	size_t node, i;

	n->loops =
	    arena_dup(arena, n->loops, n->loop_count * sizeof(*n->loops));
	for (i = 0; i < n->loop_count; i++)
		n->loops[i].weaker = arena_dup(arena, n->loops[i].weaker,
		    (n->node_count / 64 + 1) * sizeof(*n->loops[i].weaker));
	n->weaker =
	    arena_dup(arena, n->weaker, n->weaker_count * sizeof(*n->weaker));
	i = 0;
	a->first_weaker =
	    arena_calloc(arena, n->node_count + 1, sizeof(*a->first_weaker));
	for (node = 0; node <= n->node_count; node++) {
		while (i < n->weaker_count && n->weaker[i].node < node)
			i++;
		a->first_weaker[node] = (uint16_t)i;
	}
}

struct automaton *
automaton_new(struct automata *w, const char *expression, bool all_letters)
{
	struct arena *arena = arena_new(), *growing = arena_new();
	struct automaton *a = arena_alloc(arena, sizeof(*a));

	a->arena = arena;
	if (!nfa_new(growing, expression, all_letters, &a->nfa) ||
	    !states_new(w, a, all_letters)) {
		arena_free(growing);
		arena_free(arena);
		return NULL;
	}
	/* What grows leaves its former selves behind. */
	a->nfa.nodes = arena_dup(
	    arena, a->nfa.nodes, a->nfa.node_count * sizeof(*a->nfa.nodes));
	a->nfa.sets = NULL; /* their classes are all that is asked for */
	keep_weaker(a, arena);
	arena_free(growing);
	return a;
}

struct automaton *
automaton_keep(struct automaton *a, struct arena *arena)
{
	struct automaton *k;

	if (a->kept != 0)
		return a;
	k = arena_dup(arena, a, sizeof(*a));
	states_keep(k, arena);
	return k;
}

void
automaton_keep_rest(struct automaton *a, struct arena *arena)
{
	struct arena *before = a->arena;

	if (before == NULL)
		return;
	a->arena = NULL;
	states_keep_rest(a, arena);
	a->nfa.nodes = arena_dup(
	    arena, a->nfa.nodes, a->nfa.node_count * sizeof(*a->nfa.nodes));
	keep_weaker(a, arena);
	arena_free(before);
}

struct automaton *
automaton_free(struct automaton *a)
{
	if (a == NULL || a->kept == KEPT_ALL)
		return a;
	states_free(a);
	if (a->arena != NULL)
		arena_free(a->arena);
	return NULL;
}
