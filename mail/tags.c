/*
 * See tags.h.  Tags are told apart as the WHATWG HTML standard has it
 * (13.2.5, tokenization), because a guard that sees other tags than the
 * parser behind it is none.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "mail/guard.h"
#include "mail/layout.h"
#include "mail/tags.h"

/* A tag, or a comment or its like, which has no name. */
struct tag {
	char name[16]; /* lower case, cut */
	uint64_t key; /* of the whole name */
	bool end; /* </name> */
	size_t attributes;
	const char *at; /* its '<' */
};

struct scanner {
	const char *p, *end;
	bool odd; /* what we and the parser might read differently */
};

static bool
is_letter(char c)
{
	return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

/* ASCII whitespace of the HTML standard. */
static bool
is_html_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

static bool
in(const char *const *names, const char *name)
{
	for (; *names != NULL; names++)
		if (**names == *name && strcmp(*names, name) == 0)
			return true;
	return false;
}

/* Behind the next '>'. */
static const char *
after_angle(const char *p, const char *end)
{
	p = p < end ? memchr(p, '>', (size_t)(end - p)) : NULL;
	return p == NULL ? end : p + 1;
}

/* Behind a comment that begins with "<!--" at p (13.2.5.43 and on). */
static const char *
after_comment(const char *p, const char *end)
{
	p += 4;
	if (p < end && *p == '>')
		return p + 1;
	if (end - p >= 2 && p[0] == '-' && p[1] == '>')
		return p + 2;
	for (; p < end; p++) {
		p = memchr(p, '-', (size_t)(end - p));
		if (p == NULL)
			return end;
		if (end - p >= 3 && p[1] == '-' && p[2] == '>')
			return p + 3;
		if (end - p >= 4 && p[1] == '-' && p[2] == '!' && p[3] == '>')
			return p + 4;
	}
	return end;
}

/* An attribute's value behind '='. */
static const char *
after_value(const char *p, const char *end)
{
	while (p < end && is_html_space(*p))
		p++;
	if (p < end && (*p == '"' || *p == '\'')) {
		p = memchr(p + 1, *p, (size_t)(end - p - 1));
		return p == NULL ? end : p + 1;
	}
	while (p < end && !is_html_space(*p) && *p != '>')
		p++;
	return p;
}

/* The attributes and the '>'; returns what is behind it. */
static const char *
read_attributes(struct tag *tag, const char *p, const char *end)
{
	while (p < end) {
		while (p < end && (is_html_space(*p) || *p == '/'))
			p++;
		if (p == end || *p == '>')
			break;
		tag->attributes++;
		for (p++; p < end && !is_html_space(*p) &&
			  strchr("/>=", *p) == NULL;)
			p++;
		while (p < end && is_html_space(*p))
			p++;
		if (p < end && *p == '=')
			p = after_value(p + 1, end);
	}
	return p < end ? p + 1 : end;
}

/* FNV-1a */
static uint64_t
key_add(uint64_t key, char c)
{
	return (key ^ (unsigned char)c) * UINT64_C(0x100000001b3);
}

static uint64_t
key_of(const char *name)
{
	uint64_t key = 0;

	for (; *name != '\0'; name++)
		key = key_add(key, *name);
	return key;
}

/* A tag at p, which is a '<' before a letter or "</" before one. */
static const char *
read_tag(struct tag *tag, const char *p, const char *end)
{
	size_t n = 0;

	memset(tag, 0, sizeof(*tag));
	tag->at = p++;
	tag->end = *p == '/';
	p += tag->end;
	for (; p < end && !is_html_space(*p) && *p != '/' && *p != '>'; p++) {
		tag->key = key_add(tag->key, to_lower(*p));
		if (n + 1 < sizeof(tag->name))
			tag->name[n++] = to_lower(*p);
	}
	return read_attributes(tag, p, end);
}

/* Elements whose content is text, up to their own end tag. */
static const char *const raw_text[] = {
    "script", "style", "title", "textarea", "iframe", NULL};

/* Behind such a content, at its end tag.  A script that holds "<!--" has
 * states of its own; we do not go there. */
static const char *
after_raw_text(struct scanner *s, const char *name, const char *p)
{
	size_t n = strlen(name);

	for (; p < s->end; p++) {
		p = memchr(p, '<', (size_t)(s->end - p));
		if (p == NULL)
			return s->end;
		if (s->end - p >= 4 && memcmp(p, "<!--", 4) == 0 &&
		    strcmp(name, "script") == 0)
			s->odd = true;
		if ((size_t)(s->end - p) > n + 2 && p[1] == '/' &&
		    strncasecmp(p + 2, name, n) == 0 &&
		    (is_html_space(p[n + 2]) || p[n + 2] == '/' ||
			p[n + 2] == '>'))
			return p;
	}
	return s->end;
}

/* The next tag or comment; false at the end. */
static bool
next_tag(struct scanner *s, struct tag *tag)
{
	while (s->p < s->end) {
		const char *p = memchr(s->p, '<', (size_t)(s->end - s->p));

		if (p == NULL || s->end - p < 2)
			break;
		if (is_letter(p[1]) ||
		    (p[1] == '/' && s->end - p > 2 && is_letter(p[2]))) {
			s->p = read_tag(tag, p, s->end);
			return true;
		}
		if (strchr("!?/", p[1]) == NULL || p[1] == '\0') {
			s->p = p + 1;
			continue;
		}
		memset(tag, 0, sizeof(*tag));
		tag->at = p;
		s->p = s->end - p >= 4 && memcmp(p, "<!--", 4) == 0
			   ? after_comment(p, s->end)
			   : after_angle(p + 1, s->end);
		return true;
	}
	s->p = s->end;
	return false;
}

/* --- the budget ----------------------------------------------------------- */

/*
 * A stack that is never lower than the parser's.  An end tag that is that of
 * the innermost element takes it off; one of an outer element takes off all
 * within it, but those are counted for good (slack), because the parser might
 * have kept them.
 */
struct nesting {
	uint64_t open[GUARD_HTML_DEPTH];
	size_t depth, slack, roots, tags;
};

static const char *const never_open[] = {"area", "base", "basefont", "bgsound",
    "br", "col", "embed", "frame", "hr", "image", "img", "input", "keygen",
    "link", "meta", "param", "source", "track", "wbr", "p", NULL};
static const char *const odd_elements[] = {"select", "svg", "math", "template",
    "frameset", "plaintext", "xmp", "noembed", "noframes", "listing", NULL};
/* Ended by the next of their kind, or by the end of these. */
static const char *const implied[] = {"li", "dt", "dd", "td", "th", "tr",
    "tbody", "thead", "tfoot", "colgroup", NULL};
static const char *const wholes[] = {
    "ul", "ol", "dl", "tr", "tbody", "thead", "tfoot", "table", NULL};

static bool
is_implied(uint64_t key)
{
	size_t i;

	for (i = 0; implied[i] != NULL; i++)
		if (key_of(implied[i]) == key)
			return true;
	return false;
}

static bool
open_tag(struct nesting *n, const struct tag *tag)
{
	if (++n->tags > GUARD_HTML_TAGS ||
	    tag->attributes > GUARD_HTML_ATTRIBUTES ||
	    in(odd_elements, tag->name))
		return false;
	/* Attributes of all of these gather on the first. */
	if (strcmp(tag->name, "html") == 0 || strcmp(tag->name, "body") == 0)
		return ++n->roots <= GUARD_HTML_ATTRIBUTES;
	if (in(never_open, tag->name) || in(raw_text, tag->name))
		return true;
	if (n->depth > 0 && n->open[n->depth - 1] == tag->key &&
	    is_implied(tag->key))
		return true;
	if (n->depth + n->slack >= GUARD_HTML_DEPTH)
		return false;
	n->open[n->depth++] = tag->key;
	return true;
}

static void
close_tag(struct nesting *n, const struct tag *tag)
{
	size_t at = n->depth;

	while (at > 0 && n->open[at - 1] != tag->key)
		at--;
	if (at == 0)
		return;
	for (; n->depth > at; n->depth--)
		n->slack += !is_implied(n->open[n->depth - 1]) ||
			    !in(wholes, tag->name);
	n->depth--;
}

bool
tags_within_budget(struct slice html)
{
	struct scanner s = {html.p, html.p + html.len, false};
	struct nesting n = {{0}, 0, 0, 0, 0};
	struct tag tag;

	if (html.len > GUARD_HTML)
		return false;
	while (next_tag(&s, &tag)) {
		if (tag.name[0] == '\0')
			continue;
		if (tag.end) {
			close_tag(&n, &tag);
			continue;
		}
		if (!open_tag(&n, &tag))
			return false;
		if (in(raw_text, tag.name))
			s.p = after_raw_text(&s, tag.name, s.p);
		if (s.odd)
			return false;
	}
	return true;
}

/* --- the text ------------------------------------------------------------- */

static const char *const blocks[] = {"div", "p", "br", "tr", "li", "table",
    "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "hr",
    "td", "th", "section", "article", "center", "dt", "dd", NULL};

/* The few references that matter in text (13.5 lists 2,231). */
/* clang-format off */
static const struct {
	const char *name, *text;
} references[] = {
    {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"},
    {"nbsp", " "}, {"pound", "\xc2\xa3"}, {"euro", "\xe2\x82\xac"},
    {"rsquo", "\xe2\x80\x99"}, {"lsquo", "\xe2\x80\x98"}, {"ldquo", "\xe2\x80\x9c"},
    {"rdquo", "\xe2\x80\x9d"}, {"ndash", "\xe2\x80\x93"}, {"mdash", "\xe2\x80\x94"},
    {"hellip", "\xe2\x80\xa6"}, {"auml", "\xc3\xa4"}, {"ouml", "\xc3\xb6"},
    {"uuml", "\xc3\xbc"}, {"szlig", "\xc3\x9f"}, {"eacute", "\xc3\xa9"},
    {"egrave", "\xc3\xa8"}, {"agrave", "\xc3\xa0"}, {"ccedil", "\xc3\xa7"},
    {"ntilde", "\xc3\xb1"}, {"zwnj", ""}, {"zwj", ""}, {"shy", ""},
};
/* clang-format on */

static void
put_code_point(struct buf *b, uint32_t u)
{
	if (u < 0x20 || (u >= 0xd800 && u < 0xe000) || u > 0x10ffff)
		u = u == '\n' || u == '\t' ? ' ' : 0xfffd;
	if (u < 0x80) {
		buf_putc(b, (char)u);
		return;
	}
	if (u >= 0x10000)
		buf_putc(b, (char)(0xf0 | u >> 18));
	if (u >= 0x800)
		buf_putc(b, (char)(u >= 0x10000 ? 0x80 | (u >> 12 & 0x3f)
						: 0xe0 | u >> 12));
	buf_putc(
	    b, (char)(u >= 0x800 ? 0x80 | (u >> 6 & 0x3f) : 0xc0 | u >> 6));
	buf_putc(b, (char)(0x80 | (u & 0x3f)));
}

/* "#8217;" or "#x2019;" behind the '&'; its length, 0 when it is none. */
static size_t
put_number(struct buf *b, const char *p, const char *end)
{
	const char *start = p++;
	uint32_t u = 0, base = 10;
	bool any = false;

	if (p < end && to_lower(*p) == 'x') {
		base = 16;
		p++;
	}
	for (; p < end; p++, any = true) {
		uint32_t digit;

		if (*p >= '0' && *p <= '9')
			digit = (uint32_t)(*p - '0');
		else if (base == 16 && to_lower(*p) >= 'a' &&
			 to_lower(*p) <= 'f')
			digit = (uint32_t)(to_lower(*p) - 'a' + 10);
		else
			break;
		if (u < 0x110000)
			u = u * base + digit;
	}
	if (!any)
		return 0;
	put_code_point(b, u);
	return (size_t)(p - start) + (p < end && *p == ';');
}

static size_t
put_reference(struct buf *b, const char *p, const char *end)
{
	size_t i;

	if (p < end && *p == '#')
		return put_number(b, p, end);
	if (p == end || !is_letter(*p))
		return 0;
	for (i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
		size_t n;

		if (*p != *references[i].name)
			continue;
		n = strlen(references[i].name);
		if ((size_t)(end - p) > n && p[n] == ';' &&
		    memcmp(p, references[i].name, n) == 0) {
			buf_puts(b, references[i].text);
			return n + 1;
		}
	}
	return 0;
}

static void
put_text(struct layout *l, struct slice text)
{
	const char *p = text.p, *end = text.p + text.len, *mark;
	struct buf b = {0};
	size_t n;

	while (p < end && (mark = memchr(p, '&', (size_t)(end - p))) != NULL) {
		buf_add(&b, p, (size_t)(mark - p));
		n = put_reference(&b, mark + 1, end);
		if (n == 0)
			buf_putc(&b, '&');
		p = mark + 1 + n;
	}
	buf_add(&b, p, (size_t)(end - p));
	layout_text(l, buf_view(&b), false);
	buf_free(&b);
}

char *
tags_strip(struct arena *arena, struct slice html)
{
	struct scanner s = {html.p, html.p + html.len, false};
	struct layout l = {0};
	struct slice text = {html.p, 0};
	struct tag tag;

	while (next_tag(&s, &tag)) {
		text.len = (size_t)(tag.at - text.p);
		put_text(&l, text);
		if (!tag.end && in(raw_text, tag.name))
			s.p = after_raw_text(&s, tag.name, s.p);
		if (in(blocks, tag.name))
			layout_block(&l);
		text.p = s.p;
	}
	text.len = (size_t)(s.end - text.p);
	put_text(&l, text);
	return layout_keep(&l, arena);
}
