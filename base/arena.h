/*
 * Arenas: memory with a lifetime, given back all at once.
 *
 * Two lifetimes suffice here: the run (configuration, rule packs) and the
 * message (all that is made while one mail is read).  A function whose result
 * outlives it takes the arena that the result lives in; nothing allocated here
 * is freed alone.
 *
 * Running out of memory ends the process at once with EX_TEMPFAIL (75): every
 * change of state is a transaction, so nothing is half done and the caller
 * (an MTA, cron, a supervisor) tries again.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
/*
 * An arena in size bytes of the caller's memory, which outlives it; what does
 * not fit there goes to the heap as ever.  arena_seal() makes all that comes
 * from now on go there, and tells how much of the memory is used; 0 when some
 * of the arena is on the heap already.
 */
struct arena *arena_new_in(void *memory, size_t size);
size_t arena_seal(struct arena *);
/* Frees the arena and all in it; NULL is allowed. */
void arena_free(struct arena *);
/* Gives back all that was allocated, keeps the first block for reuse. */
void arena_reset(struct arena *);

/* Zeroed memory, aligned for any object; never NULL.  size 0 is allowed. */
void *arena_alloc(struct arena *, size_t size) __attribute__((returns_nonnull));
/* The same for n elements of size each, with the product checked. */
void *arena_calloc(struct arena *, size_t n, size_t size)
    __attribute__((returns_nonnull));
void *arena_dup(struct arena *, const void *, size_t);
/* NUL-terminated copies.  arena_strdup(NULL) is NULL. */
char *arena_strdup(struct arena *, const char *);
char *arena_strndup(struct arena *, const char *, size_t);
char *arena_printf(struct arena *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *, const char *, va_list)
    __attribute__((format(printf, 2, 0)));

/*
 * Room for one more element of a growing array that lives in an arena:
 * returns items, moved to twice its room whenever n reaches a power of two
 * (from 4 up).  Usage: a->v = arena_grow(m, a->v, a->n, sizeof(*a->v));
 */
void *arena_grow(struct arena *, void *items, size_t n, size_t size);

/* A list of texts in an arena; {0}: none yet. */
struct strings {
	const char **v;
	size_t n;
};

/* Adds a text, which is not copied. */
void strings_add(struct arena *, struct strings *, const char *text);
bool strings_have(const struct strings *, const char *text);

/* malloc, calloc of one, and realloc that never return NULL; owned by the
 * caller: free(3). */
void *mem_alloc(size_t);
void *mem_zeroed(size_t);
void *mem_realloc(void *, size_t);

#endif
