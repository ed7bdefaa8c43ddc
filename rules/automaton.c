/*
 * See automaton.h.  A state is the set of nodes at which matches stand that
 * began anywhere before, and what kind of character was the last; that another
 * match may begin here goes without saying.  From a node that is no character
 * the way on is looked up once for each kind of last character (a fan).
 *
 * States are few in practice.  When they are not, all is forgotten and begun
 * anew; an expression for which that happens over and over is given up, and
 * then may always match.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "rules/automaton.h"
#include "rules/nfa.h"

enum {
	STATES_MOST = 200,
	CLASSES_MOST = 128,
	LISTED_MOST = 60000, /* nodes of all fans and states */
	FORGET_MOST = 16,
	HASH_ROOM = 2048
};

/* What a character is to \b and its like. */
enum side { SIDE_OTHER, SIDE_WORD, SIDE_EITHER, SIDE_LINE, SIDE_EDGE, SIDES };

/* For states that are not made yet, and those that need no making. */
enum { UNKNOWN, MATCHED, DEAD, STATES };

struct list {
	uint32_t first; /* in `listed` */
	uint16_t n;
	bool match; /* something matches before the character */
};

struct state {
	uint32_t first, hash;
	uint16_t n;
	uint8_t last; /* enum side */
	uint8_t at_end; /* 0: not known; 1: no match; 2: a match */
};

struct automaton {
	struct arena *arena; /* of the machine */
	struct nfa nfa;
	size_t classes;
	unsigned shift; /* of a row of `next`: classes <= 1 << shift */
	uint8_t class_of[256]; /* 0: goes on with the character before */
	uint8_t side_of[CLASSES_MOST];
	unsigned sides; /* that a class has: 1 << enum side */
	uint64_t (*members)[CLASSES_MOST / 64]; /* of each set, by class */
	struct list *fans[SIDES]; /* of each node: `classes` lists, from */
	uint16_t *fan_of[SIDES]; /* this one on, plus one; 0: not known */
	size_t fan_count[SIDES];
	uint16_t *listed; /* nodes */
	size_t listed_count;
	bool full; /* no room for more states or nodes */
	struct state *states;
	uint16_t *next; /* of each state a row of classes */
	size_t state_count, state_room;
	uint16_t hash[HASH_ROOM];
	uint32_t *seen, stamp; /* of each node: when last */
	uint32_t *stack;
	uint16_t *now; /* the nodes of the state in the making */
	size_t now_count;
	uint16_t first[SIDES]; /* the state to begin with */
	unsigned forgotten;
	bool anchored, given_up;
};

/* --- classes of characters that no set tells apart --- */

/* Splits classes that are partly in the set. */
static void
refine(uint8_t *class_of, size_t *classes, const struct charset *set)
{
	uint8_t apart[CHARSET_SIZE] = {0};
	bool outside[CHARSET_SIZE] = {false};
	unsigned c;

	for (c = 0; c < CHARSET_SIZE; c++)
		outside[class_of[c]] |= !charset_has(set, c);
	for (c = 0; c < CHARSET_SIZE; c++) {
		if (!charset_has(set, c) || !outside[class_of[c]])
			continue;
		if (apart[class_of[c]] == 0)
			apart[class_of[c]] = (uint8_t)(*classes)++;
		class_of[c] = apart[class_of[c]];
	}
}

static enum side
side_of(unsigned c, bool all_letters)
{
	const struct charset word = charset_word(all_letters);

	if (c == '\n')
		return SIDE_LINE;
	if (c == CHARSET_HIGH && all_letters)
		return SIDE_EITHER;
	return charset_has(&word, c) ? SIDE_WORD : SIDE_OTHER;
}

/* False when there are too many. */
static bool
make_classes(struct automaton *a, bool all_letters)
{
	const struct charset word = charset_word(false);
	struct charset one = {{0}};
	uint8_t class_of[CHARSET_SIZE];
	size_t classes = 2, i;
	unsigned c;

	memset(class_of, 1, sizeof(class_of));
	refine(class_of, &classes, &word);
	one.bits[0] = (uint64_t)1 << '\n';
	refine(class_of, &classes, &one);
	memset(&one, 0, sizeof(one));
	one.bits[CHARSET_HIGH / 64] = 1;
	refine(class_of, &classes, &one);
	for (i = 0; i < a->nfa.set_count; i++)
		refine(class_of, &classes, &a->nfa.sets[i]);
	if (classes > CLASSES_MOST)
		return false;
	a->classes = classes;
	while ((size_t)1 << a->shift < classes)
		a->shift++;
	a->members =
	    arena_calloc(a->arena, a->nfa.set_count + 1, sizeof(*a->members));
	for (c = 0; c < CHARSET_SIZE; c++) {
		a->side_of[class_of[c]] = (uint8_t)side_of(c, all_letters);
		a->sides |= 1u << a->side_of[class_of[c]];
		for (i = 0; i < a->nfa.set_count; i++)
			if (charset_has(&a->nfa.sets[i], c))
				a->members[i][class_of[c] / 64] |=
				    (uint64_t)1 << (class_of[c] % 64);
	}
	for (c = 0; c < 256; c++)
		a->class_of[c] = c < 0x80    ? class_of[c]
				 : c >= 0xc0 ? class_of[CHARSET_HIGH]
					     : 0;
	return true;
}

