/*
 * See automaton.h.  A state is the set of nodes at which matches stand that
 * began anywhere before, and what kind of character was the last; that another
 * match may begin here goes without saying.  It is bare when nothing else does.
 * From a node that takes no character the nodes that do are looked up once for
 * each kind of last and next character (a fan).
 *
 * States are few in practice.  When they are not, all is forgotten and begun
 * anew; an expression for which that happens over and over, with little text in
 * between, is given up, and then may always match.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "rules/automaton.h"
#include "rules/nfa.h"

enum {
	STATES_MOST = 2000,
	CLASSES_MOST = 128,
	LISTED_MOST = 60000, /* nodes of all fans and states */
	FORGET_MOST = 16, /* times that it was of no use */
	WORTH_IT = 4000, /* characters between two times */
	ROOM_FIRST = 32, /* of states and fans; then twice as many */
	KEPT_STATES = 8, /* more that one that is kept has room for */
	KEPT_NODES = 128,
	LANES = 24 /* that walk side by side */
};

/* What a character is to \b and its like. */
enum side { SIDE_OTHER, SIDE_WORD, SIDE_EITHER, SIDE_LINE, SIDE_EDGE, SIDES };

/* For states that are not made yet, and those that need no making; then the
 * bare ones, by the side of the last character. */
enum { UNKNOWN, MATCHED, DEAD, BARE, STATES = BARE + SIDES };

/* The nodes that take a character, from a node, between two sides. */
struct fan {
	uint32_t first; /* in `listed` */
	uint16_t n, node;
	uint8_t last, next; /* enum side */
	bool made, match; /* match: something matches before the character */
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
	uint16_t *first_weaker; /* of each node; one more at the end */
	size_t classes;
	uint8_t class_of[256]; /* 0: goes on with the character before */
	uint8_t side_of[CLASSES_MOST];
	uint64_t (*members)[CLASSES_MOST / 64]; /* of each set, by class */
	struct fan *fans; /* open addressing */
	size_t fan_count, fan_room; /* the room is a power of two, or 0 */
	uint16_t *listed; /* nodes */
	size_t listed_count, listed_room;
	bool full; /* no room for more states or nodes */
	struct state *states;
	uint16_t *next; /* of each state a row: of each class the next row */
	uint16_t *hash; /* of states, open addressing */
	size_t state_count, state_room;
	size_t hash_room; /* a power of two, at least twice theirs */
	unsigned forgotten;
	size_t walked; /* characters, since it forgot */
	bool anchored, given_up;
	bool
	    kept; /* all of it is in an arena of others, and can't grow there */
};

/* What those of one process share while they grow. */
struct automata {
	uint32_t *seen, stamp; /* of each node: when last */
	uint16_t *stack;
	uint16_t *now; /* the nodes of the state in the making */
	size_t now_count, room;
	uint32_t *dropped, drop; /* of each node: when last */
};

/* --- what is shared --- */

struct automata *
automata_new(void)
{
	struct automata *w = mem_alloc(sizeof(*w));

	memset(w, 0, sizeof(*w));
	return w;
}

void
automata_free(struct automata *w)
{
	if (w == NULL)
		return;
	free(w->seen);
	free(w->stack);
	free(w->now);
	free(w->dropped);
	free(w);
}

static void
make_room(struct automata *w, size_t nodes)
{
	if (nodes <= w->room)
		return;
	w->room = nodes;
	w->stamp = 0;
	w->seen = mem_realloc(w->seen, nodes * sizeof(*w->seen));
	memset(w->seen, 0, nodes * sizeof(*w->seen));
	w->stack = mem_realloc(w->stack, nodes * sizeof(*w->stack));
	w->now = mem_realloc(w->now, nodes * sizeof(*w->now));
	w->drop = 0;
	w->dropped = mem_realloc(w->dropped, nodes * sizeof(*w->dropped));
	memset(w->dropped, 0, nodes * sizeof(*w->dropped));
}

/* Begins an empty `now`. */
static void
begin_now(struct automata *w)
{
	w->now_count = 0;
	if (++w->stamp == 0) {
		memset(w->seen, 0, w->room * sizeof(*w->seen));
		w->stamp = 1;
	}
}

