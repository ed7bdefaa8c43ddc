/*
 * See filing.h.
 *
 *	kept		the bytes, for ever, in a transaction of their own
 *	understood	message, original, findings: by a reader, without a store
 *	then in a second transaction, all of it or nothing:
 *	judged		who speaks, and what proves it
 *	placed		in a case, in none, or in doubt (placing.c)
 *	read		what it promises, keeps, asks for
 *	looked back	whether it explains what came before (late.c)
 *	answered	commands, receipts, questions (answering.c)
 *	done		it waits no more
 */
#include <string.h>

#include "cases/ledger.h"
#include "handover.h"
#include "step.h"

static int recall(struct step *, struct err *);
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

/* While a reader is at work: what will be wanted then. */
static void
use_the_wait(struct run *run, const struct apart_job *job)
{
	while (!reader_ready(run, job) && store_prepare(run->store))
		continue;
}

int
step_understand(struct step *s, struct err *err)
{
	struct apart_job *job = s->job;
	struct slice answer = s->answer;

	s->job = NULL;
	s->answer.len = 0;
	if (job != NULL)
		use_the_wait(s->run, job);
	s->mail = job != NULL ? reader_answer(s->run, s->arena, job, err)
		  : answer.len > 0
		      ? reader_said(s->arena, answer, err)
		      : reader_read(s->run, s->arena, s->arrival->raw, err);
	s->filed->mail = s->mail;
	return s->mail == NULL ? -1 : 0;
}

static enum direction
speaker(const struct understood *u, const struct proof *p, bool commanding)
{
	if (p->ours && !p->ours_to_company)
		return FROM_PROMISED;
	if (p->ours_to_company)
		return FROM_OWNER;
	if (commanding)
		return FROM_COMMAND;
	return u->sender == WHO_CUSTOMER ? FROM_OWNER : FROM_COMPANY;
}

int
step_judge(struct step *s, struct err *err)
{
	struct run *run = s->run;
	bool commanding;

	if (token_key_get(run->store, run->owner, &s->key, err) != 0)
		return -1;
	s->proof = mail_proof(s->arena, run, &s->key, s->mail);
	commanding = s->mail->from_owner && s->proof.to_us &&
		     !s->mail->original->forwarded &&
		     !s->mail->machine_written &&
		     has_commands(s->run, s->arena, s->mail, &s->proof);
	s->direction = speaker(s->mail, &s->proof, commanding);
	return 0;
}

int
step_apply(const struct step *s, int case_number, struct change *change,
    struct applied *applied, struct err *err)
{
	const struct understood *u = s->mail;
	struct said said = {
	    .case_number = case_number,
	    .message = s->filed->message,
	    .direction = s->direction,
	    .date = u->anchor,
	    .autoreply = u->machine_written,
	    .attachment = u->message->part_count > 0,
	    .findings = u->findings,
	    .change = change,
	};

	return obligations_apply(s->run->store, s->run->owner, s->arena,
	    s->run->calendars, &said, s->run->now.utc, applied, err);
}

int
step_read(struct step *s, struct err *err)
{
	if (late_read_joined(s, err) != 0)
		return -1;
	if (s->placement.number == 0 || s->direction == FROM_PROMISED ||
	    s->direction == FROM_COMMAND || s->placing.bounce)
		return 0;
	return step_apply(s, s->placement.number, NULL, &s->applied, err);
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
