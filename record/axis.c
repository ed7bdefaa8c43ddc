/* See axis.h. */
#include "record/axis.h"

int
axis_place(const struct axis *x, day_t day)
{
	int64_t span = x->last - x->first;
	int64_t at = (int64_t)(day - x->first) * (x->right - x->left);

	at = x->left + (span > 0 ? at / span : 0);
	return at < x->left ? x->left : at > x->right ? x->right : (int)at;
}

void
axis_set(const struct axis *x, struct values *v, const char *name, int place)
{
	if (x->tenths)
		values_printf(v, name, "%d.%d", place / 10, place % 10);
	else
		values_printf(v, name, "%d", place);
}

static char *
month_label(const struct voice *voice, struct civil c)
{
	const struct letters *l = voice->letters;
	struct arena *a = voice->arena;
	const char *key = arena_printf(a, "month-%d", c.month);

	return LETTER_SAY(a, l, "month-year", "month",
	    letter_phrase(a, l, &key, 1), "year",
	    arena_printf(a, "%d", c.year));
}

void
axis_ticks(const struct axis *x, const struct voice *voice, struct values *v)
{
	int months = (x->last - x->first) / 30 / x->ticks_most + 1;
	struct civil c = civil_of_day(x->first);
	day_t day;

	c.day = 1;
	for (day = day_of_civil(c); day <= x->last;
	     day = day_add_months(day, months)) {
		struct values *tick;

		if (day < x->first || axis_place(x, day) > x->tick_last)
			continue;
		tick = values_add(v, "ticks");
		axis_set(x, tick, "x", axis_place(x, day));
		values_set(
		    tick, "label", month_label(voice, civil_of_day(day)));
	}
}
