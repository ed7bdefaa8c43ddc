/*
 * See nfa.h.  The expression is read into a tree, by a descent that is bounded
 * in depth; the tree is laid out from its end to its begin, so that each part
 * knows what follows it, and parts that end alike are one.  Alternatives that
 * begin alike are one up to where they part.
 */
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "rules/nfa.h"
#include "rules/weaker.h"

enum {
	DEPTH_MOST = 64,
	NODES_MOST = 6000,
	SLOTS = 16384, /* a power of two, more than twice as many */
	SETS_MOST = 400,
	REPEATED_MOST = 6, /* of X{2,60}: counts beyond are not told apart */
	MERGED_MOST = 64, /* parts that alternatives begin with together */
	ENDLESS = -1
};

enum kind { KIND_SEQUENCE, KIND_CHOICE, KIND_SET, KIND_REPEAT, KIND_EMPTY };

struct tree {
	enum kind kind;
	enum nfa_op op; /* KIND_EMPTY: its condition; NFA_MATCH: none */
	uint16_t set;
	int least, most; /* KIND_REPEAT */
	struct tree **parts; /* of a choice: sequences */
	size_t n;
};

struct reading {
	struct arena *arena, *scratch;
	struct nfa *nfa;
	const char *p;
	int depth;
	bool all_letters, caseless;
	bool failed; /* something that is not understood */
	uint16_t *slots; /* of nodes, open addressing; 0: free */
	struct nfa_pair *counted; /* where X{0,3} begins, and X{0,2} of it */
	size_t counted_count;
};

static struct tree *choice(struct reading *);

static void
set_put(struct charset *set, unsigned c)
{
	set->bits[c / 64] |= (uint64_t)1 << (c % 64);
}

/* A character and its other case; U+212A is a k and U+017F an s. */
static void
set_add(struct charset *set, unsigned c, bool caseless)
{
	set_put(set, c);
	if (!caseless || (!is_lower((char)c) && !is_upper((char)c)))
		return;
	set_put(set, c ^ 32);
	if ((c | 32) == 'k' || (c | 32) == 's')
		set_put(set, CHARSET_HIGH);
}

static void
set_range(struct charset *set, unsigned from, unsigned to, bool caseless)
{
	for (; from <= to; from++)
		set_add(set, from, caseless);
}

/* 0 to 9; A to Z, _, a to z. */
struct charset
charset_word(bool all_letters)
{
	const struct charset set = {
	    {0x03ff000000000000, 0x07fffffe87fffffe, all_letters}};

	return set;
}

/* All others; and what is beyond ASCII, for there are others. */
static void
set_negate(struct charset *set)
{
	size_t i;

	for (i = 0; i < CHARSET_HIGH / 64; i++)
		set->bits[i] = ~set->bits[i];
	set_put(set, CHARSET_HIGH);
}

static void
set_join(struct charset *set, const struct charset *more)
{
	size_t i;

	for (i = 0; i < sizeof(set->bits) / sizeof(*set->bits); i++)
		set->bits[i] |= more->bits[i];
}

static struct tree *
new_tree(struct reading *r, enum kind kind)
{
	struct tree *t = arena_alloc(r->scratch, sizeof(*t));

	t->kind = kind;
	t->op = NFA_MATCH;
	return t;
}

static void
add_part(struct reading *r, struct tree *all, struct tree *part)
{
	all->parts =
	    arena_grow(r->scratch, all->parts, all->n, sizeof(*all->parts));
	all->parts[all->n++] = part;
}

static struct tree *
condition(struct reading *r, enum nfa_op op)
{
	struct tree *t = new_tree(r, KIND_EMPTY);

	t->op = op;
	return t;
}

static struct tree *
fail(struct reading *r)
{
	r->failed = true;
	return new_tree(r, KIND_EMPTY);
}

static struct tree *
one_of(struct reading *r, const struct charset *set)
{
	struct tree *t = new_tree(r, KIND_SET);
	struct nfa *n = r->nfa;

	for (t->set = 0; t->set < n->set_count; t->set++)
		if (memcmp(&n->sets[t->set], set, sizeof(*set)) == 0)
			return t;
	if (n->set_count == SETS_MOST)
		return fail(r);
	n->sets = arena_grow(r->arena, n->sets, n->set_count, sizeof(*n->sets));
	n->sets[n->set_count++] = *set;
	return t;
}

