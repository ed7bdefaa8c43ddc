/*
 * Words as evidence: what two texts have in common that most texts have not.
 *
 * A bag holds the telling tokens of a text with a weight each: names, amounts,
 * numbers with the word that follows them ("12 january"), uncommon words
 * without their endings.  Which words tell nothing is data (thread.words).
 */
#ifndef CASES_WORDS_H
#define CASES_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct thread_words;

struct token {
	const char *text; /* lower case, stemmed */
	int weight; /* 1-4; 0: said to be of another matter */
};

struct bag; /* a set of tokens; grows */

struct bag *bag_new(struct arena *);
/* Adds every token of a text; one that is there keeps its weight. */
void bag_add(struct bag *, const struct thread_words *, struct slice text);
/* The tokens of these texts tell nothing here: the names of the parties. */
void bag_ignore(struct bag *, const struct thread_words *, struct slice text);
/* The same for the word alone that tells a company from others. */
void
bag_ignore_name(struct bag *, const struct thread_words *, const char *name);
/* NULL when it is not in the bag or to be ignored. */
const struct token *bag_find(const struct bag *, const char *text);
const struct token *
bag_at(const struct bag *, size_t i); /* NULL past the end */
size_t bag_size(const struct bag *);

/*
 * The print of a bag is what the store keeps of it: four bytes for each token
 * that tells something, so that the next message need not read this one's text
 * again.  In the arena.
 */
struct slice bag_print(const struct bag *, struct arena *);
/* Sets met[i] for each token i of the bag that the print has. */
void bag_meet(const struct bag *, struct slice print, bool *met);
/* Clears met[i] for each token that the other bag has too. */
void bag_unmeet(const struct bag *, const struct bag *others, bool *met);

/*
 * Sentences that say what the message is not about ("this is nothing to do
 * with ...").  Both results are texts in the arena.  fresh is true when one of
 * them says that a new matter begins.
 */
void words_split(struct arena *, const struct thread_words *, const char *text,
    char **about, char **apart, bool *fresh);
/* Whether the text says that it is about or for somebody of that name: "your
 * complaint about Acme", "on behalf of Acme". */
bool words_behalf(
    const struct thread_words *, struct slice text, const char *name);
/* Whether the note above a forward takes it back ("ignore, wrong address"). */
bool words_mistake(const struct thread_words *, const char *note);

/* The first word of a name that tells it from others: "trentside" of
 * "Trentside Metering Visits"; NULL when none does.  Lower case, in the
 * arena. */
char *words_name(struct arena *, const struct thread_words *, const char *name);
/* The uncommon words of the names of two words and more that stand in a text,
 * in lower case: "Marlow Adjusters" gives both.  Not stemmed; in the arena. */
struct bag *
words_names(struct arena *, const struct thread_words *, struct slice text);
/* Whether all words of a text are common ones: "Your complaint". */
bool words_common(const struct thread_words *, const char *text);
/* A given name, or what stands for one ("Mrs"). */
bool words_given(const struct thread_words *, struct slice word);
/* What stands between a person and their company: "at". */
bool words_joins(const struct thread_words *, struct slice word);
/* Whether text holds the words of phrase in a row, as whole words; ASCII case
 * and kind of white space aside. */
bool words_mention(struct slice text, const char *phrase);

/* "TE-774 120" -> "TE774120": letters and digits, upper case; in the arena. */
char *number_plain(struct arena *, const char *written);
/* The shape of such a number: "AA999999". */
char *number_shape(struct arena *, const char *plain);
/* Takes the next token with `digits` digits or more off *rest that could be a
 * reference number: not an amount, not a date; as written. */
bool number_next(struct slice *rest, size_t digits, struct slice *written);

#endif
