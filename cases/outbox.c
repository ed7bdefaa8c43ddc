/*
 * The outbox; see outbox.h.
 *
 * Every change of state is one UPDATE that names the state it comes from; that
 * it changed one row is checked, so that of two who try only one succeeds.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"

#include "cases/event.h"
#include "cases/outbox.h"

enum { RETRY_FIRST = 300, RETRY_MOST = 12 * 3600 };

static const char *const states[OUTBOX_STATES] = {
    "planned", "sending", "sent", "failed", "unknown", "dropped", "returned"};

const char *
outbox_state_name(enum outbox_state state)
{
	return states[state];
}

int
outbox_lock(const char *store_path, int64_t owner, int *fd, struct err *err)
{
	struct arena *a = arena_new();
	const char *path =
	    arena_printf(a, "%s.%" PRId64 ".sending", store_path, owner);
	int rc = 0;

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd == -1)
		rc = err_errno(err, "%s", path);
	else if (flock(*fd, LOCK_EX | LOCK_NB) == -1) {
		rc = errno == EWOULDBLOCK
			 ? err_set(err, EX_TEMPFAIL,
			       "another promised is sending mail just now")
			 : err_errno(err, "%s", path);
		close(*fd);
		*fd = -1;
	}
	arena_free(a);
	return rc;
}

/* Rows. */

static enum outbox_state
state_of(const char *name)
{
	for (int i = 0; i < OUTBOX_STATES; i++)
		if (strcmp(states[i], name) == 0)
			return (enum outbox_state)i;
	return OUTBOX_UNKNOWN; /* written by a newer version: do not touch */
}

static void
read_mail(struct rows *r, struct arena *a, struct outbox_mail *m)
{
	memset(m, 0, sizeof(*m));
	m->id = rows_int(r, 0);
	nudge_kind_of(rows_text(r, 1, a), &m->kind);
	m->case_number = (int)rows_int(r, 2);
	m->recipient = rows_text(r, 3, a);
	m->message_id = rows_text(r, 4, a);
	m->state = state_of(rows_text(r, 5, a));
	m->handed = rows_int(r, 6) != 0;
	m->attempts = (int)rows_int(r, 7);
	m->not_before = rows_int(r, 8);
	m->made = rows_int(r, 9);
	m->changed = rows_int(r, 10);
	m->raw = rows_bytes(r, 11, a);
	m->error = rows_text(r, 12, a);
}

/* All items of the rows; unknown kinds are left out. */
static void
read_items(struct rows *r, struct arena *a, struct nudge_item **v, size_t *n)
{
	while (rows_next(r)) {
		struct nudge_item item = {0};

		if (!nudge_kind_of(rows_text(r, 0, a), &item.kind))
			continue;
		item.case_number = (int)rows_int(r, 1);
		item.number = rows_int(r, 2);
		item.version = rows_text(r, 3, a);
		*v = arena_grow(a, *v, *n, sizeof(**v));
		(*v)[(*n)++] = item;
	}
}

static int
compare_items(const void *a, const void *b)
{
	return nudge_item_compare(a, b);
}

static int
load_items(struct store *s, int64_t owner, struct arena *a,
    struct outbox_mail *m, struct err *err)
{
	struct rows *r =
	    STORE_QUERY(s, SQL_OUTBOX_ITEMS, sql_int(owner), sql_int(m->id));

	read_items(r, a, &m->items, &m->item_count);
	if (m->item_count > 1)
		qsort(
		    m->items, m->item_count, sizeof(*m->items), compare_items);
	return rows_end(r, err) < 0 ? -1 : 0;
}

/* Takes the one row of a query; 1, 0 or -1. */
static int
one_mail(struct store *s, int64_t owner, struct arena *a, struct rows *r,
    struct outbox_mail *m, struct err *err)
{
	bool found = rows_next(r);

	if (found)
		read_mail(r, a, m);
	if (rows_end(r, err) < 0)
		return -1;
	if (found && load_items(s, owner, a, m, err) == -1)
		return -1;
	return found;
}

