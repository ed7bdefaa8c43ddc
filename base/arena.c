/* See arena.h. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"

enum { BLOCK = 16384 };

struct block {
	struct block *next;
	size_t used, room;
	max_align_t data[];
};

struct arena {
	struct block *head; /* small allocations come from this one */
	struct block *keep; /* the first, which arena_reset() keeps */
	bool lent; /* arena and first block are in the caller's memory */
};

static void
out_of_memory(void)
{
	static const char text[] =
	    "promised: out of memory; nothing is lost, try again later\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0) {
		/* Nobody is left to tell. */
	}
	_exit(EX_TEMPFAIL);
}

void
strings_add(struct arena *a, struct strings *s, const char *text)
{
	s->v = arena_grow(a, s->v, s->n, sizeof(*s->v));
	s->v[s->n++] = text;
}

bool
strings_have(const struct strings *s, const char *text)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->v[i], text) == 0)
			return true;
	return false;
}

void *
mem_alloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
mem_zeroed(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
mem_realloc(void *old, size_t size)
{
	void *p = realloc(old, size ? size : 1);

	if (p == NULL)
		out_of_memory();
	return p;
}

static struct block *
block_new(size_t room)
{
	struct block *b = mem_alloc(sizeof(*b) + room);

	b->next = NULL;
	b->used = 0;
	b->room = room;
	return b;
}

struct arena *
arena_new(void)
{
	struct arena *a = mem_alloc(sizeof(*a));

	a->head = a->keep = block_new(BLOCK);
	a->lent = false;
	return a;
}

struct arena *
arena_new_in(void *memory, size_t size)
{
	struct arena *a = memory;
	size_t units =
	    (sizeof(*a) + sizeof(max_align_t) - 1) / sizeof(max_align_t);
	struct block *b = (struct block *)((max_align_t *)memory + units);

	b->next = NULL;
	b->used = 0;
	b->room = size - (size_t)((char *)b->data - (char *)memory);
	a->head = a->keep = b;
	a->lent = true;
	return a;
}

size_t
arena_seal(struct arena *a)
{
	struct block *b = a->keep;

	b->room = b->used;
	if (a->head != b || b->next != NULL)
		return 0;
	return (size_t)((char *)b->data - (char *)a) + b->used;
}

/* All blocks but the first. */
static void
free_blocks(struct arena *a)
{
	struct block *b, *next;

	for (b = a->head; b != NULL; b = next) {
		next = b->next;
		if (b != a->keep)
			free(b);
	}
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	free_blocks(a);
	if (a->lent)
		return;
	free(a->keep);
	free(a);
}

void
arena_reset(struct arena *a)
{
	free_blocks(a);
	a->keep->next = NULL;
	a->keep->used = 0;
	a->head = a->keep;
}

/* Memory that is not zeroed. */
static void *
take(struct arena *a, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct block *b = a->head;
	char *p;

	if (size > SIZE_MAX / 2)
		out_of_memory();
	size = (size + align - 1) & ~(align - 1);
	if (size > b->room - b->used) {
		if (size > BLOCK / 4) {
			/* A large one gets its own block, behind the head. */
			struct block *own = block_new(size);

			own->used = size;
			own->next = b->next;
			b->next = own;
			return own->data;
		}
		b = block_new(BLOCK);
		b->next = a->head;
		a->head = b;
	}
	p = (char *)b->data + b->used;
	b->used += size;
	return p;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

void *
arena_calloc(struct arena *a, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		out_of_memory();
	return arena_alloc(a, n * size);
}

void *
arena_dup(struct arena *a, const void *p, size_t n)
{
	void *copy = take(a, n);

	return n == 0 ? copy : memcpy(copy, p, n);
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy = take(a, n + 1);

	if (n > 0)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_strndup(a, s, strlen(s));
}

char *
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return arena_strdup(a, "");
	text = arena_alloc(a, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	return text;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return text;
}

void *
arena_grow(struct arena *a, void *items, size_t n, size_t size)
{
	void *moved;

	if (n == 0)
		return arena_calloc(a, 4, size);
	if (n < 4 || (n & (n - 1)) != 0)
		return items;
	moved = arena_calloc(a, 2 * n, size);
	return memcpy(moved, items, n * size);
}
