/*
 * The steps that do not place: what a mail is, who speaks, and what that says
 * in a case.  A new mail takes them, and one that is placed again.
 */
#include "cases/command.h"
#include "handover.h"
#include "step.h"

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

/* Whether a mail of the owner to promised alone is meant as commands: it holds
 * one, or it answers a nudge (then lines that are none are told so). */
static bool
has_commands(const struct run *run, struct arena *a, const struct understood *u,
    const struct proof *proof)
{
	struct mail_commands c =
	    mail_commands_read(a, run->thread_words, u->original->newest);
	size_t i;

	if (proof->seq != 0 && proof->authorised)
		return true;
	for (i = 0; i < c.n; i++)
		if (c.v[i].verb != VERB_UNKNOWN)
			return true;
	return false;
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
