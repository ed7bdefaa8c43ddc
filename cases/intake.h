/*
 * Intake: a message is kept, whole, before anything is decided about it.
 *
 * intake_keep() is a transaction of its own.  After it the message is in the
 * store for ever, marked as not yet processed; the second transaction (place,
 * read, obligations, nudges) ends with intake_done().  A crash between the two
 * leaves the mark, and the next pass goes on from there (intake_waiting()).
 *
 * A duplicate is the same Message-ID *and* the same body (line ends and white
 * space at the end aside), or the very same bytes.  It gets another row of
 * sightings: source, uid, file.  The same Message-ID with another body is
 * another message; both are kept.
 */
#ifndef CASES_INTAKE_H
#define CASES_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"
#include "cases/store.h"
#include "mail/message.h"

/* Where it came from.  All borrowed for the call. */
struct arrival {
	struct slice raw;
	const char *source; /* "stdin", "imap:home", "mbox:/path" */
	uint32_t uidvalidity; /* IMAP; 0 elsewhere */
	uint32_t uid; /* 0: the source has no numbers */
	const char *file; /* path as given on the command line, or NULL */
	int64_t received; /* UTC seconds: INTERNALDATE, else now; of the past,
	                   * the mail's own date */
	bool past; /* an import: nothing is said about it */
};

struct kept {
	int64_t message; /* its number, from 1 for each owner */
	bool duplicate; /* was there before; only the sighting is new */
	bool waiting; /* not processed yet: go on with it */
};

/* A transaction of its own: must be called outside of one. */
int intake_keep(struct store *, int64_t owner, const struct arrival *,
    struct kept *, struct err *);

/* Whether this (source, uidvalidity, uid) was seen already: 1, 0 or -1.
 * Also the highest uid seen of a source and uidvalidity, 0 when none. */
int intake_seen(struct store *, int64_t owner, const char *source,
    uint32_t uidvalidity, uint32_t uid, struct err *);
int intake_last_uid(struct store *, int64_t owner, const char *source,
    uint32_t uidvalidity, uint32_t *uid, struct err *);

/* Numbers of the messages that wait to be processed, oldest arrival first,
 * at most `most`.  Those tried INTAKE_TRIES times already are left out: a
 * mail on which the reader dies must not stop the others. */
enum { INTAKE_TRIES = 3 };
int intake_waiting(struct store *, int64_t owner, struct arena *, size_t most,
    int64_t **messages, size_t *n, struct err *);
/* How many are left out. */
int
intake_given_up(struct store *, int64_t owner, int64_t *count, struct err *);
/* Counts one more try; a transaction of its own, before the reading begins.
 * For messages found by intake_waiting(), not for one just kept. */
int intake_try(struct store *, int64_t owner, int64_t message, struct err *);

/* The raw bytes, in the arena.  EX_DATAERR when there is no such message. */
int intake_raw(struct store *, int64_t owner, int64_t message, struct arena *,
    struct slice *raw, struct err *);
/* The same, with what else is remembered of it. */
struct waits {
	int tries; /* how often it was begun before */
	bool past;
	int64_t received;
};
int intake_get(struct store *, int64_t owner, int64_t message, struct arena *,
    struct slice *raw, struct waits *, struct err *);

/* Who speaks in a message (for a forward: in the original). */
enum direction {
	FROM_COMPANY, /* the other side, or an adjudicator */
	FROM_OWNER, /* the owner, to the company: a letter, a chaser */
	FROM_PROMISED, /* our own mail seen again */
	FROM_OTHER, /* a stranger, a third party */
	FROM_COMMAND, /* the owner, to promised: commands */
};
const char *direction_name(enum direction); /* "company", "owner", ... */
enum direction direction_of(const char *); /* no such word: FROM_OTHER */

/* What was understood: of a forward the original's fields count. */
struct described {
	enum direction direction;
	struct address from; /* of the original */
	bool has_date;
	struct moment date; /* of the original, else of the message */
	int64_t sent; /* when the message itself was sent: see thread.h */
	const char *subject; /* "" when none */
	const char *original_id; /* Message-ID of an enclosed original; NULL */
	bool forwarded, autoreply, bulk, attachment;
	const char *client; /* form that matched; NULL */
	const char *language; /* NULL when not read */
	const char *newest; /* newest text, for the timeline and move */
	struct strings faults; /* a line each */
	bool done; /* nothing else is to be decided: as intake_done() */
};

/*
 * Inside the second transaction.  _claim comes first: 1 when the message still
 * waits and is now ours until commit, 0 when somebody else has processed it
 * meanwhile (roll back; ledger_message() tells where it went).  _done clears
 * the mark.
 */
int intake_claim(struct store *, int64_t owner, int64_t message, struct err *);
int intake_describe(struct store *, int64_t owner, int64_t message,
    const struct described *, struct err *);
int intake_done(struct store *, int64_t owner, int64_t message, struct err *);

#endif
