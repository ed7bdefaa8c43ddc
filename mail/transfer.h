/*
 * Content transfer encodings (RFC 2045 section 6): base64, quoted-printable,
 * and uuencode as "x-uuencode".
 *
 * libetpan's decoders are not used: quoted-printable comes out of them with
 * LF turned into CRLF, and base64 ends at the first odd byte.
 */
#ifndef MAIL_TRANSFER_H
#define MAIL_TRANSFER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"

/*
 * Undoes the encoding named so; one that is none is taken for "8bit", and so
 * is "base64" on what is plainly no base64.  At most `most` bytes come out;
 * cut says that there was more.  The result is in the arena, or part of body.
 */
struct slice transfer_decode(struct arena *, struct slice body,
    struct slice encoding, size_t most, bool *cut);
/* Whether it leaves the bytes as they are (7bit, 8bit, binary, none). */
bool transfer_is_identity(struct slice encoding);

struct slice
base64_decode(struct arena *, struct slice, size_t most, bool *cut);
/* The Q encoding of RFC 2047 section 4.2: "_" is a blank. */
struct slice q_decode(struct arena *, struct slice);

#endif
