/*
 * Authentication-Results (RFC 8601): which domains a server vouches for.
 *
 * Much of such a field was chosen by whoever sent the mail (the envelope's
 * sender, a key's words), and stands there in quotes or in comments: neither
 * says anything.  A field that is not well-formed vouches for nobody.
 */
#ifndef MAIL_AUTHRES_H
#define MAIL_AUTHRES_H

#include <stddef.h>

#include "base/arena.h"

/* A pass of DKIM, by header.d, or of DMARC, by header.from; in lower case. */
struct authres {
	const char **domains;
	size_t n;
	const char *dkim; /* the first result of DKIM, in lower case; or NULL */
};

/* The passes in the value of a field that the server `id` (in lower case)
 * wrote; none when some other wrote it. */
struct authres authres_read(struct arena *, const char *value, const char *id);

#endif
