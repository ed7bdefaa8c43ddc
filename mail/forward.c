/*
 * The original that a forward carries.
 *
 * What a forward is: a separator that only forwards have; or a subject that
 * says so ("Fwd:") above a header block, a separator that replies have too
 * ("Original Message") or a line "On ... wrote:"; or such a header with nothing
 * above it in a mail that answers none; or an enclosed message/rfc822.  A reply
 * carries the same header blocks, below what its author wrote: so a subject
 * that says "Re:" is believed, and without any prefix a text above the header
 * makes a reply.
 *
 * A forward of a forward is followed inwards, LEVELS_MOST times at most, as
 * long as the inner text is itself a forward and its sender is not the one who
 * forwarded: the company's message counts.  A redirect (Resent-*, RFC 5322
 * section 3.6.6) is passed on as it was: the message itself is the original.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "mail/datetext.h"
#include "mail/fold.h"
#include "mail/forms.h"
#include "mail/history.h"
#include "mail/lines.h"
#include "mail/message.h"
#include "mail/newest.h"
#include "mail/people.h"
#include "mail/read.h"

enum {
	LEVELS_MOST = 5,
	INWARD_MOST = 2 << 20, /* bytes read on the way */
	ENCLOSED_MOST = 32, /* messages looked at in one mail */
	PREFIX_MOST = 40, /* bytes of a subject before its colon */
	NOTE_MOST = 400, /* bytes of a note above an enclosed message */
	INDENT = 4 /* of the text below "On ... wrote:" in Outlook */
};

enum prefix { PREFIX_NONE, PREFIX_FORWARD, PREFIX_REPLY, PREFIX_EITHER };

/* A step on the way inwards. */
struct step {
	struct arena *m;
	const struct forms *forms;
	struct original *o;
	const char *forwarder; /* address of who sent the mail; or NULL */
	bool answers; /* the message names one that it answers */
	struct lines lines; /* of o's text, as last searched */
	bool no_history; /* and nothing was found there */
	unsigned level;
	size_t spent; /* bytes of text read */
};

/* --- subjects ----------------------------------------------------------- */

static struct slice
subject_start(const char *subject)
{
	struct slice s = slice_of(subject);

	while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '['))
		s.p++, s.len--;
	return s;
}

/* "Re[2]", "Re(3)", "Fwd^2": the counter goes. */
static size_t
without_counter(const char *folded, size_t n)
{
	size_t end = n;

	while (end > 1 && strchr("0123456789[]()^ ", folded[end - 1]) != NULL)
		end--;
	return end;
}

/* mutt: "[someone@example.org: the subject]"; pine: "the subject (fwd)" */
static bool
odd_forward(const char *subject)
{
	static const char pine[] = "(fwd)";
	size_t n = strlen(subject);
	const char *at = strchr(subject, '@'), *colon;

	if (subject[0] == '[' && at != NULL && n > 1 && subject[n - 1] == ']') {
		colon = strchr(at, ':');
		return colon != NULL &&
		       strcspn(subject, " ") > (size_t)(colon - subject);
	}
	return n > sizeof(pine) &&
	       strcasecmp(subject + n - (sizeof(pine) - 1), pine) == 0;
}

static enum prefix
subject_prefix(const struct forms *forms, const char *subject)
{
	char folded[PREFIX_MOST * 2];
	struct slice s = subject_start(subject);
	const char *colon;
	enum prefix prefix = PREFIX_NONE;

	s.len = s.len < PREFIX_MOST ? s.len : PREFIX_MOST;
	s.len = fold(s, folded, sizeof(folded), NULL);
	s.p = folded;
	colon = memchr(s.p, ':', s.len);
	if (colon == NULL)
		return odd_forward(subject) ? PREFIX_FORWARD : PREFIX_NONE;
	s.len = without_counter(folded, (size_t)(colon - folded));
	if (forms_word(forms, s, 1u << FORM_FORWARD_SUBJECT) != NULL)
		prefix = PREFIX_FORWARD;
	if (forms_word(forms, s, 1u << FORM_REPLY_SUBJECT) != NULL)
		prefix =
		    prefix == PREFIX_FORWARD ? PREFIX_EITHER : PREFIX_REPLY;
	if (prefix == PREFIX_NONE && odd_forward(subject))
		prefix = PREFIX_FORWARD;
	return prefix;
}

/* --- deciding ----------------------------------------------------------- */

