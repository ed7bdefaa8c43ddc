/* See connection.h. */
#include <stddef.h>

#include "mail/connection.h"
#include "mail/peer.h"

CURLcode
connection_set(CURL *curl, const struct connection *c)
{
	bool verify = c->pin == NULL;

	CONNECTION_SET(curl, CURLOPT_PROTOCOLS_STR, c->protocols);
	CONNECTION_SET(curl, CURLOPT_PROXY, "");
	CONNECTION_SET(curl, CURLOPT_NOSIGNAL, 1L);
	CONNECTION_SET(curl, CURLOPT_FOLLOWLOCATION, 0L);
	CONNECTION_SET(curl, CURLOPT_CONNECTTIMEOUT, c->connect_seconds);
	CONNECTION_SET(curl, CURLOPT_TIMEOUT, c->seconds);
	CONNECTION_SET(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	CONNECTION_SET(curl, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	CONNECTION_SET(curl, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	if (c->ca_file != NULL)
		CONNECTION_SET(curl, CURLOPT_CAINFO, c->ca_file);
	return CURLE_OK;
}

/* A libcurl that is built on another TLS library looks at the purpose itself,
 * and cannot be given a pin. */
static bool
is_trusted(const struct curl_tlssessioninfo *tls, const char *pin)
{
	if (tls->backend != CURLSSLBACKEND_GNUTLS)
		return pin == NULL;
	return pin != NULL ? peer_is_pinned(tls->internals, pin)
			   : peer_is_server(tls->internals);
}

const char *
connection_refusal(CURL *curl, const char *pin)
{
	struct curl_tlssessioninfo *tls = NULL;

	if (curl_easy_getinfo(curl, CURLINFO_TLS_SSL_PTR, &tls) == CURLE_OK &&
	    tls != NULL && tls->internals != NULL && is_trusted(tls, pin))
		return NULL;
	return pin != NULL ? "the server's certificate is not the pinned one"
			   : "the server's certificate is none for servers";
}

bool
connection_is_tls(CURLcode code)
{
	switch ((int)code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_USE_SSL_FAILED:
		return true;
	default:
		return false;
	}
}
