/*
 * See store.h.  The one file that knows SQLite.
 *
 * WAL: readers never wait, a writer appends; synchronous=FULL flushes the log
 * at each commit, so what was committed outlives a power cut
 * (https://sqlite.org/wal.html).  Whoever opens the store first reads the whole
 * log, and a filter opens it for each mail: so the log is kept short, but for
 * batches.  These do not wait for the disk (synchronous=NORMAL: the log is
 * whole after a power cut, and may lack its end); store_settle() does, once.
 * After an I/O error the handle is given up:
 * the kernel may have dropped dirty pages after a failed fsync, so trying
 * again on the same handle could report success for bytes that are not there.
 *
 * A store is known by its application_id; user_version is the schema's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/monotonic.h"
#include "cases/schema.h"
#include "cases/store.h"

enum {
	APPLICATION_ID = 0x70726d73, /* "prms" */
	BUSY_MS = 10000,
	RETRY_MS = 20,
	TURN_MS = 2, /* between two batches, at least */
	LOG_PAGES =
	    100, /* of the WAL before it is moved into the store: 7 mails */
	BATCH_LOG_PAGES = 4000,
	LOOKASIDE_BYTES = 1200, /* a piece; SQLite makes small ones of some */
	LOOKASIDE = 400,
	COUNTERS = 16, /* that are remembered */
	SERIES_MOST = 40
};

static const struct {
	const char *name, *text;
} statements[] = {
#define STATEMENT(name, text) {#name, (text)},
#include "cases/statements.h"
#undef STATEMENT
};

/* What it takes to file a mail, by how many mails take it; then by when. */
static const enum sql usual[] = {SQL_MESSAGE_WAITING, SQL_SECRET_GET,
    SQL_THREAD_BY_ID, SQL_THREAD_TWIN, SQL_THREAD_BY_DOMAIN,
    SQL_THREAD_BY_ALIAS, SQL_MESSAGE_FILE, SQL_MAIL_ID_ADD, SQL_PARTIES_DROP,
    SQL_PARTY_ADD, SQL_CANDIDATES_DROP, SQL_MESSAGE_DESCRIBE, SQL_ALIAS_KNOWN,
    SQL_THREAD_BY_NUMBER, SQL_AGAIN_LATE, SQL_AGAIN_SAME_TIME, SQL_ALIAS_GET,
    SQL_PLACING_GET, SQL_CASE_PUT, SQL_REFERENCE_ADD, SQL_UNFILED_BY_ID,
    SQL_UNFILED_BY_NUMBER, SQL_EVENT_LAST_CHAIN, SQL_EVENT_ADD,
    SQL_EVENT_ROW_ADD, SQL_CASE_REGION_GET, SQL_OBLIGATIONS_OF_CASE,
    SQL_MESSAGE_NEWEST, SQL_MESSAGE_WRITES_TO, SQL_OBLIGATION_GET,
    SQL_OBLIGATION_DROP, SQL_OBLIGATION_PUT, SQL_MESSAGES_AFTER,
    SQL_UNFILED_LATER, SQL_LEDGER_MESSAGE, SQL_OUTBOX_ITEM_GET, SQL_LEDGER_CASE,
    SQL_LEDGER_REFERENCES, SQL_LEDGER_CONTACTS, SQL_LEDGER_AGENT,
    SQL_LEDGER_ASKED, SQL_LEDGER_OWED, SQL_LEDGER_OWNER_WROTE, SQL_OUTBOX_ADD,
    SQL_OUTBOX_ITEM_ADD, SQL_COUNTER_ADD, SQL_THREAD_BY_NAME, SQL_THREAD_CASE,
    SQL_THREAD_PARTIES, SQL_THREAD_NUMBERS, SQL_THREAD_MESSAGES, SQL_COMPANIES,
    SQL_COMPANY_BY_DOMAIN, SQL_COMPANY_ADD, SQL_ALIAS_ROW_PUT};

/* A series of numbers within a transaction: written when it is committed. */
struct counter {
	int64_t owner, value;
	char series[SERIES_MOST];
	bool known; /* there is a row of it */
};

