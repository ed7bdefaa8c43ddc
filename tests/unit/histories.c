/*
 * Random lives of a case: whatever comes, in whatever order, obligations go
 * only along the picture, a chaser resets nothing, undo restores what was, and
 * the order in which mail arrives does not matter.  And a holiday more makes
 * nothing due earlier.
 *
 * HISTORIES says how many (make histories: 100,000), SEED where to begin; a
 * failure names the seed of its history.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "cases/case.h"
#include "cases/event.h"
#include "cases/intake.h"
#include "cases/ledger.h"
#include "cases/obligation.h"
#include "cases/store.h"
#include "cases/thread.h"

enum {
	EVENTS_MOST = 10,
	FOUND_MOST = 2,
	SIGNALS_MOST = 4,
	STORE_FOR = 500, /* histories, then a fresh one */
	HISTORIES = 1000
};

static struct calendars *calendars;
static struct thread_words *words;
static struct arena *forever;
static char folder[60];
static struct err err;
static uint64_t seed, state;

/* splitmix64: small, and the same everywhere. */
static uint64_t
next(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int
below(int n)
{
	return (int)(next() % (uint64_t)n);
}

#define DIE(...)                                                            \
	do {                                                                \
		fprintf(stderr, "# seed %llu: ", (unsigned long long)seed); \
		fprintf(stderr, __VA_ARGS__);                               \
		fputc('\n', stderr);                                        \
		fail();                                                     \
	} while (0)

static void
check(int result)
{
	if (result < 0)
		DIE("%s", err.text);
}

/* --- What may happen --- */

struct mail {
	int id;
	enum direction direction;
	struct moment date;
	bool autoreply, attachment;
	struct obligation_found found[FOUND_MOST];
	struct signal_found signals[SIGNALS_MOST];
	struct findings findings;
	char text[200];
};

static const char *const quotes[] = {
    [ACTION_REFUND] = "We will refund you",
    [ACTION_REPLY] = "We will write to you",
    [ACTION_DELIVER] = "We will deliver the parcel",
    [ACTION_PROVIDE] = "Please send us the papers",
    [ACTION_OTHER] = "",
};

/* Of how a time is said; for mail in any order each date is another. */
static const struct {
	const char *expr;
	bool vague, condition;
} times[] = {{"+5bd", false, false}, {"+3bd", false, false},
    {"+14d", false, false}, {"+1d", false, false}, {"+10d", false, false},
    {NULL, false, false}, {NULL, true, false}, {"+5d event", false, true}};

static void
add_promise(struct mail *m, enum action action)
{
	struct obligation_found *o = &m->found[m->findings.obligation_count++];
	size_t i = (size_t)below(sizeof(times) / sizeof(times[0]));

	*o = (struct obligation_found){.who = WHO_COMPANY,
	    .kind = KIND_PROMISE,
	    .action = action,
	    .expr = times[i].expr,
	    .phrase = times[i].expr,
	    .vague = times[i].vague,
	    .condition = times[i].condition,
	    .rule = "test",
	    .quote = quotes[action]};
}

static void
add_signal(struct mail *m, const char *name)
{
	m->signals[m->findings.signal_count++] =
	    (struct signal_found){.name = name};
}

/* "Your refund has been sent." */
static void
add_done(struct mail *m)
{
	const char *text = below(2) == 0 ? "Your refund has been sent."
					 : "We delivered the parcel.";

	strcpy(m->text, text);
	m->signals[m->findings.signal_count++] = (struct signal_found){
	    .name = "resolution", .start = 0, .end = strlen(text)};
}

static void
from_company(struct mail *m)
{
	static const char *const said[] = {"apology", "delay",
	    "acknowledgement", "offer", "information_request"};
	static const enum action actions[] = {
	    ACTION_REFUND, ACTION_REPLY, ACTION_DELIVER};

	m->direction = FROM_COMPANY;
	m->findings.sender = WHO_COMPANY;
	m->autoreply = below(5) == 0;
	if (m->autoreply)
		add_signal(m, "autoreply");
	else if (below(2) == 0)
		add_signal(m, said[below(5)]);
	if (!m->autoreply && below(4) == 0)
		add_done(m);
	if (below(3) > 0)
		add_promise(m, actions[below(3)]);
	if (below(12) == 0)
		m->found[m->findings.obligation_count++] =
		    (struct obligation_found){.who = WHO_CUSTOMER,
			.kind = KIND_DEADLINE,
			.action = ACTION_PROVIDE,
			.expr = "+14d",
			.phrase = "+14d",
			.rule = "test",
			.quote = quotes[ACTION_PROVIDE]};
}

/* A mail of a day, as the rules would have read it. */
static void
make_mail(struct mail *m, int id, int day)
{
	int who = below(10);

	memset(m, 0, sizeof(*m));
	m->id = id;
	m->date = moment_at(20514 + day, 9 * 3600 + below(8 * 3600), 0);
	m->findings.language = "en";
	m->findings.anchor = m->date;
	if (who < 6) {
		from_company(m);
	} else if (who < 9) {
		m->direction = FROM_OWNER;
		m->findings.sender = WHO_CUSTOMER;
		m->attachment = below(3) == 0;
	} else {
		m->direction = FROM_OTHER;
		m->findings.sender = WHO_COMPANY;
		add_promise(m, ACTION_REFUND);
	}
}

/* The lists lie in the mail itself, which may have been copied. */
static const struct findings *
findings_of(struct mail *m)
{
	m->findings.obligations = m->found;
	m->findings.signals = m->signals;
	return &m->findings;
}

/* --- One case of one owner --- */

struct life {
	struct store *store;
	struct arena *arena;
	int64_t owner;
	int case_number;
	int64_t now; /* when things are recorded */
};

static void
receive(struct life *l, struct mail *m)
{
	static const struct party company = {.addr = "care@acme.example",
	    .name = "Acme",
	    .domain = "acme.example"};
	static const struct party owner = {
	    .addr = "sam@x.example", .domain = "x.example", .owner = true};
	static const struct party stranger = {
	    .addr = "x@evil.example", .domain = "evil.example"};
	struct party other = m->direction == FROM_OWNER ? company : owner;
	char *raw =
	    arena_printf(l->arena, "Message-ID: <%d@h>\n\n%d", m->id, m->id);
	struct arrival arrival = {.source = "history", .raw = slice_of(raw)};
	struct described d = {.has_date = true,
	    .date = m->date,
	    .direction = m->direction,
	    .autoreply = m->autoreply,
	    .attachment = m->attachment,
	    .subject = "Refund",
	    .newest = m->text};
	struct placing in = {.subject = "Refund",
	    .region = "GB",
	    .direction = m->direction,
	    .date = m->date,
	    .text = m->text,
	    .others = &other,
	    .other_count = 1,
	    .findings = findings_of(m)};
	struct placement p = {.by = PLACED_NUMBER,
	    .number = l->case_number,
	    .company = "acme.example",
	    .why = "told so"};
	struct said said = {.direction = m->direction,
	    .date = m->date,
	    .autoreply = m->autoreply,
	    .attachment = m->attachment,
	    .findings = &m->findings};
	struct applied applied;
	struct kept kept;

	check(intake_keep(l->store, l->owner, &arrival, &kept, &err));
	in.message = said.message = kept.message;
	in.message_id = arena_printf(l->arena, "%d@h", m->id);
	in.from = m->direction == FROM_OWNER   ? owner
		  : m->direction == FROM_OTHER ? stranger
					       : company;
	if (l->case_number == 0)
		p.by = PLACED_NEW;
	check(store_begin(l->store, &err));
	check(intake_describe(l->store, l->owner, kept.message, &d, &err));
	check(thread_file(
	    l->store, l->owner, l->arena, words, &in, &p, l->now, &err));
	said.case_number = l->case_number = p.number;
	check(obligations_apply(l->store, l->owner, l->arena, calendars, &said,
	    l->now, &applied, &err));
	check(intake_done(l->store, l->owner, kept.message, &err));
	check(store_commit(l->store, &err));
}

/* --- What must hold --- */

struct listed {
	struct obligation *v;
	size_t n;
};

static struct listed
look(struct life *l)
{
	struct listed t;

	check(obligations_load(
	    l->store, l->owner, l->arena, l->case_number, &t.v, &t.n, &err));
	return t;
}

static const struct obligation *
numbered(const struct listed *t, int number)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].number == number)
			return &t->v[i];
	return NULL;
}

