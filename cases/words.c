/*
 * See words.h and, for the subject of a thread, thread.h.
 *
 * The file thread.words: "[common]", "[prefix]", "[given]", "[title]",
 * "[joins]", "[account]" (words, separated by white space), "[apart]", "[fresh]", "[mistake]", "[behalf]", "[asked]",
 * "[greeting]", "[closing]", "[chaser]" (phrases, one a line), "[routine]", "[advert]" (the
 * words of a subject, in this order), "[trade]" (parts of words), "[found]",
 * "[said]" (points and what they are for, one a line); "#" begins a comment.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "cases/thread.h"
#include "cases/words.h"

enum {
	FILE_MOST = 1 << 20, /* bytes of thread.words */
	TOKEN_MOST = 40, /* bytes */
	SENTENCE_MOST = 2000,
	PAIR_LEAST = 3, /* bytes of a word beside a number: not "to" */
	PAIR_MOST = 5, /* of the number: "18:10" */
	COMMON_LEAST = 5, /* bytes of a common word that tells something */
	NAME_LEAST = 4, /* bytes of a word */
	NAMES_MOST = 24, /* of one text */
	LABEL_WORDS = 3, /* before a number: "account number is" */
	GAP_MOST = 3, /* bytes between two words of a name */
	SPELLED_LEAST = 6, /* letters of a domain that are a name */
	SAID_MOST = 32, /* phrases with points, of one text */
	POINTS_MOST = 99 /* of one of them */
};

/* In chains, one for each byte that a phrase begins with, in lower case. */
struct phrases {
	struct phrase {
		const char *text;
		int points; /* 0 where there are none */
		struct phrase *next;
	} * first[256];
	/* For most of a text a look at two bytes is enough: of the low five
	 * bits of the first, those that may follow, by theirs. */
	uint32_t pairs[32];
};

struct thread_words {
	struct bag *common, *prefix, *given, *title, *joins, *account;
	struct phrases apart, fresh, mistake, behalf, greeting, closing;
	struct phrases chaser, said, asked;
	struct phrases split; /* apart and fresh */
	struct strings routine, advert, trade;
	struct bag *found;
};

/* --- Tokens of a text --- */

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

struct scan {
	struct slice rest;
	char word[TOKEN_MOST + 1]; /* lower case */
	uint32_t hashes[TOKEN_MOST + 1]; /* of its first bytes */
	size_t len; /* of it */
	bool digit; /* it has one */
	bool money; /* a sign of currency stands before it */
	bool capital; /* of the word */
	bool first; /* it opens a sentence */
	bool ended; /* a sentence ended before what comes next */
	bool newline;
};

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

/* The next word of at most TOKEN_MOST bytes; false at the end. */
static bool
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

/* The next word with a capital; words without one take away what was before. */
static bool
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

/* The commonest English endings; elsewhere little is lost. */
static void
stem(struct scan *s)
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

static bool
is_year(const char *s)
{
	return strlen(s) == 4 && strspn(s, "0123456789") == 4 &&
	       (strncmp(s, "19", 2) == 0 || strncmp(s, "20", 2) == 0);
}

/* Of so many digits that it is hardly anything else's. */
static bool
is_long_number(const struct scan *s)
{
	size_t i, n = 0, letters = 0;

	for (i = 0; i < s->len; i++) {
		if (ispunct((unsigned char)s->word[i]))
			return false;
		n += is_digit(s->word[i]);
		letters += isalpha((unsigned char)s->word[i]) != 0;
	}
	return n >= 6 || (n >= 5 && letters > 0);
}

static int
weigh(const struct scan *s)
{
	if (is_year(s->word))
		return 0;
	if (s->money && s->digit && s->len >= 2)
		return 4;
	if (s->digit)
		return is_long_number(s) ? 8
		       : s->len >= 4     ? 4
		       : s->len == 3     ? 2
					 : 0;
	if (s->capital && !s->first && s->len >= 3)
		return 3;
	return s->len >= 3 ? 2 : 0;
}

/* A small number tells something with its word only: "29 minutes". */
static void
add_pair(struct bag *b, const char *number, const char *word)
{
	char pair[2 * TOKEN_MOST + 2];

	if (strlen(word) < PAIR_LEAST || strlen(number) > PAIR_MOST)
		return;
	snprintf(pair, sizeof(pair), "%s %s", number, word);
	bag_put(b, pair, 4);
}

