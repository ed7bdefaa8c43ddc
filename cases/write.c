/* See write.h. */
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "base/zone.h"

#include "cases/ledger.h"
#include "cases/write.h"

enum {
	WIDE = 24, /* column of the hints beside commands */
	ROWS_NAMED = 4, /* obligations for which commands are offered */
	ROWS_MOST = 50, /* obligations that one mail tells of */
	UNFILED_LATE = 8 * 24 * 60 * 60, /* a week, and the day of a digest */
	UNFILED_MOST = 20
};

/* One mail while it is written. */
struct writing {
	struct post *p;
	struct arena *arena;
	struct values *values;
	struct nudge_text *text;
	struct err *err;
	struct case_row row; /* of the case; company_name NULL when none */
};

static char *
phrase(struct writing *w, const char *key)
{
	return LETTER_SAY(w->arena, w->p->voice.letters, key);
}

/* The values that all mails have. */
static int
begin(struct post *p, struct writing *w, int case_number,
    struct nudge_text *text, struct err *err)
{
	memset(w, 0, sizeof(*w));
	w->p = p;
	w->arena = p->voice.arena;
	w->values = values_new(w->arena);
	w->text = text;
	w->err = err;
	values_set(w->values, "address", text->reply_to);
	values_set(w->values, "case", "");
	if (case_number == 0)
		return 0;
	if (ledger_case(
		p->store, p->owner, w->arena, case_number, &w->row, err) == -1)
		return -1;
	values_printf(w->values, "case", "%d", case_number);
	values_set(w->values, "company", w->row.company_name);
	values_set(w->values, "title", w->row.title);
	return 0;
}

static int
finish(struct writing *w, enum letter letter)
{
	struct letter_text text;

	letter_write(w->arena, w->p->voice.letters, letter, w->values, &text);
	w->text->subject = text.subject;
	w->text->text = text.text;
	w->text->html = text.html;
	return 0;
}

static void
set_message(struct writing *w, struct values *v, const struct message_row *row)
{
	values_printf(v, "message", "%" PRId64, row->id);
	values_set(v, "from",
	    row->from.name != NULL && *row->from.name != '\0' ? row->from.name
							      : row->from.addr);
	values_set(v, "date",
	    row->has_date ? say_day(&w->p->voice, moment_day(row->date))
			  : say_moment(&w->p->voice, row->received));
	values_set(v, "mail-subject", row->subject);
}

static int
add_message(struct writing *w, int64_t message)
{
	struct message_row row;

	if (ledger_message(w->p->store, w->p->owner, w->arena, message, &row,
		w->err) == -1)
		return -1;
	set_message(w, w->values, &row);
	if (row.faults != NULL) {
		struct slice rest = slice_of(row.faults), line;

		while (slice_line(&rest, &line))
			values_set(values_add(w->values, "faults"), "text",
			    slice_dup(w->arena, line));
	}
	return 0;
}

/* tap: may be sent as it stands, so that it can be a button. */
static void
add_command(struct writing *w, bool tap, const char *command, const char *hint)
{
	struct values *v = values_add(w->values, "commands");

	values_set(v, "command", command);
	values_printf(v, "wide", "%-*s", WIDE, command);
	values_set(v, "hint", hint);
	/* On a button the word that proves a letter says nothing to anybody. */
	values_set(v, "label",
	    strncmp(command, "send ", 5) == 0 ? "send" : command);
	/* A tap opens a new mail, which only the case's address can prove. */
	values_set(v, "tap", tap && w->p->case_address != NULL ? "1" : "");
}

static void
add_command_on(struct writing *w, const char *verb, const struct obligation *o,
    const char *hint)
{
	add_command(w, true,
	    arena_printf(w->arena, "%s %d.%d", verb, o->case_number, o->number),
	    phrase(w, hint));
}