int
outbox_get(struct store *s, int64_t owner, struct arena *a, int64_t id,
    struct outbox_mail *m, struct err *err)
{
	int rc = one_mail(s, owner, a,
	    STORE_QUERY(s, SQL_OUTBOX_GET, sql_int(owner), sql_int(id)), m,
	    err);

	if (rc == 0)
		return err_set(err, EX_USAGE,
		    "there is no mail %" PRId64 " in the outbox", id);
	return rc == 1 ? 0 : -1;
}

static int
load_mails(struct store *s, int64_t owner, struct arena *a, struct rows *r,
    struct outbox_mail **v, size_t *n, struct err *err)
{
	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		*v = arena_grow(a, *v, *n, sizeof(**v));
		read_mail(r, a, &(*v)[(*n)++]);
	}
	if (rows_end(r, err) < 0)
		return -1;
	for (size_t i = 0; i < *n; i++)
		if (load_items(s, owner, a, &(*v)[i], err) == -1)
			return -1;
	return 0;
}

int
outbox_list(struct store *s, int64_t owner, struct arena *a,
    enum outbox_state state, struct outbox_mail **v, size_t *n, struct err *err)
{
	return load_mails(s, owner, a,
	    STORE_QUERY(s, SQL_OUTBOX_IN_STATE, sql_int(owner),
		sql_text(states[state])),
	    v, n, err);
}

int
outbox_unfiled(struct store *s, int64_t owner, struct arena *a,
    struct slice *raw, struct err *err)
{
	struct rows *r = STORE_QUERY(s, SQL_FOLLOW_UPS_UNFILED, sql_int(owner));
	bool found = rows_next(r);

	if (found)
		*raw = rows_bytes(r, 0, a);
	return rows_end(r, err) < 0 ? -1 : found;
}

/* Adding. */

int
outbox_number(struct store *s, int64_t owner, int64_t *id, struct err *err)
{
	return store_number(s, owner, "outbox", id, err);
}

int
outbox_said(struct store *s, int64_t owner, const struct nudge_item *item,
    struct err *err)
{
	int64_t mail;

	if (STORE_INT(s, err, 0, &mail, SQL_OUTBOX_ITEM_GET, sql_int(owner),
		sql_text(nudge_kind_name(item->kind)),
		sql_int(item->case_number), sql_int(item->number),
		sql_text(item->version)) == -1)
		return -1;
	return mail != 0;
}

static int
add_item(struct store *s, int64_t owner, const struct outbox_mail *m,
    const struct nudge_item *item, struct err *err)
{
	int said = outbox_said(s, owner, item, err);

	if (said == 1)
		return err_set(err, EX_SOFTWARE,
		    "%s %d.%" PRId64 " %s is in the outbox already",
		    nudge_kind_name(item->kind), item->case_number,
		    item->number, item->version);
	return said == -1 ||
		       STORE_RUN(s, err, SQL_OUTBOX_ITEM_ADD, sql_int(owner),
			   sql_text(nudge_kind_name(item->kind)),
			   sql_int(item->case_number), sql_int(item->number),
			   sql_text(item->version), sql_int(m->id)) < 0
		   ? -1
		   : 0;
}

int
outbox_add(struct store *s, int64_t owner, const struct outbox_mail *m,
    int64_t now, struct err *err)
{
	if (STORE_RUN(s, err, SQL_OUTBOX_ADD, sql_int(owner), sql_int(m->id),
		sql_text(nudge_kind_name(m->kind)), sql_int(m->case_number),
		sql_text(m->recipient), sql_text(m->message_id),
		sql_int(m->not_before), sql_int(now), sql_bytes(m->raw)) < 0)
		return -1;
	for (size_t i = 0; i < m->item_count; i++)
		if (add_item(s, owner, m, &m->items[i], err) == -1)
			return -1;
	return 0;
}

