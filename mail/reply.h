/*
 * What an SMTP server answers (RFC 5321 section 4.2): bytes to replies.  Pure,
 * so that it can be fed anything.
 */
#ifndef MAIL_REPLY_H
#define MAIL_REPLY_H

#include "base/buf.h"
#include "mail/smtp.h"

/* Three digits and a blank, '-' or the end; the code, or 0. */
int smtp_reply_code(struct slice line);
/* Adds a line's text to the reply, without what could harm a terminal. */
void smtp_reply_add(struct smtp_reply *, struct slice line);
/* What a line of EHLO's reply offers (enum smtp_offer); 0: nothing known. */
unsigned smtp_reply_offer(struct slice line);

struct smtp_reading {
	struct smtp_reply reply;
	size_t total; /* bytes of it */
};

/*
 * Takes the lines of one reply off what has come in.  1 when it is whole, 0
 * when more is needed, -1 when it is none.  Begin with a zeroed reading.
 */
int smtp_reply_take(struct smtp_reading *, struct buf *in);

#endif
