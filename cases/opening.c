/* See opening.h. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "cases/evidence.h"
#include "cases/naming.h"
#include "cases/opening.h"
#include "cases/words.h"

enum {
	SAID_AT_MOST = 5, /* words alone open nothing */
	ELSEWHERE = -12, /* points when somebody else is greeted */
	GREETED_WORDS = 5, /* of a name */
	PLURAL_LEAST = 5, /* letters of "Dear users" */
	LIKE_LEAST = 4, /* letters by which a name that was written wrong is
	                 * the owner's still */
	SHORT_LEAST = 2 /* and by which a short form is */
};

/* --- What was found and said --- */

static int
max(int a, int b)
{
	return a > b ? a : b;
}

static int
promise_points(
    struct arena *a, const struct thread_words *w, const struct findings *f)
{
	size_t i;
	int most = 0;

	for (i = 0; i < f->obligation_count; i++)
		if (f->obligations[i].who == WHO_COMPANY)
			most = max(most,
			    words_found(
				w, arena_printf(a, "promise %s",
				       action_name(f->obligations[i].action))));
	return most;
}

static int
found_points(
    struct arena *a, const struct thread_words *w, const struct findings *f)
{
	size_t i;
	int points;

	if (f == NULL)
		return 0;
	points = promise_points(a, w, f);
	for (i = 0; f->sender == WHO_COMPANY && i < f->signal_count; i++)
		points += words_found(w, f->signals[i].name);
	return points + (f->reference_count > 0 ? words_found(w, "number") : 0);
}

/* --- Who is greeted, and who greets --- */

bool
opening_word(struct slice *s, struct slice *word)
{
	while (
	    s->len > 0 && !isalpha((unsigned char)*s->p) && (*s->p & 0x80) == 0)
		slice_skip(s, 1);
	*word = (struct slice){s->p, 0};
	while (s->len > 0 &&
	       (isalpha((unsigned char)*s->p) || (*s->p & 0x80) != 0 ||
		   *s->p == '-' || *s->p == '\'')) {
		slice_skip(s, 1);
		word->len++;
	}
	return word->len > 0;
}

/* Written wrong ("Lindquist"), or shortened ("Dora"). */
static bool
is_like(struct slice one, struct slice other, size_t least)
{
	size_t n = one.len < other.len ? one.len : other.len;

	return n == one.len && n == other.len
		   ? strncasecmp(one.p, other.p, n) == 0
		   : n >= least && strncasecmp(one.p, other.p, least) == 0;
}

static bool
has_word_like(const char *name, struct slice word, size_t least)
{
	struct slice rest = slice_of(name), own;

	while (opening_word(&rest, &own))
		if (is_like(own, word, own.len < least ? own.len : least))
			return true;
	return false;
}

static bool
is_owners(const struct placing *in, struct slice word, size_t least)
{
	size_t i;

	if (in->owner_name != NULL &&
	    has_word_like(in->owner_name, word, least))
		return true;
	for (i = 0; i < in->other_count; i++)
		if (in->others[i].owner && in->others[i].name != NULL &&
		    has_word_like(in->others[i].name, word, least))
			return true;
	return false;
}

static bool
owner_is_named(const struct placing *in)
{
	size_t i;

	if (in->owner_name != NULL && *in->owner_name != '\0')
		return true;
	for (i = 0; i < in->other_count; i++)
		if (in->others[i].owner && in->others[i].name != NULL)
			return true;
	return false;
}

/* What stands between a greeting, if there is one, and its comma. */
static struct slice
greeted_name(const struct thread_words *w, struct slice line, bool *greets)
{
	size_t n = words_greeted(w, line), i;

	*greets = n > 0;
	slice_skip(&line, n);
	for (i = 0; i < line.len && strchr(",!:;.", line.p[i]) == NULL; i++)
		;
	line.len = i;
	return slice_trim(line);
}

static enum greeted
judge_greeted(
    const struct thread_words *w, const struct placing *in, struct slice name)
{
	struct slice rest = name, word;
	bool title = false, owner = false, named = false, given = false;
	bool plural = false; /* "singers" */
	size_t n = 0;

	while (opening_word(&rest, &word)) {
		if (words_title(w, word)) {
			title = true;
			continue;
		}
		given = given || (n == 0 && words_given(w, word));
		owner = owner ||
			is_owners(in, word, title ? LIKE_LEAST : SHORT_LEAST);
		plural = word.len >= PLURAL_LEAST &&
			 to_lower(word.p[word.len - 1]) == 's';
		named = true;
		if (++n > GREETED_WORDS)
			return GREETED_NOBODY;
	}
	if (!named || !owner_is_named(in))
		return GREETED_NOBODY;
	if (owner)
		return GREETED_OWNER;
	return title    ? GREETED_ANOTHER
	       : given  ? GREETED_OTHER
	       : plural ? GREETED_MANY
			: GREETED_CROWD;
}

struct slice
opening_greeted(const struct thread_words *w, const char *body, bool *greets)
{
	struct slice rest = slice_of(body), line = {NULL, 0};

	while (slice_line(&rest, &line) && slice_trim(line).len == 0)
		;
	return greeted_name(w, slice_trim(line), greets);
}

enum greeted
opening_greets(
    const struct thread_words *w, const struct placing *in, const char *body)
{
	enum greeted greeted;
	bool greets;
	struct slice name = opening_greeted(w, body, &greets);

	/* "Helen, ..." */
	if (!greets && (name.len == 0 || memchr(name.p, ' ', name.len) != NULL))
		return GREETED_NOBODY;
	greeted = judge_greeted(w, in, name);
	return greets || greeted == GREETED_OWNER ? greeted : GREETED_NOBODY;
}

struct slice
opening_surname(const char *name)
{
	struct slice rest = slice_of(name), word, last = {NULL, 0};

	while (opening_word(&rest, &word))
		last = word;
	return last;
}

bool
opening_relative(struct arena *a, const struct placing *in)
{
	const struct party *p = &in->from;
	struct slice mine, theirs, rest, word;
	size_t n = 0;

	if (!party_is_other(p) || p->name == NULL || in->owner_name == NULL)
		return false;
	mine = opening_surname(in->owner_name);
	theirs = opening_surname(p->name);
	rest = slice_of(p->name);
	while (opening_word(&rest, &word))
		n++;
	/* "Kitchens by Rowe" is none. */
	return n == 2 && mine.len > 0 && is_like(mine, theirs, SIZE_MAX) &&
	       strcasestr(p->domain, slice_dup(a, theirs)) == NULL;
}

/* Points for whom it greets. */
static int
greeting_points(
    const struct thread_words *w, const struct placing *in, const char *body)
{
	switch (opening_greets(w, in, body)) {
	case GREETED_OWNER:
		return 1;
	case GREETED_MANY:
	case GREETED_OTHER:
	case GREETED_ANOTHER:
		return ELSEWHERE;
	case GREETED_NOBODY:
	case GREETED_CROWD:
		break;
	}
	return 0;
}

int
opening_points(struct arena *a, const struct thread_words *w,
    const struct placing *in, const char *body)
{
	int yes = 0, no = 0;

	words_said(w, slice_of(in->subject), &yes, &no);
	words_said(w, slice_of(body), &yes, &no);
	if (in->comment != NULL)
		words_said(w, slice_of(in->comment), &yes, &no);
	return found_points(a, w, in->findings) +
	       (yes < SAID_AT_MOST ? yes : SAID_AT_MOST) + no +
	       greeting_points(w, in, body);
}
