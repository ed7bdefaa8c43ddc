/*
 * The same mail again: fetched from a mailbox, and forwarded by its owner.
 */
#ifndef TWIN_H
#define TWIN_H

#include "cases/thread.h"
#include "mail/read.h"

/*
 * The same for a mail as it was fetched and as it was forwarded: who wrote it,
 * its subject, and the letters of what it says, hashed.  NULL when it says
 * little.
 */
const char *
twin_of(struct arena *, const struct thread_words *, const struct original *);

#endif
