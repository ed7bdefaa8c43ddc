/*
 * See again.h.
 *
 * While mails are placed again, new cases have numbers from FRESH on.  A case
 * all of whose mail was taken out is hidden meanwhile; the first new case that
 * gets one of its mails takes over its number.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "cases/again.h"
#include "cases/case.h"
#include "cases/event.h"
#include "cases/store.h"

enum {
	FRESH = 1 << 30,
	HIDDEN = -1, /* merged_into */
	YOUNGER_MOST = 256, /* placed again without asking whether they are
	                     * touched at all */
	TIED_MOST = 256,
	SAME_TIME_MOST = 8 /* of one second; see since() */
};

/*
 * From when on mail is placed again.  The few of one second have the order of
 * their bytes, whichever came first.  Of many, as a robot writes them whose
 * clock stands still, each stays where it was put when it came: the order of
 * one second is nobody's, and would cost all of them at each that comes.
 */
static int
since(struct store *s, int64_t owner, int64_t message, int64_t sent,
    int64_t *from, struct err *err)
{
	int64_t n;

	if (STORE_INT(s, err, 0, &n, SQL_AGAIN_SAME_TIME, sql_int(owner),
		sql_int(sent), sql_int(message),
		sql_int(SAME_TIME_MOST + 1)) < 0)
		return -1;
	*from = n > SAME_TIME_MOST ? sent + 1 : sent;
	return 0;
}

int
again_is_late(struct store *s, int64_t owner, int64_t message, int64_t sent,
    bool *late, struct err *err)
{
	int64_t n, from;

	if (since(s, owner, message, sent, &from, err) < 0 ||
	    STORE_INT(s, err, 0, &n, SQL_AGAIN_LATE, sql_int(owner),
		sql_int(from), sql_int(message), sql_int(1)) < 0)
		return -1;
	*late = n > 0;
	return 0;
}

int
again_next_late(
    struct store *s, int64_t owner, int64_t *message, struct err *err)
{
	return STORE_INT(
	    s, err, 0, message, SQL_AGAIN_NEXT_LATE, sql_int(owner));
}

static int
mark_late(struct store *s, int64_t owner, int64_t message, bool is_late,
    struct err *err)
{
	return STORE_RUN(s, err, SQL_AGAIN_MARK_LATE, sql_int(owner),
		   sql_int(message), sql_int(is_late)) < 0
		   ? -1
		   : 0;
}

int
again_mark_late(
    struct store *s, int64_t owner, int64_t message, struct err *err)
{
	return mark_late(s, owner, message, true, err);
}

/* --- Who is placed again --- */

static bool
has(const struct again *g, int64_t message)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		if (g->v[i].message == message)
			return true;
	return false;
}

/* Rows of AGAIN_ROW; what the owner has fixed is passed over. */
static int
take_rows(struct again *g, struct rows *r, struct err *err)
{
	struct again_mail *m;

	while (rows_next(r)) {
		if (rows_int(r, 4) != 0 || has(g, rows_int(r, 0)))
			continue;
		g->v = arena_grow(g->arena, g->v, g->n, sizeof(*g->v));
		m = &g->v[g->n++];
		memset(m, 0, sizeof(*m));
		m->message = rows_int(r, 0);
		m->was = (int)rows_int(r, 1);
		m->sent = rows_int(r, 2);
		m->sha = rows_bytes(r, 3, g->arena);
	}
	return rows_end(r, err);
}

/* Those that share an id, a number, an address or a case with one of the set,
 * from the late mail on. */
static int
take_tied(struct again *g, int64_t from, struct err *err)
{
	size_t i;

	for (i = 0; i < g->n && g->n < TIED_MOST; i++)
		if (take_rows(g,
			STORE_QUERY(g->store, SQL_AGAIN_TIED, sql_int(g->owner),
			    sql_int(g->v[i].message), sql_int(from),
			    sql_int(TIED_MOST)),
			err) < 0)
			return -1;
	return 0;
}

