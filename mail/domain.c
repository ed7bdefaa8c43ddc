/*
 * See domain.h.  libpsl and libidn2 live here and nowhere else.
 *
 * The list is the one that libpsl was built with: no file to read, none to
 * miss.  A suffix that it does not have (.example, .local) is one label, by
 * the list's own default rule "*".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <idn2.h>
#include <libpsl.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "mail/domain.h"
#include "mail/fold.h"

enum {
	DOMAIN_LONGEST = 253, /* RFC 1035 section 2.3.4, as text */
	NAME_LEAST = 6 /* letters of a name of which one may differ */
};

struct domain_list {
	const char **v; /* sorted */
	size_t n;
};

/* Letters, digits, '-' and '_' in labels of 1 to 63 (RFC 5890, and DNS). */
static bool
is_name(const char *name)
{
	size_t label = 0, n;

	for (n = 0; name[n] != '\0'; n++) {
		char c = name[n];

		if (c == '.') {
			if (label == 0)
				return false;
			label = 0;
			continue;
		}
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '-' && c != '_')
			return false;
		if (++label > 63)
			return false;
	}
	return label > 0 && n <= DOMAIN_LONGEST;
}

/* U-labels to A-labels; NULL when it is no domain. */
static char *
to_ascii(struct arena *arena, const char *domain)
{
	char *ascii = NULL, *copy = NULL;

	if (strlen(domain) > (size_t)4 * DOMAIN_LONGEST)
		return NULL;
	if (idn2_to_ascii_8z(domain, &ascii,
		IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK)
		copy = arena_strdup(arena, ascii);
	idn2_free(ascii);
	return copy;
}

static bool
is_ascii_text(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text & 0x80)
			return false;
	return true;
}

