/*
 * DKIM (RFC 6376): what the signature of a mail says.
 *
 * libopendkim lives in dkim.c and nowhere else, and is loaded with dlopen(3)
 * by the process that judges: a reader of apart.h, since both mail and key are
 * hostile.  No DNS is asked here: keys are given.
 */
#ifndef MAIL_DKIM_H
#define MAIL_DKIM_H

#include "base/arena.h"
#include "base/buf.h"

enum { DKIM_SIGNERS_MOST = 5 };

struct dkim_signer {
	const char *domain, *selector; /* d= and s= */
	const char *key; /* the TXT record; NULL: not asked for; "": none */
};

/* What dkim_judge() is given: signers whose key is known, and the mail. */
void dkim_question(
    struct buf *, const struct dkim_signer *, size_t n, struct slice mail);

/* An apart_read; arg is not used.  Any line ends. */
void dkim_judge(void *arg, struct slice question, struct buf *answer);

enum dkim_verdict {
	DKIM_UNSIGNED,
	DKIM_UNKNOWN, /* a key is wanted of the signers */
	DKIM_PASS, /* signer[0] vouches for all of the body, and From */
	DKIM_FAIL, /* why tells */
	DKIM_MISSING /* libopendkim is not there */
};

struct dkim_answer {
	enum dkim_verdict verdict;
	const char *why; /* "" when it passed */
	struct dkim_signer signer[DKIM_SIGNERS_MOST]; /* keys are NULL */
	size_t signers;
};

/* What an answer says; whatever it is, the result is well-formed. */
void dkim_read_answer(struct arena *, struct slice, struct dkim_answer *);

#endif
