/*
 * See sending.h.  The states of the outbox and their order are told in
 * cases/outbox.h: what may have been accepted is committed as such before the
 * last byte is handed over, so that a crash never sends twice.
 */
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/datadir.h"
#include "base/log.h"
#include "cases/post.h"
#include "filing.h"
#include "mail/deliver.h"
#include "posting.h"
#include "sending.h"
#include "servers.h"

enum { LETTERS_MOST = 100 }; /* filed in one pass */

/* One session of sending. */
struct sending {
	struct run *run;
	struct arena *arena; /* of the mail in hand */
	struct delivery_settings settings; /* borrowed by delivery */
	struct delivery *delivery;
	char *secret;
	int64_t id; /* of the mail in hand */
	int64_t follow_up; /* when it is a letter to a company; else 0 */
};

/* --- the connection --- */

static int
open_delivery(struct sending *s, struct err *err)
{
	struct run *run = s->run;
	const struct account *send = &run->settings.send;
	bool is_token;

	if (account_secret(run->arena, send, &is_token, &s->secret, err) != 0)
		return -1;
	s->settings = (struct delivery_settings){
	    .url = send->url,
	    .program = datadir_program(run->arena, "promised-send"),
	    .password = is_token ? NULL : s->secret,
	    .token = is_token ? s->secret : NULL,
	    .ca_file = send->ca,
	    .pin = send->pin,
	};
	s->delivery = delivery_open(&s->settings, err);
	return s->delivery == NULL ? -1 : 0;
}

static void
close_delivery(struct sending *s)
{
	delivery_close(s->delivery);
	s->delivery = NULL;
	if (s->secret != NULL)
		explicit_bzero(s->secret, strlen(s->secret));
}

/* --- planning --- */

/* Runs one step inside a transaction of its own. */
static int
in_transaction(struct sending *s,
    int (*step)(struct sending *, void *arg, struct err *), void *arg,
    struct err *err)
{
	struct store *store = s->run->store;
	int rc;

	if (store_begin(store, err) != 0)
		return -1;
	rc = step(s, arg, err);
	if (rc < 0 || store_commit(store, err) != 0) {
		store_rollback(store);
		return -1;
	}
	return rc;
}

struct outcome {
	enum delivered verdict;
	struct err why;
};

/* The owner waits for an answer to a letter: that it did not go, or may not
 * have gone, is told at once. */
static int
report_letter(struct sending *s, const char *key, const struct outcome *o,
    struct err *err)
{
	struct post post;

	if (s->follow_up == 0)
		return 0;
	if (post_open(s->run, s->arena, &post, err) != 0)
		return -1;
	return post_report(&post, s->follow_up,
	    LETTER_SAY(s->arena, post.voice.letters, key, "error", o->why.text),
	    err);
}

