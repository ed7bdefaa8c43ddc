/*
 * Reading templates; the language is told in template.h.
 *
 * A template is compiled once into a flat list of steps.  Sections nest at
 * most TEMPLATE_DEPTH deep and the layout takes in one body, so that nothing
 * in a file can exhaust the reader.
 */
#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "base/file.h"

#include "cases/template_steps.h"

/* Where in an HTML file the reader stands. */
enum place { PLACE_TEXT, PLACE_TAG, PLACE_QUOTED };

struct html {
	enum place place;
	char quote;
	char attribute[16], value[16]; /* name, and how its value begins */
	size_t attribute_len, value_len;
	bool query; /* a '?' was seen in the value */
};

struct section {
	size_t step;
	struct slice names; /* what its schema lists; empty for a text */
};

struct parser {
	struct arena *arena;
	struct text_template *t;
	struct html html;
	struct section open[TEMPLATE_DEPTH + 1]; /* [0] is the whole */
	size_t depth;
	size_t base; /* depth at which this file began */
	const struct template_source *source, *body;
	const struct template_parts *parts; /* NULL: none, or within one */
	struct slice rest; /* not yet read */
	struct err *err;
};

static int
fail(struct parser *p, const char *at, const char *what, struct slice name)
{
	int line = p->source->line > 0 ? p->source->line : 1;
	int column = p->source->column > 0 ? p->source->column : 1;

	for (const char *c = p->source->text.p; c < at; c++) {
		column = *c == '\n' ? 1 : column + 1;
		line += *c == '\n';
	}
	return err_set(p->err, EX_CONFIG, "%s:%d:%d: %s%.*s", p->source->file,
	    line, column, what, (int)name.len, name.len > 0 ? name.p : "");
}

static bool
is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* The length of what stands in the parentheses that open at p[0]. */
static size_t
inner_length(struct slice p)
{
	size_t depth = 0, i;

	for (i = 0; i < p.len; i++) {
		depth += p.p[i] == '(';
		depth -= p.p[i] == ')';
		if (depth == 0)
			break;
	}
	return i == 0 ? 0 : i - 1;
}

/* Takes the next name off a schema; its inner names when it is a list. */
static bool
schema_next(struct slice *schema, struct slice *name, struct slice *inner)
{
	*schema = slice_trim(*schema);
	inner->p = NULL;
	inner->len = 0;
	name->p = schema->p;
	for (name->len = 0; name->len < schema->len; name->len++)
		if (!is_name_byte(schema->p[name->len]))
			break;
	if (name->len == 0)
		return false;
	schema->p += name->len;
	schema->len -= name->len;
	if (schema->len == 0 || schema->p[0] != '(')
		return true;
	inner->p = schema->p + 1;
	inner->len = inner_length(*schema);
	schema->p += inner->len + 2;
	schema->len -= inner->len + 2;
	return true;
}

/* Is there such a name in the open sections, from the inmost out? */
static bool
known(const struct parser *p, struct slice name, struct slice *inner)
{
	for (size_t i = p->depth + 1; i-- > 0;) {
		struct slice schema = p->open[i].names, one;

		while (schema_next(&schema, &one, inner))
			if (one.len == name.len &&
			    memcmp(one.p, name.p, name.len) == 0)
				return true;
	}
	return false;
}

static void
step_add(struct parser *p, enum op op, struct slice text, enum escape escape)
{
	struct text_template *t = p->t;
	struct step s = {op, escape, text, 0};

	if (op == OP_TEXT && text.len == 0)
		return;
	t->v = arena_grow(p->arena, t->v, t->n, sizeof(*t->v));
	t->v[t->n++] = s;
}

static void
html_begin_tag(struct html *h)
{
	h->place = PLACE_TAG;
	h->attribute_len = 0;
}

