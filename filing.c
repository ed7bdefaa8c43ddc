/*
 * The life of a message, on one screen: see file_message().
 */
#include <string.h>
#include <strings.h>
#include <sysexits.h>
#include <unistd.h>

#include "answering.h"
#include "base/log.h"
#include "cases/again.h"
#include "cases/ledger.h"
#include "cases/obligation.h"
#include "filing.h"
#include "handover.h"
#include "mail/header.h"
#include "mail/source.h"
#include "parties.h"
#include "proof.h"

/* Of mails that go into one transaction; and of a list, to hold it. */
enum { BATCH = APART_JOBS / 2, BATCH_BYTES = 3 << 20, WAITING_MOST = 1 << 20 };

/* What the steps of one message hand on to each other. */
struct step {
	struct run *run;
	struct arena *arena;
	const struct arrival *arrival;
	int64_t received;
	struct apart_job *job; /* in which it is being read; NULL: none yet */
	bool quiet;
	bool done; /* with step_describe() all is decided but what it tells */
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

/* The disk's or another process's fault, and no mail's. */
static bool
passes(const struct err *err)
{
	return err->code == EX_TEMPFAIL || err->code == EX_IOERR;
}

/* --- who speaks --- */

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
	struct strings *all = &s->placing.references;
	size_t i;

	for (i = 0; i < ids->n; i++) {
		all->v = arena_grow(s->arena, all->v, all->n, sizeof(*all->v));
		all->v[all->n++] = ids->v[i];
	}
}

/* RFC 3464, or the null sender of RFC 5321 section 4.5.5. */
static bool
is_bounce(const struct message *m)
{
	const char *type = message_field(m, "Content-Type");
	const char *path = message_field(m, "Return-Path");

	return (type != NULL &&
		   strcasestr(type, "report-type=delivery-status") != NULL) ||
	       (type != NULL &&
		   strcasestr(type, "report-type=\"delivery-status\"") !=
		       NULL) ||
	       (path != NULL && strcmp(path, "<>") == 0);
}

/* A Date may say anything, but no mail was sent after it came. */
static int64_t
sent_of(const struct step *s)
{
	const struct message *m = s->mail->message;

	return m->has_date && m->date.utc < s->received ? m->date.utc
							: s->received;
}

static void
collect_evidence(struct step *s)
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
	p->subject = o->subject;
	p->text = o->newest;
	p->comment = o->comment;
	p->date = s->mail->anchor;
	p->sent = sent_of(s);
	p->forwarded = o->forwarded && s->mail->from_owner;
	p->bulk = s->mail->bulk;
	p->autoreply = s->mail->machine_written;
	p->bounce = is_bounce(m) && !o->forwarded;
	p->findings = s->mail->findings;
	p->unread = s->mail->unread;
	p->region = s->run->settings.region;
}

/* --- the steps --- */

/* What a reader makes of it, who may have begun already. */
static int
understand(struct step *s, struct err *err)
{
	struct apart_job *job = s->job;

	s->job = NULL;
	s->mail = job != NULL
		      ? reader_answer(s->run, s->arena, job, err)
		      : reader_read(s->run, s->arena, s->arrival->raw, err);
	s->filed->mail = s->mail;
	return s->mail == NULL ? -1 : 0;
}

static int
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
		     has_commands(s->arena, s->mail, &s->proof);
	s->direction = speaker(s->mail, &s->proof, commanding);
	return 0;
}

static int
find_place(struct step *s, struct err *err)
{
	struct run *run = s->run;

	if (parties_judge(run, s->arena, s->mail, &s->placing, err) != 0)
		return -1;
	return thread_place(run->store, run->owner, s->arena, run->thread_words,
	    &s->placing, &s->placement, err);
}

static int
take_place(struct step *s, struct err *err)
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

static int
step_describe(struct step *s, struct err *err)
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

static int
apply_findings(struct run *run, struct arena *a, const struct understood *u,
    enum direction direction, int64_t message, int case_number,
    struct change *change, struct applied *applied, struct err *err)
{
	struct said said = {
	    .case_number = case_number,
	    .message = message,
	    .direction = direction,
	    .date = u->anchor,
	    .autoreply = u->machine_written,
	    .attachment = u->message->part_count > 0,
	    .findings = u->findings,
	    .change = change,
	};