/* The character at p, which moves on; what is no UTF-8 or has another case in
 * ASCII is not understood. */
static unsigned
character(struct reading *r)
{
	size_t n = utf8_length(r->p, strlen(r->p));
	unsigned c = (unsigned char)*r->p;

	if (n == 0 || strncmp(r->p, "\xe2\x84\xaa", 3) == 0 ||
	    strncmp(r->p, "\xc5\xbf", 2) == 0)
		r->failed = true;
	r->p += n == 0 ? 1 : n;
	return n == 1 ? c : CHARSET_HIGH;
}

/* \x1f, behind the x; *c is what it stands for. */
static bool
hex(struct reading *r, unsigned *c)
{
	int high = hex_digit(r->p[0]), low;

	low = high < 0 ? -1 : hex_digit(r->p[1]);
	if (low < 0 || high > 7)
		return false;
	*c = (unsigned)(high * 16 + low);
	r->p += 2;
	return true;
}

/* \w and its like: the set that the letter stands for. */
static bool
set_of_escape(const struct reading *r, char letter, struct charset *set)
{
	memset(set, 0, sizeof(*set));
	switch (letter | 32) {
	case 'w':
		*set = charset_word(r->all_letters);
		break;
	case 'd':
		set_range(set, '0', '9', false);
		break;
	case 's':
		set_range(set, '\t', '\r', false);
		set_put(set, ' ');
		break;
	default:
		return false;
	}
	if (r->all_letters)
		set_put(set, CHARSET_HIGH);
	if (is_upper(letter))
		set_negate(set);
	return true;
}

/* An escaped character, behind the backslash: one that stands for itself, or
 * by its number. */
static bool
escaped_character(struct reading *r, unsigned *c)
{
	static const char letters[] = "tnrfea", means[] = "\t\n\r\f\033\a";
	const char *found;

	if (*r->p == 'x') {
		r->p++;
		return hex(r, c);
	}
	*c = (unsigned char)*r->p;
	if (*c >= 0x80 || *c == '\0' || is_digit(*r->p))
		return false;
	if (is_lower(*r->p) || is_upper(*r->p)) {
		found = strchr(letters, *r->p);
		if (found == NULL)
			return false;
		*c = (unsigned char)means[found - letters];
	}
	r->p++;
	return true;
}

static struct tree *
escape(struct reading *r)
{
	static const struct {
		char letter;
		enum nfa_op op;
	} conditions[] = {{'b', NFA_BORDER}, {'B', NFA_NO_BORDER},
	    {'A', NFA_BEGIN}, {'z', NFA_END}, {'Z', NFA_END}, {'K', NFA_MATCH}};
	struct charset set = {{0}};
	unsigned c;
	size_t i;

	for (i = 0; i < sizeof(conditions) / sizeof(*conditions); i++) {
		if (*r->p != conditions[i].letter)
			continue;
		r->p++;
		return condition(r, conditions[i].op);
	}
	if (set_of_escape(r, *r->p, &set)) {
		r->p++;
		return one_of(r, &set);
	}
	if (!escaped_character(r, &c))
		return fail(r);
	set_add(&set, c, r->caseless);
	return one_of(r, &set);
}

/* One member of a class, or the begin of a range; false for a set. */
static bool
class_character(struct reading *r, struct charset *set, unsigned *c)
{
	struct charset more;

	if (*r->p != '\\') {
		*c = character(r);
		return true;
	}
	r->p++;
	if (set_of_escape(r, *r->p, &more)) {
		r->p++;
		set_join(set, &more);
		return false;
	}
	if (*r->p == 'b') {
		r->p++;
		*c = '\b';
	} else if (!escaped_character(r, c)) {
		r->failed = true;
	}
	return true;
}

/* "[:alpha:]", at its bracket. */
static bool
posix_class(const char *p)
{
	if (strncmp(p, "[:", 2) != 0)
		return false;
	p += 2 + strspn(p + 2, "^abcdefghijklmnopqrstuvwxyz");
	return strncmp(p, ":]", 2) == 0;
}

