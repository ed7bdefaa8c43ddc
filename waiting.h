/*
 * Mail that was kept but not decided: what a crash left, and the past that
 * file_history() has kept.
 */
#ifndef WAITING_H
#define WAITING_H

#include "filing.h"

enum { WAITING_BATCH = 96 }; /* mails in one transaction */

/* Decides it, in the order of arrival.  counts may be NULL. */
int file_waiting(struct run *, struct counts *, struct err *);

/*
 * Gives a mail of the past that was just kept to the readers, when they have
 * nothing else to do; by rising numbers.  What they say is put aside for
 * file_waiting().
 */
void waiting_read_early(
    struct run *, int64_t message, int64_t received, struct slice raw);

/* On a terminal: how far it is, every hundred mails and at the last. */
void waiting_show(size_t n, const char *what, bool last);

#endif