/* The next one. */

/* What went out in the last day, or may have. */
struct gone {
	enum nudge_kind kind;
	int case_number;
	const char *recipient;
	int64_t at;
};

static int
load_gone(struct store *s, int64_t owner, struct arena *a, int64_t now,
    struct gone **v, size_t *n, struct err *err)
{
	struct rows *r = STORE_QUERY(
	    s, SQL_OUTBOX_GONE_SINCE, sql_int(owner), sql_int(now - NUDGE_DAY));

	*v = NULL;
	*n = 0;
	while (rows_next(r)) {
		struct gone g = {0};

		nudge_kind_of(rows_text(r, 0, a), &g.kind);
		g.case_number = (int)rows_int(r, 1);
		g.recipient = rows_text(r, 2, a);
		g.at = rows_int(r, 3);
		*v = arena_grow(a, *v, *n, sizeof(**v));
		(*v)[(*n)++] = g;
	}
	return rows_end(r, err) < 0 ? -1 : 0;
}

/* Would this mail break a ceiling? */
static bool
is_held(const struct outbox_mail *m, const struct gone *gone, size_t n)
{
	size_t scheduled = 0;

	if (n >= NUDGE_ALL_MOST)
		return true;
	if (!nudge_scheduled(m->kind))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!nudge_scheduled(gone[i].kind))
			continue;
		scheduled++;
		if (gone[i].case_number == m->case_number &&
		    strcmp(gone[i].recipient, m->recipient) == 0)
			return true;
	}
	return scheduled >= NUDGE_SCHEDULED_MOST;
}

