/*
 * See transfer.h.  RFC 2045: quoted-printable is section 6.7, base64 6.8; a
 * robust reader goes on over what these forbid, and so does this one.
 */
#include <stdint.h>
#include <string.h>

#include "base/ascii.h"
#include "mail/transfer.h"

/* Where decoded bytes go: room is reserved, so that putc cannot overflow. */
struct out {
	char *p;
	size_t len, room;
};

static struct out
out_new(struct arena *arena, size_t need, size_t most)
{
	struct out o = {NULL, 0, need < most ? need : most};

	o.p = arena_alloc(arena, o.room + 1);
	return o;
}

/* False when the budget is used up. */
static bool
out_add(struct out *o, const char *p, size_t n)
{
	bool fits = n <= o->room - o->len;

	if (!fits)
		n = o->room - o->len;
	if (n > 0)
		memcpy(o->p + o->len, p, n);
	o->len += n;
	return fits;
}

static struct slice
out_slice(const struct out *o)
{
	struct slice s = {o->p, o->len};

	return s;
}

/* Six bits of a base64 digit; SKIP is white space, PAD "=", ODD the rest. */
enum { SKIP = 64, PAD = 65, ODD = 66 };

/* clang-format off */
static const uint8_t base64_of[256] = {
#define O8 ODD, ODD, ODD, ODD, ODD, ODD, ODD, ODD
    ODD, ODD, ODD, ODD, ODD, ODD, ODD, ODD, ODD, SKIP, SKIP, SKIP, SKIP, SKIP, ODD, ODD,
    O8, O8,
    SKIP, ODD, ODD, ODD, ODD, ODD, ODD, ODD, ODD, ODD, ODD, 62, ODD, ODD, ODD, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, ODD, ODD, ODD, PAD, ODD, ODD,
    ODD, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, ODD, ODD, ODD, ODD, ODD,
    ODD, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, ODD, ODD, ODD, ODD, ODD,
    O8, O8, O8, O8, O8, O8, O8, O8, O8, O8, O8, O8, O8, O8, O8, O8,
#undef O8
};
/* clang-format on */

static uint8_t
digit_of(char c)
{
	return base64_of[(unsigned char)c];
}

/* Behind padding: the end of the line, or NULL when the rest of it is a text (a
 * list's footer). */
static const char *
digits_end(const char *p, const char *end)
{
	while (p < end && (*p == '\r' || *p == '\n' || *p == '='))
		p++;
	for (; p < end && *p != '\n'; p++)
		if (digit_of(*p) == ODD || *p == ' ')
			return NULL;
	return p;
}

/* Four digits at a time, as long as nothing but digits comes. */
static const char *
base64_run(struct out *o, const char *p, const char *end)
{
	while (end - p >= 4 && o->room - o->len >= 3) {
		uint32_t a = digit_of(p[0]), b = digit_of(p[1]),
			 c = digit_of(p[2]), d = digit_of(p[3]);

		if ((a | b | c | d) & 64)
			break;
		a = a << 18 | b << 12 | c << 6 | d;
		o->p[o->len++] = (char)(a >> 16 & 0xff);
		o->p[o->len++] = (char)(a >> 8 & 0xff);
		o->p[o->len++] = (char)(a & 0xff);
		p += 4;
	}
	return p;
}

struct slice
base64_decode(struct arena *arena, struct slice in, size_t most, bool *cut)
{
	const char *p = in.p, *end = in.p + in.len;
	const char *known = p; /* no footer begins before */
	struct out o = out_new(arena, in.len / 4 * 3 + 3, most);
	uint32_t bits = 0;
	int held = 0; /* bits that wait in `bits` */
	bool fits = true;

	while (p < end && fits) {
		uint8_t digit;

		if (held == 0)
			p = base64_run(&o, p, end);
		if (p == end)
			break;
		digit = digit_of(*p++);
		if (digit < 64) {
			bits = bits << 6 | digit;
			held += 6;
			if (held >= 8) {
				char c = (char)(bits >> (held - 8) & 0xff);

				held -= 8;
				fits = out_add(&o, &c, 1);
			}
		} else if (digit == PAD) {
			/* Pieces that were encoded one by one go on here. */
			held = 0;
			if (p > known)
				known = digits_end(p, end);
			if (known == NULL)
				break;
		}
		bits &= 0xff;
	}
	if (cut != NULL)
		*cut = !fits;
	return out_slice(&o);
}

/* "=3D" at p; -1 for what is none. */
static int
escaped_byte(const char *p, const char *end)
{
	if (end - p < 3 || hex_digit(p[1]) < 0 || hex_digit(p[2]) < 0)
		return -1;
	return hex_digit(p[1]) << 4 | hex_digit(p[2]);
}

/* One line without its end.  False when the budget is used up. */
static bool
qp_line(struct out *o, const char *p, const char *end)
{
	while (p < end) {
		const char *mark = memchr(p, '=', (size_t)(end - p));
		char c = '=';
		int byte;

		if (mark == NULL)
			return out_add(o, p, (size_t)(end - p));
		if (!out_add(o, p, (size_t)(mark - p)))
			return false;
		byte = escaped_byte(mark, end);
		if (byte >= 0)
			c = (char)byte;
		if (!out_add(o, &c, 1))
			return false;
		p = mark + (byte < 0 ? 1 : 3);
	}
	return true;
}

