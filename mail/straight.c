/*
 * See straight.h.
 *
 * Most of what the HTML standard says about building a tree (13.2.6) is about
 * elements that end where nobody wrote it, or lie where they must not.  Where
 * nothing of that kind occurs, the tree is the nesting of the tags.  Here are
 * the elements and the implied ends that mail commonly has: of a paragraph, a
 * list item, a row, a cell; at anything else we give up, and so at whatever
 * the standard calls a parse error that changes the tree.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "mail/guard.h"
#include "mail/render.h"
#include "mail/straight.h"
#include "mail/tags.h"

enum {
	NAME_LONGEST = 10, /* of the elements that are known here */
	ATTRIBUTES_MOST = 24 /* of an element, less than tags.h allows */
};

/* How an element fits among the others. */
enum kind {
	ROOT, /* html */
	HEAD,
	BODY,
	META, /* no content, no text, anywhere but in tables */
	RAW, /* its content is no HTML, and not shown */
	VOID,
	PHRASE,
	FORMAT, /* what the standard calls formatting elements */
	PARA,
	FLOW, /* ends a paragraph */
	HEADING,
	LINE, /* hr */
	ITEMS, /* ul, ol */
	ENTRY, /* li */
	TABLE,
	ROWS, /* tbody and its like */
	TROW,
	DATA /* td, th */
};

struct known {
	char name[NAME_LONGEST + 1];
	uint8_t kind, is; /* enum kind, enum element */
};

/* By name. */
/* clang-format off */
static const struct known known[] = {
    {"a", FORMAT, INLINE}, {"abbr", PHRASE, INLINE}, {"address", FLOW, BLOCK},
    {"article", FLOW, BLOCK}, {"aside", FLOW, BLOCK}, {"b", FORMAT, INLINE},
    {"big", FORMAT, INLINE}, {"blockquote", FLOW, QUOTE}, {"body", BODY, BLOCK},
    {"br", VOID, BREAK}, {"center", FLOW, BLOCK}, {"cite", PHRASE, INLINE},
    {"code", FORMAT, INLINE}, {"del", PHRASE, INLINE}, {"div", FLOW, BLOCK},
    {"em", FORMAT, INLINE}, {"figcaption", FLOW, BLOCK}, {"figure", FLOW, BLOCK},
    {"font", FORMAT, INLINE}, {"footer", FLOW, BLOCK}, {"h1", HEADING, PARAGRAPH},
    {"h2", HEADING, PARAGRAPH}, {"h3", HEADING, PARAGRAPH}, {"h4", HEADING, PARAGRAPH},
    {"h5", HEADING, PARAGRAPH}, {"h6", HEADING, PARAGRAPH}, {"head", HEAD, SKIPPED},
    {"header", FLOW, BLOCK}, {"hr", LINE, RULE}, {"html", ROOT, INLINE},
    {"i", FORMAT, INLINE}, {"img", VOID, IMAGE}, {"ins", PHRASE, INLINE},
    {"li", ENTRY, ITEM}, {"link", META, INLINE}, {"main", FLOW, BLOCK},
    {"meta", META, INLINE}, {"nav", FLOW, BLOCK}, {"ol", ITEMS, NUMBERED},
    {"p", PARA, PARAGRAPH}, {"s", FORMAT, INLINE}, {"section", FLOW, BLOCK},
    {"small", FORMAT, INLINE}, {"span", PHRASE, INLINE}, {"strike", FORMAT, INLINE},
    {"strong", FORMAT, INLINE}, {"style", RAW, SKIPPED}, {"sub", PHRASE, INLINE},
    {"sup", PHRASE, INLINE}, {"table", TABLE, BLOCK}, {"tbody", ROWS, INLINE},
    {"td", DATA, CELL}, {"tfoot", ROWS, INLINE}, {"th", DATA, CELL},
    {"thead", ROWS, INLINE}, {"title", RAW, SKIPPED}, {"tr", TROW, ROW},
    {"tt", FORMAT, INLINE}, {"u", FORMAT, INLINE}, {"ul", ITEMS, LIST},
    {"wbr", VOID, INLINE},
};
/* clang-format on */

enum phase { BEFORE_BODY, IN_HEAD, IN_BODY, AFTER_BODY };

