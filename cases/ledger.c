/*
 * See ledger.h.
 */
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "cases/ledger.h"
#include "cases/store.h"

enum { EARLIER_MOST = 50 }; /* dates of a promise that are told */

struct view {
	struct store *store;
	int64_t owner;
	struct arena *arena;
	struct err *err;
};

/* --- Cases --- */

static void
case_of_row(struct rows *r, struct arena *a, struct case_row *c)
{
	memset(c, 0, sizeof(*c));
	c->number = (int)rows_int(r, 0);
	c->company = rows_int(r, 1);
	c->company_domain = rows_text(r, 2, a);
	c->company_name = rows_text(r, 3, a);
	c->title = rows_text(r, 4, a);
	c->opened = rows_moment(r, 5);
	c->closed = c->has_closed_at = !rows_null(r, 7);
	c->closed_at = rows_moment(r, 7);
	c->merged_into = (int)rows_int(r, 9);
	c->region = rows_text(r, 10, a);
	c->snoozed_until = rows_int(r, 11);
	c->muted = rows_int(r, 12) != 0;
	c->contact = rows_text(r, 13, a);
	if (c->company_domain == NULL)
		c->company_domain = c->company_name = "";
}

static void
add_unlike(struct arena *a, struct strings *s, char *text)
{
	if (!strings_have(s, text))
		strings_add(a, s, text);
}

static int
fill_references(const struct view *v, struct case_row *c)
{
	struct rows *r = STORE_QUERY(v->store, SQL_LEDGER_REFERENCES,
	    sql_int(v->owner), sql_int(c->number));

	while (rows_next(r))
		add_unlike(v->arena, &c->references, rows_text(r, 0, v->arena));
	return rows_end(r, v->err);
}

static int
fill_contact(const struct view *v, struct case_row *c)
{
	struct rows *r = STORE_QUERY(v->store, SQL_LEDGER_CONTACTS,
	    sql_int(v->owner), sql_int(c->number), sql_int(c->company));

	if (c->contact == NULL && rows_next(r))
		c->contact = rows_text(r, 0, v->arena);
	if (rows_end(r, v->err) < 0)
		return -1;
	r = STORE_QUERY(
	    v->store, SQL_LEDGER_AGENT, sql_int(v->owner), sql_int(c->number));
	if (rows_next(r))
		c->agent = rows_text(r, 0, v->arena);
	return rows_end(r, v->err);
}

/*
 * Since when the company waits for the owner; 0: it does not.  It does when
 * it has asked for something and the owner has not written since, or while a
 * reply or a paper that it wants by some day is outstanding.
 */
static int
ball_since(const struct view *v, int number, int64_t *since)
{
	int64_t asked, owed, wrote;

	if (STORE_INT(v->store, v->err, 0, &asked, SQL_LEDGER_ASKED,
		sql_int(v->owner), sql_int(number)) < 0 ||
	    STORE_INT(v->store, v->err, 0, &owed, SQL_LEDGER_OWED,
		sql_int(v->owner), sql_int(number)) < 0 ||
	    STORE_INT(v->store, v->err, 0, &wrote, SQL_LEDGER_OWNER_WROTE,
		sql_int(v->owner), sql_int(number)) < 0)
		return -1;
	if (asked <= wrote)
		asked = 0;
	*since = asked > owed ? asked : owed;
	return 0;
}

static int
fill_case(const struct view *v, struct case_row *c)
{
	int64_t since;

	if (fill_references(v, c) < 0 || fill_contact(v, c) < 0 ||
	    ball_since(v, c->number, &since) < 0)
		return -1;
	c->ball_with_owner = !c->closed && since != 0;
	return 0;
}

int
ledger_case(struct store *s, int64_t owner, struct arena *a, int number,
    struct case_row *c, struct err *err)
{
	const struct view v = {s, owner, a, err};
	struct rows *r =
	    STORE_QUERY(s, SQL_LEDGER_CASE, sql_int(owner), sql_int(number));
	bool found = rows_next(r);

	if (found)
		case_of_row(r, a, c);
	if (rows_end(r, err) < 0)
		return -1;
	if (!found)
		return err_set(err, EX_USAGE, "there is no case %d", number);
	return fill_case(&v, c);
}

