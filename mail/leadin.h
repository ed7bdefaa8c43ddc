/*
 * Lead-ins: the line above a quotation, "On ... wrote:".
 *
 * A lead-in is an instance of a pattern of the forms that tells a date or an
 * address where the pattern has '*'.  It may be wrapped to LEADIN_LINES lines
 * of WINDOW_MOST bytes together, and it may stand behind the author's last
 * words.  A line that could end one, by its last word or because a line above
 * could begin it, is tried out: as many times in a text as its `leadins` allow,
 * so that the whole stays linear and cheap.
 */
#ifndef MAIL_LEADIN_H
#define MAIL_LEADIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "mail/forms.h"
#include "mail/history.h"
#include "mail/lines.h"

/* Whether a lead-in ends at line i, which is not blank, and begins at line
 * `from` or below; sets out. */
bool leadin_at(struct arena *, const struct forms *, struct lines *,
    size_t from, size_t i, struct boundary *out);

#endif
