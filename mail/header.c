/*
 * See header.h: the fields of a block, parameters, ids.  Encoded words are in
 * words.c, addresses in address.c, dates in maildate.c.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "mail/charset.h"
#include "mail/guard.h"
#include "mail/header.h"
#include "mail/transfer.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool
header_is_field(struct slice line, struct slice *name)
{
	size_t n = 0, colon;

	/* ftext of RFC 5322 section 3.6.8; 4.5.8 allows blanks behind it. */
	while (n < line.len && line.p[n] > ' ' && line.p[n] < 127 &&
	       line.p[n] != ':')
		n++;
	for (colon = n; colon < line.len && is_blank(line.p[colon]); colon++)
		;
	if (n == 0 || colon == line.len || line.p[colon] != ':')
		return false;
	if (name != NULL) {
		name->p = line.p;
		name->len = n;
	}
	return true;
}

/* Adds a line to the field before it. */
static void
continue_field(struct header *h, struct slice line)
{
	struct raw_field *f;

	if (h->n == 0)
		return;
	f = &h->v[h->n - 1];
	if ((size_t)(line.p + line.len - f->value.p) > GUARD_FIELD)
		h->cut = true;
	else
		f->value.len = (size_t)(line.p + line.len - f->value.p);
}

static void
add_field(
    struct arena *arena, struct header *h, struct slice line, struct slice name)
{
	struct raw_field *f;
	const char *colon;

	colon = memchr(name.p + name.len, ':', line.len - name.len);
	if (colon == NULL)
		return;
	h->v = arena_grow(arena, h->v, h->n, sizeof(*h->v));
	f = &h->v[h->n++];
	f->name = name;
	f->value.p = colon + 1;
	f->value.len = (size_t)(line.p + line.len - f->value.p);
	if (f->value.len > GUARD_FIELD) {
		f->value.len = GUARD_FIELD;
		h->cut = true;
	}
}

void
header_read(struct arena *arena, struct slice block, struct header *h)
{
	struct slice line, name;
	bool skipping = true; /* what continues a line that was no field */

	if (block.len > GUARD_HEADER) {
		block.len = GUARD_HEADER;
		h->cut = true;
	}
	while (slice_line(&block, &line)) {
		if (line.len > 0 && is_blank(line.p[0])) {
			if (!skipping)
				continue_field(h, line);
			continue;
		}
		skipping = !header_is_field(line, &name);
		if (!skipping)
			add_field(arena, h, line, name);
	}
}

struct slice
header_find(const struct header *h, const char *name)
{
	size_t i;

	for (i = 0; i < h->n; i++)
		if (slice_is_nocase(h->v[i].name, name))
			return h->v[i].value;
	return slice_of("");
}

/* Position in a field while its tokens are taken off. */
struct cursor {
	const char *p, *end;
};

static void
skip_blanks(struct cursor *c)
{
	while (c->p < c->end && strchr(" \t\r\n", *c->p) != NULL && *c->p)
		c->p++;
}

/* Comments nest (RFC 5322 section 3.2.2); counted, not recursed into. */
static void
skip_comment(struct cursor *c)
{
	int depth = 0;

	while (c->p < c->end) {
		char ch = *c->p++;

		if (ch == '\\' && c->p < c->end)
			c->p++;
		else if (ch == '(')
			depth++;
		else if (ch == ')' && --depth == 0)
			return;
	}
}

static void
skip_space(struct cursor *c)
{
	for (skip_blanks(c); c->p < c->end && *c->p == '('; skip_blanks(c))
		skip_comment(c);
}

/* RFC 2045 section 5.1: ASCII only. */
static bool
is_token(char c)
{
	return c > ' ' && c < 127 && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

/* A quoted string without its quotes and backslashes, folds as a blank. */
static struct slice
quoted_value(struct arena *arena, struct cursor *c)
{
	struct buf b = {0};
	struct slice s;

	for (c->p++; c->p < c->end && *c->p != '"'; c->p++) {
		/* Windows paths come with backslashes that quote nothing. */
		if (*c->p == '\\' && c->p + 1 < c->end &&
		    (c->p[1] == '"' || c->p[1] == '\\'))
			c->p++;
		if (*c->p != '\r' && *c->p != '\n')
			buf_putc(&b, *c->p);
	}
	if (c->p < c->end)
		c->p++;
	s.len = b.len;
	s.p = buf_keep(&b, arena);
	return s;
}

/* "name=" at p: where a value ends whose ';' was forgotten. */
static bool
begins_parameter(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && is_token(*p))
		p++;
	return p > start && p < end && *p == '=';
}

