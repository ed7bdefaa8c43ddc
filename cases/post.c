/* See post.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "base/zone.h"

#include "cases/post.h"
#include "cases/write.h"

/*
 * The frame of a mail: addresses and ids.  All mails of a case refer to one id
 * that never was a mail, so that the owner's program shows them as a thread.
 */
static void
frame(struct post *p, enum nudge_kind kind, int case_number, int64_t id,
    struct nudge_text *text)
{
	struct arena *a = p->voice.arena;
	struct token_id token = {
	    TOKEN_OWNER, p->owner, case_number, nudge_kind_name(kind), id};
	struct token_id thread = {
	    TOKEN_OWNER, p->owner, case_number, "case", 0};

	memset(text, 0, sizeof(*text));
	text->kind = kind;
	text->case_number = case_number;
	text->recipient = p->recipient;
	text->reply_to = token_address(
	    a, &p->key, p->case_address, p->owner, case_number, TOKEN_OWNER);
	text->message_id = token_id_make(a, &p->key, &token, p->domain);
	text->now = p->voice.now;
	if (case_number == 0)
		return;
	text->references.v = arena_calloc(a, 1, sizeof(*text->references.v));
	text->references.v[0] = token_id_make(a, &p->key, &thread, p->domain);
	text->references.n = 1;
}

/* A letter to the company, in the thread of the message that it answers. */
static int
frame_letter(struct post *p, const struct follow_up *f, int64_t id,
    struct nudge_text *text, struct err *err)
{
	struct arena *a = p->voice.arena;
	struct token_id token = {TOKEN_COMPANY, p->owner, f->case_number,
	    nudge_kind_name(NUDGE_FOLLOW_UP), id};
	struct message_row row = {0};

	memset(text, 0, sizeof(*text));
	text->kind = NUDGE_FOLLOW_UP;
	text->case_number = f->case_number;
	text->to_company = true;
	text->recipient = f->recipient;
	text->reply_to = token_address(a, &p->key, p->case_address, p->owner,
	    f->case_number, TOKEN_COMPANY);
	text->message_id = token_id_make(a, &p->key, &token, p->domain);
	text->now = p->voice.now;
	text->subject = f->subject;
	text->text = f->text;
	if (f->answers == 0)
		return 0;
	if (ledger_message(p->store, p->owner, a, f->answers, &row, err) == -1)
		return -1;
	text->in_reply_to =
	    row.original_id != NULL ? row.original_id : row.message_id;
	if (row.forwarded) /* the id of the owner's forward means nothing */
		text->in_reply_to = row.original_id;
	return 0;
}

/* A mail that is about to be added. */
struct draft {
	struct nudge_text text;
	struct outbox_mail mail;
};

/* 1 when it is to be written, 0 when it was said before. */
static int
begin(struct post *p, struct draft *d, enum nudge_kind kind, int case_number,
    struct nudge_item *items, size_t n, struct err *err)
{
	memset(d, 0, sizeof(*d));
	for (size_t i = 0; i < n; i++) {
		int said = outbox_said(p->store, p->owner, &items[i], err);

		if (said != 0)
			return said == 1 ? 0 : -1;
	}
	if (outbox_number(p->store, p->owner, &d->mail.id, err) == -1)
		return -1;
	frame(p, kind, case_number, d->mail.id, &d->text);
	d->mail.kind = kind;
	d->mail.case_number = case_number;
	d->mail.recipient = p->recipient;
	d->mail.message_id = d->text.message_id;
	d->mail.not_before = p->voice.now;
	d->mail.items = items;
	d->mail.item_count = n;
	return 1;
}

static int
finish(struct post *p, struct draft *d, struct err *err)
{
	if (p->compose(p->compose_arg, p->voice.arena, &d->text, &d->mail.raw,
		err) == -1)
		return -1;
	return outbox_add(p->store, p->owner, &d->mail, p->voice.now, err);
}

static struct nudge_item *
item_about(struct post *p, enum nudge_kind kind, int case_number,
    int64_t message, const char *version)
{
	struct nudge_item *item = arena_alloc(p->voice.arena, sizeof(*item));

	*item = (struct nudge_item){kind, case_number, message, version};
	return item;
}

