/*
 * Sentences: the units that rules are matched against.  People wrap lines,
 * leave out full stops, write lists and tables; a sentence is what they meant
 * as one.
 */
#ifndef RULES_SENTENCE_H
#define RULES_SENTENCE_H

#include "base/arena.h"
#include "rules/language.h"
#include "rules/zones.h"

enum { SENTENCE_MOST = 4096 }; /* bytes; what is longer is split */

/* Where a sentence stands in a list: an item may have several. */
enum item { ITEM_NONE, ITEM_BEGINS, ITEM_GOES_ON };

struct sentence {
	size_t start,
	    end; /* byte offsets in the text, no white space at the ends */
	enum zone zone;
	enum item item;
};

struct sentences {
	struct sentence *v;
	size_t n;
};

/* All sentences of all zones, in the order of the text. */
struct sentences sentences_find(
    struct arena *, const struct language *, struct slice text, struct lines);

#endif
