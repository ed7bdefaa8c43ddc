/* See wordscan.h. */
#include <string.h>

#include "cases/bag.h"
#include "cases/wordscan.h"

/* How many bytes of a character that parts words stand here; 0: none.  Beside
 * ASCII these are Latin-1 signs (U+0080-BF), punctuation and currency. */
static inline size_t
parts(struct slice s)
{
	unsigned char c = (unsigned char)s.p[0];

	if (c < 0x80)
		return is_alnum((char)c) ? 0 : 1;
	if (c == 0xc2 && s.len > 1)
		return 2;
	if (c == 0xe2 && s.len > 2)
		return 3;
	return 0;
}

/* "41.99", "12,50" and "07:41" are one token. */
static bool
joins(const struct scan *s)
{
	struct slice rest = s->rest;

	return rest.len > 1 && s->len > 0 &&
	       (rest.p[0] == '.' || rest.p[0] == ',' || rest.p[0] == ':') &&
	       is_digit(rest.p[1]) && is_digit(s->word[s->len - 1]);
}

/* White space and signs; notes whether a sentence ends in them. */
static void
scan_gap(struct scan *s)
{
	struct slice rest = s->rest;
	size_t n;
	char c;

	while (rest.len > 0 && (n = parts(rest)) > 0) {
		c = rest.p[0];
		if (c == '.' || c == '!' || c == '?' || c == ':' ||
		    (c == '\n' && s->newline))
			s->ended = true;
		s->newline = c == '\n' || (s->newline && c == '\r');
		slice_skip(&rest, n);
	}
	s->rest = rest;
}

/* The letters and digits that stand here, as far as there is room. */
static void
scan_run(struct scan *s)
{
	const char *p = s->rest.p, *end = p + s->rest.len;
	uint32_t h = s->hashes[s->len];
	size_t n = s->len;
	bool digit = s->digit;

	for (; p < end && n < TOKEN_MOST && is_alnum(*p); p++) {
		char c = to_lower(*p);

		h = bag_hash_byte(h, c);
		s->word[n++] = c;
		s->hashes[n] = h;
		digit |= is_digit(c);
	}
	slice_skip(&s->rest, (size_t)(p - s->rest.p));
	s->len = n;
	s->digit = digit;
}

/* Behind "$", "\302\243" or "\342\202\254". */
static bool
is_money(const char *start, const char *p)
{
	return (p > start && p[-1] == '$') ||
	       (p > start + 1 && memcmp(p - 2, "\302\243", 2) == 0) ||
	       (p > start + 2 && memcmp(p - 3, "\342\202\254", 3) == 0);
}

/* "61.00" is the same as "61". */
static void
cut_no_pence(struct scan *s)
{
	size_t n = s->len;

	if (!s->digit || n < 4 ||
	    (s->word[n - 3] != '.' && s->word[n - 3] != ',') ||
	    s->word[n - 2] != '0' || s->word[n - 1] != '0')
		return;
	s->len = n - 3;
	s->word[s->len] = '\0';
}

bool
scan_word(struct scan *s)
{
	const char *start = s->rest.p;

	s->len = 0;
	s->hashes[0] = BAG_HASH_START;
	s->digit = false;
	scan_gap(s);
	if (s->rest.len == 0)
		return false;
	s->money = is_money(start, s->rest.p);
	s->first = s->ended;
	s->ended = s->newline = false;
	s->capital = is_upper(s->rest.p[0]);
	for (scan_run(s); s->rest.len > 0; scan_run(s)) {
		char c = s->rest.p[0];

		if (parts(s->rest) > 0 && !joins(s))
			break;
		if (s->len < TOKEN_MOST) {
			s->hashes[s->len + 1] =
			    bag_hash_byte(s->hashes[s->len], c);
			s->word[s->len++] = c;
		}
		slice_skip(&s->rest, 1);
	}
	s->word[s->len] = '\0';
	cut_no_pence(s);
	return true;
}

bool
scan_capital(struct scan *s, char *before)
{
	while (scan_gap(s), s->rest.len > 0 && !is_upper(s->rest.p[0])) {
		s->ended = s->newline = false;
		before[0] = '\0';
		s->len = 1;
		do {
			s->word[0] = s->rest.p[0];
			slice_skip(&s->rest, 1);
		} while (s->rest.len > 0 && (parts(s->rest) == 0 || joins(s)));
	}
	return scan_word(s);
}

void
scan_stem(struct scan *s)
{
	static const struct slice endings[] = {{"ings", 4}, {"ing", 3},
	    {"ies", 3}, {"ed", 2}, {"es", 2}, {"s", 1}, {"e", 1}};
	size_t i, n;

	if (s->digit || strchr("sgde", s->word[s->len - 1]) == NULL)
		return;
	for (i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		n = endings[i].len;
		if (s->len >= n + 3 &&
		    memcmp(s->word + s->len - n, endings[i].p, n) == 0) {
			s->len -= n;
			s->word[s->len] = '\0';
			return;
		}
	}
}
