/*
 * Rule packs: the rule files of one language, loaded.  The format is told in
 * promised-rules(5).  pack_load() and its like are in read.h.
 */
#ifndef RULES_PACK_H
#define RULES_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "rules/finding.h"
#include "rules/gate.h"
#include "rules/language.h"
#include "rules/pattern.h"
#include "rules/read.h"
#include "rules/source.h"
#include "rules/when.h"

enum says {
	SAYS_PROMISE,
	SAYS_DEADLINE,
	SAYS_NOTHING,
	SAYS_CONDITION,
	SAYS_ACTION,
	SAYS_SIGNAL,
	SAYS_MANNER, /* beside signals, in a list of its own */
	SAYS_REFERENCE,
	SAYS_AGENT,
	SAYS_ZONE
};

enum zone {
	ZONE_BODY,
	ZONE_SUBJECT,
	ZONE_SALUTATION,
	ZONE_CLOSING,
	ZONE_SIGNATURE,
	ZONE_FOOTER,
	ZONE_QUOTED
};

/* A pattern of a rule as written. */
struct expression {
	struct slice text;
	int line, column;
	struct pattern *pattern; /* NULL until first used; see book->same */
	size_t found; /* how often it has matched */
	bool leads; /* of a guard: only what comes before counts */
};

struct example {
	const char *text;
	int line, column;
	bool has_action;
	enum action action; /* that must be read in it */
};

struct rule {
	const char *name;
	const char *where; /* "en/promise.rules:41" */
	const char *path;
	int line;
	bool own; /* the owner's: stands in for another of its name */
	bool replaced; /* by one of the owner's */
	enum says says;
	bool has_action;
	enum action action; /* SAYS_ACTION, or fixed by "does" */
	const char *signal; /* SAYS_SIGNAL, SAYS_MANNER: its name */
	enum zone zone; /* SAYS_ZONE */
	unsigned senders; /* in whose mail: 1 << enum who */
	unsigned owners; /* SAYS_ACTION: of whose obligations */
	bool owes_other; /* the obligation is the other side's */
	bool has_owner;
	enum who owner; /* "who company" or "who customer" */
	unsigned zones; /* where it is read: 1 << enum zone */
	/* What must be found beside it; a date is a time that is not vague. */
	bool needs_time, needs_date, needs_action;
	bool otherwise; /* only in a sentence that makes no commitment so far */
	/* SAYS_ACTION: a verb that does what its thing tells; a thing. */
	bool weak, thing;
	unsigned only; /* of these actions: 1 << enum action; 0: of any */
	unsigned silences; /* SAYS_NOTHING: which kinds, 1 << enum says */
	bool undated; /* SAYS_CONDITION: only where no day is named */
	/* Instead of a pattern, of a whole message: it has one of these signals
	 * and manners (or "agent") and none of those. */
	const char **when, **without;
	size_t whens, withouts;
	struct expression *match, *unless;
	size_t matches, unlesses;
	struct example *example, *counter;
	size_t examples, counters;
};

/* One match pattern; its number in the gate is its index. */
struct gated {
	struct rule *rule;
	struct expression *expression;
	struct pattern *pattern; /* of the expression; NULL until first used */
	uint8_t zones, senders; /* of the rule: where and in whose mail */
	bool needs_date;
};

/* define NAME and its alternatives. */
struct definition {
	const char *name;
	struct slice *alternative;
	size_t alternatives;
	bool own;
	bool visiting, analysed; /* while literals are looked for */
	struct known known;
};

/* rules/LANG/time, read when it is first asked for. */
struct time_words {
	struct arena *arena;
	const char *path;
	struct lexicon *lexicon; /* NULL when it is bad */
	bool tried;
};

/* The pack of one language. */
struct rulebook {
	const char *name; /* "en" */
	struct language *language;
	bool read; /* its rules are; see pack_read() */
	struct time_words *times; /* NULL when the pack has no time file */
	struct rule **rules; /* the owner's first, then by file name */
	size_t rule_count;
	struct gated *gated; /* sorted by what the rule says */
	size_t gated_count;
	size_t first_gated[SAYS_ZONE + 2]; /* where each kind begins */
	struct gate *gate; /* of what is read in sentences */
	struct gate *line_gate; /* of agents and zones, read in lines */
	struct definition *definitions; /* sorted by name once loaded */
	size_t definition_count;
	/* Expressions of which the pattern is known, by their text: those that
	 * are written alike have one.  Open addressing. */
	struct expression **same;
	size_t same_room; /* a power of two */
	struct patterns *patterns; /* of them all */
	/* Words that the reader needs, by their definitions (may be NULL). */
	struct expression *clause_break, *join, *phrase_verb, *anaphor, *either,
	    *that, *same_day, *aside, *apart, *gap, *relative, *lead_in;
};

struct pack {
	struct arena *arena;
	struct matcher *matcher;
	struct finder *finder;
	const char *dir, *own_dir; /* own_dir: NULL when there is none */
	struct rulebook **books;
	size_t book_count;
};

const char *says_name(enum says);
const char *zone_name(enum zone);

/* The pattern of an expression, expanded at its first use. */
struct pattern *
rulebook_pattern(struct pack *, const struct rulebook *, struct expression *);
/* Its time words; NULL when the pack has none, or (told in the log) they are
 * bad, which rules_check() finds. */
const struct lexicon *rulebook_lexicon(const struct rulebook *);
/* By name ("en"), or NULL. */
const struct rulebook *pack_book(const struct pack *, const char *language);
/* That of a text of which the language is not known: English, or the first. */
const struct rulebook *pack_usual(const struct pack *);
/*
 * Reads the rules of a language when they are not yet: only the languages that
 * are met are paid for.  A fault in them is told in the log, and the language
 * has none.
 */
void pack_read(struct pack *, const struct rulebook *);
/* Those of all languages; -1 with err at the first fault. */
int pack_read_all(struct pack *, struct err *);

#endif
