/*
 * See redact.h.  Works on words: what stands between white space, with the
 * numbers that people write in groups ("4929 1234 ...", "+44 20 7946 0000")
 * taken together.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

#include "record/redact.h"

enum {
	DIGITS_MOST = 4, /* that a number may show: years, small sums */
	TOKEN_LEAST = 3 /* letters and digits mixed */
};

static bool
is_letter(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static bool
is_word_byte(char c)
{
	return c != '\0' && (is_letter(c) || strchr("@._-+/#&='", c) != NULL);
}

/* A number in groups: digits with blanks, dots, hyphens or brackets between.
 * Returns where it ends, and how many digits it has. */
static size_t
take_groups(const char *p, size_t *digits)
{
	size_t end = 0, i = 0;

	*digits = 0;
	if (!isdigit((unsigned char)*p) && *p != '+' && *p != '(')
		return 0;
	if (p[i] == '+' || p[i] == '(')
		i++;
	for (; p[i] != '\0'; i++) {
		if (isdigit((unsigned char)p[i])) {
			(*digits)++;
			end = i + 1;
		} else if (strchr(" -.()/", p[i]) == NULL ||
			   (i > 0 && strchr(" -.()/", p[i - 1]) != NULL &&
			       p[i] != '(' && p[i - 1] != ')')) {
			break;
		}
	}
	return end;
}

/* "12.50" and "1,200.00" are sums; "9 March 2026" is a date. */
static bool
is_sum_or_date(const char *p, size_t n)
{
	size_t digits = 0, groups = 1;

	for (size_t i = 0; i < n; i++) {
		digits += isdigit((unsigned char)p[i]) != 0;
		groups += p[i] == ' ' || p[i] == '-' || p[i] == '/';
	}
	for (size_t i = 0; i < n; i++)
		if (isalpha((unsigned char)p[i]) || p[i] == '@')
			return false;
	return digits <= DIGITS_MOST ||
	       (n > 3 && p[n - 3] == '.' && groups == 1 && digits < 10);
}

static bool
in_names(struct slice word, const struct strings *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (strlen(names->v[i]) > 1 &&
		    slice_is_nocase(word, names->v[i]))
			return true;
	return false;
}

/* "Anna", "Anna's", "Anna-Lena" and "_anna_". */
static bool
has_name(struct slice word, const struct strings *names)
{
	struct slice part = {word.p, 0};
	const char *end;

	while (word.len > 0 && !is_letter(word.p[word.len - 1]))
		word.len--;
	if (word.len > 2 && word.p[word.len - 2] == '\'')
		word.len -= 2;
	if (in_names(word, names))
		return true;
	for (end = word.p + word.len; part.p < end; part.p += part.len + 1) {
		part.len = 0;
		while (part.p + part.len < end && is_letter(part.p[part.len]))
			part.len++;
		if (in_names(part, names))
			return true;
	}
	return false;
}

static bool
must_go(struct slice word, const struct strings *names)
{
	size_t digits = 0, letters = 0;

	for (size_t i = 0; i < word.len; i++) {
		digits += isdigit((unsigned char)word.p[i]) != 0;
		letters += isalpha((unsigned char)word.p[i]) != 0;
	}
	return memchr(word.p, '@', word.len) != NULL ||
	       memmem(word.p, word.len, "://", 3) != NULL ||
	       slice_starts_nocase(word, "www.") || digits > DIGITS_MOST ||
	       (digits > 0 && letters > 0 && digits + letters >= TOKEN_LEAST) ||
	       has_name(word, names);
}

/* "1st", "48hrs", "5pm", "10:30am": time, not a token. */
static bool
is_time(struct slice word)
{
	static const char *const ends[] = {"st", "nd", "rd", "th", "am", "pm",
	    "h", "hr", "hrs", "hours", "days", "d", "p", "min", "mins", "k"};
	size_t digits = 0;

	while (digits < word.len &&
	       (isdigit((unsigned char)word.p[digits]) ||
		   word.p[digits] == ':' || word.p[digits] == '.'))
		digits++;
	while (word.len > 0 && ispunct((unsigned char)word.p[word.len - 1]))
		word.len--;
	if (digits == 0 || digits > 5 || digits >= word.len)
		return false;
	word.p += digits;
	word.len -= digits;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (slice_is_nocase(word, ends[i]))
			return true;
	return false;
}

char *
redact(struct arena *a, const char *text, const struct strings *names)
{
	struct buf out = {0};
	const char *p = text;

	while (*p != '\0') {
		struct slice word = {p, 0};
		size_t digits, group = take_groups(p, &digits);

		while (is_word_byte(p[word.len]) || p[word.len] == ':')
			word.len++;
		if (group > word.len && digits > DIGITS_MOST &&
		    !is_sum_or_date(p, group)) {
			buf_puts(&out, REDACTED);
			p += group;
		} else if (word.len == 0) {
			buf_putc(&out, *p++);
		} else if (must_go(word, names) && !is_time(word) &&
			   !is_sum_or_date(word.p, word.len)) {
			buf_puts(&out, REDACTED);
			p += word.len;
		} else if (has_name(word, names)) {
			buf_puts(&out, REDACTED);
			p += word.len;
		} else {
			buf_slice(&out, word);
			p += word.len;
		}
	}
	return buf_keep(&out, a);
}