struct store {
	sqlite3 *db;
	enum store_mode mode;
	char *path;
	bool open; /* between begin and commit or rollback */
	bool batch; /* these are steps of one transaction */
	int changes; /* by sqlite3_total_changes(), when a step of it began */
	int64_t turn; /* milliseconds: when the last batch ended */
	bool dead; /* an I/O error was seen */
	sqlite3_stmt *cached[SQL_COUNT]; /* NULL: not prepared, or in use */
	sqlite3_stmt *savepoint, *release; /* of a step; NULL: not prepared */
	size_t prepared; /* so many of the usual ones were */
	struct counter counters[COUNTERS];
	size_t counter_count;
};

struct rows {
	struct store *store;
	enum sql sql;
	sqlite3_stmt *stmt;
	struct err err; /* code 0: none so far */
};

/* What SQLite says, as an exit code and what to do about it. */
static const struct {
	int result, code;
	const char *advice;
} faults[] = {
    {SQLITE_BUSY, EX_TEMPFAIL, "another process is using it; try again"},
    {SQLITE_LOCKED, EX_TEMPFAIL, "another process is using it; try again"},
    {SQLITE_FULL, EX_TEMPFAIL, "free some space on its disk and try again"},
    {SQLITE_NOMEM, EX_TEMPFAIL, "out of memory; try again"},
    {SQLITE_INTERRUPT, EX_TEMPFAIL, "interrupted; try again"},
    {SQLITE_IOERR, EX_IOERR, "check the disk that it lies on"},
    {SQLITE_CORRUPT, EX_DATAERR,
	"keep the file, put a backup in its place, and see `promised doctor`"},
    {SQLITE_NOTADB, EX_DATAERR, "the path in [store] names some other file"},
    {SQLITE_PERM, EX_NOPERM,
	"check the owner and mode of the file and its folder"},
    {SQLITE_AUTH, EX_NOPERM,
	"check the owner and mode of the file and its folder"},
    {SQLITE_READONLY, EX_NOPERM,
	"check the owner and mode of the file and its folder"},
    {SQLITE_CANTOPEN, EX_NOPERM,
	"check that its folder exists and can be written to"},
    {SQLITE_TOOBIG, EX_DATAERR, "the message is too large to be kept"},
};

static int
fault(struct store *s, struct err *err, int result, const char *doing)
{
	int primary = result & 0xff, code = EX_SOFTWARE;
	int os = errno; /* of the failed call, when it was the disk */
	const char *advice = "please report this";
	size_t i;

	if (primary == SQLITE_IOERR && result != SQLITE_IOERR_NOMEM)
		s->dead = true;
	if (primary == SQLITE_IOERR &&
	    (os == ENOSPC || os == EDQUOT || os == EFBIG))
		primary = SQLITE_FULL;
	if (result == SQLITE_IOERR_NOMEM)
		primary = SQLITE_NOMEM;
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (faults[i].result == primary) {
			code = faults[i].code;
			advice = faults[i].advice;
		}
	}
	/* A flush of ours leaves no message. */
	return err_set(err, code, "store %s: %s: %s; %s", s->path, doing,
	    sqlite3_errcode(s->db) == SQLITE_OK ? sqlite3_errstr(result)
						: sqlite3_errmsg(s->db),
	    advice);
}

/* Texts of the program alone: pragmas, BEGIN, the schema. */
static int
execute(struct store *s, struct err *err, const char *sql)
{
	int result = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	if (result == SQLITE_OK)
		return 0;
	return fault(s, err, sqlite3_extended_errcode(s->db), sql);
}

/* The number that a pragma gives. */
static int
pragma(struct store *s, struct err *err, const char *sql, int *number)
{
	sqlite3_stmt *stmt = NULL;
	int result = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);

	if (result == SQLITE_OK)
		result = sqlite3_step(stmt);
	*number = result == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : 0;
	sqlite3_finalize(stmt);
	if (result == SQLITE_ROW)
		return 0;
	return fault(s, err, sqlite3_extended_errcode(s->db), sql);
}

/*
 * The switch to WAL wants the file for itself, and does not wait its turn like
 * the rest: when many processes make a store at once, all but one are refused.
 */
static int
use_wal(struct store *s, struct err *err)
{
	static const struct timespec pause = {0, RETRY_MS * 1000000L};
	int tries;

	for (tries = 0; tries < BUSY_MS / RETRY_MS; tries++) {
		if (execute(s, err, "PRAGMA journal_mode = WAL") == 0)
			return 0;
		if (err->code != EX_TEMPFAIL)
			return -1;
		nanosleep(&pause, NULL);
	}
	return -1;
}

