/*
 * Header fields as mail programs show them above a forwarded or quoted message:
 * "From: ...", one a line, in any language of the forms.
 *
 * Lines without a label go on with the field above when that is plainly
 * unfinished; a blank line ends the block unless From or Subject come after it.
 */
#ifndef MAIL_BLOCK_H
#define MAIL_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mail/forms.h"
#include "mail/lines.h"

/* Borrowed from the text, or in the arena; empty slices where none. */
struct quoted_header {
	struct slice field[LABEL_COUNT]; /* by enum label */
	bool seen[LABEL_COUNT];
	languages languages; /* that its labels may be in */
};

/* The label that a line begins with, its value, and the languages that have
 * that label; LABEL_NONE for none.  known: the languages to be preferred. */
enum label line_label(const struct forms *, struct slice line, languages known,
    struct slice *value, languages *in);

/* Reads the block that begins at line i, *after being the line below it; the
 * number of its fields, 0 for none. */
size_t block_read(struct arena *, const struct forms *, struct lines *,
    size_t i, struct quoted_header *, size_t *after);

/* The same for a block whose labels have no colon, as eM Client writes them; 0
 * unless it surely is one. */
size_t block_read_bare(struct arena *, const struct forms *, struct lines *,
    size_t i, struct quoted_header *, size_t *after);

/* Whether a block without a separator above is surely one: letters have lines
 * such as "From: Lisbon / To: Dublin / Date: 12 February", too. */
bool block_convinces(
    const struct forms *, const struct quoted_header *, size_t fields);

/* A header that lost its line ends, as in the plain text of Yahoo's forwards;
 * the number of its fields. */
size_t jammed_read(const struct forms *, struct slice, struct quoted_header *);

#endif