static void
now_add(struct automata *w, uint16_t node)
{
	if (w->seen[node] == w->stamp)
		return;
	w->seen[node] = w->stamp;
	w->now[w->now_count++] = node;
}

static void
visit(struct automata *w, uint16_t node, size_t *depth)
{
	if (w->seen[node] == w->stamp)
		return;
	w->seen[node] = w->stamp;
	w->stack[(*depth)++] = node;
}

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
	a->members =
	    arena_calloc(a->arena, a->nfa.set_count + 1, sizeof(*a->members));
	for (c = 0; c < CHARSET_SIZE; c++) {
		a->side_of[class_of[c]] = (uint8_t)side_of(c, all_letters);
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

/* The nodes that take a character and can be reached from a node between two
 * sides go into `now`; true when the end can. */
static bool
reach(struct automata *w, const struct automaton *a, uint16_t from,
    enum side last, enum side next)
{
	const struct nfa_node *n;
	size_t depth = 0;
	bool match = false;

	begin_now(w);
	visit(w, from, &depth);
	while (depth > 0) {
		from = w->stack[--depth];
		n = &a->nfa.nodes[from];
		if (n->op == NFA_MATCH)
			match = true;
		else if (n->op == NFA_SET)
			w->now[w->now_count++] = from;
		else if (passes((enum nfa_op)n->op, last, next))
			visit(w, n->out, &depth);
		if (n->op == NFA_SPLIT)
			visit(w, n->other, &depth);
	}
	return match;
}

static void *
to_heap(const void *p, size_t size)
{
	return size == 0 ? NULL : memcpy(mem_alloc(size), p, size);
}

/* What was kept is to grow. */
static void
take_over(struct automaton *a)
{
	if (!a->kept)
		return;
	a->kept = false;
	a->fans = to_heap(a->fans, a->fan_room * sizeof(*a->fans));
	a->listed = to_heap(a->listed, a->listed_room * sizeof(*a->listed));
	a->states = to_heap(a->states, a->state_room * sizeof(*a->states));
	a->next =
	    to_heap(a->next, a->state_room * a->classes * sizeof(*a->next));
	a->hash = to_heap(a->hash, a->hash_room * sizeof(*a->hash));
}

/* Where `now` is in the list from now on; when there is no room left, what is
 * made is not used. */
static uint32_t
list_now(struct automata *w, struct automaton *a)
{
	size_t first = a->listed_count;

	if (first + w->now_count > LISTED_MOST) {
		a->full = true;
		return 0;
	}
	while (a->listed_room < first + w->now_count) {
		take_over(a);
		a->listed_room = a->listed_room == 0 ? 256 : 2 * a->listed_room;
		a->listed =
		    mem_realloc(a->listed, a->listed_room * sizeof(*a->listed));
	}
	if (w->now_count > 0)
		memcpy(
		    a->listed + first, w->now, w->now_count * sizeof(*w->now));
	a->listed_count += w->now_count;
	return (uint32_t)first;
}

/* The place of a fan, made or to be. */
static struct fan *
fan_place(struct fan *fans, size_t room, uint16_t node, enum side last,
    enum side next)
{
	size_t at = node * 31u + last * 7u + next;
	struct fan *f;

	for (;; at++) {
		f = &fans[at & (room - 1)];
		if (!f->made ||
		    (f->node == node && f->last == last && f->next == next))
			return f;
	}
}

static void
more_fans(struct automaton *a)
{
	size_t room = a->fan_room == 0 ? ROOM_FIRST : 2 * a->fan_room, i;
	struct fan *fans = mem_alloc(room * sizeof(*fans)), *f;

	take_over(a);
	memset(fans, 0, room * sizeof(*fans));
	for (i = 0; i < a->fan_room; i++) {
		f = &a->fans[i];
		if (f->made)
			*fan_place(fans, room, f->node, f->last, f->next) = *f;
	}
	free(a->fans);
	a->fans = fans;
	a->fan_room = room;
}

static const struct fan *
fan_of(struct automata *w, struct automaton *a, uint16_t node, enum side last,
    enum side next)
{
	struct fan *f;

	if (2 * a->fan_count >= a->fan_room)
		more_fans(a);
	f = fan_place(a->fans, a->fan_room, node, last, next);
	if (f->made)
		return f;
	*f = (struct fan){.node = node,
	    .last = (uint8_t)last,
	    .next = (uint8_t)next,
	    .made = true};
	f->match = reach(w, a, node, last, next);
	f->first = list_now(w, a);
	f->n = a->full ? 0 : (uint16_t)w->now_count;
	a->fan_count++;
	return f;
}

/* --- states --- */

static int
compare_nodes(const void *a, const void *b)
{
	const uint16_t *x = a, *y = b;

	return *x - *y;
}

static uint16_t
row_of(const struct automaton *a, size_t state)
{
	return (uint16_t)(state * a->classes);
}

static size_t
states_most(const struct automaton *a)
{
	const size_t most = UINT16_MAX / a->classes; /* rows are 16 bits */

	return most < STATES_MOST ? most : STATES_MOST;
}

/* Those that are always there. */
static void
first_states(struct automaton *a)
{
	size_t i;

	memset(a->next, 0, STATES * a->classes * sizeof(*a->next));
	memset(a->hash, 0, a->hash_room * sizeof(*a->hash));
	memset(a->states, 0, STATES * sizeof(*a->states));
	for (i = BARE; i < STATES; i++) {
		a->states[i].last = (uint8_t)(i - BARE);
		a->next[i * a->classes] = row_of(a, i);
	}
	a->state_count = STATES;
}

static void
forget(struct automaton *a)
{
	if (a->fan_room > 0)
		memset(a->fans, 0, a->fan_room * sizeof(*a->fans));
	a->fan_count = 0;
	a->listed_count = 0;
	a->full = false;
	first_states(a);
	a->forgotten += a->walked < WORTH_IT;
	a->given_up = a->forgotten > FORGET_MOST;
	a->walked = 0;
}

/* The slot of a state that is like this one, with the nodes, or a free one. */
static uint16_t *
slot_of(struct automaton *a, const struct state *like, const uint16_t *nodes)
{
	size_t at;
	const struct state *s;
	uint16_t *slot;

	for (at = like->hash ^ like->hash >> 16;; at++) {
		slot = &a->hash[at & (a->hash_room - 1)];
		s = &a->states[*slot];
		if (*slot == 0 ||
		    (s->hash == like->hash && s->last == like->last &&
			s->n == like->n &&
			memcmp(a->listed + s->first, nodes,
			    s->n * sizeof(*nodes)) == 0))
			return slot;
	}
}

static void
more_hash(struct automaton *a)
{
	size_t i;

	while (a->hash_room < 2 * a->state_room)
		a->hash_room = a->hash_room == 0 ? (size_t)2 * ROOM_FIRST
						 : 2 * a->hash_room;
	a->hash = mem_realloc(a->hash, a->hash_room * sizeof(*a->hash));
	memset(a->hash, 0, a->hash_room * sizeof(*a->hash));
	for (i = STATES; i < a->state_count; i++)
		*slot_of(a, &a->states[i], a->listed + a->states[i].first) =
		    (uint16_t)i;
}

static void
more_states(struct automaton *a)
{
	take_over(a);
	a->state_room = a->state_room == 0 ? ROOM_FIRST : 2 * a->state_room;
	a->states = mem_realloc(a->states, a->state_room * sizeof(*a->states));
	a->next =
	    mem_realloc(a->next, a->state_room * a->classes * sizeof(*a->next));
	if (a->hash_room < 2 * a->state_room)
		more_hash(a);
}

static uint16_t
new_state(struct automata *w, struct automaton *a, struct state *state)
{
	size_t i = a->state_count;

	state->first = list_now(w, a);
	a->full = a->full || i == states_most(a);
	if (a->full)
		return UNKNOWN;
	if (i == a->state_room)
		more_states(a);
	a->states[i] = *state;
	*slot_of(a, state, w->now) = (uint16_t)i;
	memset(a->next + row_of(a, i), 0, a->classes * sizeof(*a->next));
	a->next[row_of(a, i)] = row_of(a, i);
	a->state_count++;
	return (uint16_t)i;
}

/* What the node has that is weaker is marked to be dropped. */
static void
mark_weaker(struct automata *w, const struct automaton *a, uint16_t node)
{
	uint32_t k;

	for (k = a->first_weaker[node]; k < a->first_weaker[node + 1]; k++)
		w->dropped[a->nfa.weaker[k].weaker] = w->drop;
}

static void
mark_round(struct automata *w, const struct nfa_loop *loop)
{
	size_t i;

	if (w->seen[loop->node] != w->stamp ||
	    w->dropped[loop->node] == w->drop)
		return;
	for (i = 0; i < w->now_count; i++)
		if ((loop->weaker[w->now[i] / 64] >> (w->now[i] % 64) & 1) != 0)
			w->dropped[w->now[i]] = w->drop;
}

/* Takes from `now` the nodes that are not worth keeping beside others of it.  Of
 * two that are each weaker than the other one stays: what is dropped drops
 * nothing. */
static void
drop_weaker(struct automata *w, const struct automaton *a)
{
	size_t i, kept = 0;

	if (w->now_count < 2)
		return;
	if (++w->drop == 0) {
		memset(w->dropped, 0, w->room * sizeof(*w->dropped));
		w->drop = 1;
	}
	for (i = 0; i < a->nfa.loop_count; i++)
		mark_round(w, &a->nfa.loops[i]);
	for (i = 0; i < w->now_count; i++)
		if (w->dropped[w->now[i]] != w->drop)
			mark_weaker(w, a, w->now[i]);
	for (i = 0; i < w->now_count; i++)
		if (w->dropped[w->now[i]] != w->drop)
			w->now[kept++] = w->now[i];
	w->now_count = kept;
}

/* The state of the nodes in `now`; UNKNOWN when there is no room for it. */
static uint16_t
state_of_now(struct automata *w, struct automaton *a, enum side last)
{
	struct state like = {
	    .hash = 2166136261u + (uint32_t)last, .last = (uint8_t)last};
	const uint16_t *slot;
	size_t i;

	if (w->now_count == 0)
		return a->anchored ? DEAD : (uint16_t)(BARE + last);
	drop_weaker(w, a);
	like.n = (uint16_t)w->now_count;
	if (w->now_count > 1)
		qsort(w->now, w->now_count, sizeof(*w->now), compare_nodes);
	for (i = 0; i < w->now_count; i++)
		like.hash = (like.hash ^ w->now[i]) * 16777619u;
	slot = slot_of(a, &like, w->now);
	return *slot != 0 ? *slot : new_state(w, a, &like);
}

/* A node goes on with a character; true when it matches before that. */
static bool
go_on(struct automata *w, struct automaton *a, uint16_t node, enum side last,
    size_t class)
{
	const struct nfa_node *n = &a->nfa.nodes[node];
	const struct fan *fan;
	size_t i;

	if (n->op == NFA_SET) {
		if (has_class(a, n->other, class))
			now_add(w, n->out);
		return false;
	}
	fan = fan_of(w, a, node, last, (enum side)a->side_of[class]);
	for (i = 0; i < fan->n && !fan->match; i++) {
		n = &a->nfa.nodes[a->listed[fan->first + i]];
		if (has_class(a, n->other, class))
			now_add(w, n->out);
	}
	return fan->match;
}

/* All fans that go_on() will ask for: to make one takes `now`. */
static void
make_fans(struct automata *w, struct automaton *a, const struct state *s,
    enum side next)
{
	uint16_t node;
	size_t i;

	fan_of(w, a, a->nfa.start, s->last, next);
	for (i = 0; i < s->n; i++) {
		node = a->listed[s->first + i];
		if (a->nfa.nodes[node].op != NFA_SET)
			fan_of(w, a, node, s->last, next);
	}
}

/* The state after one more character, as a row; UNKNOWN when there is no room
 * for it. */
static uint16_t
make_next(struct automata *w, struct automaton *a, uint16_t row, size_t class)
{
	const struct state s = a->states[row / a->classes];
	bool match;
	size_t i;
	uint16_t to;

	make_fans(w, a, &s, (enum side)a->side_of[class]);
	if (a->full)
		return UNKNOWN;
	begin_now(w);
	match = go_on(w, a, a->nfa.start, (enum side)s.last, class);
	for (i = 0; i < s.n && !match; i++)
		match = go_on(
		    w, a, a->listed[s.first + i], (enum side)s.last, class);
	to = match ? MATCHED : state_of_now(w, a, (enum side)a->side_of[class]);
	a->next[row + class] = row_of(a, to);
	return row_of(a, to);
}

/* Whether there is a match at the text's end. */
static bool
ends_in_match(struct automata *w, struct automaton *a, uint16_t row)
{
	struct state *s = &a->states[row / a->classes];
	enum side last = (enum side)s->last;
	bool match;
	size_t i;

	if (s->at_end == 0) {
		match = reach(w, a, a->nfa.start, last, SIDE_EDGE);
		for (i = 0; i < s->n && !match; i++)
			match = reach(
			    w, a, a->listed[s->first + i], last, SIDE_EDGE);
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
	return (
	    enum side)a->side_of[a->class_of[(unsigned char)text.p[from - 1]]];
}

/* Goes on from text.p[*i] and the row *at as far as rows are known: to the
 * text's end, or to what is not known or needs no row.  *bare: where nothing was
 * begun for the last time. */
static void
walk_known(const struct automaton *a, struct slice text, size_t *i,
    uint16_t *at, size_t *bare)
{
	const uint16_t first_bare = row_of(a, BARE), states = row_of(a, STATES);
	const unsigned char *p = (const unsigned char *)text.p + *i;
	const unsigned char *end = (const unsigned char *)text.p + text.len;
	const unsigned char *begun = (const unsigned char *)text.p + *bare;
	uint16_t row = *at, to;

	for (; p < end; p++, row = to) {
		if (row < states)
			begun = p;
		to = a->next[row + a->class_of[*p]];
		if (to < first_bare)
			break;
	}
	if (row < states)
		begun = p;
	*i = (size_t)((const char *)p - text.p);
	*bare = (size_t)((const char *)begun - text.p);
	*at = row;
}

static bool
walk(struct automata *w, struct automaton *a, struct slice text, size_t i,
    size_t *bare)
{
	uint16_t at = row_of(a, BARE + side_before(a, text, i)), to;
	size_t class;

	for (;;) {
		walk_known(a, text, &i, &at, bare);
		if (i == text.len)
			return ends_in_match(w, a, at);
		class = a->class_of[(unsigned char)text.p[i]];
		to = a->next[at + class];
		if (to == UNKNOWN)
			to = make_next(w, a, at, class);
		if (to < row_of(a, BARE))
			return to != row_of(a, DEAD);
		at = to;
		i++;
	}
}

/* False when it is given up, and all may match. */
static bool
is_ready(struct automata *w, struct automaton *a, size_t len)
{
	if (a->full)
		forget(a);
	if (a->given_up)
		return false;
	if (!a->kept) /* to write to it costs a page */
		a->walked += len;
	make_room(w, a->nfa.node_count);
	return true;
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

bool
automaton_may_match(
    struct automata *w, struct automaton *a, struct slice text, size_t *from)
{
	size_t bare = *from;

	if (!is_ready(w, a, text.len - *from))
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
	const uint16_t *next;
	const uint8_t *class_of;
	uint16_t row, first_bare, states; /* the latter two as rows */
	size_t bare; /* where nothing was begun for the last time */
	struct automaton_ask *ask;
};

static void
enter(struct lane *lane, struct automaton_ask *ask)
{
	const struct automaton *a = ask->automaton;

	lane->next = a->next;
	lane->class_of = a->class_of;
	lane->row = row_of(a, BARE + SIDE_EDGE);
	lane->first_bare = row_of(a, BARE);
	lane->states = row_of(a, STATES);
	lane->bare = 0;
	lane->ask = ask;
}

/* A step to what is not known, or needs no row; false when it is the last. */
static bool
step_off(struct automata *w, struct lane *lane, size_t class)
{
	struct automaton *a = lane->ask->automaton;
	uint16_t to = a->next[lane->row + class];

	if (to == UNKNOWN)
		to = make_next(w, a, lane->row, class);
	lane->next = a->next;
	lane->ask->may = to != row_of(a, DEAD);
	lane->row = to;
	return to >= lane->first_bare;
}

/* All lanes take the same character; the number of those that go on. */
static size_t
step_all(struct automata *w, struct lane *lanes, size_t n, struct slice text,
    size_t i)
{
	const unsigned char c = (unsigned char)text.p[i];
	struct lane *l = lanes;
	uint16_t to;

	while (l < lanes + n) {
		l->bare = l->row < l->states ? i : l->bare;
		to = l->next[l->row + l->class_of[c]];
		if (to >= l->first_bare || step_off(w, l, l->class_of[c])) {
			l->row = to >= l->first_bare ? to : l->row;
			l++;
			continue;
		}
		l->ask->from = whole_character(text, l->bare, 0);
		*l = lanes[--n];
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
		if (is_ready(w, asks[k].automaton, text.len))
			enter(&lanes[walking++], &asks[k]);
	}
	for (i = 0; i < text.len && walking > 0; i++)
		walking = step_all(w, lanes, walking, text, i);
	for (k = 0; k < walking; k++) {
		if (lanes[k].row < lanes[k].states)
			lanes[k].bare = text.len;
		lanes[k].ask->from = lanes[k].bare;
		lanes[k].ask->may =
		    ends_in_match(w, lanes[k].ask->automaton, lanes[k].row);
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

/* No match begins but at the text's begin. */
static bool
is_anchored(struct automata *w, const struct automaton *a)
{
	enum side last, next;

	for (last = 0; last < SIDE_EDGE; last++)
		for (next = 0; next < SIDES; next++)
			if (reach(w, a, a->nfa.start, last, next) ||
			    w->now_count > 0)
				return false;
	return true;
}

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
	    !make_classes(a, all_letters)) {
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
	make_room(w, a->nfa.node_count);
	a->anchored = is_anchored(w, a);
	more_states(a);
	first_states(a);
	return a;
}

/* n of the items, and room for more; what is beyond them is nobody's yet, and
 * not told to anybody. */
static void *
with_room(
    struct arena *arena, const void *items, size_t n, size_t room, size_t size)
{
	void *copy = arena_calloc(arena, room, size);

	return n == 0 ? copy : memcpy(copy, items, n * size);
}

struct automaton *
automaton_keep(const struct automaton *a, struct arena *arena)
{
	struct automaton *k = arena_dup(arena, a, sizeof(*a));
	const size_t nodes = a->nfa.node_count;

	k->kept = true;
	k->arena = NULL;
	/* What is looked at most stands together. */
	k->state_room = a->state_count + KEPT_STATES;
	k->next = with_room(arena, a->next, a->state_count * a->classes,
	    k->state_room * a->classes, sizeof(*a->next));
	k->states = with_room(arena, a->states, a->state_count, k->state_room,
	    sizeof(*a->states));
	k->hash = with_room(
	    arena, a->hash, a->hash_room, a->hash_room, sizeof(*a->hash));
	k->listed_room = a->listed_count + KEPT_NODES;
	k->listed = with_room(arena, a->listed, a->listed_count, k->listed_room,
	    sizeof(*a->listed));
	k->fans = with_room(
	    arena, a->fans, a->fan_room, a->fan_room, sizeof(*a->fans));
	k->nfa.nodes =
	    arena_dup(arena, a->nfa.nodes, nodes * sizeof(*a->nfa.nodes));
	keep_weaker(k, arena);
	k->members = arena_dup(
	    arena, a->members, (a->nfa.set_count + 1) * sizeof(*a->members));
	return k;
}

struct automaton *
automaton_free(struct automaton *a)
{
	if (a == NULL || a->kept)
		return a;
	free(a->fans);
	free(a->listed);
	free(a->states);
	free(a->next);
	free(a->hash);
	if (a->arena != NULL)
		arena_free(a->arena);
	return NULL;
}
