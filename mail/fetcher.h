/*
 * promised's side of promised-fetch: mail of one IMAP mailbox, one after the
 * other, without a socket or a library that speaks to servers in this process.
 *
 *	f = fetcher_open(&settings, &err);
 *	while ((event = fetcher_next(f, arena, &got, -1, &err)) == FETCH_MAIL)
 *		if (file(got.raw) == 0)
 *			fetcher_filed(f, &got);
 *	fetcher_close(f);
 *
 * The helper runs in a process of its own, and whatever happens to it becomes
 * FETCH_FAILED here.  SIGPIPE is set to be ignored.
 */
#ifndef MAIL_FETCHER_H
#define MAIL_FETCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"

/* All borrowed until fetcher_open() returns; NULL and 0 where not given. */
struct fetch_settings {
	const char *program; /* path of promised-fetch: datadir_program() */
	const char *name; /* of the mailbox, for errors: "home" */
	const char *url;
	const char *password, *token; /* one of them; wipe it afterwards */
	const char *ca_file, *pin;
	const char *filed; /* folder, \Flag or $Keyword for filed mail */
	/* How far the mailbox is known: what fetcher_known() said last. */
	uint32_t uidvalidity, uidnext;
	/* Where to begin when it is not: "all", "now" or a day (2026-03-09). */
	const char *since;
	bool idle; /* stay and wait for mail */
	int timeout_s, session_s, wait_s; /* fetch.c has the defaults */
	/* After a session that failed again and again at the same mails (see
	 * fetcher_asking): fewer a command, and UIDs to leave alone. */
	uint32_t batch;
	const uint32_t *skip;
	size_t skips;
};

enum fetch_event {
	FETCH_MAIL, /* a mail; say fetcher_filed() when it is committed */
	FETCH_SKIPPED, /* uid, size, text: one that stays on the server */
	FETCH_NOTE, /* text: something for the owner; the session goes on */
	FETCH_QUIET, /* all is told; with idle, more comes later */
	FETCH_DONE, /* all is told, and the session is over */
	FETCH_TIMEOUT, /* nothing came in time */
	FETCH_FAILED /* err; only fetcher_close() is left to do */
};

/* Lives in the arena given to fetcher_next(). */
struct fetched {
	uint32_t uidvalidity, uid;
	uint64_t size;
	struct slice raw; /* the mail, byte for byte */
	bool has_date;
	struct moment internaldate;
	const char *flags; /* "\Seen,$Forwarded" */
	const char *text;
};

struct fetcher;

/* Starts the helper.  NULL with err.  Mail comes after this. */
struct fetcher *fetcher_open(const struct fetch_settings *, struct err *);
/*
 * The next event; waits at most timeout_ms (-1: as long as it takes, which is
 * bounded by the helper's own deadlines but with idle).  Values of err.code
 * with FETCH_FAILED: EX_NOPERM and EX_CONFIG need the owner; EX_UNAVAILABLE
 * and EX_TEMPFAIL pass; EX_SOFTWARE: the helper crashed.
 */
enum fetch_event fetcher_next(struct fetcher *, struct arena *,
    struct fetched *, int timeout_ms, struct err *);
/* The mail is safe in the store; never blocks. */
void fetcher_filed(struct fetcher *, const struct fetched *);
/*
 * How far the mailbox is known once all mail handed out so far is committed:
 * to be stored with that commit and given to the next session.  0 and 0 before
 * the first mailbox was opened.
 */
void
fetcher_known(const struct fetcher *, uint32_t *uidvalidity, uint32_t *uidnext);
/* The UIDs that were being fetched when it failed; 0 and 0: none. */
void fetcher_asking(const struct fetcher *, uint32_t *first, uint32_t *last);
/* For poll(2) beside other descriptors: readable when an event may be there. */
int fetcher_fd(const struct fetcher *);
/*
 * Tells the helper to stop, and lets it mark what is filed; kills it when that
 * takes longer than grace_ms.  NULL is allowed.
 */
void fetcher_close(struct fetcher *, int grace_ms);

#endif
