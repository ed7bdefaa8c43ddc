/*
 * Mail that comes out of order: what was placed without it is placed again, as
 * if all had come in the order in which it was sent.  See late.h and step.h.
 */
#include <string.h>

#include "base/log.h"
#include "cases/event.h"
#include "cases/ledger.h"
#include "late.h"
#include "step.h"

/* A mail that was placed before, read again, all of it. */
static int
understand_again(struct step *s, struct run *run, struct arena *a,
    struct filed *filed, int64_t message, struct err *err)
{
	struct arrival *arrival = arena_calloc(a, 1, sizeof(*arrival));
	struct waits waits;

	arrival->source = "store";
	memset(filed, 0, sizeof(*filed));
	filed->message = message;
	*s = (struct step){
	    .run = run, .arena = a, .arrival = arrival, .filed = filed};
	if (intake_get(run->store, run->owner, message, a, &arrival->raw,
		&waits, err) != 0)
		return -1;
	s->received = waits.received;
	if (step_understand(s, err) != 0 || step_judge(s, err) != 0)
		return -1;
	placing_collect(s);
	s->placing.twin = s->mail->twin;
	return 0;
}

/* What the owner has put into a case was perhaps left unread before. */
static int
read_again_whole(struct step *s, struct err *err)
{
	s->direction =
	    s->mail->sender == WHO_CUSTOMER ? FROM_OWNER : FROM_COMPANY;
	return thread_read(s->run->store, s->run->owner, s->arena,
	    s->run->thread_words, &s->placing, err);
}

/* change: of which it is part; NULL: of one of its own. */
static int
read_again(struct run *run, struct arena *a, int64_t message, int case_number,
    struct change *change, struct err *err)
{
	struct applied applied = {0};
	struct message_row row;
	struct filed filed;
	struct step s;

	if (ledger_message(run->store, run->owner, a, message, &row, err) !=
		0 ||
	    understand_again(&s, run, a, &filed, message, err) != 0)
		return -1;
	s.direction = row.direction;
	if (change == NULL && read_again_whole(&s, err) != 0)
		return -1;
	if (s.direction == FROM_COMMAND || s.placing.bounce)
		return 0;
	return step_apply(&s, case_number, change, &applied, err);
}

int
late_read(struct run *run, struct arena *a, int64_t message, int case_number,
    struct err *err)
{
	return read_again(run, a, message, case_number, NULL, err);
}

/* Earlier unfiled mail that this one has explained is read now. */
static int
late_read_joined(struct step *s, struct err *err)
{
	const struct placement *p = &s->placement;
	size_t i;

	for (i = 0; i < p->joined_count; i++)
		if (late_read(s->run, s->arena, p->joined[i], p->number, err) !=
		    0)
			return -1;
	return 0;
}

int
step_read(struct step *s, struct err *err)
{
	if (late_read_joined(s, err) != 0)
		return -1;
	if (s->placement.number == 0 || s->direction == FROM_PROMISED ||
	    s->direction == FROM_COMMAND || s->placing.bounce)
		return 0;
	return step_apply(s, s->placement.number, NULL, &s->applied, err);
}

/* Unfiled until now: where does it belong, as things are? */
static int
place_again(struct step *late, int64_t message, struct err *err)
{
	struct filed filed;
	struct step s;

	/* It was read once; if it cannot be now, it stays where it is. */
	if (understand_again(
		&s, late->run, late->arena, &filed, message, err) != 0)
		return err_passes(err) ? -1 : 0;
	s.placing.sent = late->placing.sent;
	s.placing.cause = late->filed->message;
	s.placing.again = late->placing.again;
	if (placing_find(&s, err) != 0)
		return -1;
	if (s.placement.number == 0)
		return 0;
	if (placing_take(&s, err) != 0 || placing_describe(&s, err) != 0)
		return -1;
	return s.placing.again != NULL
		   ? again_also(s.placing.again, message, err)
		   : step_read(&s, err);
}

