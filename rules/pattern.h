/*
 * Patterns: regular expressions over one sentence.  PCRE2 lives in pattern.c
 * and nowhere else.
 *
 * A pattern is compiled when it is first used, and by the just-in-time compiler
 * once it has been used often, so that a process for one message pays for the
 * few patterns that it needs.  Nothing that a rule or a mail can hold makes
 * matching crash, recurse or run away: match, depth and heap limits, a CPU
 * budget for each message, no \C, no callouts (HAZARDS: regex blow-up).
 */
#ifndef RULES_PATTERN_H
#define RULES_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct span {
	size_t start, end; /* byte offsets; start <= end */
};

/* Scratch memory, limits and the budget of the message at hand: one for each
 * pack, not to be shared by threads. */
struct matcher;

struct matcher *matcher_new(void);
void matcher_free(struct matcher *);
/* While it learns, each pattern that is asked keeps what it finds out about
 * texts at once, and none is compiled for the machine. */
void matcher_learn(struct matcher *, bool learning);
/* A new message: its CPU budget begins. */
void matcher_begin(struct matcher *);
/* True once the budget of this message is used up: every match gives up. */
bool matcher_spent(const struct matcher *);

struct pattern;
struct patterns;

enum { ASKED_MOST = 64 }; /* of patterns_ask() */

/* In the arena; text is borrowed for the pattern's life.  all_letters: \w and \b
 * know those of all scripts, not only a to z; that costs time.  Never fails:
 * see pattern_check().  What is made of it is on the heap until matcher_free(),
 * which comes before the arena's end. */
struct pattern *pattern_new(struct arena *, const char *text, bool all_letters);
/* The same for up to n that are to lie side by side. */
struct patterns *patterns_new(struct arena *, size_t n);
struct pattern *
patterns_add(struct patterns *, const char *text, bool all_letters);
/*
 * Puts what was made into the arena, to be used by a later process, and gives
 * back what is on the heap: first, of all patterns, what any text asks for, so
 * that it stands together; then the rest.  The pattern goes on to work.
 */
void pattern_freeze_first(struct pattern *, struct arena *);
void pattern_freeze(struct matcher *, struct pattern *, struct arena *);
/* The library and its version: what is frozen is for this one. */
char *pattern_engine(struct arena *);
/* Compiles; -1 with err (EX_CONFIG, the reason alone) and the byte offset in
 * the text when it is no regular expression. */
int
pattern_check(struct matcher *, struct pattern *, size_t *offset, struct err *);

enum match_result {
	MATCH_NONE,
	MATCH_FOUND,
	MATCH_GAVE_UP /* a limit was met, or the pattern is bad: not analysed */
};

/*
 * The first match at or after `from`.  The subject must be valid UTF-8 and
 * `from` lie between characters.
 */
enum match_result pattern_match(struct matcher *, struct pattern *,
    struct slice subject, size_t from, struct span *found);
/*
 * False when it is known at little cost that there is none; else *from is moved
 * on to where the first can begin.  It takes a pattern that is asked for often
 * to know.
 */
bool pattern_may_match(
    struct matcher *, struct pattern *, struct slice subject, size_t *from);
/*
 * Asks up to ASKED_MOST at once whether they may match a text from its begin, which costs
 * less than one after another; pattern_may_match() and pattern_find() remember
 * it until matcher_begin(), while the text's bytes stay what they are.
 */
void patterns_ask(
    struct matcher *, struct pattern *const *, size_t n, struct slice subject);
/* True when patterns_ask() knows that it does not match the text. */
bool pattern_ruled_out(
    const struct matcher *, const struct pattern *, struct slice subject);
/*
 * The same as pattern_match() where it may match.  Asked of the same text again,
 * it answers from memory: the bytes of a text stay what they are until
 * matcher_begin(), and groups are not to be asked for.
 */
enum match_result pattern_find(struct matcher *, struct pattern *,
    struct slice subject, size_t from, struct span *found);
/* A named group of the match just found by pattern_match(); false when it took
 * no part. */
bool pattern_group(const struct matcher *, const struct pattern *,
    const char *name, struct span *);

#endif
