/*
 * A connection to a mail server, plain or TLS, as libetpan's mailstream_low:
 * the network half that libetpan itself does without verification, without a
 * deadline and without an end on EOF.  GnuTLS lives in stream.c and peer.c and
 * nowhere else.
 *
 * Reading and writing fail for good at: end of the connection, a deadline on
 * the monotonic clock, a byte more than the budget, a bound of response.h, a
 * renegotiation.  Why is in stream_fault().
 */
#ifndef MAIL_STREAM_H
#define MAIL_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libetpan/libetpan.h>

#include "base/err.h"

/* How the server proves who it is. */
struct stream_trust {
	const char *host; /* a DNS name, or an address without [] */
	const char *ca_file; /* PEM; NULL: the system's */
	/* SHA-256 of the server's certificate (DER) in hexadecimal, colons
	 * allowed: stands in for chain, name and dates.  NULL: none. */
	const char *pin;
};

struct stream;

/*
 * Connects by TCP, trying each address of host.  NULL with err
 * (EX_UNAVAILABLE, EX_CONFIG for an unknown name).  Owned by the caller.
 */
struct stream *stream_connect(
    const char *host, const char *port, int timeout_ms, struct err *);
void stream_free(struct stream *); /* closes, without waiting */

/* Handshake and proof; to be called before a secret is written.  -1 with err:
 * EX_NOPERM when the proof fails, EX_UNAVAILABLE, EX_CONFIG. */
int
stream_start_tls(struct stream *, const struct stream_trust *, struct err *);

/* What the next command may take: time for all of it, bytes of answer. */
void stream_allow(struct stream *, int timeout_ms, uint64_t bytes);
/* The whole session's end, past any stream_allow(). */
void stream_set_end(struct stream *, int64_t seconds_from_now);
int64_t stream_seconds_left(const struct stream *); /* to the session's end */

/* The driver for mailstream_new(), which takes it; the stream must outlive
 * it. */
mailstream_low *stream_low(struct stream *);
int stream_fd(const struct stream *);
/* Whether decrypted bytes wait that poll(2) does not see. */
bool stream_pending(const struct stream *);
/* Why the connection ended; NULL while it has not. */
const struct err *stream_fault(const struct stream *);
/* Ends it now: nothing more is read or written. */
void stream_abort(struct stream *);

#endif