struct tag {
	const struct known *known;
	bool end;
	struct tag_seen seen;
};

struct straight {
	struct arena *scratch;
	const char *p, *end;
	struct render render;
	const struct known *open[GUARD_HTML_DEPTH];
	size_t depth;
	size_t silent; /* depth of the one that does not show; 0: all do */
	size_t tags;
	enum phase phase;
};

/* --- characters ----------------------------------------------------------- */

/* What the tokenizer would replace or complain of: control characters, and
 * code points that are none (13.2.3.5). */
static bool
has_odd_characters(struct slice html)
{
	const unsigned char *p = (const unsigned char *)html.p,
			    *end = p + html.len;

	for (; p < end; p++) {
		if (*p < 0x20 && *p != '\n' && *p != '\t' && *p != '\f' &&
		    !(*p == '\r' && p + 1 < end && p[1] == '\n'))
			return true;
		if (*p < 0x7f)
			continue;
		if (*p == 0x7f)
			return true;
		if (*p == 0xc2 && p + 1 < end && p[1] < 0xa0)
			return true;
		if (*p == 0xef && end - p > 2 &&
		    (p[1] == 0xb7 || p[1] == 0xbb ||
			(p[1] == 0xbf && p[2] >= 0xbe)))
			return true;
		if (*p >= 0xf0 && end - p > 3 && p[2] == 0xbf && p[3] >= 0xbe)
			return true;
	}
	return false;
}

static bool
is_blank(char c)
{
	return is_space(c) && c != '\v';
}

static bool
is_letter(char c)
{
	return is_lower((char)(c | 0x20));
}

/* Those that text in mail has (13.5 lists 2,231). */
/* clang-format off */
static const struct {
	const char *name, *text;
} references[] = {
    {"amp", "&"}, {"apos", "'"}, {"bull", "\xe2\x80\xa2"}, {"copy", "\xc2\xa9"},
    {"euro", "\xe2\x82\xac"}, {"gt", ">"}, {"hellip", "\xe2\x80\xa6"},
    {"laquo", "\xc2\xab"}, {"ldquo", "\xe2\x80\x9c"}, {"lsquo", "\xe2\x80\x98"},
    {"lt", "<"}, {"mdash", "\xe2\x80\x94"}, {"middot", "\xc2\xb7"},
    {"nbsp", "\xc2\xa0"}, {"ndash", "\xe2\x80\x93"}, {"pound", "\xc2\xa3"},
    {"quot", "\""}, {"raquo", "\xc2\xbb"}, {"rdquo", "\xe2\x80\x9d"},
    {"reg", "\xc2\xae"}, {"rsquo", "\xe2\x80\x99"}, {"shy", "\xc2\xad"},
    {"trade", "\xe2\x84\xa2"}, {"zwj", "\xe2\x80\x8d"}, {"zwnj", "\xe2\x80\x8c"},
    {"auml", "\xc3\xa4"}, {"ouml", "\xc3\xb6"}, {"uuml", "\xc3\xbc"},
    {"szlig", "\xc3\x9f"}, {"eacute", "\xc3\xa9"}, {"egrave", "\xc3\xa8"},
    {"agrave", "\xc3\xa0"}, {"ccedil", "\xc3\xa7"}, {"ntilde", "\xc3\xb1"},
};
/* clang-format on */

/* "#39" or "#x2019"; 0 when it is no number. */
static uint32_t
number_of(struct slice name)
{
	bool hex = name.len > 1 && to_lower(name.p[1]) == 'x';
	uint32_t n = 0;
	size_t i;

	for (i = hex ? 2 : 1; i < name.len; i++) {
		char c = to_lower(name.p[i]);

		if (is_digit(c))
			n = n * (hex ? 16 : 10) + (uint32_t)(c - '0');
		else if (hex && c >= 'a' && c <= 'f')
			n = n * 16 + (uint32_t)(c - 'a' + 10);
		else
			return 0;
		if (n > 0xffff)
			return 0;
	}
	return n;
}

