/*
 * See case.h.
 */
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"
#include "cases/case.h"
#include "cases/company.h"
#include "cases/event.h"
#include "cases/obligation.h"
#include "cases/store.h"
#include "cases/thread.h"

static const char *const entry_kinds[] = {
    [ENTRY_NOTE] = "note",
    [ENTRY_CALL] = "call",
    [ENTRY_VISIT] = "visit",
    [ENTRY_SPENT] = "spent",
};

const char *
entry_kind_name(enum entry_kind kind)
{
	return entry_kinds[kind];
}

enum entry_kind
entry_kind_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(entry_kinds) / sizeof(*entry_kinds); i++)
		if (strcmp(name, entry_kinds[i]) == 0)
			return (enum entry_kind)i;
	return ENTRY_NOTE;
}

/* What a command must know of the case it changes. */
struct state {
	int64_t company;
	bool closed;
	int64_t closed_at;
	int merged_into;
	const char *region;
};

/* The case as it is, its row touched; EX_USAGE when there is none. */
static int
take(struct change *c, int number, struct state *st, struct err *err)
{
	struct rows *r = STORE_QUERY(change_store(c), SQL_CASE_GET,
	    sql_int(change_owner(c)), sql_int(number), sql_int(0));
	bool found = rows_next(r);

	if (found) {
		st->company = rows_int(r, 2);
		st->region = rows_text(r, 4, change_arena(c));
		st->closed = !rows_null(r, 7);
		st->closed_at = rows_int(r, 7);
		st->merged_into = (int)rows_int(r, 9);
	}
	if (rows_end(r, err) < 0)
		return -1;
	if (!found)
		return err_set(err, EX_USAGE, "there is no case %d", number);
	if (st->merged_into != 0)
		return err_set(err, EX_USAGE, "case %d was merged into case %d",
		    number, st->merged_into);
	return change_touch(c, TABLE_CASE, number, 0, err);
}

static int
run1(
    struct change *c, enum sql sql, int number, struct value v, struct err *err)
{
	return STORE_RUN(change_store(c), err, sql, sql_int(change_owner(c)),
		   sql_int(number), v) < 0
		   ? -1
		   : 0;
}

static int
load(struct change *c, int number, struct obligation **v, size_t *n,
    struct err *err)
{
	return obligations_load(change_store(c), change_owner(c),
	    change_arena(c), number, v, n, err);
}

/* --- Close and reopen --- */

static void
end(struct obligation *o, struct moment when)
{
	o->stored = o->stored == STATE_OPEN && o->who == WHO_COMPANY &&
			    due_last(o->due, when.offset) < when.utc
			? STATE_BROKEN
			: STATE_VOID;
	o->has_settled = true;
	o->settled = when;
	o->evidence = 0;
}

int
case_close(struct change *c, int number, struct moment when, struct err *err)
{
	struct obligation *v;
	struct state st;
	size_t n, i;

	if (take(c, number, &st, err) < 0)
		return -1;
	if (st.closed)
		return err_set(
		    err, EX_USAGE, "case %d is closed already", number);
	if (load(c, number, &v, &n, err) < 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (v[i].stored != STATE_OPEN && v[i].stored != STATE_WAITING)
			continue;
		end(&v[i], when);
		if (obligation_save(c, &v[i], err) < 0)
			return -1;
	}
	return STORE_RUN(change_store(c), err, SQL_CASE_CLOSE,
		   sql_int(change_owner(c)), sql_int(number), sql_int(when.utc),
		   sql_int(when.offset)) < 0
		   ? -1
		   : 0;
}

static void
begin_again(struct obligation *o)
{
	o->stored = o->condition && o->due.precision == DUE_NONE ? STATE_WAITING
								 : STATE_OPEN;
	o->has_settled = false;
	o->evidence = 0;
}

