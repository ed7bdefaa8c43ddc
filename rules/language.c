/*
 * See language.h.  The file has a keyword at the start of each line:
 *
 *	words the of and ...            (as many lines as it takes)
 *	abbreviations mr mrs approx ...
 *	final a.m p.m ltd ...
 *	capitals monday april ...
 *	leading the of by ...
 *	spell pls = please
 *	spell *'ll = * will
 *	letters all
 *	ordinals dotted
 *	inflect *e = *e *es *ed *ing
 */
#include <fcntl.h>
#include <string.h>
#include <sysexits.h>

#include "rules/language.h"
#include "rules/source.h"

enum { WORD_MOST = 32 };

enum sort {
	SORT_COMMON = 1,
	SORT_ABBREVIATION = 2,
	SORT_SPELLING = 4,
	SORT_FINAL = 8,
	SORT_CAPITAL = 16,
	SORT_LEADING = 32
};

/* Keywords that are followed by words. */
static const struct {
	const char *key;
	enum sort sort;
} lists[] = {
    {"words", SORT_COMMON},
    {"abbreviations", SORT_ABBREVIATION},
    {"final", SORT_FINAL},
    {"capitals", SORT_CAPITAL},
    {"leading", SORT_LEADING},
};

struct entry {
	struct slice word; /* p NULL: free */
	uint32_t hash;
	const char *spelled;
	unsigned sorts;
};

struct language {
	struct entry *table; /* open addressing, linear probing */
	size_t room, used; /* room is a power of two */
	struct arena *arena;
	struct {
		const char *end; /* "'ll" */
		const char *spelled;
	} * suffix;
	size_t suffixes;
	bool all_letters, ordinals;
	struct {
		const char *end; /* "e" */
		const char **forms; /* "e", "es", "ed", "ing" */
		size_t n;
	} * ending;
	size_t endings;
};

static unsigned char
lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static uint32_t
hash_of(struct slice word)
{
	uint32_t h = 5381;
	size_t i;

	for (i = 0; i < word.len; i++)
		h = h * 33 + lower(word.p[i]);
	return h ^ h >> 15;
}

