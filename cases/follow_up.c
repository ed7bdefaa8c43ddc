/* See follow_up.h. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/zone.h"

#include "cases/follow_up.h"
#include "cases/ledger.h"
#include "cases/post.h"

enum {
	DAY_SECONDS = 86400,
	ROWS_MOST = 20, /* promises that one letter names */
	CHAIN_MOST = 8 /* dates of one promise that was put off again */
};

static const char *const rungs[RUNG_COUNT] = {
    "friendly", "firm", "complaint", "final", "court", "ombudsman"};
static const char *const states[] = {
    [FOLLOW_UP_DRAFT] = "draft",
    [FOLLOW_UP_APPROVED] = "approved",
    [FOLLOW_UP_GONE] = "gone",
    [FOLLOW_UP_VOID] = "void",
};

const char *
rung_name(enum rung rung)
{
	return rungs[rung];
}

static int
index_of(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

bool
rung_of_name(const char *name, enum rung *rung)
{
	int i = index_of(rungs, RUNG_COUNT, name);

	if (i >= 0)
		*rung = (enum rung)i;
	return i >= 0;
}

/* --- The file of rungs --- */

/* "3", or "-" for -1; false when it is neither. */
static bool
read_count(const char *word, int *n)
{
	char *end;
	long value = strtol(word, &end, 10);

	*n = strcmp(word, "-") == 0 ? -1 : (int)value;
	return *n == -1 ||
	       (end != word && *end == '\0' && value >= 0 && value <= 1000);
}

static int
read_rung(struct rung_row *rows, bool *seen, char *line)
{
	char name[16], letters[8], slips[8], days[8], more[2];
	int i;

	line[strcspn(line, "#\n")] = '\0';
	if (line[strspn(line, " \t\r")] == '\0')
		return 0;
	if (sscanf(line, "%15s %7s %7s %7s %1s", name, letters, slips, days,
		more) != 4)
		return -1;
	i = index_of(rungs, RUNG_COUNT, name);
	if (i < 0 || !read_count(letters, &rows[i].letters) ||
	    !read_count(slips, &rows[i].slips) ||
	    !read_count(days, &rows[i].days) || rows[i].days < 1)
		return -1;
	seen[i] = true;
	return 0;
}

struct rung_row *
rungs_load(struct arena *a, const char *path, struct err *err)
{
	struct rung_row *rows = arena_calloc(a, RUNG_COUNT, sizeof(*rows));
	bool seen[RUNG_COUNT] = {false};
	FILE *f = fopen(path, "re");
	char line[200];
	int number = 0, rc = 0;

	if (f == NULL) {
		err_errno(err, "%s", path);
		return NULL;
	}
	while (rc == 0 && fgets(line, sizeof(line), f) != NULL) {
		number++;
		rc = read_rung(rows, seen, line);
	}
	fclose(f);
	if (rc != 0)
		err_set(err, EX_CONFIG,
		    "%s:%d:1: no rung like `firm 1 1 5` (names: friendly, "
		    "firm, complaint, final)",
		    path, number);
	for (int i = 0; rc == 0 && i < RUNG_COUNT; i++)
		if (!seen[i])
			rc = err_set(err, EX_CONFIG, "%s: %s is missing", path,
			    rungs[i]);
	return rc == 0 ? rows : NULL;
}

/* --- Rows --- */

static void
of_row(struct rows *r, struct post *p, struct follow_up *f)
{
	struct arena *a = p->voice.arena;
	int rung = index_of(rungs, RUNG_COUNT, rows_text(r, 3, a));
	int state = index_of(states, FOLLOW_UP_VOID + 1, rows_text(r, 4, a));

	memset(f, 0, sizeof(*f));
	f->id = rows_int(r, 1);
	f->case_number = (int)rows_int(r, 2);
	f->rung = rung < 0 ? RUNG_FRIENDLY : (enum rung)rung;
	/* written by a newer version: not to be sent by this one */
	f->state = state < 0 ? FOLLOW_UP_VOID : (enum follow_up_state)state;
	f->recipient = rows_text(r, 5, a);
	f->subject = rows_text(r, 6, a);
	f->text = rows_text(r, 7, a);
	f->answers = rows_int(r, 8);
	f->seen = rows_int(r, 9);
	f->made = rows_int(r, 10);
	f->edited = rows_int(r, 11) != 0;
	f->shown = rows_int(r, 12);
	f->outbox = rows_int(r, 13);
	f->token = token_letter(a, &p->key, p->owner, f->id,
	    (const char *const[]){f->recipient == NULL ? "" : f->recipient,
		f->subject, f->text,
		arena_printf(a, "%d %" PRId64, f->case_number, f->answers)},
	    4);
}

static int
one(struct post *p, struct rows *r, struct follow_up *f, struct err *err)
{
	bool found = rows_next(r);

	if (found)
		of_row(r, p, f);
	return rows_end(r, err) < 0 ? -1 : found;
}

int
follow_up_get(struct post *p, int64_t id, struct follow_up *f, struct err *err)
{
	return one(p,
	    STORE_QUERY(p->store, SQL_FOLLOW_UP_GET, sql_int(p->owner),
		sql_int(id), sql_int(0)),
	    f, err);
}

int
follow_ups_of(struct post *p, int case_number, struct letter_row **v, size_t *n,
    struct err *err)
{
	struct arena *a = p->voice.arena;
	struct rows *r = STORE_QUERY(p->store, SQL_FOLLOW_UPS_OF_CASE,
	    sql_int(p->owner), sql_int(case_number));

	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		struct letter_row *row;

		*v = arena_grow(a, *v, *n, sizeof(**v));
		row = &(*v)[(*n)++];
		of_row(r, p, &row->letter);
		row->sent = rows_int(r, 14);
		row->message_id = rows_text(r, 15, a);
	}
	return rows_end(r, err) < 0 ? -1 : 0;
}

