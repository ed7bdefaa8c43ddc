/*
 * The lines of a text, with the quote marks (">") that stand before each.
 */
#ifndef MAIL_LINES_H
#define MAIL_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

/* What is known of a line without looking at it again. */
enum known { KNOWN_NOT_YET, KNOWN_NO, KNOWN_YES };

struct line {
	uint32_t start, len; /* in the text; without its end */
	uint32_t inner, inner_len; /* after the quote marks, trimmed */
	uint16_t depth; /* number of quote marks */
	bool address, number; /* has an '@'; has digits */
	uint8_t opens; /* enum known: its first word can begin a lead-in */
};

struct lines {
	const char *text; /* borrowed */
	struct line *v;
	size_t n;
	/* How many lead-ins and header blocks are still tried (history.h). */
	unsigned leadins, blocks;
};

/* Cuts the text, of which at most 1 GB and 20,000 lines are read; nothing is to
 * be tried. */
void lines_cut(struct arena *, const char *text, struct lines *);

struct slice line_whole(const struct lines *, size_t i);
/* Without quote marks, and without what cannot be seen at both ends. */
struct slice line_inner(const struct lines *, size_t i);
bool line_blank(const struct lines *, size_t i); /* but for quote marks */
/* One repeated mark: "_____", "-----". */
bool line_is_rule(const struct lines *, size_t i);
/* GroupWise: ">>> Someone <someone@example.org> 02.03.26 10.15 Uhr >>>" */
bool line_is_groupwise(const char *, size_t len);

#endif
