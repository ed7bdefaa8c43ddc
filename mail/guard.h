/*
 * The guard: one linear pass over the raw bytes of a mail, before anything
 * else looks at them, that finds its parts within budgets.
 *
 * It takes the place of a recursive MIME parser: whatever the bytes are, it
 * uses a stack of GUARD_DEPTH entries and looks at each line once.  What goes
 * beyond a budget is left as it is, unread, and told in the faults; the rest
 * of the mail is there.
 */
#ifndef MAIL_GUARD_H
#define MAIL_GUARD_H

#include "base/arena.h"
#include "base/buf.h"
#include "mail/header.h"
#include "mail/message.h"

/* The budgets of one mail.  RFC 5322 and 2045-2049 set none of these; other
 * mail programs have depth 64-100, parts 10,000, header 100 KB. */
enum {
	GUARD_DEPTH = 50, /* parts within parts, mails within mails */
	GUARD_PARTS = 1000,
	GUARD_HEADER = 128 * 1024, /* header block of a part, bytes */
	GUARD_FIELD = 16 * 1024, /* one header field, bytes */
	GUARD_PARAMETERS = 128, /* of one field, continuations included */
	GUARD_CONTINUATIONS = 100, /* RFC 2231 section 3 */
	GUARD_ADDRESSES = 1000, /* of one message's To, and of its Cc */
	GUARD_IDS = 1000, /* of References */
	GUARD_TEXT = 4 << 20, /* the body as text, bytes */
	GUARD_HTML = 512 * 1024, /* HTML that is parsed, not just stripped */
	GUARD_HTML_TAGS = 20000, /* in it */
	GUARD_HTML_DEPTH = 256, /* elements within elements */
	GUARD_HTML_ATTRIBUTES = 64, /* of one element */
	GUARD_DECODED = 64 << 20, /* all attachments decoded, bytes */
	GUARD_FAULTS = 50
};

enum section_kind {
	SECTION_LEAF,
	SECTION_MULTIPART,
	SECTION_MESSAGE /* message/rfc822; the mail in it is the next section */
};

/* An entity of RFC 2045 section 2.4: a mail, a body part. */
struct section {
	enum section_kind kind;
	struct header header;
	struct content content;
	struct slice body; /* as it stands, transfer encoding and all */
	size_t end; /* number of the first section behind it and its parts */
};

struct sections {
	struct section
	    *v; /* [0] is the mail itself; parts follow their whole */
	size_t n;
};

/* raw must outlive the result.  There is always a section 0. */
void guard_scan(struct arena *, struct slice raw, struct sections *,
    struct strings *faults);

/* Whether a mail's header begins here, behind a byte order mark, empty lines
 * or the "From " line of an mbox. */
bool guard_has_header(struct slice raw);

/* Adds a line to the faults, up to GUARD_FAULTS of them. */
void guard_fault(struct arena *, struct strings *faults, const char *, ...)
    __attribute__((format(printf, 3, 4)));

#endif
