/* See pump.h. */
#include <string.h>

#include "rules/pump.h"

enum { LITERAL_LEAST = 2, WORDS_MOST = 24, PAIRED_MOST = 12, PUMPS_MOST = 600 };

/* Long runs of what expressions repeat. */
static const char *const common[] = {"a", "aA", " ", "a ", "the ", "1", "1,",
    "-", "we will ", "please ", "your refund ", "will be ", "if not ", "\"",
    "(", ".", "\x01 ", "a-", "A1", "and "};

/* What is put behind a head: a letter, a word, a blank, a digit. */
static const char *const fillers[] = {"a", "a ", " ", "1"};

static bool
known(const struct pumps *pumps, struct pump p)
{
	size_t i;

	for (i = 0; i < pumps->n; i++) {
		const struct pump *q = &pumps->v[i];

		if (q->head.len == p.head.len && q->unit.len == p.unit.len &&
		    memcmp(q->head.p, p.head.p, p.head.len) == 0 &&
		    memcmp(q->unit.p, p.unit.p, p.unit.len) == 0)
			return true;
	}
	return false;
}

static void
add(struct arena *a, struct pumps *pumps, struct slice head, struct slice unit)
{
	struct pump p = {head, unit};

	if (unit.len == 0 || pumps->n == PUMPS_MOST || known(pumps, p))
		return;
	pumps->v = arena_grow(a, pumps->v, pumps->n, sizeof(p));
	pumps->v[pumps->n++] = p;
}

/* A word again and again, with and without blanks; the word and a blank. */
static struct slice
add_run(struct arena *a, struct pumps *pumps, struct slice word)
{
	char *unit = arena_printf(a, "%.*s ", (int)word.len, word.p);
	struct slice blank = {unit, word.len + 1}, none = {"", 0};

	add(a, pumps, none, word);
	add(a, pumps, none, blank);
	return blank;
}

/* The same, and the word once before each filler. */
static void
add_word(struct arena *a, struct pumps *pumps, struct slice word)
{
	struct slice blank = add_run(a, pumps, word);
	size_t i;

	for (i = 0; i < sizeof(fillers) / sizeof(*fillers); i++)
		add(a, pumps, blank, slice_of(fillers[i]));
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

/* A run of letters and blanks at i stands for itself. */
static size_t
literal_at(struct slice s, size_t i)
{
	size_t n = 0;

	while (i + n < s.len && (is_letter(s.p[i + n]) || s.p[i + n] == ' '))
		n++;
	return n;
}

/* What follows a "\" or stands in "<>" or "[]" is no text. */
static size_t
skip_other(struct slice s, size_t i)
{
	const char *end;

	if (s.p[i] == '\\')
		return i + 2;
	if (s.p[i] == '<' || s.p[i] == '[') {
		end = memchr(s.p + i, s.p[i] == '<' ? '>' : ']', s.len - i);
		return end == NULL ? i + 1 : (size_t)(end - s.p) + 1;
	}
	return i + 1;
}

/* Each of the pattern's words before a run of each that comes later. */
static void
add_pairs(
    struct arena *a, struct pumps *pumps, const struct slice *words, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = i + 1; k < n; k++)
			add(a, pumps, words[i], words[k]);
}

void
pumps_of_pattern(struct arena *a, struct pumps *pumps, struct slice pattern)
{
	struct slice words[PAIRED_MOST], word;
	size_t i, n, count = 0;

	for (i = 0; i < sizeof(common) / sizeof(*common); i++)
		add(a, pumps, slice_of(""), slice_of(common[i]));
	for (i = 0; i < pattern.len;) {
		n = literal_at(pattern, i);
		word = slice_trim((struct slice){pattern.p + i, n});
		i = n > 0 ? i + n : skip_other(pattern, i);
		if (word.len < LITERAL_LEAST)
			continue;
		add_word(a, pumps, word);
		if (count < PAIRED_MOST)
			words[count++] = slice_of(
			    arena_printf(a, "%.*s ", (int)word.len, word.p));
	}
	add_pairs(a, pumps, words, count);
}

void
pumps_of_example(struct arena *a, struct pumps *pumps, struct slice example)
{
	struct slice head, word;
	size_t i, start = 0, words = 0, k;

	for (i = 0; i <= example.len && words < WORDS_MOST; i++) {
		if (i < example.len && example.p[i] != ' ')
			continue;
		word = (struct slice){example.p + start, i - start};
		head = (struct slice){example.p, i};
		if (word.len > 0)
			add_run(a, pumps, word);
		for (k = 0; k < sizeof(fillers) / sizeof(*fillers); k++)
			add(a, pumps, head, slice_of(fillers[k]));
		start = i + 1;
		words++;
	}
	add_word(a, pumps, example);
}

size_t
pump_fill(struct pump p, char *text, size_t size)
{
	size_t len = p.head.len < size ? p.head.len : 0;

	size_t run = p.unit.len, room;

	memcpy(text, p.head.p, len);
	room = (size - len) / run * run;
	if (room == 0)
		return len;
	memcpy(text + len, p.unit.p, run);
	/* Doubled each time: units are short and texts are many. */
	for (; run < room; run += run < room - run ? run : room - run)
		memcpy(text + len + run, text + len,
		    run < room - run ? run : room - run);
	return len + room;
}