static bool
blank_above(const struct lines *lines, const struct boundary *b)
{
	if (b->kept > 0)
		return false;
	for (size_t i = 0; i < b->first; i++) {
		if (!line_blank(lines, i))
			return false;
	}
	return true;
}

static bool
is_forward(const struct step *s, const struct lines *lines,
    const struct boundary *b, enum prefix prefix)
{
	bool bare = blank_above(lines, b);

	if (!b->header.seen[LABEL_FROM] &&
	    (b->mark != MARK_FORWARD || !b->header.seen[LABEL_SUBJECT]))
		return false;
	/* Further in, what has a text above it is the thread of the original. */
	if (s->level > 0)
		return prefix == PREFIX_FORWARD ||
		       (bare && b->mark != MARK_WROTE &&
			   prefix != PREFIX_REPLY);
	if (prefix == PREFIX_FORWARD)
		return true;
	if (b->mark == MARK_FORWARD)
		return prefix != PREFIX_REPLY || (b->depth == 0 && !s->answers);
	if (b->mark == MARK_WROTE || s->answers)
		return false;
	return prefix == PREFIX_EITHER || (prefix == PREFIX_NONE && bare);
}

/* --- taking the original out -------------------------------------------- */

/* Without as many quote marks as the header had. */
static struct slice
unquoted(const struct lines *lines, size_t i, unsigned depth)
{
	struct slice s = line_whole(lines, i);
	unsigned taken = 0;

	if (lines->v[i].depth < depth)
		return s;
	while (taken < depth && s.len > 0) {
		taken += s.p[0] == '>';
		s.p++;
		s.len--;
	}
	if (depth > 0 && s.len > 0 && s.p[0] == ' ')
		s.p++, s.len--;
	return s;
}

/* Orange quotes the header and not always the text. */
static bool
text_unquoted(const struct lines *lines, const struct boundary *b)
{
	size_t i = b->after;

	while (i < lines->n && line_blank(lines, i))
		i++;
	return b->mark != MARK_WROTE && i < lines->n && lines->v[i].depth == 0;
}

static size_t
body_end(
    const struct step *s, const struct lines *lines, const struct boundary *b)
{
	bool quoted = b->depth > 0 && !text_unquoted(lines, b);
	size_t end = b->after;

	for (size_t i = b->after; i < lines->n; i++) {
		if (quoted) {
			if (lines->v[i].depth >= b->depth)
				end = i + 1;
		} else if (lines->v[i].depth == 0 &&
			   history_ends(s->forms, lines, i)) {
			return i;
		} else {
			end = i + 1;
		}
	}
	return end;
}

/* What all written lines of the text begin with. */
struct habit {
	bool quoted, indented;
};

static struct habit
habit_of(const struct lines *lines, size_t from, size_t to, unsigned depth)
{
	struct habit h = {true, true};
	bool written = false;

	for (size_t i = from; i < to && (h.quoted || h.indented); i++) {
		struct slice s = unquoted(lines, i, depth);

		if (slice_trim(s).len == 0)
			continue;
		written = true;
		h.quoted &= s.p[0] == '>';
		h.indented &=
		    s.len > INDENT && memcmp(s.p, "    ", INDENT) == 0;
	}
	h.quoted &= written;
	h.indented &= written;
	return h;
}

static char *
body_take(
    const struct step *s, const struct lines *lines, const struct boundary *b)
{
	size_t from = b->after, to = body_end(s, lines, b);
	struct habit habit;
	struct buf text = {0};

	while (from < to && line_blank(lines, from))
		from++;
	while (to > from &&
	       (line_blank(lines, to - 1) ||
		   (b->mark == MARK_FORWARD && line_is_rule(lines, to - 1))))
		to--;
	habit = habit_of(lines, from, to, b->depth);
	for (size_t i = from; i < to; i++) {
		struct slice line = unquoted(lines, i, b->depth);
		size_t skip = 0;

		if (habit.quoted && line.len > 0 && line.p[0] == '>')
			skip = line.len > 1 && line.p[1] == ' ' ? 2 : 1;
		else if (habit.indented && b->mark == MARK_WROTE &&
			 line.len >= INDENT)
			skip = INDENT;
		buf_add(&text, line.p + skip, line.len - skip);
		buf_putc(&text, '\n');
	}
	if (text.len > 0)
		text.p[--text.len] = '\0';
	return buf_keep(&text, s->m);
}

