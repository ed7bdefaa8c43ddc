/*
 * Files put on a web server by promised-send (send.c), which is started with
 * the first of them.
 */
#ifndef MAIL_UPLOAD_H
#define MAIL_UPLOAD_H

#include "base/buf.h"
#include "base/err.h"

/* All borrowed for as long as the upload is open. */
struct upload_settings {
	const char *program; /* path of promised-send */
	const char *url; /* "https://user@host/folder" */
	const char *password, *token; /* one of them, or neither */
	const char *ca_file, *pin; /* as in smtp.h */
};

struct upload;

struct upload *upload_open(const struct upload_settings *); /* never NULL */
void upload_close(struct upload *); /* NULL is allowed */

/* path: below the url's folder; see dav.h.  0, or -1 with err: EX_TEMPFAIL
 * when it may go well another time, else EX_UNAVAILABLE. */
int
upload_put(struct upload *, const char *path, struct slice bytes, struct err *);
/* Whether it would go well; nothing is written there. */
int upload_check(struct upload *, struct err *);
int upload_remove(struct upload *, const char *path, struct err *);

/* What a frame of promised-send says of that path: as upload_put(). */
struct frame;
int upload_read(const struct frame *, const char *path, struct err *);

#endif