static bool
has_class(const struct automaton *a, uint32_t set, size_t class)
{
	return (a->members[set][class / 64] >> (class % 64) & 1) != 0;
}

/* --- from a node to the characters that come next --- */

/* Whether a node that takes no character lets pass between two sides. */
static bool
passes(enum nfa_op op, enum side last, enum side next)
{
	bool last_word = last == SIDE_WORD, next_word = next == SIDE_WORD;
	bool unsure = last == SIDE_EITHER || next == SIDE_EITHER;

	switch (op) {
	case NFA_BEGIN:
		return last == SIDE_EDGE;
	case NFA_END:
		return next == SIDE_EDGE || next == SIDE_LINE;
	case NFA_BORDER:
		return unsure || last_word != next_word;
	case NFA_NO_BORDER:
		return unsure || last_word == next_word;
	case NFA_NOT_AFTER_WORD:
		return !last_word;
	case NFA_NOT_BEFORE_WORD:
		return !next_word;
	case NFA_MATCH:
	case NFA_SET:
	case NFA_SPLIT:
		break;
	}
	return true;
}

/* Begins an empty `now`. */
static void
begin_now(struct automaton *a)
{
	a->now_count = 0;
	if (++a->stamp == UINT32_MAX)
		a->given_up = true; /* years from now */
}

static void
visit(struct automaton *a, uint32_t node, size_t *depth)
{
	if (a->seen[node] == a->stamp)
		return;
	a->seen[node] = a->stamp;
	a->stack[(*depth)++] = node;
}

/* The sets that can be reached from a node between two sides go into `now`;
 * true when the end can. */
static bool
reach(struct automaton *a, uint32_t from, enum side last, enum side next)
{
	const struct nfa_node *n;
	size_t depth = 0;
	bool match = false;

	begin_now(a);
	visit(a, from, &depth);
	while (depth > 0) {
		from = a->stack[--depth];
		n = &a->nfa.nodes[from];
		if (n->op == NFA_MATCH)
			match = true;
		else if (n->op == NFA_SET)
			a->now[a->now_count++] = (uint16_t)from;
		else if (passes(n->op, last, next))
			visit(a, n->out, &depth);
		if (n->op == NFA_SPLIT)
			visit(a, n->other, &depth);
	}
	return match;
}

/* One node more; when there is no room left, what is made is not used. */
static void
list_add(struct automaton *a, uint16_t node)
{
	size_t n = a->listed_count;

	if (n == LISTED_MOST) {
		a->full = true;
		return;
	}
	if (n >= 256 ? (n & (n - 1)) == 0 : n == 0)
		a->listed = mem_realloc(
		    a->listed, (n == 0 ? 256 : 2 * n) * sizeof(*a->listed));
	a->listed[a->listed_count++] = node;
}

/* What follows those of `now` that take a character of the class. */
static struct list
list_class(struct automaton *a, size_t class, bool match)
{
	struct list list = {(uint32_t)a->listed_count, 0, match};
	const struct nfa_node *n;
	size_t i;

	for (i = 0; i < a->now_count && !match; i++) {
		n = &a->nfa.nodes[a->now[i]];
		if (!has_class(a, n->other, class))
			continue;
		list_add(a, (uint16_t)n->out);
		list.n++;
	}
	return list;
}

static void
make_fan(struct automaton *a, uint32_t node, enum side last, struct list *fan)
{
	enum side next;
	size_t class;
	bool match;

	for (next = 0; next < SIDE_EDGE; next++) {
		if ((a->sides & 1u << next) == 0)
			continue;
		match = reach(a, node, last, next);
		for (class = 1; class < a->classes; class ++)
			if (a->side_of[class] == next)
				fan[class] = list_class(a, class, match);
	}
}

