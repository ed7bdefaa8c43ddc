/*
 * Bounces: what a mail server says of a mail that came back (RFC 3464), and
 * the forms of those that write no such report.
 *
 * Whoever has seen a mail can write a bounce of it: what it says is told, and
 * nothing is sent or believed because of it.
 */
#ifndef MAIL_BOUNCE_H
#define MAIL_BOUNCE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "mail/message.h"

enum { BOUNCE_REASON = 300 }; /* bytes of a reason */

struct bounce {
	bool failed; /* for good; else it is still being tried */
	const char *message_id; /* of the mail that came back, without <> */
	const char *recipient; /* who did not get it; NULL: not said */
	const char *status; /* "5.1.1" (RFC 3463); NULL: not said */
	const char *reason; /* one line, as a server wrote it; "" when none */
};

/* The words of servers: the file mail/bounces.  NULL with err (EX_CONFIG). */
struct bounce_words;
struct bounce_words *
bounce_words_load(struct arena *, const char *path, struct err *);

/*
 * NULL when the mail is no bounce, says that all went well, or does not name
 * the mail that came back.  The result lives in the arena.
 */
struct bounce *bounce_read(
    struct arena *, const struct bounce_words *, const struct message *);

/* RFC 3464, or the null sender of RFC 5321 section 4.5.5. */
bool bounce_is_report(const struct message *);

#endif
