/*
 * Tickets on the web: what the owner has published is kept current.
 */
#ifndef PUBLISHING_H
#define PUBLISHING_H

#include "commands.h"

/* Writes what has changed of all tickets, and a tombstone where one was
 * withdrawn; then runs the [publish] command, if anything changed.  A ticket
 * that cannot be written is told in the log, and tried again. */
int publish_due(struct run *, struct err *);

/* For doctor; each is asked when its key is there. */
typedef int publish_check(struct run *, struct err *);
publish_check publish_check_dir; /* can tickets be written there? */
publish_check publish_check_web; /* does the server take them? */
publish_check publish_check_command; /* would a shell find it? */

#endif