static bool
same(struct slice a, struct slice b)
{
	size_t i;

	for (i = 0; a.len == b.len && i < a.len; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return a.len == b.len;
}

static struct entry *
find_hashed(const struct language *l, struct slice word, uint32_t hash)
{
	struct entry *e = &l->table[hash & (l->room - 1)];

	while (e->word.p != NULL && (e->hash != hash || !same(word, e->word)))
		if (++e == l->table + l->room)
			e = l->table;
	return e;
}

static struct entry *
find(const struct language *l, struct slice word)
{
	return find_hashed(l, word, hash_of(word));
}

static void
grow(struct language *l)
{
	struct entry *old = l->table;
	size_t i, n = l->room;

	l->room = n == 0 ? 512 : 2 * n;
	l->table = arena_calloc(l->arena, l->room, sizeof(*l->table));
	for (i = 0; i < n; i++)
		if (old[i].word.p != NULL)
			*find_hashed(l, old[i].word, old[i].hash) = old[i];
}

static struct entry *
enter(struct language *l, struct slice word, enum sort sort)
{
	struct entry *e;

	if (2 * l->used >= l->room)
		grow(l);
	e = find(l, word);
	if (e->word.p == NULL) {
		e->word.p = slice_dup(l->arena, word);
		e->word.len = word.len;
		e->hash = hash_of(word);
		l->used++;
	}
	e->sorts |= (unsigned)sort;
	return e;
}

static bool
take_word(struct slice *rest, struct slice *word)
{
	*rest = slice_trim(*rest);
	word->p = rest->p;
	word->len = 0;
	while (word->len < rest->len && rest->p[word->len] != ' ' &&
	       rest->p[word->len] != '\t')
		word->len++;
	rest->p += word->len;
	rest->len -= word->len;
	return word->len > 0;
}

static int
enter_words(struct language *l, const struct source *src, struct slice rest,
    enum sort sort, struct err *err)
{
	struct slice word;

	while (take_word(&rest, &word)) {
		if (word.len > WORD_MOST)
			return source_fault(
			    src, word.p, err, "word is too long");
		enter(l, word, sort);
	}
	return 0;
}

static int
enter_spelling(struct language *l, const struct source *src, struct slice rest,
    struct err *err)
{
	struct slice word, sign;

	if (!take_word(&rest, &word) || !take_word(&rest, &sign) ||
	    !slice_is(sign, "=") || word.len > WORD_MOST)
		return source_fault(
		    src, word.p, err, "want: spell SHORT = LONG");
	rest = slice_trim(rest);
	if (word.p[0] != '*') {
		enter(l, word, SORT_SPELLING)->spelled =
		    slice_dup(l->arena, rest);
		return 0;
	}
	if (!slice_starts(rest, "*") || word.len < 2)
		return source_fault(
		    src, rest.p, err, "want: spell *END = *LONG");
	l->suffix =
	    arena_grow(l->arena, l->suffix, l->suffixes, sizeof(*l->suffix));
	word.p++, word.len--;
	rest.p++, rest.len--;
	l->suffix[l->suffixes].end = slice_dup(l->arena, word);
	l->suffix[l->suffixes++].spelled = slice_dup(l->arena, rest);
	return 0;
}

static int
enter_trait(const struct source *src, struct slice rest, const char *value,
    bool *trait, struct err *err)
{
	if (!slice_is(slice_trim(rest), value))
		return source_fault(src, rest.p, err, "want: %s", value);
	*trait = true;
	return 0;
}

static int
enter_ending(struct language *l, const struct source *src, struct slice rest,
    struct err *err)
{
	const char **forms = NULL;
	struct slice word, sign, form;
	size_t n = 0;

	if (!take_word(&rest, &word) || !take_word(&rest, &sign) ||
	    !slice_is(sign, "=") || word.p[0] != '*')
		return source_fault(
		    src, word.p, err, "want: inflect *END = *FORM ...");
	while (take_word(&rest, &form)) {
		if (form.p[0] != '*')
			return source_fault(
			    src, form.p, err, "want: inflect *END = *FORM ...");
		form.p++, form.len--;
		forms = arena_grow(l->arena, forms, n, sizeof(*forms));
		forms[n++] = slice_dup(l->arena, form);
	}
	word.p++, word.len--;
	l->ending =
	    arena_grow(l->arena, l->ending, l->endings, sizeof(*l->ending));
	l->ending[l->endings].end = slice_dup(l->arena, word);
	l->ending[l->endings].forms = forms;
	l->ending[l->endings++].n = n;
	return 0;
}

static int
read_line(struct language *l, const struct source *src, struct err *err)
{
	struct slice rest = src->line, key;

	if (!take_word(&rest, &key) || key.p[0] == '#')
		return 0;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (slice_is(key, lists[i].key))
			return enter_words(l, src, rest, lists[i].sort, err);
	if (slice_is(key, "spell"))
		return enter_spelling(l, src, rest, err);
	if (slice_is(key, "letters"))
		return enter_trait(src, rest, "all", &l->all_letters, err);
	if (slice_is(key, "ordinals"))
		return enter_trait(src, rest, "dotted", &l->ordinals, err);
	if (slice_is(key, "inflect"))
		return enter_ending(l, src, rest, err);
	return source_fault(src, key.p, err,
	    "unknown keyword \"%.*s\"; "
	    "known are words, abbreviations, final, capitals, leading, "
	    "spell, letters, ordinals, inflect",
	    (int)key.len, key.p);
}

int
language_load(struct arena *arena, const char *path, struct language **made,
    struct err *err)
{
	struct language *l = arena_alloc(arena, sizeof(*l));
	struct source src;

	l->arena = arena;
	grow(l);
	if (source_load(arena, path, &src, err) != 0)
		return -1;
	while (source_line(&src))
		if (read_line(l, &src, err) != 0)
			return -1;
	*made = l;
	return 0;
}

static bool
is_sort(const struct language *l, struct slice word, enum sort sort)
{
	return word.len <= WORD_MOST &&
	       (find(l, word)->sorts & (unsigned)sort) != 0;
}

bool
language_all_letters(const struct language *l)
{
	return l->all_letters;
}

bool
language_ordinals(const struct language *l)
{
	return l->ordinals;
}

bool
language_common(const struct language *l, struct slice word)
{
	return is_sort(l, word, SORT_COMMON);
}

bool
language_abbreviation(const struct language *l, struct slice word)
{
	return is_sort(l, word, SORT_ABBREVIATION);
}

bool
language_final(const struct language *l, struct slice word)
{
	return is_sort(l, word, SORT_FINAL);
}

bool
language_capital(const struct language *l, struct slice word)
{
	return is_sort(l, word, SORT_CAPITAL);
}

bool
language_leading(const struct language *l, struct slice word)
{
	return is_sort(l, word, SORT_LEADING);
}

const char *
language_spelling(const struct language *l, struct slice word, size_t *stem)
{
	const struct entry *e;
	size_t i, n;

	*stem = 0;
	if (word.len > WORD_MOST)
		return NULL;
	e = find(l, word);
	if (e->spelled != NULL)
		return e->spelled;
	if (memchr(word.p, '\'', word.len) == NULL)
		return NULL;
	for (i = 0; i < l->suffixes; i++) {
		n = strlen(l->suffix[i].end);
		if (word.len > n &&
		    memcmp(word.p + word.len - n, l->suffix[i].end, n) == 0) {
			*stem = word.len - n;
			return l->suffix[i].spelled;
		}
	}
	return NULL;
}

const char *const *
language_endings(
    const struct language *l, struct slice word, size_t *cut, size_t *n)
{
	static const char *const none[] = {""};
	size_t i, len;

	for (i = 0; i < l->endings; i++) {
		len = strlen(l->ending[i].end);
		if (word.len <= len ||
		    memcmp(word.p + word.len - len, l->ending[i].end, len) != 0)
			continue;
		*cut = len;
		*n = l->ending[i].n;
		return l->ending[i].forms;
	}
	*cut = 0;
	*n = 1;
	return none;
}

static bool
is_letter(char c)
{
	unsigned char u = (unsigned char)c;

	return (lower(c) >= 'a' && lower(c) <= 'z') || u >= 0x80;
}

void
language_sample(struct slice text, struct sample *sample)
{
	size_t i = 0, start;
	struct slice word;

	sample->n = 0;
	while (sample->n < SAMPLE_WORDS) {
		while (i < text.len && !is_letter(text.p[i]))
			i++;
		for (start = i; i < text.len && is_letter(text.p[i]); i++)
			continue;
		if (i == start)
			break;
		word.p = text.p + start;
		word.len = i - start;
		sample->hash[sample->n] = hash_of(word);
		sample->word[sample->n++] = word;
	}
}

int
language_score(const struct language *l, const struct sample *sample, int most)
{
	size_t i, common = 0, n = sample->n;
	const struct entry *e;

	for (i = 0; i < n; i++) {
		if ((int)((common + n - i) * 1000 / n) <= most)
			return -1;
		if (sample->word[i].len > WORD_MOST)
			continue;
		e = find_hashed(l, sample->word[i], sample->hash[i]);
		common += (e->sorts & SORT_COMMON) != 0;
	}
	return n == 0 ? 0 : (int)(common * 1000 / n);
}
