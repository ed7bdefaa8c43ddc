/*
 * What mail commands do; see command.h.
 *
 * Each verb is a short function that settles its arguments, makes one change
 * (so that `undo` takes back exactly it) and says what it did.  Its answer is
 * also the line of the timeline.  What it cannot do it answers with the reason
 * and leaves the ledger alone: the changing functions refuse (EX_USAGE) before
 * they write.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/zone.h"

#include "cases/case.h"
#include "cases/command.h"
#include "cases/event.h"
#include "cases/ledger.h"

enum { SNOOZE_MOST = 366, DAY_SECONDS = 86400 };

/* One command while it is run. */
struct run {
	const struct command_context *x;
	const struct mail_command *c;
	struct transcript *t;
	int case_number, number; /* settled by the verb */
	const char *answer;
	struct err *err;
};

/* What the functions below return. */
enum { FAILED = -1, DONE = 0, REFUSED = 1 };

static struct arena *
arena_of(const struct run *r)
{
	return r->x->voice.arena;
}

#define SAY(r, ...)                \
	((r)->answer = letter_say( \
	     (r)->x->voice.arena, (r)->x->voice.letters, __VA_ARGS__, NULL))
#define DID(r, ...) (SAY(r, __VA_ARGS__), DONE)
#define REFUSE(r, ...) (SAY(r, __VA_ARGS__), REFUSED)

static char *
print(const struct run *r, int64_t n)
{
	return arena_printf(arena_of(r), "%lld", (long long)n);
}

/* A command that makes no sense is answered; a store that fails is not. */
static int
outcome(struct run *r, int rc)
{
	if (rc != -1)
		return DONE;
	if (r->err->code != EX_USAGE)
		return FAILED;
	r->answer = arena_strdup(arena_of(r), r->err->text);
	memset(r->err, 0, sizeof(*r->err));
	return REFUSED;
}

/* Which case and which obligation. */

static int
settle_case(struct run *r)
{
	r->case_number =
	    r->c->case_number > 0 ? r->c->case_number : r->x->case_number;
	if (r->case_number > 0)
		return DONE;
	return REFUSE(r, "not-case");
}

static bool
can_mean(enum verb verb, const struct obligation *o)
{
	switch (o->stored) {
	case STATE_OPEN:
		return verb != VERB_NOT_KEPT && verb != VERB_RECEIVED;
	case STATE_WAITING:
		return verb != VERB_NOT_KEPT;
	case STATE_KEPT:
		return verb == VERB_NOT_KEPT;
	case STATE_SLIPPED:
	case STATE_VOID:
	case STATE_BROKEN:
	case STATE_LAPSED:
	case STATE_LATE:
	case STATE_PAUSED:
		break;
	}
	return false;
}

/* The only obligation of the case that the command can mean. */
static int
settle_only(struct run *r)
{
	struct obligation *v;
	struct buf choices = {0};
	size_t n, found = 0;

	if (ledger_obligations(r->x->store, r->x->owner, arena_of(r),
		r->case_number, false, &v, &n, r->err) == -1)
		return outcome(r, -1);
	for (size_t i = 0; i < n; i++) {
		if (!can_mean(r->c->verb, &v[i]))
			continue;
		found++;
		r->number = v[i].number;
		buf_printf(&choices, "%s%d.%d (%s)", found > 1 ? ", " : "",
		    v[i].case_number, v[i].number,
		    say_what(&r->x->voice, v[i].action));
	}
	if (found == 0)
		SAY(r, "not-open", "case", print(r, r->case_number));
	if (found > 1)
		SAY(r, "not-which", "choices", choices.p);
	buf_free(&choices);
	return found == 1 ? DONE : REFUSED;
}

static int
settle_obligation(struct run *r, int number)
{
	int rc = settle_case(r);

	if (rc != DONE)
		return rc;
	r->number = number;
	if (number == 0 && r->case_number == r->x->case_number)
		r->number = r->x->number;
	return r->number > 0 ? DONE : settle_only(r);
}

/* Dates. */

static struct moment
local_now(const struct run *r)
{
	return zone_moment(r->x->voice.zone, r->x->voice.now);
}

