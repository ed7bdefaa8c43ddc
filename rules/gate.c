/*
 * See gate.h.  The automaton is a tree of the literals with a link from each
 * state to that of its longest suffix.  The first levels, where a text is most
 * of the time, have a table of the next state for each class of bytes (some 50
 * occur in any literal); in those below, which few texts reach and which are
 * many, it is looked for.  Branches below lie together, each by itself, so that
 * a word is looked for in one place.
 *
 * There are two roots: behind what is no letter stands EDGE, from which the
 * literals lead that are to begin a word; in a word stands INSIDE, so that few
 * literals are looked for there.  Any neighbour that is no letter makes an edge.
 * That is less than \b asks for: a text with its time phrases taken out has no
 * edges that the text itself does not have.
 *
 * Of the sets that a pattern requires, all of which must be met, the one that
 * tells texts apart best is looked at first.
 */
#include <string.h>

#include "rules/gate.h"

/* A literal is looked for by its first WORD_MOST bytes: enough to tell, and few
 * states. */
enum { STATES_MOST = 60000, WORD_MOST = 8, TABLE_LEVELS = 3 };

/* What ends in a state is a row of numbers of sets: with these bits. */
enum { OUT_LAST = 0x8000, OUT_AT_EDGE = 0x4000, SETS_MOST = OUT_AT_EDGE };

/* The set that every text meets. */
enum { SET_ANY };

enum root { INSIDE, EDGE, ROOTS };

struct state {
	uint16_t child; /* the first; they are numbered in a row */
	uint16_t suffix; /* the longest that is a state */
	uint8_t children, class; /* class: that leads here */
	uint32_t out; /* in `outs`; 0: nothing ends here */
};

/* A pattern under the first set that it requires, which is its key. */
struct keyed {
	uint16_t pattern;
	uint16_t others[LITERAL_SETS - 1]; /* sets */
};

/*
 * What is scanned for is in words of 64 bits: the patterns, then the sets of
 * literals that are met.  Many patterns ask for the same set.
 */
struct gate {
	size_t words; /* of patterns */
	size_t set_count;
	uint64_t *always; /* patterns that require no literal */
	uint64_t *timed; /* patterns that require a time */
	uint64_t *keys; /* sets under which there are patterns */
	struct keyed *keyed; /* in the order of sets */
	uint16_t *first_keyed; /* of each set; one more at the end */
	uint8_t class_of[256];
	size_t classes;
	struct state *states; /* first the roots */
	uint16_t *next; /* of the first `tabled` states x classes */
	size_t tabled;
	uint16_t *outs; /* the first one is nobody's */
};

/* A node of the tree, while it grows. */
struct node {
	uint16_t child, sibling; /* 0: none */
	uint8_t class;
	uint32_t ending; /* the first */
};

/* A literal of a set ends in a node. */
struct ending {
	uint32_t next; /* of this node; 0: none */
	uint16_t out;
};