static bool
is_waiting(const struct obligation *o)
{
	return o->condition && o->due.precision == DUE_NONE;
}

/* Links go both ways and forwards in time, slips are counted along them. */
static void
check_chains(const struct listed *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct obligation *o = &t->v[i];
		const struct obligation *to = numbered(t, o->slipped_to);
		const struct obligation *of = numbered(t, o->slips_of);

		if ((o->slipped_to != 0) != (to != NULL) ||
		    (o->slips_of != 0) != (of != NULL) ||
		    (o->stored == STATE_SLIPPED && to == NULL))
			DIE("%d leads nowhere", o->number);
		if (to != NULL &&
		    (to->slips_of != o->number || to->said.utc < o->said.utc ||
			to->slips < o->slips))
			DIE("%d and %d do not fit", o->number, to->number);
		if (of == NULL && o->slips != 0)
			DIE("%d slipped from nothing", o->number);
		if (o->stored > STATE_BROKEN)
			DIE("%d is stored as %s", o->number,
			    obligation_state_name(o->stored));
		if ((o->stored == STATE_KEPT || o->stored == STATE_SLIPPED) !=
			o->has_settled &&
		    o->stored != STATE_VOID && o->stored != STATE_BROKEN)
			DIE("%d: %s, settled %d", o->number,
			    obligation_state_name(o->stored), o->has_settled);
		if ((o->stored == STATE_WAITING) != is_waiting(o) &&
		    (o->stored == STATE_OPEN || o->stored == STATE_WAITING))
			DIE("%d waits for nothing, or does not wait",
			    o->number);
	}
}