/* What the forwarder wrote above, without a signature (RFC 3676 section 4.3)
 * and the footer of a mail program. */
static char *
comment_take(
    const struct step *s, const struct lines *lines, const struct boundary *b)
{
	struct buf text = {0};
	char *comment;

	for (size_t i = 0; i < b->first; i++) {
		if (slice_is(line_inner(lines, i), "--") ||
		    line_is_footer(s->forms, lines, i))
			break;
		buf_slice(&text, line_whole(lines, i));
		buf_putc(&text, '\n');
	}
	comment = slice_dup(s->m, slice_trim(buf_view(&text)));
	buf_free(&text);
	return comment;
}

static void
date_take(const struct step *s, const struct quoted_header *h)
{
	struct original *o = s->o;
	struct slice value = h->field[LABEL_DATE];
	struct date_hint hint = {.has_later = o->has_date,
	    .later = o->date,
	    .languages = h->languages};
	struct date_text date;

	o->date_text = NULL;
	if (value.len > 0)
		o->date_text = text_visible(s->m, value);
	/* Without a date of its own the original is as old as its forward. */
	if (!date_text(s->forms, value, &hint, &date))
		return;
	o->has_date = true;
	o->date = date.at;
}

static void
header_take(const struct step *s, const struct boundary *b)
{
	const struct quoted_header *h = &b->header;
	struct original *o = s->o;

	o->from = person_read(s->m, h->field[LABEL_FROM]);
	o->to = people_read(s->m, h->field[LABEL_TO]);
	o->cc = people_read(s->m, h->field[LABEL_CC]);
	if (h->seen[LABEL_SUBJECT])
		o->subject = slice_dup(s->m,
		    slice_trim(
			slice_of(text_visible(s->m, h->field[LABEL_SUBJECT]))));
	else
		o->subject = "";
	date_take(s, h);
}

/* A forward by "On ... wrote:" tells no subject: the outer one without its
 * prefixes is all there is. */
static const char *
bare_subject(const struct step *s, const char *subject)
{
	struct slice rest = subject_start(subject);
	const char *colon = memchr(rest.p, ':', rest.len);

	if (colon == NULL ||
	    subject_prefix(s->forms, subject) != PREFIX_FORWARD)
		return subject;
	rest.len -= (size_t)(colon + 1 - rest.p);
	rest.p = colon + 1;
	return slice_dup(s->m, slice_trim(rest));
}

static bool
from_forwarder(const struct step *s, const struct boundary *b)
{
	struct address a;

	if (s->level == 0 || s->forwarder == NULL)
		return false;
	a = person_read(s->m, b->header.field[LABEL_FROM]);
	return a.addr != NULL && strcasecmp(a.addr, s->forwarder) == 0;
}

/*
 * Gmail forwards a whole conversation under one subject, a header block above
 * each mail.  The last that the forwarder did not write counts, else the last.
 */
static void
conversation_last(struct step *s, struct lines *lines, struct boundary *b)
{
	struct quoted_header whole = b->header;
	struct boundary next, best = *b;
	bool best_own = true;
	size_t i = b->after, end = lines->n;

	if (b->mark != MARK_FORWARD || whole.seen[LABEL_FROM])
		return;
	while (history_find(s->m, s->forms, lines, i, false, &next) &&
	       next.mark == MARK_BLOCK && next.depth == b->depth) {
		struct address a =
		    person_read(s->m, next.header.field[LABEL_FROM]);
		bool own = a.addr != NULL && s->forwarder != NULL &&
			   strcasecmp(a.addr, s->forwarder) == 0;

		if (!best_own && end > next.first)
			end = next.first;
		if (!own || best_own) {
			best = next;
			best_own = own;
			end = lines->n;
		}
		i = next.after;
	}
	if (best.mark != MARK_BLOCK)
		return;
	b->header = best.header;
	b->header.seen[LABEL_SUBJECT] = true;
	b->header.field[LABEL_SUBJECT] = whole.field[LABEL_SUBJECT];
	b->after = best.after;
	lines->n = end;
}

