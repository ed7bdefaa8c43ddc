/*
 * See redact.h.  Works on words: what stands between white space, with the
 * numbers that people write in groups ("4929 1234 ...", "+44 20 7946 0000")
 * taken together.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/utf8.h"
#include "record/redact.h"

enum {
	DIGITS_MOST = 4, /* that a number may show: years, small sums */
	TOKEN_LEAST = 3, /* letters and digits mixed */
	TIME_MOST = 5, /* digits and marks of a time: "10:30" */
	WORD_MOST = 64, /* bytes of a plain word */
	PLAIN_MOST = 1 << 20 /* bytes of their file */
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
	size_t digits = 0, groups = 1, dots = 0;

	for (size_t i = 0; i < n; i++) {
		digits += isdigit((unsigned char)p[i]) != 0;
		dots += p[i] == '.';
		groups += i > 0 && strchr(" -/()", p[i]) != NULL;
	}
	for (size_t i = 0; i < n; i++)
		if (isalpha((unsigned char)p[i]) || p[i] == '@')
			return false;
	return digits <= DIGITS_MOST ||
	       (n > 3 && p[n - 3] == '.' && dots == 1 && groups == 1 &&
		   digits < 10);
}

/* Letters in the sense of a name's part: no digits, no marks, and of what is
 * not ASCII neither punctuation (U+2000 to U+206F) nor our own bars (U+2580 to
 * U+25BF) nor the signs below U+00C0. */
static size_t
letter_length(struct slice p)
{
	size_t n = utf8_length(p.p, p.len);

	if (n <= 1)
		return n == 1 && isalpha((unsigned char)*p.p) ? 1 : 0;
	if (n == 2 && (unsigned char)p.p[0] == 0xc2)
		return 0;
	if (n == 3 &&
	    (slice_starts(p, "\xe2\x80") || slice_starts(p, "\xe2\x81") ||
		slice_starts(p, "\xe2\x96")))
		return 0;
	return n;
}

/* The next run of letters in the word. */
static bool
next_part(struct slice *word, struct slice *part)
{
	size_t n;

	while (word->len > 0 && letter_length(*word) == 0) {
		word->p++;
		word->len--;
	}
	part->p = word->p;
	part->len = 0;
	while (word->len > 0 && (n = letter_length(*word)) > 0) {
		part->len += n;
		word->p += n;
		word->len -= n;
	}
	return part->len > 0;
}

static bool
in_names(struct slice part, const struct strings *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (strlen(names->v[i]) > 1 &&
		    slice_is_nocase(part, names->v[i]))
			return true;
	return false;
}

/* In lower case, of which only that of Latin-1 is known; false for a letter
 * of which it cannot be told. */
static bool
lower(struct slice part, char out[WORD_MOST + 1], bool *capital)
{
	*capital = false;
	if (part.len > WORD_MOST)
		return false;
	for (size_t i = 0; i < part.len; i++) {
		unsigned char c = (unsigned char)part.p[i];
		bool latin = i > 0 && (unsigned char)part.p[i - 1] == 0xc3;

		if (c >= 0x80 && c != 0xc3 && !latin)
			return false;
		if (isupper(c) || (latin && c <= 0x9e && c != 0x97)) {
			*capital = true;
			c = (unsigned char)(c + 0x20);
		}
		out[i] = (char)c;
	}
	out[part.len] = '\0';
	return true;
}

static int
compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
is_listed(const char *word, const struct strings *plain)
{
	return plain->n > 0 && bsearch(&word, plain->v, plain->n,
				   sizeof(*plain->v), compare_words) != NULL;
}

static bool
is_plain(struct slice part, const struct strings *plain)
{
	char word[WORD_MOST + 1];
	bool capital;

	return lower(part, word, &capital) &&
	       (!capital || is_listed(word, plain));
}

/* "Anna", "Anna's", "Anna-Lena" and "_anna_". */
static bool
has_name(struct slice word, const struct redaction *r)
{
	struct slice part;

	while (next_part(&word, &part))
		if (in_names(part, &r->names) || !is_plain(part, &r->plain))
			return true;
	return false;
}

