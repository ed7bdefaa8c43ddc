/* See imap.h. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <libetpan/libetpan.h>

#include "base/monotonic.h"
#include "mail/imap.h"
#include "mail/stream.h"
#include "mail/url.h"

enum {
	STREAM_BUFFER = 16384,
	/* Answers beside what was asked for: capabilities, news, alerts. */
	CHATTER = 1 << 20,
	LIST_MOST = 64 << 20,
	SEARCH_MOST = 16 << 20,
	/* Room that each mail of a fetch may take beyond its stated size. */
	SIZE_SLACK = 65536,
	BYTES_A_SECOND = 4096, /* the slowest line that is put up with */
	POLL_MS = 5 * 60 * 1000, /* without IDLE */
	PAUSE_MS = 1000, /* between two IDLEs when nothing came of the first */
	GOODBYE_MS = 1000
};

struct imap {
	mailimap *m;
	struct stream *s;
	int timeout_ms;
	bool over;
	bool has_idle;
	uint32_t exists; /* as at imap_select() */
	bool told; /* of a change, by words that libetpan has not seen */
	clist *held; /* what imap_fetch() lent */
};

/* ---- commands and their failures ---- */

/* What the next command may cost: bytes that were asked for take their time,
 * slack only its room. */
static void
allow(struct imap *i, uint64_t bytes, uint64_t slack)
{
	uint64_t ms = bytes * 1000 / BYTES_A_SECOND;

	stream_allow(i->s, i->timeout_ms + (int)ms, bytes + slack + CHATTER);
}

/* What the server said to the last command, for people; at most 200 bytes. */
static const char *
said(const struct imap *i)
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

/* Turns libetpan's result r of "doing" into err.  Anything but a plain NO or
 * BAD leaves the two ends out of step: the session is over. */
static int
failed(struct imap *i, int r, const char *doing, struct err *e)
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
		    said(i));
	else if (i->over)
		err_set(e, EX_UNAVAILABLE,
		    "the server's answer cannot be read; no mail is lost on "
		    "it; if this comes again, tell its operator");
	else
		err_set(
		    e, EX_UNAVAILABLE, "the server refuses: %.200s", said(i));
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
		return failed(i, r, "waiting for the greeting", e);
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

	allow(i, 0, 0);
	r = mailimap_capability(i->m, &list);
	if (r != MAILIMAP_NO_ERROR)
		return failed(i, r, "asking what the server can do", e);
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
		    said(i));
	if (r != MAILIMAP_NO_ERROR)
		return failed(i, r, "asking for TLS", e);
	return stream_start_tls(i->s, trust, e);
}