char *
domain_ascii(struct arena *arena, const char *addr)
{
	const char *at = addr == NULL ? NULL : strrchr(addr, '@');
	struct slice s = slice_trim(slice_of(at == NULL ? addr : at + 1));
	char *domain, *p;

	while (s.len > 0 && s.p[s.len - 1] == '.')
		s.len--;
	domain = slice_dup(arena, s);
	for (p = domain; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	if (domain[0] == '[')
		return strchr(domain, ']') != NULL ? domain : NULL;
	if (!is_ascii_text(domain))
		domain = to_ascii(arena, domain);
	return domain != NULL && is_name(domain) ? domain : NULL;
}

char *
domain_of(struct arena *arena, const char *addr)
{
	char *domain = domain_ascii(arena, addr);
	const char *registrable;

	if (domain == NULL || domain[0] == '[')
		return domain;
	/* Points into domain; NULL for a suffix itself. */
	registrable = psl_registrable_domain(psl_builtin(), domain);
	return registrable == NULL ? domain : domain + (registrable - domain);
}

/* --- lists ---------------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* One line of the file: nothing, or a domain. */
static int
read_line(struct arena *arena, struct domain_list *f, struct slice line,
    const char *path, size_t number, struct err *err)
{
	const char *comment =
	    line.len == 0 ? NULL : memchr(line.p, '#', line.len);
	char *domain;

	if (comment != NULL)
		line.len = (size_t)(comment - line.p);
	line = slice_trim(line);
	if (line.len == 0)
		return 0;
	domain = domain_ascii(arena, slice_dup(arena, line));
	if (domain == NULL || memchr(line.p, '@', line.len) != NULL)
		return err_set(err, EX_CONFIG,
		    "%s:%zu: no domain: %.*s; write one on a line", path,
		    number, (int)line.len, line.p);
	f->v = arena_grow(arena, f->v, f->n, sizeof(*f->v));
	f->v[f->n++] = domain;
	return 0;
}

struct domain_list *
domain_list_load(struct arena *arena, const char *path, struct err *err)
{
	struct domain_list *f = arena_alloc(arena, sizeof(*f));
	FILE *in = fopen(path, "re");
	char *line = NULL;
	size_t room = 0, number = 0;
	ssize_t n;
	int rc = 0;

	if (in == NULL) {
		err_errno(err, "%s", path);
		return NULL;
	}
	while (rc == 0 && (n = getline(&line, &room, in)) >= 0) {
		struct slice s = {line, (size_t)n};

		rc = read_line(arena, f, s, path, ++number, err);
	}
	if (rc == 0 && ferror(in))
		rc = err_errno(err, "%s", path);
	free(line);
	fclose(in);
	if (rc != 0)
		return NULL;
	if (f->n > 0)
		qsort(f->v, f->n, sizeof(*f->v), by_name);
	return f;
}

bool
domain_listed(const struct domain_list *f, const char *domain)
{
	return domain != NULL && f->n > 0 &&
	       bsearch(&domain, f->v, f->n, sizeof(*f->v), by_name) != NULL;
}

/* --- likeness ------------------------------------------------------------- */

/* Letters that look like those of ASCII, after fold_char(). */
static const struct {
	uint32_t letter;
	char like;
} twins[] = {
    {'0', 'o'},
    {'1', 'l'},
    {'i', 'l'},
    {'|', 'l'},
    {0x131, 'l'},
    {0x251, 'a'},
    {0x261, 'g'},
    {0x3b1, 'a'},
    {0x3b5, 'e'},
    {0x3b9, 'l'},
    {0x3ba, 'k'},
    {0x3bd, 'v'},
    {0x3bf, 'o'},
    {0x3c1, 'p'},
    {0x3c4, 't'},
    {0x3c5, 'u'},
    {0x3c7, 'x'},
    {0x3c9, 'w'},
    {0x430, 'a'},
    {0x432, 'b'},
    {0x433, 'r'},
    {0x435, 'e'},
    {0x43a, 'k'},
    {0x43c, 'm'},
    {0x43d, 'h'},
    {0x43e, 'o'},
    {0x43f, 'n'},
    {0x440, 'p'},
    {0x441, 'c'},
    {0x442, 't'},
    {0x443, 'y'},
    {0x445, 'x'},
    {0x455, 's'},
    {0x456, 'l'},
    {0x458, 'j'},
    {0x475, 'v'},
    {0x4bb, 'h'},
    {0x501, 'd'},
    {0x51b, 'q'},
    {0x51d, 'w'},
    {0x561, 'w'},
    {0x570, 'h'},
    {0x578, 'n'},
    {0x57d, 'u'},
    {0x585, 'o'},
};

static char
twin_of(uint32_t c)
{
	size_t i;

	for (i = 0; i < sizeof(twins) / sizeof(*twins); i++)
		if (twins[i].letter == c)
			return twins[i].like;
	return c < 0x80 ? (char)c : '?';
}

/* What the eye sees of a domain; a point stays a point. */
static char *
skeleton(struct arena *arena, const char *domain)
{
	char *shown = NULL, *out;
	struct slice s;
	size_t i = 0, n = 0;

	if (idn2_to_unicode_8z8z(domain, &shown, 0) != IDN2_OK)
		shown = NULL;
	s = slice_of(shown == NULL ? domain : shown);
	out = arena_alloc(arena, s.len + 1);
	while (i < s.len) {
		char c = twin_of(fold_char(utf8_next(s, &i)));

		if (c == '-' || c == '\0')
			continue;
		if (n > 0 && c == 'n' && out[n - 1] == 'r')
			out[n - 1] = 'm';
		else if (n > 0 && c == 'v' && out[n - 1] == 'v')
			out[n - 1] = 'w';
		else
			out[n++] = c;
	}
	out[n] = '\0';
	idn2_free(shown);
	return out;
}

/* region1.example, region12.example and region.example are numbered. */
static bool
differ_in_digits(const char *a, const char *b)
{
	for (;;) {
		while (is_digit(*a))
			a++;
		while (is_digit(*b))
			b++;
		if (*a != *b)
			return false;
		if (*a == '\0')
			return true;
		a++;
		b++;
	}
}

/* What the eye passes over within a word. */
static bool
easily_taken_for(char a, char b)
{
	static const char *const groups[] = {
	    "aeiolu", "mn", "uv", "vw", "ceo", "gq", "hb", "hn", "ft", "kx"};
	size_t i;

	for (i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (strchr(groups[i], a) != NULL &&
		    strchr(groups[i], b) != NULL)
			return true;
	return false;
}

/* A letter more in b, doubled or within the word: bankk, baank, but neither
 * banks nor ebank. */
static bool
is_slipped_in(const char *a, size_t n, const char *b)
{
	size_t i = 0;

	while (i < n && a[i] == b[i])
		i++;
	return memcmp(a + i, b + i + 1, n - i) == 0 && i > 0 &&
	       (i < n || b[i] == b[i - 1]);
}

/* Two neighbours swapped, or a letter within the word that looks like it. */
static bool
is_changed(const char *a, const char *b, size_t n)
{
	size_t i = 0;

	while (i < n && a[i] == b[i])
		i++;
	if (i + 1 >= n)
		return false;
	if (a[i] == b[i + 1] && a[i + 1] == b[i])
		return memcmp(a + i + 2, b + i + 2, n - i - 2) == 0;
	return i > 0 && memcmp(a + i + 1, b + i + 1, n - i - 1) == 0 &&
	       easily_taken_for(a[i], b[i]);
}

static bool
is_slip(const char *a, size_t n, const char *b, size_t m)
{
	if (n == m)
		return is_changed(a, b, n);
	if (m == n + 1)
		return is_slipped_in(a, n, b);
	return n == m + 1 && is_slipped_in(b, m, a);
}

bool
domain_resembles(struct arena *arena, const char *domain, const char *known)
{
	const char *a, *b;
	size_t n, m;

	if (domain == NULL || known == NULL || differ_in_digits(domain, known))
		return false;
	a = skeleton(arena, domain);
	b = skeleton(arena, known);
	if (strcmp(a, b) == 0)
		return true;
	n = strcspn(a, ".");
	m = strcspn(b, ".");
	return strcmp(a + n, b + m) == 0 && n >= NAME_LEAST &&
	       m >= NAME_LEAST && is_slip(a, n, b, m);
}