static const struct list *
fan_of(struct automaton *a, uint16_t node, enum side last)
{
	uint16_t *at = &a->fan_of[last][node];
	size_t n = a->fan_count[last];

	if (*at == 0) {
		if ((n & (n - 1)) == 0)
			a->fans[last] = mem_realloc(
			    a->fans[last], (n == 0 ? 1 : 2 * n) * a->classes *
					       sizeof(struct list));
		make_fan(a, node, last, a->fans[last] + n * a->classes);
		*at = (uint16_t)++a->fan_count[last];
	}
	return a->fans[last] + (*at - 1) * a->classes;
}

/* --- states --- */

static void
now_add(struct automaton *a, uint16_t node)
{
	if (a->seen[node] == a->stamp)
		return;
	a->seen[node] = a->stamp;
	a->now[a->now_count++] = node;
}

static int
compare_nodes(const void *a, const void *b)
{
	const uint16_t *x = a, *y = b;

	return *x - *y;
}

static void
forget(struct automaton *a)
{
	enum side side;

	for (side = 0; side < SIDES; side++) {
		memset(a->fan_of[side], 0,
		    a->nfa.node_count * sizeof(*a->fan_of[side]));
		a->fan_count[side] = 0;
	}
	memset(a->first, 0, sizeof(a->first));
	memset(a->hash, 0, sizeof(a->hash));
	a->listed_count = 0;
	a->full = false;
	a->state_count = STATES;
	a->given_up = ++a->forgotten > FORGET_MOST;
}

static void
new_state(struct automaton *a, struct state state)
{
	size_t row = sizeof(*a->next) << a->shift;
	uint16_t *next;

	if (a->state_count >= a->state_room) {
		a->state_room = a->state_room == 0 ? 32 : 2 * a->state_room;
		a->states =
		    mem_realloc(a->states, a->state_room * sizeof(*a->states));
		a->next = mem_realloc(a->next, a->state_room * row);
	}
	a->states[a->state_count] = state;
	next = a->next + (a->state_count << a->shift);
	memset(next, 0, row);
	next[0] = (uint16_t)a->state_count++;
}

static bool
same_state(
    const struct automaton *a, const struct state *x, const struct state *y)
{
	if (x->n == 0)
		return y->n == 0 && x->last == y->last;
	return x->hash == y->hash && x->last == y->last && x->n == y->n &&
	       memcmp(a->listed + x->first, a->now, x->n * sizeof(*a->now)) ==
		   0;
}

/* The state of the nodes in `now`; UNKNOWN when there is no room for it. */
static uint16_t
state_of_now(struct automaton *a, enum side last)
{
	struct state new = {.first = (uint32_t)a->listed_count,
	    .hash = 2166136261u + (uint32_t)last,
	    .n = (uint16_t)a->now_count,
	    .last = (uint8_t)last};
	size_t i, at;

	if (a->now_count > 1)
		qsort(a->now, a->now_count, sizeof(*a->now), compare_nodes);
	for (i = 0; i < a->now_count; i++)
		new.hash = (new.hash ^ a->now[i]) * 16777619u;
	at = (new.hash ^ new.hash >> 16) & (HASH_ROOM - 1);
	for (; a->hash[at] != 0; at = (at + 1) & (HASH_ROOM - 1))
		if (same_state(a, &a->states[a->hash[at]], &new))
			return a->hash[at];
	for (i = 0; i < a->now_count; i++)
		list_add(a, a->now[i]);
	a->full = a->full || a->state_count == STATES_MOST;
	if (a->full)
		return UNKNOWN;
	new_state(a, new);
	a->hash[at] = (uint16_t)(a->state_count - 1);
	return a->hash[at];
}

/* A node goes on with a character; true when it matches before that. */
static bool
go_on(struct automaton *a, uint16_t node, enum side last, size_t class)
{
	const struct nfa_node *n = &a->nfa.nodes[node];
	const struct list *list;
	size_t i;

	if (n->op == NFA_SET) {
		if (has_class(a, n->other, class))
			now_add(a, (uint16_t)n->out);
		return false;
	}
	list = fan_of(a, node, last) + class;
	for (i = 0; i < list->n; i++)
		now_add(a, a->listed[list->first + i]);
	return list->match;
}

/* All fans that go_on() will ask for: to make one takes `now`. */
static void
make_fans(struct automaton *a, const struct state *s)
{
	size_t i;
	uint16_t node;

	fan_of(a, (uint16_t)a->nfa.start, s->last);
	for (i = 0; i < s->n; i++) {
		node = a->listed[s->first + i];
		if (a->nfa.nodes[node].op != NFA_SET)
			fan_of(a, node, s->last);
	}
}

