/*
 * Confinement: what a process gives up for ever before it reads hostile bytes.
 *
 * It may then compute, read and write what it has open already, map memory up
 * to CONFINE_MEMORY, and open for reading what lies below the given paths and
 * the system's libraries.  Nothing else: no socket, no new process, no file
 * written, no memory shared with others, no signal to others, no look at other
 * processes, no core.
 *
 * Three layers, of which a system may lack the last two (the first Linux with
 * both is 5.13): limits and the "no new privileges" mark; a seccomp(2) filter
 * of system calls, on x86-64 and arm64; landlock(7) for paths.  A call that
 * is not allowed fails with EPERM, and does not end the process: what a
 * library tries in vain should not cost a mail.
 */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

#include <stddef.h>

#define CONFINE_MEMORY ((size_t)1 << 30) /* bytes of address space */
enum { CONFINE_FILES = 64 }; /* open at a time */

/* What the system did not grant. */
enum { CONFINE_NO_FILTER = 1, CONFINE_NO_LANDLOCK = 2, CONFINE_NO_LIMITS = 4 };

/*
 * Confines this process and all of its threads to come; there is no way back.
 * readable: paths, NULL ends them; those that do not exist are passed over.
 * Returns the layers that are missing, 0 for none; each is told at -v.
 */
unsigned confine(const char *const *readable);

/*
 * What a helper program, which needs its sockets, gives up at its start: a
 * core, being looked at, new privileges, death by SIGPIPE, and address space
 * beyond memory bytes (0: it may have all).
 */
void confine_helper(size_t memory);

#endif