/* The command that needs a word of the owner's own: shown, no button. */
static void
add_command_due(struct writing *w, const struct obligation *o)
{
	add_command(w, false,
	    arena_printf(w->arena, "due %d.%d %s", o->case_number, o->number,
		phrase(w, "example-date")),
	    phrase(w, "hint-due"));
}

static void
add_date(struct writing *w, const struct obligation *o)
{
	struct nudge_text *t = w->text;
	struct nudge_date *d;
	bool own = o->who == WHO_CUSTOMER;

	if (o->due.precision == DUE_NONE)
		return;
	t->dates =
	    arena_grow(w->arena, t->dates, t->date_count, sizeof(*t->dates));
	d = &t->dates[t->date_count++];
	d->uid = arena_printf(w->arena, "due.%" PRId64 ".%d.%d@%s", w->p->owner,
	    o->case_number, o->number, w->p->domain);
	d->summary = LETTER_SAY(w->arena, w->p->voice.letters,
	    own ? "date-summary-own" : "date-summary", "company",
	    w->row.company_name, "what", say_what(&w->p->voice, o->action));
	d->description = o->quote;
	d->due = o->due;
	d->own = own;
}

static int
get(struct writing *w, int case_number, int64_t number, struct obligation *o)
{
	return ledger_obligation(w->p->store, w->p->owner, w->arena,
	    case_number, (int)number, o, w->err);
}

/* Receipts. */

/* For the subject: the first that has a date, else the first. */
static void
add_gist(struct writing *w, const struct obligation *made, size_t n,
    const struct obligation *kept)
{
	const struct voice *v = &w->p->voice;
	const struct obligation *best = n > 0 ? &made[0] : NULL;
	const char *gist;

	for (size_t i = 0; i < n; i++)
		if (due_last(made[i].due, 0) < due_last(best->due, 0))
			best = &made[i];
	if (best != NULL)
		gist = LETTER_SAY(w->arena, v->letters,
		    best->due.precision == DUE_NONE ? "gist-open" : "gist-due",
		    "what", say_what(v, best->action), "due", say_due(v, best));
	else if (kept != NULL)
		gist = LETTER_SAY(w->arena, v->letters, "gist-kept", "what",
		    say_what(v, kept->action));
	else
		gist = phrase(w, "gist-none");
	values_set(w->values, "due-line", gist);
}

/* The obligations of these numbers as a list of that name. */
static int
add_list(struct writing *w, int case_number, const char *name,
    const int *numbers, size_t n, struct obligation **out)
{
	n = n < ROWS_MOST ? n : ROWS_MOST;
	*out = arena_calloc(w->arena, n, sizeof(**out));
	for (size_t i = 0; i < n; i++) {
		if (get(w, case_number, numbers[i], &(*out)[i]) == -1)
			return -1;
		say_obligation(
		    &w->p->voice, values_add(w->values, name), &(*out)[i]);
	}
	return 0;
}

/* Those put off tell their new date too. */
static int
add_slipped(struct writing *w, int case_number, const struct applied *ap)
{
	for (size_t i = 0; i < ap->slipped_count && i < ROWS_MOST; i++) {
		struct values *v = values_add(w->values, "slipped");
		struct obligation was, is;

		if (get(w, case_number, ap->slipped[i], &was) == -1)
			return -1;
		say_obligation(&w->p->voice, v, &was);
		if (was.slipped_to == 0)
			continue;
		if (get(w, case_number, was.slipped_to, &is) == -1)
			return -1;
		values_printf(
		    v, "new-number", "%d.%d", is.case_number, is.number);
		values_set(v, "new-due", say_due(&w->p->voice, &is));
	}
	return 0;
}

