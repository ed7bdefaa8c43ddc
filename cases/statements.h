/*
 * Every SQL statement of promised: STATEMENT(NAME, "text"), a group for each
 * module.  Included by store.h (names) and store.c (texts), hence no guard.
 *
 * Each names the owner; each is plain enough for PostgreSQL too: no rowid, no
 * upsert, no function of SQLite's own.
 */
