/*
 * See sentence.h.  First it is decided which line breaks are only wrapping: the
 * next word would not have fitted on the line, or the last one wants another.
 * Then the stretch between hard
 * breaks is cut at full stops, question and exclamation marks that end
 * something (after Kiss and Strunk 2006: abbreviations, initials, and what
 * follows decide).
 */
#include <string.h>

#include "base/ascii.h"
#include "rules/sentence.h"

enum {
	NARROWEST = 45,
	WIDEST = 100,
	FLOWING = 130,
	LABEL_WORDS = 4,
	LIST_END = 6 /* "; and" */
};

struct splitting {
	struct arena *arena;
	const struct language *language;
	struct slice text;
	struct lines lines;
	size_t width; /* columns that lines were wrapped at; 0: they were not */
	enum item item; /* of the next sentence */
	struct sentences found;
};

/* What may end a sentence. */
static bool
is_stop(char c)
{
	return c == '.' || c == '!' || c == '?';
}

static bool
is_letter(char c)
{
	return is_lower(c) || is_upper(c) || (unsigned char)c >= 0x80;
}

/* The first letter is small, those of Latin-1 (U+00DF to U+00FF, but for the
 * sign U+00F7) and U+0153 too. */
static bool
starts_small(struct slice s)
{
	unsigned char a = (unsigned char)s.p[0],
		      b = s.len > 1 ? (unsigned char)s.p[1] : 0;

	return is_lower(s.p[0]) || (a == 0xc3 && b >= 0x9f && b != 0xb7) ||
	       (a == 0xc5 && b == 0x93);
}

/* How many bytes of the line are the time of a chat's: "[4:57 PM] ". */
static size_t
stamp(struct slice s)
{
	size_t i = 1;

	if (s.len < 3 || strchr("[(", s.p[0]) == NULL || !is_digit(s.p[1]))
		return 0;
	while (i < s.len && (is_digit(s.p[i]) || is_letter(s.p[i]) ||
				strchr(".: ", s.p[i]) != NULL))
		i++;
	if (memchr(s.p, ':', i) == NULL || i + 1 >= s.len ||
	    strchr("])", s.p[i]) == NULL || !is_space(s.p[i + 1]))
		return 0;
	return i + 2;
}

/* How many bytes of the line are a bullet: "- ", "* ", "2) ", "(a) ". */
static size_t
bullet(struct slice s)
{
	size_t i = stamp(s);

	if (i > 0)
		return i;
	if (slice_starts(s, "\xe2\x80\xa2") || slice_starts(s, "\xc2\xb7") ||
	    slice_starts(s, "\xe2\x80\x93"))
		i = slice_starts(s, "\xc2") ? 2 : 3;
	else if (s.len > 1 && strchr("-*o+", s.p[0]) != NULL &&
		 is_space(s.p[1]))
		i = 1;
	else if (s.len > 2) {
		i = s.p[0] == '(';
		while (i < s.len && i < 4 && is_digit(s.p[i]))
			i++;
		if (i < s.len && i <= 1 && is_letter(s.p[i]))
			i++;
		if (i == 0 || i >= s.len || (s.p[i] != ')' && s.p[i] != '.'))
			return 0;
		i++;
		if (i < s.len && !is_space(s.p[i]))
			return 0;
	}
	while (i > 0 && i < s.len && is_space(s.p[i]))
		i++;
	return i;
}

