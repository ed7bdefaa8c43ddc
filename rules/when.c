/*
 * See when.h.  The text is cut into tokens, a window of them at a time (up to
 * an empty line, or the first sentence end in a long window).  At each token
 * that can begin a phrase every top class of the lexicon is matched; the
 * longest match wins, and a false friend (class "none") only swallows its
 * words.  What matches where is remembered for the window, and the steps taken
 * from one token and in one window are limited (what is beyond is not read), so
 * the time is linear in the text.
 *
 * The recursion follows the classes of the grammar, which cannot recur, never
 * the text: its depth is bounded by LEXICON_CLASSES.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "rules/lexicon.h"
#include "rules/when.h"

enum {
	WINDOW = 512, /* tokens */
	WINDOW_SOFT = 384, /* from here on a sentence end closes the window */
	HITS = 12, /* ends of one class at one token */
	CAPTURES = 24,
	STEPS = 2000, /* from one token; 200 are much */
	WINDOW_STEPS = 3000, /* no window of the corpus takes 1000, ... */
	BYTE_STEPS = 4, /* more for each of its bytes; ... nor 2 for a byte */
	DEAD = 4096, /* dead ends that are remembered, a power of two */
	RECALLED = 512, /* and phrases, a power of two */
	RECALL_TOKENS = 14,
	RECALL_MOST = 8192, /* until all are forgotten */
	CANDIDATES = 8 * HITS,
	GAP = 10 /* tokens of <words> */
};

/* The step of a normal form that is counted from a day told before. */
#define THEN "then "

struct mark { /* a token, without its letters */
	uint32_t start, end, word;
	enum token_kind kind;
	unsigned flags;
	int value;
	int len;
	unsigned fits; /* which built-in classes */
	bool stop; /* ends a clause, or the text */
	struct word_mask mask;
};

struct hit {
	int class, start, end; /* tokens */
	int mark_start, mark_end; /* what { and } leave of them */
	const struct accept *accept; /* NULL: built in */
	struct hit **caps;
};

struct hits {
	int n;
	int seen; /* the furthest token that was looked at */
	struct hit *v[HITS];
};

struct dead { /* what tells three tokens apart; 0 none */
	uint64_t sign[3];
};

/* A match of a top class; tokens are counted from its first. */
struct candidate {
	int top, end, mark_start, mark_end;
	const struct hit *hit; /* NULL when it is recalled */
	const char *expr; /* NULL until it is told */
};

/* What matched at some tokens, the further ones that were looked at among
 * them. */
struct recalled {
	int tokens, count; /* tokens 0: free */
	uint64_t sign[RECALL_TOKENS];
	int value[RECALL_TOKENS];
	struct candidate *v;
};

struct window {
	const struct lexicon *lex;
	struct slice text;
	struct arena *scratch; /* of the window */
	struct mark marks[WINDOW + 1];
	int count;
	struct hits **memo[WINDOW + 1];
	int steps, fuel; /* left from this token, and for the window */
	int seen;
	bool cut; /* some steps were not taken */
	/* Of this lexicon, in any text: */
	struct dead dead[DEAD];
	struct recalled recalled[RECALLED];
	int recalled_count;
	struct arena *kept; /* what they hold */
};

struct finder {
	struct window window;
};

/* One walk through the trie of a class. */
struct walk {
	struct window *w;
	struct hits *hits;
	struct hit *caps[CAPTURES];
	int class, start, cap_count;
	int mark_start, mark_end; /* -1: none */
};

/* --- tokens --- */