static struct slice
without(const char *text, const char *const *words, size_t n)
{
	struct slice s = slice_trim(slice_of(text));

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		if (slice_starts_nocase(s, words[i]) && s.len > len &&
		    s.p[len] == ' ') {
			s.p += len;
			s.len -= len;
			return slice_trim(s);
		}
	}
	return s;
}

/* A date at the start of the text; whole: nothing may follow it. */
static bool
read_date(const struct run *r, const char *text, struct moment anchor,
    bool whole, struct due *due)
{
	const char *region = r->x->region;
	size_t end = 0, n = strlen(text);

	if (n == 0 || r->x->read_due == NULL ||
	    !r->x->read_due(r->x->read_arg, text, anchor, region, due, &end))
		return false;
	while (end < n && strchr(" .,;", text[end]) != NULL)
		end++;
	return due->precision != DUE_NONE && (!whole || end >= n);
}

/*
 * The moment of something that has happened: "3 March" is the last one, not
 * the next.  A phrase is read as seen from now, from a week and from a year
 * ago; the first that does not lie ahead counts.
 */
static bool
read_past(const struct run *r, const char *text, struct moment *at)
{
	static const char *const on[] = {"on", "since", "at"};
	static const int back[] = {0, 8, 366};
	const char *zone = r->x->voice.zone;
	struct moment now = local_now(r);
	const char *date = slice_dup(arena_of(r), without(text, on, 3));
	struct due due;

	*at = now;
	if (*date == '\0' || strcasecmp(date, "today") == 0)
		return true;
	if (strcasecmp(date, "yesterday") == 0) {
		*at = zone_local(zone, moment_day(now) - 1, DAY_SECONDS / 2);
		return true;
	}
	for (size_t i = 0; i < sizeof(back) / sizeof(back[0]); i++) {
		struct moment anchor = {
		    now.utc - (int64_t)back[i] * DAY_SECONDS, now.offset};

		if (!read_date(r, date, anchor, true, &due))
			return false;
		if (due.precision == DUE_TIME && due.at.utc <= now.utc) {
			*at = due.at;
			return true;
		}
		if (due.precision == DUE_DAY && due.day <= moment_day(now)) {
			if (due.day < moment_day(now))
				*at =
				    zone_local(zone, due.day, DAY_SECONDS / 2);
			return true;
		}
	}
	return false;
}

static int
settle_past(struct run *r, struct moment *at)
{
	if (read_past(r, r->c->rest, at))
		return DONE;
	return REFUSE(r, "not-date", "text", r->c->rest);
}

/* Changes. */

static struct change *
begin(struct run *r)
{
	return change_begin(r->x->store, r->x->owner, arena_of(r),
	    r->case_number, ACTOR_OWNER, verb_name(r->c->verb),
	    r->x->voice.now);
}

/* After a change: its answer, which ends it. */
static int
end(struct run *r, struct change *c)
{
	return outcome(r, change_end(c, r->answer, NULL, r->err));
}

/* The answer about an obligation as it now stands. */
static int
end_obligation(struct run *r, struct change *c, const char *key)
{
	struct obligation o;

	if (ledger_obligation(r->x->store, r->x->owner, arena_of(r),
		r->case_number, r->number, &o, r->err) == -1)
		return outcome(r, -1);
	SAY(r, key, "number",
	    arena_printf(arena_of(r), "%d.%d", o.case_number, o.number), "what",
	    say_what(&r->x->voice, o.action), "due",
	    say_due_long(&r->x->voice, &o));
	return end(r, c);
}

static int
run_kept(struct run *r)
{
	struct moment when;
	struct change *c;
	int rc;

	if ((rc = settle_obligation(r, r->c->number)) != DONE ||
	    (rc = settle_past(r, &when)) != DONE)
		return rc;
	c = begin(r);
	rc = outcome(
	    r, obligation_keep(c, r->case_number, r->number, when, r->err));
	return rc == DONE ? end_obligation(r, c, "did-kept") : rc;
}

static int
run_not_kept(struct run *r)
{
	int rc = settle_obligation(r, r->c->number);
	struct change *c;

	if (rc != DONE)
		return rc;
	c = begin(r);
	rc =
	    outcome(r, obligation_unkeep(c, r->case_number, r->number, r->err));
	return rc == DONE ? end_obligation(r, c, "did-not-kept") : rc;
}

