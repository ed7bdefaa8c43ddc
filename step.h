/*
 * What the steps of filing one message hand on to each other: private to
 * filing.c, and to judging.c, placing.c, late.c and waiting.c, which have parts
 * of it; each uses those above it in this list alone.
 *
 * A step returns 0, or -1 with err, after which nothing of the message's
 * transaction is done.
 */
#ifndef STEP_H
#define STEP_H

#include "answering.h"
#include "cases/again.h"
#include "cases/obligation.h"
#include "cases/thread.h"
#include "filing.h"
#include "proof.h"

struct step {
	struct run *run;
	struct arena *arena;
	const struct arrival *arrival;
	int64_t received;
	struct apart_job *job; /* in which it is being read; NULL: none yet */
	struct slice answer; /* what a reader has said of it; or none */
	bool quiet;
	bool done; /* once described, all is decided but what it tells */
	bool queued; /* others behind it wait: place those again at the end */
	struct understood *mail;
	struct token_key key;
	struct proof proof;
	enum direction direction;
	struct placing placing;
	struct placement placement;
	struct applied applied;
	struct filed *filed;
	/* When it came late: what that has changed. */
	const char *again;
	struct doubted *doubted;
	size_t doubted_count;
};

/* --- judging.c --- */

/* What a reader makes of it, who may have begun already; without a store. */
int step_understand(struct step *, struct err *);
/* Who speaks, and what proves it. */
int step_judge(struct step *, struct err *);
/* What a mail of that direction says counts in that case; change: of which it
 * is part, or NULL. */
int step_apply(const struct step *, int case_number, struct change *,
    struct applied *, struct err *);

/* --- placing.c --- */

/* What the message shows of where it belongs. */
void placing_collect(struct step *);
/* Where it belongs; nothing is changed. */
int placing_find(struct step *, struct err *);
/* It goes there. */
int placing_take(struct step *, struct err *);
/* What it says of itself is remembered with it. */
int placing_describe(struct step *, struct err *);

/* --- late.c --- */

/* What it says counts in its case, and what unfiled mail says that it has
 * explained. */
int step_read(struct step *, struct err *);
/* Unfiled mail that was placed without this one is placed again. */
int late_look_back(struct step *, struct err *);
/* This one and all that were sent after it are placed again, in order. */
int late_place(struct step *, struct err *);

/* --- filing.c --- */

/* Understood, then all of the steps in one transaction. */
int step_decide(struct step *, struct err *);

#endif
