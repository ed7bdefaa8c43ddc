/*
 * Verbs about a case: snooze, stop, close, reopen, undo, merge, split, move,
 * company, region.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/zone.h"

#include "cases/case.h"
#include "cases/ledger.h"
#include "cases/verbs.h"

enum { SNOOZE_MOST = 366 }; /* days */

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
snooze_day(struct act *r, const char *text, day_t *day)
{
	static const char *const till[] = {
	    "until", "till", "to", "for", "by", "in"};
	struct slice s = act_without(text, till, 6);
	day_t today = moment_day(act_now(r));
	struct due due;
	int days = s.len == 0 ? COMMAND_SNOOZE_DAYS : span_days(s);

	if (days > 0 && days <= SNOOZE_MOST)
		*day = today + days;
	else if (days == 0 &&
		 act_date(
		     r, slice_dup(act_arena(r), s), act_now(r), true, &due) &&
		 due.day > today && due.day <= today + SNOOZE_MOST)
		*day = due.day;
	else
		return REFUSE(r, "not-span", "text", text);
	return DONE;
}

int
verb_snooze(struct act *r)
{
	const char *text = r->c->rest, *rest = NULL;
	int number = act_leading_number(text, &rest), rc;
	struct change *c;
	struct due due;
	day_t day;
	int64_t until;

	rc = act_case(r);
	if (number > 0 && span_days(slice_of(text)) == 0 &&
	    !act_date(r, text, act_now(r), true, &due)) {
		r->case_number = number; /* "snooze 12 5 days" */
		text = rest;
		rc = DONE;
	}
	if (rc != DONE || (rc = snooze_day(r, text, &day)) != DONE)
		return rc;
	until = zone_local(r->x->voice.zone, day, 0).utc;
	c = act_begin(r);
	rc = act_outcome(r, case_snooze(c, r->case_number, until, r->err));
	if (rc != DONE)
		return rc;
	SAY(r, "did-snooze", "case", act_print(r, r->case_number), "date",
	    say_day(&r->x->voice, day));
	return act_end(r, c);
}

/* The end of a change that says no more than its case. */
static int
end_case(struct act *r, struct change *c, int rc, const char *key)
{
	rc = act_outcome(r, rc);
	if (rc != DONE)
		return rc;
	SAY(r, key, "case", act_print(r, r->case_number));
	return act_end(r, c);
}

int
verb_stop(struct act *r)
{
	int rc = act_case(r);
	struct change *c;

	if (rc != DONE)
		return rc;
	c = act_begin(r);
	return end_case(
	    r, c, case_mute(c, r->case_number, true, r->err), "did-stop");
}

int
verb_close(struct act *r)
{
	int rc = act_case(r);
	struct change *c;

	if (rc != DONE)
		return rc;
	c = act_begin(r);
	return end_case(r, c, case_close(c, r->case_number, act_now(r), r->err),
	    "did-close");
}

/* Of a case that is open but was stopped: the reminders come back. */
int
verb_reopen(struct act *r)
{
	struct case_row row;
	struct change *c;
	int rc = act_case(r);

	if (rc != DONE)
		return rc;
	rc = act_outcome(r, ledger_case(r->x->store, r->x->owner, act_arena(r),
				r->case_number, &row, r->err));
	if (rc != DONE)
		return rc;
	c = act_begin(r);
	if (row.muted && (rc = act_outcome(r, case_mute(c, r->case_number,
						  false, r->err))) != DONE)
		return rc;
	if (row.muted && !row.closed)
		return end_case(r, c, 0, "did-start");
	return end_case(
	    r, c, case_reopen(c, r->case_number, r->err), "did-reopen");
}

int
verb_undo(struct act *r)
{
	char *text = NULL;
	int number =
	    r->c->case_number > 0 ? r->c->case_number : r->x->case_number;
	int rc =
	    act_outcome(r, event_undo(r->x->store, r->x->owner, act_arena(r),
			       number, r->x->voice.now, &text, r->err));

	if (rc != DONE)
		return rc;
	/* a region that is taken back moves dates again */
	rc = obligations_recompute(r->x->store, r->x->owner, act_arena(r),
	    r->x->calendars, r->x->voice.now, r->err);
	return rc < 0 ? act_outcome(r, -1) : DID(r, "did-undo", "text", text);
}

/* The number of the argument "14", "14 into 12"; 0 when there is none. */
static int64_t
argument_number(const char *text, const char **rest)
{
	static const char *const noise[] = {"case", "message", "no.", "#"};
	struct slice s = act_without(text, noise, 4);
	char *after;
	long long n;

	*rest = text;
	if (s.len == 0 || !isdigit((unsigned char)*s.p))
		return 0;
	n = strtoll(s.p, &after, 10);
	*rest = after + strspn(after, " .,");
	return n > 0 && n <= INT32_MAX ? n : 0;
}

