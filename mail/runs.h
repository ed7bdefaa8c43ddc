/*
 * Long runs of plain text in HTML, each kept apart behind a mark of one
 * character while the rest is parsed: gumbo's cost goes by the character (in a
 * cell of a table, a kilobyte is written for each), and to a parser of HTML one
 * letter is as good as another.
 */
#ifndef MAIL_RUNS_H
#define MAIL_RUNS_H

#include "base/arena.h"
#include "base/buf.h"

struct runs {
	struct slice *v; /* in the arena; they point into the HTML */
	size_t n;
};

/* The same HTML with marks, in the arena; html itself when nothing is kept. */
struct slice runs_keep(struct arena *, struct slice html, struct runs *);
/* Takes the next piece off text that may have marks; false at the end. */
bool runs_next(const struct runs *, struct slice *text, struct slice *piece);
/* The text as it was, in the arena; text itself (NULL too) without a mark. */
const char *runs_restore(struct arena *, const struct runs *, const char *text);

#endif
