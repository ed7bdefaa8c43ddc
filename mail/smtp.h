/*
 * A connection to a submission server (RFC 5321, RFC 6409), up to the point
 * where mail can be handed in: verified TLS, EHLO, AUTH.  libcurl lives in
 * smtp.c and dav.c and nowhere else.
 *
 * libcurl makes the connection (CURLOPT_CONNECT_ONLY) and the dialogue about a
 * mail is submit.c's own, since libcurl's cannot tell whether a mail was
 * accepted when the connection breaks, takes line ends in an address for its
 * own, and sends without AUTH, silently, where none is offered.
 *
 *	smtps://	TLS from the first byte
 *	smtp://		STARTTLS; without it nothing is sent.  Only to a
 *			loopback address that stands in the url as an address
 *			(127.0.0.1, [::1]) plain text is spoken, where the
 *			server has no STARTTLS
 */
#ifndef MAIL_SMTP_H
#define MAIL_SMTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum { SMTP_TEXT = 512, SMTP_TIMEOUT = 600, SMTP_PORT_ROOM = 6 };

/* All borrowed for as long as the account is in use. */
struct smtp_account {
	bool implicit_tls; /* smtps: */
	bool plain_allowed; /* see above */
	const char *host; /* a name, or an address without [] */
	const char *port; /* NULL: 465 or 587 */
	const char *user; /* NULL: no AUTH */
	const char *password,
	    *token; /* one of them; token: OAuth 2 (RFC 7628) */
	const char *ca_file; /* PEM; NULL: the system's */
	/* SHA-256 of the server's certificate (DER) in hexadecimal, colons
	 * allowed: stands in for chain, name and dates.  NULL: none. */
	const char *pin;
	int timeout; /* seconds, at most SMTP_TIMEOUT, for any answer; 0: that */
};

/* What a server offers (RFC 1869), as it said after TLS. */
enum smtp_offer {
	SMTP_AUTH = 1, /* RFC 4954 */
	SMTP_SIZE = 2, /* RFC 1870 */
	SMTP_8BITMIME = 4, /* RFC 6152 */
	SMTP_DSN = 8 /* RFC 3461 */
};

/* Why it did not go on, in one word that promised tells apart: */
enum smtp_why {
	SMTP_NETWORK, /* no connection, or it was lost */
	SMTP_TLS, /* the server could not prove who it is, or has no TLS */
	SMTP_LOGIN, /* AUTH is refused, or not offered */
	SMTP_REFUSED, /* the server's own word about this mail */
	SMTP_PROTOCOL, /* what came is no SMTP */
	SMTP_MAIL, /* no server was asked: the mail or an address is bad */
	SMTP_WHYS
};
const char *smtp_why_name(enum smtp_why);

struct smtp_fault {
	enum smtp_why why;
	int code; /* of the server's last reply; 0: none */
	char text[2 * SMTP_TEXT];
};

struct smtp_reply {
	int code; /* 200 to 599 */
	char text[SMTP_TEXT]; /* its lines, joined by blanks; no controls */
};

struct smtp;

/* Must be called once, before anything else and before threads. */
int smtp_init(struct err *);

/* NULL with the fault.  Owned by the caller: smtp_free(). */
struct smtp *smtp_connect(const struct smtp_account *, struct smtp_fault *);
bool smtp_offers(const struct smtp *, enum smtp_offer);
/*
 * All of these bytes, as they are.  -1 when the connection is lost, or did not
 * take 64 KB within the seconds given.
 */
int smtp_write(struct smtp *, struct slice, int seconds);
/*
 * The next reply, whole.  -1 when none came in time (in all, not for each
 * byte), or what came is none.
 */
int smtp_read(struct smtp *, struct smtp_reply *, int seconds);
/* Writes one command, to which CRLF is added, and reads the reply to it.  -1
 * also when the server had spoken out of turn. */
int
smtp_command(struct smtp *, const char *line, struct smtp_reply *, int seconds);
/* From here on the connection counts as lost: no QUIT. */
void smtp_abandon(struct smtp *);
/* True once a read or write has failed. */
bool smtp_is_lost(const struct smtp *);
/* Closes; says QUIT when the connection is in order.  NULL is allowed. */
void smtp_free(struct smtp *);

#endif
