/*
 * Mail that comes out of order, as others see it.
 */
#ifndef LATE_H
#define LATE_H

#include "commands.h"

/*
 * Reads a message again that has only now found its case, so that what it
 * promised counts there.  Inside a transaction.
 */
int late_read(struct run *, struct arena *, int64_t message, int case_number,
    struct err *);

/* Places in order what the queue has marked as late; each in a transaction, in
 * the arena, which is reset. */
int late_settle(struct run *, struct arena *, struct err *);

#endif