static struct tree *class(struct reading *r)
{
	struct charset set = {{0}};
	bool negated = *r->p == '^', first = true;
	unsigned from = 0, to = 0;

	r->p += negated;
	for (; !r->failed && (*r->p != ']' || first); first = false) {
		if (*r->p == '\0' || posix_class(r->p))
			return fail(r);
		if (!class_character(r, &set, &from))
			continue;
		to = from;
		if (r->p[0] == '-' && r->p[1] != ']') {
			r->p++;
			if (!class_character(r, &set, &to))
				return fail(r);
		}
		if (!r->failed && from <= to)
			set_range(&set, from, to, r->caseless);
	}
	r->p += *r->p == ']';
	if (negated)
		set_negate(&set);
	return one_of(r, &set);
}

static bool
take(struct reading *r, const char *text)
{
	size_t n = strlen(text);

	if (strncmp(r->p, text, n) != 0)
		return false;
	r->p += n;
	return true;
}

/* "(?i)" and "(?-i:": only case is understood. */
static bool
options(struct reading *r)
{
	bool on = true;

	for (; *r->p != ')' && *r->p != ':'; r->p++) {
		if (*r->p == '-')
			on = false;
		else if (*r->p == 'i')
			r->caseless = on;
		else
			return false;
	}
	return true;
}

/* Behind "(?<" or "(?P<": over the name. */
static bool
name(struct reading *r)
{
	while (*r->p != '\0' && *r->p != '>')
		r->p++;
	return take(r, ">");
}

enum group { GROUP_TAKES, GROUP_LOOKS, GROUP_OPTIONS, GROUP_UNKNOWN };

/* Behind the bracket. */
static enum group
group_kind(struct reading *r)
{
	if (*r->p == '*')
		return GROUP_UNKNOWN;
	if (!take(r, "?") || take(r, ":") || take(r, ">") || take(r, "|"))
		return GROUP_TAKES;
	if (take(r, "=") || take(r, "!") || take(r, "<=") || take(r, "<!"))
		return GROUP_LOOKS;
	if (take(r, "<") || take(r, "P<"))
		return name(r) ? GROUP_TAKES : GROUP_UNKNOWN;
	if (!options(r))
		return GROUP_UNKNOWN;
	return take(r, ":") ? GROUP_TAKES : GROUP_OPTIONS;
}

static struct tree *
group(struct reading *r)
{
	bool caseless = r->caseless;
	enum group kind;
	struct tree *t;

	if (take(r, "?<!\\w)"))
		return condition(r, NFA_NOT_AFTER_WORD);
	if (take(r, "?!\\w)"))
		return condition(r, NFA_NOT_BEFORE_WORD);
	kind = group_kind(r);
	if (kind == GROUP_UNKNOWN)
		return fail(r);
	if (kind == GROUP_OPTIONS) { /* to the end of the group around it */
		r->p++;
		return new_tree(r, KIND_EMPTY);
	}
	t = choice(r);
	if (!take(r, ")"))
		r->failed = true;
	r->caseless = caseless;
	return kind == GROUP_LOOKS ? new_tree(r, KIND_EMPTY) : t;
}

static struct tree *
atom(struct reading *r)
{
	struct charset set = {{0}};

	switch (*r->p) {
	case '(':
		r->p++;
		return group(r);
	case '[':
		r->p++;
		return class(r);
	case '\\':
		r->p++;
		return escape(r);
	case '^':
		r->p++;
		return condition(r, NFA_BEGIN);
	case '$':
		r->p++;
		return condition(r, NFA_END);
	case '.':
		r->p++;
		set_negate(&set);
		return one_of(r, &set);
	default:
		set_add(&set, character(r), r->caseless);
		return one_of(r, &set);
	}
}

static int
number(struct reading *r)
{
	int n = 0;

	for (; is_digit(*r->p); r->p++)
		n = n > REPEATED_MOST ? n : n * 10 + (*r->p - '0');
	return n;
}

/* "{2,30}": false, and nothing taken, when it is none. */
static bool
counted(struct reading *r, int *least, int *most)
{
	const char *begin = r->p++;

	if (is_digit(*r->p)) {
		*least = *most = number(r);
		if (take(r, ","))
			*most = is_digit(*r->p) ? number(r) : ENDLESS;
		if (take(r, "}"))
			return true;
	}
	r->p = begin;
	return false;
}

