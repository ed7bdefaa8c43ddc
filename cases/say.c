/* See say.h. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/zone.h"

#include "cases/say.h"

static char *
number(const struct voice *v, int64_t n)
{
	return arena_printf(v->arena, "%" PRId64, n);
}

static char *
phrase(const struct voice *v, const char *key)
{
	return LETTER_SAY(v->arena, v->letters, key);
}

/* "weekday-1", "what-refund". */
static char *
phrase_of(const struct voice *v, const char *group, const char *name)
{
	return phrase(v, arena_printf(v->arena, "%s-%s", group, name));
}

char *
say_day(const struct voice *v, day_t day)
{
	struct civil c = civil_of_day(day);

	return LETTER_SAY(v->arena, v->letters, "date", "weekday",
	    phrase_of(v, "weekday", number(v, weekday_of(day))), "day",
	    number(v, c.day), "month",
	    phrase_of(v, "month", number(v, c.month)), "year",
	    number(v, c.year));
}

char *
say_moment(const struct voice *v, int64_t utc)
{
	struct moment local = zone_moment(v->zone, utc);
	int second = moment_second(local);

	return LETTER_SAY(v->arena, v->letters, "date-time", "date",
	    say_day(v, moment_day(local)), "time",
	    arena_printf(
		v->arena, "%02d:%02d", second / 3600, second / 60 % 60));
}

char *
say_relative(const struct voice *v, day_t day)
{
	int days = day - moment_day(zone_moment(v->zone, v->now));

	switch (days) {
	case 0:
		return phrase(v, "today");
	case 1:
		return phrase(v, "tomorrow");
	case -1:
		return phrase(v, "yesterday");
	default:
		return LETTER_SAY(v->arena, v->letters,
		    days > 0 ? "in-days" : "days-ago", "n",
		    number(v, abs(days)));
	}
}

/* The due day as the owner's clock shows it. */
static day_t
due_day(const struct voice *v, const struct due *due)
{
	return due->precision == DUE_TIME
		   ? moment_day(zone_moment(v->zone, due->at.utc))
		   : due->day;
}

char *
say_due(const struct voice *v, const struct obligation *o)
{
	switch (o->due.precision) {
	case DUE_DAY:
		return say_day(v, o->due.day);
	case DUE_TIME:
		return say_moment(v, o->due.at.utc);
	case DUE_NONE:
		break;
	}
	if (o->condition || o->stored == STATE_WAITING)
		return phrase(v, "due-waiting");
	return phrase(v, o->vague ? "due-vague" : "due-none");
}

char *
say_due_long(const struct voice *v, const struct obligation *o)
{
	if (o->due.precision == DUE_NONE)
		return say_due(v, o);
	return LETTER_SAY(v->arena, v->letters, "date-relative", "date",
	    say_due(v, o), "relative", say_relative(v, due_day(v, &o->due)));
}

static void
add_date(const struct voice *v, struct buf *out, const struct due *due)
{
	struct civil c = civil_of_day(due_day(v, due));

	buf_printf(out, "%s%s", out->len > 0 ? ", " : "",
	    LETTER_SAY(v->arena, v->letters, "date-short", "day",
		number(v, c.day), "month",
		phrase_of(v, "month", number(v, c.month))));
}

char *
say_dates(const struct voice *v, const struct obligation *o)
{
	struct buf out = {0};
	size_t i;

	for (i = 0; i < o->earlier_count; i++)
		add_date(v, &out, &o->earlier[i]);
	if (o->earlier_count > 0 && o->due.precision != DUE_NONE)
		add_date(v, &out, &o->due);
	buf_puts(&out, "");
	return buf_keep(&out, v->arena);
}

char *
say_what(const struct voice *v, enum action action)
{
	return phrase_of(v, "what", action_name(action));
}

char *
say_state(const struct voice *v, enum obligation_state state)
{
	return phrase_of(v, "state", obligation_state_name(state));
}

char *
say_state_shown(const struct voice *v, enum obligation_state state)
{
	return state == STATE_PAUSED ? phrase(v, "state-paused-shown")
				     : say_state(v, state);
}

char *
say_name(const struct voice *v, const char *group, const char *name)
{
	return phrase_of(v, group, name);
}

char *
say_minutes(const struct voice *v, int minutes)
{
	if (minutes < 60)
		return LETTER_SAY(
		    v->arena, v->letters, "minutes", "n", number(v, minutes));
	if (minutes % 60 == 0)
		return LETTER_SAY(v->arena, v->letters, "hours", "n",
		    number(v, minutes / 60));
	return LETTER_SAY(v->arena, v->letters, "hours-minutes", "hours",
	    number(v, minutes / 60), "minutes", number(v, minutes % 60));
}

char *
say_money(const struct voice *v, int64_t cents, const char *currency)
{
	const char *c = currency == NULL ? "" : currency;
	bool code = isupper((unsigned char)*c) != 0;

	return arena_printf(v->arena, "%s%" PRId64 ".%02" PRId64 "%s%s",
	    code ? "" : c, cents / 100, cents % 100, code ? " " : "",
	    code ? c : "");
}

char *
say_count(const struct voice *v, const char *key, int n)
{
	return LETTER_SAY(v->arena, v->letters,
	    arena_printf(v->arena, "%s-%s", key, n == 1 ? "one" : "many"), "n",
	    number(v, n));
}

void
say_obligation(
    const struct voice *v, struct values *values, const struct obligation *o)
{
	int32_t offset = zone_offset(v->zone, v->now);

	values_printf(values, "number", "%d.%d", o->case_number, o->number);
	values_set(values, "what", say_what(v, o->action));
	values_set(values, "due", say_due(v, o));
	values_set(values, "relative",
	    o->due.precision == DUE_NONE
		? ""
		: say_relative(v, due_day(v, &o->due)));
	values_set(values, "quote", o->quote);
	values_set(values, "said", say_day(v, moment_day(o->said)));
	values_set(values, "agent", o->agent);
	values_set(values, "slips",
	    o->slips > 0 ? say_count(v, "slips", o->slips) : "");
	values_set(values, "dates", say_dates(v, o));
	values_set(values, "state",
	    say_state(v, obligation_state_at(o, v->now, offset)));
}
