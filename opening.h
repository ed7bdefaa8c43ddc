/*
 * What a command works with: settings, data files, store.  main() opens what
 * the command's row says it needs; a filter does it itself, late.
 */
#ifndef OPENING_H
#define OPENING_H

#include "commands.h"

/* What is needed (enum needs), and now. */
int run_open(struct run *, unsigned needs, struct err *);
/* Its store alone, when settings and data files (load_all()) are there. */
int run_open_store(struct run *, struct err *);
/* All that was opened, and the arena. */
void run_close(struct run *);

#endif
