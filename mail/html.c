/*
 * See read.h: HTML to plain text.  gumbo lives here and nowhere else.
 *
 * gumbo builds the tree that a browser would; a walk over it, with a stack of
 * its own, writes the lines (layout.c).  All of gumbo's memory comes from an
 * arena that is dropped at the end, since gumbo's own freeing recurses.  What
 * is hidden from a reader is left out: what is not displayed, has no height,
 * no size or no opacity, and preheaders.
 *
 * gumbo's cost grows with nesting and it cannot be told to stop.  So tags.c
 * looks first, and its memory has a budget beyond which the allocator jumps
 * back out of it; either way the text is then what stands between the tags.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <gumbo.h>

#include "mail/guard.h"
#include "mail/layout.h"
#include "mail/read.h"
#include "mail/tags.h"

enum {
	MEMORY_FACTOR = 64, /* bytes of tree for one of HTML; 10-30 is usual */
	MEMORY_LEAST = 1 << 20,
	STYLE_LONGEST = 4096 /* of a style attribute, bytes that are read */
};

/* What the elements around a text make of it. */
struct style {
	bool hidden; /* for good: display, height, opacity */
	bool invisible, tiny; /* until an element within says otherwise */
	bool pre;
};

struct frame {
	const GumboNode *node;
	const GumboVector *children;
	unsigned next; /* child */
	struct style style;
	unsigned items; /* of a numbered list, so far */
	size_t lines; /* when it began */
};

struct walk {
	struct arena *arena; /* for the stack */
	struct layout layout;
	struct frame *stack;
	size_t depth;
	unsigned lists; /* around */
	bool images; /* their alternative text, when there is no other */
};

/* --- styles --------------------------------------------------------------- */

static const char *
attribute(const GumboNode *node, const char *name)
{
	GumboAttribute *a =
	    gumbo_get_attribute(&node->v.element.attributes, name);

	return a == NULL ? NULL : a->value;
}

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
style_of(const GumboNode *node, struct style outer)
{
	struct style style = outer;
	const char *text = attribute(node, "style");

	style.pre |= node->v.element.tag == GUMBO_TAG_PRE;
	if (text != NULL)
		read_style(&style, text);
	if (attribute(node, "hidden") != NULL ||
	    has_word(attribute(node, "class"), "preheader"))
		style.hidden = true;
	return style;
}

/* --- elements ------------------------------------------------------------- */

enum element {
	INLINE,
	SKIPPED,
	BLOCK,
	PARAGRAPH,
	LIST,
	ITEM,
	QUOTE,
	ROW,
	CELL,
	BREAK,
	RULE,
	IMAGE
};

