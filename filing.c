/*
 * The life of a message, on one screen: see file_message().
 */
#include <string.h>
#include <strings.h>
#include <sysexits.h>
#include <unistd.h>

#include "answering.h"
#include "base/log.h"
#include "cases/ledger.h"
#include "cases/obligation.h"
#include "filing.h"
#include "mail/domain.h"
#include "mail/source.h"
#include "proof.h"

/* What the steps of one message hand on to each other. */
struct step {
	struct run *run;
	struct arena *arena;
	const struct arrival *arrival;
	bool quiet;
	struct understood *mail;
	struct token_key key;
	struct proof proof;
	enum direction direction;
	struct placing placing;
	struct placement placement;
	struct applied applied;
	struct filed *filed;
};

/* --- who speaks --- */

static enum direction
speaker(const struct understood *u, const struct proof *p, bool commanding)
{
	if (p->ours)
		return FROM_PROMISED;
	if (commanding)
		return FROM_COMMAND;
	return u->sender == WHO_CUSTOMER ? FROM_OWNER : FROM_COMPANY;
}

static struct party
party_of(const struct step *s, struct address address)
{
	const struct settings *settings = &s->run->settings;
	struct party p = {.addr = address.addr, .name = address.name};

	if (address.addr == NULL)
		return p;
	p.domain = domain_of(s->arena, address.addr);
	p.freemail =
	    p.domain != NULL && domain_freemail(s->run->freemail, p.domain);
	if (p.freemail)
		p.domain = address.addr;
	p.owner = address_in(&settings->addresses, address.addr);
	p.ours = strcasecmp(settings->from, address.addr) == 0 && !p.owner;
	return p;
}

