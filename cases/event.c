/*
 * See event.h.
 *
 * The image of a row is its columns in the order of its GET statement, each as
 * "n" (NULL), "i<number>;" or "t<length>:<text>".  A row that is not there has
 * no image.  To restore a row is to drop it and put the image in its place;
 * foreign keys are deferred to the commit for that.
 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "cases/event.h"
#include "cases/store.h"

static const struct {
	const char *what;
	enum sql get, put, drop; /* drop SQL_COUNT: put overwrites */
} tables[TABLE_COUNT] = {
    [TABLE_CASE] = {"case", SQL_CASE_GET, SQL_CASE_PUT, SQL_CASE_DROP},
    [TABLE_OBLIGATION] = {"obligation", SQL_OBLIGATION_GET, SQL_OBLIGATION_PUT,
	SQL_OBLIGATION_DROP},
    [TABLE_MESSAGE] = {"message", SQL_PLACING_GET, SQL_PLACING_PUT, SQL_COUNT},
    [TABLE_ENTRY] = {"entry", SQL_ENTRY_GET, SQL_ENTRY_PUT, SQL_ENTRY_DROP},
    [TABLE_COMPANY] = {"company", SQL_COMPANY_NAME_GET, SQL_COMPANY_NAME_PUT,
	SQL_COUNT},
    [TABLE_ALIAS] = {"alias", SQL_ALIAS_ROW_GET, SQL_ALIAS_ROW_PUT,
	SQL_ALIAS_ROW_DROP},
    [TABLE_FOLLOW_UP] = {"letter", SQL_FOLLOW_UP_GET, SQL_FOLLOW_UP_PUT,
	SQL_FOLLOW_UP_DROP},
    [TABLE_MILESTONE] = {"event", SQL_MILESTONE_GET, SQL_MILESTONE_PUT,
	SQL_MILESTONE_DROP},
    [TABLE_TICKET] = {"ticket", SQL_TICKET_GET, SQL_TICKET_PUT,
	SQL_TICKET_DROP},
    [TABLE_RELEASED] = {"what is published", SQL_RELEASED_GET, SQL_RELEASED_PUT,
	SQL_RELEASED_DROP},
};

static const char *const actors[] = {
    [ACTOR_OWNER] = "owner",
    [ACTOR_MAIL] = "mail",
    [ACTOR_PROMISED] = "promised",
};

struct touched {
	enum table table;
	int64_t key1, key2;
	const char *before, *after; /* NULL: no such row */
};

struct change {
	struct store *store;
	int64_t owner;
	struct arena *arena;
	int case_number;
	const char *actor, *verb;
	int64_t message, undoes; /* 0: none */
	int64_t now;
	struct touched *rows;
	size_t n;
};

const char *
actor_name(enum actor actor)
{
	return actors[actor];
}

struct store *
change_store(const struct change *c)
{
	return c->store;
}

int64_t
change_owner(const struct change *c)
{
	return c->owner;
}

struct arena *
change_arena(const struct change *c)
{
	return c->arena;
}

int64_t
change_now(const struct change *c)
{
	return c->now;
}

void
change_case(struct change *c, int case_number)
{
	c->case_number = case_number;
}

void
change_message(struct change *c, int64_t message)
{
	c->message = message;
}

/* --- Images --- */

static void
image_add(struct buf *b, const struct value *v)
{
	switch (v->type) {
	case VALUE_NULL:
		buf_putc(b, 'n');
		break;
	case VALUE_INT:
		buf_printf(b, "i%lld;", (long long)v->number);
		break;
	case VALUE_TEXT:
	case VALUE_BYTES: /* none of the tables has any */
		buf_printf(b, "t%zu:", v->bytes.len);
		buf_slice(b, v->bytes);
		break;
	}
}

/* *image is NULL when there is no such row. */
static int
image_take(struct change *c, enum table table, int64_t key1, int64_t key2,
    const char **image, struct err *err)
{
	struct rows *r = STORE_QUERY(c->store, tables[table].get,
	    sql_int(c->owner), sql_int(key1), sql_int(key2));
	struct buf b = {0};
	struct value v;
	int i;

	*image = NULL;
	if (rows_next(r)) {
		for (i = 0; i < rows_columns(r); i++) {
			v = rows_value(r, i, c->arena);
			image_add(&b, &v);
		}
		*image = buf_keep(&b, c->arena);
	}
	return rows_end(r, err);
}