static void
put_base64(struct buf *out, const char *text, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/=";
	const uint32_t padding = 64;

	for (size_t at = 0; at < n; at += 3) {
		size_t have = n - at < 3 ? n - at : 3;
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 |
			       (k < have ? (unsigned char)text[at + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_putc(
			    out, digit[k > have ? padding
						: bits >> (18 - 6 * k) & 63]);
	}
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
	put_base64(&line, secret->p, secret->len);
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
	while (*text > 0)
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
	allow(i, 0, 0);
	if (plain && (!login || !is_ascii(a->user) || !is_ascii(a->password)))
		return authenticate_plain(i, a);
	return mailimap_login(i->m, a->user, a->password);
}

static int
log_in(struct imap *i, const struct imap_account *a, struct err *e)
{
	int r;

	allow(i, 0, 0);
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
	failed(i, r, "logging in", e);
	if (!i->over)
		err_set(e, EX_NOPERM,
		    "the login of %s is refused: %.200s; correct user and %s, "
		    "then try `promised doctor`",
		    a->user, said(i),
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
	allow(i, 0, 0);
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

static void
give_back(struct imap *i)
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
	give_back(i);
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

/* ---- the mailbox ---- */

int
imap_select(struct imap *i, const char *name, bool read_only,
    struct imap_mailbox *box, struct err *e)
{
	const struct mailimap_selection_info *info;
	struct arena *m = arena_new();
	const char *coded = url_mailbox(m, name);
	int r;

	give_back(i);
	allow(i, 0, 0);
	r = read_only ? mailimap_examine(i->m, coded)
		      : mailimap_select(i->m, coded);
	arena_free(m);
	if (r != MAILIMAP_NO_ERROR) {
		failed(i, r, "opening the mailbox", e);
		if (!i->over)
			err_set(e, EX_CONFIG,
			    "the server does not open %s: %.200s; check the "
			    "folder in the url",
			    name, said(i));
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
	give_back(i);
	allow(i, 0, LIST_MOST);
	r = uid_fetch(i, mailimap_set_new_interval(first, last),
	    wanted_of(wanted, 4), &answer);
	if (r != MAILIMAP_NO_ERROR)
		return failed(i, r, "listing the mails", e);
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
	give_back(i);
	allow(i, 0, SEARCH_MOST);
	if (key != NULL)
		r = mailimap_uid_search(i->m, NULL, key, &answer);
	if (r != MAILIMAP_NO_ERROR)
		return failed(i, r, "searching the mailbox by date", e);
	for (clistiter *at = clist_begin(answer); at != NULL;
	     at = clist_next(at)) {
		const uint32_t *found = clist_content(at);

		if (*uid == 0 || *found < *uid)
			*uid = *found;
	}
	mailimap_search_result_free(answer);
	mailimap_search_key_free(key);
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
	give_back(i);
	allow(i, bytes, n * SIZE_SLACK);
	r = uid_fetch(i, set_of(uid, n), wanted_of(wanted, 2), &i->held);
	if (r != MAILIMAP_NO_ERROR) {
		i->held = NULL;
		return failed(i, r, "fetching mail", e);
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
	give_back(i);
	allow(i, IMAP_SLICE, SIZE_SLACK);
	r = uid_fetch(
	    i, mailimap_set_new_single(uid), wanted_of(wanted, 2), &i->held);
	if (r != MAILIMAP_NO_ERROR) {
		i->held = NULL;
		return failed(i, r, "fetching a part of a mail", e);
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
	give_back(i);
	m = arena_new();
	coded = url_mailbox(m, folder);
	set = set_of(uid, n);
	if (set != NULL) {
		allow(i, 0, n * 64);
		r = mailimap_uid_move(i->m, set, coded);
		if (r == MAILIMAP_ERROR_UID_MOVE &&
		    mailimap_create(i->m, coded) == MAILIMAP_NO_ERROR)
			r = mailimap_uid_move(i->m, set, coded);
		mailimap_set_free(set);
	}
	arena_free(m);
	if (r == MAILIMAP_NO_ERROR)
		return 0;
	failed(i, r, "moving filed mail", e);
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

	give_back(i);
	if (flags != NULL && one != NULL &&
	    mailimap_flag_list_add(flags, one) == MAILIMAP_NO_ERROR)
		store = mailimap_store_att_flags_new_add_flags_silent(flags);
	if (set != NULL && store != NULL) {
		allow(i, 0, n * 64);
		r = mailimap_uid_store(i->m, set, store);
	}
	if (store != NULL)
		mailimap_store_att_flags_free(store);
	if (set != NULL)
		mailimap_set_free(set);
	return r == MAILIMAP_NO_ERROR ? 0
				      : failed(i, r, "flagging filed mail", e);
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

	allow(i, 0, 0);
	r = mailimap_noop(i->m);
	return r == MAILIMAP_NO_ERROR ? 0 : failed(i, r, "asking for news", e);
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
		allow(i, 0, 0);
		r = idle_begin(i);
		if (r < 0)
			return failed(i, MAILIMAP_ERROR_STREAM,
			    "beginning to wait (IDLE)", e);
		i->has_idle = r > 0;
	}
	if (!i->has_idle) {
		*wake = sleep_on(i, fd, false, ms < POLL_MS ? ms : POLL_MS);
		return noop(i, e);
	}
	*wake = sleep_on(i, fd, true, i->told ? 0 : ms);
	allow(i, 0, 0);
	r = mailimap_idle_done(i->m);
	if (r != MAILIMAP_NO_ERROR)
		return failed(i, r, "ending the wait (DONE)", e);
	return 0;
}

int
imap_wait(struct imap *i, int fd, int ms, enum imap_wake *wake, struct err *e)
{
	int64_t until = monotonic_ms() + ms;

	give_back(i);
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