int
follow_up_of_token(
    struct post *p, const char *token, struct follow_up *f, struct err *err)
{
	int rc = follow_up_get(p, strtoll(token, NULL, 10), f, err);

	if (rc != 1)
		return rc;
	return token_same(token, f->token);
}

int
follow_up_shown_by(
    struct post *p, int64_t outbox, struct follow_up *f, struct err *err)
{
	if (outbox == 0)
		return 0;
	return one(p,
	    STORE_QUERY(p->store, SQL_FOLLOW_UP_SHOWN, sql_int(p->owner),
		sql_int(outbox)),
	    f, err);
}

static int
add(struct post *p, struct follow_up *f, struct err *err)
{
	return STORE_RUN(p->store, err, SQL_FOLLOW_UP_PUT, sql_int(p->owner),
		   sql_int(f->id), sql_int(f->case_number),
		   sql_text(rungs[f->rung]), sql_text(states[f->state]),
		   sql_text(f->recipient), sql_text(f->subject),
		   sql_text(f->text), sql_int(f->answers), sql_int(f->seen),
		   sql_int(f->made), sql_int(f->edited), sql_int(f->shown),
		   sql_int(f->outbox)) < 0
		   ? -1
		   : 0;
}

int
follow_up_set_state(struct post *p, int64_t id, enum follow_up_state state,
    int64_t outbox, struct err *err)
{
	return STORE_RUN(p->store, err, SQL_FOLLOW_UP_STATE, sql_int(p->owner),
		   sql_int(id), sql_text(states[state]), sql_int(outbox)) < 0
		   ? -1
		   : 0;
}

int
follow_up_set_shown(struct post *p, int64_t id, int64_t outbox, struct err *err)
{
	return STORE_RUN(p->store, err, SQL_FOLLOW_UP_SHOW, sql_int(p->owner),
		   sql_int(id), sql_int(outbox)) < 0
		   ? -1
		   : 0;
}

/* --- What has happened in the case --- */

struct facts {
	struct post *p;
	struct err *err;
	struct case_row row;
	struct obligation *all; /* of the case, for the chains of dates */
	size_t count;
	struct obligation lapsed[ROWS_MOST]; /* longest ago first */
	size_t lapsed_count;
	int64_t letters; /* that left before */
	int slips; /* most of those lapsed */
	int64_t final; /* mails that are the company's last word */
	int64_t answers, heard;
	const char *subject; /* of the message that is answered */
	day_t today;
};

static int
count_of(struct facts *x, enum sql sql, int64_t *n)
{
	return STORE_INT(x->p->store, x->err, 0, n, sql, sql_int(x->p->owner),
	    sql_int(x->row.number));
}