static int
by_sent(const void *a, const void *b)
{
	const struct again_mail *x = a, *y = b;

	if (x->sent != y->sent)
		return x->sent < y->sent ? -1 : 1;
	return memcmp(x->sha.p, y->sha.p,
	    x->sha.len < y->sha.len ? x->sha.len : y->sha.len);
}

/* The late mail, those that were sent after it, and those that one of these
 * has led to their cases. */
static int
choose(struct again *g, struct err *err)
{
	int64_t from, n;
	size_t i;

	if (take_rows(g,
		STORE_QUERY(g->store, SQL_AGAIN_ONE, sql_int(g->owner),
		    sql_int(g->late)),
		err) < 0)
		return -1;
	if (g->n == 0)
		return 0;
	if (since(g->store, g->owner, g->late, g->v[0].sent, &from, err) < 0 ||
	    STORE_INT(g->store, err, 0, &n, SQL_AGAIN_LATE, sql_int(g->owner),
		sql_int(from), sql_int(g->late), sql_int(YOUNGER_MOST)) < 0)
		return -1;
	if (n == YOUNGER_MOST ? take_tied(g, from, err) < 0
			      : take_rows(g,
				    STORE_QUERY(g->store, SQL_AGAIN_YOUNGER,
					sql_int(g->owner), sql_int(from)),
				    err) < 0)
		return -1;
	for (i = 0; i < g->n; i++)
		if (take_rows(g,
			STORE_QUERY(g->store, SQL_AGAIN_MOVED_BY,
			    sql_int(g->owner), sql_int(g->v[i].message)),
			err) < 0)
			return -1;
	qsort(g->v, g->n, sizeof(*g->v), by_sent);
	return 0;
}

/* --- Taking them out --- */

static struct again_case *
find_case(struct again *g, int number)
{
	size_t i;

	for (i = 0; i < g->case_count; i++)
		if (g->cases[i].number == number)
			return &g->cases[i];
	return NULL;
}

static int
touch_case(struct again *g, int number, struct err *err)
{
	if (number == 0 || find_case(g, number) != NULL)
		return 0;
	g->cases =
	    arena_grow(g->arena, g->cases, g->case_count, sizeof(*g->cases));
	g->cases[g->case_count++] = (struct again_case){.number = number};
	return change_touch(g->change, TABLE_CASE, number, 0, err);
}

static int
numbers(struct again *g, enum sql sql, int64_t message, int64_t **v, size_t *n,
    struct err *err)
{
	struct rows *r =
	    STORE_QUERY(g->store, sql, sql_int(g->owner), sql_int(message));

	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		*v = arena_grow(g->arena, *v, *n, sizeof(**v));
		(*v)[(*n)++] = rows_int(r, 0);
	}
	return rows_end(r, err);
}

/* What it taught: domains that are a company's, and a company's name. */
static int
unlearn(struct again *g, int64_t message, struct err *err)
{
	int64_t *v;
	size_t n, i;

	if (numbers(g, SQL_AGAIN_ALIASES, message, &v, &n, err) < 0)
		return -1;
	for (i = 0; i < n; i++)
		if (change_touch(g->change, TABLE_ALIAS, v[i], 0, err) < 0 ||
		    STORE_RUN(g->store, err, SQL_ALIAS_ROW_DROP,
			sql_int(g->owner), sql_int(v[i]), sql_int(0)) < 0)
			return -1;
	if (numbers(g, SQL_AGAIN_NAMED, message, &v, &n, err) < 0)
		return -1;
	for (i = 0; i < n; i++)
		if (change_touch(g->change, TABLE_COMPANY, v[i], 0, err) < 0 ||
		    STORE_RUN(g->store, err, SQL_COMPANY_NAME_PUT,
			sql_int(g->owner), sql_int(v[i]), sql_null(),
			sql_null()) < 0)
			return -1;
	return 0;
}