/*
 * A value without quotes.  A token by the book; real ones hold blanks and
 * specials ("name=my file (1).pdf"), so it goes on to the next ';', but for a
 * comment in a value of one word and a parameter whose ';' is missing.
 */
static struct slice
bare_value(struct cursor *c)
{
	struct slice s = {c->p, 0};

	while (c->p < c->end && *c->p != ';') {
		bool blank = strchr(" \t\r\n", *c->p) != NULL;

		c->p++;
		if (blank && begins_parameter(c->p, c->end))
			break;
	}
	s.len = (size_t)(c->p - s.p);
	return slice_trim(s);
}

/* Splits "name*3*" (RFC 2231 section 3 and 4). */
static void
parameter_name(struct parameter *p, struct slice name)
{
	const char *star;

	p->number = -1;
	if (name.len > 0 && name.p[name.len - 1] == '*') {
		p->extended = true;
		name.len--;
	}
	star = name.len == 0 ? NULL : memchr(name.p, '*', name.len);
	if (star != NULL) {
		const char *d = star + 1, *end = name.p + name.len;
		int n = 0;

		for (; d < end && *d >= '0' && *d <= '9' && n < 1000; d++)
			n = n * 10 + (*d - '0');
		p->number = d == end && d > star + 1 ? n : GUARD_CONTINUATIONS;
		name.len = (size_t)(star - name.p);
	}
	p->name = name;
}

static bool
next_parameter(struct arena *arena, struct cursor *c, struct parameter *p)
{
	struct slice name;

	memset(p, 0, sizeof(*p));
	for (;;) {
		skip_space(c);
		if (c->p == c->end)
			return false;
		name.p = c->p;
		while (c->p < c->end && is_token(*c->p))
			c->p++;
		name.len = (size_t)(c->p - name.p);
		skip_space(c);
		if (name.len > 0 && c->p < c->end && *c->p == '=')
			break;
		if (name.len == 0 && c->p < c->end)
			c->p++; /* a stray special */
	}
	c->p++;
	skip_blanks(c);
	parameter_name(p, name);
	p->value = c->p < c->end && *c->p == '"' ? quoted_value(arena, c)
						 : bare_value(c);
	return true;
}

/* "Text / Plain" up to the first ';' or blank behind it, in lower case. */
static const char *
main_value(struct arena *arena, struct cursor *c)
{
	struct buf b = {0};

	for (skip_space(c); c->p < c->end; skip_space(c)) {
		char ch = *c->p;

		if (ch != '/' && !is_token(ch))
			break;
		if (ch != '/' && b.len > 0 && b.p[b.len - 1] != '/')
			break; /* another word: a parameter without its ';' */
		if (ch == '/') {
			buf_putc(&b, *c->p++);
			continue;
		}
		for (; c->p < c->end && is_token(*c->p); c->p++)
			buf_putc(
			    &b, (char)(*c->p >= 'A' && *c->p <= 'Z' ? *c->p + 32
								    : *c->p));
	}
	return buf_keep(&b, arena);
}

void
header_content(struct arena *arena, struct slice value, struct content *content)
{
	struct cursor c = {value.p, value.p + value.len};
	struct parameter p;

	content->value = main_value(arena, &c);
	while (content->n < GUARD_PARAMETERS && next_parameter(arena, &c, &p)) {
		content->v = arena_grow(
		    arena, content->v, content->n, sizeof(*content->v));
		content->v[content->n++] = p;
	}
}

struct slice
content_bytes(const struct content *content, const char *name)
{
	struct slice none = {NULL, 0};
	size_t i;

	for (i = 0; i < content->n; i++)
		if (content->v[i].number < 0 &&
		    slice_is_nocase(content->v[i].name, name))
			return content->v[i].value;
	return none;
}