int
ledger_cases(struct store *s, int64_t owner, struct arena *a,
    struct case_row **rows, size_t *n, struct err *err)
{
	const struct view v = {s, owner, a, err};
	struct rows *r = STORE_QUERY(s, SQL_LEDGER_CASES, sql_int(owner));
	size_t i;

	*rows = NULL;
	*n = 0;
	while (rows_next(r)) {
		*rows = arena_grow(a, *rows, *n, sizeof(**rows));
		case_of_row(r, a, &(*rows)[(*n)++]);
	}
	if (rows_end(r, err) < 0)
		return -1;
	for (i = 0; i < *n; i++)
		if (fill_case(&v, &(*rows)[i]) < 0)
			return -1;
	return 0;
}

/* --- Messages --- */

static const char *
hex_of_row(struct rows *r, int column, struct arena *a)
{
	struct slice bytes = rows_bytes(r, column, a);
	char *out = arena_alloc(a, 2 * bytes.len + 1);

	return hex_print((const uint8_t *)bytes.p, bytes.len, out);
}

static void
message_of_row(struct rows *r, struct arena *a, struct message_row *m)
{
	memset(m, 0, sizeof(*m));
	m->id = rows_int(r, 0);
	m->case_number = (int)rows_int(r, 1);
	m->message_id = rows_text(r, 2, a);
	m->original_id = rows_text(r, 3, a);
	m->sha256 = hex_of_row(r, 4, a);
	m->received = rows_int(r, 5);
	m->direction = direction_of(rows_text(r, 6, a));
	m->from.addr = rows_text(r, 7, a);
	m->from.name = rows_text(r, 8, a);
	m->has_date = !rows_null(r, 9);
	m->date = rows_moment(r, 9);
	m->subject = rows_null(r, 11) ? "" : rows_text(r, 11, a);
	m->forwarded = rows_int(r, 12) != 0;
	m->autoreply = rows_int(r, 13) != 0;
	m->bulk = rows_int(r, 14) != 0;
	m->attachment = rows_int(r, 15) != 0;
	m->client = rows_text(r, 16, a);
	m->language = rows_text(r, 17, a);
	m->signals = rows_text(r, 18, a);
	m->newest = rows_null(r, 19) ? "" : rows_text(r, 19, a);
	m->faults = rows_text(r, 20, a);
	m->placed_by = placed_by_of(rows_text(r, 21, a));
	m->placed_why = rows_text(r, 22, a);
	m->waiting = rows_int(r, 23) != 0;
	m->manner = rows_text(r, 24, a);
	m->agent = rows_text(r, 25, a);
}

static int
collect_messages(struct rows *r, struct arena *a, struct message_row **v,
    size_t *n, struct err *err)
{
	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		*v = arena_grow(a, *v, *n, sizeof(**v));
		message_of_row(r, a, &(*v)[(*n)++]);
	}
	return rows_end(r, err);
}

int
ledger_messages(struct store *s, int64_t owner, struct arena *a,
    int case_number, struct message_row **v, size_t *n, struct err *err)
{
	if (case_number == 0)
		return collect_messages(
		    STORE_QUERY(s, SQL_LEDGER_UNFILED, sql_int(owner)), a, v, n,
		    err);
	return collect_messages(STORE_QUERY(s, SQL_LEDGER_MESSAGES,
				    sql_int(owner), sql_int(case_number)),
	    a, v, n, err);
}

int
ledger_unfiled(struct store *s, int64_t owner, struct arena *a, int64_t since,
    size_t most, struct message_row **v, size_t *n, struct err *err)
{
	return collect_messages(
	    STORE_QUERY(s, SQL_LEDGER_UNFILED_LATE, sql_int(owner),
		sql_int(since), sql_int((int64_t)most)),
	    a, v, n, err);
}

int
ledger_message(struct store *s, int64_t owner, struct arena *a, int64_t message,
    struct message_row *m, struct err *err)
{
	struct rows *r = STORE_QUERY(
	    s, SQL_LEDGER_MESSAGE, sql_int(owner), sql_int(message));
	bool found = rows_next(r);

	if (found)
		message_of_row(r, a, m);
	if (rows_end(r, err) < 0)
		return -1;
	return found ? 0
		     : err_set(err, EX_USAGE, "there is no message %lld",
			   (long long)message);
}

