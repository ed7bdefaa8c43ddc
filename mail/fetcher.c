/* See fetcher.h, and fetch.c for the frames. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "mail/child.h"
#include "mail/fetcher.h"
#include "mail/frame.h"

enum { MAIL_MOST = 65 * 1024 * 1024, STEP_MS = 50 };

struct fetcher {
	struct child helper;
	struct frame_reader *in;
	struct buf out; /* not yet written */
	char *name; /* owned */
	uint32_t uidvalidity; /* of the mailbox as opened */
	uint32_t known; /* the UID from which the next session begins */
	uint32_t first, last; /* that are being fetched */
	bool over;
};

/* ---- starting ---- */

struct number {
	char text[24];
};

static void
set_number(struct frame *f, const char *key, uint64_t n, struct number *room)
{
	if (n == 0)
		return;
	snprintf(room->text, sizeof(room->text), "%llu", (unsigned long long)n);
	frame_set(f, key, room->text);
}

static int
tell_plan(struct fetcher *f, const struct fetch_settings *s, struct err *e)
{
	struct number n[6];
	struct buf skip = {0};
	struct frame frame;
	int result;

	for (size_t i = 0; i < s->skips; i++)
		buf_printf(&skip, "%s%lu", i > 0 ? "," : "",
		    (unsigned long)s->skip[i]);
	frame_begin(&frame, "fetch");
	frame_set(&frame, "url", s->url);
	frame_set(&frame, "password", s->password);
	frame_set(&frame, "token", s->token);
	frame_set(&frame, "ca", s->ca_file);
	frame_set(&frame, "pin", s->pin);
	frame_set(&frame, "filed", s->filed);
	frame_set(&frame, "since", s->since);
	frame_set(&frame, "mode", s->idle ? "idle" : "once");
	frame_set(&frame, "skip", s->skips > 0 ? skip.p : NULL);
	set_number(&frame, "uidvalidity", s->uidvalidity, &n[0]);
	set_number(&frame, "uidnext", s->uidnext, &n[1]);
	set_number(&frame, "timeout", (uint64_t)s->timeout_s, &n[2]);
	set_number(&frame, "session", (uint64_t)s->session_s, &n[3]);
	set_number(&frame, "wait", (uint64_t)s->wait_s, &n[4]);
	set_number(&frame, "batch", s->batch, &n[5]);
	result = frame_write(f->helper.to, &frame, e);
	buf_free(&skip);
	return result;
}

/* Waits for the end of the helper and says what that was. */
static int
helper_ended(struct fetcher *f, struct err *e)
{
	int status = 0;

	if (f->helper.pid > 0) {
		while (waitpid(f->helper.pid, &status, 0) < 0 && errno == EINTR)
			;
		f->helper.pid = 0;
	}
	if (WIFSIGNALED(status))
		err_set(e, EX_SOFTWARE,
		    "promised-fetch died by signal %d (%s); no mail is lost: "
		    "it is fetched again by the next session. Please report it",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == EX_TEMPFAIL)
		err_set(e, EX_TEMPFAIL,
		    "promised-fetch ran out of memory; it is tried again "
		    "later");
	else
		err_set(e, EX_SOFTWARE,
		    "promised-fetch ended with status %d before it said that "
		    "it was done; no mail is lost. Please report it",
		    WEXITSTATUS(status));
	return -1;
}

struct fetcher *
fetcher_open(const struct fetch_settings *s, struct err *e)
{
	struct fetcher *f = mem_alloc(sizeof(*f));
	bool started;

	memset(f, 0, sizeof(*f));
	f->name = strdup(s->name == NULL ? s->url : s->name);
	signal(SIGPIPE, SIG_IGN);
	started = child_start(&f->helper, s->program, e) == 0;
	if (started && tell_plan(f, s, e) == 0) {
		/* From here on nobody may wait for a helper that waits. */
		fcntl(f->helper.to, F_SETFL, O_NONBLOCK);
		f->in = frame_reader_new(f->helper.from, MAIL_MOST);
		return f;
	}
	if (started && e->code == EX_IOERR) /* it is gone already */
		helper_ended(f, e);
	err_prefix(e, "mailbox %s", f->name);
	fetcher_close(f, 0);
	return NULL;
}

/* ---- speaking ---- */

/* Writes what the pipe takes now; the rest stays in out. */
static void
flush_out(struct fetcher *f)
{
	ssize_t n;

	while (f->out.len > 0 && f->helper.to >= 0) {
		n = write(f->helper.to, f->out.p, f->out.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) /* it is gone; fetcher_next() finds out why */
			buf_clear(&f->out);
		else {
			f->out.len -= (size_t)n;
			memmove(f->out.p, f->out.p + n, f->out.len);
		}
	}
}

void
fetcher_filed(struct fetcher *f, const struct fetched *mail)
{
	struct number validity, uid;
	struct frame frame;

	frame_begin(&frame, "filed");
	set_number(&frame, "uidvalidity", mail->uidvalidity, &validity);
	set_number(&frame, "uid", mail->uid, &uid);
	frame_print_line(&f->out, &frame);
	flush_out(f);
}

/* ---- hearing ---- */

static uint64_t
number_of(const struct frame *frame, const char *key)
{
	const char *text = frame_get(frame, key);

	return text == NULL ? 0 : strtoull(text, NULL, 10);
}

static void
describe(
    const struct fetcher *f, const struct frame *frame, struct fetched *got)
{
	const char *date = frame_get(frame, "internaldate");

	memset(got, 0, sizeof(*got));
	got->uidvalidity = f->uidvalidity;
	got->uid = (uint32_t)number_of(frame, "uid");
	got->size = number_of(frame, "size");
	got->raw = frame->bytes;
	got->has_date = date != NULL && moment_parse(date, &got->internaldate);
	got->flags = frame_get(frame, "flags");
	got->text = frame_get(frame, "text");
	if (got->flags == NULL)
		got->flags = "";
	if (got->text == NULL)
		got->text = "";
}

