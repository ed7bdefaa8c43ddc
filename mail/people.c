/* See people.h. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mail/fold.h"
#include "mail/people.h"

char *
text_visible(struct arena *m, struct slice text)
{
	struct buf out = {0};
	size_t i = 0;

	while (i < text.len) {
		size_t start = i;
		uint32_t c = utf8_next(text, &i), folded = fold_char(c);

		if (folded == ' ')
			buf_putc(&out, ' ');
		else if (folded != 0 || (c >= 0x300 && c <= 0x36f))
			buf_add(&out, text.p + start, i - start);
	}
	return buf_keep(&out, m);
}

/* Quotation marks and stars that stand around a name. */
static const char *const quotes[][2] = {
    {"\"", "\""},
    {"'", "'"},
    {"*", "*"},
    {"\xc2\xab", "\xc2\xbb"},
    {"\xe2\x80\x9e", "\""},
    {"\xe2\x80\x9e", "\xe2\x80\x9c"},
    {"\xe2\x80\x9e", "\xe2\x80\x9d"},
    {"\xe2\x80\x9c", "\xe2\x80\x9d"},
    {"\xe2\x80\x9d", "\xe2\x80\x9d"},
    {"\xe2\x80\x98", "\xe2\x80\x99"},
};

static bool
ends_with(struct slice s, const char *end)
{
	size_t n = strlen(end);

	return s.len >= n && memcmp(s.p + s.len - n, end, n) == 0;
}

static struct slice
unwrap(struct slice s)
{
	for (size_t i = 0; i < sizeof(quotes) / sizeof(*quotes); i++) {
		size_t open = strlen(quotes[i][0]),
		       close = strlen(quotes[i][1]);

		if (s.len >= open + close && slice_starts(s, quotes[i][0]) &&
		    ends_with(s, quotes[i][1]))
			return (struct slice){s.p + open, s.len - open - close};
	}
	return s;
}

/* A name without quotes, the stars of bold text, and "mailto:". */
static struct slice
bare_name(struct slice s)
{
	size_t before;

	do {
		before = s.len;
		s = unwrap(slice_trim(s));
		while (s.len > 0 && strchr("*,;:", s.p[s.len - 1]) != NULL)
			s.len--;
		while (s.len > 0 && (s.p[0] == '*' || s.p[0] == ','))
			s.p++, s.len--;
	} while (s.len < before);
	return s;
}

/* addr-spec, its domain in lower case; NULL for what is none. */
static const char *
addr_spec(struct arena *m, struct slice s)
{
	static const char mailto[] = "mailto:";
	const char *at;
	char *copy;

	s = slice_trim(s);
	if (slice_starts_nocase(s, mailto)) {
		s.p += sizeof(mailto) - 1;
		s.len -= sizeof(mailto) - 1;
	}
	s = bare_name(s);
	at = s.len == 0 ? NULL : memchr(s.p, '@', s.len);
	if (at == NULL || at == s.p || at == s.p + s.len - 1 ||
	    memchr(s.p, ' ', s.len) != NULL)
		return NULL;
	copy = arena_strndup(m, s.p, s.len);
	for (char *p = copy + (at - s.p); *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p += 'a' - 'A';
	}
	return copy;
}

/* Where the address is bracketed: its inside, and the end of the name. */
static bool
bracketed(struct slice s, struct slice *inside, size_t *name_end)
{
	static const char pairs[] = "<>[]()";

	for (const char *p = pairs; *p != '\0'; p += 2) {
		const char *open = memchr(s.p, p[0], s.len), *end;
		size_t rest;

		if (open == NULL)
			continue;
		rest = s.len - (size_t)(open + 1 - s.p);
		end = memchr(open + 1, p[1], rest);
		*inside = (struct slice){
		    open + 1, end == NULL ? rest : (size_t)(end - open - 1)};
		/* <a@b<mailto:a@b>> */
		end = inside->len == 0 ? NULL
				       : memchr(inside->p, '<', inside->len);
		if (end != NULL)
			inside->len = (size_t)(end - inside->p);
		*name_end = (size_t)(open - s.p);
		if (p[0] == '<' || memchr(inside->p, '@', inside->len) != NULL)
			return true;
	}
	return false;
}

