/*
 * Every SQL statement of promised: STATEMENT(NAME, "text"), a group for each
 * module.  Included by store.h (names) and store.c (texts), hence no guard.
 *
 * Each names the owner; each is plain enough for PostgreSQL too: no rowid, no
 * upsert, no function of SQLite's own.
 */

/* store.c */
STATEMENT(OWNER_GET, "SELECT owner FROM owner WHERE address = ?1")
STATEMENT(OWNER_LAST, "SELECT max(owner) FROM owner WHERE owner > ?1")
STATEMENT(OWNER_ADD, "INSERT INTO owner (owner, address) VALUES (?1, ?2)")
STATEMENT(COUNTER_STEP, "UPDATE counter SET value = value + 1 WHERE owner = ?1 AND series = ?2")
STATEMENT(COUNTER_START, "INSERT INTO counter (owner, series, value) VALUES (?1, ?2, 1)")
STATEMENT(COUNTER_GET, "SELECT value FROM counter WHERE owner = ?1 AND series = ?2")

/* token.c */
STATEMENT(SECRET_GET, "SELECT key FROM secret WHERE owner = ?1")
STATEMENT(SECRET_ADD, "INSERT INTO secret (owner, key) VALUES (?1, ?2)")

/* outbox.c */
#define OUTBOX_COLUMNS "id, kind, case_number, recipient, message_id, state, handed, attempts, not_before, made, changed, raw, error"
STATEMENT(OUTBOX_ADD, "INSERT INTO outbox (owner, id, kind, case_number, recipient, message_id, state, handed, attempts, not_before, made, changed, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'planned', 0, 0, ?7, ?8, ?8, ?9)")
STATEMENT(OUTBOX_ITEM_GET, "SELECT outbox FROM outbox_item WHERE owner = ?1 AND kind = ?2 AND case_number = ?3 AND number = ?4 AND version = ?5")
STATEMENT(OUTBOX_ITEM_ADD, "INSERT INTO outbox_item (owner, kind, case_number, number, version, outbox) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
STATEMENT(OUTBOX_ITEM_DROP, "DELETE FROM outbox_item WHERE owner = ?1 AND outbox = ?2 AND kind = ?3 AND case_number = ?4 AND number = ?5 AND version = ?6")
STATEMENT(OUTBOX_ITEMS_DROP, "DELETE FROM outbox_item WHERE owner = ?1 AND outbox = ?2")
STATEMENT(OUTBOX_ITEMS, "SELECT kind, case_number, number, version FROM outbox_item WHERE owner = ?1 AND outbox = ?2 ORDER BY kind, case_number, number")
STATEMENT(OUTBOX_ITEMS_SCHEDULED, "SELECT kind, case_number, number, version FROM outbox_item WHERE owner = ?1 AND kind IN ('lapse', 'heads-up', 'digest')")
STATEMENT(OUTBOX_DUE, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE owner = ?1 AND state = 'planned' AND not_before <= ?2 ORDER BY not_before, id")
STATEMENT(OUTBOX_NEXT_TIME, "SELECT min(not_before) FROM outbox WHERE owner = ?1 AND state = 'planned'")
STATEMENT(OUTBOX_GET, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE owner = ?1 AND id = ?2")
STATEMENT(OUTBOX_FIND, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE owner = ?1 AND message_id = ?2")
STATEMENT(OUTBOX_IN_STATE, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE owner = ?1 AND state = ?2 ORDER BY id")
STATEMENT(OUTBOX_GONE_SINCE, "SELECT kind, case_number, recipient, changed FROM outbox WHERE owner = ?1 AND changed > ?2 AND state IN ('sending', 'sent', 'unknown')")
STATEMENT(OUTBOX_TO, "UPDATE outbox SET state = ?4, handed = ?5, attempts = ?6, not_before = ?7, changed = ?8, error = ?9 WHERE owner = ?1 AND id = ?2 AND state = ?3")
STATEMENT(OUTBOX_RAW, "UPDATE outbox SET raw = ?3 WHERE owner = ?1 AND id = ?2")
STATEMENT(OUTBOX_HANDED, "UPDATE outbox SET handed = 1 WHERE owner = ?1 AND id = ?2 AND state = 'sending'")