static void
html_in_tag(struct html *h, char c)
{
	if (c == '>')
		h->place = PLACE_TEXT;
	else if (c == '"' || c == '\'') {
		h->place = PLACE_QUOTED;
		h->quote = c;
		h->value_len = 0;
		h->query = false;
	} else if (c == ' ' || c == '\n' || c == '\t')
		h->attribute_len = 0;
	else if (c != '=' && h->attribute_len < sizeof(h->attribute))
		h->attribute[h->attribute_len++] = c;
}

static void
html_in_quotes(struct html *h, char c)
{
	if (c == h->quote) {
		html_begin_tag(h);
		return;
	}
	h->query = h->query || c == '?';
	if (h->value_len < sizeof(h->value))
		h->value[h->value_len++] = c;
}

/* "<!--" and "<!DOCTYPE" begin no tag that could hold a value. */
static bool
is_tag_start(char c)
{
	return c == '/' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Follows the literal text of an HTML file. */
static void
html_follow(struct html *h, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];

		if (h->place == PLACE_TAG)
			html_in_tag(h, c);
		else if (h->place == PLACE_QUOTED)
			html_in_quotes(h, c);
		else if (c == '<' && i + 1 < text.len &&
			 is_tag_start(text.p[i + 1]))
			html_begin_tag(h);
	}
}

static void
literal(struct parser *p, struct slice text)
{
	if (p->t->form == TEMPLATE_HTML)
		html_follow(&p->html, text);
	step_add(p, OP_TEXT, text, ESCAPE_TEXT);
}

static bool
is_link_attribute(const struct html *h)
{
	struct slice name = {h->attribute, h->attribute_len};

	return slice_is_nocase(name, "href") || slice_is_nocase(name, "src") ||
	       slice_is_nocase(name, "action");
}

/* What a link may begin with before a value: a scheme that cannot run
 * anything, a place in the page, or a folder below it. */
static bool
is_safe_start(struct slice value)
{
	const char *slash =
	    value.len == 0 ? NULL : memchr(value.p, '/', value.len);

	if (slice_starts(value, "mailto:") || slice_starts(value, "https:") ||
	    slice_starts(value, "#"))
		return true;
	return slash != NULL && slash != value.p &&
	       memchr(value.p, ':', value.len) == NULL;
}

/* How a value must be escaped here; false where none may stand. */
static bool
escape_here(struct parser *p, const char *at, enum escape *escape)
{
	struct html *h = &p->html;
	struct slice value = {h->value, h->value_len}, none = {NULL, 0};

	*escape = p->t->form != TEMPLATE_HTML ? ESCAPE_TEXT : ESCAPE_HTML;
	if (p->t->form != TEMPLATE_HTML || h->place == PLACE_TEXT)
		return true;
	if (h->place == PLACE_TAG) {
		fail(p, at, "inside a tag a placeholder needs quotes around it",
		    none);
		return false;
	}
	*escape = ESCAPE_ATTRIBUTE;
	if (!is_link_attribute(h))
		return true;
	if (!is_safe_start(value)) {
		fail(p, at,
		    "a link must begin with mailto: or https:, # or a folder,"
		    " not with a placeholder",
		    none);
		return false;
	}
	*escape = h->query ? ESCAPE_QUERY : ESCAPE_LINK;
	return true;
}

static int
unknown_name(struct parser *p, const char *at, struct slice name)
{
	struct buf names = {0};
	struct slice none = {NULL, 0};

	for (size_t i = p->depth + 1; i-- > 0;) {
		struct slice schema = p->open[i].names, one, inner;

		while (schema_next(&schema, &one, &inner)) {
			buf_putc(&names, ' ');
			buf_slice(&names, one);
		}
	}
	fail(p, at, "", none);
	err_set(p->err, EX_CONFIG,
	    "%.200s{%.*s} is no placeholder here; there are:%s",
	    arena_strdup(p->arena, p->err->text), (int)name.len, name.p,
	    names.len > 0 ? names.p : " none");
	buf_free(&names);
	return -1;
}

static int parse_file(struct parser *, const struct template_source *);