int
verb_merge(struct act *r)
{
	static const char *const into[] = {"into", "with", "to"};
	const char *rest, *more;
	int64_t from = argument_number(r->c->rest, &rest);
	int64_t target = argument_number(
	    slice_dup(act_arena(r), act_without(rest, into, 3)), &more);
	struct change *c;
	int rc;

	if (from == 0)
		return REFUSE(r, "not-number", "example", "merge 14");
	if (target == 0 && (rc = act_case(r)) != DONE)
		return rc;
	if (target > 0)
		r->case_number = (int)target;
	c = act_begin(r);
	rc = act_outcome(r, case_merge(c, r->case_number, (int)from, r->err));
	if (rc != DONE)
		return rc;
	SAY(r, "did-merge", "case", act_print(r, r->case_number), "from",
	    act_print(r, from));
	return act_end(r, c);
}

static void
placed(struct act *r, int64_t message, int case_number)
{
	struct transcript *t = r->t;

	t->placed = arena_grow(
	    act_arena(r), t->placed, t->placed_count, sizeof(*t->placed));
	t->placed[t->placed_count++] =
	    (struct command_placed){message, case_number};
}

int
verb_split(struct act *r)
{
	const char *rest;
	int64_t message = argument_number(r->c->rest, &rest);
	struct change *c;
	int made, rc = act_case(r);

	if (rc != DONE)
		return rc;
	if (message == 0)
		return REFUSE(r, "not-number", "example", "split 31");
	c = act_begin(r);
	rc = act_outcome(
	    r, case_split(c, r->case_number, message, &made, r->err));
	if (rc != DONE)
		return rc;
	SAY(r, "did-split", "case", act_print(r, made), "message",
	    act_print(r, message));
	return act_end(r, c);
}

/* Where to: a case, `new`, or `unfiled` (0); -1 when it is none of these. */
static int
move_target(struct act *r, const char *rest, bool *fresh)
{
	static const char *const to[] = {"to", "into", "in", "as"};
	const char *text = slice_dup(act_arena(r), act_without(rest, to, 4));
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

int
verb_move(struct act *r)
{
	const char *rest;
	int64_t message = argument_number(r->c->rest, &rest);
	struct change *c;
	bool fresh;
	int rc, to = move_target(r, rest, &fresh);

	if (message == 0 || to < 0)
		return REFUSE(r, "not-number", "example", "move 31 14");
	r->case_number = to;
	c = act_begin(r);
	rc = act_outcome(
	    r, fresh ? case_open(c, message, r->x->region, &to, r->err)
		     : case_move(c, message, to, r->err));
	if (rc != DONE)
		return rc;
	if (to > 0)
		placed(r, message, to);
	SAY(r,
	    fresh    ? "did-open"
	    : to > 0 ? "did-move"
		     : "did-unfile",
	    "case", act_print(r, to), "message", act_print(r, message));
	return act_end(r, c);
}

int
verb_company(struct act *r)
{
	struct change *c;
	int rc = act_case(r);

	if (rc != DONE)
		return rc;
	if (*r->c->rest == '\0')
		return REFUSE(r, "not-text");
	c = act_begin(r);
	rc = act_outcome(
	    r, case_set_company(c, r->case_number, r->c->rest, r->err));
	if (rc != DONE)
		return rc;
	SAY(r, "did-company", "case", act_print(r, r->case_number), "name",
	    r->c->rest);
	return act_end(r, c);
}

int
verb_region(struct act *r)
{
	const struct calendar *calendar =
	    calendar_region(r->x->calendars, r->c->rest);
	struct change *c;
	int rc = act_case(r);

	if (rc != DONE)
		return rc;
	if (calendar == NULL || *r->c->rest == '\0')
		return REFUSE(r, "not-region", "name", r->c->rest);
	c = act_begin(r);
	rc = act_outcome(r, case_set_region(c, r->case_number,
				calendar_name(calendar), r->err));
	if (rc != DONE)
		return rc;
	SAY(r, "did-region", "case", act_print(r, r->case_number), "name",
	    calendar_name(calendar));
	rc = act_end(r, c);
	if (rc == DONE &&
	    obligations_recompute(r->x->store, r->x->owner, act_arena(r),
		r->x->calendars, r->x->voice.now, r->err) < 0)
		return act_outcome(r, -1);
	return rc;
}