/* No brackets: the word with an '@' is the address. */
static void
unbracketed(struct slice s, struct slice *inside, size_t *name_end)
{
	const char *at = memchr(s.p, '@', s.len);
	size_t start, end;

	*inside = (struct slice){s.p, 0};
	*name_end = s.len;
	if (at == NULL)
		return;
	start = end = (size_t)(at - s.p);
	while (start > 0 && s.p[start - 1] != ' ')
		start--;
	while (end < s.len && s.p[end] != ' ')
		end++;
	*inside = (struct slice){s.p + start, end - start};
	*name_end = start;
}

static struct address
person(struct arena *m, struct slice s)
{
	struct address a = {0};
	struct slice inside, name;
	size_t name_end;

	s = slice_trim(s);
	if (s.len == 0)
		return a;
	if (!bracketed(s, &inside, &name_end))
		unbracketed(s, &inside, &name_end);
	a.addr = addr_spec(m, inside);
	name = bare_name((struct slice){s.p, name_end});
	if (a.addr == NULL && name_end > 0 && inside.len == 0)
		name = bare_name(s);
	/* a@b<mailto:a@b>: the address stands where the name does */
	if (a.addr != NULL && addr_spec(m, name) != NULL &&
	    slice_is_nocase(name, a.addr))
		name.len = 0;
	if (name.len > 0)
		a.name = arena_strndup(m, name.p, name.len);
	return a;
}

struct address
person_read(struct arena *m, struct slice s)
{
	return person(m, slice_of(text_visible(m, s)));
}

static void
people_add(struct arena *m, struct addresses *to, struct slice s)
{
	struct address a = person(m, s);

	if ((a.name == NULL && a.addr == NULL) || to->n == PEOPLE_MOST)
		return;
	to->v = arena_grow(m, to->v, to->n, sizeof(*to->v));
	to->v[to->n++] = a;
}

/* What separates the list: semicolons where there are any; commas after an
 * address; every comma where no address is and no "Last, First" can be. */
struct list_style {
	bool semicolons, bare_commas;
};

static struct list_style
list_style(struct slice s)
{
	struct list_style style = {0};
	size_t commas = 0;
	bool address = memchr(s.p, '@', s.len) != NULL;

	for (size_t i = 0; i < s.len; i++) {
		style.semicolons |= s.p[i] == ';' && i + 1 < s.len;
		commas += s.p[i] == ',';
	}
	style.bare_commas = !address && commas > 1;
	return style;
}

/* Where a walk along the list is. */
struct walk {
	size_t start; /* of the person */
	size_t depth; /* of <> */
	bool quoted, address, blank;
};

static bool
separates(
    const struct walk *w, struct slice s, size_t i, struct list_style style)
{
	if (w->quoted || w->depth > 0)
		return false;
	if (s.p[i] == ';')
		return true;
	if (s.p[i] != ',' || w->blank)
		return false;
	if (style.semicolons)
		return w->address && s.p[i - 1] == '>';
	return style.bare_commas || w->address;
}

static void
walk_on(struct walk *w, char c)
{
	/* A quote inside a word is none: Hebrew writes abbreviations so. */
	if (c == '"' && (w->quoted || w->blank))
		w->quoted = !w->quoted;
	w->depth += c == '<';
	w->depth -= c == '>' && w->depth > 0;
	w->address |= c == '@';
	w->blank &= c == ' ';
}

struct addresses
people_read(struct arena *m, struct slice value)
{
	struct slice s = slice_of(text_visible(m, value));
	struct walk w = {.blank = true};
	struct list_style style;
	struct addresses list = {0};

	if (s.len == 0)
		return list;
	style = list_style(s);
	for (size_t i = 0; i < s.len; i++) {
		if (separates(&w, s, i, style)) {
			people_add(m, &list,
			    (struct slice){s.p + w.start, i - w.start});
			w = (struct walk){.start = i + 1, .blank = true};
		} else {
			walk_on(&w, s.p[i]);
		}
	}
	people_add(m, &list, (struct slice){s.p + w.start, s.len - w.start});
	return list;
}
