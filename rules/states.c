/*
 * See states.h.  From a node that takes no character the nodes that do are
 * looked up once for each kind of last and next character (a fan).
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "rules/states.h"

enum {
	STATES_MOST = 2000,
	LISTED_MOST = 60000, /* nodes of all fans and states */
	CELLS_MOST = CELL_PLACE, /* room to look behind the last place, too */
	WINDOW = 512, /* the last cells, among which a place is looked for */
	FORGET_MOST = 16, /* times that it was of no use */
	WORTH_IT = 4000, /* characters between two times */
	ASTRAY = 4, /* cells for each step to where a state was */
	LOOSE = 4, /* packed cells for each of those that are not */
	QUIET = 16, /* characters without a new place for each cell */
	ROOM_FIRST = 32 /* of states and fans; then twice as many */
};

/* The nodes that take a character, from a node, between two sides. */
struct fan {
	uint32_t first; /* in `listed` */
	uint16_t n, node;
	uint8_t last, next; /* enum side */
	bool made, match; /* match: something matches before the character */
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
	return mem_zeroed(sizeof(struct automata));
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

static void
free_unless(const struct automaton *a, enum kept what, void *p)
{
	if ((a->kept & what) == 0)
		free(p);
}

/* n of the items, which were on the heap. */
static void *
keep(struct arena *arena, void *items, size_t n, size_t size)
{
	void *kept = arena_dup(arena, items, n * size);

	free(items);
	return kept;
}

/* Room for more of what grows: what was kept is left where it is. */
static void *
more(struct automaton *a, enum kept what, void *old, size_t size, size_t room)
{
	void *copy;

	if ((a->kept & what) == 0)
		return mem_realloc(old, room);
	a->kept &= (uint8_t)~what;
	copy = mem_alloc(room);
	return size == 0 ? copy : memcpy(copy, old, size);
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
	if (a->listed_room < first + w->now_count) {
		a->listed_room = 2 * (first + w->now_count);
		a->listed =
		    more(a, KEPT_LISTED, a->listed, first * sizeof(*a->listed),
			a->listed_room * sizeof(*a->listed));
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
	struct fan *fans = mem_zeroed(room * sizeof(*fans)), *f;

	for (i = 0; i < a->fan_room; i++) {
		f = &a->fans[i];
		if (f->made)
			*fan_place(fans, room, f->node, f->last, f->next) = *f;
	}
	if ((a->kept & KEPT_FANS) == 0)
		free(a->fans);
	a->kept &= (uint8_t)~KEPT_FANS;
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

/* --- cells --- */

/* Room for all classes of one more state behind the others; its place, or 0
 * when there is none.  Once it is known which are used it stands closer, see
 * pack(). */
static size_t
new_place(struct automaton *a)
{
	const size_t place = a->cell_count, room = a->cell_room;

	if (place + a->classes > CELLS_MOST)
		return 0;
	if (place + a->classes > room) {
		a->cell_room = (uint32_t)(2 * (room + a->classes));
		a->cells = more(a, KEPT_CELLS, a->cells,
		    room * sizeof(*a->cells), a->cell_room * sizeof(*a->cells));
		memset(a->cells + room, 0,
		    (a->cell_room - room) * sizeof(*a->cells));
	}
	a->cell_count += (uint32_t)a->classes;
	a->quiet = 0;
	return place;
}

/* Whether the cell is of a state at `place`: its head, or a step. */
static bool
is_of(const struct automaton *a, size_t place, size_t class)
{
	const cell_t cell = a->cells[place + class];

	return class == 0 ? (cell & CELL_HEAD) != 0
			  : is_step(cell & ~CELL_STOP, class);
}

/* To where there is room for all classes; false when there is none.  Steps lead
 * on to where it was, too, which states_step() knows. */
static bool
move_state(struct automaton *a, size_t number)
{
	const size_t from = a->states[number].place, to = new_place(a);
	size_t i;

	if (to == 0)
		return false;
	for (i = 0; i < a->classes; i++)
		if (is_of(a, from, i))
			a->cells[to + i] = a->cells[from + i];
	a->states[number].place = (uint16_t)to;
	if (number < STATES)
		a->bare[number - BARE] = (uint16_t)to;
	return true;
}

/* Where the cells of a state fit between those of others, which end at `end`. */
static size_t
fitting_place(
    const struct automaton *a, size_t from, const cell_t *cells, size_t end)
{
	uint8_t used[CLASSES_MOST];
	size_t n = 0, i, place = end > WINDOW ? end - WINDOW : 1;

	for (i = 0; i < a->classes; i++)
		if (is_of(a, from, i))
			used[n++] = (uint8_t)i;
	for (;; place++) {
		for (i = 0; i < n && cells[place + used[i]] == 0; i++)
			continue;
		if (i == n)
			return place;
	}
}

/* All steps to where states were lead to where they are. */
static void
lead_on(struct automaton *a)
{
	size_t i, to, is;

	a->astray = 0;
	for (i = 0; i < a->cell_count; i++) {
		to = cell_place(a->cells[i]);
		if (to == 0 || (a->cells[i] & CELL_HEAD) != 0)
			continue;
		is = a->states[a->cells[to] & CELL_PLACE].place;
		if (is != to)
			a->cells[i] += (cell_t)(is - to);
	}
}

/* Puts the states as close together as their cells let them: no room is left
 * for more. */
static void
pack(struct automaton *a)
{
	const size_t room = a->cell_count + a->classes;
	cell_t *cells = mem_alloc(room * sizeof(*cells));
	uint16_t *moved = mem_alloc(room * sizeof(*moved));
	size_t i, k, from, place, end = 1;

	lead_on(a);
	memset(cells, 0, room * sizeof(*cells));
	for (i = BARE; i < a->state_count; i++) {
		from = a->states[i].place;
		place = fitting_place(a, from, cells, end);
		for (k = 0; k < a->classes; k++)
			if (is_of(a, from, k))
				cells[place + k] = a->cells[from + k];
		end = place + a->classes > end ? place + a->classes : end;
		moved[from] = a->states[i].place = (uint16_t)place;
	}
	for (i = 0; i < end; i++)
		if ((cells[i] & CELL_HEAD) == 0 && cell_place(cells[i]) != 0)
			cells[i] = (cells[i] & ~CELL_PLACE) |
				   moved[cell_place(cells[i])];
	for (i = 0; i < SIDES; i++)
		a->bare[i] = a->states[BARE + i].place;
	free(moved);
	free_unless(a, KEPT_CELLS, a->cells);
	a->kept &= (uint8_t)~KEPT_CELLS;
	a->cells = mem_realloc(cells, end * sizeof(*cells));
	a->cell_count = a->cell_room = a->packed = (uint32_t)end;
}

/* --- states --- */

static int
compare_nodes(const void *a, const void *b)
{
	const uint16_t *x = a, *y = b;

	return *x - *y;
}

/* Those that are always there. */
static void
first_states(struct automaton *a)
{
	size_t i, place;

	/* memset(3) wants memory, also for no bytes of it. */
	if (a->cell_room > 0)
		memset(a->cells, 0, a->cell_room * sizeof(*a->cells));
	if (a->hash_room > 0)
		memset(a->hash, 0, a->hash_room * sizeof(*a->hash));
	memset(a->states, 0, STATES * sizeof(*a->states));
	a->cell_count = 1; /* 0 is no place */
	a->packed = 0;
	for (i = BARE; i < STATES; i++) {
		place = new_place(a);
		a->cells[place] = CELL_HEAD | (cell_t)i;
		a->states[i].last = (uint8_t)(i - BARE);
		a->states[i].place = a->bare[i - BARE] = (uint16_t)place;
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

	a->hash_room =
	    a->hash_room == 0 ? (size_t)2 * ROOM_FIRST : 2 * a->hash_room;
	a->hash =
	    more(a, KEPT_HASH, a->hash, 0, a->hash_room * sizeof(*a->hash));
	memset(a->hash, 0, a->hash_room * sizeof(*a->hash));
	for (i = STATES; i < a->state_count; i++)
		*slot_of(a, &a->states[i], a->listed + a->states[i].first) =
		    (uint16_t)i;
}

static void
more_states(struct automaton *a)
{
	const size_t room = a->state_room == 0 ? ROOM_FIRST : 2 * a->state_room;

	a->states = more(a, KEPT_STATES, a->states,
	    a->state_room * sizeof(*a->states), room * sizeof(*a->states));
	a->state_room = room;
	while (a->hash_room < 2 * room)
		more_hash(a);
}

/* 0: there is no room. */
static size_t
new_state(struct automata *w, struct automaton *a, struct state *state)
{
	const size_t i = a->state_count, place = new_place(a);

	state->first = list_now(w, a);
	state->place = (uint16_t)place;
	a->full = a->full || i == STATES_MOST || place == 0;
	if (a->full)
		return 0;
	if (i == a->state_room)
		more_states(a);
	a->states[i] = *state;
	a->cells[place] = CELL_HEAD | (cell_t)i;
	*slot_of(a, state, w->now) = (uint16_t)i;
	a->state_count++;
	return i;
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

/* The state of the nodes in `now`; 0: none, for nothing can come of it, or
 * there is no room for it. */
static size_t
state_of_now(struct automata *w, struct automaton *a, enum side last)
{
	struct state like = {
	    .hash = 2166136261u + (uint32_t)last, .last = (uint8_t)last};
	const uint16_t *slot;
	size_t i;

	if (w->now_count == 0)
		return a->anchored ? 0 : BARE + (size_t)last;
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

/* Takes the step from a state to another, or to none. */
static cell_t
put_step(struct automaton *a, size_t from, size_t class, size_t to, bool match)
{
	cell_t cell = (cell_t) class << CELL_CLASS;

	if (a->cells[a->states[from].place + class] != 0 &&
	    !move_state(a, from))
		a->full = true;
	if (match || a->full)
		cell |= CELL_STOP | CELL_MATCH;
	else if (to == 0)
		cell |= CELL_STOP;
	else
		cell |= a->states[to].place | (to < STATES ? CELL_BARE : 0);
	if (!a->full)
		a->cells[a->states[from].place + class] = cell;
	return cell;
}

static cell_t
make_step(struct automata *w, struct automaton *a, size_t from, size_t class)
{
	const struct state s = a->states[from];
	bool match;
	size_t i, to;

	make_room(w, a->nfa.node_count);
	make_fans(w, a, &s, (enum side)a->side_of[class]);
	if (a->full)
		return CELL_STOP | CELL_MATCH;
	begin_now(w);
	match = go_on(w, a, a->nfa.start, (enum side)s.last, class);
	for (i = 0; i < s.n && !match; i++)
		match = go_on(
		    w, a, a->listed[s.first + i], (enum side)s.last, class);
	to = match ? 0 : state_of_now(w, a, (enum side)a->side_of[class]);
	return put_step(a, from, class, to, match);
}

/* The step of a state that was at a place when the step there was made. */
static cell_t
moved_step(struct automaton *a, size_t state, size_t place, size_t class)
{
	const size_t is = a->states[state].place;

	if (is == place)
		return 0;
	if (++a->astray > a->cell_count / ASTRAY)
		lead_on(a);
	return a->cells[is + class];
}

cell_t
states_step(struct automata *w, struct automaton *a, size_t place, size_t class)
{
	const size_t from = a->cells[place] & CELL_PLACE;
	cell_t cell = a->cells[place + class];

	if (class == 0)
		return (cell_t)place | (from < STATES ? CELL_BARE : 0);
	if (!is_step(cell & ~CELL_STOP, class))
		cell = moved_step(a, from, place, class);
	if (!is_step(cell & ~CELL_STOP, class))
		cell = make_step(w, a, from, class);
	return cell;
}

bool
states_end(struct automata *w, struct automaton *a, size_t place)
{
	cell_t *head = &a->cells[place];
	const struct state *s;
	bool match;
	size_t i;

	if ((*head & (CELL_MATCH | CELL_STOP)) == 0) {
		make_room(w, a->nfa.node_count);
		s = &a->states[*head & CELL_PLACE];
		match =
		    reach(w, a, a->nfa.start, (enum side)s->last, SIDE_EDGE);
		for (i = 0; i < s->n && !match; i++)
			match = reach(w, a, a->listed[s->first + i],
			    (enum side)s->last, SIDE_EDGE);
		*head |= match ? CELL_MATCH : CELL_STOP;
	}
	return (*head & CELL_MATCH) != 0;
}

bool
states_ready(struct automaton *a, size_t len)
{
	if (a->full)
		forget(a);
	if (a->given_up)
		return false;
	if (a->kept == 0) /* to write to it costs a page */
		a->walked += len;
	if (a->cell_count - a->packed > a->packed / LOOSE) {
		a->quiet += (uint32_t)len;
		if (a->quiet / QUIET > a->cell_count)
			pack(a);
	}
	return true;
}

/* --- from the begin to the end --- */

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

bool
states_new(struct automata *w, struct automaton *a, bool all_letters)
{
	if (!make_classes(a, all_letters))
		return false;
	make_room(w, a->nfa.node_count);
	a->anchored = is_anchored(w, a);
	more_states(a);
	first_states(a);
	return true;
}

void
states_keep(struct automaton *a, struct arena *arena)
{
	pack(a);
	a->cells = keep(arena, a->cells, a->cell_count, sizeof(*a->cells));
	a->kept = KEPT_CELLS;
}

void
states_keep_rest(struct automaton *a, struct arena *arena)
{
	a->kept = KEPT_ALL;
	a->state_room = a->state_count;
	a->states = keep(arena, a->states, a->state_count, sizeof(*a->states));
	a->hash = keep(arena, a->hash, a->hash_room, sizeof(*a->hash));
	a->listed_room = a->listed_count;
	a->listed = keep(arena, a->listed, a->listed_count, sizeof(*a->listed));
	a->fans = keep(arena, a->fans, a->fan_room, sizeof(*a->fans));
	a->members = arena_dup(
	    arena, a->members, (a->nfa.set_count + 1) * sizeof(*a->members));
}

void
states_free(struct automaton *a)
{
	free_unless(a, KEPT_FANS, a->fans);
	free_unless(a, KEPT_LISTED, a->listed);
	free_unless(a, KEPT_STATES, a->states);
	free_unless(a, KEPT_CELLS, a->cells);
	free_unless(a, KEPT_HASH, a->hash);
}
