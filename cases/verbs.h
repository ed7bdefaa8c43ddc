/*
 * Verbs: between command_run.c, which runs the lines of a mail in order, and
 * the files of the verbs.  Each verb is one function; it settles its
 * arguments, makes one change, so that `undo` takes back exactly it, and says
 * what it did.
 */
#ifndef CASES_VERBS_H
#define CASES_VERBS_H

#include "cases/command.h"
#include "cases/event.h"

/* One command while it is run. */
struct act {
	const struct command_context *x;
	const struct mail_command *c;
	struct transcript *t;
	int case_number, number; /* settled by the verb */
	const char *answer;
	struct follow_up *draft; /* to be shown with the answer; NULL */
	struct err *err;
};

/* What the functions below return. */
enum { FAILED = -1, DONE = 0, REFUSED = 1 };

/* --- act.c --- */

/* The answer, by its key and its names and values; DONE or REFUSED. */
#define SAY(r, ...)                \
	((r)->answer = LETTER_SAY( \
	     (r)->x->voice.arena, (r)->x->voice.letters, __VA_ARGS__))
#define DID(r, ...) (SAY(r, __VA_ARGS__), DONE)
#define REFUSE(r, ...) (SAY(r, __VA_ARGS__), REFUSED)

struct arena *act_arena(const struct act *);
char *act_print(const struct act *, int64_t);
/* A command that makes no sense is answered; a store that fails is not. */
int act_outcome(struct act *, int rc);
/* Which case: the one said, or the one that the mail is about. */
int act_case(struct act *);

struct moment act_now(const struct act *); /* in the owner's zone */
/* The text without the first of these words that it begins with. */
struct slice act_without(const char *, const char *const *words, size_t n);
/* A bare number before more, as in "3 FRIDAY"; 0 when there is none. */
int act_leading_number(const char *, const char **rest);
/* A date at the start of the text; whole: nothing may follow it. */
bool act_date(const struct act *, const char *, struct moment anchor,
    bool whole, struct due *);

/* The moment of something that has happened: "3 March" is the last one, not
 * the next; "" is now. */
bool act_past(const struct act *, const char *, struct moment *);

struct change *act_begin(struct act *);
/* Ends the change; its answer is the line of the timeline. */
int act_end(struct act *, struct change *);

/* verbs_obligation.c */
int verb_kept(struct act *);
int verb_not_kept(struct act *);
int verb_void(struct act *);
int verb_due(struct act *);
int verb_received(struct act *);
/* verbs_case.c */
int verb_snooze(struct act *);
int verb_stop(struct act *);
int verb_close(struct act *);
int verb_reopen(struct act *);
int verb_undo(struct act *);
int verb_merge(struct act *);
int verb_split(struct act *);
int verb_move(struct act *);
int verb_company(struct act *);
int verb_region(struct act *);
/* verbs_entry.c */
int verb_note(struct act *);
int verb_call(struct act *);
int verb_visit(struct act *);
int verb_spent(struct act *);
/* verbs_letter.c */
int verb_send(struct act *);
int verb_edit(struct act *);
int verb_contact(struct act *);
int verb_draft(struct act *);
/* verbs_publish.c */
int verb_publish(struct act *);
int verb_unpublish(struct act *);
int verb_export(struct act *);
/* verbs_ladder.c */
int verb_ladder(struct act *);
int verb_sector(struct act *);
int verb_event(struct act *);
/* verbs_ask.c */
int verb_status(struct act *);
int verb_list(struct act *);

#endif
