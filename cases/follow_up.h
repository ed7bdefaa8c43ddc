/*
 * Follow-ups: letters to the company, drafted when a promise has lapsed, and
 * sent only on the owner's word.
 *
 *	draft     shown to the owner with a token; the newest of a case alone
 *	approved  the owner sent the token back: it lies in the outbox
 *	gone      handed to the next station; it can be taken back no more
 *	void      another draft took its place, or mail of the company did
 *
 * The token is a MAC over owner, case, recipient, subject, text and the
 * message that is answered: another letter has another token.  It is good for
 * FOLLOW_UP_DAYS, once, and only until the company writes again.
 *
 * What the letter says depends on the rung that the case stands on: the file
 * cases/rungs tells when each is reached, a template how it speaks.
 */
#ifndef CASES_FOLLOW_UP_H
#define CASES_FOLLOW_UP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "cases/event.h"
#include "cases/letter.h"

struct post;

enum { FOLLOW_UP_DAYS = 14, FOLLOW_UP_MOST = 64 * 1024 /* bytes of text */ };

/* In the order of LETTER_FRIENDLY and its kin. */
enum rung {
	RUNG_FRIENDLY,
	RUNG_FIRM,
	RUNG_COMPLAINT,
	RUNG_FINAL,
	RUNG_COURT, /* these two at the owner's word alone */
	RUNG_OMBUDSMAN, /* goes to no company */
	RUNG_COUNT
};
const char *rung_name(enum rung); /* "friendly" */
bool rung_of_name(const char *, enum rung *);

struct rung_row {
	int letters, slips; /* -1: not reached by that way */
	int days; /* for the answer */
};

/* The file cases/rungs.  NULL with err (EX_CONFIG, file:line).  Lives in the
 * arena. */
struct rung_row *rungs_load(struct arena *, const char *path, struct err *);

enum follow_up_state {
	FOLLOW_UP_DRAFT,
	FOLLOW_UP_APPROVED,
	FOLLOW_UP_GONE,
	FOLLOW_UP_VOID
};

struct follow_up {
	int64_t id;
	int case_number;
	enum rung rung;
	enum follow_up_state state;
	const char *recipient; /* NULL: no address is known that is read */
	const char *subject, *text;
	int64_t answers; /* the company's message it answers; 0: none */
	int64_t seen; /* the company's newest message when it was drafted */
	int64_t made;
	bool edited; /* the words are the owner's */
	int64_t shown; /* mail of the outbox that showed it; 0: none */
	int64_t outbox; /* the mail to the company; 0: none */
	const char *token; /* "45-k7fq...": the word after `send` */
};

/* Before law or rungs of it are used, which most mails need not. */
int post_law(struct post *, struct err *);

/*
 * All run inside a transaction.  1, or 0 when there is none, or -1 with err.
 */
int follow_up_get(struct post *, int64_t id, struct follow_up *, struct err *);
/* What the word after `send` names; 0 when its MAC does not fit. */
int follow_up_of_token(
    struct post *, const char *token, struct follow_up *, struct err *);
/* The draft that a mail of ours showed. */
int follow_up_shown_by(
    struct post *, int64_t outbox, struct follow_up *, struct err *);

/*
 * The draft of a case as of now: the one in hand while it still says the same,
 * or the owner has edited it; else a new one, which voids it.  0 when nothing
 * of the company's has lapsed.
 */
int
follow_up_now(struct post *, int case_number, struct follow_up *, struct err *);
/* A draft on the rung that the owner names, though nothing has lapsed. */
int follow_up_on(struct post *, struct change *, int case_number, enum rung,
    struct follow_up *, struct err *);
/* A draft in the owner's own words; 0 or -1. */
int follow_up_edit(struct post *, struct change *, int case_number,
    const char *text, struct follow_up *, struct err *);

/* Why the token is worth nothing any more. */
enum follow_up_fault {
	FOLLOW_UP_FINE,
	FOLLOW_UP_SENT, /* single use */
	FOLLOW_UP_REPLACED,
	FOLLOW_UP_EXPIRED,
	FOLLOW_UP_ANSWERED, /* the company has written since */
	FOLLOW_UP_NOWHERE /* no recipient */
};
/* -1 with err. */
int follow_up_check(struct post *, const struct follow_up *,
    enum follow_up_fault *, struct err *);
/* Whether the company has written since it was drafted: 1, 0, -1. */
int follow_up_answered(struct post *, const struct follow_up *, struct err *);

/* All of a case that count: sent, about to be, in hand; oldest first.  0 or
 * -1. */
struct letter_row {
	struct follow_up letter;
	int64_t sent; /* when it was accepted; 0: it was not */
	const char *message_id; /* of the mail; NULL: there is none yet */
};
int follow_ups_of(struct post *, int case_number, struct letter_row **,
    size_t *n, struct err *);

int follow_up_set_state(struct post *, int64_t id, enum follow_up_state,
    int64_t outbox, struct err *);
/* A mail to the owner that is about to be added shows this draft. */
int
follow_up_set_shown(struct post *, int64_t id, int64_t outbox, struct err *);

/* Recipient, subject, text and token into these values, as SAY_FOLLOW_UP. */
#define SAY_FOLLOW_UP "recipient subject text token rung"
void say_follow_up(struct values *, const struct follow_up *);

#endif
