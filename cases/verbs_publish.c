/*
 * Verbs about what is shown outside: publish, unpublish, export.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

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

/* Where it is, or where the configuration says. */
static int
ticket_show(struct change *c, int case_number, struct err *err)
{
	return ticket_publish(c, case_number, NULL, err);
}

/* Each verb by what it is about: the change, and the answer. */
static const struct effect {
	int (*ticket)(struct change *, int case_number, struct err *);
	int (*words)(
	    struct change *, int case_number, int number, struct err *);
	const char *did_ticket, *did_words;
} let_go = {ticket_show, words_release, "did-publish", "did-release"},
  take_back = {
      ticket_withdraw, words_take_back, "did-withdraw", "did-take-back"};

static int
change_published(struct act *r, const struct effect *e)
{
	struct change *c;
	int number, rc = settle(r, &number);

	if (rc != DONE)
		return rc;
	c = act_begin(r);
	rc = act_outcome(r, number == THE_TICKET
				? e->ticket(c, r->case_number, r->err)
				: e->words(c, r->case_number, number, r->err));
	if (rc != DONE)
		return rc;
	if (number == THE_TICKET)
		SAY(r, e->did_ticket, "case", act_print(r, r->case_number));
	else
		SAY(r, e->did_words, "case", act_print(r, r->case_number),
		    "what", named(r, number));
	return act_end(r, c);
}

int
verb_publish(struct act *r)
{
	return change_published(r, &let_go);
}

int
verb_unpublish(struct act *r)
{
	return change_published(r, &take_back);
}

static void
goes_along(struct act *r, const struct dossier *d)
{
	struct transcript *t = r->t;

	t->dossiers = arena_grow(
	    act_arena(r), t->dossiers, t->dossier_count, sizeof(*t->dossiers));
	t->dossiers[t->dossier_count++] = *d;
}

int
verb_export(struct act *r)
{
	struct dossier d = {0};
	struct case_row row;
	int rc = act_case(r);

	if (rc == DONE)
		rc = act_outcome(
		    r, ledger_case(r->x->store, r->x->owner, act_arena(r),
			   r->case_number, &row, r->err));
	if (rc != DONE)
		return rc;
	d.case_number = r->case_number;
	if (r->x->write_dossier(r->x->arg, act_arena(r), &d, r->err) == -1) {
		r->err->code = EX_USAGE; /* a full disk stops no command */
		return act_outcome(r, -1);
	}
	goes_along(r, &d);
	return DID(r, "did-export", "case", act_print(r, r->case_number),
	    "folder", d.folder);
}
