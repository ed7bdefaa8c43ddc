/*
 * Running mail commands; see command.h.
 *
 * The lines are run in order.  What cannot be done is answered with the reason
 * and leaves the ledger alone: the changing functions refuse (EX_USAGE) before
 * they write.  Below is the table of all verbs.
 */
#include <string.h>
#include <strings.h>

#include "cases/verbs.h"

static int
run_help(struct act *r)
{
	r->t->help = true;
	return DID(r, "did-help");
}

static int
run_unknown(struct act *r)
{
	r->t->help = true;
	return REFUSE(r, "not-understood");
}

static const struct {
	int (*run)(struct act *);
	bool bare; /* nothing may follow its number */
} effects[VERB_COUNT] = {
    [VERB_UNKNOWN] = {run_unknown, false},
    [VERB_KEPT] = {verb_kept, false},
    [VERB_NOT_KEPT] = {verb_not_kept, true},
    [VERB_VOID] = {verb_void, true},
    [VERB_DUE] = {verb_due, false},
    [VERB_RECEIVED] = {verb_received, false},
    [VERB_SNOOZE] = {verb_snooze, false},
    [VERB_STOP] = {verb_stop, true},
    [VERB_CLOSE] = {verb_close, true},
    [VERB_REOPEN] = {verb_reopen, true},
    [VERB_STATUS] = {verb_status, false},
    [VERB_LIST] = {verb_list, false},
    [VERB_UNDO] = {verb_undo, true},
    [VERB_HELP] = {run_help, false},
    [VERB_MERGE] = {verb_merge, false},
    [VERB_SPLIT] = {verb_split, false},
    [VERB_MOVE] = {verb_move, false},
    [VERB_COMPANY] = {verb_company, false},
    [VERB_REGION] = {verb_region, false},
    [VERB_NOTE] = {verb_note, false},
    [VERB_CALL] = {verb_call, false},
    [VERB_VISIT] = {verb_visit, false},
    [VERB_SPENT] = {verb_spent, false},
    [VERB_SEND] = {verb_send, false},
    [VERB_EDIT] = {verb_edit, false},
    [VERB_CONTACT] = {verb_contact, false},
    [VERB_DRAFT] = {verb_draft, false},
    [VERB_LADDER] = {verb_ladder, true},
    [VERB_SECTOR] = {verb_sector, false},
    [VERB_EVENT] = {verb_event, false},
    [VERB_PUBLISH] = {verb_publish, false},
    [VERB_UNPUBLISH] = {verb_unpublish, false},
    [VERB_EXPORT] = {verb_export, true},
};

/* "Close my account with them" is no command to close the case: a verb that
 * takes no more than a number must not have more. */
static int
no_more(struct act *r)
{
	static const char *const nothing[] = {
	    "", "it", "that", "this", "this case", "the case", "now", "again"};

	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		if (strcasecmp(r->c->rest, nothing[i]) == 0)
			return DONE;
	return REFUSE(
	    r, "not-more", "text", r->c->rest, "verb", verb_name(r->c->verb));
}

static int
run_one(struct act *r, struct command_answer *answer)
{
	int rc = DONE;

	answer->verb = r->c->verb;
	answer->line = r->c->line;
	if (!r->x->authorised) {
		answer->text = r->x->refusal;
		return 0;
	}
	if (effects[r->c->verb].bare)
		rc = no_more(r);
	if (rc == DONE)
		rc = effects[r->c->verb].run(r);
	if (rc == FAILED)
		return -1;
	answer->done = rc == DONE;
	answer->text = r->answer;
	answer->draft = r->draft;
	return 0;
}

/* What the transcript says of help, without line and signature around it. */
static const char *
help_text(const struct command_context *x)
{
	struct arena *a = x->voice.arena;
	struct values *values = values_new(a);
	struct letter_text text;
	const char *from, *to;

	values_set(values, "help", "1");
	letter_write(a, x->voice.letters, LETTER_TRANSCRIPT, values, &text);
	from = strstr(text.text, "\n\n");
	from = from == NULL ? text.text : from + 2;
	to = strstr(from, "\n-- \n");
	return to == NULL ? from : arena_strndup(a, from, (size_t)(to - from));
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
		struct act r = {.x = x, .c = &cs->v[t->n], .t = t, .err = err};

		if (run_one(&r, &t->v[t->n]) == -1)
			return -1;
	}
	if (t->help)
		t->help_text = help_text(x);
	return 0;
}
