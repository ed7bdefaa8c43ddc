/* See stream.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/file.h"
#include "base/monotonic.h"
#include "mail/peer.h"
#include "mail/response.h"
#include "mail/stream.h"

enum { HANDSHAKE_MOST = 1 << 20 };

struct stream {
	int fd;
	gnutls_session_t tls; /* NULL: plain */
	gnutls_certificate_credentials_t credentials;
	gnutls_typed_vdata_st proof[2]; /* what the certificate must fit */
	unsigned char *host;
	unsigned char purpose[sizeof(GNUTLS_KP_TLS_WWW_SERVER)];
	int64_t until; /* of the command, ms on the monotonic clock */
	int64_t end; /* of the session */
	struct response_guard guard;
	struct err fault; /* code 0: none */
};

static int
ended_early(struct stream *s, struct err *e)
{
	if (monotonic_ms() >= s->end)
		return err_set(e, EX_TEMPFAIL,
		    "the session took all the time it may; the rest is fetched "
		    "by the next one");
	return err_set(e, EX_UNAVAILABLE,
	    "no whole answer in time; the network or the server is slow, it is "
	    "tried again later");
}

/* One attempt at one address; the descriptor, or -1 with errno. */
static int
connect_to(const struct addrinfo *a, int64_t until)
{
	int fd, on = 1, status = 0;
	socklen_t size = sizeof(status);

	fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    a->ai_protocol);
	if (fd < 0)
		return -1;
	if (connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
		status = errno;
		if (status == EINPROGRESS) {
			status = ETIMEDOUT;
			if (file_wait(fd, POLLOUT, until) > 0)
				getsockopt(
				    fd, SOL_SOCKET, SO_ERROR, &status, &size);
		}
	}
	if (status != 0) {
		close(fd);
		errno = status;
		return -1;
	}
	/* Else Nagle's algorithm and delayed ACKs cost 40 ms a command. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	return fd;
}

static int
resolve(
    const char *host, const char *port, struct addrinfo **list, struct err *e)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	int status = getaddrinfo(host, port, &hints, list);

	if (status == 0)
		return 0;
	if (status == EAI_NONAME)
		return err_set(e, EX_CONFIG,
		    "no such host; correct it in the url, or check the "
		    "network's name server");
	return err_set(e, EX_UNAVAILABLE,
	    "cannot look it up (%s); check the network", gai_strerror(status));
}

struct stream *
stream_connect(
    const char *host, const char *port, int timeout_ms, struct err *e)
{
	int64_t until = monotonic_ms() + timeout_ms;
	struct addrinfo *list, *a;
	struct stream *s;
	int fd = -1;

	if (resolve(host, port, &list, e) != 0)
		return NULL;
	for (a = list; a != NULL && fd < 0; a = a->ai_next)
		fd = connect_to(a, until);
	freeaddrinfo(list);
	if (fd < 0) {
		err_set(e, EX_UNAVAILABLE,
		    "cannot connect to port %s: %s; check host, port and "
		    "network",
		    port, strerror(errno));
		return NULL;
	}
	s = mem_alloc(sizeof(*s));
	memset(s, 0, sizeof(*s));
	s->fd = fd;
	s->until = until;
	s->end = INT64_MAX;
	response_begin(&s->guard, 0);
	return s;
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	if (s->tls != NULL) {
		/* Best effort: the socket does not block. */
		gnutls_bye(s->tls, GNUTLS_SHUT_WR);
		gnutls_deinit(s->tls);
	}
	if (s->credentials != NULL)
		gnutls_certificate_free_credentials(s->credentials);
	close(s->fd);
	free(s->host);
	free(s);
}

void
stream_allow(struct stream *s, int timeout_ms, uint64_t bytes)
{
	s->until = monotonic_ms() + timeout_ms;
	if (s->until > s->end)
		s->until = s->end;
	response_allow(&s->guard, bytes);
}

