/*
 * See plain.h.  RFC 3676: quote depth is section 4.5, space-stuffing 4.4,
 * the signature line 4.3; soft line breaks join only lines of equal depth.
 */
#include <string.h>

#include "mail/plain.h"

/* CRLF and CR become LF. */
static char *
unix_lines(struct arena *arena, struct slice text)
{
	struct buf b = {0};
	const char *p = text.p, *end = text.p + text.len, *cr;

	if (text.len == 0 || memchr(p, '\r', text.len) == NULL)
		return slice_dup(arena, text);
	while ((cr = memchr(p, '\r', (size_t)(end - p))) != NULL) {
		buf_add(&b, p, (size_t)(cr - p));
		buf_putc(&b, '\n');
		p = cr + 1;
		if (p < end && *p == '\n')
			p++;
	}
	buf_add(&b, p, (size_t)(end - p));
	return buf_keep(&b, arena);
}

/* Takes the quote marks and the stuffed blank off; returns the depth. */
static size_t
take_quotes(struct slice *line)
{
	size_t depth = 0;

	while (line->len > 0 && line->p[0] == '>') {
		depth++;
		line->p++;
		line->len--;
	}
	if (line->len > 0 && line->p[0] == ' ') {
		line->p++;
		line->len--;
	}
	return depth;
}

static void
begin_line(struct buf *b, size_t depth, bool empty)
{
	size_t i;

	for (i = 0; i < depth; i++)
		buf_putc(b, '>');
	if (depth > 0 && !empty)
		buf_putc(b, ' ');
}

static char *
unflow(struct arena *arena, struct slice text, bool delsp)
{
	struct buf b = {0};
	struct slice line;
	size_t depth, last_depth = 0;
	bool soft = false;

	while (slice_line(&text, &line)) {
		bool signature;

		depth = take_quotes(&line);
		signature = slice_is(line, "-- ");
		if (soft && (depth != last_depth || signature)) {
			buf_putc(&b, '\n');
			soft = false;
		}
		if (!soft)
			begin_line(&b, depth, line.len == 0);
		soft =
		    !signature && line.len > 0 && line.p[line.len - 1] == ' ';
		if (soft && delsp)
			line.len--;
		buf_slice(&b, line);
		if (!soft)
			buf_putc(&b, '\n');
		last_depth = depth;
	}
	if (soft)
		buf_putc(&b, '\n');
	return buf_keep(&b, arena);
}

char *
plain_text(struct arena *arena, struct slice text, bool flowed, bool delsp)
{
	char *lines = unix_lines(arena, text);

	return flowed ? unflow(arena, slice_of(lines), delsp) : lines;
}
