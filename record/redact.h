/*
 * Redaction: what is taken out of free text before strangers read it.
 *
 * Addresses of mail, web addresses with more than a host, telephone numbers,
 * IBANs, card numbers (Luhn), any number of five digits and more, words that
 * mix letters and digits (references, postcodes, tokens), and the names that
 * are given.  Too much rather than too little: each becomes one black bar.
 */
#ifndef RECORD_REDACT_H
#define RECORD_REDACT_H

#include "base/arena.h"
#include "mail/message.h"

#define REDACTED "\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88" /* U+2588 */

/* names: words of people's names, any case of letters; may be empty. */
char *redact(struct arena *, const char *text, const struct strings *names);

#endif