static int
run_void(struct run *r)
{
	int rc = settle_obligation(r, r->c->number);
	struct change *c;

	if (rc != DONE)
		return rc;
	c = begin(r);
	rc = outcome(r, obligation_void(c, r->case_number, r->number, r->err));
	return rc == DONE ? end_obligation(r, c, "did-void") : rc;
}

/* A bare number before the argument, as in "3 FRIDAY"; 0 when none. */
static int
leading_number(const char *text, const char **rest)
{
	char *after;
	long n = strtol(text, &after, 10);

	if (!isdigit((unsigned char)*text) || n <= 0 || n > INT32_MAX ||
	    *after != ' ')
		return 0;
	*rest = after + strspn(after, " ");
	return (int)n;
}

/*
 * "due 3 March" is a date, "due 3 FRIDAY" is obligation 3: what can be read
 * whole as a date is one.
 */
static int
settle_due(struct run *r, int *number, struct due *due)
{
	static const char *const by[] = {"by", "on", "is", "to"};
	const char *text = slice_dup(arena_of(r), without(r->c->rest, by, 4));
	const char *rest = NULL;
	struct moment now = local_now(r);

	*number = r->c->number;
	if (*text == '\0')
		return REFUSE(r, "not-date-missing");
	if (read_date(r, text, now, true, due))
		return DONE;
	if (*number == 0 && (*number = leading_number(text, &rest)) > 0 &&
	    read_date(r, rest, now, true, due))
		return DONE;
	*number = r->c->number;
	if (read_date(r, text, now, false, due))
		return DONE;
	return REFUSE(r, "not-date", "text", r->c->rest);
}

static int
run_due(struct run *r)
{
	struct due due;
	struct change *c;
	int number, rc;

	if ((rc = settle_due(r, &number, &due)) != DONE ||
	    (rc = settle_obligation(r, number)) != DONE)
		return rc;
	c = begin(r);
	rc = outcome(
	    r, obligation_due(c, r->case_number, r->number, due, r->err));
	return rc == DONE ? end_obligation(r, c, "did-due") : rc;
}

static int
run_received(struct run *r)
{
	struct moment day;
	struct change *c;
	int rc;

	if ((rc = settle_obligation(r, r->c->number)) != DONE ||
	    (rc = settle_past(r, &day)) != DONE)
		return rc;
	c = begin(r);
	rc = outcome(r, obligation_received(c, arena_of(r), r->x->calendars,
			    r->case_number, r->number, day, r->err));
	return rc == DONE ? end_obligation(r, c, "did-received") : rc;
}

/* Cases. */

/* "5 days", "a week": in days; 0 when it is none. */
static int
span_days(struct slice s)
{
	static const struct {
		const char *unit;
		int days;
	} units[] = {{"days", 1}, {"day", 1}, {"weeks", 7}, {"week", 7},
	    {"months", 30}, {"month", 30}};
	size_t digits = 0;
	int n = 0;

	if (slice_starts_nocase(s, "a ") || slice_starts_nocase(s, "one "))
		n = 1;
	digits =
	    n == 1 ? (size_t)((const char *)memchr(s.p, ' ', s.len) - s.p) : 0;
	for (; n != 1 && digits < s.len && digits < 4 &&
	       isdigit((unsigned char)s.p[digits]);
	     digits++)
		n = n * 10 + (s.p[digits] - '0');
	s.p += digits;
	s.len -= digits;
	s = slice_trim(s);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (slice_is_nocase(s, units[i].unit))
			return n * units[i].days;
	return 0;
}

static int
snooze_day(struct run *r, const char *text, day_t *day)
{
	static const char *const till[] = {
	    "until", "till", "to", "for", "by", "in"};
	struct slice s = without(text, till, 6);
	day_t today = moment_day(local_now(r));
	struct due due;
	int days = s.len == 0 ? COMMAND_SNOOZE_DAYS : span_days(s);

	if (days > 0 && days <= SNOOZE_MOST)
		*day = today + days;
	else if (days == 0 &&
		 read_date(
		     r, slice_dup(arena_of(r), s), local_now(r), true, &due) &&
		 due.day > today && due.day <= today + SNOOZE_MOST)
		*day = due.day;
	else
		return REFUSE(r, "not-span", "text", text);
	return DONE;
}

