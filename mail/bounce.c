/*
 * See bounce.h.
 *
 * A report by RFC 3464 has fields that say all.  Without one the sender must be
 * a mail server, and its words one of those in mail/bounces; a vacation note
 * comes with a null sender too.  Either must name the mail that came back, by
 * its Message-ID in what is enclosed or quoted of it.
 */
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/utf8.h"
#include "mail/bounce.h"
#include "mail/fold.h"
#include "mail/header.h"
#include "mail/read.h"

enum {
	WORDS_MOST = 64 * 1024, /* bytes of mail/bounces */
	LINE_MOST = 200,
	TEXT_MOST =
	    8 * 1024, /* bytes that a server's words are looked for in */
	STATUS_MOST = 64 * 1024 /* bytes of a report that are read */
};

/* In the order of their weight: of several recipients the worst counts. */
enum verdict { VERDICT_NONE, VERDICT_DELAYED, VERDICT_FAILED };

struct bounce_words {
	struct strings of[VERDICT_FAILED + 1]; /* folded */
};

/* --- The data file --- */

static int
section_of(struct slice line)
{
	return slice_is(line, "[failed]")    ? VERDICT_FAILED
	       : slice_is(line, "[delayed]") ? VERDICT_DELAYED
					     : VERDICT_NONE;
}

struct bounce_words *
bounce_words_load(struct arena *a, const char *path, struct err *err)
{
	struct bounce_words *w = arena_alloc(a, sizeof(*w));
	struct buf text = {0};
	struct slice rest, line;
	char folded[LINE_MOST];
	int section = VERDICT_NONE, number = 0, rc;

	rc = file_bytes(path, WORDS_MOST, &text, err);
	rest = buf_view(&text);
	while (rc == 0 && slice_line(&rest, &line)) {
		number++;
		line = slice_trim(line);
		if (line.len == 0 || line.p[0] == '#')
			continue;
		if (line.p[0] == '[')
			section = section_of(line);
		if (section == VERDICT_NONE || line.len >= LINE_MOST)
			rc = err_set(err, EX_CONFIG, "%s:%d: not understood",
			    path, number);
		else if (line.p[0] != '[') {
			fold(line, folded, sizeof(folded), NULL);
			strings_add(
			    a, &w->of[section], arena_strdup(a, folded));
		}
	}
	buf_free(&text);
	return rc == 0 ? w : NULL;
}

/* --- The mail that came back --- */

static bool
is_type(const struct part *p, const char *const *types)
{
	for (; p->type != NULL && *types != NULL; types++)
		if (strcmp(p->type, *types) == 0)
			return true;
	return false;
}

static const char *
id_in_header(struct arena *a, struct slice block)
{
	struct header header = {0};
	struct strings ids = {0};

	header_read(a, block, &header);
	header_ids(a, header_find(&header, "Message-ID"), &ids);
	return ids.n > 0 ? ids.v[0] : NULL;
}

/* What was quoted of its header in the text of the bounce: "> " and blanks may
 * stand before it, and the id on a line of its own (RFC 5322 section 2.2.3). */
static const char *
id_in_text(struct arena *a, struct slice text)
{
	const char *id = NULL;
	struct slice line, next;

	while (id == NULL && slice_line(&text, &line)) {
		while (line.len > 0 && (is_space(*line.p) || *line.p == '>'))
			slice_skip(&line, 1);
		if (!slice_starts_nocase(line, "Message-ID:"))
			continue;
		id = id_in_header(a, line);
		if (id == NULL && slice_line(&text, &next))
			id = id_in_header(
			    a, slice_of(arena_printf(a, "Message-ID: %s",
				   slice_dup(a, slice_trim(next)))));
	}
	return id;
}

/* report: it is one, and not just the words of somebody who answers. */
static const char *
returned_id(struct arena *a, const struct message *m, bool report)
{
	static const char *const headers[] = {"text/rfc822-headers",
	    "message/rfc822-headers", "message/global-headers",
	    "message/rfc822", "message/partial", NULL};
	const char *id = NULL;
	size_t i;

	for (i = 0; i < m->enclosed_count && id == NULL; i++)
		id = message_read(a, m->enclosed[i])->message_id;
	for (i = 0; i < m->part_count && id == NULL; i++)
		if (is_type(&m->parts[i], headers))
			id = id_in_header(a, m->parts[i].bytes);
	if (id == NULL)
		id = id_in_text(a, slice_of(m->text));
	if (id == NULL && report && m->in_reply_to.n > 0)
		id = m->in_reply_to.v[0];
	return id;
}

/* --- A report --- */