struct builder {
	struct gate *gate;
	struct arena *arena; /* of the gate */
	struct arena *scratch;
	struct literals *sets;
	struct node *nodes;
	struct ending *endings; /* the first one is nobody's */
	size_t node_count, ending_count, out_count;
	uint16_t *node_of; /* of each state */
	size_t state_count;
	struct keyed *keyed; /* of each pattern; pattern 0 has room too */
	uint16_t *key; /* of each pattern: its set */
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

static void
add_word(struct builder *b, const struct word *w, size_t set)
{
	uint16_t node = w->begins ? EDGE : INSIDE;
	struct ending *e;
	size_t i;

	for (i = 0; i < w->text.len; i++)
		node = grow_child(b, node, class_of(b->gate, w->text.p[i]));
	b->endings = arena_grow(
	    b->scratch, b->endings, b->ending_count, sizeof(*b->endings));
	e = &b->endings[b->ending_count];
	e->next = b->nodes[node].ending;
	e->out = (uint16_t)(set | (w->ends ? OUT_AT_EDGE : 0));
	b->nodes[node].ending = (uint32_t)b->ending_count++;
}

static void
new_set(struct builder *b, struct literals literals)
{
	struct gate *g = b->gate;

	b->sets =
	    arena_grow(b->scratch, b->sets, g->set_count, sizeof(*b->sets));
	b->sets[g->set_count++] = literals;
}

/* Nothing is asked for, or no more than an edge. */
static bool
meets_all(struct literals literals)
{
	size_t i, k;

	for (i = 0; i < literals.n; i++) {
		for (k = 0; k < literals.v[i].len; k++)
			if (literals.v[i].p[k] != LITERAL_EDGE)
				break;
		if (k == literals.v[i].len)
			return true;
	}
	return literals.n == 0;
}

/* The number of a set; SET_ANY when there is no room for it. */
static uint16_t
grow_set(struct builder *b, struct literals literals)
{
	struct gate *g = b->gate;
	struct word word;
	size_t i, set;

	for (set = SET_ANY + 1; set < g->set_count; set++)
		if (literals_same(b->sets[set], literals))
			return (uint16_t)set;
	if (meets_all(literals) || set == SETS_MOST ||
	    b->node_count + literals.n * WORD_MOST > STATES_MOST)
		return SET_ANY;
	new_set(b, literals);
	for (i = 0; i < literals.n; i++) {
		word = word_of(b->scratch, literals.v[i]);
		add_word(b, &word, set);
	}
	return (uint16_t)set;
}

/* The best of its sets is the first. */
static void
add_pattern(struct builder *b, const struct required *r, size_t pattern)
{
	struct keyed *k = &b->keyed[pattern];
	uint16_t set, *key = &b->key[pattern];
	size_t part, n = 0;

	if (r->time)
		put(b->gate->timed, pattern);
	k->pattern = (uint16_t)pattern;
	for (part = 0; part < LITERAL_SETS; part++) {
		set = grow_set(b, r->set[part]);
		if (*key == SET_ANY)
			*key = set;
		else
			k->others[n++] = set;
	}
	if (*key == SET_ANY)
		put(b->gate->always, pattern);
}

/* Patterns in the order of their keys. */
static void
sort_patterns(struct builder *b, size_t from, size_t to)
{
	struct gate *g = b->gate;
	size_t i, set, n = 0;

	g->keys =
	    arena_calloc(b->arena, g->set_count / 64 + 1, sizeof(*g->keys));
	g->keyed = arena_calloc(b->arena, to - from, sizeof(*g->keyed));
	g->first_keyed =
	    arena_calloc(b->arena, g->set_count + 1, sizeof(*g->first_keyed));
	for (set = SET_ANY + 1; set < g->set_count; set++) {
		g->first_keyed[set] = (uint16_t)n;
		for (i = from; i < to; i++)
			if (b->key[i] == set)
				g->keyed[n++] = b->keyed[i];
		if (n > g->first_keyed[set])
			put(g->keys, set);
	}
	g->first_keyed[set] = (uint16_t)n;
}

/* The children of a state's node become states, in a row. */
static void
number_children(struct builder *b, size_t state)
{
	struct gate *g = b->gate;
	const struct node *node = &b->nodes[b->node_of[state]];
	uint16_t child;

	g->states[state].out = node->ending; /* see link_outs() */
	g->states[state].class = node->class;
	g->states[state].child = (uint16_t)b->state_count;
	for (child = node->child; child != 0; child = b->nodes[child].sibling)
		b->node_of[b->state_count++] = child;
	g->states[state].children =
	    (uint8_t)(b->state_count - g->states[state].child);
}

/* All below a state, one branch after another: what a text walks through lies
 * together. */
static void
number_below(struct builder *b, size_t state, uint16_t *stack)
{
	const struct state *s;
	size_t depth = 0, i;

	stack[depth++] = (uint16_t)state;
	while (depth > 0) {
		state = stack[--depth];
		number_children(b, state);
		s = &b->gate->states[state];
		for (i = s->children; i > 0; i--)
			stack[depth++] = (uint16_t)(s->child + i - 1);
	}
}

/* The nodes become states: level by level those with tables. */
static void
number_states(struct builder *b)
{
	struct gate *g = b->gate;
	uint16_t *stack =
	    arena_calloc(b->scratch, b->node_count, sizeof(*stack));
	size_t state = 0, level, end;

	b->node_of =
	    arena_calloc(b->scratch, b->node_count, sizeof(*b->node_of));
	b->node_of[EDGE] = EDGE;
	g->states = arena_calloc(b->arena, b->node_count, sizeof(*g->states));
	b->state_count = ROOTS;
	for (level = 0; level < TABLE_LEVELS; level++)
		for (end = b->state_count; state < end; state++)
			number_children(b, state);
	g->tabled = state;
	for (end = b->state_count; state < end; state++)
		number_below(b, state, stack);
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

static void
add_out(struct builder *b, uint16_t out)
{
	b->gate->outs = arena_grow(
	    b->scratch, b->gate->outs, b->out_count, sizeof(*b->gate->outs));
	b->gate->outs[b->out_count++] = out;
}

/* From the endings of a state's node to a row; what ends in the suffix ends in
 * the state too. */
static void
link_outs(struct builder *b, struct state *s)
{
	uint32_t at = s->out, more = b->gate->states[s->suffix].out;

	if (at == 0) {
		s->out = more;
		return;
	}
	s->out = (uint32_t)b->out_count;
	for (; at != 0; at = b->endings[at].next)
		add_out(b, b->endings[at].out);
	for (; more != 0; more++) {
		add_out(b, b->gate->outs[more] & (uint16_t)~OUT_LAST);
		if ((b->gate->outs[more] & OUT_LAST) != 0)
			break;
	}
	b->gate->outs[b->out_count - 1] |= OUT_LAST;
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
link_state(struct builder *b, size_t i)
{
	struct gate *g = b->gate;
	struct state *s = &g->states[i], *child;
	const bool tabled = i < g->tabled;
	uint16_t *row = g->next + (tabled ? i * g->classes : 0);
	size_t k;

	if (i != INSIDE && tabled)
		memcpy(row, g->next + s->suffix * g->classes,
		    g->classes * sizeof(*row));
	if (i != INSIDE)
		link_outs(b, s);
	for (k = 0; k < s->children; k++) {
		child = &g->states[s->child + k];
		child->suffix = (uint16_t)step(g, s->suffix, child->class);
	}
	for (k = 0; tabled && k < s->children; k++)
		row[g->states[s->child + k].class] = (uint16_t)(s->child + k);
}

/* Level by level. */
static void
link_states(struct builder *b)
{
	struct gate *g = b->gate;
	uint16_t *order =
	    arena_calloc(b->scratch, b->node_count, sizeof(*order));
	const struct state *s;
	size_t i, k, n;

	g->next =
	    arena_calloc(b->arena, g->tabled * g->classes, sizeof(*g->next));
	fill_inside(g);
	for (n = 0; n < ROOTS; n++)
		order[n] = (uint16_t)n;
	for (i = 0; i < n; i++) {
		link_state(b, order[i]);
		s = &g->states[order[i]];
		for (k = 0; k < s->children; k++)
			order[n++] = (uint16_t)(s->child + k);
	}
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
	struct builder b = {.gate = g, .arena = arena};
	size_t i;

	b.scratch = arena_new();
	b.keyed = arena_calloc(b.scratch, to, sizeof(*b.keyed));
	b.key = arena_calloc(b.scratch, to, sizeof(*b.key));
	g->words = to / 64 + 1;
	g->always = arena_calloc(arena, g->words, sizeof(*g->always));
	g->timed = arena_calloc(arena, g->words, sizeof(*g->timed));
	g->classes = 1;
	new_node(&b, 0);
	new_node(&b, 0);
	new_set(&b, (struct literals){0});
	b.endings = arena_grow(b.scratch, NULL, 0, sizeof(*b.endings));
	b.ending_count = 1;
	add_out(&b, OUT_LAST);
	for (i = from; i < to; i++)
		add_pattern(&b, &required[i], i);
	sort_patterns(&b, from, to);
	number_states(&b);
	link_states(&b);
	g->outs = arena_dup(arena, g->outs, b.out_count * sizeof(*g->outs));
	spread_classes(g);
	arena_free(b.scratch);
	return g;
}

size_t
gate_words(const struct gate *g)
{
	return g->words + g->set_count / 64 + 1;
}

/* The sets of which a literal ends, `edge`: and a word with it. */
static inline void
put_outs(const uint16_t *out, bool edge, uint64_t *met)
{
	for (;; out++) {
		if (edge || (*out & OUT_AT_EDGE) == 0)
			put(met, *out & (SETS_MOST - 1));
		if ((*out & OUT_LAST) != 0)
			break;
	}
}

/* The sets that a text meets. */
static void
scan(const struct gate *g, struct slice text, uint64_t *met)
{
	size_t state = EDGE, i;
	uint32_t out;

	memset(met, 0, (g->set_count / 64 + 1) * sizeof(*met));
	put(met, SET_ANY);
	for (i = 0; i < text.len; i++) {
		state = step(g, state, g->class_of[(unsigned char)text.p[i]]);
		out = g->states[state].out;
		if (out != 0)
			put_outs(g->outs + out,
			    i + 1 == text.len || !is_letter(text.p[i + 1]),
			    met);
	}
}

/* The patterns under a set that is met. */
static void
put_keyed(const struct gate *g, size_t set, const uint64_t *met, uint64_t *to)
{
	const struct keyed *k = g->keyed + g->first_keyed[set];
	const struct keyed *end = g->keyed + g->first_keyed[set + 1];
	size_t i;

	for (; k < end; k++) {
		for (i = 0; i < LITERAL_SETS - 1; i++)
			if (!gate_has(met, k->others[i]))
				break;
		if (i == LITERAL_SETS - 1)
			put(to, k->pattern);
	}
}

void
gate_scan(const struct gate *g, struct slice text, uint64_t *set)
{
	uint64_t *met = set + g->words, word;
	size_t i;

	memcpy(set, g->always, g->words * sizeof(*set));
	scan(g, text, met);
	for (i = 0; i <= g->set_count / 64; i++)
		for (word = met[i] & g->keys[i]; word != 0; word &= word - 1)
			put_keyed(g, i * 64 + (size_t)__builtin_ctzll(word),
			    met, set);
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
