/*
 * What the fuzz targets share.  A target is tests/fuzz/NAME.c with the one
 * function that libFuzzer calls; linked with replay.c instead it reads files,
 * with any compiler.  Started from the root of the tree, whose data it loads.
 * What is not so is FUZZ_MUST()'s business: it aborts.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mail/message.h"
#include "reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define FUZZ_MUST(x)                                                     \
	do {                                                             \
		if (!(x)) {                                              \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, \
			    __LINE__, #x);                               \
			abort();                                         \
		}                                                        \
	} while (0)

static inline struct slice
fuzz_slice(const uint8_t *data, size_t size)
{
	return (struct slice){(const char *)data, size};
}

/* Forms, calendars and rules, loaded at the first call: as of 2026-03-02, in
 * GB. */
struct run *fuzz_run(void);
/* Text as the readers of text are given it: valid UTF-8 without NUL. */
char *fuzz_text(struct arena *, const uint8_t *, size_t);
/* Each string is read to its end; NULL is allowed when nullable. */
void fuzz_look_at(const struct message *);
/* The bytes as a file, the same for all calls; its path. */
const char *fuzz_file(const uint8_t *, size_t);

#endif