/* As time goes by an open one lapses once, and nothing else moves. */
static void
check_time(const struct listed *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct obligation *o = &t->v[i];
		enum obligation_state was = STATE_OPEN, is;

		for (int day = -5; day < 60; day += 5) {
			int64_t now = o->said.utc + day * INT64_C(86400);

			is = obligation_state_at(o, now, 0);
			if (is == STATE_LAPSED &&
			    (o->due.precision == DUE_NONE ||
				now <= due_last(o->due, 0)))
				DIE("%d lapsed before its day", o->number);
			if (day > -5 && is != was &&
			    !(was == STATE_OPEN && is == STATE_LAPSED))
				DIE("%d: %s became %s with time alone",
				    o->number, obligation_state_name(was),
				    obligation_state_name(is));
			was = is;
		}
	}
}

/* The picture of the states; rows what was, columns what is. */
static bool
may_become(enum obligation_state was, enum obligation_state is, bool owner)
{
	if (was == is)
		return true;
	switch (was) {
	case STATE_OPEN:
	case STATE_WAITING:
		return is == STATE_KEPT || (!owner && is == STATE_SLIPPED) ||
		       (owner && (is == STATE_VOID || is == STATE_BROKEN ||
				     is == STATE_OPEN));
	case STATE_KEPT:
		return owner ? is == STATE_OPEN || is == STATE_WAITING ||
				   is == STATE_VOID
			     : false;
	case STATE_SLIPPED:
		return owner && is == STATE_VOID;
	case STATE_BROKEN:
		return owner && (is == STATE_OPEN || is == STATE_WAITING ||
				    is == STATE_KEPT || is == STATE_VOID);
	case STATE_VOID:
		return owner && (is == STATE_OPEN || is == STATE_WAITING);
	case STATE_LAPSED:
	case STATE_LATE:
	case STATE_PAUSED:
		break;
	}
	return false;
}

