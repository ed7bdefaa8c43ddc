/*
 * The store: one SQLite file that holds everything that is remembered.
 * SQLite lives in store.c and nowhere else.
 *
 * Promises.  What was committed survives a crash and a power cut (WAL,
 * synchronous=FULL).  Every row's key begins with its owner and every
 * statement names the owner, so no query crosses owners.  All values are
 * bound; no statement is ever built from text.  Many processes may use one
 * store: a writer waits up to 10 s for its turn, then fails with EX_TEMPFAIL.
 *
 * Statements are a table (statements.h), the schema an ordered list of
 * upgrades (schema.c).  A module of cases/ that needs a new statement adds a
 * line to statements.h; one that needs a new table appends to schema.c.
 *
 * Error codes: EX_TEMPFAIL busy, full, out of memory; EX_IOERR the disk;
 * EX_DATAERR corrupt, or no store of ours; EX_CONFIG a newer version;
 * EX_NOPERM not allowed; EX_SOFTWARE a fault of ours.
 */
#ifndef CASES_STORE_H
#define CASES_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"

struct store;

enum store_mode {
	STORE_READ, /* must exist; nothing is ever written */
	STORE_WRITE, /* must exist; upgraded when of an older version */
	STORE_CREATE, /* made when it does not exist, mode 0600 */
	STORE_REHEARSE, /* for -n: all goes as with STORE_WRITE, but nothing
	                 * stays; in memory when there is no store yet.
	                 * Others cannot write meanwhile. */
};

/* NULL with err on failure.  Closed by store_close() (NULL is allowed). */
struct store *store_open(const char *path, enum store_mode, struct err *);
void store_close(struct store *);

/* For doctor: PRAGMA quick_check and foreign_key_check.  0 when sound; -1
 * with err naming the first fault and what to do.  Slow on a large store. */
int store_check(struct store *, struct err *);

/*
 * The owner with this address (lower case), made when new: a small number
 * that every other call takes.  With STORE_READ an unknown owner is an error
 * (EX_CONFIG).
 */
int
store_owner(struct store *, const char *address, int64_t *owner, struct err *);

/*
 * Transactions.  begin takes the write lock at once (BEGIN IMMEDIATE), so that
 * what is read inside can be relied on until commit.  They do not nest.  All
 * changing functions of cases/ must run inside one; each says so.  rollback
 * never fails and may be called when nothing is open.  A commit that fails has
 * rolled back.  With STORE_READ begin opens a reading transaction.
 */
int store_begin(struct store *, struct err *);
int store_commit(struct store *, struct err *);
void store_rollback(struct store *);
bool store_in_transaction(const struct store *);

/*
 * A batch: the transactions between its begin and its end are steps of one.  A
 * step that is rolled back after it has changed something takes all of the
 * batch with it: those behind it fail, and so does its end (EX_TEMPFAIL); then
 * it is to be done again without a batch.  What is committed by a batch
 * survives a crash, and a power cut only after store_settle().  Between two of
 * them others have their turn.
 */
int store_batch_begin(struct store *, struct err *);
int store_batch_end(struct store *, struct err *);
bool store_batch_lost(const struct store *);
int store_settle(struct store *, struct err *);

/*
 * From now on a commit waits for the disk no more: it survives a crash, and a
 * power cut only if it was written by then, or after a commit of a store that
 * is not relaxed.  What was committed before is safe.  For a few commits, of
 * what can be done again from what is safe.
 */
void store_relax(struct store *);

/*
 * For who waits for something else: prepares one more of the statements that
 * filing a mail takes.  False when there is none left.
 */
bool store_prepare(struct store *);

/* --- Below: for the modules of cases/ alone. --- */

/* The statements, by name: SQL_CASE_GET and so on. */
enum sql {
#define STATEMENT(name, text) SQL_##name,
#include "cases/statements.h"
#undef STATEMENT
	SQL_COUNT
};

/* A value to bind.  Text and bytes are borrowed until the call returns. */
struct value {
	enum { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BYTES } type;
	int64_t number;
	struct slice bytes;
};

struct value sql_null(void);
struct value sql_int(int64_t);
struct value sql_text(const char *); /* NULL binds NULL */
struct value sql_bytes(struct slice);

/*
 * Runs a statement that gives no rows; returns how many rows it changed, or
 * -1.  Use the macro: STORE_RUN(s, err, SQL_CASE_STATE, sql_int(owner), ...).
 * Parameters are ?1, ?2, ... in this order; a wrong number is EX_SOFTWARE.
 */
int store_run(
    struct store *, struct err *, enum sql, const struct value *, size_t n);
#define STORE_RUN(s, err, sql, ...)                                 \
	store_run(s, err, sql, (const struct value[]){__VA_ARGS__}, \
	    sizeof((const struct value[]){__VA_ARGS__}) /           \
		sizeof(struct value))

/*
 * Reading rows:
 *	struct rows *r = STORE_QUERY(s, SQL_DUE, sql_int(owner));
 *	while (rows_next(r))
 *		n = rows_int(r, 0);
 *	if (rows_end(r, err) < 0) ...
 * Never NULL; an error shows in rows_end().  A second query may run while one
 * is open, of the same statement too.
 */
struct rows;
struct rows *
store_query(struct store *, enum sql, const struct value *, size_t n);
#define STORE_QUERY(s, sql, ...)                                 \
	store_query(s, sql, (const struct value[]){__VA_ARGS__}, \
	    sizeof((const struct value[]){__VA_ARGS__}) /        \
		sizeof(struct value))
bool rows_next(struct rows *);
int64_t rows_int(struct rows *, int column); /* NULL gives 0 */
bool rows_null(struct rows *, int column);
/* Of two columns: UTC seconds, offset. */
struct moment rows_moment(struct rows *, int column);
char *rows_text(struct rows *, int column, struct arena *); /* NULL for NULL */
struct slice rows_bytes(struct rows *, int column, struct arena *);
/* Any column as a value (its text in the arena), and how many there are. */
struct value rows_value(struct rows *, int column, struct arena *);
int rows_columns(struct rows *);
/* The work on a row has failed: no more rows come, rows_end() tells why. */
void rows_fail(struct rows *, const struct err *why);
int rows_end(struct rows *, struct err *);

/* The first column of the first row; missing when there is no row. */
int store_int(struct store *, struct err *, int64_t missing, int64_t *result,
    enum sql, const struct value *, size_t n);
#define STORE_INT(s, err, missing, result, sql, ...)      \
	store_int(s, err, missing, result, sql,           \
	    (const struct value[]){__VA_ARGS__},          \
	    sizeof((const struct value[]){__VA_ARGS__}) / \
		sizeof(struct value))

/*
 * The next number of a series of this owner ("case", "message", "outbox"...):
 * 1, 2, 3; never given twice, also after an undo.  Inside a transaction.
 */
int store_number(struct store *, int64_t owner, const char *series,
    int64_t *number, struct err *);

#endif
