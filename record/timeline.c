/*
 * The drawn timeline: where each thing stands.  The template draws; here are
 * only coordinates, in a box of WIDTH units.
 *
 *	ticks   months, or days of a short case
 *	marks   messages: the company's lane above the owner's
 *	gaps    silence of the company: SILENCE_DAYS and more
 *	bars    promises: from the word to the due day, and what came after it
 */
#include <inttypes.h>
#include <string.h>

#include "base/zone.h"

#include "record/axis.h"

enum {
	WIDTH = 1000,
	LEFT = 20,
	RIGHT = 980,
	LANE_COMPANY = 40,
	LANE_OWNER = 70,
	BARS = 112, /* y of the first promise's words */
	BAR_STEP = 34,
	SILENCE_DAYS = 14,
	TICKS_MOST = 7,
	TICK_LAST = 870, /* its words need room */
	WORDS_LEFT = 560 /* words of what begins further right end there */
};

static void
widen(struct axis *s, day_t day)
{
	if (day < s->first)
		s->first = day;
	if (day > s->last)
		s->last = day;
}

static struct axis
axis_of(const struct case_record *r)
{
	day_t today = record_today(r);
	struct axis s = {
	    .first = moment_day(r->ladder.row.opened),
	    .last = today,
	    .left = LEFT,
	    .right = RIGHT,
	    .ticks_most = TICKS_MOST,
	    .tick_last = TICK_LAST,
	};

	if (r->ladder.row.closed)
		s.last = moment_day(r->ladder.row.closed_at);
	for (size_t i = 0; i < r->message_count; i++)
		widen(&s, record_day(r, r->messages[i].row));
	for (size_t i = 0; i < r->obligation_count; i++) {
		const struct obligation *o = &r->obligations[i];

		if (o->stored == STATE_VOID)
			continue;
		widen(&s, moment_day(o->said));
		if (o->due.precision != DUE_NONE &&
		    record_due_day(r, o) < today + AXIS_AHEAD)
			widen(&s, record_due_day(r, o));
	}
	s.last += 1 + (s.last - s.first) / 50;
	return s;
}

static void
add_gap(const struct case_record *r, const struct axis *s, day_t from, day_t to,
    struct values *v)
{
	struct values *gap;
	int x = axis_place(s, from), end = axis_place(s, to);

	if (to - from < SILENCE_DAYS)
		return;
	gap = values_add(v, "gaps");
	values_printf(gap, "x", "%d", x);
	values_printf(gap, "width", "%d", end - x);
	values_printf(gap, "middle", "%d", (x + end) / 2);
	values_set(gap, "label", say_count(&r->voice, "days", to - from));
}

static void
add_marks(const struct case_record *r, const struct axis *s, struct values *v)
{
	day_t heard = moment_day(r->ladder.row.opened);
	day_t end = r->ladder.row.closed ? moment_day(r->ladder.row.closed_at)
					 : record_today(r);

	for (size_t i = 0; i < r->message_count; i++) {
		const struct message_row *m = r->messages[i].row;
		bool theirs = m->direction == FROM_COMPANY;
		day_t day = record_day(r, m);
		struct values *mark = values_add(v, "marks");

		values_printf(mark, "x", "%d", axis_place(s, day));
		values_printf(
		    mark, "y", "%d", theirs ? LANE_COMPANY : LANE_OWNER);
		values_set(mark, "class",
		    !theirs        ? "yours"
		    : m->autoreply ? "machine"
				   : "theirs");
		values_set(mark, "label",
		    arena_printf(r->voice.arena, "%s: %s",
			say_day(&r->voice, day), m->subject));
		values_printf(mark, "id", "m%d", r->messages[i].exhibit);
		if (!theirs || m->autoreply)
			continue;
		add_gap(r, s, heard, day, v);
		heard = day;
	}
	add_gap(r, s, heard, end, v);
}

static void
add_bar(const struct case_record *r, const struct axis *s,
    const struct obligation *o, int y, struct values *v)
{
	enum obligation_state state = record_state(r, o);
	struct values *bar = values_add(v, "bars");
	day_t said = moment_day(o->said), due = record_due_day(r, o);
	day_t end = o->has_settled ? moment_day(o->settled) : record_today(r);
	int x = axis_place(s, said), at = axis_place(s, due);
	/* while they wait for the owner it is no delay of theirs */
	bool after =
	    end > due && state != STATE_SLIPPED && state != STATE_PAUSED;

	values_printf(bar, "text-x", "%d", x <= WORDS_LEFT ? x : RIGHT);
	values_set(bar, "anchor", x <= WORDS_LEFT ? "start" : "end");
	values_printf(bar, "text-y", "%d", y);
	values_printf(bar, "y", "%d", y + 6);
	values_printf(bar, "x", "%d", x);
	values_printf(bar, "width", "%d", at - x > 4 ? at - x : 4);
	values_printf(bar, "late-x", "%d", at);
	values_printf(bar, "late-width", "%d",
	    !after                        ? 0
	    : axis_place(s, end) - at > 3 ? axis_place(s, end) - at
					  : 3);
	values_printf(bar, "end", "%d", after ? axis_place(s, end) : at);
	values_set(bar, "class", obligation_state_name(state));
	values_printf(bar, "number", "%d.%d", o->case_number, o->number);
	values_set(bar, "label",
	    arena_printf(r->voice.arena, "%d.%d %s, %s: %s", o->case_number,
		o->number, say_what(&r->voice, o->action),
		say_due(&r->voice, o), say_state_shown(&r->voice, state)));
}

void
timeline_values(const struct case_record *r, struct values *v)
{
	struct axis s = axis_of(r);
	int y = BARS;

	values_printf(v, "width", "%d", WIDTH);
	values_printf(v, "today", "%d", axis_place(&s, record_today(r)));
	axis_ticks(&s, &r->voice, v);
	add_marks(r, &s, v);
	for (size_t i = 0; i < r->obligation_count; i++) {
		const struct obligation *o = &r->obligations[i];

		if (o->due.precision == DUE_NONE || !record_is_promise(o))
			continue;
		add_bar(r, &s, o, y, v);
		y += BAR_STEP;
	}
	values_printf(v, "base", "%d", y);
	values_printf(v, "height", "%d", y + 30);
}
