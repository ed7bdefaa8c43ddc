/*
 * A draft into the bytes of a mail (RFC 5322, MIME).  Pure: Message-ID and
 * date come with the draft, and the same draft always gives the same bytes,
 * so that a token can stand for exactly what will be sent.
 *
 * The bytes are 7-bit and have CRLF line ends; no line is longer than 998
 * bytes, header lines keep to 78 wherever they have a place to be folded.
 */
#ifndef MAIL_COMPOSE_H
#define MAIL_COMPOSE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "mail/message.h"

/*
 * Who wrote it (RFC 3834 section 5).  What a person wrote or approved word by
 * word (a letter to the company) carries no mark of a machine, since ticket
 * systems drop what does.  The others get Auto-Submitted and, for Exchange,
 * X-Auto-Response-Suppress.  None gets Precedence (RFC 2076: discouraged, and
 * mail that waits for an answer is not bulk) or List-Id (there is no list to
 * answer to).
 */
enum auto_submitted {
	AUTO_NO,
	AUTO_GENERATED, /* by a timer or an event: reminders, receipts */
	AUTO_REPLIED /* answers one mail: transcripts of commands */
};

struct attachment {
	/*
	 * "message/rfc822" for a mail.  It goes as that when it is fit for it
	 * (RFC 2046 section 5.2.1 allows no encoding), else as a file .eml, so
	 * that its bytes arrive unchanged.  NULL: application/octet-stream.
	 */
	const char *type;
	const char *name; /* file name, without a path */
	struct slice bytes;
};

/* Everything is borrowed and may be NULL or empty where nothing else is said.
 * Text is UTF-8; line ends are "\n" or "\r\n". */
struct draft {
	const char *message_id; /* without <>; required */
	struct moment date;
	struct address from; /* required */
	struct addresses to; /* one at least */
	struct addresses cc, reply_to;
	const char *subject;
	struct strings in_reply_to, references; /* ids without <> */
	enum auto_submitted auto_submitted;
	const char *loop; /* X-Promised-Loop: how our own mail is known again */
	/* More fields: X-Promised-* and List-Unsubscribe, nothing else. */
	const struct field *fields;
	size_t field_count;
	const char *text; /* required; sent as format=flowed (RFC 3676) */
	const char *html;
	const char *calendar; /* text/calendar (RFC 5545) */
	const char *calendar_method; /* "PUBLISH"; required with calendar */
	const struct attachment *attachments;
	size_t attachment_count;
};

/*
 * Adds the mail to out.  -1 with err (EX_DATAERR) and nothing added: a field
 * with CR, LF, another control character or invalid UTF-8, an address that
 * addr_fault() refuses, an id that is none.
 */
int compose(const struct draft *, struct buf *out, struct err *);

/*
 * What a stranger wrote (a company's subject, an agent's name), fit for a
 * field of a draft: control characters become blanks, invalid UTF-8 U+FFFD,
 * at most 200 bytes.  NULL gives "".
 */
char *compose_clean(struct arena *, const char *text);

#endif
