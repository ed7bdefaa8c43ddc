/*
 * See guard.h.  Multipart syntax is RFC 2046 section 5.1.1: a delimiter line
 * is "--", the boundary, perhaps "--", and white space; one that belongs to
 * an outer multipart ends all that is within (5.1.2).
 *
 * What is wrong in a mail is read as follows.  A multipart whose boundary
 * never comes is text.  One without a boundary parameter has that of the first
 * line "--..." with a "Content-" field under it.  A line in a header that is
 * no field is passed over when the next line is one, else the body begins
 * there.  A boundary that is the beginning of another one is told apart by
 * comparing the whole line, innermost first.
 */
#include <string.h>

#include "mail/guard.h"
#include "mail/transfer.h"

/* What is open around the place where we are. */
struct open {
	struct slice boundary; /* empty for a message/rfc822 */
	size_t section;
};

struct scan {
	struct arena *arena;
	struct sections *out;
	struct strings *faults;
	const char *p, *end; /* what is still to be read */
	struct open stack[GUARD_DEPTH];
	size_t depth;
	bool deep, full; /* a budget was used up; said once */
};

void
guard_fault(struct arena *arena, struct strings *faults, const char *fmt, ...)
{
	va_list ap;

	if (faults->n >= GUARD_FAULTS)
		return;
	va_start(ap, fmt);
	strings_add(arena, faults, arena_vprintf(arena, fmt, ap));
	va_end(ap);
}

/* The line at p, without its end; *next is where the following one begins. */
static struct slice
line_at(const char *p, const char *end, const char **next)
{
	struct slice rest = {p, (size_t)(end - p)}, line = {p, 0};

	slice_line(&rest, &line);
	*next = rest.p;
	return line;
}

static bool
is_blank(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.p[i] != ' ' && s.p[i] != '\t')
			return false;
	return true;
}

enum delimiter { NO_DELIMITER, DELIMITER, CLOSE_DELIMITER };

static enum delimiter
match(struct slice line, struct slice boundary)
{
	struct slice rest;
	enum delimiter found = DELIMITER;

	if (boundary.len == 0 || line.len < boundary.len + 2 ||
	    memcmp(line.p + 2, boundary.p, boundary.len) != 0)
		return NO_DELIMITER;
	rest.p = line.p + 2 + boundary.len;
	rest.len = line.len - 2 - boundary.len;
	if (slice_starts(rest, "--")) {
		found = CLOSE_DELIMITER;
		rest.p += 2;
		rest.len -= 2;
	}
	return is_blank(rest) ? found : NO_DELIMITER;
}

/* Which open multipart the line delimits; *level is its place on the stack. */
static enum delimiter
delimiter(const struct scan *s, struct slice line, size_t *level)
{
	enum delimiter found;
	size_t i;

	if (line.len < 3 || line.p[0] != '-' || line.p[1] != '-')
		return NO_DELIMITER;
	for (i = s->depth; i > 0; i--) {
		found = match(line, s->stack[i - 1].boundary);
		if (found != NO_DELIMITER) {
			*level = i - 1;
			return found;
		}
	}
	return NO_DELIMITER;
}

/* Whether a field or what continues one begins at p. */
static bool
goes_on_as_header(const char *p, const char *end)
{
	const char *next;
	struct slice line = line_at(p, end, &next);

	return header_is_field(line, NULL);
}

/*
 * Where the header that begins at p ends: behind it; *body is where the body
 * begins, behind the empty line if there is one.
 */
static const char *
header_end(const struct scan *s, const char *p, const char **body)
{
	const char *next, *start = p;
	struct slice line;
	size_t level;

	for (; p < s->end; p = next) {
		line = line_at(p, s->end, &next);
		if (line.len == 0) {
			*body = next;
			return p;
		}
		if (delimiter(s, line, &level) != NO_DELIMITER)
			break;
		if (header_is_field(line, NULL))
			continue;
		if (p == start || (*line.p != ' ' && *line.p != '\t' &&
				      !goes_on_as_header(next, s->end)))
			break;
	}
	*body = p;
	return p;
}

/* A boundary for a multipart that names none: see the head of this file. */
static struct slice
guess_boundary(const char *p, const char *end)
{
	enum { LOOK = 4096 };
	struct slice none = {NULL, 0}, line;
	const char *next;

	if (end - p > LOOK)
		end = p + LOOK;
	for (; p < end; p = next) {
		line = line_at(p, end, &next);
		if (line.len < 3 || !slice_starts(line, "--"))
			continue;
		if (!slice_starts_nocase(line_at(next, end, &next), "content-"))
			return none;
		line = slice_trim(line);
		line.p += 2;
		line.len -= 2;
		return line;
	}
	return none;
}

static struct section *
add_section(struct scan *s)
{
	struct sections *out = s->out;

	out->v = arena_grow(s->arena, out->v, out->n, sizeof(*out->v));
	memset(&out->v[out->n], 0, sizeof(*out->v));
	return &out->v[out->n++];
}

static bool
is_digest(const struct scan *s)
{
	const struct section *v = s->out->v;
	size_t at = s->depth;

	return at > 0 &&
	       v[s->stack[at - 1].section].kind == SECTION_MULTIPART &&
	       strcmp(v[s->stack[at - 1].section].content.value,
		   "multipart/digest") == 0;
}

static bool
is_mail(const struct section *section)
{
	static const char *const types[] = {
	    "message/rfc822", "message/global", "message/news"};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(section->content.value, types[i]) == 0)
			return true;
	return false;
}