/* The message that is answered: a person's before a machine's, the latest. */
static int
take_answered(struct facts *x)
{
	struct rows *r = STORE_QUERY(x->p->store, SQL_FOLLOW_UP_ANSWERS,
	    sql_int(x->p->owner), sql_int(x->row.number));

	x->subject = x->row.title;
	if (rows_next(r)) {
		x->answers = rows_int(r, 0);
		if (!rows_null(r, 1))
			x->subject = rows_text(r, 1, x->p->voice.arena);
	}
	return rows_end(r, x->err) < 0 ? -1 : 0;
}

static void
take_lapsed(struct facts *x)
{
	const struct voice *v = &x->p->voice;
	int32_t offset = zone_offset(v->zone, v->now);

	for (size_t i = 0; i < x->count; i++) {
		const struct obligation *o = &x->all[i];

		if (o->who != WHO_COMPANY ||
		    obligation_state_at(o, v->now, offset) != STATE_LAPSED ||
		    x->lapsed_count == ROWS_MOST)
			continue;
		if (o->slips > x->slips)
			x->slips = o->slips;
		x->lapsed[x->lapsed_count++] = *o;
	}
}

int
post_law(struct post *p, struct err *err)
{
	return p->law != NULL && p->rungs != NULL
		   ? 0
		   : p->load_law(p->compose_arg, p, err);
}

static int
facts_take(struct post *p, int case_number, struct facts *x, struct err *err)
{
	struct arena *a = p->voice.arena;

	if (post_law(p, err) == -1)
		return -1;
	memset(x, 0, sizeof(*x));
	x->p = p;
	x->err = err;
	x->today = moment_day(zone_moment(p->voice.zone, p->voice.now));
	if (ledger_case(p->store, p->owner, a, case_number, &x->row, err) < 0 ||
	    ledger_obligations(p->store, p->owner, a, case_number, false,
		&x->all, &x->count, err) < 0 ||
	    count_of(x, SQL_FOLLOW_UPS_LEFT, &x->letters) < 0 ||
	    count_of(x, SQL_FOLLOW_UP_HEARD, &x->heard) < 0 ||
	    STORE_INT(p->store, err, 0, &x->final, SQL_FOLLOW_UP_SIGNALLED,
		sql_int(p->owner), sql_int(case_number),
		sql_text("final_response")) < 0)
		return -1;
	take_lapsed(x);
	return take_answered(x);
}

static enum rung
rung_of(const struct facts *x)
{
	enum rung found = RUNG_FRIENDLY;

	for (int i = 0; i < RUNG_COUNT; i++) {
		const struct rung_row *row = &x->p->rungs[i];

		if ((row->letters >= 0 && x->letters >= row->letters) ||
		    (row->slips >= 0 && x->slips >= row->slips))
			found = (enum rung)i;
	}
	/* After a final response there is nothing left to be friendly about. */
	if (x->final > 0 && found < RUNG_FINAL)
		found = RUNG_FINAL;
	return found;
}

/* --- Its words --- */

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Nobody answers on a Saturday. */
static day_t
answer_day(const struct facts *x, enum rung rung)
{
	day_t day = x->today + x->p->rungs[rung].days;

	while (weekday_of(day) >= SATURDAY)
		day++;
	return day;
}

static const struct obligation *
obligation_of(const struct facts *x, int number)
{
	for (size_t i = 0; i < x->count; i++)
		if (x->all[i].number == number)
			return &x->all[i];
	return NULL;
}

/* Every date that a promise was made for, the first one first. */
static void
say_chain(const struct facts *x, struct values *v, const struct obligation *o)
{
	const struct obligation *chain[CHAIN_MOST] = {o};
	size_t n = 1;

	while (n < CHAIN_MOST && chain[n - 1]->slips_of != 0) {
		chain[n] = obligation_of(x, chain[n - 1]->slips_of);
		if (chain[n] == NULL)
			break;
		n++;
	}
	for (size_t i = n; n > 1 && i > 0; i--) {
		struct values *step = values_add(v, "chain");

		values_set(step, "due", say_due(&x->p->voice, chain[i - 1]));
		values_set(step, "said",
		    say_day(&x->p->voice, moment_day(chain[i - 1]->said)));
	}
}

/* Whom to address: who promised what is longest overdue, else who wrote. */
static const char *
addressee(const struct facts *x)
{
	for (size_t i = 0; i < x->lapsed_count; i++)
		if (x->lapsed[i].agent != NULL)
			return x->lapsed[i].agent;
	return x->row.agent;
}