static void
scan_tokens(
    struct bag *b, const struct thread_words *w, struct slice text, bool ignore)
{
	struct scan s = {.rest = text, .ended = true};
	char before[TOKEN_MOST + 1] = "";
	bool number = false; /* before has a digit */
	int weight;

	while (scan_word(&s)) {
		weight = 0;
		if (!ignore &&
		    bag_find_hashed(w->common, s.word, s.hashes[s.len]) == NULL)
			weight = weigh(&s);
		stem(&s);
		if (ignore || weight > 0)
			bag_put_hashed(b, s.word, s.hashes[s.len], weight);
		if (!ignore && before[0] != '\0' && number != s.digit)
			add_pair(b, number ? before : s.word,
			    number ? s.word : before);
		memcpy(before, s.word, s.len + 1);
		number = s.digit;
	}
}

void
bag_add(struct bag *b, const struct thread_words *w, struct slice text)
{
	scan_tokens(b, w, text, false);
}

void
bag_add_common(struct bag *b, const struct thread_words *w, struct slice text)
{
	struct scan s = {.rest = text};

	while (scan_word(&s)) {
		bool common =
		    s.len >= COMMON_LEAST &&
		    bag_find_hashed(w->common, s.word, s.hashes[s.len]) != NULL;

		stem(&s);
		if (common)
			bag_put_hashed(b, s.word, s.hashes[s.len], 1);
	}
}

void
bag_ignore(struct bag *b, const struct thread_words *w, struct slice text)
{
	scan_tokens(b, w, text, true);
}

void
bag_ignore_name(struct bag *b, struct arena *a, const struct thread_words *w,
    const char *name)
{
	char *word = name == NULL ? NULL : words_name(a, w, name);

	if (word != NULL)
		bag_ignore(b, w, slice_of(word));
}

bool
words_common(const struct thread_words *w, const char *text)
{
	struct scan s = {.rest = slice_of(text)};
	bool common = true;

	while (common && scan_word(&s))
		common = bag_find(w->common, s.word) != NULL;
	return common;
}

bool
words_bland(const struct thread_words *w, const char *subject, const char *name,
    const char *other)
{
	struct scan s = {.rest = slice_of(subject)};

	while (scan_word(&s))
		if (bag_find(w->common, s.word) == NULL &&
		    (name == NULL || !words_mention(slice_of(name), s.word)) &&
		    (other == NULL || !words_mention(slice_of(other), s.word)))
			return false;
	return true;
}

static bool
is_in(const struct bag *b, struct slice word)
{
	struct scan s = {.rest = word};

	return scan_word(&s) && bag_find(b, s.word) != NULL;
}

bool
words_title(const struct thread_words *w, struct slice word)
{
	return is_in(w->title, word);
}

bool
words_given(const struct thread_words *w, struct slice word)
{
	return is_in(w->given, word) || is_in(w->title, word);
}

bool
words_joins(const struct thread_words *w, struct slice word)
{
	return is_in(w->joins, word);
}

/* --- The data file --- */

static void
add_plain(struct bag *b, struct slice line)
{
	struct scan s = {.rest = line};

	while (scan_word(&s))
		bag_put(b, s.word, 1);
}

/* The same for both cases of a letter. */
static inline unsigned
low_bits(char c)
{
	return (unsigned char)c & 31;
}

static struct phrase *
add_phrase(struct arena *a, struct phrases *list, struct slice line)
{
	struct phrase *p = arena_calloc(a, 1, sizeof(*p));
	int first = tolower((unsigned char)line.p[0]);
	uint32_t *pairs = &list->pairs[low_bits(line.p[0])];

	p->text = slice_dup(a, line);
	p->next = list->first[first];
	list->first[first] = p;
	if (line.len < 2)
		*pairs = UINT32_MAX;
	else if (line.p[1] != ' ')
		*pairs |= UINT32_C(1) << low_bits(line.p[1]);
	else /* which stands for white space of any kind */
		*pairs |= UINT32_C(1) | UINT32_C(0x1f) << low_bits('\t');
	return p;
}

