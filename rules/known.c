/*
 * See known.h.  Sets have at most SET_MOST strings when each is made of two,
 * NEED_MOST otherwise, and strings LENGTH_MOST bytes.
 */
#include <string.h>

#include "rules/known.h"

enum { SET_MOST = 32, NEED_MOST = 800, LENGTH_MOST = 40 };

/* How well a byte tells texts apart, and how well a literal has to. */
enum {
	WORTH_BLANK = 2,
	WORTH_EDGE = 3,
	WORTH_LETTER = 4,
	WORTH_DIGIT = 6,
	WORTH_SIGN = 8,
	WORTH_LEAST = 6,
	WORTH_MOST = 48
};

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static unsigned
worth_of(char c)
{
	if (c == LITERAL_EDGE)
		return WORTH_EDGE;
	if (is_word(c))
		return c <= '9' ? WORTH_DIGIT : WORTH_LETTER;
	return strchr(" ,.", c) != NULL ? WORTH_BLANK : WORTH_SIGN;
}

struct known
known_string(struct arena *a, const char *p, size_t n)
{
	struct slice *string = arena_alloc(a, sizeof(*string));
	struct known k = {.exact = true, .head = {string, 1, 0}};

	string->p = p;
	string->len = n;
	for (; n > 0; n--)
		k.head.worth += worth_of(p[n - 1]);
	return k;
}

struct known
known_nothing(void)
{
	static struct slice empty = {"", 0}; /* never written to */
	const struct known k = {.exact = true, .head = {&empty, 1, 0}};

	return k;
}

struct known
known_edge(void)
{
	static const char mark = LITERAL_EDGE;
	static struct slice just = {&mark, 1}; /* never written to */
	const struct known k = {.exact = true, .head = {&just, 1, WORTH_EDGE}};

	return k;
}

struct known
known_ahead(struct known k)
{
	struct known ahead = known_nothing();

	ahead.need = known_required(&k);
	return ahead;
}

bool
literals_same(struct literals x, struct literals y)
{
	size_t i;

	for (i = 0; x.n == y.n && i < x.n; i++)
		if (x.v[i].len != y.v[i].len ||
		    memcmp(x.v[i].p, y.v[i].p, x.v[i].len) != 0)
			return false;
	return x.n == y.n;
}

/* By the weakest string, at some length all are as good; then few of them. */
static bool
better(struct literals x, struct literals y)
{
	unsigned a = x.worth < WORTH_MOST ? x.worth : WORTH_MOST;
	unsigned b = y.worth < WORTH_MOST ? y.worth : WORTH_MOST;

	return y.n == 0 || a > b || (a == b && x.n < y.n);
}

static bool
has_part(struct slice s, struct slice part)
{
	return memmem(s.p, s.len, part.p, part.len) != NULL;
}

/* Every string of y has one of x in it: y is a product of x and others, by
 * which x is required already. */
static bool
is_part(struct literals x, struct literals y)
{
	const size_t each = x.n == 0 ? 0 : y.n / x.n;
	bool begins = each > 0 && y.n % x.n == 0, ends = begins;
	size_t i;

	for (i = 0; i < y.n && (begins || ends); i++) {
		begins = begins && has_part(y.v[i], x.v[i / each]);
		ends = ends && has_part(y.v[i], x.v[i % x.n]);
	}
	return begins || ends;
}

/* What the set is made of is not asked for beside it. */
static void
drop_parts(struct required *r, struct literals set)
{
	size_t i, n = 0;

	for (i = 0; i < LITERAL_SETS; i++)
		if (!is_part(r->set[i], set))
			r->set[n++] = r->set[i];
	for (; n < LITERAL_SETS; n++)
		r->set[n] = (struct literals){NULL, 0, 0};
}

/* One more set of which one must occur; the best are kept. */
static void
require(struct required *r, struct literals set)
{
	size_t i = LITERAL_SETS;

	if (set.n == 0 || set.worth < WORTH_LEAST)
		return;
	for (i = 0; i < LITERAL_SETS; i++)
		if (is_part(set, r->set[i]))
			return;
	drop_parts(r, set);
	while (i > 0 && better(set, r->set[i - 1]))
		i--;
	if (i == LITERAL_SETS)
		return;
	memmove(
	    &r->set[i + 1], &r->set[i], (LITERAL_SETS - 1 - i) * sizeof(set));
	r->set[i] = set;
}

struct required
known_required(const struct known *k)
{
	struct required r = k->need;

	require(&r, k->head);
	if (!k->exact)
		require(&r, k->tail);
	return r;
}

/* Nothing is known, or nothing stands there. */
static bool
is_empty(struct literals set)
{
	return set.n == 0 || (set.n == 1 && set.v[0].len == 0);
}

static size_t
longest(struct literals set)
{
	size_t i, most = 0;

	for (i = 0; i < set.n; i++)
		if (set.v[i].len > most)
			most = set.v[i].len;
	return most;
}

