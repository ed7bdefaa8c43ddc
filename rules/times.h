/*
 * What the time phrases of a sentence tell: each is one mark in the marked text
 * (fold.h) and one `struct when` of the view.
 */
#ifndef RULES_TIMES_H
#define RULES_TIMES_H

#include "rules/view.h"

bool is_mark(char);
bool has_mark(struct slice marked);

/* The phrase that a mark stands for; NULL when it is none of the view's. */
const struct when *time_at(const struct view *, size_t mark);
/*
 * The phrase between two places of the marked text that says best by when; NULL
 * when none does.  A bare span ("two months of your plan") counts only where
 * its mark lies in `room`; a day that is gone already ("the letter that you sent
 * on 12 February") only when asked for.
 */
const struct when *time_in(const struct reader *, const struct view *,
    size_t start, size_t end, struct span room, bool gone_too);
/* The due date of a form is a day before the anchor's, or, of a date without a
 * year, would be nearly a year ahead: it was some weeks ago. */
bool is_gone(const char *expr, struct due, struct moment anchor);
/* The next mark of a day that is told, from a place on; end when none is. */
size_t next_day(const struct view *, size_t from, size_t end);

/* "on Friday", "by 5 May", but not "within 5 days"; false of NULL. */
bool names_day(const struct when *);
/* "two days before it is due": no time for anybody. */
bool counts_back(const struct when *);

#endif