/* What the section is, and the boundary of a multipart. */
static void
classify(struct scan *s, struct section *section, struct slice *boundary)
{
	struct slice encoding =
	    header_find(&section->header, "Content-Transfer-Encoding");

	boundary->p = NULL;
	boundary->len = 0;
	header_content(s->arena, header_find(&section->header, "Content-Type"),
	    &section->content);
	if (section->content.value[0] == '\0' && is_digest(s))
		section->content.value = "message/rfc822";
	if (strncmp(section->content.value, "multipart/", 10) == 0) {
		*boundary = slice_trim(slice_of(
		    content_text(s->arena, &section->content, "boundary")));
		if (boundary->len == 0)
			*boundary = guess_boundary(s->p, s->end);
		if (boundary->len > 0)
			section->kind = SECTION_MULTIPART;
	} else if (is_mail(section) && transfer_is_identity(encoding)) {
		section->kind = SECTION_MESSAGE;
	}
}

/* Reads the header at s->p, and goes down into what is a whole of others. */
static void
begin_section(struct scan *s)
{
	struct section *section;
	struct slice block, boundary;
	bool down = true;

	while (down && s->out->n < GUARD_PARTS) {
		size_t number = s->out->n;
		const char *body;

		section = add_section(s);
		block.p = s->p;
		block.len = (size_t)(header_end(s, s->p, &body) - s->p);
		header_read(s->arena, block, &section->header);
		s->p = section->body.p = body;
		classify(s, section, &boundary);
		down = section->kind == SECTION_MESSAGE;
		if (section->kind == SECTION_LEAF)
			return;
		if (s->depth == GUARD_DEPTH) {
			if (!s->deep)
				guard_fault(s->arena, s->faults,
				    "too complex: more than %d parts within "
				    "parts; kept unread",
				    GUARD_DEPTH);
			s->deep = true;
			section->kind = SECTION_LEAF;
			section->content.value = "application/octet-stream";
			return;
		}
		s->stack[s->depth].boundary = boundary;
		s->stack[s->depth++].section = number;
	}
}

/* Ends a section's body at `at`, without the line break before it. */
static void
end_body(struct section *section, const char *at, bool delimited)
{
	const char *start = section->body.p;

	if (delimited && at > start && at[-1] == '\n')
		at--;
	if (delimited && at > start && at[-1] == '\r')
		at--;
	section->body.len = (size_t)(at - start);
}

/* Ends all that is open from this level on, and the last leaf. */
static void
close_from(struct scan *s, size_t level, const char *at, bool delimited)
{
	struct sections *out = s->out;
	struct section *last = &out->v[out->n - 1];

	if (last->end == 0 && last->kind == SECTION_LEAF) {
		end_body(last, at, delimited);
		last->end = out->n;
	}
	while (s->depth > level) {
		struct section *whole = &out->v[s->stack[--s->depth].section];

		end_body(whole, at, delimited);
		whole->end = out->n;
		if (whole->end == (size_t)(whole - out->v) + 1)
			whole->kind = SECTION_LEAF; /* nothing within */
	}
}

/* The next delimiter line: what it is, and where it begins. */
static enum delimiter
next_delimiter(struct scan *s, size_t *level, const char **at)
{
	enum delimiter found;
	struct slice line;

	if (s->depth == 0)
		s->p = s->end;
	while (s->p < s->end) {
		*at = s->p;
		line = line_at(s->p, s->end, &s->p);
		found = delimiter(s, line, level);
		if (found != NO_DELIMITER)
			return found;
	}
	return NO_DELIMITER;
}

/* The parts of the multipart on this level go on, or it has ended. */
static void
take_delimiter(
    struct scan *s, enum delimiter found, size_t level, const char *at)
{
	bool close = found == CLOSE_DELIMITER;

	close_from(s, level + 1, at, true);
	if (close) {
		close_from(s, level, at, true);
		return;
	}
	if (s->out->n < GUARD_PARTS) {
		begin_section(s);
		return;
	}
	if (!s->full)
		guard_fault(s->arena, s->faults,
		    "too complex: more than %d parts; the rest is kept unread",
		    GUARD_PARTS);
	s->full = true;
}

/* Takes off what may stand before the header: a byte order mark, empty lines,
 * the line of an mbox.  False when no header follows. */
static bool
skip_prologue(struct slice *raw)
{
	struct slice rest = *raw, line;

	while (rest.len > 0 && (rest.p[0] == '\r' || rest.p[0] == '\n')) {
		rest.p++;
		rest.len--;
	}
	if (slice_starts(rest, "From ") || slice_starts(rest, ">From "))
		slice_line(&rest, &line);
	if (rest.len == 0 || !goes_on_as_header(rest.p, rest.p + rest.len))
		return false;
	*raw = rest;
	return true;
}

static struct slice
without_mark(struct slice raw)
{
	if (slice_starts(raw, "\xef\xbb\xbf")) {
		raw.p += 3;
		raw.len -= 3;
	}
	return raw;
}

bool
guard_has_header(struct slice raw)
{
	raw = without_mark(raw);
	return skip_prologue(&raw);
}

void
guard_scan(struct arena *arena, struct slice raw, struct sections *out,
    struct strings *faults)
{
	struct scan s = {0};
	enum delimiter found;
	const char *at;
	size_t level, i;

	memset(out, 0, sizeof(*out));
	s.arena = arena;
	s.out = out;
	s.faults = faults;
	raw = without_mark(raw);
	skip_prologue(&raw); /* what does not have a header is all body */
	s.p = raw.p;
	s.end = raw.p + raw.len;
	begin_section(&s);
	while ((found = next_delimiter(&s, &level, &at)) != NO_DELIMITER)
		take_delimiter(&s, found, level, at);
	close_from(&s, 0, s.end, false);
	for (i = 0; i < out->n; i++)
		if (out->v[i].header.cut)
			guard_fault(arena, faults,
			    "header of part %zu is too long; the rest of it "
			    "is kept unread",
			    i);
}