static void
check_step(const struct listed *was, const struct listed *is, bool owner)
{
	for (size_t i = 0; i < was->n; i++) {
		const struct obligation *o = numbered(is, was->v[i].number);

		if (o == NULL) {
			DIE("%d is gone", was->v[i].number);
			return;
		}
		if (!may_become(was->v[i].stored, o->stored, owner))
			DIE("%d: %s became %s", o->number,
			    obligation_state_name(was->v[i].stored),
			    obligation_state_name(o->stored));
	}
	check_chains(is);
	check_time(is);
}

static bool
same(const struct obligation *a, const struct obligation *b)
{
	char x[DATE_ROOM], y[DATE_ROOM];

	return b != NULL && a->stored == b->stored &&
	       a->due.precision == b->due.precision &&
	       (a->due.precision == DUE_NONE ||
		   strcmp(due_print(a->due, x), due_print(b->due, y)) == 0) &&
	       a->slips == b->slips && a->slips_of == b->slips_of &&
	       a->slipped_to == b->slipped_to && a->anchor.utc == b->anchor.utc;
}

/* A chaser of the owner moves nothing that the company owes. */
static void
check_chaser(const struct listed *was, const struct listed *is)
{
	if (is->n != was->n)
		DIE("a chaser made an obligation");
	for (size_t i = 0; i < was->n; i++)
		if (was->v[i].who == WHO_COMPANY &&
		    !same(&was->v[i], numbered(is, was->v[i].number)))
			DIE("a chaser moved %d", was->v[i].number);
}

/* --- All rows of an owner, by a second pair of eyes --- */

static sqlite3 *eyes;

static void
dump_table(const char *table, int64_t owner, struct buf *out)
{
	char sql[200];
	sqlite3_stmt *s;

	snprintf(sql, sizeof(sql),
	    "SELECT * FROM \"%s\" WHERE owner = %lld ORDER BY 1, 2, 3", table,
	    (long long)owner);
	assert_int_equal(
	    sqlite3_prepare_v2(eyes, sql, -1, &s, NULL), SQLITE_OK);
	buf_printf(out, "[%s]\n", table);
	while (sqlite3_step(s) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(s); i++)
			buf_printf(out, "%s|",
			    sqlite3_column_type(s, i) == SQLITE_BLOB
				? "blob"
				: (const char *)sqlite3_column_text(s, i));
		buf_putc(out, '\n');
	}
	sqlite3_finalize(s);
}

/* But the events themselves, and the numbers that are never given twice. */
static char *
dump(struct life *l)
{
	struct buf out = {0};
	sqlite3_stmt *s;

	assert_int_equal(sqlite3_prepare_v2(eyes,
			     "SELECT name FROM sqlite_schema WHERE type = "
			     "'table' AND name NOT LIKE 'sqlite%' AND name NOT "
			     "IN ('event', 'event_row', 'counter', 'raw', "
			     "'owner', 'secret')",
			     -1, &s, NULL),
	    SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW)
		dump_table(
		    (const char *)sqlite3_column_text(s, 0), l->owner, &out);
	sqlite3_finalize(s);
	buf_puts(&out, "");
	return buf_keep(&out, l->arena);
}

/* --- The owner's commands --- */

static int
command(struct life *l, struct change *c, const struct listed *t)
{
	int n = t->n == 0 ? 1 : t->v[below((int)t->n)].number;
	int number = l->case_number;
	struct moment when = {l->now, 0};
	struct due due = {
	    .precision = DUE_DAY, .day = moment_day(when) + below(10)};
	struct entry entry = {.case_number = number,
	    .kind = ENTRY_SPENT,
	    .at = when,
	    .cents = 1250,
	    .currency = "CHF",
	    .text = "stamps"};

	switch (below(12)) {
	case 0:
		return obligation_keep(c, number, n, when, &err);
	case 1:
		return obligation_unkeep(c, number, n, &err);
	case 2:
		return obligation_void(c, number, n, &err);
	case 3:
		return obligation_due(c, number, n, due, &err);
	case 4:
		return obligation_received(
		    c, l->arena, calendars, number, n, when, &err);
	case 5:
		return case_close(c, number, when, &err);
	case 6:
		return case_reopen(c, number, &err);
	case 7:
		return case_set_region(c, number, "none", &err);
	case 8:
		return case_snooze(c, number, l->now + 86400, &err);
	case 9:
		return case_set_company(c, number, "Acme Ltd", &err);
	case 10:
		return case_set_contact(c, number, "x@acme.example", &err);
	default:
		return case_add(c, &entry, &err);
	}
}

