/* The kinds of delivery; for deliver*.c alone. */
#ifndef MAIL_DELIVER_KINDS_H
#define MAIL_DELIVER_KINDS_H

#include "mail/deliver.h"

enum { DELIVERY_TIMEOUT = 600, DELIVERY_ANSWER = 1024 };

/* A kind is a row of functions; state is its own, from open to close. */
struct delivery_kind {
	const char *prefix; /* of the url */
	/* rest: the url behind the prefix.  NULL with err. */
	void *(*open)(
	    const struct delivery_settings *, const char *rest, struct err *);
	enum delivered (*send)(void *state, const struct delivery_mail *,
	    char answer[DELIVERY_ANSWER], struct err *);
	int (*check)(void *state, struct err *); /* see delivery_check() */
	void (*close)(void *state);
};

/* By promised-send; deliver_smtp.c. */
void *
deliver_smtp_open(const struct delivery_settings *, const char *, struct err *);
enum delivered deliver_smtp_send(void *, const struct delivery_mail *,
    char answer[DELIVERY_ANSWER], struct err *);
int deliver_smtp_check(void *, struct err *);
void deliver_smtp_close(void *);

/* By a sendmail command; deliver_command.c. */
void *deliver_command_open(
    const struct delivery_settings *, const char *, struct err *);
enum delivered deliver_command_send(void *, const struct delivery_mail *,
    char answer[DELIVERY_ANSWER], struct err *);
int deliver_command_check(void *, struct err *);
void deliver_command_close(void *);

#endif
