/*
 * Verbs about what strangers may see: publish, unpublish.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cases/ledger.h"
#include "cases/publish.h"
#include "cases/verbs.h"

enum { THE_TICKET = -1, THE_TITLE = 0 };

/* "", "title", "3" or "12.3"; false when it is none of these. */
static bool
what_of(struct act *r, int *number)
{
	const char *text = r->c->rest;
	char *end;

	*number = r->c->number > 0 ? r->c->number : THE_TICKET;
	if (*text == '\0')
		return true;
	*number = THE_TITLE;
	if (strcasecmp(text, "title") == 0)
		return true;
	*number = (int)strtol(text, &end, 10);
	return end != text && *end == '\0' && *number > 0;
}

/* That there is such an obligation; what is shown of it are its words. */
static int
check_number(struct act *r, int number)
{
	struct obligation o;

	if (number <= THE_TITLE)
		return DONE;
	return act_outcome(
	    r, ledger_obligation(r->x->store, r->x->owner, act_arena(r),
		   r->case_number, number, &o, r->err));
}

static int
settle(struct act *r, int *number)
{
	int rc = act_case(r);

	if (rc != DONE)
		return rc;
	if (!what_of(r, number))
		return REFUSE(r, "not-publish", "text", r->c->rest);
	return check_number(r, *number);
}

static const char *
named(struct act *r, int number)
{
	return number == THE_TITLE
		   ? LETTER_SAY(act_arena(r), r->x->voice.letters, "the-title")
		   : arena_printf(
			 act_arena(r), "%d.%d", r->case_number, number);
}

int
verb_publish(struct act *r)
{
	struct change *c;
	int number, rc = settle(r, &number);

	if (rc != DONE)
		return rc;
	c = act_begin(r);
	rc = act_outcome(
	    r, number == THE_TICKET
		   ? ticket_publish(c, r->case_number, NULL, r->err)
		   : words_release(c, r->case_number, number, r->err));
	if (rc != DONE)
		return rc;
	if (number == THE_TICKET)
		SAY(r, "did-publish", "case", act_print(r, r->case_number));
	else
		SAY(r, "did-release", "case", act_print(r, r->case_number),
		    "what", named(r, number));
	return act_end(r, c);
}

int
verb_unpublish(struct act *r)
{
	struct change *c;
	int number, rc = settle(r, &number);

	if (rc != DONE)
		return rc;
	c = act_begin(r);
	rc = act_outcome(
	    r, number == THE_TICKET
		   ? ticket_withdraw(c, r->case_number, r->err)
		   : words_take_back(c, r->case_number, number, r->err));
	if (rc != DONE)
		return rc;
	if (number == THE_TICKET)
		SAY(r, "did-withdraw", "case", act_print(r, r->case_number));
	else
		SAY(r, "did-take-back", "case", act_print(r, r->case_number),
		    "what", named(r, number));
	return act_end(r, c);
}
