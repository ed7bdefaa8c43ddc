/*
 * Tokens: addresses and Message-IDs that prove that they are ours.
 *
 * Both carry a MAC (HMAC-SHA256 cut to 128 bits, in lower case base32, since
 * a local part may lose its case on the way) over the owner, the case and the
 * side that it was made for.  What is shown to a company carries another MAC
 * than what is shown to the owner, so that nothing that a company ever sees
 * can command: token_side is told, and only TOKEN_OWNER has authority.
 *
 * Checks take the same time wherever a MAC differs.
 */
#ifndef CASES_TOKEN_H
#define CASES_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct store;

enum {
	TOKEN_KEY_SIZE = 32,
	TOKEN_MAC_BYTES = 16,
	TOKEN_MAC_TEXT = 26,
	TOKEN_LETTER_TEXT = 16
};

struct token_key {
	uint8_t bytes[TOKEN_KEY_SIZE];
};

/* The owner's key, from the store; made at the first call, which must be
 * inside a transaction. */
int
token_key_get(struct store *, int64_t owner, struct token_key *, struct err *);

enum token_side { TOKEN_OWNER, TOKEN_COMPANY };

/*
 * The address of a case: pattern ("me+{case}@example.org") with {case} as
 * "12.MAC".  case_number 0 is the owner's own address, of no case.  NULL when
 * the pattern is NULL or has no {case} in its local part.
 */
char *token_address(struct arena *, const struct token_key *,
    const char *pattern, int64_t owner, int case_number, enum token_side);
/* Whether the address is one of ours; if so for which case and side.  Case of
 * letters is ignored. */
bool token_address_check(const struct token_key *, const char *pattern,
    const char *address, int64_t owner, int *case_number, enum token_side *);

/* What a Message-ID of ours says. */
struct token_id {
	enum token_side side;
	int64_t owner;
	int case_number; /* 0: none */
	const char *kind; /* "lapse": [a-z-]+; in the arena */
	int64_t seq; /* number in the outbox */
};

/* "o.1.12.lapse.45.MAC@domain", without <>. */
char *token_id_make(struct arena *, const struct token_key *,
    const struct token_id *, const char *domain);
/* id: without <>, as in message.h.  False when it is none of ours. */
bool token_id_check(struct arena *, const struct token_key *, const char *id,
    struct token_id *);

/*
 * The word by which the owner sends a letter: "45-MAC", over all that the
 * letter is; each part is bound with its length.  A shorter MAC than above (80
 * bits), since people may have to type it and it is worth nothing without the
 * owner's proof besides.
 */
char *token_letter(struct arena *, const struct token_key *, int64_t owner,
    int64_t id, const char *const *parts, size_t n);
/* Whether said is that token: case of letters is ignored. */
bool token_same(const char *said, const char *token);

#endif
