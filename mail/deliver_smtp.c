/*
 * Delivery by promised-send (see deliver.h, and send.c for the frames).  The
 * helper is started with the first mail and serves the others too; when it
 * dies, the next mail starts another.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "mail/child.h"
#include "mail/deliver.h"
#include "mail/deliver_kinds.h"
#include "mail/frame.h"

enum {
	/* The helper has its own, shorter deadlines for all it waits for. */
	HELPER_MS = 2 * 60 * 60 * 1000,
	CLOSE_MS = 5 * 1000
};

struct helper {
	const struct delivery_settings *settings;
	struct child child;
	struct frame_reader *in;
};

/* Starting and ending. */

static int
start(struct helper *h, struct err *err)
{
	if (child_start(&h->child, h->settings->program, err) != 0)
		return -1;
	h->in = frame_reader_new(h->child.from, 0);
	return 0;
}

/* Ends the helper: at once, or by the end of its input, so that it can say
 * QUIT.  Returns its wait status. */
static int
stop(struct helper *h, bool at_once)
{
	struct pollfd p = {h->child.from, POLLIN, 0};
	int status = 0, n = 0;

	close(h->child.to);
	h->child.to = -1;
	if (h->child.pid > 0 && !at_once)
		do /* its stdout closes when it ends */
			n = poll(&p, 1, CLOSE_MS);
		while (n < 0 && errno == EINTR);
	if (h->child.pid > 0 && n <= 0)
		kill(h->child.pid, SIGKILL);
	if (h->child.pid > 0)
		while (waitpid(h->child.pid, &status, 0) < 0 && errno == EINTR)
			;
	frame_reader_free(h->in);
	child_close(&h->child);
	*h = (struct helper){.settings = h->settings, .child = CHILD_NONE};
	return status;
}

void *
deliver_smtp_open(
    const struct delivery_settings *s, const char *rest, struct err *err)
{
	struct helper *h;

	if (rest[0] == '\0' || s->program == NULL) {
		err_set(err, EX_CONFIG, "%s: the host is missing", s->url);
		return NULL;
	}
	h = mem_alloc(sizeof(*h));
	*h = (struct helper){.settings = s, .child = CHILD_NONE};
	return h;
}

void
deliver_smtp_close(void *state)
{
	struct helper *h = state;

	if (h->child.pid > 0)
		stop(h, false);
	free(h);
}

/* Speaking. */

static int
tell_server(struct helper *h, struct err *err)
{
	const struct delivery_settings *s = h->settings;
	char timeout[16];
	struct frame f;

	snprintf(timeout, sizeof(timeout), "%d", s->timeout_s);
	frame_begin(&f, "server");
	frame_set(&f, "url", s->url);
	frame_set(&f, "user", s->user);
	frame_set(&f, "password", s->password);
	frame_set(&f, "token", s->token);
	frame_set(&f, "ca", s->ca_file);
	frame_set(&f, "pin", s->pin);
	frame_set(&f, "timeout", s->timeout_s > 0 ? timeout : NULL);
	return frame_write(h->child.to, &f, err);
}

static int
tell_mail(struct helper *h, const struct delivery_mail *m, struct err *err)
{
	struct buf to = {0};
	struct frame f;
	size_t i;
	int rc;

	for (i = 0; i < m->to_count; i++)
		buf_printf(&to, "%s%s", i > 0 ? "," : "", m->to[i]);
	frame_begin(&f, "mail");
	frame_set(&f, "id", m->id);
	frame_set(&f, "from", m->from);
	frame_set(&f, "to", to.p);
	f.has_bytes = true;
	f.bytes = m->bytes;
	rc = frame_write(h->child.to, &f, err);
	buf_free(&to);
	return rc;
}

static int
tell_go(struct helper *h, const struct delivery_mail *m, struct err *err)
{
	struct frame f;

	frame_begin(&f, "go");
	frame_set(&f, "id", m->id);
	return frame_write(h->child.to, &f, err);
}

/* The helper is gone or does not speak: a mail that it was not told to end is
 * not sent, another may be. */
