/*
 * See intake.h.
 *
 * Nothing is parsed before a message is kept, save that its Message-ID is
 * looked for in the header, byte by byte.  Ids are compared as bytes; what is
 * not printable ASCII in one (RFC 5322 section 3.6.4 allows none) is '_'.
 */
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "cases/intake.h"
#include "cases/store.h"

enum {
	ID_MOST = 998, /* RFC 5322 section 2.1.1: a line */
	SAME_ID_MOST = 8 /* mails of one id that are compared */
};
enum { WAITS = 1, WAITS_PAST = 2 }; /* message.waiting */

static const char *const directions[] = {
    [FROM_COMPANY] = "company",
    [FROM_OWNER] = "owner",
    [FROM_PROMISED] = "promised",
    [FROM_OTHER] = "other",
    [FROM_COMMAND] = "command",
};

const char *
direction_name(enum direction d)
{
	return directions[d];
}

enum direction
direction_of(const char *name)
{
	size_t i;

	for (i = 0;
	     name != NULL && i < sizeof(directions) / sizeof(*directions); i++)
		if (strcmp(name, directions[i]) == 0)
			return (enum direction)i;
	return FROM_OTHER;
}

/* The id in the value of a Message-ID field: what stands between < and >. */
static char *
clean_id(struct arena *a, struct slice value)
{
	const char *open =
	    value.len == 0 ? NULL : memchr(value.p, '<', value.len);
	const char *close;
	char *id;
	size_t i;

	if (open != NULL) {
		value.len -= (size_t)(open + 1 - value.p);
		value.p = open + 1;
		close = value.len == 0 ? NULL : memchr(value.p, '>', value.len);
		if (close != NULL)
			value.len = (size_t)(close - value.p);
	}
	value = slice_trim(value);
	if (value.len == 0)
		return NULL;
	if (value.len > ID_MOST)
		value.len = ID_MOST;
	id = slice_dup(a, value);
	for (i = 0; i < value.len; i++)
		if (id[i] < '!' || id[i] > '~')
			id[i] = '_';
	return id;
}