/* clang-format off */
static const struct {
	GumboTag tag;
	enum element is;
} elements[] = {
    {GUMBO_TAG_HEAD, SKIPPED}, {GUMBO_TAG_STYLE, SKIPPED}, {GUMBO_TAG_SCRIPT, SKIPPED},
    {GUMBO_TAG_TITLE, SKIPPED}, {GUMBO_TAG_TEMPLATE, SKIPPED}, {GUMBO_TAG_SVG, SKIPPED},
    {GUMBO_TAG_IFRAME, SKIPPED}, {GUMBO_TAG_OBJECT, SKIPPED}, {GUMBO_TAG_NOFRAMES, SKIPPED},
    {GUMBO_TAG_AUDIO, SKIPPED}, {GUMBO_TAG_VIDEO, SKIPPED}, {GUMBO_TAG_CANVAS, SKIPPED},
    {GUMBO_TAG_DIV, BLOCK}, {GUMBO_TAG_SECTION, BLOCK}, {GUMBO_TAG_ARTICLE, BLOCK},
    {GUMBO_TAG_HEADER, BLOCK}, {GUMBO_TAG_FOOTER, BLOCK}, {GUMBO_TAG_MAIN, BLOCK},
    {GUMBO_TAG_NAV, BLOCK}, {GUMBO_TAG_ASIDE, BLOCK}, {GUMBO_TAG_ADDRESS, BLOCK},
    {GUMBO_TAG_FORM, BLOCK}, {GUMBO_TAG_FIELDSET, BLOCK}, {GUMBO_TAG_LEGEND, BLOCK},
    {GUMBO_TAG_CENTER, BLOCK}, {GUMBO_TAG_FIGURE, BLOCK}, {GUMBO_TAG_FIGCAPTION, BLOCK},
    {GUMBO_TAG_DT, BLOCK}, {GUMBO_TAG_DD, BLOCK}, {GUMBO_TAG_CAPTION, BLOCK},
    {GUMBO_TAG_TABLE, BLOCK}, {GUMBO_TAG_OPTION, BLOCK}, {GUMBO_TAG_DETAILS, BLOCK},
    {GUMBO_TAG_SUMMARY, BLOCK}, {GUMBO_TAG_BODY, BLOCK},
    {GUMBO_TAG_P, PARAGRAPH}, {GUMBO_TAG_H1, PARAGRAPH}, {GUMBO_TAG_H2, PARAGRAPH},
    {GUMBO_TAG_H3, PARAGRAPH}, {GUMBO_TAG_H4, PARAGRAPH}, {GUMBO_TAG_H5, PARAGRAPH},
    {GUMBO_TAG_H6, PARAGRAPH}, {GUMBO_TAG_PRE, PARAGRAPH}, {GUMBO_TAG_DL, PARAGRAPH},
    {GUMBO_TAG_UL, LIST}, {GUMBO_TAG_OL, LIST}, {GUMBO_TAG_MENU, LIST}, {GUMBO_TAG_DIR, LIST},
    {GUMBO_TAG_LI, ITEM}, {GUMBO_TAG_BLOCKQUOTE, QUOTE}, {GUMBO_TAG_TR, ROW},
    {GUMBO_TAG_TD, CELL}, {GUMBO_TAG_TH, CELL}, {GUMBO_TAG_BR, BREAK},
    {GUMBO_TAG_HR, RULE}, {GUMBO_TAG_IMG, IMAGE},
};
/* clang-format on */

static bool
contains(const char *text, const char *part)
{
	return text != NULL && strcasestr(text, part) != NULL;
}

/* Outlook's lines are paragraphs without a margin. */
static bool
is_tight(const GumboNode *node)
{
	const char *style = attribute(node, "style"),
		   *class = attribute(node, "class");

	return (class != NULL && strncmp(class, "Mso", 3) == 0) ||
	       contains(style, "margin:0") || contains(style, "margin: 0") ||
	       contains(style, "margin-bottom:0") ||
	       contains(style, "margin-bottom: 0");
}

/* Some editors indent with a quote that has no border. */
static bool
is_indent(const GumboNode *node)
{
	const char *style = attribute(node, "style");

	return attribute(node, "type") == NULL &&
	       (contains(style, "border:none") ||
		   contains(style, "border: none"));
}

static enum element
element_of(const GumboNode *node)
{
	size_t i;

	for (i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		if (elements[i].tag != node->v.element.tag)
			continue;
		if (elements[i].is == PARAGRAPH && is_tight(node))
			return BLOCK;
		if (elements[i].is == QUOTE && is_indent(node))
			return BLOCK;
		return elements[i].is;
	}
	return INLINE;
}

/* --- the walk ------------------------------------------------------------- */