static struct slice
qp_decode(struct arena *arena, struct slice in, size_t most, bool *cut)
{
	const char *p = in.p, *end = in.p + in.len;
	struct out o = out_new(arena, in.len, most);
	bool fits = true;

	while (p < end && fits) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *stop = lf == NULL ? end : lf, *last = stop;

		/* White space at the end of a line was added on the way. */
		while (last > p && (last[-1] == ' ' || last[-1] == '\t' ||
				       last[-1] == '\r'))
			last--;
		if (last > p && last[-1] == '=') /* soft line break */
			fits = qp_line(&o, p, last - 1);
		else
			fits = qp_line(&o, p, last) &&
			       (lf == NULL || out_add(&o, "\n", 1));
		p = lf == NULL ? end : lf + 1;
	}
	*cut = !fits;
	return out_slice(&o);
}

struct slice
q_decode(struct arena *arena, struct slice in)
{
	struct out o = out_new(arena, in.len, in.len);
	const char *p = in.p, *end = in.p + in.len;

	while (p < end) {
		int byte = *p == '=' ? escaped_byte(p, end) : -1;
		char c = *p;

		if (byte >= 0)
			c = (char)byte;
		else if (c == '_')
			c = ' ';

		out_add(&o, &c, 1);
		p += byte < 0 ? 1 : 3;
	}
	return out_slice(&o);
}

/* uuencode (POSIX.1, uuencode): four characters to three bytes; blanks at the
 * end of a line may have been lost on the way. */
static bool
uu_line(struct out *o, struct slice line)
{
	size_t want = ((size_t)line.p[0] - ' ') & 63, at, i;

	for (at = 1; want > 0 && at < line.len; at += 4) {
		size_t n = want < 3 ? want : 3;
		uint32_t v = 0;
		char three[3];

		for (i = at; i < at + 4; i++) {
			uint32_t c =
			    i < line.len ? (unsigned char)line.p[i] : ' ';

			v = v << 6 | ((c - ' ') & 63);
		}
		three[0] = (char)(v >> 16 & 0xff);
		three[1] = (char)(v >> 8 & 0xff);
		three[2] = (char)(v & 0xff);
		if (!out_add(o, three, n))
			return false;
		want -= n;
	}
	return true;
}

static struct slice
uu_decode(struct arena *arena, struct slice in, size_t most, bool *cut)
{
	struct out o = out_new(arena, in.len, most);
	struct slice line;
	bool inside = false, fits = true;

	while (fits && slice_line(&in, &line)) {
		if (!inside)
			inside = slice_starts(line, "begin ");
		else if (slice_is(line, "end"))
			break;
		else if (line.len > 0)
			fits = uu_line(&o, line);
	}
	*cut = !fits;
	return out_slice(&o);
}

/* Text under a label that lies: of the first line with anything in it, more
 * than one byte in eight is no digit. */
static bool
is_no_base64(struct slice in)
{
	struct slice line;
	size_t i, odd = 0;

	while (slice_line(&in, &line) && slice_trim(line).len == 0)
		;
	line = slice_trim(line);
	for (i = 0; i < line.len; i++)
		odd += digit_of(line.p[i]) == ODD || line.p[i] == ' ';
	return odd * 8 > line.len;
}

static struct slice
base64_body(struct arena *arena, struct slice in, size_t most, bool *cut)
{
	if (in.len == 0 || !is_no_base64(in))
		return base64_decode(arena, in, most, cut);
	*cut = in.len > most;
	if (*cut)
		in.len = most;
	return in;
}

static const struct {
	const char *name;
	struct slice (*decode)(struct arena *, struct slice, size_t, bool *);
} encodings[] = {
    {"base64", base64_body},
    {"quoted-printable", qp_decode},
    {"x-uuencode", uu_decode},
    {"x-uue", uu_decode},
    {"uuencode", uu_decode},
};

enum { ENCODINGS = sizeof(encodings) / sizeof(encodings[0]) };

/* The row of the table, or ENCODINGS. */
static size_t
encoding_row(struct slice name)
{
	size_t i;

	/* "base64;", "base64 (comment)" and quotes are met in the wild. */
	name = slice_trim(name);
	if (name.len > 0 && name.p[0] == '"') {
		name.p++;
		name.len--;
	}
	for (i = 0; i < ENCODINGS; i++) {
		size_t n = strlen(encodings[i].name);

		if (slice_starts_nocase(name, encodings[i].name) &&
		    (name.len == n || strchr("\"; \t(", name.p[n]) != NULL))
			break;
	}
	return i;
}

bool
transfer_is_identity(struct slice encoding)
{
	return encoding_row(encoding) == ENCODINGS;
}

struct slice
transfer_decode(struct arena *arena, struct slice body, struct slice encoding,
    size_t most, bool *cut)
{
	size_t row = encoding_row(encoding);

	if (row < ENCODINGS)
		return encodings[row].decode(arena, body, most, cut);
	*cut = body.len > most;
	if (*cut)
		body.len = most;
	return body;
}
