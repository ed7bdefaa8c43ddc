/* See bag.h. */
#include <stdint.h>
#include <string.h>

#include "cases/bag.h"

/* Open addressing, no removal. */
struct bag {
	struct arena *arena;
	struct token *v; /* in the order of adding */
	uint32_t *hashes; /* of each token */
	size_t n;
	size_t *slots; /* index + 1 into v; 0: free */
	size_t room; /* of slots, a power of two */
};

struct bag *
bag_new(struct arena *a)
{
	struct bag *b = arena_alloc(a, sizeof(*b));

	b->arena = a;
	b->room = 64;
	b->slots = arena_calloc(a, b->room, sizeof(*b->slots));
	return b;
}

static uint32_t
hash(const char *s)
{
	uint32_t h = BAG_HASH_START;

	for (; *s != '\0'; s++)
		h = bag_hash_byte(h, *s);
	return h;
}

static size_t *
slot_of(const struct bag *b, const char *text, uint32_t h)
{
	size_t i = h & (b->room - 1), at;

	while ((at = b->slots[i]) != 0 &&
	       (b->hashes[at - 1] != h || strcmp(b->v[at - 1].text, text) != 0))
		i = (i + 1) & (b->room - 1);
	return &b->slots[i];
}

static void
widen(struct bag *b)
{
	size_t i;

	b->room *= 4;
	b->slots = arena_calloc(b->arena, b->room, sizeof(*b->slots));
	for (i = 0; i < b->n; i++)
		*slot_of(b, b->v[i].text, b->hashes[i]) = i + 1;
}

void
bag_put_hashed(struct bag *b, const char *text, uint32_t h, int weight)
{
	size_t *slot = slot_of(b, text, h);

	if (*slot != 0) {
		if (weight == 0)
			b->v[*slot - 1].weight = 0;
		return;
	}
	if (b->n >= BAG_MOST)
		return;
	b->v = arena_grow(b->arena, b->v, b->n, sizeof(*b->v));
	b->hashes = arena_grow(b->arena, b->hashes, b->n, sizeof(*b->hashes));
	b->v[b->n].text = arena_strdup(b->arena, text);
	b->v[b->n].weight = weight;
	b->hashes[b->n] = h;
	*slot = ++b->n;
	if (2 * b->n > b->room)
		widen(b);
}

struct bag *
bag_copy(struct arena *a, const struct bag *from)
{
	struct bag *b = bag_new(a);
	size_t i;

	for (i = 0; i < from->n; i++)
		bag_put_hashed(
		    b, from->v[i].text, from->hashes[i], from->v[i].weight);
	return b;
}

void
bag_put(struct bag *b, const char *text, int weight)
{
	bag_put_hashed(b, text, hash(text), weight);
}

const struct token *
bag_find_hashed(const struct bag *b, const char *text, uint32_t h)
{
	size_t slot = *slot_of(b, text, h);

	if (slot == 0 || b->v[slot - 1].weight == 0)
		return NULL;
	return &b->v[slot - 1];
}

const struct token *
bag_find(const struct bag *b, const char *text)
{
	return bag_find_hashed(b, text, hash(text));
}

const struct token *
bag_at(const struct bag *b, size_t i)
{
	return i < b->n ? &b->v[i] : NULL;
}

size_t
bag_size(const struct bag *b)
{
	return b->n;
}

static void
print_hash(struct buf *b, uint32_t h)
{
	int shift;

	for (shift = 24; shift >= 0; shift -= 8)
		buf_putc(b, (char)(h >> shift & 0xff));
}

struct slice
bag_print(const struct bag *b, struct arena *a)
{
	struct buf print = {0};
	struct slice kept;
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->v[i].weight > 0)
			print_hash(&print, b->hashes[i]);
	kept.len = print.len;
	kept.p = print.len == 0 ? "" : arena_dup(a, print.p, print.len);
	buf_free(&print);
	return kept;
}

static uint32_t
hash_at(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 |
	       (uint32_t)u[2] << 8 | u[3];
}

/* Two tokens of one hash are the same here: one in millions of texts. */
void
bag_meet(const struct bag *b, struct slice print, bool *met)
{
	size_t i, at;
	uint32_t h;

	for (; b->n > 0 && print.len >= 4; print.p += 4, print.len -= 4) {
		h = hash_at(print.p);
		i = h & (b->room - 1);
		while ((at = b->slots[i]) != 0 && b->hashes[at - 1] != h)
			i = (i + 1) & (b->room - 1);
		if (at != 0)
			met[at - 1] = true;
	}
}

void
bag_unmeet(const struct bag *b, const struct bag *others, bool *met)
{
	size_t i, at;

	for (i = 0; i < others->n; i++) {
		at = *slot_of(b, others->v[i].text, others->hashes[i]);
		if (at != 0)
			met[at - 1] = false;
	}
}
