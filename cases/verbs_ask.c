/*
 * Verbs that ask: status, list.
 */
#include "base/zone.h"

#include "cases/ledger.h"
#include "cases/verbs.h"

static void
status_line(const struct act *r, struct buf *out, const struct obligation *o)
{
	const struct voice *v = &r->x->voice;
	int32_t offset = zone_offset(v->zone, v->now);

	buf_printf(out, "\n%s",
	    LETTER_SAY(v->arena, v->letters, "status-line", "number",
		arena_printf(v->arena, "%d.%d", o->case_number, o->number),
		"what", say_what(v, o->action), "due", say_due_long(v, o),
		"state", say_state(v, obligation_state_at(o, v->now, offset))));
}

static bool
is_standing(const struct obligation *o)
{
	return o->stored == STATE_OPEN || o->stored == STATE_WAITING;
}

int
verb_status(struct act *r)
{
	const struct voice *v = &r->x->voice;
	struct case_row row;
	struct obligation *o;
	struct buf out = {0};
	size_t n, lines = 0;
	int rc = act_case(r);

	if (rc != DONE)
		return rc;
	if (ledger_case(r->x->store, r->x->owner, v->arena, r->case_number,
		&row, r->err) == -1 ||
	    ledger_obligations(r->x->store, r->x->owner, v->arena,
		r->case_number, false, &o, &n, r->err) == -1)
		return act_outcome(r, -1);
	buf_puts(&out, LETTER_SAY(v->arena, v->letters, "status-head", "case",
			   act_print(r, row.number), "company",
			   row.company_name, "title", row.title));
	for (size_t i = 0; i < n; i++)
		if (is_standing(&o[i])) {
			status_line(r, &out, &o[i]);
			lines++;
		}
	if (lines == 0)
		buf_printf(&out, "\n%s",
		    LETTER_SAY(v->arena, v->letters,
			row.closed ? "status-closed" : "status-none"));
	r->answer = buf_keep(&out, v->arena);
	return DONE;
}

/* The next that is due in the case, of all that stands, by due date. */
static const char *
list_next(const struct act *r, int number, const struct obligation *o, size_t n)
{
	const struct voice *v = &r->x->voice;

	for (size_t i = 0; i < n; i++)
		if (o[i].case_number == number && is_standing(&o[i]))
			return LETTER_SAY(v->arena, v->letters, "list-next",
			    "what", say_what(v, o[i].action), "due",
			    say_due_long(v, &o[i]));
	return "";
}

int
verb_list(struct act *r)
{
	const struct voice *v = &r->x->voice;
	struct case_row *rows;
	struct obligation *o;
	struct buf out = {0};
	size_t cases, n;

	if (ledger_cases(r->x->store, r->x->owner, v->arena, &rows, &cases,
		r->err) == -1 ||
	    ledger_obligations(r->x->store, r->x->owner, v->arena, 0, true, &o,
		&n, r->err) == -1)
		return act_outcome(r, -1);
	for (size_t i = 0; i < cases; i++)
		if (!rows[i].closed)
			buf_printf(&out, "%s%s", out.len > 0 ? "\n" : "",
			    LETTER_SAY(v->arena, v->letters, "list-line",
				"case", act_print(r, rows[i].number), "company",
				rows[i].company_name, "title", rows[i].title,
				"next", list_next(r, rows[i].number, o, n)));
	if (out.len == 0)
		buf_puts(&out, LETTER_SAY(v->arena, v->letters, "list-none"));
	r->answer = buf_keep(&out, v->arena);
	return DONE;
}
