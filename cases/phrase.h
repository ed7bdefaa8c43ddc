/*
 * Phrases that are looked for in a text: as whole words, ASCII case and kind of
 * white space aside.
 */
#ifndef CASES_PHRASE_H
#define CASES_PHRASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

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

/* Adds a phrase of at least one byte, for so many points (0: none). */
void
phrases_add(struct arena *, struct phrases *, struct slice phrase, int points);
/* Whether any of them begins where the text does; the text is not empty. */
bool phrases_stand(const struct phrases *, struct slice text);
/* Whether any stands anywhere in the text. */
bool phrases_mentioned(const struct phrases *, struct slice text);
/* Adds the points of each that the text has, once: those above 0 to yes, those
 * below to no. */
void phrases_said(const struct phrases *, struct slice text, int *yes, int *no);

/* How many bytes of the text the phrase covers when it begins there, be it
 * within a word; 0: it does not. */
size_t phrase_covers(struct slice text, const char *phrase);
/* Whether it begins where the text does. */
bool phrase_stands(struct slice text, const char *phrase);
/* Moves *at on to where it stands next in the text; false when it does not. */
bool phrase_next(struct slice text, size_t *at, const char *phrase);
/* Whether it stands anywhere in the text; false for NULL and "". */
bool phrase_mentioned(struct slice text, const char *phrase);

#endif