/* "-6 dear friend": the number off its front; false when none stands there. */
static bool
take_points(struct slice *line, int *points)
{
	bool minus = slice_starts(*line, "-");
	int n = 0;

	if (minus)
		slice_skip(line, 1);
	if (line->len == 0 || !is_digit(line->p[0]))
		return false;
	while (line->len > 0 && is_digit(line->p[0]) && n <= POINTS_MOST) {
		n = 10 * n + (line->p[0] - '0');
		slice_skip(line, 1);
	}
	*line = slice_trim(*line);
	*points = minus ? -n : n;
	return n > 0 && n <= POINTS_MOST && line->len > 0;
}

/* A line with points, which [found] has above 0 alone. */
static bool
add_points(
    struct arena *a, struct thread_words *w, bool found, struct slice line)
{
	int points;

	if (!take_points(&line, &points) || (found && points < 0))
		return false;
	if (found)
		bag_put(w->found, slice_dup(a, line), points);
	else
		add_phrase(a, &w->said, line)->points = points;
	return true;
}

static void
add_words(struct arena *a, struct strings *list, struct slice line)
{
	struct scan s = {.rest = line};

	while (scan_word(&s))
		strings_add(a, list, arena_strdup(a, s.word));
}

static const char *const sections[] = {"[common]", "[prefix]", "[apart]",
    "[fresh]", "[mistake]", "[behalf]", "[given]", "[joins]", "[greeting]",
    "[closing]", "[chaser]", "[routine]", "[advert]", "[trade]", "[found]",
    "[said]", "[title]", "[asked]", "[account]"};
enum section {
	COMMON,
	PREFIX,
	APART,
	FRESH,
	MISTAKE,
	BEHALF,
	GIVEN,
	JOINS,
	GREETING,
	CLOSING,
	CHASER,
	ROUTINE,
	ADVERT,
	TRADE,
	FOUND,
	SAID,
	TITLE,
	ASKED,
	ACCOUNT,
	SECTIONS
};

static enum section
section_of(struct slice line)
{
	size_t i;

	for (i = 0; i < SECTIONS; i++)
		if (slice_is(line, sections[i]))
			break;
	return (enum section)i;
}

/* False when it is none of its section's. */
static bool
add_line(struct arena *a, struct thread_words *w, enum section section,
    struct slice line)
{
	switch (section) {
	case COMMON:
		add_plain(w->common, line);
		break;
	case PREFIX:
		add_plain(w->prefix, line);
		break;
	case GIVEN:
		add_plain(w->given, line);
		break;
	case TITLE:
		add_plain(w->title, line);
		break;
	case JOINS:
		add_plain(w->joins, line);
		break;
	case APART:
		add_phrase(a, &w->apart, line);
		add_phrase(a, &w->split, line);
		break;
	case FRESH:
		add_phrase(a, &w->fresh, line);
		add_phrase(a, &w->split, line);
		break;
	case MISTAKE:
		add_phrase(a, &w->mistake, line);
		break;
	case BEHALF:
		add_phrase(a, &w->behalf, line);
		break;
	case ACCOUNT:
		add_plain(w->account, line);
		break;
	case ASKED:
		add_phrase(a, &w->asked, line);
		break;
	case GREETING:
		add_phrase(a, &w->greeting, line);
		break;
	case CLOSING:
		add_phrase(a, &w->closing, line);
		break;
	case CHASER:
		add_phrase(a, &w->chaser, line);
		break;
	case ROUTINE:
		strings_add(a, &w->routine, slice_dup(a, line));
		break;
	case ADVERT:
		strings_add(a, &w->routine, slice_dup(a, line));
		strings_add(a, &w->advert, slice_dup(a, line));
		break;
	case TRADE:
		add_words(a, &w->trade, line);
		break;
	case FOUND:
	case SAID:
		return add_points(a, w, section == FOUND, line);
	case SECTIONS:
		break;
	}
	return true;
}

static int
parse(struct arena *a, struct thread_words *w, const char *path,
    struct slice text, struct err *err)
{
	enum section section = SECTIONS;
	struct slice line;
	int number = 0;

