/*
 * The event log: every change to a case, for ever, in order.
 *
 * Each event has a line for the timeline and the images of the rows that it
 * changed, before and after.  So `undo` restores the exact prior state of the
 * owner's last command, and refuses when something else has touched the same
 * rows since.  Events are never changed or removed; an undo is an event too.
 * Each carries a SHA-256 over itself and the one before it (chain), so that
 * leaving one out or altering it shows (events_verify()).
 */
#ifndef CASES_EVENT_H
#define CASES_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "cases/store.h"

enum actor { ACTOR_OWNER, ACTOR_MAIL, ACTOR_PROMISED };
const char *actor_name(enum actor); /* "owner", "mail", "promised" */

struct change; /* one event in the making */

/*
 * Inside a transaction:
 *	struct change *c = change_begin(store, owner, arena, 12, ACTOR_OWNER,
 *	    "void", now);
 *	... obligation_void(c, 12, 3, err) ...
 *	change_end(c, "12.3 is void: never promised", err);
 * A change that is not ended leaves no event; roll the transaction back.
 */
struct change *change_begin(struct store *, int64_t owner, struct arena *,
    int case_number, enum actor, const char *verb, int64_t now);
/* The message that is the cause; 0 (the default): none. */
void change_message(struct change *, int64_t message);
/* The case that it is told of, when that is found out later. */
void change_case(struct change *, int case_number);
/* Rows that are as they were are left out, but for those of cases.  text: one
 * line for the timeline.  event (may be NULL): its number. */
int change_end(struct change *, const char *text, int64_t *event, struct err *);

/* The tables whose rows are under undo; keys as in schema.c. */
enum table {
	TABLE_CASE, /* case number, 0 */
	TABLE_OBLIGATION, /* case number, obligation number */
	TABLE_MESSAGE, /* message number, 0: its placing only */
	TABLE_ENTRY, /* entry number, 0 */
	TABLE_COMPANY, /* company number, 0: its name */
	TABLE_ALIAS, /* alias number, 0 */
	TABLE_FOLLOW_UP, /* its number, 0 */
	TABLE_MILESTONE, /* its number, 0 */
	TABLE_TICKET, /* case number, 0 */
	TABLE_RELEASED, /* its number, 0 */
	TABLE_COUNT
};
/* Must be called before a row is changed, made or removed. */
int change_touch(
    struct change *, enum table, int64_t key1, int64_t key2, struct err *);

/* What becomes of this row is no part of the change: it is not undone. */
void change_forget(struct change *, enum table, int64_t key1, int64_t key2);

/* For those who write the change. */
struct store *change_store(const struct change *);
int64_t change_owner(const struct change *);
struct arena *change_arena(const struct change *);
int64_t change_now(const struct change *);

/* An event without rows: "nudge sent".  Inside a transaction. */
int event_note(struct store *, int64_t owner, int case_number, enum actor,
    const char *verb, const char *text, int64_t message, int64_t now,
    struct err *);

/*
 * Takes back the owner's last command on this case (0: on any case), or on
 * another one that touched this case, that was not taken back yet, or the last
 * placing again (again.h), if that came later; what the mails of that were is
 * the owner's word from then on.  Inside a transaction.  text (in the arena)
 * tells what was undone.  EX_USAGE when there is nothing to undo, or when later
 * mail has changed the same rows.
 */
int event_undo(struct store *, int64_t owner, struct arena *, int case_number,
    int64_t now, char **text, struct err *);

/* 0 when the owner's chain is whole; -1 with err (EX_DATAERR) naming the first
 * event that does not fit. */
int events_verify(struct store *, int64_t owner, struct err *);

#endif