/* The first moment, from now, at which what nobody waits for may be sent. */
static int64_t
after_quiet(const struct post *p)
{
	struct nudge_settings s = *p->settings;
	int64_t now = p->voice.now, end;
	day_t today = moment_day(zone_moment(s.zone, now));

	s.weekends = true;
	if (nudge_hour(&s, now))
		return now;
	end = zone_local(s.zone, today, s.quiet_to * 60).utc;
	return end > now ? end
			 : zone_local(s.zone, today + 1, s.quiet_to * 60).utc;
}

static bool
tells_something(const struct receipt *r, const struct message_row *row)
{
	const struct applied *a = r->applied;

	return r->opened || r->by_owner || r->stranger || r->again != NULL ||
	       row->faults != NULL ||
	       (a != NULL && (a->made_count > 0 || a->kept_count > 0 ||
				 a->slipped_count > 0));
}

int
post_receipt(struct post *p, const struct receipt *receipt, struct err *err)
{
	struct message_row row;
	struct draft d;
	int rc;

	if (ledger_message(p->store, p->owner, p->voice.arena, receipt->message,
		&row, err) == -1)
		return -1;
	if (!tells_something(receipt, &row))
		return 0;
	rc = begin(p, &d, NUDGE_RECEIPT, receipt->case_number,
	    item_about(p, NUDGE_RECEIPT, 0, receipt->message, ""), 1, err);
	if (rc != 1)
		return rc;
	if (!receipt->by_owner)
		d.mail.not_before = after_quiet(p);
	if (write_receipt(p, receipt, &d.text, err) == -1)
		return -1;
	return finish(p, &d, err);
}

int
post_doubt(struct post *p, int64_t message, const struct placement *placement,
    struct err *err)
{
	struct draft d;
	int rc = begin(p, &d, NUDGE_DOUBT, 0,
	    item_about(p, NUDGE_DOUBT, 0, message, ""), 1, err);

	if (rc != 1)
		return rc;
	d.mail.not_before = after_quiet(p);
	if (write_doubt(p, message, placement, &d.text, err) == -1)
		return -1;
	return finish(p, &d, err);
}

int
post_unfiled(struct post *p, int64_t message, const char *why, struct err *err)
{
	struct draft d;
	int rc = begin(p, &d, NUDGE_UNFILED, 0,
	    item_about(p, NUDGE_UNFILED, 0, message, ""), 1, err);

	if (rc != 1)
		return rc;
	if (write_unfiled(p, message, why, &d.text, err) == -1)
		return -1;
	return finish(p, &d, err);
}

/* Anybody can send what will be refused: one answer a day, to the owner. */
static struct nudge_item *
refused_item(struct post *p)
{
	char day[DATE_ROOM];

	day_print(moment_day(zone_moment(p->voice.zone, p->voice.now)), day);
	return item_about(p, NUDGE_TRANSCRIPT, 0, 0,
	    arena_printf(p->voice.arena, "refused %s", day));
}

/* So that a plain `send` in answer to it means the draft that it shows. */
static int
show_drafts(
    struct post *p, const struct transcript *t, int64_t outbox, struct err *err)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].draft != NULL &&
		    follow_up_set_shown(p, t->v[i].draft->id, outbox, err) ==
			-1)
			return -1;
	return 0;
}

int
post_transcript(struct post *p, int64_t message,
    const struct command_context *x, const struct transcript *t,
    struct err *err)
{
	struct message_row row;
	struct draft d;
	int rc;

	if (ledger_message(
		p->store, p->owner, p->voice.arena, message, &row, err) == -1)
		return -1;
	rc = begin(p, &d, NUDGE_TRANSCRIPT, x->case_number,
	    t->refused ? refused_item(p)
		       : item_about(p, NUDGE_TRANSCRIPT, 0, message, ""),
	    1, err);
	if (rc != 1)
		return rc;
	d.text.in_reply_to = row.message_id;
	d.text.dossiers = t->dossiers;
	d.text.dossier_count = t->dossier_count;
	if (write_transcript(p, x, t, &d.text, err) == -1 ||
	    show_drafts(p, t, d.mail.id, err) == -1)
		return -1;
	return finish(p, &d, err);
}

