/*
 * History: where in a text the words of others begin.
 *
 * That is at a separator ("Begin forwarded message:"), a block of header fields
 * (block.h), or the line above a quotation (leadin.h).  Lines are looked up, by
 * their folded words, in the forms; each costs a bounded number of look-ups, so
 * that the whole is linear.
 */
#ifndef MAIL_HISTORY_H
#define MAIL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "mail/block.h"
#include "mail/forms.h"
#include "mail/lines.h"

/* Budgets of a text: lead-ins searched, header blocks read that are none. */
enum { LEADIN_TRIES = 100, BLOCK_TRIES = 1000 };

enum mark {
	MARK_NONE,
	MARK_FORWARD, /* a separator that only forwards have */
	MARK_ORIGINAL, /* one that replies have too */
	MARK_BLOCK, /* header fields without a separator */
	MARK_WROTE /* the line above a quotation */
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

/* Lines of a text that is to be searched. */
void history_lines(struct arena *, const char *text, struct lines *);
/* With the whole budget again, for another search. */
void history_again(struct lines *);

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

#endif