static int
run_snooze(struct run *r)
{
	const char *text = r->c->rest, *rest = NULL;
	int number = leading_number(text, &rest), rc;
	struct change *c;
	day_t day;
	int64_t until;

	rc = settle_case(r);
	if (number > 0 && span_days(slice_of(text)) == 0) {
		r->case_number = number; /* "snooze 12 5 days" */
		text = rest;
		rc = DONE;
	}
	if (rc != DONE || (rc = snooze_day(r, text, &day)) != DONE)
		return rc;
	until = zone_local(r->x->voice.zone, day, 0).utc;
	c = begin(r);
	rc = outcome(r, case_snooze(c, r->case_number, until, r->err));
	if (rc != DONE)
		return rc;
	SAY(r, "did-snooze", "case", print(r, r->case_number), "date",
	    say_day(&r->x->voice, day));
	return end(r, c);
}

/* The end of a change that says no more than its case. */
static int
end_case(struct run *r, struct change *c, int rc, const char *key)
{
	rc = outcome(r, rc);
	if (rc != DONE)
		return rc;
	SAY(r, key, "case", print(r, r->case_number));
	return end(r, c);
}

static int
run_stop(struct run *r)
{
	int rc = settle_case(r);
	struct change *c;

	if (rc != DONE)
		return rc;
	c = begin(r);
	return end_case(
	    r, c, case_mute(c, r->case_number, true, r->err), "did-stop");
}

static int
run_close(struct run *r)
{
	int rc = settle_case(r);
	struct change *c;

	if (rc != DONE)
		return rc;
	c = begin(r);
	return end_case(r, c,
	    case_close(c, r->case_number, local_now(r), r->err), "did-close");
}

/* Of a case that is open but was stopped: the reminders come back. */
static int
run_reopen(struct run *r)
{
	struct case_row row;
	struct change *c;
	int rc = settle_case(r);

	if (rc != DONE)
		return rc;
	rc = outcome(r, ledger_case(r->x->store, r->x->owner, arena_of(r),
			    r->case_number, &row, r->err));
	if (rc != DONE)
		return rc;
	c = begin(r);
	if (row.muted && (rc = outcome(r, case_mute(c, r->case_number, false,
					      r->err))) != DONE)
		return rc;
	if (row.muted && !row.closed)
		return end_case(r, c, 0, "did-start");
	return end_case(
	    r, c, case_reopen(c, r->case_number, r->err), "did-reopen");
}

static int
run_undo(struct run *r)
{
	char *text = NULL;
	int number =
	    r->c->case_number > 0 ? r->c->case_number : r->x->case_number;
	int rc = outcome(r, event_undo(r->x->store, r->x->owner, arena_of(r),
				number, r->x->voice.now, &text, r->err));

	if (rc != DONE)
		return rc;
	/* a region that is taken back moves dates again */
	rc = obligations_recompute(r->x->store, r->x->owner, arena_of(r),
	    r->x->calendars, r->x->voice.now, r->err);
	return rc < 0 ? outcome(r, -1) : DID(r, "did-undo", "text", text);
}

/* The number of the argument "14", "14 into 12"; 0 when there is none. */
static int64_t
argument_number(const char *text, const char **rest)
{
	static const char *const noise[] = {"case", "message", "no.", "#"};
	struct slice s = without(text, noise, 4);
	char *after;
	long long n;

	*rest = text;
	if (s.len == 0 || !isdigit((unsigned char)*s.p))
		return 0;
	n = strtoll(s.p, &after, 10);
	*rest = after + strspn(after, " .,");
	return n > 0 && n <= INT32_MAX ? n : 0;
}

static int
run_merge(struct run *r)
{
	static const char *const into[] = {"into", "with", "to"};
	const char *rest, *more;
	int64_t from = argument_number(r->c->rest, &rest);
	int64_t target = argument_number(
	    slice_dup(arena_of(r), without(rest, into, 3)), &more);
	struct change *c;
	int rc;

	if (from == 0)
		return REFUSE(r, "not-number", "example", "merge 14");
	if (target == 0 && (rc = settle_case(r)) != DONE)
		return rc;
	if (target > 0)
		r->case_number = (int)target;
	c = begin(r);
	rc = outcome(r, case_merge(c, r->case_number, (int)from, r->err));
	if (rc != DONE)
		return rc;
	SAY(r, "did-merge", "case", print(r, r->case_number), "from",
	    print(r, from));
	return end(r, c);
}

