/*
 * What is read from data files before the first mail: rules, forms, calendars,
 * words, letters.  It costs more than a mail does, so it is kept as an image
 * (base/image.h) for the commands that follow: beside the store, and for those
 * without one in "$XDG_CACHE_HOME/promised", or "~/.cache/promised".  Images
 * may be deleted at any time.
 */
#ifndef LOADING_H
#define LOADING_H

#include "commands.h"

/* Calendars, forms and rule packs, from their files; once. */
int load_rules(struct run *, struct err *);
/* These and the words for placing mail, from the image if there is one. */
int load_all(struct run *, struct err *);
/* For a run that is hurried, after load_all(): 1 when a data file was changed
 * since the image was made, and all is loaded anew; what was made of it before
 * is wrong, and its readers are ended.  Else 0, or -1. */
int load_check(struct run *, struct err *);
/* Writes the image when load_all() found none.  Takes a tenth of a second, so
 * a filter answers first. */
void load_keep(struct run *);
void load_close(struct run *);

#endif
