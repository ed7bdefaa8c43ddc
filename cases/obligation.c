/*
 * See obligation.h; what a message does to them is in apply.c.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "cases/event.h"
#include "cases/obligation.h"
#include "cases/store.h"
#include "rules/calendar.h"
#include "rules/finding.h"

static const char *const states[] = {
    [STATE_OPEN] = "open",
    [STATE_WAITING] = "waiting",
    [STATE_KEPT] = "kept",
    [STATE_SLIPPED] = "slipped",
    [STATE_VOID] = "void",
    [STATE_BROKEN] = "broken",
    [STATE_LAPSED] = "lapsed",
    [STATE_LATE] = "late",
    [STATE_PAUSED] = "paused",
};

const char *
obligation_state_name(enum obligation_state state)
{
	return states[state];
}

static enum obligation_state
state_of(const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i <= STATE_BROKEN; i++)
		if (strcmp(name, states[i]) == 0)
			return (enum obligation_state)i;
	return STATE_VOID;
}

enum obligation_state
obligation_state_at(const struct obligation *o, int64_t now, int32_t offset)
{
	int64_t last = due_last(o->due, offset);

	if (o->stored == STATE_KEPT)
		return o->has_settled && o->settled.utc > last ? STATE_LATE
							       : STATE_KEPT;
	if (o->stored != STATE_OPEN)
		return o->stored;
	if (o->paused && o->who == WHO_COMPANY)
		return STATE_PAUSED;
	return now > last ? STATE_LAPSED : STATE_OPEN;
}

int
obligation_days_left(const struct obligation *o, int64_t now, int32_t offset)
{
	struct moment m = {now, offset};

	if (o->due.precision == DUE_NONE)
		return 0;
	if (o->due.precision == DUE_TIME)
		m.offset = o->due.at.offset;
	return (int)(o->due.day - moment_day(m));
}

/* --- Rows --- */

static struct due
row_due(struct rows *r, int column)
{
	struct due due = {.precision = DUE_NONE};

	if (rows_null(r, column))
		return due;
	due.precision = rows_null(r, column + 1) ? DUE_DAY : DUE_TIME;
	due.day = (day_t)rows_int(r, column);
	if (due.precision == DUE_TIME)
		due.at = rows_moment(r, column + 1);
	return due;
}

static bool
row_is(struct rows *r, int column, const char *word, struct arena *a)
{
	const char *text = rows_text(r, column, a);

	return text != NULL && strcmp(text, word) == 0;
}

void
obligation_of_row(struct rows *r, struct arena *a, struct obligation *o)
{
	const char *action = rows_text(r, 5, a);

	memset(o, 0, sizeof(*o));
	o->case_number = (int)rows_int(r, 1);
	o->number = (int)rows_int(r, 2);
	o->who = row_is(r, 3, who_name(WHO_CUSTOMER), a) ? WHO_CUSTOMER
							 : WHO_COMPANY;
	o->kind = row_is(r, 4, kind_name(KIND_DEADLINE), a) ? KIND_DEADLINE
							    : KIND_PROMISE;
	if (action == NULL || !action_of(action, &o->action))
		o->action = ACTION_OTHER;
	o->stored = state_of(rows_text(r, 6, a));
	o->due = row_due(r, 7);
	o->due_by_owner = rows_int(r, 10) != 0;
	o->vague = rows_int(r, 11) != 0;
	o->condition = rows_int(r, 12) != 0;
	o->anchor = rows_moment(r, 13);
	o->phrase = rows_text(r, 15, a);
	o->expr = rows_text(r, 16, a);
	o->calendar = rows_text(r, 17, a);
	o->rule = rows_text(r, 18, a);
	o->quote = rows_text(r, 19, a);
	o->message = rows_int(r, 20);
	o->said = rows_moment(r, 21);
	o->agent = rows_text(r, 23, a);
	o->has_settled = !rows_null(r, 24);
	o->settled = rows_moment(r, 24);
	o->evidence = rows_int(r, 26);
	o->slips_of = (int)rows_int(r, 27);
	o->slipped_to = (int)rows_int(r, 28);
	o->slips = (int)rows_int(r, 29);
}

static struct value
some(bool has, int64_t number)
{
	return has ? sql_int(number) : sql_null();
}

static int
insert(struct change *c, const struct obligation *o, struct err *err)
{
	bool day = o->due.precision != DUE_NONE;
	bool time = o->due.precision == DUE_TIME;

	return STORE_RUN(change_store(c), err, SQL_OBLIGATION_PUT,
		   sql_int(change_owner(c)), sql_int(o->case_number),
		   sql_int(o->number), sql_text(who_name(o->who)),
		   sql_text(kind_name(o->kind)),
		   sql_text(action_name(o->action)),
		   sql_text(states[o->stored]), some(day, o->due.day),
		   some(time, o->due.at.utc), some(time, o->due.at.offset),
		   sql_int(o->due_by_owner), sql_int(o->vague),
		   sql_int(o->condition), sql_int(o->anchor.utc),
		   sql_int(o->anchor.offset), sql_text(o->phrase),
		   sql_text(o->expr), sql_text(o->calendar), sql_text(o->rule),
		   sql_text(o->quote), some(o->message != 0, o->message),
		   sql_int(o->said.utc), sql_int(o->said.offset),
		   sql_text(o->agent), some(o->has_settled, o->settled.utc),
		   some(o->has_settled, o->settled.offset),
		   some(o->evidence != 0, o->evidence), sql_int(o->slips_of),
		   sql_int(o->slipped_to), sql_int(o->slips)) < 0
		   ? -1
		   : 0;
}

