/*
 * See literal.h.  A descent through the expression that is bounded in depth
 * (DEPTH_MOST) and in what it keeps (SET_MOST strings of LENGTH_MOST bytes).
 */
#include <string.h>

#include "rules/literal.h"

enum { DEPTH_MOST = 40, SET_MOST = 24, NEED_MOST = 160, LENGTH_MOST = 40 };

struct scan {
	struct arena *arena;
	const char *p, *end;
	literal_lookup *lookup;
	void *ctx;
	int depth;
	bool failed; /* something that is not understood: nothing is known */
};

static const struct known UNKNOWN;

static struct known
exactly(struct arena *a, const char *p, size_t n)
{
	struct known k = {true, {arena_alloc(a, sizeof(struct slice)), 1},
	    {NULL, 0}, {NULL, 0}};

	k.all.v[0].p = p;
	k.all.v[0].len = n;
	return k;
}

/* The empty string alone: what \b and groups that look around match. */
static struct known
nothing(void)
{
	static struct slice empty = {"", 0}; /* never written to */
	const struct known k = {true, {&empty, 1}, {NULL, 0}, {NULL, 0}};

	return k;
}

static bool
is_nothing(struct literals set)
{
	return set.n == 1 && set.v[0].len == 0;
}

/* How well a set tells texts apart: its shortest string, then few of them. */
static size_t
worth(struct literals set)
{
	size_t i, least = 12;

	if (set.n == 0)
		return 0;
	for (i = 0; i < set.n; i++)
		if (set.v[i].len < least)
			least = set.v[i].len;
	return least < 2 ? 0 : least * 1000 - set.n;
}

struct literals
literal_required(const struct known *k)
{
	struct literals set = k->exact ? k->all : k->need;
	const struct literals none = {NULL, 0};

	return worth(set) == 0 ? none : set;
}

/* One more set of which one must occur; the two best are kept. */
static void
require(struct known *k, struct literals set)
{
	if (worth(set) > worth(k->need)) {
		k->also = k->need;
		k->need = set;
	} else if (worth(set) > worth(k->also)) {
		k->also = set;
	}
}

static bool
has(struct literals set, struct slice s)
{
	size_t i;

	for (i = 0; i < set.n; i++)
		if (set.v[i].len == s.len &&
		    memcmp(set.v[i].p, s.p, s.len) == 0)
			return true;
	return false;
}

static struct literals
unite(struct arena *a, struct literals x, struct literals y)
{
	struct literals set = {arena_calloc(a, x.n + y.n, sizeof(*set.v)), x.n};
	size_t i;

	if (x.n > 0)
		memcpy(set.v, x.v, x.n * sizeof(*set.v));
	for (i = 0; i < y.n; i++)
		if (!has(x, y.v[i]))
			set.v[set.n++] = y.v[i];
	return set;
}

/* Every string of x followed by every one of y; false when that is too much. */
static bool
product(
    struct arena *a, struct literals x, struct literals y, struct literals *set)
{
	size_t i, j;
	char *p;

	/* Sets are never changed in place, so they may be shared. */
	if (is_nothing(x) || is_nothing(y)) {
		*set = is_nothing(x) ? y : x;
		return set->n <= SET_MOST;
	}
	if (x.n * y.n > SET_MOST)
		return false;
	for (i = 0; i < x.n; i++)
		for (j = 0; j < y.n; j++)
			if (x.v[i].len + y.v[j].len > LENGTH_MOST)
				return false;
	set->n = 0;
	set->v = arena_calloc(a, x.n * y.n, sizeof(*set->v));
	for (i = 0; i < x.n; i++) {
		for (j = 0; j < y.n; j++) {
			p = arena_alloc(a, x.v[i].len + y.v[j].len);
			memcpy(p, x.v[i].p, x.v[i].len);
			memcpy(p + x.v[i].len, y.v[j].p, y.v[j].len);
			set->v[set->n].p = p;
			set->v[set->n++].len = x.v[i].len + y.v[j].len;
		}
	}
	return true;
}

/* x, then y.  x->all is the exact run that ends here. */
static void
append(struct arena *a, struct known *x, struct known y)
{
	struct literals set;

	if (y.exact && product(a, x->all, y.all, &set)) {
		x->all = set;
		return;
	}
	require(x, x->all);
	x->exact = false;
	if (y.exact) {
		x->all = y.all;
		return;
	}
	require(x, y.need);
	require(x, y.also);
	x->all = nothing().all;
}

/* y's strings behind x's, which may move; twins cost little and stay. */
static struct literals
join(struct arena *a, struct literals x, struct literals y)
{
	size_t i;

	for (i = 0; i < y.n; i++) {
		x.v = arena_grow(a, x.v, x.n, sizeof(*x.v));
		x.v[x.n++] = y.v[i];
	}
	return x;
}