/* Letters that were handed over when promised ended. */
static int
report_doubts(struct sending *s, struct err *err)
{
	struct outcome o = {.verdict = DELIVERED_UNKNOWN};
	struct outbox_mail *v = NULL;
	size_t n = 0, i;

	err_set(&o.why, EX_TEMPFAIL, "promised ended before the answer came");
	if (outbox_list(s->run->store, s->run->owner, s->arena, OUTBOX_SENDING,
		&v, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (!v[i].handed || v[i].kind != NUDGE_FOLLOW_UP)
			continue;
		s->follow_up = v[i].items[0].number;
		if (report_letter(s, "why-unknown", &o, err) != 0)
			return -1;
	}
	return 0;
}

static int
step_plan(struct sending *s, void *arg, struct err *err)
{
	struct run *run = s->run;
	struct post post;
	int unknown;

	(void)arg;
	if (report_doubts(s, err) != 0)
		return -1;
	unknown = outbox_recover(run->store, run->owner, run->now.utc, err);
	if (unknown < 0 || post_open(run, s->arena, &post, err) != 0 ||
	    post_schedule(&post, err) < 0)
		return -1;
	if (unknown > 0)
		log_warn("%d letters were being sent when promised ended; "
			 "whether they went is unknown, they are not sent "
			 "again",
		    unknown);
	return 0;
}

static int
step_next(struct sending *s, void *arg, struct err *err)
{
	struct post post;

	if (post_open(s->run, s->arena, &post, err) != 0)
		return -1;
	return post_next(&post, arg, err);
}

/* --- one mail --- */

static int
step_handed(struct sending *s, void *arg, struct err *err)
{
	(void)arg;
	return outbox_handed(s->run->store, s->run->owner, s->id, err);
}

/* Asked by delivery_send() before the mail may be accepted. */
static int
handing(void *arg, struct err *err)
{
	return in_transaction(arg, step_handed, NULL, err);
}

static int
step_settle(struct sending *s, void *arg, struct err *err)
{
	const struct outcome *o = arg;
	struct run *run = s->run;
	int64_t now = run->now.utc;

	switch (o->verdict) {
	case DELIVERED_SENT:
		return outbox_sent(run->store, run->owner, s->id, now, err);
	case DELIVERED_UNKNOWN:
		if (report_letter(s, "why-unknown", o, err) != 0)
			return -1;
		return outbox_unknown(
		    run->store, run->owner, s->id, o->why.text, now, err);
	case DELIVERED_FAILED_TEMP:
	case DELIVERED_FAILED:
		break;
	}
	if (o->verdict == DELIVERED_FAILED &&
	    report_letter(s, "why-refused", o, err) != 0)
		return -1;
	return outbox_failed(run->store, run->owner, s->id,
	    o->verdict == DELIVERED_FAILED, o->why.text, now, err);
}

/* 1: go on with the next mail; 0: the next would fare no better; -1. */
static int
send_one(struct sending *s, const struct outbox_mail *mail, size_t *sent,
    struct err *err)
{
	char id[24];
	struct delivery_mail d = {
	    .id = id,
	    .from = s->run->settings.from,
	    .to = &mail->recipient,
	    .to_count = 1,
	    .bytes = mail->raw,
	    .handing = handing,
	    .arg = s,
	};
	struct outcome o = {0};

	s->id = mail->id;
	s->follow_up = 0;
	if (mail->kind == NUDGE_FOLLOW_UP) {
		s->follow_up = mail->items[0].number;
		d.from = s->run->settings.addresses.v[0];
	}
	snprintf(id, sizeof(id), "%lld", (long long)mail->id);
	o.verdict = delivery_send(s->delivery, &d, &o.why);
	if (o.verdict == DELIVERED_SENT)
		++*sent;
	else
		log_warn("mail %s to %s: %s", id, mail->recipient, o.why.text);
	if (in_transaction(s, step_settle, &o, err) != 0)
		return -1;
	return o.why.code != EX_NOPERM && o.why.code != EX_CONFIG;
}

/* What -n says instead of sending. */
static void
would_send(struct sending *s, const struct outbox_mail *mail)
{
	struct message *m = message_read(s->arena, mail->raw);

	fprintf(
	    s->run->out, "would send to %s: %s\n", mail->recipient, m->subject);
}

static int
send_all(struct sending *s, size_t *sent, struct err *err)
{
	struct outbox_mail mail;
	int got;

	for (;;) {
		arena_reset(s->arena);
		got = in_transaction(s, step_next, &mail, err);
		if (got <= 0)
			return got;
		if (s->run->options.dry_run) {
			would_send(s, &mail);
			continue;
		}
		/* Opened late: most passes have nothing to send. */
		if (s->delivery == NULL && open_delivery(s, err) != 0)
			return -1;
		got = send_one(s, &mail, sent, err);
		if (got <= 0)
			return got;
	}
}

/*
 * A letter that has gone is filed as the owner's mail of its case, as if its
 * copy had come back from the Sent folder; that copy is a duplicate then.
 */
static int
file_letters(struct sending *s, struct err *err)
{
	struct run *run = s->run;
	struct arrival arrival = {.source = "outbox", .received = run->now.utc};
	struct filed filed;
	int rc;

	for (int i = 0; i < LETTERS_MOST; i++) {
		arena_reset(s->arena);
		rc = outbox_unfiled(
		    run->store, run->owner, s->arena, &arrival.raw, err);
		if (rc != 1)
			return rc;
		if (file_message(run, s->arena, &arrival, NULL, &filed, err) !=
		    0)
			return -1;
	}
	return 0;
}

/* Right before: a promise that was kept an hour ago has not lapsed. */
static int
look_again(struct run *run, look_fn *look, struct err *err)
{
	bool waits = false;

	if (look == NULL || run->options.dry_run)
		return 0;
	if (outbox_overtakable(run->store, run->owner, run->now.utc,
		nudge_hour(run->nudges, run->now.utc), &waits, err) != 0)
		return -1;
	if (waits)
		look(run);
	return 0;
}

int
send_due(struct run *run, look_fn *look, size_t *sent, struct err *err)
{
	struct sending s = {.run = run, .arena = arena_new()};
	int lock = -1, rc = -1;

	*sent = 0;
	if (outbox_lock(run->settings.store, run->owner, &lock, err) == 0 &&
	    in_transaction(&s, step_plan, NULL, err) == 0 &&
	    look_again(run, look, err) == 0)
		rc = send_all(&s, sent, err);
	if (rc == 0 && !run->options.dry_run)
		rc = file_letters(&s, err);
	close_delivery(&s);
	if (lock >= 0)
		close(lock);
	arena_free(s.arena);
	return rc;
}

int
send_next(struct run *run, int64_t *when, struct err *err)
{
	return outbox_next_time(run->store, run->owner, when, err);
}

/* --- doctor --- */

int
send_check(struct run *run, struct err *err)
{
	struct sending s = {.run = run};
	int rc = open_delivery(&s, err);

	if (rc == 0)
		rc = delivery_check(s.delivery, err);
	close_delivery(&s);
	return rc;
}