static void
placed(struct run *r, int64_t message, int case_number)
{
	struct transcript *t = r->t;

	t->placed = arena_grow(
	    arena_of(r), t->placed, t->placed_count, sizeof(*t->placed));
	t->placed[t->placed_count++] =
	    (struct command_placed){message, case_number};
}

static int
run_split(struct run *r)
{
	const char *rest;
	int64_t message = argument_number(r->c->rest, &rest);
	struct change *c;
	int made, rc = settle_case(r);

	if (rc != DONE)
		return rc;
	if (message == 0)
		return REFUSE(r, "not-number", "example", "split 31");
	c = begin(r);
	rc = outcome(r, case_split(c, r->case_number, message, &made, r->err));
	if (rc != DONE)
		return rc;
	SAY(r, "did-split", "case", print(r, made), "message",
	    print(r, message));
	return end(r, c);
}

/* Where to: a case, `new`, or `unfiled` (0); -1 when it is none of these. */
static int
move_target(struct run *r, const char *rest, bool *fresh)
{
	static const char *const to[] = {"to", "into", "in", "as"};
	const char *text = slice_dup(arena_of(r), without(rest, to, 4));
	const char *more;
	int64_t n = argument_number(text, &more);

	*fresh = strcasecmp(text, "new") == 0;
	if (n > 0)
		return (int)n;
	if (*fresh || strcasecmp(text, "unfiled") == 0 ||
	    strcasecmp(text, "none") == 0)
		return 0;
	return -1;
}

static int
run_move(struct run *r)
{
	const char *rest;
	int64_t message = argument_number(r->c->rest, &rest);
	struct change *c;
	bool fresh;
	int rc, to = move_target(r, rest, &fresh);

	if (message == 0 || to < 0)
		return REFUSE(r, "not-number", "example", "move 31 14");
	r->case_number = to;
	c = begin(r);
	rc = outcome(r, fresh ? case_open(c, message, r->x->region, &to, r->err)
			      : case_move(c, message, to, r->err));
	if (rc != DONE)
		return rc;
	if (to > 0)
		placed(r, message, to);
	SAY(r,
	    fresh    ? "did-open"
	    : to > 0 ? "did-move"
		     : "did-unfile",
	    "case", print(r, to), "message", print(r, message));
	return end(r, c);
}

static int
run_company(struct run *r)
{
	struct change *c;
	int rc = settle_case(r);

	if (rc != DONE)
		return rc;
	if (*r->c->rest == '\0')
		return REFUSE(r, "not-text");
	c = begin(r);
	rc =
	    outcome(r, case_set_company(c, r->case_number, r->c->rest, r->err));
	if (rc != DONE)
		return rc;
	SAY(r, "did-company", "case", print(r, r->case_number), "name",
	    r->c->rest);
	return end(r, c);
}

static int
run_region(struct run *r)
{
	const struct calendar *calendar =
	    calendar_region(r->x->calendars, r->c->rest);
	struct change *c;
	int rc = settle_case(r);

	if (rc != DONE)
		return rc;
	if (calendar == NULL || *r->c->rest == '\0')
		return REFUSE(r, "not-region", "name", r->c->rest);
	c = begin(r);
	rc = outcome(r, case_set_region(c, r->case_number,
			    calendar_name(calendar), r->err));
	if (rc != DONE)
		return rc;
	SAY(r, "did-region", "case", print(r, r->case_number), "name",
	    calendar_name(calendar));
	rc = end(r, c);
	if (rc == DONE &&
	    obligations_recompute(r->x->store, r->x->owner, arena_of(r),
		r->x->calendars, r->x->voice.now, r->err) < 0)
		return outcome(r, -1);
	return rc;
}

/* Entries. */

static void
heard(struct run *r, const struct entry *e)
{
	struct transcript *t = r->t;
	struct command_heard *h;

	if (*e->text == '\0' || e->kind == ENTRY_SPENT)
		return;
	t->heard = arena_grow(
	    arena_of(r), t->heard, t->heard_count, sizeof(*t->heard));
	h = &t->heard[t->heard_count++];
	*h = (struct command_heard){
	    e->case_number, r->c->verb, e->at, e->who, e->text};
}