	return obligations_apply(run->store, run->owner, a, run->calendars,
	    &said, run->now.utc, applied, err);
}

/* A mail that was placed before, read again, all of it. */
static int
understand_again(struct step *s, struct run *run, struct arena *a,
    struct filed *filed, int64_t message, struct err *err)
{
	struct arrival *arrival = arena_calloc(a, 1, sizeof(*arrival));
	struct waits waits;

	arrival->source = "store";
	memset(filed, 0, sizeof(*filed));
	filed->message = message;
	*s = (struct step){
	    .run = run, .arena = a, .arrival = arrival, .filed = filed};
	if (intake_get(run->store, run->owner, message, a, &arrival->raw,
		&waits, err) != 0)
		return -1;
	s->received = waits.received;
	if (understand(s, err) != 0 || step_judge(s, err) != 0)
		return -1;
	collect_evidence(s);
	s->placing.twin = s->mail->twin;
	return 0;
}

/* What the owner has put into a case was perhaps left unread before. */
static int
read_again_whole(struct step *s, struct err *err)
{
	s->direction =
	    s->mail->sender == WHO_CUSTOMER ? FROM_OWNER : FROM_COMPANY;
	return thread_read(s->run->store, s->run->owner, s->arena,
	    s->run->thread_words, &s->placing, err);
}

/* change: of which it is part; NULL: of one of its own. */
static int
read_again(struct run *run, struct arena *a, int64_t message, int case_number,
    struct change *change, struct err *err)
{
	struct applied applied = {0};
	struct message_row row;
	struct filed filed;
	struct step s;

	if (ledger_message(run->store, run->owner, a, message, &row, err) !=
		0 ||
	    understand_again(&s, run, a, &filed, message, err) != 0)
		return -1;
	s.direction = row.direction;
	if (change == NULL && read_again_whole(&s, err) != 0)
		return -1;
	if (s.direction == FROM_COMMAND || is_bounce(s.mail->message))
		return 0;
	return apply_findings(run, a, s.mail, s.direction, message, case_number,
	    change, &applied, err);
}

int
file_again(struct run *run, struct arena *a, int64_t message, int case_number,
    struct err *err)
{
	return read_again(run, a, message, case_number, NULL, err);
}

/* Earlier unfiled mail that this one has explained is read now. */
static int
apply_joined(struct step *s, struct err *err)
{
	const struct placement *p = &s->placement;
	size_t i;

	for (i = 0; i < p->joined_count; i++)
		if (file_again(
			s->run, s->arena, p->joined[i], p->number, err) != 0)
			return -1;
	return 0;
}

static int
step_read(struct step *s, struct err *err)
{
	if (apply_joined(s, err) != 0)
		return -1;
	if (s->placement.number == 0 || s->direction == FROM_PROMISED ||
	    s->direction == FROM_COMMAND || s->placing.bounce)
		return 0;
	return apply_findings(s->run, s->arena, s->mail, s->direction,
	    s->filed->message, s->placement.number, NULL, &s->applied, err);
}

/* Unfiled until now: where does it belong, as things are? */
static int
place_again(struct step *late, int64_t message, struct err *err)
{
	struct filed filed;
	struct step s;

	/* It was read once; if it cannot be now, it stays where it is. */
	if (understand_again(
		&s, late->run, late->arena, &filed, message, err) != 0)
		return passes(err) ? -1 : 0;
	s.placing.sent = late->placing.sent;
	s.placing.cause = late->filed->message;
	s.placing.again = late->placing.again;
	if (find_place(&s, err) != 0)
		return -1;
	if (s.placement.number == 0)
		return 0;
	if (take_place(&s, err) != 0 || step_describe(&s, err) != 0)
		return -1;
	return s.placing.again != NULL
		   ? again_also(s.placing.again, message, err)
		   : step_read(&s, err);
}

