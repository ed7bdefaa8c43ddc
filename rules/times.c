/* See times.h. */
#include <ctype.h>
#include <string.h>

#include "rules/times.h"

bool
is_mark(char c)
{
	return c >= MARK_FIRST && c <= MARK_LAST;
}

bool
has_mark(struct slice marked)
{
	size_t i;

	for (i = 0; i < marked.len; i++)
		if (is_mark(marked.p[i]))
			return true;
	return false;
}

const struct when *
time_at(const struct view *view, size_t mark)
{
	size_t i, start = folded_start(&view->marked, mark);

	for (i = 0; i < view->times.n; i++)
		if (view->times.v[i].start == start)
			return &view->times.v[i];
	return NULL;
}

/* "on your April bill": any day of a month. */
static bool
is_month(const struct when *w)
{
	return w->expr[0] == 'm' && isdigit((unsigned char)w->expr[1]) &&
	       strchr(w->expr, ' ') == NULL;
}

/* How well a kind of phrase says by when; 0: it does not. */
static int
time_rank(const struct when *w)
{
	static const int rank[] = {[WHEN_LIMIT] = 6,
	    [WHEN_POINT] = 5,
	    [WHEN_CLOCK] = 3,
	    [WHEN_SPAN] = 3,
	    [WHEN_VAGUE] = 1,
	    [WHEN_PAST] = 0};

	if (w->class == WHEN_POINT && is_month(w))
		return 4;
	return w->vague && rank[w->class] > 1 ? 1 : rank[w->class];
}

/* "10-03", "m10", "dmy:3/10": the first such day to come. */
static bool
no_year(const char *expr)
{
	if (strncmp(expr, "dmy:", 4) == 0)
		return strchr(expr, '/') == strrchr(expr, '/');
	return (expr[0] == 'm' && expr[1] >= '0' && expr[1] <= '9') ||
	       (strlen(expr) >= 5 && expr[2] == '-' &&
		   (expr[5] == '\0' || expr[5] == ' '));
}

bool
is_gone(const char *expr, struct due due, struct moment anchor)
{
	int ahead = due.day - moment_day(anchor);

	return due.precision != DUE_NONE &&
	       (ahead < 0 || (ahead > AHEAD_MOST && no_year(expr)));
}

/* True when the phrase tells a day that is gone already. */
static bool
has_gone(const struct reader *r, const struct when *w)
{
	return r->calendar != NULL && when_tells_day(w) && !when_follows(w) &&
	       is_gone(w->expr,
		   calendar_due(
		       r->arena, r->calendar, w->expr, r->anchor, NULL),
		   r->anchor);
}

const struct when *
time_in(const struct reader *r, const struct view *view, size_t start,
    size_t end, struct span frame, bool gone_too)
{
	const struct when *best = NULL, *w;
	struct slice text = view->marked.text;
	size_t i;

	if (view->times.n == 0)
		return NULL;
	for (i = start; i < end && i < text.len; i++) {
		if (!is_mark(text.p[i]))
			continue;
		w = time_at(view, i);
		if (w == NULL || (w->class == WHEN_SPAN &&
				     (i < frame.start || i >= frame.end)))
			continue;
		if (time_rank(w) > (best == NULL ? 0 : time_rank(best)) &&
		    (gone_too || !has_gone(r, w)))
			best = w;
	}
	return best;
}

bool
names_day(const struct when *w)
{
	return w != NULL && (w->class == WHEN_POINT || w->class == WHEN_CLOCK ||
				(w->class == WHEN_LIMIT && w->expr[0] != '+'));
}

bool
counts_back(const struct when *w)
{
	return strncmp(w->expr, "event back", 10) == 0;
}

size_t
next_day(const struct view *view, size_t from, size_t end)
{
	struct slice text = view->marked.text;
	const struct when *w;

	for (; from < end; from++) {
		if (!is_mark(text.p[from]))
			continue;
		w = time_at(view, from);
		if (w != NULL &&
		    (when_tells_day(w) || w->class == WHEN_LIMIT) &&
		    !when_is_open(w))
			break;
	}
	return from;
}
