/*
 * The outbox: every mail of promised, from the moment it is decided.
 *
 *	planned   to be sent, not before a given time
 *	sending   a process has it; handed: it may already be accepted
 *	sent      accepted by the next station, or seen back
 *	failed    refused for good, or OUTBOX_TRIES attempts were in vain
 *	returned  accepted, and sent back by a server further on
 *	unknown   a letter to a company that was handed over, but the answer
 *	          never came (RFC 1047): shown to the owner and resolved when its
 *	          Message-ID is seen; never sent again unless the owner says so.
 *	          A mail to the owner is sent again, under the same Message-ID
 *	dropped   it held no longer when its turn came
 *
 * A mail is added in the transaction that decides it, with its Message-ID and
 * its bytes, so that every attempt sends the same mail.  outbox_handed() must
 * be committed before the last byte goes out.  One process sends at a time for
 * an owner: it holds outbox_lock(), and whoever gets the lock knows that all
 * of the owner's that is `sending` was left by the dead (outbox_recover()).
 *
 * The ceilings of nudge.h are kept here for whatever was planned.
 */
#ifndef CASES_OUTBOX_H
#define CASES_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cases/nudge.h"
#include "cases/store.h"

enum { OUTBOX_TRIES = 10 };

enum outbox_state {
	OUTBOX_PLANNED,
	OUTBOX_SENDING,
	OUTBOX_SENT,
	OUTBOX_FAILED,
	OUTBOX_UNKNOWN,
	OUTBOX_DROPPED,
	OUTBOX_RETURNED,
	OUTBOX_STATES
};
const char *outbox_state_name(enum outbox_state);

struct outbox_mail {
	int64_t id; /* from outbox_number() */
	enum nudge_kind kind;
	int case_number; /* 0: none */
	const char *recipient;
	const char *message_id; /* without <> */
	enum outbox_state state;
	bool handed;
	int attempts;
	int64_t not_before; /* UTC seconds */
	int64_t made, changed;
	struct slice raw; /* RFC 5322 bytes */
	const char *error; /* of the last attempt, or why dropped; NULL */
	struct nudge_item *items;
	size_t item_count;
};

/*
 * 0 with a descriptor to be kept open while this process sends; close it to
 * give the lock back.  EX_TEMPFAIL when another process sends this owner's
 * mail.  The file is "<store>.OWNER.sending".
 */
int outbox_lock(const char *store_path, int64_t owner, int *fd, struct err *);

/* The rest runs inside a transaction unless it only reads. */

int outbox_number(struct store *, int64_t owner, int64_t *id, struct err *);
/* 1 when it was said before, 0 when not, or -1. */
int outbox_said(
    struct store *, int64_t owner, const struct nudge_item *, struct err *);
/* Adds a planned mail (id to items).  -1 with EX_SOFTWARE when an item was
 * said before: ask outbox_said() first. */
int outbox_add(struct store *, int64_t owner, const struct outbox_mail *,
    int64_t now, struct err *);

/*
 * The next mail whose time has come and that no ceiling holds back: 1, or 0
 * when there is none.  scheduled: whether scheduled mail may go now (quiet
 * hours).  held (may be NULL): how many the ceilings hold back.
 */
int outbox_next(struct store *, int64_t owner, struct arena *, int64_t now,
    bool scheduled, struct outbox_mail *, size_t *held, struct err *);
/* Whether a mail that could go now says what the next mail of a company could
 * make untrue: a letter; a lapse, where scheduled mail may go now. */
int outbox_overtakable(struct store *, int64_t owner, int64_t now,
    bool scheduled, bool *, struct err *);
/* When the next planned mail's time comes; INT64_MAX: none is planned. */
int
outbox_next_time(struct store *, int64_t owner, int64_t *when, struct err *);

/* New bytes for a planned mail. */
int outbox_rewrite(
    struct store *, int64_t owner, int64_t id, struct slice raw, struct err *);
/* One item holds no longer; it may be said another time. */
int outbox_drop_item(struct store *, int64_t owner, int64_t id,
    const struct nudge_item *, struct err *);
/* The whole planned mail; its items may be said another time. */
int outbox_drop(struct store *, int64_t owner, const struct outbox_mail *,
    const char *why, int64_t now, struct err *);

/* planned -> sending; -1 with EX_TEMPFAIL when another process was first. */
int outbox_sending(struct store *, int64_t owner, const struct outbox_mail *,
    int64_t now, struct err *);
/* From here on it may have been accepted. */
int outbox_handed(struct store *, int64_t owner, int64_t id, struct err *);
int outbox_sent(
    struct store *, int64_t owner, int64_t id, int64_t now, struct err *);
/* for_good: refused (5yz); else planned again, later each time: after 5 min,
 * doubling up to 12 h. */
int outbox_failed(struct store *, int64_t owner, int64_t id, bool for_good,
    const char *error, int64_t now, struct err *);
/* A letter; another mail has failed for now. */
int outbox_unknown(struct store *, int64_t owner, int64_t id, const char *error,
    int64_t now, struct err *);

/* After outbox_lock(): what was `sending` is planned again, but for letters
 * that were handed over.  Returns how many became unknown, or -1. */
int outbox_recover(struct store *, int64_t owner, int64_t now, struct err *);
/* A mail with this Message-ID was seen in a mailbox.  1 when it is ours (and
 * is now sent), 0 when not, -1. */
int outbox_seen(struct store *, int64_t owner, const char *message_id,
    int64_t now, struct err *);
/* A server says that the mail with this Message-ID, which was sent, did not
 * arrive.  1: it is ours, now `returned`, and told in *m; 0: it is none of
 * ours, was not sent, or that is known; -1. */
int outbox_returned(struct store *, int64_t owner, struct arena *,
    const char *message_id, const char *why, int64_t now, struct outbox_mail *m,
    struct err *);
/* The owner's word: an unknown or failed mail is sent again. */
int outbox_again(
    struct store *, int64_t owner, int64_t id, int64_t now, struct err *);

/* A letter to a company that was sent, and is not among the messages yet: 1
 * with its bytes, 0, -1. */
int outbox_unfiled(struct store *, int64_t owner, struct arena *,
    struct slice *, struct err *);

int outbox_get(struct store *, int64_t owner, struct arena *, int64_t id,
    struct outbox_mail *, struct err *);
int outbox_list(struct store *, int64_t owner, struct arena *,
    enum outbox_state, struct outbox_mail **, size_t *n, struct err *);
/* What nudge_plan() needs: items of scheduled mails, sorted, and the mails of
 * the last day. */
int outbox_history(struct store *, int64_t owner, struct arena *, int64_t now,
    struct nudge_ledger *, struct err *);

#endif