	while (slice_line(&text, &line)) {
		number++;
		line = slice_trim(line);
		if (line.len == 0 || line.p[0] == '#')
			continue;
		if (line.p[0] == '[')
			section = section_of(line);
		if (section == SECTIONS)
			return err_set(err, EX_CONFIG,
			    "%s:%d: no such section; there are [common], "
			    "[prefix], [apart], [fresh], [mistake], "
			    "[behalf], [given], [joins], [greeting], "
			    "[closing], [chaser], [routine], [advert], "
			    "[trade], [found], [said], [title], [asked] and "
			    "[account]",
			    path, number);
		if (line.p[0] != '[' && !add_line(a, w, section, line))
			return err_set(err, EX_CONFIG,
			    "%s:%d: points stand before what they are for, as "
			    "in \"3 your complaint\"",
			    path, number);
	}
	return 0;
}

struct thread_words *
thread_words_load(struct arena *a, const char *path, struct err *err)
{
	struct thread_words *w = arena_alloc(a, sizeof(*w));
	struct buf text = {0};
	int result;

	w->common = bag_new(a);
	w->prefix = bag_new(a);
	w->given = bag_new(a);
	w->title = bag_new(a);
	w->account = bag_new(a);
	w->joins = bag_new(a);
	w->found = bag_new(a);
	if (file_bytes(path, FILE_MOST, &text, err) < 0) {
		err->code = EX_CONFIG;
		buf_free(&text);
		return NULL;
	}
	result = parse(a, w, path, buf_view(&text), err);
	buf_free(&text);
	return result < 0 ? NULL : w;
}

/* --- Subjects --- */

/* One prefix with what follows it: "Re:", "RE[2]:", "[Ext]", "AW: "; how many
 * bytes, 0 when none stands here. */
static size_t
prefix_length(const struct thread_words *w, struct slice s)
{
	char word[16];
	size_t n = 0, i;

	while (n < s.len && n < sizeof(word) - 1 &&
	       (isalpha((unsigned char)s.p[n]) || (s.p[n] & 0x80) != 0)) {
		word[n] = (char)tolower((unsigned char)s.p[n]);
		n++;
	}
	word[n] = '\0';
	if (n == 0 || bag_find(w->prefix, word) == NULL)
		return 0;
	i = n;
	if (i < s.len && (s.p[i] == '[' || s.p[i] == '(')) {
		while (i < s.len && s.p[i] != ']' && s.p[i] != ')')
			i++;
		i++;
	}
	while (i < s.len && s.p[i] == ' ')
		i++;
	return i < s.len && s.p[i] == ':' ? i + 1 : 0;
}

/* "[External]" at the front, when its word is one of the prefixes. */
static size_t
tag_length(const struct thread_words *w, struct slice s)
{
	const char *close;
	char word[16];
	size_t n;

	if (s.len == 0 || s.p[0] != '[' ||
	    (close = memchr(s.p, ']', s.len)) == NULL)
		return 0;
	n = (size_t)(close - s.p) - 1;
	if (n == 0 || n >= sizeof(word))
		return 0;
	memcpy(word, s.p + 1, n);
	word[n] = '\0';
	for (n = 0; word[n] != '\0'; n++)
		word[n] = (char)tolower((unsigned char)word[n]);
	return bag_find(w->prefix, word) == NULL ? 0 : n + 2;
}

static struct slice
strip_prefixes(const struct thread_words *w, const char *subject)
{
	struct slice s = slice_trim(slice_of(subject));
	size_t n;

	while ((n = prefix_length(w, s)) > 0 || (n = tag_length(w, s)) > 0) {
		if (n > s.len)
			n = s.len;
		slice_skip(&s, n);
		s = slice_trim(s);
	}
	return s;
}

static char *
fold(struct arena *a, struct slice s, bool lower)
{
	struct buf b = {0};
	size_t i;
	char c;

	for (i = 0; i < s.len; i++) {
		c = s.p[i];
		if (isspace((unsigned char)c)) {
			if (b.len > 0 && b.p[b.len - 1] != ' ')
				buf_putc(&b, ' ');
		} else {
			buf_putc(
			    &b, (char)(lower ? tolower((unsigned char)c) : c));
		}
	}
	while (b.len > 0 && b.p[b.len - 1] == ' ')
		b.len--;
	buf_puts(&b, "");
	return buf_keep(&b, a);
}

