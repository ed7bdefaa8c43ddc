/*
 * Charsets: bytes of whatever a mail says they are, to UTF-8.
 *
 * Labels are those that mail carries (with the errors that are usual in them);
 * only charsets of the list in charset.c are converted, by iconv(3), with a
 * bound on what comes out.  The result is always valid UTF-8 without NUL;
 * what could not be read is U+FFFD.
 */
#ifndef MAIL_CHARSET_H
#define MAIL_CHARSET_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"

bool is_ascii(struct slice);

/*
 * label: charset parameter; empty or unknown to us: UTF-8 when the bytes are
 * that, else windows-1252.  The result is in the arena, or bytes itself when
 * nothing is to be changed.  known (may be NULL): false for a label that we
 * do not know.
 */
struct slice charset_decode(
    struct arena *, struct slice bytes, struct slice label, bool *known);

#endif