int
outbox_next(struct store *s, int64_t owner, struct arena *a, int64_t now,
    bool scheduled, struct outbox_mail *m, size_t *held, struct err *err)
{
	struct outbox_mail *v;
	struct gone *gone;
	size_t n, gone_count, holding = 0;
	const struct outbox_mail *found = NULL;

	if (load_gone(s, owner, a, now, &gone, &gone_count, err) == -1 ||
	    load_mails(s, owner, a,
		STORE_QUERY(s, SQL_OUTBOX_DUE, sql_int(owner), sql_int(now)),
		&v, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		bool is = is_held(&v[i], gone, gone_count);

		if (!scheduled && nudge_scheduled(v[i].kind))
			continue;

		holding += is;
		if (!is && found == NULL)
			found = &v[i];
	}
	if (held != NULL)
		*held = holding;
	if (found == NULL)
		return 0;
	*m = *found;
	return 1;
}

int
outbox_overtakable(struct store *s, int64_t owner, int64_t now, bool scheduled,
    bool *is, struct err *err)
{
	int64_t n;

	if (STORE_INT(s, err, 0, &n, SQL_OUTBOX_OVERTAKABLE, sql_int(owner),
		sql_int(now), sql_int(scheduled)) < 0)
		return -1;
	*is = n > 0;
	return 0;
}

int
outbox_next_time(struct store *s, int64_t owner, int64_t *when, struct err *err)
{
	struct rows *r = STORE_QUERY(s, SQL_OUTBOX_NEXT_TIME, sql_int(owner));

	*when = INT64_MAX;
	if (rows_next(r) && !rows_null(r, 0))
		*when = rows_int(r, 0);
	return rows_end(r, err) < 0 ? -1 : 0;
}

int
outbox_rewrite(struct store *s, int64_t owner, int64_t id, struct slice raw,
    struct err *err)
{
	return STORE_RUN(s, err, SQL_OUTBOX_RAW, sql_int(owner), sql_int(id),
		   sql_bytes(raw)) < 0
		   ? -1
		   : 0;
}

/* Transitions. */

/* "lapse 12.1 12.3": for the log and the timeline. */
static char *
describe(struct arena *a, const struct outbox_mail *m)
{
	struct buf out = {0};

	buf_puts(&out, nudge_kind_name(m->kind));
	for (size_t i = 0; i < m->item_count; i++)
		if (m->items[i].number > 0 && nudge_scheduled(m->kind))
			buf_printf(&out, " %d.%" PRId64,
			    m->items[i].case_number, m->items[i].number);
	return buf_keep(&out, a);
}

/* One line on the timeline of its case; of no case, in the log. */
static int
note(struct store *s, int64_t owner, const struct outbox_mail *m,
    enum outbox_state state, const char *why, int64_t now, struct err *err)
{
	struct arena *a = arena_new();
	char *text = describe(a, m);
	int rc = 0;

	if (why != NULL)
		text = arena_printf(a, "%s: %s", text, why);
	if (state == OUTBOX_FAILED || state == OUTBOX_UNKNOWN ||
	    state == OUTBOX_RETURNED)
		log_warn("mail %" PRId64 " to %s: %s: %s", m->id, m->recipient,
		    states[state], text);
	if (m->case_number > 0)
		rc = event_note(s, owner, m->case_number, ACTOR_PROMISED,
		    states[state], text, 0, now, err);
	arena_free(a);
	return rc;
}

/* m is as it was read; to, handed and the rest as they shall be. */
static int
move(struct store *s, int64_t owner, const struct outbox_mail *m,
    const struct outbox_mail *to, int64_t now, struct err *err)
{
	int n = STORE_RUN(s, err, SQL_OUTBOX_TO, sql_int(owner), sql_int(m->id),
	    sql_text(states[m->state]), sql_text(states[to->state]),
	    sql_int(to->handed), sql_int(to->attempts), sql_int(to->not_before),
	    sql_int(now), sql_text(to->error));

	if (n == 0)
		return err_set(err, EX_TEMPFAIL,
		    "mail %" PRId64 " is no longer %s", m->id,
		    states[m->state]);
	return n < 0 ? -1 : 0;
}

/* To a state that ends the matter, or seems to. */
static int
settle(struct store *s, int64_t owner, const struct outbox_mail *m,
    enum outbox_state state, const char *why, int64_t now, struct err *err)
{
	struct outbox_mail to = *m;

	to.state = state;
	to.error = why;
	if (move(s, owner, m, &to, now, err) == -1)
		return -1;
	return note(s, owner, m, state, why, now, err);
}

int
outbox_drop_item(struct store *s, int64_t owner, int64_t id,
    const struct nudge_item *item, struct err *err)
{
	return STORE_RUN(s, err, SQL_OUTBOX_ITEM_DROP, sql_int(owner),
		   sql_int(id), sql_text(nudge_kind_name(item->kind)),
		   sql_int(item->case_number), sql_int(item->number),
		   sql_text(item->version)) < 0
		   ? -1
		   : 0;
}

int
outbox_drop(struct store *s, int64_t owner, const struct outbox_mail *m,
    const char *why, int64_t now, struct err *err)
{
	if (STORE_RUN(s, err, SQL_OUTBOX_ITEMS_DROP, sql_int(owner),
		sql_int(m->id)) < 0)
		return -1;
	return settle(s, owner, m, OUTBOX_DROPPED, why, now, err);
}

int
outbox_sending(struct store *s, int64_t owner, const struct outbox_mail *m,
    int64_t now, struct err *err)
{
	struct outbox_mail to = *m;

	to.state = OUTBOX_SENDING;
	to.handed = false;
	to.attempts++;
	return move(s, owner, m, &to, now, err);
}

int
outbox_handed(struct store *s, int64_t owner, int64_t id, struct err *err)
{
	int n =
	    STORE_RUN(s, err, SQL_OUTBOX_HANDED, sql_int(owner), sql_int(id));

	if (n == 0)
		return err_set(
		    err, EX_SOFTWARE, "mail %" PRId64 " is not being sent", id);
	return n < 0 ? -1 : 0;
}

/* The mail that this process is sending. */
static int
get_sending(struct store *s, int64_t owner, struct arena *a, int64_t id,
    struct outbox_mail *m, struct err *err)
{
	if (outbox_get(s, owner, a, id, m, err) == -1)
		return -1;
	if (m->state != OUTBOX_SENDING)
		return err_set(err, EX_SOFTWARE,
		    "mail %" PRId64 " is not being sent but %s", id,
		    states[m->state]);
	return 0;
}

static int
settle_sending(struct store *s, int64_t owner, int64_t id,
    enum outbox_state state, const char *why, int64_t now, struct err *err)
{
	struct arena *a = arena_new();
	struct outbox_mail m = {0};
	int rc = get_sending(s, owner, a, id, &m, err);

	if (rc == 0)
		rc = settle(s, owner, &m, state, why, now, err);
	arena_free(a);
	return rc;
}

int
outbox_sent(
    struct store *s, int64_t owner, int64_t id, int64_t now, struct err *err)
{
	return settle_sending(s, owner, id, OUTBOX_SENT, NULL, now, err);
}

/* Better twice than never, but for what others get. */
static bool
goes_once(const struct outbox_mail *m)
{
	return m->kind == NUDGE_FOLLOW_UP;
}

static int64_t
retry_delay(int attempts)
{
	int64_t delay = RETRY_FIRST;

	while (--attempts > 0 && delay < RETRY_MOST)
		delay *= 2;
	return delay < RETRY_MOST ? delay : RETRY_MOST;
}

int
outbox_failed(struct store *s, int64_t owner, int64_t id, bool for_good,
    const char *error, int64_t now, struct err *err)
{
	struct arena *a = arena_new();
	struct outbox_mail m = {0}, to;
	int rc = get_sending(s, owner, a, id, &m, err);

	if (rc == 0 && (for_good || m.attempts >= OUTBOX_TRIES))
		rc = settle(s, owner, &m, OUTBOX_FAILED, error, now, err);
	else if (rc == 0) {
		to = m;
		to.state = OUTBOX_PLANNED;
		to.handed = false;
		to.not_before = now + retry_delay(m.attempts);
		to.error = error;
		rc = move(s, owner, &m, &to, now, err);
	}
	arena_free(a);
	return rc;
}

int
outbox_unknown(struct store *s, int64_t owner, int64_t id, const char *error,
    int64_t now, struct err *err)
{
	struct arena *a = arena_new();
	struct outbox_mail m = {0};
	bool once = true;
	int rc = get_sending(s, owner, a, id, &m, err);

	if (rc == 0)
		once = goes_once(&m);
	arena_free(a);
	if (rc == 0 && !once)
		return outbox_failed(s, owner, id, false, error, now, err);
	return settle_sending(s, owner, id, OUTBOX_UNKNOWN, error, now, err);
}

static int
recover_one(struct store *s, int64_t owner, const struct outbox_mail *m,
    int64_t now, struct err *err)
{
	struct outbox_mail to = *m;

	if (m->handed && goes_once(m))
		return settle(s, owner, m, OUTBOX_UNKNOWN,
		    "promised ended before the answer came", now, err);
	if (m->attempts >= OUTBOX_TRIES)
		return settle(s, owner, m, OUTBOX_FAILED,
		    "promised ended each time that it was sent", now, err);
	to.state = OUTBOX_PLANNED;
	to.handed = false;
	to.not_before = now;
	return move(s, owner, m, &to, now, err);
}

int
outbox_recover(struct store *s, int64_t owner, int64_t now, struct err *err)
{
	struct arena *a = arena_new();
	struct outbox_mail *v = NULL;
	size_t n = 0;
	int unknown = 0;
	int rc = outbox_list(s, owner, a, OUTBOX_SENDING, &v, &n, err);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = recover_one(s, owner, &v[i], now, err);
		unknown += v[i].handed && goes_once(&v[i]);
	}
	arena_free(a);
	return rc == 0 ? unknown : -1;
}

