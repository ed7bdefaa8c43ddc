/*
 * See token.h.  One pass over the bytes, no allocation.  Letters beyond Latin
 * Extended-A are kept as they are, without case.
 */
#include <string.h>

#include "rules/token.h"

enum byte_class { BYTE_PUNCT, BYTE_SPACE, BYTE_LETTER, BYTE_DIGIT, BYTE_HIGH };

static const uint32_t hash_start = 2166136261u; /* FNV-1a, 32 bits */

/* Base letters of U+00C0 to U+017F; '.' for no letter, '2' for two letters. */
static const char base_letters[] = "aaaaaa2ceeeeiiiidnooooo.ouuuuy22"
				   "aaaaaa2ceeeeiiiidnooooo.ouuuuy2y"
				   "aaaaaaccccccccddddeeeeeeeeeegggg"
				   "gggghhhhiiiiiiiiii22jjkkklllllll"
				   "lllnnnnnnnnnoooooo22rrrrrrssssss"
				   "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* What a character beyond ASCII stands for. */
struct wide {
	enum token_kind kind;
	bool space, upper;
	const char *letters; /* NULL: its own bytes */
};

static enum byte_class
byte_class(unsigned char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return BYTE_LETTER;
	if (c >= '0' && c <= '9')
		return BYTE_DIGIT;
	if (c >= 0x80)
		return BYTE_HIGH;
	return c <= ' ' ? BYTE_SPACE : BYTE_PUNCT;
}

uint32_t
token_hash(const char *p, size_t n)
{
	uint32_t hash = hash_start;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)p[i]) * 16777619u;
	return hash;
}

/* The code point at p and its length; 0 for what is no UTF-8 (length 1). */
static uint32_t
decode(const char *s, size_t room, size_t *len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	uint32_t code = p[0] & (0xffu >> (n + 1));

	*len = 1;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > room)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	*len = n;
	return code;
}

static const char *
two_letters(uint32_t code)
{
	static const struct {
		uint32_t code;
		const char *letters;
	} pairs[] = {{0xc6, "ae"}, {0xe6, "ae"}, {0xde, "th"}, {0xfe, "th"},
	    {0xdf, "ss"}, {0x132, "ij"}, {0x133, "ij"}, {0x152, "oe"},
	    {0x153, "oe"}};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (pairs[i].code == code)
			return pairs[i].letters;
	return NULL;
}

static bool
is_wide_space(uint32_t code)
{
	return code == 0xa0 || code == 0x1680 ||
	       (code >= 0x2000 && code <= 0x200b) || code == 0x2028 ||
	       code == 0x2029 || code == 0x202f || code == 0x205f ||
	       code == 0x3000 || code == 0xfeff;
}

static const char *
wide_punct(uint32_t code)
{
	if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212)
		return "-";
	if (code == 0x2018 || code == 0x2019 || code == 0xb4)
		return "'";
	if (code == 0xab || code == 0xbb || code == 0x201c || code == 0x201d ||
	    code == 0x201e)
		return "\"";
	return code == 0x20ac || code == 0xa3 || code == 0xa5 ? "$" : "";
}

/* A letter of the Latin blocks. */
static struct wide
latin(uint32_t code)
{
	static const char letters[] = "a\0b\0c\0d\0e\0f\0g\0h\0i\0j\0k\0l\0m\0"
				      "n\0o\0p\0q\0r\0s\0t\0u\0v\0w\0x\0y\0z";
	struct wide w = {.kind = TOKEN_WORD};
	char c = base_letters[code - 0xc0];

	w.upper = code < 0xdf || (code >= 0x100 && code % 2 == 0);
	if (c == '.')
		return (struct wide){.kind = TOKEN_PUNCT, .letters = ""};
	w.letters = two_letters(code);
	if (!w.letters)
		w.letters =
		    c == '2' ? "y" : letters + (size_t)2 * (size_t)(c - 'a');
	return w;
}

static struct wide
widen(uint32_t code)
{
	struct wide w = {.kind = TOKEN_PUNCT, .letters = ""};

	if (code >= 0xc0 && code < 0x180)
		return latin(code);
	if (is_wide_space(code)) {
		w.space = true;
		return w;
	}
	if (code == 0xba || code == 0xb0 || code == 0xaa) /* 1º, 2ª */
		return (struct wide){
		    TOKEN_WORD, false, false, code == 0xaa ? "a" : "o"};
	if (code >= 0x300 && code < 0x370) /* a combining accent */
		return (struct wide){TOKEN_WORD, false, false, ""};
	if (code == 0xbc || code == 0xbd || code == 0xbe || /* 1/4, 1/2, 3/4 */
	    (code >= 0x370 && code < 0x2000) || code >= 0x3040)
		return (struct wide){.kind = TOKEN_WORD};
	w.letters = wide_punct(code);
	return w;
}

