/*
 * See lexicon.h.  Reads rules/LANG/time in one pass: a pattern is followed
 * through the trie with all its readings at once (each optional part and each
 * alternative multiplies them), so no tree of the pattern is built.
 *
 * Refuses, with file:line:column: unknown classes and labels, a class used
 * before it is complete, a pattern that can match nothing, one with too many
 * readings, and whatever is over a limit of lexicon.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "rules/lexicon.h"
#include "rules/when.h"

enum { READINGS = 4096, FILE_MOST = 1 << 20, NODES_MOST = 1 << 20 };

const char *const lexicon_top_names[] = {
    "none", "limit", "point", "span", "clock", "vague", "past", NULL};

static const char *const builtin_names[BUILTIN_COUNT] = {
    "int", "dd", "mm", "yyyy", "yy", "hh", "h", "mi", "hhmm", "word", "words"};

/* One reading of a pattern, as far as it was read. */
struct reading_state {
	uint32_t node;
	int16_t fill[LEXICON_LABELS];
	int16_t caps, items;
};

struct states {
	struct reading_state *v;
	size_t n;
};

struct parser {
	struct lexicon *lex;
	struct arena *scratch; /* of one pattern */
	const char *path;
	const char *p, *end, *line_start;
	int line;
	int class; /* being defined; -1 before the first */
	struct rule *rule;
	bool glue, capital; /* stood before the next item */
	struct err *err;
};

static int
fail(struct parser *ps, const char *what, const char *name)
{
	return err_set(ps->err, EX_CONFIG, "%s:%d:%d: %s%s%s", ps->path,
	    ps->line, (int)(ps->p - ps->line_start) + 1, what,
	    *name ? ": " : "", name);
}

/* --- vocabulary --- */

static void
words_rehash(struct lexicon *lex)
{
	uint32_t room = lex->slot_room ? lex->slot_room * 2 : 1024;
	uint32_t *slots = mem_alloc(room * sizeof(*slots));

	memset(slots, 0, room * sizeof(*slots));
	for (uint32_t w = 1; w < lex->word_count; w++) {
		uint32_t at = lex->hashes[w] & (room - 1);

		while (slots[at] != 0)
			at = (at + 1) & (room - 1);
		slots[at] = w;
	}
	free(lex->slots);
	lex->slots = slots;
	lex->slot_room = room;
}

static uint32_t
word_find(const struct lexicon *lex, const char *p, size_t n, uint32_t hash)
{
	uint32_t at = hash & (lex->slot_room - 1);

	for (; lex->slots[at] != 0; at = (at + 1) & (lex->slot_room - 1)) {
		uint32_t w = lex->slots[at];

		if (lex->hashes[w] == hash && lex->words[w].len == n &&
		    memcmp(lex->words[w].p, p, n) == 0)
			return w;
	}
	return 0;
}

uint32_t
lexicon_word(const struct lexicon *lex, const struct token *t)
{
	if (t->len == 0 || t->len > TOKEN_LETTERS)
		return 0;
	return word_find(lex, t->letters, t->len, t->hash);
}

static uint32_t
word_add(struct lexicon *lex, const struct token *t)
{
	uint32_t w = lexicon_word(lex, t);

	if (w != 0)
		return w;
	w = lex->word_count;
	lex->words = arena_grow(lex->arena, lex->words, w, sizeof(*lex->words));
	lex->hashes =
	    arena_grow(lex->arena, lex->hashes, w, sizeof(*lex->hashes));
	lex->words[w].p = arena_strndup(lex->arena, t->letters, t->len);
	lex->words[w].len = t->len;
	lex->hashes[w] = t->hash;
	lex->word_count++;
	if (lex->word_count * 2 > lex->slot_room)
		words_rehash(lex);
	else {
		uint32_t at = t->hash & (lex->slot_room - 1);

		while (lex->slots[at] != 0)
			at = (at + 1) & (lex->slot_room - 1);
		lex->slots[at] = w;
	}
	return w;
}

