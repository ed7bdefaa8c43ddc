/*
 * See weaker.h.  A simulation (Milner 1971): of a pair each step that the
 * weaker node can take, the stronger one can take too, and what they come to is
 * the same node or a pair again.  The pairs that may hold are found by walking
 * from both nodes of a known one at the same time; then those that ask for a
 * pair that is not there go, until none does.
 */
#include <stdlib.h>
#include <string.h>

#include "rules/weaker.h"

enum { PAIRS_MOST = 8192, SLOTS = 32768, LOOPS_MOST = 64 };

struct pairs {
	const struct nfa *nfa;
	struct arena *scratch;
	struct nfa_pair *v;
	bool *gone; /* of each pair */
	size_t n;
	uint16_t *slots; /* open addressing: the number of a pair and 1 */
};

static uint16_t *
slot_of(const struct pairs *p, struct nfa_pair pair)
{
	uint32_t at = pair.node * 0x9e3779b9u ^ pair.weaker * 0x85ebca6bu;
	const struct nfa_pair *old;

	for (at ^= at >> 15;; at++) {
		at &= SLOTS - 1;
		if (p->slots[at] == 0)
			return &p->slots[at];
		old = &p->v[p->slots[at] - 1];
		if (old->node == pair.node && old->weaker == pair.weaker)
			return &p->slots[at];
	}
}

static void
offer(struct pairs *p, uint16_t node, uint16_t weaker)
{
	const struct nfa_pair pair = {node, weaker};
	uint16_t *slot;

	if (node == weaker || p->n == PAIRS_MOST)
		return;
	slot = slot_of(p, pair);
	if (*slot != 0)
		return;
	p->v = arena_grow(p->scratch, p->v, p->n, sizeof(*p->v));
	p->v[p->n++] = pair;
	*slot = (uint16_t)p->n;
}

static bool
holds(const struct pairs *p, uint16_t node, uint16_t weaker)
{
	const struct nfa_pair pair = {node, weaker};
	uint16_t slot;

	if (node == weaker)
		return true;
	slot = *slot_of(p, pair);
	return slot != 0 && !p->gone[slot - 1];
}

/* They take the same step. */
static bool
alike(const struct nfa_node *a, const struct nfa_node *b)
{
	return a->op == b->op && a->op != NFA_MATCH &&
	       (a->op != NFA_SET || a->other == b->other);
}

/* What both come to, by the same step. */
static void
follow(struct pairs *p, size_t i)
{
	const struct nfa_node *a = &p->nfa->nodes[p->v[i].node];
	const struct nfa_node *b = &p->nfa->nodes[p->v[i].weaker];

	if (!alike(a, b))
		return;
	offer(p, a->out, b->out);
	if (a->op == NFA_SPLIT)
		offer(p, a->other, b->other);
}

/* Both go on alike, or the stronger one has the weaker as one of its ways: not
 * as a way of a way, lest two pairs that take no step vouch for each other. */
static bool
stands(const struct pairs *p, size_t i)
{
	const struct nfa_node *a = &p->nfa->nodes[p->v[i].node];
	const struct nfa_node *b = &p->nfa->nodes[p->v[i].weaker];

	if (a->op == NFA_SPLIT &&
	    (a->out == p->v[i].weaker || a->other == p->v[i].weaker))
		return true;
	return alike(a, b) && holds(p, a->out, b->out) &&
	       (a->op != NFA_SPLIT || holds(p, a->other, b->other));
}

static void
drop_what_falls(struct pairs *p)
{
	bool changed = true;
	size_t i;

	p->gone = arena_calloc(p->scratch, p->n + 1, sizeof(*p->gone));
	while (changed) {
		changed = false;
		for (i = 0; i < p->n; i++) {
			if (p->gone[i] || stands(p, i))
				continue;
			p->gone[i] = changed = true;
		}
	}
}

static int
by_node(const void *a, const void *b)
{
	const struct nfa_pair *x = a, *y = b;

	return x->node != y->node ? x->node - y->node : x->weaker - y->weaker;
}

