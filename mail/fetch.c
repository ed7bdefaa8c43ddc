/*
 * promised-fetch: reads one IMAP mailbox for promised, over a pipe.
 *
 * It has the socket and the password, and sees no store; promised has the
 * store, and sees no socket.  On fd 0 it reads frames (frame.h), the first of
 * which says what to do, and on fd 1 it writes frames; fd 2 is for the worst.
 *
 *	fetch url= password=|token=	imaps://user@host[:port][/INBOX], or
 *					imap:// with STARTTLS
 *	      [ca=FILE] [pin=SHA-256]	whom to trust (stream.h)
 *	      [uidvalidity= uidnext=]	as far as the mailbox is known
 *	      [since=all|now|DAY]	where to begin when it is not known
 *	      [filed=FOLDER|\Flag]	what becomes of filed mail
 *	      [mode=once|idle]		idle: stays and waits for mail
 *	      [timeout=] [session=]	seconds for a command, for all
 *	      [wait=]			seconds between two looks, at most 900
 *	      [batch=] [skip=1,2]	mails a command; UIDs to leave alone
 *	filed uidvalidity= uid=		it is safe in the store
 *	stop				(so does the end of the input, when all
 *					is told)
 *
 *	mailbox uidvalidity= next=	opened; mails with next <= UID follow
 *	asking first= last=		these UIDs are being fetched; all that
 *					are lower have been told
 *	mail uid= size= [internaldate=] flags= +N	one mail, by rising UID
 *	skipped uid= size= text=	one that stays on the server, and why
 *	note text=			something that the owner should know
 *	idle next=			all is told; more comes when there is
 *	done next=			all is told, and that was all
 *	fault code= text=		it is over; code as in sysexits.h
 *
 * Whatever happens, mail stays on the server: nothing is expunged or flagged
 * \Deleted.  Plain text is spoken only to a loopback address that stands in
 * the url as an address (127.0.0.1, [::1]), and only where it offers no TLS.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/confine.h"
#include "base/err.h"
#include "mail/frame.h"
#include "mail/imap.h"
#include "mail/url.h"

enum {
	IN = STDIN_FILENO,
	OUT = STDOUT_FILENO,
	MEMORY_MOST = 512 * 1024 * 1024,
	BATCH_BYTES = 2 * 1024 * 1024,
	BATCH_MAILS = 200,
	WINDOW = 2000, /* UIDs that one listing spans, until some are empty */
	MARK_MAILS = 500,
	WAIT_MOST = 15 * 60 /* RFC 2177 allows 29 minutes; NAT often less */
};

struct plan {
	struct imap_account account;
	const char *mailbox;
	uint32_t uidvalidity; /* 0: the mailbox is not known */
	uint32_t next; /* the lowest UID that is not known */
	enum { SINCE_ALL, SINCE_NOW, SINCE_DAY } since;
	day_t since_day;
	const char *filed; /* NULL: mail stays as it is */
	bool idle;
	int wait_s;
	uint32_t batch;
	uint32_t *skip; /* sorted */
	size_t skips;
};

struct run {
	struct plan plan;
	struct imap *imap;
	struct frame_reader *in;
	struct arena *heard; /* for one frame of promised */
	struct arena *window; /* for one listing */
	uint32_t *filed; /* to be marked; of the mailbox as it is now */
	size_t fileds;
	bool by_day; /* the first look leaves out mail before since_day */
	bool ended; /* nothing more will be heard */
	bool stop;
};

/* ---- the first frame ---- */

static int
number(const struct frame *f, const char *key, uint32_t least, uint32_t most,
    uint32_t *out, struct err *e)
{
	const char *text = frame_get(f, key);
	unsigned long long n;
	char *end;

	if (text == NULL)
		return 0;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 ||
	    n < least || n > most)
		return err_set(e, EX_USAGE, "%s=%s is not between %lu and %lu",
		    key, text, (unsigned long)least, (unsigned long)most);
	*out = (uint32_t)n;
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
parse_skip(struct arena *m, const char *text, struct plan *p)
{
	char *end;

	while (text != NULL && *text >= '0' && *text <= '9') {
		p->skip = arena_grow(m, p->skip, p->skips, sizeof(*p->skip));
		p->skip[p->skips++] = (uint32_t)strtoul(text, &end, 10);
		text = *end == ',' ? end + 1 : end;
	}
	if (p->skips > 0)
		qsort(p->skip, p->skips, sizeof(*p->skip), by_number);
}

