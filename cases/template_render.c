/*
 * Filling in templates; see template.h.
 *
 * Rendering walks the steps with a stack of at most TEMPLATE_DEPTH open
 * sections; what a value may do to its surroundings was settled by the reader.
 */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "cases/template_steps.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Values. */

struct slot {
	const char *name, *text;
	struct values *first, *last; /* of a list; text is NULL then */
};

struct values {
	struct arena *arena;
	struct slot *v;
	size_t n;
	struct values *next; /* in the list that this is an element of */
};

struct values *
values_new(struct arena *a)
{
	struct values *vs = arena_alloc(a, sizeof(*vs));

	vs->arena = a;
	return vs;
}

static struct slot *
value_find(const struct values *vs, struct slice name)
{
	for (size_t i = 0; i < vs->n; i++)
		if (slice_is(name, vs->v[i].name))
			return &vs->v[i];
	return NULL;
}

static struct slot *
value_make(struct values *vs, const char *name)
{
	struct slot *v = value_find(vs, slice_of(name));

	if (v != NULL)
		return v;
	vs->v = arena_grow(vs->arena, vs->v, vs->n, sizeof(*vs->v));
	v = &vs->v[vs->n++];
	memset(v, 0, sizeof(*v));
	v->name = name;
	return v;
}

void
values_set(struct values *vs, const char *name, const char *text)
{
	value_make(vs, name)->text = text == NULL ? "" : text;
}

void
values_printf(struct values *vs, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	values_set(vs, name, arena_vprintf(vs->arena, fmt, ap));
	va_end(ap);
}

struct values *
values_add(struct values *vs, const char *name)
{
	struct slot *list = value_make(vs, name);
	struct values *made = values_new(vs->arena);

	if (list->last == NULL)
		list->first = made;
	else
		list->last->next = made;
	list->last = made;
	return made;
}

/* How a continued line begins: the indent and quote marks of this one, with
 * blanks where it has "- " or "* ". */
static void
line_prefix(struct buf *out, struct slice line)
{
	size_t i = 0;

	while (i < line.len && (is_blank(line.p[i]) || line.p[i] == '>'))
		i++;
	buf_add(out, line.p, i);
	if (i + 1 < line.len && strchr("-*", line.p[i]) != NULL &&
	    line.p[i + 1] == ' ')
		buf_puts(out, "  ");
}

/* The lines of a value each begin as the line does in which it stands. */
static void
value_prefix(struct buf *prefix, const struct buf *out)
{
	size_t at = out->len;

	while (at > 0 && out->p[at - 1] != '\n')
		at--;
	line_prefix(prefix, (struct slice){out->p + at, out->len - at});
}

static void
put_html_byte(struct buf *out, char c, const char *line_end)
{
	switch (c) {
	case '&':
		buf_puts(out, "&amp;");
		break;
	case '<':
		buf_puts(out, "&lt;");
		break;
	case '>':
		buf_puts(out, "&gt;");
		break;
	case '"':
		buf_puts(out, "&quot;");
		break;
	case '\'':
		buf_puts(out, "&#39;");
		break;
	case '\n':
		buf_puts(out, line_end);
		break;
	default:
		buf_putc(out, c);
	}
}

/* RFC 3986 section 2.3; "@" and "+" stand for themselves in the address of a
 * mailto link (RFC 6068 section 2), where some read "+" in a query as blank. */
static void
put_link_byte(struct buf *out, char c, const char *also)
{
	bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		     (c >= '0' && c <= '9') ||
		     (c != '\0' && strchr("-._~", c) != NULL);

	if (plain || (c != '\0' && strchr(also, c) != NULL))
		buf_putc(out, c);
	else if (c == '\n')
		buf_puts(out, "%0D%0A"); /* RFC 6068 section 5 */
	else
		buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
}

/* The character at the start of rest, and in its place U+FFFD when it is none
 * of XML's (section 2.2: U+FFFE and U+FFFF) or not well-formed UTF-8. */
static struct slice
fit_character(struct slice rest, size_t *len)
{
	struct slice c = {rest.p, utf8_length(rest.p, rest.len)};

	*len = c.len == 0 ? 1 : c.len;
	if (c.len == 0 || slice_is(c, "\xef\xbf\xbe") ||
	    slice_is(c, "\xef\xbf\xbf"))
		return slice_of("\xef\xbf\xbd");
	return c;
}

static void
put_byte(struct buf *out, char c, enum escape escape, struct slice prefix)
{
	switch (escape) {
	case ESCAPE_TEXT:
		buf_putc(out, c);
		if (c == '\n')
			buf_slice(out, prefix);
		break;
	case ESCAPE_HTML:
		put_html_byte(out, c, "<br/>\n");
		break;
	case ESCAPE_ATTRIBUTE:
		put_html_byte(out, c, "&#10;");
		break;
	case ESCAPE_LINK:
		put_link_byte(out, c, "@+");
		break;
	case ESCAPE_QUERY:
		put_link_byte(out, c, "@");
		break;
	}
}

