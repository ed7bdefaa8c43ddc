/*
 * What leaves: nudges that are due, written, composed and handed over.
 */
#ifndef SENDING_H
#define SENDING_H

#include "commands.h"

/* Plans what now makes due, then sends all that may go.  0 also when some
 * could not be sent: that is in the log, and stays in the outbox. */
int send_due(struct run *, size_t *sent, struct err *);

/* The moment of the next planned mail, INT64_MAX when there is none. */
int send_next(struct run *, int64_t *when, struct err *);

#endif
