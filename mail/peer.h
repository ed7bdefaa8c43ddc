/*
 * What the other end of libcurl's TLS session has shown, where libcurl itself
 * does not look: the purpose of its certificate, and a pin on the certificate
 * (libcurl has pins on keys only).  GnuTLS, as in stream.c, whose pins have
 * the same form.
 */
#ifndef MAIL_PEER_H
#define MAIL_PEER_H

#include <stdbool.h>

/*
 * session: of GnuTLS, after its handshake.
 */

/* pin: SHA-256 of the certificate (DER) in hexadecimal, colons allowed. */
bool peer_is_pinned(void *session, const char *pin);
/* Chain and dates once more, and that the certificate is one for servers (RFC
 * 5280 section 4.2.1.12): the session's own trust decides. */
bool peer_is_server(void *session);

#endif
