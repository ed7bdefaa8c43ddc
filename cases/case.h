/*
 * Changes to a case by the owner's word: the effects of mail commands.
 *
 * All run inside a transaction and between change_begin() and change_end() of
 * event.h, so each can be undone.  EX_USAGE, with words for the owner, when
 * the case or message does not exist or the command makes no sense.
 */
#ifndef CASES_CASE_H
#define CASES_CASE_H

#include <stdint.h>

#include "base/date.h"
#include "base/err.h"
#include "cases/event.h"
#include "cases/store.h"

/* Open promises of the company whose day has passed become broken, all else
 * that is open or waiting void.  when: the moment it ended. */
int case_close(struct change *, int number, struct moment when, struct err *);
/* Those that the closing broke or voided are open again. */
int case_reopen(struct change *, int number, struct err *);

/* A message has left a case for another one (0: for none).  What was read in it
 * leaves the case, to be read anew; but what the owner has said of it, or was
 * told, goes along. */
int
case_rehouse(struct change *, int64_t message, int from, int to, struct err *);

/* Everything of `from` becomes part of `into`; its obligations get new
 * numbers, and `from` remains as a closed, empty case that points there. */
int case_merge(struct change *, int into, int from, struct err *);
/* The same, found out by promised itself: why says how. */
int
case_absorb(struct change *, int into, int from, const char *why, struct err *);
/* The message, with the obligations read in it, becomes a new case. */
int case_split(
    struct change *, int number, int64_t message, int *made, struct err *);
/* The message, with its obligations, goes to another case; 0: to unfiled.
 * What led it astray (its reference numbers) is learned. */
int case_move(struct change *, int64_t message, int to, struct err *);
/* A new case for an unfiled message (`move MESSAGE new`). */
int case_open(struct change *, int64_t message, const char *region, int *made,
    struct err *);

/* name: what the company is called, or, with a dot, a domain that is
 * (also) its. */
int
case_set_company(struct change *, int number, const char *name, struct err *);
int case_set_region(struct change *, int number, const char *region,
    struct err *); /* follow with obligations_recompute() */
int
case_set_title(struct change *, int number, const char *title, struct err *);
/* No nudge before that moment; 0 ends it.  muted: none at all (`stop`). */
int case_snooze(struct change *, int number, int64_t until, struct err *);
int case_mute(struct change *, int number, bool muted, struct err *);

/* Where the company is written to from now on; NULL: as its mail says. */
int case_set_contact(
    struct change *, int number, const char *address, struct err *);

/* What the owner adds by hand. */
enum entry_kind { ENTRY_NOTE, ENTRY_CALL, ENTRY_VISIT, ENTRY_SPENT };
const char *entry_kind_name(enum entry_kind);
enum entry_kind entry_kind_of(const char *);

struct entry {
	int64_t id; /* set by case_add() */
	int case_number;
	enum entry_kind kind;
	struct moment at;
	int minutes; /* call, visit: time spent */
	int64_t cents; /* spent: hundredths of the currency unit */
	const char *currency; /* "£", "CHF"; "" or NULL when none was said */
	const char *who; /* "Anna"; NULL */
	const char *text; /* "" when none */
};
int case_add(struct change *, struct entry *, struct err *);

#endif
