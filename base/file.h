/*
 * Files: bytes to a descriptor, all of them; a whole file into memory, and
 * back.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Writes all, whatever interrupts; 0, or -1 with errno. */
int file_write(int fd, struct slice);
/* Waits for the events of poll(2), whatever interrupts, until monotonic_ms() is
 * there (-1: for ever).  1: one has come; 0: the time is over; -1 with errno. */
int file_wait(int fd, short events, int64_t until);

/* Adds all bytes of a file ("-": stdin), at most `most`; -1 with err: by errno,
 * which stays (ENOENT: there is none), or EX_DATAERR when it is larger. */
int file_bytes(const char *path, size_t most, struct buf *, struct err *);

/*
 * A new file of these bytes.  What has the name already goes first; a link is
 * not followed.  synced: it is on the disk when this returns.  -1 with err by
 * errno: nothing of it is left.
 */
int file_create(
    const char *path, mode_t mode, struct slice, bool synced, struct err *);
/* The same in one step, by way of path.new: nobody sees half of it, and when
 * it fails what was there still is. */
int file_replace(
    const char *path, mode_t mode, struct slice, bool synced, struct err *);

/* Makes the folders above a path (mode 0700) that are not there. */
int file_folders(const char *path, struct err *);

#endif
