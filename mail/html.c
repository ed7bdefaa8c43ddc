/*
 * See read.h: HTML to plain text.  gumbo lives here and nowhere else.
 *
 * gumbo builds the tree that a browser would; a walk over it, with a stack of
 * its own, tells its elements (render.c).  All of gumbo's memory comes from an
 * arena that is dropped at the end, since gumbo's own freeing recurses.
 *
 * gumbo's cost grows with nesting and it cannot be told to stop.  So tags.c
 * looks first, and its memory has a budget beyond which the allocator jumps
 * back out of it; either way the text is then what stands between the tags.
 */
#include <setjmp.h>
#include <string.h>

#include <gumbo.h>

#include "base/utf8.h"
#include "mail/charset.h"
#include "mail/guard.h"
#include "mail/read.h"
#include "mail/render.h"
#include "mail/runs.h"
#include "mail/tags.h"

enum {
	MEMORY_FACTOR = 64, /* bytes of tree for one of HTML; 10-30 is usual */
	MEMORY_LEAST = 1 << 20
};

/* --- the walk ------------------------------------------------------------- */

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
    {GUMBO_TAG_UL, LIST}, {GUMBO_TAG_OL, NUMBERED}, {GUMBO_TAG_MENU, LIST}, {GUMBO_TAG_DIR, LIST},
    {GUMBO_TAG_LI, ITEM}, {GUMBO_TAG_BLOCKQUOTE, QUOTE}, {GUMBO_TAG_TR, ROW},
    {GUMBO_TAG_TD, CELL}, {GUMBO_TAG_TH, CELL}, {GUMBO_TAG_BR, BREAK},
    {GUMBO_TAG_HR, RULE}, {GUMBO_TAG_IMG, IMAGE},
};
/* clang-format on */

struct frame {
	const GumboNode *node;
	const GumboVector *children;
	unsigned next; /* child */
};

struct walk {
	struct render render;
	const struct runs *runs;
	struct frame *stack;
	size_t depth;
};

static const char *
attribute(const struct walk *w, const GumboNode *node, const char *name)
{
	GumboAttribute *a =
	    gumbo_get_attribute(&node->v.element.attributes, name);

	return a == NULL ? NULL
			 : runs_restore(w->render.arena, w->runs, a->value);
}

static enum element
element_of(GumboTag tag)
{
	size_t i;

	for (i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (elements[i].tag == tag)
			return elements[i].is;
	return INLINE;
}

static struct tag_seen
tag_of(const struct walk *w, const GumboNode *node)
{
	return (struct tag_seen){
	    .is = element_of(node->v.element.tag),
	    .pre = node->v.element.tag == GUMBO_TAG_PRE,
	    .hidden = attribute(w, node, "hidden") != NULL,
	    .style = attribute(w, node, "style"),
	    .class = attribute(w, node, "class"),
	    .type = attribute(w, node, "type"),
	    .alt = attribute(w, node, "alt"),
	};
}

static void
push(struct walk *w, const GumboNode *node, const GumboVector *children)
{
	struct frame *f;

	w->stack =
	    arena_grow(w->render.arena, w->stack, w->depth, sizeof(*w->stack));
	f = &w->stack[w->depth++];
	f->node = node;
	f->children = children;
	f->next = 0;
}

static void
show_text(struct walk *w, struct slice text)
{
	struct slice piece;

	while (runs_next(w->runs, &text, &piece))
		render_text(&w->render, piece);
}

static void
visit(struct walk *w, const GumboNode *node)
{
	struct tag_seen tag;

	switch (node->type) {
	case GUMBO_NODE_ELEMENT:
		tag = tag_of(w, node);
		if (render_open(&w->render, &tag))
			push(w, node, &node->v.element.children);
		break;
	case GUMBO_NODE_TEXT:
	case GUMBO_NODE_WHITESPACE:
	case GUMBO_NODE_CDATA:
		show_text(w, slice_of(node->v.text.text));
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
	push(w, document, &document->v.document.children);
	while (w->depth > 0) {
		struct frame *f = &w->stack[w->depth - 1];

		if (f->next < f->children->length) {
			visit(w, f->children->data[f->next++]);
			continue;
		}
		if (f->node->type == GUMBO_NODE_ELEMENT)
			render_close(&w->render);
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
parse(struct arena *arena, struct slice html, size_t budget)
{
	struct memory memory;
	GumboOptions options = kGumboDefaultOptions;

	memory.arena = arena;
	memory.left = budget;
	options.allocator = allocate;
	options.deallocator = keep;
	options.userdata = &memory;
	options.max_errors = 0;
	if (setjmp(memory.out) != 0)
		return NULL;
	return gumbo_parse_with_options(&options, html.p, html.len)->document;
}

static char *
walk_text(struct arena *arena, struct arena *scratch, const GumboNode *tree,
    const struct runs *runs, bool images)
{
	struct walk w = {
	    .render = {.arena = scratch, .images = images}, .runs = runs};

	walk_tree(&w, tree);
	return layout_keep(&w.render.layout, arena);
}

/* gumbo takes "&#x2cccccccc;" for some number and writes what is no character. */
static char *
well_formed(struct arena *arena, char *text)
{
	struct slice s = slice_of(text);
	bool known;

	if (utf8_valid(s))
		return text;
	return slice_dup(
	    arena, charset_decode(arena, s, slice_of("utf-8"), &known));
}

char *
html_text(struct arena *arena, struct slice html)
{
	const GumboNode *tree;
	struct arena *scratch;
	struct runs runs;
	char *text;

	if (html.len == 0)
		return arena_strdup(arena, "");
	if (!tags_within_budget(html))
		return tags_strip(arena, html);
	scratch = arena_new();
	tree = parse(scratch, runs_keep(scratch, html, &runs),
	    MEMORY_FACTOR * html.len + MEMORY_LEAST);
	if (tree == NULL) {
		text = tags_strip(arena, html);
	} else {
		text = walk_text(arena, scratch, tree, &runs, false);
		if (text[0] == '\0')
			text = walk_text(arena, scratch, tree, &runs, true);
	}
	arena_free(scratch);
	return well_formed(arena, text);
}