static enum fetch_event
on_mailbox(struct fetcher *f, const struct frame *frame)
{
	f->uidvalidity = (uint32_t)number_of(frame, "uidvalidity");
	f->known = (uint32_t)number_of(frame, "next");
	return FETCH_TIMEOUT;
}

static enum fetch_event
on_asking(struct fetcher *f, const struct frame *frame)
{
	f->first = (uint32_t)number_of(frame, "first");
	f->last = (uint32_t)number_of(frame, "last");
	/* Everything below has been handed out. */
	f->known = f->first;
	return FETCH_TIMEOUT;
}

static enum fetch_event
on_quiet(struct fetcher *f, const struct frame *frame)
{
	f->known = (uint32_t)number_of(frame, "next");
	f->first = f->last = 0;
	return strcmp(frame->verb, "done") == 0 ? FETCH_DONE : FETCH_QUIET;
}

/* FETCH_TIMEOUT stands for: nothing for the caller, go on. */
static enum fetch_event
take(struct fetcher *f, const struct frame *frame, struct fetched *got,
    struct err *e)
{
	const char *verb = frame->verb;

	if (strcmp(verb, "mailbox") == 0)
		return on_mailbox(f, frame);
	if (strcmp(verb, "asking") == 0)
		return on_asking(f, frame);
	if (strcmp(verb, "idle") == 0 || strcmp(verb, "done") == 0)
		return on_quiet(f, frame);
	describe(f, frame, got);
	if (strcmp(verb, "mail") == 0)
		return FETCH_MAIL;
	if (strcmp(verb, "skipped") == 0)
		return FETCH_SKIPPED;
	if (strcmp(verb, "note") == 0)
		return FETCH_NOTE;
	if (strcmp(verb, "fault") == 0)
		err_set(e, (int)number_of(frame, "code"), "%s", got->text);
	else
		err_set(e, EX_SOFTWARE,
		    "promised-fetch says %.40s, which promised does not know; "
		    "are both of one version?",
		    verb);
	return FETCH_FAILED;
}

/* Waits for words of the helper, writing to it meanwhile. */
static bool
words_come(struct fetcher *f, int64_t until)
{
	struct pollfd p[2];
	int64_t left;

	for (;;) {
		flush_out(f);
		p[0] = (struct pollfd){f->helper.from, POLLIN, 0};
		p[1] = (struct pollfd){
		    f->out.len > 0 ? f->helper.to : -1, POLLOUT, 0};
		left = until < 0 ? -1 : until - monotonic_ms();
		if (until >= 0 && left < 0)
			left = 0;
		if (poll(p, 2, (int)left) == 0)
			return false;
		if (p[0].revents != 0)
			return true;
		if (until >= 0 && monotonic_ms() >= until)
			return false;
	}
}

enum fetch_event
fetcher_next(struct fetcher *f, struct arena *m, struct fetched *got,
    int timeout_ms, struct err *e)
{
	int64_t until = timeout_ms < 0 ? -1 : monotonic_ms() + timeout_ms;
	enum fetch_event event = FETCH_TIMEOUT;
	struct frame frame;
	int n;

	if (f->over)
		return FETCH_DONE;
	while (event == FETCH_TIMEOUT) {
		n = frame_read(f->in, m, &frame, 0, e);
		if (n > 0)
			event = take(f, &frame, got, e);
		else if (n < 0 && e->code == EX_TEMPFAIL) {
			if (!words_come(f, until))
				return FETCH_TIMEOUT;
		} else {
			if (n == 0)
				helper_ended(f, e);
			event = FETCH_FAILED;
		}
	}
	f->over = event == FETCH_FAILED || event == FETCH_DONE;
	if (event == FETCH_FAILED)
		err_prefix(e, "mailbox %s", f->name);
	return event;
}

void
fetcher_known(const struct fetcher *f, uint32_t *uidvalidity, uint32_t *uidnext)
{
	*uidvalidity = f->known == 0 ? 0 : f->uidvalidity;
	*uidnext = f->known;
}

void
fetcher_asking(const struct fetcher *f, uint32_t *first, uint32_t *last)
{
	*first = f->first;
	*last = f->last;
}

int
fetcher_fd(const struct fetcher *f)
{
	return f->helper.from;
}

/* ---- ending ---- */

/* Whether the helper has ended by then; takes off what it still says. */
static bool
wait_for_end(struct fetcher *f, int64_t until)
{
	char rest[4096];
	struct pollfd p = {f->helper.from, POLLIN, 0};
	int64_t left;

	while (waitpid(f->helper.pid, NULL, WNOHANG) == 0) {
		left = until - monotonic_ms();
		if (left <= 0)
			return false;
		flush_out(f);
		if (f->out.len == 0 && f->helper.to >= 0) {
			close(f->helper.to);
			f->helper.to = -1;
		}
		/* The end of its output comes with its own. */
		if (poll(&p, 1, left < STEP_MS ? (int)left : STEP_MS) > 0 &&
		    read(f->helper.from, rest, sizeof(rest)) == 0)
			return waitpid(f->helper.pid, NULL, 0) > 0;
	}
	return true;
}

void
fetcher_close(struct fetcher *f, int grace_ms)
{
	if (f == NULL)
		return;
	if (f->helper.pid > 0) {
		buf_puts(&f->out, "stop\n");
		if (wait_for_end(f, monotonic_ms() + grace_ms))
			f->helper.pid = 0;
	}
	child_kill(&f->helper);
	frame_reader_free(f->in);
	buf_free(&f->out);
	free(f->name);
	free(f);
}
