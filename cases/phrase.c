/* See phrase.h. */
#include <ctype.h>

#include "base/ascii.h"
#include "cases/phrase.h"
#include "cases/wordscan.h"

enum { SAID_MOST = 32 /* phrases with points, of one text */ };

/* The same for both cases of a letter. */
static inline unsigned
low_bits(char c)
{
	return (unsigned char)c & 31;
}

void
phrases_add(
    struct arena *a, struct phrases *list, struct slice line, int points)
{
	struct phrase *p = arena_calloc(a, 1, sizeof(*p));
	int first = tolower((unsigned char)line.p[0]);
	uint32_t *pairs = &list->pairs[low_bits(line.p[0])];

	p->text = slice_dup(a, line);
	p->points = points;
	p->next = list->first[first];
	list->first[first] = p;
	if (line.len < 2)
		*pairs = UINT32_MAX;
	else if (line.p[1] != ' ')
		*pairs |= UINT32_C(1) << low_bits(line.p[1]);
	else /* which stands for white space of any kind */
		*pairs |= UINT32_C(1) | UINT32_C(0x1f) << low_bits('\t');
}

size_t
phrase_covers(struct slice s, const char *phrase)
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

bool
phrase_stands(struct slice text, const char *phrase)
{
	size_t n = phrase_covers(text, phrase);

	return n > 0 && (n == text.len || !word_byte(text.p[n]));
}

/* Most bytes are not the first of it. */
bool
phrase_next(struct slice text, size_t *at, const char *phrase)
{
	const char first = to_lower(*phrase);
	size_t i;

	for (i = *at; i < text.len; i++) {
		if ((first != ' ' && to_lower(text.p[i]) != first) ||
		    (i > 0 && word_byte(text.p[i - 1])) ||
		    !phrase_stands(slice_part(text, i, text.len), phrase))
			continue;
		*at = i;
		return true;
	}
	return false;
}

bool
phrase_mentioned(struct slice text, const char *phrase)
{
	size_t at = 0;

	return phrase != NULL && *phrase != '\0' &&
	       phrase_next(text, &at, phrase);
}

/* By the second byte of the phrase. */
static bool
may_stand(struct slice text, char second)
{
	return second == ' ' || second == '\0' ||
	       (text.len > 1 && to_lower(text.p[1]) == to_lower(second));
}

bool
phrases_stand(const struct phrases *list, struct slice text)
{
	const struct phrase *p;

	p = list->first[(unsigned char)to_lower(text.p[0])];
	for (; p != NULL; p = p->next)
		if (may_stand(text, p->text[1]) && phrase_stands(text, p->text))
			return true;
	return false;
}

/* Whether one may begin at p, by its first two bytes. */
static inline bool
may_begin(const struct phrases *list, const char *p, const char *end)
{
	unsigned next = p + 1 < end ? low_bits(p[1]) : 0;

	return (list->pairs[low_bits(*p)] >> next & 1) != 0;
}

bool
phrases_mentioned(const struct phrases *list, struct slice text)
{
	const char *p, *end = text.p + text.len;

	for (p = text.p; p < end; p++)
		/* None begins within a word. */
		if (may_begin(list, p, end) &&
		    (p == text.p || !word_byte(p[-1]) || !word_byte(*p)) &&
		    phrases_stand(list, (struct slice){p, (size_t)(end - p)}))
			return true;
	return false;
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
		if (!may_stand(text, p->text[1]) ||
		    !phrase_stands(text, p->text))
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
phrases_said(const struct phrases *list, struct slice text, int *yes, int *no)
{
	struct said said = {.yes = yes, .no = no};
	const char *p, *end = text.p + text.len;

	for (p = text.p; p < end; p++)
		if (may_begin(list, p, end) &&
		    (p == text.p || !word_byte(p[-1])))
			add_said(
			    list, (struct slice){p, (size_t)(end - p)}, &said);
}