/* "rfc822; anna@acme.example" -> "anna@acme.example" (RFC 3464 section 2.1.2);
 * some write no type. */
static char *
without_type(struct arena *a, struct slice value)
{
	char *text = header_unfold(a, value), *semicolon = strchr(text, ';');

	if (semicolon != NULL &&
	    strcspn(text, " \t<@") >= (size_t)(semicolon - text))
		text = semicolon + 1;
	return slice_dup(a, slice_trim(slice_of(text)));
}

static char *
address_of(struct arena *a, struct slice value)
{
	char *text = without_type(a, value);
	size_t n = strlen(text);

	if (n > 1 && text[0] == '<' && text[n - 1] == '>') {
		text[n - 1] = '\0';
		text++;
	}
	return text[0] == '\0' ? NULL : text;
}

/* "5.1.1" of "5.1.1 (bad destination)"; NULL when it begins with none. */
static char *
status_of(struct arena *a, struct slice value)
{
	size_t i, dots = 0;

	for (i = 0; i < value.len &&
		    (is_digit(value.p[i]) || (i > 0 && value.p[i] == '.'));
	     i++)
		dots += value.p[i] == '.';
	if (dots != 2 || i > 11 || value.p[1] != '.' || value.p[i - 1] == '.')
		return NULL;
	return arena_strndup(a, value.p, i);
}

static enum verdict
verdict_by_status(const char *status)
{
	return status == NULL     ? VERDICT_NONE
	       : status[0] == '5' ? VERDICT_FAILED
	       : status[0] == '4' ? VERDICT_DELAYED
				  : VERDICT_NONE;
}

/* RFC 3464 section 2.3.3; who leaves it out has a status all the same. */
static enum verdict
verdict_of_fields(const struct header *h, const char *status)
{
	struct slice said = slice_trim(header_find(h, "Action"));

	if (slice_starts_nocase(said, "failed"))
		return VERDICT_FAILED;
	if (slice_starts_nocase(said, "delayed"))
		return VERDICT_DELAYED;
	return said.len > 0 ? VERDICT_NONE : verdict_by_status(status);
}

/* One line, printable, of at most BOUNCE_REASON bytes. */
static char *
one_line(struct arena *a, struct slice text)
{
	struct slice s = slice_trim(slice_of(header_text(a, text)));

	if (s.len > BOUNCE_REASON) {
		s.len = BOUNCE_REASON;
		s.len = utf8_prefix(s);
	}
	return slice_dup(a, s);
}

struct report {
	struct arena *arena;
	struct bounce *bounce; /* of the recipient who fared worst */
	enum verdict verdict;
	bool is; /* it is one: there are fields of a recipient */
};

/* The fields of one recipient, or of the whole report (sections 2.2, 2.3). */
static void
read_group(struct report *r, struct slice block)
{
	struct arena *a = r->arena;
	struct bounce *b = r->bounce;
	struct header h = {0};
	enum verdict verdict;
	char *status;

	header_read(a, block, &h);
	status = status_of(a, slice_trim(header_find(&h, "Status")));
	verdict = verdict_of_fields(&h, status);
	r->is = r->is || status != NULL || header_find(&h, "Action").len > 0;
	if (verdict <= r->verdict)
		return;
	r->verdict = verdict;
	b->status = status;
	b->recipient = address_of(a, header_find(&h, "Original-Recipient"));
	if (b->recipient == NULL)
		b->recipient =
		    address_of(a, header_find(&h, "Final-Recipient"));
	b->reason = one_line(
	    a, slice_of(without_type(a, header_find(&h, "Diagnostic-Code"))));
}

/* Groups of fields, parted by empty lines (RFC 3464 section 2.1). */
static void
read_groups(struct report *r, struct slice text)
{
	struct slice line, block;

	if (text.len > STATUS_MOST)
		text.len = STATUS_MOST;
	block = (struct slice){text.p, 0};
	while (slice_line(&text, &line)) {
		if (slice_trim(line).len > 0) {
			block.len = (size_t)(line.p + line.len - block.p);
			continue;
		}
		read_group(r, block);
		block = (struct slice){text.p, 0};
	}
	read_group(r, block);
}

/* In a part of its own; or, where a list or a gateway has lost the parts, in
 * the text. */
static struct report
read_report(struct arena *a, const struct message *m, struct bounce *b)
{
	static const char *const types[] = {
	    "message/delivery-status", "message/global-delivery-status", NULL};
	struct report r = {.arena = a, .bounce = b};
	size_t i;

	for (i = 0; i < m->part_count; i++)
		if (is_type(&m->parts[i], types) && m->parts[i].bytes.len > 0)
			read_groups(&r, m->parts[i].bytes);
	if (!r.is && strcasestr(m->text, "Final-Recipient:") != NULL)
		read_groups(&r, slice_of(m->text));
	return r;
}