static void
add_receipt_commands(struct writing *w, const struct receipt *receipt,
    const struct obligation *made, size_t made_count,
    const struct obligation *kept, size_t kept_count)
{
	for (size_t i = 0; i < made_count && i < ROWS_NAMED; i++) {
		if (made[i].stored == STATE_WAITING)
			add_command_on(
			    w, "received", &made[i], "hint-received");
		add_command_on(w, "void", &made[i], "hint-void");
	}
	if (made_count > 0)
		add_command_due(w, &made[0]);
	for (size_t i = 0; i < kept_count && i < ROWS_NAMED; i++)
		add_command_on(w, "not kept", &kept[i], "hint-not-kept");
	add_command(w, true,
	    arena_printf(
		w->arena, "move %" PRId64 " unfiled", receipt->message),
	    phrase(w, "hint-move-unfiled"));
	if (receipt->again != NULL)
		add_command(w, true, "undo", phrase(w, "hint-again"));
}

int
write_receipt(struct post *p, const struct receipt *receipt,
    struct nudge_text *text, struct err *err)
{
	static const struct applied nothing;
	const struct applied *ap =
	    receipt->applied == NULL ? &nothing : receipt->applied;
	struct obligation *made, *kept, *again;
	int n = receipt->case_number;
	struct writing w;

	if (begin(p, &w, n, text, err) == -1 ||
	    add_message(&w, receipt->message) == -1 ||
	    add_list(&w, n, "made", ap->made, ap->made_count, &made) == -1 ||
	    add_list(&w, n, "kept", ap->kept, ap->kept_count, &kept) == -1 ||
	    add_list(&w, n, "repeated", ap->repeated, ap->repeated_count,
		&again) == -1 ||
	    add_slipped(&w, n, ap) == -1)
		return -1;
	values_set(w.values, "opened", receipt->opened ? "1" : "");
	values_set(w.values, "stranger", receipt->stranger ? "1" : "");
	values_set(w.values, "why", receipt->why);
	values_set(w.values, "again", receipt->again);
	add_gist(
	    &w, made, ap->made_count, ap->kept_count > 0 ? &kept[0] : NULL);
	add_receipt_commands(
	    &w, receipt, made, ap->made_count, kept, ap->kept_count);
	for (size_t i = 0; i < ap->made_count && i < ROWS_MOST; i++)
		add_date(&w, &made[i]);
	return finish(&w, LETTER_RECEIPT);
}

/* Questions. */

static void
add_move(struct writing *w, int64_t message, const char *to, const char *hint)
{
	add_command(w, true,
	    arena_printf(w->arena, "move %" PRId64 " %s", message, to), hint);
}

static int
add_candidate(struct writing *w, int64_t message, const struct candidate *c)
{
	struct values *v = values_add(w->values, "candidates");
	char *number = arena_printf(w->arena, "%d", c->number);
	struct case_row row;

	if (ledger_case(w->p->store, w->p->owner, w->arena, c->number, &row,
		w->err) == -1)
		return -1;
	values_set(v, "number", number);
	values_set(v, "who", row.company_name);
	values_set(v, "about", row.title);
	values_set(v, "why", c->why);
	add_move(w, message, number,
	    LETTER_SAY(
		w->arena, w->p->voice.letters, "hint-move", "case", number));
	return 0;
}

int
write_doubt(struct post *p, int64_t message, const struct placement *placement,
    struct nudge_text *text, struct err *err)
{
	struct writing w;

	if (begin(p, &w, 0, text, err) == -1 || add_message(&w, message) == -1)
		return -1;
	values_set(w.values, "resembles", placement->resembles);
	values_set(w.values, "domain", placement->company);
	for (size_t i = 0; i < placement->candidate_count; i++)
		if (add_candidate(&w, message, &placement->candidates[i]) == -1)
			return -1;
	add_move(&w, message, "new", phrase(&w, "hint-move-new"));
	add_move(&w, message, "unfiled", phrase(&w, "hint-move-unfiled"));
	return finish(&w, LETTER_DOUBT);
}

int
write_unfiled(struct post *p, int64_t message, const char *why,
    struct nudge_text *text, struct err *err)
{
	struct writing w;

