/* The case in numbers; see record.h. */
#include "base/zone.h"

#include "record/record.h"

bool
record_is_promise(const struct obligation *o)
{
	return o->who == WHO_COMPANY && o->kind == KIND_PROMISE &&
	       o->stored != STATE_VOID;
}

enum obligation_state
record_state(const struct case_record *r, const struct obligation *o)
{
	const struct voice *v = &r->voice;

	return obligation_state_at(o, v->now, zone_offset(v->zone, v->now));
}

day_t
record_today(const struct case_record *r)
{
	return moment_day(zone_moment(r->voice.zone, r->voice.now));
}

day_t
record_day(const struct case_record *r, const struct message_row *m)
{
	return moment_day(zone_moment(
	    r->voice.zone, m->has_date ? m->date.utc : m->received));
}

day_t
record_due_day(const struct case_record *r, const struct obligation *o)
{
	if (o->due.precision == DUE_TIME)
		return moment_day(zone_moment(r->voice.zone, o->due.at.utc));
	return o->due.day;
}

static void
count_obligation(
    const struct case_record *r, const struct obligation *o, struct summary *s)
{
	if (!record_is_promise(o))
		return;
	if (o->slipped_to != 0) {
		s->slips++;
		return; /* the promise that took its place is counted */
	}
	s->made++;
	switch (record_state(r, o)) {
	case STATE_KEPT:
		s->kept++;
		break;
	case STATE_LATE:
		s->late++;
		break;
	case STATE_BROKEN:
		s->broken++;
		break;
	case STATE_LAPSED:
		s->lapsed++;
		break;
	case STATE_OPEN:
	case STATE_WAITING:
	case STATE_PAUSED:
		s->open++;
		break;
	case STATE_SLIPPED:
	case STATE_VOID:
		break;
	}
}

struct summary
record_summary(const struct case_record *r)
{
	const struct case_row *row = &r->ladder.row;
	struct summary s = {0};
	day_t end = row->closed ? moment_day(row->closed_at) : record_today(r);
	day_t heard = moment_day(row->opened);

	s.open_days = end - moment_day(row->opened);
	for (size_t i = 0; i < r->obligation_count; i++)
		count_obligation(r, &r->obligations[i], &s);
	for (size_t i = 0; i < r->message_count; i++) {
		const struct message_row *m = r->messages[i].row;
		day_t day = record_day(r, m);

		s.messages++;
		s.yours += m->direction == FROM_OWNER;
		if (m->direction != FROM_COMPANY || m->autoreply)
			continue;
		s.theirs++;
		if (day - heard > s.longest_silence)
			s.longest_silence = day - heard;
		heard = day;
	}
	if (!row->closed && end - heard > s.longest_silence)
		s.longest_silence = end - heard;
	for (size_t i = 0; i < r->entry_count; i++) {
		s.minutes += r->entries[i].minutes;
		s.trips += r->entries[i].kind == ENTRY_VISIT;
	}
	return s;
}

void
say_summary(struct values *v, const struct summary *s)
{
	values_printf(v, "made", "%d", s->made);
	values_printf(v, "kept", "%d", s->kept);
	values_printf(v, "late", "%d", s->late);
	values_printf(v, "broken", "%d", s->broken);
	values_printf(v, "open", "%d", s->open);
	values_printf(v, "lapsed", "%d", s->lapsed);
	values_printf(v, "slips", "%d", s->slips);
	values_printf(v, "messages", "%d", s->messages);
	values_printf(v, "theirs", "%d", s->theirs);
	values_printf(v, "yours", "%d", s->yours);
}
