/* See encode.h. */
#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"
#include "mail/encode.h"

enum {
	LINE = 76, /* RFC 2045 sections 6.7 and 6.8 */
	OVERHEAD = 12, /* "=?UTF-8?Q?" and "?=" */
	LINE_BYTES = 57 /* that make 76 columns of base64 */
};

void
encode_base64(struct buf *out, struct slice in)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i, k, n;
	unsigned long group;

	for (i = 0; i < in.len; i += 3) {
		n = in.len - i < 3 ? in.len - i : 3;
		group = 0;
		for (k = 0; k < 3; k++)
			group = group << 8 |
				(k < n ? (unsigned char)in.p[i + k] : 0);
		for (k = 0; k < 4; k++)
			buf_putc(out,
			    k <= n ? digits[group >> (18 - 6 * k) & 63] : '=');
	}
}

void
encode_base64_lines(struct buf *out, struct slice in)
{
	struct slice line;
	size_t i;

	for (i = 0; i < in.len; i += LINE_BYTES) {
		line.p = in.p + i;
		line.len = in.len - i < LINE_BYTES ? in.len - i : LINE_BYTES;
		encode_base64(out, line);
		buf_puts(out, "\r\n");
	}
}

static void
put_hex(struct buf *out, char mark, char c)
{
	static const char hex[] = "0123456789ABCDEF";

	buf_putc(out, mark);
	buf_putc(out, hex[(unsigned char)c >> 4]);
	buf_putc(out, hex[(unsigned char)c & 15]);
}

/* Whether the byte at line.p[i] must be =XX. */
static bool
must_quote(struct slice line, size_t i)
{
	unsigned char c = (unsigned char)line.p[i];

	if (c == ' ' || c == '\t')
		return i + 1 == line.len;
	if (i == 0 && (c == '.' || slice_starts(line, "From ")))
		return true;
	return c < ' ' || c >= 0x7f || c == '=';
}

static void
quote_line(struct buf *out, struct slice line)
{
	size_t i, column = 0, width;

	for (i = 0; i < line.len; i++) {
		width = must_quote(line, i) ? 3 : 1;
		/* The last column is kept for the "=" of a soft break. */
		if (column + width > LINE - (i + 1 < line.len ? 1 : 0)) {
			buf_puts(out, "=\r\n");
			column = 0;
		}
		if (width == 3)
			put_hex(out, '=', line.p[i]);
		else
			buf_putc(out, line.p[i]);
		column += width;
	}
}

void
encode_quoted_printable(struct buf *out, struct slice text)
{
	struct slice line;
	const char *end;

	while (text.len > 0) {
		end = memmem(text.p, text.len, "\r\n", 2);
		line.p = text.p;
		line.len = end == NULL ? text.len : (size_t)(end - text.p);
		quote_line(out, line);
		if (end == NULL)
			break;
		buf_puts(out, "\r\n");
		text.p += line.len + 2;
		text.len -= line.len + 2;
	}
}

/* Columns of one byte in the Q encoding; the set is that of phrases (RFC 2047
 * section 5, rule 3), which fits everywhere. */
static size_t
q_width(char c)
{
	if (is_alnum(c) || c == ' ')
		return 1;
	return c != '\0' && strchr("!*+-/", c) != NULL ? 1 : 3;
}

static size_t
q_length(struct slice text)
{
	size_t i, n = 0;

	for (i = 0; i < text.len; i++)
		n += q_width(text.p[i]);
	return n;
}

static size_t
word_length(struct slice text, char kind)
{
	return kind == 'Q' ? q_length(text) : (text.len + 2) / 3 * 4;
}

char
encode_word_kind(struct slice text)
{
	return word_length(text, 'Q') <= word_length(text, 'B') ? 'Q' : 'B';
}

/* Bytes of the character at p: RFC 2047 section 5 wants none cut in two. */
static size_t
character(struct slice text)
{
	size_t n = 1;

	while (n < text.len && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void
put_q(struct buf *out, struct slice text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (text.p[i] == ' ')
			buf_putc(out, '_');
		else if (q_width(text.p[i]) == 1)
			buf_putc(out, text.p[i]);
		else
			put_hex(out, '=', text.p[i]);
}

size_t
encode_word(struct buf *out, struct slice text, size_t room, char kind)
{
	struct slice piece = {text.p, character(text)}, rest, longer;

	for (;;) {
		rest.p = text.p + piece.len;
		rest.len = text.len - piece.len;
		if (rest.len == 0)
			break;
		longer.p = text.p;
		longer.len = piece.len + character(rest);
		if (word_length(longer, kind) + OVERHEAD > room)
			break;
		piece = longer;
	}
	buf_printf(out, "=?UTF-8?%c?", kind);
	if (kind == 'Q')
		put_q(out, piece);
	else
		encode_base64(out, piece);
	buf_puts(out, "?=");
	return piece.len;
}

void
encode_percent(struct buf *out, struct slice text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (is_alnum(text.p[i]) ||
		    (text.p[i] != '\0' &&
			strchr("!#$&+-.^_`{|}~", text.p[i]) != NULL))
			buf_putc(out, text.p[i]);
		else
			put_hex(out, '%', text.p[i]);
}

void
encode_unix_lines(struct buf *out, struct slice bytes)
{
	size_t i;

	buf_room(out, bytes.len);
	for (i = 0; i < bytes.len; i++)
		if (bytes.p[i] != '\r' || i + 1 == bytes.len ||
		    bytes.p[i + 1] != '\n')
			buf_putc(out, bytes.p[i]);
}
