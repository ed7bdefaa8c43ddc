/*
 * A regular expression as a machine of few kinds of nodes: where it can go from
 * where, by which character.  What a machine without memory cannot tell it lets
 * pass: what is looked ahead for or behind, possession, and one character
 * beyond ASCII from another.  So it never says no to a text that the expression
 * matches.
 */
#ifndef RULES_NFA_H
#define RULES_NFA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Characters are bytes below 128; all others are one. */
enum { CHARSET_HIGH = 128, CHARSET_SIZE };

struct charset {
	uint64_t bits[CHARSET_SIZE / 64 + 1];
};

enum nfa_op {
	NFA_MATCH,
	NFA_SET, /* one character of a set, then out */
	NFA_SPLIT, /* out or other */
	/* Without a character, then out: */
	NFA_BEGIN, /* at the text's begin */
	NFA_END, /* at its end, or before a line feed */
	NFA_BORDER, /* \b */
	NFA_NO_BORDER,
	NFA_NOT_AFTER_WORD, /* (?<!\w) */
	NFA_NOT_BEFORE_WORD /* (?!\w) */
};

struct nfa_node {
	uint16_t out;
	uint16_t other; /* NFA_SPLIT; of NFA_SET the number of the set */
	uint8_t op; /* enum nfa_op */
};

/* All that matches from `weaker` on matches from `node` on. */
struct nfa_pair {
	uint16_t node, weaker;
};

/* The same of the node of a loop over one set ("[^.]*"), and many. */
struct nfa_loop {
	uint16_t node;
	uint64_t *weaker; /* a bit for each node */
};

struct nfa {
	struct nfa_node *nodes;
	uint32_t node_count;
	struct nfa_pair *weaker; /* sorted by node */
	uint32_t weaker_count;
	struct nfa_loop *loops; /* sorted by node */
	uint32_t loop_count;
	uint16_t start;
	struct charset *sets; /* those that the nodes ask for, each once */
	uint32_t set_count;
};

static inline bool
charset_has(const struct charset *set, unsigned c)
{
	return (set->bits[c / 64] >> (c % 64) & 1) != 0;
}

/* What \w matches; all_letters as for pattern_new(). */
struct charset charset_word(bool all_letters);

/* Of a caseless expression, in the arena; false when it is too large, or has
 * what is not understood. */
bool
nfa_new(struct arena *, const char *expression, bool all_letters, struct nfa *);

#endif