char *
thread_subject(
    struct arena *a, const struct thread_words *w, const char *subject)
{
	return fold(a, strip_prefixes(w, subject), true);
}

char *
thread_title(struct arena *a, const struct thread_words *w, const char *subject)
{
	return fold(a, strip_prefixes(w, subject), false);
}

/* --- Phrases --- */

static bool
word_byte(char c)
{
	return is_alnum(c) || (c & 0x80) != 0;
}

/* How many bytes of s the phrase covers when it begins at s; 0: it does not. */
static size_t
covers(struct slice s, const char *phrase)
{
	size_t i = 0;

	while (*phrase != '\0') {
		if (i >= s.len)
			return 0;
		if (*phrase == ' ') {
			if (!is_space(s.p[i]))
				return 0;
			while (i < s.len && is_space(s.p[i]))
				i++;
			phrase++;
			continue;
		}
		if (to_lower(s.p[i]) != to_lower(*phrase))
			return 0;
		i++;
		phrase++;
	}
	return i;
}

/* Whether the phrase stands here, as whole words. */
static bool
stands_here(struct slice text, const char *phrase)
{
	size_t n = covers(text, phrase);

	return n > 0 && (n == text.len || !word_byte(text.p[n]));
}

bool
words_mention(struct slice text, const char *phrase)
{
	char before = ' ';

	if (phrase == NULL || *phrase == '\0')
		return false;
	for (; text.len > 0; before = text.p[0], slice_skip(&text, 1))
		if (!word_byte(before) && stands_here(text, phrase))
			return true;
	return false;
}

/* By the second byte of the phrase. */
static bool
may_stand(struct slice text, char second)
{
	return second == ' ' || second == '\0' ||
	       (text.len > 1 && to_lower(text.p[1]) == to_lower(second));
}

static bool
any_stands_here(const struct phrases *list, struct slice text)
{
	const struct phrase *p;

	p = list->first[(unsigned char)to_lower(text.p[0])];
	for (; p != NULL; p = p->next)
		if (may_stand(text, p->text[1]) && stands_here(text, p->text))
			return true;
	return false;
}

static bool
mentions_any(const struct phrases *list, struct slice text)
{
	const char *p, *end = text.p + text.len;
	unsigned next;

	for (p = text.p; p < end; p++) {
		next = p + 1 < end ? low_bits(p[1]) : 0;
		if ((list->pairs[low_bits(*p)] >> next & 1) == 0)
			continue;
		/* None begins within a word. */
		if ((p == text.p || !word_byte(p[-1]) || !word_byte(*p)) &&
		    any_stands_here(list, (struct slice){p, (size_t)(end - p)}))
			return true;
	}
	return false;
}

int
words_found(const struct thread_words *w, const char *what)
{
	const struct token *t = bag_find(w->found, what);

	return t == NULL ? 0 : t->weight;
}

struct said {
	const struct phrase *seen[SAID_MOST];
	size_t n;
	int *yes, *no;
};

/* The points of those that begin here, each once. */
static void
add_said(const struct phrases *list, struct slice text, struct said *said)
{
	const struct phrase *p;
	size_t i;

	p = list->first[(unsigned char)to_lower(text.p[0])];
	for (; p != NULL; p = p->next) {
		if (!may_stand(text, p->text[1]) || !stands_here(text, p->text))
			continue;
		for (i = 0; i < said->n && said->seen[i] != p; i++)
			;
		if (i < said->n || said->n == SAID_MOST)
			continue;
		said->seen[said->n++] = p;
		*(p->points > 0 ? said->yes : said->no) += p->points;
	}
}

void
words_said(const struct thread_words *w, struct slice text, int *yes, int *no)
{
	struct said said = {.yes = yes, .no = no};
	char before = ' ';

	for (; text.len > 0; before = text.p[0], slice_skip(&text, 1))
		if (!word_byte(before))
			add_said(&w->said, text, &said);
}

/* "on behalf of" and then the name, with or without "the" between. */
static bool
name_follows(struct slice text, const char *phrase, const char *name)
{
	size_t n = covers(text, phrase);

	if (n == 0)
		return false;
	slice_skip(&text, n);
	while (text.len > 0 && (is_space(text.p[0]) || text.p[0] == ':'))
		slice_skip(&text, 1);
	if (slice_starts_nocase(text, "the "))
		slice_skip(&text, 4);
	return stands_here(text, name);
}