/* "%3D" at p; -1 for what is none. */
static int
percent_byte(const char *p, const char *end)
{
	int high, low;

	if (end - p < 3 || *p != '%')
		return -1;
	high = hex_digit(p[1]);
	low = hex_digit(p[2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static void
add_percent_decoded(struct buf *b, struct slice s)
{
	const char *p = s.p, *end = s.p + s.len;

	while (p < end) {
		int byte = percent_byte(p, end);

		if (byte < 0) {
			buf_putc(b, *p++);
			continue;
		}
		buf_putc(b, (char)byte);
		p += 3;
	}
}

/* Takes "charset'language'" off the front of an extended value. */
static struct slice
take_charset(struct slice *value)
{
	struct slice charset = {NULL, 0};
	const char *first, *second, *end = value->p + value->len;

	first = value->len == 0 ? NULL : memchr(value->p, '\'', value->len);
	if (first == NULL)
		return charset;
	second = memchr(first + 1, '\'', (size_t)(end - first - 1));
	if (second == NULL)
		return charset;
	charset.p = value->p;
	charset.len = (size_t)(first - value->p);
	value->p = second + 1;
	value->len = (size_t)(end - second - 1);
	return charset;
}

struct pieces {
	const struct parameter *v[GUARD_CONTINUATIONS];
};

/* The pieces of a parameter by number; false when there is no piece 0 and no
 * extended whole. */
static bool
collect_pieces(
    const struct content *content, const char *name, struct pieces *pieces)
{
	const struct parameter **piece = pieces->v;
	size_t i;

	for (i = 0; i < content->n; i++) {
		const struct parameter *p = &content->v[i];
		int n = p->number < 0 ? 0 : p->number;

		if (!slice_is_nocase(p->name, name) ||
		    (p->number < 0 && !p->extended))
			continue;
		if (n < GUARD_CONTINUATIONS && piece[n] == NULL)
			piece[n] = p;
	}
	return piece[0] != NULL;
}

char *
content_text(
    struct arena *arena, const struct content *content, const char *name)
{
	struct slice plain = content_bytes(content, name), charset, text;
	struct pieces pieces = {{NULL}};
	struct buf b = {0};
	size_t i;

	if (!collect_pieces(content, name, &pieces))
		return plain.p == NULL ? NULL : header_text(arena, plain);
	charset.p = NULL;
	charset.len = 0;
	for (i = 0; i < GUARD_CONTINUATIONS && pieces.v[i] != NULL; i++) {
		const struct parameter *p = pieces.v[i];
		struct slice value = p->value;

		if (i == 0 && p->extended)
			charset = take_charset(&value);
		if (p->extended)
			add_percent_decoded(&b, value);
		else
			buf_slice(&b, value);
	}
	text.len = b.len;
	text.p = buf_keep(&b, arena);
	text = charset_decode(arena, text, charset, NULL);
	/* Some encode words even here. */
	return header_text(arena, text);
}

/* Keeps an id without white space; folds within one are met. */
static void
add_id(struct arena *arena, struct strings *ids, struct slice id)
{
	char *copy;
	size_t i, n = 0;

	if (id.len == 0 || ids->n >= GUARD_IDS)
		return;
	id = charset_decode(arena, id, slice_of(NULL), NULL);
	copy = arena_alloc(arena, id.len + 1);
	for (i = 0; i < id.len; i++)
		if ((unsigned char)id.p[i] > ' ' && id.p[i] != 127)
			copy[n++] = id.p[i];
	if (n == 0)
		return;
	strings_add(arena, ids, copy);
}

void
header_ids(struct arena *arena, struct slice value, struct strings *ids)
{
	const char *p = value.p, *end = value.p + value.len;
	size_t before = ids->n;

	while (p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		struct slice id = {p + 1, 0};
		const char *close = memchr(p, '>', (size_t)(end - p));
		const char *again;

		if (close == NULL)
			break;
		/* "<<id>>" and "<broken <id>": the innermost. */
		while (
		    (again = memchr(id.p, '<', (size_t)(close - id.p))) != NULL)
			id.p = again + 1;
		id.len = (size_t)(close - id.p);
		add_id(arena, ids, id);
		p = close + 1;
	}
	/* An id without its brackets, alone. */
	value = slice_trim(value);
	if (ids->n == before && value.len > 0 &&
	    memchr(value.p, '@', value.len) != NULL &&
	    memchr(value.p, ' ', value.len) == NULL &&
	    memchr(value.p, '<', value.len) == NULL)
		add_id(arena, ids, value);
}
