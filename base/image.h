/*
 * Images: what was made from data files, kept as a file that the next run maps
 * into its memory and uses as it lies there, so that it costs what is looked
 * at.  (A locale-archive and a compiled Sieve script are the same idea.)
 *
 * An image is an arena at one address in every process, so that its pointers
 * hold.  It knows the files that it was made from, the program that made it
 * and a key; when any of these is not as it was, it is as good as missing.
 * Nothing in it may point elsewhere: to the heap, or to constants of the
 * program, which lie at another address in each run.  image_save() looks.
 *
 * One image at a time in a process.
 */
#ifndef BASE_IMAGE_H
#define BASE_IMAGE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct image;

/* An empty one; key is all that its content depends on besides files.  NULL
 * when the system does not give the address. */
struct image *image_new(const char *key);
/* What is to be kept goes here. */
struct arena *image_arena(struct image *);
/*
 * Notes a file as it is now, or that there is none; of a folder, with what is
 * so many levels down in it (0: its names alone; 1: its files; 2: the files of
 * its folders, and not its own).  To be called before it is read, so that a
 * later change shows.
 */
void image_watch(struct image *, const char *path, int levels);

/*
 * Writes the file (mode 0600) in one step, so that others see all of it or
 * none.  The arena is on the heap from now on.  -1 with err when something in
 * it points out of it, when it is too large, when a watched file was changed
 * so lately that another change could not be told, or by errno.
 */
int image_save(struct image *, const char *file, void *root, struct err *);

/*
 * Maps an image that was saved; what is changed in it stays in this process.
 * NULL with err: there is none, it is not of this key, program or state of its
 * files, it was written to, or somebody else could have.  thorough: each byte
 * of it is looked at too, lest the disk has lost some.  hasty: of its files
 * only the program is looked at, and image_check() is to be asked before
 * anybody believes what was made of it.
 */
enum image_care { IMAGE_HASTY, IMAGE_THOROUGH };
struct image *
image_map(const char *file, const char *key, enum image_care, struct err *);
/* -1 with err when a file that it was made from is not as it was. */
int image_check(const struct image *, struct err *);
void *image_root(const struct image *); /* as given to image_save() */

/* All that is in it is gone.  NULL is allowed. */
void image_free(struct image *);

#endif