bool
words_behalf(const struct thread_words *w, struct slice text, const char *name)
{
	const struct phrase *p;
	bool within = false;

	for (; name != NULL && *name != '\0' && text.len > 0;
	     slice_skip(&text, 1)) {
		p = within ? NULL
			   : w->behalf.first[tolower((unsigned char)text.p[0])];
		for (; p != NULL; p = p->next)
			if (name_follows(text, p->text, name))
				return true;
		within = word_byte(text.p[0]);
	}
	return false;
}

bool
words_asked(const struct thread_words *w, struct slice text, const char *name)
{
	struct slice behind;
	char before = ' ';
	size_t n;

	for (; name != NULL && *name != '\0' && text.len > 0;
	     before = text.p[0], slice_skip(&text, 1)) {
		if (word_byte(before) || !stands_here(text, name))
			continue;
		behind = text;
		n = covers(text, name);
		slice_skip(&behind, n);
		behind = slice_trim(behind);
		if (behind.len > 0 && any_stands_here(&w->asked, behind))
			return true;
	}
	return false;
}

/* How many bytes of a text spell the label, marks between words aside; 0: none
 * do. */
static size_t
spells(struct slice text, const char *label, size_t n)
{
	size_t i = 0, gap = 0;

	for (; n > 0 && i < text.len; i++) {
		if (!is_alnum(text.p[i])) {
			if (text.p[i] == '\n' || ++gap > GAP_MOST)
				return 0;
			continue;
		}
		/* "Acme and Son" of acmeson.example */
		if (gap > 0 && i + 4 < text.len && to_lower(*label) != 'a' &&
		    strncasecmp(text.p + i, "and ", 4) == 0) {
			i += 3;
			continue;
		}
		if (to_lower(text.p[i]) != *label)
			return 0;
		gap = 0;
		n--;
		do
			label++;
		while (*label == '-');
	}
	return n > 0 || (i < text.len && word_byte(text.p[i])) ? 0 : i;
}

const char *
words_spelled(struct arena *a, struct slice text, const char *domain)
{
	size_t length = strcspn(domain, ".@"), letters = 0, i, n;
	char before = ' ';

	for (i = 0; i < length; i++)
		letters += domain[i] != '-';
	if (letters < SPELLED_LEAST)
		return NULL;
	for (; text.len > 0; before = text.p[0], slice_skip(&text, 1)) {
		if (word_byte(before) || to_lower(text.p[0]) != domain[0])
			continue;
		n = spells(text, domain, letters);
		if (n > 0)
			return arena_strndup(a, text.p, n);
	}
	return NULL;
}

/* Up to the next full stop with white space behind it, or an empty line. */
static struct slice
next_sentence(struct slice *rest)
{
	struct slice s = {rest->p, 0};
	size_t n = 0;
	char c, next;

	while (n < rest->len && n < SENTENCE_MOST) {
		c = rest->p[n++];
		next = (char)(n < rest->len ? rest->p[n] : '\n');
		if ((c == '.' || c == '!' || c == '?') && is_space(next))
			break;
		if (c == '\n' && next == '\n')
			break;
	}
	s.len = n;
	slice_skip(rest, n);
	return s;
}

void
words_split(struct arena *a, const struct thread_words *w, const char *text,
    char **about, char **apart, bool *fresh)
{
	struct slice rest = slice_of(text), sentence;
	struct buf yes = {0}, no = {0};
	bool begins;

	*fresh = false;
	if (!mentions_any(&w->split, rest)) {
		*about = slice_dup(a, rest);
		*apart = arena_strdup(a, "");
		return;
	}
	while (rest.len > 0) {
		sentence = next_sentence(&rest);
		begins = mentions_any(&w->fresh, sentence);
		*fresh = *fresh || begins;
		buf_slice(
		    begins || mentions_any(&w->apart, sentence) ? &no : &yes,
		    sentence);
	}
	*about = buf_keep(&yes, a);
	*apart = buf_keep(&no, a);
}

