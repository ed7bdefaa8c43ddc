/* See ladder.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/zone.h"

#include "cases/ladder.h"

/* Which signals of a company's mail show which milestone. */
static const struct {
	const char *signal, *milestone;
} shown[] = {
    {"acknowledgement", "acknowledgement"},
    {"final_response", "final-response"},
    {"final_response", "answer"},
    {"refusal", "refusal"},
    {"refusal", "answer"},
    {"offer", "answer"},
    {"resolution", "answer"},
    {"resolution", "payment-made"},
};

/* One reading. */
struct climb {
	struct store *store;
	int64_t owner;
	struct arena *arena;
	struct err *err;
	struct ladder *l;
};

static void
add(struct climb *c, const char *name, struct moment at, int64_t message,
    const char *text)
{
	struct ladder *l = c->l;

	l->milestones = arena_grow(c->arena, l->milestones, l->milestone_count,
	    sizeof(*l->milestones));
	l->milestones[l->milestone_count++] =
	    (struct milestone){name, moment_day(at), message, text};
}

/* Rows of id, date, offset, signals, newest text, direction; by date. */
static int
read_messages(struct climb *c, struct buf *words)
{
	struct rows *r = STORE_QUERY(c->store, SQL_LADDER_MESSAGES,
	    sql_int(c->owner), sql_int(c->l->row.number));
	bool complained = false, heard = false;

	while (rows_next(r)) {
		int64_t id = rows_int(r, 0);
		struct moment at = {rows_int(r, 1), (int32_t)rows_int(r, 2)};
		const char *signals = rows_text(r, 3, c->arena);
		const char *text = rows_text(r, 4, c->arena);

		if (rows_int(r, 5) != 0) { /* the owner's */
			if (!complained)
				add(c, "complaint", at, id, NULL);
			complained = true;
			continue;
		}
		/* It wrote about the matter: so it knew of it by then. */
		if (!complained && !heard)
			add(c, "complaint", at, id, NULL);
		heard = true;
		buf_printf(words, "%s\n", text == NULL ? "" : text);
		for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
			const char *s = shown[i].signal;
			const char *p =
			    signals == NULL ? NULL : strstr(signals, s);

			if (p != NULL && (p == signals || p[-1] == ',') &&
			    (p[strlen(s)] == '\0' || p[strlen(s)] == ','))
				add(c, shown[i].milestone, at, id, text);
		}
	}
	return rows_end(r, c->err);
}

