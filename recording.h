/*
 * From the store and the mails to record.h: all of a case, for those who show
 * it; record/ makes pages of it.
 */
#ifndef RECORDING_H
#define RECORDING_H

#include "commands.h"
#include "record/record.h"

/* Inside a transaction; the result lives in the arena.  EX_USAGE when there
 * is no such case. */
int record_collect(struct run *, struct arena *, int number,
    struct case_record *, struct err *);
/* The same without the mails' bytes and attachments: a ticket shows none. */
int record_outline(struct run *, struct arena *, int number,
    struct case_record *, struct err *);

#endif
