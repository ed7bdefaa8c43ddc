/* See mailbox.h. */
#include "cases/mailbox.h"

int
mailbox_known(struct store *s, int64_t owner, const char *source,
    uint32_t *uidvalidity, uint32_t *uidnext, struct err *err)
{
	struct rows *r =
	    STORE_QUERY(s, SQL_MAILBOX_GET, sql_int(owner), sql_text(source));

	*uidvalidity = *uidnext = 0;
	if (rows_next(r)) {
		*uidvalidity = (uint32_t)rows_int(r, 0);
		*uidnext = (uint32_t)rows_int(r, 1);
	}
	return rows_end(r, err);
}

static int
put(struct store *s, enum sql sql, int64_t owner, const char *source,
    uint32_t uidvalidity, uint32_t uidnext, struct err *err)
{
	return STORE_RUN(s, err, sql, sql_int(owner), sql_text(source),
	    sql_int(uidvalidity), sql_int(uidnext));
}

int
mailbox_remember(struct store *s, int64_t owner, const char *source,
    uint32_t uidvalidity, uint32_t uidnext, struct err *err)
{
	int changed;

	if (store_begin(s, err) != 0)
		return -1;
	changed =
	    put(s, SQL_MAILBOX_SET, owner, source, uidvalidity, uidnext, err);
	if (changed == 0)
		changed = put(s, SQL_MAILBOX_ADD, owner, source, uidvalidity,
		    uidnext, err);
	if (changed > 0)
		return store_commit(s, err);
	store_rollback(s);
	return -1;
}
