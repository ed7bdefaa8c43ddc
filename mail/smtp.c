/*
 * See smtp.h.
 *
 * What libcurl 7.88 does and does not do here was tried against hostile
 * servers (tests/smtp.t): it refuses bytes after STARTTLS's reply and bad
 * certificates before AUTH; it skips AUTH when none is offered, so that the
 * replies are watched by on_line().
 */
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/monotonic.h"
#include "mail/connection.h"
#include "mail/peer.h"
#include "mail/reply.h"
#include "mail/smtp.h"

enum {
	CONNECT_SECONDS = 60,
	GREETING_SECONDS =
	    300, /* RFC 5321 section 4.5.3.2.1; here until AUTH */
	QUIT_SECONDS = 2,
	GREETING_MOST = 65536, /* of all replies until AUTH is done */
	BLOCK = 65536
};

struct smtp {
	CURL *curl;
	curl_socket_t socket;
	const struct smtp_account *account;
	/* What on_line() has seen. */
	unsigned offers;
	int tls_replies; /* 220s: the greeting, and STARTTLS's */
	bool logged_in; /* 235 */
	bool trusted; /* the server's certificate */
	size_t greeting; /* bytes */
	struct smtp_reply last;
	const char *refusal; /* why on_line() stopped it; static */
	/* The dialogue. */
	struct buf in; /* read ahead */
	bool lost;
};

const char *
smtp_why_name(enum smtp_why why)
{
	static const char *const names[SMTP_WHYS] = {
	    [SMTP_NETWORK] = "network",
	    [SMTP_TLS] = "tls",
	    [SMTP_LOGIN] = "login",
	    [SMTP_REFUSED] = "refused",
	    [SMTP_PROTOCOL] = "protocol",
	    [SMTP_MAIL] = "mail",
	};

	return names[why];
}

int
smtp_init(struct err *err)
{
	CURLcode rc = curl_global_init(CURL_GLOBAL_DEFAULT);

	if (rc == CURLE_OK)
		return 0;
	return err_set(err, EX_SOFTWARE, "libcurl: %s", curl_easy_strerror(rc));
}

/* Connecting. */

/* The server's certificate, where libcurl does not look at it. */
static bool
server_is_trusted(struct smtp *s)
{
	s->refusal = connection_refusal(s->curl, s->account->pin);
	s->trusted = s->refusal == NULL;
	return s->trusted;
}

/*
 * Sees every line that the server says until AUTH is done, before libcurl
 * acts upon it; 0 stops the connection.  The first line that comes over TLS
 * does so unless the certificate is trusted; AUTH is later.
 */
static size_t
on_line(char *p, size_t one, size_t n, void *arg)
{
	struct smtp *s = arg;
	struct slice line = {p, one * n};
	int code = smtp_reply_code(slice_trim(line));

	s->greeting += line.len;
	if (s->greeting > GREETING_MOST) {
		s->refusal = "the server's greeting has no end";
		return 0;
	}
	line = slice_trim(line);
	if (code != s->last.code)
		s->last.text[0] = '\0';
	s->last.code = code;
	smtp_reply_add(&s->last, line);
	if ((s->account->implicit_tls || s->tls_replies > 1) && !s->trusted &&
	    !server_is_trusted(s))
		return 0;
	if (code == 220) { /* what was offered before TLS counts no more */
		s->offers = 0;
		s->tls_replies += line.len == 3 || line.p[3] == ' ';
	}
	if (code == 250)
		s->offers |= smtp_reply_offer(line);
	s->logged_in |= code == 235;
	return one * n;
}

static const struct {
	CURLcode code;
	enum smtp_why why;
} reasons[] = {
    {CURLE_COULDNT_RESOLVE_HOST, SMTP_NETWORK},
    {CURLE_COULDNT_CONNECT, SMTP_NETWORK},
    {CURLE_OPERATION_TIMEDOUT, SMTP_NETWORK},
    {CURLE_GOT_NOTHING, SMTP_NETWORK},
    {CURLE_RECV_ERROR, SMTP_NETWORK},
    {CURLE_SEND_ERROR, SMTP_NETWORK},
    {CURLE_LOGIN_DENIED, SMTP_LOGIN},
    {CURLE_AUTH_ERROR, SMTP_LOGIN},
};

/* The server's own certificate as libcurl kept it; NULL when there is none. */
static const char *
shown_pem(const struct smtp *s)
{
	static const char key[] = "Cert:";
	struct curl_certinfo *shown = NULL;
	const struct curl_slist *line;

	if (curl_easy_getinfo(s->curl, CURLINFO_CERTINFO, &shown) != CURLE_OK ||
	    shown == NULL || shown->num_of_certs < 1)
		return NULL;
	for (line = shown->certinfo[0]; line != NULL; line = line->next)
		if (strncmp(line->data, key, sizeof(key) - 1) == 0)
			return line->data + sizeof(key) - 1;
	return NULL;
}

