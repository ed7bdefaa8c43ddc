/*
 * once: one pass; run: passes without end, with waiting in between.
 *
 * A pass goes on with what a crash left, files what came, and sends what is
 * due.  One at a time for each owner: a lock beside the store keeps the second
 * one out.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/zone.h"
#include "cases/obligation.h"
#include "filing.h"
#include "leaving.h"
#include "publishing.h"
#include "sending.h"
#include "servers.h"
#include "vouching.h"
#include "waiting.h"

enum {
	POLL_MOST_MS = 15 * 60 * 1000,
	BUSY_MS = 1000, /* until the next look, while mail leaves */
	HELD_MS = 60 * 1000 /* while what is due may not leave */
};

/*
 * The lock is on a file of its own: SQLite has its locks on the store's.  It
 * ends with the process, however that ends.  The descriptor stays open.
 */
static int
lock_store(struct run *run, struct err *err)
{
	char *path = arena_printf(
	    run->arena, "%s.%" PRId64 ".lock", run->settings.store, run->owner);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_errno(err, "%s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	close(fd);
	return err_set(err, EX_TEMPFAIL,
	    "another promised is at work on %s; this one leaves it to that",
	    run->settings.store);
}

/* A new holiday table moves the due dates that rest on it. */
static int
recompute(struct run *run, struct err *err)
{
	struct arena *a = arena_new();
	int moved = -1;

	if (store_begin(run->store, err) == 0) {
		moved = obligations_recompute(run->store, run->owner, a,
		    run->calendars, run->now.utc, err);
		if (moved < 0 || store_commit(run->store, err) != 0) {
			store_rollback(run->store);
			moved = -1;
		}
	}
	if (moved > 0)
		log_info("%d due dates moved with the calendar", moved);
	arena_free(a);
	return moved < 0 ? -1 : 0;
}

static void
report_pass(const struct counts *c, size_t sent)
{
	if (c->seen > 0 || sent > 0)
		log_info("%zu mails: %zu in cases, %zu unfiled, %zu seen "
			 "before; %zu sent",
		    c->seen, c->filed, c->unfiled, c->duplicates, sent);
}

/* One mailbox that cannot be read does not stop the others; the first such
 * fault is told last. */
static int
read_mailboxes(struct run *run, struct counts *counts, struct err *err)
{
	struct settings *s = &run->settings;
	struct err first = {0};
	size_t i;

	for (i = 0; i < s->mailbox_count; i++) {
		struct err e = {0};

		if (mailbox_read(run, &s->mailboxes[i], counts, &e) == 0)
			continue;
		if (first.code != 0)
			log_error("%s", e.text);
		else
			first = e;
	}
	*err = first;
	return first.code == 0 ? 0 : -1;
}

/* What was not finished when it came. */
static int
go_on(struct run *run, struct counts *counts, struct err *err)
{
	return file_waiting(run, NULL, err) != 0 ||
		       left_file(run, counts, err) != 0
		   ? -1
		   : 0;
}

int
command_once(struct run *run, struct err *err)
{
	struct counts counts = {0};
	struct err unread = {0};
	size_t sent = 0;
	int rc;

	if (lock_store(run, err) != 0 || recompute(run, err) != 0 ||
	    go_on(run, &counts, err) != 0)
		return -1;
	/* What is due goes all the same; but the exit status tells. */
	rc = read_mailboxes(run, &counts, &unread);
	if (signatures_check(run, err) != 0 ||
	    send_due(run, NULL, &sent, err) != 0 || publish_due(run, err) != 0)
		return -1;
	report_pass(&counts, sent);
	*err = unread;
	return rc;
}

/* --- run --- */

static volatile sig_atomic_t stopping;
/* Readable from then on: a signal right before poll(2) would else be seen when
 * that has waited. */
static int stop_fd;

static void
on_signal(int number)
{
	const uint64_t one = 1;
	int was = errno;

	(void)number;
	stopping = 1;
	if (write(stop_fd, &one, sizeof(one)) < 0)
		errno = was; /* it is readable already */
}

static int
catch_signals(struct err *err)
{
	struct sigaction action = {.sa_handler = on_signal};

	stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop_fd < 0)
		return err_errno(err, "eventfd");
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	return 0;
}

/* sd_notify(3): one datagram to the socket that the manager named. */
static void
tell_manager(const char *what)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t n = path == NULL ? 0 : strlen(path);
	int fd;

	if (n == 0 || n >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, n);
	if (to.sun_path[0] == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, what, strlen(what), MSG_NOSIGNAL, (struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		log_warn("the service manager could not be told: %s",
		    strerror(errno));
	close(fd);
}

/* Under --now the rehearsed clock goes on from there. */
struct clock {
	int64_t given, started;
};

static int64_t
real_seconds(void)
{
	return (int64_t)time(NULL);
}

static void
advance(struct run *run, const struct clock *c)
{
	run->now = zone_moment(
	    run->settings.timezone, c->given + (real_seconds() - c->started));
}

/* How long to wait at most: until something planned is due.  What is due and
 * has not left is held back: by quiet hours, a ceiling or its server. */
static int
patience(struct run *run, size_t sent)
{
	struct err err = {0};
	int64_t next, seconds;

	if (send_next(run, &next, &err) != 0)
		return HELD_MS;
	seconds = next - run->now.utc;
	if (seconds < 1)
		return sent > 0 ? BUSY_MS : HELD_MS;
	return seconds > POLL_MOST_MS / 1000 ? POLL_MOST_MS
					     : (int)seconds * 1000;
}

/* look_fn.  An IDLE session may be behind by minutes, and at the start none
 * has told anything yet. */
static void
look(struct run *run)
{
	struct counts counts = {0};
	struct err err = {0};

	if (read_mailboxes(run, &counts, &err) != 0)
		log_warn("%s", err.text);
}

int
command_run(struct run *run, struct err *err)
{
	struct clock clock = {run->now.utc, real_seconds()};
	struct watch *watch;
	int rc = 0;

	if (lock_store(run, err) != 0 || recompute(run, err) != 0 ||
	    catch_signals(err) != 0)
		return -1;
	watch = watch_open(run);
	tell_manager("READY=1");
	log_info("at work on %s", run->settings.store);
	while (!stopping) {
		struct counts counts = {0};
		size_t sent = 0;

		advance(run, &clock);
		if (go_on(run, &counts, err) != 0 ||
		    signatures_check(run, err) != 0 ||
		    send_due(run, look, &sent, err) != 0 ||
		    publish_due(run, err) != 0) {
			/* Busy or full: that passes.  The rest does not. */
			if (err->code != EX_TEMPFAIL) {
				rc = -1;
				break;
			}
			log_warn("%s", err->text);
		}
		watch_wait(watch, patience(run, sent), stop_fd);
	}
	tell_manager("STOPPING=1");
	watch_close(watch);
	log_info("stopped");
	return rc;
}