/* A character below U+D800 that is no control character. */
static bool
put_number(struct straight *s, uint32_t n)
{
	char text[3];
	size_t len = n < 0x80 ? 1 : n < 0x800 ? 2 : 3;

	if (n < ' ' || (n >= 0x7f && n < 0xa0) || n >= 0xd800)
		return false;
	text[0] = (char)(n < 0x80    ? n
			 : n < 0x800 ? 0xc0 | n >> 6
				     : 0xe0 | n >> 12);
	text[len - 1] = (char)(n < 0x80 ? n : 0x80 | (n & 0x3f));
	if (len == 3)
		text[1] = (char)(0x80 | (n >> 6 & 0x3f));
	render_text(&s->render, (struct slice){text, len});
	return true;
}

/* The reference at p, which is a '&'; *p moves behind it.  False: unknown. */
static bool
put_reference(struct straight *s, const char **p, const char *end)
{
	struct slice name = {*p + 1, 0};
	size_t i;

	while (name.p + name.len < end && name.len < NAME_LONGEST &&
	       (is_alnum(name.p[name.len]) || name.p[name.len] == '#'))
		name.len++;
	if (name.len == 0) { /* it stands for itself */
		render_text(&s->render, (struct slice){(*p)++, 1});
		return true;
	}
	if (name.p + name.len == end || name.p[name.len] != ';')
		return false;
	*p = name.p + name.len + 1;
	if (name.p[0] == '#')
		return put_number(s, number_of(name));
	for (i = 0; i < sizeof(references) / sizeof(references[0]); i++)
		if (slice_is(name, references[i].name)) {
			render_text(&s->render, slice_of(references[i].text));
			return true;
		}
	return false;
}

static bool
put_text(struct straight *s, const char *p, const char *end)
{
	const char *mark;

	while (p < end && (mark = memchr(p, '&', (size_t)(end - p))) != NULL) {
		render_text(&s->render, (struct slice){p, (size_t)(mark - p)});
		p = mark;
		if (!put_reference(s, &p, end))
			return false;
	}
	if (p < end)
		render_text(&s->render, (struct slice){p, (size_t)(end - p)});
	return true;
}

/* --- tags ----------------------------------------------------------------- */

static const struct known *
find_known(struct slice name)
{
	size_t from = 0, to = sizeof(known) / sizeof(known[0]);
	char lower[NAME_LONGEST + 1];
	size_t i;

	if (name.len > NAME_LONGEST)
		return NULL;
	for (i = 0; i < name.len; i++)
		lower[i] = to_lower(name.p[i]);
	lower[i] = '\0';
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int order = strcmp(lower, known[mid].name);

		if (order == 0)
			return &known[mid];
		if (order < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}

/* The value behind '='; *p moves behind it.  False: it does not end. */
static bool
read_value(const char **p, const char *end, struct slice *value)
{
	const char *at = *p, *last;

	while (at < end && is_blank(*at))
		at++;
	if (at < end && (*at == '"' || *at == '\'')) {
		last = memchr(at + 1, *at, (size_t)(end - at - 1));
		if (last == NULL)
			return false;
		*value = (struct slice){at + 1, (size_t)(last - at - 1)};
		*p = last + 1;
		return true;
	}
	for (last = at; last < end && !is_blank(*last) && *last != '>';)
		last++;
	*value = (struct slice){at, (size_t)(last - at)};
	*p = last;
	return true;
}

/* An attribute that matters.  False: its value is not what is written. */
static bool
take_attribute(
    struct straight *s, struct tag *tag, struct slice name, struct slice value)
{
	const struct {
		const char *name, **to;
	} wanted[] = {{"style", &tag->seen.style}, {"class", &tag->seen.class},
	    {"type", &tag->seen.type}, {"alt", &tag->seen.alt}};
	size_t i;

	if (slice_is_nocase(name, "hidden"))
		tag->seen.hidden = true;
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (!slice_is_nocase(name, wanted[i].name))
			continue;
		if (value.len > 0 &&
		    (memchr(value.p, '&', value.len) != NULL ||
			memchr(value.p, '\r', value.len) != NULL))
			return false;
		*wanted[i].to = value.len == 0 ? ""
					       : arena_strndup(s->scratch,
						     value.p, value.len);
	}
	return true;
}

static bool
is_among(struct slice name, const struct slice *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (names[i].len == name.len &&
		    strncasecmp(names[i].p, name.p, name.len) == 0)
			return true;
	return false;
}