/* Every string of x followed by every one of y; false when that is too much.
 * Sets are never changed in place, so they may be shared. */
static bool
product(
    struct arena *a, struct literals x, struct literals y, struct literals *set)
{
	size_t i, j, most = x.n == 1 || y.n == 1 ? NEED_MOST : SET_MOST;
	struct slice *to;
	char *p;

	if (is_empty(x) || is_empty(y)) {
		*set = is_empty(x) ? y : x;
		return true;
	}
	if (x.n * y.n > most || longest(x) + longest(y) > LENGTH_MOST)
		return false;
	set->n = x.n * y.n;
	set->worth = x.worth + y.worth;
	set->v = to = arena_calloc(a, set->n, sizeof(*to));
	for (i = 0; i < x.n; i++) {
		for (j = 0; j < y.n; j++, to++) {
			p = arena_alloc(a, x.v[i].len + y.v[j].len);
			memcpy(p, x.v[i].p, x.v[i].len);
			memcpy(p + x.v[i].len, y.v[j].p, y.v[j].len);
			to->p = p;
			to->len = x.v[i].len + y.v[j].len;
		}
	}
	return true;
}

/* True when at that end of all strings stand (no) letters or digits. */
static bool
all_words(struct literals set, bool at_end, bool wanted)
{
	size_t i;

	for (i = 0; i < set.n; i++)
		if (set.v[i].len == 0 ||
		    is_word(set.v[i].p[at_end ? set.v[i].len - 1 : 0]) !=
			wanted)
			return false;
	return set.n > 0;
}

/* Where words meet what are none, the edge is kept when the two are parted. */
static void
keep_border(struct arena *a, struct literals *x, struct literals *y)
{
	const struct literals edge = known_edge().head;

	if (all_words(*x, true, true) && all_words(*y, false, false))
		product(a, *x, edge, x);
	else if (all_words(*x, true, false) && all_words(*y, false, true))
		product(a, edge, *y, y);
}

struct known
known_then(struct arena *a, struct known x, struct known y)
{
	struct literals end = x.exact ? x.head : x.tail, joint;
	struct literals begin = y.head;
	struct known z = {
	    .head = x.head, .tail = y.exact ? y.head : y.tail, .need = x.need};
	size_t i;

	for (i = 0; i < LITERAL_SETS; i++)
		require(&z.need, y.need.set[i]);
	z.need.time = x.need.time || y.need.time;
	if (product(a, end, begin, &joint)) {
		z.exact = x.exact && y.exact;
		end = begin = joint;
	} else {
		keep_border(a, &end, &begin);
	}
	if (x.exact)
		z.head = end;
	else
		require(&z.need, end);
	if (y.exact)
		z.tail = begin;
	else
		require(&z.need, begin);
	return z;
}

/* y's strings behind x's, which may move; twins cost little and stay. */
static struct literals
join(struct arena *a, struct literals x, struct literals y)
{
	size_t i;

	if (x.n == 0 || y.worth < x.worth)
		x.worth = y.worth;
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
	const struct literals none = {NULL, 0, 0};

	return join(a, none, x);
}

/* A match has one of x or one of y. */
static void
widen(struct arena *a, struct literals *x, struct literals y)
{
	if (x->n == 0 || y.n == 0 || x->n + y.n > NEED_MOST)
		x->n = 0;
	else
		*x = join(a, *x, y);
}

static struct required
fresh_required(struct arena *a, const struct known *k)
{
	struct required r = known_required(k);
	size_t i;

	for (i = 0; i < LITERAL_SETS; i++)
		r.set[i] = fresh(a, r.set[i]);
	return r;
}

struct known
known_first(struct arena *a, struct known x)
{
	x.head = fresh(a, x.head);
	x.tail = fresh(a, x.tail);
	if (!x.exact)
		x.need = fresh_required(a, &x);
	return x;
}

void
known_or(struct arena *a, struct known *first, struct known y)
{
	struct required need = known_required(&y);
	size_t i;

	if (first->exact && y.exact && first->head.n + y.head.n <= NEED_MOST) {
		first->head = join(a, first->head, y.head);
		memset(&first->need, 0, sizeof(first->need));
		return;
	}
	if (first->exact) {
		first->exact = false;
		first->tail = fresh(a, first->head);
		first->need = fresh_required(a, first);
	}
	for (i = 0; i < LITERAL_SETS; i++)
		widen(a, &first->need.set[i], need.set[i]);
	first->need.time = first->need.time && need.time;
	widen(a, &first->head, y.head);
	widen(a, &first->tail, y.exact ? y.head : y.tail);
}

static struct literals
keep(struct arena *a, struct literals from)
{
	struct literals set = {NULL, from.n, from.worth};
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
known_keep(struct arena *a, struct known k)
{
	size_t i;

	k.head = keep(a, k.head);
	k.tail = keep(a, k.tail);
	for (i = 0; i < LITERAL_SETS; i++)
		k.need.set[i] = keep(a, k.need.set[i]);
	return k;
}