/* --- Words --- */

bool
bounce_is_report(const struct message *m)
{
	const char *type = message_field(m, "Content-Type");
	const char *path = message_field(m, "Return-Path");

	return (type != NULL && strcasestr(type, "report-type=") != NULL &&
		   strcasestr(type, "delivery-status") != NULL) ||
	       (path != NULL && strcmp(path, "<>") == 0);
}

static bool
is_server(const struct message *m)
{
	static const char *const names[] = {
	    "mailer-daemon@", "mailerdaemon@", "postmaster@", "mdaemon@"};
	size_t i;

	if (bounce_is_report(m) ||
	    message_field(m, "X-Failed-Recipients") != NULL)
		return true;
	for (i = 0; m->from.addr != NULL && i < sizeof(names) / sizeof(*names);
	     i++)
		if (strncasecmp(m->from.addr, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static bool
has_any(const char *folded, const struct strings *words)
{
	size_t i;

	for (i = 0; i < words->n; i++)
		if (strstr(folded, words->v[i]) != NULL)
			return true;
	return false;
}

static struct slice
folded_text(struct arena *a, const char *text)
{
	struct slice s = {text, strnlen(text, TEXT_MOST)};
	size_t room = 2 * s.len + 1;
	char *out = arena_alloc(a, room);

	return (struct slice){out, fold(s, out, room, NULL)};
}

/* The delay is looked for first: "has not been delivered for 4 hours; it will
 * be retried". */
static enum verdict
verdict_by_words(
    struct arena *a, const struct bounce_words *w, const char *text)
{
	const char *folded = folded_text(a, text).p;

	return has_any(folded, &w->of[VERDICT_DELAYED])  ? VERDICT_DELAYED
	       : has_any(folded, &w->of[VERDICT_FAILED]) ? VERDICT_FAILED
							 : VERDICT_NONE;
}

/* "550", "550-5.1.1", "554 ..." as a word of its own: a reply (RFC 5321). */
static bool
is_reply(const char *p, const char *end)
{
	return end - p > 3 && (*p == '4' || *p == '5') && is_digit(p[1]) &&
	       is_digit(p[2]) && (p[3] == ' ' || p[3] == '-');
}

/* The first line that has a reply of a server in it, from there on; else the
 * first that has one of the words. */
static struct slice
reason_line(struct arena *a, const struct bounce_words *w, struct slice text)
{
	struct slice line, worded = {"", 0};
	const char *p;

	while (slice_line(&text, &line)) {
		line = slice_trim(line);
		for (p = line.p; p < line.p + line.len; p++)
			if ((p == line.p || p[-1] == ' ' || p[-1] == '#' ||
				p[-1] == '(') &&
			    is_reply(p, line.p + line.len))
				return (struct slice){
				    p, (size_t)(line.p + line.len - p)};
		if (worded.len == 0 && line.len > 0 &&
		    verdict_by_words(a, w, slice_dup(a, line)) != VERDICT_NONE)
			worded = line;
	}
	return worded;
}

static char *
recipient_by_words(struct arena *a, const struct message *m)
{
	const char *field = message_field(m, "X-Failed-Recipients");
	size_t n = field == NULL ? 0 : strcspn(field, ", \t");

	return n == 0 ? NULL : arena_strndup(a, field, n);
}

static struct slice
above_quotation(const char *text)
{
	const char *id = strcasestr(text, "\nMessage-ID:");
	size_t n = id == NULL ? strlen(text) : (size_t)(id - text);

	return (struct slice){text, n < TEXT_MOST ? n : TEXT_MOST};
}

struct bounce *
bounce_read(
    struct arena *a, const struct bounce_words *w, const struct message *m)
{
	struct bounce *b;
	struct report r;

	if (!is_server(m))
		return NULL;
	b = arena_alloc(a, sizeof(*b));
	r = read_report(a, m, b);
	if (!r.is)
		r.verdict = verdict_by_words(
		    a, w, arena_printf(a, "%s\n%s", m->subject, m->text));
	if (r.verdict == VERDICT_NONE)
		return NULL;
	b->failed = r.verdict == VERDICT_FAILED;
	b->message_id = returned_id(a, m, r.is);
	if (b->message_id == NULL)
		return NULL;
	if (b->reason == NULL || b->reason[0] == '\0')
		b->reason =
		    one_line(a, reason_line(a, w, above_quotation(m->text)));
	if (b->recipient == NULL)
		b->recipient = recipient_by_words(a, m);
	return b;
}
