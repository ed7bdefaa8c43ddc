/* See fold.h.  Code points: The Unicode Standard, version 15. */
#include <string.h>

#include "mail/fold.h"

/* U+00C0 to U+017F without case and accents; '*' stands for itself. */
static const char latin[] =
    "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo*ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkk"
    "llllllllllnnnnnnnnnoooooooorrrrrrsssssssstttttt"
    "uuuuuuuuuuuuwwyyyzzzzzzs";

/* Ranges that fold to one code point (to), or shift by a distance; in order,
 * for they are looked up by halves. */
static const struct range {
	uint32_t first, last, to;
	int32_t shift; /* used when to is 1 */
} ranges[] = {
    {0x00a0, 0x00a0, ' ', 0},
    {0x00ad, 0x00ad, 0, 0},
    {0x01a0, 0x01a1, 'o', 0},
    {0x01af, 0x01b0, 'u', 0},
    {0x0218, 0x0219, 's', 0},
    {0x021a, 0x021b, 't', 0},
    {0x02bc, 0x02bc, '\'', 0},
    {0x0300, 0x036f, 0, 0},
    {0x0386, 0x0386, 0x3b1, 0},
    {0x0388, 0x0388, 0x3b5, 0},
    {0x0389, 0x0389, 0x3b7, 0},
    {0x038a, 0x038a, 0x3b9, 0},
    {0x038c, 0x038c, 0x3bf, 0},
    {0x038e, 0x038e, 0x3c5, 0},
    {0x038f, 0x038f, 0x3c9, 0},
    {0x0391, 0x03a9, 1, 0x20},
    {0x03ac, 0x03ac, 0x3b1, 0},
    {0x03ad, 0x03ad, 0x3b5, 0},
    {0x03ae, 0x03ae, 0x3b7, 0},
    {0x03af, 0x03af, 0x3b9, 0},
    {0x03c2, 0x03c2, 0x3c3, 0},
    {0x03ca, 0x03ca, 0x3b9, 0},
    {0x03cb, 0x03cb, 0x3c5, 0},
    {0x03cc, 0x03cc, 0x3bf, 0},
    {0x03cd, 0x03cd, 0x3c5, 0},
    {0x03ce, 0x03ce, 0x3c9, 0},
    {0x0400, 0x0400, 0x435, 0},
    {0x0401, 0x0401, 0x435, 0},
    {0x0402, 0x0406, 1, 0x50},
    {0x0407, 0x0407, 0x456, 0},
    {0x0408, 0x040f, 1, 0x50},
    {0x0410, 0x0418, 1, 0x20},
    {0x0419, 0x0419, 0x438, 0},
    {0x041a, 0x042f, 1, 0x20},
    {0x0439, 0x0439, 0x438, 0},
    {0x0450, 0x0451, 0x435, 0},
    {0x0457, 0x0457, 0x456, 0},
    {0x0490, 0x0490, 0x491, 0},
    {0x05f3, 0x05f3, '\'', 0},
    {0x05f4, 0x05f4, '"', 0},
    {0x0622, 0x0623, 0x627, 0},
    {0x0625, 0x0625, 0x627, 0},
    {0x0640, 0x0640, 0, 0},
    {0x064b, 0x0652, 0, 0},
    {0x0660, 0x0669, 1, '0' - 0x0660},
    {0x06f0, 0x06f9, 1, '0' - 0x06f0},
    {0x0966, 0x096f, 1, '0' - 0x0966},
    {0x09e6, 0x09ef, 1, '0' - 0x09e6},
    {0x0a66, 0x0a6f, 1, '0' - 0x0a66},
    {0x0ae6, 0x0aef, 1, '0' - 0x0ae6},
    {0x0b66, 0x0b6f, 1, '0' - 0x0b66},
    {0x0be6, 0x0bef, 1, '0' - 0x0be6},
    {0x0c66, 0x0c6f, 1, '0' - 0x0c66},
    {0x0ce6, 0x0cef, 1, '0' - 0x0ce6},
    {0x0d66, 0x0d6f, 1, '0' - 0x0d66},
    {0x0e50, 0x0e59, 1, '0' - 0x0e50},
    {0x1040, 0x1049, 1, '0' - 0x1040},
    {0x1ea0, 0x1eb7, 'a', 0},
    {0x1eb8, 0x1ec7, 'e', 0},
    {0x1ec8, 0x1ecb, 'i', 0},
    {0x1ecc, 0x1ee3, 'o', 0},
    {0x1ee4, 0x1ef1, 'u', 0},
    {0x1ef2, 0x1ef9, 'y', 0},
    {0x2000, 0x200a, ' ', 0},
    {0x200b, 0x200f, 0, 0},
    {0x2010, 0x2015, '-', 0},
    {0x2018, 0x2019, '\'', 0},
    {0x201c, 0x201e, '"', 0},
    {0x2028, 0x2029, ' ', 0},
    {0x202a, 0x202e, 0, 0},
    {0x202f, 0x202f, ' ', 0},
    {0x205f, 0x205f, ' ', 0},
    {0x2060, 0x2069, 0, 0},
    {0x2500, 0x2501, '-', 0},
    {0x3000, 0x3000, ' ', 0},
    {0xfe00, 0xfe0f, 0, 0},
    {0xfeff, 0xfeff, 0, 0},
    {0xff01, 0xff20, 1, '!' - 0xff01},
    {0xff21, 0xff3a, 1, 'a' - 0xff21},
    {0xff3b, 0xff5e, 1, '[' - 0xff3b},
};