/* One step inwards in the text; false when it is no forward. */
static bool
step_inline(struct step *s)
{
	struct original *o = s->o;
	const char *outer = o->subject;
	struct lines *lines = &s->lines;
	struct boundary b;

	history_lines(s->m, o->text, lines);
	s->no_history = !history_find(s->m, s->forms, lines, 0, false, &b);
	if (s->no_history ||
	    !is_forward(s, lines, &b, subject_prefix(s->forms, outer)) ||
	    from_forwarder(s, &b))
		return false;
	if (s->level == 0)
		o->comment = comment_take(s, lines, &b);
	conversation_last(s, lines, &b);
	header_take(s, &b);
	if (!b.header.seen[LABEL_SUBJECT])
		o->subject = bare_subject(s, outer);
	o->text = body_take(s, lines, &b);
	o->client = b.form;
	o->message_id = NULL;
	o->references = (struct strings){0};
	o->forwarded = true;
	s->no_history = false; /* of the inner text nothing is known yet */
	return true;
}

/* --- enclosed messages -------------------------------------------------- */

static bool
is_report(const struct message *m)
{
	static const char report[] = "multipart/report";
	const char *type = message_field(m, "Content-Type");

	return type != NULL &&
	       strncasecmp(type, report, sizeof(report) - 1) == 0;
}

static bool
same_addr(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}

/* The latest that the forwarder did not write, else the latest of all. */
static struct message *
enclosed_choose(const struct step *s, const struct message *outer)
{
	struct message *best = NULL;
	bool best_own = true;

	for (size_t i = 0; i < outer->enclosed_count && i < ENCLOSED_MOST;
	     i++) {
		struct message *m = message_read(s->m, outer->enclosed[i]);
		bool own = same_addr(m->from.addr, s->forwarder);

		if (best == NULL || (best_own && !own) ||
		    (best_own == own && m->has_date &&
			(!best->has_date || m->date.utc >= best->date.utc))) {
			best = m;
			best_own = own;
		}
	}
	return best;
}

static bool
carries_enclosed(const struct step *s, const struct message *m)
{
	enum prefix prefix = subject_prefix(s->forms, m->subject);

	if (m->enclosed_count == 0 || is_report(m) || prefix == PREFIX_REPLY)
		return false;
	return prefix != PREFIX_NONE || strlen(m->text) <= NOTE_MOST;
}

static void
references_add(struct arena *m, struct strings *to, const struct strings *from)
{
	for (size_t i = 0; i < from->n; i++)
		strings_add(m, to, from->v[i]);
}

/* The message's own fields are the original's. */
static void
message_take(struct step *s, const struct message *m)
{
	struct original *o = s->o;

	o->from = m->from;
	o->to = m->to;
	o->cc = m->cc;
	o->subject = m->subject;
	o->text = m->text;
	o->date_text = message_field(m, "Date");
	if (m->has_date) {
		o->has_date = true;
		o->date = m->date;
	}
	o->message_id = m->message_id;
	o->references = (struct strings){0};
	references_add(s->m, &o->references, &m->references);
	references_add(s->m, &o->references, &m->in_reply_to);
}

static struct message *
step_enclosed(struct step *s, const struct message *outer)
{
	struct message *inner = enclosed_choose(s, outer);

	if (s->level == 0)
		s->o->comment =
		    slice_dup(s->m, slice_trim(slice_of(outer->text)));
	s->o->has_date = false;
	message_take(s, inner);
	s->no_history = false;
	s->o->client = "message/rfc822";
	s->o->forwarded = true;
	return inner;
}

static bool
is_redirect(const struct message *m)
{
	return message_field(m, "Resent-From") != NULL ||
	       message_field(m, "Resent-To") != NULL;
}

struct original *
original_read(
    struct arena *m, const struct forms *forms, const struct message *message)
{
	struct original *o = arena_alloc(m, sizeof(*o));
	struct step s = {.m = m,
	    .forms = forms,
	    .o = o,
	    .forwarder = message->from.addr,
	    .answers = message->in_reply_to.n > 0};
	const struct message *now = message;

	o->comment = "";
	message_take(&s, message);
	if (is_redirect(message)) {
		o->forwarded = true;
		o->client = "resent";
		s.forwarder = NULL;
	}
	while (s.level < LEVELS_MOST && s.spent <= INWARD_MOST) {
		s.spent += strlen(o->text);
		if (!step_inline(&s)) {
			if (now == NULL || !carries_enclosed(&s, now))
				break;
			now = step_enclosed(&s, now);
		} else {
			now = NULL;
		}
		s.level++;
	}
	if (s.no_history)
		o->newest = newest_without_history(m, forms, &s.lines);
	else if (s.lines.text == o->text)
		o->newest = newest_of_lines(m, forms, &s.lines);
	else
		o->newest = newest_text(m, forms, o->text);
	return o;
}
