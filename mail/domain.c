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

#include "base/buf.h"
#include "mail/domain.h"

enum { DOMAIN_LONGEST = 253 }; /* RFC 1035 section 2.3.4, as text */

struct freemail {
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

/* --- freemail ------------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* One line of the file: nothing, or a domain. */
static int
read_line(struct arena *arena, struct freemail *f, struct slice line,
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

struct freemail *
freemail_load(struct arena *arena, const char *path, struct err *err)
{
	struct freemail *f = arena_alloc(arena, sizeof(*f));
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
domain_freemail(const struct freemail *f, const char *domain)
{
	return domain != NULL && f->n > 0 &&
	       bsearch(&domain, f->v, f->n, sizeof(*f->v), by_name) != NULL;
}