static int
parse_account(
    struct arena *m, const struct frame *f, struct plan *p, struct err *e)
{
	struct imap_account *a = &p->account;
	const char *text = frame_get(f, "url");
	struct url u;

	if (text == NULL)
		return err_set(e, EX_USAGE, "the first frame has no url");
	if (url_parse(m, text, &u, e) != 0)
		return -1;
	a->implicit_tls = strcmp(u.scheme, "imaps") == 0;
	if (!a->implicit_tls && strcmp(u.scheme, "imap") != 0)
		return err_set(e, EX_CONFIG,
		    "the url must begin with imaps:// or imap://");
	a->user = u.user;
	a->host = u.host;
	a->port = u.port != NULL ? u.port : a->implicit_tls ? "993" : "143";
	a->plain_allowed = url_is_loopback(&u);
	a->password = frame_get(f, "password");
	a->token = frame_get(f, "token");
	a->ca_file = frame_get(f, "ca");
	a->pin = frame_get(f, "pin");
	p->mailbox = u.path[0] == '\0' ? "INBOX" : u.path;
	if (a->user == NULL || a->user[0] == '\0')
		return err_set(e, EX_CONFIG, "the url names no user");
	if ((a->password == NULL) == (a->token == NULL))
		return err_set(e, EX_CONFIG,
		    "there must be a password or an access token; set "
		    "password-command or oauth-command");
	return 0;
}

static int
parse_since(const char *text, struct plan *p, struct err *e)
{
	if (text == NULL || strcmp(text, "all") == 0)
		p->since = SINCE_ALL;
	else if (strcmp(text, "now") == 0)
		p->since = SINCE_NOW;
	else if (day_parse(text, &p->since_day))
		p->since = SINCE_DAY;
	else
		return err_set(e, EX_CONFIG,
		    "since = %s is neither all, now nor a day (2026-03-09)",
		    text);
	return 0;
}

static bool
is_flag(const char *filed)
{
	return filed[0] == '\\' || filed[0] == '$';
}

static int
parse_plan(
    struct arena *m, const struct frame *f, struct plan *p, struct err *e)
{
	const char *mode = frame_get(f, "mode");
	uint32_t timeout = 60, session = 4 * 3600, wait = 14 * 60;

	if (strcmp(f->verb, "fetch") != 0)
		return err_set(e, EX_USAGE, "the first frame is no fetch");
	p->filed = frame_get(f, "filed");
	p->idle = mode != NULL && strcmp(mode, "idle") == 0;
	p->batch = BATCH_MAILS;
	if (parse_account(m, f, p, e) != 0 ||
	    number(f, "uidvalidity", 0, UINT32_MAX, &p->uidvalidity, e) != 0 ||
	    number(f, "uidnext", 0, UINT32_MAX, &p->next, e) != 0 ||
	    number(f, "timeout", 1, 3600, &timeout, e) != 0 ||
	    number(f, "session", 1, 7 * 86400, &session, e) != 0 ||
	    number(f, "wait", 1, WAIT_MOST, &wait, e) != 0 ||
	    number(f, "batch", 1, BATCH_MAILS, &p->batch, e) != 0 ||
	    parse_since(frame_get(f, "since"), p, e) != 0)
		return -1;
	if (p->filed != NULL && is_flag(p->filed) &&
	    !imap_flag_allowed(p->filed))
		return err_set(e, EX_CONFIG,
		    "filed-folder = %s: mail is not flagged so; use \\Seen, "
		    "\\Flagged, a $Keyword or a folder",
		    p->filed);
	parse_skip(m, frame_get(f, "skip"), p);
	p->account.timeout_ms = (int)timeout * 1000;
	p->account.session_s = (int)session;
	p->wait_s = (int)wait;
	return 0;
}

