/*
 * promised-send: hands mail to a submission server, over a pipe.
 *
 * It has the socket and the password, and sees no store; promised has the
 * store, and sees no socket.  On fd 0 it reads frames (frame.h), on fd 1 it
 * writes frames; fd 2 is for the worst.
 *
 *	server url=		smtps://[user@]host[:port], or smtp:// with
 *				STARTTLS (smtp.h); https:// for files
 *	       [user=] password=|token=	token: OAuth 2; neither: no login
 *	       [ca=FILE] [pin=SHA-256]	whom to trust (smtp.h)
 *	       [timeout=]		seconds for an answer, at most 600
 *	mail id= from= to=A,B +N	one mail; from is the envelope sender and
 *					may be empty; all recipients or none
 *	go id=				the answer to `sending`
 *	put id= +N		server url=https://: a file, id its path below
 *				that (dav.h); answered by `sent` or `failed`
 *	remove id=		the same, to be there no more
 *	check id=			connect and log in, and send nothing:
 *					answered by `sent` or `failed`; for
 *					files see dav_check()
 *
 *	sending id=		all but the last bytes are handed over.  Only
 *				after `go` they are, so promised can commit
 *				first that the mail may be accepted from now on
 *	sent id= code= text=	accepted
 *	failed id= temporary=yes|no why= code= text=	not accepted; why is one of
 *				smtp_why_name().  Faults of the connection or
 *				the login are temporary: the mail is not to
 *				blame
 *	unknown id= why= code= text=	handed over, and no whole answer came
 *	fault code= text=	the frame was none or the server's is wrong;
 *				promised-send ends.  code as in sysexits.h
 *
 * One connection serves many mails.  After a refused login no other is tried
 * until the next `server`, so that no account gets locked.  Without `go` (or
 * with the end of the input) in place of it the mail is not sent.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/confine.h"
#include "base/err.h"
#include "mail/addr.h"
#include "mail/dav.h"
#include "mail/frame.h"
#include "mail/peer.h"
#include "mail/smtp.h"
#include "mail/submit.h"
#include "mail/url.h"

enum {
	IN = STDIN_FILENO,
	OUT = STDOUT_FILENO,
	MEMORY_MOST = 512 * 1024 * 1024,
	MAIL_MOST = 64 * 1024 * 1024,
	GO_MS = 60 * 1000 /* promised only has to commit */
};

struct sender {
	struct frame_reader *in;
	struct arena *run; /* the account */
	struct arena *frame; /* one frame of promised */
	struct arena *answer; /* a frame that is read within another */
	struct smtp_account account;
	bool has_account;
	struct smtp *smtp; /* NULL: no connection */
	struct dav_account web; /* base NULL: the server is one for mail */
	struct dav *dav; /* NULL: no connection */
	bool locked; /* the login was refused: */
	struct smtp_fault lock;
	const char *id; /* of the mail at hand */
	struct err err; /* the pipe's */
};

/* The server. */

static int
parse_timeout(const struct frame *f, int *seconds, struct err *err)
{
	const char *text = frame_get(f, "timeout");
	char *end;
	long n;

	if (text == NULL)
		return 0;
	errno = 0;
	n = strtol(text, &end, 10);
	if (*end != '\0' || errno != 0 || n < 1 || n > SMTP_TIMEOUT)
		return err_set(err, EX_USAGE,
		    "timeout=%s is not between 1 and %d", text, SMTP_TIMEOUT);
	*seconds = (int)n;
	return 0;
}

static int
check_login(const struct smtp_account *a, struct err *err)
{
	bool secret = a->password != NULL || a->token != NULL;

	if (a->password != NULL && a->token != NULL)
		return err_set(
		    err, EX_CONFIG, "there is a password and a token");
	if (secret && a->user == NULL)
		return err_set(err, EX_CONFIG,
		    "there is a password, but no user; write it into the url: "
		    "smtps://user@host");
	if (!secret && a->user != NULL)
		return err_set(err, EX_CONFIG,
		    "there is a user, but no password; set password, "
		    "password-command or oauth");
	return 0;
}

static int
parse_account(struct arena *m, const struct frame *f, struct smtp_account *a,
    struct err *err)
{
	const char *text = frame_get(f, "url"), *user = frame_get(f, "user");
	struct url u;

