/* See words.h; the words themselves are data (wordlist.h). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "cases/phrase.h"
#include "cases/wordlist.h"
#include "cases/words.h"
#include "cases/wordscan.h"

enum {
	SENTENCE_MOST = 2000,
	PAIR_LEAST = 3, /* bytes of a word beside a number: not "to" */
	PAIR_MOST = 5, /* of the number: "18:10" */
	PAIR = 4, /* what the two weigh */
	COMMON_LEAST = 5, /* bytes of a common word that tells something */
	NAME_LEAST = 4, /* bytes of a word */
	NAMES_MOST = 24, /* of one text */
	LABEL_WORDS = 3, /* before a number: "account number is" */
	GAP_MOST = 3, /* bytes between two words of a name */
	SPELLED_LEAST = 6 /* letters of a domain that are a name */
};

/* --- Tokens of a text --- */

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
add_pair(struct bag *b, const char *number, const char *word, int weight)
{
	char pair[2 * TOKEN_MOST + 2];

	if (strlen(word) < PAIR_LEAST || strlen(number) > PAIR_MOST)
		return;
	snprintf(pair, sizeof(pair), "%s %s", number, word);
	bag_put(b, pair, weight);
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
		scan_stem(&s);
		if (ignore || weight > 0)
			bag_put_hashed(b, s.word, s.hashes[s.len], weight);
		if (before[0] != '\0' && number != s.digit)
			add_pair(b, number ? before : s.word,
			    number ? s.word : before, ignore ? 0 : PAIR);
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

		scan_stem(&s);
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
		    (name == NULL ||
			!phrase_mentioned(slice_of(name), s.word)) &&
		    (other == NULL ||
			!phrase_mentioned(slice_of(other), s.word)))
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

/* --- What it says --- */

int
words_found(const struct thread_words *w, const char *what)
{
	const struct token *t = bag_find(w->found, what);

	return t == NULL ? 0 : t->weight;
}

void
words_said(const struct thread_words *w, struct slice text, int *yes, int *no)
{
	phrases_said(&w->said, text, yes, no);
}

/* "on behalf of" and then the name, with or without "the" between. */
static bool
name_follows(struct slice text, const char *phrase, const char *name)
{
	size_t n = phrase_covers(text, phrase);

	if (n == 0)
		return false;
	slice_skip(&text, n);
	while (text.len > 0 && (is_space(text.p[0]) || text.p[0] == ':'))
		slice_skip(&text, 1);
	if (slice_starts_nocase(text, "the "))
		slice_skip(&text, 4);
	return phrase_stands(text, name);
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
	size_t at;

	if (name == NULL || *name == '\0')
		return false;
	for (at = 0; phrase_next(text, &at, name); at++) {
		behind = slice_part(text, at, text.len);
		slice_skip(&behind, phrase_covers(behind, name));
		behind = slice_trim(behind);
		if (behind.len > 0 && phrases_stand(&w->asked, behind))
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

	for (i = 0; i < length; i++)
		letters += domain[i] != '-';
	if (letters < SPELLED_LEAST)
		return NULL;
	for (i = 0; i < text.len; i++) {
		if (to_lower(text.p[i]) != domain[0] ||
		    (i > 0 && word_byte(text.p[i - 1])))
			continue;
		n = spells(slice_part(text, i, text.len), domain, letters);
		if (n > 0)
			return arena_strndup(a, text.p + i, n);
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
	if (!phrases_mentioned(&w->split, rest)) {
		*about = slice_dup(a, rest);
		*apart = arena_strdup(a, "");
		return;
	}
	while (rest.len > 0) {
		sentence = next_sentence(&rest);
		begins = phrases_mentioned(&w->fresh, sentence);
		*fresh = *fresh || begins;
		buf_slice(begins || phrases_mentioned(&w->apart, sentence)
			      ? &no
			      : &yes,
		    sentence);
	}
	*about = buf_keep(&yes, a);
	*apart = buf_keep(&no, a);
}

bool
words_greeting(const struct thread_words *w, struct slice line)
{
	return line.len > 0 && phrases_stand(&w->greeting, line);
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
		length = phrase_stands(line, p->text)
			     ? phrase_covers(line, p->text)
			     : 0;
		if (length > n)
			n = length;
	}
	return n;
}

bool
words_closing(const struct thread_words *w, struct slice line)
{
	return line.len > 0 && phrases_stand(&w->closing, line);
}

bool
words_mistake(const struct thread_words *w, const char *note)
{
	return note != NULL && phrases_mentioned(&w->mistake, slice_of(note));
}

bool
words_chase(const struct thread_words *w, struct slice text)
{
	return phrases_mentioned(&w->chaser, text);
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
	const char *p;
	size_t at;
	int i;

	for (at = 0; phrase_next(text, &at, number); at++) {
		p = text.p + at;
		for (i = 0; i < LABEL_WORDS; i++)
			if (is_in(w->account, word_before(text.p, &p)))
				return true;
	}
	return false;
}
