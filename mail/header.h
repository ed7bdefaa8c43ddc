/*
 * Header fields: their grammar, read the way that real mail needs it.
 *
 * libetpan's reader of this grammar is right for what keeps to RFC 5322, but
 * refuses or loses what does not (raw 8-bit text, dots and commas in names,
 * encoded words in quotes), and recurses on comments; since the tolerant
 * reader takes both, there is only this one.  No function here fails, none
 * recurses, and each is linear in a value that guard.c has bounded.
 */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "mail/message.h"

/* A field as it stands in the mail: folded, undecoded, borrowed. */
struct raw_field {
	struct slice name, value;
};

struct header {
	struct raw_field *v;
	size_t n;
	bool cut; /* a field or the block was beyond its budget */
};

/* Whether a line begins with a field's name and a colon.  name (may be NULL)
 * is set to the name. */
bool header_is_field(struct slice line, struct slice *name);
/* The fields of a header block; lines that are none are passed over. */
void header_read(struct arena *, struct slice block, struct header *);
/* The value of the first field of that name; the empty slice when none. */
struct slice header_find(const struct header *, const char *name);

/*
 * Unfolded (RFC 5322 section 2.2.3) and valid UTF-8, encoded words as they
 * stand.  For structured fields: the grammar is read first, words after.
 */
char *header_unfold(struct arena *, struct slice value);
/* Encoded words of an unfolded value decoded (RFC 2047); no control bytes. */
char *header_words(struct arena *, const char *unfolded);
/* Both: what a reader is to see. */
char *header_text(struct arena *, struct slice value);

/* Content-Type or Content-Disposition: "text/plain", "attachment", and
 * parameters (RFC 2045 section 5.1, RFC 2231). */
struct parameter {
	struct slice name; /* without * and number */
	int number; /* of a continuation, from 0; -1: whole */
	bool extended; /* percent-encoded, with charset in piece 0 */
	struct slice value; /* quotes removed */
};

struct content {
	const char *value; /* lower case; "" when missing */
	struct parameter *v;
	size_t n;
};

void header_content(struct arena *, struct slice value, struct content *);
/* The value decoded to UTF-8, or NULL. */
char *content_text(struct arena *, const struct content *, const char *name);
/* Its bytes; the empty slice when there is none (boundary, charset). */
struct slice content_bytes(const struct content *, const char *name);

/* Adds the addresses of a field, groups as their members. */
void header_addresses(struct arena *, struct slice value, struct addresses *);
/* Adds the ids of a References, In-Reply-To or Message-ID field. */
void header_ids(struct arena *, struct slice value, struct strings *);
/*
 * RFC 5322 section 3.3 with the obsolete forms of 4.3 (two-digit years, zone
 * names, comments), asctime(3), and ISO 8601.  Without a zone: UTC.
 */
bool header_date(struct slice value, struct moment *);

#endif
