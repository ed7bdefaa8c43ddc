/*
 * Files put on a web server: WebDAV (RFC 4918), which is HTTP's PUT and DELETE
 * and MKCOL.  libcurl does all of it, in dav.c (and smtp.c).
 *
 *	https://	TLS, whose certificate is checked, and for being a
 *			server's, before the first byte of a request
 *	http://		only to a loopback address that stands in the url as an
 *			address (127.0.0.1, [::1])
 *
 * No redirection is followed and no proxy asked: the login is for that host.
 */
#ifndef MAIL_DAV_H
#define MAIL_DAV_H

#include "base/arena.h"
#include "base/buf.h"
#include "mail/smtp.h" /* struct smtp_fault, with HTTP's codes */

enum { DAV_FILE_MOST = 16 << 20, DAV_SECONDS = 120 };

/* All borrowed for as long as the account is in use. */
struct dav_account {
	const char *base; /* "https://host:port/folder/", percent-encoded */
	bool plain_allowed; /* see above */
	const char *user; /* NULL: no login */
	const char *password, *token; /* one of them; token: RFC 6750 */
	const char *ca_file, *pin; /* as in smtp.h */
};

struct dav;

/* Never NULL; connects with the first request.  smtp_init() was called. */
struct dav *dav_open(const struct dav_account *);
void dav_close(struct dav *); /* NULL is allowed */

/* path: letters, digits, '.', '-', '_' and '/' alone, below the base; folders
 * that are missing are made.  0, or -1 with the fault. */
int dav_put(struct dav *, const char *path, struct slice, struct smtp_fault *);
/* 0 also when there was none. */
int dav_remove(struct dav *, const char *path, struct smtp_fault *);

/* Whether files could be put there: the folder answers to the login as WebDAV's
 * do, or the one above it does, in which it is to be made.  Nothing is
 * written. */
int dav_check(struct dav *, struct smtp_fault *);

/* Whether it may be tried again as it is. */
bool dav_is_temporary(const struct smtp_fault *);

#endif
