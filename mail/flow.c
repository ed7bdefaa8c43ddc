/* See flow.h.  Section numbers are those of RFC 3676. */
#include <string.h>

#include "mail/flow.h"

enum { WIDTH = 72 };

static struct slice
trim_end(struct slice s)
{
	if (slice_is(s, "-- ")) /* 4.3: the usual signature line */
		return s;
	while (s.len > 0 && strchr(" \t\r", s.p[s.len - 1]) != NULL)
		s.len--;
	return s;
}

/* Where the line is to end so that it has at most `width` columns: after a
 * blank, or at the first blank beyond; s.len when all of it fits. */
static size_t
break_at(struct slice s, size_t width)
{
	size_t i, columns = 0, after = 0;

	for (i = 0; i < s.len; i++) {
		/* UTF-8: continuation bytes take no column. */
		columns += ((unsigned char)s.p[i] & 0xc0) != 0x80;
		if (columns > width && after > 0)
			return after;
		/* Alone on a line "-- " would be a signature line. */
		if (s.p[i] == ' ' && i + 1 < s.len &&
		    !(i == 2 && slice_starts(s, "-- ")))
			after = i + 1;
	}
	return columns > width && after > 0 ? after : s.len;
}

/* 4.4: what would be misread at the start of a line gets a blank before it,
 * and 4.5 wants one between the quote marks and the words as well. */
static void
put_line(struct buf *out, size_t depth, struct slice line)
{
	size_t i;

	for (i = 0; i < depth; i++)
		buf_putc(out, '>');
	if ((depth > 0 && line.len > 0) || slice_starts(line, " ") ||
	    slice_starts(line, ">") || slice_starts(line, "From "))
		buf_putc(out, ' ');
	buf_slice(out, line);
	buf_puts(out, "\r\n");
}

static void
flow_paragraph(struct buf *out, struct slice line)
{
	struct slice piece;
	size_t depth = 0;

	while (depth < line.len && line.p[depth] == '>')
		depth++;
	line.p += depth;
	line.len -= depth;
	if (depth > 0 && slice_starts(line, " ")) {
		line.p++;
		line.len--;
	}
	do {
		piece.p = line.p;
		piece.len = break_at(line, WIDTH - (depth < 8 ? depth + 1 : 8));
		put_line(out, depth, piece);
		line.p += piece.len;
		line.len -= piece.len;
	} while (line.len > 0);
}

void
flow_text(struct buf *out, struct slice text)
{
	struct slice line;

	while (slice_line(&text, &line))
		flow_paragraph(out, trim_end(line));
}
