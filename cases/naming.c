/*
 * See naming.h.
 *
 * A display name is cut at marks and at words like "at"; what is cut is looked
 * at only when one of the pieces is a person, so that "Marks, Sparks and Co"
 * stays whole.  A piece that agrees with the domain is the company; one that
 * is the mail's agent, that begins with a given name (thread.words), or from
 * which the address is made ("o.adebayo@") is a person.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cases/naming.h"
#include "cases/words.h"

enum {
	PIECES_MOST = 8,
	PERSON_WORDS = 4, /* in the name of a person */
	RELATED_LEAST = 4 /* letters that a name and a domain share */
};

struct pieces {
	struct slice v[PIECES_MOST];
	size_t n;
};

static bool
is_letter(char c)
{
	return isalpha((unsigned char)c) || (c & 0x80) != 0;
}

/* A word off the front: letters with the marks inside it. */
static bool
next_word(struct slice *s, struct slice *word)
{
	while (s->len > 0 && !is_letter(*s->p)) {
		s->p++;
		s->len--;
	}
	*word = (struct slice){s->p, 0};
	while (
	    s->len > 0 && (is_letter(*s->p) || strchr("'-", *s->p) != NULL)) {
		s->p++;
		s->len--;
		word->len++;
	}
	return word->len > 0;
}

/* Letters and digits alone, in lower case. */
static char *
squeeze(struct arena *a, struct slice s)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0, i;

	for (i = 0; i < s.len; i++)
		if (is_letter(s.p[i]) || isdigit((unsigned char)s.p[i]))
			out[n++] = (char)tolower((unsigned char)s.p[i]);
	out[n] = '\0';
	return out;
}

/* --- What a piece is --- */

struct naming {
	struct arena *arena;
	const struct thread_words *words;
	const struct party *party;
	const char *agent;
	const char *label; /* of the domain, squeezed */
};

/* The name and the domain are made of one another. */
static bool
is_related(const struct naming *x, struct slice piece)
{
	const char *all = squeeze(x->arena, piece), *word;
	struct slice rest = piece, w;

	if (*all == '\0' || *x->label == '\0')
		return false;
	if (strcmp(all, x->label) == 0 ||
	    strncmp(all, x->label, strlen(x->label)) == 0)
		return true;
	while (next_word(&rest, &w)) {
		word = squeeze(x->arena, w);
		if (strlen(word) >= RELATED_LEAST &&
		    strncmp(x->label, word, strlen(word)) == 0)
			return true;
	}
	return false;
}

/* Whether each word of one name stands in the other: "Bell, Anna". */
static bool
same_words(struct slice one, const char *other)
{
	struct slice rest, w, o;
	bool found;

	while (next_word(&one, &w)) {
		found = false;
		rest = slice_of(other);
		while (!found && next_word(&rest, &o))
			found =
			    o.len == w.len && strncasecmp(o.p, w.p, w.len) == 0;
		if (!found)
			return false;
	}
	return true;
}

/* "o.adebayo", "anna.bell": the address is made of the name. */
static bool
is_mailbox(const char *addr, struct slice first, struct slice last)
{
	const char *dot = strchr(addr, '.'), *at = strchr(addr, '@');

	if (dot == NULL || at == NULL || dot > at ||
	    (size_t)(at - dot - 1) != last.len ||
	    strncasecmp(dot + 1, last.p, last.len) != 0)
		return false;
	return ((size_t)(dot - addr) == 1 ||
		   (size_t)(dot - addr) == first.len) &&
	       strncasecmp(addr, first.p, (size_t)(dot - addr)) == 0;
}