static void
add_letters(struct token *t, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		t->hash = (t->hash ^ (unsigned char)p[i]) * 16777619u;
		if (t->len < TOKEN_LETTERS)
			t->letters[t->len] = p[i];
		if (t->len < UINT8_MAX)
			t->len++;
	}
}

/* White space from at on: where it ends, and whether it holds an empty line. */
static size_t
skip_space(struct slice text, size_t at, bool *empty_line)
{
	int lines = 0;

	while (at < text.len) {
		unsigned char c = (unsigned char)text.p[at];
		size_t len = 1;

		if (byte_class(c) == BYTE_HIGH) {
			uint32_t code =
			    decode(text.p + at, text.len - at, &len);

			if (!is_wide_space(code))
				break;
		} else if (c > ' ') {
			break;
		}
		lines += c == '\n';
		at += len;
	}
	*empty_line = lines > 1;
	return at;
}

static size_t
take_word(struct slice text, size_t at, struct token *t)
{
	while (at < text.len) {
		unsigned char c = (unsigned char)text.p[at];
		enum byte_class class = byte_class(c);
		size_t len = 1;

		if (class == BYTE_LETTER) {
			char lower = (char)(c | 0x20);

			add_letters(t, &lower, 1);
		} else if (class == BYTE_HIGH) {
			uint32_t code =
			    decode(text.p + at, text.len - at, &len);
			struct wide w = widen(code);

			if (code == 0 || w.space || w.kind != TOKEN_WORD)
				break;
			if (w.letters)
				add_letters(t, w.letters, strlen(w.letters));
			else
				add_letters(t, text.p + at, len);
		} else {
			break;
		}
		at += len;
	}
	return at;
}

static size_t
take_number(struct slice text, size_t at, struct token *t)
{
	size_t start = at;

	t->value = 0;
	for (; at < text.len &&
	       byte_class((unsigned char)text.p[at]) == BYTE_DIGIT;
	     at++) {
		if (at - start < 9)
			t->value = t->value * 10 + (text.p[at] - '0');
	}
	if (at - start > 9)
		t->value = -1;
	add_letters(t, text.p + start, at - start);
	return at;
}

static size_t
take_wide(struct slice text, size_t at, struct token *t)
{
	size_t len;
	uint32_t code = decode(text.p + at, text.len - at, &len);
	struct wide w = widen(code);

	if (code != 0 && w.kind == TOKEN_WORD) {
		t->kind = TOKEN_WORD;
		t->flags |= w.upper ? TOKEN_CAPITAL : 0;
		return take_word(text, at, t);
	}
	t->kind = TOKEN_PUNCT;
	add_letters(t, w.letters, strlen(w.letters));
	return at + len;
}

void
token_next(struct slice text, size_t *at, struct token *t)
{
	bool empty_line;
	size_t start = skip_space(text, *at, &empty_line);
	unsigned char c;

	t->hash = hash_start;
	t->len = 0;
	t->word = 0;
	t->value = -1;
	t->flags = start > *at || start == 0 || text.p[start - 1] <= ' '
		       ? TOKEN_SPACE
		       : 0;
	t->start = t->end = (uint32_t)start;
	t->kind = start >= text.len ? TOKEN_END : TOKEN_BREAK;
	if (start >= text.len || (empty_line && *at > 0)) {
		*at = start;
		return;
	}
	c = (unsigned char)text.p[start];
	switch (byte_class(c)) {
	case BYTE_LETTER:
		t->kind = TOKEN_WORD;
		t->flags |= c <= 'Z' ? TOKEN_CAPITAL : 0;
		*at = take_word(text, start, t);
		break;
	case BYTE_DIGIT:
		t->kind = TOKEN_NUMBER;
		*at = take_number(text, start, t);
		break;
	case BYTE_HIGH:
		*at = take_wide(text, start, t);
		break;
	case BYTE_SPACE:
	case BYTE_PUNCT:
		t->kind = TOKEN_PUNCT;
		add_letters(t, c == '`' ? "'" : text.p + start, 1);
		*at = start + 1;
		break;
	}
	t->end = (uint32_t)*at;
}