/* A mail that comes late is missed by those that were placed without it. */
static int
step_again(struct step *s, struct err *err)
{
	int64_t *messages;
	size_t i, n;

	if (s->placement.number == 0 || s->placement.stranger)
		return 0;
	if (thread_unfiled_after(s->run->store, s->run->owner, s->arena,
		s->placement.number, s->placing.date.utc, &messages, &n,
		err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (place_again(s, messages[i], err) != 0)
			return -1;
	return 0;
}

/* --- mail that comes out of order --- */

static int
place_in_turn(struct step *s, struct again *again, size_t i, struct err *err)
{
	size_t k;

	s->placing.again = again;
	if (find_place(s, err) != 0 || take_place(s, err) != 0 ||
	    step_describe(s, err) != 0 || step_again(s, err) != 0)
		return -1;
	for (k = 0; k < s->placement.joined_count; k++)
		if (again_also(again, s->placement.joined[k], err) != 0)
			return -1;
	return again_placed(again, i, s->placement.number, err);
}

static void
note_doubt(struct step *late, const struct step *s)
{
	struct doubted *d;

	if (s->placement.by != PLACED_DOUBT)
		return;
	late->doubted = arena_grow(late->arena, late->doubted,
	    late->doubted_count, sizeof(*late->doubted));
	d = &late->doubted[late->doubted_count++];
	d->message = s->filed->message;
	d->placement = s->placement;
}

/* What cannot be read any more is in no case, and said so in the log. */
static int
place_other(struct step *late, struct again *again, size_t i, struct err *err)
{
	struct filed filed;
	struct step s;
	struct err e = {0};

	if (understand_again(&s, late->run, late->arena, &filed,
		again->v[i].message, &e) == 0) {
		if (place_in_turn(&s, again, i, err) != 0)
			return -1;
		note_doubt(late, &s);
		return 0;
	}
	*err = e;
	if (passes(&e))
		return -1;
	log_warn("mail %lld: %s", (long long)again->v[i].message, e.text);
	return again_placed(again, i, 0, err);
}

static int
read_moved(struct step *s, struct again *again, struct err *err)
{
	size_t i;

	for (i = 0; i < again->n; i++)
		if (again->v[i].moved &&
		    read_again(s->run, s->arena, again->v[i].message,
			again->v[i].now, again->change, err) != 0)
			return -1;
	return 0;
}

static int
number_of(const struct again *again, int64_t message)
{
	size_t i;

	for (i = 0; i < again->n; i++)
		if (again->v[i].message == message)
			return again->v[i].now;
	return 0;
}

static int
know_candidates(
    struct step *s, int64_t message, struct placement *p, struct err *err)
{
	return ledger_candidates(s->run->store, s->run->owner, s->arena,
	    message, &p->candidates, &p->candidate_count, err);
}

/* Those that are still to be asked about. */
static int
know_doubts(struct step *s, const struct again *again, struct err *err)
{
	struct doubted *d;
	size_t i, n = 0;

	for (i = 0; i < s->doubted_count; i++) {
		d = &s->doubted[i];
		if (number_of(again, d->message) != 0)
			continue;
		if (know_candidates(s, d->message, &d->placement, err) != 0)
			return -1;
		s->doubted[n++] = *d;
	}
	s->doubted_count = n;
	return 0;
}

/* Cases have their true numbers only now. */
static int
know_place(struct step *s, const struct again *again, struct err *err)
{
	s->placement.number = number_of(again, s->filed->message);
	if (s->placement.number != 0 && s->placement.by == PLACED_UNFILED) {
		s->placement.by = PLACED_REFERENCES;
		s->placement.why = "is answered in this case";
	}
	s->filed->case_number = s->placement.number;
	s->filed->placed_by = s->placement.by;
	s->again = again->told;
	if (s->placement.by == PLACED_DOUBT &&
	    know_candidates(s, s->filed->message, &s->placement, err) != 0)
		return -1;
	return know_doubts(s, again, err);
}

/* All that were sent after this one are placed again, and it before them. */
static int
place_in_order(struct step *s, struct err *err)
{
	struct run *run = s->run;
	struct again *again;
	size_t i, n;
	int rc = 0;

	if (again_begin(run->store, run->owner, s->arena, s->filed->message,
		run->now.utc, &again, err) != 0)
		return -1;
	for (i = 0, n = again->n; i < n && rc == 0; i++)
		rc = s->mail != NULL && again->v[i].message == s->filed->message
			 ? place_in_turn(s, again, i, err)
			 : place_other(s, again, i, err);
	s->placing.again = NULL;
	if (rc != 0 || again_end(again, err) != 0 ||
	    read_moved(s, again, err) != 0 || again_tell(again, err) != 0)
		return -1;
	return know_place(s, again, err);
}

/* In no case, until those behind it are taken out of theirs. */
static int
place_late(struct step *s, struct err *err)
{
	struct run *run = s->run;
	struct placement none = {.by = PLACED_UNFILED,
	    .why = "belongs to no case",
	    .numbers = s->placement.numbers,
	    .print = s->placement.print};

	s->placement = none;
	if (take_place(s, err) != 0 || step_describe(s, err) != 0 ||
	    place_in_order(s, err) != 0)
		return -1;
	if (s->placement.number == 0)
		return 0;
	return event_note(run->store, run->owner, s->placement.number,
	    ACTOR_MAIL, s->placement.by == PLACED_NEW ? "opened" : "filed",
	    s->placement.why, s->filed->message, run->now.utc, err);
}

/* What was skimmed, and a case comes into question: all of it, now. */
static int
find_place_skimmed(struct step *s, struct err *err)
{
	struct arrival *arrival = arena_calloc(s->arena, 1, sizeof(*arrival));

	collect_evidence(s);
	if (find_place(s, err) != 0)
		return -1;
	if (!s->placement.depends)
		return 0;
	s->arrival = arrival;
	if (intake_raw(s->run->store, s->run->owner, s->filed->message,
		s->arena, &arrival->raw, err) != 0 ||
	    understand(s, err) != 0)
		return -1;
	collect_evidence(s);
	return find_place(s, err);
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
		return place_late(s, err);
	s->done = true;
	if (take_place(s, err) != 0 || step_describe(s, err) != 0)
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

/* What was decided earlier, by us or by another, is told again. */
static int
recall(struct step *s, struct err *err)
{
	struct run *run = s->run;
	struct message_row row;
	struct case_row c;

	if (s->mail == NULL && understand(s, err) != 0)
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

static int
step_done(struct step *s, struct err *err)
{
	return s->done ? 0
		       : intake_done(s->run->store, s->run->owner,
			     s->filed->message, err);
}

/* The steps that change the store; each sees what the ones before it did. */
static int
take_steps(struct step *s, struct err *err)
{
	static int (*const steps[])(struct step *, struct err *) = {step_judge,
	    step_place, step_read, step_again, step_answer, step_done};
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i](s, err) != 0)
			return -1;
	return 0;
}

/* Placed, read, answered: all of it, or nothing. */
static int
decide(struct step *s, struct err *err)
{
	struct run *run = s->run;
	int ours;

	/* Nobody waits for the store while we wait for a reader. */
	if (understand(s, err) != 0 || store_begin(run->store, err) != 0)
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
	}
	if (kept.waiting)
		return decide(&step, err);
	/* Only a filter has to say again what was found. */
	return run->on_kept != NULL ? recall(&step, err) : 0;
}

/* --- what waits --- */

/* On a terminal: how far it is, every hundred mails. */
static void
show_progress(size_t n, const char *what, bool last)
{
	if (!isatty(STDERR_FILENO) || (n % 100 != 0 && !last))
		return;
	fprintf(stderr, "\r%zu mails %s%s", n, what, last ? "\n" : "");
}

/*
 * The first mails of the past are given to the readers as they are kept, for
 * these have nothing else to do yet: in the order of their numbers.
 */
struct early {
	size_t n;
	struct early_mail {
		int64_t message, received;
		struct apart_job *job; /* NULL: taken */
	} v[APART_JOBS];
};

/* A mail of the past that was kept. */
struct fresh {
	int64_t message; /* 0: it was there before */
	int64_t received;
};

static void
read_early(struct run *run, const struct fresh *fresh, struct slice raw)
{
	struct early *e = run->early;
	struct apart_job *job;

	if (e == NULL)
		e = run->early = arena_alloc(run->arena, sizeof(*e));
	if (e->n == APART_JOBS || reader_full(run))
		return;
	job = reader_job(run);
	reader_ask(run, job, raw, true);
	e->v[e->n].message = fresh->message;
	e->v[e->n].received = fresh->received;
	e->v[e->n++].job = job;
}

/* NULL: it is not among them. */
static struct early_mail *
find_early(struct run *run, int64_t message)
{
	struct early *e = run->early;
	size_t from = 0, to = e == NULL ? 0 : e->n, i;

	while (from < to) {
		i = from + (to - from) / 2;
		if (e->v[i].message == message)
			return e->v[i].job == NULL ? NULL : &e->v[i];
		if (e->v[i].message < message)
			from = i + 1;
		else
			to = i;
	}
	return NULL;
}

/* But for those of the list. */
static void
drop_early(struct run *run, const int64_t *messages, size_t n)
{
	struct early *e = run->early;
	size_t i, k;

	for (i = 0; e != NULL && i < e->n; i++) {
		for (k = 0; k < n && messages[k] != e->v[i].message; k++)
			;
		if (k < n || e->v[i].job == NULL)
			continue;
		apart_drop(run->readers, e->v[i].job);
		e->v[i].job = NULL;
	}
}

/* A mail that waits, and is read ahead of its turn. */
struct ahead {
	struct apart_job *job; /* NULL: there was nothing to read */
	struct waits waits;
};

/* What waits, in the order in which it is decided. */
struct queue {
	struct run *run;
	struct arena *arena; /* of one message */
	int64_t *messages;
	size_t n;
	size_t asked; /* so many are given to the readers */
	size_t begun; /* one more than the last that was marked */
	size_t careful; /* so many are to be decided alone */
	struct ahead ahead[APART_JOBS]; /* of message i: i % APART_JOBS */
};

/* What cannot be had is told when it is to be decided. */
static void
ask_ahead(struct queue *q, size_t i)
{
	struct run *run = q->run;
	struct ahead *ahead = &q->ahead[i % APART_JOBS];
	struct early_mail *early = find_early(run, q->messages[i]);
	struct slice raw;
	struct err ignored;

	memset(ahead, 0, sizeof(*ahead));
	if (early != NULL) {
		ahead->waits.past = true;
		ahead->waits.received = early->received;
		ahead->job = early->job;
		early->job = NULL;
		return;
	}
	ahead->job = reader_job(run);
	if (intake_get(run->store, run->owner, q->messages[i],
		ahead->job->arena, &raw, &ahead->waits, &ignored) == 0) {
		reader_ask(run, ahead->job, raw, ahead->waits.past);
		return;
	}
	apart_drop(run->readers, ahead->job);
	ahead->job = NULL;
}

/* Gives the readers their next mails, from the i-th on. */
static void
read_ahead(struct queue *q, size_t i)
{
	if (q->asked < i)
		q->asked = i;
	while (q->asked < q->n && q->asked < i + APART_JOBS &&
	       (!reader_full(q->run) ||
		   find_early(q->run, q->messages[q->asked]) != NULL))
		ask_ahead(q, q->asked++);
}

static void
forget_ahead(struct queue *q)
{
	size_t i;

	for (i = 0; i < APART_JOBS; i++)
		if (q->ahead[i].job != NULL)
			apart_drop(q->run->readers, q->ahead[i].job);
	drop_early(q->run, NULL, 0);
}

static int
decide_message(struct queue *q, size_t i, struct filed *filed, struct err *err)
{
	struct run *run = q->run;
	struct ahead *ahead = &q->ahead[i % APART_JOBS];
	struct arrival arrival = {.source = "store"};
	struct step step = {
	    .run = run, .arena = q->arena, .arrival = &arrival, .filed = filed};
	int rc = 0;

	read_ahead(q, i);
	step.job = i < q->asked ? ahead->job : NULL;
	if (step.job == NULL)
		rc = intake_get(run->store, run->owner, filed->message,
		    q->arena, &arrival.raw, &ahead->waits, err);
	ahead->job = NULL;
	step.quiet = ahead->waits.past;
	step.received = ahead->waits.received;
	step.queued = true;
	if (rc == 0)
		rc = decide(&step, err);
	if (step.job != NULL)
		apart_drop(run->readers, step.job);
	return rc;
}

/* 1: it took the batch with it, and is to be decided again, alone. */
static int
decide_waiting(
    struct queue *q, size_t i, struct counts *counts, struct err *err)
{
	struct filed filed = {.message = q->messages[i]};
	struct err e = {0};

	arena_reset(q->arena);
	if (decide_message(q, i, &filed, &e) == 0) {
		counts->filed += filed.case_number != 0;
		counts->unfiled += filed.case_number == 0;
		return 0;
	}
	if (passes(&e)) {
		*err = e;
		return -1;
	}
	if (store_batch_lost(q->run->store))
		return 1;
	counts->failed++;
	/* It may have been marked as begun, or not. */
	if (intake_try(q->run->store, q->run->owner, filed.message, err) != 0)
		return -1;
	log_warn("mail %lld: %s; it is kept and tried again",
	    (long long)filed.message, e.text);
	return 0;
}

/*
 * How many go together from the i-th on: of those that are given to the
 * readers the first half, so that these have work meanwhile.  One that was
 * begun before stands alone, and so do those behind it: one of them may be the
 * one on which we die.
 */
static size_t
batch_size(struct queue *q, size_t i)
{
	size_t most = q->asked - i, size;

	if (q->asked < q->n)
		most /= 2;
	for (size = 0; size < BATCH && size < most; size++) {
		/* The first may have been marked by the batch before. */
		if (q->ahead[(i + size) % APART_JOBS].waits.tries == 0 ||
		    q->begun == i + size + 1)
			continue;
		if (size == 0)
			q->careful = BATCH;
		break;
	}
	if (q->careful == 0 && size > 0)
		return size;
	q->careful -= q->careful > 0;
	return 1;
}

/*
 * What is about to be decided is marked before, and that is safe on the disk:
 * the first of a batch stands for it.  The batch before has done so already.
 */
static int
mark_begun(struct queue *q, size_t i, struct err *err)
{
	if (q->begun == i + 1)
		return 0;
	q->begun = i + 1;
	return intake_try(q->run->store, q->run->owner, q->messages[i], err);
}

/* Nobody shall wait for the store while we wait for a reader. */
static void
await_readers(struct queue *q, size_t i, size_t size)
{
	struct err told_later;
	size_t k;

	for (k = i; k < i + size && k < q->asked; k++) {
		struct apart_job *job = q->ahead[k % APART_JOBS].job;

		if (job != NULL)
			(void)apart_wait(q->run->readers, job, &told_later);
	}
}

/* *size is 0 when it is to be done again, one by one. */
static int
decide_batch(struct queue *q, size_t i, size_t *size, struct counts *counts,
    struct err *err)
{
	struct store *store = q->run->store;
	struct counts done = *counts;
	size_t k;
	int rc = 0;

	if (mark_begun(q, i, err) != 0 || store_batch_begin(store, err) != 0)
		return -1;
	for (k = i; k < i + *size && rc == 0; k++)
		rc = decide_waiting(q, k, &done, err);
	if (rc == 0 && k < q->n)
		rc = mark_begun(q, k, err);
	if (store_batch_end(store, rc == 0 ? err : &(struct err){0}) != 0 &&
	    rc <= 0)
		return -1;
	if (rc > 0) {
		q->careful = BATCH;
		*size = 0;
		return 0;
	}
	*counts = done;
	return rc;
}

static int
decide_alone(struct queue *q, size_t i, struct counts *counts, struct err *err)
{
	if (mark_begun(q, i, err) != 0)
		return -1;
	return decide_waiting(q, i, counts, err);
}

static int
decide_all(struct queue *q, struct counts *counts, struct err *err)
{
	struct counts uncounted = {0},
		      *c = counts == NULL ? &uncounted : counts;
	size_t i, size;
	int rc;

	for (i = 0; i < q->n; i += size) {
		read_ahead(q, i);
		size = batch_size(q, i);
		await_readers(q, i, size);
		rc = size == 1 ? decide_alone(q, i, c, err)
			       : decide_batch(q, i, &size, c, err);
		if (rc != 0)
			return -1;
		if (counts != NULL)
			show_progress(i + size, "read", i + size == q->n);
	}
	return q->n == 0 ? 0 : store_settle(q->run->store, err);
}

/* One that came late: it and those that were sent after it. */
static int
settle_late(struct run *run, struct arena *a, int64_t message, struct err *err)
{
	struct filed filed = {.message = message};
	struct arrival arrival = {.source = "store"};
	struct step late = {
	    .run = run, .arena = a, .arrival = &arrival, .filed = &filed};

	return place_in_order(&late, err);
}

/* Those that the queue has marked; one may do for those behind it too. */
static int
settle_lates(struct run *run, struct arena *a, struct err *err)
{
	int64_t message;

	for (;;) {
		arena_reset(a);
		if (store_begin(run->store, err) != 0)
			return -1;
		if (again_next_late(run->store, run->owner, &message, err) !=
			0 ||
		    (message != 0 && settle_late(run, a, message, err) != 0) ||
		    store_commit(run->store, err) != 0) {
			store_rollback(run->store);
			return -1;
		}
		if (message == 0)
			return 0;
	}
}

int
file_waiting(struct run *run, struct counts *counts, struct err *err)
{
	struct arena *list = arena_new();
	struct queue q = {.run = run, .arena = arena_new()};
	int rc;

	rc = intake_waiting(
	    run->store, run->owner, list, WAITING_MOST, &q.messages, &q.n, err);
	if (rc == 0) {
		drop_early(
		    run, q.messages, q.n < APART_JOBS ? q.n : APART_JOBS);
		rc = decide_all(&q, counts, err);
	}
	forget_ahead(&q);
	if (rc == 0)
		rc = settle_lates(run, q.arena, err);
	arena_free(q.arena);
	arena_free(list);
	return rc;
}

/* --- sources --- */

static int
not_a_mail(const struct source_mail *mail, struct err *err)
{
	return err_set(err, EX_DATAERR,
	    "%s: not a mail: it has no header field; left where it is",
	    mail->file != NULL ? mail->file : mail->source);
}

static int
file_one(struct run *run, struct arena *a, struct source *source,
    const struct source_mail *mail, const char *folder, struct counts *counts,
    struct err *err)
{
	struct arrival arrival = {
	    .raw = mail->bytes,
	    .source = mail->source,
	    .uidvalidity = mail->uidvalidity,
	    .uid = mail->number,
	    .file = mail->file,
	    .received = mail->has_received ? mail->received : run->now.utc,
	};
	struct filed filed;

	if (!message_plausible(mail->bytes))
		return not_a_mail(mail, err);
	if (file_message(run, a, &arrival, NULL, &filed, err) != 0)
		return -1;
	if (filed.duplicate)
		counts->duplicates++;
	else if (filed.case_number != 0)
		counts->filed++;
	else
		counts->unfiled++;
	/* Only what is committed is marked at its source. */
	if (run->options.dry_run)
		return 0;
	return source_filed(source, mail, folder, err);
}

/* Nobody's mail's fault: stop here, and go on another time. */
static bool
ends_reading(const struct err *err)
{
	return passes(err) || err->code == EX_SOFTWARE;
}

/* Tells what went wrong with one mail; -1 when that ends the reading. */
static int
pass_over(struct counts *counts, const struct err *e, struct err *err)
{
	counts->failed++;
	log_warn("%s", e->text);
	if (!ends_reading(e))
		return 0;
	*err = *e;
	return -1;
}

int
file_source(struct run *run, struct source *source, const char *folder,
    struct counts *counts, struct err *err)
{
	struct arena *a = arena_new();
	struct source_mail mail;
	int got, rc = 0;

	while (rc == 0) {
		struct err e = {0};

		arena_reset(a);
		got = source_next(source, a, &mail, &e);
		if (got == 0)
			break;
		counts->seen++;
		if (got < 0 ||
		    file_one(run, a, source, &mail, folder, counts, &e) != 0)
			rc = pass_over(counts, &e, err);
	}
	arena_free(a);
	return rc;
}

/* --- the past --- */

/* Mails that are kept together; in one arena. */
struct batch {
	struct source_mail v[BATCH];
	struct fresh fresh[BATCH];
	size_t n, bytes;
};

/* The mail's own date: the past is decided in its order. */
static int64_t
date_of(struct arena *a, const struct source_mail *mail, int64_t otherwise)
{
	struct slice rest = mail->bytes, line, block = mail->bytes;
	struct header header = {0};
	struct moment date;

	while (slice_line(&rest, &line) && line.len > 0)
		block.len = (size_t)(line.p + line.len - block.p);
	header_read(a, block, &header);
	if (header_date(header_find(&header, "Date"), &date))
		return date.utc;
	return mail->has_received ? mail->received : otherwise;
}

static int
keep_one(struct run *run, struct arena *a, const struct source_mail *mail,
    struct fresh *fresh, struct counts *counts, struct err *err)
{
	struct arrival arrival = {
	    .raw = mail->bytes,
	    .source = mail->source,
	    .uidvalidity = mail->uidvalidity,
	    .uid = mail->number,
	    .file = mail->file,
	    .received = date_of(a, mail, run->now.utc),
	    .past = true,
	};
	struct kept kept;

	if (intake_keep(run->store, run->owner, &arrival, &kept, err) != 0)
		return -1;
	counts->duplicates += kept.duplicate;
	fresh->message = kept.duplicate ? 0 : kept.message;
	fresh->received = arrival.received;
	reader_pump(run);
	return 0;
}

/* 1: one took the batch with it. */
static int
keep_each(struct run *run, struct arena *a, struct batch *b,
    struct counts *counts, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < b->n && rc == 0; i++) {
		struct err e = {0};

		b->fresh[i].message = 0;
		if (keep_one(run, a, &b->v[i], &b->fresh[i], counts, &e) == 0)
			continue;
		if (!ends_reading(&e) && store_batch_lost(run->store))
			return 1;
		rc = pass_over(counts, &e, err);
	}
	return rc;
}

