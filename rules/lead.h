/*
 * Lists: what leads one in ("We will:", "You must:") is said of each item, so an
 * item is read behind the words that lead it in.
 */
#ifndef RULES_LEAD_H
#define RULES_LEAD_H

#include "rules/sentence.h"
#include "rules/view.h"

/* The words that a sentence leads a list in with, in its arena; none when it
 * leads none in. */
struct slice lead_words(struct reader *, const struct view *);
/* Looks at the item of a list behind the words that lead it in. */
struct view lead_view(struct reader *, struct slice lead, struct slice text,
    const struct sentence *item);

#endif
