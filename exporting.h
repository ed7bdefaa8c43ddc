/*
 * What is handed to others: the dossier of a case, which proves itself.
 */
#ifndef EXPORTING_H
#define EXPORTING_H

#include "commands.h"
#include "record/folder.h"
#include "record/record.h"

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
/* The folder of pages in the owner's language. */
char *page_folder(struct run *, struct arena *);

#endif