/* One command; *done is false when it was refused. */
static void
obey(struct life *l, const struct listed *t, bool *done)
{
	struct change *c;
	int rc;

	check(store_begin(l->store, &err));
	c = change_begin(l->store, l->owner, l->arena, l->case_number,
	    ACTOR_OWNER, "test", l->now);
	rc = command(l, c, t);
	if (rc == 0)
		rc = change_end(c, "test", NULL, &err);
	*done = rc == 0;
	if (rc == 0) {
		check(store_commit(l->store, &err));
		return;
	}
	if (err.code != EX_USAGE)
		DIE("refused with %d: %s", err.code, err.text);
	store_rollback(l->store);
}

static void
obey_and_undo(struct life *l, const struct listed *t)
{
	char *before = dump(l), *after, *text;
	bool done;

	obey(l, t, &done);
	if (done) {
		check(store_begin(l->store, &err));
		check(event_undo(l->store, l->owner, l->arena, l->case_number,
		    l->now, &text, &err));
		check(store_commit(l->store, &err));
	}
	after = dump(l);
	if (strcmp(before, after) != 0)
		DIE("undo left\n%s\nof\n%s", after, before);
}

/* --- Histories --- */

static struct store *store;

static void
fresh_store(void)
{
	static int n;
	char path[80];

	store_close(store);
	sqlite3_close(eyes);
	snprintf(path, sizeof(path), "%s/%d.db", folder, n++);
	store = store_open(path, STORE_CREATE, &err);
	assert_non_null(store);
	assert_int_equal(
	    sqlite3_open_v2(path, &eyes, SQLITE_OPEN_READONLY, NULL),
	    SQLITE_OK);
}

static struct life
new_life(struct arena *a, const char *name)
{
	struct life l = {.store = store, .arena = a};

	check(store_owner(store,
	    arena_printf(
		a, "%s-%llu@x.example", name, (unsigned long long)seed),
	    &l.owner, &err));
	return l;
}

/* Mail in the order of its dates, and the owner's commands in between. */
static void
live(struct arena *a)
{
	struct life l = new_life(a, "life");
	struct listed was, is;
	int day = 0, n = 3 + below(EVENTS_MOST - 3);
	struct mail m;
	bool done = false;

	for (int i = 0; i < n; i++) {
		day += below(6);
		was = look(&l);
		if (i > 0 && below(4) == 0) {
			l.now = moment_at(20514 + day, 18 * 3600, 0).utc;
			if (below(2) == 0)
				obey_and_undo(&l, &was);
			else
				obey(&l, &was, &done);
			is = look(&l);
			check_step(&was, &is, true);
			continue;
		}
		make_mail(&m, i, ++day);
		l.now = m.date.utc;
		receive(&l, &m);
		is = look(&l);
		check_step(&was, &is, false);
		if (m.direction == FROM_OWNER)
			check_chaser(&was, &is);
		check(store_begin(store, &err));
		if (obligations_recompute(
			store, l.owner, a, calendars, l.now, &err) != 0 &&
		    !done)
			DIE("%s", "recomputing moved a date");
		check(store_commit(store, &err));
	}
}

