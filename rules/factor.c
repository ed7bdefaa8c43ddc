/*
 * See factor.h.  The expression is read into a tree, by a descent that is
 * bounded in depth, and written again.
 *
 * What an engine that backtracks finds is the first match in the order of
 * alternatives, so that their order matters, but not everywhere:
 *	XA|XB	is X(?:A|B) where X can match in one way only ("single")
 *	AX|BX	is (?:A|B)X
 *	a..|b..	are in any order where the characters differ in more than case
 *	A|B|A	is A|B
 *	(?:A|B)	is A|B where it is all of an alternative
 * Lookbehinds stay as they are, since each of their alternatives must have a
 * length; so does what sets options half way.
 */
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "rules/factor.h"

enum { DEPTH_MOST = 60 };

/* What stands in a row. */
struct item {
	struct slice text; /* of a group: what opens it */
	struct choice *group; /* NULL: none */
	struct slice times; /* the quantifier */
	bool plain; /* a group that does nothing else: "(?:" */
	bool single; /* there is one way to match it */
};

struct branch {
	struct item *v;
	size_t n;
};

struct choice {
	struct branch *v;
	size_t n;
	bool fixed; /* options are set in it: all stays where it is */
};

struct reading {
	struct arena *arena;
	const char *p;
	int depth;
	bool failed; /* something that is not understood */
};

/* --- reading --- */

static struct choice *read_choice(struct reading *);

static bool
take(struct reading *r, const char *text)
{
	size_t n = strlen(text);

	if (strncmp(r->p, text, n) != 0)
		return false;
	r->p += n;
	return true;
}

static struct slice
since(const struct reading *r, const char *begin)
{
	return (struct slice){begin, (size_t)(r->p - begin)};
}

/* "*", "{2,4}?"; "{" is itself where no count follows. */
static struct slice
quantifier(struct reading *r)
{
	const char *begin = r->p, *p = begin;

	if (*p == '{') {
		p += 1 + strspn(p + 1, "0123456789,");
		if (!is_digit(begin[1]) || *p != '}')
			return (struct slice){NULL, 0};
	} else if (*p != '*' && *p != '+' && *p != '?') {
		return (struct slice){NULL, 0};
	}
	r->p = p + 1;
	if (*r->p == '?' || *r->p == '+')
		r->p++;
	return since(r, begin);
}

/* Over "[...]". */
static void
over_class(struct reading *r)
{
	size_t name;

	r->p++;
	take(r, "^");
	take(r, "]");
	for (; *r->p != '\0' && *r->p != ']'; r->p++) {
		name = strspn(r->p, "[:^abcdefghijklmnopqrstuvwxyz");
		if (name > 2 && strncmp(r->p, "[:", 2) == 0 &&
		    r->p[name] == ']')
			r->p += name; /* [:alpha:] */
		else if (*r->p == '\\' && r->p[1] != '\0')
			r->p++;
	}
	r->failed = r->failed || !take(r, "]");
}

/* Over "\b", "\.", "\x1f". */
static void
over_escape(struct reading *r)
{
	const char c = *++r->p;

	if (c == 'x' && hex_digit(r->p[1]) >= 0 && hex_digit(r->p[2]) >= 0)
		r->p += 3;
	else if (c <= 0 || is_digit(c) ||
		 (is_alnum(c) && strchr("AbBdDKnrsStwWzZ", c) == NULL))
		r->failed = true;
	else
		r->p++;
}

/* Over what is in a lookbehind. */
static void
over_behind(struct reading *r)
{
	int depth = 1;

	while (*r->p != '\0' && !r->failed) {
		if (*r->p == ')' && --depth == 0)
			return;
		depth += *r->p == '(';
		if (*r->p == '[')
			over_class(r);
		else if (*r->p == '\\')
			over_escape(r);
		else
			r->p++;
	}
	r->failed = true;
}

enum kind { KIND_PLAIN, KIND_OTHER, KIND_BEHIND, KIND_OPTIONS, KIND_UNKNOWN };