static bool
quantifier(struct reading *r, int *least, int *most)
{
	*least = 0;
	*most = ENDLESS;
	if (*r->p == '{')
		return counted(r, least, most);
	if (*r->p != '*' && *r->p != '+' && *r->p != '?')
		return false;
	*least = *r->p == '+';
	if (*r->p++ == '?')
		*most = 1;
	return true;
}

static struct tree *
repeated(struct reading *r, struct tree *part)
{
	struct tree *t;
	int least, most;

	if (!quantifier(r, &least, &most))
		return part;
	if (*r->p == '?' || *r->p == '+')
		r->p++;
	if (least > REPEATED_MOST)
		least = REPEATED_MOST;
	if (most > REPEATED_MOST)
		most = ENDLESS;
	t = new_tree(r, KIND_REPEAT);
	add_part(r, t, part);
	t->least = least;
	t->most = most;
	return t;
}

/* What is joined to a sequence; one that stands alone in its brackets is part
 * of it, what asks for nothing is left out. */
static void
join(struct reading *r, struct tree *all, struct tree *t)
{
	size_t i;

	if (t->kind == KIND_EMPTY && t->op == NFA_MATCH)
		return;
	if (t->kind != KIND_CHOICE || t->n != 1) {
		add_part(r, all, t);
		return;
	}
	for (i = 0; i < t->parts[0]->n; i++)
		add_part(r, all, t->parts[0]->parts[i]);
}

static struct tree *
sequence(struct reading *r)
{
	struct tree *all = new_tree(r, KIND_SEQUENCE);

	while (!r->failed && *r->p != '\0' && *r->p != '|' && *r->p != ')')
		join(r, all, repeated(r, atom(r)));
	return all;
}

/* An alternative; one that is a choice itself stands for all of its own. */
static void
offer(struct reading *r, struct tree *all, struct tree *t)
{
	size_t i;

	if (t->n != 1 || t->parts[0]->kind != KIND_CHOICE) {
		add_part(r, all, t);
		return;
	}
	for (i = 0; i < t->parts[0]->n; i++)
		add_part(r, all, t->parts[0]->parts[i]);
}

static struct tree *
choice(struct reading *r)
{
	struct tree *all = new_tree(r, KIND_CHOICE);

	if (++r->depth > DEPTH_MOST)
		return fail(r);
	do
		offer(r, all, sequence(r));
	while (!r->failed && take(r, "|"));
	r->depth--;
	return all;
}

/* --- the nodes --- */

static uint16_t
push(struct reading *r, struct nfa_node node)
{
	struct nfa *n = r->nfa;

	if (n->node_count == NODES_MOST) {
		r->failed = true;
		return 0;
	}
	n->nodes =
	    arena_grow(r->arena, n->nodes, n->node_count, sizeof(*n->nodes));
	n->nodes[n->node_count] = node;
	return (uint16_t)n->node_count++;
}

/* Of nodes that are the same one is enough. */
static uint16_t
shared(struct reading *r, enum nfa_op op, uint16_t out, uint16_t other)
{
	const struct nfa_node node = {out, other, (uint8_t)op}, *old;
	uint32_t at =
	    op * 0x9e3779b9u ^ out * 0x85ebca6bu ^ other * 0xc2b2ae35u;

	for (at ^= at >> 15;; at++) {
		at &= SLOTS - 1;
		if (r->slots[at] == 0)
			break;
		old = &r->nfa->nodes[r->slots[at] - 1];
		if (old->op == op && old->out == out && old->other == other)
			return (uint16_t)(r->slots[at] - 1);
	}
	r->slots[at] = (uint16_t)(push(r, node) + 1);
	return (uint16_t)(r->slots[at] - 1);
}

static uint16_t
split(struct reading *r, uint16_t out, uint16_t other)
{
	return out == other ? out : shared(r, NFA_SPLIT, out, other);
}

static uint16_t lay_out(struct reading *, const struct tree *, uint16_t next);

static void
remember(struct reading *r, uint16_t more, uint16_t fewer)
{
	r->counted = arena_grow(
	    r->scratch, r->counted, r->counted_count, sizeof(*r->counted));
	r->counted[r->counted_count++] = (struct nfa_pair){more, fewer};
}

