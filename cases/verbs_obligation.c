/*
 * Verbs about one obligation: kept, not kept, void, due, received.
 */
#include <strings.h>

#include "base/zone.h"

#include "cases/ledger.h"
#include "cases/verbs.h"

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
settle_only(struct act *r)
{
	struct obligation *v;
	struct case_row row;
	struct buf choices = {0};
	size_t n, found = 0;

	if (ledger_case(r->x->store, r->x->owner, act_arena(r),
		r->case_number, &row, r->err) == -1 ||
	    ledger_obligations(r->x->store, r->x->owner, act_arena(r),
		r->case_number, false, &v, &n, r->err) == -1)
		return act_outcome(r, -1);
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
		SAY(r, "not-open", "case", act_print(r, r->case_number));
	if (found > 1)
		SAY(r, "not-which", "choices", choices.p);
	buf_free(&choices);
	return found == 1 ? DONE : REFUSED;
}

static int
settle_obligation(struct act *r, int number)
{
	int rc = act_case(r);

	if (rc != DONE)
		return rc;
	r->number = number;
	if (number == 0 && r->case_number == r->x->case_number)
		r->number = r->x->number;
	return r->number > 0 ? DONE : settle_only(r);
}

static int
settle_past(struct act *r, struct moment *at)
{
	if (act_past(r, r->c->rest, at))
		return DONE;
	return REFUSE(r, "not-date", "text", r->c->rest);
}

/* The answer about an obligation as it now stands. */
static int
end_obligation(struct act *r, struct change *c, const char *key)
{
	struct obligation o;

	if (ledger_obligation(r->x->store, r->x->owner, act_arena(r),
		r->case_number, r->number, &o, r->err) == -1)
		return act_outcome(r, -1);
	SAY(r, key, "number",
	    arena_printf(act_arena(r), "%d.%d", o.case_number, o.number),
	    "what", say_what(&r->x->voice, o.action), "due",
	    say_due_long(&r->x->voice, &o));
	return act_end(r, c);
}

int
verb_kept(struct act *r)
{
	struct moment when;
	struct change *c;
	int rc;

	if ((rc = settle_obligation(r, r->c->number)) != DONE ||
	    (rc = settle_past(r, &when)) != DONE)
		return rc;
	c = act_begin(r);
	rc = act_outcome(
	    r, obligation_keep(c, r->case_number, r->number, when, r->err));
	return rc == DONE ? end_obligation(r, c, "did-kept") : rc;
}

static int
change_obligation(struct act *r,
    int (*change)(struct change *, int case_number, int number, struct err *),
    const char *said)
{
	int rc = settle_obligation(r, r->c->number);
	struct change *c;

	if (rc != DONE)
		return rc;
	c = act_begin(r);
	rc = act_outcome(r, change(c, r->case_number, r->number, r->err));
	return rc == DONE ? end_obligation(r, c, said) : rc;
}

int
verb_not_kept(struct act *r)
{
	return change_obligation(r, obligation_unkeep, "did-not-kept");
}

int
verb_void(struct act *r)
{
	return change_obligation(r, obligation_void, "did-void");
}

/*
 * "due 3 March" is a date, "due 3 FRIDAY" is obligation 3: a number before a
 * date is that of an obligation when it does not change the day (which "3
 * FRIDAY" read as three o'clock does not).
 */
static int
settle_due(struct act *r, int *number, struct due *due)
{
	static const char *const by[] = {"by", "on", "is", "to"};
	const char *text =
	    slice_dup(act_arena(r), act_without(r->c->rest, by, 4));
	const char *rest = NULL;
	struct moment now = act_now(r);
	struct due other;
	int n = r->c->number > 0 ? 0 : act_leading_number(text, &rest);
	bool whole;

	*number = r->c->number;
	if (*text == '\0')
		return REFUSE(r, "not-date-missing");
	whole = act_date(r, text, now, true, due);
	if (n > 0 && act_date(r, rest, now, true, &other) &&
	    (!whole || due->day == other.day)) {
		*number = n;
		*due = other;
		return DONE;
	}
	if (whole || act_date(r, text, now, false, due))
		return DONE;
	return REFUSE(r, "not-date", "text", r->c->rest);
}

int
verb_due(struct act *r)
{
	struct due due;
	struct change *c;
	int number, rc;

	if ((rc = settle_due(r, &number, &due)) != DONE ||
	    (rc = settle_obligation(r, number)) != DONE)
		return rc;
	c = act_begin(r);
	rc = act_outcome(
	    r, obligation_due(c, r->case_number, r->number, due, r->err));
	return rc == DONE ? end_obligation(r, c, "did-due") : rc;
}

int
verb_received(struct act *r)
{
	struct moment day;
	struct change *c;
	int rc;

	if ((rc = settle_obligation(r, r->c->number)) != DONE ||
	    (rc = settle_past(r, &day)) != DONE)
		return rc;
	c = act_begin(r);
	rc =
	    act_outcome(r, obligation_received(c, act_arena(r), r->x->calendars,
			       r->case_number, r->number, day, r->err));
	return rc == DONE ? end_obligation(r, c, "did-received") : rc;
}