static const char *
entry_answer(struct run *r, const struct entry *e)
{
	const char *number = print(r, e->case_number);
	const char *time =
	    e->minutes > 0 ? say_minutes(&r->x->voice, e->minutes) : "";

	if (e->kind == ENTRY_NOTE)
		SAY(r, "did-note", "case", number);
	else if (e->kind == ENTRY_SPENT)
		SAY(r, "did-spent", "case", number, "amount",
		    say_money(&r->x->voice, e->cents), "text", e->text);
	else
		SAY(r, e->kind == ENTRY_CALL ? "did-call" : "did-visit", "case",
		    number, "who", e->who, "time", time);
	return r->answer;
}

static int
add_entry(struct run *r, enum entry_kind kind)
{
	struct entry e = {.kind = kind,
	    .minutes = r->c->minutes,
	    .cents = r->c->cents,
	    .who = r->c->who,
	    .text = r->c->text};
	struct change *c;
	int rc = settle_case(r);

	if (rc != DONE)
		return rc;
	if (kind == ENTRY_SPENT && !r->c->measured)
		return REFUSE(r, "not-amount");
	if (!r->c->measured && *e.text == '\0' && e.who == NULL)
		return REFUSE(r, "not-text");
	e.case_number = r->case_number;
	e.at = local_now(r);
	c = begin(r);
	rc = outcome(r, case_add(c, &e, r->err));
	if (rc != DONE)
		return rc;
	entry_answer(r, &e);
	heard(r, &e);
	return end(r, c);
}

static int
run_note(struct run *r)
{
	return add_entry(r, ENTRY_NOTE);
}

static int
run_call(struct run *r)
{
	return add_entry(r, ENTRY_CALL);
}

static int
run_visit(struct run *r)
{
	return add_entry(r, ENTRY_VISIT);
}

static int
run_spent(struct run *r)
{
	return add_entry(r, ENTRY_SPENT);
}

/* Questions. */

static void
status_line(const struct run *r, struct buf *out, const struct obligation *o)
{
	const struct voice *v = &r->x->voice;
	int32_t offset = zone_offset(v->zone, v->now);

	buf_printf(out, "\n%s",
	    letter_say(v->arena, v->letters, "status-line", "number",
		arena_printf(v->arena, "%d.%d", o->case_number, o->number),
		"what", say_what(v, o->action), "due", say_due_long(v, o),
		"state", say_state(v, obligation_state_at(o, v->now, offset)),
		NULL));
}

static bool
is_standing(const struct obligation *o)
{
	return o->stored == STATE_OPEN || o->stored == STATE_WAITING;
}

static int
run_status(struct run *r)
{
	const struct voice *v = &r->x->voice;
	struct case_row row;
	struct obligation *o;
	struct buf out = {0};
	size_t n, lines = 0;
	int rc = settle_case(r);

	if (rc != DONE)
		return rc;
	if (ledger_case(r->x->store, r->x->owner, v->arena, r->case_number,
		&row, r->err) == -1 ||
	    ledger_obligations(r->x->store, r->x->owner, v->arena,
		r->case_number, false, &o, &n, r->err) == -1)
		return outcome(r, -1);
	buf_puts(&out, letter_say(v->arena, v->letters, "status-head", "case",
			   print(r, row.number), "company", row.company_name,
			   "title", row.title, NULL));
	for (size_t i = 0; i < n; i++)
		if (is_standing(&o[i])) {
			status_line(r, &out, &o[i]);
			lines++;
		}
	if (lines == 0)
		buf_printf(&out, "\n%s",
		    letter_say(v->arena, v->letters,
			row.closed ? "status-closed" : "status-none", NULL));
	r->answer = buf_keep(&out, v->arena);
	return DONE;
}

/* The next that is due in the case, of all that stands, by due date. */
static const char *
list_next(const struct run *r, int number, const struct obligation *o, size_t n)
{
	const struct voice *v = &r->x->voice;

	for (size_t i = 0; i < n; i++)
		if (o[i].case_number == number && is_standing(&o[i]))
			return letter_say(v->arena, v->letters, "list-next",
			    "what", say_what(v, o[i].action), "due",
			    say_due_long(v, &o[i]), NULL);
	return "";
}