/* A mail that comes late is missed by those that were placed without it. */
int
late_look_back(struct step *s, struct err *err)
{
	int64_t *messages;
	size_t i, n;

	if (s->placement.number == 0 || s->placement.stranger)
		return 0;
	if (thread_unfiled_after(s->run->store, s->run->owner, s->arena,
		s->placement.number, s->placing.date.utc, &messages, &n,
		err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (place_again(s, messages[i], err) != 0)
			return -1;
	return 0;
}

/* --- in the order in which it was sent --- */

static int
place_in_turn(struct step *s, struct again *again, size_t i, struct err *err)
{
	size_t k;

	s->placing.again = again;
	if (placing_find(s, err) != 0 || placing_take(s, err) != 0 ||
	    placing_describe(s, err) != 0 || late_look_back(s, err) != 0)
		return -1;
	for (k = 0; k < s->placement.joined_count; k++)
		if (again_also(again, s->placement.joined[k], err) != 0)
			return -1;
	return again_placed(again, i, s->placement.number, err);
}

static void
note_doubt(struct step *late, const struct step *s)
{
	struct doubted *d;

	if (s->placement.by != PLACED_DOUBT)
		return;
	late->doubted = arena_grow(late->arena, late->doubted,
	    late->doubted_count, sizeof(*late->doubted));
	d = &late->doubted[late->doubted_count++];
	d->message = s->filed->message;
	d->placement = s->placement;
}

/* What cannot be read any more is in no case, and said so in the log. */
static int
place_other(struct step *late, struct again *again, size_t i, struct err *err)
{
	struct filed filed;
	struct step s;
	struct err e = {0};

	if (understand_again(&s, late->run, late->arena, &filed,
		again->v[i].message, &e) == 0) {
		if (place_in_turn(&s, again, i, err) != 0)
			return -1;
		note_doubt(late, &s);
		return 0;
	}
	*err = e;
	if (err_passes(&e))
		return -1;
	log_warn("mail %lld: %s", (long long)again->v[i].message, e.text);
	return again_placed(again, i, 0, err);
}

static int
read_moved(struct step *s, struct again *again, struct err *err)
{
	size_t i;

	for (i = 0; i < again->n; i++)
		if (again->v[i].moved &&
		    read_again(s->run, s->arena, again->v[i].message,
			again->v[i].now, again->change, err) != 0)
			return -1;
	return 0;
}

static int
number_of(const struct again *again, int64_t message)
{
	size_t i;

	for (i = 0; i < again->n; i++)
		if (again->v[i].message == message)
			return again->v[i].now;
	return 0;
}

static int
know_candidates(
    struct step *s, int64_t message, struct placement *p, struct err *err)
{
	return ledger_candidates(s->run->store, s->run->owner, s->arena,
	    message, &p->candidates, &p->candidate_count, err);
}

/* Those that are still to be asked about. */
static int
know_doubts(struct step *s, const struct again *again, struct err *err)
{
	struct doubted *d;
	size_t i, n = 0;

	for (i = 0; i < s->doubted_count; i++) {
		d = &s->doubted[i];
		if (number_of(again, d->message) != 0)
			continue;
		if (know_candidates(s, d->message, &d->placement, err) != 0)
			return -1;
		s->doubted[n++] = *d;
	}
	s->doubted_count = n;
	return 0;
}

/* Cases have their true numbers only now. */
static int
know_place(struct step *s, const struct again *again, struct err *err)
{
	s->placement.number = number_of(again, s->filed->message);
	if (s->placement.number != 0 && s->placement.by == PLACED_UNFILED) {
		s->placement.by = PLACED_REFERENCES;
		s->placement.why = "is answered in this case";
	}
	s->filed->case_number = s->placement.number;
	s->filed->placed_by = s->placement.by;
	s->again = again->told;
	if (s->placement.by == PLACED_DOUBT &&
	    know_candidates(s, s->filed->message, &s->placement, err) != 0)
		return -1;
	return know_doubts(s, again, err);
}

/* All that were sent after this one are placed again, and it before them. */
static int
place_in_order(struct step *s, struct err *err)
{
	struct run *run = s->run;
	struct again *again;
	size_t i, n;
	int rc = 0;

	if (again_begin(run->store, run->owner, s->arena, s->filed->message,
		run->now.utc, &again, err) != 0)
		return -1;
	for (i = 0, n = again->n; i < n && rc == 0; i++)
		rc = s->mail != NULL && again->v[i].message == s->filed->message
			 ? place_in_turn(s, again, i, err)
			 : place_other(s, again, i, err);
	s->placing.again = NULL;
	if (rc != 0 || again_end(again, err) != 0 ||
	    read_moved(s, again, err) != 0 || again_tell(again, err) != 0)
		return -1;
	return know_place(s, again, err);
}

/* In no case, until those behind it are taken out of theirs. */
int
late_place(struct step *s, struct err *err)
{
	struct run *run = s->run;
	struct placement none = {.by = PLACED_UNFILED,
	    .why = "belongs to no case",
	    .numbers = s->placement.numbers,
	    .print = s->placement.print};

	s->placement = none;
	if (placing_take(s, err) != 0 || placing_describe(s, err) != 0 ||
	    place_in_order(s, err) != 0)
		return -1;
	if (s->placement.number == 0)
		return 0;
	return event_note(run->store, run->owner, s->placement.number,
	    ACTOR_MAIL, s->placement.by == PLACED_NEW ? "opened" : "filed",
	    s->placement.why, s->filed->message, run->now.utc, err);
}

/* --- what the queue has marked --- */

/* One that came late: it and those that were sent after it. */
static int
settle_late(struct run *run, struct arena *a, int64_t message, struct err *err)
{
	struct filed filed = {.message = message};
	struct arrival arrival = {.source = "store"};
	struct step late = {
	    .run = run, .arena = a, .arrival = &arrival, .filed = &filed};

	return place_in_order(&late, err);
}

/* Those that the queue has marked; one may do for those behind it too. */
int
late_settle(struct run *run, struct arena *a, struct err *err)
{
	int64_t message;

	for (;;) {
		arena_reset(a);
		if (store_begin(run->store, err) != 0)
			return -1;
		if (again_next_late(run->store, run->owner, &message, err) !=
			0 ||
		    (message != 0 && settle_late(run, a, message, err) != 0) ||
		    store_commit(run->store, err) != 0) {
			store_rollback(run->store);
			return -1;
		}
		if (message == 0)
			return 0;
	}
}
