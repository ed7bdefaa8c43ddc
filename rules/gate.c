/*
 * See gate.h.  The automaton is a tree of the literals with a link from each
 * state to that of its longest suffix.  A full table would be faster to run by
 * little and slower to make by much, and it is made in every process: only the
 * first two levels, where a text is most of the time, have one, over the bytes
 * that occur in any literal (some 40 classes).
 */
#include <string.h>

#include "rules/gate.h"

/* A literal is looked for by its first WORD_MOST bytes: enough to tell, and few
 * states. */
enum { STATES_MOST = 60000, WORD_MOST = 8 };

struct state {
	uint16_t child, sibling; /* in the tree; 0: none */
	uint16_t suffix; /* the state of the longest one */
	uint16_t more; /* the longest suffix that is some literal; 0: none */
	uint32_t out; /* the first of those that require it; 0: none */
	uint8_t class; /* that leads here */
};

struct out {
	uint32_t pattern, next;
};

struct gate {
	size_t words; /* of a set */
	size_t half; /* where in a set the other requirements begin, or 0 */
	uint64_t *always; /* patterns that require nothing */
	uint8_t class_of[256];
	size_t classes;
	/* State 0 is the root, state c < classes has read just class c. */
	struct state *v;
	size_t states;
	uint16_t *next; /* classes x classes: from the first two levels */
	struct out *outs; /* the first one is none */
	size_t out_count;
	struct arena *arena;
};

static unsigned char
lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static void
put(uint64_t *set, size_t pattern)
{
	set[pattern / 64] |= (uint64_t)1 << (pattern % 64);
}

/* Numbers the bytes that occur. */
static void
number_classes(struct gate *g, const struct literals *literals, size_t n)
{
	size_t i, j, k;
	unsigned char c;

	for (i = 0; i < n; i++) {
		for (j = 0; j < literals[i].n; j++) {
			for (k = 0; k < literals[i].v[j].len && k < WORD_MOST;
			     k++) {
				c = lower((unsigned char)literals[i].v[j].p[k]);
				if (g->class_of[c] == 0)
					g->class_of[c] = (uint8_t)g->classes++;
			}
		}
	}
	for (c = 'A'; c <= 'Z'; c++)
		g->class_of[c] = g->class_of[lower(c)];
}

static uint32_t
new_out(struct gate *g, size_t pattern, uint32_t next)
{
	const struct out out = {(uint32_t)pattern, next};

	g->outs = arena_grow(g->arena, g->outs, g->out_count, sizeof(*g->outs));
	g->outs[g->out_count] = out;
	return (uint32_t)g->out_count++;
}

static uint16_t
new_state(struct gate *g, uint8_t class)
{
	g->v = arena_grow(g->arena, g->v, g->states, sizeof(*g->v));
	g->v[g->states].class = class;
	return (uint16_t)g->states++;
}

/* Where a class leads from a state below the first two levels; 0 nowhere. */
static uint16_t
child_of(const struct gate *g, size_t state, uint8_t class)
{
	uint16_t child = g->v[state].child;

	while (child != 0 && g->v[child].class != class)
		child = g->v[child].sibling;
	return child;
}

/* Makes that child if need be. */
static uint16_t
grow_child(struct gate *g, size_t state, uint8_t class)
{
	uint16_t child = child_of(g, state, class);

	if (child != 0)
		return child;
	child = new_state(g, class);
	g->v[child].sibling = g->v[state].child;
	g->v[state].child = child;
	return child;
}

static void
add_word(struct gate *g, struct slice word, size_t pattern)
{
	size_t i, state = 0;
	uint8_t class;

	for (i = 0; i < word.len && i < WORD_MOST; i++) {
		class = g->class_of[(unsigned char)word.p[i]];
		state = i == 0 ? class : grow_child(g, state, class);
	}
	g->v[state].out = new_out(g, pattern, g->v[state].out);
}

/* The state after one more class. */
static size_t
step(const struct gate *g, size_t state, uint8_t class)
{
	uint16_t child;

	for (; state >= g->classes; state = g->v[state].suffix) {
		child = child_of(g, state, class);
		if (child != 0)
			return child;
	}
	return g->next[state * g->classes + class];
}

/* From the root a class leads to its state, from there to a child or as from
 * the root. */
static void
fill_table(struct gate *g)
{
	size_t state, c;
	uint16_t child;

	g->next =
	    arena_calloc(g->arena, g->classes * g->classes, sizeof(*g->next));
	for (state = 0; state < g->classes; state++) {
		for (c = 1; c < g->classes; c++)
			g->next[state * g->classes + c] = (uint16_t)c;
		child = g->v[state].child;
		for (; child != 0; child = g->v[child].sibling)
			g->next[state * g->classes + g->v[child].class] = child;
	}
}

/* Breadth first, so that shorter suffixes are linked already. */
static void
link_states(struct gate *g)
{
	uint16_t *queue = arena_calloc(g->arena, g->states, sizeof(*queue));
	size_t head = 0, tail = 0;
	uint16_t state, child, suffix;

	for (state = 1; state < g->classes; state++)
		queue[tail++] = state;
	while (head < tail) {
		state = queue[head++];
		child = g->v[state].child;
		for (; child != 0; child = g->v[child].sibling) {
			suffix = (uint16_t)step(
			    g, g->v[state].suffix, g->v[child].class);
			g->v[child].suffix = suffix;
			g->v[child].more =
			    g->v[suffix].out != 0 ? suffix : g->v[suffix].more;
			queue[tail++] = child;
		}
	}
}

/* The patterns' numbers in the sets begin at `from`. */
static void
add_patterns(
    struct gate *g, const struct literals *literals, size_t n, size_t from)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		if (literals[i].n == 0)
			put(g->always, from + i);
		for (j = 0; j < literals[i].n; j++) {
			if (g->states + WORD_MOST > STATES_MOST)
				put(g->always, from + i);
			else
				add_word(g, literals[i].v[j], from + i);
		}
	}
}

struct gate *
gate_new(struct arena *arena, const struct literals *literals,
    const struct literals *also, size_t n)
{
	struct gate *g = arena_alloc(arena, sizeof(*g));
	size_t i;

	g->arena = arena;
	g->half = also == NULL ? 0 : n / 64 + 1;
	g->words = n / 64 + 1 + g->half;
	g->always = arena_calloc(arena, g->words, sizeof(*g->always));
	g->classes = 1;
	number_classes(g, literals, n);
	if (also != NULL)
		number_classes(g, also, n);
	for (i = 0; i < g->classes; i++)
		new_state(g, (uint8_t)i);
	new_out(g, 0, 0);
	add_patterns(g, literals, n, 0);
	if (also != NULL)
		add_patterns(g, also, n, 64 * g->half);
	fill_table(g);
	link_states(g);
	return g;
}

size_t
gate_words(const struct gate *g)
{
	return g->words;
}

static void
put_outs(const struct gate *g, uint32_t out, uint64_t *set)
{
	for (; out != 0; out = g->outs[out].next)
		put(set, g->outs[out].pattern);
}

void
gate_scan(const struct gate *g, struct slice text, uint64_t *set)
{
	const unsigned char *p = (const unsigned char *)text.p;
	const unsigned char *end = p + text.len;
	size_t state = 0, i;

	memcpy(set, g->always, g->words * sizeof(*set));
	for (; p < end; p++) {
		state = step(g, state, g->class_of[*p]);
		for (i = state; i != 0; i = g->v[i].more)
			put_outs(g, g->v[i].out, set);
	}
	for (i = 0; i < g->half; i++)
		set[i] &= set[g->half + i];
}