/* Behind the bracket; over what opens the group. */
static enum kind
group_kind(struct reading *r)
{
	if (*r->p == '*')
		return KIND_UNKNOWN;
	if (!take(r, "?"))
		return KIND_OTHER;
	if (take(r, ":"))
		return KIND_PLAIN;
	if (take(r, "=") || take(r, "!") || take(r, ">"))
		return KIND_OTHER;
	if (take(r, "<=") || take(r, "<!"))
		return KIND_BEHIND;
	if (take(r, "<") || take(r, "P<")) {
		r->p += strcspn(r->p, ">");
		return take(r, ">") ? KIND_OTHER : KIND_UNKNOWN;
	}
	r->p += strspn(r->p, "-i");
	if (take(r, ":"))
		return KIND_OTHER;
	return *r->p == ')' ? KIND_OPTIONS : KIND_UNKNOWN;
}

/* At a bracket; true when it sets options for what follows. */
static bool
read_group(struct reading *r, struct item *item)
{
	const char *begin = r->p++;
	const enum kind kind = group_kind(r);

	if (kind == KIND_UNKNOWN || ++r->depth > DEPTH_MOST) {
		r->failed = true;
		return false;
	}
	if (kind == KIND_BEHIND)
		over_behind(r);
	item->text = since(r, begin);
	item->plain = kind == KIND_PLAIN;
	if (kind == KIND_PLAIN || kind == KIND_OTHER)
		item->group = read_choice(r);
	r->depth--;
	r->failed = r->failed || !take(r, ")");
	if (item->group == NULL)
		item->text = since(r, begin);
	return kind == KIND_OPTIONS;
}

static bool
read_item(struct reading *r, struct item *item)
{
	const char *begin = r->p;
	bool options = false;
	size_t len;

	memset(item, 0, sizeof(*item));
	if (*r->p == '(') {
		options = read_group(r, item);
	} else {
		len = utf8_length(r->p, strlen(r->p));
		if (*r->p == '[')
			over_class(r);
		else if (*r->p == '\\')
			over_escape(r);
		else
			r->p += len > 0 ? len : 1;
		item->text = since(r, begin);
		item->single = true;
	}
	item->times = quantifier(r);
	item->plain = item->plain && item->times.len == 0;
	item->single = item->single && item->times.len == 0;
	return options;
}

static void
add_item(struct reading *r, struct branch *b, struct item item)
{
	const struct choice *group = item.group;
	size_t i;

	if (!item.plain || group->fixed || group->n != 1) {
		b->v = arena_grow(r->arena, b->v, b->n, sizeof(*b->v));
		b->v[b->n++] = item;
		return;
	}
	for (i = 0; i < group->v[0].n; i++)
		add_item(r, b, group->v[0].v[i]);
}

static void
add_branch(struct arena *arena, struct choice *all, struct branch b)
{
	const struct choice *group = b.n == 1 ? b.v[0].group : NULL;
	size_t i;

	if (group == NULL || !b.v[0].plain || group->fixed) {
		all->v = arena_grow(arena, all->v, all->n, sizeof(*all->v));
		all->v[all->n++] = b;
		return;
	}
	for (i = 0; i < group->n; i++)
		add_branch(arena, all, group->v[i]);
}

static struct choice *
read_choice(struct reading *r)
{
	struct choice *all = arena_alloc(r->arena, sizeof(*all));
	struct branch b;
	struct item item;

	do {
		b = (struct branch){NULL, 0};
		while (!r->failed && *r->p != '\0' && *r->p != '|' &&
		       *r->p != ')') {
			if (read_item(r, &item))
				all->fixed = true;
			add_item(r, &b, item);
		}
		add_branch(r->arena, all, b);
	} while (!r->failed && take(r, "|"));
	return all;
}

/* --- writing --- */

struct writing {
	struct arena *arena;
	struct buf out;
	int depth;
};

static void write_choice(struct writing *, const struct choice *);

