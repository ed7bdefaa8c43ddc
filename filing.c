/*
 * See filing.h.
 *
 *	kept		the bytes, for ever, in a transaction of their own
 *	understood	message, original, findings: by a reader, without a store
 *	then in a second transaction, all of it or nothing:
 *	judged		who speaks, and what proves it (judging.c)
 *	placed		in a case, in none, or in doubt (placing.c)
 *	read		what it promises, keeps, asks for (late.c)
 *	looked back	whether it explains what came before (late.c)
 *	answered	commands, receipts, questions (answering.c)
 *	done		it waits no more
 */
#include <string.h>

#include "cases/ledger.h"
#include "handover.h"
#include "step.h"

static int recall(struct step *, struct err *);
static int step_place(struct step *, struct err *);
static int step_answer(struct step *, struct err *);
static int step_done(struct step *, struct err *);

/* They change the store; each sees what the ones before it did. */
static int (*const steps[])(struct step *, struct err *) = {
    step_judge,
    step_place,
    step_read,
    late_look_back,
    step_answer,
    step_done,
};

static int
take_steps(struct step *s, struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i](s, err) != 0)
			return -1;
	return 0;
}

/* Placed, read, answered: all of it, or nothing. */
int
step_decide(struct step *s, struct err *err)
{
	struct run *run = s->run;
	int ours;

	/* Nobody waits for the store while we wait for a reader. */
	if (step_understand(s, err) != 0 || store_begin(run->store, err) != 0)
		return -1;
	ours = intake_claim(run->store, run->owner, s->filed->message, err);
	if (ours > 0 && take_steps(s, err) == 0 &&
	    store_commit(run->store, err) == 0)
		return 0;
	store_rollback(run->store);
	if (ours != 0)
		return -1;
	/* Another process was first: it is decided all the same. */
	return run->on_kept != NULL ? recall(s, err) : 0;
}

int
file_message(struct run *run, struct arena *a, const struct arrival *arrival,
    struct apart_job *job, struct filed *filed, struct err *err)
{
	struct step step = {.run = run,
	    .arena = a,
	    .arrival = arrival,
	    .received = arrival->received,
	    .job = job,
	    .filed = filed};
	struct kept kept;

	memset(filed, 0, sizeof(*filed));
	if (intake_keep(run->store, run->owner, arrival, &kept, err) != 0)
		return -1;
	filed->message = kept.message;
	filed->duplicate = kept.duplicate;
	if (run->on_kept != NULL) {
		fputs("kept\n", run->on_kept);
		fflush(run->on_kept);
		store_relax(run->store);
	}
	if (kept.waiting)
		return step_decide(&step, err);
	/* Only a filter has to say again what was found. */
	return run->on_kept != NULL ? recall(&step, err) : 0;
}

/* What was decided earlier, by us or by another, is told again. */
static int
recall(struct step *s, struct err *err)
{
	struct run *run = s->run;
	struct message_row row;
	struct case_row c;

	if (s->mail == NULL && step_understand(s, err) != 0)
		return -1;
	s->filed->company = s->mail->company;
	if (ledger_message(run->store, run->owner, s->arena, s->filed->message,
		&row, err) != 0)
		return -1;
	s->filed->placed_by = row.placed_by;
	s->filed->case_number = row.case_number;
	if (row.case_number == 0)
		return 0;
	if (ledger_case(run->store, run->owner, s->arena, row.case_number, &c,
		err) != 0)
		return -1;
	s->filed->company = c.company_domain;
	return 0;
}

/* --- the steps --- */

/* What was skimmed, and a case comes into question: all of it, now. */
static int
find_place_skimmed(struct step *s, struct err *err)
{
	struct arrival *arrival = arena_calloc(s->arena, 1, sizeof(*arrival));

	placing_collect(s);
	if (placing_find(s, err) != 0)
		return -1;
	if (!s->placement.depends)
		return 0;
	s->arrival = arrival;
	if (intake_raw(s->run->store, s->run->owner, s->filed->message,
		s->arena, &arrival->raw, err) != 0 ||
	    step_understand(s, err) != 0)
		return -1;
	placing_collect(s);
	return placing_find(s, err);
}

/* A newsletter that belongs to no case changes nothing. */
static int
step_place(struct step *s, struct err *err)
{
	struct run *run = s->run;
	bool late = false;

	if (find_place_skimmed(s, err) != 0)
		return -1;
	if ((s->placement.number != 0 || !s->placing.bulk ||
		s->placement.by != PLACED_UNFILED) &&
	    again_is_late(run->store, run->owner, s->filed->message,
		s->placing.sent, &late, err) != 0)
		return -1;
	if (late && !s->queued)
		return late_place(s, err);
	s->done = true;
	if (placing_take(s, err) != 0 || placing_describe(s, err) != 0)
		return -1;
	if (late && again_mark_late(
			run->store, run->owner, s->filed->message, err) != 0)
		return -1;
	return 0;
}

static int
step_answer(struct step *s, struct err *err)
{
	struct answer a = {
	    .mail = s->mail,
	    .direction = s->direction,
	    .message = s->filed->message,
	    .placement = &s->placement,
	    .applied = &s->applied,
	    .proof = &s->proof,
	    .again = s->again,
	    .doubted = s->doubted,
	    .doubted_count = s->doubted_count,
	};

	if (s->quiet && s->direction != FROM_PROMISED)
		return 0;
	return answer_message(s->run, s->arena, &a, err);
}

static int
step_done(struct step *s, struct err *err)
{
	return s->done ? 0
		       : intake_done(s->run->store, s->run->owner,
			     s->filed->message, err);
}

/* --- counting --- */

void
counts_add(struct counts *c, const struct filed *filed)
{
	if (filed->duplicate)
		c->duplicates++;
	else if (filed->case_number != 0)
		c->filed++;
	else
		c->unfiled++;
}