int
outbox_seen(struct store *s, int64_t owner, const char *message_id, int64_t now,
    struct err *err)
{
	struct arena *a = arena_new();
	struct outbox_mail m = {0};
	int rc = one_mail(s, owner, a,
	    STORE_QUERY(
		s, SQL_OUTBOX_FIND, sql_int(owner), sql_text(message_id)),
	    &m, err);

	if (rc == 1 &&
	    (m.state == OUTBOX_UNKNOWN || m.state == OUTBOX_FAILED) &&
	    settle(s, owner, &m, OUTBOX_SENT, "seen in a mailbox", now, err) ==
		-1)
		rc = -1;
	arena_free(a);
	return rc;
}

int
outbox_returned(struct store *s, int64_t owner, struct arena *a,
    const char *message_id, const char *why, int64_t now, struct outbox_mail *m,
    struct err *err)
{
	int rc = one_mail(s, owner, a,
	    STORE_QUERY(
		s, SQL_OUTBOX_FIND, sql_int(owner), sql_text(message_id)),
	    m, err);

	if (rc != 1)
		return rc;
	if (m->state != OUTBOX_SENT && m->state != OUTBOX_UNKNOWN)
		return 0;
	return settle(s, owner, m, OUTBOX_RETURNED, why, now, err) == -1 ? -1
									 : 1;
}