static int
lift(struct again *g, const struct again_mail *m, struct err *err)
{
	if (change_touch(g->change, TABLE_MESSAGE, m->message, 0, err) < 0 ||
	    touch_case(g, m->was, err) < 0 ||
	    STORE_RUN(g->store, err, SQL_AGAIN_LIFT, sql_int(g->owner),
		sql_int(m->message)) < 0)
		return -1;
	return unlearn(g, m->message, err);
}

static int
hide(struct again *g, struct again_case *c, int heir, struct err *err)
{
	return STORE_RUN(g->store, err, SQL_AGAIN_HIDE, sql_int(g->owner),
		   sql_int(c->number), sql_int(heir)) < 0
		   ? -1
		   : 0;
}

static int
hide_emptied(struct again *g, struct again_case *c, struct err *err)
{
	int64_t left;

	if (STORE_INT(g->store, err, 0, &left, SQL_AGAIN_IN_CASE,
		sql_int(g->owner), sql_int(c->number)) < 0)
		return -1;
	c->emptied = left == 0;
	return c->emptied ? hide(g, c, HIDDEN, err) : 0;
}

int
again_begin(struct store *s, int64_t owner, struct arena *a, int64_t late,
    int64_t now, struct again **result, struct err *err)
{
	struct again *g = arena_calloc(a, 1, sizeof(*g));
	size_t i;

	g->store = s;
	g->owner = owner;
	g->arena = a;
	g->late = late;
	g->fresh = FRESH;
	g->change = change_begin(s, owner, a, 0, ACTOR_PROMISED, "again", now);
	change_message(g->change, late);
	if (mark_late(s, owner, late, false, err) < 0 || choose(g, err) < 0)
		return -1;
	for (i = 0; i < g->n; i++)
		if (lift(g, &g->v[i], err) < 0)
			return -1;
	for (i = 0; i < g->case_count; i++)
		if (hide_emptied(g, &g->cases[i], err) < 0)
			return -1;
	*result = g;
	return 0;
}

/* --- As each is placed --- */

int
again_number(struct again *g)
{
	return g->fresh++;
}

/* The case `was` lives on as `now`, unless it does so already, or that is
 * another one which does. */
static int
inherit(struct again *g, int was, int now, struct err *err)
{
	struct again_case *c = find_case(g, was);
	size_t i;

	if (now < FRESH || c == NULL || !c->emptied || c->heir != 0)
		return 0;
	for (i = 0; i < g->case_count; i++)
		if (g->cases[i].heir == now)
			return 0;
	c->heir = now;
	return hide(g, c, now, err);
}

int
again_placed(struct again *g, size_t i, int number, struct err *err)
{
	if (STORE_RUN(g->store, err, SQL_AGAIN_PLACED, sql_int(g->owner),
		sql_int(g->v[i].message)) < 0)
		return -1;
	return inherit(g, g->v[i].was, number, err);
}

int
again_also(struct again *g, int64_t message, struct err *err)
{
	if (has(g, message))
		return 0;
	return take_rows(g,
	    STORE_QUERY(
		g->store, SQL_AGAIN_ONE, sql_int(g->owner), sql_int(message)),
	    err);
}

/* --- The end --- */

/* Where each is now: it may have been moved by one behind it. */
static int
look(struct again *g, struct err *err)
{
	int64_t number;
	size_t i;

	for (i = 0; i < g->n; i++) {
		if (STORE_INT(g->store, err, 0, &number, SQL_AGAIN_CASE_OF,
			sql_int(g->owner), sql_int(g->v[i].message)) < 0)
			return -1;
		g->v[i].now = (int)number;
	}
	return 0;
}

struct fresh_case {
	int64_t company, opened, offset;
	bool has_company;
	const char *title, *region;
};

