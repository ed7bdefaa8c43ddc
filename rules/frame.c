/*
 * See frame.h.  The hits of the rules that put a commitment are the first
 * frames; what a guard or a rule that says nothing speaks against is dropped,
 * the rest get their windows.
 */
#include <stdlib.h>

#include "rules/explain.h"
#include "rules/frame.h"
#include "rules/times.h"

/* The rule that says nothing and covers some of the frame, or NULL. */
static const struct rule *
silencer(struct slice text, const struct hits *nothing, const struct hit *frame)
{
	size_t i;

	for (i = 0; i < nothing->n; i++)
		if (spans_overlap(nothing->v[i].at, frame->at) &&
		    !is_parted(text, nothing->v[i].at.start, frame->at.start) &&
		    (nothing->v[i].rule->silences & 1u << frame->rule->says) !=
			0)
			return nothing->v[i].rule;
	return NULL;
}

/* The earlier one first; of two that begin together the one that keeps to its
 * clause, then the longer one. */
static int
by_place(const void *a, const void *b)
{
	const struct frame *x = a, *y = b;

	if (x->hit.at.start != y->hit.at.start)
		return x->hit.at.start < y->hit.at.start ? -1 : 1;
	if (x->beyond != y->beyond)
		return x->beyond ? 1 : -1;
	if (x->hit.at.end != y->hit.at.end)
		return x->hit.at.end > y->hit.at.end ? -1 : 1;
	return x->hit.order < y->hit.order ? -1 : x->hit.order > y->hit.order;
}

/* What is read otherwise is a clause, and one rule's at most once. */
static bool
adds(const struct frames *frames, const struct frame *f)
{
	return frames->n == 0 || f[-1].hit.rule != f->hit.rule ||
	       f[-1].clause.start != f->clause.start;
}

bool
frame_passes(struct reader *r, const struct view *view, const struct frame *f)
{
	/* What is read otherwise is its clause, as it was found. */
	struct span in = f->hit.rule->otherwise ? f->hit.at : f->clause;
	const struct expression *guard = reader_guard(r, f->hit.rule,
	    slice_part(view->marked.text, in.start, in.end),
	    f->hit.at.end - in.start);

	if (guard != NULL)
		explain_guard(r, view, f->hit.rule, f->hit.at, guard);
	return guard == NULL;
}

void
frames_add(struct reader *r, const struct hits *hits, bool otherwise,
    const struct view *view, const struct clauses *clauses,
    struct frames *frames)
{
	struct frame *f;
	size_t i;

	for (i = 0; i < hits->n && frames->n < FRAMES_MOST; i++) {
		if (hits->v[i].rule->otherwise != otherwise)
			continue;
		f = &frames->v[frames->n];
		f->hit = hits->v[i];
		f->clause = clause_at(clauses, f->hit.at.start);
		f->start = f->clause.start;
		f->made = false;
		if (otherwise)
			f->hit.at = f->clause;
		f->beyond = f->clause.end < f->hit.at.end;
		if (f->beyond)
			f->clause.end =
			    clause_at(clauses, f->hit.at.end - 1).end;
		if (otherwise ? adds(frames, f) : frame_passes(r, view, f))
			frames->n++;
	}
}

const struct frame *
frame_before(const struct frames *frames, const struct frame *f)
{
	const struct frame *before = NULL, *g;

	for (g = frames->v; g < f; g++)
		if (g->hit.at.end <= f->hit.at.start &&
		    (before == NULL || g->hit.at.end >= before->hit.at.end))
			before = g;
	return before;
}

/* A clause before it without a frame belongs to a frame's own: "By Friday, we
 * will ...", "Once it is here, we will ...". */
static void
reach_back(const struct clauses *clauses, struct frames *frames)
{
	const struct frame *before;
	size_t i, k, bound;

	for (i = 0; i < frames->n; i++) {
		struct frame *f = &frames->v[i];

		before = frame_before(frames, f);
		bound = before == NULL ? 0 : before->hit.at.end;
		for (k = 1; k < clauses->n; k++)
			if (clauses->v[k].start == f->clause.start &&
			    clauses->v[k - 1].start >= bound)
				break;
		if (k < clauses->n)
			f->clause.start = clauses->v[k - 1].start;
	}
}

/* Drops frames that say nothing.  Of those that share words the first that makes
 * something counts: the earlier, the longer. */
static void
drop_silenced(struct reader *r, const struct view *view, struct frames *frames,
    const struct hits *nothing)
{
	const struct rule *by;
	size_t i, n = 0;
	struct frame *f;

	qsort(frames->v, frames->n, sizeof(*frames->v), by_place);
	for (i = 0; i < frames->n; i++) {
		f = &frames->v[i];
		by = silencer(view->marked.text, nothing, &f->hit);
		if (by == NULL)
			frames->v[n++] = *f;
		else
			explain_miss(r, view, f->hit.rule, f->hit.at, by->name,
			    by->where);
	}
	frames->n = n;
}

struct span
frame_span_room(const struct frame *f)
{
	const struct span anywhere = {0, SIZE_MAX};

	return f->hit.rule->says == SAYS_DEADLINE ? anywhere : f->hit.at;
}

/* "Send us a picture and we will ...": it needs a day, and up to its end none
 * is told. */
static bool
is_timeless(struct reader *r, const struct view *view, const struct frame *f)
{
	const struct slice text = view->marked.text;
	struct span found;

	return f->hit.rule->needs_date &&
	       !has_mark(slice_part(text, 0, f->end)) &&
	       (r->book->same_day == NULL ||
		   !reader_match(r, NULL, r->book->same_day,
		       slice_part(text, f->hit.at.start, f->end), 0, &found));
}

/*
 * Sets the windows, from the last frame back.  A frame that needs a time and has
 * none behind it is part of the frame before it: "you have until Friday to
 * accept".
 */
static void
set_windows(struct reader *r, const struct view *view, struct frames *frames)
{
	struct frame kept[FRAMES_MOST], *f;
	const struct frame *before;
	size_t i, k, n = 0;

	for (i = frames->n; i-- > 0;) {
		f = &frames->v[i];
		f->end = f->clause.end;
		for (k = 0; k < n; k++)
			if (kept[k].hit.at.start >= f->hit.at.end &&
			    kept[k].hit.at.start < f->end)
				f->end = kept[k].hit.at.start;
		if (is_timeless(r, view, f))
			continue;
		before = frame_before(frames, f);
		if (before != NULL && f->hit.rule->needs_time &&
		    before->clause.start == f->clause.start &&
		    time_in(r, view, f->hit.at.start, f->end,
			frame_span_room(f), true) == NULL)
			continue;
		kept[n++] = *f;
	}
	for (i = 0; i < n; i++)
		frames->v[i] = kept[n - 1 - i];
	frames->n = n;
}

void
frames_settle(struct reader *r, const struct view *view,
    const struct clauses *clauses, struct frames *frames,
    const struct hits *nothing)
{
	drop_silenced(r, view, frames, nothing);
	set_windows(r, view, frames);
	reach_back(clauses, frames);
}
