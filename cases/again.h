/*
 * Placing again: what a late mail changes.
 *
 * Mail is placed in the order in which it was sent, so that each is judged by
 * what was there before it.  When one comes that was sent before others which
 * have been placed, these are taken out of their cases and placed once more,
 * one after the other; so whatever the order of arrival, the cases are those
 * of mail that came in order.  A few that were sent in one second are in the
 * order of their bytes, many in that in which they came.
 *
 * What the owner has said stays: a mail that he has put somewhere, and all
 * mail of a case that he has put together himself, that he wrote to or had an
 * answer to by its own address.  A case keeps its number.  Two that turn out
 * to be one are merged.  It is one event, which `undo` takes back; what it
 * takes back is the owner's word from then on.
 *
 *	again_begin(..., late, &again, err);
 *	for (i = 0, n = again->n; i < n; i++) {
 *		... place again->v[i].message and file it, with placing.again;
 *		again_placed(again, i, number, err);
 *	}
 *	again_end(again, err);
 *	... read those with moved set, with again->change;
 *	again_tell(again, err);
 *
 * All inside one transaction; everything in the arena.
 */
#ifndef CASES_AGAIN_H
#define CASES_AGAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cases/event.h"
#include "cases/store.h"

struct again_mail {
	int64_t message;
	int64_t sent;
	struct slice sha; /* of two sent at the same time */
	int was, now; /* case; 0: none */
	bool moved; /* into another one: read it again */
};

struct again_case {
	int number;
	bool emptied; /* all its mail is to be placed again */
	int heir; /* the case that takes its number; 0: none yet */
};

struct again {
	struct store *store;
	int64_t owner;
	struct arena *arena;
	struct change *change; /* of all that is done */
	int64_t late;
	int fresh; /* the number that the next new case has for now */
	struct again_mail *v; /* in the order in which they were sent */
	size_t n;
	struct again_case *cases;
	size_t case_count;
	const char *told; /* what has changed; NULL: nothing */
	int told_in; /* on whose timeline */
};

/* Whether mail that was sent after that moment has been placed. */
int again_is_late(struct store *, int64_t owner, int64_t message, int64_t sent,
    bool *late, struct err *);
/* The oldest mail that was marked as late; 0: none. */
int
again_next_late(struct store *, int64_t owner, int64_t *message, struct err *);
int
again_mark_late(struct store *, int64_t owner, int64_t message, struct err *);

/* Takes the mails out of their cases.  late must be described (intake.h) and
 * filed, be it in no case. */
int again_begin(struct store *, int64_t owner, struct arena *, int64_t late,
    int64_t now, struct again **, struct err *);
int again_placed(struct again *, size_t i, int number, struct err *);
/* Another one, in no case until now, that was led to one. */
int again_also(struct again *, int64_t message, struct err *);
int again_end(struct again *, struct err *);
int again_tell(struct again *, struct err *);

/* For thread.c: a number for a new case, until again_end(). */
int again_number(struct again *);

#endif
