/*
 * A shelf: bytes that are put aside until they are wanted, in a file that has
 * no name and so is gone with the process, however that ends.
 */
#ifndef BASE_SHELF_H
#define BASE_SHELF_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

/* Where something lies; all 0: nowhere. */
struct shelved {
	int64_t at;
	size_t len;
};

/* In the folder of that file; NULL when no such file can be had there. */
struct shelf *shelf_open(const char *beside);
/* NULL is allowed. */
void shelf_close(struct shelf *);

/* len is 0 when there is no room for them on the disk. */
struct shelved shelf_put(struct shelf *, struct slice);
/* They stay there, too.  The empty slice when they cannot be read. */
struct slice shelf_get(const struct shelf *, struct shelved, struct arena *);

#endif