static void
begin_item(struct walk *w)
{
	struct layout *l = &w->layout;
	struct frame *list = w->depth > 0 ? &w->stack[w->depth - 1] : NULL;
	int indent =
	    w->lists > 1 ? (int)(w->lists < 6 ? w->lists : 6) * 2 - 2 : 0;

	layout_block(l);
	if (list != NULL && list->node->type == GUMBO_NODE_ELEMENT &&
	    list->node->v.element.tag == GUMBO_TAG_OL)
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
put_image(struct walk *w, const GumboNode *node)
{
	const char *alt = attribute(node, "alt");

	if (w->images && alt != NULL)
		layout_text(&w->layout, slice_of(alt), false);
}

static void
begin(struct walk *w, const GumboNode *node, enum element is)
{
	struct layout *l = &w->layout;

	switch (is) {
	case BLOCK:
	case ROW:
		layout_block(l);
		break;
	case PARAGRAPH:
		layout_paragraph(l);
		break;
	case LIST:
		if (w->lists++ == 0)
			layout_paragraph(l);
		break;
	case ITEM:
		begin_item(w);
		break;
	case QUOTE:
		layout_paragraph(l);
		l->tab = false;
		l->quotes++;
		break;
	case CELL:
		if (w->depth > 0)
			layout_cell(l, w->stack[w->depth - 1].lines);
		break;
	case BREAK:
		layout_break(l);
		break;
	case RULE:
		put_rule(l);
		break;
	case IMAGE:
		put_image(w, node);
		break;
	case INLINE:
	case SKIPPED:
		break;
	}
}

static void
end(struct walk *w, enum element is)
{
	struct layout *l = &w->layout;

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
		if (--w->lists == 0)
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

static void
push(struct walk *w, const GumboNode *node, const GumboVector *children,
    struct style style)
{
	struct frame *f;

	w->stack = arena_grow(w->arena, w->stack, w->depth, sizeof(*w->stack));
	f = &w->stack[w->depth++];
	f->node = node;
	f->children = children;
	f->next = 0;
	f->style = style;
	f->items = 0;
	f->lines = w->layout.lines;
}

static void
enter(struct walk *w, const GumboNode *node, struct style outer)
{
	enum element is = element_of(node);
	struct style style = style_of(node, outer);

	if (is == SKIPPED || style.hidden)
		return;
	begin(w, node, is);
	push(w, node, &node->v.element.children, style);
}

static void
visit(struct walk *w, const GumboNode *node, struct style style)
{
	switch (node->type) {
	case GUMBO_NODE_ELEMENT:
		enter(w, node, style);
		break;
	case GUMBO_NODE_TEXT:
	case GUMBO_NODE_WHITESPACE:
	case GUMBO_NODE_CDATA:
		if (!style.invisible && !style.tiny)
			layout_text(
			    &w->layout, slice_of(node->v.text.text), style.pre);
		break;
	case GUMBO_NODE_DOCUMENT:
	case GUMBO_NODE_COMMENT:
	case GUMBO_NODE_TEMPLATE:
		break;
	}
}

static void
walk_tree(struct walk *w, const GumboNode *document)
{
	struct style none = {false, false, false, false};

	push(w, document, &document->v.document.children, none);
	while (w->depth > 0) {
		struct frame *f = &w->stack[w->depth - 1];

		if (f->next < f->children->length) {
			visit(w, f->children->data[f->next++], f->style);
			continue;
		}
		if (f->node->type == GUMBO_NODE_ELEMENT)
			end(w, element_of(f->node));
		w->depth--;
	}
}

/* --- the parser ----------------------------------------------------------- */

struct memory {
	struct arena *arena;
	size_t left;
	jmp_buf out;
};

static void *
allocate(void *userdata, size_t size)
{
	struct memory *memory = userdata;

	if (size > memory->left)
		longjmp(memory->out, 1);
	memory->left -= size;
	return arena_alloc(memory->arena, size);
}

static void
keep(void *userdata, void *p)
{
	(void)userdata;
	(void)p;
}

/* NULL when the tree would be beyond its budget. */
static const GumboNode *
parse(struct arena *arena, struct slice html)
{
	struct memory memory;
	GumboOptions options = kGumboDefaultOptions;

	memory.arena = arena;
	memory.left = MEMORY_FACTOR * html.len + MEMORY_LEAST;
	options.allocator = allocate;
	options.deallocator = keep;
	options.userdata = &memory;
	options.max_errors = 0;
	if (setjmp(memory.out) != 0)
		return NULL;
	return gumbo_parse_with_options(&options, html.p, html.len)->document;
}

static char *
tree_text(struct arena *arena, struct arena *scratch, const GumboNode *tree,
    bool images)
{
	struct walk w = {0};

	w.arena = scratch;
	w.images = images;
	walk_tree(&w, tree);
	return layout_keep(&w.layout, arena);
}

char *
html_text(struct arena *arena, struct slice html)
{
	const GumboNode *tree;
	struct arena *scratch;
	char *text;

	if (html.len == 0)
		return arena_strdup(arena, "");
	if (!tags_within_budget(html))
		return tags_strip(arena, html);
	scratch = arena_new();
	tree = parse(scratch, html);
	if (tree == NULL) {
		text = tags_strip(arena, html);
	} else {
		text = tree_text(arena, scratch, tree, false);
		if (text[0] == '\0')
			text = tree_text(arena, scratch, tree, true);
	}
	arena_free(scratch);
	return text;
}
