/*
 * A text word by word: numbers with their signs ("41.99", "07:41") are one.
 *
 *	struct scan s = {.rest = text, .ended = true};
 *	while (scan_word(&s))
 *		... s.word ...
 */
#ifndef CASES_WORDSCAN_H
#define CASES_WORDSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ascii.h"
#include "base/buf.h"

enum { TOKEN_MOST = 40 /* bytes of a word; of a longer one its front */ };

struct scan {
	struct slice rest;
	char word[TOKEN_MOST + 1]; /* lower case */
	uint32_t hashes[TOKEN_MOST + 1]; /* of its first bytes */
	size_t len; /* of it */
	bool digit; /* it has one */
	bool money; /* a sign of currency stands before it */
	bool capital; /* of the word */
	bool first; /* it opens a sentence */
	bool ended; /* a sentence ended before what comes next */
	bool newline;
};

/* The next word, in lower case; false at the end. */
bool scan_word(struct scan *);
/* The next word with a capital; before, a word of TOKEN_MOST bytes and a NUL,
 * is emptied when others stand between. */
bool scan_capital(struct scan *, char *before);
/* Takes the commonest English endings off it; elsewhere little is lost. */
void scan_stem(struct scan *);

/* Of a word, or of any letter beyond ASCII. */
static inline bool
word_byte(char c)
{
	return is_alnum(c) || (c & 0x80) != 0;
}

#endif