static uint32_t
fold_range(uint32_t c)
{
	size_t low = 0, high = sizeof(ranges) / sizeof(*ranges), middle;

	if (c > 0x3000 && c < 0xfe00)
		return c; /* the letters of East Asia: nothing to fold */
	while (low < high) {
		const struct range *r = &ranges[middle = (low + high) / 2];

		if (c < r->first)
			high = middle;
		else if (c > r->last)
			low = middle + 1;
		else
			return r->to == 1 ? (uint32_t)((int32_t)c + r->shift)
					  : r->to;
	}
	return c;
}

uint32_t
fold_char(uint32_t c)
{
	if (c < 0x80) {
		if (c >= 'A' && c <= 'Z')
			return c + 0x20;
		return c > ' ' && c != 0x7f ? c : ' ';
	}
	if (c >= 0xc0 && c <= 0x17f && latin[c - 0xc0] != '*')
		return (unsigned char)latin[c - 0xc0];
	return fold_range(c);
}

static bool
continues(struct slice s, size_t i, size_t n)
{
	if (s.len - i < n)
		return false;
	for (size_t k = 1; k < n; k++) {
		if (((unsigned char)s.p[i + k] & 0xc0) != 0x80)
			return false;
	}
	return true;
}

uint32_t
utf8_next(struct slice s, size_t *i)
{
	const unsigned char *p = (const unsigned char *)s.p + *i;
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	uint32_t c = p[0];

	if (n == 1) {
		(*i)++;
		return c;
	}
	if (p[0] < 0xc2 || p[0] > 0xf4 || !continues(s, *i, n)) {
		(*i)++;
		return 0xfffd;
	}
	c &= 0xffu >> (n + 1);
	for (size_t k = 1; k < n; k++)
		c = c << 6 | (p[k] & 0x3fu);
	*i += n;
	return c;
}

static size_t
utf8_put(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* What an ASCII byte folds to. */
static const char ascii[128] =
    "                                 !\"#$%&'()*+,-./0123456789:;<=>?@"
    "abcdefghijklmnopqrstuvwxyz[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ ";

/*
 * ASCII from text.p[i] on, of which one blank stands for many, as far as there
 * is room for it; at[] is not told.  How many bytes were taken.
 */
static size_t
fold_ascii(struct slice text, size_t i, char *out, size_t *n, size_t room)
{
	const char *start = text.p + i, *p = start, *end;
	char *to = out + *n, last = *n > 0 ? to[-1] : ' ';

	if (text.len > UINT16_MAX)
		text.len = UINT16_MAX;
	end = text.p + text.len;
	if ((size_t)(end - p) + *n + 1 > room)
		end = *n + 1 < room ? p + (room - *n - 1) : p;
	for (; p < end && (unsigned char)*p < 0x80; p++) {
		char c = ascii[(unsigned char)*p];

		*to = c;
		to += c != ' ' || last != ' ';
		last = c;
	}
	*n = (size_t)(to - out);
	return (size_t)(p - start);
}

size_t
fold(struct slice text, char *out, size_t room, uint16_t *at)
{
	size_t n = 0, i = 0;

	while (i < text.len && i < UINT16_MAX) {
		size_t start, size;
		uint32_t c;
		char bytes[4];

		if (at == NULL)
			i += fold_ascii(text, i, out, &n, room);
		if (i >= text.len || i >= UINT16_MAX)
			break;
		start = i;
		c = fold_char(utf8_next(text, &i));
		if (c == 0 || (c == ' ' && (n == 0 || out[n - 1] == ' ')))
			continue;
		size = utf8_put(c, bytes);
		if (n + size >= room)
			break;
		for (size_t k = 0; at != NULL && k < size; k++)
			at[n + k] = (uint16_t)start;
		memcpy(out + n, bytes, size);
		n += size;
	}
	if (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return n;
}

bool
script_unspaced(uint32_t c)
{
	return (c >= 0x0e00 && c <= 0x0eff) || (c >= 0x2e80 && c <= 0x9fff) ||
	       (c >= 0xac00 && c <= 0xd7ff) || (c >= 0x20000 && c <= 0x3ffff);
}