static void
say_rows(const struct facts *x, struct values *values, const char *to)
{
	const struct voice *v = &x->p->voice;
	int32_t offset = zone_offset(v->zone, v->now);

	for (size_t i = 0; i < x->lapsed_count; i++) {
		const struct obligation *o = &x->lapsed[i];
		int late = -obligation_days_left(o, v->now, offset);
		struct values *row = values_add(values, "rows");

		say_obligation(v, row, o);
		values_set(row, "you",
		    o->agent == NULL || same_text(o->agent, to) ? "1" : "");
		values_set(
		    row, "late", late > 0 ? say_count(v, "days", late) : "");
		say_chain(x, row, o);
	}
}

static int
say_effort(struct facts *x, struct values *values)
{
	const struct voice *v = &x->p->voice;
	struct rows *r = STORE_QUERY(x->p->store, SQL_FOLLOW_UP_EFFORT,
	    sql_int(x->p->owner), sql_int(x->row.number));
	struct buf money = {0};
	int64_t minutes = 0;

	while (rows_next(r)) {
		minutes += rows_int(r, 1);
		if (rows_int(r, 2) > 0)
			buf_printf(&money, "%s%s", money.len > 0 ? " + " : "",
			    say_money(
				v, rows_int(r, 2), rows_text(r, 0, v->arena)));
	}
	buf_puts(&money, "");
	if (rows_end(r, x->err) < 0) {
		buf_free(&money);
		return -1;
	}
	values_set(
	    values, "effort", minutes > 0 ? say_minutes(v, (int)minutes) : "");
	values_set(values, "money", buf_keep(&money, v->arena));
	return 0;
}

/* What a company has left undone all along; said only on the upper rungs. */
static int
say_manner(struct facts *x, struct values *values)
{
	int64_t sorry, named, disowned;

	if (STORE_INT(x->p->store, x->err, 0, &sorry, SQL_FOLLOW_UP_SIGNALLED,
		sql_int(x->p->owner), sql_int(x->row.number),
		sql_text("apology")) < 0 ||
	    count_of(x, SQL_FOLLOW_UP_SIGNED, &named) < 0 ||
	    count_of(x, SQL_FOLLOW_UP_DISOWNED, &disowned) < 0)
		return -1;
	values_set(values, "disowned", disowned > 0 ? "1" : "");
	values_set(values, "no-apology", sorry == 0 ? "1" : "");
	values_set(values, "no-name", named == 0 ? "1" : "");
	return 0;
}

