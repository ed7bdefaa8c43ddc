/* See lines.h. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mail/fold.h"
#include "mail/lines.h"

enum {
	TEXT_MOST = 1 << 30,
	LINES_MOST = 20000, /* a longer text is no letter any more */
	GROUPWISE_MOST = 700,
	CLOSING_MOST = 58, /* bytes of a line that ends a wrapped address */
	INITIALS_MOST = 4, /* of a name, before a mark of quotation */
	RULE_LEAST = 3
};

/* GroupWise: ">>> Someone <someone@example.org> 02.03.26 10.15 Uhr >>>" */
bool
line_is_groupwise(const char *p, size_t n)
{
	return n > 12 && n < GROUPWISE_MOST && memcmp(p, ">>> ", 4) == 0 &&
	       memcmp(p + n - 4, " >>>", 4) == 0;
}

/* The Bat! and others put the author's initials before the mark: "TP> ". */
static uint32_t
initials(const char *p, uint32_t n)
{
	uint32_t i = 0;

	while (i < n && i < INITIALS_MOST && p[i] >= 'A' && p[i] <= 'Z')
		i++;
	return i > 0 && i < n && p[i] == '>' &&
		       (i + 1 == n || p[i + 1] == ' ' || p[i + 1] == '>')
		   ? i
		   : 0;
}

static void
line_measure(const char *text, struct line *l)
{
	uint32_t i = initials(text + l->start, l->len), after = i;

	if (line_is_groupwise(text + l->start, l->len)) {
		l->inner = l->start;
		return;
	}
	while (i < l->len && l->depth < 100) {
		char c = text[l->start + i];

		if (c == '>') {
			l->depth++;
			after = i + 1;
		} else if (c != ' ' || i > after + 1) {
			break;
		}
		i++;
	}
	if (after < l->len && l->depth > 0 && text[l->start + after] == ' ')
		after++;
	l->inner = l->start + after;
}

enum {
	SIGN_NUMBER = 1,
	SIGN_ADDRESS = 2, /* '@' */
	SIGN_OPEN = 4, /* '<' */
	SIGN_CLOSE = 8
};

/* Which of them occur.  Arabic and Indian digits have lead bytes from 0xd9. */
static unsigned
signs_in(const char *p, const char *end)
{
	static const unsigned char sign[256] = {
	    ['0'] = SIGN_NUMBER,
	    ['1'] = SIGN_NUMBER,
	    ['2'] = SIGN_NUMBER,
	    ['3'] = SIGN_NUMBER,
	    ['4'] = SIGN_NUMBER,
	    ['5'] = SIGN_NUMBER,
	    ['6'] = SIGN_NUMBER,
	    ['7'] = SIGN_NUMBER,
	    ['8'] = SIGN_NUMBER,
	    ['9'] = SIGN_NUMBER,
	    ['@'] = SIGN_ADDRESS,
	    ['<'] = SIGN_OPEN,
	    ['>'] = SIGN_CLOSE,
	};
	unsigned signs = 0;

	for (; p < end; p++)
		signs |= (unsigned char)*p >= 0xd9 ? (unsigned)SIGN_NUMBER
						   : sign[(unsigned char)*p];
	return signs;
}

/*
 * An address may be wrapped before its '>', which then looks like a mark of
 * quotation: "<someone@example.org" above "> wrote:".  open: how many '<' are
 * not closed so far; the new number is returned.
 */
static unsigned
line_close(
    const char *text, unsigned open, const struct line *above, struct line *l)
{
	const char *start = text + l->start, *end = start + l->len;
	unsigned signs;

	if (open > 0 && l->depth == above->depth + 1 && l->len < CLOSING_MOST &&
	    l->len > 1 && end[-1] == ':') {
		l->depth--;
		while (l->inner > l->start && text[l->inner] != '>')
			l->inner--;
	}
	if (l->len == 0)
		return 0;
	signs = signs_in(text + l->inner, end);
	l->address |= (signs & SIGN_ADDRESS) != 0;
	l->number |= (signs & SIGN_NUMBER) != 0;
	if ((signs & SIGN_OPEN) == 0 &&
	    (open == 0 || (signs & SIGN_CLOSE) == 0))
		return open;
	for (const char *p = text + l->inner; p < end; p++) {
		open += *p == '<';
		open -= *p == '>' && open > 0;
	}
	return open;
}

static size_t
char_start(struct slice s, size_t end)
{
	do
		end--;
	while (end > 0 && ((unsigned char)s.p[end] & 0xc0) == 0x80);
	return end;
}

/* Trimmed of what cannot be seen, too. */
static struct slice
trim_unseen(struct slice s)
{
	for (;;) {
		size_t i = 0;

		s = slice_trim(s);
		if (s.len == 0 || (unsigned char)s.p[0] < 0x80 ||
		    fold_char(utf8_next(s, &i)) > ' ')
			break;
		s.p += i;
		s.len -= i;
	}
	while (s.len > 0 && (unsigned char)s.p[s.len - 1] >= 0x80) {
		size_t start = char_start(s, s.len), i = start;

		if (fold_char(utf8_next(s, &i)) > ' ')
			break;
		s.len = start;
		s = slice_trim(s);
	}
	return s;
}

static void
line_trim(const char *text, struct line *l)
{
	struct slice s = {text + l->inner, l->start + l->len - l->inner};

	s = trim_unseen(s);
	l->inner = (uint32_t)(s.p - text);
	l->inner_len = (uint32_t)s.len;
}

void
lines_cut(struct arena *m, const char *text, struct lines *out)
{
	struct slice rest = slice_of(text), line;
	size_t count = 1;
	unsigned open = 0;

	if (rest.len > TEXT_MOST)
		rest.len = TEXT_MOST;
	for (const char *p = text;
	     count < LINES_MOST &&
	     (p = memchr(p, '\n', (size_t)(text + rest.len - p))) != NULL;
	     p++)
		count++;
	*out = (struct lines){.text = text};
	out->v = arena_calloc(m, count, sizeof(*out->v));
	while (out->n < count && slice_line(&rest, &line)) {
		struct line *l = &out->v[out->n++];

		l->start = (uint32_t)(line.p - text);
		l->len = (uint32_t)line.len;
		line_measure(text, l);
		open = line_close(text, open, out->n > 1 ? l - 1 : l, l);
		line_trim(text, l);
	}
}

struct slice
line_whole(const struct lines *lines, size_t i)
{
	const struct line *l = &lines->v[i];

	return (struct slice){lines->text + l->start, l->len};
}

struct slice
line_inner(const struct lines *lines, size_t i)
{
	const struct line *l = &lines->v[i];

	return (struct slice){lines->text + l->inner, l->inner_len};
}

bool
line_blank(const struct lines *lines, size_t i)
{
	return lines->v[i].inner_len == 0;
}

bool
line_is_rule(const struct lines *lines, size_t i)
{
	struct slice s = line_inner(lines, i);

	if (s.len < RULE_LEAST || strchr("_-=*", s.p[0]) == NULL)
		return false;
	for (size_t k = 1; k < s.len; k++) {
		if (s.p[k] != s.p[0])
			return false;
	}
	return true;
}