static void
add_parties(struct step *s, const struct addresses *list)
{
	struct placing *p = &s->placing;
	size_t i;

	for (i = 0; i < list->n; i++) {
		p->others = arena_grow(
		    s->arena, p->others, p->other_count, sizeof(*p->others));
		p->others[p->other_count++] = party_of(s, list->v[i]);
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

/* RFC 2919, RFC 2369; Precedence is older than both. */
static bool
is_bulk(const struct message *m)
{
	const char *precedence = message_field(m, "Precedence");

	return message_field(m, "List-Unsubscribe") != NULL ||
	       message_field(m, "List-Id") != NULL ||
	       (precedence != NULL && (strcasecmp(precedence, "bulk") == 0 ||
					  strcasecmp(precedence, "list") == 0 ||
					  strcasecmp(precedence, "junk") == 0));
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

static void
collect_evidence(struct step *s)
{
	const struct message *m = s->mail->message;
	const struct original *o = s->mail->original;
	struct placing *p = &s->placing;

	p->message = s->filed->message;
	p->case_address = s->proof.case_number;
	p->direction = s->direction;
	p->from = party_of(s, o->from);
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
	p->forwarded = o->forwarded && s->mail->from_owner;
	p->bulk = is_bulk(m) && !o->forwarded;
	p->autoreply = s->mail->machine_written;
	p->bounce = is_bounce(m) && !o->forwarded;
	p->findings = s->mail->findings;
	p->region = s->run->settings.region;
}

/* --- the steps --- */

static int
step_understand(struct step *s, struct err *err)
{
	struct run *run = s->run;
	bool commanding;

	s->mail = mail_understand(
	    s->arena, run, &run->settings.addresses, s->arrival->raw);
	if (token_key_get(run->store, run->owner, &s->key, err) != 0)
		return -1;
	s->proof = mail_proof(s->arena, run, &s->key, s->mail);
	commanding = s->mail->from_owner && s->proof.to_us &&
		     !s->mail->original->forwarded &&
		     !s->mail->machine_written &&
		     has_commands(s->arena, s->mail, &s->proof);
	s->direction = speaker(s->mail, &s->proof, commanding);
	s->filed->mail = s->mail;
	return 0;
}

static int
step_place(struct step *s, struct err *err)
{
	struct run *run = s->run;

	collect_evidence(s);
	if (thread_place(run->store, run->owner, s->arena, run->thread_words,
		&s->placing, &s->placement, err) != 0 ||
	    thread_file(run->store, run->owner, s->arena, run->thread_words,
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
	};

	return intake_describe(
	    s->run->store, s->run->owner, s->filed->message, &d, err);
}

static int
apply_findings(struct run *run, struct arena *a, const struct understood *u,
    enum direction direction, int64_t message, int case_number,
    struct applied *applied, struct err *err)
{
	struct said said = {
	    .case_number = case_number,
	    .message = message,
	    .direction = direction,
	    .date = u->anchor,
	    .autoreply = u->machine_written,
	    .attachment = u->message->part_count > 0,
	    .findings = u->findings,
	};

	return obligations_apply(run->store, run->owner, a, run->calendars,
	    &said, run->now.utc, applied, err);
}

int
file_again(struct run *run, struct arena *a, int64_t message, int case_number,
    struct err *err)
{
	struct applied applied = {0};
	struct understood *u;
	struct slice raw;

	if (intake_raw(run->store, run->owner, message, a, &raw, err) != 0)
		return -1;
	u = mail_understand(a, run, &run->settings.addresses, raw);
	return apply_findings(run, a, u,
	    u->sender == WHO_CUSTOMER ? FROM_OWNER : FROM_COMPANY, message,
	    case_number, &applied, err);
}

/* Earlier unfiled mail that this one has explained is read now. */
static int
apply_joined(struct step *s, struct err *err)
{
	const struct placement *p = &s->placement;
	size_t i;

	for (i = 0; i < p->joined_count; i++)
		if (file_again(s->run, s->arena, p->joined[i], p->number,
		        err) != 0)
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
	    s->filed->message, s->placement.number, &s->applied, err);
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

	s->mail = s->filed->mail = mail_understand(s->arena, run,
	    &run->settings.addresses, s->arrival->raw);
	s->filed->company = s->mail->company;
	if (ledger_message(run->store, run->owner, s->arena,
	        s->filed->message, &row, err) != 0)
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
	return intake_done(s->run->store, s->run->owner, s->filed->message,
	    err);
}

/* The steps that change the store; each sees what the ones before it did. */
static int
take_steps(struct step *s, struct err *err)
{
	static int (*const steps[])(struct step *, struct err *) = {
	    step_understand, step_place, step_describe, step_read, step_answer,
	    step_done};
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

	if (store_begin(run->store, err) != 0)
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
    bool quiet, struct filed *filed, struct err *err)
{
	struct step step = {.run = run,
	    .arena = a,
	    .arrival = arrival,
	    .quiet = quiet,
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

int
file_waiting(struct run *run, struct err *err)
{
	struct arena *a = arena_new(), *list = arena_new();
	int64_t *messages;
	size_t i, n;
	int rc;

	rc = intake_waiting(
	    run->store, run->owner, list, 1000, &messages, &n, err);
	for (i = 0; rc == 0 && i < n; i++) {
		struct arrival arrival = {.source = "store"};
		struct filed filed = {.message = messages[i]};
		struct step step = {.run = run,
		    .arena = a,
		    .arrival = &arrival,
		    .filed = &filed};
		struct err e = {0};

		rc = intake_try(run->store, run->owner, messages[i], err);
		if (rc != 0)
			break;
		if (intake_raw(run->store, run->owner, messages[i], a,
			&arrival.raw, &e) != 0 ||
		    decide(&step, &e) != 0)
			log_warn("mail %lld: %s; it is kept and tried again",
			    (long long)messages[i], e.text);
		arena_reset(a);
	}
	arena_free(a);
	arena_free(list);
	return rc;
}

/* How a source is read. */
struct reading_mode {
	bool history; /* quiet, marks nothing, shows progress */
	const char *folder; /* where the source puts what is filed; or NULL */
};

static int
file_one(struct run *run, struct arena *a, struct source *source,
    const struct source_mail *mail, const struct reading_mode *mode,
    struct counts *counts, struct err *err)
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
		return err_set(err, EX_DATAERR,
		    "%s: not a mail: it has no header field; left where it is",
		    mail->file != NULL ? mail->file : mail->source);
	if (file_message(run, a, &arrival, mode->history, &filed, err) != 0)
		return -1;
	if (filed.duplicate)
		counts->duplicates++;
	else if (filed.case_number != 0)
		counts->filed++;
	else
		counts->unfiled++;
	/* Only what is committed is marked at its source. */
	if (mode->history || run->options.dry_run)
		return 0;
	return source_filed(source, mail, mode->folder, err);
}

/* On a terminal: how far it is, every hundred mails. */
static void
show_progress(const struct counts *c, bool last)
{
	if (!isatty(STDERR_FILENO) || (c->seen % 100 != 0 && !last))
		return;
	fprintf(stderr, "\r%zu mails, %zu in cases%s", c->seen, c->filed,
	    last ? "\n" : "");
}

/* Nobody's mail's fault: stop here, and go on another time. */
static bool
ends_reading(const struct err *err)
{
	return err->code == EX_TEMPFAIL || err->code == EX_IOERR ||
	       err->code == EX_SOFTWARE;
}

static int
read_source(struct run *run, struct source *source,
    const struct reading_mode *mode, struct counts *counts, struct err *err)
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
		if (mode->history)
			show_progress(counts, false);
		if (got > 0 &&
		    file_one(run, a, source, &mail, mode, counts, &e) == 0)
			continue;
		counts->failed++;
		log_warn("%s", e.text);
		if (ends_reading(&e)) {
			*err = e;
			rc = -1;
		}
	}
	if (mode->history)
		show_progress(counts, true);
	arena_free(a);
	return rc;
}

int
file_source(struct run *run, struct source *source, const char *folder,
    struct counts *counts, struct err *err)
{
	struct reading_mode mode = {.folder = folder};

	return read_source(run, source, &mode, counts, err);
}

int
file_history(struct run *run, struct source *source, struct counts *counts,
    struct err *err)
{
	struct reading_mode mode = {.history = true};

	return read_source(run, source, &mode, counts, err);
}
