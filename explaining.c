/*
 * See explaining.h.  A sentence is printed as a row of cells, one for each
 * character, so that what is underlined stays under its words when lines are
 * broken.  What comes from the mail is printed as cells only, and a cell holds
 * no control character and no character that turns the direction of writing.
 */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "explaining.h"

enum { COLUMNS = 80, MARGIN = 12 };

/* A character on the terminal. */
struct cell {
	const char *p;
	unsigned char len, width;
	char mark; /* what is printed below it, or ' ' */
};

struct row {
	struct cell *v;
	size_t n;
};

/* How wide characters are that are not one column wide, and which are shown as
 * "?", for they would move or turn what follows. */
static const struct {
	uint32_t first, last;
	int width; /* -1: not shown */
} widths[] = {
    {0x0000, 0x001f, -1},
    {0x007f, 0x009f, -1},
    {0x00ad, 0x00ad, 0},
    {0x0300, 0x036f, 0},
    {0x061c, 0x061c, -1},
    {0x1100, 0x115f, 2},
    {0x200b, 0x200d, 0},
    {0x200e, 0x200f, -1},
    {0x2028, 0x202e, -1},
    {0x2060, 0x2064, 0},
    {0x2066, 0x206f, -1},
    {0x2e80, 0x303e, 2},
    {0x3041, 0xa4cf, 2},
    {0xac00, 0xd7a3, 2},
    {0xf900, 0xfaff, 2},
    {0xfe00, 0xfe0f, 0},
    {0xfe30, 0xfe6f, 2},
    {0xfeff, 0xfeff, 0},
    {0xff00, 0xff60, 2},
    {0xffe0, 0xffe6, 2},
    {0x1f300, 0x1faff, 2},
    {0x20000, 0x3fffd, 2},
    {0xe0000, 0xe0fff, -1},
};

static int
width_of(uint32_t c)
{
	size_t i;

	for (i = 0; i < sizeof(widths) / sizeof(*widths); i++)
		if (c >= widths[i].first && c <= widths[i].last)
			return widths[i].width;
	return 1;
}

static uint32_t
decode(const char *p, size_t len)
{
	uint32_t c = (unsigned char)p[0];
	size_t i;

	if (len > 1)
		c &= 0xffu >> (len + 1);
	for (i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)p[i] & 0x3f);
	return c;
}

static struct cell
cell_at(const char *p, size_t n)
{
	size_t len = utf8_length(p, n);
	int width = len == 0 ? -1 : width_of(decode(p, len));

	if (width >= 0)
		return (struct cell){
		    p, (unsigned char)len, (unsigned char)width, ' '};
	return (struct cell){"?", 1, 1, ' '};
}

static struct row
row_of(struct arena *a, const char *text)
{
	size_t at, n = strlen(text);
	struct row row = {arena_calloc(a, n + 1, sizeof(*row.v)), 0};
	size_t len;

	for (at = 0; at < n; at += len) {
		row.v[row.n++] = cell_at(text + at, n - at);
		len = utf8_length(text + at, n - at);
		len = len == 0 ? 1 : len;
	}
	return row;
}

/* Puts a mark below a stretch of the text that the row was made of. */
static void
mark(struct row row, struct span at, char with)
{
	size_t i, place = 0;

	for (i = 0; i < row.n; i++) {
		if (place >= at.start && place < at.end)
			row.v[i].mark = with;
		place += row.v[i].len;
	}
}

/* How many cells fit on a line from `from`; it ends with a word where it can. */
static size_t
line_cells(struct row row, size_t from, size_t room)
{
	size_t i, used = 0, last = 0;

	for (i = from; i < row.n; i++) {
		used += row.v[i].width;
		if (used > room)
			return last > 0 ? last : i > from ? i - from : 1;
		if (row.v[i].p[0] == ' ')
			last = i - from + 1;
	}
	return row.n - from;
}

static void
print_marks(FILE *out, const struct cell *v, size_t n)
{
	size_t i, last = 0;
	int k;

	for (i = 0; i < n; i++)
		if (v[i].mark != ' ')
			last = i + 1;
	if (last == 0)
		return;
	fprintf(out, "%*s", MARGIN, "");
	for (i = 0; i < last; i++)
		for (k = 0; k < v[i].width; k++)
			putc(v[i].mark, out);
	putc('\n', out);
}

/* A row on as many lines as it needs, the first one after `margin`. */
static void
print_row(FILE *out, const char *margin, size_t indent, struct row row)
{
	size_t from, n, end, i;

	for (from = 0; from < row.n; from += n) {
		n = line_cells(row, from, COLUMNS - 1 - indent);
		fprintf(out, "%-*s", (int)indent, from == 0 ? margin : "");
		end = from + n;
		while (end > from && row.v[end - 1].p[0] == ' ')
			end--;
		for (i = from; i < end; i++)
			fwrite(row.v[i].p, 1, row.v[i].len, out);
		putc('\n', out);
		print_marks(out, row.v + from, end - from);
	}
}