/* Another file in the place of a tag. */
static int
splice(struct parser *p, const struct template_source *source)
{
	struct parser was = *p;
	int rc = parse_file(p, source);

	p->source = was.source;
	p->base = was.base;
	p->rest = was.rest;
	return rc;
}

/* The mail's own file, where the layout says {body}. */
static int
splice_body(struct parser *p)
{
	const struct template_source *body = p->body;

	p->body = NULL;
	return splice(p, body);
}

static int
part_tag(struct parser *p, const char *at, struct slice name)
{
	const struct template_parts *parts = p->parts;
	int rc;

	for (size_t i = 0; parts != NULL && i < parts->n; i++) {
		if (!slice_is(name, parts->v[i].name))
			continue;
		p->parts = NULL;
		rc = splice(p, &parts->v[i].source);
		p->parts = parts;
		return rc;
	}
	return fail(p, at, "there is no such part here: ", name);
}

static int
value_tag(struct parser *p, const char *at, struct slice name)
{
	struct slice inner;
	enum escape escape;

	if (p->body != NULL && slice_is(name, "body"))
		return splice_body(p);
	if (!known(p, name, &inner))
		return unknown_name(p, at, name);
	if (inner.len > 0)
		return fail(p, at, "a list needs {#...}: ", name);
	if (!escape_here(p, at, &escape))
		return -1;
	step_add(p, OP_VALUE, name, escape);
	return 0;
}

static int
open_tag(struct parser *p, const char *at, enum op op, struct slice name)
{
	struct slice inner;

	if (!known(p, name, &inner))
		return unknown_name(p, at, name);
	if (p->depth == TEMPLATE_DEPTH)
		return fail(p, at, "sections are nested too deep: ", name);
	p->depth++;
	p->open[p->depth].step = p->t->n;
	p->open[p->depth].names = inner;
	if (op == OP_UNLESS)
		p->open[p->depth].names.len = 0;
	step_add(p, op, name, ESCAPE_TEXT);
	return 0;
}

static int
close_tag(struct parser *p, const char *at, struct slice name)
{
	struct step *open;

	if (p->depth == p->base)
		return fail(p, at, "nothing is open for {/...}: ", name);
	open = &p->t->v[p->open[p->depth].step];
	if (open->text.len != name.len ||
	    memcmp(open->text.p, name.p, name.len) != 0)
		return fail(
		    p, at, "the section that is open here is: ", open->text);
	open->other = p->t->n;
	p->depth--;
	step_add(p, OP_END, name, ESCAPE_TEXT);
	p->t->v[p->t->n - 1].other = p->open[p->depth + 1].step;
	return 0;
}

