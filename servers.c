/* See servers.h: mail comes in from the mailboxes of the configuration. */
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/datadir.h"
#include "base/date.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "cases/letter.h"
#include "cases/mailbox.h"
#include "importing.h"
#include "mail/fetcher.h"
#include "mail/source.h"
#include "sending.h"
#include "servers.h"

enum {
	CLOSE_MS = 5000, /* to mark what is filed, when a session ends */
	FOLDER_MS = 10000, /* how often a folder is looked at */
	RETRY_FIRST_MS = 5000, /* after a failure; doubled each time ... */
	RETRY_LAST_MS = 30 * 60 * 1000, /* ... up to half an hour */
	TRIES = 3, /* a mail that ends the session each time; a login */
	SESSIONS_MOST = 30, /* of one pass, which go on past such mails */
	HOUR = 60 * 60,
	SLACK = 60 /* seconds: clocks of file systems, and ours */
};

/*
 * A mail at which sessions end again and again, because the server chokes on
 * it or the helper does, must not keep out those behind it: they are asked for
 * one by one, and that one is left on the server.
 */
struct trouble {
	struct arena *arena; /* of skip */
	uint32_t at; /* the UID; 0: none */
	int tries; /* sessions that ended there */
	uint32_t *skip; /* left alone from now on */
	size_t skips;
};

bool
mailbox_is_imap(const struct account *account)
{
	return strncasecmp(account->url, "imap", 4) == 0;
}

/* What the store calls this mailbox. */
static const char *
source_name(struct arena *a, const struct account *account)
{
	return arena_printf(a, "imap:%s", account->name);
}

/*
 * Three refused logins an hour at most, over all runs (cron may start one each
 * minute): more of them get accounts locked.  It is kept where the mailbox is,
 * as the hour's first second and a count.
 */
static int
login_tries(struct run *run, struct arena *a, const struct account *account,
    uint32_t *since, uint32_t *count, struct err *err)
{
	int64_t now = (int64_t)time(NULL);

	if (mailbox_known(run->store, run->owner,
		arena_printf(a, "login:%s", account->name), since, count,
		err) != 0)
		return -1;
	if (*since > now || now - *since >= HOUR) {
		*since = (uint32_t)now;
		*count = 0;
	}
	return 0;
}

static int
may_log_in(struct run *run, struct arena *a, const struct account *account,
    struct err *err)
{
	uint32_t since, count;

	if (login_tries(run, a, account, &since, &count, err) != 0)
		return -1;
	if (count < TRIES)
		return 0;
	return err_set(err, EX_NOPERM,
	    "mailbox %s: refused %d times within the hour, and left alone for "
	    "the rest of it so that the account is not locked; correct "
	    "password or oauth, then `promised doctor` tries at once",
	    account->name, TRIES);
}

/* One more, or none any more. */
static void
note_login(struct run *run, const struct account *account, bool refused)
{
	struct arena *a = arena_new();
	uint32_t since, count;
	struct err err = {0};

	if (login_tries(run, a, account, &since, &count, &err) != 0 ||
	    mailbox_remember(run->store, run->owner,
		arena_printf(a, "login:%s", account->name), since,
		refused ? count + 1 : 0, &err) != 0)
		log_warn("mailbox %s: %s", account->name, err.text);
	arena_free(a);
}

/* trouble is NULL for a mere probe, as of a mailbox that was never read. */
static struct fetcher *
fetcher_start(struct run *run, const struct account *account,
    const struct trouble *trouble, bool idle, struct err *err)
{
	struct arena *a = arena_new();
	struct fetch_settings s = {
	    .program = datadir_program(a, "promised-fetch"),
	    .name = account->name,
	    .url = account->url,
	    .ca_file = account->ca,
	    .pin = account->pin,
	    .filed = run->options.dry_run ? NULL : account->filed_folder,
	    .since = account->since,
	    .idle = idle,
	};
	struct fetcher *f = NULL;
	char *secret = NULL;
	bool is_token;

	if (trouble != NULL) {
		s.batch = trouble->at != 0 ? 1 : 0;
		s.skip = trouble->skip;
		s.skips = trouble->skips;
	}
	if ((trouble == NULL ||
		mailbox_known(run->store, run->owner, source_name(a, account),
		    &s.uidvalidity, &s.uidnext, err) == 0) &&
	    account_secret(a, account, &is_token, &secret, err) == 0) {
		s.password = is_token ? NULL : secret;
		s.token = is_token ? secret : NULL;
		f = fetcher_open(&s, err);
	}
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	arena_free(a);
	return f;
}

