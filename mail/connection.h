/*
 * What every connection through libcurl keeps to: the protocols it may speak
 * and no others, no proxy whatever the environment says, TLS 1.2 or later, a
 * certificate of a server that is trusted or pinned, limits of time.
 */
#ifndef MAIL_CONNECTION_H
#define MAIL_CONNECTION_H

#include <stdbool.h>

#include <curl/curl.h>

/* Sets an option of a CURL * that cannot fail but for want of memory or a
 * libcurl too old: then the function returns the CURLcode. */
#define CONNECTION_SET(curl, option, value)                             \
	do {                                                            \
		CURLcode rc_ = curl_easy_setopt((curl), option, value); \
		if (rc_ != CURLE_OK)                                    \
			return rc_;                                     \
	} while (0)

struct connection {
	const char *protocols; /* as CURLOPT_PROTOCOLS_STR */
	const char *ca_file; /* NULL: the system's */
	const char *pin; /* NULL, or of the only certificate (mail/peer.h) */
	long connect_seconds, seconds; /* until it stands; in all */
};

CURLcode connection_set(CURL *, const struct connection *);
/*
 * What libcurl does not look at, or was told not to, once TLS stands: that the
 * certificate is one for servers, or the pinned one.  NULL, or why it is not
 * trusted (static).
 */
const char *connection_refusal(CURL *, const char *pin);
/* Whether a failure is one of TLS: tried again, it fails again. */
bool connection_is_tls(CURLcode);

#endif