	if (text == NULL)
		return err_set(err, EX_USAGE, "server: no url");
	if (url_parse(m, text, &u, err) < 0)
		return -1;
	if (strcmp(u.scheme, "smtps") != 0 && strcmp(u.scheme, "smtp") != 0)
		return err_set(err, EX_CONFIG,
		    "the url must begin with smtps:// or smtp://");
	*a = (struct smtp_account){
	    .implicit_tls = strcmp(u.scheme, "smtps") == 0,
	    .plain_allowed = url_is_loopback(&u),
	    .host = u.host,
	    .port = u.port,
	    .user = arena_strdup(m, user != NULL ? user : u.user),
	    .password = arena_strdup(m, frame_get(f, "password")),
	    .token = arena_strdup(m, frame_get(f, "token")),
	    .ca_file = arena_strdup(m, frame_get(f, "ca")),
	    .pin = arena_strdup(m, frame_get(f, "pin")),
	};
	if (check_login(a, err) < 0)
		return -1;
	return parse_timeout(f, &a->timeout, err);
}

static bool
is_web(const char *url)
{
	return url != NULL && (strncmp(url, "https:", 6) == 0 ||
				  strncmp(url, "http:", 5) == 0);
}

/* The url as it was written, without the user and with a slash at the end. */
static char *
base_of(struct arena *m, const char *text)
{
	const char *host = strstr(text, "://") + 3;
	const char *path = host + strcspn(host, "/?#"), *at = path;

	while (at > host && at[-1] != '@')
		at--;
	return arena_printf(m, "%.*s%s%s", (int)(host - text), text, at,
	    path[0] == '\0' || path[strlen(path) - 1] != '/' ? "/" : "");
}

static int
parse_web(struct arena *m, const struct frame *f, struct dav_account *a,
    struct err *err)
{
	const char *text = frame_get(f, "url");
	const char *pin = frame_get(f, "pin");
	struct url u;

	if (url_parse(m, text, &u, err) < 0)
		return -1;
	for (const char *p = text; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("?#\"<>\\", *p) != NULL)
			return err_set(err, EX_CONFIG,
			    "%s: percent-encode what is no part of a path",
			    text);
	if (strcmp(u.scheme, "http") == 0 && !url_is_loopback(&u))
		return err_set(err, EX_CONFIG,
		    "%s: without TLS nothing is sent; it must be https://",
		    text);
	if (pin != NULL && !peer_pin_is_one(pin))
		return err_set(
		    err, EX_CONFIG, "the pin is no SHA-256 in hexadecimal");
	*a = (struct dav_account){
	    .base = base_of(m, text),
	    .plain_allowed = url_is_loopback(&u),
	    .user = u.user,
	    .password = arena_strdup(m, frame_get(f, "password")),
	    .token = arena_strdup(m, frame_get(f, "token")),
	    .ca_file = arena_strdup(m, frame_get(f, "ca")),
	    .pin = arena_strdup(m, pin),
	};
	if (a->user != NULL && a->password == NULL && a->token == NULL)
		return err_set(err, EX_CONFIG,
		    "there is a user, but no password; set password, "
		    "password-command or oauth");
	if (a->user == NULL && a->password != NULL)
		return err_set(err, EX_CONFIG,
		    "there is a password, but no user; write it into the url: "
		    "https://user@host/folder");
	return 0;
}

/* Secrets lie in arenas of our own, whose memory is not constant. */
static void
wipe(const char *secret)
{
	void *p;

	if (secret == NULL)
		return;
	memcpy(&p, &secret, sizeof(p));
	explicit_bzero(p, strlen(secret));
}

static void
forget_account(struct sender *s)
{
	smtp_free(s->smtp);
	s->smtp = NULL;
	dav_close(s->dav);
	s->dav = NULL;
	wipe(s->account.password);
	wipe(s->account.token);
	wipe(s->web.password);
	wipe(s->web.token);
	s->web = (struct dav_account){0};
	arena_reset(s->run);
	s->has_account = s->locked = false;
	s->account = (struct smtp_account){0};
}

