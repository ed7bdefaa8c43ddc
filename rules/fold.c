/* See fold.h. */
#include <string.h>

#include "rules/fold.h"
#include "base/utf8.h"

enum { WORD_MOST = 32 };

/* A form in the making: the form before it as far as nothing was changed, so
 * that most sentences are never copied. */
struct out {
	struct arena *arena;
	struct slice from; /* the form before it */
	bool changed;
	char *p; /* NULL until it is changed */
	uint32_t *at;
	size_t len, room;
};

static void
out_grow(struct out *o)
{
	char *p = arena_alloc(o->arena, 2 * o->room + 1);
	uint32_t *at = arena_calloc(o->arena, 2 * o->room + 1, sizeof(*at));

	memcpy(p, o->p, o->len);
	memcpy(at, o->at, o->len * sizeof(*at));
	o->p = p;
	o->at = at;
	o->room *= 2;
}

static void
out_change(struct out *o)
{
	size_t i;

	o->changed = true;
	o->room = o->from.len + o->from.len / 8 + 1;
	o->p = arena_alloc(o->arena, o->room + 1);
	o->at = arena_calloc(o->arena, o->room + 1, sizeof(*o->at));
	if (o->len > 0)
		memcpy(o->p, o->from.p, o->len);
	for (i = 0; i < o->len; i++)
		o->at[i] = (uint32_t)i;
}

static void
put(struct out *o, char c, size_t from)
{
	if (!o->changed) {
		if (from == o->len && from < o->from.len &&
		    o->from.p[from] == c) {
			o->len++;
			return;
		}
		out_change(o);
	}
	if (o->len == o->room)
		out_grow(o);
	o->p[o->len] = c;
	o->at[o->len++] = (uint32_t)from;
}

/* Bytes as they stand in the form before. */
static void
put_run(struct out *o, size_t from, size_t n)
{
	if (!o->changed && from == o->len) {
		o->len += n;
		return;
	}
	for (; n > 0; n--, from++)
		put(o, o->from.p[from], from);
}

static struct folded
out_done(struct out *o, size_t end)
{
	struct folded f = {{o->changed ? o->p : o->from.p, o->len}, o->at};

	if (o->changed)
		o->at[o->len] = (uint32_t)end;
	return f;
}

enum width { WIDTH_NONE, WIDTH_BLANK, WIDTH_TEXT };

/* U+00A0, U+2000 to U+200A, U+202F, U+3000 are blanks; U+00AD, U+200B to
 * U+200F, U+2060, U+FEFF have no width. */
static enum width
width_of(const unsigned char *p)
{
	if (p[0] < 0x80)
		return p[0] <= ' ' || p[0] == 0x7f ? WIDTH_BLANK : WIDTH_TEXT;
	if (p[0] == 0xc2)
		return p[1] == 0xa0                  ? WIDTH_BLANK
		       : p[1] == 0xad || p[1] < 0xa0 ? WIDTH_NONE
						     : WIDTH_TEXT;
	if (p[0] == 0xe2 && p[1] == 0x80)
		return p[2] <= 0x8a || p[2] == 0xaf ? WIDTH_BLANK
		       : p[2] <= 0x8f               ? WIDTH_NONE
						    : WIDTH_TEXT;
	if (p[0] == 0xe2 && p[1] == 0x81 && p[2] == 0xa0)
		return WIDTH_NONE;
	if (p[0] == 0xe3 && p[1] == 0x80 && p[2] == 0x80)
		return WIDTH_BLANK;
	if (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)
		return WIDTH_NONE;
	return WIDTH_TEXT;
}

/* How many bytes are neither blanks nor beyond ASCII. */
static size_t
plain_length(const char *p, size_t room)
{
	size_t n = 0;

	while (n < room && p[n] > ' ' && p[n] < 0x7f)
		n++;
	return n;
}

struct folded
fold_space(struct arena *arena, struct slice text)
{
	struct out o = {.arena = arena, .from = text};
	bool blank = false;
	size_t i, len, blank_at = 0, end = 0;
	enum width width;

	for (i = 0; i < text.len; i += len) {
		len = plain_length(text.p + i, text.len - i);
		if (len == 0)
			len = utf8_length(text.p + i, text.len - i);
		if (len == 0) {
			len = 1;
			if (blank && o.len > 0)
				put(&o, ' ', blank_at);
			blank = false;
			put(&o, '?', i);
			end = i + 1;
			continue;
		}
		width = width_of((const unsigned char *)text.p + i);
		if (width == WIDTH_BLANK) {
			if (!blank)
				blank_at = i;
			blank = true;
		}
		if (width != WIDTH_TEXT)
			continue;
		if (blank && o.len > 0)
			put(&o, ' ', blank_at);
		blank = false;
		put_run(&o, i, len);
		end = i + len;
	}
	return out_done(&o, end);
}