/* --- trie --- */

static void
edges_rehash(struct lexicon *lex)
{
	struct word_edge *old = lex->edges;
	uint32_t old_room = lex->edge_room;

	lex->edge_room = old_room ? old_room * 2 : 4096;
	lex->edges = mem_alloc(lex->edge_room * sizeof(*lex->edges));
	memset(lex->edges, 0, lex->edge_room * sizeof(*lex->edges));
	for (uint32_t i = 0; i < old_room; i++)
		if (old[i].from != 0)
			lex->edges[lexicon_slot(
			    lex, old[i].from, old[i].word)] = old[i];
	free(old);
}

static uint32_t
node_add(struct lexicon *lex)
{
	static const struct node none = {.accept = NULL};

	/* On the heap: a large block grows there without being copied. */
	if (lex->node_count == lex->node_room) {
		lex->node_room = lex->node_room ? lex->node_room * 2 : 4096;
		lex->nodes = mem_realloc(
		    lex->nodes, lex->node_room * sizeof(*lex->nodes));
	}
	lex->nodes[lex->node_count] = none;
	return lex->node_count++;
}

static uint32_t
step_word(struct lexicon *lex, uint32_t node, uint32_t word)
{
	uint32_t at = lexicon_slot(lex, node, word);

	if (lex->edges[at].from != 0)
		return lex->edges[at].to;
	if (lex->edge_count * 2 >= lex->edge_room) {
		edges_rehash(lex);
		at = lexicon_slot(lex, node, word);
	}
	lex->nodes[node].words = true;
	lex->edges[at].from = node;
	lex->edges[at].word = word;
	lex->edges[at].to = node_add(lex);
	lex->edge_count++;
	return lex->edges[at].to;
}

static uint32_t
step_edge(struct lexicon *lex, uint32_t node, uint32_t label)
{
	struct edge *e;

	for (e = lex->nodes[node].edges; e; e = e->next)
		if (e->label == label)
			return e->node;
	e = arena_alloc(lex->arena, sizeof(*e));
	e->label = label;
	e->node = node_add(lex);
	e->next = lex->nodes[node].edges;
	lex->nodes[node].edges = e;
	return e->node;
}

/* --- patterns --- */

static void
states_add(struct parser *ps, struct states *s, struct reading_state r)
{
	s->v = arena_grow(ps->scratch, s->v, s->n, sizeof(*s->v));
	s->v[s->n++] = r;
}

/* A copy with the room that arena_grow() gives as many. */
static struct states
states_copy(struct parser *ps, const struct states *from)
{
	struct states s = {NULL, from->n};
	size_t room = 4;

	if (from->n == 0)
		return s;
	while (room < from->n)
		room *= 2;
	s.v = arena_calloc(ps->scratch, room, sizeof(*s.v));
	memcpy(s.v, from->v, from->n * sizeof(*s.v));
	return s;
}

/* All readings go on by one word (from EDGE_WORD) or other edge; -1 with err. */
static int
advance(struct parser *ps, struct states *s, uint32_t label, int fill)
{
	for (size_t i = 0; i < s->n; i++) {
		struct reading_state *r = &s->v[i];

		if (r->items == LEXICON_ITEMS - 1)
			return fail(ps, "pattern is too long", "");
		r->node = label >= EDGE_WORD
			      ? step_word(ps->lex, r->node, label - EDGE_WORD)
			      : step_edge(ps->lex, r->node, label);
		r->items++;
		if (label < EDGE_CLASS || label >= EDGE_WORD)
			continue;
		if (fill >= 0 && r->fill[fill] < 0)
			r->fill[fill] = r->caps;
		r->caps++;
	}
	if (ps->lex->node_count > NODES_MOST)
		return fail(ps, "too many patterns in one file", "");
	return 0;
}

