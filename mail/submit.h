/*
 * Handing one mail in over a connection (RFC 5321 section 3.3), so that at the
 * end it is known whether it was accepted, refused, or neither can be known.
 */
#ifndef MAIL_SUBMIT_H
#define MAIL_SUBMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "mail/smtp.h"

enum { SUBMIT_RECIPIENTS = 100 }; /* RFC 5321 section 4.5.3.1.8 */

enum submit_verdict {
	SUBMIT_SENT, /* the server took it */
	SUBMIT_FAILED, /* the server does not have it; see temporary */
	/* The end of it was handed over, and no whole answer came. */
	SUBMIT_UNKNOWN
};

struct submit_mail {
	const char *id; /* the outbox's; ENVID where DSN is offered */
	const char *from; /* envelope sender; "": the null sender */
	const char *const *to;
	size_t to_count;
	struct slice bytes; /* any line ends; they become CRLF */
	/*
	 * Called when all but the final "." is handed over.  From its return
	 * on the mail may be accepted; -1 takes it back: nothing was sent.
	 */
	int (*handing)(void *arg);
	void *arg;
	int timeout; /* as in smtp_account */
};

struct submit_result {
	enum submit_verdict verdict;
	bool temporary; /* FAILED: another attempt may help */
	/* FAILED because the connection was gone before the first reply: on
	 * a new one it may go well. */
	bool stale;
	struct smtp_fault answer; /* SENT: code and text alone */
};

/* All recipients or none: one that is refused fails the mail.  Addresses must
 * have passed addr_fault(). */
struct submit_result submit(struct smtp *, const struct submit_mail *);

/*
 * A mail as it goes over the wire: line ends made CRLF, one at the end, dots
 * doubled (RFC 5321 section 4.5.2).  false for a mail that has a NUL.
 */
bool submit_wire(struct slice mail, struct buf *out, bool *has_8bit);

#endif