void
stream_set_end(struct stream *s, int64_t seconds)
{
	s->end = monotonic_ms() + seconds * 1000;
}

int64_t
stream_seconds_left(const struct stream *s)
{
	return (s->end - monotonic_ms()) / 1000;
}

int
stream_fd(const struct stream *s)
{
	return s->fd;
}

bool
stream_pending(const struct stream *s)
{
	return s->tls != NULL && gnutls_record_check_pending(s->tls) > 0;
}

const struct err *
stream_fault(const struct stream *s)
{
	return s->fault.code == 0 ? NULL : &s->fault;
}

void
stream_abort(struct stream *s)
{
	if (s->fault.code == 0)
		err_set(&s->fault, EX_UNAVAILABLE,
		    "the connection was given "
		    "up");
}

/* ---- what the certificate proves ---- */

/* What to say about each thing that may be wrong, the gravest first. */
static const struct {
	unsigned status;
	const char *text;
} complaint[] = {
    {GNUTLS_CERT_REVOKED, "its certificate was revoked"},
    {GNUTLS_CERT_UNEXPECTED_OWNER, "its certificate is for another host"},
    {GNUTLS_CERT_EXPIRED, "its certificate expired"},
    {GNUTLS_CERT_NOT_ACTIVATED, "its certificate is not valid yet (is this "
				"machine's clock right?)"},
    {GNUTLS_CERT_PURPOSE_MISMATCH, "its certificate is not for servers"},
    {GNUTLS_CERT_INSECURE_ALGORITHM, "its certificate is too weak"},
    {GNUTLS_CERT_SIGNER_NOT_FOUND, "no authority known here signed its "
				   "certificate"},
};

static const char *
complaint_about(unsigned status)
{
	size_t n = sizeof(complaint) / sizeof(complaint[0]);

	for (size_t i = 0; i < n; i++)
		if (status & complaint[i].status)
			return complaint[i].text;
	return "its certificate is not valid";
}

/* "its certificate expired" with the day on which it did. */
static const char *
with_day(const struct stream *s, const char *what, char *out, size_t room)
{
	unsigned count = 0;
	const gnutls_datum_t *chain =
	    gnutls_certificate_get_peers(s->tls, &count);
	gnutls_x509_crt_t leaf;
	char day[DATE_ROOM];
	time_t end = -1;

	if (count == 0 || gnutls_x509_crt_init(&leaf) != 0)
		return what;
	if (gnutls_x509_crt_import(leaf, &chain[0], GNUTLS_X509_FMT_DER) == 0)
		end = gnutls_x509_crt_get_expiration_time(leaf);
	gnutls_x509_crt_deinit(leaf);
	/* Another in the chain may be the one that expired. */
	if (end < 0 || end > time(NULL))
		return what;
	snprintf(
	    out, room, "%s on %s", what, day_print((day_t)(end / 86400), day));
	return out;
}

static int
refuse_certificate(
    const struct stream *s, unsigned status, const char *what, struct err *e)
{
	char pin[PEER_PIN_ROOM] = "unknown", dated[100];

	if (status & GNUTLS_CERT_EXPIRED)
		what = with_day(s, what, dated, sizeof(dated));
	peer_pin(s->tls, pin);
	return err_set(e, EX_NOPERM,
	    "%s; nothing secret was sent. Ask its operator; if you know that "
	    "this certificate is right, pin it: pin = %s",
	    what, pin);
}

static int
check_pin(const struct stream *s, const char *pin, struct err *e)
{
	if (!peer_pin_is_one(pin))
		return err_set(e, EX_CONFIG,
		    "pin is no SHA-256 in hexadecimal (64 digits)");
	if (!peer_is_pinned(s->tls, pin))
		return refuse_certificate(
		    s, 0, "its certificate is not the one that is pinned", e);
	return 0;
}

/* No way but TLS as it was wanted. */
static int
no_tls(struct err *e)
{
	return err_set(e, EX_SOFTWARE, "GnuTLS cannot be set up");
}

