/*
 * Tokens: a text as words, numbers and punctuation, for phrase matching.
 *
 * A word is folded: lower case, Latin letters without their accents ("Märzes"
 * is "marzes", "straße" "strasse"), so that data files can be written properly
 * and mail need not be.  An apostrophe is a token of its own ("today", "'",
 * "s"), as are all dashes ("-").  An empty line is a TOKEN_BREAK, which matches
 * nothing.  Bytes that are no UTF-8 count as punctuation.
 */
#ifndef RULES_TOKEN_H
#define RULES_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum token_kind {
	TOKEN_WORD,
	TOKEN_NUMBER,
	TOKEN_PUNCT,
	TOKEN_BREAK,
	TOKEN_END
};

enum {
	TOKEN_SPACE = 1, /* white space, or the text's edge, stands before it */
	TOKEN_CAPITAL = 2, /* begins with an upper case letter */
	TOKEN_LETTERS = 32 /* longer words are unknown words */
};

struct token {
	uint32_t start, end; /* byte offsets in the text */
	enum token_kind kind;
	unsigned flags;
	int value; /* of a number of up to nine digits, else -1 */
	uint32_t hash; /* of letters */
	uint32_t word; /* its number in a vocabulary; 0: unknown */
	uint8_t len; /* of letters */
	char letters[TOKEN_LETTERS]; /* folded, not NUL-terminated */
};

/*
 * Takes the token at *at and moves *at behind it; at the end of the text it is
 * a TOKEN_END of no length.  word is left 0.
 */
void token_next(struct slice text, size_t *at, struct token *);

/* FNV-1a of letters, as in token.hash. */
uint32_t token_hash(const char *, size_t);

#endif
