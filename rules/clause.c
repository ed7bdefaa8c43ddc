/* See clause.h. */
#include <string.h>

#include "rules/clause.h"
#include "rules/times.h"

/* "by Friday | and the rest by the 20th": no verb of its own follows up to the
 * next time, so it is no clause. */
static bool
is_conjunct(struct reader *r, struct slice text, struct span clause)
{
	size_t end = clause.end;
	struct span found;

	while (end < text.len && !is_mark(text.p[end]))
		end++;
	return end < text.len && r->book->gap != NULL &&
	       has_mark(slice_part(text, clause.start, clause.end)) &&
	       reader_match(r, NULL, r->book->gap,
		   slice_part(text, clause.end, end), 0, &found);
}

void
clauses_split_events(const struct view *view, struct clauses *c)
{
	const struct when *w;
	size_t i, k;

	for (k = 0; k < c->n && c->n < CLAUSES_MOST; k++) {
		for (i = c->v[k].start; i + 1 < c->v[k].end; i++) {
			w = is_mark(view->marked.text.p[i]) ? time_at(view, i)
							    : NULL;
			if (w == NULL || !w->condition)
				continue;
			memmove(
			    &c->v[k + 1], &c->v[k], (c->n - k) * sizeof(*c->v));
			c->v[k].end = c->v[k + 1].start = i + 1;
			c->n++;
			break;
		}
	}
}

static void
clauses_find(struct reader *r, struct slice text, struct clauses *c)
{
	struct span found;
	size_t start = 0, from = 0;

	c->n = 0;
	while (
	    r->book->clause_break != NULL && c->n + 1 < CLAUSES_MOST &&
	    reader_match(r, NULL, r->book->clause_break, text, from, &found)) {
		from = found.end > from ? found.end : from + 1;
		if (is_conjunct(r, text, (struct span){start, found.start}))
			continue;
		if (found.start > start)
			c->v[c->n++] = (struct span){start, found.start};
		start = found.start;
	}
	c->v[c->n++] = (struct span){start, text.len};
}

const struct clauses *
clauses_of(struct reader *r, struct slice text)
{
	if (r->clauses == NULL)
		r->clauses = arena_alloc(r->arena, sizeof(*r->clauses));
	else if (r->cut.p == text.p && r->cut.len == text.len)
		return r->clauses;
	clauses_find(r, text, r->clauses);
	r->cut = text;
	return r->clauses;
}

struct span
clause_at(const struct clauses *c, size_t at)
{
	size_t i;

	for (i = 0; i + 1 < c->n && at >= c->v[i].end; i++)
		continue;
	return c->v[i];
}

bool
is_parted(struct slice text, size_t from, size_t to)
{
	return from < to && memchr(text.p + from, ';', to - from) != NULL;
}

bool
is_joined(struct reader *r, struct slice text, size_t at)
{
	struct span found;

	return r->book->join != NULL && reader_match(r, NULL, r->book->join,
					    slice_part(text, 0, at), 0, &found);
}

bool
spans_overlap(struct span a, struct span b)
{
	return a.start < b.end && b.start < a.end;
}

struct slice
clause_around(struct reader *r, struct slice text, struct span at)
{
	const struct clauses *c = clauses_of(r, text);
	struct span first = clause_at(c, at.start);
	size_t end = clause_at(c, at.end > at.start ? at.end - 1 : at.end).end;

	return slice_part(text, first.start, end > at.end ? end : at.end);
}
