/*
 * The ledger: typed questions to the store, for reports, nudges and commands.
 * Reading only; all results live in the arena.
 *
 * Functions return 0, or -1 with err.  Where one thing is asked for by number
 * and there is none: EX_USAGE with words for the owner ("there is no case 7").
 */
#ifndef CASES_LEDGER_H
#define CASES_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"
#include "cases/case.h"
#include "cases/intake.h"
#include "cases/obligation.h"
#include "cases/store.h"
#include "cases/thread.h"
#include "mail/message.h"

struct case_row {
	int number;
	int64_t company; /* number of the company */
	const char *company_domain; /* "acme.example" */
	const char *company_name; /* display name, else the domain */
	const char *title;
	bool closed;
	int merged_into; /* 0: not merged */
	struct moment opened; /* of its first original */
	bool has_closed_at;
	struct moment closed_at;
	const char *region;
	int64_t snoozed_until; /* 0: not */
	bool muted;
	struct strings references; /* as written, first seen first */
	/* Where the company is written to: the owner's word, else the address
	 * of its latest mail that is no no-reply; NULL when there is none. */
	const char *contact;
	const char *agent; /* who signed last; NULL */
	bool ball_with_owner; /* the company waits for the owner */
};

int ledger_case(struct store *, int64_t owner, struct arena *, int number,
    struct case_row *, struct err *);
int ledger_cases(struct store *, int64_t owner, struct arena *,
    struct case_row **, size_t *n, struct err *); /* by number */

struct message_row {
	int64_t id;
	int case_number; /* 0: unfiled */
	const char *message_id; /* NULL when none */
	const char *original_id;
	const char *sha256; /* hex */
	int64_t received;
	enum direction direction;
	struct address from;
	bool has_date;
	struct moment date;
	const char *subject;
	bool forwarded, autoreply, bulk, attachment;
	const char *client, *language;
	const char *signals; /* "apology,delay"; NULL when none */
	const char *manner; /* "blame,no_apology"; NULL when none */
	const char *agent; /* who signs for the company; NULL */
	const char *newest;
	const char *faults; /* lines; NULL when none */
	enum placed_by placed_by;
	const char *placed_why;
	bool waiting; /* not processed yet */
};

/* One row for each file or source that a message was seen in. */
struct sighting_row {
	int64_t message;
	const char *source, *file; /* file NULL when none */
	int64_t seen;
};

/* case_number 0: the unfiled ones.  By date. */
int ledger_messages(struct store *, int64_t owner, struct arena *,
    int case_number, struct message_row **, size_t *n, struct err *);
/* Those in no case that came since then, newsletters aside: unanswered doubts
 * first, then the latest. */
int ledger_unfiled(struct store *, int64_t owner, struct arena *, int64_t since,
    size_t most, struct message_row **, size_t *n, struct err *);
int ledger_message(struct store *, int64_t owner, struct arena *,
    int64_t message, struct message_row *, struct err *);
int ledger_sightings(struct store *, int64_t owner, struct arena *,
    int64_t message, struct sighting_row **, size_t *n, struct err *);
/* A message by its Message-ID or the original's, 0 when none. */
int ledger_find(struct store *, int64_t owner, const char *message_id,
    int64_t *message, struct err *);
/* Candidates of a doubt that is not answered yet. */
int ledger_candidates(struct store *, int64_t owner, struct arena *,
    int64_t message, struct candidate **, size_t *n, struct err *);

/* case_number 0: of all cases.  open_only: those stored as open or waiting of
 * open cases.  By due date, undated last. */
int ledger_obligations(struct store *, int64_t owner, struct arena *,
    int case_number, bool open_only, struct obligation **, size_t *n,
    struct err *);
/* One, with the chain of why: rule, anchor, steps. */
int ledger_obligation(struct store *, int64_t owner, struct arena *,
    int case_number, int number, struct obligation *, struct err *);
/* The arithmetic in words, a line each; see calendar_due(). */
const char *ledger_why(struct arena *, const struct calendars *,
    const struct case_row *, const struct obligation *);

int ledger_entries(struct store *, int64_t owner, struct arena *,
    int case_number, struct entry **, size_t *n, struct err *);

struct event_row {
	int64_t id;
	int case_number;
	int64_t at; /* UTC seconds: when it was recorded */
	const char *actor, *verb, *text;
	int64_t message; /* 0: none */
	bool undone;
};
int ledger_events(struct store *, int64_t owner, struct arena *,
    int case_number, struct event_row **, size_t *n, struct err *);

struct company_row {
	int64_t id;
	const char *domain, *name;
	struct strings aliases;
};
/* name: a domain, an alias or a display name (case ignored); NULL: all. */
int ledger_companies(struct store *, int64_t owner, struct arena *,
    const char *name, struct company_row **, size_t *n, struct err *);

#endif