int
ledger_sightings(struct store *s, int64_t owner, struct arena *a,
    int64_t message, struct sighting_row **v, size_t *n, struct err *err)
{
	struct rows *r = STORE_QUERY(
	    s, SQL_LEDGER_SIGHTINGS, sql_int(owner), sql_int(message));
	struct sighting_row *one;

	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		*v = arena_grow(a, *v, *n, sizeof(**v));
		one = &(*v)[(*n)++];
		one->message = rows_int(r, 0);
		one->source = rows_text(r, 1, a);
		one->file = rows_text(r, 2, a);
		one->seen = rows_int(r, 3);
	}
	return rows_end(r, err);
}

int
ledger_find(struct store *s, int64_t owner, const char *message_id,
    int64_t *message, struct err *err)
{
	return STORE_INT(s, err, 0, message, SQL_LEDGER_FIND, sql_int(owner),
	    sql_text(message_id));
}

int
ledger_candidates(struct store *s, int64_t owner, struct arena *a,
    int64_t message, struct candidate **v, size_t *n, struct err *err)
{
	struct rows *r = STORE_QUERY(
	    s, SQL_LEDGER_CANDIDATES, sql_int(owner), sql_int(message));
	struct candidate *one;

	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		*v = arena_grow(a, *v, *n, sizeof(**v));
		one = &(*v)[(*n)++];
		one->number = (int)rows_int(r, 0);
		one->score = (int)rows_int(r, 1);
		one->why = rows_text(r, 2, a);
	}
	return rows_end(r, err);
}

/* --- Obligations --- */

static int
fill_paused(const struct view *v, struct obligation *o, size_t n)
{
	int64_t since = 0;
	int number = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (o[i].who != WHO_COMPANY)
			continue;
		if (o[i].case_number != number &&
		    ball_since(v, o[i].case_number, &since) < 0)
			return -1;
		number = o[i].case_number;
		o[i].paused = since != 0 && o[i].said.utc <= since;
	}
	return 0;
}

/* The dates of those that it replaced, the first first. */
static int
fill_earlier(const struct view *v, struct obligation *o)
{
	struct due earlier[EARLIER_MOST], *kept;
	struct obligation before;
	size_t n = 0, i;
	int number = o->slips_of;

	while (number != 0 && n < EARLIER_MOST) {
		struct rows *r =
		    STORE_QUERY(v->store, SQL_OBLIGATION_GET, sql_int(v->owner),
			sql_int(o->case_number), sql_int(number));

		number = 0;
		if (rows_next(r)) {
			obligation_of_row(r, v->arena, &before);
			number = before.slips_of;
			if (before.due.precision != DUE_NONE)
				earlier[n++] = before.due;
		}
		if (rows_end(r, v->err) < 0)
			return -1;
	}
	kept = arena_calloc(v->arena, n, sizeof(*kept));
	for (i = 0; i < n; i++)
		kept[i] = earlier[n - 1 - i];
	o->earlier = kept;
	o->earlier_count = n;
	return 0;
}

static int
fill_all(const struct view *v, struct obligation *o, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (o[i].slips_of != 0 && fill_earlier(v, &o[i]) < 0)
			return -1;
	return fill_paused(v, o, n);
}

int
ledger_obligations(struct store *s, int64_t owner, struct arena *a,
    int case_number, bool open_only, struct obligation **v, size_t *n,
    struct err *err)
{
	const struct view view = {s, owner, a, err};
	/* A question for one case that also fits all would read all. */
	struct rows *r =
	    case_number == 0
		? STORE_QUERY(s, SQL_LEDGER_OBLIGATIONS, sql_int(owner),
		      sql_int(open_only))
		: STORE_QUERY(s, SQL_LEDGER_OBLIGATIONS_OF_CASE, sql_int(owner),
		      sql_int(open_only), sql_int(case_number));

	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		*v = arena_grow(a, *v, *n, sizeof(**v));
		obligation_of_row(r, a, &(*v)[(*n)++]);
	}
	if (rows_end(r, err) < 0)
		return -1;
	return fill_all(&view, *v, *n);
}

int
ledger_obligation(struct store *s, int64_t owner, struct arena *a,
    int case_number, int number, struct obligation *o, struct err *err)
{
	const struct view view = {s, owner, a, err};
	struct rows *r = STORE_QUERY(s, SQL_OBLIGATION_GET, sql_int(owner),
	    sql_int(case_number), sql_int(number));
	bool found = rows_next(r);

	if (found)
		obligation_of_row(r, a, o);
	if (rows_end(r, err) < 0)
		return -1;
	if (!found)
		return err_set(
		    err, EX_USAGE, "there is no %d.%d", case_number, number);
	return fill_all(&view, o, 1);
}

