/* See sector.h. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"

#include "cases/sector.h"
#include "mail/message.h"

enum { WORDS_WIN = 2 }; /* at least */

struct sectors {
	struct sector_row {
		const char *name;
		struct strings words;
	} * v;
	size_t n;
};

static int
read_sector(struct arena *a, struct sectors *s, struct slice line)
{
	const char *colon = memchr(line.p, ':', line.len);
	struct sector_row *row;
	struct slice rest;

	if (colon == NULL)
		return -1;
	s->v = arena_grow(a, s->v, s->n, sizeof(*s->v));
	row = &s->v[s->n++];
	row->name = arena_strndup(a, line.p, (size_t)(colon - line.p));
	row->words = (struct strings){0};
	rest.p = colon + 1;
	rest.len = line.len - (size_t)(colon + 1 - line.p);
	while (rest.len > 0) {
		const char *comma = memchr(rest.p, ',', rest.len);
		size_t n = comma == NULL ? rest.len : (size_t)(comma - rest.p);

		row->words.v = arena_grow(
		    a, row->words.v, row->words.n, sizeof(*row->words.v));
		row->words.v[row->words.n++] =
		    slice_dup(a, slice_trim((struct slice){rest.p, n}));
		rest.p += n + (comma != NULL);
		rest.len -= n + (comma != NULL);
	}
	return 0;
}

struct sectors *
sectors_load(struct arena *a, const char *path, struct err *err)
{
	struct sectors *s = arena_alloc(a, sizeof(*s));
	FILE *f = fopen(path, "re");
	char line[2000];
	int number = 0, rc = 0;

	if (f == NULL)
		return s; /* a language without: nothing is guessed */
	while (rc == 0 && fgets(line, sizeof(line), f) != NULL) {
		struct slice l = slice_trim(slice_of(line));

		number++;
		if (l.len > 0 && l.p[0] != '#')
			rc = read_sector(a, s, l);
	}
	fclose(f);
	if (rc != 0)
		err_set(err, EX_CONFIG, "%s:%d: no `NAME: word, word`", path,
		    number);
	return rc == 0 ? s : NULL;
}

/* Whether the word stands in the text, by itself; both in lower case. */
static bool
stands_in(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = text; n > 0 && (p = strstr(p, word)); p++)
		if ((p == text || !isalnum((unsigned char)p[-1])) &&
		    (!isalnum((unsigned char)p[n]) ||
			(p[n] == 's' && !isalnum((unsigned char)p[n + 1]))))
			return true;
	return false;
}

const char *
sectors_guess(struct arena *a, const struct sectors *s, const char *text)
{
	char *lower = arena_strdup(a, text);
	const char *best = NULL;
	int most = WORDS_WIN - 1;

	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	for (size_t i = 0; i < s->n; i++) {
		int n = 0;

		for (size_t k = 0; k < s->v[i].words.n; k++)
			n += stands_in(lower, s->v[i].words.v[k]);
		if (n > most) {
			most = n;
			best = s->v[i].name;
		}
	}
	return best;
}