static void
write_branch(struct writing *w, const struct branch *b)
{
	size_t i;

	for (i = 0; i < b->n; i++) {
		const struct item *item = &b->v[i];

		buf_slice(&w->out, item->text);
		if (item->group != NULL) {
			write_choice(w, item->group);
			buf_putc(&w->out, ')');
		}
		buf_slice(&w->out, item->times);
	}
}

/* The letter or sign that it begins with, in lower case; or 0. */
static char
first_character(const struct branch *b)
{
	const struct item *item = b->v;

	if (b->n == 0 || !item->single || item->text.len != 1 ||
	    *item->text.p < 0 || *item->text.p == '.' || *item->text.p == '^' ||
	    *item->text.p == '$')
		return '\0';
	return to_lower(*item->text.p);
}

static bool
same_item(const struct item *a, const struct item *b)
{
	return a->single && b->single && a->text.len == b->text.len &&
	       memcmp(a->text.p, b->text.p, a->text.len) == 0;
}

static bool
begin_alike(const struct branch *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (v[i].n == 0 || !same_item(&v[i].v[0], &v[0].v[0]))
			return false;
	return true;
}

/* In an item that is no letter: what is told apart early is told soon. */
static bool
end_alike(const struct branch *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (v[i].n == 0 ||
		    first_character(&(struct branch){&v[i].v[v[i].n - 1], 1}) !=
			'\0' ||
		    !same_item(&v[i].v[v[i].n - 1], &v[0].v[v[0].n - 1]))
			return false;
	return true;
}

/* Some branches, as one. */
static void
write_together(struct writing *w, struct branch *v, size_t n)
{
	struct choice rest = {0};
	struct item last = {0};
	size_t i;

	while (begin_alike(v, n)) {
		buf_slice(&w->out, v[0].v[0].text);
		for (i = 0; i < n; i++)
			v[i] = (struct branch){v[i].v + 1, v[i].n - 1};
	}
	if (end_alike(v, n)) {
		last = v[0].v[v[0].n - 1];
		for (i = 0; i < n; i++)
			v[i].n--;
	}
	for (i = 0; i < n; i++)
		add_branch(w->arena, &rest, v[i]);
	buf_puts(&w->out, "(?:");
	write_choice(w, &rest);
	buf_putc(&w->out, ')');
	buf_slice(&w->out, last.text);
}

/* From the first on, branches that can be written as one, moved to the front;
 * their number. */
static size_t
gather(struct branch *v, size_t n)
{
	const char first = first_character(&v[0]);
	struct branch moved;
	size_t i, count = 1;

	if (first == '\0') {
		while (count < n && begin_alike(v + count - 1, 2))
			count++;
		return count;
	}
	for (i = 1; i < n && first_character(&v[i]) != '\0'; i++) {
		if (first_character(&v[i]) != first)
			continue;
		moved = v[i];
		memmove(v + count + 1, v + count, (i - count) * sizeof(*v));
		v[count++] = moved;
	}
	return count;
}

static void
write_choice(struct writing *w, const struct choice *all)
{
	struct branch *v =
	    arena_dup(w->arena, all->v, all->n * sizeof(*all->v));
	bool empty = false;
	size_t i, n;

	w->depth++;
	for (i = 0; i < all->n; i += n) {
		n = all->fixed ? 1 : gather(v + i, all->n - i);
		if (w->depth == DEPTH_MOST || !begin_alike(v + i, n))
			n = 1;
		if (v[i].n == 0 && empty)
			continue;
		empty = empty || v[i].n == 0;
		if (i > 0)
			buf_putc(&w->out, '|');
		if (n > 1)
			write_together(w, v + i, n);
		else
			write_branch(w, v + i);
	}
	w->depth--;
}

const char *
factor(struct arena *arena, const char *expression)
{
	struct arena *scratch = arena_new();
	struct reading r = {.arena = scratch, .p = expression};
	struct writing w = {.arena = scratch};
	const struct choice *all = read_choice(&r);

	if (!r.failed && *r.p == '\0') {
		write_choice(&w, all);
		expression = buf_keep(&w.out, arena);
	}
	arena_free(scratch);
	return expression;
}