/* tag: what stands between the braces. */
static int
one_tag(struct parser *p, const char *at, struct slice tag)
{
	char mark = '\0';
	struct slice name = tag;

	if (tag.len > 0)
		mark = tag.p[0];
	if (mark == '!')
		return 0;
	if (mark == '#' || mark == '^' || mark == '/' || mark == '>') {
		name.p++;
		name.len--;
	}
	for (size_t i = 0; i < name.len; i++)
		if (!is_name_byte(name.p[i]))
			return unknown_name(p, at, name);
	if (name.len == 0)
		return fail(p, at, "a tag without a name", name);
	switch (mark) {
	case '#':
		return open_tag(p, at, OP_EACH, name);
	case '^':
		return open_tag(p, at, OP_UNLESS, name);
	case '/':
		return close_tag(p, at, name);
	case '>':
		return part_tag(p, at, name);
	default:
		return value_tag(p, at, name);
	}
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * A tag that makes no text and stands alone on its line takes the line with
 * it: cuts the blanks before it off `before` and steps over its line end.
 */
static void
stand_alone(struct parser *p, struct slice tag, struct slice *before)
{
	const char *file = p->source->text.p;
	size_t cut = before->len, skip = 0;
	const char *at;

	if (tag.len == 0 || strchr("#^/!>", tag.p[0]) == NULL)
		return;
	while (cut > 0 && is_blank(before->p[cut - 1]))
		cut--;
	at = before->p + cut;
	if (at > file && at[-1] != '\n')
		return;
	while (skip < p->rest.len && is_blank(p->rest.p[skip]))
		skip++;
	if (skip < p->rest.len && p->rest.p[skip] == '\r')
		skip++;
	if (skip < p->rest.len && p->rest.p[skip] != '\n')
		return;
	before->len = cut;
	skip += skip < p->rest.len;
	p->rest.p += skip;
	p->rest.len -= skip;
}

/* The next `{` that begins a tag; NULL when none is left. */
static const char *
tag_find(struct slice rest)
{
	const char *p = rest.p, *end = rest.p + rest.len;

	while (p < end && (p = memchr(p, '{', (size_t)(end - p))) != NULL) {
		if (p + 1 < end && strchr(" \t\r\n", p[1]) == NULL)
			return p;
		p++;
	}
	return NULL;
}

static int
next_step(struct parser *p, const char *at)
{
	struct slice before = {p->rest.p, (size_t)(at - p->rest.p)}, tag;
	const char *end = p->rest.p + p->rest.len, *close;

	for (close = at + 1; close < end && *close != '}'; close++)
		if (*close == '\n')
			break;
	tag.p = at + 1;
	tag.len = (size_t)(close - tag.p);
	if (close == end || *close != '}') {
		tag.len = 0;
		return fail(p, at, "a tag that does not end on its line", tag);
	}
	p->rest.p = close + 1;
	p->rest.len = (size_t)(end - p->rest.p);
	stand_alone(p, tag, &before);
	literal(p, before);
	return one_tag(p, at, tag);
}

static int
parse_file(struct parser *p, const struct template_source *source)
{
	struct slice none = {NULL, 0};
	const char *at;

	p->source = source;
	p->rest = source->text;
	p->base = p->depth;
	if (source->text.len > TEMPLATE_MOST)
		return fail(p, source->text.p, "the file is too long", none);
	if (memchr(source->text.p, '\0', source->text.len) != NULL)
		return fail(
		    p, source->text.p, "the file holds a NUL byte", none);
	while ((at = tag_find(p->rest)) != NULL)
		if (next_step(p, at) == -1)
			return -1;
	literal(p, p->rest);
	if (p->depth != p->base)
		return fail(p, source->text.p + source->text.len,
		    "a section is not closed: ",
		    p->t->v[p->open[p->depth].step].text);
	return 0;
}

int
template_read(struct arena *a, const char *path, struct template_source *source,
    struct err *err)
{
	struct buf text = {0};
	struct err e = {0};

	memset(source, 0, sizeof(*source));
	errno = 0;
	if (file_bytes(path, TEMPLATE_MOST, &text, &e) != 0) {
		buf_free(&text);
		if (errno == ENOENT || errno == ENOTDIR)
			return 0; /* which is no error */
		*err = e;
		return -1;
	}
	source->file = arena_strdup(a, path);
	source->text.len = text.len;
	source->text.p = buf_keep(&text, a);
	return 1;
}

struct text_template *
template_parse(struct arena *a, enum template_form form,
    const struct template_source *layout, const struct template_source *body,
    const struct template_parts *parts, const char *schema, struct err *err)
{
	struct text_template *t = arena_alloc(a, sizeof(*t));
	struct parser p = {.arena = a, .t = t, .parts = parts, .err = err};
	struct slice none = {NULL, 0};

	t->form = form;
	p.open[0].names = slice_of(schema);
	if (layout == NULL)
		return parse_file(&p, body) == -1 ? NULL : t;
	p.body = body;
	if (parse_file(&p, layout) == -1)
		return NULL;
	if (p.body != NULL) {
		fail(&p, layout->text.p, "a layout without {body}", none);
		return NULL;
	}
	return t;
}
