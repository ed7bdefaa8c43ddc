/*
 * The time words and patterns of one language, compiled from rules/LANG/time;
 * promised-rules(5) describes the file.  Only when.c looks inside.
 *
 * A class is a named set of patterns; its patterns share one trie whose edges
 * are words, classes defined further up, and conditions on the blank or the
 * capital letter before the next token.  So the grammar cannot recur, and the
 * cost of a match does not grow with the number of patterns.
 */
#ifndef RULES_LEXICON_H
#define RULES_LEXICON_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "rules/token.h"

enum {
	LEXICON_CLASSES = 192, /* in one file, built-in ones included */
	LEXICON_LABELS = 12, /* classes with a name of their own in a pattern */
	LEXICON_ITEMS = 48, /* words and classes along one reading */
	LEXICON_NEST = 8 /* brackets within brackets */
};

/* Classes that every lexicon has; they look at one token. */
enum builtin {
	BUILTIN_INT, /* <int>: 0 to 9999, without leading zeros */
	BUILTIN_DAY, /* <dd>: 01 to 31 */
	BUILTIN_MONTH, /* <mm>: 01 to 12 */
	BUILTIN_YEAR, /* <yyyy>: 1900 to 2199 */
	BUILTIN_YEAR2, /* <yy>: two digits, as 20yy */
	BUILTIN_HOUR, /* <hh>: 00 to 24 */
	BUILTIN_HOUR1, /* <h>: 1 to 9, one digit */
	BUILTIN_MINUTE, /* <mi>: two digits, 00 to 59 */
	BUILTIN_CLOCK, /* <hhmm>: four digits, 0000 to 2359, as 17:30 */
	BUILTIN_WORD, /* <word>: any one word */
	BUILTIN_WORDS, /* <words>: one to ten words or numbers */
	BUILTIN_COUNT
};

/* Labels of edges that are no word; words are numbered from EDGE_WORD. */
enum {
	EDGE_GLUE,
	EDGE_CAPITAL,
	EDGE_STOP, /* $: beside the end of a clause or of the text */
	EDGE_START,
	EDGE_END,
	EDGE_CLASS = 8,
	EDGE_WORD = 256
};

/* What a pattern gives: literal text and values of labelled classes. */
struct form_part {
	const char *text; /* NULL: the value of the label */
	int label;
	struct form_part *next;
};

struct rule {
	int line;
	struct form_part *form;
	const char *labels[LEXICON_LABELS];
	int label_count;
	bool has_form;
};

/* Reached the end of a pattern: which capture fills which label; -1 none. */
struct accept {
	const struct rule *rule;
	int16_t fill[LEXICON_LABELS];
};

struct edge { /* other than a word */
	uint32_t label, node;
	struct edge *next;
};

struct word_mask { /* a bit for each class */
	uint64_t bits[LEXICON_CLASSES / 64];
};

struct node {
	struct accept *accept;
	struct edge *edges;
	struct word_mask classes; /* of the edges */
	bool conditions; /* some edge is a condition or a mark */
	bool words; /* some edge is a word */
};

struct lexicon_class {
	const char *name;
	uint32_t root; /* 0 for a built-in one */
};

struct word_edge {
	uint32_t from, word, to; /* from 0: a free slot */
};

struct lexicon {
	struct arena *arena;
	struct lexicon_class classes[LEXICON_CLASSES];
	int class_count;
	/* Node 0 is none. */
	struct node *nodes;
	uint32_t node_count, node_room;
	struct word_edge *edges; /* open addressing, a power of two */
	uint32_t edge_room, edge_count;
	/* Vocabulary: word 0 is none. */
	struct slice *words;
	uint32_t word_count;
	uint32_t *slots; /* open addressing by token_hash() */
	uint32_t slot_room;
	uint32_t *hashes;
	/* Which classes a word can begin, and a number or an unknown word. */
	struct word_mask *first;
	struct word_mask first_number, first_any;
	/* Top classes, in the order of their reserved names; -1 none. */
	int top[8];
	struct word_mask top_mask;
};

extern const char *const lexicon_top_names[]; /* NULL-terminated */

/* The word of a token, 0 when it is not in the vocabulary. */
uint32_t lexicon_word(const struct lexicon *, const struct token *);
/* Where the edge of a word is, or the free slot where it would be. */
static inline uint32_t
lexicon_slot(const struct lexicon *lex, uint32_t node, uint32_t word)
{
	uint32_t at = (node * 2654435761u ^ word * 2246822519u) >> 7;

	for (at &= lex->edge_room - 1; lex->edges[at].from != 0;
	     at = (at + 1) & (lex->edge_room - 1))
		if (lex->edges[at].from == node && lex->edges[at].word == word)
			break;
	return at;
}

/* The node that a word leads to; 0 none. */
static inline uint32_t
lexicon_step(const struct lexicon *lex, uint32_t node, uint32_t word)
{
	return lex->edges[lexicon_slot(lex, node, word)].to;
}

#endif