static bool
continues(struct slice line)
{
	return line.len > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

/* The first Message-ID of the header; *body is what follows the header. */
static char *
scan_header(struct arena *a, struct slice raw, struct slice *body)
{
	static const char field[] = "message-id:";
	struct slice rest = raw, line, value = {NULL, 0};
	bool within = false;
	char *id = NULL;

	while (slice_line(&rest, &line) && line.len > 0) {
		if (within && continues(line))
			value.len = (size_t)(line.p + line.len - value.p);
		else
			within = false;
		if (value.p == NULL && slice_starts_nocase(line, field)) {
			value.p = line.p + strlen(field);
			value.len = line.len - strlen(field);
			within = true;
		}
	}
	*body = rest;
	if (value.p != NULL)
		id = clean_id(a, value);
	return id;
}

static bool
same(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

/*
 * The same body whichever way the mail came: an IMAP server ends lines with
 * CRLF, a Maildir with LF, an mbox adds an empty line.
 */
static bool
same_body(struct slice a, struct slice b)
{
	struct slice x, y;
	bool more;

	a = slice_trim(a);
	b = slice_trim(b);
	do {
		more = slice_line(&a, &x);
		if (slice_line(&b, &y) != more)
			return false;
	} while (more && same(x, y));
	return !more;
}

struct fresh {
	const struct arrival *arrival;
	const char *message_id;
	struct slice sha, body;
};

/* The message that this is a copy of; 0: none. */
static int
find_known(struct store *s, int64_t owner, const struct fresh *f,
    int64_t *message, struct err *err)
{
	const struct arrival *from = f->arrival;
	struct slice body;
	struct rows *r;

	*message = 0;
	if (from->uid != 0 &&
	    STORE_INT(s, err, 0, message, SQL_SIGHTING_BY_UID, sql_int(owner),
		sql_text(from->source), sql_int(from->uidvalidity),
		sql_int(from->uid)) < 0)
		return -1;
	if (*message == 0 && STORE_INT(s, err, 0, message, SQL_MESSAGE_BY_SHA,
				 sql_int(owner), sql_bytes(f->sha)) < 0)
		return -1;
	if (*message != 0 || f->message_id == NULL)
		return 0;
	r = STORE_QUERY(s, SQL_MESSAGE_BODIES, sql_int(owner),
	    sql_text(f->message_id), sql_int(SAME_ID_MOST));
	while (*message == 0 && rows_next(r)) {
		struct arena *other = arena_new();

		(void)scan_header(other, rows_bytes(r, 1, other), &body);
		if (same_body(body, f->body))
			*message = rows_int(r, 0);
		arena_free(other);
	}
	return rows_end(r, err);
}

static int
add_message(struct store *s, int64_t owner, const struct fresh *f,
    int64_t *message, struct err *err)
{
	if (store_number(s, owner, "message", message, err) < 0 ||
	    STORE_RUN(s, err, SQL_RAW_ADD, sql_int(owner), sql_bytes(f->sha),
		sql_bytes(f->arrival->raw)) < 0)
		return -1;
	return STORE_RUN(s, err, SQL_MESSAGE_ADD, sql_int(owner),
	    sql_int(*message), sql_bytes(f->sha), sql_text(f->message_id),
	    sql_int(f->arrival->received),
	    sql_int(f->arrival->past ? WAITS_PAST : WAITS));
}

static int
add_sighting(struct store *s, int64_t owner, const struct arrival *from,
    int64_t message, struct err *err)
{
	int64_t id;

	if (store_number(s, owner, "sighting", &id, err) < 0)
		return -1;
	return STORE_RUN(s, err, SQL_SIGHTING_ADD, sql_int(owner), sql_int(id),
	    sql_int(message), sql_text(from->source),
	    sql_int(from->uidvalidity), sql_int(from->uid),
	    sql_text(from->file), sql_int(from->received));
}

/* A source that is read again (import resumed) is no new sighting. */
static int
see_again(struct store *s, int64_t owner, const struct arrival *from,
    int64_t message, struct err *err)
{
	int64_t known;

	if (STORE_INT(s, err, 0, &known, SQL_SIGHTING_SAME, sql_int(owner),
		sql_int(message), sql_text(from->source),
		sql_int(from->uidvalidity), sql_int(from->uid),
		sql_text(from->file == NULL ? "" : from->file)) < 0)
		return -1;
	return known != 0 ? 0 : add_sighting(s, owner, from, message, err);
}

static int
keep(struct store *s, int64_t owner, const struct fresh *f, struct kept *kept,
    struct err *err)
{
	int64_t waiting;

	if (find_known(s, owner, f, &kept->message, err) < 0)
		return -1;
	kept->duplicate = kept->message != 0;
	kept->waiting = true;
	if (!kept->duplicate)
		return add_message(s, owner, f, &kept->message, err) < 0
			   ? -1
			   : add_sighting(
				 s, owner, f->arrival, kept->message, err);
	if (see_again(s, owner, f->arrival, kept->message, err) < 0 ||
	    STORE_INT(s, err, 0, &waiting, SQL_MESSAGE_WAITING, sql_int(owner),
		sql_int(kept->message)) < 0)
		return -1;
	kept->waiting = waiting != 0;
	return 0;
}

static int
finish(struct store *s, int result, struct err *err)
{
	if (result >= 0)
		return store_commit(s, err);
	store_rollback(s);
	return -1;
}

int
intake_keep(struct store *s, int64_t owner, const struct arrival *arrival,
    struct kept *kept, struct err *err)
{
	struct arena *a = arena_new();
	uint8_t sha[SHA256_SIZE];
	struct fresh f = {
	    .arrival = arrival,
	    .sha = {(const char *)sha, sizeof(sha)},
	};
	int result = -1;

	sha256(arrival->raw, sha);
	f.message_id = scan_header(a, arrival->raw, &f.body);
	if (store_begin(s, err) == 0)
		result = finish(s, keep(s, owner, &f, kept, err), err);
	if (result < 0)
		err_prefix(err, "keeping a message");
	arena_free(a);
	return result;
}

int
intake_seen(struct store *s, int64_t owner, const char *source,
    uint32_t uidvalidity, uint32_t uid, struct err *err)
{
	int64_t message;

	if (STORE_INT(s, err, 0, &message, SQL_SIGHTING_BY_UID, sql_int(owner),
		sql_text(source), sql_int(uidvalidity), sql_int(uid)) < 0)
		return -1;
	return message != 0;
}

int
intake_last_uid(struct store *s, int64_t owner, const char *source,
    uint32_t uidvalidity, uint32_t *uid, struct err *err)
{
	int64_t last;

	if (STORE_INT(s, err, 0, &last, SQL_SIGHTING_LAST_UID, sql_int(owner),
		sql_text(source), sql_int(uidvalidity)) < 0)
		return -1;
	*uid = (uint32_t)last;
	return 0;
}

int
intake_waiting(struct store *s, int64_t owner, struct arena *a, size_t most,
    int64_t **messages, size_t *n, struct err *err)
{
	struct rows *r = STORE_QUERY(s, SQL_MESSAGES_WAITING, sql_int(owner),
	    sql_int(INTAKE_TRIES), sql_int((int64_t)most));

	*messages = NULL;
	*n = 0;
	while (rows_next(r)) {
		*messages = arena_grow(a, *messages, *n, sizeof(**messages));
		(*messages)[(*n)++] = rows_int(r, 0);
	}
	return rows_end(r, err);
}

int
intake_given_up(struct store *s, int64_t owner, int64_t *count, struct err *err)
{
	return STORE_INT(s, err, 0, count, SQL_MESSAGES_GIVEN_UP,
		   sql_int(owner), sql_int(INTAKE_TRIES)) < 0
		   ? -1
		   : 0;
}

int
intake_try(struct store *s, int64_t owner, int64_t message, struct err *err)
{
	if (store_begin(s, err) < 0)
		return -1;
	return finish(s,
	    STORE_RUN(
		s, err, SQL_MESSAGE_TRY, sql_int(owner), sql_int(message)),
	    err);
}

int
intake_get(struct store *s, int64_t owner, int64_t message, struct arena *a,
    struct slice *raw, struct waits *waits, struct err *err)
{
	struct rows *r =
	    STORE_QUERY(s, SQL_RAW_GET, sql_int(owner), sql_int(message));
	bool found = rows_next(r);

	if (found) {
		*raw = rows_bytes(r, 0, a);
		waits->past = rows_int(r, 1) == WAITS_PAST;
		waits->tries = (int)rows_int(r, 2);
		waits->received = rows_int(r, 3);
	}
	if (rows_end(r, err) < 0)
		return -1;
	if (found)
		return 0;
	return err_set(
	    err, EX_DATAERR, "there is no message %lld", (long long)message);
}

int
intake_raw(struct store *s, int64_t owner, int64_t message, struct arena *a,
    struct slice *raw, struct err *err)
{
	struct waits waits;

	return intake_get(s, owner, message, a, raw, &waits, err);
}

int
intake_claim(struct store *s, int64_t owner, int64_t message, struct err *err)
{
	int64_t waiting;

	if (STORE_INT(s, err, 0, &waiting, SQL_MESSAGE_WAITING, sql_int(owner),
		sql_int(message)) < 0)
		return -1;
	return waiting != 0;
}

static char *
lines_of(struct arena *a, const struct strings *s)
{
	struct buf b = {0};
	size_t i;

	if (s->n == 0)
		return NULL;
	for (i = 0; i < s->n; i++)
		buf_printf(&b, "%s%s", i == 0 ? "" : "\n", s->v[i]);
	return buf_keep(&b, a);
}

static struct value
when(bool has, int64_t number)
{
	return has ? sql_int(number) : sql_null();
}

int
intake_describe(struct store *s, int64_t owner, int64_t message,
    const struct described *d, struct err *err)
{
	struct arena *a = arena_new();
	int changed = STORE_RUN(s, err, SQL_MESSAGE_DESCRIBE, sql_int(owner),
	    sql_int(message), sql_text(direction_name(d->direction)),
	    sql_text(d->from.addr), sql_text(d->from.name),
	    when(d->has_date, d->date.utc), when(d->has_date, d->date.offset),
	    sql_text(d->subject), sql_text(d->original_id),
	    sql_int(d->forwarded), sql_int(d->autoreply), sql_int(d->bulk),
	    sql_int(d->attachment), sql_text(d->client), sql_text(d->language),
	    sql_text(d->newest), sql_text(lines_of(a, &d->faults)),
	    sql_int(d->sent), sql_int(d->done));

	arena_free(a);
	return changed < 0 ? -1 : 0;
}

int
intake_done(struct store *s, int64_t owner, int64_t message, struct err *err)
{
	return STORE_RUN(s, err, SQL_MESSAGE_DONE, sql_int(owner),
		   sql_int(message)) < 0
		   ? -1
		   : 0;
}
