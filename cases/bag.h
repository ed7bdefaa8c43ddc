/*
 * A bag: a set of tokens with a weight each (cases/words.h says which of a text
 * are in it), and the print that the store keeps of one.
 */
#ifndef CASES_BAG_H
#define CASES_BAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

enum { BAG_MOST = 4000 }; /* tokens: what is added beyond them is not kept */

struct token {
	const char *text; /* lower case, stemmed */
	int weight; /* 1-4; 0: said to be of another matter */
};

struct bag; /* grows; in an arena */

struct bag *bag_new(struct arena *);
struct bag *bag_copy(struct arena *, const struct bag *);
/* Adds a token, or with weight 0 takes it out for good; one that is there keeps
 * its weight. */
void bag_put(struct bag *, const char *text, int weight);
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
 * Who has the hash of a text already, byte by byte, says it.  FNV-1a, 32 bits,
 * and kept in the store by bag_print(): not to be changed.
 */
#define BAG_HASH_START 2166136261u

static inline uint32_t
bag_hash_byte(uint32_t h, char c)
{
	return (h ^ (unsigned char)c) * 16777619u;
}

void bag_put_hashed(struct bag *, const char *text, uint32_t hash, int weight);
const struct token *
bag_find_hashed(const struct bag *, const char *text, uint32_t hash);

#endif