/* Up to behind the '>'.  What comes of two of a name depends on the parser. */
static bool
read_attributes(struct straight *s, struct tag *tag)
{
	struct slice names[ATTRIBUTES_MOST];
	size_t n;

	for (n = 0; n < ATTRIBUTES_MOST; n++) {
		struct slice name, value = {"", 0};

		while (s->p < s->end && (is_blank(*s->p) || *s->p == '/'))
			s->p++;
		if (s->p == s->end)
			return false;
		if (*s->p == '>') {
			s->p++;
			return true;
		}
		name.p = s->p++;
		while (s->p < s->end && !is_blank(*s->p) &&
		       strchr("/>=", *s->p) == NULL)
			s->p++;
		name.len = (size_t)(s->p - name.p);
		while (s->p < s->end && is_blank(*s->p))
			s->p++;
		if (s->p < s->end && *s->p == '=') {
			s->p++;
			if (!read_value(&s->p, s->end, &value))
				return false;
		}
		if (is_among(name, names, n) ||
		    !take_attribute(s, tag, name, value))
			return false;
		names[n] = name;
	}
	return false;
}

/* The tag at s->p: '<', perhaps '/', and a letter. */
static bool
read_tag(struct straight *s, struct tag *tag)
{
	struct slice name;

	memset(tag, 0, sizeof(*tag));
	s->p++;
	tag->end = *s->p == '/';
	s->p += tag->end;
	name.p = s->p;
	while (
	    s->p < s->end && !is_blank(*s->p) && *s->p != '/' && *s->p != '>')
		s->p++;
	name.len = (size_t)(s->p - name.p);
	tag->known = find_known(name);
	if (tag->known == NULL || ++s->tags > GUARD_HTML_TAGS)
		return false;
	tag->seen.is = (enum element)tag->known->is;
	return read_attributes(s, tag);
}

/* --- nesting -------------------------------------------------------------- */

static bool
top_is(const struct straight *s, enum kind kind)
{
	return s->depth > 0 && s->open[s->depth - 1]->kind == kind;
}

static bool
below_top_is(const struct straight *s, enum kind kind)
{
	return s->depth > 1 && s->open[s->depth - 2]->kind == kind;
}

static void
pop(struct straight *s)
{
	if (s->silent == 0)
		render_close(&s->render);
	else if (s->silent == s->depth)
		s->silent = 0;
	s->depth--;
}

/* Blanks would count in it, also those that the tree moves. */
static bool
keeps_blanks(const char *style)
{
	return style != NULL && strcasestr(style, "white-space") != NULL &&
	       strcasestr(style, "pre") != NULL;
}

static bool
push(struct straight *s, const struct tag *tag)
{
	if (s->depth == GUARD_HTML_DEPTH || keeps_blanks(tag->seen.style))
		return false;
	s->open[s->depth++] = tag->known;
	if (s->silent == 0 && !render_open(&s->render, &tag->seen))
		s->silent = s->depth;
	return true;
}

/* An element that was not written. */
static bool
push_implied(struct straight *s, const char *name)
{
	struct tag tag = {.known = find_known(slice_of(name))};

	if (tag.known == NULL)
		return false;
	tag.seen.is = (enum element)tag.known->is;
	return push(s, &tag);
}

static void
pop_if(struct straight *s, enum kind kind)
{
	if (top_is(s, kind))
		pop(s);
}

/* Is a paragraph open that an element of the flow would end? */
static bool
in_paragraph(const struct straight *s)
{
	size_t i;

	for (i = s->depth; i > 0; i--) {
		enum kind kind = s->open[i - 1]->kind;

		if (kind == PARA)
			return true;
		if (kind == DATA || kind == TABLE)
			return false;
	}
	return false;
}

static bool
end_paragraph(struct straight *s)
{
	pop_if(s, PARA);
	return !in_paragraph(s);
}

/* A link within a link ends the outer one. */
static bool
in_link(const struct straight *s)
{
	size_t i;

	for (i = s->depth; i > 0 && s->open[i - 1]->kind != DATA; i--)
		if (strcmp(s->open[i - 1]->name, "a") == 0)
			return true;
	return false;
}

/* Between the cells of a table only white space may stand. */
static bool
between_cells(const struct straight *s)
{
	return top_is(s, TABLE) || top_is(s, ROWS) || top_is(s, TROW);
}

