/* See imap_session.h and imap.h. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "mail/encode.h"
#include "mail/imap_session.h"

enum {
	STREAM_BUFFER = 16384,
	/* Answers beside what was asked for: capabilities, news, alerts. */
	CHATTER = 1 << 20,
	BYTES_A_SECOND = 4096, /* the slowest line that is put up with */
	GOODBYE_MS = 1000
};

void
imap_allow(struct imap *i, uint64_t bytes, uint64_t slack)
{
	uint64_t ms = bytes * 1000 / BYTES_A_SECOND;

	stream_allow(i->s, i->timeout_ms + (int)ms, bytes + slack + CHATTER);
}

const char *
imap_said(const struct imap *i)
{
	const char *text = i->m->imap_response;

	return text == NULL || text[0] == '\0' ? "no reason given" : text;
}

static bool
refused(int r)
{
	switch (r) {
	case MAILIMAP_ERROR_STREAM:
	case MAILIMAP_ERROR_PARSE:
	case MAILIMAP_ERROR_MEMORY:
	case MAILIMAP_ERROR_FATAL:
	case MAILIMAP_ERROR_PROTOCOL:
	case MAILIMAP_ERROR_BAD_STATE:
		return false;
	default:
		return true;
	}
}

int
imap_failed(struct imap *i, int r, const char *doing, struct err *e)
{
	const struct err *fault = stream_fault(i->s);

	i->over = fault != NULL || !refused(r);
	if (fault != NULL)
		*e = *fault;
	else if (r == MAILIMAP_ERROR_MEMORY)
		err_set(e, EX_TEMPFAIL,
		    "out of memory; it is tried again "
		    "later");
	else if (r == MAILIMAP_ERROR_PROTOCOL)
		err_set(e, EX_UNAVAILABLE,
		    "the server does not understand, or answers something "
		    "else (%.200s); no mail is lost on it; if this comes "
		    "again, tell its operator",
		    imap_said(i));
	else if (i->over)
		err_set(e, EX_UNAVAILABLE,
		    "the server's answer cannot be read; no mail is lost on "
		    "it; if this comes again, tell its operator");
	else
		err_set(e, EX_UNAVAILABLE, "the server refuses: %.200s",
		    imap_said(i));
	return err_prefix(e, "%s", doing);
}

/* ---- opening ---- */

static int
greet(struct imap *i, const struct imap_account *a, struct err *e)
{
	mailstream_low *low = stream_low(i->s);
	mailstream *s = low == NULL ? NULL : mailstream_new(low, STREAM_BUFFER);
	int r;

	if (s == NULL)
		return err_set(e, EX_TEMPFAIL, "out of memory");
	r = mailimap_connect(i->m, s);
	if (r == MAILIMAP_NO_ERROR_NON_AUTHENTICATED)
		return 0;
	if (r != MAILIMAP_NO_ERROR_AUTHENTICATED)
		return imap_failed(i, r, "waiting for the greeting", e);
	/* Whoever sits on the line may say so to keep TLS away. */
	if (!a->implicit_tls && !a->plain_allowed)
		return err_set(e, EX_NOPERM,
		    "the server calls us logged in before TLS (PREAUTH); "
		    "nothing secret was sent; use imaps:// or ask its "
		    "operator");
	return 0;
}

static int
capabilities(struct imap *i, struct err *e)
{
	struct mailimap_capability_data *list;
	int r;

	imap_allow(i, 0, 0);
	r = mailimap_capability(i->m, &list);
	if (r != MAILIMAP_NO_ERROR)
		return imap_failed(i, r, "asking what the server can do", e);
	mailimap_capability_data_free(list);
	return 0;
}

