/* See buf.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"

struct slice
slice_of(const char *text)
{
	struct slice s = {text, text == NULL ? 0 : strlen(text)};

	return s;
}

bool
slice_is(struct slice s, const char *text)
{
	/* Most often it is asked of a table's rows, one after the other. */
	if (s.len == 0 || *s.p != *text)
		return s.len == 0 && *text == '\0';
	return s.len == strlen(text) && memcmp(s.p, text, s.len) == 0;
}

bool
slice_is_nocase(struct slice s, const char *text)
{
	return s.len == strlen(text) && slice_starts_nocase(s, text);
}

bool
slice_starts(struct slice s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n && (n == 0 || memcmp(s.p, prefix, n) == 0);
}

bool
slice_starts_nocase(struct slice s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n && (n == 0 || strncasecmp(s.p, prefix, n) == 0);
}

struct slice
slice_trim(struct slice s)
{
	while (s.len > 0 && is_space(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && is_space(s.p[s.len - 1]))
		s.len--;
	return s;
}

bool
slice_line(struct slice *rest, struct slice *line)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->p, '\n', rest->len);
	line->p = rest->p;
	line->len = end == NULL ? rest->len : (size_t)(end - rest->p);
	rest->p += line->len + (end != NULL);
	rest->len -= line->len + (end != NULL);
	if (line->len > 0 && line->p[line->len - 1] == '\r')
		line->len--;
	return true;
}

struct slice
slice_part(struct slice s, size_t start, size_t end)
{
	struct slice part = {s.p + start, end - start};

	return part;
}

char *
slice_dup(struct arena *a, struct slice s)
{
	return arena_strndup(a, s.p, s.len);
}

char *
buf_room(struct buf *b, size_t n)
{
	size_t need = b->len + n + 1;

	if (need > b->room) {
		b->room = need > 2 * b->room ? need : 2 * b->room;
		b->p = mem_realloc(b->p, b->room);
	}
	return b->p + b->len;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	char *to = buf_room(b, n);

	if (n > 0)
		memcpy(to, p, n);
	b->len += n;
	b->p[b->len] = '\0';
}

void
buf_puts(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void
buf_putc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_slice(struct buf *b, struct slice s)
{
	buf_add(b, s.p, s.len);
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return;
	vsnprintf(buf_room(b, (size_t)n), (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

struct slice
buf_view(const struct buf *b)
{
	struct slice s = {b->p == NULL ? "" : b->p, b->len};

	return s;
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->p != NULL)
		b->p[0] = '\0';
}

void
buf_free(struct buf *b)
{
	free(b->p);
	memset(b, 0, sizeof(*b));
}

char *
buf_keep(struct buf *b, struct arena *a)
{
	char *text = slice_dup(a, buf_view(b));

	buf_free(b);
	return text;
}