/* With its last paragraph. */
static void
end_entry(struct straight *s)
{
	if (top_is(s, PARA) && below_top_is(s, ENTRY))
		pop(s);
	pop_if(s, ENTRY);
}

/* Out of what a part of a table would end: down to it, or to the table. */
static void
end_down_to(struct straight *s, enum kind kind)
{
	enum kind part;

	if (top_is(s, PARA) && below_top_is(s, DATA))
		pop(s);
	for (part = DATA; part > kind; part--)
		pop_if(s, part);
}

/* --- what begins ---------------------------------------------------------- */

static bool
begin_part_of_table(struct straight *s, const struct tag *tag)
{
	enum kind kind = (enum kind)tag->known->kind;

	end_down_to(s, (enum kind)(kind - 1));
	if (kind == TROW && top_is(s, TABLE) && !push_implied(s, "tbody"))
		return false;
	return top_is(s, (enum kind)(kind - 1)) && push(s, tag);
}

static bool
begin_entry(struct straight *s, const struct tag *tag)
{
	end_entry(s);
	return top_is(s, ITEMS) && push(s, tag);
}

static bool
begin_void(struct straight *s, const struct tag *tag)
{
	if (!push(s, tag))
		return false;
	pop(s);
	return true;
}

/* Behind the content of <style> or <title>, and its end tag. */
static bool
pass_raw(struct straight *s, const struct known *k)
{
	size_t n = strlen(k->name);
	const char *p = s->p;

	while ((p = memchr(p, '<', (size_t)(s->end - p))) != NULL) {
		if ((size_t)(s->end - p) > n + 2 && p[1] == '/' &&
		    strncasecmp(p + 2, k->name, n) == 0)
			break;
		p++;
	}
	if (p == NULL || p[n + 2] != '>')
		return false;
	s->p = p + n + 3;
	return true;
}

static bool
begin_in_body(struct straight *s, const struct tag *tag)
{
	switch ((enum kind)tag->known->kind) {
	case META:
		return !between_cells(s);
	case RAW:
		return !between_cells(s) && pass_raw(s, tag->known);
	case VOID:
		return !between_cells(s) && begin_void(s, tag);
	case LINE:
		return !between_cells(s) && end_paragraph(s) &&
		       begin_void(s, tag);
	case FORMAT:
		if (strcmp(tag->known->name, "a") == 0 && in_link(s))
			return false;
		return !between_cells(s) && push(s, tag);
	case PHRASE:
		return !between_cells(s) && push(s, tag);
	case PARA:
	case FLOW:
	case ITEMS:
		return !between_cells(s) && end_paragraph(s) && push(s, tag);
	case HEADING:
		return !between_cells(s) && end_paragraph(s) &&
		       !top_is(s, HEADING) && push(s, tag);
	case ENTRY:
		return begin_entry(s, tag);
	case TABLE: /* whether it ends a paragraph depends on the doctype */
		return !between_cells(s) && !in_paragraph(s) && push(s, tag);
	case ROWS:
	case TROW:
	case DATA:
		return begin_part_of_table(s, tag);
	case ROOT:
	case HEAD:
	case BODY:
		break;
	}
	return false;
}

static bool
begin_head(struct straight *s)
{
	if (s->phase == IN_HEAD)
		return false;
	s->phase = IN_HEAD;
	return s->depth > 0 || push_implied(s, "html");
}

/* tag is NULL when it was not written. */
static bool
begin_body(struct straight *s, const struct tag *tag)
{
	s->phase = IN_BODY;
	if (s->depth == 0 && !push_implied(s, "html"))
		return false;
	return tag != NULL ? push(s, tag) : push_implied(s, "body");
}

static bool
begin(struct straight *s, const struct tag *tag)
{
	enum kind kind = (enum kind)tag->known->kind;

	if (s->phase == AFTER_BODY)
		return false;
	if (s->phase == IN_BODY)
		return begin_in_body(s, tag);
	if (kind == ROOT)
		return s->depth == 0 && push(s, tag);
	if (kind == HEAD)
		return begin_head(s);
	if (kind == META || kind == RAW)
		return kind == META || pass_raw(s, tag->known);
	if (kind == BODY)
		return begin_body(s, tag);
	return begin_body(s, NULL) && begin_in_body(s, tag);
}

/* --- what ends ------------------------------------------------------------ */

