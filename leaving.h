/*
 * Mail that a filter could not have kept when it came: it is passed on, and
 * nobody gives it again.  It is left in a Maildir beside the store, from which
 * the next pass files it.
 */
#ifndef LEAVING_H
#define LEAVING_H

#include "filing.h"

/* Needs the settings alone.  0: it is on the disk. */
int left_put(struct run *, struct slice raw, struct err *);
/* Files what was left, and takes it away when it is safe in the store. */
int left_file(struct run *, struct counts *, struct err *);

#endif
