/*
 * What promised wrote to a company, as a PDF to print and post.
 */
#ifndef PRINTING_H
#define PRINTING_H

#include "commands.h"
#include "record/record.h"

/* A letter as a PDF, into the arena of the record's voice.  to: name and
 * address, lines; NULL: what is known. */
int letter_print(struct run *, const struct case_record *,
    const struct letter_row *, const char *to, struct slice *pdf, struct err *);

#endif