/* Conditions that stood before the item that comes now. */
static int
conditions(struct parser *ps, struct states *s)
{
	if (ps->glue && advance(ps, s, EDGE_GLUE, -1) < 0)
		return -1;
	if (ps->capital && advance(ps, s, EDGE_CAPITAL, -1) < 0)
		return -1;
	ps->glue = ps->capital = false;
	return 0;
}

static bool
is_meta(char c)
{
	switch (c) {
	case '[':
	case ']':
	case '(':
	case ')':
	case '<':
	case '>':
	case '|':
	case '~':
	case '^':
	case '{':
	case '}':
	case '$':
	case '\\':
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		return true;
	default:
		return false;
	}
}

/* A dot that may follow an abbreviation. */
static int
optional_dot(struct parser *ps, struct states *s, const struct token *dot)
{
	struct states with = states_copy(ps, s);

	if (advance(ps, &with, EDGE_GLUE, -1) < 0 ||
	    advance(ps, &with, EDGE_WORD + word_add(ps->lex, dot), -1) < 0)
		return -1;
	for (size_t i = 0; i < with.n; i++)
		states_add(ps, s, with.v[i]);
	return 0;
}

/* A run of letters and signs, read as the tokens that it is in a mail. */
static int
parse_literal(struct parser *ps, struct states *s)
{
	const char *start = ps->p;
	struct slice run = {start, 0};
	struct token t;
	bool lettered = false;
	size_t at = 0;

	while (ps->p < ps->end && !is_meta(*ps->p) &&
	       !(*ps->p == '=' && ps->p + 1 < ps->end && ps->p[1] == '>'))
		ps->p++;
	run.len = (size_t)(ps->p - start);
	if (run.len == 0)
		return fail(ps, "a sign that needs a \\ before it", "");
	for (;;) {
		token_next(run, &at, &t);
		if (t.kind == TOKEN_END)
			return 0;
		if (t.len == 0 || t.len > TOKEN_LETTERS)
			return fail(ps, "word is too long or no text", "");
		if (lettered && at == run.len && t.letters[0] == '.')
			return optional_dot(ps, s, &t);
		ps->glue = ps->glue || t.start > 0;
		if (conditions(ps, s) < 0 ||
		    advance(ps, s, EDGE_WORD + word_add(ps->lex, &t), -1) < 0)
			return -1;
		lettered = t.kind == TOKEN_WORD;
	}
}

static int
class_find(const struct lexicon *lex, struct slice name)
{
	for (int i = 0; i < lex->class_count; i++)
		if (slice_is(name, lex->classes[i].name))
			return i;
	return -1;
}

/* "name" up to one of the stops; at the end of line it is empty. */
static struct slice
take_name(struct parser *ps, const char *stops)
{
	struct slice name = {ps->p, 0};

	while (ps->p < ps->end && *ps->p != '\n' && !strchr(stops, *ps->p))
		ps->p++;
	name.len = (size_t)(ps->p - name.p);
	return name;
}

static int
label_index(struct parser *ps, struct slice name, bool add)
{
	struct rule *rule = ps->rule;

	for (int i = 0; i < rule->label_count; i++)
		if (slice_is(name, rule->labels[i]))
			return i;
	if (!add || rule->label_count == LEXICON_LABELS)
		return -1;
	rule->labels[rule->label_count] = slice_dup(ps->lex->arena, name);
	return rule->label_count++;
}

/* <class> or <label:class> */
static int
parse_class(struct parser *ps, struct states *s)
{
	struct slice label, name;
	int class, fill;

	ps->p++;
	label = name = take_name(ps, ":>");
	if (ps->p < ps->end && *ps->p == ':') {
		ps->p++;
		name = take_name(ps, ">");
	}
	if (ps->p == ps->end || *ps->p != '>')
		return fail(ps, "no > after a class", "");
	class = class_find(ps->lex, name);
	if (class < 0 || class == ps->class)
		return fail(ps, "no such class above this line",
		    slice_dup(ps->lex->arena, name));
	fill = label_index(ps, label, true);
	if (fill < 0)
		return fail(
		    ps, "too many different classes in one pattern", "");
	ps->p++;
	if (conditions(ps, s) < 0)
		return -1;
	return advance(ps, s, EDGE_CLASS + (uint32_t) class, fill);
}