static int
get_fresh(struct again *g, int number, struct fresh_case *c, struct err *err)
{
	struct rows *r = STORE_QUERY(g->store, SQL_CASE_GET, sql_int(g->owner),
	    sql_int(number), sql_int(0));

	memset(c, 0, sizeof(*c));
	if (rows_next(r)) {
		c->has_company = !rows_null(r, 2);
		c->company = rows_int(r, 2);
		c->title = rows_text(r, 3, g->arena);
		c->region = rows_text(r, 4, g->arena);
		c->opened = rows_int(r, 5);
		c->offset = rows_int(r, 6);
	}
	return rows_end(r, err);
}

static struct value
company_of(const struct fresh_case *c)
{
	return c->has_company ? sql_int(c->company) : sql_null();
}

static int
renew(struct again *g, int number, const struct fresh_case *c, struct err *err)
{
	return STORE_RUN(g->store, err, SQL_AGAIN_RENEW, sql_int(g->owner),
		   sql_int(number), company_of(c), sql_text(c->title),
		   sql_int(c->opened), sql_int(c->offset)) < 0
		   ? -1
		   : 0;
}

/* A case that the late mail opens is part of no undo. */
static int
make(struct again *g, int number, const struct fresh_case *c, bool of_late,
    struct err *err)
{
	if (!of_late && change_touch(g->change, TABLE_CASE, number, 0, err) < 0)
		return -1;
	return STORE_RUN(g->store, err, SQL_CASE_PUT, sql_int(g->owner),
		   sql_int(number), company_of(c), sql_text(c->title),
		   sql_text(c->region), sql_int(c->opened), sql_int(c->offset),
		   sql_null(), sql_null(), sql_int(0), sql_int(0), sql_int(0),
		   sql_null(), sql_null()) < 0
		   ? -1
		   : 0;
}

static struct again_case *
inherited_by(struct again *g, int fresh)
{
	size_t i;

	for (i = 0; i < g->case_count; i++)
		if (g->cases[i].heir == fresh)
			return &g->cases[i];
	return NULL;
}

static bool
holds_late(const struct again *g, int number)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		if (g->v[i].message == g->late && g->v[i].now == number)
			return true;
	return false;
}

/* The new case gets the number that it keeps. */
static int
settle_number(struct again *g, int fresh, struct err *err)
{
	static const enum sql relabel[] = {SQL_AGAIN_RELABEL,
	    SQL_AGAIN_RELABEL_CANDIDATES, SQL_AGAIN_RELABEL_MERGED};
	struct again_case *was = inherited_by(g, fresh);
	struct fresh_case c;
	int64_t number = 0;
	size_t i;

	if (get_fresh(g, fresh, &c, err) < 0)
		return -1;
	if (was != NULL) {
		number = was->number;
		if (renew(g, was->number, &c, err) < 0)
			return -1;
	} else if (store_number(g->store, g->owner, "case", &number, err) < 0 ||
		   make(g, (int)number, &c, holds_late(g, fresh), err) < 0) {
		return -1;
	}
	for (i = 0; i < sizeof(relabel) / sizeof(*relabel); i++)
		if (STORE_RUN(g->store, err, relabel[i], sql_int(g->owner),
			sql_int(fresh), sql_int(number)) < 0)
			return -1;
	for (i = 0; i < g->n; i++)
		if (g->v[i].now == fresh)
			g->v[i].now = (int)number;
	return 0;
}

/* Those of the new cases that have mail; the others were absorbed. */
static int
settle_numbers(struct again *g, struct err *err)
{
	size_t i;
	int fresh;

	for (i = 0; i < g->n; i++)
		if (inherit(g, g->v[i].was, g->v[i].now, err) < 0)
			return -1;
	for (i = 0; i < g->n; i++)
		if (g->v[i].now >= FRESH &&
		    settle_number(g, g->v[i].now, err) < 0)
			return -1;
	for (fresh = FRESH; fresh < g->fresh; fresh++)
		if (STORE_RUN(g->store, err, SQL_CASE_DROP, sql_int(g->owner),
			sql_int(fresh), sql_int(0)) < 0)
			return -1;
	return 0;
}