/* "refund kept 2026-03-09 1" for each, sorted. */
static int
by_text(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

static char *
summary(struct life *l)
{
	struct listed t = look(l);
	char **lines = arena_calloc(l->arena, t.n + 1, sizeof(*lines));
	struct buf out = {0};
	char due[DATE_ROOM];

	for (size_t i = 0; i < t.n; i++) {
		const struct obligation *o = &t.v[i];

		lines[i] = arena_printf(l->arena, "%s %s %s %d\n",
		    action_name(o->action),
		    obligation_state_name(obligation_state_at(
			o, INT64_C(20514 + 100) * 86400, 0)),
		    o->due.precision == DUE_NONE ? "-" : due_print(o->due, due),
		    o->slips);
	}
	if (t.n > 0)
		qsort(lines, t.n, sizeof(*lines), by_text);
	for (size_t i = 0; i < t.n; i++)
		buf_puts(&out, lines[i]);
	buf_puts(&out, "");
	return buf_keep(&out, l->arena);
}

static void
print_mails(const struct mail *m, int n)
{
	for (int i = 0; i < n; i++) {
		char text[DATE_ROOM];

		fprintf(stderr, "#  %d %s %s%s%s:", m[i].id,
		    moment_print(m[i].date, text),
		    m[i].direction == FROM_COMPANY ? "company"
		    : m[i].direction == FROM_OWNER ? "owner"
						   : "other",
		    m[i].autoreply ? " auto" : "",
		    m[i].attachment ? " attachment" : "");
		for (size_t k = 0; k < m[i].findings.signal_count; k++)
			fprintf(stderr, " %s", m[i].signals[k].name);
		for (size_t k = 0; k < m[i].findings.obligation_count; k++)
			fprintf(stderr, " (%s %s)",
			    action_name(m[i].found[k].action),
			    m[i].found[k].expr == NULL ? "-"
						       : m[i].found[k].expr);
		fprintf(stderr, " %s\n", m[i].text);
	}
}

/* The same mail in two orders makes the same ledger. */
/* Promises of which none says again what was said: each has its own day.  And
 * no life has both what was done and replies: which of the two a mail answers
 * is decided when it comes. */
static void
part_dates(struct arena *a, struct mail *m, int n)
{
	int days[EVENTS_MOST * FOUND_MOST], k, swap, used = 0;

	for (int i = 0; i < EVENTS_MOST * FOUND_MOST; i++)
		days[i] = i;
	for (int i = EVENTS_MOST * FOUND_MOST - 1; i > 0; i--) {
		k = below(i + 1);
		swap = days[i];
		days[i] = days[k];
		days[k] = swap;
	}
	for (int i = 0; i < n; i++) {
		int said = moment_day(m[i].date) - 20514;

		m[i].autoreply = false;
		for (size_t j = 0; j < m[i].findings.signal_count; j++)
			if (seed % 2 == 1 && *m[i].text != '\0')
				m[i].signals[j].name = "apology";
		if (m[i].direction == FROM_OTHER)
			m[i].findings.obligation_count = 0;
		for (size_t j = 0; j < m[i].findings.obligation_count; j++) {
			struct obligation_found *o = &m[i].found[j];

			o->expr = o->phrase =
			    arena_printf(a, "+%dd", 70 - said + days[used++]);
			o->vague = o->condition = false;
			if (seed % 2 == 0 && o->action == ACTION_REPLY) {
				o->action = ACTION_REFUND;
				o->quote = quotes[ACTION_REFUND];
			}
		}
	}
}

static void
arrive_in_any_order(struct arena *a)
{
	struct mail m[EVENTS_MOST], shuffled[EVENTS_MOST], swap;
	int day = 0, n = 2 + below(EVENTS_MOST - 2), k;
	struct life one = new_life(a, "ordered"), two = new_life(a, "mixed");
	char *x, *y;

	for (int i = 0; i < n; i++)
		make_mail(&m[i], i, day += 1 + below(5));
	part_dates(a, m, n);
	memcpy(shuffled, m, sizeof(m));
	for (int i = n - 1; i > 0; i--) {
		k = below(i + 1);
		swap = shuffled[i];
		shuffled[i] = shuffled[k];
		shuffled[k] = swap;
	}
	for (int i = 0; i < n; i++)
		receive(&one, &m[i]);
	for (int i = 0; i < n; i++) {
		receive(&two, &shuffled[i]);
		struct listed t = look(&two);
		check_chains(&t);
	}
	x = summary(&one);
	y = summary(&two);
	if (strcmp(x, y) != 0) {
		print_mails(shuffled, n);
		DIE("in order\n%sas it came\n%s", x, y);
	}
}

static void
run_histories(void (*history)(struct arena *))
{
	const char *wanted = getenv("HISTORIES"), *first = getenv("SEED");
	long n = wanted != NULL ? atol(wanted) : HISTORIES;
	struct arena *a;

	seed = first != NULL ? strtoull(first, NULL, 10) : 1;
	for (long i = 0; i < n; i++, seed++) {
		if (i % STORE_FOR == 0)
			fresh_store();
		state = seed;
		a = arena_new();
		history(a);
		arena_free(a);
	}
	check(events_verify(store, 1, &err));
	check(store_check(store, &err));
}

static void
states_go_along_the_picture(void **unused)
{
	(void)unused;
	run_histories(live);
}

static void
order_of_arrival_does_not_matter(void **unused)
{
	(void)unused;
	run_histories(arrive_in_any_order);
}

/* --- Holidays --- */

static void
write_holidays(const char *place, int n, const int *days)
{
	char path[120];
	FILE *f;

	snprintf(path, sizeof(path), "%s/rules/%s", folder, place);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/rules/%s/holidays", folder, place);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "[%s]\nnumeric day-month\n",
	    strcmp(place, "aa") == 0 ? "AA" : "BB");
	for (int i = 0; i < n; i++) {
		char text[DATE_ROOM];

		fprintf(f, "%s: Day %d\n", day_print(20514 + days[i], text), i);
	}
	fclose(f);
}

