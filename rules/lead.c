/*
 * See lead.h.  The definition `lead-in` matches the words that want a verb
 * behind them; the item is looked at as "We will" + " " + "pay you by Friday".
 */
#include "rules/lead.h"

struct slice
lead_words(struct reader *r, const struct view *view)
{
	struct slice text = view->spelled.text;
	struct span found;

	if (view->zone != ZONE_BODY || r->book->lead_in == NULL ||
	    !reader_match(r, NULL, r->book->lead_in, text, 0, &found))
		return (struct slice){NULL, 0};
	return slice_part(text, found.start, found.end);
}

struct view
lead_view(struct reader *r, struct slice lead, struct slice text,
    const struct sentence *item)
{
	struct slice said = slice_part(text, item->start, item->end);
	struct buf words = {0};
	struct slice joined;
	struct view view;

	buf_slice(&words, lead);
	buf_putc(&words, ' ');
	buf_slice(&words, said);
	joined.len = words.len;
	joined.p = buf_keep(&words, r->arena);
	view = view_new(r, joined, 0, joined.len, item->zone, false);
	view.start = item->start;
	view.end = item->end;
	view.lead = lead.len + 1;
	return view;
}
