/*
 * A linear pass over the bytes of an IMAP server, before any parser sees them.
 *
 * libetpan's parser recurses on what a server nests, reserves whatever a
 * literal announces and reads past an object at BYE; this pass bounds the
 * first two and ends the connection at the third.  It knows just enough of
 * RFC 9051 section 4.3: a line that begins "* NUMBER FETCH" may end in
 * "{NUMBER}", and that many bytes follow that are no syntax.
 */
#ifndef MAIL_RESPONSE_H
#define MAIL_RESPONSE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { RESPONSE_DEPTH = 64, RESPONSE_START = 160 };

struct response_guard {
	uint64_t left; /* bytes that may still come for this command */
	uint64_t literal; /* of which so many are no syntax */
	uint64_t number; /* of the "{NUMBER}" that is being read */
	unsigned braces; /* how far that is */
	unsigned depth;
	char start[RESPONSE_START]; /* how the line begins */
	size_t start_len;
};

/* Ready for the first byte of a line; budget as in response_allow(). */
void response_begin(struct response_guard *, uint64_t budget);
/* What the server may send from now on, until the next call. */
void response_allow(struct response_guard *, uint64_t budget);
/* 0, or -1 with err (EX_UNAVAILABLE) when a byte breaks a bound or the server
 * says BYE; then nothing of these bytes may be used. */
int response_feed(struct response_guard *, const char *, size_t, struct err *);

#endif