static int
take_server(struct sender *s, const struct frame *f)
{
	int rc;

	forget_account(s);
	if (is_web(frame_get(f, "url"))) {
		rc = parse_web(s->run, f, &s->web, &s->err);
	} else {
		rc = parse_account(s->run, f, &s->account, &s->err);
		s->has_account = rc == 0;
	}
	wipe(frame_get(f, "password"));
	wipe(frame_get(f, "token"));
	return rc;
}

/* Mails. */

static int
say_result(struct sender *s, const struct submit_result *r)
{
	static const char *const verbs[] = {
	    [SUBMIT_SENT] = "sent",
	    [SUBMIT_FAILED] = "failed",
	    [SUBMIT_UNKNOWN] = "unknown",
	};
	struct frame f;
	char code[16];

	snprintf(code, sizeof(code), "%d", r->answer.code);
	frame_begin(&f, verbs[r->verdict]);
	frame_set(&f, "id", s->id);
	if (r->verdict == SUBMIT_FAILED)
		frame_set(&f, "temporary", r->temporary ? "yes" : "no");
	if (r->verdict != SUBMIT_SENT)
		frame_set(&f, "why", smtp_why_name(r->answer.why));
	if (r->answer.code != 0)
		frame_set(&f, "code", code);
	frame_set(&f, "text", r->answer.text);
	return frame_write(OUT, &f, &s->err);
}

/* Tells promised that the end is about to go out, and waits for its word.
 * A `go` for an earlier mail, which failed before its end, is passed over. */
static int
ask_go(void *arg)
{
	struct sender *s = arg;
	struct frame f;
	const char *id;

	frame_begin(&f, "sending");
	frame_set(&f, "id", s->id);
	if (frame_write(OUT, &f, &s->err) < 0)
		return -1;
	do {
		arena_reset(s->answer);
		if (frame_read(s->in, s->answer, &f, GO_MS, &s->err) <= 0)
			return -1;
		id = frame_get(&f, "id");
	} while (
	    strcmp(f.verb, "go") == 0 && id != NULL && strcmp(id, s->id) != 0);
	if (strcmp(f.verb, "go") == 0 && id != NULL)
		return 0;
	return err_set(&s->err, EX_DATAERR, "%s in place of go", f.verb);
}

/* to=A,B into m->to; no address that passes addr_fault() has a comma. */
static const char *
parse_recipients(struct arena *arena, const char *list, struct submit_mail *m)
{
	const char **to = NULL, *fault = NULL;
	char *rest = arena_strdup(arena, list == NULL ? "" : list), *one;

	while (fault == NULL && (one = strsep(&rest, ",")) != NULL) {
		if (m->to_count == SUBMIT_RECIPIENTS)
			return "has too many fellows";
		fault = addr_fault(one);
		to = arena_grow(arena, to, m->to_count, sizeof(*to));
		to[m->to_count++] = one;
	}
	m->to = to;
	return fault;
}

/* A mail that is wrong by itself; no server is asked. */
static bool
mail_is_bad(struct sender *s, const struct frame *f, struct submit_mail *m,
    struct submit_result *r)
{
	const char *fault = parse_recipients(s->frame, frame_get(f, "to"), m);

	*r = (struct submit_result){
	    .verdict = SUBMIT_FAILED, .answer = {.why = SMTP_MAIL}};
	if (fault != NULL) {
		snprintf(r->answer.text, sizeof(r->answer.text),
		    "the recipient %.100s %s", m->to[m->to_count - 1], fault);
		return true;
	}
	fault = m->from[0] == '\0' ? NULL : addr_fault(m->from);
	if (fault != NULL)
		snprintf(r->answer.text, sizeof(r->answer.text),
		    "the sender %.100s %s", m->from, fault);
	return fault != NULL;
}

/* A connection, if need be a new one; false with the result when there is
 * none. */
static bool
connected(struct sender *s, struct submit_result *r)
{
	if (s->smtp != NULL && !smtp_is_lost(s->smtp))
		return true;
	smtp_free(s->smtp);
	s->smtp = NULL;
	*r = (struct submit_result){
	    .verdict = SUBMIT_FAILED, .temporary = true, .answer = s->lock};
	if (s->locked)
		return false;
	s->smtp = smtp_connect(&s->account, &r->answer);
	if (s->smtp == NULL && r->answer.why == SMTP_LOGIN) {
		s->locked = true;
		s->lock = r->answer;
	}
	return s->smtp != NULL;
}