static int
file_fetched(struct run *run, struct arena *a, const struct account *account,
    const struct fetched *got, struct counts *counts, struct err *err)
{
	struct arrival arrival = {
	    .raw = got->raw,
	    .source = source_name(a, account),
	    .uidvalidity = got->uidvalidity,
	    .uid = got->uid,
	    .received = got->has_date ? got->internaldate.utc : run->now.utc,
	};
	struct filed filed;

	counts->seen++;
	if (file_message(run, a, &arrival, NULL, &filed, err) != 0) {
		counts->failed++;
		return err_prefix(err, "mailbox %s: mail %u", account->name,
		    (unsigned)got->uid);
	}
	counts_add(counts, &filed);
	return 0;
}

/* Remembers how far the mailbox is read, once that is committed. */
static int
remember(struct run *run, struct arena *a, const struct account *account,
    const struct fetcher *f, struct err *err)
{
	uint32_t uidvalidity, uidnext;

	fetcher_known(f, &uidvalidity, &uidnext);
	if (uidvalidity == 0)
		return 0;
	return mailbox_remember(run->store, run->owner, source_name(a, account),
	    uidvalidity, uidnext, err);
}

/*
 * Takes one event.  Returns the event, or FETCH_FAILED when what it brought
 * could not be filed: the session ends, and another one brings it again.
 */
static enum fetch_event
take_event(struct run *run, struct arena *a, const struct account *account,
    struct fetcher *f, int timeout_ms, struct counts *counts, struct err *err)
{
	struct fetched got;
	enum fetch_event event = fetcher_next(f, a, &got, timeout_ms, err);

	switch (event) {
	case FETCH_MAIL:
		if (file_fetched(run, a, account, &got, counts, err) != 0)
			return FETCH_FAILED;
		if (!run->options.dry_run)
			fetcher_filed(f, &got);
		break;
	case FETCH_SKIPPED:
		log_warn("mailbox %s: mail %u of %llu bytes stays on the "
			 "server: %s",
		    account->name, (unsigned)got.uid,
		    (unsigned long long)got.size, got.text);
		break;
	case FETCH_NOTE:
		log_info("mailbox %s: %s", account->name, got.text);
		break;
	case FETCH_QUIET:
	case FETCH_DONE:
		if (remember(run, a, account, f, err) != 0)
			return FETCH_FAILED;
		break;
	case FETCH_TIMEOUT:
	case FETCH_FAILED:
		break;
	}
	return event;
}

static void
skip_mail(struct trouble *t, const char *why)
{
	uint32_t *grown =
	    arena_grow(t->arena, t->skip, t->skips, sizeof(*grown));

	grown[t->skips++] = t->at;
	t->skip = grown;
	log_warn("%s; so it went %d times at mail %u, which is left out from "
		 "now on",
	    why, TRIES, (unsigned)t->at);
}

/*
 * A session failed.  Whether it did so at a mail: then the next one begins
 * there, and asks for one mail at a time.
 */
static bool
take_failure(struct run *run, struct trouble *t, const struct account *account,
    const struct fetcher *f, const struct err *why)
{
	struct arena *a = arena_new();
	uint32_t first = 0, last = 0;
	struct err err = {0};

	if (why->code == EX_NOPERM && !run->options.dry_run)
		note_login(run, account, true);
	if (f != NULL)
		fetcher_asking(f, &first, &last);
	/* All below that one is committed. */
	if (first != 0 && !run->options.dry_run &&
	    remember(run, a, account, f, &err) != 0)
		first = 0;
	arena_free(a);
	if (first == 0)
		return false;
	if (first != t->at)
		t->tries = 0;
	t->at = first;
	if (++t->tries >= TRIES && first == last) {
		skip_mail(t, why->text);
		t->tries = 0;
	}
	return true;
}

/* One session. */
static int
read_session(struct run *run, const struct account *account,
    struct trouble *trouble, bool *again, struct counts *counts,
    struct err *err)
{
	struct arena *a = arena_new();
	struct fetcher *f = fetcher_start(run, account, trouble, false, err);
	enum fetch_event event = f == NULL ? FETCH_FAILED : FETCH_MAIL;

	while (event != FETCH_DONE && event != FETCH_FAILED) {
		event = take_event(run, a, account, f, -1, counts, err);
		arena_reset(a);
	}
	*again = event == FETCH_FAILED &&
		 take_failure(run, trouble, account, f, err);
	fetcher_close(f, CLOSE_MS);
	arena_free(a);
	return event == FETCH_DONE ? 0 : -1;
}

static int
read_imap(struct run *run, const struct account *account, struct counts *counts,
    struct err *err)
{
	struct trouble trouble = {.arena = arena_new()};
	int rc = may_log_in(run, trouble.arena, account, err), i;
	bool again = rc == 0;

