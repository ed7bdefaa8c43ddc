/*
 * A sentence in all its forms, and the rules that stand a chance on it.
 */
#ifndef RULES_VIEW_H
#define RULES_VIEW_H

#include "base/arena.h"
#include "rules/fold.h"
#include "rules/pack.h"

struct view {
	size_t start, end; /* in the text */
	enum zone zone;
	struct folded raw; /* white space folded: what is quoted */
	struct folded spelled; /* words spelled out */
	struct folded marked; /* time phrases marked: what rules see */
	struct whens times;
	uint64_t *gate; /* see gate_has() */
	const struct view *previous; /* the sentence before it, or NULL */
	size_t lead; /* bytes of raw that led the item in; see lead.h */
};

struct clauses; /* see clause.h */
struct explanation; /* see explain.h */

/* What is read with: one for each message. */
struct reader {
	struct arena *arena; /* of the message */
	struct pack *pack;
	const struct rulebook *book;
	enum who sender;
	struct moment anchor; /* of the message, where there is a calendar */
	const struct calendar *calendar; /* NULL: no day is known to be gone */
	const char **faults; /* "en/promise.rules:41": gave up, each once */
	size_t fault_count;
	uint64_t *gate, *other_gate; /* of this view and the one before */
	struct explanation *explanation; /* NULL: nobody asks */
	struct clauses *clauses; /* those of `cut`; see clause.h */
	struct slice cut;
};

/* One match of a rule. */
struct hit {
	const struct rule *rule;
	struct span at;
	size_t order; /* of the pattern in the pack */
};

struct hits {
	struct hit *v;
	size_t n;
};

struct reader reader_new(
    struct arena *, struct pack *, const struct rulebook *, enum who sender);
/*
 * Looks at one sentence of a text.  Time phrases are found only when a rule may
 * ask for them, or when times is set.  The view is good until the next but one.
 */
struct view view_new(struct reader *, struct slice text, size_t start,
    size_t end, enum zone, bool times);
/* True when a rule of these kinds stands a chance. */
bool view_any(
    const struct reader *, const struct view *, enum says from, enum says to);

/* True when a rule's pattern, by its number, is for this zone and sender, and not
 * known not to match the text. */
bool reader_may_hit(const struct reader *, const struct view *, size_t gated,
    struct slice text);
/*
 * All matches in a text of the rules of one kind that the gate let pass and
 * that are read in this zone and this sender's mail, guards not yet looked at,
 * in the order of rules.
 */
struct hits
reader_hits(struct reader *, enum says, const struct view *, struct slice text);
/* Looks ahead: what reader_hits() and the like will ask of the text for these
 * kinds of rules (1 << enum says) is asked at once. */
void reader_look_ahead(
    struct reader *, const struct view *, unsigned kinds, struct slice text);
/* The first of the rule's "not" patterns that matches in the text, or NULL; the
 * words that the rule itself matched end at `end`. */
const struct expression *reader_guard(
    struct reader *, const struct rule *, struct slice text, size_t end);
/* The first match of an expression; a limit met is a fault of the rule (NULL:
 * of the pack). */
bool reader_match(struct reader *, const struct rule *, struct expression *,
    struct slice text, size_t from, struct span *);
/* The same, for pattern_group(). */
bool reader_match_groups(struct reader *, const struct rule *,
    struct expression *, struct slice text, size_t from, struct span *);
/* True when the rule is read there. */
bool rule_reads(const struct rule *, enum zone, enum who sender);

#endif
