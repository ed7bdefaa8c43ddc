/*
 * From words to bytes: what cases/ wants to say becomes a mail by mail/.
 */
#ifndef POSTING_H
#define POSTING_H

#include "cases/post.h"
#include "commands.h"

/*
 * All that post.h needs, for this run's owner and now.  Inside a transaction
 * (the owner's key may have to be made).  The results of posting live in a.
 */
int post_open(struct run *, struct arena *, struct post *, struct err *);

#endif
