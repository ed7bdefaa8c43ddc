/* See codec.h. */
#include <string.h>

#include "base/codec.h"
#include "base/utf8.h"

enum {
	LONG_TEXT = 64, /* from this length on a text is looked for again */
	SHARED = 8, /* of the last ones */
	VARINT_MOST = 10, /* bytes of 64 bits in sevens */
};

/* What stands where a text is expected: its length and TEXT_BASE, or: */
enum { TEXT_NULL, TEXT_SHARED, TEXT_BASE };

/* The last long texts, the same on both sides. */
struct shared {
	const char *text[SHARED];
	size_t n; /* of all that there were */
};

static const struct member text_members[] = {
    {.type = MEMBER_TEXT, .size = sizeof(const char *)}};
const struct layout layout_of_text = {sizeof(const char *), text_members, 1};

static void
share(struct shared *s, const char *text, size_t n)
{
	if (n >= LONG_TEXT)
		s->text[s->n++ % SHARED] = text;
}

/* --- Putting --- */

struct put {
	struct buf *out;
	struct shared shared;
};

static void
put_number(struct put *p, uint64_t number)
{
	char bytes[VARINT_MOST];
	size_t n = 0;

	do {
		bytes[n++] =
		    (char)((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
		number >>= 7;
	} while (number != 0);
	buf_add(p->out, bytes, n);
}

static void
put_signed(struct put *p, int64_t number)
{
	uint64_t zigzag = (uint64_t)number << 1;

	put_number(p, number < 0 ? ~zigzag : zigzag);
}

static void
put_text(struct put *p, const char *text)
{
	size_t i, n;

	if (text == NULL) {
		put_number(p, TEXT_NULL);
		return;
	}
	for (i = 0; i < SHARED; i++)
		if (p->shared.text[i] == text) {
			put_number(p, TEXT_SHARED);
			put_number(p, i);
			return;
		}
	n = strlen(text);
	put_number(p, n + TEXT_BASE);
	buf_add(p->out, text, n + 1);
	share(&p->shared, text, n);
}

static int64_t
read_int(const void *at, size_t size)
{
	int8_t one;
	int16_t two;
	int32_t four;
	int64_t eight;

	switch (size) {
	case sizeof(one):
		memcpy(&one, at, size);
		return one;
	case sizeof(two):
		memcpy(&two, at, size);
		return two;
	case sizeof(four):
		memcpy(&four, at, size);
		return four;
	default:
		memcpy(&eight, at, sizeof(eight));
		return eight;
	}
}

static void
put_struct(struct put *, const struct layout *, const unsigned char *);

static void
put_list(struct put *p, const struct layout *of, const unsigned char *first,
    size_t n)
{
	size_t i;

	put_number(p, n);
	for (i = 0; i < n; i++)
		put_struct(p, of, first + i * of->size);
}

static void
put_member(struct put *p, const struct member *m, const unsigned char *whole)
{
	const unsigned char *at = whole + m->at;
	const void *pointer;
	size_t size;
	bool flag;

	switch (m->type) {
	case MEMBER_BOOL:
		memcpy(&flag, at, sizeof(flag));
		buf_putc(p->out, flag ? 1 : 0);
		break;
	case MEMBER_INT:
		put_signed(p, read_int(at, m->size));
		break;
	case MEMBER_SIZE:
		memcpy(&size, at, sizeof(size));
		put_number(p, size);
		break;
	case MEMBER_TEXT:
	case MEMBER_TEXT_OR_NULL:
		memcpy(&pointer, at, sizeof(pointer));
		put_text(p, pointer);
		break;
	case MEMBER_STRUCT:
		put_struct(p, m->of, at);
		break;
	case MEMBER_POINTER:
		memcpy(&pointer, at, sizeof(pointer));
		put_struct(p, m->of, pointer);
		break;
	case MEMBER_POINTER_OR_NULL:
		memcpy(&pointer, at, sizeof(pointer));
		put_list(p, m->of, pointer, pointer != NULL);
		break;
	case MEMBER_LIST:
		memcpy(&pointer, at, sizeof(pointer));
		memcpy(&size, whole + m->count, sizeof(size));
		put_list(p, m->of, pointer, size);
		break;
	}
}

static void
put_struct(
    struct put *p, const struct layout *layout, const unsigned char *whole)
{
	size_t i;

	for (i = 0; i < layout->n; i++)
		put_member(p, &layout->members[i], whole);
}

void
codec_put(struct buf *out, const struct layout *layout, const void *whole)
{
	struct put p = {.out = out};

	put_struct(&p, layout, whole);
}

/* --- Getting --- */

struct get {
	struct arena *arena;
	struct slice rest;
	struct shared shared;
};

static bool
get_number(struct get *g, uint64_t *number)
{
	size_t i;
	unsigned char c;

	*number = 0;
	for (i = 0; i < VARINT_MOST && i < g->rest.len; i++) {
		c = (unsigned char)g->rest.p[i];
		/* The tenth byte has room for one bit. */
		if (i == VARINT_MOST - 1 && c > 1)
			return false;
		*number |= (uint64_t)(c & 0x7f) << (7 * i);
		if (c > 0x7f)
			continue;
		g->rest.p += i + 1;
		g->rest.len -= i + 1;
		return true;
	}
	return false;
}

static bool
get_signed(struct get *g, int64_t least, int64_t most, int64_t *number)
{
	uint64_t zigzag, half;

	if (!get_number(g, &zigzag))
		return false;
	half = zigzag >> 1;
	*number = (zigzag & 1) != 0 ? -(int64_t)half - 1 : (int64_t)half;
	return *number >= least && *number <= most;
}

/* The limits of a table fit its member, so the value does. */
static bool
get_int(struct get *g, const struct member *m, void *at)
{
	int64_t number;
	int32_t four;
	int16_t two;
	int8_t one;

	if (!get_signed(g, m->least, m->most, &number))
		return false;
	four = (int32_t)number;
	two = (int16_t)number;
	one = (int8_t)number;
	switch (m->size) {
	case sizeof(one):
		memcpy(at, &one, sizeof(one));
		break;
	case sizeof(two):
		memcpy(at, &two, sizeof(two));
		break;
	case sizeof(four):
		memcpy(at, &four, sizeof(four));
		break;
	default:
		memcpy(at, &number, sizeof(number));
		break;
	}
	return true;
}

static bool
get_shared(struct get *g, const char **text)
{
	uint64_t i;

	if (!get_number(g, &i) || i >= SHARED)
		return false;
	*text = g->shared.text[i];
	return *text != NULL;
}

static bool
get_text(struct get *g, bool or_null, const char **text)
{
	uint64_t n;

	*text = NULL;
	if (!get_number(g, &n))
		return false;
	if (n == TEXT_NULL)
		return or_null;
	if (n == TEXT_SHARED)
		return get_shared(g, text);
	n -= TEXT_BASE;
	/* Its NUL is the first one, and is there. */
	if (n >= g->rest.len ||
	    memchr(g->rest.p, '\0', (size_t)n + 1) != g->rest.p + n ||
	    !utf8_valid((struct slice){g->rest.p, (size_t)n}))
		return false;
	*text = g->rest.p;
	share(&g->shared, *text, (size_t)n);
	g->rest.p += n + 1;
	g->rest.len -= (size_t)n + 1;
	return true;
}

static bool get_struct(struct get *, const struct layout *, unsigned char *);

/* Each member takes a byte at least, so that a count is no bomb. */
static bool
get_list(struct get *g, const struct member *m, unsigned char *whole)
{
	unsigned char *first;
	uint64_t n, i;
	size_t count;

	if (!get_number(g, &n) || n > g->rest.len / m->of->n)
		return false;
	count = (size_t)n;
	first = arena_calloc(g->arena, count, m->of->size);
	for (i = 0; i < n; i++)
		if (!get_struct(g, m->of, first + i * m->of->size))
			return false;
	if (n == 0)
		first = NULL;
	memcpy(whole + m->at, &first, sizeof(first));
	memcpy(whole + m->count, &count, sizeof(count));
	return true;
}

static bool
get_bool(struct get *g, void *at)
{
	uint64_t n;
	bool flag;

	if (!get_number(g, &n) || n > 1)
		return false;
	flag = n == 1;
	memcpy(at, &flag, sizeof(flag));
	return true;
}

static bool
get_pointer(struct get *g, const struct member *m, void *at)
{
	void *pointer = arena_alloc(g->arena, m->of->size);

	memcpy(at, &pointer, sizeof(pointer));
	return get_struct(g, m->of, pointer);
}

static bool
set_null(void *at)
{
	static const void *const none;

	memcpy(at, &none, sizeof(none));
	return true;
}

static bool
get_size(struct get *g, const struct member *m, void *at)
{
	uint64_t n;
	size_t size;

	if (!get_number(g, &n) || n > (uint64_t)m->most)
		return false;
	size = (size_t)n;
	memcpy(at, &size, sizeof(size));
	return true;
}

static bool
get_member(struct get *g, const struct member *m, unsigned char *whole)
{
	unsigned char *at = whole + m->at;
	const char *text;
	bool there;

	switch (m->type) {
	case MEMBER_BOOL:
		return get_bool(g, at);
	case MEMBER_INT:
		return get_int(g, m, at);
	case MEMBER_SIZE:
		return get_size(g, m, at);
	case MEMBER_TEXT:
	case MEMBER_TEXT_OR_NULL:
		if (!get_text(g, m->type == MEMBER_TEXT_OR_NULL, &text))
			return false;
		memcpy(at, &text, sizeof(text));
		return true;
	case MEMBER_STRUCT:
		return get_struct(g, m->of, at);
	case MEMBER_POINTER:
		return get_pointer(g, m, at);
	case MEMBER_POINTER_OR_NULL:
		return get_bool(g, &there) &&
		       (there ? get_pointer(g, m, at) : set_null(at));
	case MEMBER_LIST:
		return get_list(g, m, whole);
	}
	return false;
}

static bool
get_struct(struct get *g, const struct layout *layout, unsigned char *whole)
{
	size_t i;

	for (i = 0; i < layout->n; i++)
		if (!get_member(g, &layout->members[i], whole))
			return false;
	return true;
}

void *
codec_get(struct arena *a, const struct layout *layout, struct slice bytes)
{
	struct get g = {.arena = a, .rest = bytes};
	void *whole = arena_alloc(a, layout->size);

	if (get_struct(&g, layout, whole) && g.rest.len == 0)
		return whole;
	return NULL;
}