static int
run_list(struct run *r)
{
	const struct voice *v = &r->x->voice;
	struct case_row *rows;
	struct obligation *o;
	struct buf out = {0};
	size_t cases, n;

	if (ledger_cases(r->x->store, r->x->owner, v->arena, &rows, &cases,
		r->err) == -1 ||
	    ledger_obligations(r->x->store, r->x->owner, v->arena, 0, true, &o,
		&n, r->err) == -1)
		return outcome(r, -1);
	for (size_t i = 0; i < cases; i++)
		if (!rows[i].closed)
			buf_printf(&out, "%s%s", out.len > 0 ? "\n" : "",
			    letter_say(v->arena, v->letters, "list-line",
				"case", print(r, rows[i].number), "company",
				rows[i].company_name, "title", rows[i].title,
				"next", list_next(r, rows[i].number, o, n),
				NULL));
	if (out.len == 0)
		buf_puts(
		    &out, letter_say(v->arena, v->letters, "list-none", NULL));
	r->answer = buf_keep(&out, v->arena);
	return DONE;
}

static int
run_help(struct run *r)
{
	r->t->help = true;
	return DID(r, "did-help");
}

static int
run_unknown(struct run *r)
{
	r->t->help = true;
	return REFUSE(r, "not-understood");
}

static int (*const effects[VERB_COUNT])(struct run *) = {
    [VERB_UNKNOWN] = run_unknown,
    [VERB_KEPT] = run_kept,
    [VERB_NOT_KEPT] = run_not_kept,
    [VERB_VOID] = run_void,
    [VERB_DUE] = run_due,
    [VERB_RECEIVED] = run_received,
    [VERB_SNOOZE] = run_snooze,
    [VERB_STOP] = run_stop,
    [VERB_CLOSE] = run_close,
    [VERB_REOPEN] = run_reopen,
    [VERB_STATUS] = run_status,
    [VERB_LIST] = run_list,
    [VERB_UNDO] = run_undo,
    [VERB_HELP] = run_help,
    [VERB_MERGE] = run_merge,
    [VERB_SPLIT] = run_split,
    [VERB_MOVE] = run_move,
    [VERB_COMPANY] = run_company,
    [VERB_REGION] = run_region,
    [VERB_NOTE] = run_note,
    [VERB_CALL] = run_call,
    [VERB_VISIT] = run_visit,
    [VERB_SPENT] = run_spent,
};

static int
run_one(struct run *r, struct command_answer *answer)
{
	int rc = DONE;

	answer->verb = r->c->verb;
	answer->line = r->c->line;
	if (!r->x->authorised) {
		answer->text = r->x->refusal;
		return 0;
	}
	rc = effects[r->c->verb](r);
	if (rc == FAILED)
		return -1;
	answer->done = rc == DONE;
	answer->text = r->answer;
	return 0;
}

int
mail_commands_run(const struct command_context *x,
    const struct mail_commands *cs, struct transcript *t, struct err *err)
{
	memset(t, 0, sizeof(*t));
	t->v = arena_calloc(x->voice.arena, cs->n, sizeof(*t->v));
	t->refused = !x->authorised;
	t->gave_up = cs->gave_up;
	t->help = x->authorised && (cs->n == 0 || cs->gave_up);
	for (; t->n < cs->n; t->n++) {
		struct run r = {.x = x, .c = &cs->v[t->n], .t = t, .err = err};

		if (run_one(&r, &t->v[t->n]) == -1)
			return -1;
	}
	return 0;
}

char *
transcript_text(struct arena *a, const struct transcript *t)
{
	struct buf out = {0};

	for (size_t i = 0; i < t->n; i++)
		buf_printf(&out, "%s\n", t->v[i].text);
	return buf_keep(&out, a);
}

void
transcript_values(const struct transcript *t, const struct command_context *x,
    struct values *values)
{
	values_printf(values, "count", "%zu", t->n);
	for (size_t i = 0; i < t->n; i++) {
		struct values *line = values_add(values, "lines");

		values_set(line, "line", t->v[i].line);
		values_set(line, "answer", t->v[i].text);
		values_set(line, "done", t->v[i].done ? "1" : "");
		values_set(line, "failed", t->v[i].done ? "" : "1");
	}
	values_set(values, "refused", t->refused ? x->refusal : "");
	values_set(values, "gave-up", t->gave_up ? "1" : "");
	values_set(values, "help", t->help ? "1" : "");
}
