/*
 * See gate.h.  The automaton is a full table over the bytes that occur in any
 * literal (some 40 classes), built once when the pack is loaded.
 */
#include <string.h>

#include "rules/gate.h"

/* A literal is looked for by its first WORD_MOST bytes: enough to tell, and few
 * states. */
enum { STATES_MOST = 60000, STATES_FIRST = 2048, WORD_MOST = 8 };

struct gate {
	size_t words; /* of a set */
	uint64_t *always; /* patterns that require nothing */
	uint8_t class_of[256];
	size_t classes;
	size_t states, room;
	uint16_t *next; /* states x classes */
	uint16_t *out; /* of a state: 0, or the number of its set */
	uint64_t *sets; /* out x words */
	size_t outs;
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

	g->classes = 1;
	for (i = 0; i < n; i++) {
		for (j = 0; j < literals[i].n; j++) {
			for (k = 0; k < literals[i].v[j].len; k++) {
				c = lower((unsigned char)literals[i].v[j].p[k]);
				if (g->class_of[c] == 0)
					g->class_of[c] = (uint8_t)g->classes++;
			}
		}
	}
	for (c = 'A'; c <= 'Z'; c++)
		g->class_of[c] = g->class_of[lower(c)];
}

/* A new, empty set; the table of sets grows with the number of them. */
static uint16_t
new_set(struct gate *g)
{
	size_t i;
	uint64_t *grown;

	if ((g->outs & (g->outs - 1)) == 0) {
		grown = arena_calloc(
		    g->arena, 2 * (g->outs + 1), g->words * sizeof(*grown));
		for (i = 0; i < g->outs * g->words; i++)
			grown[i] = g->sets[i];
		g->sets = grown;
	}
	return (uint16_t)g->outs++;
}

static void
more_states(struct gate *g)
{
	size_t row = g->classes * sizeof(*g->next);
	uint16_t *next = arena_alloc(g->arena, 2 * g->room * row);
	uint16_t *out = arena_calloc(g->arena, 2 * g->room, sizeof(*out));

	memcpy(next, g->next, g->states * row);
	memcpy(out, g->out, g->states * sizeof(*out));
	g->next = next;
	g->out = out;
	g->room *= 2;
}

static void
add_word(struct gate *g, struct slice word, size_t pattern)
{
	size_t i, state = 0;
	uint16_t *to;

	if (g->states + WORD_MOST > g->room)
		more_states(g);
	for (i = 0; i < word.len && i < WORD_MOST; i++) {
		to = &g->next[state * g->classes +
			      g->class_of[lower((unsigned char)word.p[i])]];
		if (*to == 0)
			*to = (uint16_t)g->states++;
		state = *to;
	}
	if (g->out[state] == 0)
		g->out[state] = new_set(g);
	put(g->sets + g->out[state] * g->words, pattern);
}

/* What ends at `from` ends at `to` as well. */
static void
inherit(struct gate *g, size_t to, size_t from)
{
	size_t i;

	if (g->out[from] == 0)
		return;
	if (g->out[to] == 0) {
		g->out[to] = g->out[from];
		return;
	}
	for (i = 0; i < g->words; i++)
		g->sets[g->out[to] * g->words + i] |=
		    g->sets[g->out[from] * g->words + i];
}

/* Breadth first: a missing step goes where the longest suffix would go. */
static void
link_states(struct gate *g)
{
	uint16_t *fail = arena_calloc(g->arena, g->states, sizeof(*fail));
	uint16_t *queue = arena_calloc(g->arena, g->states, sizeof(*queue));
	size_t head = 0, tail = 0, c, state, to;
	uint16_t *row, *fallback;

	for (c = 0; c < g->classes; c++)
		if (g->next[c] != 0)
			queue[tail++] = g->next[c];
	while (head < tail) {
		state = queue[head++];
		row = g->next + state * g->classes;
		fallback = g->next + fail[state] * g->classes;
		inherit(g, state, fail[state]);
		for (c = 0; c < g->classes; c++) {
			to = row[c];
			if (to == 0) {
				row[c] = fallback[c];
				continue;
			}
			fail[to] = fallback[c];
			queue[tail++] = (uint16_t)to;
		}
	}
}

struct gate *
gate_new(struct arena *arena, const struct literals *literals, size_t n)
{
	struct gate *g = arena_alloc(arena, sizeof(*g));
	size_t i, j;

	g->arena = arena;
	g->words = n / 64 + 1;
	g->always = arena_calloc(arena, g->words, sizeof(*g->always));
	number_classes(g, literals, n);
	g->room = STATES_FIRST;
	g->next = arena_calloc(arena, g->room * g->classes, sizeof(*g->next));
	g->out = arena_calloc(arena, g->room, sizeof(*g->out));
	g->states = 1;
	new_set(g);
	for (i = 0; i < n; i++) {
		if (literals[i].n == 0)
			put(g->always, i);
		for (j = 0; j < literals[i].n; j++) {
			if (g->states + WORD_MOST > STATES_MOST)
				put(g->always, i);
			else
				add_word(g, literals[i].v[j], i);
		}
	}
	link_states(g);
	return g;
}

size_t
gate_words(const struct gate *g)
{
	return g->words;
}

void
gate_scan(const struct gate *g, struct slice text, uint64_t *set)
{
	const unsigned char *p = (const unsigned char *)text.p;
	const unsigned char *end = p + text.len;
	const uint64_t *found;
	size_t state = 0, i;

	memcpy(set, g->always, g->words * sizeof(*set));
	for (; p < end; p++) {
		state = g->next[state * g->classes + g->class_of[*p]];
		if (g->out[state] == 0)
			continue;
		found = g->sets + g->out[state] * g->words;
		for (i = 0; i < g->words; i++)
			set[i] |= found[i];
	}
}