/* The next value of an image; false at its end or where it is none. */
static bool
image_next(const char **p, struct value *v)
{
	const char *end = *p + strlen(*p);
	char *after;
	long long number;

	switch (**p) {
	case 'n':
		*v = sql_null();
		*p += 1;
		return true;
	case 'i':
		*v = sql_int(strtoll(*p + 1, &after, 10));
		*p = after + (*after == ';');
		return true;
	case 't':
		number = strtoll(*p + 1, &after, 10);
		if (*after != ':' || number < 0 || number > end - after - 1)
			return false;
		v->type = VALUE_TEXT;
		v->bytes.p = after + 1;
		v->bytes.len = (size_t)number;
		*p = after + 1 + number;
		return true;
	default:
		return false;
	}
}

enum { COLUMNS_MOST = 40 };

static int
image_restore(struct change *c, const struct touched *row, struct err *err)
{
	struct value v[COLUMNS_MOST];
	const char *p = row->before;
	size_t n = 0;

	if (tables[row->table].drop != SQL_COUNT &&
	    STORE_RUN(c->store, err, tables[row->table].drop, sql_int(c->owner),
		sql_int(row->key1), sql_int(row->key2)) < 0)
		return -1;
	if (p == NULL)
		return 0;
	while (n < COLUMNS_MOST && image_next(&p, &v[n]))
		n++;
	return store_run(c->store, err, tables[row->table].put, v, n) < 0 ? -1
									  : 0;
}

/* --- Writing events --- */

struct change *
change_begin(struct store *s, int64_t owner, struct arena *a, int case_number,
    enum actor actor, const char *verb, int64_t now)
{
	struct change *c = arena_alloc(a, sizeof(*c));

	c->store = s;
	c->owner = owner;
	c->arena = a;
	c->case_number = case_number;
	c->actor = actors[actor];
	c->verb = verb;
	c->now = now;
	return c;
}

static struct touched *
touched_find(struct change *c, enum table table, int64_t key1, int64_t key2)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->rows[i].table == table && c->rows[i].key1 == key1 &&
		    c->rows[i].key2 == key2)
			return &c->rows[i];
	return NULL;
}

int
change_touch(struct change *c, enum table table, int64_t key1, int64_t key2,
    struct err *err)
{
	struct touched *row;

	if (touched_find(c, table, key1, key2) != NULL)
		return 0;
	c->rows = arena_grow(c->arena, c->rows, c->n, sizeof(*c->rows));
	row = &c->rows[c->n];
	row->table = table;
	row->key1 = key1;
	row->key2 = key2;
	row->after = NULL;
	if (image_take(c, table, key1, key2, &row->before, err) < 0)
		return -1;
	c->n++;
	return 0;
}

static bool
same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

void
change_forget(struct change *c, enum table table, int64_t key1, int64_t key2)
{
	struct touched *row = touched_find(c, table, key1, key2);

	if (row != NULL)
		*row = c->rows[--c->n];
}

static void
digest_text(struct buf *b, const char *text)
{
	if (text == NULL) {
		buf_puts(b, "-;");
		return;
	}
	buf_printf(b, "%zu:%s;", strlen(text), text);
}

/* chain: in, that of the event before; out, that of this one. */
static void
digest(const struct change *c, int64_t id, const char *text,
    uint8_t chain[SHA256_SIZE])
{
	struct buf b = {0};
	size_t i;

	buf_add(&b, chain, SHA256_SIZE);
	buf_printf(&b, "%lld %d %lld %lld %lld;", (long long)id, c->case_number,
	    (long long)c->now, (long long)c->message, (long long)c->undoes);
	digest_text(&b, c->actor);
	digest_text(&b, c->verb);
	digest_text(&b, text);
	for (i = 0; i < c->n; i++) {
		buf_printf(&b, "%d %lld %lld;", (int)c->rows[i].table,
		    (long long)c->rows[i].key1, (long long)c->rows[i].key2);
		digest_text(&b, c->rows[i].before);
		digest_text(&b, c->rows[i].after);
	}
	sha256(buf_view(&b), chain);
	buf_free(&b);
}

