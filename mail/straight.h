/*
 * The text of HTML that is nested as it is written, in one pass.
 */
#ifndef MAIL_STRAIGHT_H
#define MAIL_STRAIGHT_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * What html_tree_text() would say; NULL when it takes a tree to know, or when
 * tags_within_budget() might say no.  html is valid UTF-8 and not empty.
 * Linear.
 */
char *straight_text(struct arena *, struct slice html);

#endif