void
weaker_find_pairs(struct arena *arena, struct nfa *nfa,
    const struct nfa_pair *pairs, size_t n)
{
	struct pairs p = {.nfa = nfa, .scratch = arena_new()};
	size_t i;

	p.slots = arena_calloc(p.scratch, SLOTS, sizeof(*p.slots));
	for (i = 0; i < n; i++)
		offer(&p, pairs[i].node, pairs[i].weaker);
	for (i = 0; i < p.n; i++)
		follow(&p, i);
	drop_what_falls(&p);
	nfa->weaker = arena_calloc(arena, p.n + 1, sizeof(*nfa->weaker));
	for (i = 0; i < p.n; i++)
		if (!p.gone[i])
			nfa->weaker[nfa->weaker_count++] = p.v[i];
	qsort(nfa->weaker, nfa->weaker_count, sizeof(*nfa->weaker), by_node);
	arena_free(p.scratch);
}

/* --- loops --- */

/* The set that a loop goes round on; NULL when it is none of one set. */
static const struct charset *
round_set(const struct nfa *nfa, uint16_t node)
{
	const struct nfa_node *n = &nfa->nodes[node], *body;

	if (n->op != NFA_SPLIT)
		return NULL;
	body = &nfa->nodes[n->other];
	return body->op == NFA_SET && body->out == node
		   ? &nfa->sets[body->other]
		   : NULL;
}

static bool
is_within(const struct charset *part, const struct charset *all)
{
	size_t i;

	for (i = 0; i < sizeof(part->bits) / sizeof(*part->bits); i++)
		if ((part->bits[i] & ~all->bits[i]) != 0)
			return false;
	return true;
}

static bool
has_bit(const uint64_t *bits, size_t i)
{
	return (bits[i / 64] >> (i % 64) & 1) != 0;
}

static void
put_bit(uint64_t *bits, size_t i)
{
	bits[i / 64] |= (uint64_t)1 << (i % 64);
}

static void
drop_bit(uint64_t *bits, size_t i)
{
	bits[i / 64] &= ~((uint64_t)1 << (i % 64));
}

/* From a node all goes on, by characters that the loop takes, to the loop. */
static bool
leads_round(const struct nfa *nfa, const struct nfa_loop *loop,
    const struct charset *set, size_t node)
{
	const struct nfa_node *n = &nfa->nodes[node];

	if (n->op == NFA_MATCH ||
	    (n->op == NFA_SET && !is_within(&nfa->sets[n->other], set)))
		return false;
	return has_bit(loop->weaker, n->out) &&
	       (n->op != NFA_SPLIT || has_bit(loop->weaker, n->other));
}

/* Of the nodes that were laid out after the loop, and so come before it, all but
 * those that do not lead round, and those that lead to such. */
static size_t
find_round(
    const struct nfa *nfa, struct nfa_loop *loop, const struct charset *set)
{
	size_t i, left = nfa->node_count - loop->node;
	bool changed = true;

	for (i = loop->node; i < nfa->node_count; i++)
		put_bit(loop->weaker, i);
	while (changed) {
		changed = false;
		for (i = loop->node + 1u; i < nfa->node_count; i++) {
			if (!has_bit(loop->weaker, i) ||
			    leads_round(nfa, loop, set, i))
				continue;
			drop_bit(loop->weaker, i);
			changed = true;
			left--;
		}
	}
	drop_bit(loop->weaker, loop->node);
	return left - 1;
}

void
weaker_find_loops(struct arena *arena, struct nfa *nfa)
{
	const size_t words = nfa->node_count / 64 + 1;
	const struct charset *set;
	struct nfa_loop loop = {0, NULL};
	size_t i;

	nfa->loops = arena_calloc(arena, LOOPS_MOST, sizeof(*nfa->loops));
	for (i = 0; i < nfa->node_count; i++) {
		set = round_set(nfa, (uint16_t)i);
		if (set == NULL || nfa->loop_count == LOOPS_MOST)
			continue;
		loop.node = (uint16_t)i;
		loop.weaker = arena_calloc(arena, words, sizeof(*loop.weaker));
		if (find_round(nfa, &loop, set) > 1)
			nfa->loops[nfa->loop_count++] = loop;
	}
}
