/* See timing.h. */
#include <stdint.h>
#include <string.h>

#include "rules/times.h"
#include "rules/timing.h"

/* "on Friday or Saturday": of times that are joined so the last one counts. */
static const struct when *
last_joined(struct reader *r, const struct view *view, const struct when *time)
{
	const struct when *end;
	struct span found;

	if (time == NULL || r->book->either == NULL)
		return time;
	end = view->times.v + view->times.n;
	for (; time + 1 < end && !when_is_open(time + 1) &&
	       reader_match(r, NULL, r->book->either,
		   slice_part(view->raw.text, time->end, time[1].start), 0,
		   &found);
	     time++)
		continue;
	return time;
}

/* The last day told before a place in the raw text, or in the sentence before;
 * NULL when none. */
static const struct when *
day_before(const struct view *view, size_t at)
{
	const struct when *day = NULL;
	size_t i;

	for (i = 0; i < view->times.n; i++)
		if (view->times.v[i].end <= at &&
		    when_tells_day(&view->times.v[i]))
			day = &view->times.v[i];
	if (day == NULL && view->previous != NULL)
		day = day_before(view->previous, SIZE_MAX);
	return day;
}

/* "He will put it through that day": of a frame without a time, the day that
 * was told before, at the words that stand for it.  NULL when there is none. */
static const struct when *
same_day(struct reader *r, const struct view *view, const struct frame *frame)
{
	struct slice words =
	    slice_part(view->marked.text, frame->hit.at.start, frame->end);
	const struct when *day;
	struct when *same;
	struct span found;
	size_t start;

	if (r->book->same_day == NULL ||
	    !reader_match(r, NULL, r->book->same_day, words, 0, &found))
		return NULL;
	start = folded_start(&view->marked, frame->hit.at.start + found.start);
	day = day_before(view, start);
	if (day == NULL)
		return NULL;
	same = arena_alloc(r->arena, sizeof(*same));
	*same = *day;
	same->start = start;
	same->end = folded_end(&view->marked, frame->hit.at.start + found.end);
	return same;
}

/* "It comes on Friday and he will be there by 10": at ten on that day. */
static const struct when *
on_day(struct reader *r, const struct view *view, const struct when *clock)
{
	const struct when *w, *day = NULL;
	struct when *both;

	if (clock == NULL || clock->expr[0] != '@' || when_is_open(clock))
		return clock;
	for (w = view->times.v; w < clock; w++)
		if (when_tells_day(w))
			day = strchr(w->expr, '@') == NULL ? w : NULL;
	if (day == NULL)
		return clock;
	both = arena_alloc(r->arena, sizeof(*both));
	*both = *clock;
	both->class = day->class;
	both->expr = arena_printf(r->arena, "%s %s", day->expr, clock->expr);
	return both;
}

/* "You will hear the day after": of the day that the sentence before told; where
 * it told none, after something that the clock waits for. */
static const struct when *
after_told(struct reader *r, const struct view *view, const struct when *time)
{
	const struct when *day = NULL;
	struct when *counted;

	if (!when_follows(time))
		return time;
	if (view->previous != NULL)
		day = day_before(view->previous, SIZE_MAX);
	counted = arena_alloc(r->arena, sizeof(*counted));
	*counted = *time;
	if (day == NULL)
		counted->condition = true;
	else
		counted->expr = when_counted_from(r->arena, day, time);
	return counted;
}

/* Behind the head, else behind a later one, else before all. */
static const struct when *
time_beside(struct reader *r, const struct view *view,
    const struct frames *frames, const struct frame *frame,
    const struct heads *heads, size_t i, bool gone_too)
{
	const struct span room = frame_span_room(frame);
	size_t start = frame->hit.at.start;
	size_t from = i == 0 ? start : heads->v[i].start;
	size_t to = i + 1 < heads->n ? heads->v[i + 1].start : frame->end;
	const struct when *time = time_in(r, view, from, to, room, gone_too);
	const struct frame *before;

	if (time == NULL && to < frame->end)
		time = time_in(r, view, to, frame->end, room, gone_too);
	if (time == NULL && i > 0)
		time = time_in(r, view, start, from, room, gone_too);
	if (time != NULL)
		return time;
	/* What is read otherwise has its time in its own words. */
	from = frame->hit.rule->otherwise ? start : frame->clause.start;
	before = frame_before(frames, frame);
	if (before != NULL && before->end > from)
		from = before->end;
	return time_in(r, view, from, start, room, gone_too);
}

const struct when *
time_of(struct reader *r, const struct view *view, const struct frames *frames,
    const struct frame *frame, const struct heads *heads, size_t i)
{
	const struct when *time =
	    time_beside(r, view, frames, frame, heads, i, false);

	if (time == NULL)
		time = time_beside(r, view, frames, frame, heads, i, true);
	if (time == NULL)
		return same_day(r, view, frame);
	return after_told(r, view, on_day(r, view, last_joined(r, view, time)));
}

size_t
next_conjunct(
    struct reader *r, const struct view *view, size_t from, size_t end)
{
	size_t first = next_day(view, from, end), second;
	struct slice between;
	struct span found;

	for (; r->book->gap != NULL && first < end; first = second) {
		second = next_day(view, first + 1, end);
		if (second == end)
			break;
		between = slice_part(view->marked.text, first + 1, second);
		if (reader_match(r, NULL, r->book->gap, between, 0, &found))
			return first + 1;
	}
	return end;
}
