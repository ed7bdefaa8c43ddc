/*
 * Bytes: a slice borrows them, a buf owns them.
 *
 * A slice points into memory of somebody else (a mail, an arena) and need not
 * be NUL-terminated.  A buf grows on the heap; its text is always followed by
 * a NUL that len does not count.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

struct slice {
	const char *p; /* borrowed; NULL only when len is 0 */
	size_t len;
};

/* Takes n of its bytes, or all, off the front. */
static inline void
slice_skip(struct slice *s, size_t n)
{
	if (n > s->len)
		n = s->len;
	if (n == 0)
		return;
	s->p += n;
	s->len -= n;
}

struct slice slice_of(const char *text); /* NULL gives the empty slice */
bool slice_is(struct slice, const char *text);
bool slice_is_nocase(struct slice, const char *text); /* ASCII case */
bool slice_starts(struct slice, const char *prefix);
bool slice_starts_nocase(struct slice, const char *prefix);
/* Without white space (blank, tab, CR, LF, FF, VT) at both ends. */
struct slice slice_trim(struct slice);
/*
 * Takes the next line off *rest, without its LF or CRLF; false at the end.
 */
bool slice_line(struct slice *rest, struct slice *line);
/* The bytes from start up to end, which lie in it. */
struct slice slice_part(struct slice, size_t start, size_t end);
char *slice_dup(struct arena *, struct slice);

struct buf {
	char *p; /* owned; NULL until something is put in */
	size_t len, room;
};

void buf_add(struct buf *, const void *, size_t);
void buf_puts(struct buf *, const char *);
void buf_putc(struct buf *, char);
void buf_slice(struct buf *, struct slice);
void buf_printf(struct buf *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *, const char *, va_list)
    __attribute__((format(printf, 2, 0)));
/* Makes sure that n more bytes fit; returns where they go. */
char *buf_room(struct buf *, size_t n);
struct slice buf_view(const struct buf *); /* borrowed until the next change */
void buf_clear(struct buf *); /* keeps the room */
void buf_free(struct buf *);
/* The text as a NUL-terminated copy in the arena; the buf is freed. */
char *buf_keep(struct buf *, struct arena *);

#endif
