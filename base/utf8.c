/* See utf8.h. */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

static int
follows(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* How long a character is that begins so; 0: none does. */
static size_t
length_by_first(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The table of RFC 3629 section 4: overlong forms, surrogates and what lies
 * above U+10FFFF are told by the second byte. */
static int
second_fits(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second <= 0x9f;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second <= 0x8f;
	default:
		return 1;
	}
}

size_t
utf8_length(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t len, i;

	if (p[0] < 0x80)
		return 1;
	len = length_by_first(p[0]);
	if (len == 0 || n < len || !second_fits(p[0], p[1]))
		return 0;
	for (i = 1; i < len; i++)
		if (!follows(p[i]))
			return 0;
	return len;
}

size_t
utf8_ill_formed(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t len = length_by_first(p[0]), i = 1;

	if (n > 1 && len > 1 && !second_fits(p[0], p[1]))
		return 1;
	while (i < len && i < n && follows(p[i]))
		i++;
	return i;
}

size_t
utf8_prefix(struct slice s)
{
	size_t at = 0, len;

	while (at < s.len) {
		uint64_t eight;

		/* Eight ASCII bytes at a time: most of mail is that. */
		if (s.len - at >= sizeof(eight)) {
			memcpy(&eight, s.p + at, sizeof(eight));
			if ((eight & UINT64_C(0x8080808080808080)) == 0) {
				at += sizeof(eight);
				continue;
			}
		}
		len = utf8_length(s.p + at, s.len - at);
		if (len == 0)
			break;
		at += len;
	}
	return at;
}

bool
utf8_valid(struct slice s)
{
	return utf8_prefix(s) == s.len;
}

size_t
utf8_unfit(struct slice text)
{
	const unsigned char *c = (const unsigned char *)text.p;

	if (c[0] < 0x20)
		return c[0] != '\n' && c[0] != '\t';
	if (c[0] == 0x7f)
		return 1;
	if (text.len > 1 && c[0] == 0xc2 && c[1] < 0xa0)
		return 2;
	if (text.len < 3 || c[0] != 0xe2)
		return 0;
	if (c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae)
		return 3;
	return c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9 ? 3 : 0;
}