static bool
is_alnum(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The end of a web or mail address whose "://", "www." or "@" ends at at. */
static size_t
skip_address(struct slice text, size_t at)
{
	while (at < text.len && (unsigned char)text.p[at] > ' ' &&
	       text.p[at] != '>' && text.p[at] != '"')
		at++;
	return at;
}

static bool
begins_address(struct slice text, const struct token *t)
{
	const char *p = text.p + t->start;
	size_t room = text.len - t->start;

	if (room < 3 || t->start == 0)
		return false;
	if (p[0] == ':')
		return p[1] == '/' && p[2] == '/';
	if (p[0] == '@')
		return is_alnum(p[-1]) && is_alnum(p[1]);
	return false;
}

/* Which built-in classes fit a token, a bit each. */
static unsigned
fits_of(const struct mark *m)
{
	static const struct {
		int least, most, digits_least, digits_most;
	} ranges[] = {[BUILTIN_INT] = {0, 9999, 1, 4},
	    [BUILTIN_DAY] = {1, 31, 1, 2},
	    [BUILTIN_MONTH] = {1, 12, 1, 2},
	    [BUILTIN_YEAR] = {1900, 2199, 4, 4},
	    [BUILTIN_YEAR2] = {0, 99, 2, 2},
	    [BUILTIN_HOUR] = {0, 24, 1, 2},
	    [BUILTIN_HOUR1] = {1, 9, 1, 1},
	    [BUILTIN_MINUTE] = {0, 59, 2, 2},
	    [BUILTIN_CLOCK] = {0, 2359, 4, 4}};
	unsigned fits = 0;

	if (m->kind == TOKEN_WORD)
		return 1u << BUILTIN_WORD | 1u << BUILTIN_WORDS;
	if (m->kind != TOKEN_NUMBER)
		return 0;
	for (unsigned i = 0; i < BUILTIN_WORD; i++)
		if (m->value >= ranges[i].least && m->value <= ranges[i].most &&
		    m->len >= ranges[i].digits_least &&
		    m->len <= ranges[i].digits_most)
			fits |= 1u << i;
	if (m->value % 100 > 59)
		fits &= ~(1u << BUILTIN_CLOCK);
	return fits | 1u << BUILTIN_WORDS;
}

/* Which classes may begin with the token. */
static struct word_mask
mask_of(const struct lexicon *lex, const struct mark *m)
{
	struct word_mask mask = lex->first[m->word];
	const struct word_mask *more = m->kind == TOKEN_NUMBER
					   ? &lex->first_number
				       : m->kind == TOKEN_WORD ? &lex->first_any
							       : NULL;

	for (int i = 0; more && i < LEXICON_CLASSES / 64; i++)
		mask.bits[i] |= more->bits[i];
	return mask;
}

static void
fill_window(struct window *w, size_t *at)
{
	struct token t;

	w->count = 0;
	arena_reset(w->scratch);
	while (w->count < WINDOW) {
		struct mark *m = &w->marks[w->count];

		token_next(w->text, at, &t);
		if (t.kind == TOKEN_END || t.kind == TOKEN_BREAK)
			break;
		if (t.kind == TOKEN_PUNCT && begins_address(w->text, &t)) {
			*at = skip_address(w->text, *at);
			t.len = 0;
		}
		m->start = t.start;
		m->end = t.end;
		m->kind = t.kind;
		m->flags = t.flags;
		m->value = t.value;
		m->len = (int)(t.end - t.start);
		m->word = lexicon_word(w->lex, &t);
		m->fits = fits_of(m);
		if (t.len == 1 && t.letters[0] == '\'' &&
		    (t.flags & TOKEN_SPACE) == 0) /* "they're" */
			m->fits = 1u << BUILTIN_WORDS;
		m->stop = t.kind == TOKEN_PUNCT && t.len == 1 &&
			  strchr(".,;:!?()", t.letters[0]);
		m->mask = mask_of(w->lex, m);
		w->count++;
		if (w->count > WINDOW_SOFT && t.len == 1 &&
		    strchr(".!?", t.letters[0]))
			break;
	}
	w->marks[w->count] = (struct mark){.kind = TOKEN_END, .stop = true};
	memset(w->memo, 0, (size_t)(w->count + 1) * sizeof(w->memo[0]));
	w->cut = false;
	w->fuel = WINDOW_STEPS;
	if (w->count > 0) {
		uint32_t bytes = w->marks[w->count - 1].end - w->marks[0].start;

		w->fuel += BYTE_STEPS * (int)(bytes < 65536 ? bytes : 65536);
	}
}

/* --- matching --- */

static bool
can_begin(const struct window *w, int class, int at)
{
	return w->marks[at].mask.bits[class / 64] >> (class % 64) & 1;
}

/*
 * Where a hit with that end goes; NULL when it adds nothing: of two the rule
 * counts that stands first in the file; among its own readings the first.
 */
static struct hit **
hit_place(struct hits *hits, int end, const struct accept *accept)
{
	for (int i = 0; i < hits->n; i++) {
		const struct accept *old = hits->v[i]->accept;

		if (hits->v[i]->end == end)
			return old && accept &&
				       accept->rule->line < old->rule->line
				   ? &hits->v[i]
				   : NULL;
	}
	return hits->n < HITS ? &hits->v[hits->n++] : NULL;
}

static struct hits *
hits_keep(struct window *w, const struct hits *hits)
{
	size_t size =
	    offsetof(struct hits, v) + (size_t)hits->n * sizeof(struct hit *);

	return arena_dup(w->scratch, hits, size);
}

static struct hits *
match_builtin(struct window *w, enum builtin class, int at)
{
	struct hits hits = {.n = 0};
	int most = class == BUILTIN_WORDS ? GAP : 1;

	for (int i = 0; i < most && at + i < w->count; i++) {
		struct hit hit = {
		    (int)class, at, at + i + 1, at, at + i + 1, NULL, NULL};

		if (!(w->marks[at + i].fits >> class & 1))
			break;
		hits.v[hits.n++] = arena_dup(w->scratch, &hit, sizeof(hit));
	}
	hits.seen = at + most - 1;
	return hits_keep(w, &hits);
}

static void
accept(struct walk *k, const struct accept *a, int at)
{
	struct hit **place = hit_place(k->hits, at, a);
	struct hit hit = {k->class, k->start, at,
	    k->mark_start < 0 ? k->start : k->mark_start,
	    k->mark_end < 0 ? at : k->mark_end, a, NULL};

	if (!place)
		return;
	hit.caps = arena_dup(k->w->scratch, k->caps,
	    (size_t)k->cap_count * sizeof(struct hit *));
	*place = arena_dup(k->w->scratch, &hit, sizeof(hit));
}

static struct hits *match_class(struct window *, int class, int at);

static void walk(struct walk *, const struct node *, int at);

static inline bool
any_of(const struct word_mask *a, const struct word_mask *b)
{
	uint64_t any = 0;

	for (int i = 0; i < LEXICON_CLASSES / 64; i++)
		any |= a->bits[i] & b->bits[i];
	return any != 0;
}

/* One step: most lead nowhere, which is told here. */
static inline void
step(struct walk *k, uint32_t node, int at)
{
	const struct node *n = &k->w->lex->nodes[node];
	const struct mark *m = &k->w->marks[at];

	if (k->w->steps-- <= 0) {
		k->w->cut = true;
		return;
	}
	if (at > k->w->seen)
		k->w->seen = at;
	if (n->accept)
		accept(k, n->accept, at);
	if ((n->words && m->word != 0) || n->conditions ||
	    any_of(&n->classes, &m->mask))
		walk(k, n, at);
}

static bool
follows_stop(const struct window *w, int at)
{
	return at == 0 || w->marks[at - 1].stop;
}

/* A condition on the token at at, or a mark. */
static void
walk_condition(struct walk *k, const struct edge *e, int at)
{
	const struct mark *m = &k->w->marks[at];
	int saved = e->label == EDGE_START ? k->mark_start : k->mark_end;

	switch (e->label) {
	case EDGE_GLUE:
		if (!(m->flags & TOKEN_SPACE))
			step(k, e->node, at);
		return;
	case EDGE_CAPITAL:
		if (m->flags & TOKEN_CAPITAL)
			step(k, e->node, at);
		return;
	case EDGE_STOP:
		if (m->stop || follows_stop(k->w, at))
			step(k, e->node, at);
		return;
	case EDGE_START:
		k->mark_start = at;
		step(k, e->node, at);
		k->mark_start = saved;
		return;
	case EDGE_END:
		k->mark_end = at;
		step(k, e->node, at);
		k->mark_end = saved;
		return;
	default:
		return;
	}
}

/* match_class(), where mostly it is known. */
static inline struct hits *
known_class(struct window *w, int class, int at)
{
	struct hits **row = w->memo[at];

	if (!row || !row[class])
		return match_class(w, class, at);
	if (row[class]->seen > w->seen)
		w->seen = row[class]->seen;
	return row[class];
}

static void
walk(struct walk *k, const struct node *n, int at)
{
	const struct mark *m = &k->w->marks[at];

	if (n->words && m->word != 0) {
		uint32_t node = (uint32_t)(n - k->w->lex->nodes);
		uint32_t next = lexicon_step(k->w->lex, node, m->word);

		if (next != 0)
			step(k, next, at + 1);
	}
	if (!n->conditions && !any_of(&n->classes, &m->mask))
		return;
	for (const struct edge *e = n->edges; e; e = e->next) {
		int class = (int)e->label - EDGE_CLASS;
		struct hits *hits;

		if (class < 0) {
			walk_condition(k, e, at);
			continue;
		}
		if (at == k->w->count || !can_begin(k->w, class, at))
			continue;
		hits = known_class(k->w, class, at);
		for (int i = 0; i < hits->n && k->cap_count < CAPTURES; i++) {
			k->caps[k->cap_count++] = hits->v[i];
			step(k, e->node, hits->v[i]->end);
			k->cap_count--;
		}
	}
}

static struct hits *
match_patterns(struct window *w, int class, int at)
{
	struct hits hits;
	struct walk k;

	w->seen = at;
	hits.n = 0;
	k.w = w;
	k.hits = &hits;
	k.class = class;
	k.start = at;
	k.cap_count = 0;
	k.mark_start = k.mark_end = -1;
	step(&k, w->lex->classes[class].root, at);
	hits.seen = w->seen;
	return hits_keep(w, &hits);
}

static struct hits *
match_class(struct window *w, int class, int at)
{
	struct hits **row = w->memo[at];
	int seen = w->seen;

	if (!row)
		row = w->memo[at] = arena_calloc(w->scratch,
		    (size_t)w->lex->class_count, sizeof(struct hits *));
	if (!row[class])
		row[class] = class < BUILTIN_COUNT
				 ? match_builtin(w, (enum builtin) class, at)
				 : match_patterns(w, class, at);
	w->seen = seen > row[class]->seen ? seen : row[class]->seen;
	return row[class];
}

/* --- what stands around a phrase --- */

/*
 * Whether a phrase may begin at a token: not inside a number, a price, a
 * version, a file name or an address.
 */
static bool
starts_well(const struct window *w, int at)
{
	const struct mark *m = &w->marks[at];
	const char *p = w->text.p + m->start;
	bool glued = m->start >= 2 && is_alnum(p[-2]);

	if (m->start == 0 || (m->flags & TOKEN_SPACE))
		return true;
	if (isalnum((unsigned char)p[-1]) || strchr("_@#$%&=+~*\\", p[-1]))
		return false;
	if (m->kind == TOKEN_NUMBER)
		return !(glued && strchr(".,:/-", p[-1])) &&
		       !(at > 0 && w->marks[at - 1].end == m->start &&
			   (unsigned char)p[-1] >= 0x80 &&
			   w->marks[at - 1].kind == TOKEN_PUNCT &&
			   w->marks[at - 1].len <= 3 && p[-2] != '\xe2');
	if (p[-1] == '.')
		return !glued || (m->flags & TOKEN_CAPITAL);
	return !(glued && p[-1] == '/');
}

static bool
ends_well(const struct window *w, int end)
{
	const struct mark *m = &w->marks[end - 1];
	const char *p = w->text.p + m->end;
	size_t room = w->text.len - m->end;
	char next = ' ', after = ' ';

	if (room > 0)
		next = p[0];
	if (room > 1)
		after = p[1];

	if (isalnum((unsigned char)next) || next == '_' || next == '@' ||
	    next == '%')
		return false;
	if (end < w->count && w->marks[end].start == m->end &&
	    w->marks[end].kind == TOKEN_WORD)
		return false;
	if (m->kind == TOKEN_NUMBER)
		return !(
		    strchr(".,:/-", next) && isdigit((unsigned char)after));
	if (next == '.')
		return !islower((unsigned char)after) &&
		       !isdigit((unsigned char)after);
	if (next == '\'')
		return !isalpha((unsigned char)after);
	return !(room > 3 && memcmp(p, "\xe2\x80\x99", 3) == 0 &&
		 isalpha((unsigned char)p[3]));
}

/* --- normal forms --- */

/* 0 to 99, in two digits. */
static void
put_two(struct buf *out, int n)
{
	buf_putc(out, (char)('0' + n / 10));
	buf_putc(out, (char)('0' + n % 10));
}

static void
render_builtin(const struct mark *m, enum builtin class, struct buf *out)
{
	int n = m->value;

	if (class >= BUILTIN_WORD)
		return;
	if (class == BUILTIN_INT || class == BUILTIN_YEAR) {
		buf_printf(out, "%d", n);
		return;
	}
	if (class == BUILTIN_YEAR2)
		buf_puts(out, "20");
	if (class == BUILTIN_CLOCK) {
		put_two(out, n / 100);
		buf_putc(out, ':');
	}
	put_two(out, n % 100);
}

static void
render(const struct window *w, const struct hit *hit, struct buf *out)
{
	if (!hit->accept) {
		render_builtin(
		    &w->marks[hit->start], (enum builtin)hit->class, out);
		return;
	}
	for (const struct form_part *p = hit->accept->rule->form; p;
	     p = p->next) {
		int cap;

		if (p->text) {
			buf_puts(out, p->text);
			continue;
		}
		cap = hit->accept->fill[p->label];
		if (cap >= 0)
			render(w, hit->caps[cap], out);
	}
}

/* Single blanks between steps, none at the ends. */
static void
fold_blanks(char *s)
{
	char *to = s;

	for (char *from = s; *from; from++)
		if (*from != ' ' || (to > s && to[-1] != ' ')) {
			*to = *from;
			to++;
		}
	while (to > s && to[-1] == ' ')
		to--;
	*to = '\0';
}

static bool
has_step(const char *expr, const char *step)
{
	size_t n = strlen(step);

	for (const char *p = expr; (p = strstr(p, step)); p += n)
		if ((p == expr || p[-1] == ' ') &&
		    (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

/* --- the search --- */

/* What tells a token from others, but for the value of a number; never 0. */
static uint64_t
sign_of(const struct mark *m)
{
	return (uint64_t)m->word << 32 | m->fits << 8 | (unsigned)m->stop << 7 |
	       m->flags << 4 | m->kind << 1 | 1;
}

/*
 * Most words that can begin a phrase do not, and the next one or two tell:
 * "the parcel", "in the box".  Up to three tokens at which nothing matched,
 * and nothing further was looked at, are remembered.
 */
static struct dead
dead_key(const struct window *w, int at, int tokens)
{
	struct dead key = {.sign = {0, 0, 0}};

	key.sign[0] = (uint64_t)follows_stop(w, at) << 24;
	for (int i = 0; i < tokens && i < 3 && at + i <= w->count; i++)
		key.sign[i] |= sign_of(&w->marks[at + i]);
	return key;
}

static uint64_t
dead_hash(const struct dead *key)
{
	uint64_t hash = key->sign[0];

	hash = hash * 0x9e3779b97f4a7c15u + key->sign[1];
	hash = hash * 0x9e3779b97f4a7c15u + key->sign[2];
	hash *= 0x9e3779b97f4a7c15u;
	return hash >> 40;
}

static struct dead *
dead_slot(struct window *w, const struct dead *key)
{
	return &w->dead[dead_hash(key) & (DEAD - 1)];
}

static bool
is_dead(struct window *w, int at)
{
	for (int tokens = 2; tokens <= 3; tokens++) {
		struct dead key = dead_key(w, at, tokens);

		if (memcmp(dead_slot(w, &key), &key, sizeof(key)) == 0)
			return true;
	}
	return false;
}

static void
remember_dead(struct window *w, int at)
{
	int tokens = w->seen - at + 1;
	struct dead key;

	if (tokens > 3)
		return;
	key = dead_key(w, at, tokens < 2 ? 2 : tokens);
	*dead_slot(w, &key) = key;
}

/*
 * The phrases of one mail are those of the next: "within 5 working days".  What
 * matched is found again by its first three tokens, and is taken when all that
 * were looked at are the same.
 */
static struct recalled *
recall_slot(struct window *w, int at)
{
	struct dead key = dead_key(w, at, 3);

	key.sign[0] += (uint64_t)w->marks[at].value;
	if (at + 1 < w->count)
		key.sign[1] += (uint64_t)w->marks[at + 1].value;
	return &w->recalled[dead_hash(&key) & (RECALLED - 1)];
}

/* As dead_key(): what stands before the first counts as well. */
static uint64_t
recall_sign(const struct window *w, int at, int i)
{
	return sign_of(&w->marks[at + i]) |
	       (i == 0 ? (uint64_t)follows_stop(w, at) << 24 : 0);
}

/* NULL when these tokens are not known. */
static const struct recalled *
recall(struct window *w, int at)
{
	const struct recalled *r = recall_slot(w, at);

	for (int i = 0; i < r->tokens; i++)
		if (at + i > w->count || r->sign[i] != recall_sign(w, at, i) ||
		    r->value[i] != w->marks[at + i].value)
			return NULL;
	return r->tokens > 0 ? r : NULL;
}

/* The normal form of a match, in an arena. */
static const char *
expr_of(struct arena *arena, const struct window *w, const struct hit *hit)
{
	struct buf form = {NULL, 0, 0};
	char *expr;

	render(w, hit, &form);
	expr = buf_keep(&form, arena);
	fold_blanks(expr);
	return expr;
}

static void
forget(struct window *w)
{
	memset(w->dead, 0, sizeof(w->dead));
	memset(w->recalled, 0, sizeof(w->recalled));
	w->recalled_count = 0;
	arena_reset(w->kept);
}

static void
remember(struct window *w, int at, struct candidate *v, int n)
{
	int tokens = (w->seen < w->count ? w->seen : w->count) - at + 1;
	struct recalled *r = recall_slot(w, at);

	if (tokens > RECALL_TOKENS)
		return;
	if (w->recalled_count++ == RECALL_MOST)
		forget(w);
	for (int i = 0; i < n; i++)
		if (v[i].top > 0)
			v[i].expr = expr_of(w->kept, w, v[i].hit);
	r->tokens = tokens;
	r->count = n;
	for (int i = 0; i < tokens; i++) {
		r->sign[i] = recall_sign(w, at, i);
		r->value[i] = w->marks[at + i].value;
	}
	r->v = arena_dup(w->kept, v, (size_t)n * sizeof(*v));
	for (int i = 0; i < n; i++)
		r->v[i].hit = NULL;
}

/* All that matches at a token; their number. */
static int
match_tops(struct window *w, int at, struct candidate *v)
{
	int n = 0;

	for (int i = 0; lexicon_top_names[i]; i++) {
		int class = w->lex->top[i];
		const struct hits *hits;

		if (class < 0 || !can_begin(w, class, at))
			continue;
		hits = match_class(w, class, at);
		for (int j = 0; j < hits->n && n < CANDIDATES; j++) {
			const struct hit *h = hits->v[j];

			v[n++] = (struct candidate){i, h->end - at,
			    h->mark_start - at, h->mark_end - at, h, NULL};
		}
	}
	return n;
}

/* Looks for matches at a token, and remembers what came of it. */
static int
find_candidates(struct window *w, int at, struct candidate *v)
{
	int given = w->fuel < STEPS ? w->fuel : STEPS, n;

	w->steps = given;
	w->seen = at;
	n = match_tops(w, at, v);
	w->fuel -= given - w->steps;
	if (w->cut)
		return n;
	if (n == 0)
		remember_dead(w, at);
	else
		remember(w, at, v, n);
	return n;
}

/* The longest that stands well; false when there is none. */
static bool
best_of(const struct window *w, int at, const struct candidate *v, int n,
    struct candidate *best)
{
	bool any = false;

	for (int i = 0; i < n; i++) {
		if ((any && v[i].end <= best->end) ||
		    !starts_well(w, at + v[i].mark_start) ||
		    !ends_well(w, at + v[i].mark_end))
			continue;
		*best = v[i];
		any = true;
	}
	return any;
}

static bool
best_at(struct window *w, int at, struct candidate *best)
{
	struct candidate v[CANDIDATES];
	const struct recalled *known;

	if (is_dead(w, at))
		return false;
	known = recall(w, at);
	if (known)
		return best_of(w, at, known->v, known->count, best);
	return best_of(w, at, v, find_candidates(w, at, v), best);
}

static struct when
when_of(struct arena *arena, const struct window *w, int at,
    const struct candidate *c)
{
	struct when when = {.class = (enum when_class)(c->top - 1)};

	when.expr =
	    c->expr ? arena_strdup(arena, c->expr) : expr_of(arena, w, c->hit);
	when.start = w->marks[at + c->mark_start].start;
	when.end = w->marks[at + c->mark_end - 1].end;
	when.vague = has_step(when.expr, "vague") || when.class == WHEN_VAGUE;
	when.condition = has_step(when.expr, "event");
	return when;
}

/* No day can be told by it. */
bool
when_is_open(const struct when *w)
{
	return w->vague || w->condition || w->class == WHEN_PAST;
}

bool
when_tells_day(const struct when *w)
{
	return !when_is_open(w) && w->class != WHEN_SPAN &&
	       w->class != WHEN_CLOCK && w->expr[0] != '@';
}

bool
when_follows(const struct when *w)
{
	return strncmp(w->expr, THEN, sizeof(THEN) - 1) == 0;
}

const char *
when_counted_from(
    struct arena *arena, const struct when *day, const struct when *w)
{
	const char *clock = strchr(day->expr, '@');
	size_t n = clock ? (size_t)(clock - day->expr) : strlen(day->expr);

	if (clock > day->expr + 3 && strncmp(clock - 4, "from", 4) == 0)
		n -= 4;
	return arena_printf(
	    arena, "%.*s %s", (int)n, day->expr, w->expr + sizeof(THEN) - 1);
}

/* "12-03 @10:00": how much of it is a date with its month; 0: it begins with
 * none, or goes on to another day. */
static size_t
date_length(const char *expr)
{
	size_t n = strcspn(expr, " ");

	if ((!isdigit((unsigned char)*expr) && strncmp(expr, "dmy:", 4)) ||
	    strstr(expr, "..") || memchr(expr, 'w', n))
		return 0;
	return n;
}

/* "the day after": of a day that the text has told before; "the 24th": of the
 * month that it told. */
static void
settle_by_told(struct arena *arena, struct whens *found)
{
	struct when *w = &found->v[found->n - 1], *day = w;
	bool follows = when_follows(w);
	size_t n;

	if (!follows && strncmp(w->expr, "day:", 4) != 0)
		return;
	while (day-- > found->v) {
		if (!when_tells_day(day))
			continue;
		n = date_length(day->expr);
		if (follows)
			w->expr = when_counted_from(arena, day, w);
		else if (n > 0 && strchr(w->expr, '/') == NULL)
			w->expr = arena_printf(
			    arena, "%.*s near %s", (int)n, day->expr, w->expr);
		return;
	}
}

static void
search_window(struct arena *arena, struct window *w, struct whens *found)
{
	for (int at = 0; at < w->count;) {
		struct candidate best;

		if (!any_of(&w->lex->top_mask, &w->marks[at].mask) ||
		    !best_at(w, at, &best)) {
			at++;
			continue;
		}
		if (best.top > 0) {
			found->v = arena_grow(
			    arena, found->v, found->n, sizeof(*found->v));
			found->v[found->n++] = when_of(arena, w, at, &best);
			settle_by_told(arena, found);
		}
		at += best.mark_end > 0 ? best.mark_end : 1;
	}
}

struct finder *
finder_new(void)
{
	struct finder *f = mem_zeroed(sizeof(*f));

	f->window.scratch = arena_new();
	f->window.kept = arena_new();
	return f;
}

void
finder_free(struct finder *f)
{
	if (f == NULL)
		return;
	arena_free(f->window.scratch);
	arena_free(f->window.kept);
	free(f);
}

struct whens
finder_find(struct finder *f, struct arena *arena, const struct lexicon *lex,
    struct slice text)
{
	struct whens found = {NULL, 0};
	struct window *w = &f->window;
	size_t at = 0;

	if (text.len > UINT32_MAX)
		text.len = UINT32_MAX;
	/* What was never used costs no memory. */
	if (w->lex != NULL && w->lex != lex)
		forget(w);
	w->lex = lex;
	w->text = text;
	while (lex != NULL && at < text.len) {
		fill_window(w, &at);
		search_window(arena, w, &found);
	}
	return found;
}

struct whens
when_find(struct arena *arena, const struct lexicon *lex, struct slice text)
{
	struct finder *f = finder_new();
	struct whens found = finder_find(f, arena, lex, text);

	finder_free(f);
	return found;
}

static int
count_alnum(const char *p, size_t n)
{
	int count = 0;

	for (size_t i = 0; i < n; i++)
		count += is_alnum(p[i]);
	return count;
}

int
when_share(struct arena *arena, const struct lexicon *lex, struct slice text)
{
	int all = count_alnum(text.p, text.len), ours = 0;
	struct whens found = {NULL, 0};

	if (lex && all > 0)
		found = when_find(arena, lex, text);
	for (size_t i = 0; i < found.n; i++)
		ours += count_alnum(text.p + found.v[i].start,
		    found.v[i].end - found.v[i].start);
	return all > 0 ? (int)((int64_t)ours * 1000 / all) : 0;
}

struct phrases
when_phrases(struct arena *arena, const struct lexicon *lex, struct slice text,
    struct moment anchor, const struct calendar *calendar)
{
	struct whens found = when_find(arena, lex, text);
	struct phrases phrases = {
	    arena_calloc(arena, found.n, sizeof(*phrases.v)), found.n};

	for (size_t i = 0; i < found.n; i++) {
		const struct when *when = &found.v[i];
		struct phrase_found *p = &phrases.v[i];

		p->quote = arena_strndup(
		    arena, text.p + when->start, when->end - when->start);
		p->start = when->start;
		p->end = when->end;
		p->vague = when->vague;
		p->condition = when->condition;
		p->expr = when->expr;
		if (when->class == WHEN_PAST)
			p->why = "spoken of as past";
		else
			p->due = calendar_due(
			    arena, calendar, when->expr, anchor, &p->why);
	}
	return phrases;
}

const char *when_class_name(enum when_class class)
{
	return lexicon_top_names[class + 1];
}
