/*
 * From the store to record.h: all of a case, for those who show it.
 */
#ifndef EXPORTING_H
#define EXPORTING_H

#include "commands.h"
#include "record/folder.h"
#include "record/record.h"

/* Inside a transaction; the result lives in the arena.  EX_USAGE when there
 * is no such case. */
int record_collect(struct run *, struct arena *, int number,
    struct case_record *, struct err *);
/* The same without the mails' bytes and attachments: a ticket shows none. */
int record_outline(struct run *, struct arena *, int number,
    struct case_record *, struct err *);
/* All files of a dossier. */
int record_write(
    struct run *, struct folder *, const struct case_record *, struct err *);
/* Once they are written: -1 with err when one of them lacks its calendar, as
 * on a machine without libical. */
int record_whole(struct run *, struct err *);
/* Where the dossiers lie that the command `export` of a mail has written:
 * beside the store, by owner and case. */
const char *dossier_folder(struct run *, struct arena *, int number);
/* Writes one there.  Inside a transaction. */
int dossier_keep(
    struct run *, struct arena *, int number, const char *path, struct err *);
/* A letter as a PDF, into the arena of the record's voice.  to: name and
 * address, lines; NULL: what is known. */
int letter_print(struct run *, const struct case_record *,
    const struct letter_row *, const char *to, struct slice *pdf, struct err *);
/* The folder of pages in the owner's language. */
char *page_folder(struct run *, struct arena *);

#endif
