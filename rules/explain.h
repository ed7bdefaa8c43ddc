/*
 * Why a text was read as it was: its sentences in order, and notes on them of
 * what was taken, by which rule, and of what came near and was not.
 *
 * The reader writes it as it goes, where one is asked for (struct reading);
 * reading itself is the same with it and without.
 */
#ifndef RULES_EXPLAIN_H
#define RULES_EXPLAIN_H

#include "rules/sentence.h"
#include "rules/view.h"

enum noted {
	NOTED_OBLIGATION,
	NOTED_SIGNAL,
	NOTED_MANNER,
	NOTED_REFERENCE,
	NOTED_MISS /* came near, and was not taken */
};

/* Of one sentence.  Strings are borrowed from the pack or the arena. */
struct note {
	enum noted noted;
	const char *what; /* "promise", "apology", "CMP-12" */
	const char *rule; /* that took it or came near; NULL: none did */
	struct obligation_found taken; /* NOTED_OBLIGATION */
	const char *why; /* of a miss: in words, or the name of a rule */
	const char *by; /* and where that stands; NULL: in no file */
	/* The words that the rule matched, and those that say when, in the
	 * sentence's text; empty when there are none. */
	struct span words, time;
};

struct explained {
	const char *text; /* the sentence, white space folded */
	enum zone zone;
	bool apart; /* an empty line comes before it */
	struct note *notes;
	size_t note_count;
};

struct explanation {
	struct explained *v;
	size_t n;
	const char *agent_rule; /* NULL when nobody signs */
};

/* The rest is for the reader.  All do nothing where nobody asks. */

/* A sentence begins; what is noted from here on is of it. */
void explain_sentence(struct reader *, struct slice text, const struct view *);
void explain_signal(struct reader *, const struct view *, const struct rule *,
    struct span marked);
void explain_reference(
    struct reader *, const struct rule *, struct slice ref, struct span raw);
void explain_agent(struct reader *, const struct rule *);
void
explain_obligation(struct reader *, const struct view *, const struct rule *,
    struct span marked, const struct when *, const struct obligation_found *);
/* An obligation noted before is taken no more, for a better one has come. */
void explain_replaced(
    struct reader *, const struct obligation_found *, const char *why);
/* A rule came near: why it was not taken, and what stands where that says so. */
void explain_miss(struct reader *, const struct view *, const struct rule *,
    struct span marked, const char *why, const char *by);
/* The same of one of its own guards. */
void explain_guard(struct reader *, const struct view *, const struct rule *,
    struct span marked, const struct expression *guard);
/* The sentence is done: drops misses of words that were taken after all.  True
 * when what is left tells of a promise or deadline, or when nobody asks. */
bool explain_taken(struct reader *);
/* A time that nobody acts by; by: because of that rule, or NULL. */
void explain_time(struct reader *, const struct when *, const struct rule *by);

#endif
