/* See imap.h; how a session begins is in imap_session.c. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/monotonic.h"
#include "mail/imap_session.h"
#include "mail/url.h"

enum {
	LIST_MOST = 64 << 20,
	SEARCH_MOST = 16 << 20,
	/* Room that each mail of a fetch may take beyond its stated size. */
	SIZE_SLACK = 65536,
	POLL_MS = 5 * 60 * 1000, /* without IDLE */
	PAUSE_MS = 1000, /* between two IDLEs when nothing came of the first */
};

/* ---- the mailbox ---- */

int
imap_select(struct imap *i, const char *name, bool read_only,
    struct imap_mailbox *box, struct err *e)
{
	const struct mailimap_selection_info *info;
	struct arena *m = arena_new();
	const char *coded = url_mailbox(m, name);
	int r;

	imap_give_back(i);
	imap_allow(i, 0, 0);
	r = read_only ? mailimap_examine(i->m, coded)
		      : mailimap_select(i->m, coded);
	arena_free(m);
	if (r != MAILIMAP_NO_ERROR) {
		imap_failed(i, r, "opening the mailbox", e);
		if (!i->over)
			err_set(e, EX_CONFIG,
			    "the server does not open %s: %.200s; check the "
			    "folder in the url",
			    name, imap_said(i));
		return -1;
	}
	info = i->m->imap_selection_info;
	box->uidvalidity = info->sel_uidvalidity;
	box->uidnext = info->sel_uidnext;
	box->exists = i->exists = info->sel_exists;
	i->told = false;
	if (box->uidvalidity == 0)
		return err_set(e, EX_UNAVAILABLE,
		    "the server gives its mail no lasting numbers (no "
		    "UIDVALIDITY, RFC 9051 section 2.3.1.1); fetch it by "
		    "another program into a Maildir");
	return 0;
}

bool
imap_has_news(const struct imap *i)
{
	return i->told || i->m->imap_selection_info->sel_exists != i->exists;
}

/* ---- sets and attributes ---- */

/* Runs of neighbours as FIRST:LAST; NULL when memory is out. */
static struct mailimap_set *
set_of(const uint32_t *uid, size_t n)
{
	struct mailimap_set *set = mailimap_set_new_empty();
	size_t end;

	for (size_t at = 0; set != NULL && at < n; at = end) {
		for (end = at + 1; end < n && uid[end] == uid[end - 1] + 1;)
			end++;
		if (mailimap_set_add_interval(set, uid[at], uid[end - 1]) !=
		    MAILIMAP_NO_ERROR) {
			mailimap_set_free(set);
			set = NULL;
		}
	}
	return set;
}

/* UID FETCH; frees set and wanted, which may be NULL for no memory. */
static int
uid_fetch(struct imap *i, struct mailimap_set *set,
    struct mailimap_fetch_type *wanted, clist **answer)
{
	int r = MAILIMAP_ERROR_MEMORY;

	if (set != NULL && wanted != NULL)
		r = mailimap_uid_fetch(i->m, set, wanted, answer);
	if (set != NULL)
		mailimap_set_free(set);
	if (wanted != NULL)
		mailimap_fetch_type_free(wanted);
	return r;
}

/* UID and what else; takes each att, NULL meaning no memory. */
static struct mailimap_fetch_type *
wanted_of(struct mailimap_fetch_att *const *att, size_t n)
{
	struct mailimap_fetch_type *t =
	    mailimap_fetch_type_new_fetch_att_list_empty();

	for (size_t k = 0; k < n; k++) {
		if (t == NULL || att[k] == NULL ||
		    mailimap_fetch_type_new_fetch_att_list_add(t, att[k]) !=
			MAILIMAP_NO_ERROR)
			return NULL; /* the process is about to end */
	}
	return t;
}

/* ---- listing ---- */

