/*
 * The forms of a word: "send/sent" is send|sends|sending|sent.  How a language
 * inflects is told in its file `language`, see promised-rules(5).
 */
#ifndef RULES_INFLECT_H
#define RULES_INFLECT_H

#include "base/arena.h"
#include "rules/language.h"

/*
 * A pattern for all forms of each word in a row:
 *   post            by its ending: post, posts, posted, posting
 *   ship*           that doubles its last letter: shipped, shipping
 *   send/sent       with a form of its own, for all that its ending would add
 *                   but the first two and the last
 *   look_into       inflected in its first word
 *   pick~up         the same, and up to four words may stand between
 */
struct slice
inflect(struct arena *, const struct language *, struct slice words);

#endif
