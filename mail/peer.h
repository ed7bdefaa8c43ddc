/*
 * What the other end of a GnuTLS session has shown: for stream.c, and where
 * libcurl itself does not look, which is the purpose of a certificate and a
 * pin on it (libcurl has pins on keys only).
 *
 * session: a gnutls_session_t, after its handshake.  A pin is the SHA-256 of
 * the server's certificate (DER) in hexadecimal, colons allowed.
 */
#ifndef MAIL_PEER_H
#define MAIL_PEER_H

#include <stdbool.h>
#include <stdint.h>

enum { PEER_PIN_ROOM = 65 };

/* Whether the text is a pin at all: 64 digits and nothing but colons. */
bool peer_pin_is_one(const char *text);
bool peer_is_pinned(void *session, const char *pin);
/* The pin that would fit; false when the server showed no certificate. */
bool peer_pin(void *session, char out[PEER_PIN_ROOM]);
/* Of a certificate in PEM form: what pin would fit, and when it ends (UTC
 * seconds).  false when it is none. */
bool peer_read_pem(const char *pem, char pin[PEER_PIN_ROOM], int64_t *end);
/* Chain and dates once more, and that the certificate is one for servers (RFC
 * 5280 section 4.2.1.12): the session's own trust decides. */
bool peer_is_server(void *session);

#endif