static void print_line(FILE *, struct arena *, const char *margin,
    size_t indent, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void
print_line(FILE *out, struct arena *a, const char *margin, size_t indent,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_row(out, margin, indent, row_of(a, arena_vprintf(a, fmt, ap)));
	va_end(ap);
}

static void
print_obligation(FILE *out, struct arena *a, const struct note *n)
{
	const struct obligation_found *o = &n->taken;
	char text[DATE_ROOM];

	print_line(out, a, "         => ", MARGIN, "%s %s: %s, %s%s%s (%s)",
	    who_name(o->who), kind_name(o->kind), action_name(o->action),
	    o->due.precision != DUE_NONE ? "due " : "no date",
	    o->due.precision != DUE_NONE ? due_print(o->due, text) : "",
	    o->vague       ? ", vague"
	    : o->condition ? ", waits for an event"
			   : "",
	    n->rule);
}

static void
print_note(FILE *out, struct arena *a, const struct note *n)
{
	switch (n->noted) {
	case NOTED_OBLIGATION:
		print_obligation(out, a, n);
		break;
	case NOTED_SIGNAL:
	case NOTED_MANNER:
		print_line(out, a, "         => ", MARGIN, "%s %s (%s)",
		    n->noted == NOTED_SIGNAL ? "signal" : "manner", n->what,
		    n->rule);
		break;
	case NOTED_REFERENCE:
		print_line(out, a, "         => ", MARGIN, "reference %s (%s)",
		    n->what, n->rule);
		break;
	case NOTED_MISS:
		print_line(out, a, "         -- ", MARGIN,
		    "%s, not taken: %s%s%s%s%s", n->what, n->why,
		    n->by != NULL ? ", " : "", n->by != NULL ? n->by : "",
		    n->rule != NULL ? "; came near: " : "",
		    n->rule != NULL ? n->rule : "");
		break;
	}
}

/* What was taken is underlined over what was not. */
static void
mark_notes(struct row row, const struct explained *s)
{
	size_t i;

	for (i = 0; i < s->note_count; i++)
		if (s->notes[i].noted == NOTED_MISS)
			mark(row, s->notes[i].words, '.');
	for (i = 0; i < s->note_count; i++)
		if (s->notes[i].noted != NOTED_MISS)
			mark(row, s->notes[i].words, '^');
	for (i = 0; i < s->note_count; i++)
		mark(row, s->notes[i].time, '~');
}

static void
print_sentence(FILE *out, struct arena *a, const struct explained *s)
{
	struct row row = row_of(a, s->text);
	size_t i;

	if (s->apart)
		putc('\n', out);
	mark_notes(row, s);
	print_row(out, zone_name(s->zone), MARGIN, row);
	for (i = 0; i < s->note_count; i++)
		print_note(out, a, &s->notes[i]);
}

/* What stands in no sentence. */
static void
print_rest(FILE *out, struct arena *a, const struct understood *u)
{
	const struct findings *f = u->findings;
	size_t i;

	if (f->agent != NULL)
		print_line(out, a, "", 0, "signed by %s (%s)", f->agent,
		    u->explanation->agent_rule);
	for (i = 0; i < f->signal_count; i++)
		if (f->signals[i].end == 0)
			print_line(out, a, "", 0, "signal %s (%s)",
			    f->signals[i].name, f->signals[i].rule);
	for (i = 0; i < f->manner_count; i++)
		if (f->manner[i].end == 0)
			print_line(out, a, "", 0, "manner %s (%s)",
			    f->manner[i].name, f->manner[i].rule);
	for (i = 0; i < f->fault_count; i++)
		print_line(out, a, "", 0, "gave up on some sentence: %s",
		    f->faults[i]);
	for (i = 0; i < u->message->faults.n; i++)
		print_line(
		    out, a, "", 0, "not read: %s", u->message->faults.v[i]);
	print_line(out, a, "", 0,
	    "%zu obligation%s, %zu signal%s, %zu reference%s",
	    f->obligation_count, f->obligation_count == 1 ? "" : "s",
	    f->signal_count, f->signal_count == 1 ? "" : "s",
	    f->reference_count, f->reference_count == 1 ? "" : "s");
}

void
print_explanation(FILE *out, struct arena *a, const char *file,
    const struct understood *u, const char *region)
{
	const struct findings *f = u->findings;
	char text[DATE_ROOM];
	size_t i;

	print_line(out, a, "", 0, "%s", file);
	print_line(out, a, "", 0, "from %s%s%s, %s",
	    f->sender == WHO_COMPANY ? "the company" : "the customer of",
	    u->company != NULL ? " " : "", u->company != NULL ? u->company : "",
	    moment_print(f->anchor, text));
	print_line(
	    out, a, "", 0, "language %s, region %s", f->language, region);
	putc('\n', out);
	for (i = 0; i < u->explanation->n; i++)
		print_sentence(out, a, &u->explanation->v[i]);
	putc('\n', out);
	print_rest(out, a, u);
}