/* What the company has agreed to pay, and has paid. */
static int
read_promises(struct climb *c)
{
	struct obligation *v;
	size_t n;

	if (ledger_obligations(c->store, c->owner, c->arena, c->l->row.number,
		false, &v, &n, c->err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (v[i].who != WHO_COMPANY ||
		    (v[i].action != ACTION_REFUND && v[i].action != ACTION_PAY))
			continue;
		if (v[i].stored != STATE_VOID && v[i].slips_of == 0)
			add(c, "refund-agreed", v[i].said, v[i].message, NULL);
		if (v[i].stored == STATE_KEPT && v[i].has_settled)
			add(c, "payment-made", v[i].settled, v[i].evidence,
			    NULL);
	}
	return 0;
}

/* The owner's word takes the place of what mail shows. */
static int
read_told(struct climb *c)
{
	struct ladder *l = c->l;
	struct rows *r = STORE_QUERY(c->store, SQL_MILESTONES,
	    sql_int(c->owner), sql_int(l->row.number));

	while (rows_next(r)) {
		const char *name = rows_text(r, 0, c->arena);
		size_t kept = 0;

		for (size_t i = 0; i < l->milestone_count; i++)
			if (strcmp(l->milestones[i].name, name) != 0)
				l->milestones[kept++] = l->milestones[i];
		l->milestone_count = kept;
		add(c, name, moment_at((day_t)rows_int(r, 1), 0, 0), 0, NULL);
	}
	return rows_end(r, c->err);
}

static void
split_sectors(struct climb *c, const char *text)
{
	struct slice rest = slice_of(text);

	while (rest.len > 0) {
		const char *comma = memchr(rest.p, ',', rest.len);
		size_t n = comma == NULL ? rest.len : (size_t)(comma - rest.p);
		struct slice one = slice_trim((struct slice){rest.p, n});

		strings_add(c->arena, &c->l->sectors, slice_dup(c->arena, one));
		rest.p += n + (comma != NULL);
		rest.len -= n + (comma != NULL);
	}
}

static int
read_sectors(struct climb *c, const struct law *law, struct buf *words)
{
	struct rows *r = STORE_QUERY(c->store, SQL_CASE_SECTOR_GET,
	    sql_int(c->owner), sql_int(c->l->row.number));
	const char *said = NULL;

	if (rows_next(r))
		said = rows_text(r, 0, c->arena);
	if (rows_end(r, c->err) < 0)
		return -1;
	if (said == NULL) {
		buf_printf(
		    words, "%s\n%s\n", c->l->row.company_name, c->l->row.title);
		said = sectors_guess(c->arena, law->sectors, words->p);
		c->l->guessed = true;
	}
	if (said != NULL)
		split_sectors(c, said);
	return 0;
}

static int
compare_milestones(const void *a, const void *b)
{
	const struct milestone *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return strcmp(x->name, y->name);
}

int
ladder_of(struct store *s, int64_t owner, struct arena *a,
    const struct law *law, int case_number, day_t today, struct ladder *l,
    struct err *err)
{
	struct climb c = {s, owner, a, err, l};
	struct buf words = {0};
	int rc = -1;

	memset(l, 0, sizeof(*l));
	if (ledger_case(s, owner, a, case_number, &l->row, err) == 0 &&
	    read_messages(&c, &words) >= 0 && read_promises(&c) >= 0 &&
	    read_told(&c) >= 0 && read_sectors(&c, law, &words) >= 0)
		rc = 0;
	buf_free(&words);
	if (rc != 0)
		return -1;
	if (l->milestone_count > 1)
		qsort(l->milestones, l->milestone_count, sizeof(*l->milestones),
		    compare_milestones);
	l->runs = clocks_run(a, law->clocks, law->calendars, l->row.region,
	    &l->sectors, l->milestones, l->milestone_count, today);
	return 0;
}

void
ladder_nudges(
    struct arena *a, const struct ladder *l, struct nudge_clock **v, size_t *n)
{
	for (size_t i = 0; i < l->runs.n; i++) {
		const struct clock_run *run = &l->runs.v[i];
		bool mine = run->clock->customer;

		if (!run->dated || (!mine && !run->clock->confirmed) ||
		    run->state != (mine ? CLOCK_RUNNING : CLOCK_PASSED))
			continue;
		*v = arena_grow(a, *v, *n, sizeof(**v));
		(*v)[(*n)++] = (struct nudge_clock){l->row.number,
		    run->clock->id, mine ? run->first : run->last, mine};
	}
}

int
ladder_set_sectors(
    struct change *c, int case_number, const char *sectors, struct err *err)
{
	if (change_touch(c, TABLE_CASE, case_number, 0, err) < 0)
		return -1;
	return STORE_RUN(change_store(c), err, SQL_CASE_SET_SECTOR,
		   sql_int(change_owner(c)), sql_int(case_number),
		   sql_text(sectors)) < 0
		   ? -1
		   : 0;
}

int
ladder_add_milestone(struct change *c, int case_number, const char *name,
    day_t day, struct err *err)
{
	int64_t id;

	if (store_number(
		change_store(c), change_owner(c), "milestone", &id, err) < 0 ||
	    change_touch(c, TABLE_MILESTONE, id, 0, err) < 0)
		return -1;
	return STORE_RUN(change_store(c), err, SQL_MILESTONE_PUT,
		   sql_int(change_owner(c)), sql_int(id), sql_int(case_number),
		   sql_text(name), sql_int(day)) < 0
		   ? -1
		   : 0;
}

static const char *
say_span(const struct voice *v, const struct law_clock *c)
{
	static const char *const keys[] = {
	    [CLOCK_HOURS] = "span-hours",
	    [CLOCK_DAYS] = "span-days",
	    [CLOCK_WORKING_DAYS] = "span-working-days",
	    [CLOCK_WEEKS] = "span-weeks",
	    [CLOCK_MONTHS] = "span-months",
	    [CLOCK_YEARS] = "span-years",
	};

	return c->n == 0 ? "" : say_count(v, keys[c->unit], c->n);
}

void
say_clock(
    const struct voice *v, struct values *values, const struct clock_run *run)
{
	const struct law_clock *c = run->clock;

	values_set(values, "id", c->id);
	values_set(values, "law", c->law);
	values_set(values, "who", c->who);
	values_set(values, "act", c->act);
	values_set(values, "then", c->then);
	values_set(values, "body", c->body);
	values_set(values, "domain", c->domain);
	values_set(values, "when", c->when);
	values_set(values, "span", say_span(v, c));
	values_set(values, "mine", c->customer ? "1" : "");
	values_set(values, "passed", run->state == CLOCK_PASSED ? "1" : "");
	values_set(values, "met",
	    run->ended == NULL ? "" : say_day(v, run->ended->day));
	values_set(values, "unconfirmed", c->confirmed ? "" : "1");
	values_set(values, "unsigned", run->unsigned_post ? "1" : "");
	values_set(values, "began",
	    run->began == NULL ? "" : say_day(v, run->began->day));
	values_set(values, "by",
	    !run->dated ? ""
			: say_day(v, c->customer ? run->first : run->last));
}