/* Characters, not bytes: each has one byte that is not 10xxxxxx. */
static size_t
columns(struct slice s)
{
	size_t i, n = 0;

	for (i = 0; i < s.len; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

static struct slice
first_word(struct slice s)
{
	size_t i = 0;

	while (i < s.len && !is_space(s.p[i]))
		i++;
	s.len = i;
	return s;
}

static struct slice
last_word(struct slice s)
{
	size_t i = s.len;

	while (i > 0 && !is_space(s.p[i - 1]))
		i--;
	return (struct slice){s.p + i, s.len - i};
}

static size_t
wrap_width(const struct splitting *s)
{
	size_t i, len, width = 0;

	for (i = 0; i < s->lines.n; i++) {
		len = columns(line_text(s->text, &s->lines.v[i]));
		if (len > FLOWING)
			return 0;
		if (len > width && len <= WIDEST)
			width = len;
	}
	return width < NARROWEST ? 0 : width;
}

/* "Estimated delivery: ...": a line of a list or table. */
static bool
labelled(struct slice line)
{
	size_t i, words = 0;

	for (i = 0; i < line.len && line.p[i] != ':'; i++) {
		words += is_space(line.p[i]);
		if (words > LABEL_WORDS || strchr(".,;!?", line.p[i]) != NULL)
			return false;
	}
	return i > 0 && is_upper(line.p[0]) && i + 1 < line.len &&
	       is_space(line.p[i + 1]);
}

/* True when the break after line i only wraps. */
static bool
soft_break(const struct splitting *s, size_t i)
{
	const struct line *a = &s->lines.v[i], *b = a + 1;
	struct slice here, next;
	char last;

	if (i + 1 >= s->lines.n || a->blank || b->blank || a->zone != b->zone)
		return false;
	if (a->zone == ZONE_SIGNATURE || a->zone == ZONE_SALUTATION)
		return false;
	here = line_text(s->text, a);
	next = line_text(s->text, b);
	if (bullet(next) > 0 || labelled(next) ||
	    (labelled(here) && is_upper(next.p[0]) && here.len < NARROWEST))
		return false;
	last = here.p[here.len - 1];
	if (starts_small(next) && last != '.' && last != '!' && last != '?')
		return true;
	if (last == ',' || language_leading(s->language, last_word(here)))
		return true;
	return s->width > 0 &&
	       columns(here) + 1 + columns(first_word(next)) > s->width;
}

static void
add(struct splitting *s, size_t start, size_t end, enum zone zone)
{
	struct sentence *one;

	while (start < end && is_space(s->text.p[start]))
		start++;
	while (end > start && is_space(s->text.p[end - 1]))
		end--;
	if (start == end)
		return;
	s->found.v = arena_grow(s->arena, s->found.v, s->found.n, sizeof(*one));
	one = &s->found.v[s->found.n++];
	one->start = start;
	one->end = end;
	one->zone = zone;
	one->item = s->item;
	if (s->item == ITEM_BEGINS)
		s->item = ITEM_GOES_ON;
}

/* "We will:", and below it "pay you £50;": an item without a bullet. */
static bool
lists_on(const struct splitting *s, struct slice line)
{
	const struct sentence *last;
	struct slice end;

	if (s->found.n == 0 || line.len == 0 || !starts_small(line))
		return false;
	last = &s->found.v[s->found.n - 1];
	end = slice_part(s->text, last->start, last->end);
	if (end.len > LIST_END)
		end = slice_part(end, end.len - LIST_END, end.len);
	return end.p[end.len - 1] == ':' || memchr(end.p, ';', end.len) != NULL;
}

static struct slice
word_before(const struct splitting *s, size_t start, size_t at)
{
	struct slice word = {s->text.p + at, 0};

	while (at > start &&
	       (is_letter(s->text.p[at - 1]) || s->text.p[at - 1] == '.')) {
		at--;
		word.p--;
		word.len++;
	}
	return word;
}

static struct slice
word_after(const struct splitting *s, size_t at, size_t end)
{
	struct slice word = {s->text.p + at, 0};

	while (at + word.len < end && is_letter(word.p[word.len]))
		word.len++;
	return word;
}

/* "Mr.", "J.", "p.m.", "approx.": the stop may belong to the word. */
static bool
abbreviates(const struct splitting *s, struct slice before)
{
	if (before.len == 1)
		return is_letter(before.p[0]);
	return memchr(before.p, '.', before.len) != NULL ||
	       language_abbreviation(s->language, before);
}

/* "am 5. Mai", "20.03. um 9 Uhr", but not "am 5. Wir ...". */
static bool
is_ordinal(
    const struct splitting *s, size_t start, size_t at, struct slice after)
{
	size_t digits = 0;

	while (at - digits > start && is_digit(s->text.p[at - digits - 1]))
		digits++;
	return language_ordinals(s->language) && digits > 0 && digits <= 2 &&
	       !(after.len > 1 && is_upper(after.p[0]) &&
		   language_common(s->language, after));
}

/* After "p.m." a sentence begins with "We" or "Bring", not with "Thursday". */
static bool
begins(const struct splitting *s, struct slice before, struct slice after)
{
	if (after.len == 0 || !is_upper(after.p[0]) ||
	    language_capital(s->language, after))
		return false;
	return language_common(s->language, after) ||
	       (after.len > 1 && is_lower(after.p[1]) &&
		   language_final(s->language, before));
}

/* A full stop at `at`, and the next text at `next`. */
static bool
stop_ends(
    const struct splitting *s, size_t start, size_t at, size_t next, size_t end)
{
	struct slice before = word_before(s, start, at);
	struct slice after = word_after(s, next, end);

	if (next == at + 1) /* no blank: "done.We", but not "acme.example" */
		return before.len > 2 && is_lower(before.p[before.len - 1]) &&
		       after.len > 1 && is_upper(after.p[0]) &&
		       is_lower(after.p[1]) &&
		       memchr(before.p, '.', before.len) == NULL;
	if (before.len > 0 && abbreviates(s, before))
		return before.len > 1 && begins(s, before, after);
	if (is_ordinal(s, start, at, after))
		return false;
	if (at > start && s->text.p[at - 1] == '.') /* an ellipsis */
		return !is_lower(s->text.p[next]);
	return true;
}

static bool
ends_here(const struct splitting *s, size_t start, size_t at, size_t end,
    size_t *after)
{
	size_t i = at + 1;

	while (i < end && strchr(".!?\"')]", s->text.p[i]) != NULL)
		i++;
	while (i + 2 < end && memcmp(s->text.p + i, "\xe2\x80\x9d", 3) == 0)
		i += 3;
	*after = i;
	while (i < end && is_space(s->text.p[i]))
		i++;
	if (i >= end)
		return true;
	if (s->text.p[at] != '.')
		return i > *after;
	if (at + 1 < end && s->text.p[at + 1] == '.')
		return false; /* the last of the dots decides */
	return stop_ends(s, start, at, i == *after ? at + 1 : i, end);
}

static void
cut(struct splitting *s, size_t start, size_t end, enum zone zone)
{
	size_t i, after, begun = start, blank = 0;

	for (i = start; i < end; i++) {
		if (is_space(s->text.p[i]))
			blank = i;
		if (i - begun >= SENTENCE_MOST) {
			i = blank > begun ? blank : i;
			while (i > begun && (s->text.p[i] & 0xc0) == 0x80)
				i--;
			add(s, begun, i, zone);
			begun = i;
			continue;
		}
		if (!is_stop(s->text.p[i]) ||
		    !ends_here(s, begun, i, end, &after))
			continue;
		add(s, begun, after, zone);
		begun = after;
		i = after - 1;
	}
	add(s, begun, end, zone);
}

struct sentences
sentences_find(struct arena *arena, const struct language *language,
    struct slice text, struct lines lines)
{
	struct splitting s = {
	    arena, language, text, lines, 0, ITEM_NONE, {NULL, 0}};
	struct slice line;
	size_t i, mark, start;

	s.width = wrap_width(&s);
	for (i = 0; i < lines.n; i++) {
		if (lines.v[i].blank)
			continue;
		line = line_text(text, &lines.v[i]);
		mark = bullet(line);
		start = lines.v[i].start + mark;
		s.item =
		    mark > 0 || lists_on(&s, line) ? ITEM_BEGINS : ITEM_NONE;
		while (soft_break(&s, i))
			i++;
		cut(&s, start, lines.v[i].end, lines.v[i].zone);
	}
	return s.found;
}
