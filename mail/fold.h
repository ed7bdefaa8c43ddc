/*
 * Folding: one spelling for what people write in many, so that words of data
 * files and words of mails can be compared byte by byte.
 *
 * Case goes, and so do accents (as letters or as combining marks), marks of
 * direction and invisible spaces; full-width forms, the digits of other scripts
 * and typographic quotes and dashes become ASCII; a run of white space becomes
 * one blank, none stays at the ends.  The result is for comparing, never for
 * showing.
 */
#ifndef MAIL_FOLD_H
#define MAIL_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The code point folded; 0: leave it out; ' ' for white space of any kind. */
uint32_t fold_char(uint32_t);

/*
 * Folds text into out (room bytes with the NUL; what does not fit is left
 * out) and returns the length.  at, when not NULL, has room entries and gets
 * for each byte of the result the offset in text that it came from.
 */
size_t fold(struct slice text, char *out, size_t room, uint16_t *at);

/* The code point at text[*i], which moves on; bytes that are no UTF-8 count
 * one by one as U+FFFD. */
uint32_t utf8_next(struct slice text, size_t *i);

/* Scripts that write words without blanks: Thai, Chinese, Japanese, Korean. */
bool script_unspaced(uint32_t);

#endif