/* What the owner needs to judge a certificate that was refused. */
static void
describe_certificate(const struct smtp *s, char *out, size_t room)
{
	const char *pem = shown_pem(s);
	char pin[PEER_PIN_ROOM], day[DATE_ROOM];
	int64_t end;

	out[0] = '\0';
	if (pem == NULL || !peer_read_pem(pem, pin, &end))
		return;
	snprintf(out, room, "; the certificate %s on %s, its pin is %s",
	    end < (int64_t)time(NULL) ? "expired" : "ends",
	    day_print((day_t)(end / 86400), day), pin);
}

static void
fault_of(
    const struct smtp *s, CURLcode rc, const char *detail, struct smtp_fault *f)
{
	const struct smtp_account *a = s->account;
	char about[SMTP_TEXT / 2];
	size_t i;

	f->why = connection_is_tls(rc) ? SMTP_TLS : SMTP_PROTOCOL;
	for (i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].code == rc)
			f->why = reasons[i].why;
	f->code = s->last.code;
	if (s->refusal != NULL) {
		f->why = s->greeting > GREETING_MOST ? SMTP_PROTOCOL : SMTP_TLS;
		detail = s->refusal;
	} else if (rc == CURLE_USE_SSL_FAILED) {
		detail = "the server offers no STARTTLS, and without TLS "
			 "nothing is sent; try smtps://";
	} else if (rc == CURLE_LOGIN_DENIED && s->last.code >= 400) {
		detail = s->last.text;
	} else if (detail[0] == '\0') {
		detail = curl_easy_strerror(rc);
	}
	describe_certificate(s, about, sizeof(about));
	snprintf(f->text, sizeof(f->text), "%s: %.*s%s", a->host, SMTP_TEXT,
	    detail, f->why == SMTP_TLS ? about : "");
	if (f->why == SMTP_TLS && about[0] != '\0')
		f->code = 0; /* it was no answer of the server's */
}

#define SET(option, value) CONNECTION_SET(s->curl, option, value)

static CURLcode
set_server(struct smtp *s)
{
	const struct smtp_account *a = s->account;
	bool six = strchr(a->host, ':') != NULL;
	char url[512];

	/* The path is what EHLO says; an address literal (RFC 5321 section
	 * 4.1.4) and this one, since the name of the owner's machine is
	 * nobody's business. */
	snprintf(url, sizeof(url), "%s://%s%s%s:%s/%%5B127.0.0.1%%5D",
	    a->implicit_tls ? "smtps" : "smtp", six ? "[" : "", a->host,
	    six ? "]" : "",
	    a->port != NULL   ? a->port
	    : a->implicit_tls ? "465"
			      : "587");
	SET(CURLOPT_URL, url);
	SET(CURLOPT_CONNECT_ONLY, 1L);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_HEADERFUNCTION, on_line);
	SET(CURLOPT_HEADERDATA, s);
	return CURLE_OK;
}

static CURLcode
set_connection(struct smtp *s)
{
	const struct smtp_account *a = s->account;
	struct connection c = {
	    .protocols = "smtp,smtps",
	    .ca_file = a->ca_file,
	    .pin = a->pin,
	    .connect_seconds = CONNECT_SECONDS,
	    .seconds = a->timeout > 0 && a->timeout < GREETING_SECONDS
			   ? a->timeout
			   : GREETING_SECONDS,
	};

	SET(CURLOPT_USE_SSL,
	    (long)(a->plain_allowed && a->pin == NULL ? CURLUSESSL_TRY
						      : CURLUSESSL_ALL));
	SET(CURLOPT_CERTINFO, 1L); /* to describe one that is refused */
	return connection_set(s->curl, &c);
}

static CURLcode
set_login(struct smtp *s)
{
	const struct smtp_account *a = s->account;

	/* Inside TLS the plain mechanisms are the ones to use. */
	SET(CURLOPT_LOGIN_OPTIONS, a->token != NULL
				       ? "AUTH=OAUTHBEARER;AUTH=XOAUTH2"
				       : "AUTH=PLAIN;AUTH=LOGIN");
	if (a->user == NULL)
		return CURLE_OK;
	SET(CURLOPT_USERNAME, a->user);
	if (a->token != NULL)
		SET(CURLOPT_XOAUTH2_BEARER, a->token);
	else
		SET(CURLOPT_PASSWORD, a->password);
	return CURLE_OK;
}

/* True when the server had the chance to log us in and did. */
static bool
login_done(const struct smtp *s, struct smtp_fault *f)
{
	if (s->account->user == NULL ||
	    ((s->offers & SMTP_AUTH) != 0 && s->logged_in))
		return true;
	f->why = SMTP_LOGIN;
	f->code = s->last.code;
	snprintf(f->text, sizeof(f->text),
	    "%s: the server offers no login (AUTH), so nothing was sent; is "
	    "it the right port?",
	    s->account->host);
	return false;
}