/* Zeros before the first event. */
static int
last_chain(struct change *c, uint8_t chain[SHA256_SIZE], struct err *err)
{
	struct rows *r =
	    STORE_QUERY(c->store, SQL_EVENT_LAST_CHAIN, sql_int(c->owner));
	struct slice was = {NULL, 0};

	memset(chain, 0, SHA256_SIZE);
	if (rows_next(r))
		was = rows_bytes(r, 0, c->arena);
	if (was.len == SHA256_SIZE)
		memcpy(chain, was.p, was.len);
	return rows_end(r, err);
}

static struct value
number_or_null(int64_t number)
{
	return number == 0 ? sql_null() : sql_int(number);
}

static int
write_event(struct change *c, int64_t id, const char *text, struct err *err)
{
	uint8_t chain[SHA256_SIZE];
	const struct touched *row;
	size_t i;

	if (last_chain(c, chain, err) < 0)
		return -1;
	digest(c, id, text, chain);
	if (STORE_RUN(c->store, err, SQL_EVENT_ADD, sql_int(c->owner),
		sql_int(id), sql_int(c->case_number), sql_int(c->now),
		sql_text(c->actor), sql_text(c->verb), sql_text(text),
		number_or_null(c->message), number_or_null(c->undoes),
		sql_bytes((struct slice){(const char *)chain, sizeof(chain)})) <
	    0)
		return -1;
	for (i = 0; i < c->n; i++) {
		row = &c->rows[i];
		if (STORE_RUN(c->store, err, SQL_EVENT_ROW_ADD,
			sql_int(c->owner), sql_int(id), sql_int((int64_t)i),
			sql_int(row->table), sql_int(row->key1),
			sql_int(row->key2), sql_text(row->before),
			sql_text(row->after)) < 0)
			return -1;
	}
	return 0;
}

/* A case that loses or gets something is told by its row, as it is. */
static bool
is_concerned(const struct touched *row)
{
	return row->table == TABLE_CASE && row->after != NULL;
}

int
change_end(struct change *c, const char *text, int64_t *event, struct err *err)
{
	struct touched row;
	int64_t id;
	size_t i, n = 0;

	for (i = 0; i < c->n; i++) {
		row = c->rows[i];
		if (image_take(
			c, row.table, row.key1, row.key2, &row.after, err) < 0)
			return -1;
		if (!same_text(row.before, row.after) || is_concerned(&row))
			c->rows[n++] = row;
	}
	c->n = n;
	if (store_number(c->store, c->owner, "event", &id, err) < 0)
		return -1;
	if (event != NULL)
		*event = id;
	return write_event(c, id, text, err);
}

int
event_note(struct store *s, int64_t owner, int case_number, enum actor actor,
    const char *verb, const char *text, int64_t message, int64_t now,
    struct err *err)
{
	struct arena *a = arena_new();
	struct change *c =
	    change_begin(s, owner, a, case_number, actor, verb, now);
	int result;

	change_message(c, message);
	result = change_end(c, text, NULL, err);
	arena_free(a);
	return result;
}

/* --- Undo --- */

static int
load_rows(struct change *c, int64_t event, struct err *err)
{
	struct rows *r = STORE_QUERY(
	    c->store, SQL_EVENT_ROWS, sql_int(c->owner), sql_int(event));
	struct touched *row;
	int64_t table;

	c->n = 0;
	while (rows_next(r)) {
		table = rows_int(r, 0);
		if (table < 0 || table >= TABLE_COUNT)
			continue;
		c->rows = arena_grow(c->arena, c->rows, c->n, sizeof(*c->rows));
		row = &c->rows[c->n++];
		row->table = (enum table)table;
		row->key1 = rows_int(r, 1);
		row->key2 = rows_int(r, 2);
		row->before = rows_text(r, 3, c->arena);
		row->after = rows_text(r, 4, c->arena);
	}
	return rows_end(r, err);
}

