/* See number.h. */
#include <ctype.h>
#include <string.h>

#include "base/ascii.h"
#include "cases/number.h"

enum {
	NUMBER_MOST = 40, /* bytes */
	GROUP_LEAST = 3, /* digits of a group */
	GROUP_MOST = 5
};

char *
number_plain(struct arena *a, const char *written)
{
	struct buf b = {0};

	for (; *written != '\0' && b.len < NUMBER_MOST; written++)
		if (isalnum((unsigned char)*written))
			buf_putc(&b, (char)toupper((unsigned char)*written));
	buf_puts(&b, "");
	return buf_keep(&b, a);
}

char *
number_shape(struct arena *a, const char *plain)
{
	char *shape = arena_strdup(a, plain), *p;

	for (p = shape; *p != '\0'; p++)
		*p = isdigit((unsigned char)*p) ? '9' : 'A';
	return shape;
}

static bool
number_byte(char c)
{
	return is_alnum(c) || c == '-' || c == '/' || c == '_' || c == '.' ||
	       c == ':' || c == '#' || c == '!';
}

static bool
is_amount(const char *before, const char *start, struct slice token)
{
	size_t i;

	if (start > before && (start[-1] == '$' || (start[-1] & 0x80) != 0))
		return true;
	for (i = 0; i + 2 < token.len; i++)
		if ((token.p[i] == '.' || token.p[i] == ':') &&
		    isdigit((unsigned char)token.p[i + 1]) && i > 0 &&
		    isdigit((unsigned char)token.p[i - 1]))
			return true; /* also a time of day, an address */
	return false;
}

static struct slice
trim_number(struct slice s)
{
	while (s.len > 0 && !isalnum((unsigned char)s.p[0]))
		slice_skip(&s, 1);
	while (s.len > 0 && !isalnum((unsigned char)s.p[s.len - 1]))
		s.len--;
	return s;
}

static size_t
count_digits(struct slice s)
{
	size_t i, n = 0;

	for (i = 0; i < s.len; i++)
		n += is_digit(s.p[i]);
	return n;
}

static bool
is_year(struct slice s)
{
	return s.len == 4 && (slice_starts(s, "19") || slice_starts(s, "20"));
}

/* How many bytes of a further group of digits follow a blank: "JD0099 4471
 * 8820"; 0: none. */
static size_t
group_after(const char *p, const char *end)
{
	const char *from = p + 1, *to = from;

	if (p == end || *p != ' ')
		return 0;
	while (to < end && is_digit(*to))
		to++;
	if (to - from < GROUP_LEAST || to - from > GROUP_MOST ||
	    (to < end && (number_byte(*to) && *to != '.' && *to != ':')) ||
	    is_year((struct slice){from, (size_t)(to - from)}))
		return 0;
	return (size_t)(to - p);
}

/* The next token with a digit, taken off *rest; false at the end. */
static bool
next_with_digit(struct slice *rest, struct slice *token)
{
	const char *p = rest->p, *end, *from;
	size_t group;

	if (rest->len == 0)
		return false;
	end = p + rest->len;
	while (p < end && !is_digit(*p))
		p++;
	if (p == end) {
		slice_skip(rest, rest->len);
		return false;
	}
	for (from = p; from > rest->p && number_byte(from[-1]); from--)
		;
	while (p < end && number_byte(*p))
		p++;
	while ((group = group_after(p, end)) > 0)
		p += group;
	*token = trim_number((struct slice){from, (size_t)(p - from)});
	slice_skip(rest, (size_t)(p - rest->p));
	return true;
}

bool
number_next(struct slice *rest, size_t digits, struct slice *written)
{
	const char *before = rest->p;
	struct slice token;

	while (next_with_digit(rest, &token)) {
		if (token.len > NUMBER_MOST || count_digits(token) < digits ||
		    is_year(token) || is_amount(before, token.p, token))
			continue;
		*written = token;
		return true;
	}
	return false;
}

const char *
number_whole(struct arena *a, const char *text, const char *written)
{
	const char *p = text == NULL ? NULL : strstr(text, written), *end, *to;
	size_t group;

	if (p == NULL || *written == '\0')
		return written;
	end = p + strlen(p);
	to = p + strlen(written);
	while ((group = group_after(to, end)) > 0)
		to += group;
	if (to == p + strlen(written) || to - p > NUMBER_MOST)
		return written;
	return arena_strndup(a, p, (size_t)(to - p));
}