int
case_reopen(struct change *c, int number, struct err *err)
{
	struct obligation *v;
	struct state st;
	size_t n, i;

	if (take(c, number, &st, err) < 0)
		return -1;
	if (!st.closed)
		return err_set(err, EX_USAGE, "case %d is open", number);
	if (load(c, number, &v, &n, err) < 0)
		return -1;
	for (i = 0; i < n; i++) {
		if ((v[i].stored != STATE_BROKEN &&
			v[i].stored != STATE_VOID) ||
		    !v[i].has_settled || v[i].settled.utc != st.closed_at)
			continue;
		begin_again(&v[i]);
		if (obligation_save(c, &v[i], err) < 0)
			return -1;
	}
	return STORE_RUN(change_store(c), err, SQL_CASE_CLOSE,
		   sql_int(change_owner(c)), sql_int(number), sql_null(),
		   sql_null()) < 0
		   ? -1
		   : 0;
}

/* --- Moving things between cases --- */

static int
drop(struct change *c, const struct obligation *o, struct err *err)
{
	if (change_touch(c, TABLE_OBLIGATION, o->case_number, o->number, err) <
	    0)
		return -1;
	return STORE_RUN(change_store(c), err, SQL_OBLIGATION_DROP,
		   sql_int(change_owner(c)), sql_int(o->case_number),
		   sql_int(o->number)) < 0
		   ? -1
		   : 0;
}

static int
renumber(const struct obligation *old, const int *fresh, size_t n, int number)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (old[i].number == number)
			return fresh[i];
	return 0;
}

/* What was said of it once is not said again under its new number. */
static int
told_as(struct change *c, const struct obligation *was,
    const struct obligation *o, struct err *err)
{
	return STORE_RUN(change_store(c), err, SQL_OBLIGATION_TOLD_AS,
		   sql_int(change_owner(c)), sql_int(was->case_number),
		   sql_int(was->number), sql_int(o->case_number),
		   sql_int(o->number)) < 0
		   ? -1
		   : 0;
}

/* Those with chosen[i] go to another case under new numbers; links among them
 * stay. */
static int
carry(struct change *c, struct obligation *v, size_t n, int to, struct err *err)
{
	int *fresh = arena_calloc(change_arena(c), n, sizeof(*fresh));
	struct obligation o;
	size_t i;

	for (i = 0; i < n; i++)
		if (obligation_number(c, to, &fresh[i], err) < 0)
			return -1;
	for (i = 0; i < n; i++) {
		o = v[i];
		o.case_number = to;
		o.number = fresh[i];
		o.slips_of = renumber(v, fresh, n, v[i].slips_of);
		o.slipped_to = renumber(v, fresh, n, v[i].slipped_to);
		if (drop(c, &v[i], err) < 0 ||
		    obligation_save(c, &o, err) < 0 ||
		    told_as(c, &v[i], &o, err) < 0)
			return -1;
	}
	return 0;
}

static int
put_message(struct change *c, int64_t message, int to, enum placed_by by,
    const char *why, struct err *err)
{
	if (change_touch(c, TABLE_MESSAGE, message, 0, err) < 0)
		return -1;
	return STORE_RUN(change_store(c), err, SQL_PLACING_PUT,
		   sql_int(change_owner(c)), sql_int(message),
		   to == 0 ? sql_null() : sql_int(to),
		   sql_text(placed_by_name(by)), sql_text(why)) < 0
		   ? -1
		   : 0;
}

static int
ids(struct change *c, enum sql sql, int number, int64_t **v, size_t *n,
    struct err *err)
{
	struct rows *r = STORE_QUERY(
	    change_store(c), sql, sql_int(change_owner(c)), sql_int(number));

	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		*v = arena_grow(change_arena(c), *v, *n, sizeof(**v));
		(*v)[(*n)++] = rows_int(r, 0);
	}
	return rows_end(r, err);
}

static int
merge_messages(struct change *c, int into, int from, enum placed_by by,
    const char *why, struct err *err)
{
	int64_t *v;
	size_t n, i;

	if (ids(c, SQL_MESSAGES_OF_CASE, from, &v, &n, err) < 0)
		return -1;
	for (i = 0; i < n; i++)
		if (put_message(c, v[i], into, by, why, err) < 0)
			return -1;
	if (ids(c, SQL_ENTRIES_OF_CASE, from, &v, &n, err) < 0)
		return -1;
	for (i = 0; i < n; i++)
		if (change_touch(c, TABLE_ENTRY, v[i], 0, err) < 0 ||
		    STORE_RUN(change_store(c), err, SQL_ENTRY_MOVE,
			sql_int(change_owner(c)), sql_int(v[i]),
			sql_int(into)) < 0)
			return -1;
	return 0;
}

