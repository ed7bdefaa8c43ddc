/*
 * See header.h: unstructured text and encoded words (RFC 2047, RFC 2231
 * section 5 for the language), as they are found rather than as they are
 * allowed: within quotes, without blanks between them, with blanks inside,
 * characters split between two words, 8-bit text beside them.
 */
#include <string.h>

#include "mail/charset.h"
#include "mail/header.h"
#include "mail/transfer.h"

/* Bytes before the next CR or LF. */
static size_t
line_length(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && *q != '\r' && *q != '\n')
		q++;
	return (size_t)(q - p);
}

static const char *
after_space(const char *p, const char *end)
{
	while (p < end && strchr(" \t\r\n", *p) != NULL && *p != '\0')
		p++;
	return p;
}

char *
header_unfold(struct arena *arena, struct slice value)
{
	struct buf b = {0};
	const char *p, *end;

	value = charset_decode(arena, slice_trim(value), slice_of(NULL), NULL);
	if (value.len == 0 || (memchr(value.p, '\n', value.len) == NULL &&
				  memchr(value.p, '\r', value.len) == NULL))
		return slice_dup(arena, value);
	p = value.p;
	end = value.p + value.len;
	while (p < end) {
		size_t run = line_length(p, end);

		buf_add(&b, p, run);
		p += run;
		if (p == end)
			break;
		/* The break and the white space around it: one blank. */
		while (b.len > 0 && strchr(" \t", b.p[b.len - 1]) != NULL)
			b.len--;
		p = after_space(p, end);
		buf_putc(&b, ' ');
	}
	return buf_keep(&b, arena);
}

struct word {
	struct slice charset, text;
	bool base64;
};

/*
 * "=?charset?B?text?=" at p.  Returns what follows it, or NULL.  *last is
 * the last "?=" of the whole, so that no search runs to the end in vain.
 */
static const char *
read_word(const char *p, const char *last, struct word *w)
{
	const char *q = p + 2, *star;

	while (*q > ' ' && *q != '?' && q - p < 64)
		q++;
	if (*q != '?' || q == p + 2)
		return NULL;
	w->charset.p = p + 2;
	w->charset.len = (size_t)(q - w->charset.p);
	star = memchr(w->charset.p, '*', w->charset.len);
	if (star != NULL)
		w->charset.len = (size_t)(star - w->charset.p);
	w->base64 = q[1] == 'B' || q[1] == 'b';
	if ((!w->base64 && q[1] != 'Q' && q[1] != 'q') || q[2] != '?')
		return NULL;
	w->text.p = q + 3;
	if (last == NULL || w->text.p > last)
		return NULL;
	q = strstr(w->text.p, "?=");
	w->text.len = (size_t)(q - w->text.p);
	return q + 2;
}

static void
add_decoded(struct arena *arena, struct buf *bytes, const struct word *w)
{
	if (w->base64)
		buf_slice(
		    bytes, base64_decode(arena, w->text, w->text.len, NULL));
	else
		buf_slice(bytes, q_decode(arena, w->text));
}

/* Control bytes of a decoded word could break a line where none is. */
static void
add_printable(struct buf *b, struct slice s)
{
	size_t at = b->len;

	buf_slice(b, s);
	for (; at < b->len; at++)
		if ((unsigned char)b->p[at] < ' ' || b->p[at] == 127)
			b->p[at] = ' ';
}

static const char *
after_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

/*
 * A run of words of one charset, decoded together: senders split characters
 * between words (RFC 2047 section 5 forbids it).  Returns what follows.
 */
static const char *
add_run(struct arena *arena, struct buf *b, const char *p, const char *last)
{
	struct buf bytes = {0};
	struct word w, first;
	const char *next = read_word(p, last, &w);

	if (next == NULL)
		return NULL;
	first = w;
	do {
		add_decoded(arena, &bytes, &w);
		p = next;
		next = after_blanks(p);
		next = strncmp(next, "=?", 2) == 0 ? read_word(next, last, &w)
						   : NULL;
	} while (next != NULL && w.charset.len == first.charset.len &&
		 strncasecmp(w.charset.p, first.charset.p, w.charset.len) == 0);
	add_printable(
	    b, charset_decode(arena, buf_view(&bytes), first.charset, NULL));
	buf_free(&bytes);
	return p;
}

/* The last "?=" of text, or NULL. */
static const char *
last_end(const char *text, size_t len)
{
	const char *p;

	for (p = text + len; p > text + 1; p--)
		if (p[-2] == '?' && p[-1] == '=')
			return p - 2;
	return NULL;
}

char *
header_words(struct arena *arena, const char *text)
{
	const char *p = text, *mark, *next, *last;
	struct buf b = {0};
	bool after_word = false;

	last = last_end(text, strlen(text));
	while ((mark = strstr(p, "=?")) != NULL) {
		struct slice plain = {p, (size_t)(mark - p)};

		/* White space between two words is none (section 6.2). */
		if (!after_word || after_blanks(p) != mark)
			add_printable(&b, plain);
		next = add_run(arena, &b, mark, last);
		after_word = next != NULL;
		if (next == NULL) {
			buf_puts(&b, "=?");
			next = mark + 2;
		}
		p = next;
	}
	add_printable(&b, slice_of(p));
	return buf_keep(&b, arena);
}

/* Whether there is nothing to decode and nothing to clean: nearly always. */
static bool
is_clean(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	for (; *p != '\0'; p++)
		if (*p < ' ' || *p == 127 || (*p == '=' && p[1] == '?'))
			return false;
	return true;
}

char *
header_text(struct arena *arena, struct slice value)
{
	char *text = header_unfold(arena, value);

	return is_clean(text) ? text : header_words(arena, text);
}
