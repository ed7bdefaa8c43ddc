/*
 * A data file of a rule pack, read line by line, with errors that name
 * file:line:column.
 */
#ifndef RULES_SOURCE_H
#define RULES_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct source {
	const char *path; /* as told in errors; borrowed */
	struct slice text, rest;
	struct slice line; /* the line at hand */
	int number; /* its number, from 1 */
	int further; /* lines behind it that were joined to it */
};

/* Reads a whole file (at most 4 MB, valid UTF-8 without NUL) into the arena;
 * -1 with err. */
int
source_load(struct arena *, const char *path, struct source *, struct err *);
bool source_line(struct source *); /* the next line; false at the end */

/* The next line, with those below it that are indented deeper than it is (it
 * must be indented itself): these go on where it stopped, without the white
 * space at their ends.  False at the end. */
bool source_entry(struct arena *, struct source *);

/* Fills err (EX_CONFIG) with "path:line:column: ..."; at points into the line
 * (NULL: its first column).  Returns -1. */
int source_fault(const struct source *, const char *at, struct err *,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
