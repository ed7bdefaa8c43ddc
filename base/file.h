/*
 * Files: bytes to a descriptor, all of them.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdint.h>

#include "base/buf.h"

/* Writes all, whatever interrupts; 0, or -1 with errno. */
int file_write(int fd, struct slice);
/* Waits for the events of poll(2), whatever interrupts, until monotonic_ms() is
 * there (-1: for ever).  1: one has come; 0: the time is over; -1 with errno. */
int file_wait(int fd, short events, int64_t until);

#endif