/* The state after one more character; UNKNOWN when there is no room for it. */
static uint16_t
make_next(struct automaton *a, uint16_t from, size_t class)
{
	const struct state s = a->states[from];
	bool match;
	size_t i;
	uint16_t to;

	make_fans(a, &s);
	if (a->full)
		return UNKNOWN;
	begin_now(a);
	match = go_on(a, (uint16_t)a->nfa.start, s.last, class);
	for (i = 0; i < s.n && !match; i++)
		match = go_on(a, a->listed[s.first + i], s.last, class);
	to = match ? MATCHED
	     : a->now_count == 0 && a->anchored
		 ? DEAD
		 : state_of_now(a, a->side_of[class]);
	if (to != UNKNOWN)
		a->next[((size_t)from << a->shift) + class] = to;
	return to;
}

/* Where a search begins, behind a character of that side. */
static uint16_t
begin_state(struct automaton *a, enum side last)
{
	a->now_count = 0;
	if (a->first[last] == UNKNOWN)
		a->first[last] = state_of_now(a, last);
	return a->first[last];
}

/* Whether there is a match at the text's end. */
static bool
ends_in_match(struct automaton *a, uint16_t at)
{
	struct state *s = &a->states[at];
	bool match;
	size_t i;

	if (s->at_end == 0) {
		match = reach(a, (uint16_t)a->nfa.start, s->last, SIDE_EDGE);
		for (i = 0; i < s->n && !match; i++)
			match = reach(
			    a, a->listed[s->first + i], s->last, SIDE_EDGE);
		s->at_end = match ? 2 : 1;
	}
	return s->at_end == 2;
}

/* --- */

/* What stands before text.p[from]. */
static enum side
side_before(const struct automaton *a, struct slice text, size_t from)
{
	if (from == 0)
		return SIDE_EDGE;
	while (from > 1 && ((unsigned char)text.p[from - 1] & 0xc0) == 0x80)
		from--;
	return a->side_of[a->class_of[(unsigned char)text.p[from - 1]]];
}

bool
automaton_may_match(struct automaton *a, struct slice text, size_t from)
{
	uint16_t at, to;
	size_t i, class;

	if (a->full)
		forget(a);
	if (a->given_up)
		return true;
	at = begin_state(a, side_before(a, text, from));
	if (at == UNKNOWN)
		return true;
	for (i = from; i < text.len; i++) {
		class = a->class_of[(unsigned char)text.p[i]];
		to = a->next[((size_t)at << a->shift) + class];
		if (to == UNKNOWN)
			to = make_next(a, at, class);
		if (to < STATES)
			return to != DEAD;
		at = to;
	}
	return ends_in_match(a, at);
}

/* No match begins but at the text's begin. */
static bool
is_anchored(struct automaton *a)
{
	enum side last, next;

	for (last = 0; last < SIDE_EDGE; last++)
		for (next = 0; next < SIDES; next++)
			if (reach(a, a->nfa.start, last, next) ||
			    a->now_count > 0)
				return false;
	return true;
}

struct automaton *
automaton_new(const char *expression, bool all_letters)
{
	struct arena *arena = arena_new(), *growing = arena_new();
	struct automaton *a = arena_alloc(arena, sizeof(*a));
	enum side side;
	size_t n;

	a->arena = arena;
	if (!nfa_new(growing, expression, all_letters, &a->nfa) ||
	    !make_classes(a, all_letters)) {
		arena_free(growing);
		arena_free(arena);
		return NULL;
	}
	/* What grows leaves its former selves behind. */
	a->nfa.nodes = arena_dup(
	    arena, a->nfa.nodes, a->nfa.node_count * sizeof(*a->nfa.nodes));
	a->nfa.sets = NULL; /* their classes are all that is asked for */
	arena_free(growing);
	n = a->nfa.node_count;
	a->seen = arena_calloc(arena, n, sizeof(*a->seen));
	a->stack = arena_calloc(arena, n, sizeof(*a->stack));
	a->now = arena_calloc(arena, n, sizeof(*a->now));
	for (side = 0; side < SIDES; side++)
		a->fan_of[side] =
		    arena_calloc(arena, n, sizeof(*a->fan_of[side]));
	a->state_count = STATES;
	a->anchored = is_anchored(a);
	return a;
}

void
automaton_free(struct automaton *a)
{
	enum side side;

	if (a == NULL)
		return;
	for (side = 0; side < SIDES; side++)
		free(a->fans[side]);
	free(a->listed);
	free(a->states);
	free(a->next);
	arena_free(a->arena);
}