static bool
end_of(struct straight *s, const struct known *k)
{
	if (s->depth == 0 || s->open[s->depth - 1] != k)
		return false;
	pop(s);
	return true;
}

static bool
end_of_body(struct straight *s, const struct known *k)
{
	pop_if(s, PARA);
	if (!top_is(s, BODY) && s->phase == IN_BODY)
		return false;
	if (k->kind == BODY && s->phase != IN_BODY)
		return false;
	s->phase = AFTER_BODY;
	return true;
}

static bool
end(struct straight *s, const struct tag *tag)
{
	const struct known *k = tag->known;
	enum kind kind = (enum kind)k->kind;

	if (kind == HEAD && s->phase == IN_HEAD) {
		s->phase = BEFORE_BODY;
		return true;
	}
	if (kind == BODY || kind == ROOT)
		return s->phase >= IN_BODY && end_of_body(s, k);
	if (s->phase != IN_BODY)
		return false;
	if (kind == FLOW || kind == ENTRY)
		pop_if(s, PARA);
	if (kind == ITEMS)
		end_entry(s);
	if (kind >= TABLE)
		end_down_to(s, kind);
	return end_of(s, k);
}

/* --- all of it ------------------------------------------------------------ */

static bool
is_blank_text(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p == end;
}

/* What stands between two tags. */
static bool
text(struct straight *s, const char *from, const char *to)
{
	if (from == to)
		return true;
	/* What is blank before the body or behind it changes nothing. */
	if (s->phase != IN_BODY && is_blank_text(from, to))
		return true;
	if (s->phase == AFTER_BODY ||
	    (s->phase != IN_BODY && !begin_body(s, NULL)) ||
	    (between_cells(s) && !is_blank_text(from, to)))
		return false;
	return s->silent > 0 || put_text(s, from, to);
}

/* "<!--", "<!doctype", "<![if" or "<?": nothing of it shows. */
static void
pass_markup(struct straight *s)
{
	size_t left = (size_t)(s->end - s->p);
	const char *last;

	if (left >= 4 && memcmp(s->p, "<!--", 4) == 0) {
		s->p = tags_after_comment(s->p, s->end);
		return;
	}
	last = memchr(s->p, '>', left);
	s->p = last == NULL ? s->end : last + 1;
}

static bool
read_one(struct straight *s, const char *at)
{
	struct tag tag;

	s->p = at;
	if (at[1] == '!' || at[1] == '?') {
		pass_markup(s);
		return true;
	}
	if (!read_tag(s, &tag))
		return false;
	return tag.end ? end(s, &tag) : begin(s, &tag);
}

/* The next tag or the like at or behind p; s->end when there is none; NULL for
 * what is neither that nor text. */
static const char *
next_markup(const struct straight *s, const char *p)
{
	while ((p = memchr(p, '<', (size_t)(s->end - p))) != NULL) {
		if (s->end - p < 3)
			return NULL;
		if (is_letter(p[1]) || p[1] == '!' || p[1] == '?')
			return p;
		if (p[1] == '/')
			return is_letter(p[2]) ? p : NULL;
		p++;
	}
	return s->end;
}

static bool
read_all(struct straight *s)
{
	const char *from, *at;

	while (s->p < s->end) {
		from = s->p;
		at = next_markup(s, from);
		if (at == NULL || !text(s, from, at))
			return false;
		if (at == s->end)
			break;
		if (!read_one(s, at))
			return false;
	}
	while (s->depth > 0)
		pop(s);
	return true;
}

static char *
read_with(struct arena *arena, struct slice html, bool images)
{
	struct arena *scratch = arena_new();
	struct straight s = {.scratch = scratch,
	    .p = html.p,
	    .end = html.p + html.len,
	    .render = {.arena = scratch, .images = images}};
	bool good = read_all(&s);
	char *said = layout_keep(&s.render.layout, good ? arena : scratch);

	said = good ? said : NULL;
	arena_free(scratch);
	return said;
}

char *
straight_text(struct arena *arena, struct slice html)
{
	char *said;

	if (html.len > GUARD_HTML || has_odd_characters(html))
		return NULL;
	said = read_with(arena, html, false);
	if (said != NULL && said[0] == '\0')
		said = read_with(arena, html, true);
	return said;
}
