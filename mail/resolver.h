/*
 * Asking the DNS by promised-lookup (lookup.c), which is started with the
 * first question.
 */
#ifndef MAIL_RESOLVER_H
#define MAIL_RESOLVER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

enum { RESOLVER_TEXT_MOST = 8192, RESOLVER_NAME_MOST = 253 };

struct resolver;

/* server: "127.0.0.1:5353", or NULL for the system's.  Both borrowed. */
struct resolver *resolver_open(const char *program, const char *server);
void resolver_close(struct resolver *); /* NULL is allowed */

/* 1 and the text, in the arena; 0: there is none; -1 with err: no answer
 * (EX_TEMPFAIL), or the name or the helper is at fault. */
int resolver_txt(struct resolver *, struct arena *, const char *name,
    const char **text, struct err *);

/* Letters, digits, '-', '_' and single dots; no more than a name may have. */
bool resolver_name_is_one(const char *);

/* What a frame of promised-lookup says of that name: as resolver_txt().
 * Borrowed from the frame. */
struct frame;
int resolver_read(
    const struct frame *, const char *name, const char **text, struct err *);

#endif
