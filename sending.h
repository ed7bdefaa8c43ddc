/*
 * What leaves: nudges that are due, written, composed and handed over.
 */
#ifndef SENDING_H
#define SENDING_H

#include "commands.h"

/* Files what lies in the mailboxes now; a fault is in the log. */
typedef void look_fn(struct run *);

/*
 * Plans what now makes due, then sends all that may go.  Before the first that
 * says what has not happened, or goes to a company, look is called: the answer
 * may have come (NULL: the mailboxes were read just now).  0 also when some
 * could not be sent: that is in the log, and stays in the outbox.
 */
int send_due(struct run *, look_fn *look, size_t *sent, struct err *);

/* The moment of the next planned mail, INT64_MAX when there is none. */
int send_next(struct run *, int64_t *when, struct err *);

#endif
