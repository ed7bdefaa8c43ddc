/*
 * Where a message belongs: what it shows of that, the case that is found (or
 * opened, or none), and what is remembered of the message.  See step.h.
 */
#include <string.h>

#include "mail/message.h"
#include "parties.h"
#include "step.h"

static void
add_parties(struct step *s, const struct addresses *list)
{
	struct placing *p = &s->placing;
	size_t i;

	for (i = 0; i < list->n; i++) {
		p->others = arena_grow(
		    s->arena, p->others, p->other_count, sizeof(*p->others));
		p->others[p->other_count++] =
		    party_of(s->run, s->arena, s->mail->message, list->v[i]);
	}
}

static void
add_ids(struct step *s, const struct strings *ids)
{
	size_t i;

	for (i = 0; i < ids->n; i++)
		strings_add(s->arena, &s->placing.references, ids->v[i]);
}

/* A Date may say anything, but no mail was sent after it came. */
static int64_t
sent_of(const struct step *s)
{
	const struct message *m = s->mail->message;

	return m->has_date && m->date.utc < s->received ? m->date.utc
							: s->received;
}

void
placing_collect(struct step *s)
{
	const struct message *m = s->mail->message;
	const struct original *o = s->mail->original;
	struct placing *p = &s->placing;

	memset(p, 0, sizeof(*p));
	p->message = s->filed->message;
	p->case_address = s->proof.case_number;
	p->direction = s->direction;
	p->from = party_of(s->run, s->arena, m, o->from);
	if (!o->forwarded)
		add_parties(s, &m->reply_to);
	add_parties(s, &o->to);
	add_parties(s, &o->cc);
	p->message_id = m->message_id;
	p->original_id = o->message_id;
	add_ids(s, &m->references);
	add_ids(s, &m->in_reply_to);
	add_ids(s, &o->references);
	if (s->mail->bounce != NULL)
		strings_add(
		    s->arena, &p->references, s->mail->bounce->message_id);
	p->subject = o->subject;
	p->text = o->newest;
	p->comment = o->comment;
	p->date = s->mail->anchor;
	p->sent = sent_of(s);
	p->forwarded = o->forwarded && s->mail->from_owner;
	p->bulk = s->mail->bulk;
	p->autoreply = s->mail->machine_written;
	p->bounce =
	    s->mail->bounce != NULL || (bounce_is_report(m) && !o->forwarded);
	p->findings = s->mail->findings;
	p->unread = s->mail->unread;
	p->region = s->run->settings.region;
	p->owner_name = s->run->settings.name;
}

int
placing_find(struct step *s, struct err *err)
{
	struct run *run = s->run;

	if (parties_judge(run, s->arena, s->mail, &s->placing, err) != 0)
		return -1;
	return thread_place(run->store, run->owner, s->arena, run->thread_words,
	    &s->placing, &s->placement, err);
}

int
placing_take(struct step *s, struct err *err)
{
	struct run *run = s->run;

	if (thread_file(run->store, run->owner, s->arena, run->thread_words,
		&s->placing, &s->placement, run->now.utc, err) != 0)
		return -1;
	s->filed->placed_by = s->placement.by;
	s->filed->case_number = s->placement.number;
	s->filed->company = s->placement.company;
	/* Who is not known to be of the company settles nothing. */
	if (s->placement.stranger)
		s->direction = FROM_OTHER;
	return 0;
}

int
placing_describe(struct step *s, struct err *err)
{
	const struct message *m = s->mail->message;
	const struct original *o = s->mail->original;
	struct described d = {
	    .direction = s->direction,
	    .from = o->from,
	    .has_date = o->has_date || m->has_date,
	    .date = s->mail->anchor,
	    .sent = sent_of(s),
	    .subject = o->subject,
	    .original_id = o->message_id,
	    .forwarded = o->forwarded,
	    .autoreply = s->mail->machine_written,
	    .bulk = s->placing.bulk,
	    .attachment = m->part_count > 0,
	    .client = o->client,
	    .language = s->mail->findings->language,
	    .newest = o->newest,
	    .faults = m->faults,
	    .done = s->done,
	};

	return intake_describe(
	    s->run->store, s->run->owner, s->filed->message, &d, err);
}