int
obligation_save(struct change *c, const struct obligation *o, struct err *err)
{
	if (change_touch(c, TABLE_OBLIGATION, o->case_number, o->number, err) <
		0 ||
	    STORE_RUN(change_store(c), err, SQL_OBLIGATION_DROP,
		sql_int(change_owner(c)), sql_int(o->case_number),
		sql_int(o->number)) < 0)
		return -1;
	return insert(c, o, err);
}

int
obligation_number(
    struct change *c, int case_number, int *number, struct err *err)
{
	const char *series =
	    arena_printf(change_arena(c), "obligation %d", case_number);
	int64_t next;

	if (store_number(change_store(c), change_owner(c), series, &next, err) <
	    0)
		return -1;
	*number = (int)next;
	return 0;
}

int
obligations_load(struct store *s, int64_t owner, struct arena *a,
    int case_number, struct obligation **v, size_t *n, struct err *err)
{
	struct rows *r = STORE_QUERY(
	    s, SQL_OBLIGATIONS_OF_CASE, sql_int(owner), sql_int(case_number));

	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		*v = arena_grow(a, *v, *n, sizeof(**v));
		obligation_of_row(r, a, &(*v)[(*n)++]);
	}
	return rows_end(r, err);
}

bool
obligation_same_due(struct due a, struct due b)
{
	if (a.precision != b.precision || a.precision == DUE_NONE)
		return a.precision == b.precision;
	return a.day == b.day &&
	       (a.precision == DUE_DAY || a.at.utc == b.at.utc);
}

int
obligation_calendar(struct store *s, int64_t owner, struct arena *a,
    const struct calendars *all, int number, const struct calendar **calendar,
    struct err *err)
{
	struct rows *r = STORE_QUERY(
	    s, SQL_CASE_REGION_GET, sql_int(owner), sql_int(number));
	const char *region = NULL;

	if (rows_next(r))
		region = rows_text(r, 0, a);
	*calendar = calendar_region(all, region);
	if (*calendar == NULL)
		*calendar = calendar_region(all, "none");
	return rows_end(r, err);
}

/* --- A new holiday table, or another region --- */

static int
recompute_one(struct change *c, const struct calendars *all,
    struct obligation *o, struct err *err)
{
	const struct calendar *calendar;
	struct due due;

	if (o->condition && o->stored == STATE_WAITING)
		return 0;
	if (obligation_calendar(change_store(c), change_owner(c),
		change_arena(c), all, o->case_number, &calendar, err) < 0)
		return -1;
	due = calendar_due(change_arena(c), calendar, o->expr, o->anchor, NULL);
	if (due.precision == DUE_NONE || obligation_same_due(due, o->due))
		return 0;
	o->due = due;
	o->calendar = calendar_name(calendar);
	return obligation_save(c, o, err) < 0 ? -1 : 1;
}

int
obligations_recompute(struct store *s, int64_t owner, struct arena *a,
    const struct calendars *calendars, int64_t now, struct err *err)
{
	struct rows *r = STORE_QUERY(s, SQL_OBLIGATIONS_OPEN, sql_int(owner));
	struct obligation *v = NULL;
	struct change *c;
	char day[DATE_ROOM];
	size_t n = 0, i;
	int moved = 0, one;

	while (rows_next(r)) {
		v = arena_grow(a, v, n, sizeof(*v));
		obligation_of_row(r, a, &v[n++]);
	}
	if (rows_end(r, err) < 0)
		return -1;
	for (i = 0; i < n; i++) {
		c = change_begin(s, owner, a, v[i].case_number, ACTOR_PROMISED,
		    "recompute", now);
		one = recompute_one(c, calendars, &v[i], err);
		if (one < 0 ||
		    (one > 0 &&
			change_end(c,
			    arena_printf(a,
				"%d.%d is now due %s: the holidays have changed",
				v[i].case_number, v[i].number,
				due_print(v[i].due, day)),
			    NULL, err) < 0))
			return -1;
		moved += one;
	}
	return moved;
}

/* --- The owner's commands --- */

static int
take(struct change *c, int case_number, int number, struct obligation *o,
    struct err *err)
{
	struct rows *r = STORE_QUERY(change_store(c), SQL_OBLIGATION_GET,
	    sql_int(change_owner(c)), sql_int(case_number), sql_int(number));
	bool found = rows_next(r);

