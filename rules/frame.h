/*
 * Frames: the words by which somebody commits himself or another ("we will",
 * "please ... by"), found by the promise and deadline rules.  Each has a window
 * in which what it is about is sought: from its start to the next frame or the
 * end of its clause.
 */
#ifndef RULES_FRAME_H
#define RULES_FRAME_H

#include "rules/clause.h"

enum { FRAMES_MOST = 128 };

/* Places are those of the marked text. */
struct frame {
	struct hit hit; /* the words, and the rule that they match */
	struct span clause; /* that it stands in, with what belongs to it */
	size_t start; /* of the clause itself */
	size_t end; /* of its window */
	bool beyond; /* its words go on in a later clause */
	bool made; /* a commitment was made of it */
};

struct frames {
	struct frame v[FRAMES_MOST];
	size_t n;
};

/* Adds the hits of rules that are read otherwise, or of those that are not;
 * without those that a guard of theirs speaks against. */
void frames_add(struct reader *, const struct hits *, bool otherwise,
    const struct view *, const struct clauses *, struct frames *);
/* Drops the frames that say nothing, and sets the windows of the others, which
 * are then in the order of the text. */
void frames_settle(struct reader *, const struct view *, const struct clauses *,
    struct frames *, const struct hits *nothing);
/* No guard of its rule matches in its clause. */
bool frame_passes(struct reader *, const struct view *, const struct frame *);
/* The last frame before one that shares no words with it; NULL when none. */
const struct frame *frame_before(const struct frames *, const struct frame *);
/* Where a bare span says when: of a deadline ("open for 14 days") anywhere. */
struct span frame_span_room(const struct frame *);

#endif
