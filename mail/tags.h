/*
 * HTML looked at without building a tree: is it within the budgets of a
 * parser whose cost grows with nesting, and, when it is not, its bare text.
 */
#ifndef MAIL_TAGS_H
#define MAIL_TAGS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"

/*
 * Whether it is no longer than GUARD_HTML, elements lie GUARD_HTML_DEPTH deep
 * at most, there are no more than GUARD_HTML_TAGS of them, none has more than
 * GUARD_HTML_ATTRIBUTES, and none is of a kind that makes the parser leave the
 * common ways (select, svg, frameset and their like).  Errs on the side of
 * "no".  Linear.
 */
bool tags_within_budget(struct slice html);
/* The text between the tags, with a line for each block.  Linear. */
char *tags_strip(struct arena *, struct slice html);

#endif
