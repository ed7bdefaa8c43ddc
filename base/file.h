/*
 * Files: bytes to a descriptor, all of them.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

/* Writes all, whatever interrupts; 0, or -1 with errno. */
int file_write(int fd, struct slice);

#endif
