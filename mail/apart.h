/*
 * Reading apart: hostile bytes are read by processes of their own.
 *
 * A reader is a fork of this process that keeps one descriptor, over which it
 * is given one mail after the other, and gives back what its function made of
 * each.  What it says is bytes that the caller must check; no pointer crosses.
 *
 * A reader that dies, or is not done with a mail in time, costs that mail
 * alone: it is given to another reader, and after APART_TRIES it is given up.
 * The others go on.  Where no process can be had, the function runs in this
 * one.
 *
 * A reader is confined (base/confine.h): what a mail may make it do is to say
 * something else about that mail and those after it.
 *
 * Results can be waited for in any order; each reader has its next mails at
 * hand before it is asked for them.  What is asked for is bounded by
 * apart_full().
 */
#ifndef MAIL_APART_H
#define MAIL_APART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum {
	APART_READERS = 16, /* at most */
	APART_TRIES = 2, /* deaths over one mail until it is given up */
	APART_SECONDS = 25, /* for one mail */
	APART_JOBS = 192, /* asked for and not dropped, and ... */
	APART_BYTES = 1 << 20, /* ... of those not answered, but for one that is
				* larger, and ... */
	APART_ANSWERS = 4 << 20, /* ... of the answers */
	APART_ANSWER = 64 << 20, /* bytes of one */
};

/* In the reader: what is made of the bytes in, to be appended to out. */
typedef void (*apart_read)(void *arg, struct slice in, struct buf *out);

struct apart;

/* One mail to read.  Owned by the pool, used until apart_drop(). */
struct apart_job {
	struct arena *arena; /* for what is asked; gone once it is answered */
	/* Set by the caller, as long-lived; read as one, the head first. */
	struct slice head, in;
	struct slice out; /* of apart_wait(); lives as long as the job */
};

/* How many readers there should be: as many as processors. */
size_t apart_processors(void);

/*
 * Starts no process yet.  Never NULL.  seconds: for one mail, at least 1.
 * readable: what a reader may open to read, as for confine(); borrowed.
 */
struct apart *apart_open(apart_read, void *arg, size_t readers,
    unsigned seconds, const char *const *readable);
/* Ends the readers; NULL is allowed. */
void apart_close(struct apart *);

/* A job with an empty arena, for the caller to set its bytes. */
struct apart_job *apart_job(struct apart *);
/* Hands it over; urgent: before those that no reader has yet. */
void apart_ask(struct apart *, struct apart_job *, bool urgent);
/* Lets the readers go on while the caller is busy; does not wait. */
void apart_pump(struct apart *);
/* Whether no more should be asked for now. */
bool apart_full(const struct apart *);
/* Whether there is nothing to wait for; lets the readers go on, too. */
bool apart_ready(struct apart *, const struct apart_job *);
/* Waits until out is there.  -1 with err (EX_DATAERR) when it was given up:
 * the readers died of it. */
int apart_wait(struct apart *, struct apart_job *, struct err *);
/* Gives it back, whether or not it was asked for, and its arena with it. */
void apart_drop(struct apart *, struct apart_job *);

#endif