static bool
moment_of(const struct mailimap_date_time *d, struct moment *at)
{
	struct civil c = {d->dt_year, d->dt_month, d->dt_day};
	int zone = d->dt_zone; /* +hhmm as a decimal number */
	int32_t offset = (zone / 100 * 60 + zone % 100) * 60;

	if (!civil_valid(c) || d->dt_hour < 0 || d->dt_hour > 23 ||
	    d->dt_min < 0 || d->dt_min > 59 || d->dt_sec < 0 ||
	    d->dt_sec > 60 || offset < -15 * 3600 || offset > 15 * 3600)
		return false;
	*at = moment_at(day_of_civil(c),
	    d->dt_hour * 3600 + d->dt_min * 60 +
		(d->dt_sec == 60 ? 59 : d->dt_sec),
	    offset);
	return true;
}

static const char *
flag_name(const struct mailimap_flag_fetch *f)
{
	static const char *const name[] = {
	    [MAILIMAP_FLAG_ANSWERED] = "\\Answered",
	    [MAILIMAP_FLAG_FLAGGED] = "\\Flagged",
	    [MAILIMAP_FLAG_DELETED] = "\\Deleted",
	    [MAILIMAP_FLAG_SEEN] = "\\Seen",
	    [MAILIMAP_FLAG_DRAFT] = "\\Draft",
	};

	if (f->fl_type != MAILIMAP_FLAG_FETCH_OTHER || f->fl_flag == NULL)
		return NULL;
	if (f->fl_flag->fl_type == MAILIMAP_FLAG_KEYWORD)
		return f->fl_flag->fl_data.fl_keyword;
	if (f->fl_flag->fl_type >= MAILIMAP_FLAG_ANSWERED &&
	    f->fl_flag->fl_type <= MAILIMAP_FLAG_DRAFT)
		return name[f->fl_flag->fl_type];
	return NULL;
}

/* At most 1 KB of them. */
static char *
flags_of(struct arena *m, const struct mailimap_msg_att_dynamic *d)
{
	struct buf b = {0};
	clistiter *at =
	    d == NULL || d->att_list == NULL ? NULL : clist_begin(d->att_list);

	for (; at != NULL && b.len < 1024; at = clist_next(at)) {
		const char *name = flag_name(clist_content(at));

		if (name != NULL)
			buf_printf(&b, "%s%.100s", b.len > 0 ? "," : "", name);
	}
	return buf_keep(&b, m);
}

static struct imap_entry
entry_of(struct arena *m, const struct mailimap_msg_att *att)
{
	struct imap_entry entry = {.flags = ""};
	const struct mailimap_msg_att_item *item;
	const struct mailimap_msg_att_static *s;

	for (clistiter *at = clist_begin(att->att_list); at != NULL;
	     at = clist_next(at)) {
		item = clist_content(at);
		if (item->att_type == MAILIMAP_MSG_ATT_ITEM_DYNAMIC)
			entry.flags = flags_of(m, item->att_data.att_dyn);
		if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
			continue;
		s = item->att_data.att_static;
		if (s->att_type == MAILIMAP_MSG_ATT_UID)
			entry.uid = s->att_data.att_uid;
		else if (s->att_type == MAILIMAP_MSG_ATT_RFC822_SIZE)
			entry.size = s->att_data.att_rfc822_size;
		else if (s->att_type == MAILIMAP_MSG_ATT_INTERNALDATE &&
			 s->att_data.att_internal_date != NULL)
			entry.has_date = moment_of(
			    s->att_data.att_internal_date, &entry.internaldate);
	}
	return entry;
}

