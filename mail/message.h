/*
 * What an email is, once it has been read: plain structs, no behaviour.
 *
 * All text is valid UTF-8 without NUL; bytes that were none are U+FFFD.  All
 * memory lives in the arena that the reader was given, but for `raw`, which is
 * borrowed from the caller.  Nothing here can be trusted: every field is what
 * a stranger wrote.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"

struct address {
	const char *name; /* display name, decoded; NULL when none */
	const char *addr; /* addr-spec, domain in lower case; NULL when none */
};

struct addresses {
	struct address *v;
	size_t n;
};

/* One header field: unfolded, encoded words decoded (RFC 2047). */
struct field {
	const char *name; /* as written */
	const char *value;
};

struct part {
	const char *type; /* "image/jpeg", lower case */
	const char *name; /* file name, decoded (RFC 2231); NULL when none */
	struct slice bytes; /* transfer encoding undone */
};

struct message {
	struct slice raw;      /* borrowed */
	const char *message_id; /* without <>; NULL when none */
	struct strings in_reply_to, references; /* ids without <> */
	struct address from;   /* the first, when there are several */
	struct addresses reply_to, to, cc;
	const char *subject; /* "" when none */
	bool has_date;
	struct moment date; /* of the Date field, with its own offset */
	struct field *fields; /* every field, in order */
	size_t field_count;
	const char *text;   /* the body as plain text, "\n" line ends; "" when none */
	bool from_html;     /* text was made from an HTML part */
	struct part *parts; /* attachments and inline files, not the body */
	size_t part_count;
	/* message/rfc822 parts (also .eml as octet-stream), in order, each the
	 * bytes of a whole mail; read them with message_read() where wanted. */
	struct slice *enclosed;
	size_t enclosed_count;
	/* What could not be read, a line each, for the case's timeline. */
	struct strings faults;
};

/* The value of the first field of that name (ASCII case ignored), or NULL. */
const char *message_field(const struct message *, const char *name);

/*
 * What a forward carries, or of what is no forward the message itself.
 */
struct original {
	bool forwarded;
	struct address from;
	struct addresses to, cc;
	const char *date_text; /* as written in the forward; NULL when none */
	bool has_date;
	struct moment date;  /* the zone as told, else the forward's offset */
	const char *subject; /* the inner one */
	const char *text;    /* the whole body of the original */
	const char *newest;  /* what its author wrote last: no quoted history,
	                      * no signature below "-- ", no footer of a mail
	                      * program or a list; greetings and names stay */
	const char *comment; /* what the forwarder wrote above; "" when none */
	const char *client;  /* name of the form that matched; NULL */
	const char *message_id; /* of an enclosed original; NULL */
	struct strings references; /* its References and In-Reply-To */
};

#endif
