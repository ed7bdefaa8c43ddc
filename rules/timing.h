/*
 * Which of the times of a sentence is a promise's.  That behind its verb; else
 * behind a later verb of the same frame; else one before it in the clause ("By
 * Friday we will ..."); else a day told before that it speaks of ("that day").
 */
#ifndef RULES_TIMING_H
#define RULES_TIMING_H

#include "rules/frame.h"
#include "rules/head.h"

/* The time of a frame's head; of none in heads, of the frame.  NULL when it has
 * none.  It lives in the view or the reader's arena. */
const struct when *
time_of(struct reader *, const struct view *, const struct frames *,
    const struct frame *, const struct heads *, size_t head);
/*
 * "The keys by Friday | and the rest by the 20th": where the second thing
 * begins that the same verb does on a day of its own, between two places; end
 * when there is none.
 */
size_t
next_conjunct(struct reader *, const struct view *, size_t from, size_t end);

#endif
