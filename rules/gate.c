/*
 * See gate.h.  The automaton is a tree of the literals with a link from each
 * state to that of its longest suffix; states are numbered level by level.  The
 * first levels, where a text is most of the time, have a table of the next
 * state for each class of bytes (some 50 occur in any literal); in those below,
 * which few texts reach and which are many, it is looked for.
 *
 * There are two roots: behind what is no letter stands EDGE, from which the
 * literals lead that are to begin a word; in a word stands INSIDE, so that few
 * literals are looked for there.  Any neighbour that is no letter makes an edge.
 * That is less than \b asks for: a text with its time phrases taken out has no
 * edges that the text itself does not have.
 */
#include <string.h>

#include "rules/gate.h"

/* A literal is looked for by its first WORD_MOST bytes: enough to tell, and few
 * states. */
enum { STATES_MOST = 60000, WORD_MOST = 8, TABLE_LEVELS = 3 };

enum root { INSIDE, EDGE, ROOTS };

struct state {
	uint16_t child; /* the first; they are numbered in a row */
	uint16_t suffix; /* the longest that is a state */
	uint8_t children, class; /* class: that leads here */
};

/* Literals end in a state: the sets that they are of are met. */
struct ending {
	uint32_t next; /* of this state, then of its suffixes; 0: none */
	uint32_t bits; /* the first of the sets' */
	bool ends; /* only at a word's edge */
};

/* Some bits of one word: of what is met, or of who may match.  Those of one
 * list are in a row, up to one without bits. */
struct bits {
	uint64_t mask;
	uint32_t word, next; /* next: while they grow; 0: the last */
};

/*
 * What is scanned for is in words of 64 bits: LITERAL_SETS times the patterns,
 * then the sets of literals that are met.  Many patterns ask for the same set.
 */
struct gate {
	size_t words; /* of patterns, once */
	size_t set_count;
	uint32_t *requiring; /* of each set: the bits of patterns */
	uint64_t *always; /* as many for each of LITERAL_SETS: requires none */
	uint64_t *timed; /* patterns that require a time */
	uint8_t class_of[256];
	size_t classes;
	struct state *states; /* first the roots */
	uint16_t *next; /* of the first `tabled` states x classes */
	size_t tabled;
	uint32_t *ending; /* of a state: the first; 0: none */
	struct ending *endings; /* the first one is none, as in bits */
	struct bits *bits;
};

/* A node of the tree, while it grows. */
struct node {
	uint16_t child, sibling; /* 0: none */
	uint8_t class;
	uint32_t ending;
};

struct builder {
	struct gate *gate;
	struct arena *arena; /* of the gate */
	struct arena *scratch;
	struct literals *sets;
	struct node *nodes;
	size_t node_count, endings, bits;
};

static unsigned char
lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static bool
is_letter(char c)
{
	return lower((unsigned char)c) >= 'a' && lower((unsigned char)c) <= 'z';
}

static void
put(uint64_t *set, size_t pattern)
{
	set[pattern / 64] |= (uint64_t)1 << (pattern % 64);
}

/* A literal without the edges at its ends. */
struct word {
	struct slice text;
	bool begins, ends;
};

static bool
bounded(char c)
{
	return is_letter(c) || c == LITERAL_DIGIT;
}

static struct word
word_of(struct arena *scratch, struct slice literal)
{
	struct word w = {{NULL, 0}, false, false};
	char *text = arena_alloc(scratch, literal.len);
	size_t i;

	for (i = 0; i < literal.len; i++)
		if (literal.p[i] != LITERAL_EDGE)
			text[w.text.len++] = literal.p[i];
	w.text.p = text;
	if (w.text.len == 0)
		return w;
	w.begins = literal.p[0] == LITERAL_EDGE && bounded(text[0]);
	w.ends = w.text.len <= WORD_MOST &&
		 literal.p[literal.len - 1] == LITERAL_EDGE &&
		 bounded(text[w.text.len - 1]);
	if (w.text.len > WORD_MOST)
		w.text.len = WORD_MOST;
	return w;
}

