/*
 * An IMAP session from its connection to its login, and what each command of it
 * may cost: private to imap.c and imap_session.c, the two halves of imap.h.
 */
#ifndef MAIL_IMAP_SESSION_H
#define MAIL_IMAP_SESSION_H

#include <libetpan/libetpan.h>

#include "mail/imap.h"
#include "mail/stream.h"

struct imap {
	mailimap *m;
	struct stream *s;
	int timeout_ms;
	bool over;
	bool has_idle;
	uint32_t exists; /* as at imap_select() */
	bool told; /* of a change, by words that libetpan has not seen */
	clist *held; /* what imap_fetch() lent */
};

/* What the next command may cost: bytes that were asked for take their time,
 * slack only its room. */
void imap_allow(struct imap *, uint64_t bytes, uint64_t slack);
/* What the server said to the last command, for people. */
const char *imap_said(const struct imap *);
/* Turns libetpan's result r of "doing" into err.  Anything but a plain NO or
 * BAD leaves the two ends out of step: the session is over.  Returns -1. */
int imap_failed(struct imap *, int r, const char *doing, struct err *);
/* What imap_fetch() has lent goes. */
void imap_give_back(struct imap *);

#endif