static int
start_tls(struct imap *i, const struct imap_account *a,
    const struct stream_trust *trust, struct err *e)
{
	int r;

	if (capabilities(i, e) != 0)
		return -1;
	if (a->plain_allowed && !mailimap_has_extension(i->m, "STARTTLS"))
		return 0;
	r = mailimap_starttls(i->m);
	/* CVE-2011-0411: bytes that came before TLS must not count after. */
	if (i->m->imap_stream->read_buffer_len > 0 || r == MAILIMAP_ERROR_SSL)
		return err_set(e, EX_NOPERM,
		    "the server sends commands' answers ahead of TLS, as an "
		    "attacker on the line would; nothing secret was sent; use "
		    "imaps:// or ask its operator");
	/* PROTOCOL stands for BAD, which an old server may say. */
	if (r == MAILIMAP_ERROR_STARTTLS || r == MAILIMAP_ERROR_PROTOCOL)
		return err_set(e, EX_NOPERM,
		    "the server offers no TLS (STARTTLS): %.200s; nothing "
		    "secret was sent; use imaps:// or ask its operator",
		    imap_said(i));
	if (r != MAILIMAP_NO_ERROR)
		return imap_failed(i, r, "asking for TLS", e);
	return stream_start_tls(i->s, trust, e);
}

/* In one line with the command (RFC 4959).  secret is wiped and freed. */
static int
authenticate(struct imap *i, const char *mechanism, struct buf *secret)
{
	struct buf line = {0};
	int r;

	/* No room is moved, so that no copy stays behind. */
	buf_room(&line, 2 * secret->len + 48);
	buf_printf(&line, "AUTHENTICATE %s ", mechanism);
	encode_base64(&line, buf_view(secret));
	r = mailimap_custom_command(i->m, line.p);
	if (r == MAILIMAP_NO_ERROR)
		i->m->imap_state = MAILIMAP_STATE_AUTHENTICATED;
	explicit_bzero(secret->p, secret->room);
	explicit_bzero(line.p, line.room);
	buf_free(secret);
	buf_free(&line);
	return r;
}

/* RFC 4616. */
static int
authenticate_plain(struct imap *i, const struct imap_account *a)
{
	struct buf plain = {0};

	buf_room(&plain, strlen(a->user) + strlen(a->password) + 2);
	buf_putc(&plain, '\0');
	buf_add(&plain, a->user, strlen(a->user) + 1);
	buf_puts(&plain, a->password);
	return authenticate(i, "PLAIN", &plain);
}

/*
 * RFC 7628 section 3.1, with the name as a saslname (RFC 5801 section 4).  A
 * server that refuses goes on with a challenge, which libetpan does not
 * answer: the session ends there.
 */
static int
authenticate_bearer(struct imap *i, const struct imap_account *a)
{
	struct buf bearer = {0};
	const char *p;

	buf_room(&bearer, 3 * strlen(a->user) + strlen(a->token) + 40);
	buf_puts(&bearer, "n,a=");
	for (p = a->user; *p != '\0'; p++)
		if (*p == ',' || *p == '=')
			buf_puts(&bearer, *p == ',' ? "=2C" : "=3D");
		else
			buf_putc(&bearer, *p);
	buf_puts(&bearer, ",\1auth=Bearer ");
	buf_puts(&bearer, a->token);
	buf_puts(&bearer, "\1\1");
	return authenticate(i, "OAUTHBEARER", &bearer);
}

/* Both say the same; the second is the standard (RFC 7628). */
static int
log_in_by_token(struct imap *i, const struct imap_account *a, struct err *e)
{
	if (mailimap_has_authentication(i->m, "XOAUTH2"))
		return mailimap_oauth2_authenticate(i->m, a->user, a->token);
	if (mailimap_has_authentication(i->m, "OAUTHBEARER") &&
	    mailimap_has_extension(i->m, "SASL-IR"))
		return authenticate_bearer(i, a);
	return err_set(e, EX_CONFIG,
	    "the server takes no access token (XOAUTH2, OAUTHBEARER); use "
	    "password-command");
}

static bool
is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