static uint16_t
new_node(struct builder *b, uint8_t class)
{
	const struct node node = {.class = class};

	b->nodes =
	    arena_grow(b->scratch, b->nodes, b->node_count, sizeof(*b->nodes));
	b->nodes[b->node_count] = node;
	return (uint16_t)b->node_count++;
}

/* Where a class leads to; made if need be.  What was last used comes first:
 * literals that stand together begin alike. */
static uint16_t
grow_child(struct builder *b, uint16_t node, uint8_t class)
{
	uint16_t *link = &b->nodes[node].child, child;

	while (*link != 0 && b->nodes[*link].class != class)
		link = &b->nodes[*link].sibling;
	child = *link;
	if (child != 0)
		*link = b->nodes[child].sibling;
	else
		child = new_node(b, class);
	b->nodes[child].sibling = b->nodes[node].child;
	b->nodes[node].child = child;
	return child;
}

static uint8_t
class_of(struct gate *g, char c)
{
	uint8_t *class = &g->class_of[lower((unsigned char)c)];

	if (*class == 0)
		*class = (uint8_t)g->classes++;
	return *class;
}

/* The ending of just this kind in a node. */
static struct ending *
grow_ending(struct builder *b, uint16_t node, const struct word *w)
{
	struct gate *g = b->gate;
	uint32_t at = b->nodes[node].ending;
	const struct ending ending = {at, 0, w->ends};

	while (at != 0 && g->endings[at].ends != w->ends)
		at = g->endings[at].next;
	if (at != 0)
		return &g->endings[at];
	g->endings =
	    arena_grow(b->arena, g->endings, b->endings, sizeof(*g->endings));
	g->endings[b->endings] = ending;
	b->nodes[node].ending = (uint32_t)b->endings;
	return &g->endings[b->endings++];
}

/* A bit more.  They come in order: one for the same word is the first. */
static void
add_bit(struct builder *b, uint32_t *first, size_t bit)
{
	struct gate *g = b->gate;
	const struct bits bits = {
	    (uint64_t)1 << bit % 64, (uint32_t)(bit / 64), *first};

	if (*first != 0 && g->bits[*first].word == bits.word) {
		g->bits[*first].mask |= bits.mask;
		return;
	}
	g->bits = arena_grow(b->scratch, g->bits, b->bits, sizeof(*g->bits));
	g->bits[b->bits] = bits;
	*first = (uint32_t)b->bits++;
}

static void
add_word(struct builder *b, const struct word *w, size_t set)
{
	uint16_t node = w->begins ? EDGE : INSIDE;
	size_t i;

	for (i = 0; i < w->text.len; i++)
		node = grow_child(b, node, class_of(b->gate, w->text.p[i]));
	add_bit(b, &grow_ending(b, node, w)->bits, set);
}

/* The number of a set; `set_count` of the gate when there is no room for it. */
static size_t
grow_set(struct builder *b, struct literals literals)
{
	struct gate *g = b->gate;
	struct word word;
	size_t i, set;

	for (set = 0; set < g->set_count; set++)
		if (literals_same(b->sets[set], literals))
			return set;
	if (b->node_count + literals.n * WORD_MOST > STATES_MOST)
		return set;
	for (i = 0; i < literals.n; i++) {
		word = word_of(b->scratch, literals.v[i]);
		add_word(b, &word, set);
	}
	b->sets = arena_grow(b->scratch, b->sets, set, sizeof(*b->sets));
	b->sets[set] = literals;
	g->requiring =
	    arena_grow(b->arena, g->requiring, set, sizeof(*g->requiring));
	g->requiring[set] = 0;
	g->set_count++;
	return set;
}

static void
add_pattern(struct builder *b, const struct required *r, size_t pattern)
{
	struct gate *g = b->gate;
	size_t part, set, bit;

	if (r->time)
		put(g->timed, pattern);
	for (part = 0; part < LITERAL_SETS; part++) {
		bit = part * g->words * 64 + pattern;
		set = g->set_count;
		if (r->set[part].n > 0)
			set = grow_set(b, r->set[part]);
		if (set < g->set_count)
			add_bit(b, &g->requiring[set], bit);
		else
			put(g->always, bit);
	}
}

