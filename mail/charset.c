/*
 * See charset.h.  iconv lives here and nowhere else.
 *
 * UTF-8, ASCII and the Western single-byte sets are read here without it:
 * they are 19 of 20 mails, and a fallback must not depend on what converters
 * the system has.
 */
#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "mail/charset.h"

enum { ILL_FORMED_MOST = 20000 }; /* sequences in one text */

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

bool
is_ascii(struct slice s)
{
	size_t i = 0;

	for (; i + 8 <= s.len; i += 8) {
		uint64_t eight;

		memcpy(&eight, s.p + i, 8);
		if (eight & UINT64_C(0x8080808080808080))
			return false;
	}
	for (; i < s.len; i++)
		if (s.p[i] & 0x80)
			return false;
	return true;
}

/* What is ill-formed, and NUL, becomes U+FFFD. */
static struct slice
utf8_mend(struct arena *arena, struct slice s)
{
	struct buf b = {0};
	struct slice mended;
	size_t i = 0, start = 0, n;

	while (i < s.len) {
		n = utf8_length(s.p + i, s.len - i);
		if (n > 0 && s.p[i] != '\0') {
			i += n;
			continue;
		}
		buf_add(&b, s.p + start, i - start);
		buf_puts(&b, replacement);
		i += n > 0 ? n : utf8_ill_formed(s.p + i, s.len - i);
		start = i;
	}
	buf_add(&b, s.p + start, s.len - start);
	mended.len = b.len;
	mended.p = buf_keep(&b, arena);
	return mended;
}

static struct slice
without_nul(struct arena *arena, struct slice s)
{
	return s.len > 0 && memchr(s.p, 0, s.len) != NULL ? utf8_mend(arena, s)
							  : s;
}

static bool
has_utf8_sequence(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((s.p[i] & 0x80) != 0 && utf8_length(s.p + i, s.len - i) > 0)
			return true;
	return false;
}

/* windows-1252, 0x80-0x9f; 0 where the set has nothing. */
static const uint16_t western[32] = {
    0x20ac,
    0,
    0x201a,
    0x0192,
    0x201e,
    0x2026,
    0x2020,
    0x2021,
    0x02c6,
    0x2030,
    0x0160,
    0x2039,
    0x0152,
    0,
    0x017d,
    0,
    0,
    0x2018,
    0x2019,
    0x201c,
    0x201d,
    0x2022,
    0x2013,
    0x2014,
    0x02dc,
    0x2122,
    0x0161,
    0x203a,
    0x0153,
    0,
    0x017e,
    0x0178,
};

