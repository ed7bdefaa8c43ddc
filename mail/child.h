/*
 * A helper program (promised-fetch, promised-send) between two pipes.
 *
 * Nothing but the pipes and stderr is inherited.  It runs in a process group
 * of its own, so that a ^C is for promised alone, which then ends the helper
 * in good order.  What they say to each other is frame.h's.
 */
#ifndef MAIL_CHILD_H
#define MAIL_CHILD_H

#include <sys/types.h>

#include "base/err.h"

struct child {
	pid_t pid; /* 0: none runs, or it was waited for */
	int to, from; /* its stdin and stdout; -1: closed */
};

/* A child that was never started. */
#define CHILD_NONE ((struct child){.to = -1, .from = -1})

/* Starts the program at that path.  -1 with err (EX_IOERR, or EX_TEMPFAIL for
 * want of memory), and CHILD_NONE in *c. */
int child_start(struct child *c, const char *program, struct err *);
/* Closes what is open; the process is the caller's to wait for. */
void child_close(struct child *c);
/* Ends one that may run, at once: kills it, waits, closes; then CHILD_NONE. */
void child_kill(struct child *c);

#endif
