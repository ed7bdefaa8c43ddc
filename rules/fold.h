/*
 * The forms of a sentence.  Rules are matched against its normal form: white
 * space folded, typographic quotes and dashes plain, short and sloppy forms
 * spelled out ("we'll" is "we will"), each time phrase one mark.  Every form
 * knows where its bytes came from.
 */
#ifndef RULES_FOLD_H
#define RULES_FOLD_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "rules/language.h"
#include "rules/when.h"

struct folded {
	struct slice text; /* valid UTF-8, no control bytes but marks */
	/* text.len + 1 offsets in the form before; NULL: it is that form. */
	const uint32_t *at;
};

/* Runs of white space become one blank, none at the ends; what is not UTF-8
 * becomes "?"; characters without width go.  text has at most 4 GB. */
struct folded fold_space(struct arena *, struct slice text);
/* Quotes and dashes plain, words spelled out. */
struct folded
fold_spelling(struct arena *, const struct language *, struct slice);

/* What stands for a time phrase: MARK_FIRST + its enum when_class. */
enum { MARK_FIRST = 1, MARK_LAST = MARK_FIRST + WHEN_PAST };

/* Each phrase (offsets in what `spelled` was made from) becomes one mark. */
struct folded fold_times(struct arena *, struct folded spelled, struct whens);

/* Of a range of a form, the range in the form before it. */
size_t folded_start(const struct folded *, size_t);
size_t folded_end(const struct folded *, size_t);

#endif