/* BB has the holidays of AA, and more. */
static void
a_holiday_more_makes_nothing_due_earlier(void **unused)
{
	const char *exprs[] = {
	    "+1bd", "+2bd", "+3bd", "+5bd", "+10bd", "+20bd", "+14d", "+2w"};
	char path[80];
	int days[40] = {0};

	(void)unused;
	snprintf(path, sizeof(path), "%s/rules", folder);
	mkdir(path, 0700);
	for (seed = state = 1; seed <= 200; state = ++seed) {
		struct arena *a = arena_new();
		struct calendars *all;
		int n = below(20), more = n + 1 + below(20);

		for (int i = 0; i < more; i++)
			days[i] = below(90);
		write_holidays("aa", n, days);
		write_holidays("bb", more, days);
		all = calendars_load(a, path, &err);
		if (all == NULL)
			DIE("%s", err.text);
		for (int i = 0; i < 80; i++) {
			const char *expr = exprs[i % 8];
			struct moment at =
			    moment_at(20514 + below(60), 3600, 0);
			struct due x = calendar_due(
			    a, calendar_region(all, "AA"), expr, at, NULL);
			struct due y = calendar_due(
			    a, calendar_region(all, "BB"), expr, at, NULL);

			assert_int_equal(x.precision, DUE_DAY);
			if (y.day < x.day || (i % 8 > 5 && y.day != x.day))
				DIE("%s: %d, with more holidays %d", expr,
				    (int)x.day, (int)y.day);
		}
		arena_free(a);
	}
}

static int
clean_up(void **unused)
{
	char line[100];

	(void)unused;
	store_close(store);
	sqlite3_close(eyes);
	snprintf(line, sizeof(line), "rm -rf %s", folder);
	return system(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(states_go_along_the_picture),
	    cmocka_unit_test(order_of_arrival_does_not_matter),
	    cmocka_unit_test(a_holiday_more_makes_nothing_due_earlier),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	/* In memory where there is such a folder: nothing here must last. */
	strcpy(folder, access("/dev/shm", W_OK) == 0
			   ? "/dev/shm/promised-histories.XXXXXX"
			   : "/tmp/promised-histories.XXXXXX");
	forever = arena_new();
	calendars = calendars_load(forever, "rules", &err);
	words = thread_words_load(forever, "cases/thread.words", &err);
	if (calendars == NULL || words == NULL || mkdtemp(folder) == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, clean_up);
}