static int
mark_merged(struct change *c, int into, int number, struct err *err)
{
	if (change_touch(c, TABLE_CASE, number, 0, err) < 0)
		return -1;
	return STORE_RUN(change_store(c), err, SQL_CASE_MERGED,
		   sql_int(change_owner(c)), sql_int(number), sql_int(into),
		   sql_int(change_now(c)), sql_int(0)) < 0
		   ? -1
		   : 0;
}

static int
merge(struct change *c, int into, int from, enum placed_by by, const char *why,
    struct err *err)
{
	struct obligation *v;
	struct state st;
	int64_t *earlier;
	size_t n, i;

	if (into == from)
		return err_set(err, EX_USAGE,
		    "case %d cannot be merged with itself", into);
	if (take(c, into, &st, err) < 0 || take(c, from, &st, err) < 0 ||
	    merge_messages(c, into, from, by, why, err) < 0 ||
	    load(c, from, &v, &n, err) < 0 || carry(c, v, n, into, err) < 0 ||
	    ids(c, SQL_CASES_MERGED_INTO, from, &earlier, &n, err) < 0)
		return -1;
	for (i = 0; i < n; i++)
		if (mark_merged(c, into, (int)earlier[i], err) < 0)
			return -1;
	return mark_merged(c, into, from, err);
}

int
case_merge(struct change *c, int into, int from, struct err *err)
{
	return merge(c, into, from, PLACED_OWNER,
	    arena_printf(change_arena(c), "case %d was merged", from), err);
}

int
case_absorb(
    struct change *c, int into, int from, const char *why, struct err *err)
{
	return merge(c, into, from, PLACED_REFERENCES, why, err);
}

struct place {
	int number; /* 0: unfiled */
	const char *subject;
	struct moment date;
};

static int
place_of(struct change *c, int64_t message, struct place *p, struct err *err)
{
	struct rows *r = STORE_QUERY(change_store(c), SQL_MESSAGE_PLACE,
	    sql_int(change_owner(c)), sql_int(message));
	bool found = rows_next(r);

	if (found) {
		p->number = (int)rows_int(r, 0);
		p->subject = rows_text(r, 1, change_arena(c));
		p->date.utc = rows_int(r, rows_null(r, 2) ? 4 : 2);
		p->date.offset = (int32_t)rows_int(r, 3);
	}
	if (rows_end(r, err) < 0)
		return -1;
	return found ? 0
		     : err_set(err, EX_USAGE, "there is no message %lld",
			   (long long)message);
}

/* What the message did to promises of the case that it leaves is taken back:
 * what it kept or replaced is open again. */
static int
release(struct change *c, int number, int64_t message, struct err *err)
{
	struct obligation *v;
	size_t n, i;

	if (load(c, number, &v, &n, err) < 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (v[i].evidence != message || v[i].message == message)
			continue;
		begin_again(&v[i]);
		v[i].slipped_to = 0;
		if (obligation_save(c, &v[i], err) < 0)
			return -1;
	}
	return 0;
}

static int
move_obligations(
    struct change *c, int from, int64_t message, int to, struct err *err)
{
	struct obligation *v;
	size_t n, i, chosen = 0;

	if (load(c, from, &v, &n, err) < 0)
		return -1;
	for (i = 0; i < n; i++)
		if (v[i].message == message)
			v[chosen++] = v[i];
	if (to != 0)
		return carry(c, v, chosen, to, err);
	for (i = 0; i < chosen; i++)
		if (drop(c, &v[i], err) < 0)
			return -1;
	return 0;
}

/* Whether the owner knows of it. */
static int
is_told(
    struct change *c, const struct obligation *o, bool *told, struct err *err)
{
	int64_t n;

	if (STORE_INT(change_store(c), err, 0, &n, SQL_OBLIGATION_TOLD,
		sql_int(change_owner(c)), sql_int(o->case_number),
		sql_int(o->number)) < 0)
		return -1;
	*told =
	    n > 0 || o->due_by_owner || (o->has_settled && o->evidence == 0);
	return 0;
}