struct smtp *
smtp_connect(const struct smtp_account *a, struct smtp_fault *f)
{
	struct smtp *s = mem_alloc(sizeof(*s));
	char detail[CURL_ERROR_SIZE] = "";
	CURLcode rc = CURLE_OUT_OF_MEMORY;

	*s = (struct smtp){.curl = curl_easy_init(), .account = a};
	if (s->curl != NULL) {
		curl_easy_setopt(s->curl, CURLOPT_ERRORBUFFER, detail);
		rc = set_server(s);
		rc = rc == CURLE_OK ? set_connection(s) : rc;
		rc = rc == CURLE_OK ? set_login(s) : rc;
		rc = rc == CURLE_OK ? curl_easy_perform(s->curl) : rc;
		curl_easy_setopt(s->curl, CURLOPT_ERRORBUFFER, NULL);
	}
	if (rc == CURLE_OK)
		rc = curl_easy_getinfo(
		    s->curl, CURLINFO_ACTIVESOCKET, &s->socket);
	if (rc != CURLE_OK)
		fault_of(s, rc, detail, f);
	else if (login_done(s, f))
		return s;
	s->lost = true;
	smtp_free(s);
	return NULL;
}

/* The dialogue. */

bool
smtp_offers(const struct smtp *s, enum smtp_offer offer)
{
	return (s->offers & offer) != 0;
}

bool
smtp_is_lost(const struct smtp *s)
{
	return s->lost;
}

static int
lose(struct smtp *s)
{
	s->lost = true;
	return -1;
}

void
smtp_abandon(struct smtp *s)
{
	s->lost = true;
}

static bool
await(const struct smtp *s, short events, int64_t until)
{
	struct pollfd p = {s->socket, events, 0};
	int64_t left = until - monotonic_ms();

	if (left <= 0)
		return false;
	/* A signal ends the wait early, and the caller tries again. */
	return poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left) != 0;
}

int
smtp_write(struct smtp *s, struct slice bytes, int seconds)
{
	int64_t until = monotonic_ms() + (int64_t)seconds * 1000;
	size_t done, block = 0;
	CURLcode rc;

	while (bytes.len > 0 && !s->lost) {
		done = 0;
		rc = curl_easy_send(s->curl, bytes.p, bytes.len, &done);
		if (rc == CURLE_AGAIN && await(s, POLLOUT, until))
			continue;
		if (rc != CURLE_OK)
			return lose(s);
		bytes.p += done;
		bytes.len -= done;
		block += done;
		if (block >= BLOCK) {
			block = 0;
			until = monotonic_ms() + (int64_t)seconds * 1000;
		}
	}
	return s->lost ? -1 : 0;
}

static int
read_more(struct smtp *s, int64_t until)
{
	char bytes[4096];
	size_t n = 0;
	CURLcode rc;

	if (monotonic_ms() >= until)
		return lose(s);
	rc = curl_easy_recv(s->curl, bytes, sizeof(bytes), &n);
	if (rc == CURLE_AGAIN)
		return await(s, POLLIN, until) ? 0 : lose(s);
	if (rc != CURLE_OK || n == 0)
		return lose(s);
	buf_add(&s->in, bytes, n);
	return 0;
}

int
smtp_read(struct smtp *s, struct smtp_reply *r, int seconds)
{
	int64_t until = monotonic_ms() + (int64_t)seconds * 1000;
	struct smtp_reading reading = {0};
	int rc = 0;

	while (rc == 0 && !s->lost) {
		rc = smtp_reply_take(&reading, &s->in);
		if (rc < 0 || (rc == 0 && read_more(s, until) < 0))
			lose(s);
	}
	*r = reading.reply;
	return s->lost ? -1 : 0;
}

int
smtp_command(
    struct smtp *s, const char *text, struct smtp_reply *r, int seconds)
{
	struct buf line = {0};
	int rc;

	*r = (struct smtp_reply){0};
	if (s->in.len > 0) /* a reply to what was not yet said */
		return lose(s);
	buf_printf(&line, "%s\r\n", text);
	rc = smtp_write(s, buf_view(&line), seconds);
	buf_free(&line);
	return rc < 0 ? -1 : smtp_read(s, r, seconds);
}

void
smtp_free(struct smtp *s)
{
	struct smtp_reply r;

	if (s == NULL)
		return;
	if (!s->lost)
		smtp_command(s, "QUIT", &r, QUIT_SECONDS);
	/* libcurl says nothing and waits for nothing: CONNECT_ONLY. */
	curl_easy_cleanup(s->curl);
	buf_free(&s->in);
	free(s);
}