static bool
must_go(struct slice word)
{
	size_t digits = 0, letters = 0;

	for (size_t i = 0; i < word.len; i++) {
		digits += isdigit((unsigned char)word.p[i]) != 0;
		letters += isalpha((unsigned char)word.p[i]) != 0;
	}
	return memchr(word.p, '@', word.len) != NULL ||
	       memmem(word.p, word.len, "://", 3) != NULL ||
	       slice_starts_nocase(word, "www.") || digits > DIGITS_MOST ||
	       (digits > 0 && letters > 0 && digits + letters >= TOKEN_LEAST);
}

/* "1st", "48hrs", "10:30am", "10h30": time, not a token.  The list has them
 * with a 0 for each number: "0st", "0h0". */
static bool
is_time(struct slice word, const struct strings *plain)
{
	char form[WORD_MOST + 1];
	size_t n = 0, digits = 0;

	while (word.len > 0 && ispunct((unsigned char)word.p[word.len - 1]))
		word.len--;
	if (word.len == 0 || word.len > WORD_MOST ||
	    !isdigit((unsigned char)*word.p))
		return false;
	for (size_t i = 0; i < word.len; i++) {
		unsigned char c = (unsigned char)word.p[i];

		if (!isdigit(c) && c != ':' && c != '.') {
			form[n++] = (char)tolower(c);
			continue;
		}
		digits++;
		if (n == 0 || form[n - 1] != '0')
			form[n++] = '0';
	}
	form[n] = '\0';
	return digits <= TIME_MOST && is_listed(form, plain);
}

static const char bar[] = REDACTED;

enum { BAR = sizeof(bar) - 1 };

static bool
is_bar(const char *p)
{
	return strncmp(p, bar, BAR) == 0;
}

/* A word ends where something has been taken out: what stands before a bar is
 * judged as it was before the bar came. */
static size_t
word_length(const char *p)
{
	size_t n = 0;

	while ((is_word_byte(p[n]) || p[n] == ':') && !is_bar(p + n))
		n++;
	return n;
}

/* One bar for several in a row. */
static void
put_bar(struct buf *out)
{
	size_t end = out->len;

	while (end > 0 && out->p[end - 1] == ' ')
		end--;
	if (end >= BAR && memcmp(out->p + end - BAR, bar, BAR) == 0)
		out->len = end;
	else
		buf_puts(out, bar);
}

char *
redact(struct arena *a, const char *text, const struct redaction *r)
{
	struct buf out = {0};
	const char *p = text;

	while (*p != '\0') {
		struct slice word = {p, word_length(p)};
		size_t digits, group = take_groups(p, &digits);

		if (group > word.len && digits > DIGITS_MOST &&
		    !is_sum_or_date(p, group)) {
			put_bar(&out);
			p += group;
			/* a number that ends within a word takes it along */
			while (is_letter(p[-1]) && is_letter(*p))
				p++;
		} else if (is_bar(p)) {
			buf_puts(&out, bar);
			p += BAR;
		} else if (word.len == 0) {
			buf_putc(&out, *p++);
		} else if (!is_time(word, &r->plain) &&
			   (has_name(word, r) ||
			       (must_go(word) &&
				   !is_sum_or_date(word.p, word.len)))) {
			put_bar(&out);
			p += word.len;
		} else {
			buf_slice(&out, word);
			p += word.len;
		}
	}
	return buf_keep(&out, a);
}

/* --- What it goes by --- */

static void
take_words(struct arena *a, struct slice line, struct strings *words)
{
	while (line.len > 0) {
		const char *blank = memchr(line.p, ' ', line.len);
		size_t n = blank == NULL ? line.len : (size_t)(blank - line.p);

		if (n > 0) {
			words->v = arena_grow(
			    a, words->v, words->n, sizeof(*words->v));
			words->v[words->n++] = arena_strndup(a, line.p, n);
		}
		n += blank != NULL;
		line.p += n;
		line.len -= n;
	}
}

void
redact_name(struct arena *a, struct redaction *r, const char *name)
{
	take_words(a, slice_of(name == NULL ? "" : name), &r->names);
}

int
plain_words_load(
    struct arena *a, const char *path, struct strings *words, struct err *err)
{
	struct buf text = {0};
	struct slice rest, line;

	if (file_bytes(path, PLAIN_MOST, &text, err) != 0) {
		buf_free(&text);
		return -1;
	}
	rest = buf_view(&text);
	while (slice_line(&rest, &line))
		if (line.len > 0 && line.p[0] != '#')
			take_words(a, line, words);
	buf_free(&text);
	if (words->n > 0)
		qsort(words->v, words->n, sizeof(*words->v), compare_words);
	return 0;
}