/* X{2,4}: X X (X (X)?)?; X{2,}: X X X*. */
static uint16_t
lay_out_repeat(struct reading *r, const struct tree *t, uint16_t next)
{
	const struct tree *part = t->parts[0];
	uint16_t end = next, loop, fewer;
	int i;

	if (t->most == ENDLESS) {
		loop = push(r, (struct nfa_node){next, next, NFA_SPLIT});
		if (!r->failed)
			end = lay_out(r, part, loop);
		if (!r->failed)
			r->nfa->nodes[loop].other = end;
		end = loop;
	}
	for (i = t->least; i < t->most && !r->failed; i++) {
		fewer = end;
		end = split(r, lay_out(r, part, end), next);
		remember(r, end, fewer);
	}
	for (i = 0; i < t->least && !r->failed; i++)
		end = lay_out(r, part, end);
	return end;
}

/* A sequence from a part on. */
static uint16_t
lay_out_rest(
    struct reading *r, const struct tree *t, size_t from, uint16_t next)
{
	size_t i;

	for (i = t->n; i > from; i--)
		next = lay_out(r, t->parts[i - 1], next);
	return next;
}

/* One node without parts of its own. */
static bool
is_plain(const struct tree *t)
{
	return t->kind == KIND_SET || t->kind == KIND_EMPTY;
}

static bool
begin_alike(const struct tree *a, const struct tree *b, size_t from)
{
	const struct tree *x, *y;

	if (a->n <= from || b->n <= from)
		return false;
	x = a->parts[from];
	y = b->parts[from];
	return is_plain(x) && x->kind == y->kind && x->op == y->op &&
	       x->set == y->set;
}

/* Sequences that are alike up to a part, from there on; reorders them. */
static uint16_t
lay_out_merged(
    struct reading *r, struct tree **v, size_t n, size_t from, uint16_t next)
{
	struct tree *t;
	uint16_t all = 0, one;
	size_t i, k, same;

	for (i = 0; i < n && !r->failed; i += same) {
		for (k = i + 1, same = 1; k < n && from < MERGED_MOST; k++)
			if (begin_alike(v[i], v[k], from)) {
				t = v[k];
				v[k] = v[i + same];
				v[i + same++] = t;
			}
		if (same == 1)
			one = lay_out_rest(r, v[i], from, next);
		else
			one = lay_out(r, v[i]->parts[from],
			    lay_out_merged(r, v + i, same, from + 1, next));
		all = i == 0 ? one : split(r, one, all);
	}
	return all;
}

/* The node that the part begins with; next is what follows it. */
static uint16_t
lay_out(struct reading *r, const struct tree *t, uint16_t next)
{
	switch (t->kind) {
	case KIND_SEQUENCE:
		return lay_out_rest(r, t, 0, next);
	case KIND_CHOICE:
		return lay_out_merged(r, t->parts, t->n, 0, next);
	case KIND_REPEAT:
		return lay_out_repeat(r, t, next);
	case KIND_SET:
		return shared(r, NFA_SET, next, t->set);
	case KIND_EMPTY:
		break;
	}
	return t->op == NFA_MATCH ? next : shared(r, t->op, next, 0);
}

bool
nfa_new(struct arena *arena, const char *expression, bool all_letters,
    struct nfa *nfa)
{
	struct reading r = {.arena = arena,
	    .scratch = arena_new(),
	    .nfa = nfa,
	    .p = expression,
	    .all_letters = all_letters,
	    .caseless = true};
	const struct nfa_node match = {0, 0, NFA_MATCH};
	struct tree *tree;

	memset(nfa, 0, sizeof(*nfa));
	tree = choice(&r);
	r.failed = r.failed || *r.p != '\0';
	if (!r.failed) {
		r.slots = arena_calloc(r.scratch, SLOTS, sizeof(*r.slots));
		nfa->start = lay_out(&r, tree, push(&r, match));
	}
	if (!r.failed && r.counted_count > 0)
		weaker_find_pairs(arena, nfa, r.counted, r.counted_count);
	if (!r.failed)
		weaker_find_loops(arena, nfa);
	arena_free(r.scratch);
	return !r.failed;
}
