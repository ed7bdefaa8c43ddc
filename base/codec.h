/*
 * Structs as bytes and back: for processes of this machine that trust each
 * other little.
 *
 * A struct is described once, by a table of its members (struct layout); both
 * directions follow it, so they cannot differ.  What is not in the table is
 * not carried and is zero on the other side.
 *
 * The bytes: integers as LEB128 (zigzag), text with its length and a NUL, a
 * list with its count; no names, no alignment, no pointers.  A long text that
 * several members share is carried once.  They are for two processes of the
 * same program, and never kept.
 *
 * Decoding takes any bytes: what is cut short, out of range, no UTF-8, has a
 * NUL within or goes on behind the end is refused.  Memory is bounded by what
 * the bytes could fill.  Nothing recurses on the input, only on the tables.
 */
#ifndef BASE_CODEC_H
#define BASE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

enum member_type {
	MEMBER_BOOL,
	MEMBER_INT, /* any signed integer or enum, least <= value <= most */
	MEMBER_SIZE, /* size_t, at most `most` */
	MEMBER_TEXT, /* const char *, never NULL */
	MEMBER_TEXT_OR_NULL,
	MEMBER_STRUCT, /* one of layout `of`, in place */
	MEMBER_POINTER, /* to one of layout `of`, never NULL */
	MEMBER_POINTER_OR_NULL,
	MEMBER_LIST, /* to the first of several, their number at `count` */
};

struct layout;

struct member {
	enum member_type type;
	size_t at, size; /* offsetof, sizeof */
	size_t count; /* offsetof the size_t that counts a list */
	const struct layout *of;
	int64_t least, most;
};

struct layout {
	size_t size; /* sizeof the struct */
	const struct member *members;
	size_t n;
};

/* Rows of a table of members; of struct s, member m. */
#define MEMBER_(type, s, m, count, of, least, most)                      \
	{                                                                \
		type, offsetof(struct s, m), sizeof(((struct s *)0)->m), \
		    count, of, least, most                               \
	}
#define M_BOOL(s, m) MEMBER_(MEMBER_BOOL, s, m, 0, NULL, 0, 0)
#define M_INT(s, m, least, most) MEMBER_(MEMBER_INT, s, m, 0, NULL, least, most)
#define M_SIZE(s, m, most) MEMBER_(MEMBER_SIZE, s, m, 0, NULL, 0, most)
#define M_TEXT(s, m) MEMBER_(MEMBER_TEXT, s, m, 0, NULL, 0, 0)
#define M_TEXT_OR_NULL(s, m) MEMBER_(MEMBER_TEXT_OR_NULL, s, m, 0, NULL, 0, 0)
#define M_STRUCT(s, m, of) MEMBER_(MEMBER_STRUCT, s, m, 0, of, 0, 0)
#define M_POINTER(s, m, of) MEMBER_(MEMBER_POINTER, s, m, 0, of, 0, 0)
#define M_POINTER_OR_NULL(s, m, of) \
	MEMBER_(MEMBER_POINTER_OR_NULL, s, m, 0, of, 0, 0)
#define M_LIST(s, m, count, of) \
	MEMBER_(MEMBER_LIST, s, m, offsetof(struct s, count), of, 0, 0)
#define LAYOUT(s, members)                                 \
	{                                                  \
		sizeof(struct s), (members),               \
		    sizeof(members) / sizeof((members)[0]) \
	}

/* A list of texts, none of them NULL: M_LIST(strings, v, n, &layout_of_text). */
extern const struct layout layout_of_text;

/* Appends the struct. */
void codec_put(struct buf *, const struct layout *, const void *);

/*
 * The struct that these bytes are, in the arena; NULL when they are none.  Its
 * texts point into the bytes, which must live as long.
 */
void *codec_get(struct arena *, const struct layout *, struct slice);

#endif
