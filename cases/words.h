/*
 * Words as evidence: what two texts have in common that most texts have not.
 *
 * The bag of a text has its telling tokens: names, amounts, numbers with the
 * word that follows them ("12 january"), uncommon words without their endings.
 * Which words tell nothing is data (thread.words).
 */
#ifndef CASES_WORDS_H
#define CASES_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cases/bag.h"

struct thread_words;

/* Adds every token of a text; one that is there keeps its weight. */
void bag_add(struct bag *, const struct thread_words *, struct slice text);
/* Adds every common word of a text that is long enough to say anything. */
void
bag_add_common(struct bag *, const struct thread_words *, struct slice text);
/* The tokens of these texts tell nothing here: the names of the parties. */
void bag_ignore(struct bag *, const struct thread_words *, struct slice text);
/* The same for the word alone that tells a company from others; name may be
 * NULL. */
void bag_ignore_name(struct bag *, struct arena *scratch,
    const struct thread_words *, const char *name);

/*
 * Sentences that say what the message is not about ("this is nothing to do
 * with ...").  Both results are texts in the arena.  fresh is true when one of
 * them says that a new matter begins.
 */
void words_split(struct arena *, const struct thread_words *, const char *text,
    char **about, char **apart, bool *fresh);
/* Whether the text says that it is about or for somebody of that name: "your
 * complaint about Acme", "on behalf of Acme". */
bool
words_behalf(const struct thread_words *, struct slice text, const char *name);
/* Whether somebody of that name has sent the writer: "Acme has asked us". */
bool
words_asked(const struct thread_words *, struct slice text, const char *name);
/* The words of a text that are written together in a domain, as they stand
 * there: "Acme & Son" of "acmeson.example"; in the arena, NULL when there are
 * none. */
const char *
words_spelled(struct arena *, struct slice text, const char *domain);
/* Whether a line begins as people begin a mail, or end one. */
bool words_greeting(const struct thread_words *, struct slice line);
/* How many bytes of the line the greeting is ("Dear"); 0: none. */
size_t words_greeted(const struct thread_words *, struct slice line);
bool words_closing(const struct thread_words *, struct slice line);
/* Whether the owner asks after what has not come ("no answer so far"). */
bool words_chase(const struct thread_words *, struct slice text);
/* Whether the subject is marked as an answer's, or a forward's. */
bool words_replies(const struct thread_words *, const char *subject);
/* Whether a company sends mail of such a subject to every customer: "Your
 * bill is ready". */
bool words_routine(const struct thread_words *, const char *subject);
/* Whether it is one of those an advertisement. */
bool words_advert(const struct thread_words *, const char *subject);
/* Whether a name, or an address that anybody can have, tells of a trade:
 * "joe.roofing@"; text may be NULL. */
bool words_trade(const struct thread_words *, const char *text);
/* Points for what the rules found ("refusal", "promise refund", "number"). */
int words_found(const struct thread_words *, const char *what);
/* Adds the points for what a text says, each of its phrases once: those of what
 * is said in disputes, and those, below 0, of what is said elsewhere. */
void
words_said(const struct thread_words *, struct slice text, int *yes, int *no);
/* Whether the note above a forward takes it back ("ignore, wrong address"). */
bool words_mistake(const struct thread_words *, const char *note);

/* The first word of a name that tells it from others: "trentside" of
 * "Trentside Metering Visits"; NULL when none does.  Lower case, in the
 * arena. */
char *words_name(struct arena *, const struct thread_words *, const char *name);
/* The uncommon words of the names that stand within the sentences of a text, in
 * lower case: "by Marlow Adjusters" gives both.  Not stemmed; in the arena. */
struct bag *
words_names(struct arena *, const struct thread_words *, struct slice text);
/* Whether the text gives the number as that of an account, of which there may
 * be many disputes. */
bool words_account(
    const struct thread_words *, struct slice text, const char *number);
/* Whether all words of a text are common ones: "Your complaint". */
bool words_common(const struct thread_words *, const char *text);
/* Whether a subject tells nothing: common words and those of the two names,
 * either of which may be NULL. */
bool words_bland(const struct thread_words *, const char *subject,
    const char *name, const char *other);
/* A title ("Mrs"). */
bool words_title(const struct thread_words *, struct slice word);
/* A given name, or a title. */
bool words_given(const struct thread_words *, struct slice word);
/* What stands between a person and their company: "at". */
bool words_joins(const struct thread_words *, struct slice word);

#endif