static int parse_choice(struct parser *, struct states *, int depth);

/* [...] or (...) */
static int
parse_group(struct parser *ps, struct states *s, int depth)
{
	bool optional = *ps->p == '[';
	struct states before = {NULL, 0};

	if (depth == LEXICON_NEST)
		return fail(ps, "brackets nest too deep", "");
	if (optional)
		before = states_copy(ps, s);
	else if (conditions(ps, s) < 0)
		return -1;
	ps->p++;
	if (optional && conditions(ps, s) < 0)
		return -1;
	if (parse_choice(ps, s, depth + 1) < 0)
		return -1;
	if (ps->p == ps->end || *ps->p != (optional ? ']' : ')'))
		return fail(ps, "a bracket is not closed", "");
	ps->p++;
	for (size_t i = 0; i < before.n; i++)
		states_add(ps, s, before.v[i]);
	if (s->n > READINGS)
		return fail(ps,
		    "pattern has too many readings; give some of its alternatives a class of their own",
		    "");
	return 0;
}

static int
parse_item(struct parser *ps, struct states *s, int depth)
{
	switch (*ps->p) {
	case '~':
	case '^':
		*(*ps->p == '~' ? &ps->glue : &ps->capital) = true;
		ps->p++;
		return 0;
	case '{':
	case '}':
		return advance(
		    ps, s, *ps->p++ == '{' ? EDGE_START : EDGE_END, -1);
	case '$':
		ps->p++;
		return advance(ps, s, EDGE_STOP, -1);
	case '<':
		return parse_class(ps, s);
	case '[':
	case '(':
		return parse_group(ps, s, depth);
	case '\\': {
		struct slice sign = {ps->p + 1, ps->p + 1 < ps->end};
		struct token t;
		size_t at = 0;

		token_next(sign, &at, &t);
		if (t.kind != TOKEN_PUNCT)
			return fail(ps, "no sign after \\", "");
		ps->p += 2;
		if (conditions(ps, s) < 0)
			return -1;
		return advance(ps, s, EDGE_WORD + word_add(ps->lex, &t), -1);
	}
	default:
		return parse_literal(ps, s);
	}
}

/* Blanks; and after a "|" also the end of the line. */
static void
skip_blanks(struct parser *ps, bool lines)
{
	for (; ps->p < ps->end; ps->p++) {
		if (*ps->p == '\n' && lines) {
			ps->line++;
			ps->line_start = ps->p + 1;
		} else if (*ps->p != ' ' && *ps->p != '\t' && *ps->p != '\r') {
			return;
		}
	}
}

static bool
at_end_of_sequence(const struct parser *ps)
{
	return ps->p == ps->end || *ps->p == '|' || *ps->p == ']' ||
	       *ps->p == ')' || *ps->p == '\n' ||
	       (*ps->p == '=' && ps->p + 1 < ps->end && ps->p[1] == '>');
}

/* Alternatives up to a closing bracket, "=>" or the end of the line. */
static int
parse_choice(struct parser *ps, struct states *s, int depth)
{
	struct states before = states_copy(ps, s), all = {NULL, 0};
	bool glue = ps->glue, capital = ps->capital;

	for (;;) {
		skip_blanks(ps, false);
		if (at_end_of_sequence(ps)) {
			if (all.n == 0)
				all = *s;
			else
				for (size_t i = 0; i < s->n; i++)
					states_add(ps, &all, s->v[i]);
			if (ps->p == ps->end || *ps->p != '|')
				break;
			ps->p++;
			skip_blanks(ps, true);
			*s = states_copy(ps, &before);
			ps->glue = glue;
			ps->capital = capital;
			continue;
		}
		if (parse_item(ps, s, depth) < 0)
			return -1;
	}
	*s = all;
	return 0;
}

