/*
 * The pipe between promised and its helper programs (promised-fetch,
 * promised-send): a plain framed form that a test can speak from a shell.
 *
 * A frame is one line and, perhaps, bytes:
 *
 *	verb key=value key=value +LENGTH\n
 *	LENGTH bytes
 *
 * The next frame begins right behind the bytes, with no line feed between.
 * Verbs and keys are lower case letters, digits and '-'.  Values are
 * percent-encoded (RFC 3986): every byte but letters, digits and -._~@:/,+ .
 * "+LENGTH" (decimal) is there only when bytes follow, and stands last.
 * A line has at most 64 KB, the bytes at most what the reader allows.
 */
#ifndef MAIL_FRAME_H
#define MAIL_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { FRAME_FIELDS = 32 };

struct frame {
	const char *verb;
	struct {
		const char *key, *value;
	} field[FRAME_FIELDS];
	size_t fields;
	bool has_bytes;
	struct slice bytes;
};

struct frame_reader; /* a descriptor and what was read ahead of it */

struct frame_reader *frame_reader_new(int fd, size_t most_bytes);
void frame_reader_free(struct frame_reader *); /* does not close the fd */
/* 1: a frame, in the arena; 0: end of input between frames; -1: err
 * (EX_DATAERR for what is no frame, EX_IOERR).  timeout_ms -1: for ever;
 * when it passes, -1 with EX_TEMPFAIL. */
int frame_read(struct frame_reader *, struct arena *, struct frame *,
    int timeout_ms, struct err *);
const char *frame_get(const struct frame *, const char *key); /* or NULL */

/* Building and writing: begin, add fields, write (handles short writes). */
void frame_begin(struct frame *, const char *verb);
void
frame_set(struct frame *, const char *key, const char *value); /* borrowed */
int frame_write(int fd, const struct frame *, struct err *);
/* "fault code= text=", the last word of a helper program; returns the code.
 * Without a reader there is nobody to tell. */
int frame_write_fault(int fd, const struct err *);
/* Appends the line alone, with its LF: for writers that must not block. */
void frame_print_line(struct buf *, const struct frame *);

#endif
