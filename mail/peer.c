/* See peer.h. */
#include <string.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "mail/peer.h"

enum { PIN_SIZE = 32 };

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits) & 15;
}

/* All 64 digits and nothing else but colons. */
static bool
read_pin(const char *text, unsigned char pin[PIN_SIZE])
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
peer_is_pinned(void *session, const char *text)
{
	unsigned char pin[PIN_SIZE], got[PIN_SIZE];
	size_t size = sizeof(got);
	unsigned count = 0;
	const gnutls_datum_t *chain =
	    gnutls_certificate_get_peers(session, &count);

	return count > 0 && read_pin(text, pin) &&
	       gnutls_fingerprint(GNUTLS_DIG_SHA256, &chain[0], got, &size) ==
		   0 &&
	       size == PIN_SIZE && memcmp(pin, got, PIN_SIZE) == 0;
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