/* A set that arena_grow() may go on with. */
static struct literals
fresh(struct arena *a, struct literals x)
{
	const struct literals none = {NULL, 0};

	return join(a, none, x);
}

/* One of several alternatives more; all->all or all->need is fresh. */
static void
add_alternative(struct arena *a, struct known *all, struct known y)
{
	struct literals ry;

	if (all->exact && y.exact && all->all.n + y.all.n <= NEED_MOST) {
		all->all = join(a, all->all, y.all);
		return;
	}
	if (all->exact) {
		all->need = literal_required(all);
		all->all.n = 0;
		all->exact = false;
	}
	ry = literal_required(&y);
	if (all->need.n == 0 || ry.n == 0 || all->need.n + ry.n > NEED_MOST)
		all->need.n = 0;
	else
		all->need = join(a, all->need, ry);
}

static struct known
either(struct arena *a, struct known x, struct known y)
{
	x.all = fresh(a, x.all);
	x.need = fresh(a, x.need);
	x.also.n = 0;
	add_alternative(a, &x, y);
	return x;
}

static struct known alternatives(struct scan *);

static bool
at(const struct scan *s, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(s->end - s->p) >= n && memcmp(s->p, text, n) == 0;
}

static struct known
one_byte(struct scan *s, const char *p)
{
	char *copy;

	if ((unsigned char)*p >= 0x80)
		return UNKNOWN; /* its other case may be other bytes */
	if (*p < 'A' || *p > 'Z')
		return exactly(s->arena, p, 1);
	copy = arena_alloc(s->arena, 1);
	*copy = (char)(*p + 32);
	return exactly(s->arena, copy, 1);
}

static struct known
escape(struct scan *s)
{
	const char *p = s->p < s->end ? s->p++ : s->p - 1;
	char c = *p;

	if (strchr("bBAZzGK", c) != NULL)
		return nothing();
	if (strchr("dDwWsSRNhHvVX", c) != NULL)
		return UNKNOWN;
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9'))
		s->failed = true; /* \x41, \p{L}, \Q, back references */
	return one_byte(s, p);
}

/* [abc]: a few letters are as good as alternatives; anything else is not. */
static struct known class(struct scan *s)
{
	struct known k = {true, {NULL, 0}, {NULL, 0}, {NULL, 0}};
	const char *first = s->p;
	bool simple = s->p < s->end && *s->p != '^';

	if (!simple)
		s->p++;
	if (s->p < s->end && *s->p == ']')
		s->p++;
	for (; s->p < s->end && *s->p != ']'; s->p++) {
		if (*s->p == '[' && s->p + 1 < s->end && s->p[1] == ':') {
			simple = false;
			while (s->p < s->end && *s->p != ']')
				s->p++;
			continue;
		}
		if (*s->p == '\\') {
			simple = false;
			s->p++;
		}
		simple = simple && *s->p != '-' && (*s->p & 0x80) == 0;
	}
	if (s->p >= s->end) {
		s->failed = true;
		return UNKNOWN;
	}
	if (!simple || s->p - first > 4) {
		s->p++;
		return UNKNOWN;
	}
	for (; first < s->p; first++)
		k.all = unite(s->arena, k.all, one_byte(s, first).all);
	s->p++;
	return k;
}

/* After "(?": the kind of the group; false for a comment or option setting. */
static bool
group_kind(struct scan *s, bool *zero_width)
{
	static const char *const around[] = {"=", "!", "<=", "<!"};
	size_t i;

	*zero_width = false;
	for (i = 0; i < sizeof(around) / sizeof(*around); i++) {
		if (at(s, around[i])) {
			s->p += strlen(around[i]);
			*zero_width = true;
			return true;
		}
	}
	if (at(s, ":") || at(s, ">") || at(s, "|")) {
		s->p++;
		return true;
	}
	if (at(s, "<") || at(s, "P<")) {
		while (s->p < s->end && *s->p != '>')
			s->p++;
		s->p += s->p < s->end;
		return true;
	}
	while (s->p < s->end && *s->p != ')' && *s->p != ':')
		s->p++;
	if (at(s, ":")) {
		s->p++;
		return true;
	}
	s->p += s->p < s->end;
	return false;
}

static struct known
group(struct scan *s)
{
	bool zero_width = false;
	struct known k;

	if (at(s, "?(") || at(s, "*") || at(s, "?R") || at(s, "?&")) {
		s->failed = true;
		return UNKNOWN;
	}
	if (at(s, "?")) {
		s->p++;
		if (!group_kind(s, &zero_width))
			return nothing();
	}
	k = alternatives(s);
	if (!at(s, ")"))
		s->failed = true;
	else
		s->p++;
	return zero_width ? nothing() : k;
}

