/* See layout.h. */
#include <string.h>

#include "mail/layout.h"

enum { CELL_LINE = 80 }; /* a longer line is a paragraph, no cell */

void
layout_block(struct layout *l)
{
	if (l->tab)
		return; /* the first block of a cell stays on its line */
	if (l->blank)
		layout_break(l);
	if (l->breaks == 0)
		l->breaks = 1;
	l->space = false;
}

void
layout_paragraph(struct layout *l)
{
	layout_block(l);
	if (!l->tab)
		l->breaks = 2;
}

void
layout_break(struct layout *l)
{
	l->tab = l->blank = l->space = false;
	if (l->breaks < 2)
		l->breaks++;
}

void
layout_cell(struct layout *l, size_t lines_before)
{
	if (l->lines == lines_before)
		return; /* nothing in this row yet */
	if (l->lines == lines_before + 1 &&
	    l->out.len - l->line_at <= CELL_LINE) {
		l->tab = true;
		l->breaks = 0;
		l->space = l->blank = false;
	} else {
		layout_block(l);
	}
}

void
layout_row_end(struct layout *l)
{
	l->tab = false;
	layout_block(l);
}

static void
put_quotes(struct layout *l, unsigned depth)
{
	while (depth-- > 0)
		buf_puts(&l->out, "> ");
}

/* The line ends that waited, and what a line begins with. */
static void
begin_line(struct layout *l)
{
	unsigned common =
	    l->quotes < l->last_quotes ? l->quotes : l->last_quotes;

	if (l->begun)
		buf_putc(&l->out, '\n');
	if (l->begun && l->breaks > 1) {
		put_quotes(l, common);
		if (common > 0)
			l->out.len--; /* no blank at the end */
		buf_putc(&l->out, '\n');
	}
	put_quotes(l, l->quotes);
	buf_puts(&l->out, l->marker);
	l->marker[0] = '\0';
	l->line_at = l->out.len;
	l->last_quotes = l->quotes;
	l->lines++;
	l->begun = true;
}

static void
before_text(struct layout *l)
{
	if (l->breaks > 0 || !l->begun)
		begin_line(l);
	else if (l->tab)
		buf_putc(&l->out, '\t');
	else if (l->space)
		buf_putc(&l->out, ' ');
	l->breaks = 0;
	l->tab = l->space = l->blank = false;
}

/* Characters without width: they pad preheaders and split words. */
static size_t
zero_width(const char *p, size_t left)
{
	static const char *const chars[] = {
	    "\xc2\xad", /* U+00AD soft hyphen */
	    "\xcd\x8f", /* U+034F combining grapheme joiner */
	    "\xe1\xa0\x8e", /* U+180E Mongolian vowel separator */
	    "\xe2\x80\x8b", /* U+200B zero width space */
	    "\xe2\x80\x8c", /* U+200C zero width non-joiner */
	    "\xe2\x80\x8d", /* U+200D zero width joiner */
	    "\xe2\x81\xa0", /* U+2060 word joiner */
	    "\xef\xbb\xbf" /* U+FEFF zero width no-break space */
	};
	size_t i, n;

	for (i = 0; i < sizeof(chars) / sizeof(chars[0]); i++) {
		n = strlen(chars[i]);
		if (left >= n && memcmp(p, chars[i], n) == 0)
			return n;
	}
	return 0;
}

/* Length of a no-break or other space at p: U+00A0, U+2000-200A, U+202F. */
static size_t
wide_space(const unsigned char *p, size_t left)
{
	if (left >= 2 && p[0] == 0xc2 && p[1] == 0xa0)
		return 2;
	if (left >= 3 && p[0] == 0xe2 && p[1] == 0x80 &&
	    ((p[2] >= 0x80 && p[2] <= 0x8a) || p[2] == 0xaf))
		return 3;
	return 0;
}

static bool
is_plain(char c)
{
	return (unsigned char)c > ' ' && (unsigned char)c < 0xc0;
}

/* One character of running text at p; how long it was. */
static size_t
put_char(struct layout *l, const char *p, size_t left)
{
	size_t n = 1;

	if ((unsigned char)*p <= ' ') {
		l->space = l->space || l->breaks == 0;
		return n;
	}
	if (!is_plain(*p) && (n = zero_width(p, left)) > 0)
		return n;
	if (!is_plain(*p) &&
	    (n = wide_space((const unsigned char *)p, left)) > 0) {
		if (l->breaks > 0 || !l->begun)
			l->blank = true;
		else
			l->space = true;
		return n;
	}
	for (n = 1; n < left && is_plain(p[n]);)
		n++;
	before_text(l);
	buf_add(&l->out, p, n);
	return n;
}

static void
pre_text(struct layout *l, struct slice text)
{
	struct slice line;
	bool ended;

	while (text.len > 0) {
		ended = memchr(text.p, '\n', text.len) != NULL;
		slice_line(&text, &line);
		if (line.len > 0) {
			before_text(l);
			buf_slice(&l->out, line);
		}
		if (ended)
			layout_break(l);
	}
}

void
layout_text(struct layout *l, struct slice text, bool pre)
{
	size_t i = 0;

	if (pre) {
		pre_text(l, text);
		return;
	}
	while (i < text.len)
		i += put_char(l, text.p + i, text.len - i);
}

char *
layout_keep(struct layout *l, struct arena *arena)
{
	if (l->begun)
		buf_putc(&l->out, '\n');
	return buf_keep(&l->out, arena);
}