const char *
ledger_why(struct arena *a, const struct calendars *calendars,
    const struct case_row *c, const struct obligation *o)
{
	const struct calendar *calendar;
	const char *why = NULL;

	if (o->due_by_owner)
		return "you set this day yourself";
	if (o->stored == STATE_WAITING)
		return "its clock starts at an event that has not been told; "
		       "`received DATE` starts it";
	if (o->expr == NULL)
		return o->vague ? "a time is promised, but none that can be "
				  "dated"
				: "no time was promised";
	calendar = calendar_region(calendars, c->region);
	if (calendar == NULL)
		calendar = calendar_region(calendars, "none");
	(void)calendar_due(a, calendar, o->expr, o->anchor, &why);
	return why == NULL ? "" : why;
}

/* --- Entries, events, companies --- */

int
ledger_entries(struct store *s, int64_t owner, struct arena *a, int case_number,
    struct entry **v, size_t *n, struct err *err)
{
	struct rows *r = STORE_QUERY(
	    s, SQL_LEDGER_ENTRIES, sql_int(owner), sql_int(case_number));
	struct entry *e;

	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		*v = arena_grow(a, *v, *n, sizeof(**v));
		e = &(*v)[(*n)++];
		e->id = rows_int(r, 1);
		e->case_number = (int)rows_int(r, 2);
		e->kind = entry_kind_of(rows_text(r, 3, a));
		e->at = rows_moment(r, 4);
		e->minutes = (int)rows_int(r, 6);
		e->cents = rows_int(r, 7);
		e->currency = rows_text(r, 8, a);
		e->who = rows_text(r, 9, a);
		e->text = rows_text(r, 10, a);
	}
	return rows_end(r, err);
}

int
ledger_events(struct store *s, int64_t owner, struct arena *a, int case_number,
    struct event_row **v, size_t *n, struct err *err)
{
	struct rows *r = STORE_QUERY(
	    s, SQL_LEDGER_EVENTS, sql_int(owner), sql_int(case_number));
	struct event_row *e;

	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		*v = arena_grow(a, *v, *n, sizeof(**v));
		e = &(*v)[(*n)++];
		e->id = rows_int(r, 0);
		e->case_number = (int)rows_int(r, 1);
		e->at = rows_int(r, 2);
		e->actor = rows_text(r, 3, a);
		e->verb = rows_text(r, 4, a);
		e->text = rows_text(r, 5, a);
		e->message = rows_int(r, 6);
		e->undone = rows_int(r, 7) != 0;
	}
	return rows_end(r, err);
}

static int
fill_aliases(const struct view *v, struct company_row *c)
{
	struct rows *r = STORE_QUERY(
	    v->store, SQL_LEDGER_ALIASES, sql_int(v->owner), sql_int(c->id));

	while (rows_next(r))
		add_unlike(v->arena, &c->aliases, rows_text(r, 0, v->arena));
	return rows_end(r, v->err);
}

static bool
is_called(const struct company_row *c, const char *name)
{
	size_t i;

	if (name == NULL || strcasecmp(c->domain, name) == 0 ||
	    strcasecmp(c->name, name) == 0)
		return true;
	for (i = 0; i < c->aliases.n; i++)
		if (strcasecmp(c->aliases.v[i], name) == 0)
			return true;
	return false;
}

int
ledger_companies(struct store *s, int64_t owner, struct arena *a,
    const char *name, struct company_row **v, size_t *n, struct err *err)
{
	const struct view view = {s, owner, a, err};
	struct rows *r = STORE_QUERY(s, SQL_LEDGER_COMPANIES, sql_int(owner));
	struct company_row one;

	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		memset(&one, 0, sizeof(one));
		one.id = rows_int(r, 0);
		one.domain = rows_text(r, 1, a);
		one.name = rows_text(r, 2, a);
		if (fill_aliases(&view, &one) < 0)
			rows_fail(r, err);
		if (!is_called(&one, name))
			continue;
		*v = arena_grow(a, *v, *n, sizeof(**v));
		(*v)[(*n)++] = one;
	}
	return rows_end(r, err);
}
