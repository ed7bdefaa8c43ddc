/*
 * See icalendar.h.
 *
 * Lines are written whole, and folded as the last step (RFC 5545 section 3.1):
 * an octet count of 75, and no character cut in two.
 */
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "base/utf8.h"
#include "mail/addr.h"
#include "mail/icalendar.h"

enum { LINE_MOST = 75, DAY_SECONDS = 24 * 60 * 60 };

static int
check(const struct todo *t, struct err *err)
{
	if (t->uid == NULL || t->uid[0] == '\0' || t->summary == NULL ||
	    addr_fault(t->organizer) != NULL || t->due.precision == DUE_NONE)
		return err_set(err, EX_DATAERR,
		    "a task needs uid, summary, due and organizer");
	if (!utf8_valid(slice_of(t->uid)) ||
	    !utf8_valid(slice_of(t->summary)) ||
	    !utf8_valid(slice_of(t->description)))
		return err_set(
		    err, EX_DATAERR, "task %s: text is not UTF-8", t->uid);
	return 0;
}

/* RFC 5545 section 3.3.11: TEXT has no control characters; its line ends are
 * written "\n". */
static void
put_text(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "%s:", name);
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			buf_puts(out, "\\n");
			continue;
		}
		if (strchr("\\;,", *text) != NULL)
			buf_putc(out, '\\');
		if ((unsigned char)*text >= ' ' && *text != 0x7f)
			buf_putc(out, *text);
		else if (*text != '\r')
			buf_putc(out, ' ');
	}
	buf_putc(out, '\n');
}

static void
put_date(struct buf *out, const char *name, day_t day)
{
	struct civil c = civil_of_day(day);

	buf_printf(
	    out, "%s;VALUE=DATE:%04d%02d%02d\n", name, c.year, c.month, c.day);
}

static void
put_time(struct buf *out, const char *name, int64_t utc)
{
	const struct moment m = {utc, 0};
	struct civil c = civil_of_day(moment_day(m));
	int s = moment_second(m);

	buf_printf(out, "%s:%04d%02d%02dT%02d%02d%02dZ\n", name, c.year,
	    c.month, c.day, s / 3600, s / 60 % 60, s % 60);
}

/* Start and end are of one type, and the start is never after the end (RFC
 * 5545 section 3.8.2.3). */
static void
put_span(struct buf *out, const struct todo *t)
{
	day_t day = moment_day(t->start);

	if (t->due.precision == DUE_DAY) {
		put_date(out, "DTSTART", day < t->due.day ? day : t->due.day);
		put_date(out, "DUE", t->due.day);
		return;
	}
	put_time(out, "DTSTART",
	    t->start.utc < t->due.at.utc ? t->start.utc : t->due.at.utc);
	put_time(out, "DUE", t->due.at.utc);
}

/* The trigger counts back from DUE, which RFC 5545 section 3.8.6.3 calls the
 * END of a task. */
static void
put_alarm(struct buf *out, int remind, const char *summary)
{
	buf_puts(out, "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER;RELATED=END:-P");
	if (remind % DAY_SECONDS == 0)
		buf_printf(out, "%dD\n", remind / DAY_SECONDS);
	else
		buf_printf(out, "T%dS\n", remind);
	put_text(out, "DESCRIPTION", summary);
	buf_puts(out, "END:VALARM\n");
}

static void
put_todo(struct buf *out, const struct todo *t)
{
	static const char *const status[TODO_STATUSES] = {
	    [TODO_OPEN] = "NEEDS-ACTION",
	    [TODO_DONE] = "COMPLETED",
	    [TODO_CANCELLED] = "CANCELLED",
	};

	buf_puts(out, "BEGIN:VTODO\n");
	put_text(out, "UID", t->uid);
	put_time(out, "DTSTAMP", t->stamp);
	buf_printf(out, "SEQUENCE:%d\n", t->sequence);
	put_span(out, t);
	/* RFC 5546 section 3.4.1 asks for these two as well. */
	buf_puts(out, "PRIORITY:0\n");
	buf_printf(out, "ORGANIZER:mailto:%s\n", t->organizer);
	buf_printf(out, "STATUS:%s\n", status[t->status]);
	if (t->description != NULL)
		put_text(out, "DESCRIPTION", t->description);
	put_text(out, "SUMMARY", t->summary);
	if (t->remind > 0 && t->status == TODO_OPEN)
		put_alarm(out, t->remind, t->summary);
	buf_puts(out, "END:VTODO\n");
}

/* The most of it that a line has room for. */
static size_t
fitting(struct slice rest, size_t room)
{
	size_t n = rest.len < room ? rest.len : room;

	/* Not within a character: its later bytes begin with 10. */
	while (n < rest.len && ((unsigned char)rest.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void
fold_line(struct buf *out, struct slice line)
{
	size_t n = fitting(line, LINE_MOST);

	for (;;) {
		buf_add(out, line.p, n);
		slice_skip(&line, n);
		buf_puts(out, "\r\n");
		if (line.len == 0)
			return;
		buf_putc(out, ' ');
		n = fitting(line, LINE_MOST - 1);
	}
}

int
icalendar_write(
    const struct todo *t, size_t n, struct buf *out, struct err *err)
{
	struct buf text = {0};
	struct slice rest, line;
	size_t i;

	for (i = 0; i < n; i++)
		if (check(&t[i], err) < 0)
			return -1;
	buf_puts(&text, "BEGIN:VCALENDAR\nVERSION:2.0\n"
			"PRODID:-//promised//promised//EN\n"
			"METHOD:PUBLISH\n");
	for (i = 0; i < n; i++)
		put_todo(&text, &t[i]);
	buf_puts(&text, "END:VCALENDAR\n");
	rest = buf_view(&text);
	while (slice_line(&rest, &line))
		fold_line(out, line);
	buf_free(&text);
	return 0;
}