/* What happened, a line each, with the number under which it is an exhibit. */
static int
say_timeline(struct facts *x, struct values *values)
{
	const struct voice *v = &x->p->voice;
	struct message_row *rows;
	size_t n;

	if (ledger_messages(x->p->store, x->p->owner, v->arena, x->row.number,
		&rows, &n, x->err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct values *line = values_add(values, "timeline");
		struct moment at = rows[i].has_date
				       ? rows[i].date
				       : zone_moment(v->zone, rows[i].received);

		values_set(line, "date", say_day(v, moment_day(at)));
		values_set(line, "from",
		    rows[i].direction == FROM_OWNER ? x->p->name
		    : rows[i].from.name != NULL     ? rows[i].from.name
						    : rows[i].from.addr);
		values_set(line, "words", rows[i].subject);
		values_printf(line, "number", "%zu", i + 1);
	}
	return 0;
}

/* The body above the company: of the clock that has run out or, else, runs. */
static int
say_body(struct facts *x, struct values *values)
{
	struct ladder l = {0};
	const struct law_clock *best = NULL;

	if (ladder_of(x->p->store, x->p->owner, x->p->voice.arena, x->p->law,
		x->row.number, x->today, &l, x->err) < 0)
		return -1;
	for (size_t i = 0; i < l.runs.n; i++) {
		const struct clock_run *run = &l.runs.v[i];

		if (run->state == CLOCK_IDLE || run->clock->body == NULL ||
		    !run->clock->confirmed)
			continue;
		if (best == NULL || run->state == CLOCK_PASSED)
			best = run->clock;
	}
	values_set(values, "body", best == NULL ? "" : best->body);
	values_set(values, "domain", best == NULL ? "" : best->domain);
	values_set(values, "law", best == NULL ? "" : best->law);
	values_set(values, "contact", x->row.contact);
	return 0;
}

/* "Re: ..." once, with the company's reference when the subject lacks it. */
static const char *
subject_of(const struct facts *x, const char *rendered)
{
	const struct strings *refs = &x->row.references;
	struct arena *a = x->p->voice.arena;

	if (refs->n == 0 || strcasestr(rendered, refs->v[0]) != NULL)
		return rendered;
	return arena_printf(a, "%s [%s]", rendered, refs->v[0]);
}

/* "AW: Re: Your claim" -> "Your claim" */
static const char *
without_prefix(const struct facts *x)
{
	return thread_title(x->p->voice.arena, x->p->words, x->subject);
}

static int
write_letter(struct facts *x, struct follow_up *f)
{
	struct post *p = x->p;
	const struct voice *v = &p->voice;
	struct values *values = values_new(v->arena);
	const char *to = addressee(x);
	struct letter_text text;

	values_set(values, "company", x->row.company_name);
	values_set(values, "title", x->row.title);
	values_set(values, "name", p->name);
	values_set(values, "agent", to);
	values_set(values, "subject", without_prefix(x));
	values_set(values, "reference",
	    x->row.references.n > 0 ? x->row.references.v[0] : "");
	values_set(values, "today", say_day(v, x->today));
	values_set(values, "answer-by", say_day(v, answer_day(x, f->rung)));
	values_set(values, "opened", say_day(v, moment_day(x->row.opened)));
	values_set(values, "open-days",
	    say_count(v, "days", x->today - moment_day(x->row.opened)));
	values_set(values, "letters",
	    x->letters > 0 ? say_count(v, "letters", (int)x->letters) : "");
	values_set(values, "one", x->lapsed_count == 1 ? "1" : "");
	say_rows(x, values, to);
	if (say_effort(x, values) < 0 || say_manner(x, values) < 0 ||
	    say_timeline(x, values) < 0 || say_body(x, values) < 0)
		return -1;
	letter_write(v->arena, v->letters,
	    (enum letter)((int)LETTER_FRIENDLY + (int)f->rung), values, &text);
	f->subject = subject_of(x, text.subject);
	f->text = text.text;
	return 0;
}

/* --- Drafts --- */

static int
draft_in_hand(
    struct post *p, int case_number, struct follow_up *f, struct err *err)
{
	return one(p,
	    STORE_QUERY(p->store, SQL_FOLLOW_UP_DRAFTED, sql_int(p->owner),
		sql_int(case_number)),
	    f, err);
}

static int
void_drafts(struct facts *x)
{
	return STORE_RUN(x->p->store, x->err, SQL_FOLLOW_UPS_VOID,
		   sql_int(x->p->owner), sql_int(x->row.number)) < 0
		   ? -1
		   : 0;
}

static int
number(struct facts *x, struct follow_up *f)
{
	return store_number(
	    x->p->store, x->p->owner, "follow-up", &f->id, x->err);
}

/* The new draft is added, the others of the case are void. */
static int
replace(struct facts *x, struct follow_up *f)
{
	if (void_drafts(x) < 0 || number(x, f) < 0 || add(x->p, f, x->err) < 0)
		return -1;
	return follow_up_get(x->p, f->id, f, x->err);
}

static void
begin(const struct facts *x, struct follow_up *f)
{
	memset(f, 0, sizeof(*f));
	f->case_number = x->row.number;
	f->rung = rung_of(x);
	f->state = FOLLOW_UP_DRAFT;
	f->recipient = x->row.contact;
	f->answers = x->answers;
	f->seen = x->heard;
	f->made = x->p->voice.now;
}

int
follow_up_now(
    struct post *p, int case_number, struct follow_up *f, struct err *err)
{
	enum follow_up_fault fault = FOLLOW_UP_REPLACED;
	struct follow_up was, is;
	struct facts x;
	int had;

	if (facts_take(p, case_number, &x, err) < 0)
		return -1;
	had = draft_in_hand(p, case_number, &was, err);
	if (had < 0 || (had && follow_up_check(p, &was, &fault, err) < 0))
		return -1;
	if (had && was.edited && fault == FOLLOW_UP_FINE) {
		*f = was;
		return 1;
	}
	if (x.lapsed_count == 0)
		return 0;
	begin(&x, &is);
	if (write_letter(&x, &is) < 0)
		return -1;
	if (had && fault == FOLLOW_UP_FINE && was.rung == is.rung &&
	    was.answers == is.answers &&
	    same_text(was.recipient, is.recipient) &&
	    same_text(was.subject, is.subject) &&
	    same_text(was.text, is.text)) {
		*f = was;
		return 1;
	}
	*f = is;
	return replace(&x, f);
}

int
follow_up_on(struct post *p, struct change *c, int case_number, enum rung rung,
    struct follow_up *f, struct err *err)
{
	struct follow_up was;
	struct facts x;
	int had;

	if (facts_take(p, case_number, &x, err) < 0)
		return -1;
	had = draft_in_hand(p, case_number, &was, err);
	if (had < 0 ||
	    (had && change_touch(c, TABLE_FOLLOW_UP, was.id, 0, err) < 0))
		return -1;
	begin(&x, f);
	f->rung = rung;
	f->edited = true; /* chosen: it stays until it is sent or replaced */
	if (rung == RUNG_OMBUDSMAN)
		f->recipient = NULL;
	if (write_letter(&x, f) < 0 || void_drafts(&x) < 0 ||
	    number(&x, f) < 0 ||
	    change_touch(c, TABLE_FOLLOW_UP, f->id, 0, err) < 0 ||
	    add(p, f, err) < 0)
		return -1;
	return follow_up_get(p, f->id, f, err) == 1 ? 0 : -1;
}

int
follow_up_edit(struct post *p, struct change *c, int case_number,
    const char *text, struct follow_up *f, struct err *err)
{
	struct follow_up was;
	struct facts x;
	int had;

	if (facts_take(p, case_number, &x, err) < 0)
		return -1;
	if (strlen(text) > FOLLOW_UP_MOST)
		return err_set(err, EX_USAGE,
		    "the letter is longer than %d bytes; say it shorter",
		    FOLLOW_UP_MOST);
	had = draft_in_hand(p, case_number, &was, err);
	if (had < 0 ||
	    (had && change_touch(c, TABLE_FOLLOW_UP, was.id, 0, err) < 0))
		return -1;
	begin(&x, f);
	f->edited = true;
	f->text = text;
	f->subject = had ? was.subject
			 : subject_of(&x, arena_printf(p->voice.arena, "Re: %s",
					      without_prefix(&x)));
	if (void_drafts(&x) < 0 || number(&x, f) < 0 ||
	    change_touch(c, TABLE_FOLLOW_UP, f->id, 0, err) < 0 ||
	    add(p, f, err) < 0)
		return -1;
	return follow_up_get(p, f->id, f, err) == 1 ? 0 : -1;
}

/* --- Is it still good? --- */

int
follow_up_answered(struct post *p, const struct follow_up *f, struct err *err)
{
	int64_t heard;

	if (STORE_INT(p->store, err, 0, &heard, SQL_FOLLOW_UP_HEARD,
		sql_int(p->owner), sql_int(f->case_number)) < 0)
		return -1;
	return heard > f->seen;
}

int
follow_up_check(struct post *p, const struct follow_up *f,
    enum follow_up_fault *fault, struct err *err)
{
	int answered = follow_up_answered(p, f, err);

	if (answered < 0)
		return -1;
	if (f->state == FOLLOW_UP_APPROVED || f->state == FOLLOW_UP_GONE)
		*fault = FOLLOW_UP_SENT;
	else if (f->state == FOLLOW_UP_VOID)
		*fault = FOLLOW_UP_REPLACED;
	else if (answered)
		*fault = FOLLOW_UP_ANSWERED;
	else if (p->voice.now - f->made > (int64_t)FOLLOW_UP_DAYS * DAY_SECONDS)
		*fault = FOLLOW_UP_EXPIRED;
	else
		*fault =
		    f->recipient == NULL ? FOLLOW_UP_NOWHERE : FOLLOW_UP_FINE;
	return 0;
}

void
say_follow_up(struct values *v, const struct follow_up *f)
{
	values_set(v, "recipient", f->recipient);
	values_set(v, "subject", f->subject);
	values_set(v, "text", f->text);
	values_set(v, "token", f->recipient == NULL ? "" : f->token);
	values_set(v, "rung", rungs[f->rung]);
}
