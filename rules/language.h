/*
 * What a language is made of, before any rule: its commonest words (by which
 * it is told from others), its abbreviations (after which a full stop ends no
 * sentence), and how sloppy or short forms are spelled out ("we'll", "u").
 * Read from rules/LANG/language; see promised-rules(5).
 */
#ifndef RULES_LANGUAGE_H
#define RULES_LANGUAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct language;

/* -1 with err (file:line:column) when it is bad or can't be read. */
int language_load(
    struct arena *, const char *path, struct language **, struct err *);

/* Patterns know letters beyond a to z; a number before a full stop may be an
 * ordinal ("am 5. Mai"). */
bool language_all_letters(const struct language *);
bool language_ordinals(const struct language *);

/* A word, ASCII case ignored: one of the commonest; an abbreviation (without
 * its full stop); one that a sentence may end with; a word with a capital of
 * its own, which begins no sentence behind such a one ("2 p.m. Thursday"); one
 * that wants another behind it, so that no line is meant to end there. */
bool language_common(const struct language *, struct slice word);
bool language_abbreviation(const struct language *, struct slice word);
bool language_final(const struct language *, struct slice word);
bool language_capital(const struct language *, struct slice word);
bool language_leading(const struct language *, struct slice word);

/*
 * How a word is spelled out, or NULL when it stays as it is.  A suffix rule
 * ("*'ll = * will") leaves the first *stem bytes of the word standing; else
 * *stem is 0.  word is in lower case, with "'" for any apostrophe.
 */
const char *
language_spelling(const struct language *, struct slice word, size_t *stem);

/* The first words of a text, to be looked up in several languages. */
enum { SAMPLE_WORDS = 200 };

struct sample {
	struct slice word[SAMPLE_WORDS]; /* borrowed from the text */
	uint32_t hash[SAMPLE_WORDS];
	size_t n;
};

void language_sample(struct slice text, struct sample *);
/* The share of a thousand of the words that are common; -1 as soon as it is
 * sure not to be more than `most`. */
int language_score(const struct language *, const struct sample *, int most);

/*
 * What stands for the last *cut bytes of a word in its *n forms, by the first
 * ending that fits.  The last but one is the past, the last the participle.
 */
const char *const *language_endings(
    const struct language *, struct slice word, size_t *cut, size_t *n);

#endif