/* The nodes become states, level by level. */
static void
number_states(struct builder *b)
{
	struct gate *g = b->gate;
	uint16_t *node_of =
	    arena_calloc(b->scratch, b->node_count, sizeof(*node_of));
	size_t state, level = 0, level_end = ROOTS, count = ROOTS;
	const struct node *node;
	uint16_t child;

	node_of[EDGE] = EDGE;
	g->states = arena_calloc(b->arena, b->node_count, sizeof(*g->states));
	g->ending = arena_calloc(b->arena, b->node_count, sizeof(*g->ending));
	for (state = 0; state < b->node_count; state++) {
		if (state == level_end) {
			level_end = count;
			level++;
		}
		g->tabled += level < TABLE_LEVELS;
		node = &b->nodes[node_of[state]];
		g->ending[state] = node->ending;
		g->states[state].class = node->class;
		g->states[state].child = (uint16_t)count;
		for (child = node->child; child != 0;
		     child = b->nodes[child].sibling)
			node_of[count++] = child;
		g->states[state].children =
		    (uint8_t)(count - g->states[state].child);
	}
}

/* The state after one more class, from a state below the tables. */
static size_t
step_below(const struct gate *g, size_t state, uint8_t class)
{
	size_t child, end;

	for (; state >= g->tabled; state = g->states[state].suffix) {
		child = g->states[state].child;
		end = child + g->states[state].children;
		for (; child < end; child++)
			if (g->states[child].class == class)
				return child;
	}
	return g->next[state * g->classes + class];
}

static inline size_t
step(const struct gate *g, size_t state, uint8_t class)
{
	return state < g->tabled ? g->next[state * g->classes + class]
				 : step_below(g, state, class);
}

/* What ends in the suffix ends in the state too. */
static void
link_endings(struct gate *g, size_t state)
{
	uint32_t *last = &g->ending[state];

	while (*last != 0)
		last = &g->endings[*last].next;
	*last = g->ending[g->states[state].suffix];
}

/* Where a class leads from no literal: it is a letter or makes an edge. */
static void
fill_inside(struct gate *g)
{
	uint16_t *row = g->next + INSIDE * g->classes;
	size_t c;

	for (c = 0; c < g->classes; c++)
		row[c] = EDGE;
	for (c = 'a'; c <= 'z'; c++)
		if (g->class_of[c] != 0)
			row[g->class_of[c]] = INSIDE;
}

/* From a state a class leads to its child, or where it leads from the suffix,
 * which stands further up and is done. */
static void
link_states(struct builder *b)
{
	struct gate *g = b->gate;
	struct state *s, *child;
	size_t i, k;
	uint16_t *row;

	g->next =
	    arena_calloc(b->arena, g->tabled * g->classes, sizeof(*g->next));
	fill_inside(g);
	for (i = 0; i < b->node_count; i++) {
		s = &g->states[i];
		row = i < g->tabled ? g->next + i * g->classes : NULL;
		if (i != INSIDE && row != NULL)
			memcpy(row, g->next + s->suffix * g->classes,
			    g->classes * sizeof(*row));
		if (i != INSIDE)
			link_endings(g, i);
		for (k = 0; k < s->children; k++) {
			child = &g->states[s->child + k];
			child->suffix =
			    (uint16_t)step(g, s->suffix, child->class);
		}
		for (k = 0; k < s->children && row != NULL; k++)
			row[g->states[s->child + k].class] =
			    (uint16_t)(s->child + k);
	}
}

/* Copies a list so that it stands in a row. */
static void
line_up(struct builder *b, struct bits *to, size_t *count, uint32_t *first)
{
	const struct bits end = {0, 0, 0};
	uint32_t at = *first;

	*first = (uint32_t)*count;
	for (; at != 0; at = b->gate->bits[at].next)
		to[(*count)++] = b->gate->bits[at];
	to[(*count)++] = end;
}

