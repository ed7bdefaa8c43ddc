/*
 * The newest text: what the author of a mail wrote, without what others wrote
 * before.
 *
 * Lines with quote marks go; so does what stands below a header block or a
 * separator (history.h).  Below a line such as "On ... wrote:" answers between
 * quoted lines are kept; without quoted lines all of it is history, unless
 * nothing stands above.  Signatures ("-- ", RFC 3676 section 4.3), what mail
 * programs put below ("Sent from my ...") and the footers of lists go, as long
 * as they are short: a rule may also divide a text.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mail/forms.h"
#include "mail/history.h"
#include "mail/lines.h"
#include "mail/newest.h"
#include "mail/read.h"

enum {
	SIGNATURE_LINES = 30, /* without its blank lines */
	LIST_FOOTER_LINES = 8,
	WRAPPED_WIDTH = 58 /* a quoted line this long may have been wrapped */
};

struct draft {
	struct arena *m;
	const struct forms *forms;
	struct lines lines;
	struct buf text;
	size_t end; /* the line at which all reading ends */
	bool any; /* something was kept */
	bool gap; /* something was left out since */
	/* From these lines on what is written is short enough to be one. */
	size_t signatures, list_footers;
};

/* The first line from which on at most that many lines are not blank. */
static size_t
short_rest(const struct draft *d, size_t most)
{
	size_t i = d->end, written = 0;

	while (i > 0 && written <= most)
		written += !line_blank(&d->lines, --i);
	return written > most ? i + 1 : 0;
}

static bool
is_dashes(struct slice s)
{
	return slice_is(s, "--") || slice_is(s, "\xe2\x80\x94") ||
	       slice_is(s, "\xe2\x80\x94-");
}

static bool
below_tells_list(const struct draft *d, size_t i)
{
	for (i++; i < d->end; i++) {
		struct slice s = line_inner(&d->lines, i);

		if (memmem(s.p, s.len, "://", 3) != NULL ||
		    (s.len > 0 && memchr(s.p, '@', s.len) != NULL))
			return true;
	}
	return false;
}

/* Whether the text ends above this line. */
static bool
is_signature(const struct draft *d, size_t i)
{
	struct slice whole = line_whole(&d->lines, i), s = slice_trim(whole);

	if (s.len == 0)
		return false;
	if (slice_is(whole, "-- "))
		return true;
	if (is_dashes(s))
		return i >= d->signatures;
	if (s.p[0] == '_' && i >= d->list_footers &&
	    (line_is_rule(&d->lines, i) || slice_is(s, "__")))
		return below_tells_list(d, i);
	return line_is_footer(d->forms, &d->lines, i);
}

/* The rest of a quoted line that a program broke: between quoted lines, close
 * to them, below a long one. */
static bool
is_broken_quote(const struct draft *d, size_t i)
{
	const struct line *v = d->lines.v;

	return i > 0 && i + 1 < d->end && v[i].depth == 0 &&
	       v[i - 1].depth > 0 && v[i + 1].depth > 0 &&
	       v[i - 1].len > WRAPPED_WIDTH && v[i].len < v[i - 1].len;
}

static void
keep_line(struct draft *d, size_t i, size_t len)
{
	struct slice s = line_whole(&d->lines, i);

	if (d->lines.v[i].depth > 0 || is_broken_quote(d, i)) {
		d->gap = true;
		return;
	}
	if (len < s.len)
		s.len = len;
	/* One blank line is enough where quoted lines stood. */
	if (d->gap && slice_trim(s).len == 0 && d->text.len > 1 &&
	    memcmp(d->text.p + d->text.len - 2, "\n\n", 2) == 0)
		return;
	d->gap = false;
	d->any |= slice_trim(s).len > 0;
	buf_slice(&d->text, s);
	buf_putc(&d->text, '\n');
}

/* Keeps lines from..to; false when a signature ended the text. */
static bool
keep_lines(struct draft *d, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if (d->lines.v[i].depth == 0 && is_signature(d, i))
			return false;
		keep_line(d, i, SIZE_MAX);
	}
	return true;
}

/* A rule right above a history belongs to it. */
static size_t
before_rule(const struct draft *d, size_t from, size_t i)
{
	size_t above = i;

	while (above > from && line_blank(&d->lines, above - 1))
		above--;
	if (above > from && line_is_rule(&d->lines, above - 1))
		return above - 1;
	return i;
}

static bool
quotes_follow(const struct draft *d, size_t i)
{
	while (
	    i < d->end && line_blank(&d->lines, i) && d->lines.v[i].depth == 0)
		i++;
	return i < d->end && d->lines.v[i].depth > 0;
}

/* Walks from boundary to boundary; the lines after each are read only when
 * they can be the author's. */
static void
read_draft(struct draft *d)
{
	size_t from = 0;
	struct boundary b;

	while (history_find(d->m, d->forms, &d->lines, from, true, &b)) {
		if (!keep_lines(d, from, before_rule(d, from, b.first)))
			return;
		if (b.kept > 0)
			keep_line(d, b.first, b.kept);
		if (d->any &&
		    (b.mark != MARK_WROTE || !quotes_follow(d, b.after)))
			return;
		from = b.after;
	}
	keep_lines(d, from, d->end);
}

/* A text of nothing but quoted lines, without history, is the author's own
 * way of writing. */
static bool
only_quotes(struct draft *d)
{
	struct boundary b;

	return !history_find(d->m, d->forms, &d->lines, 0, false, &b);
}

static void
keep_unquoted(struct draft *d)
{
	buf_clear(&d->text);
	for (size_t i = 0; i < d->end; i++) {
		buf_slice(&d->text, line_inner(&d->lines, i));
		buf_putc(&d->text, '\n');
	}
}

static char *
without_blank_edges(struct arena *m, struct slice text)
{
	struct slice rest = text, line;

	/* Blank lines go at the start, the indent of the first line stays. */
	while (slice_line(&rest, &line) && slice_trim(line).len == 0)
		text = rest;
	while (text.len > 0 && strchr(" \t\r\n", text.p[text.len - 1]) != NULL)
		text.len--;
	return slice_dup(m, text);
}

static void
begin_draft(struct draft *d)
{
	d->end = d->lines.n;
	d->signatures = short_rest(d, SIGNATURE_LINES);
	d->list_footers = short_rest(d, LIST_FOOTER_LINES);
}

static char *
end_draft(struct draft *d)
{
	char *out = without_blank_edges(d->m, buf_view(&d->text));

	buf_free(&d->text);
	return out;
}

char *
newest_text(struct arena *m, const struct forms *forms, const char *text)
{
	struct lines lines;

	history_lines(m, text, &lines);
	return newest_of_lines(m, forms, &lines);
}

char *
newest_of_lines(
    struct arena *m, const struct forms *forms, const struct lines *lines)
{
	struct draft d = {.m = m, .forms = forms, .lines = *lines};

	history_again(&d.lines);
	begin_draft(&d);
	read_draft(&d);
	if (!d.any && only_quotes(&d))
		keep_unquoted(&d);
	return end_draft(&d);
}

char *
newest_without_history(
    struct arena *m, const struct forms *forms, const struct lines *lines)
{
	struct draft d = {.m = m, .forms = forms, .lines = *lines};

	begin_draft(&d);
	keep_lines(&d, 0, d.end);
	if (!d.any)
		keep_unquoted(&d);
	return end_draft(&d);
}