/* --- forms --- */

static struct form_part *
form_part(struct parser *ps, struct form_part ***tail)
{
	struct form_part *part = arena_alloc(ps->lex->arena, sizeof(*part));

	**tail = part;
	*tail = &part->next;
	return part;
}

/* What follows "=>"; without it the values of all classes, in order. */
static int
parse_form(struct parser *ps)
{
	struct form_part **tail = &ps->rule->form;

	if (ps->p == ps->end || *ps->p != '=') {
		for (int i = 0; i < ps->rule->label_count; i++) {
			if (i > 0)
				form_part(ps, &tail)->text =
				    arena_strdup(ps->lex->arena, " ");
			form_part(ps, &tail)->label = i;
		}
		return 0;
	}
	ps->p += 2;
	skip_blanks(ps, false);
	while (ps->p < ps->end && *ps->p != '\n') {
		struct slice text = take_name(ps, "<");

		if (ps->p == ps->end || *ps->p == '\n')
			while (text.len > 0 &&
			       strchr(" \t\r", text.p[text.len - 1]))
				text.len--;
		if (text.len > 0)
			form_part(ps, &tail)->text =
			    slice_dup(ps->lex->arena, text);
		if (ps->p == ps->end || *ps->p == '\n')
			break;
		ps->p++;
		text = take_name(ps, ">");
		int label = label_index(ps, text, false);
		if (label < 0)
			return fail(ps, "the pattern has no such class",
			    slice_dup(ps->lex->arena, text));
		form_part(ps, &tail)->label = label;
		if (ps->p < ps->end && *ps->p == '>')
			ps->p++;
	}
	return 0;
}

static int
accept_all(struct parser *ps, const struct states *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct node *node = &ps->lex->nodes[s->v[i].node];

		if (s->v[i].items == 0)
			return fail(ps, "pattern can match nothing", "");
		if (node->accept)
			continue;
		node->accept =
		    arena_alloc(ps->lex->arena, sizeof(*node->accept));
		node->accept->rule = ps->rule;
		memcpy(node->accept->fill, s->v[i].fill, sizeof(s->v[i].fill));
	}
	return 0;
}

static int
parse_pattern(struct parser *ps)
{
	struct reading_state start = {.node = 0};
	struct states s = {NULL, 0};

	if (ps->class < 0)
		return fail(ps, "a pattern stands before the first class", "");
	arena_reset(ps->scratch);
	ps->rule = arena_alloc(ps->lex->arena, sizeof(*ps->rule));
	ps->rule->line = ps->line;
	ps->glue = ps->capital = false;
	start.node = ps->lex->classes[ps->class].root;
	memset(start.fill, -1, sizeof(start.fill));
	states_add(ps, &s, start);
	if (parse_choice(ps, &s, 0) < 0)
		return -1;
	if (ps->p < ps->end && *ps->p != '\n' && *ps->p != '=')
		return fail(ps, "a bracket was never opened", "");
	if (parse_form(ps) < 0)
		return -1;
	return accept_all(ps, &s);
}

/* "name:" at the start of a line. */
static int
parse_heading(struct parser *ps)
{
	struct lexicon *lex = ps->lex;
	struct slice name = take_name(ps, ":");

	if (ps->p == ps->end || *ps->p != ':' || name.len == 0)
		return fail(
		    ps, "neither \"class:\" nor an indented pattern", "");
	if (class_find(lex, name) >= 0)
		return fail(
		    ps, "class is defined twice", slice_dup(lex->arena, name));
	if (lex->class_count == LEXICON_CLASSES)
		return fail(ps, "too many classes", "");
	ps->p++;
	skip_blanks(ps, false);
	if (ps->p < ps->end && *ps->p != '\n')
		return fail(ps, "more text after the class", "");
	ps->class = lex->class_count++;
	lex->classes[ps->class].name = slice_dup(lex->arena, name);
	lex->classes[ps->class].root = node_add(lex);
	return 0;
}