/* Frames lie in memory of ours; const is for their readers. */
static void
wipe(const char *secret)
{
	void *memory;

	if (secret == NULL)
		return;
	memcpy(&memory, &secret, sizeof(memory));
	explicit_bzero(memory, strlen(secret));
}

/* ---- speaking ---- */

enum { DIGITS = 24 };

static const char *
digits(char out[DIGITS], uint64_t n)
{
	snprintf(out, DIGITS, "%llu", (unsigned long long)n);
	return out;
}

static int
say_told(const char *verb, const struct plan *p, struct err *e)
{
	char next[DIGITS];
	struct frame f;

	frame_begin(&f, verb);
	frame_set(&f, "next", digits(next, p->next));
	return frame_write(OUT, &f, e);
}

static int
say_note(const struct err *note, struct err *e)
{
	struct frame f;

	frame_begin(&f, "note");
	frame_set(&f, "text", note->text);
	return frame_write(OUT, &f, e);
}

static int
say_mailbox(const struct plan *p, struct err *e)
{
	char validity[DIGITS], next[DIGITS];
	struct frame f;

	frame_begin(&f, "mailbox");
	frame_set(&f, "uidvalidity", digits(validity, p->uidvalidity));
	frame_set(&f, "next", digits(next, p->next));
	return frame_write(OUT, &f, e);
}

static int
say_asking(uint32_t first, uint32_t last, struct err *e)
{
	char a[DIGITS], b[DIGITS];
	struct frame f;

	frame_begin(&f, "asking");
	frame_set(&f, "first", digits(a, first));
	frame_set(&f, "last", digits(b, last));
	return frame_write(OUT, &f, e);
}

static int
say_mail(const struct imap_entry *entry, struct slice body, struct err *e)
{
	char uid[DIGITS], size[DIGITS];
	char date[DATE_ROOM];
	struct frame f;

	frame_begin(&f, "mail");
	frame_set(&f, "uid", digits(uid, entry->uid));
	frame_set(&f, "size", digits(size, body.len));
	if (entry->has_date)
		frame_set(&f, "internaldate",
		    moment_print(entry->internaldate, date));
	frame_set(&f, "flags", entry->flags);
	f.has_bytes = true;
	f.bytes = body;
	return frame_write(OUT, &f, e);
}

static int
say_skipped(const struct imap_entry *entry, const char *why, struct err *e)
{
	char uid[DIGITS], size[DIGITS];
	struct frame f;

	frame_begin(&f, "skipped");
	frame_set(&f, "uid", digits(uid, entry->uid));
	frame_set(&f, "size", digits(size, entry->size));
	frame_set(&f, "text", why);
	return frame_write(OUT, &f, e);
}

/* ---- hearing ---- */

static void
note_filed(struct run *r, const struct frame *f)
{
	uint32_t validity = 0, uid = 0;
	struct err e;

	if (r->plan.filed == NULL ||
	    number(f, "uidvalidity", 1, UINT32_MAX, &validity, &e) != 0 ||
	    number(f, "uid", 1, UINT32_MAX, &uid, &e) != 0 || uid == 0 ||
	    validity != r->plan.uidvalidity)
		return;
	if ((r->fileds & (r->fileds - 1)) == 0)
		r->filed = mem_realloc(r->filed,
		    (r->fileds == 0 ? 1 : 2 * r->fileds) * sizeof(uint32_t));
	r->filed[r->fileds++] = uid;
}

/* Takes what promised has said; waits for the first of it if wanted. */
static int
hear(struct run *r, bool wait, struct err *e)
{
	struct frame f;
	int got;

	while (!r->ended && !r->stop) {
		arena_reset(r->heard);
		got = frame_read(r->in, r->heard, &f, wait ? -1 : 0, e);
		if (got < 0 && e->code == EX_TEMPFAIL)
			return 0;
		if (got < 0)
			return -1;
		wait = false;
		if (got == 0)
			r->ended = true;
		else if (strcmp(f.verb, "stop") == 0)
			r->stop = true;
		else if (strcmp(f.verb, "filed") == 0)
			note_filed(r, &f);
		else
			return err_set(
			    e, EX_USAGE, "no such word: %.40s", f.verb);
	}
	return 0;
}

