/*
 * History: where in a text the words of others begin.
 *
 * The text is cut into lines; a line is looked up, by its folded words, in the
 * forms (forms.h).  What begins a history is a separator ("Begin forwarded
 * message:"), a block of header fields, or the line above a quotation ("On ...
 * wrote:"), which may be wrapped.  Each line costs a bounded number of look-ups
 * and no window is longer than WINDOW_MOST bytes, so that the whole is linear;
 * lines above quotations are searched LEADIN_TRIES times in a text at most.
 */
#ifndef MAIL_HISTORY_H
#define MAIL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mail/datetext.h"
#include "mail/forms.h"

enum { LEADIN_LINES = 6, WINDOW_MOST = 700, LEADIN_TRIES = 20000 };

struct line {
	uint32_t start, len; /* without its end */
	uint32_t inner; /* where the text begins after quote marks */
	uint16_t depth; /* number of quote marks */
};

struct lines {
	const char *text; /* borrowed */
	struct line *v;
	size_t n;
	unsigned tries; /* lead-ins still searched; begins as LEADIN_TRIES */
};

/* Cuts the text, of which at most 1 GB is read. */
void lines_cut(struct arena *, const char *text, struct lines *);
struct slice line_whole(const struct lines *, size_t i);
struct slice line_inner(const struct lines *, size_t i); /* trimmed */
bool line_blank(const struct lines *, size_t i); /* but for quote marks */

enum mark {
	MARK_NONE,
	MARK_FORWARD, /* a separator that only forwards have */
	MARK_ORIGINAL, /* one that replies have too */
	MARK_BLOCK, /* header fields without a separator */
	MARK_WROTE /* the line above a quotation */
};

/* Header fields as quoted; empty slices where none. */
struct quoted_header {
	struct slice field[LABEL_COUNT]; /* by enum label; in the arena */
	bool seen[LABEL_COUNT];
	languages languages; /* that its labels may be in */
};

struct boundary {
	enum mark mark;
	size_t first; /* the first line of the history */
	size_t kept; /* bytes at the start of that line that are not history */
	size_t after; /* the first line below header or lead-in */
	unsigned depth; /* quote marks of the header */
	struct quoted_header header;
	const char *form; /* "de: Weitergeleitete Nachricht" */
};

/*
 * The first boundary from line `from` on; only among lines without quote marks
 * when `unquoted`.  False when there is none.
 */
bool history_find(struct arena *, const struct forms *, struct lines *,
    size_t from, bool unquoted, struct boundary *);

/* A line such as "----- End forwarded message -----". */
bool history_ends(const struct forms *, const struct lines *, size_t i);
/* A line that a mail program or a list adds: "Sent from my *". */
bool line_is_footer(const struct forms *, const struct lines *, size_t i);
/* A line of one repeated mark: "_____", "-----". */
bool line_is_rule(const struct lines *, size_t i);

#endif
