/*
 * Mail from sources: maildirs, mbox files, files.
 */
#ifndef IMPORTING_H
#define IMPORTING_H

#include "filing.h"
#include "mail/source.h"

/*
 * Files all that a source has.  A mail that is none, or cannot be read, is
 * told in the log and left where it is; a full disk or a busy store ends it.
 * What is committed is marked at its source (source_filed()), in folder.
 */
int file_source(struct run *, struct source *, const char *folder,
    struct counts *, struct err *);

/*
 * Keeps all that a source has as mail of the past, to be decided in the order
 * of its dates by file_waiting(), when all sources are read.  Nothing is
 * marked, nothing is said about it.
 */
int file_history(struct run *, struct source *, struct counts *, struct err *);

#endif
