/*
 * Bytes and text into forms that every mail system carries: the transfer
 * encodings of RFC 2045, the encoded words of RFC 2047 and the parameters of
 * RFC 2231.  The other direction is transfer.h and header.h.  Pure.
 */
#ifndef MAIL_ENCODE_H
#define MAIL_ENCODE_H

#include <stddef.h>

#include "base/buf.h"

/* base64 in one piece (RFC 4648 section 4). */
void encode_base64(struct buf *, struct slice);
/* base64 in lines of 76 columns that end in CRLF (RFC 2045 section 6.8). */
void encode_base64_lines(struct buf *, struct slice);
/*
 * Quoted-printable, lines of at most 76 columns (RFC 2045 section 6.7).  The
 * text has CRLF line ends, which stay.  "From " and "." at the start of a
 * line are encoded too, for what still lies on the way (section 6.7, note).
 */
void encode_quoted_printable(struct buf *, struct slice crlf_text);

enum { ENCODED_WORD_MOST = 75, ENCODED_WORD_LEAST = 24 };

/*
 * Adds one encoded word (=?UTF-8?Q?...?= or B, by kind) of at most room bytes
 * with as many whole characters of the text as fit; returns how many bytes of
 * the text that is.  text: UTF-8, not empty.  room: from ENCODED_WORD_LEAST
 * to ENCODED_WORD_MOST.
 */
size_t encode_word(struct buf *, struct slice text, size_t room, char kind);
/* The kind ('Q' or 'B') that makes the text shorter. */
char encode_word_kind(struct slice text);

/* Percent-encoding with the characters of RFC 2231's attribute-char left. */
void encode_percent(struct buf *, struct slice);

/* CRLF made LF, as files and pipes on this system have it. */
void encode_unix_lines(struct buf *, struct slice);

#endif
