/*
 * What the elements of HTML make of the text in them: the part of a browser
 * that a mail needs.  Whoever knows the elements tells them in order, as they
 * open and close (html.c); the lines are written by layout.c.
 *
 * What is hidden from a reader is left out: what is not displayed, has no
 * height, no size or no opacity, and preheaders.
 */
#ifndef MAIL_RENDER_H
#define MAIL_RENDER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mail/layout.h"

enum element {
	INLINE,
	SKIPPED,
	BLOCK,
	PARAGRAPH,
	LIST,
	NUMBERED,
	ITEM,
	QUOTE,
	ROW,
	CELL,
	BREAK,
	RULE,
	IMAGE
};

/* An element and those of its attributes that are looked at; NULL: none. */
struct tag_seen {
	enum element is;
	bool pre;
	bool hidden; /* has the attribute */
	const char *style, *class, *type, *alt;
};

struct render {
	struct arena *arena; /* for the stack */
	struct layout layout;
	struct rendered *stack;
	size_t depth;
	unsigned lists; /* around */
	bool images; /* their alternative text, when there is no other */
};

/* False when nothing of it shows: then neither what is in it nor its close is
 * to be told. */
bool render_open(struct render *, const struct tag_seen *);
void render_close(struct render *);
void render_text(struct render *, struct slice text);

#endif