static void
line_up_bits(struct builder *b)
{
	struct gate *g = b->gate;
	struct bits *to = arena_calloc(
	    b->arena, b->bits + b->endings + g->set_count, sizeof(*to));
	size_t i, count = 0;

	for (i = 1; i < b->endings; i++)
		line_up(b, to, &count, &g->endings[i].bits);
	for (i = 0; i < g->set_count; i++)
		line_up(b, to, &count, &g->requiring[i]);
	g->bits = to;
}

/* Both cases of a letter, and all digits, are of one class. */
static void
spread_classes(struct gate *g)
{
	size_t c;

	for (c = 'A'; c <= 'Z'; c++)
		g->class_of[c] = g->class_of[c + 32];
	for (c = '0'; c <= '9'; c++)
		g->class_of[c] = g->class_of[LITERAL_DIGIT];
}

struct gate *
gate_new(struct arena *arena, const struct required *required, size_t from,
    size_t to)
{
	struct gate *g = arena_alloc(arena, sizeof(*g));
	struct builder b = {.gate = g, .arena = arena, .endings = 1, .bits = 1};
	size_t i;

	b.scratch = arena_new();
	g->words = to / 64 + 1;
	g->always =
	    arena_calloc(arena, g->words * LITERAL_SETS, sizeof(*g->always));
	g->timed = arena_calloc(arena, g->words, sizeof(*g->timed));
	g->classes = 1;
	new_node(&b, 0);
	new_node(&b, 0);
	g->endings = arena_grow(arena, NULL, 0, sizeof(*g->endings));
	g->bits = arena_grow(b.scratch, NULL, 0, sizeof(*g->bits));
	for (i = from; i < to; i++)
		add_pattern(&b, &required[i], i);
	number_states(&b);
	link_states(&b);
	line_up_bits(&b);
	spread_classes(g);
	arena_free(b.scratch);
	return g;
}

size_t
gate_words(const struct gate *g)
{
	return g->words * LITERAL_SETS + g->set_count / 64 + 1;
}

static inline void
put_bits(const struct bits *bits, uint64_t *words)
{
	for (; bits->mask != 0; bits++)
		words[bits->word] |= bits->mask;
}

/* The literals that end before text.p[end]. */
static void
put_endings(const struct gate *g, uint32_t at, struct slice text, size_t end,
    uint64_t *met)
{
	const struct ending *e;

	for (; at != 0; at = e->next) {
		e = &g->endings[at];
		if (!e->ends || end == text.len || !is_letter(text.p[end]))
			put_bits(g->bits + e->bits, met);
	}
}

void
gate_scan(const struct gate *g, struct slice text, uint64_t *set)
{
	size_t patterns = g->words * LITERAL_SETS, state = EDGE, i, part;
	uint64_t *met = set + patterns;

	memcpy(set, g->always, patterns * sizeof(*set));
	memset(met, 0, (g->set_count / 64 + 1) * sizeof(*met));
	for (i = 0; i < text.len; i++) {
		state = step(g, state, g->class_of[(unsigned char)text.p[i]]);
		if (g->ending[state] != 0)
			put_endings(g, g->ending[state], text, i + 1, met);
	}
	for (i = gate_next(met, 0, g->set_count); i < g->set_count;
	     i = gate_next(met, i + 1, g->set_count))
		put_bits(g->bits + g->requiring[i], set);
	for (part = 1; part < LITERAL_SETS; part++)
		for (i = 0; i < g->words; i++)
			set[i] &= set[part * g->words + i];
}

void
gate_no_times(const struct gate *g, uint64_t *set)
{
	size_t i;

	for (i = 0; i < g->words; i++)
		set[i] &= ~g->timed[i];
}

size_t
gate_next(const uint64_t *set, size_t from, size_t to)
{
	uint64_t word;

	while (from < to) {
		word = set[from / 64] >> from % 64;
		if (word != 0) {
			from += (size_t)__builtin_ctzll(word);
			return from < to ? from : to;
		}
		from = (from / 64 + 1) * 64;
	}
	return to;
}
