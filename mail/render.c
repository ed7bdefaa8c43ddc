/* See render.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mail/render.h"

enum {
	STYLE_LONGEST = 4096 /* of a style attribute, bytes that are read */
};

/* What the elements around a text make of it. */
struct style {
	bool hidden; /* for good: display, height, opacity */
	bool invisible, tiny; /* until an element within says otherwise */
	bool pre;
};

/* An element that is open. */
struct rendered {
	enum element is;
	struct style style;
	unsigned items; /* of a numbered list, so far */
	size_t lines; /* when it began */
};

/* --- styles --------------------------------------------------------------- */

/* A length or number that is as good as nothing: 0, 0px, 0.0em, 1px. */
static bool
is_zero(struct slice value)
{
	char text[16], *unit;
	double n;

	if (value.len == 0 || value.len >= sizeof(text))
		return false;
	memcpy(text, value.p, value.len);
	text[value.len] = '\0';
	n = strtod(text, &unit);
	if (unit == text || n < 0)
		return false;
	return n == 0 || (n <= 1 && (strncasecmp(unit, "px", 2) == 0 ||
					strncasecmp(unit, "pt", 2) == 0));
}

static void
declare(struct style *style, struct slice name, struct slice value)
{
	if (slice_is_nocase(name, "display"))
		style->hidden |= slice_starts_nocase(value, "none");
	else if (slice_is_nocase(name, "mso-hide"))
		style->hidden |= slice_starts_nocase(value, "all");
	else if (slice_is_nocase(name, "max-height") ||
		 slice_is_nocase(name, "opacity"))
		style->hidden |=
		    value.len > 0 && value.p[0] == '0' && is_zero(value);
	else if (slice_is_nocase(name, "visibility"))
		style->invisible = !slice_starts_nocase(value, "visible");
	else if (slice_is_nocase(name, "font-size"))
		style->tiny = is_zero(value);
	else if (slice_is_nocase(name, "white-space"))
		style->pre = slice_starts_nocase(value, "pre") &&
			     !slice_starts_nocase(value, "pre-line");
}

/* "name: value; name: value !important" (CSS Style Attributes). */
static void
read_style(struct style *style, const char *text)
{
	struct slice rest = {text, strnlen(text, STYLE_LONGEST)};

	while (rest.len > 0) {
		const char *end = memchr(rest.p, ';', rest.len), *colon, *mark;
		struct slice one = {rest.p, rest.len}, name, value;

		if (end != NULL)
			one.len = (size_t)(end - rest.p);
		rest.p += one.len + (end != NULL);
		rest.len -= one.len + (end != NULL);
		colon = one.len == 0 ? NULL : memchr(one.p, ':', one.len);
		if (colon == NULL)
			continue;
		name.p = one.p;
		name.len = (size_t)(colon - one.p);
		value.p = colon + 1;
		value.len = (size_t)(one.p + one.len - value.p);
		mark = value.len == 0 ? NULL : memchr(value.p, '!', value.len);
		if (mark != NULL)
			value.len = (size_t)(mark - value.p);
		declare(style, slice_trim(name), slice_trim(value));
	}
}

/* Whether a blank-separated list (class) has the word. */
static bool
has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (; list != NULL && *list != '\0'; list += strspn(list, " \t\n")) {
		size_t length = strcspn(list, " \t\n");

		if (length == n && strncasecmp(list, word, n) == 0)
			return true;
		list += length;
	}
	return false;
}

static struct style
style_of(const struct tag_seen *tag, struct style outer)
{
	struct style style = outer;

	style.pre |= tag->pre;
	if (tag->style != NULL)
		read_style(&style, tag->style);
	if (tag->hidden || has_word(tag->class, "preheader"))
		style.hidden = true;
	return style;
}

/* --- elements ------------------------------------------------------------- */

static bool
contains(const char *text, const char *part)
{
	return text != NULL && strcasestr(text, part) != NULL;
}

/* Outlook's lines are paragraphs without a margin. */
static bool
is_tight(const struct tag_seen *tag)
{
	const char *style = tag->style;

	return (tag->class != NULL && strncmp(tag->class, "Mso", 3) == 0) ||
	       contains(style, "margin:0") || contains(style, "margin: 0") ||
	       contains(style, "margin-bottom:0") ||
	       contains(style, "margin-bottom: 0");
}

