/*
 * Redaction: what is taken out of free text before strangers read it.
 *
 * Addresses of mail, web addresses with more than a host, telephone numbers,
 * IBANs, card numbers (Luhn), any number of five digits and more, words that
 * mix letters and digits (references, postcodes, tokens), the names that are
 * given, and every word with a capital letter that is not listed as a plain
 * one: it may be a name.  Too much rather than too little: what goes becomes
 * a black bar, several in a row become one.
 */
#ifndef RECORD_REDACT_H
#define RECORD_REDACT_H

#include "base/arena.h"
#include "base/err.h"
#include "mail/message.h"

#define REDACTED "\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88" /* U+2588 */

struct redaction {
	struct strings names; /* words of people's names, any case of letters */
	struct strings plain; /* words that may have a capital: in lower case,
	                       * in the order of strcmp(3) */
};

/* All words of a name: "Anna-Lena Bell"; NULL for none. */
void redact_name(struct arena *, struct redaction *, const char *name);
/* The file record/plain.words.  -1 with err, as file_bytes().  Lives in the
 * arena. */
int plain_words_load(
    struct arena *, const char *path, struct strings *, struct err *);

char *redact(struct arena *, const char *text, const struct redaction *);

#endif