static bool
is_person(const struct naming *x, struct slice piece)
{
	struct slice rest = piece, w, first = {NULL, 0}, last = {NULL, 0};
	bool common = false, given;
	size_t n = 0;

	while (next_word(&rest, &w)) {
		if (n++ == 0)
			first = w;
		else if (w.len > 1 &&
			 words_common(x->words, slice_dup(x->arena, w)))
			common = true; /* Florence Bank */
		last = w;
	}
	if (n == 0 || n > PERSON_WORDS || islower((unsigned char)*first.p) ||
	    strcmp(squeeze(x->arena, piece), x->label) == 0)
		return false; /* annabell.example */
	given = words_given(x->words, first);
	if (x->agent != NULL && same_words(piece, x->agent))
		return given || !is_related(x, piece);
	if (n > 1 && x->party->addr != NULL &&
	    is_mailbox(x->party->addr, first, last))
		return true;
	return given && !common && !is_related(x, piece);
}

/* --- Cutting --- */

static void
put(struct pieces *p, struct slice piece)
{
	piece = slice_trim(piece);
	while (piece.len > 0 && strchr(" -'\"", piece.p[piece.len - 1]) != NULL)
		piece.len--;
	while (piece.len > 0 && strchr(" -'\"", *piece.p) != NULL) {
		piece.p++;
		piece.len--;
	}
	if (piece.len > 0 && p->n < PIECES_MOST)
		p->v[p->n++] = piece;
}

/* At marks: "Anna Bell | Acme", "Acme (Anna Bell)", "Anna Bell - Acme". */
static struct pieces
cut_at_marks(const char *name)
{
	struct pieces p = {.n = 0};
	const char *start = name, *c;

	for (c = name; *c != '\0'; c++)
		if (strchr("|()[]/,:;", *c) != NULL ||
		    (*c == '-' && c > name && c[-1] == ' ' && c[1] == ' ')) {
			put(&p, (struct slice){start, (size_t)(c - start)});
			start = c + 1;
		}
	put(&p, (struct slice){start, (size_t)(c - start)});
	return p;
}

/* At words: "Anna Bell at Acme". */
static struct pieces
cut_at_joins(const struct naming *x, const char *name)
{
	struct pieces p = {.n = 0};
	struct slice rest = slice_of(name), w;
	const char *start = name;

	while (next_word(&rest, &w)) {
		if (w.p == name || !words_joins(x->words, w))
			continue;
		put(&p, (struct slice){start, (size_t)(w.p - start)});
		start = w.p + w.len;
	}
	put(&p, slice_of(start));
	return p;
}

/* The piece beside a person that is the company; false when no piece is a
 * person. */
static bool
beside_person(const struct naming *x, const struct pieces *p, const char **name)
{
	bool person = false;
	size_t i;

	*name = NULL;
	for (i = 0; i < p->n; i++) {
		const char *text = slice_dup(x->arena, p->v[i]);

		if (is_person(x, p->v[i]))
			person = true;
		else if (*name == NULL && (is_related(x, p->v[i]) ||
					      !words_common(x->words, text)))
			*name = text;
	}
	return person;
}

const char *
company_name(struct arena *a, const struct thread_words *words,
    const struct party *party, const char *agent)
{
	struct naming x = {a, words, party, agent, ""};
	const char *name = party->name, *found;
	struct pieces p;

	if (name == NULL || *name == '\0' || party->freemail)
		return name;
	if (party->domain != NULL)
		x.label = squeeze(a, (struct slice){party->domain,
					 strcspn(party->domain, ".@")});
	p = cut_at_marks(name);
	if (beside_person(&x, &p, &found))
		return found;
	p = cut_at_joins(&x, name);
	if (p.n > 1 && beside_person(&x, &p, &found))
		return found;
	if (words_common(words, name) && !is_related(&x, slice_of(name)))
		return NULL;
	return name;
}

const char *
thread_name(struct arena *a, const struct thread_words *words,
    const struct placing *in, const struct party *party)
{
	bool wrote = party == &in->from && in->findings != NULL;

	return company_name(
	    a, words, party, wrote ? in->findings->agent : NULL);
}

bool
party_is_other(const struct party *p)
{
	return p->addr != NULL && p->domain != NULL && !p->owner && !p->ours;
}