	if (found)
		obligation_of_row(r, change_arena(c), o);
	if (rows_end(r, err) < 0)
		return -1;
	return found ? 0
		     : err_set(err, EX_USAGE, "there is no %d.%d", case_number,
			   number);
}

static int
not_fit(const struct obligation *o, struct err *err)
{
	if (o->stored == STATE_SLIPPED)
		return err_set(err, EX_USAGE,
		    "%d.%d was replaced by %d.%d; say it of that one",
		    o->case_number, o->number, o->case_number, o->slipped_to);
	return err_set(err, EX_USAGE, "%d.%d is %s already", o->case_number,
	    o->number, states[o->stored]);
}

int
obligation_keep(struct change *c, int case_number, int number,
    struct moment when, struct err *err)
{
	struct obligation o = {0};

	if (take(c, case_number, number, &o, err) < 0)
		return -1;
	if (o.stored == STATE_KEPT || o.stored == STATE_VOID ||
	    o.stored == STATE_SLIPPED)
		return not_fit(&o, err);
	o.stored = STATE_KEPT;
	o.has_settled = true;
	o.settled = when;
	o.evidence = 0;
	return obligation_save(c, &o, err);
}

int
obligation_unkeep(
    struct change *c, int case_number, int number, struct err *err)
{
	struct obligation o = {0};

	if (take(c, case_number, number, &o, err) < 0)
		return -1;
	if (o.stored == STATE_OPEN || o.stored == STATE_WAITING)
		return 0;
	if (o.stored != STATE_KEPT)
		return not_fit(&o, err);
	o.stored = o.condition && o.due.precision == DUE_NONE ? STATE_WAITING
							      : STATE_OPEN;
	o.has_settled = false;
	o.evidence = 0;
	return obligation_save(c, &o, err);
}

int
obligation_void(struct change *c, int case_number, int number, struct err *err)
{
	struct obligation o = {0};

	if (take(c, case_number, number, &o, err) < 0)
		return -1;
	if (o.stored == STATE_VOID)
		return not_fit(&o, err);
	o.stored = STATE_VOID;
	o.has_settled = true;
	o.settled = (struct moment){change_now(c), 0};
	o.evidence = 0;
	return obligation_save(c, &o, err);
}

int
obligation_due(struct change *c, int case_number, int number, struct due due,
    struct err *err)
{
	struct obligation o = {0};

	if (take(c, case_number, number, &o, err) < 0)
		return -1;
	if (o.stored != STATE_OPEN && o.stored != STATE_WAITING)
		return not_fit(&o, err);
	o.stored = STATE_OPEN;
	o.due = due;
	o.due_by_owner = true;
	o.vague = false;
	return obligation_save(c, &o, err);
}

static int
find_waiting(struct change *c, int case_number, int *number, struct err *err)
{
	struct obligation *v;
	size_t n, i;

	if (*number != 0)
		return 0;
	if (obligations_load(change_store(c), change_owner(c), change_arena(c),
		case_number, &v, &n, err) < 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (v[i].stored != STATE_WAITING)
			continue;
		if (*number != 0)
			return err_set(err, EX_USAGE,
			    "%d.%d and %d.%d both wait; say which", case_number,
			    *number, case_number, v[i].number);
		*number = v[i].number;
	}
	if (*number != 0)
		return 0;
	return err_set(err, EX_USAGE, "nothing in case %d waits for an event",
	    case_number);
}

/* The normal form once its event has come: the steps without "event". */
static char *
without_event(struct arena *a, const char *expr)
{
	struct buf out = {0};
	const char *p = expr;
	size_t n;

	while (*p != '\0') {
		p += strspn(p, " ");
		n = strcspn(p, " ");
		if (n > 0 && !(n == 5 && memcmp(p, "event", n) == 0))
			buf_printf(
			    &out, "%s%.*s", out.len == 0 ? "" : " ", (int)n, p);
		p += n;
	}
	buf_puts(&out, "");
	return buf_keep(&out, a);
}

int
obligation_received(struct change *c, struct arena *a,
    const struct calendars *calendars, int case_number, int number,
    struct moment day, struct err *err)
{
	const struct calendar *calendar;
	struct obligation o = {0};

	if (find_waiting(c, case_number, &number, err) < 0 ||
	    take(c, case_number, number, &o, err) < 0)
		return -1;
	if (o.stored != STATE_WAITING)
		return not_fit(&o, err);
	if (obligation_calendar(change_store(c), change_owner(c), a, calendars,
		case_number, &calendar, err) < 0)
		return -1;
	o.stored = STATE_OPEN;
	o.anchor = day;
	if (o.expr != NULL) {
		o.expr = without_event(a, o.expr);
		o.due = calendar_due(a, calendar, o.expr, day, NULL);
	}
	o.calendar = calendar_name(calendar);
	return obligation_save(c, &o, err);
}
