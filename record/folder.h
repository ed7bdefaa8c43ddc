/*
 * Folders of files that prove themselves: each file is written whole or not
 * at all, and MANIFEST.sha256 lists them all, in the form of sha256sum(1).
 * events.log binds each line to the one before it.
 */
#ifndef RECORD_FOLDER_H
#define RECORD_FOLDER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "cases/ledger.h"

struct folder;

/*
 * Opens the folder, or makes it (mode 0700).  NULL with err: EX_CANTCREAT when
 * something is in it that is no record of ours, or by errno.
 */
struct folder *folder_open(struct arena *, const char *path, struct err *);
/* A folder within it that is a record of its own: "cases/7".  Once finished,
 * its files are listed in both manifests.  Lives in the arena. */
struct folder *
folder_below(struct folder *, struct arena *, const char *name, struct err *);
/* A file below it: "index.html", "messages/001.eml".  Left alone when it has
 * these bytes already. */
int folder_write(struct folder *, const char *name, struct slice, struct err *);
/* Writes the manifest, whose hash is returned in hex, and removes what an
 * older one listed and this one does not. */
int folder_finish(struct folder *, char hash[SHA256_HEX], struct err *);

/* A file by itself: 1 when it was written, 0 when it had these bytes already,
 * -1.  Never half of it is seen; the disk is waited for by file_settle(). */
int file_update(const char *path, struct slice, struct err *);
/* Waits until all that was written where path lies is on the disk: once for
 * many files.  0, or -1 with err by errno. */
int file_settle(const char *path, struct err *);

/* events.log: "N CHAIN TIME ACTOR VERB TEXT", tabs between; CHAIN is SHA-256
 * over the CHAIN before it and the rest of the line. */
char *folder_log(struct arena *, const struct event_row *, size_t n);

/*
 * Whether all is as the manifest says: nothing changed, missing or added, and
 * the log's chain whole.  Each fault is told, with the file's name.  Returns
 * how many there are, or -1 with err when there is no manifest to go by.
 */
int folder_verify(struct arena *, const char *path,
    void (*tell)(void *, const char *), void *arg, char hash[SHA256_HEX],
    struct err *);

#endif