static int
keep_batch(struct run *run, struct arena *a, struct batch *b,
    struct counts *counts, struct err *err)
{
	struct counts done = *counts;
	size_t i;
	int rc = 0;

	if (b->n == 0)
		return 0;
	if (store_batch_begin(run->store, err) != 0)
		return -1;
	rc = keep_each(run, a, b, &done, err);
	if (store_batch_end(run->store, rc == 0 ? err : &(struct err){0}) !=
		0 &&
	    rc <= 0)
		return -1;
	if (rc > 0) {
		done = *counts;
		rc = keep_each(run, a, b, &done, err);
	}
	*counts = done;
	for (i = 0; i < b->n && rc == 0; i++)
		if (b->fresh[i].message != 0)
			read_early(run, &b->fresh[i], b->v[i].bytes);
	b->n = b->bytes = 0;
	return rc;
}

static bool
is_full(const struct batch *b)
{
	return b->n == BATCH || b->bytes > BATCH_BYTES;
}

/* The next mail into the batch; 0 at the end. */
static int
fetch_one(struct source *source, struct arena *a, struct batch *b,
    struct counts *counts, struct err *err)
{
	struct source_mail *mail = &b->v[b->n];
	int got = source_next(source, a, mail, err);

	if (got == 0)
		return 0;
	counts->seen++;
	if (got > 0 && !message_plausible(mail->bytes))
		got = not_a_mail(mail, err);
	if (got > 0) {
		b->bytes += mail->bytes.len;
		b->n++;
	}
	return got;
}

int
file_history(struct run *run, struct source *source, struct counts *counts,
    struct err *err)
{
	struct arena *a = arena_new();
	struct batch b = {.n = 0};
	int got = 1, rc = 0;

	while (rc == 0 && got != 0) {
		struct err e = {0};

		got = fetch_one(source, a, &b, counts, &e);
		if (got < 0)
			rc = pass_over(counts, &e, err);
		if (rc == 0 && (got == 0 || is_full(&b))) {
			rc = keep_batch(run, a, &b, counts, err);
			arena_reset(a);
		}
		show_progress(counts->seen, "kept", got == 0);
	}
	arena_free(a);
	if (rc == 0 && counts->seen > 0)
		rc = store_settle(run->store, err);
	return rc;
}
