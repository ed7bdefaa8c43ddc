/*
 * Verbs about the letter to the company: send, edit, contact.
 */
#include <string.h>

#include "cases/case.h"
#include "cases/follow_up.h"
#include "cases/post.h"
#include "cases/verbs.h"

/* The draft as of now is shown below the answer, when there is one. */
static int
show_now(struct act *r)
{
	struct follow_up *f = arena_alloc(act_arena(r), sizeof(*f));
	int rc = follow_up_now(r->x->post, r->case_number, f, r->err);

	if (rc == 1)
		r->draft = f;
	return rc < 0 ? act_outcome(r, -1) : DONE;
}

/* What the owner has approved cannot go; the answer says why, and shows what
 * could go instead. */
static int
refuse(struct act *r, enum follow_up_fault fault)
{
	static const char *const keys[] = {
	    [FOLLOW_UP_SENT] = "not-send-twice",
	    [FOLLOW_UP_REPLACED] = "not-send-replaced",
	    [FOLLOW_UP_EXPIRED] = "not-send-expired",
	    [FOLLOW_UP_ANSWERED] = "not-send-answered",
	    [FOLLOW_UP_NOWHERE] = "not-send-nowhere",
	};

	SAY(r, keys[fault], "case", act_print(r, r->case_number), "days",
	    act_print(r, FOLLOW_UP_DAYS));
	if (fault != FOLLOW_UP_SENT && show_now(r) == FAILED)
		return FAILED;
	return REFUSED;
}

/* No token: the letter that the mail showed which is answered; else the one
 * in hand is shown, with its token. */
static int
settle_letter(struct act *r, struct follow_up *f)
{
	const char *token = r->c->rest;
	int rc;

	if (*token != '\0' && strchr(token, '-') != NULL) {
		rc = follow_up_of_token(r->x->post, token, f, r->err);
		if (rc == 0)
			return REFUSE(r, "not-token", "token", token);
	} else {
		rc = follow_up_shown_by(r->x->post, r->x->nudge, f, r->err);
		if (rc == 0) {
			if ((rc = act_case(r)) != DONE)
				return rc;
			if ((rc = show_now(r)) != DONE)
				return rc;
			return r->draft != NULL
				   ? REFUSE(r, "not-send-which")
				   : REFUSE(r, "not-send-nothing", "case",
					 act_print(r, r->case_number));
		}
	}
	if (rc < 0)
		return act_outcome(r, -1);
	r->case_number = f->case_number;
	return DONE;
}

int
verb_send(struct act *r)
{
	enum follow_up_fault fault;
	struct follow_up f;
	struct change *c;
	int64_t outbox = 0;
	int rc = settle_letter(r, &f);

	if (rc != DONE)
		return rc;
	if (follow_up_check(r->x->post, &f, &fault, r->err) < 0)
		return act_outcome(r, -1);
	if (fault != FOLLOW_UP_FINE)
		return refuse(r, fault);
	c = act_begin(r);
	if (change_touch(c, TABLE_FOLLOW_UP, f.id, 0, r->err) < 0 ||
	    post_follow_up(r->x->post, &f, &outbox, r->err) < 0 ||
	    follow_up_set_state(
		r->x->post, f.id, FOLLOW_UP_APPROVED, outbox, r->err) < 0)
		return act_outcome(r, -1);
	SAY(r, "did-send", "case", act_print(r, r->case_number), "recipient",
	    f.recipient);
	rc = act_end(r, c);
	if (rc == DONE)
		r->answer = arena_printf(act_arena(r), "%s %s", r->answer,
		    LETTER_SAY(act_arena(r), r->x->voice.letters, "hint-sent"));
	return rc;
}

int
verb_edit(struct act *r)
{
	struct follow_up *f = arena_alloc(act_arena(r), sizeof(*f));
	struct change *c;
	int rc = act_case(r);

	if (rc != DONE)
		return rc;
	if (*r->c->text == '\0') {
		SAY(r, "not-letter");
		rc = show_now(r);
		return rc == DONE ? REFUSED : rc;
	}
	c = act_begin(r);
	rc = act_outcome(r, follow_up_edit(r->x->post, c, r->case_number,
				r->c->text, f, r->err));
	if (rc != DONE)
		return rc;
	/* touched after it was made: an undo takes it out again */
	r->draft = f;
	SAY(r, "did-edit", "case", act_print(r, r->case_number));
	return act_end(r, c);
}

/* `draft`: the letter in hand; `draft court`: one of the owner's choice. */
int
verb_draft(struct act *r)
{
	struct follow_up *f = arena_alloc(act_arena(r), sizeof(*f));
	enum rung rung;
	struct change *c;
	int rc = act_case(r);

	if (rc != DONE)
		return rc;
	if (*r->c->rest == '\0') {
		if ((rc = show_now(r)) != DONE)
			return rc;
		if (r->draft == NULL)
			return REFUSE(r, "not-send-nothing", "case",
			    act_print(r, r->case_number));
		return DID(
		    r, "did-draft", "case", act_print(r, r->case_number));
	}
	if (!rung_of_name(r->c->rest, &rung))
		return REFUSE(r, "not-rung", "text", r->c->rest);
	c = act_begin(r);
	rc = act_outcome(
	    r, follow_up_on(r->x->post, c, r->case_number, rung, f, r->err));
	if (rc != DONE)
		return rc;
	r->draft = f;
	SAY(r, "did-draft", "case", act_print(r, r->case_number));
	return act_end(r, c);
}

int
verb_contact(struct act *r)
{
	struct change *c;
	int rc = act_case(r);

	if (rc != DONE)
		return rc;
	if (r->x->address_fault(r->c->rest) != NULL)
		return REFUSE(r, "not-address", "text", r->c->rest);
	c = act_begin(r);
	rc = act_outcome(
	    r, case_set_contact(c, r->case_number, r->c->rest, r->err));
	if (rc != DONE)
		return rc;
	SAY(r, "did-contact", "case", act_print(r, r->case_number), "address",
	    r->c->rest);
	rc = act_end(r, c);
	return rc == DONE ? show_now(r) : rc;
}