int
case_rehouse(
    struct change *c, int64_t message, int from, int to, struct err *err)
{
	struct obligation *v;
	size_t n, i, chosen = 0;
	bool told;

	if (release(c, from, message, err) < 0 ||
	    load(c, from, &v, &n, err) < 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (v[i].message != message)
			continue;
		if (is_told(c, &v[i], &told, err) < 0)
			return -1;
		if (told && to != 0)
			v[chosen++] = v[i];
		else if (drop(c, &v[i], err) < 0)
			return -1;
	}
	return carry(c, v, chosen, to, err);
}

static int
move(struct change *c, const struct place *p, int64_t message, int to,
    struct err *err)
{
	struct state st;

	if (p->number != 0 &&
	    (take(c, p->number, &st, err) < 0 ||
		release(c, p->number, message, err) < 0 ||
		move_obligations(c, p->number, message, to, err) < 0))
		return -1;
	return put_message(c, message, to, PLACED_OWNER, "you said so", err);
}

int
case_move(struct change *c, int64_t message, int to, struct err *err)
{
	struct place p;
	struct state st;

	if (place_of(c, message, &p, err) < 0 ||
	    (to != 0 && take(c, to, &st, err) < 0))
		return -1;
	if (p.number == to)
		return err_set(err, EX_USAGE, "message %lld is there already",
		    (long long)message);
	return move(c, &p, message, to, err);
}

static int
new_case(struct change *c, const struct place *p, int64_t company,
    const char *region, int *made, struct err *err)
{
	int64_t number;
	const char *title = p->subject;

	if (title == NULL || title[0] == '\0')
		title = "(no subject)";
	if (store_number(
		change_store(c), change_owner(c), "case", &number, err) < 0 ||
	    change_touch(c, TABLE_CASE, number, 0, err) < 0)
		return -1;
	*made = (int)number;
	return STORE_RUN(change_store(c), err, SQL_CASE_PUT,
		   sql_int(change_owner(c)), sql_int(number),
		   company == 0 ? sql_null() : sql_int(company),
		   sql_text(title), sql_text(region), sql_int(p->date.utc),
		   sql_int(p->date.offset), sql_null(), sql_null(), sql_int(0),
		   sql_int(0), sql_int(0), sql_null(), sql_null()) < 0
		   ? -1
		   : 0;
}

int
case_split(
    struct change *c, int number, int64_t message, int *made, struct err *err)
{
	struct place p;
	struct state st;

	if (take(c, number, &st, err) < 0 || place_of(c, message, &p, err) < 0)
		return -1;
	if (p.number != number)
		return err_set(err, EX_USAGE, "message %lld is not in case %d",
		    (long long)message, number);
	if (new_case(c, &p, st.company, st.region, made, err) < 0)
		return -1;
	return move(c, &p, message, *made, err);
}

static int
company_of_message(
    struct change *c, int64_t message, int64_t *company, struct err *err)
{
	struct rows *r = STORE_QUERY(change_store(c), SQL_MESSAGE_COMPANY,
	    sql_int(change_owner(c)), sql_int(message));
	const char *domain = NULL, *name = NULL;

	*company = 0;
	if (rows_next(r)) {
		domain = rows_text(r, 0, change_arena(c));
		name = rows_text(r, 1, change_arena(c));
	}
	if (rows_end(r, err) < 0)
		return -1;
	if (domain == NULL)
		return 0;
	return company_of_domain(change_store(c), change_owner(c), domain, name,
	    0, NULL, company, err);
}

int
case_open(struct change *c, int64_t message, const char *region, int *made,
    struct err *err)
{
	struct place p;
	int64_t company;

	if (place_of(c, message, &p, err) < 0)
		return -1;
	if (p.number != 0)
		return err_set(err, EX_USAGE,
		    "message %lld is in case %d; say `split`",
		    (long long)message, p.number);
	if (company_of_message(c, message, &company, err) < 0 ||
	    new_case(c, &p, company, region, made, err) < 0)
		return -1;
	return put_message(c, message, *made, PLACED_OWNER, "you said so", err);
}