/* Some editors indent with a quote that has no border. */
static bool
is_indent(const struct tag_seen *tag)
{
	return tag->type == NULL && (contains(tag->style, "border:none") ||
					contains(tag->style, "border: none"));
}

static enum element
element_of(const struct tag_seen *tag)
{
	if (tag->is == PARAGRAPH && is_tight(tag))
		return BLOCK;
	if (tag->is == QUOTE && is_indent(tag))
		return BLOCK;
	return tag->is;
}

/* The element around, or NULL. */
static struct rendered *
outer(struct render *r)
{
	return r->depth > 0 ? &r->stack[r->depth - 1] : NULL;
}

static void
begin_item(struct render *r)
{
	struct layout *l = &r->layout;
	struct rendered *list = outer(r);
	int indent =
	    r->lists > 1 ? (int)(r->lists < 6 ? r->lists : 6) * 2 - 2 : 0;

	layout_block(l);
	if (list != NULL && list->is == NUMBERED)
		snprintf(l->marker, sizeof(l->marker), "%*s%u. ", indent, "",
		    ++list->items);
	else
		snprintf(l->marker, sizeof(l->marker), "%*s- ", indent, "");
}

/* What Outlook's plain text has for a line across. */
static void
put_rule(struct layout *l)
{
	layout_block(l);
	layout_text(l, slice_of("________________________________"), false);
	layout_block(l);
}

static void
put_image(struct render *r, const struct tag_seen *tag)
{
	if (r->images && tag->alt != NULL)
		layout_text(&r->layout, slice_of(tag->alt), false);
}

static void
begin(struct render *r, const struct tag_seen *tag, enum element is)
{
	struct layout *l = &r->layout;

	switch (is) {
	case BLOCK:
	case ROW:
		layout_block(l);
		break;
	case PARAGRAPH:
		layout_paragraph(l);
		break;
	case LIST:
	case NUMBERED:
		if (r->lists++ == 0)
			layout_paragraph(l);
		break;
	case ITEM:
		begin_item(r);
		break;
	case QUOTE:
		layout_paragraph(l);
		l->tab = false;
		l->quotes++;
		break;
	case CELL:
		if (r->depth > 0)
			layout_cell(l, outer(r)->lines);
		break;
	case BREAK:
		layout_break(l);
		break;
	case RULE:
		put_rule(l);
		break;
	case IMAGE:
		put_image(r, tag);
		break;
	case INLINE:
	case SKIPPED:
		break;
	}
}

static void
end(struct render *r, enum element is)
{
	struct layout *l = &r->layout;

	switch (is) {
	case BLOCK:
		layout_block(l);
		break;
	case ROW:
		layout_row_end(l);
		break;
	case PARAGRAPH:
		layout_paragraph(l);
		break;
	case LIST:
	case NUMBERED:
		if (--r->lists == 0)
			layout_paragraph(l);
		break;
	case ITEM:
		l->marker[0] = '\0';
		layout_block(l);
		break;
	case QUOTE:
		layout_paragraph(l);
		l->quotes--;
		break;
	case INLINE:
	case SKIPPED:
	case CELL:
	case BREAK:
	case RULE:
	case IMAGE:
		break;
	}
}

/* --- in order ------------------------------------------------------------- */

bool
render_open(struct render *r, const struct tag_seen *tag)
{
	static const struct style none = {false, false, false, false};
	enum element is = element_of(tag);
	struct style style =
	    style_of(tag, r->depth > 0 ? outer(r)->style : none);
	struct rendered *top;

	if (is == SKIPPED || style.hidden)
		return false;
	begin(r, tag, is);
	r->stack = arena_grow(r->arena, r->stack, r->depth, sizeof(*r->stack));
	top = &r->stack[r->depth++];
	top->is = is;
	top->style = style;
	top->items = 0;
	top->lines = r->layout.lines;
	return true;
}

void
render_close(struct render *r)
{
	end(r, r->stack[--r->depth].is);
}

void
render_text(struct render *r, struct slice text)
{
	static const struct style none = {false, false, false, false};
	struct style style = r->depth > 0 ? outer(r)->style : none;

	if (!style.invisible && !style.tiny)
		layout_text(&r->layout, text, style.pre);
}
