/* See hash.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>

#include "base/hash.h"

void
sha256(struct slice text, uint8_t out[SHA256_SIZE])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, text.len, (const uint8_t *)text.p);
	sha256_digest(&ctx, SHA256_SIZE, out);
}

void
hmac_sha256(struct slice key, struct slice text, uint8_t out[SHA256_SIZE])
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_set_key(&ctx, key.len, (const uint8_t *)key.p);
	hmac_sha256_update(&ctx, text.len, (const uint8_t *)text.p);
	hmac_sha256_digest(&ctx, SHA256_SIZE, out);
	explicit_bzero(&ctx, sizeof(ctx));
}

char *
hex_print(const uint8_t *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
	return out;
}

char *
base32_print(const uint8_t *p, size_t n, char *out)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned window = 0, bits = 0;
	size_t i, o = 0;

	for (i = 0; i < n; i++) {
		window = (window << 8 | p[i]) & 0xffff;
		for (bits += 8; bits >= 5; bits -= 5)
			out[o++] = digits[window >> (bits - 5) & 31];
	}
	if (bits > 0)
		out[o++] = digits[window << (5 - bits) & 31];
	out[o] = '\0';
	return out;
}

int
hash_equal(const void *a, const void *b, size_t n)
{
	return memeql_sec(a, b, n);
}

void
random_bytes(void *p, size_t n)
{
	uint8_t *to = p;

	while (n > 0) {
		ssize_t got = getrandom(to, n, 0);

		if (got < 0 && errno != EINTR)
			abort(); /* no kernel that we run on lacks it */
		if (got > 0) {
			to += got;
			n -= (size_t)got;
		}
	}
}