/* Letters to the company. */

int
post_follow_up(
    struct post *p, const struct follow_up *f, int64_t *outbox, struct err *err)
{
	struct draft d;
	int64_t nr;

	/* That it goes once is its state's to see to; this tells apart what was
	 * approved, taken back and approved again. */
	if (store_number(p->store, p->owner, "approval", &nr, err) == -1 ||
	    begin(p, &d, NUDGE_FOLLOW_UP, f->case_number,
		item_about(p, NUDGE_FOLLOW_UP, f->case_number, f->id,
		    arena_printf(p->voice.arena, "%" PRId64, nr)),
		1, err) == -1)
		return -1;
	*outbox = d.mail.id;
	if (frame_letter(p, f, d.mail.id, &d.text, err) == -1)
		return -1;
	d.mail.recipient = f->recipient;
	d.mail.message_id = d.text.message_id;
	return finish(p, &d, err);
}

int
post_report(struct post *p, int64_t follow_up, const char *why, struct err *err)
{
	struct arena *a = p->voice.arena;
	struct command_context x = {.voice = p->voice, .authorised = true};
	struct command_answer answer = {.verb = VERB_SEND};
	struct transcript t = {.v = &answer, .n = 1};
	struct follow_up f;
	struct draft d;
	int rc = follow_up_get(p, follow_up, &f, err);

	if (rc != 1)
		return rc;
	x.case_number = f.case_number;
	answer.line = arena_printf(a, "send %s", f.token);
	answer.text = LETTER_SAY(a, p->voice.letters, "letter-not-gone",
	    "recipient", f.recipient, "why", why);
	rc = begin(p, &d, NUDGE_REPORT, f.case_number,
	    item_about(p, NUDGE_REPORT, f.case_number, f.id, why), 1, err);
	if (rc != 1)
		return rc;
	if (write_transcript(p, &x, &t, &d.text, err) == -1)
		return -1;
	return finish(p, &d, err);
}

/* Scheduled. */

/* With a lapse goes the letter that could be sent about it. */
static int
add_follow_up(
    struct post *p, int64_t outbox, struct nudge_text *text, struct err *err)
{
	int rc;

	if (text->kind != NUDGE_LAPSE && text->kind != NUDGE_CLOCK)
		return 0;
	text->follow_up = arena_alloc(p->voice.arena, sizeof(*text->follow_up));
	rc = follow_up_now(p, text->case_number, text->follow_up, err);
	if (rc == 0)
		text->follow_up = NULL;
	return rc == 1
		   ? follow_up_set_shown(p, text->follow_up->id, outbox, err)
		   : rc;
}

static int
add_planned(struct post *p, const struct nudge *nudge, struct err *err)
{
	struct draft d;
	int rc = begin(p, &d, nudge->kind, nudge->case_number, nudge->items,
	    nudge->item_count, err);

	if (rc != 1)
		return rc;
	if (add_follow_up(p, d.mail.id, &d.text, err) == -1 ||
	    write_scheduled(p, nudge->items, nudge->item_count, &d.text, err) ==
		-1)
		return -1;
	return finish(p, &d, err);
}

static day_t
today(const struct post *p)
{
	return moment_day(zone_moment(p->voice.zone, p->voice.now));
}

/* Cases to look at: those in which something has happened since it was found
 * that their clocks have nothing to tell today. */
static int
cases_to_climb(struct post *p, int **numbers, size_t *n, struct err *err)
{
	struct rows *r = STORE_QUERY(p->store, SQL_TO_CLIMB, sql_int(p->owner),
	    sql_int(today(p)), sql_int(p->voice.now));

	*numbers = NULL;
	*n = 0;
	while (rows_next(r)) {
		*numbers =
		    arena_grow(p->voice.arena, *numbers, *n, sizeof(**numbers));
		(*numbers)[(*n)++] = (int)rows_int(r, 0);
	}
	return rows_end(r, err) < 0 ? -1 : 0;
}

/* The clocks of one case; told says what was told before. */
static int
climb(struct post *p, int number, const struct nudge_ledger *told,
    struct nudge_clock **clocks, size_t *n, struct err *err)
{
	struct ladder ladder = {0};
	size_t i = *n;

