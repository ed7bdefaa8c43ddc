/* See publish.h. */
#include <string.h>
#include <sysexits.h>

#include "base/hash.h"

#include "cases/publish.h"

enum { FOLDER_BYTES = 16 };

static void
of_row(struct rows *r, struct arena *a, struct ticket_row *t)
{
	t->case_number = (int)rows_int(r, 1);
	t->folder = rows_text(r, 2, a);
	t->dir = rows_text(r, 3, a);
	t->live = rows_int(r, 4) != 0;
}

int
tickets_list(struct store *s, int64_t owner, struct arena *a,
    struct ticket_row **v, size_t *n, struct err *err)
{
	struct rows *r = STORE_QUERY(s, SQL_TICKETS, sql_int(owner));

	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		*v = arena_grow(a, *v, *n, sizeof(**v));
		of_row(r, a, &(*v)[(*n)++]);
	}
	return rows_end(r, err) < 0 ? -1 : 0;
}

int
ticket_get(struct store *s, int64_t owner, struct arena *a, int case_number,
    struct ticket_row *t, struct err *err)
{
	struct rows *r = STORE_QUERY(s, SQL_TICKET_GET, sql_int(owner),
	    sql_int(case_number), sql_int(0));
	bool found = rows_next(r);

	if (found)
		of_row(r, a, t);
	return rows_end(r, err) < 0 ? -1 : found;
}

int
released_list(struct store *s, int64_t owner, struct arena *a, int case_number,
    struct released_row **v, size_t *n, struct err *err)
{
	struct rows *r =
	    STORE_QUERY(s, SQL_RELEASED, sql_int(owner), sql_int(case_number));

	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		*v = arena_grow(a, *v, *n, sizeof(**v));
		(*v)[(*n)++] =
		    (struct released_row){rows_int(r, 0), (int)rows_int(r, 1)};
	}
	return rows_end(r, err) < 0 ? -1 : 0;
}

int
pushed_get(struct store *s, int64_t owner, struct arena *a, const char *path,
    const char **hash, struct err *err)
{
	struct rows *r =
	    STORE_QUERY(s, SQL_PUSHED_GET, sql_int(owner), sql_text(path));

	*hash = rows_next(r) ? rows_text(r, 0, a) : NULL;
	return rows_end(r, err) < 0 ? -1 : 0;
}

int
pushed_set(struct store *s, int64_t owner, const char *path, const char *hash,
    struct err *err)
{
	if (STORE_RUN(s, err, SQL_PUSHED_DROP, sql_int(owner), sql_text(path)) <
	    0)
		return -1;
	return hash != NULL && STORE_RUN(s, err, SQL_PUSHED_PUT, sql_int(owner),
				   sql_text(path), sql_text(hash)) < 0
		   ? -1
		   : 0;
}

/* The row takes the place of the one that is there. */
static int
put(struct change *c, const struct ticket_row *t, struct err *err)
{
	struct store *s = change_store(c);
	int64_t owner = change_owner(c);

	if (change_touch(c, TABLE_TICKET, t->case_number, 0, err) < 0)
		return -1;
	return STORE_RUN(s, err, SQL_TICKET_DROP, sql_int(owner),
		   sql_int(t->case_number), sql_int(0)) < 0 ||
		       STORE_RUN(s, err, SQL_TICKET_PUT, sql_int(owner),
			   sql_int(t->case_number), sql_text(t->folder),
			   sql_text(t->dir), sql_int(t->live)) < 0
		   ? -1
		   : 0;
}

int
ticket_publish(
    struct change *c, int case_number, const char *dir, struct err *err)
{
	struct ticket_row t = {.case_number = case_number, .dir = ""};
	uint8_t bytes[FOLDER_BYTES];
	char hex[2 * FOLDER_BYTES + 1];
	int had = ticket_get(change_store(c), change_owner(c), change_arena(c),
	    case_number, &t, err);

	if (had < 0)
		return -1;
	if (had == 0) {
		random_bytes(bytes, sizeof(bytes));
		t.folder = hex_print(bytes, sizeof(bytes), hex);
	}
	if (dir != NULL)
		t.dir = dir;
	t.live = true;
	return put(c, &t, err);
}

int
ticket_withdraw(struct change *c, int case_number, struct err *err)
{
	struct ticket_row t;
	int had = ticket_get(change_store(c), change_owner(c), change_arena(c),
	    case_number, &t, err);

	if (had < 0)
		return -1;
	if (had == 0 || !t.live)
		return err_set(
		    err, EX_USAGE, "case %d is not published", case_number);
	t.live = false;
	return put(c, &t, err);
}

static int
find(
    struct change *c, int case_number, int number, int64_t *id, struct err *err)
{
	struct released_row *v;
	size_t n;

	*id = 0;
	if (released_list(change_store(c), change_owner(c), change_arena(c),
		case_number, &v, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (v[i].number == number)
			*id = v[i].id;
	return 0;
}

int
words_release(struct change *c, int case_number, int number, struct err *err)
{
	struct store *s = change_store(c);
	int64_t owner = change_owner(c), id;

	if (find(c, case_number, number, &id, err) < 0)
		return -1;
	if (id != 0)
		return 0;
	if (store_number(s, owner, "released", &id, err) < 0 ||
	    change_touch(c, TABLE_RELEASED, id, 0, err) < 0)
		return -1;
	return STORE_RUN(s, err, SQL_RELEASED_PUT, sql_int(owner), sql_int(id),
		   sql_int(case_number), sql_int(number)) < 0
		   ? -1
		   : 0;
}

int
words_take_back(struct change *c, int case_number, int number, struct err *err)
{
	int64_t id;

	if (find(c, case_number, number, &id, err) < 0)
		return -1;
	if (id == 0)
		return err_set(err, EX_USAGE, "that was not published");
	if (change_touch(c, TABLE_RELEASED, id, 0, err) < 0)
		return -1;
	return STORE_RUN(change_store(c), err, SQL_RELEASED_DROP,
		   sql_int(change_owner(c)), sql_int(id), sql_int(0)) < 0
		   ? -1
		   : 0;
}
