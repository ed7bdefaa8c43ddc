/*
 * Verbs that put on record what the owner did: note, call, visit, spent.  What
 * was said is handed back, to be read by the rules.
 */
#include <string.h>

#include "cases/case.h"
#include "cases/verbs.h"

static void
heard(struct act *r, const struct entry *e)
{
	struct transcript *t = r->t;
	struct command_heard *h;

	if (*e->text == '\0' || e->kind == ENTRY_SPENT)
		return;
	t->heard = arena_grow(
	    act_arena(r), t->heard, t->heard_count, sizeof(*t->heard));
	h = &t->heard[t->heard_count++];
	*h = (struct command_heard){
	    e->case_number, r->c->verb, e->at, e->who, e->text};
}

static const char *
entry_answer(struct act *r, const struct entry *e)
{
	const char *number = act_print(r, e->case_number);
	const char *time =
	    e->minutes > 0 ? say_minutes(&r->x->voice, e->minutes) : "";

	if (e->kind == ENTRY_NOTE)
		SAY(r, "did-note", "case", number);
	else if (e->kind == ENTRY_SPENT)
		SAY(r, "did-spent", "case", number, "amount",
		    say_money(&r->x->voice, e->cents, e->currency), "text",
		    e->text);
	else
		SAY(r, e->kind == ENTRY_CALL ? "did-call" : "did-visit", "case",
		    number, "who", e->who, "time", time);
	return r->answer;
}

static int
add_entry(struct act *r, enum entry_kind kind)
{
	struct entry e = {.kind = kind,
	    .minutes = r->c->minutes,
	    .cents = r->c->cents,
	    .currency = r->c->currency,
	    .who = r->c->who,
	    .text = r->c->text};
	struct change *c;
	int rc = act_case(r);

	if (rc != DONE)
		return rc;
	if (kind == ENTRY_SPENT && !r->c->measured)
		return REFUSE(r, "not-amount");
	if (kind == ENTRY_NOTE && *e.text == '\0')
		return REFUSE(r, "not-text");
	/* "Call them tomorrow" is no record of a call */
	if ((kind == ENTRY_CALL || kind == ENTRY_VISIT) && !r->c->measured &&
	    strchr(r->c->rest, ':') == NULL)
		return REFUSE(r, "not-effort", "verb", verb_name(r->c->verb));
	e.case_number = r->case_number;
	e.at = act_now(r);
	c = act_begin(r);
	rc = act_outcome(r, case_add(c, &e, r->err));
	if (rc != DONE)
		return rc;
	entry_answer(r, &e);
	heard(r, &e);
	return act_end(r, c);
}

int
verb_note(struct act *r)
{
	return add_entry(r, ENTRY_NOTE);
}

int
verb_call(struct act *r)
{
	return add_entry(r, ENTRY_CALL);
}

int
verb_visit(struct act *r)
{
	return add_entry(r, ENTRY_VISIT);
}

int
verb_spent(struct act *r)
{
	return add_entry(r, ENTRY_SPENT);
}