	if (ladder_of(p->store, p->owner, p->voice.arena, p->law, number,
		today(p), &ladder, err) == -1)
		return -1;
	ladder_nudges(p->voice.arena, &ladder, clocks, n);
	for (; i < *n; i++)
		if (nudge_clock_waits(told, &(*clocks)[i], today(p)))
			return 0;
	return STORE_RUN(p->store, err, SQL_CLIMBED, sql_int(p->owner),
		   sql_int(number), sql_int(today(p))) < 0
		   ? -1
		   : 0;
}

static int
take_clocks(struct post *p, struct nudge_ledger *ledger, struct err *err)
{
	struct nudge_clock *clocks = NULL;
	int *numbers;
	size_t n, i;

	if (cases_to_climb(p, &numbers, &n, err) == -1 ||
	    (n > 0 && post_law(p, err) == -1))
		return -1;
	for (i = 0; i < n; i++)
		if (climb(p, numbers[i], ledger, &clocks, &ledger->clock_count,
			err) == -1)
			return -1;
	ledger->clocks = clocks;
	return 0;
}

int
post_schedule(struct post *p, struct err *err)
{
	struct arena *a = p->voice.arena;
	struct nudge_ledger ledger = {0};
	struct case_row *cases;
	struct obligation *obligations;
	struct nudges nudges;

	if (!nudge_hour(p->settings, p->voice.now))
		return 0;
	if (ledger_cases(
		p->store, p->owner, a, &cases, &ledger.case_count, err) == -1 ||
	    ledger_obligations(p->store, p->owner, a, 0, true, &obligations,
		&ledger.obligation_count, err) == -1 ||
	    outbox_history(p->store, p->owner, a, p->voice.now, &ledger, err) ==
		-1)
		return -1;
	ledger.cases = cases;
	ledger.obligations = obligations;
	if (take_clocks(p, &ledger, err) == -1)
		return -1;
	nudges = nudge_plan(a, &ledger, p->settings, p->voice.now);
	for (size_t i = 0; i < nudges.n; i++)
		if (add_planned(p, &nudges.v[i], err) == -1)
			return -1;
	if (nudges.held > 0)
		log_info("%zu reminders wait: no more than %d go out in a day",
		    nudges.held, NUDGE_SCHEDULED_MOST);
	return (int)nudges.n;
}

/* An err of a thing that is not there any more counts as its absence. */
static int
absent_or_fail(int rc, struct err *err)
{
	if (rc == 0)
		return 1;
	if (err->code != EX_USAGE)
		return -1;
	memset(err, 0, sizeof(*err));
	return 0;
}

static int
clock_holds(struct post *p, const struct nudge_item *item, struct err *err)
{
	struct nudge_clock *clocks = NULL;
	struct ladder ladder = {0};
	size_t n = 0;
	int has;

	if (post_law(p, err) == -1)
		return -1;
	has =
	    absent_or_fail(ladder_of(p->store, p->owner, p->voice.arena, p->law,
			       item->case_number, today(p), &ladder, err),
		err);

	if (has != 1)
		return has;
	ladder_nudges(p->voice.arena, &ladder, &clocks, &n);
	return nudge_clock_holds(
	    item, &ladder.row, clocks, n, p->voice.now, today(p));
}

/* 1: the item still holds; 0: it does not; -1. */
static int
holds(struct post *p, const struct nudge_item *item, struct err *err)
{
	struct arena *a = p->voice.arena;
	struct case_row row;
	struct obligation o;
	int has_case, has_obligation;

	if (item->kind == NUDGE_DIGEST)
		return 1;
	if (item->kind == NUDGE_CLOCK)
		return clock_holds(p, item, err);
	has_case = absent_or_fail(
	    ledger_case(p->store, p->owner, a, item->case_number, &row, err),
	    err);
	has_obligation =
	    has_case != 1 ? has_case
			  : absent_or_fail(ledger_obligation(p->store, p->owner,
					       a, item->case_number,
					       (int)item->number, &o, err),
				err);
	if (has_obligation != 1)
		return has_obligation;
	return nudge_holds(item, &row, &o, p->settings, p->voice.now);
}

