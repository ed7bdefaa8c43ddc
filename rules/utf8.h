/*
 * UTF-8 (RFC 3629), as far as rules need it.
 */
#ifndef RULES_UTF8_H
#define RULES_UTF8_H

#include <stddef.h>

#include "base/buf.h"

/* The length in bytes of the character at p (1 to 4), or 0 when there is no
 * valid one within the n > 0 bytes. */
size_t utf8_length(const char *p, size_t n);
/* How many bytes from the start are valid. */
size_t utf8_valid(struct slice);

#endif