	if (begin(p, &w, 0, text, err) == -1 || add_message(&w, message) == -1)
		return -1;
	values_set(w.values, "why", why);
	add_move(&w, message, "new", phrase(&w, "hint-move-new"));
	add_command(&w, true, "list", phrase(&w, "hint-list"));
	return finish(&w, LETTER_UNFILED);
}

int
write_transcript(struct post *p, const struct command_context *x,
    const struct transcript *t, struct nudge_text *text, struct err *err)
{
	struct writing w;

	if (begin(p, &w, x->case_number, text, err) == -1)
		return -1;
	transcript_values(t, x, w.values);
	return finish(&w, LETTER_TRANSCRIPT);
}

/* Scheduled. */

/* The letter to the company, and how it is sent or changed.  Without an
 * address to send it to, the owner can paste it into the company's form. */
static void
add_follow_up(struct writing *w, const struct follow_up *f)
{
	if (f == NULL)
		return;
	say_follow_up(values_add(w->values, "draft"), f);
	if (f->recipient != NULL)
		add_command(w, true,
		    arena_printf(w->arena, "send %s", f->token),
		    phrase(w, "hint-send"));
	add_command(w, false, "edit", phrase(w, "hint-edit"));
	if (f->recipient == NULL)
		add_command(w, false, "contact NAME@COMPANY",
		    phrase(w, "hint-contact"));
}

/* The clocks among the items: "ID/DAY" or "ID/DAY/STEP". */
static int
add_clocks(struct writing *w, const struct nudge_item *items, size_t n)
{
	const struct post *p = w->p;
	day_t today = moment_day(zone_moment(p->voice.zone, p->voice.now));
	struct ladder ladder;
	bool read = false;

	for (size_t i = 0; i < n; i++) {
		size_t id = strcspn(items[i].version, "/");

		if (items[i].kind != NUDGE_CLOCK)
			continue;
		if (!read && ladder_of(p->store, p->owner, w->arena, p->law,
				 w->row.number, today, &ladder, w->err) == -1)
			return -1;
		read = true;
		for (size_t k = 0; k < ladder.runs.n; k++) {
			const struct clock_run *run = &ladder.runs.v[k];

			if (strlen(run->clock->id) == id &&
			    strncmp(run->clock->id, items[i].version, id) == 0)
				say_clock(&p->voice,
				    values_add(w->values, "clocks"), run);
		}
	}
	return 0;
}

static int
write_case(struct post *p, const struct nudge_item *items, size_t n,
    struct nudge_text *text, struct err *err)
{
	static const enum letter letters[NUDGE_KINDS] = {
	    [NUDGE_LAPSE] = LETTER_LAPSE,
	    [NUDGE_HEADS_UP] = LETTER_HEADS_UP,
	    [NUDGE_CLOCK] = LETTER_CLOCK,
	};
	bool lapse = text->kind == NUDGE_LAPSE;
	struct obligation *rows =
	    arena_calloc(p->voice.arena, n, sizeof(*rows));
	int main_rows = 0;
	size_t clocks = 0;
	struct writing w;

