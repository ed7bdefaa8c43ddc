/*
 * See runs.h.
 *
 * A run is letters and such between a ">" and the next quote or "<".  Whatever
 * the tokenizer (https://html.spec.whatwg.org/#tokenization) makes of that
 * ">", it is then in text, in a comment or within quotes, and nothing in a run
 * ends any of these; what could be part of "&amp;", "-->" or "]]>" is in none.
 * A run begins and ends with what is no blank, for blanks at the edge of a text
 * are told from the rest when the tree is built.
 *
 * The mark of run n is U+100000 + n, of plane 16, which is for private use and
 * which nobody uses; HTML that has one itself is left as it is.  Who writes one
 * as a reference ("&#x100000;") gets a run of his own text in its place.
 */
#include <stdbool.h>
#include <string.h>

#include "mail/runs.h"

enum {
	LEAST = 16, /* bytes that are worth a mark */
	MOST = 0xf000, /* below U+10FFFE, which is no character */
	MARK = 4, /* bytes (RFC 3629 section 3) */
	LEAD = 0xf4, /* of no character before plane 16 */
	BITS = 6
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

static bool
is_plain(char c)
{
	switch (c) {
	case '<':
	case '>':
	case '"':
	case '\'':
	case '&':
	case '-':
	case ']':
		return false;
	default:
		return (c > ' ' && c <= '~') || is_blank(c);
	}
}

/* Empty where none begins. */
static struct slice
run_at(struct slice html, size_t i)
{
	struct slice run = {html.p + i, 0};

	if (i < html.len && is_blank(html.p[i]))
		return run;
	while (i + run.len < html.len && is_plain(run.p[run.len]))
		run.len++;
	while (run.len > 0 && is_blank(run.p[run.len - 1]))
		run.len--;
	return run;
}

static void
put_mark(struct buf *out, size_t number)
{
	int shift;

	buf_putc(out, (char)LEAD);
	for (shift = (MARK - 2) * BITS; shift >= 0; shift -= BITS)
		buf_putc(out, (char)(0x80 | (number >> shift & 0x3f)));
}

static void
keep(struct arena *a, struct runs *runs, struct slice run)
{
	runs->v = arena_grow(a, runs->v, runs->n, sizeof(*runs->v));
	runs->v[runs->n++] = run;
}

struct slice
runs_keep(struct arena *a, struct slice html, struct runs *runs)
{
	struct buf out = {0};
	size_t i, done = 0;
	bool outside = false; /* of a tag, as far as can be told */

	memset(runs, 0, sizeof(*runs));
	if (memchr(html.p, LEAD, html.len) != NULL)
		return html;
	for (i = 0; i < html.len && runs->n < MOST; i++) {
		char c = html.p[i];
		struct slice run;

		if (c == '>' || c == '<' || c == '"' || c == '\'')
			outside = c == '>';
		if (!outside || (c != '>' && !is_blank(c)))
			continue;
		run = run_at(html, i + 1);
		if (run.len < LEAST)
			continue;
		buf_add(&out, html.p + done, i + 1 - done);
		put_mark(&out, runs->n);
		keep(a, runs, run);
		i += run.len;
		done = i + 1;
	}
	if (runs->n == 0)
		return html;
	buf_add(&out, html.p + done, html.len - done);
	html.len = out.len;
	html.p = buf_keep(&out, a);
	return html;
}

/* Takes a mark off: its run; NULL when there is none. */
static const struct slice *
take_mark(const struct runs *runs, struct slice *text)
{
	size_t number = 0;
	int i;

	if (text->len < MARK || (unsigned char)text->p[0] != LEAD)
		return NULL;
	for (i = 1; i < MARK; i++)
		number = number << BITS | ((unsigned char)text->p[i] & 0x3f);
	if (number >= runs->n)
		return NULL;
	slice_skip(text, MARK);
	return &runs->v[number];
}

bool
runs_next(const struct runs *runs, struct slice *text, struct slice *piece)
{
	const struct slice *run;
	const char *next;

	if (text->len == 0)
		return false;
	run = take_mark(runs, text);
	if (run != NULL) {
		*piece = *run;
		return true;
	}
	next = memchr(text->p + 1, LEAD, text->len - 1);
	*piece = *text;
	if (next != NULL)
		piece->len = (size_t)(next - text->p);
	slice_skip(text, piece->len);
	return true;
}

const char *
runs_restore(struct arena *a, const struct runs *runs, const char *text)
{
	struct slice rest, piece;
	struct buf out = {0};

	if (text == NULL || strchr(text, LEAD) == NULL)
		return text;
	rest = slice_of(text);
	while (runs_next(runs, &rest, &piece))
		buf_slice(&out, piece);
	return buf_keep(&out, a);
}
