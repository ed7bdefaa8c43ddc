/*
 * See literal.h.  A descent through the expression that is bounded in depth
 * (DEPTH_MOST); what is known of each part is put together by known.c.
 */
#include <string.h>

#include "base/ascii.h"
#include "rules/literal.h"

enum {
	DEPTH_MOST = 40,
	RUN_MOST = 40, /* bytes of plain text that are taken at once */
	CLASS_MOST = 4, /* [abcd] is as good as alternatives */
	REPEATED_MOST = 4 /* \d{12} is looked for as four digits */
};

struct scan {
	struct arena *arena;
	const char *p, *end;
	literal_lookup *lookup;
	void *ctx;
	int depth;
	bool failed; /* something that is not understood: nothing is known */
};

static const struct known UNKNOWN;

static struct known alternatives(struct scan *);

static bool
at(const struct scan *s, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(s->end - s->p) >= n && memcmp(s->p, text, n) == 0;
}

/*
 * The bytes of the character at p when it is sure to have no other case: ASCII,
 * or a sign of U+00A0 to U+00BF or U+2080 to U+20BF; else 0.
 */
static size_t
plain_length(const char *p, const char *end)
{
	const unsigned char *c = (const unsigned char *)p;

	if (c[0] < 0x80)
		return 1;
	if (c[0] == 0xc2 && end - p >= 2 && c[1] >= 0xa0 && c[1] != 0xb5)
		return 2;
	return c[0] == 0xe2 && end - p >= 3 && c[1] == 0x82 ? 3 : 0;
}

/* The character at p; *len is 0 when it may have another case. */
static struct known
character(struct scan *s, const char *p, size_t *len)
{
	static const char digit = LITERAL_DIGIT;
	char *lower;

	*len = plain_length(p, s->end);
	if (*len == 0)
		return UNKNOWN;
	if (is_digit(*p))
		return known_string(s->arena, &digit, 1);
	if (*p < 'A' || *p > 'Z')
		return known_string(s->arena, p, *len);
	lower = arena_alloc(s->arena, 1);
	*lower = (char)(*p + 32);
	return known_string(s->arena, lower, 1);
}

/* The same of an atom that is one; what follows its first byte is read as any
 * bytes when it is not known. */
static struct known
one_character(struct scan *s, const char *p)
{
	size_t len;
	struct known k = character(s, p, &len);

	if (len > 1)
		s->p = p + len;
	return k;
}

static struct known
escape(struct scan *s)
{
	static const char digit = LITERAL_DIGIT;
	const char *p = s->p < s->end ? s->p++ : s->p - 1;
	char c = *p;

	if (c == 'b')
		return known_edge();
	if (c == 'd')
		return known_string(s->arena, &digit, 1);
	if (strchr("BAZzGK", c) != NULL)
		return known_nothing();
	if (strchr("DwWsSRNhHvVX", c) != NULL)
		return UNKNOWN;
	if (c == 'x' && s->end - s->p >= 2 && s->p[0] != '{') {
		s->p += 2;
		return UNKNOWN;
	}
	if (is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c))
		s->failed = true; /* \p{L}, \Q, back references */
	return one_character(s, p);
}

/* The few characters of a class as alternatives. */
static struct known
any_character(struct scan *s, const char *p, const char *end)
{
	size_t len, n = 1;
	struct known k, all = character(s, p, &len);

	all = known_first(s->arena, all);
	for (p += len; p < end && len > 0 && n < CLASS_MOST; p += len, n++) {
		k = character(s, p, &len);
		if (len > 0)
			known_or(s->arena, &all, k);
	}
	return p < end ? UNKNOWN : all;
}

/* [abc]: more than a few characters are not told, but whether all are digits. */
static struct known class(struct scan *s)
{
	const char *first = s->p, *p;
	bool simple = s->p < s->end && *s->p != '^', digits = simple;

	s->p += !simple;
	s->p += s->p < s->end && *s->p == ']';
	for (; s->p < s->end && *s->p != ']'; s->p++) {
		if (*s->p == '[' && s->p + 1 < s->end && s->p[1] == ':') {
			simple = false;
			while (s->p < s->end && *s->p != ']')
				s->p++;
		} else if (*s->p == '\\') {
			simple = false;
			s->p++;
		}
	}
	if (s->p >= s->end) {
		s->failed = true;
		return UNKNOWN;
	}
	for (p = first; p < s->p; p++) {
		digits = digits && (is_digit(*p) || (p > first && *p == '-'));
		simple = simple && (*p != '-' || p == first || p + 1 == s->p);
	}
	p = s->p++;
	if (digits)
		return one_character(s, first);
	return simple ? any_character(s, first, p) : UNKNOWN;
}

enum group { GROUP_TAKES, GROUP_AHEAD, GROUP_LOOKS, GROUP_OPTIONS };

/* After "(?": what kind of group; the whole of one that sets options. */
static enum group
group_kind(struct scan *s)
{
	static const struct {
		const char *sign;
		enum group kind;
	} kinds[] = {{"=", GROUP_AHEAD}, {"!", GROUP_LOOKS},
	    {"<=", GROUP_LOOKS}, {"<!", GROUP_LOOKS}, {":", GROUP_TAKES},
	    {">", GROUP_TAKES}, {"|", GROUP_TAKES}};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (at(s, kinds[i].sign)) {
			s->p += strlen(kinds[i].sign);
			return kinds[i].kind;
		}
	}
	if (at(s, "<") || at(s, "P<")) {
		while (s->p < s->end && *s->p != '>')
			s->p++;
		s->p += s->p < s->end;
		return GROUP_TAKES;
	}
	while (s->p < s->end && *s->p != ')' && *s->p != ':')
		s->p++;
	if (at(s, ":")) {
		s->p++;
		return GROUP_TAKES;
	}
	s->p += s->p < s->end;
	return GROUP_OPTIONS;
}

