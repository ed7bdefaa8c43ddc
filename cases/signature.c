/* See signature.h. */
#include "cases/signature.h"

int
signature_get(struct store *s, int64_t owner, struct arena *a, int64_t message,
    struct signature_row *row, struct err *err)
{
	struct rows *r =
	    STORE_QUERY(s, SQL_SIGNATURE_GET, sql_int(owner), sql_int(message));
	bool found = rows_next(r);

	if (found)
		*row = (struct signature_row){
		    .message = message,
		    .verdict = rows_text(r, 0, a),
		    .why = rows_text(r, 1, a),
		    .domain = rows_text(r, 2, a),
		    .selector = rows_text(r, 3, a),
		    .key = rows_text(r, 4, a),
		    .checked = rows_int(r, 5),
		};
	return rows_end(r, err) < 0 ? -1 : found;
}

int
signature_put(struct store *s, int64_t owner, const struct signature_row *row,
    struct err *err)
{
	return STORE_RUN(s, err, SQL_SIGNATURE_PUT, sql_int(owner),
		   sql_int(row->message), sql_text(row->verdict),
		   sql_text(row->why), sql_text(row->domain),
		   sql_text(row->selector), sql_text(row->key),
		   sql_int(row->checked)) < 0
		   ? -1
		   : 0;
}

int
signatures_unchecked(struct store *s, int64_t owner, struct arena *a,
    int64_t since, int most, int64_t **messages, size_t *n, struct err *err)
{
	struct rows *r = STORE_QUERY(s, SQL_SIGNATURES_UNCHECKED,
	    sql_int(owner), sql_int(since), sql_int(most));

	*messages = NULL;
	*n = 0;
	while (rows_next(r)) {
		*messages = arena_grow(a, *messages, *n, sizeof(**messages));
		(*messages)[(*n)++] = rows_int(r, 0);
	}
	return rows_end(r, err) < 0 ? -1 : 0;
}