static int
parse_file(struct parser *ps)
{
	for (ps->line = 1; ps->p < ps->end; ps->line++) {
		bool indented = *ps->p == ' ' || *ps->p == '\t';

		ps->line_start = ps->p;
		skip_blanks(ps, false);
		if (ps->p == ps->end)
			break;
		if (*ps->p == '#')
			take_name(ps, "");
		else if (*ps->p != '\n' &&
			 (indented ? parse_pattern(ps) : parse_heading(ps)) < 0)
			return -1;
		ps->p++;
	}
	return 0;
}

/* --- what can begin a class --- */

/* A set of words a class; behind the last word "any number" and "any word". */
struct begins {
	uint64_t *bits; /* per_class for each class */
	size_t per_class;
	uint32_t number, any;
};

static void
mask_set(struct word_mask *m, int class)
{
	m->bits[class / 64] |= (uint64_t)1 << (class % 64);
}

static void
begins_add(struct begins *b, int class, uint32_t word)
{
	b->bits[(size_t) class * b->per_class + word / 64] |= (uint64_t)1
							      << (word % 64);
}

/* Class c begins with whatever class d begins with. */
static void
begins_inherit(struct begins *b, int c, int d)
{
	uint64_t *to = b->bits + (size_t)c * b->per_class;
	const uint64_t *from = b->bits + (size_t)d * b->per_class;

	for (size_t i = 0; i < b->per_class; i++)
		to[i] |= from[i];
}

/* Calls for the nodes where class c begins, behind conditions too. */
static void
begins_class(const struct lexicon *lex, struct begins *b, uint8_t *owner, int c)
{
	uint32_t queue[16];
	int n = 0;

	for (queue[n++] = lex->classes[c].root; n > 0;) {
		const struct node *node = &lex->nodes[queue[--n]];

		owner[queue[n]] = (uint8_t)(c + 1);
		for (struct edge *e = node->edges; e; e = e->next)
			if (e->label < EDGE_CLASS && n < 16)
				queue[n++] = e->node;
			else if (b && e->label >= EDGE_CLASS)
				begins_inherit(
				    b, c, (int)(e->label - EDGE_CLASS));
	}
}

static void
first_masks(struct lexicon *lex, const struct begins *b)
{
	for (int c = 0; c < lex->class_count; c++) {
		const uint64_t *bits = b->bits + (size_t)c * b->per_class;

		for (uint32_t w = 0; w < lex->word_count; w++)
			if (bits[w / 64] == 0)
				w |= 63; /* none of these: on to the next */
			else if (bits[w / 64] >> (w % 64) & 1)
				mask_set(&lex->first[w], c);
		if (bits[b->number / 64] >> (b->number % 64) & 1)
			mask_set(&lex->first_number, c);
		if (bits[b->any / 64] >> (b->any % 64) & 1)
			mask_set(&lex->first_any, c);
	}
}

static void
first_sets(struct lexicon *lex)
{
	uint8_t *owner = arena_alloc(lex->arena, lex->node_count);
	struct begins b = {
	    .number = lex->word_count, .any = lex->word_count + 1};

	b.per_class = b.any / 64 + 1;
	b.bits = arena_calloc(lex->arena,
	    (size_t)lex->class_count * b.per_class, sizeof(*b.bits));
	lex->first =
	    arena_calloc(lex->arena, lex->word_count, sizeof(*lex->first));
	for (int c = 0; c < BUILTIN_COUNT; c++) {
		begins_add(&b, c, b.number);
		if (c >= BUILTIN_WORD)
			begins_add(&b, c, b.any);
	}
	for (int c = BUILTIN_COUNT; c < lex->class_count; c++)
		begins_class(lex, NULL, owner, c);
	for (uint32_t i = 0; i < lex->edge_room; i++)
		if (owner[lex->edges[i].from] != 0)
			begins_add(&b, owner[lex->edges[i].from] - 1,
			    lex->edges[i].word);
	/* A class uses only those above it, so these are complete. */
	for (int c = BUILTIN_COUNT; c < lex->class_count; c++)
		begins_class(lex, &b, owner, c);
	first_masks(lex, &b);
}