static struct known
group(struct scan *s)
{
	enum group kind = GROUP_TAKES;
	struct known k;

	if (at(s, "?(") || at(s, "*") || at(s, "?R") || at(s, "?&")) {
		s->failed = true;
		return UNKNOWN;
	}
	if (at(s, "?<!\\w)") || at(s, "?!\\w)")) {
		s->p = strchr(s->p, ')') + 1;
		return known_edge();
	}
	if (at(s, "?")) {
		s->p++;
		kind = group_kind(s);
	}
	if (kind == GROUP_OPTIONS)
		return known_nothing();
	k = alternatives(s);
	if (!at(s, ")"))
		s->failed = true;
	else
		s->p++;
	if (kind == GROUP_AHEAD)
		return known_ahead(k);
	return kind == GROUP_LOOKS ? known_nothing() : k;
}

/* <name>: what the definition is known to match. */
static bool
reference(struct scan *s, struct known *k)
{
	const char *p = s->p;
	struct slice name;

	while (p < s->end && ((*p >= 'a' && *p <= 'z') || *p == '-' ||
				 (*p >= '0' && *p <= '9')))
		p++;
	if (p == s->p || p >= s->end || *p != '>')
		return false;
	name.p = s->p;
	name.len = (size_t)(p - s->p);
	s->p = p + 1;
	if (!s->lookup(s->ctx, name, k))
		*k = UNKNOWN;
	return true;
}

static struct known
atom(struct scan *s)
{
	const char *p = s->p++;
	struct known k;

	switch (*p) {
	case '(':
		return group(s);
	case '[':
		return class(s);
	case '\\':
		return escape(s);
	case '.':
		return UNKNOWN;
	case '^':
	case '$':
		return known_nothing();
	case '<':
		if (reference(s, &k))
			return k;
		break;
	default:
		break;
	}
	return one_character(s, p);
}

/* Reads a quantifier, if one is there: the least and the most repetitions. */
static void
quantifier(struct scan *s, int *least, int *most)
{
	const char *p = s->p;

	*least = *most = 1;
	if (p >= s->end)
		return;
	if (*p == '{' && p + 1 < s->end && p[1] >= '0' && p[1] <= '9') {
		*least = p[1] - '0';
		while (p < s->end && *p != '}')
			p++;
		*most = 2;
	} else if (*p == '?' || *p == '*' || *p == '+') {
		*least = *p == '+';
		*most = *p == '?' ? 1 : 2;
	} else {
		return;
	}
	s->p = p < s->end ? p + 1 : p;
	if (at(s, "?") || at(s, "+"))
		s->p++;
}

/* k, `least` times to `most` (2: more often). */
static struct known
repeated(struct scan *s, struct known k, int least, int most)
{
	struct known all = k;
	int i;

	if (least == 1 && most == 1)
		return k;
	if (least == 0) {
		if (most > 1)
			return UNKNOWN;
		all = known_first(s->arena, k);
		known_or(s->arena, &all, known_nothing());
		return all;
	}
	for (i = 1; i < least && i < REPEATED_MOST; i++)
		all = known_then(s->arena, all, k);
	all = known_then(s->arena, all, UNKNOWN);
	all.tail = k.exact ? k.head : k.tail;
	return all;
}

/* A run of plain lower case text, less a last byte that is quantified. */
static bool
plain_run(struct scan *s, struct known *k)
{
	const char *p = s->p;

	while (
	    p < s->end && ((*p >= 'a' && *p <= 'z') || *p == ' ' || *p == '\''))
		p++;
	if (p < s->end && (*p == '?' || *p == '*' || *p == '+' || *p == '{'))
		p--;
	if (p - s->p < 2 || p - s->p > RUN_MOST)
		return false;
	*k = known_string(s->arena, s->p, (size_t)(p - s->p));
	s->p = p;
	return true;
}

static struct known
sequence(struct scan *s)
{
	struct known all = known_nothing(), k;
	int least, most;

	while (s->p < s->end && *s->p != '|' && *s->p != ')' && !s->failed) {
		if (!plain_run(s, &k)) {
			k = atom(s);
			quantifier(s, &least, &most);
			k = repeated(s, k, least, most);
		}
		all = known_then(s->arena, all, k);
	}
	return all;
}

static struct known
alternatives(struct scan *s)
{
	struct known all;

	if (++s->depth > DEPTH_MOST) {
		s->failed = true;
		return UNKNOWN;
	}
	all = sequence(s);
	if (at(s, "|"))
		all = known_first(s->arena, all);
	while (at(s, "|") && !s->failed) {
		s->p++;
		known_or(s->arena, &all, sequence(s));
	}
	s->depth--;
	return all;
}

struct known
literal_analyse(struct arena *arena, struct slice pattern,
    literal_lookup *lookup, void *ctx)
{
	struct scan s = {
	    arena, pattern.p, pattern.p + pattern.len, lookup, ctx, 0, false};
	struct known k = alternatives(&s);

	return s.failed || s.p < s.end ? UNKNOWN : k;
}