static enum delivered
lost(struct helper *h, bool told_go, struct err *err)
{
	int status = stop(h, true);

	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		err_set(err, EX_TEMPFAIL,
		    "promised-send died by signal %d (%s); please report it",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		err_prefix(err, "promised-send");
	err->code = told_go ? EX_IOERR : EX_TEMPFAIL;
	return told_go ? DELIVERED_UNKNOWN : DELIVERED_FAILED_TEMP;
}

static bool
field_is(const struct frame *f, const char *key, const char *value)
{
	const char *got = frame_get(f, key);

	return got != NULL && strcmp(got, value) == 0;
}

static const char *
field_text(const struct frame *f, const char *key)
{
	const char *got = frame_get(f, key);

	return got == NULL ? "" : got;
}

/* The code of err for a mail that was not accepted. */
static int
code_of(const struct frame *f)
{
	if (field_is(f, "why", "login"))
		return EX_NOPERM;
	if (field_is(f, "why", "tls"))
		return EX_CONFIG;
	if (field_is(f, "temporary", "yes"))
		return EX_TEMPFAIL;
	return field_is(f, "why", "mail") ? EX_DATAERR : EX_UNAVAILABLE;
}

/* What to do about it, where that does not depend on the mail. */
static const struct {
	const char *why, *todo;
} advice[] = {
    {"network", "; check host, port and network"},
    {"login", "; check user and password (or oauth) in [send]"},
    {"tls", "; no password and no mail was sent. Ask its operator, give its "
	    "authority (ca = FILE), or pin the certificate when you know that "
	    "it is right (pin = ...)"},
};

static const char *
advice_on(const struct frame *f)
{
	size_t i;

	for (i = 0; i < sizeof(advice) / sizeof(*advice); i++)
		if (field_is(f, "why", advice[i].why))
			return advice[i].todo;
	return "";
}

/* sent, failed or unknown into the result; false for another frame. */
static bool
read_result(const struct frame *f, char answer[DELIVERY_ANSWER],
    enum delivered *result, struct err *err)
{
	const char *code = field_text(f, "code"), *text = field_text(f, "text");
	const char *blank = code[0] == '\0' ? "" : " ";

	if (strcmp(f->verb, "sent") == 0) {
		*result = DELIVERED_SENT;
		snprintf(answer, DELIVERY_ANSWER, "%s%s%s", code, blank, text);
	} else if (strcmp(f->verb, "failed") == 0) {
		*result = field_is(f, "temporary", "yes")
			      ? DELIVERED_FAILED_TEMP
			      : DELIVERED_FAILED;
		err_set(err, code_of(f), "%s%s%s%s", code, blank, text,
		    advice_on(f));
	} else if (strcmp(f->verb, "unknown") == 0) {
		*result = DELIVERED_UNKNOWN;
		err_set(err, EX_IOERR, "%s%s%s", code, blank, text);
	} else {
		return false;
	}
	return true;
}

/* The helper gave up, most often because of the settings, and ended. */
static enum delivered
faulty(struct helper *h, const struct frame *f, bool told_go, struct err *err)
{
	int code = (int)strtol(field_text(f, "code"), NULL, 10);

	stop(h, true);
	err_set(err, told_go ? EX_IOERR : code, "%s", field_text(f, "text"));
	return told_go ? DELIVERED_UNKNOWN : DELIVERED_FAILED_TEMP;
}

/* What the helper says about the mail, up to the result. */
static enum delivered
hear(struct helper *h, struct arena *arena, const struct delivery_mail *m,
    char answer[DELIVERY_ANSWER], struct err *err)
{
	enum delivered result;
	bool told_go = false;
	struct frame f;
	int got;

	for (;;) {
		got = frame_read(h->in, arena, &f, HELPER_MS, err);
		if (got == 0)
			err_set(err, EX_TEMPFAIL, "ended without a word");
		if (got <= 0)
			return lost(h, told_go, err);
		if (strcmp(f.verb, "fault") == 0)
			return faulty(h, &f, told_go, err);
		if (!field_is(&f, "id", m->id))
			err_set(err, EX_SOFTWARE, "%s of another mail", f.verb);
		else if (read_result(&f, answer, &result, err))
			return result;
		else if (strcmp(f.verb, "sending") != 0 || told_go ||
			 m->handing == NULL)
			err_set(err, EX_SOFTWARE, "%s out of turn", f.verb);
		else if (m->handing(m->arg, err) < 0) {
			stop(h, true);
			return DELIVERED_FAILED_TEMP;
		} else if (tell_go(h, m, err) == 0) {
			told_go = true;
			continue;
		}
		return lost(h, told_go, err);
	}
}

/* Starts the helper where none runs.  -1: *result and err tell. */
static int
ready(struct helper *h, enum delivered *result, struct err *err)
{
	*result = DELIVERED_FAILED_TEMP;
	if (h->child.pid != 0)
		return 0;
	if (start(h, err) < 0)
		return -1;
	if (tell_server(h, err) == 0)
		return 0;
	*result = lost(h, false, err);
	return -1;
}

int
deliver_smtp_check(void *state, struct err *err)
{
	/* Answered as a mail is; nothing is handed over. */
	const struct delivery_mail none = {.id = "check"};
	char answer[DELIVERY_ANSWER];
	struct helper *h = state;
	enum delivered result;
	struct arena *arena;
	struct frame f;

	if (ready(h, &result, err) < 0)
		return -1;
	frame_begin(&f, "check");
	frame_set(&f, "id", none.id);
	if (frame_write(h->child.to, &f, err) < 0 && err->code != EX_IOERR) {
		lost(h, false, err);
		return -1;
	}
	arena = arena_new();
	result = hear(h, arena, &none, answer, err);
	arena_free(arena);
	return result == DELIVERED_SENT ? 0 : -1;
}

enum delivered
deliver_smtp_send(void *state, const struct delivery_mail *m,
    char answer[DELIVERY_ANSWER], struct err *err)
{
	struct helper *h = state;
	enum delivered result;
	struct arena *arena;

	if (ready(h, &result, err) < 0)
		return result;
	/* When it is gone, what it said last tells why. */
	if (tell_mail(h, m, err) < 0 && err->code != EX_IOERR)
		return lost(h, false, err);
	arena = arena_new();
	result = hear(h, arena, m, answer, err);
	arena_free(arena);
	return result;
}