	if (begin(p, &w, items[0].case_number, text, err) == -1 ||
	    add_clocks(&w, items, n) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		main_rows += items[i].kind == text->kind;
		clocks += items[i].kind == NUDGE_CLOCK;
	}
	n -= clocks; /* they stand last */
	for (size_t i = 0; i < n; i++) {
		bool main = items[i].kind == text->kind;

		if (get(&w, items[i].case_number, items[i].number, &rows[i]) ==
		    -1)
			return -1;
		say_obligation(&p->voice,
		    values_add(w.values, main ? "rows" : "ahead"), &rows[i]);
		if (main && main_rows == 1)
			say_obligation(
			    &p->voice, values_add(w.values, "one"), &rows[i]);
		if (i < ROWS_NAMED)
			add_command_on(&w, "kept", &rows[i],
			    rows[i].who == WHO_COMPANY ? "hint-kept"
						       : "hint-done");
		if (items[i].kind == NUDGE_HEADS_UP)
			add_date(&w, &rows[i]);
	}
	values_set(w.values, "count",
	    say_count(&p->voice, lapse ? "promises" : "deadlines", main_rows));
	add_follow_up(&w, text->follow_up);
	if (n > 0)
		add_command_due(&w, &rows[0]);
	if (clocks > 0)
		add_command(&w, true,
		    arena_printf(w.arena, "ladder %d", w.row.number),
		    phrase(&w, "hint-ladder"));
	add_command(&w, true, "snooze 5 days", phrase(&w, "hint-snooze"));
	add_command(&w, true,
	    arena_printf(w.arena, "close %d", items[0].case_number),
	    phrase(&w, "hint-close"));
	return finish(&w, letters[text->kind]);
}

static void
add_digest_case(struct writing *w, const struct case_row *row,
    const struct obligation *o, size_t n)
{
	struct values *v = NULL;
	size_t shown = 0;

	for (size_t i = 0; i < n && shown < ROWS_MOST; i++) {
		if (o[i].case_number != row->number)
			continue;
		if (v == NULL) {
			v = values_add(w->values, "cases");
			values_printf(v, "number", "%d", row->number);
			values_set(v, "who", row->company_name);
			values_set(v, "about", row->title);
		}
		say_obligation(&w->p->voice, values_add(v, "rows"), &o[i]);
		shown++;
	}
}

/* Mail of the last week that is in no case. */
static int
add_unfiled(struct writing *w)
{
	struct message_row *rows;
	size_t n;

	if (ledger_unfiled(w->p->store, w->p->owner, w->arena,
		w->p->voice.now - UNFILED_LATE, UNFILED_MOST, &rows, &n,
		w->err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct values *v = values_add(w->values, "unfiled");

		set_message(w, v, &rows[i]);
		values_set(v, "why", rows[i].placed_why);
	}
	return 0;
}

static int
add_unknown(struct writing *w)
{
	struct outbox_mail *v;
	size_t n;

	if (outbox_list(w->p->store, w->p->owner, w->arena, OUTBOX_UNKNOWN, &v,
		&n, w->err) == -1)
		return -1;
	for (size_t i = 0; i < n && i < ROWS_MOST; i++)
		values_printf(values_add(w->values, "unknown"), "text",
		    "%s, %s (%" PRId64 ")", nudge_kind_name(v[i].kind),
		    say_moment(&w->p->voice, v[i].changed), v[i].id);
	return 0;
}

static int
write_digest(struct post *p, struct nudge_text *text, struct err *err)
{
	struct case_row *rows;
	struct obligation *o;
	size_t cases, n;
	int open = 0;
	struct writing w;

	if (begin(p, &w, 0, text, err) == -1 ||
	    ledger_cases(p->store, p->owner, w.arena, &rows, &cases, err) ==
		-1 ||
	    ledger_obligations(
		p->store, p->owner, w.arena, 0, true, &o, &n, err) == -1 ||
	    add_unknown(&w) == -1 || add_unfiled(&w) == -1)
		return -1;
	for (size_t i = 0; i < cases; i++) {
		if (rows[i].closed)
			continue;
		open++;
		add_digest_case(&w, &rows[i], o, n);
	}
	values_set(w.values, "count", say_count(&p->voice, "cases", open));
	values_set(w.values, "today",
	    say_day(&p->voice,
		moment_day(zone_moment(p->voice.zone, p->voice.now))));
	return finish(&w, LETTER_DIGEST);
}

int
write_scheduled(struct post *p, const struct nudge_item *items, size_t n,
    struct nudge_text *text, struct err *err)
{
	if (text->kind == NUDGE_DIGEST)
		return write_digest(p, text, err);
	return write_case(p, items, n, text, err);
}
