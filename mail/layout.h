/*
 * Lines of text out of what HTML says about blocks, breaks, cells and lists.
 *
 * Breaks are not written when they are told but when the next text comes, so
 * that what encloses nothing leaves nothing: however many elements begin and
 * end between two texts, they are apart by the largest of their distances,
 * one empty line at most.
 */
#ifndef MAIL_LAYOUT_H
#define MAIL_LAYOUT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"

struct layout {
	struct buf out;
	unsigned quotes; /* block quotes around: "> " each */
	unsigned last_quotes; /* of the line before */
	unsigned breaks; /* line ends that wait: 0, 1, 2 */
	bool tab, space; /* that wait */
	bool blank; /* the line so far is only no-break spaces */
	bool begun; /* there is text */
	size_t lines; /* that have begun */
	size_t line_at; /* where this one begins in out */
	char marker[24]; /* of a list item, before its first text */
};

/* White space runs become one blank; no-break spaces too, zero-width
 * characters none.  pre: lines and blanks as they are. */
void layout_text(struct layout *, struct slice text, bool pre);
void layout_block(struct layout *); /* a block begins or ends */
void layout_paragraph(struct layout *); /* and stands apart by a line */
void layout_break(struct layout *); /* <br> */
/* A cell of a row begins, lines having been lines_before when the row began:
 * a tab behind short cells of one line, a new line otherwise. */
void layout_cell(struct layout *, size_t lines_before);
void layout_row_end(struct layout *);
/* The text in the arena, with a line end; "" when there is none.  Frees. */
char *layout_keep(struct layout *, struct arena *);

#endif