/* Moves or flags what is filed.  A refusal is told once and ends marking. */
static int
mark_filed(struct run *r, struct err *e)
{
	struct err note;
	size_t done, n;
	int result = 0;

	if (r->fileds == 0)
		return 0;
	qsort(r->filed, r->fileds, sizeof(*r->filed), by_number);
	for (done = 0; done < r->fileds && result == 0; done += n) {
		n = r->fileds - done;
		if (n > MARK_MAILS)
			n = MARK_MAILS;
		result = is_flag(r->plan.filed)
			     ? imap_flag(r->imap, r->filed + done, n,
				   r->plan.filed, e)
			     : imap_move(r->imap, r->filed + done, n,
				   r->plan.filed, e);
	}
	r->fileds = 0;
	if (result == 0 || imap_is_over(r->imap))
		return result;
	r->plan.filed = NULL;
	note = *e;
	return say_note(&note, e);
}

/* ---- fetching ---- */

static bool
is_skipped(const struct plan *p, uint32_t uid)
{
	return p->skips > 0 &&
	       bsearch(&uid, p->skip, p->skips, sizeof(uid), by_number) != NULL;
}

/* Mail that is older than the day from which on the owner wants it: it may
 * have a higher UID than younger mail when it was moved here. */
static bool
is_too_old(const struct run *r, const struct imap_entry *entry)
{
	return r->by_day && entry->has_date &&
	       moment_day(entry->internaldate) < r->plan.since_day;
}

static void
leave_out_old(const struct run *r, struct imap_entries *list)
{
	size_t n = 0;

	for (size_t k = 0; k < list->n; k++)
		if (!is_too_old(r, &list->v[k]))
			list->v[n++] = list->v[k];
	list->n = n;
}

/* The reason why a mail is not even asked for, or NULL. */
static const char *
unwanted(const struct plan *p, const struct imap_entry *entry)
{
	if (is_skipped(p, entry->uid))
		return "it made the last sessions fail; it stays on the "
		       "server: save it from there and use promised import";
	if (entry->size > IMAP_LARGEST)
		return "it has more than 64 MB; it stays on the server: save "
		       "it from there and use promised import, or leave it";
	return NULL;
}

static int
give_up_on(const struct imap_entry *entry, struct err *e)
{
	return say_skipped(entry,
	    "the server lists it but does not give it; if it is still in the "
	    "mailbox, save it from there and use promised import",
	    e);
}

/* A large mail, slice by slice, into whole. */
static int
fetch_slices(struct run *r, const struct imap_entry *entry, struct buf *whole,
    bool *complete, struct err *e)
{
	struct slice part;

	*complete = false;
	do {
		if (imap_fetch_slice(r->imap, entry->uid, (uint32_t)whole->len,
			&part, e) != 0)
			return -1;
		if (part.p == NULL && whole->len < entry->size)
			return 0;
		buf_slice(whole, part);
		if (whole->len > IMAP_LARGEST)
			return 0;
	} while (part.len == IMAP_SLICE);
	*complete = whole->len > 0;
	return 0;
}

static int
fetch_large(struct run *r, const struct imap_entry *entry, struct err *e)
{
	struct buf whole = {0};
	bool complete;
	int result;

	result = say_asking(entry->uid, entry->uid, e);
	if (result == 0)
		result = fetch_slices(r, entry, &whole, &complete, e);
	if (result == 0)
		result = complete ? say_mail(entry, buf_view(&whole), e)
				  : give_up_on(entry, e);
	buf_free(&whole);
	return result;
}

/* A mail that a batch lacked: another program may have moved it meanwhile,
 * which is nobody's fault; else it is asked for once more. */