/* Drops the items that no longer hold; returns how many are left, or -1. */
static int
sift(struct post *p, struct outbox_mail *m, struct err *err)
{
	size_t left = 0;

	for (size_t i = 0; i < m->item_count; i++) {
		int is = holds(p, &m->items[i], err);

		if (is == -1 ||
		    (is == 0 && outbox_drop_item(p->store, p->owner, m->id,
				    &m->items[i], err) == -1))
			return -1;
		if (is == 1)
			m->items[left++] = m->items[i];
	}
	m->item_count = left;
	return (int)left;
}

/* Writes a scheduled mail as of now; its ids stay. */
static int
rewrite(struct post *p, struct outbox_mail *m, struct err *err)
{
	struct nudge_text text;

	/* lapses stand first; without any it is a heads-up */
	frame(p, m->items[0].kind, m->case_number, m->id, &text);
	text.message_id = m->message_id;
	if (add_follow_up(p, m->id, &text, err) == -1 ||
	    write_scheduled(p, m->items, m->item_count, &text, err) == -1 ||
	    p->compose(p->compose_arg, p->voice.arena, &text, &m->raw, err) ==
		-1)
		return -1;
	return outbox_rewrite(p->store, p->owner, m->id, m->raw, err);
}

/*
 * A letter is looked at once more before it goes: the owner may have taken it
 * back, or the company may have written (HAZARDS: chased after the reply had
 * come).  1: it may go; 0: it was dropped; -1.
 */
static int
recheck_letter(struct post *p, struct outbox_mail *m, struct err *err)
{
	const struct letters *l = p->voice.letters;
	struct follow_up f;
	int answered, rc;

	rc = m->item_count == 0 ? 0
				: follow_up_get(p, m->items[0].number, &f, err);
	if (rc != 1)
		return rc;
	/* GONE: an attempt before failed for a while */
	if ((f.state != FOLLOW_UP_APPROVED && f.state != FOLLOW_UP_GONE) ||
	    f.outbox != m->id)
		return outbox_drop(p->store, p->owner, m, "it was taken back",
		    p->voice.now, err);
	answered = follow_up_answered(p, &f, err);
	if (answered == -1)
		return -1;
	if (answered == 0)
		return follow_up_set_state(
			   p, f.id, FOLLOW_UP_GONE, m->id, err) == -1
			   ? -1
			   : 1;
	if (follow_up_set_state(p, f.id, FOLLOW_UP_VOID, 0, err) == -1 ||
	    post_report(p, f.id, LETTER_SAY(p->voice.arena, l, "why-answered"),
		err) == -1)
		return -1;
	return outbox_drop(p->store, p->owner, m, "the company has written",
	    p->voice.now, err);
}

/* 1: it may go; 0: it was dropped; -1. */
static int
recheck(struct post *p, struct outbox_mail *m, struct err *err)
{
	int left;

	if (m->kind == NUDGE_FOLLOW_UP)
		return recheck_letter(p, m, err);
	if (!nudge_scheduled(m->kind))
		return 1;
	left = sift(p, m, err);
	if (left == -1)
		return -1;
	if (left > 0)
		return rewrite(p, m, err) == -1 ? -1 : 1;
	log_info("mail %" PRId64 ": %s of case %d holds no longer", m->id,
	    nudge_kind_name(m->kind), m->case_number);
	return outbox_drop(
	    p->store, p->owner, m, "it holds no longer", p->voice.now, err);
}

int
post_next(struct post *p, struct outbox_mail *m, struct err *err)
{
	struct arena *a = p->voice.arena;
	bool hour = nudge_hour(p->settings, p->voice.now);
	size_t held;
	int rc;

	for (;;) {
		rc = outbox_next(
		    p->store, p->owner, a, p->voice.now, hour, m, &held, err);
		if (rc == 0 && held > 0)
			log_warn("%zu mails wait for the day's ceiling", held);
		if (rc != 1)
			return rc;
		rc = recheck(p, m, err);
		if (rc == -1)
			return -1;
		if (rc == 1)
			break;
	}
	if (outbox_sending(p->store, p->owner, m, p->voice.now, err) == -1)
		return -1;
	m->state = OUTBOX_SENDING;
	m->attempts++;
	return 1;
}