/* LOGIN knows no characters beyond ASCII, and some servers know no LOGIN. */
static int
log_in_by_password(struct imap *i, const struct imap_account *a, struct err *e)
{
	bool plain = mailimap_has_authentication(i->m, "PLAIN") &&
		     mailimap_has_extension(i->m, "SASL-IR");
	bool login = !mailimap_has_extension(i->m, "LOGINDISABLED");

	if (!plain && !login)
		return err_set(e, EX_CONFIG,
		    "the server takes no password; use oauth-command");
	imap_allow(i, 0, 0);
	if (plain && (!login || !is_ascii(a->user) || !is_ascii(a->password)))
		return authenticate_plain(i, a);
	return mailimap_login(i->m, a->user, a->password);
}

static int
log_in(struct imap *i, const struct imap_account *a, struct err *e)
{
	int r;

	imap_allow(i, 0, 0);
	if (a->token == NULL)
		r = log_in_by_password(i, a, e);
	else
		r = log_in_by_token(i, a, e);
	/* The secret went through here. */
	explicit_bzero(i->m->imap_stream->write_buffer, STREAM_BUFFER);
	if (r < 0)
		return -1;
	if (r == MAILIMAP_NO_ERROR)
		return 0;
	imap_failed(i, r, "logging in", e);
	if (!i->over)
		err_set(e, EX_NOPERM,
		    "the login of %s is refused: %.200s; correct user and %s, "
		    "then try `promised doctor`",
		    a->user, imap_said(i),
		    a->token == NULL ? "password" : "access token");
	return -1;
}

static int
connect_verified(struct imap *i, const struct imap_account *a, struct err *e)
{
	struct stream_trust trust = {a->host, a->ca_file, a->pin};

	i->s = stream_connect(a->host, a->port, a->timeout_ms, e);
	if (i->s == NULL)
		return -1;
	stream_set_end(i->s, a->session_s);
	imap_allow(i, 0, 0);
	if (a->implicit_tls && stream_start_tls(i->s, &trust, e) != 0)
		return -1;
	if (greet(i, a, e) != 0)
		return -1;
	if (a->implicit_tls || i->m->imap_state == MAILIMAP_STATE_AUTHENTICATED)
		return 0;
	return start_tls(i, a, &trust, e);
}

/* Logs in where that is wanted, and learns what the server can do then. */
static int
enter(struct imap *i, const struct imap_account *a, struct err *e)
{
	if (i->m->imap_state != MAILIMAP_STATE_AUTHENTICATED &&
	    (capabilities(i, e) != 0 || log_in(i, a, e) != 0))
		return -1;
	if (capabilities(i, e) != 0)
		return -1;
	i->has_idle = mailimap_has_extension(i->m, "IDLE");
	return 0;
}

struct imap *
imap_open(const struct imap_account *a, struct err *e)
{
	struct imap *i = mem_alloc(sizeof(*i));

	memset(i, 0, sizeof(*i));
	i->timeout_ms = a->timeout_ms;
	i->m = mailimap_new(0, NULL);
	if (i->m == NULL)
		err_set(e, EX_TEMPFAIL, "out of memory");
	else if (connect_verified(i, a, e) == 0 && enter(i, a, e) == 0)
		return i;
	i->over = true;
	imap_close(i);
	return NULL;
}

void
imap_give_back(struct imap *i)
{
	if (i->held != NULL)
		mailimap_fetch_list_free(i->held);
	i->held = NULL;
}

void
imap_close(struct imap *i)
{
	if (i == NULL)
		return;
	imap_give_back(i);
	if (!i->over) {
		/* Politely, but without waiting for the answer. */
		stream_allow(i->s, GOODBYE_MS, 0);
		mailimap_send_current_tag(i->m);
		mailstream_write(i->m->imap_stream, "LOGOUT\r\n", 8);
		mailstream_flush(i->m->imap_stream);
	}
	/* mailimap_free() would wait for a mute server. */
	if (i->s != NULL)
		stream_abort(i->s);
	if (i->m != NULL)
		mailimap_free(i->m);
	stream_free(i->s);
	free(i);
}

bool
imap_is_over(const struct imap *i)
{
	return i->over;
}

int64_t
imap_seconds_left(const struct imap *i)
{
	return stream_seconds_left(i->s);
}