/* <name>: what the definition is known to match. */
static bool
reference(struct scan *s, struct known *k)
{
	const char *p = s->p;
	struct slice name;

	while (p < s->end && ((*p >= 'a' && *p <= 'z') || *p == '-' ||
				 (*p >= '0' && *p <= '9')))
		p++;
	if (p == s->p || p >= s->end || *p != '>')
		return false;
	name.p = s->p;
	name.len = (size_t)(p - s->p);
	s->p = p + 1;
	if (!s->lookup(s->ctx, name, k))
		*k = UNKNOWN;
	return true;
}

static struct known
atom(struct scan *s)
{
	const char *p = s->p++;
	struct known k;

	switch (*p) {
	case '(':
		return group(s);
	case '[':
		return class(s);
	case '\\':
		return escape(s);
	case '.':
		return UNKNOWN;
	case '^':
	case '$':
		return nothing();
	case '<':
		if (reference(s, &k))
			return k;
		break;
	default:
		break;
	}
	return one_byte(s, p);
}

/* Reads a quantifier, if one is there: the least and the most repetitions. */
static bool
quantifier(struct scan *s, int *least, int *most)
{
	const char *p = s->p;

	*least = *most = 1;
	if (p >= s->end)
		return false;
	if (*p == '{' && p + 1 < s->end && p[1] >= '0' && p[1] <= '9') {
		*least = p[1] - '0';
		while (p < s->end && *p != '}')
			p++;
		*most = 2;
	} else if (*p == '?' || *p == '*' || *p == '+') {
		*least = *p == '+';
		*most = *p == '?' ? 1 : 2;
	} else {
		return false;
	}
	s->p = p < s->end ? p + 1 : p;
	if (at(s, "?") || at(s, "+"))
		s->p++;
	return true;
}

static struct known
repeated(struct scan *s, struct known k, int least, int most)
{
	struct known empty = nothing();
	struct known gone = UNKNOWN;

	if (least == 0)
		return most == 1 && k.exact && k.all.n < SET_MOST
			   ? either(s->arena, k, empty)
			   : gone;
	gone.need = literal_required(&k);
	gone.also = k.also;
	return gone;
}

/* A run of plain lower case text, less a last byte that is quantified. */
static bool
plain_run(struct scan *s, struct known *k)
{
	const char *p = s->p;

	while (
	    p < s->end && ((*p >= 'a' && *p <= 'z') || *p == ' ' || *p == '\''))
		p++;
	if (p < s->end && (*p == '?' || *p == '*' || *p == '+' || *p == '{'))
		p--;
	if (p - s->p < 2 || p - s->p > LENGTH_MOST)
		return false;
	*k = exactly(s->arena, s->p, (size_t)(p - s->p));
	s->p = p;
	return true;
}

static struct known
sequence(struct scan *s)
{
	struct known all = nothing(), k;
	int least, most;

	while (s->p < s->end && *s->p != '|' && *s->p != ')' && !s->failed) {
		if (plain_run(s, &k)) {
			append(s->arena, &all, k);
			continue;
		}
		k = atom(s);
		if (quantifier(s, &least, &most))
			k = repeated(s, k, least, most);
		append(s->arena, &all, k);
	}
	if (!all.exact) {
		require(&all, all.all);
		all.all.n = 0;
	}
	return all;
}

static struct known
alternatives(struct scan *s)
{
	struct known all;

	if (++s->depth > DEPTH_MOST) {
		s->failed = true;
		return UNKNOWN;
	}
	all = sequence(s);
	if (s->p < s->end && *s->p == '|') {
		all.all = fresh(s->arena, all.all);
		all.need = fresh(s->arena, all.need);
		all.also.n = 0;
		if (!all.exact)
			all.need = literal_required(&all);
	}
	while (s->p < s->end && *s->p == '|' && !s->failed) {
		s->p++;
		add_alternative(s->arena, &all, sequence(s));
	}
	s->depth--;
	return all;
}

struct known
literal_analyse(struct arena *arena, struct slice pattern,
    literal_lookup *lookup, void *ctx)
{
	struct scan s = {
	    arena, pattern.p, pattern.p + pattern.len, lookup, ctx, 0, false};
	struct known k = alternatives(&s);

	return s.failed || s.p < s.end ? UNKNOWN : k;
}

static struct literals
keep(struct arena *a, struct literals from)
{
	struct literals set = {NULL, from.n};
	size_t i, bytes = 0;
	char *p;

	if (from.n == 0)
		return set;
	set.v = arena_dup(a, from.v, from.n * sizeof(*set.v));
	for (i = 0; i < from.n; i++)
		bytes += from.v[i].len;
	p = arena_alloc(a, bytes);
	for (i = 0; i < from.n; i++) {
		if (from.v[i].len > 0)
			memcpy(p, from.v[i].p, from.v[i].len);
		set.v[i].p = p;
		p += from.v[i].len;
	}
	return set;
}

struct known
literal_keep(struct arena *a, struct known k)
{
	k.all = keep(a, k.all);
	k.need = keep(a, k.need);
	k.also = keep(a, k.also);
	return k;
}
