/*
 * One session with an IMAP server (RFC 3501, RFC 9051): libetpan's IMAP half,
 * which lives in imap.c and imap_session.c and nowhere else.
 *
 * Nothing here deletes: there is no EXPUNGE and no \Deleted, the mailbox is
 * opened with EXAMINE unless mail is to be moved or flagged, and bodies are
 * asked for with PEEK.  Every call ends within the account's timeout (longer
 * by a second for each 4 KB that were asked for) and takes no more bytes than
 * it asked for and some.  After a failure that imap_is_over() confirms, only
 * imap_close() is left to do.
 *
 * All functions that return int: 0, or -1 with err.
 */
#ifndef MAIL_IMAP_H
#define MAIL_IMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"

enum {
	/* A larger mail is not fetched: what cannot be held is not judged. */
	IMAP_LARGEST = 64 * 1024 * 1024,
	/* A larger mail comes in slices of this size. */
	IMAP_SLICE = 1024 * 1024
};

struct imap_account {
	const char *user, *host, *port;
	const char *password; /* LOGIN or AUTHENTICATE PLAIN; or */
	const char *token; /* XOAUTH2; the other is NULL */
	bool implicit_tls; /* else STARTTLS (RFC 8314 prefers the former) */
	bool plain_allowed; /* STARTTLS may be missing: loopback only */
	const char *ca_file, *pin; /* stream.h; NULL: none */
	int timeout_ms; /* for one command */
	int session_s; /* for all of it */
};

struct imap_mailbox {
	uint32_t uidvalidity;
	uint32_t uidnext; /* 0: the server does not say */
	uint32_t exists;
};

struct imap_entry {
	uint32_t uid, size;
	bool has_date;
	struct moment internaldate;
	const char *flags; /* "\Seen,$Forwarded"; "" */
};

struct imap_entries {
	struct imap_entry *v; /* by uid, each once */
	size_t n;
};

struct imap;

/*
 * Connects, makes sure of the server, logs in.  NULL with err: EX_NOPERM for a
 * server that cannot prove itself and for a login that is refused; EX_CONFIG;
 * EX_UNAVAILABLE; EX_TEMPFAIL for time.
 */
struct imap *imap_open(const struct imap_account *, struct err *);
void imap_close(struct imap *); /* NULL is allowed */
bool imap_is_over(const struct imap *);
int64_t imap_seconds_left(const struct imap *);

/* Opens the mailbox (name in UTF-8), again where that is wanted. */
int imap_select(struct imap *, const char *name, bool read_only,
    struct imap_mailbox *, struct err *);
/* Whether the server has since told of more or fewer mails. */
bool imap_has_news(const struct imap *);

/* The mails with first <= UID <= last. */
int imap_list(struct imap *, struct arena *, uint32_t first, uint32_t last,
    struct imap_entries *, struct err *);
/* The lowest UID of the mails that came on that day or later (the server's
 * zone decides); 0: there is none. */
int imap_first_since(struct imap *, day_t, uint32_t *uid, struct err *);

/*
 * Whole mails, n of them and bytes together.  body[i] is the mail uid[i],
 * borrowed until the next call; p is NULL when the server did not give it.
 */
int imap_fetch(struct imap *, const uint32_t *uid, size_t n, uint64_t bytes,
    struct slice *body, struct err *);
/* At most IMAP_SLICE bytes of one mail from offset on; as above. */
int imap_fetch_slice(
    struct imap *, uint32_t uid, uint32_t offset, struct slice *, struct err *);

/* Moves by MOVE (RFC 6851); the folder is made when it is missing. */
int imap_move(struct imap *, const uint32_t *uid, size_t n, const char *folder,
    struct err *);
/* Adds a flag: "\Seen", "\Flagged", "\Answered" or a keyword. */
int imap_flag(struct imap *, const uint32_t *uid, size_t n, const char *flag,
    struct err *);
bool imap_flag_allowed(const char *flag);

enum imap_wake { IMAP_NEWS, IMAP_WORD, IMAP_QUIET };

/*
 * Waits until the server tells of a change (IMAP_NEWS), fd can be read
 * (IMAP_WORD), or ms have passed (IMAP_QUIET); by IDLE (RFC 2177), or, where
 * the server lacks that, by asking every five minutes.  The connection has
 * been tried when it returns, so a dead one is found out at the latest then.
 */
int imap_wait(struct imap *, int fd, int ms, enum imap_wake *, struct err *);

#endif