static int
take_mail(struct sender *s, const struct frame *f)
{
	struct submit_mail m = {.id = frame_get(f, "id"),
	    .from = frame_get(f, "from"),
	    .bytes = f->bytes,
	    .handing = ask_go,
	    .arg = s,
	    .timeout = s->account.timeout};
	struct submit_result r;
	bool reused = s->smtp != NULL;

	if (!s->has_account || m.id == NULL || m.from == NULL || !f->has_bytes)
		return err_set(&s->err, EX_USAGE,
		    "mail: no server before it, no id, from or bytes");
	s->id = m.id;
	if (!mail_is_bad(s, f, &m, &r) && connected(s, &r)) {
		r = submit(s->smtp, &m);
		/* Servers hang up on who is quiet: once more, from the top. */
		if (r.stale && reused) {
			smtp_abandon(s->smtp);
			if (connected(s, &r))
				r = submit(s->smtp, &m);
		}
	}
	if (say_result(s, &r) < 0)
		return -1;
	return s->err.code == 0 ? 0 : -1; /* what came in place of go */
}

static struct dav *
web(struct sender *s)
{
	if (s->dav == NULL)
		s->dav = dav_open(&s->web);
	return s->dav;
}

/* Everything but a mail: whether one could be handed in. */
static int
take_check(struct sender *s, const struct frame *f)
{
	struct submit_result r = {.verdict = SUBMIT_FAILED};

	s->id = frame_get(f, "id");
	if ((!s->has_account && s->web.base == NULL) || s->id == NULL)
		return err_set(
		    &s->err, EX_USAGE, "check: no server before it, or no id");
	if (s->web.base != NULL ? dav_check(web(s), &r.answer) == 0
				: connected(s, &r))
		r = (struct submit_result){.verdict = SUBMIT_SENT};
	return say_result(s, &r);
}

/* Files. */

static int
take_file(struct sender *s, const struct frame *f)
{
	struct submit_result r = {.verdict = SUBMIT_SENT};
	int rc;

	s->id = frame_get(f, "id");
	if (s->web.base == NULL || s->id == NULL ||
	    f->has_bytes != (strcmp(f->verb, "put") == 0))
		return err_set(&s->err, EX_USAGE,
		    "%s: no https server before it, no id or no bytes",
		    f->verb);
	rc = f->has_bytes ? dav_put(web(s), s->id, f->bytes, &r.answer)
			  : dav_remove(web(s), s->id, &r.answer);
	if (rc != 0) {
		r.verdict = SUBMIT_FAILED;
		r.temporary = dav_is_temporary(&r.answer);
	}
	return say_result(s, &r);
}

/* The run. */

static int
take_frame(struct sender *s, const struct frame *f)
{
	if (strcmp(f->verb, "server") == 0)
		return take_server(s, f);
	if (strcmp(f->verb, "mail") == 0)
		return take_mail(s, f);
	if (strcmp(f->verb, "put") == 0 || strcmp(f->verb, "remove") == 0)
		return take_file(s, f);
	if (strcmp(f->verb, "check") == 0)
		return take_check(s, f);
	if (strcmp(f->verb, "go") == 0) /* its mail failed before its end */
		return 0;
	return err_set(
	    &s->err, EX_USAGE, "%s is no frame for promised-send", f->verb);
}

static int
work(struct sender *s)
{
	struct frame f;
	int got;

	for (;;) {
		arena_reset(s->frame);
		got = frame_read(s->in, s->frame, &f, -1, &s->err);
		if (got <= 0)
			return got;
		if (take_frame(s, &f) < 0)
			return -1;
	}
}

int
main(void)
{
	struct sender s = {0};
	int rc;

	confine_helper(MEMORY_MOST);
	s.in = frame_reader_new(IN, MAIL_MOST);
	s.run = arena_new();
	s.frame = arena_new();
	s.answer = arena_new();
	rc = smtp_init(&s.err);
	if (rc == 0)
		rc = work(&s);
	forget_account(&s);
	if (rc != 0)
		rc = frame_write_fault(OUT, &s.err);
	frame_reader_free(s.in);
	arena_free(s.answer);
	arena_free(s.frame);
	arena_free(s.run);
	return rc;
}
