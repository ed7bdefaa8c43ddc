/*
 * The configuration file as it stands: lines `key = value` under `[section]`
 * heads, read by inih, which lives in config.c and nowhere else.  What the
 * keys mean is the business of settings.c.
 *
 * A section head may carry a name: `[mailbox home]` is section "mailbox",
 * name "home".  Comments begin a line with '#' or ';'.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct config_entry {
	const char *section; /* "mailbox" */
	const char *name; /* "home"; "" when the head has none */
	const char *key, *value;
	int line; /* from 1 */
};

struct config {
	const char *path;
	struct config_entry *v;
	size_t n;
};

/*
 * Reads path into the arena.  -1 with err: EX_CONFIG with file:line for a line
 * that is none; EX_NOPERM when it holds a secret key (secret, a list that ends
 * with NULL) and others may read it; EX_IOERR.  ENOENT is EX_NOINPUT.
 */
int config_read(struct arena *, const char *path, const char *const *secret,
    struct config *, struct err *);

#endif