static int
prepare_trust(struct stream *s, const struct stream_trust *t, struct err *e)
{
	int n;

	if (gnutls_certificate_allocate_credentials(&s->credentials) != 0)
		return no_tls(e);
	if (t->pin != NULL)
		return 0;
	if (t->ca_file != NULL)
		n = gnutls_certificate_set_x509_trust_file(
		    s->credentials, t->ca_file, GNUTLS_X509_FMT_PEM);
	else
		n = gnutls_certificate_set_x509_system_trust(s->credentials);
	if (n > 0)
		return 0;
	return err_set(e, EX_CONFIG, "no certificate authority in %s; %s",
	    t->ca_file == NULL ? "this system" : t->ca_file,
	    t->ca_file == NULL ? "install the package ca-certificates"
			       : "it must be a file in PEM form");
}

static bool
is_address(const char *host)
{
	unsigned char out[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, out) == 1 ||
	       inet_pton(AF_INET6, host, out) == 1;
}

static int
prepare_session(struct stream *s, const struct stream_trust *t, struct err *e)
{
	/* TLS 1.2 or later, RFC 8996; and no address in server_name, RFC 6066
	 * section 3. */
	if (gnutls_init(&s->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK) != 0 ||
	    gnutls_set_default_priority_append(s->tls,
		"-VERS-TLS1.1:-VERS-TLS1.0:%PROFILE_MEDIUM", NULL, 0) != 0 ||
	    gnutls_credentials_set(
		s->tls, GNUTLS_CRD_CERTIFICATE, s->credentials) != 0 ||
	    (!is_address(t->host) &&
		gnutls_server_name_set(
		    s->tls, GNUTLS_NAME_DNS, t->host, strlen(t->host)) != 0))
		return no_tls(e);
	/* Chain, dates, purpose and name, within the handshake. */
	s->host = mem_alloc(strlen(t->host) + 1);
	memcpy(s->host, t->host, strlen(t->host) + 1);
	memcpy(s->purpose, GNUTLS_KP_TLS_WWW_SERVER, sizeof(s->purpose));
	s->proof[0] = (gnutls_typed_vdata_st){
	    .type = GNUTLS_DT_DNS_HOSTNAME, .data = s->host};
	s->proof[1] = (gnutls_typed_vdata_st){
	    .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = s->purpose};
	if (t->pin == NULL)
		gnutls_session_set_verify_cert2(s->tls, s->proof, 2, 0);
	gnutls_handshake_set_max_packet_length(s->tls, HANDSHAKE_MOST);
	gnutls_transport_set_int(s->tls, s->fd);
	return 0;
}

static int
handshake(struct stream *s, struct err *e)
{
	unsigned status;
	int r;

	while ((r = gnutls_handshake(s->tls)) != 0) {
		short events =
		    gnutls_record_get_direction(s->tls) ? POLLOUT : POLLIN;

		/* A warning is neither the end nor a wait. */
		if (monotonic_ms() >= s->until)
			return ended_early(s, e);
		if (r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED) {
			if (file_wait(s->fd, events, s->until) <= 0)
				return ended_early(s, e);
		} else if (r == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR) {
			status = gnutls_session_get_verify_cert_status(s->tls);
			return refuse_certificate(
			    s, status, complaint_about(status), e);
		} else if (gnutls_error_is_fatal(r)) {
			return err_set(e, EX_UNAVAILABLE,
			    "TLS cannot be agreed on (%s); nothing secret was "
			    "sent. It needs TLS 1.2 or later; check port and "
			    "scheme (imaps is 993, imap with STARTTLS is 143)",
			    gnutls_strerror(r));
		}
	}
	return 0;
}