static int
fetch_missing(struct run *r, const struct imap_entry *entry, struct err *e)
{
	struct imap_entries now;
	struct slice body;

	arena_reset(r->heard);
	if (imap_list(r->imap, r->heard, entry->uid, entry->uid, &now, e) != 0)
		return -1;
	if (now.n == 0)
		return 0;
	if (imap_fetch(r->imap, &entry->uid, 1, entry->size, &body, e) != 0)
		return -1;
	return body.len > 0 ? say_mail(entry, body, e) : give_up_on(entry, e);
}

static int
fetch_batch(
    struct run *r, const struct imap_entry *entry, size_t n, struct err *e)
{
	uint32_t uid[BATCH_MAILS];
	struct slice body[BATCH_MAILS];
	size_t missing[BATCH_MAILS], missings = 0, k;
	uint64_t bytes = 0;

	for (k = 0; k < n; k++) {
		uid[k] = entry[k].uid;
		bytes += entry[k].size;
	}
	if (n == 0)
		return 0;
	if (say_asking(uid[0], uid[n - 1], e) != 0 ||
	    imap_fetch(r->imap, uid, n, bytes, body, e) != 0)
		return -1;
	for (k = 0; k < n; k++) {
		if (body[k].len == 0)
			missing[missings++] = k;
		else if (say_mail(&entry[k], body[k], e) != 0)
			return -1;
	}
	for (k = 0; k < missings; k++)
		if (fetch_missing(r, &entry[missing[k]], e) != 0)
			return -1;
	return 0;
}

/* How many of these n mails go into one command; 0: the first is large. */
static size_t
batch_length(const struct plan *p, const struct imap_entry *entry, size_t n)
{
	uint64_t bytes = 0;
	size_t k;

	for (k = 0; k < n && k < p->batch; k++) {
		bytes += entry[k].size;
		if (entry[k].size > IMAP_SLICE || unwanted(p, &entry[k]) ||
		    (k > 0 && bytes > BATCH_BYTES))
			break;
	}
	return k;
}

static int
fetch_entries(struct run *r, const struct imap_entries *list, struct err *e)
{
	const struct imap_entry *entry;
	const char *why;
	size_t n, at;
	int result = 0;

	for (at = 0; at < list->n && result == 0 && !r->stop; at += n) {
		entry = &list->v[at];
		why = unwanted(&r->plan, entry);
		n = batch_length(&r->plan, entry, list->n - at);
		if (why != NULL)
			result = say_skipped(entry, why, e);
		else if (n == 0)
			result = fetch_large(r, entry, e);
		else
			result = fetch_batch(r, entry, n, e);
		if (n == 0)
			n = 1;
		if (result == 0) {
			r->plan.next = entry[n - 1].uid + 1;
			result = hear(r, false, e);
		}
		if (result == 0 && r->fileds >= MARK_MAILS)
			result = mark_filed(r, e);
	}
	return result;
}

/* All mails from next on, listed in windows of UIDs so that a mailbox of a
 * million costs no more memory than a small one. */
static int
fetch_from(struct run *r, const struct imap_mailbox *box, struct err *e)
{
	uint32_t last = box->uidnext == 0 ? UINT32_MAX : box->uidnext - 1;
	uint64_t width = WINDOW, first = r->plan.next, end;
	struct imap_entries list;

	if (box->exists == 0)
		first = (uint64_t)last + 1;
	for (; first <= last && !r->stop; first = end + 1) {
		end = first + width - 1 < last ? first + width - 1 : last;
		arena_reset(r->window);
		if (imap_list(r->imap, r->window, (uint32_t)first,
			(uint32_t)end, &list, e) != 0)
			return -1;
		/* Gaps in the numbers are crossed in ever longer strides. */
		width = list.n > 0 ? WINDOW : 4 * width;
		leave_out_old(r, &list);
		if (fetch_entries(r, &list, e) != 0)
			return -1;
	}
	if (!r->stop && box->uidnext > r->plan.next)
		r->plan.next = box->uidnext;
	r->by_day = false;
	return 0;
}