/* The edges of each node in the order of the file, with what any of their classes begins. */
static void
pack_edges(struct lexicon *lex)
{
	for (uint32_t i = 1; i < lex->node_count; i++) {
		struct node *node = &lex->nodes[i];
		size_t n = 0;
		struct edge *row, *end;

		for (struct edge *e = node->edges; e; e = e->next)
			n++;
		if (n == 0)
			continue;
		/* They were put in front of one another. */
		end = (struct edge *)arena_calloc(lex->arena, n, sizeof(*row)) +
		      n;
		row = end;
		for (struct edge *e = node->edges; e; e = e->next) {
			*--row = *e;
			row->next = row + 1 < end ? row + 1 : NULL;
			if (e->label >= EDGE_CLASS)
				mask_set(&node->classes,
				    (int)(e->label - EDGE_CLASS));
			else
				node->conditions = true;
		}
		node->edges = row;
	}
}

static void
find_top(struct lexicon *lex)
{
	for (int i = 0; lexicon_top_names[i]; i++) {
		lex->top[i] = class_find(lex, slice_of(lexicon_top_names[i]));
		if (lex->top[i] >= 0)
			mask_set(&lex->top_mask, lex->top[i]);
	}
}

/* --- the file --- */

static char *
read_file(const char *path, size_t *len, struct err *err)
{
	FILE *f = fopen(path, "re");
	char *text;

	if (!f) {
		err_errno(err, "%s", path);
		return NULL;
	}
	text = mem_alloc(FILE_MOST + 1);
	*len = fread(text, 1, FILE_MOST + 1, f);
	if (ferror(f))
		err_errno(err, "%s", path);
	else if (*len > FILE_MOST)
		err_set(err, EX_CONFIG, "%s:1:1: larger than %d bytes", path,
		    FILE_MOST);
	else
		goto done;
	free(text);
	text = NULL;
done:
	fclose(f);
	return text;
}

static struct lexicon *
lexicon_new(struct arena *arena)
{
	struct lexicon *lex = arena_alloc(arena, sizeof(*lex));
	struct token none = {.len = 0};

	lex->arena = arena;
	node_add(lex);
	edges_rehash(lex);
	words_rehash(lex);
	word_add(lex, &none);
	for (int b = 0; b < BUILTIN_COUNT; b++)
		lex->classes[lex->class_count++].name =
		    arena_strdup(arena, builtin_names[b]);
	return lex;
}

/* What grew on the heap goes where the rest is, no larger than it is used. */
static void
settle(struct lexicon *lex)
{
	struct node *nodes = lex->nodes;
	struct word_edge *edges = lex->edges;
	uint32_t *slots = lex->slots;

	lex->nodes =
	    arena_dup(lex->arena, nodes, lex->node_count * sizeof(*nodes));
	lex->edges =
	    arena_dup(lex->arena, edges, lex->edge_room * sizeof(*edges));
	lex->slots =
	    arena_dup(lex->arena, slots, lex->slot_room * sizeof(*slots));
	free(nodes);
	free(edges);
	free(slots);
}

struct lexicon *
lexicon_load(struct arena *arena, const char *path, struct err *err)
{
	struct parser ps = {.path = path, .class = -1, .err = err};
	size_t len;
	char *text = read_file(path, &len, err);
	int rc;

	if (!text)
		return NULL;
	ps.lex = lexicon_new(arena);
	ps.scratch = arena_new();
	ps.p = text;
	ps.end = text + len;
	rc = parse_file(&ps);
	arena_free(ps.scratch);
	free(text);
	settle(ps.lex);
	if (rc < 0)
		return NULL;
	first_sets(ps.lex);
	pack_edges(ps.lex);
	find_top(ps.lex);
	return ps.lex;
}