static int
versions(struct store *s, int *application, int *version, struct err *err)
{
	if (pragma(s, err, "PRAGMA application_id", application) < 0)
		return -1;
	return pragma(s, err, "PRAGMA user_version", version);
}

/* Inside the transaction, so that of two who upgrade one finds it done. */
static int
upgrade_steps(struct store *s, struct err *err)
{
	const struct upgrade *u;
	int application, version;
	char text[80];

	if (versions(s, &application, &version, err) < 0)
		return -1;
	for (u = schema_upgrades; u->sql != NULL; u++)
		if (u->version > version && execute(s, err, u->sql) < 0)
			return -1;
	sqlite3_snprintf(sizeof(text), text,
	    "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    (int)APPLICATION_ID, schema_version);
	return execute(s, err, text);
}

static int
upgrade(struct store *s, struct err *err)
{
	if (s->mode != STORE_REHEARSE && use_wal(s, err) < 0)
		return -1;
	if (store_begin(s, err) < 0)
		return -1;
	if (upgrade_steps(s, err) == 0)
		return store_commit(s, err);
	store_rollback(s);
	return err_prefix(err, "making or upgrading");
}

/* Whether the file is a store of ours, and of which version. */
static int
check_version(struct store *s, struct err *err)
{
	int application, version, tables;

	if (versions(s, &application, &version, err) < 0 ||
	    pragma(s, err, "SELECT count(*) FROM sqlite_schema", &tables) < 0)
		return -1;
	if (application == 0 && version == 0 && tables == 0) {
		if (s->mode != STORE_READ)
			return upgrade(s, err);
		return err_set(err, EX_CONFIG,
		    "store %s: is empty; make it with `promised init`",
		    s->path);
	}
	if (application != APPLICATION_ID)
		return err_set(err, EX_DATAERR,
		    "store %s: is a database of some other program", s->path);
	if (version > schema_version)
		return err_set(err, EX_CONFIG,
		    "store %s: has version %d, this promised knows up to %d; "
		    "use the newer promised that wrote it",
		    s->path, version, schema_version);
	if (version == schema_version)
		return 0;
	if (s->mode != STORE_READ)
		return upgrade(s, err);
	return err_set(err, EX_CONFIG,
	    "store %s: has the old version %d; any command that writes "
	    "upgrades it",
	    s->path, version);
}

static int
configure(struct store *s, struct err *err)
{
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	sqlite3_wal_autocheckpoint(s->db, LOG_PAGES);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	return execute(s, err,
	    "PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL;"
	    "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4000");
}

/* SQLite would make it readable by others; its -wal takes the same mode. */
static int
make_file(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_errno(err, "store %s", path);
	close(fd);
	return 0;
}

/*
 * One thread, and nobody asks how much memory is used: no locks around each
 * allocation.  Most of preparing a statement is small allocations: they come
 * from one block.  Counts at the first call of a process.
 */
static void
set_up_library(void)
{
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	/* Nobody asks how much SQLite allocates. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_LOOKASIDE, LOOKASIDE_BYTES, LOOKASIDE);
}

static int
open_database(struct store *s, struct err *err)
{
	int flags = SQLITE_OPEN_NOMUTEX |
		    (s->mode == STORE_READ ? SQLITE_OPEN_READONLY
					   : SQLITE_OPEN_READWRITE);
	bool missing;

	set_up_library();
	if (s->mode == STORE_CREATE && make_file(s->path, err) < 0)
		return -1;
	missing = access(s->path, F_OK) < 0 && errno == ENOENT;
	if (missing && s->mode != STORE_REHEARSE)
		return err_set(err, EX_CONFIG,
		    "store %s: does not exist; make it with `promised init`",
		    s->path);
	if (sqlite3_open_v2(missing ? ":memory:" : s->path, &s->db, flags,
		NULL) != SQLITE_OK)
		return fault(
		    s, err, sqlite3_extended_errcode(s->db), "opening");
	if (configure(s, err) < 0)
		return -1;
	return check_version(s, err);
}

struct store *
store_open(const char *path, enum store_mode mode, struct err *err)
{
	struct store *s = mem_zeroed(sizeof(*s));
	size_t size = strlen(path) + 1;

	s->mode = mode;
	s->path = mem_alloc(size);
	memcpy(s->path, path, size);
	if (open_database(s, err) == 0)
		return s;
	store_close(s);
	return NULL;
}

void
store_close(struct store *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(s->cached[i]);
	sqlite3_finalize(s->savepoint);
	sqlite3_finalize(s->release);
	sqlite3_close_v2(s->db);
	free(s->path);
	free(s);
}

/* --- Transactions --- */

/*
 * A rehearsal lies in one transaction from the first begin to the close, which
 * takes it all back; begin and commit are savepoints within.  In a batch they
 * are nothing: a step that is taken back takes all of it.
 */
static bool
in_steps(const struct store *s)
{
	return s->mode == STORE_REHEARSE;
}

/* The same as execute(), prepared once: a step is taken for each mail. */
static int
execute_again(
    struct store *s, struct err *err, sqlite3_stmt **stmt, const char *sql)
{
	int result = SQLITE_OK;

	if (*stmt == NULL)
		result = sqlite3_prepare_v3(
		    s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_step(*stmt);
	if (result == SQLITE_DONE)
		result = sqlite3_reset(*stmt);
	else
		sqlite3_reset(*stmt);
	return result == SQLITE_OK ? 0 : fault(s, err, result, sql);
}

static int
begin(struct store *s, struct err *err)
{
	s->changes = sqlite3_total_changes(s->db);
	if (s->batch)
		return 0;
	if (in_steps(s))
		return execute_again(s, err, &s->savepoint, "SAVEPOINT step");
	return execute(
	    s, err, s->mode == STORE_READ ? "BEGIN" : "BEGIN IMMEDIATE");
}

static int
commit(struct store *s, struct err *err)
{
	if (s->batch)
		return 0;
	if (in_steps(s))
		return execute_again(s, err, &s->release, "RELEASE step");
	return execute(s, err, "COMMIT");
}

bool
store_in_transaction(const struct store *s)
{
	return s->open;
}

int
store_begin(struct store *s, struct err *err)
{
	if (s->dead)
		return err_set(err, EX_IOERR,
		    "store %s: its disk failed before; start again", s->path);
	if (s->mode == STORE_REHEARSE && sqlite3_get_autocommit(s->db) &&
	    execute(s, err, "BEGIN IMMEDIATE") < 0)
		return -1;
	if (store_batch_lost(s))
		return err_set(err, EX_TEMPFAIL,
		    "store %s: what came last was taken back; try again",
		    s->path);
	if (!s->batch)
		s->counter_count = 0;
	if (begin(s, err) < 0)
		return -1;
	s->open = true;
	return 0;
}

static int
write_counter(struct store *s, const struct counter *c, struct err *err)
{
	return STORE_RUN(s, err, c->known ? SQL_COUNTER_SET : SQL_COUNTER_ADD,
	    sql_int(c->owner), sql_text(c->series), sql_int(c->value));
}

static int
write_counters(struct store *s, struct err *err)
{
	size_t i;

	for (i = 0; i < s->counter_count; i++)
		if (write_counter(s, &s->counters[i], err) < 0)
			return -1;
	s->counter_count = 0;
	return 0;
}

int
store_commit(struct store *s, struct err *err)
{
	if (s->dead) {
		err_set(err, EX_IOERR,
		    "store %s: its disk has failed, nothing of this is kept",
		    s->path);
	} else if (sqlite3_get_autocommit(s->db) != 0) {
		/* A fault before that its finder could live with. */
		err_set(err, EX_TEMPFAIL,
		    "store %s: out of memory or disk, nothing of this is kept; "
		    "try again",
		    s->path);
	} else if ((s->batch || write_counters(s, err) == 0) &&
		   commit(s, err) == 0) {
		s->open = false;
		return 0;
	}
	store_rollback(s);
	return -1;
}

void
store_rollback(struct store *s)
{
	struct err ignored;
	bool changed = sqlite3_total_changes(s->db) != s->changes;

	if (s->open && sqlite3_get_autocommit(s->db) == 0 &&
	    (changed || !s->batch))
		(void)execute(s, &ignored,
		    in_steps(s) ? "ROLLBACK TO step; RELEASE step"
				: "ROLLBACK");
	if (!s->batch || store_batch_lost(s))
		s->counter_count = 0;
	s->open = false;
}

/* --- Batches --- */

/*
 * Who waits for the lock looks for it ten times a second (sqlite3 3.40,
 * sqliteDefaultBusyCallback); batches end to end would leave no gap to be
 * found.
 */
static void
leave_turn(const struct store *s)
{
	int64_t left = s->turn + TURN_MS - monotonic_ms();
	struct timespec pause = {0, (long)left * 1000000L};

	if (left > 0 && left <= TURN_MS)
		nanosleep(&pause, NULL);
}

/* A rehearsal is one transaction as it is. */
int
store_batch_begin(struct store *s, struct err *err)
{
	if (s->mode == STORE_REHEARSE)
		return 0;
	leave_turn(s);
	sqlite3_wal_autocheckpoint(s->db, BATCH_LOG_PAGES);
	if (execute(s, err, "PRAGMA synchronous = NORMAL") < 0 ||
	    store_begin(s, err) < 0)
		return -1;
	s->open = false;
	s->batch = true;
	return 0;
}

/* SQLite too takes back a whole batch when the disk fails. */
bool
store_batch_lost(const struct store *s)
{
	return s->batch && sqlite3_get_autocommit(s->db);
}

int
store_batch_end(struct store *s, struct err *err)
{
	bool lost = store_batch_lost(s) && !s->dead;
	struct err ignored;
	int result = -1;

	if (s->mode == STORE_REHEARSE)
		return 0;
	s->batch = false;
	s->open = !lost;
	if (lost)
		err_set(err, EX_TEMPFAIL,
		    "store %s: what came last was taken back; try again",
		    s->path);
	else
		result = store_commit(s, err);
	s->turn = monotonic_ms();
	if (execute(s, &ignored, "PRAGMA synchronous = FULL") < 0)
		s->dead = true;
	return result;
}

/* What is not in the log any more was flushed when it went into the store. */
int
store_settle(struct store *s, struct err *err)
{
	sqlite3_file *log = NULL;
	int result = SQLITE_OK;

	if (s->mode == STORE_REHEARSE || s->mode == STORE_READ || s->dead)
		return 0;
	sqlite3_wal_autocheckpoint(s->db, LOG_PAGES);
	sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (log != NULL && log->pMethods != NULL)
		result = log->pMethods->xSync(log, SQLITE_SYNC_FULL);
	return result == SQLITE_OK ? 0 : fault(s, err, result, "flushing");
}

void
store_relax(struct store *s)
{
	struct err ignored;

	if (s->mode != STORE_WRITE || s->dead)
		return;
	/* Who commits next in full moves the log into the store. */
	sqlite3_wal_autocheckpoint(s->db, 0);
	(void)execute(s, &ignored, "PRAGMA synchronous = NORMAL");
}

/* --- Statements --- */

struct value
sql_null(void)
{
	return (struct value){.type = VALUE_NULL};
}

struct value
sql_int(int64_t number)
{
	return (struct value){.type = VALUE_INT, .number = number};
}

struct value
sql_text(const char *text)
{
	if (text == NULL)
		return sql_null();
	return (struct value){.type = VALUE_TEXT, .bytes = slice_of(text)};
}

struct value
sql_bytes(struct slice bytes)
{
	return (struct value){.type = VALUE_BYTES, .bytes = bytes};
}

/* keep: SQLITE_TRANSIENT when the values may be gone before the last step. */
static int
bind(sqlite3_stmt *stmt, int at, const struct value *v,
    sqlite3_destructor_type keep)
{
	const char *p = v->bytes.p == NULL ? "" : v->bytes.p;

	switch (v->type) {
	case VALUE_NULL:
		return sqlite3_bind_null(stmt, at);
	case VALUE_INT:
		return sqlite3_bind_int64(stmt, at, v->number);
	case VALUE_TEXT:
		return sqlite3_bind_text64(
		    stmt, at, p, v->bytes.len, keep, SQLITE_UTF8);
	case VALUE_BYTES:
		return sqlite3_bind_blob64(stmt, at, p, v->bytes.len, keep);
	}
	return SQLITE_MISUSE;
}

/* The prepared statement, from the cache when nobody is using it. */
static sqlite3_stmt *
take(struct store *s, enum sql sql)
{
	sqlite3_stmt *stmt = s->cached[sql];

	s->cached[sql] = NULL;
	if (stmt == NULL)
		sqlite3_prepare_v3(s->db, statements[sql].text, -1,
		    SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
	return stmt;
}

static void
give_back(struct store *s, enum sql sql, sqlite3_stmt *stmt)
{
	if (stmt == NULL)
		return;
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	if (s->cached[sql] == NULL)
		s->cached[sql] = stmt;
	else
		sqlite3_finalize(stmt);
}

bool
store_prepare(struct store *s)
{
	enum sql sql;

	if (s->prepared == sizeof(usual) / sizeof(usual[0]))
		return false;
	sql = usual[s->prepared++];
	give_back(s, sql, take(s, sql));
	return true;
}

static sqlite3_stmt *
start(struct store *s, struct err *err, enum sql sql, const struct value *v,
    size_t n, sqlite3_destructor_type keep)
{
	sqlite3_stmt *stmt = take(s, sql);
	size_t i;

	if (stmt == NULL) {
		fault(s, err, sqlite3_extended_errcode(s->db),
		    statements[sql].name);
		return NULL;
	}
	if ((size_t)sqlite3_bind_parameter_count(stmt) != n) {
		err_set(err, EX_SOFTWARE, "store: %s: %zu values for %d",
		    statements[sql].name, n,
		    sqlite3_bind_parameter_count(stmt));
		give_back(s, sql, stmt);
		return NULL;
	}
	for (i = 0; i < n; i++) {
		int result = bind(stmt, (int)i + 1, &v[i], keep);

		if (result == SQLITE_OK)
			continue;
		fault(s, err, result, statements[sql].name);
		give_back(s, sql, stmt);
		return NULL;
	}
	return stmt;
}

int
store_run(struct store *s, struct err *err, enum sql sql, const struct value *v,
    size_t n)
{
	sqlite3_stmt *stmt = start(s, err, sql, v, n, SQLITE_STATIC);
	int result;

	if (stmt == NULL)
		return -1;
	do {
		result = sqlite3_step(stmt);
	} while (result == SQLITE_ROW);
	if (result != SQLITE_DONE)
		fault(s, err, result, statements[sql].name);
	give_back(s, sql, stmt);
	return result == SQLITE_DONE ? sqlite3_changes(s->db) : -1;
}

struct rows *
store_query(struct store *s, enum sql sql, const struct value *v, size_t n)
{
	struct rows *r = mem_zeroed(sizeof(*r));

	r->store = s;
	r->sql = sql;
	r->stmt = start(s, &r->err, sql, v, n, SQLITE_TRANSIENT);
	return r;
}

bool
rows_next(struct rows *r)
{
	int result;

	if (r->stmt == NULL || r->err.code != 0)
		return false;
	result = sqlite3_step(r->stmt);
	if (result != SQLITE_ROW && result != SQLITE_DONE)
		fault(r->store, &r->err, result, statements[r->sql].name);
	return result == SQLITE_ROW;
}

int64_t
rows_int(struct rows *r, int column)
{
	return sqlite3_column_int64(r->stmt, column);
}

struct moment
rows_moment(struct rows *r, int column)
{
	return (struct moment){
	    rows_int(r, column), (int32_t)rows_int(r, column + 1)};
}

bool
rows_null(struct rows *r, int column)
{
	return sqlite3_column_type(r->stmt, column) == SQLITE_NULL;
}

struct slice
rows_bytes(struct rows *r, int column, struct arena *a)
{
	const void *p = sqlite3_column_blob(r->stmt, column);
	size_t n = (size_t)sqlite3_column_bytes(r->stmt, column);
	struct slice s = {NULL, 0};

	if (p == NULL || n == 0)
		return s;
	s.p = arena_dup(a, p, n);
	s.len = n;
	return s;
}

char *
rows_text(struct rows *r, int column, struct arena *a)
{
	const unsigned char *p;

	if (rows_null(r, column))
		return NULL;
	p = sqlite3_column_text(r->stmt, column);
	return arena_strndup(a, p == NULL ? "" : (const char *)p,
	    (size_t)sqlite3_column_bytes(r->stmt, column));
}

struct value
rows_value(struct rows *r, int column, struct arena *a)
{
	switch (sqlite3_column_type(r->stmt, column)) {
	case SQLITE_NULL:
		return sql_null();
	case SQLITE_INTEGER:
		return sql_int(rows_int(r, column));
	case SQLITE_BLOB:
		return sql_bytes(rows_bytes(r, column, a));
	default:
		return sql_text(rows_text(r, column, a));
	}
}

int
rows_columns(struct rows *r)
{
	return sqlite3_column_count(r->stmt);
}

void
rows_fail(struct rows *r, const struct err *why)
{
	r->err = *why;
}

int
rows_end(struct rows *r, struct err *err)
{
	int failed = r->err.code != 0 ? -1 : 0;

	if (failed < 0)
		*err = r->err;
	give_back(r->store, r->sql, r->stmt);
	free(r);
	return failed;
}

int
store_int(struct store *s, struct err *err, int64_t missing, int64_t *result,
    enum sql sql, const struct value *v, size_t n)
{
	struct rows *r = store_query(s, sql, v, n);

	*result = missing;
	if (rows_next(r) && !rows_null(r, 0))
		*result = rows_int(r, 0);
	return rows_end(r, err);
}

/* --- Owners and numbers --- */

static struct counter *
find_counter(struct store *s, int64_t owner, const char *series)
{
	size_t i;

	for (i = 0; i < s->counter_count; i++)
		if (s->counters[i].owner == owner &&
		    strcmp(s->counters[i].series, series) == 0)
			return &s->counters[i];
	return NULL;
}

static int
read_counter(
    struct store *s, int64_t owner, const char *series, struct err *err)
{
	struct counter c = {.owner = owner};
	int64_t value;

	if (strlen(series) >= SERIES_MOST)
		return err_set(
		    err, EX_SOFTWARE, "store: no such series: %s", series);
	strcpy(c.series, series);
	if (STORE_INT(s, err, 0, &value, SQL_COUNTER_GET, sql_int(owner),
		sql_text(series)) < 0 ||
	    (s->counter_count == COUNTERS && write_counters(s, err) < 0))
		return -1;
	c.known = value != 0;
	c.value = value;
	s->counters[s->counter_count++] = c;
	return 0;
}

/* Most transactions take several numbers of a series, a batch hundreds. */
int
store_number(struct store *s, int64_t owner, const char *series,
    int64_t *number, struct err *err)
{
	struct counter *c = find_counter(s, owner, series);

	if (c == NULL) {
		if (read_counter(s, owner, series, err) < 0)
			return -1;
		c = &s->counters[s->counter_count - 1];
	}
	*number = ++c->value;
	return 0;
}

static int
add_owner(struct store *s, const char *address, int64_t *owner, struct err *err)
{
	if (STORE_INT(s, err, 0, owner, SQL_OWNER_GET, sql_text(address)) < 0)
		return -1;
	if (*owner != 0)
		return 0;
	if (STORE_INT(s, err, 0, owner, SQL_OWNER_LAST, sql_int(0)) < 0)
		return -1;
	*owner += 1;
	return STORE_RUN(
	    s, err, SQL_OWNER_ADD, sql_int(*owner), sql_text(address));
}

int
store_owner(
    struct store *s, const char *address, int64_t *owner, struct err *err)
{
	if (STORE_INT(s, err, 0, owner, SQL_OWNER_GET, sql_text(address)) < 0)
		return -1;
	if (*owner != 0)
		return 0;
	if (s->mode == STORE_READ)
		return err_set(err, EX_CONFIG,
		    "store %s: knows no owner %s yet", s->path, address);
	if (store_in_transaction(s))
		return add_owner(s, address, owner, err);
	if (store_begin(s, err) < 0)
		return -1;
	if (add_owner(s, address, owner, err) >= 0)
		return store_commit(s, err);
	store_rollback(s);
	return -1;
}

/* --- For doctor --- */

static int
check_with(struct store *s, const char *sql, const char *good, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int result = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);
	const char *said = NULL;

	if (result == SQLITE_OK)
		result = sqlite3_step(stmt);
	if (result == SQLITE_ROW)
		said = (const char *)sqlite3_column_text(stmt, 0);
	if (result != SQLITE_ROW && result != SQLITE_DONE)
		fault(s, err, result, sql);
	else if (said != NULL && strcmp(said, good) != 0)
		err_set(err, EX_DATAERR,
		    "store %s: damaged: %s; keep the file and put a backup in "
		    "its place",
		    s->path, said);
	else
		err->code = 0;
	sqlite3_finalize(stmt);
	return err->code == 0 ? 0 : -1;
}

int
store_check(struct store *s, struct err *err)
{
	if (check_with(s, "PRAGMA quick_check(1)", "ok", err) < 0)
		return -1;
	return check_with(s, "PRAGMA foreign_key_check", "", err);
}