/* Where to begin in a mailbox that is not known. */
static int
find_start(struct run *r, const struct imap_mailbox *box, bool first_time,
    struct err *e)
{
	struct plan *p = &r->plan;
	uint32_t end = box->uidnext == 0 ? 1 : box->uidnext;

	p->next = 1;
	if (box->exists == 0)
		return 0;
	/* A mailbox that was numbered anew is read whole: mail that came
	 * meanwhile is among it, and promised knows what it has. */
	if (first_time && p->since == SINCE_NOW)
		p->next = end;
	if (p->since != SINCE_DAY)
		return 0;
	r->by_day = first_time;
	if (imap_first_since(r->imap, p->since_day, &p->next, e) != 0)
		return -1;
	if (p->next == 0)
		p->next = end;
	return 0;
}

/* One look at the mailbox: opens it (again), fetches what is new. */
static int
pass(struct run *r, struct err *e)
{
	struct plan *p = &r->plan;
	struct imap_mailbox box;
	bool first_time = p->uidvalidity == 0;

	if (imap_select(r->imap, p->mailbox, p->filed == NULL, &box, e) != 0)
		return -1;
	if (box.uidvalidity != p->uidvalidity) {
		r->fileds = 0; /* numbers of the mailbox as it was */
		p->uidvalidity = box.uidvalidity;
		if (find_start(r, &box, first_time, e) != 0)
			return -1;
	}
	if (p->next == 0)
		p->next = 1;
	if (say_mailbox(p, e) != 0)
		return -1;
	return fetch_from(r, &box, e);
}

/* ---- the session ---- */

/* mode=idle: looks, waits, looks again, until it is told to stop. */
static int
stay(struct run *r, struct err *e)
{
	enum imap_wake wake = IMAP_NEWS;
	int64_t left;

	while (!r->stop && !r->ended) {
		if (wake != IMAP_WORD &&
		    (pass(r, e) != 0 || say_told("idle", &r->plan, e) != 0))
			return -1;
		if (hear(r, false, e) != 0 || mark_filed(r, e) != 0)
			return -1;
		left = imap_seconds_left(r->imap) -
		       r->plan.account.timeout_ms / 1000;
		if (left <= 0)
			break;
		if (left > r->plan.wait_s)
			left = r->plan.wait_s;
		if (!r->stop && !r->ended &&
		    imap_wait(r->imap, IN, (int)left * 1000, &wake, e) != 0)
			return -1;
		if (hear(r, false, e) != 0 || mark_filed(r, e) != 0)
			return -1;
	}
	return 0;
}

static int
work(struct run *r, struct err *e)
{
	if (r->plan.idle ? stay(r, e) != 0 : pass(r, e) != 0)
		return -1;
	if (say_told("done", &r->plan, e) != 0)
		return -1;
	if (r->plan.filed == NULL)
		return 0;
	while (!r->ended && !r->stop)
		if (hear(r, true, e) != 0)
			return -1;
	return mark_filed(r, e);
}

static int
start(struct run *r, struct arena *m, struct err *e)
{
	struct frame f;
	int got = frame_read(r->in, m, &f, -1, e);

	if (got == 0)
		return err_set(e, EX_USAGE,
		    "it is started by promised, which tells it what to do");
	if (got < 0 || parse_plan(m, &f, &r->plan, e) != 0)
		return -1;
	r->imap = imap_open(&r->plan.account, e);
	wipe(r->plan.account.password);
	wipe(r->plan.account.token);
	return r->imap == NULL ? -1 : 0;
}

int
main(void)
{
	struct run r = {0};
	struct arena *m = arena_new();
	struct err e = {0};
	int result;

	confine_helper(MEMORY_MOST);
	r.in = frame_reader_new(IN, 0);
	r.heard = arena_new();
	r.window = arena_new();
	result = start(&r, m, &e);
	if (result == 0)
		result = work(&r, &e);
	imap_close(r.imap);
	if (result != 0)
		result = frame_write_fault(OUT, &e);
	frame_reader_free(r.in);
	free(r.filed);
	arena_free(r.window);
	arena_free(r.heard);
	arena_free(m);
	return result;
}