	for (i = 0; again && i < SESSIONS_MOST; i++)
		rc = read_session(run, account, &trouble, &again, counts, err);
	arena_free(trouble.arena);
	return rc;
}

/*
 * What of a folder need not be read again.  The store keeps when the last pass
 * that came through began (and when the first one did): only files changed
 * since then are read.  `since` says which of those there were before.
 */
static int
folder_since(struct run *run, const struct account *account, int64_t now,
    uint32_t *first, struct source_since *since, struct err *err)
{
	const char *from = account->since;
	bool from_now = from != NULL && strcmp(from, "now") == 0;
	uint32_t last;
	day_t day;

	*since = (struct source_since){0};
	if (mailbox_known(
		run->store, run->owner, account->url, first, &last, err) != 0)
		return -1;
	if (*first == 0)
		*first = (uint32_t)now;
	if (last != 0 && last <= now) /* else the clock was set back */
		since->changed = (int64_t)last - SLACK;
	if (from_now && since->changed < *first)
		since->changed = *first;
	/* An mbox is one file; there the mail's own time tells. */
	if (from_now && strncmp(account->url, "mbox", 4) == 0)
		since->received = *first;
	if (from == NULL || from_now || strcmp(from, "all") == 0)
		return 0;
	if (!day_parse(from, &day))
		return err_set(err, EX_CONFIG,
		    "since is all, now or a day like 2026-03-09");
	since->received = (int64_t)day * 24 * HOUR - run->now.offset;
	return 0;
}

static int
read_folder(struct run *run, const struct account *account,
    struct counts *counts, struct err *err)
{
	int64_t now = (int64_t)time(NULL); /* as files are stamped */
	struct source *source = source_open(account->url, err);
	struct source_since since;
	uint32_t first;
	int rc;

	if (source == NULL)
		return err_prefix(err, "mailbox %s", account->name);
	rc = folder_since(run, account, now, &first, &since, err);
	if (rc == 0) {
		source_since(source, since);
		rc = file_source(
		    run, source, account->filed_folder, counts, err);
	}
	source_close(source);
	if (rc == 0 && !run->options.dry_run)
		rc = mailbox_remember(run->store, run->owner, account->url,
		    first, (uint32_t)now, err);
	return rc == 0 ? 0 : err_prefix(err, "mailbox %s", account->name);
}

int
mailbox_read(struct run *run, const struct account *account,
    struct counts *counts, struct err *err)
{
	if (mailbox_is_imap(account))
		return read_imap(run, account, counts, err);
	return read_folder(run, account, counts, err);
}

/* --- watching --- */

struct watched {
	const struct account *account;
	struct fetcher *fetcher; /* NULL: not connected, or no IMAP */
	struct trouble trouble;
	int notify; /* source_watch() of a folder; -1: none */
	int64_t next; /* monotonic ms: when to look or try again */
	int retry_ms;
};

struct watch {
	struct run *run;
	struct arena *arena; /* of the mail that is being filed */
	struct watched *v;
	struct pollfd *fds; /* one for each of v, and watch_wait()'s */
	size_t n;
};

struct watch *
watch_open(struct run *run)
{
	struct watch *w = arena_alloc(run->arena, sizeof(*w));
	size_t i;

	w->run = run;
	w->arena = arena_new();
	w->n = run->settings.mailbox_count;
	w->v = arena_calloc(run->arena, w->n, sizeof(*w->v));
	w->fds = arena_calloc(run->arena, w->n + 1, sizeof(*w->fds));
	for (i = 0; i < w->n; i++) {
		w->v[i].account = &run->settings.mailboxes[i];
		w->v[i].trouble.arena = run->arena;
		w->v[i].notify = -1;
	}
	return w;
}

static void
disconnect(struct watched *m)
{
	fetcher_close(m->fetcher, CLOSE_MS);
	m->fetcher = NULL;
	if (m->notify >= 0)
		close(m->notify);
	m->notify = -1;
}

/* Failed: told in the log, and left alone for a while. */
static void
put_off(struct watched *m, const struct err *err)
{
	if (m->retry_ms == 0)
		m->retry_ms = RETRY_FIRST_MS;
	else if (m->retry_ms < RETRY_LAST_MS)
		m->retry_ms *= 2;
	/* A refused password must not be tried until the account is locked. */
	if (err->code == EX_NOPERM || err->code == EX_CONFIG)
		m->retry_ms = RETRY_LAST_MS;
	m->next = monotonic_ms() + m->retry_ms;
	log_warn("%s; trying again in %d s", err->text, m->retry_ms / 1000);
	disconnect(m);
}