int
outbox_again(
    struct store *s, int64_t owner, int64_t id, int64_t now, struct err *err)
{
	struct arena *a = arena_new();
	struct outbox_mail m = {0}, to;
	int rc = outbox_get(s, owner, a, id, &m, err);

	if (rc == 0 && m.state != OUTBOX_UNKNOWN && m.state != OUTBOX_FAILED &&
	    m.state != OUTBOX_RETURNED)
		rc = err_set(err, EX_USAGE, "mail %" PRId64 " is %s", id,
		    states[m.state]);
	if (rc == 0) {
		to = m;
		to.state = OUTBOX_PLANNED;
		to.handed = false;
		to.attempts = 0;
		to.not_before = now;
		rc = move(s, owner, &m, &to, now, err);
	}
	arena_free(a);
	return rc;
}

/* For the planner. */

/* What is planned counts as gone now, so that it is not planned for again. */
static int
load_planned(struct store *s, int64_t owner, struct arena *a, int64_t now,
    struct nudge_gone **v, size_t *n, struct err *err)
{
	struct outbox_mail *mails;
	size_t count;

	if (outbox_list(s, owner, a, OUTBOX_PLANNED, &mails, &count, err) == -1)
		return -1;
	for (size_t i = 0; i < count; i++) {
		*v = arena_grow(a, *v, *n, sizeof(**v));
		(*v)[(*n)++] = (struct nudge_gone){
		    mails[i].kind, mails[i].case_number, now};
	}
	return 0;
}

int
outbox_history(struct store *s, int64_t owner, struct arena *a, int64_t now,
    struct nudge_ledger *ledger, struct err *err)
{
	struct nudge_item *said = NULL;
	struct nudge_gone *out = NULL;
	struct gone *gone;
	size_t n = 0, gone_count, out_count = 0;
	struct rows *r =
	    STORE_QUERY(s, SQL_OUTBOX_ITEMS_SCHEDULED, sql_int(owner));

	read_items(r, a, &said, &n);
	if (rows_end(r, err) < 0 ||
	    load_gone(s, owner, a, now, &gone, &gone_count, err) == -1 ||
	    load_planned(s, owner, a, now, &out, &out_count, err) == -1)
		return -1;
	if (n > 0)
		qsort(said, n, sizeof(*said), compare_items);
	for (size_t i = 0; i < gone_count; i++) {
		out = arena_grow(a, out, out_count, sizeof(*out));
		out[out_count++] = (struct nudge_gone){
		    gone[i].kind, gone[i].case_number, gone[i].at};
	}
	ledger->said = said;
	ledger->said_count = n;
	ledger->gone = out;
	ledger->gone_count = out_count;
	return 0;
}
