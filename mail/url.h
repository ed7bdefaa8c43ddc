/*
 * URLs of mail servers (RFC 3986): scheme://user@host:port/path.  IMAP's are
 * RFC 5092, without its parameters.
 *
 * user and path are percent-decoded; an '@' in user may stand as it is
 * (imaps://ann@home.example@imap.home.example).  A password has no place in a
 * URL and is refused.
 */
#ifndef MAIL_URL_H
#define MAIL_URL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct url {
	const char *scheme; /* lower case */
	const char *user; /* NULL when there is none */
	const char *host; /* a name, or an address without [] */
	const char *port; /* digits, 1 to 65535; NULL when there is none */
	const char *path; /* without the first '/'; "" when there is none */
};

/* In the arena.  -1 with err (EX_CONFIG). */
int url_parse(struct arena *, const char *text, struct url *, struct err *);
/* 127.0.0.0/8 or ::1, written as an address: no network is in between. */
bool url_is_loopback(const struct url *);
/* A mailbox name in UTF-8 as IMAP4rev1 writes it (RFC 3501 section 5.1.3). */
char *url_mailbox(struct arena *, const char *utf8);

#endif