/* All that an idle session has for us right now. */
static size_t
drain(struct watch *w, struct watched *m)
{
	struct counts counts = {0};
	struct err err = {0};
	enum fetch_event event;

	do {
		event = take_event(
		    w->run, w->arena, m->account, m->fetcher, 0, &counts, &err);
		arena_reset(w->arena);
		if (event == FETCH_QUIET) {
			m->retry_ms = 0;
			m->trouble.at = 0;
		}
	} while (event != FETCH_TIMEOUT && event != FETCH_FAILED &&
		 event != FETCH_DONE);
	if (event == FETCH_DONE)
		err_set(&err, EX_UNAVAILABLE, "mailbox %s: the session ended",
		    m->account->name);
	/* At a mail: soon again, it will be left out in the end. */
	if (event == FETCH_FAILED &&
	    take_failure(w->run, &m->trouble, m->account, m->fetcher, &err))
		m->retry_ms = 0;
	if (event != FETCH_TIMEOUT)
		put_off(m, &err);
	return counts.seen;
}

/* Its descriptor is readable. */
static size_t
take_news(struct watch *w, struct watched *m)
{
	if (m->fetcher != NULL)
		return drain(w, m);
	source_watch_clear(m->notify);
	m->next = 0; /* a look at the folder is due */
	return 0;
}

/* Looks at a folder, or connects, when it is time; returns mails filed. */
static size_t
attend(struct watch *w, struct watched *m, int64_t now)
{
	struct counts counts = {0};
	struct err err = {0};

	if (m->fetcher != NULL || now < m->next)
		return 0;
	if (mailbox_is_imap(m->account)) {
		if (may_log_in(w->run, w->arena, m->account, &err) == 0)
			m->fetcher = fetcher_start(
			    w->run, m->account, &m->trouble, true, &err);
		arena_reset(w->arena);
		if (m->fetcher == NULL)
			put_off(m, &err);
		return 0;
	}
	m->next = now + FOLDER_MS;
	/* Before the look, so that nothing comes unseen in between. */
	if (m->notify < 0)
		m->notify = source_watch(m->account->url);
	if (read_folder(w->run, m->account, &counts, &err) != 0)
		put_off(m, &err);
	return counts.filed + counts.unfiled;
}

void
watch_wait(struct watch *w, int timeout_ms, int until_fd)
{
	int64_t end = monotonic_ms() + timeout_ms;
	size_t i, mails = 0;

	w->fds[w->n] = (struct pollfd){until_fd, POLLIN, 0};
	while (mails == 0 && w->fds[w->n].revents == 0) {
		int64_t now = monotonic_ms(), until = end;

		if (now >= end)
			break;
		for (i = 0; i < w->n; i++) {
			struct watched *m = &w->v[i];

			mails += attend(w, m, now);
			w->fds[i].fd = m->fetcher == NULL
					   ? m->notify
					   : fetcher_fd(m->fetcher);
			w->fds[i].events = POLLIN;
			if (m->fetcher == NULL && m->next < until)
				until = m->next;
		}
		if (mails > 0)
			break;
		if (poll(w->fds, (nfds_t)w->n + 1,
			until > now ? (int)(until - now) : 0) <= 0)
			continue;
		for (i = 0; i < w->n; i++)
			if (w->fds[i].fd >= 0 && w->fds[i].revents != 0)
				mails += take_news(w, &w->v[i]);
	}
}

void
watch_close(struct watch *w)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		disconnect(&w->v[i]);
	arena_free(w->arena);
}

/* --- doctor --- */

static int
check_imap(struct run *run, const struct account *account, struct err *err)
{
	struct account probe = *account;
	struct arena *a = arena_new();
	struct fetcher *f;
	struct fetched got;
	enum fetch_event event = FETCH_FAILED;

	/* "now" on a mailbox that was never read: nothing is fetched. */
	probe.since = "now";
	probe.filed_folder = NULL;
	f = fetcher_start(run, &probe, NULL, false, err);
	if (f != NULL)
		event = fetcher_next(f, a, &got, -1, err);
	fetcher_close(f, CLOSE_MS);
	arena_free(a);
	if (event == FETCH_FAILED)
		return -1;
	/* Mended: those tries count no more. */
	if (run->owner != 0)
		note_login(run, account, false);
	return 0;
}

int
mailbox_check(struct run *run, const struct account *account, struct err *err)
{
	struct source *source;

	if (mailbox_is_imap(account))
		return check_imap(run, account, err);
	source = source_open(account->url, err);
	if (source == NULL)
		return err_prefix(err, "mailbox %s", account->name);
	source_close(source);
	return 0;
}