/* --- Its fields --- */

static bool
is_domain(const char *name)
{
	return strchr(name, '.') != NULL && strchr(name, ' ') == NULL;
}

/* The case's company has this domain too; when the domain is known as some
 * other company's, the case is with that one. */
static int
set_domain(struct change *c, int number, int64_t company, const char *name,
    struct err *err)
{
	char *domain = arena_strdup(change_arena(c), name), *p;
	int64_t known;

	for (p = domain; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 'a' - 'A');
	if (STORE_INT(change_store(c), err, 0, &known, SQL_ALIAS_GET,
		sql_int(change_owner(c)), sql_text(domain)) < 0)
		return -1;
	if (known == 0 && company != 0)
		return company_add_alias(change_store(c), change_owner(c),
		    domain, company, 0, c, err);
	if (known == 0 && company_of_domain(change_store(c), change_owner(c),
			      domain, NULL, 0, NULL, &known, err) < 0)
		return -1;
	return run1(c, SQL_CASE_SET_COMPANY, number, sql_int(known), err);
}

int
case_set_company(
    struct change *c, int number, const char *name, struct err *err)
{
	struct state st;

	if (take(c, number, &st, err) < 0)
		return -1;
	if (name[0] == '\0')
		return err_set(err, EX_USAGE, "company: say its name");
	if (is_domain(name))
		return set_domain(c, number, st.company, name, err);
	if (st.company == 0)
		return err_set(err, EX_USAGE,
		    "case %d has no company yet; give its domain first",
		    number);
	if (change_touch(c, TABLE_COMPANY, st.company, 0, err) < 0)
		return -1;
	return STORE_RUN(change_store(c), err, SQL_COMPANY_NAME_PUT,
		   sql_int(change_owner(c)), sql_int(st.company),
		   sql_text(name), sql_null()) < 0
		   ? -1
		   : 0;
}

int
case_set_region(
    struct change *c, int number, const char *region, struct err *err)
{
	struct state st;

	if (take(c, number, &st, err) < 0)
		return -1;
	return run1(c, SQL_CASE_SET_REGION, number, sql_text(region), err);
}

int
case_set_title(struct change *c, int number, const char *title, struct err *err)
{
	struct state st;

	if (take(c, number, &st, err) < 0)
		return -1;
	return run1(c, SQL_CASE_SET_TITLE, number, sql_text(title), err);
}

int
case_snooze(struct change *c, int number, int64_t until, struct err *err)
{
	struct state st;

	if (take(c, number, &st, err) < 0)
		return -1;
	return run1(c, SQL_CASE_SNOOZE, number, sql_int(until), err);
}

int
case_mute(struct change *c, int number, bool muted, struct err *err)
{
	struct state st;

	if (take(c, number, &st, err) < 0)
		return -1;
	return run1(c, SQL_CASE_MUTE, number, sql_int(muted), err);
}

int
case_set_contact(
    struct change *c, int number, const char *address, struct err *err)
{
	struct state st;

	if (take(c, number, &st, err) < 0)
		return -1;
	return run1(c, SQL_CASE_CONTACT, number, sql_text(address), err);
}

int
case_add(struct change *c, struct entry *e, struct err *err)
{
	struct state st;

	if (take(c, e->case_number, &st, err) < 0 ||
	    store_number(
		change_store(c), change_owner(c), "entry", &e->id, err) < 0 ||
	    change_touch(c, TABLE_ENTRY, e->id, 0, err) < 0)
		return -1;
	return STORE_RUN(change_store(c), err, SQL_ENTRY_PUT,
		   sql_int(change_owner(c)), sql_int(e->id),
		   sql_int(e->case_number), sql_text(entry_kinds[e->kind]),
		   sql_int(e->at.utc), sql_int(e->at.offset),
		   sql_int(e->minutes), sql_int(e->cents),
		   sql_text(e->currency == NULL ? "" : e->currency),
		   sql_text(e->who),
		   sql_text(e->text == NULL ? "" : e->text)) < 0
		   ? -1
		   : 0;
}