static size_t
western_char(unsigned char c, char *out)
{
	unsigned u = c >= 0x80 && c < 0xa0 ? western[c - 0x80] : c;

	if (u == 0)
		u = 0xfffd;
	if (u < 0x80) {
		out[0] = (char)u;
		return 1;
	}
	if (u < 0x800) {
		out[0] = (char)(0xc0 | u >> 6);
		out[1] = (char)(0x80 | (u & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | u >> 12);
	out[1] = (char)(0x80 | (u >> 6 & 0x3f));
	out[2] = (char)(0x80 | (u & 0x3f));
	return 3;
}

static struct slice
western_decode(struct arena *arena, struct slice s)
{
	struct slice out = {NULL, 0};
	char *p;
	size_t i, high = 0;

	if (is_ascii(s))
		return without_nul(arena, s);
	for (i = 0; i < s.len; i++)
		high += (unsigned char)s.p[i] >= 0x80 || s.p[i] == 0;
	out.p = p = arena_alloc(arena, s.len + 2 * high + 1);
	for (i = 0; i < s.len; i++)
		p += western_char((unsigned char)s.p[i], p);
	out.len = (size_t)(p - out.p);
	return out;
}

/*
 * The labels of mail and what they mean.  ISO-8859-1 is read as its superset
 * windows-1252 and GB 2312 as GB 18030, as the WHATWG Encoding Standard has
 * it, because senders mean these.  Converters that have had memory faults
 * (ISO-2022-CN-EXT, ISO-2022-JP-3, IBM13xx) are not on the list.
 */
/* clang-format off */
static const struct {
	const char *label, *name; /* name: iconv's; or one of these three */
} charsets[] = {
#define UTF8 "utf-8"
#define WESTERN "western"
#define GUESS "guess"
    {"utf-8", UTF8}, {"utf8", UTF8}, {"unicode-1-1-utf-8", UTF8}, {"utf8mb4", UTF8},
    {"us-ascii", GUESS}, {"ascii", GUESS}, {"ansi_x3.4-1968", GUESS}, {"x-unknown", GUESS},
    {"unknown-8bit", GUESS}, {"unknown", GUESS}, {"default", GUESS}, {"x-user-defined", GUESS},
    {"iso-8859-1", WESTERN}, {"iso8859-1", WESTERN}, {"iso_8859-1", WESTERN}, {"iso88591", WESTERN},
    {"latin1", WESTERN}, {"latin-1", WESTERN}, {"l1", WESTERN}, {"windows-1252", WESTERN},
    {"cp1252", WESTERN}, {"cp-1252", WESTERN}, {"x-cp1252", WESTERN}, {"ansi", WESTERN},
    {"iso-8859-2", "ISO-8859-2"}, {"iso8859-2", "ISO-8859-2"}, {"latin2", "ISO-8859-2"},
    {"iso-8859-3", "ISO-8859-3"}, {"iso-8859-4", "ISO-8859-4"}, {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-6", "ISO-8859-6"}, {"iso-8859-7", "ISO-8859-7"}, {"iso-8859-8", "ISO-8859-8"},
    {"iso-8859-8-i", "ISO-8859-8"}, {"iso-8859-8-e", "ISO-8859-8"}, {"iso-8859-9", "CP1254"},
    {"latin5", "CP1254"}, {"iso-8859-10", "ISO-8859-10"}, {"iso-8859-11", "CP874"},
    {"iso-8859-13", "ISO-8859-13"}, {"iso-8859-14", "ISO-8859-14"}, {"iso-8859-15", "ISO-8859-15"},
    {"iso8859-15", "ISO-8859-15"}, {"latin9", "ISO-8859-15"}, {"latin-9", "ISO-8859-15"},
    {"iso-8859-16", "ISO-8859-16"},
    {"windows-1250", "CP1250"}, {"cp1250", "CP1250"}, {"windows-1251", "CP1251"}, {"cp1251", "CP1251"},
    {"windows-1253", "CP1253"}, {"cp1253", "CP1253"}, {"windows-1254", "CP1254"}, {"cp1254", "CP1254"},
    {"windows-1255", "CP1255"}, {"cp1255", "CP1255"}, {"windows-1256", "CP1256"}, {"cp1256", "CP1256"},
    {"windows-1257", "CP1257"}, {"cp1257", "CP1257"}, {"windows-1258", "CP1258"}, {"cp1258", "CP1258"},
    {"koi8-r", "KOI8-R"}, {"koi8-u", "KOI8-U"}, {"koi8-ru", "KOI8-U"},
    {"ibm437", "CP437"}, {"cp437", "CP437"}, {"cp-437", "CP437"}, {"ibm850", "CP850"}, {"cp850", "CP850"},
    {"cp-850", "CP850"}, {"ibm852", "CP852"}, {"cp852", "CP852"}, {"ibm866", "CP866"}, {"cp866", "CP866"},
    {"macintosh", "MACINTOSH"}, {"x-mac-roman", "MACINTOSH"}, {"mac", "MACINTOSH"},
    {"tis-620", "CP874"}, {"windows-874", "CP874"}, {"cp874", "CP874"}, {"viscii", "VISCII"},
    {"iso-2022-jp", "ISO-2022-JP-2"}, {"iso-2022-jp-2", "ISO-2022-JP-2"}, {"csiso2022jp", "ISO-2022-JP-2"},
    {"shift_jis", "CP932"}, {"shift-jis", "CP932"}, {"x-sjis", "CP932"}, {"sjis", "CP932"},
    {"windows-31j", "CP932"}, {"cp932", "CP932"}, {"ms932", "CP932"}, {"euc-jp", "EUC-JP-MS"}, {"x-euc-jp", "EUC-JP-MS"},
    {"gb2312", "GB18030"}, {"gb_2312-80", "GB18030"}, {"gbk", "GB18030"}, {"x-gbk", "GB18030"},
    {"cp936", "GB18030"}, {"gb18030", "GB18030"}, {"euc-cn", "GB18030"},
    {"big5", "BIG5-HKSCS"}, {"big-5", "BIG5-HKSCS"}, {"x-x-big5", "BIG5-HKSCS"}, {"cp950", "CP950"},
    {"big5-hkscs", "BIG5-HKSCS"}, {"iso-2022-kr", "ISO-2022-KR"}, {"euc-kr", "CP949"}, {"cp949", "CP949"},
    {"ks_c_5601-1987", "CP949"}, {"ks_c_5601", "CP949"}, {"ksc5601", "CP949"}, {"windows-949", "CP949"},
    {"utf-16", "UTF-16"}, {"utf-16le", "UTF-16LE"}, {"utf-16be", "UTF-16BE"}, {"utf-32", "UTF-32"},
    {"utf-32le", "UTF-32LE"}, {"utf-32be", "UTF-32BE"},
    {"utf-7", "UTF-7"}, {"unicode-1-1-utf-7", "UTF-7"},
};
/* clang-format on */

static const char *
charset_name(struct slice label)
{
	size_t i;

	/* charset="'utf-8'", charset=utf-8; and the like are met. */
	while (label.len > 0 && strchr("\"' \t", label.p[0]) != NULL) {
		label.p++;
		label.len--;
	}
	while (
	    label.len > 0 && strchr("\"' \t;,", label.p[label.len - 1]) != NULL)
		label.len--;
	for (i = 0; i < sizeof(charsets) / sizeof(charsets[0]) && label.len > 0;
	     i++)
		if (slice_is_nocase(label, charsets[i].label))
			return charsets[i].name;
	return NULL;
}

/*
 * Everything through one converter.  At most four bytes come out for each one
 * that goes in, and a kilobyte; a converter that wants more is stopped.  False
 * when so much is ill-formed that the text must be in another charset.
 */
static bool
convert(struct arena *arena, iconv_t cd, struct slice in, struct slice *text)
{
	size_t room = 4 * in.len + 1024, left = in.len, ill = 0;
	struct buf b = {0};
	struct slice out;
	char *from;

	/* iconv(3) takes what it only reads without const. */
	memcpy(&from, &in.p, sizeof(from));
	while (left > 0 && b.len < room) {
		size_t was = left, space = 2 * left + 64, got;
		char *to;

		if (space > room - b.len)
			space = room - b.len;
		to = buf_room(&b, space);
		got = iconv(cd, &from, &left, &to, &space);
		b.len = (size_t)(to - b.p);
		if (got != (size_t)-1 || (errno == E2BIG && left < was))
			continue;
		buf_puts(&b, replacement);
		if (errno != EILSEQ || left == 0)
			break; /* cut within a character, or no progress */
		if (++ill == ILL_FORMED_MOST) {
			buf_free(&b);
			return false;
		}
		from++;
		left--;
		iconv(cd, NULL, NULL, NULL, NULL);
	}
	out.len = b.len;
	out.p = buf_keep(&b, arena);
	/* Converters let noncharacters and NUL pass. */
	*text =
	    utf8_valid(out) ? without_nul(arena, out) : utf8_mend(arena, out);
	return true;
}

/* A byte order mark tells what the label does not (RFC 2781 section 3.2). */
static const char *
mark_of(struct slice s)
{
	if (slice_starts(s, "\xff\xfe"))
		return "UTF-16";
	if (slice_starts(s, "\xfe\xff"))
		return "UTF-16";
	return NULL;
}

static struct slice
guess(struct arena *arena, struct slice bytes)
{
	return utf8_valid(bytes) ? without_nul(arena, bytes)
				 : western_decode(arena, bytes);
}

/* Text under this label that has not one sequence of UTF-8 is Western. */
static struct slice
labelled_utf8(struct arena *arena, struct slice bytes)
{
	if (utf8_valid(bytes) || !has_utf8_sequence(bytes))
		return guess(arena, bytes);
	return utf8_mend(arena, bytes);
}

/* "utf-16" over what has no NUL is said of a text that was converted since. */
static bool
is_lie(const char *name, struct slice bytes)
{
	return (strncmp(name, "UTF-16", 6) == 0 ||
		   strncmp(name, "UTF-32", 6) == 0) &&
	       is_ascii(bytes) && bytes.len > 0 &&
	       memchr(bytes.p, 0, bytes.len) == NULL;
}

/* What the bytes are to be read as: a name of the table. */
static const char *
reading_of(const char *name, struct slice bytes)
{
	const char *marked = mark_of(bytes);

	if (name == NULL || strcmp(name, GUESS) == 0)
		return marked != NULL ? marked : GUESS;
	if (is_lie(name, bytes))
		return GUESS;
	return name;
}

static struct slice
iconv_decode(struct arena *arena, struct slice bytes, const char *name)
{
	const iconv_t none = (iconv_t)-1; /* NOLINT: so says iconv_open(3) */
	iconv_t cd = iconv_open("UTF-8", name);
	struct slice out;

	if (cd == none) /* this system lacks the converter */
		return guess(arena, bytes);
	if (!convert(arena, cd, bytes, &out))
		out = guess(arena, bytes);
	iconv_close(cd);
	return out;
}

struct slice
charset_decode(
    struct arena *arena, struct slice bytes, struct slice label, bool *known)
{
	const char *listed = charset_name(label);
	const char *name = reading_of(listed, bytes);

	if (known != NULL)
		*known = label.len == 0 || listed != NULL;
	if (strcmp(name, GUESS) == 0)
		return guess(arena, bytes);
	if (strcmp(name, WESTERN) == 0)
		return western_decode(arena, bytes);
	if (strcmp(name, UTF8) == 0)
		return labelled_utf8(arena, bytes);
	return iconv_decode(arena, bytes, name);
}
