/*
 * See idle.h.  Reading must not change by being watched: what is looked at
 * only for an explanation is looked at with a reader of its own.
 */
#include "rules/commitment.h"
#include "rules/explain.h"
#include "rules/idle.h"

/* What would be read here if the zone were. */
static void
note_unread(struct reader *r, struct reader *probe, const struct view *view,
    enum zone zone)
{
	struct commitments made = commitments_read(probe, view);
	size_t i;

	for (i = 0; i < made.n; i++)
		explain_miss(r, view, made.v[i].rule, made.v[i].words,
		    arena_printf(r->arena, "%s is not read for promises",
			zone_name(zone)),
		    NULL);
}

/* A time, and no rule that says who will do what by it: because of what the
 * sentence is (a question, reported words), or for no reason that is known. */
static void
note_idle_time(struct reader *r, struct reader *probe, const struct view *view)
{
	struct hits nothing =
	    reader_hits(probe, SAYS_NOTHING, view, view->marked.text);
	const struct rule *by = nothing.n > 0 ? nothing.v[0].rule : NULL;
	size_t i;

	for (i = 0; i < view->times.n; i++) {
		if (view->times.v[i].class == WHEN_PAST)
			continue;
		explain_time(r, &view->times.v[i], by);
		return;
	}
}

void
idle_end(struct reader *r, const struct view *view)
{
	struct reader probe;
	struct view again;

	if (r->explanation == NULL || explain_taken(r))
		return;
	probe = reader_new(r->arena, r->pack, r->book, r->sender);
	again = view_new(
	    &probe, view->raw.text, 0, view->raw.text.len, ZONE_BODY, true);
	if (view->zone == ZONE_BODY)
		note_idle_time(r, &probe, &again);
	else
		note_unread(r, &probe, &again, view->zone);
}

void
idle_quoted(struct reader *r, struct slice text, const struct sentence *s)
{
	struct reader probe;
	struct view view;

	if (r->explanation == NULL)
		return;
	probe = reader_new(r->arena, r->pack, r->book, r->sender);
	view = view_new(&probe, text, s->start, s->end, s->zone, true);
	explain_sentence(r, text, &view);
	idle_end(r, &view);
}
