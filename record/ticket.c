/* See ticket.h. */
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"

#include "record/redact.h"
#include "record/ticket.h"

const char ticket_schema[] =
    "company domain title opened opened-iso stamp stamp-iso days-open "
    "closed step step-day step-iso " SAY_SUMMARY " "
    "promises(what due state class said quote late id due-iso) "
    "left right left-width right-width width left-middle right-middle "
    "colour";

enum { BADGE_CHAR = 7, BADGE_PAD = 10 }; /* pixels of an 11 px sans serif */

/* Names that must not show: the owner's and those of everybody who signed. */
static struct redaction
redaction_of(const struct case_record *r, const struct released *rel)
{
	struct redaction red = {.plain = rel->plain};
	struct arena *a = r->voice.arena;

	redact_name(a, &red, r->owner);
	for (size_t i = 0; i < r->obligation_count; i++)
		redact_name(a, &red, r->obligations[i].agent);
	for (size_t i = 0; i < r->message_count; i++)
		redact_name(a, &red, r->messages[i].row->from.name);
	return red;
}

static bool
is_released(const struct released *rel, int number)
{
	for (size_t i = 0; i < rel->quote_count; i++)
		if (rel->quotes[i] == number)
			return true;
	return false;
}

static void
add_promise(const struct case_record *r, const struct released *rel,
    const struct redaction *red, const struct obligation *o, struct values *v)
{
	struct values *row = values_add(v, "promises");
	enum obligation_state state = record_state(r, o);
	int32_t offset = zone_offset(r->voice.zone, r->voice.now);
	int late = -obligation_days_left(o, r->voice.now, offset);
	char day[DATE_ROOM];

	values_set(row, "what", say_what(&r->voice, o->action));
	values_set(row, "due", say_due(&r->voice, o));
	values_set(row, "due-iso",
	    arena_strdup(r->voice.arena, due_print(o->due, day)));
	values_set(row, "state", say_state_shown(&r->voice, state));
	values_set(row, "class", obligation_state_name(state));
	values_set(row, "said", say_day(&r->voice, moment_day(o->said)));
	values_printf(row, "id", "%d", o->number);
	values_set(row, "late",
	    state == STATE_LAPSED && late > 0
		? say_count(&r->voice, "days", late)
		: "");
	values_set(row, "quote",
	    is_released(rel, o->number) ? redact(r->voice.arena, o->quote, red)
					: "");
}

/* The badge, like those on pages of software. */
static void
add_badge(
    const struct case_record *r, const struct summary *s, struct values *v)
{
	struct arena *a = r->voice.arena;
	const char *left = r->ladder.row.company_domain;
	const char *days = say_count(&r->voice, "days", s->open_days);
	const char *right =
	    r->ladder.row.closed
		? LETTER_SAY(a, r->voice.letters, "badge-closed", "days", days)
	    : s->lapsed > 0
		? LETTER_SAY(a, r->voice.letters, "badge-overdue", "days", days,
		      "n", arena_printf(a, "%d", s->lapsed))
		: LETTER_SAY(a, r->voice.letters, "badge-open", "days", days);
	int l = (int)strlen(left) * BADGE_CHAR + 2 * BADGE_PAD;
	int w = (int)strlen(right) * BADGE_CHAR + 2 * BADGE_PAD;

	values_set(v, "left", left);
	values_set(v, "right", right);
	values_printf(v, "left-width", "%d", l);
	values_printf(v, "right-width", "%d", w);
	values_printf(v, "width", "%d", l + w);
	values_printf(v, "left-middle", "%d", l / 2);
	values_printf(v, "right-middle", "%d", l + w / 2);
	values_set(v, "colour",
	    r->ladder.row.closed ? "#5d646b"
	    : s->lapsed > 0      ? "#a3430f"
				 : "#1f5f99");
}

void
ticket_values(
    const struct case_record *r, const struct released *rel, struct values *v)
{
	const struct case_row *row = &r->ladder.row;
	struct redaction red = redaction_of(r, rel);
	struct summary s = record_summary(r);
	char day[DATE_ROOM];

	values_set(v, "company", row->company_domain);
	values_set(v, "domain", row->company_domain);
	values_set(v, "title",
	    rel->title ? redact(r->voice.arena, row->title, &red) : "");
	values_set(v, "opened", say_day(&r->voice, moment_day(row->opened)));
	values_set(v, "opened-iso",
	    arena_strdup(
		r->voice.arena, day_print(moment_day(row->opened), day)));
	values_set(v, "stamp", say_day(&r->voice, record_today(r)));
	values_set(v, "stamp-iso",
	    arena_strdup(r->voice.arena, day_print(record_today(r), day)));
	values_set(v, "closed",
	    row->closed ? say_day(&r->voice, moment_day(row->closed_at)) : "");
	if (r->step.taken) {
		values_set(v, "step",
		    say_name(&r->voice, "rung", rung_name(r->step.rung)));
		values_set(v, "step-day", say_day(&r->voice, r->step.day));
		values_set(v, "step-iso",
		    arena_strdup(r->voice.arena, day_print(r->step.day, day)));
	}
	say_summary(v, &s);
	values_printf(v, "days-open", "%d", s.open_days);
	for (size_t i = 0; i < r->obligation_count; i++)
		if (record_is_promise(&r->obligations[i]))
			add_promise(r, rel, &red, &r->obligations[i], v);
	add_badge(r, &s, v);
}