static void
put_value(struct buf *out, const char *text, enum escape escape)
{
	struct slice rest = slice_of(text);
	struct buf prefix = {0};

	if (escape == ESCAPE_TEXT && out->len > 0)
		value_prefix(&prefix, out);
	while (rest.len > 0) {
		size_t n = utf8_unfit(rest);
		struct slice c = {rest.p, 0};

		if (n == 0)
			c = fit_character(rest, &n);
		for (size_t i = 0; i < c.len; i++)
			put_byte(out, c.p[i], escape, buf_view(&prefix));
		rest.p += n;
		rest.len -= n;
	}
	buf_free(&prefix);
}

struct render {
	struct buf out;
	/* what each open section adds; NULL for one of a text */
	const struct values *scope[TEMPLATE_DEPTH + 1];
	size_t depth;
};

static const struct slot *
lookup(const struct render *r, struct slice name)
{
	for (size_t i = r->depth + 1; i-- > 0;) {
		const struct slot *v =
		    r->scope[i] == NULL ? NULL : value_find(r->scope[i], name);

		if (v != NULL)
			return v;
	}
	return NULL;
}

static bool
is_empty(const struct slot *v)
{
	return v == NULL ||
	       (v->first == NULL && (v->text == NULL || *v->text == '\0'));
}

/* Opens a section; returns the step to go on with. */
static size_t
enter(struct render *r, const struct step *s, size_t at)
{
	const struct slot *v = lookup(r, s->text);

	if (is_empty(v) == (s->op == OP_EACH))
		return s->other + 1;
	r->depth++;
	r->scope[r->depth] = s->op == OP_EACH ? v->first : NULL;
	return at + 1;
}

/* The end of a section: again for the next element, or on. */
static size_t
leave(struct render *r, const struct step *s, size_t at)
{
	const struct values **scope = &r->scope[r->depth];

	if (*scope != NULL && (*scope)->next != NULL) {
		*scope = (*scope)->next;
		return s->other + 1;
	}
	r->depth--;
	return at + 1;
}

/* Folding. */

/* Characters, not bytes: what is no continuation byte of UTF-8. */
static bool
is_column(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/*
 * Where to break the line: the last blank within the columns, else the first
 * one after them (an address is never cut); line.len when there is none.
 */
static size_t
break_at(struct slice line, size_t from, size_t column, size_t most)
{
	size_t last = 0, i;

	for (i = from; i < line.len; i++) {
		if (line.p[i] == ' ' && column <= most)
			last = i;
		else if (line.p[i] == ' ')
			return last > 0 ? last : i;
		column += is_column(line.p[i]);
	}
	return column <= most || last == 0 ? line.len : last;
}

static void
fold_line(struct buf *out, struct slice line, size_t most)
{
	struct buf prefix = {0};
	size_t from, to;

	while (
	    line.len > 0 && is_blank(line.p[line.len - 1]) &&
	    !slice_is(line, "-- ")) /* the mark of a signature, RFC 3676 4.3 */
		line.len--;
	line_prefix(&prefix, line);
	for (from = prefix.len;; from = 0) {
		to = break_at(line, from, prefix.len, most);
		buf_add(out, line.p, to);
		while (to < line.len && line.p[to] == ' ')
			to++;
		line.p += to;
		line.len -= to;
		if (line.len == 0)
			break;
		buf_putc(out, '\n');
		buf_slice(out, buf_view(&prefix));
	}
	buf_free(&prefix);
}

static char *
fold(struct arena *a, const char *text, size_t most)
{
	struct slice rest = slice_of(text), line;
	struct buf out = {0};

	while (slice_line(&rest, &line)) {
		/* what sections leave behind: one empty line is enough */
		if (slice_trim(line).len == 0 &&
		    (out.len == 0 ||
			(out.len > 1 && out.p[out.len - 2] == '\n')))
			continue;
		fold_line(&out, line, most);
		buf_putc(&out, '\n');
	}
	return buf_keep(&out, a);
}

char *
text_fold(struct arena *a, const char *text)
{
	return fold(a, text, TEMPLATE_COLUMNS);
}

/* Rendering. */

char *
template_render(
    struct arena *a, const struct text_template *t, const struct values *values)
{
	struct render r = {.scope = {values}};
	const struct slot *v;
	char *text;
	size_t i = 0;

	while (i < t->n) {
		const struct step *s = &t->v[i];

		if (s->op == OP_EACH || s->op == OP_UNLESS) {
			i = enter(&r, s, i);
			continue;
		}
		if (s->op == OP_END) {
			i = leave(&r, s, i);
			continue;
		}
		if (s->op == OP_TEXT)
			buf_slice(&r.out, s->text);
		else if ((v = lookup(&r, s->text)) != NULL && v->text != NULL)
			put_value(&r.out, v->text, s->escape);
		i++;
	}
	text = buf_keep(&r.out, a);
	if (t->form == TEMPLATE_LETTER)
		return fold(a, text, SIZE_MAX);
	return t->form == TEMPLATE_TEXT ? text_fold(a, text) : text;
}
