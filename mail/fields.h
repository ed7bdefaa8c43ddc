/*
 * Writing header fields: folding (RFC 5322 section 2.2.3), encoded words (RFC
 * 2047), names and addresses (section 3.4).  Pure.
 *
 * Nothing here checks for line ends; field_fault() does, and is to be asked
 * before.
 */
#ifndef MAIL_FIELDS_H
#define MAIL_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "mail/message.h"

/* A field that is being written. */
struct field_writer {
	struct buf *out;
	size_t line; /* where its last line begins in out */
};

/* "Name:".  A line that is not full follows; field_close() ends it. */
void field_open(struct field_writer *, struct buf *out, const char *name);
void field_close(struct field_writer *);
/* A blank and the word, or, when the line would be longer than 78, CRLF, a
 * blank and the word. */
void field_word(struct field_writer *, struct slice);
/* Unstructured text: as it is where it can be, else as encoded words. */
void field_text(struct field_writer *, const char *text);
/* An address, its name before it; more: a comma after it. */
void field_address(struct field_writer *, const struct address *, bool more);
/* A message id in <>. */
void field_id(struct field_writer *, const char *id);

/* Whole fields; none is written for an empty list. */
void field_put_text(struct buf *, const char *name, const char *text);
void
field_put_addresses(struct buf *, const char *name, const struct addresses *);
/* Ids that are none (id_valid()) are left out, and of more than 50 all but
 * the first and the last 49. */
void field_put_ids(struct buf *, const char *name, const struct strings *);

/* NULL when text can stand in a field; else why not: control characters, CR
 * and LF among them, or invalid UTF-8. */
const char *field_fault(const char *text);
/* Printable ASCII without blanks and <>, at most 250 bytes. */
bool id_valid(const char *);

#endif