int
stream_start_tls(struct stream *s, const struct stream_trust *t, struct err *e)
{
	int result = prepare_trust(s, t, e);

	if (result == 0)
		result = prepare_session(s, t, e);
	if (result == 0)
		result = handshake(s, e);
	if (result == 0 && t->pin != NULL)
		result = check_pin(s, t->pin, e);
	if (result != 0)
		s->fault = *e;
	return result;
}

/* ---- libetpan's driver ---- */

enum transfer { DONE, AGAIN, CLOSED, BROKEN };

static enum transfer
transfer_of_tls(ssize_t n)
{
	if (n > 0)
		return DONE;
	if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
		return AGAIN;
	/* A renegotiation (GNUTLS_E_REHANDSHAKE) is among what breaks. */
	return n == 0 || n == GNUTLS_E_PREMATURE_TERMINATION ? CLOSED : BROKEN;
}

static enum transfer
transfer_of_socket(ssize_t n)
{
	if (n > 0)
		return DONE;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return AGAIN;
	return n == 0 || errno == ECONNRESET || errno == EPIPE ? CLOSED
							       : BROKEN;
}

static enum transfer
receive(struct stream *s, void *p, size_t size, ssize_t *n)
{
	if (s->tls == NULL) {
		*n = recv(s->fd, p, size, 0);
		return transfer_of_socket(*n);
	}
	*n = gnutls_record_recv(s->tls, p, size);
	return transfer_of_tls(*n);
}

static enum transfer
transmit(struct stream *s, const void *p, size_t size, ssize_t *n)
{
	if (s->tls == NULL) {
		*n = send(s->fd, p, size, MSG_NOSIGNAL);
		return transfer_of_socket(*n);
	}
	*n = gnutls_record_send(s->tls, p, size);
	return transfer_of_tls(*n);
}

/* Whether to try again after a transfer that moved nothing. */
static bool
try_again(struct stream *s, enum transfer t, short events)
{
	struct err *e = &s->fault;

	if (t == CLOSED)
		err_set(e, EX_UNAVAILABLE,
		    "the server closed the connection; it is tried again "
		    "later");
	else if (t == BROKEN)
		err_set(e, EX_UNAVAILABLE,
		    "the connection broke; check the network, it is tried "
		    "again later");
	else if (file_wait(s->fd, events, s->until) <= 0)
		ended_early(s, e);
	return e->code == 0;
}

static ssize_t
low_read(mailstream_low *low, void *p, size_t size)
{
	struct stream *s = low->data;
	enum transfer t;
	ssize_t n = 0;

	while (s->fault.code == 0) {
		/* A steady trickle is never AGAIN; the deadline is for it
		 * too. */
		if (monotonic_ms() >= s->until) {
			ended_early(s, &s->fault);
			break;
		}
		t = receive(s, p, size, &n);
		if (t == DONE) {
			if (response_feed(&s->guard, p, (size_t)n, &s->fault) !=
			    0)
				break;
			return n;
		}
		if (!try_again(s, t, POLLIN))
			break;
	}
	return -1;
}

static ssize_t
low_write(mailstream_low *low, const void *p, size_t size)
{
	struct stream *s = low->data;
	enum transfer t;
	ssize_t n = 0;

	while (s->fault.code == 0) {
		t = transmit(s, p, size, &n);
		if (t == DONE)
			return n;
		if (!try_again(s, t, POLLOUT))
			break;
	}
	return -1;
}

static int
low_close(mailstream_low *low)
{
	stream_abort(low->data);
	return 0;
}

static int
low_get_fd(mailstream_low *low)
{
	return stream_fd(low->data);
}

static void
low_free(mailstream_low *low)
{
	free(low);
}

mailstream_low *
stream_low(struct stream *s)
{
	/* libetpan takes it as not const, and does not change it. */
	static mailstream_low_driver driver = {
	    .mailstream_read = low_read,
	    .mailstream_write = low_write,
	    .mailstream_close = low_close,
	    .mailstream_get_fd = low_get_fd,
	    .mailstream_free = low_free,
	};

	return mailstream_low_new(s, &driver);
}
