/*
 * Where the data files are (rules, forms, templates): $PROMISED_DATA; else the
 * folder of the program itself when it holds rules/ (a checkout); else
 * PREFIX/share/promised, as installed.
 */
#ifndef BASE_DATADIR_H
#define BASE_DATADIR_H

#include "base/arena.h"

/* "<datadir>/<name>", in the arena. */
char *datadir_path(struct arena *, const char *name);
/* The folder of the running program, where promised-fetch and promised-send
 * lie beside it; libexec when installed. */
char *datadir_program(struct arena *, const char *name);

#endif
