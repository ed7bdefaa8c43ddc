/* See peer.h. */
#include <stdio.h>
#include <string.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/ascii.h"
#include "mail/peer.h"

enum { PIN_SIZE = PEER_PIN_ROOM / 2 };

static bool
parse_pin(const char *text, unsigned char pin[PIN_SIZE])
{
	size_t n = 0;
	int digit;

	memset(pin, 0, PIN_SIZE);
	for (; *text != '\0'; text++) {
		if (*text == ':')
			continue;
		digit = hex_digit(*text);
		if (digit < 0 || n == 2 * (size_t)PIN_SIZE)
			return false;
		pin[n / 2] = (unsigned char)(pin[n / 2] << 4 | digit);
		n++;
	}
	return n == 2 * (size_t)PIN_SIZE;
}

bool
peer_pin_is_one(const char *text)
{
	unsigned char pin[PIN_SIZE];

	return parse_pin(text, pin);
}

/* The SHA-256 of what the server showed; false when it showed nothing. */
static bool
shown_digest(void *session, unsigned char out[PIN_SIZE])
{
	unsigned count = 0;
	size_t size = PIN_SIZE;
	const gnutls_datum_t *chain =
	    gnutls_certificate_get_peers(session, &count);

	return count > 0 &&
	       gnutls_fingerprint(GNUTLS_DIG_SHA256, &chain[0], out, &size) ==
		   0 &&
	       size == PIN_SIZE;
}

bool
peer_is_pinned(void *session, const char *text)
{
	unsigned char pin[PIN_SIZE], got[PIN_SIZE];

	return parse_pin(text, pin) && shown_digest(session, got) &&
	       memcmp(pin, got, PIN_SIZE) == 0;
}

static void
print_pin(const unsigned char digest[PIN_SIZE], char out[PEER_PIN_ROOM])
{
	size_t i;

	for (i = 0; i < PIN_SIZE; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

bool
peer_pin(void *session, char out[PEER_PIN_ROOM])
{
	unsigned char got[PIN_SIZE];

	if (!shown_digest(session, got))
		return false;
	print_pin(got, out);
	return true;
}

bool
peer_read_pem(const char *pem, char pin[PEER_PIN_ROOM], int64_t *end)
{
	gnutls_datum_t text = {.size = (unsigned)strlen(pem)};
	unsigned char digest[PIN_SIZE];
	size_t size = sizeof(digest);
	gnutls_x509_crt_t leaf;
	bool good;

	if (gnutls_x509_crt_init(&leaf) != 0)
		return false;
	memcpy(&text.data, &pem, sizeof(pem)); /* only read from */
	good = gnutls_x509_crt_import(leaf, &text, GNUTLS_X509_FMT_PEM) == 0 &&
	       gnutls_x509_crt_get_fingerprint(
		   leaf, GNUTLS_DIG_SHA256, digest, &size) == 0;
	if (good) {
		print_pin(digest, pin);
		*end = gnutls_x509_crt_get_expiration_time(leaf);
	}
	gnutls_x509_crt_deinit(leaf);
	return good;
}

bool
peer_is_server(void *session)
{
	unsigned char purpose[] = GNUTLS_KP_TLS_WWW_SERVER;
	gnutls_typed_vdata_st wanted = {
	    .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = purpose};
	unsigned status = 0;

	return gnutls_certificate_verify_peers(session, &wanted, 1, &status) ==
		   0 &&
	       status == 0;
}