bool
words_greeting(const struct thread_words *w, struct slice line)
{
	return line.len > 0 && any_stands_here(&w->greeting, line);
}

size_t
words_greeted(const struct thread_words *w, struct slice line)
{
	const struct phrase *p;
	size_t n = 0, length;

	if (line.len == 0)
		return 0;
	p = w->greeting.first[(unsigned char)to_lower(line.p[0])];
	for (; p != NULL; p = p->next) {
		length = stands_here(line, p->text) ? covers(line, p->text) : 0;
		if (length > n)
			n = length;
	}
	return n;
}

bool
words_closing(const struct thread_words *w, struct slice line)
{
	return line.len > 0 && any_stands_here(&w->closing, line);
}

bool
words_mistake(const struct thread_words *w, const char *note)
{
	return note != NULL && mentions_any(&w->mistake, slice_of(note));
}

bool
words_replies(const struct thread_words *w, const char *subject)
{
	return prefix_length(w, slice_trim(slice_of(subject))) > 0;
}

bool
words_chase(const struct thread_words *w, struct slice text)
{
	return mentions_any(&w->chaser, text);
}

/* Whether the words of the phrase stand in the text one behind the other,
 * whatever is between them. */
static bool
stands_in_order(struct slice text, const char *phrase)
{
	struct scan s = {.rest = text}, p = {.rest = slice_of(phrase)};
	bool more = scan_word(&p);

	while (more && scan_word(&s))
		if (strcmp(s.word, p.word) == 0)
			more = scan_word(&p);
	return !more;
}

static bool
any_in_order(const struct strings *list, const char *subject)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (stands_in_order(slice_of(subject), list->v[i]))
			return true;
	return false;
}

bool
words_routine(const struct thread_words *w, const char *subject)
{
	return any_in_order(&w->routine, subject);
}

bool
words_advert(const struct thread_words *w, const char *subject)
{
	return any_in_order(&w->advert, subject);
}

bool
words_trade(const struct thread_words *w, const char *text)
{
	size_t i;

	for (i = 0; text != NULL && i < w->trade.n; i++)
		if (strcasestr(text, w->trade.v[i]) != NULL)
			return true;
	return false;
}

char *
words_name(struct arena *a, const struct thread_words *w, const char *name)
{
	struct scan s = {.rest = slice_of(name)};
	char *found = NULL;

	while (found == NULL && scan_word(&s))
		if (s.len >= 3 && !s.digit &&
		    bag_find(w->common, s.word) == NULL)
			found = arena_strdup(a, s.word);
	return found;
}

static void
put_name(struct bag *b, const struct thread_words *w, const char *word)
{
	if (strlen(word) >= NAME_LEAST && bag_size(b) < NAMES_MOST &&
	    bag_find(w->common, word) == NULL)
		bag_put(b, word, 1);
}

/* One that is alone is a company's, or a person's known to both. */
struct bag *
words_names(struct arena *a, const struct thread_words *w, struct slice text)
{
	struct scan s = {.rest = text, .ended = true};
	struct bag *names = bag_new(a);
	char before[TOKEN_MOST + 1] = "";

	while (scan_capital(&s, before)) {
		if (s.capital && !s.first) {
			put_name(names, w, before);
			put_name(names, w, s.word);
		}
		before[0] = '\0';
		if (s.capital)
			memcpy(before, s.word, s.len + 1);
	}
	return names;
}

/* The word that ends before p; p is moved to where it begins. */
static struct slice
word_before(const char *start, const char **p)
{
	const char *end;

	while (*p > start && !is_alnum((*p)[-1]))
		(*p)--;
	end = *p;
	while (*p > start && is_alnum((*p)[-1]))
		(*p)--;
	return (struct slice){*p, (size_t)(end - *p)};
}

bool
words_account(
    const struct thread_words *w, struct slice text, const char *number)
{
	const char *start = text.p, *p;
	char before = ' ';
	int i;

	for (; text.len > 0; before = text.p[0], slice_skip(&text, 1)) {
		if (word_byte(before) || !stands_here(text, number))
			continue;
		p = text.p;
		for (i = 0; i < LABEL_WORDS; i++)
			if (is_in(w->account, word_before(start, &p)))
				return true;
	}
	return false;
}
