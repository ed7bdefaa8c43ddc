/*
 * How mail leaves promised: through promised-send (SMTP), a sendmail command,
 * or into a Maildir.
 *
 *	smtps://[user@]host[:port]	RFC 8314; smtp:// with STARTTLS
 *	sendmail:COMMAND [ARGUMENT...]	run without a shell; quotes as in one
 *	maildir:PATH			made when it is missing
 *
 *	d = delivery_open(&settings, &err);
 *	while (outbox has a mail)
 *		switch (delivery_send(d, &mail, &err)) ...
 *	delivery_close(d);
 *
 * The caller learns one of four things of each mail and is asked, right before
 * a mail may be accepted, to commit that it may be.  Nothing is tried twice
 * here.  SIGPIPE is set to be ignored.
 */
#ifndef MAIL_DELIVER_H
#define MAIL_DELIVER_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* All borrowed until delivery_close(); NULL and 0 where not given. */
struct delivery_settings {
	const char *url;
	const char *program; /* path of promised-send: datadir_program() */
	const char *user; /* when it is not in the url */
	const char *password, *token; /* one of them */
	const char *ca_file; /* PEM; NULL: the system's */
	const char *pin; /* SHA-256 of the server's certificate, hexadecimal */
	int timeout_s; /* for any answer; at most and by default 600 */
};

struct delivery_mail {
	const char *id; /* names it in logs and at the server: "17" */
	const char *from; /* envelope sender; "": the null sender */
	const char *const *to;
	size_t to_count;
	struct slice bytes; /* as compose() makes them */
	/*
	 * Called once, before the mail may be accepted: commit that.  -1 with
	 * err: it is not sent (DELIVERED_FAILED_TEMP with that err).
	 */
	int (*handing)(void *arg, struct err *);
	void *arg;
};

enum delivered {
	DELIVERED_SENT,
	/* Not accepted, and another attempt may help.  err: EX_TEMPFAIL; but
	 * EX_NOPERM when the login is refused and EX_CONFIG for what the owner
	 * must mend (TLS, url): the next mail would fare no better. */
	DELIVERED_FAILED_TEMP,
	/* Not accepted and never will be.  err: EX_UNAVAILABLE (the server's
	 * word), EX_DATAERR (the mail or an address is bad). */
	DELIVERED_FAILED,
	/* Neither is known (RFC 1047); never send it again unasked.  err:
	 * EX_IOERR. */
	DELIVERED_UNKNOWN
};

struct delivery;

/* NULL with err (EX_CONFIG) for a url that is none of these.  No server is
 * spoken to yet. */
struct delivery *delivery_open(const struct delivery_settings *, struct err *);
enum delivered
delivery_send(struct delivery *, const struct delivery_mail *, struct err *);
/*
 * Whether a mail could be sent now, without sending one: the server is reached,
 * proves itself and takes the login; the command is there; the Maildir, made
 * when it is missing, can be written.  -1 with err, which says what to do;
 * codes as of delivery_send().
 */
int delivery_check(struct delivery *, struct err *);
/* What was answered to the mail that was sent last ("250 2.0.0 queued as
 * 4F21"), for the record; "" when nothing.  Borrowed until the next call. */
const char *delivery_answer(const struct delivery *);
/* Says goodbye to the server.  NULL is allowed. */
void delivery_close(struct delivery *);

#endif
