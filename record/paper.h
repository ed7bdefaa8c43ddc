/*
 * Paper: a letter as a PDF to print and post.
 *
 * Pango shapes the text (any script, right to left too), cairo writes it with
 * the fonts embedded as subsets.  Both live in paper.c and nowhere else, and
 * are loaded with dlopen(3) when the first letter is written: they bring two
 * dozen libraries along, whose loading the filter, which runs once for each
 * mail and writes no letter, would pay for.  A machine without them has
 * everything but PDFs.
 *
 * The same sheet with the same fonts gives the same bytes.
 */
#ifndef RECORD_PAPER_H
#define RECORD_PAPER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum paper_size { PAPER_A4, PAPER_LETTER };
/* What is in the drawers there: "US-CA" has Letter, most have A4. */
enum paper_size paper_of_region(const char *region);

/* Borrowed; UTF-8.  What is none, and controls, are left out. */
struct sheet {
	enum paper_size size;
	const char *language; /* BCP 47 */
	const char *from, *to; /* name and address, lines; may be "" */
	const char *date; /* in words */
	const char *subject;
	const char
	    *text; /* a paragraph on a line; an indented line is set in */
	const char *author; /* for the document's properties */
	int64_t made; /* UTC seconds */
};

enum { PAPER_PAGES_MOST = 200, PAPER_TEXT_MOST = 256 * 1024 };

/* Adds the PDF.  -1 with err: EX_UNAVAILABLE when Pango or cairo is not
 * there, EX_DATAERR when the text is longer than the above. */
int paper_write(const struct sheet *, struct buf *, struct err *);

#endif