/* A typographic sign as plain ASCII, or 0. */
static char
plain_sign(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text;

	if (n < 3 || p[0] != 0xe2 || p[1] != 0x80)
		return 0;
	switch (p[2]) {
	case 0x90:
	case 0x91:
	case 0x92:
	case 0x93:
	case 0x94:
		return '-';
	case 0x98:
	case 0x99:
		return '\'';
	case 0x9c:
	case 0x9d:
	case 0x9e:
		return '"';
	default:
		return 0;
	}
}

static bool
in_word(char c)
{
	unsigned char u = (unsigned char)c;

	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || u >= 0x80;
}

static bool
is_plain_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/*
 * The word at i in lower case with plain apostrophes; returns how many bytes
 * of the text it has.  A longer word than WORD_MOST is cut: it has no spelling.
 */
static size_t
word_at(struct slice s, size_t i, char *word, size_t *word_len)
{
	size_t start = i;
	char sign;

	*word_len = 0;
	while (i < s.len) {
		if (is_plain_letter(s.p[i])) {
			if (*word_len <= WORD_MOST)
				word[(*word_len)++] = (char)(s.p[i] | 32);
			i++;
			continue;
		}
		sign = plain_sign(s.p + i, s.len - i);
		if (sign == 0 && s.p[i] == '\'')
			sign = '\'';
		if (sign != 0 && (sign != '\'' || i == start))
			break;
		if (sign == 0 && !in_word(s.p[i]))
			break;
		if (*word_len <= WORD_MOST)
			word[(*word_len)++] = sign != 0 ? sign
					      : s.p[i] >= 'A' && s.p[i] <= 'Z'
						  ? (char)(s.p[i] + 32)
						  : s.p[i];
		i += sign != 0 && s.p[i] != '\'' ? 3 : 1;
	}
	return i - start;
}

/* Puts text, all of it from one place. */
static void
put_text(struct out *o, struct slice s, size_t from)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		put(o, s.p[i], from);
}

static void
put_word(struct out *o, const struct language *l, struct slice s, size_t i,
    size_t n, struct slice word)
{
	size_t stem, j;
	const char *spelled = language_spelling(l, word, &stem);
	char sign;

	if (spelled == NULL && n == word.len) {
		put_run(o, i, n);
		return;
	}
	if (spelled == NULL) {
		for (j = i; j < i + n; j++) {
			sign = plain_sign(s.p + j, i + n - j);
			put(o, sign != 0 ? sign : s.p[j], j);
			j += sign != 0 ? 2 : 0;
		}
		return;
	}
	/* A stem before an apostrophe is plain, so that it has as many bytes. */
	put_run(o, i, stem);
	put_text(o, slice_of(spelled), i + stem);
}

struct folded
fold_spelling(struct arena *arena, const struct language *l, struct slice s)
{
	struct out o = {.arena = arena, .from = s};
	char word[WORD_MOST + 2], sign;
	size_t i = 0, n, word_len;

	while (i < s.len) {
		if (s.p[i] == ' ') {
			put_run(&o, i++, 1);
			continue;
		}
		n = word_at(s, i, word, &word_len);
		if (n > 0) {
			put_word(
			    &o, l, s, i, n, (struct slice){word, word_len});
			i += n;
			continue;
		}
		sign = plain_sign(s.p + i, s.len - i);
		put(&o, sign != 0 ? sign : s.p[i], i);
		i += sign != 0 ? 3 : 1;
	}
	return out_done(&o, s.len);
}

struct folded
fold_times(struct arena *arena, struct folded spelled, struct whens times)
{
	struct out o = {.arena = arena, .from = spelled.text};
	size_t i, at, k = 0;
	bool marked = false;
	const struct when *w;

	out_change(&o);
	for (i = 0; i < spelled.text.len; i++) {
		at = folded_start(&spelled, i);
		while (k < times.n && at >= times.v[k].end) {
			k++;
			marked = false;
		}
		w = k < times.n && at >= times.v[k].start ? &times.v[k] : NULL;
		if (w == NULL)
			put(&o, spelled.text.p[i], at);
		else if (!marked)
			put(&o, (char)(MARK_FIRST + w->class), w->start);
		marked = w != NULL;
	}
	return out_done(&o, folded_start(&spelled, spelled.text.len));
}

size_t
folded_start(const struct folded *f, size_t i)
{
	if (i > f->text.len)
		i = f->text.len;
	return f->at == NULL ? i : f->at[i];
}

size_t
folded_end(const struct folded *f, size_t i)
{
	return folded_start(f, i);
}