static int
by_uid(const void *a, const void *b)
{
	const struct imap_entry *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static void
sort_entries(struct imap_entries *list)
{
	size_t n = 0;

	if (list->n == 0)
		return;
	qsort(list->v, list->n, sizeof(*list->v), by_uid);
	for (size_t k = 1; k < list->n; k++)
		if (list->v[k].uid != list->v[n].uid)
			list->v[++n] = list->v[k];
	list->n = n + 1;
}

int
imap_list(struct imap *i, struct arena *m, uint32_t first, uint32_t last,
    struct imap_entries *list, struct err *e)
{
	struct mailimap_fetch_att *const wanted[] = {
	    mailimap_fetch_att_new_uid(),
	    mailimap_fetch_att_new_rfc822_size(),
	    mailimap_fetch_att_new_internaldate(),
	    mailimap_fetch_att_new_flags(),
	};
	struct imap_entry entry;
	clist *answer;
	int r;

	memset(list, 0, sizeof(*list));
	imap_give_back(i);
	imap_allow(i, 0, LIST_MOST);
	r = uid_fetch(i, mailimap_set_new_interval(first, last),
	    wanted_of(wanted, 4), &answer);
	if (r != MAILIMAP_NO_ERROR)
		return imap_failed(i, r, "listing the mails", e);
	for (clistiter *at = clist_begin(answer); at != NULL;
	     at = clist_next(at)) {
		entry = entry_of(m, clist_content(at));
		/* News of other mails may be among the answer. */
		if (entry.uid < first || entry.uid > last)
			continue;
		list->v = arena_grow(m, list->v, list->n, sizeof(*list->v));
		list->v[list->n++] = entry;
	}
	mailimap_fetch_list_free(answer);
	sort_entries(list);
	return 0;
}

int
imap_first_since(struct imap *i, day_t day, uint32_t *uid, struct err *e)
{
	struct civil c = civil_of_day(day);
	struct mailimap_date *date = mailimap_date_new(c.day, c.month, c.year);
	struct mailimap_search_key *key =
	    date == NULL ? NULL : mailimap_search_key_new_since(date);
	int r = MAILIMAP_ERROR_MEMORY;
	clist *answer;

	*uid = 0;
	imap_give_back(i);
	imap_allow(i, 0, SEARCH_MOST);
	if (key != NULL) {
		r = mailimap_uid_search(i->m, NULL, key, &answer);
		mailimap_search_key_free(key);
	}
	if (r != MAILIMAP_NO_ERROR)
		return imap_failed(i, r, "searching the mailbox by date", e);
	for (clistiter *at = clist_begin(answer); at != NULL;
	     at = clist_next(at)) {
		const uint32_t *found = clist_content(at);

		if (*uid == 0 || *found < *uid)
			*uid = *found;
	}
	mailimap_search_result_free(answer);
	return 0;
}

/* ---- fetching ---- */

/* The mail's UID, and its bytes when they are there. */
static uint32_t
body_of(const struct mailimap_msg_att *att, struct slice *body)
{
	const struct mailimap_msg_att_body_section *section;
	const struct mailimap_msg_att_item *item;
	const struct mailimap_msg_att_static *s;
	uint32_t uid = 0;

	for (clistiter *at = clist_begin(att->att_list); at != NULL;
	     at = clist_next(at)) {
		item = clist_content(at);
		if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
			continue;
		s = item->att_data.att_static;
		if (s->att_type == MAILIMAP_MSG_ATT_UID)
			uid = s->att_data.att_uid;
		if (s->att_type != MAILIMAP_MSG_ATT_BODY_SECTION)
			continue;
		section = s->att_data.att_body_section;
		if (section != NULL && section->sec_body_part != NULL) {
			body->p = section->sec_body_part;
			body->len = section->sec_length;
		}
	}
	return uid;
}

static int
compare_uid(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int
imap_fetch(struct imap *i, const uint32_t *uid, size_t n, uint64_t bytes,
    struct slice *body, struct err *e)
{
	struct mailimap_fetch_att *const wanted[] = {
	    mailimap_fetch_att_new_uid(),
	    mailimap_fetch_att_new_body_peek_section(
		mailimap_section_new(NULL)),
	};
	const uint32_t *at;
	int r;

	memset(body, 0, n * sizeof(*body));
	imap_give_back(i);
	imap_allow(i, bytes, n * SIZE_SLACK);
	r = uid_fetch(i, set_of(uid, n), wanted_of(wanted, 2), &i->held);
	if (r != MAILIMAP_NO_ERROR) {
		i->held = NULL;
		return imap_failed(i, r, "fetching mail", e);
	}
	for (clistiter *a = clist_begin(i->held); a != NULL;
	     a = clist_next(a)) {
		struct slice got = {0};
		uint32_t number = body_of(clist_content(a), &got);

		at = bsearch(&number, uid, n, sizeof(*uid), compare_uid);
		if (at != NULL && got.p != NULL)
			body[at - uid] = got;
	}
	return 0;
}

int
imap_fetch_slice(struct imap *i, uint32_t uid, uint32_t offset,
    struct slice *body, struct err *e)
{
	struct mailimap_fetch_att *const wanted[] = {
	    mailimap_fetch_att_new_uid(),
	    mailimap_fetch_att_new_body_peek_section_partial(
		mailimap_section_new(NULL), offset, IMAP_SLICE),
	};
	int r;

	memset(body, 0, sizeof(*body));
	imap_give_back(i);
	imap_allow(i, IMAP_SLICE, SIZE_SLACK);
	r = uid_fetch(
	    i, mailimap_set_new_single(uid), wanted_of(wanted, 2), &i->held);
	if (r != MAILIMAP_NO_ERROR) {
		i->held = NULL;
		return imap_failed(i, r, "fetching a part of a mail", e);
	}
	for (clistiter *a = clist_begin(i->held); a != NULL;
	     a = clist_next(a)) {
		struct slice got = {0};

		if (body_of(clist_content(a), &got) == uid && got.p != NULL)
			*body = got;
	}
	if (body->len > IMAP_SLICE)
		body->len = IMAP_SLICE;
	return 0;
}

/* ---- marking as filed ---- */

int
imap_move(struct imap *i, const uint32_t *uid, size_t n, const char *folder,
    struct err *e)
{
	struct mailimap_set *set;
	struct arena *m;
	const char *coded;
	int r = MAILIMAP_ERROR_MEMORY;

	if (!mailimap_has_extension(i->m, "MOVE"))
		return err_set(e, EX_CONFIG,
		    "the server cannot move mail in one step (MOVE, RFC 6851); "
		    "set filed-folder = \\Seen to mark it instead");
	imap_give_back(i);
	m = arena_new();
	coded = url_mailbox(m, folder);
	set = set_of(uid, n);
	if (set != NULL) {
		imap_allow(i, 0, n * 64);
		r = mailimap_uid_move(i->m, set, coded);
		if (r == MAILIMAP_ERROR_UID_MOVE &&
		    mailimap_create(i->m, coded) == MAILIMAP_NO_ERROR)
			r = mailimap_uid_move(i->m, set, coded);
		mailimap_set_free(set);
	}
	arena_free(m);
	if (r == MAILIMAP_NO_ERROR)
		return 0;
	imap_failed(i, r, "moving filed mail", e);
	return i->over
		   ? -1
		   : err_prefix(e,
			 "folder %s: check filed-folder; the mail is filed and stays where "
			 "it was",
			 folder);
}

bool
imap_flag_allowed(const char *flag)
{
	static const char *const known[] = {
	    "\\Seen", "\\Flagged", "\\Answered", NULL};

	for (size_t k = 0; known[k] != NULL; k++)
		if (strcasecmp(flag, known[k]) == 0)
			return true;
	if (flag[0] == '\0' || flag[0] == '\\')
		return false;
	for (; *flag != '\0'; flag++)
		if (*flag <= ' ' || *flag > '~' || strchr("(){%*\"\\]", *flag))
			return false;
	return true;
}

static struct mailimap_flag *
flag_new(const char *flag)
{
	char *copy;

	if (strcasecmp(flag, "\\Seen") == 0)
		return mailimap_flag_new_seen();
	if (strcasecmp(flag, "\\Flagged") == 0)
		return mailimap_flag_new_flagged();
	if (strcasecmp(flag, "\\Answered") == 0)
		return mailimap_flag_new_answered();
	copy = strdup(flag);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): libetpan takes it */
	return copy == NULL ? NULL : mailimap_flag_new_flag_keyword(copy);
}

int
imap_flag(struct imap *i, const uint32_t *uid, size_t n, const char *flag,
    struct err *e)
{
	struct mailimap_set *set = set_of(uid, n);
	struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
	struct mailimap_flag *one = flag_new(flag);
	struct mailimap_store_att_flags *store = NULL;
	int r = MAILIMAP_ERROR_MEMORY;

	imap_give_back(i);
	if (flags != NULL && one != NULL &&
	    mailimap_flag_list_add(flags, one) == MAILIMAP_NO_ERROR)
		store = mailimap_store_att_flags_new_add_flags_silent(flags);
	if (set != NULL && store != NULL) {
		imap_allow(i, 0, n * 64);
		r = mailimap_uid_store(i->m, set, store);
	}
	if (store != NULL)
		mailimap_store_att_flags_free(store);
	if (set != NULL)
		mailimap_set_free(set);
	return r == MAILIMAP_NO_ERROR
		   ? 0
		   : imap_failed(i, r, "flagging filed mail", e);
}

/* ---- waiting ---- */

/* The server's next words, without waiting: libetpan and GnuTLS may hold some
 * that poll(2) cannot see. */
static bool
words_wait(const struct imap *i)
{
	return i->m->imap_stream->read_buffer_len > 0 || stream_pending(i->s);
}

/* Sleeps until the server (with listen) or fd has something to read. */
static enum imap_wake
sleep_on(struct imap *i, int fd, bool listen, int64_t ms)
{
	struct pollfd p[] = {
	    {fd, POLLIN, 0},
	    {listen ? stream_fd(i->s) : -1, POLLIN, 0},
	};
	int n;

	if (listen && words_wait(i))
		ms = 0;
	n = poll(p, 2, ms < 0 ? 0 : (int)ms);
	if (n > 0 && p[0].revents != 0)
		return IMAP_WORD;
	if (p[1].revents != 0 || (listen && words_wait(i)))
		return IMAP_NEWS;
	return IMAP_QUIET;
}

static int
noop(struct imap *i, struct err *e)
{
	int r;

	imap_allow(i, 0, 0);
	r = mailimap_noop(i->m);
	return r == MAILIMAP_NO_ERROR ? 0
				      : imap_failed(i, r, "asking for news", e);
}

/*
 * Begins an IDLE.  libetpan's own forgets what the server tells between the
 * command and its "+".  1: begun; 0: the server will not.
 */
static int
idle_begin(struct imap *i)
{
	const char *line;

	if (mailimap_send_current_tag(i->m) != MAILIMAP_NO_ERROR ||
	    mailstream_write(i->m->imap_stream, "IDLE\r\n", 6) < 0 ||
	    mailstream_flush(i->m->imap_stream) != 0)
		return -1;
	do {
		line = mailimap_read_line(i->m);
		if (line == NULL)
			return -1;
		if (line[0] == '*' && strncasecmp(line, "* OK", 4) != 0)
			i->told = true;
	} while (line[0] == '*');
	return line[0] == '+';
}

/* One IDLE, from its start to DONE, or one NOOP after a while. */
static int
wait_once(
    struct imap *i, int fd, int64_t ms, enum imap_wake *wake, struct err *e)
{
	int r;

	if (i->has_idle) {
		imap_allow(i, 0, 0);
		r = idle_begin(i);
		if (r < 0)
			return imap_failed(i, MAILIMAP_ERROR_STREAM,
			    "beginning to wait (IDLE)", e);
		i->has_idle = r > 0;
	}
	if (!i->has_idle) {
		*wake = sleep_on(i, fd, false, ms < POLL_MS ? ms : POLL_MS);
		return noop(i, e);
	}
	*wake = sleep_on(i, fd, true, i->told ? 0 : ms);
	imap_allow(i, 0, 0);
	r = mailimap_idle_done(i->m);
	if (r != MAILIMAP_NO_ERROR)
		return imap_failed(i, r, "ending the wait (DONE)", e);
	return 0;
}

int
imap_wait(struct imap *i, int fd, int ms, enum imap_wake *wake, struct err *e)
{
	int64_t until = monotonic_ms() + ms;

	imap_give_back(i);
	/* What came between the last command and now is not told again. */
	if (noop(i, e) != 0)
		return -1;
	for (*wake = IMAP_QUIET; *wake != IMAP_WORD;) {
		if (imap_has_news(i)) {
			*wake = IMAP_NEWS;
			return 0;
		}
		if (monotonic_ms() >= until) {
			*wake = IMAP_QUIET;
			return 0;
		}
		if (wait_once(i, fd, until - monotonic_ms(), wake, e) != 0)
			return -1;
		/* A keep-alive; but no haste if that is all it ever says. */
		if (*wake == IMAP_NEWS && !imap_has_news(i))
			*wake = sleep_on(i, fd, false, PAUSE_MS);
	}
	return 0;
}
