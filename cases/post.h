/*
 * Post: from the ledger to mails in the outbox.
 *
 * Decides what to say (nudge.h), writes it (letter.h), has it made into bytes
 * by the root's compose function, and adds it, all in the caller's
 * transaction.  Nothing is sent here.
 *
 * Mail goes to the owner.  Answers come back to the case's address with the
 * owner's MAC; the Message-ID carries one too.  The exception is the letter to
 * a company that the owner has sent (follow_up.h): it comes from the owner,
 * answers go to the owner, and what MAC it carries has no authority.
 */
#ifndef CASES_POST_H
#define CASES_POST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "cases/command.h"
#include "cases/follow_up.h"
#include "cases/ladder.h"
#include "cases/nudge.h"
#include "cases/outbox.h"
#include "cases/say.h"
#include "cases/thread.h"
#include "cases/token.h"

/* A date for the calendar file that goes with a mail. */
struct nudge_date {
	const char *uid; /* the same for an obligation whatever its date */
	const char *summary, *description;
	struct due due;
	bool own; /* the owner's own deadline: worth an alarm */
};

/* A mail in words, not yet in bytes.  Lives in the arena. */
struct nudge_text {
	enum nudge_kind kind;
	int case_number;
	bool to_company; /* from the owner; recipient is the company's */
	const char *recipient; /* the owner's address */
	const char *reply_to; /* the case's address, with its MAC; NULL */
	const char *message_id; /* without <> */
	const char *in_reply_to; /* NULL */
	struct strings references;
	const char *subject, *text, *html;
	struct nudge_date *dates;
	size_t date_count;
	const struct dossier *dossiers; /* whose pages go with it */
	size_t dossier_count;
	struct follow_up *follow_up; /* the letter that it offers; NULL */
	int64_t now; /* for the Date field */
};

typedef int compose_fn(void *arg, struct arena *, const struct nudge_text *,
    struct slice *raw, struct err *);

/* Fills in law and rungs: most mails need neither. */
struct post;
typedef int load_law_fn(void *arg, struct post *, struct err *);

struct post {
	struct store *store;
	int64_t owner;
	struct voice voice; /* arena, words, zone, now */
	const struct nudge_settings *settings;
	struct token_key key;
	const char *recipient;
	const char *name; /* the owner's, under letters; may be "" */
	/* Given by load_law() when they are first needed: see post_law(). */
	const struct law *law;
	const struct rung_row *rungs; /* RUNG_COUNT of them */
	const struct thread_words *words; /* marks before a subject */
	load_law_fn *load_law;
	const char *case_address; /* "me+{case}@example.org"; NULL: answers come
	                           * to the address that mails are from */
	const char *domain; /* of Message-IDs */
	compose_fn *compose;
	void *compose_arg;
};

/* What the second transaction made of a message. */
struct receipt {
	int64_t message;
	int case_number;
	bool opened; /* it opened the case */
	bool by_owner; /* the owner forwarded it: answered at once */
	bool stranger; /* the sender's domain is new in the case */
	const char *why; /* how it was placed; NULL */
	const char *again; /* what its coming late has changed; NULL */
	const struct applied *applied; /* NULL: nothing was read */
};

/* All return 0, also when it was said before; -1 with err.  A receipt that
 * would tell nothing (no case opened, nothing found, no fault) is not made;
 * what no owner waits for waits itself for the end of the quiet hours. */
int post_receipt(struct post *, const struct receipt *, struct err *);
int post_doubt(
    struct post *, int64_t message, const struct placement *, struct err *);
/* To the owner who forwarded it. */
int post_unfiled(struct post *, int64_t message, const char *why, struct err *);
/* message: the mail that carried the commands.  What was refused is answered
 * at most once a day. */
int post_transcript(struct post *, int64_t message,
    const struct command_context *, const struct transcript *, struct err *);

/* The letter into the outbox, as it was approved; *outbox: its number. */
int post_follow_up(
    struct post *, const struct follow_up *, int64_t *outbox, struct err *);
/* Tells the owner what became of a letter that has not gone, or may not have:
 * line is the command that it was, why the reason. */
int
post_report(struct post *, int64_t follow_up, const char *why, struct err *);

/* Plans what time has brought; returns how many mails, or -1. */
int post_schedule(struct post *, struct err *);

/*
 * Takes the next mail to be sent out of the outbox: checks that it still
 * holds, writes it anew (days pass while a server is down) and marks it
 * `sending`.  1: a mail; 0: none; -1.  Commit before a byte is sent.
 */
int post_next(struct post *, struct outbox_mail *, struct err *);

#endif