static int
name_row(struct err *err, const struct touched *row, const char *verb)
{
	if (row->table == TABLE_OBLIGATION)
		return err_set(err, EX_USAGE,
		    "`%s` cannot be undone: %lld.%lld has changed since", verb,
		    (long long)row->key1, (long long)row->key2);
	if (row->table == TABLE_FOLLOW_UP)
		return err_set(err, EX_USAGE,
		    "`%s` cannot be undone: the letter has left, or another "
		    "took its place",
		    verb);
	return err_set(err, EX_USAGE,
	    "`%s` cannot be undone: %s %lld has changed since", verb,
	    tables[row->table].what, (long long)row->key1);
}

/* Where the owner has mail put back to, it stays. */
static int
own_placings(struct change *c, struct err *err)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->rows[i].table == TABLE_MESSAGE &&
		    STORE_RUN(c->store, err, SQL_PLACING_OWNED,
			sql_int(c->owner), sql_int(c->rows[i].key1)) < 0)
			return -1;
	return 0;
}

/* The event's rows must be as it left them; then they are put back. */
static int
take_back(struct change *c, int64_t event, const char *verb, struct err *err)
{
	const char *is;
	size_t i;

	if (load_rows(c, event, err) < 0)
		return -1;
	for (i = 0; i < c->n; i++) {
		if (image_take(c, c->rows[i].table, c->rows[i].key1,
			c->rows[i].key2, &is, err) < 0)
			return -1;
		if (!same_text(is, c->rows[i].after))
			return name_row(err, &c->rows[i], verb);
	}
	for (i = c->n; i > 0; i--)
		if (image_restore(c, &c->rows[i - 1], err) < 0)
			return -1;
	if (strcmp(verb, "again") == 0 && own_placings(c, err) < 0)
		return -1;
	for (i = 0; i < c->n; i++)
		c->rows[i].before = c->rows[i].after;
	return 0;
}

int
event_undo(struct store *s, int64_t owner, struct arena *a, int case_number,
    int64_t now, char **text, struct err *err)
{
	struct rows *r = STORE_QUERY(
	    s, SQL_EVENT_UNDOABLE, sql_int(owner), sql_int(case_number));
	const char *verb = NULL, *was = NULL;
	struct change *c;
	int64_t id = 0;

	if (rows_next(r)) {
		id = rows_int(r, 0);
		case_number = (int)rows_int(r, 1);
		verb = rows_text(r, 2, a);
		was = rows_text(r, 3, a);
	}
	if (rows_end(r, err) < 0)
		return -1;
	if (id == 0)
		return err_set(err, EX_USAGE, "there is nothing to undo");
	c = change_begin(s, owner, a, case_number, ACTOR_OWNER, "undo", now);
	c->undoes = id;
	if (take_back(c, id, verb, err) < 0)
		return -1;
	*text = arena_printf(a, "undone: %s", was);
	return change_end(c, *text, NULL, err);
}

/* --- The chain --- */

static int
verify_one(struct store *s, int64_t owner, struct arena *a, struct rows *r,
    uint8_t chain[SHA256_SIZE], struct err *err)
{
	struct change *c = change_begin(s, owner, a, (int)rows_int(r, 1),
	    ACTOR_OWNER, rows_text(r, 4, a), rows_int(r, 2));
	int64_t id = rows_int(r, 0);
	struct slice is = rows_bytes(r, 8, a);

	c->actor = rows_text(r, 3, a);
	c->message = rows_int(r, 6);
	c->undoes = rows_int(r, 7);
	if (load_rows(c, id, err) < 0)
		return -1;
	digest(c, id, rows_text(r, 5, a), chain);
	if (is.len == SHA256_SIZE && memcmp(is.p, chain, SHA256_SIZE) == 0)
		return 0;
	return err_set(err, EX_DATAERR,
	    "event %lld is not as it was written, or one before it is missing",
	    (long long)id);
}

int
events_verify(struct store *s, int64_t owner, struct err *err)
{
	struct arena *a = arena_new();
	struct rows *r = STORE_QUERY(s, SQL_EVENTS_ALL, sql_int(owner));
	uint8_t chain[SHA256_SIZE] = {0};
	int result;

	while (rows_next(r)) {
		if (verify_one(s, owner, a, r, chain, err) < 0)
			rows_fail(r, err);
		arena_reset(a);
	}
	result = rows_end(r, err);
	arena_free(a);
	return result;
}
