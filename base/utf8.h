/*
 * UTF-8 (RFC 3629): what is well-formed, and how long a character is.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The length in bytes of the character at p (1 to 4), or 0 when there is no
 * well-formed one within the n > 0 bytes: no overlong form, no surrogate. */
size_t utf8_length(const char *p, size_t n);
/* Where utf8_length() is 0: how many of the bytes one U+FFFD stands for, which
 * is what could have begun a character (Unicode, section 3.9). */
size_t utf8_ill_formed(const char *p, size_t n);
/* How many bytes from the start are well-formed. */
size_t utf8_prefix(struct slice);
bool utf8_valid(struct slice);
/* Bytes of a first character that must not reach a reader's screen: controls
 * other than line end and tab, and the marks that turn the direction of text
 * (U+202A-202E, U+2066-2069), with which a quote could be made to read
 * otherwise than it does.  0 when the character is a fit one. */
size_t utf8_unfit(struct slice);

#endif
