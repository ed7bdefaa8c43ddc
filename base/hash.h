/*
 * Digests and message authentication.  nettle lives in hash.c and nowhere
 * else.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { SHA256_SIZE = 32, SHA256_HEX = 65 };

void sha256(struct slice, uint8_t out[SHA256_SIZE]);
void hmac_sha256(struct slice key, struct slice text, uint8_t out[SHA256_SIZE]);
/* out has room for 2 * n + 1 bytes; returned. */
char *hex_print(const uint8_t *, size_t n, char *out);
/* Lower case base32 without padding (RFC 4648 section 6): fit for the local
 * part of an address, where case is lost.  out: n * 8 / 5 + 2 bytes. */
char *base32_print(const uint8_t *, size_t n, char *out);
/* Equal, in time that does not tell where they differ. */
int hash_equal(const void *, const void *, size_t n);
/* n random bytes from the kernel (getrandom(2)). */
void random_bytes(void *, size_t n);

#endif