static void
tell(struct again *g, const char *text)
{
	g->told = g->told == NULL
		      ? text
		      : arena_printf(g->arena, "%s; %s", g->told, text);
}

/* A case that goes on without some of its mail. */
static bool
stays(struct again *g, int number)
{
	const struct again_case *c = find_case(g, number);

	return c != NULL && (!c->emptied || c->heir != 0);
}

/* What was promised in a mail goes with it. */
static int
move_promises(struct again *g, struct err *err)
{
	struct again_mail *m;
	size_t i, n = 0;

	for (i = 0; i < g->n; i++) {
		m = &g->v[i];
		if (m->now == m->was)
			continue;
		if (m->was != 0 && case_rehouse(g->change, m->message, m->was,
				       m->now, err) < 0)
			return -1;
		m->moved = m->now != 0 && m->message != g->late;
		n += stays(g, m->was);
		if (m->was != 0 && m->now == 0)
			tell(g, arena_printf(g->arena,
				    "message %lld is in no case any more",
				    (long long)m->message));
	}
	if (n > 0)
		tell(g, arena_printf(g->arena, "%zu mail%s changed the case", n,
			    n == 1 ? "" : "s"));
	return 0;
}

/* Where the oldest of its mails that is in a case has gone; 0: nowhere. */
static int
gone_to(const struct again *g, int number)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		if (g->v[i].was == number && g->v[i].now != 0)
			return g->v[i].now;
	return 0;
}

/* A case that nobody has inherited is part of another one, or of none. */
static int
end_case(struct again *g, struct again_case *c, struct err *err)
{
	struct moment now = {.utc = change_now(g->change)};
	int into;

	if (hide(g, c, 0, err) < 0)
		return -1;
	into = gone_to(g, c->number);
	if (into == 0) {
		tell(g, arena_printf(
			    g->arena, "case %d has no mail left", c->number));
		return case_close(g->change, c->number, now, err);
	}
	tell(g, arena_printf(
		    g->arena, "case %d is part of case %d", c->number, into));
	if (g->told_in == 0)
		g->told_in = into;
	return case_absorb(g->change, into, c->number,
	    "came to this case with a mail that came late", err);
}

int
again_end(struct again *g, struct err *err)
{
	size_t i;

	if (look(g, err) < 0 || settle_numbers(g, err) < 0)
		return -1;
	for (i = 0; i < g->n; i++)
		if (g->v[i].message == g->late)
			g->told_in = g->v[i].now;
	if (move_promises(g, err) < 0)
		return -1;
	for (i = 0; i < g->case_count; i++)
		if (g->cases[i].emptied && g->cases[i].heir == 0 &&
		    end_case(g, &g->cases[i], err) < 0)
			return -1;
	return 0;
}

static bool
is_concerned(const struct again *g, int number)
{
	size_t i;

	for (i = 0; i < g->n; i++) {
		const struct again_mail *m = &g->v[i];

		if (m->was != m->now && (m->was == number || m->now == number))
			return true;
	}
	return false;
}

int
again_tell(struct again *g, struct err *err)
{
	size_t i;

	if (g->told == NULL)
		return 0;
	for (i = 0; i < g->case_count; i++)
		if (!is_concerned(g, g->cases[i].number))
			change_forget(
			    g->change, TABLE_CASE, g->cases[i].number, 0);
	/* The late mail itself is where it is, whatever the others do. */
	change_forget(g->change, TABLE_MESSAGE, g->late, 0);
	change_case(g->change, g->told_in);
	return change_end(g->change,
	    arena_printf(g->arena, "%s, since message %lld came late", g->told,
		(long long)g->late),
	    NULL, err);
}
