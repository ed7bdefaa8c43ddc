/*
 * See waiting.h.
 *
 * Readers are kept busy: they are given what is next in the queue while what is
 * before it is decided; several are decided in one transaction, unless one of
 * them has brought us down before.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/shelf.h"
#include "handover.h"
#include "late.h"
#include "step.h"
#include "waiting.h"

/* Of mails that are decided together; and of bytes, for a list of them. */
enum { BATCH = WAITING_BATCH, WAITING_MOST = 1 << 20 };

/* So far the readers are given mails ahead of the one that is decided; those
 * that lie on the shelf are passed over. */
enum { AHEAD = 4096 };

/* On a terminal: how far it is, every hundred mails. */
void
waiting_show(size_t n, const char *what, bool last)
{
	if (!isatty(STDERR_FILENO) || (n % 100 != 0 && !last))
		return;
	fprintf(stderr, "\r%zu mails %s%s", n, what, last ? "\n" : "");
}

/* --- read before its turn --- */

/*
 * Mails of the past are given to the readers as they are kept, for these have
 * nothing else to do yet; what they say lies on a shelf until the mail's turn
 * comes.  A mail for which no reader has time is read when it is its turn, and
 * so is one that is lost here.
 */
enum { GIVEN_UP_MOST = 16 };

struct early_mail {
	int64_t message, received;
	/* At most one of them: */
	struct apart_job *job; /* being read; or given up there */
	struct shelved answer;
};

struct early {
	struct shelf *shelf; /* NULL: none can be had */
	struct early_mail *v; /* by rising numbers */
	size_t n, room;
	size_t settled; /* so many from the start were answered, or given up */
	size_t given_up; /* so many of these */
};

static struct early *
early_of(struct run *run)
{
	struct early *e = run->early;

	if (e == NULL) {
		e = run->early = mem_zeroed(sizeof(*e));
		e->shelf = shelf_open(run->settings.store);
	}
	return e;
}

static void
put_aside(struct run *run, struct early *e, struct early_mail *m)
{
	struct err told_later;

	if (apart_wait(run->readers, m->job, &told_later) != 0) {
		e->given_up++;
		return;
	}
	m->answer = shelf_put(e->shelf, m->job->out);
	apart_drop(run->readers, m->job);
	m->job = NULL;
}

/* Those whose turn has come meanwhile have no job here any more. */
static void
put_answers_aside(struct run *run, struct early *e)
{
	for (; e->settled < e->n; e->settled++) {
		struct early_mail *m = &e->v[e->settled];

		if (m->job == NULL)
			continue;
		if (!reader_ready(run, m->job))
			return;
		put_aside(run, e, m);
	}
}

void
waiting_read_early(
    struct run *run, int64_t message, int64_t received, struct slice raw)
{
	struct early *e = early_of(run);
	struct early_mail m = {.message = message, .received = received};

	put_answers_aside(run, e);
	if (e->shelf == NULL || e->given_up >= GIVEN_UP_MOST ||
	    reader_full(run))
		return;
	if (e->n == e->room) {
		e->room = e->room == 0 ? 256 : 2 * e->room;
		e->v = mem_realloc(e->v, e->room * sizeof(*e->v));
	}
	m.job = reader_job(run);
	raw.p = arena_dup(m.job->arena, raw.p, raw.len);
	reader_ask(run, m.job, raw, true);
	e->v[e->n++] = m;
}

/* NULL: it was not read, or was taken. */
static struct early_mail *
find_early(struct run *run, int64_t message)
{
	struct early *e = run->early;
	size_t from = 0, to = e == NULL ? 0 : e->n, i;

	while (from < to) {
		struct early_mail *m = &e->v[i = from + (to - from) / 2];

		if (m->message == message)
			return m->job == NULL && m->answer.len == 0 ? NULL : m;
		if (m->message < message)
			from = i + 1;
		else
			to = i;
	}
	return NULL;
}

static void
forget_early(struct run *run)
{
	struct early *e = run->early;
	size_t i;

	if (e == NULL)
		return;
	for (i = 0; i < e->n; i++)
		if (e->v[i].job != NULL)
			apart_drop(run->readers, e->v[i].job);
	shelf_close(e->shelf);
	free(e->v);
	free(e);
	run->early = NULL;
}

/* --- the queue --- */

/* A mail that waits, and is read ahead of its turn. */
struct ahead {
	/* Neither: there was nothing to read. */
	struct apart_job *job;
	struct shelved answer; /* on the shelf */
	struct waits waits;
};

/* What waits, in the order in which it is decided. */
struct queue {
	struct run *run;
	struct arena *arena; /* of one message */
	int64_t *messages;
	size_t n;
	size_t asked; /* so many are given to the readers */
	size_t begun; /* one more than the last that was marked */
	size_t careful; /* so many are to be decided alone */
	struct ahead *ahead; /* AHEAD; of message i: i % AHEAD */
};

/* What cannot be had is told when it is to be decided. */
static void
ask_ahead(struct queue *q, size_t i)
{
	struct run *run = q->run;
	struct ahead *ahead = &q->ahead[i % AHEAD];
	struct early_mail *early = find_early(run, q->messages[i]);
	struct slice raw;
	struct err ignored;

	memset(ahead, 0, sizeof(*ahead));
	if (early != NULL) {
		ahead->waits.past = true;
		ahead->waits.received = early->received;
		ahead->job = early->job;
		ahead->answer = early->answer;
		early->job = NULL;
		early->answer.len = 0;
		return;
	}
	ahead->job = reader_job(run);
	if (intake_get(run->store, run->owner, q->messages[i],
		ahead->job->arena, &raw, &ahead->waits, &ignored) == 0) {
		reader_ask(run, ahead->job, raw, ahead->waits.past);
		return;
	}
	apart_drop(run->readers, ahead->job);
	ahead->job = NULL;
}

/* Gives the readers their next mails, from the i-th on. */
static void
read_ahead(struct queue *q, size_t i)
{
	reader_pump(q->run);
	if (q->run->early != NULL)
		put_answers_aside(q->run, q->run->early);
	if (q->asked < i)
		q->asked = i;
	while (q->asked < q->n && q->asked < i + AHEAD &&
	       (!reader_full(q->run) ||
		   find_early(q->run, q->messages[q->asked]) != NULL))
		ask_ahead(q, q->asked++);
}

static void
forget_ahead(struct queue *q)
{
	size_t i;

	for (i = 0; i < AHEAD; i++)
		if (q->ahead[i].job != NULL)
			apart_drop(q->run->readers, q->ahead[i].job);
	forget_early(q->run);
}

/* What was said of it when it was kept. */
static struct slice
take_from_shelf(struct queue *q, struct ahead *ahead)
{
	struct shelved answer = ahead->answer;

	ahead->answer.len = 0;
	return answer.len == 0
		   ? (struct slice){NULL, 0}
		   : shelf_get(q->run->early->shelf, answer, q->arena);
}

static int
decide_message(struct queue *q, size_t i, struct filed *filed, struct err *err)
{
	struct run *run = q->run;
	struct ahead *ahead = &q->ahead[i % AHEAD];
	struct arrival arrival = {.source = "store"};
	struct step step = {
	    .run = run, .arena = q->arena, .arrival = &arrival, .filed = filed};
	int rc = 0;

	read_ahead(q, i);
	if (i < q->asked) {
		step.job = ahead->job;
		step.answer = take_from_shelf(q, ahead);
	}
	if (step.job == NULL && step.answer.len == 0)
		rc = intake_get(run->store, run->owner, filed->message,
		    q->arena, &arrival.raw, &ahead->waits, err);
	ahead->job = NULL;
	step.quiet = ahead->waits.past;
	step.received = ahead->waits.received;
	step.queued = true;
	if (rc == 0)
		rc = step_decide(&step, err);
	if (step.job != NULL)
		apart_drop(run->readers, step.job);
	return rc;
}

/* 1: it took the batch with it, and is to be decided again, alone. */
static int
decide_waiting(
    struct queue *q, size_t i, struct counts *counts, struct err *err)
{
	struct filed filed = {.message = q->messages[i]};
	struct err e = {0};

	arena_reset(q->arena);
	if (decide_message(q, i, &filed, &e) == 0) {
		counts->filed += filed.case_number != 0;
		counts->unfiled += filed.case_number == 0;
		return 0;
	}
	if (err_passes(&e)) {
		*err = e;
		return -1;
	}
	if (store_batch_lost(q->run->store))
		return 1;
	counts->failed++;
	/* It may have been marked as begun, or not. */
	if (intake_try(q->run->store, q->run->owner, filed.message, err) != 0)
		return -1;
	log_warn("mail %lld: %s; it is kept and tried again",
	    (long long)filed.message, e.text);
	return 0;
}

/*
 * How many go together from the i-th on: of those that are given to the
 * readers the first half, so that these have work meanwhile.  One that was
 * begun before stands alone, and so do those behind it: one of them may be the
 * one on which we die.
 */
static size_t
batch_size(struct queue *q, size_t i)
{
	size_t most = q->asked - i, size;

	if (q->asked < q->n)
		most /= 2;
	for (size = 0; size < BATCH && size < most; size++) {
		/* The first may have been marked by the batch before. */
		if (q->ahead[(i + size) % AHEAD].waits.tries == 0 ||
		    q->begun == i + size + 1)
			continue;
		if (size == 0)
			q->careful = BATCH;
		break;
	}
	if (q->careful == 0 && size > 0)
		return size;
	q->careful -= q->careful > 0;
	return 1;
}

/*
 * What is about to be decided is marked before, and that is safe on the disk:
 * the first of a batch stands for it.  The batch before has done so already.
 */
static int
mark_begun(struct queue *q, size_t i, struct err *err)
{
	if (q->begun == i + 1)
		return 0;
	q->begun = i + 1;
	return intake_try(q->run->store, q->run->owner, q->messages[i], err);
}

/* Nobody shall wait for the store while we wait for a reader. */
static void
await_readers(struct queue *q, size_t i, size_t size)
{
	struct err told_later;
	size_t k;

	for (k = i; k < i + size && k < q->asked; k++) {
		struct apart_job *job = q->ahead[k % AHEAD].job;

		read_ahead(q, i);
		if (job != NULL)
			(void)apart_wait(q->run->readers, job, &told_later);
	}
}

/* *size is 0 when it is to be done again, one by one. */
static int
decide_batch(struct queue *q, size_t i, size_t *size, struct counts *counts,
    struct err *err)
{
	struct store *store = q->run->store;
	struct counts done = *counts;
	size_t k;
	int rc = 0;

	if (mark_begun(q, i, err) != 0 || store_batch_begin(store, err) != 0)
		return -1;
	for (k = i; k < i + *size && rc == 0; k++)
		rc = decide_waiting(q, k, &done, err);
	if (rc == 0 && k < q->n)
		rc = mark_begun(q, k, err);
	if (store_batch_end(store, rc == 0 ? err : &(struct err){0}) != 0 &&
	    rc <= 0)
		return -1;
	if (rc > 0) {
		q->careful = BATCH;
		*size = 0;
		return 0;
	}
	*counts = done;
	return rc;
}

static int
decide_alone(struct queue *q, size_t i, struct counts *counts, struct err *err)
{
	if (mark_begun(q, i, err) != 0)
		return -1;
	return decide_waiting(q, i, counts, err);
}

static int
decide_all(struct queue *q, struct counts *counts, struct err *err)
{
	struct counts uncounted = {0},
		      *c = counts == NULL ? &uncounted : counts;
	size_t i, size;
	int rc;

	for (i = 0; i < q->n; i += size) {
		read_ahead(q, i);
		size = batch_size(q, i);
		await_readers(q, i, size);
		rc = size == 1 ? decide_alone(q, i, c, err)
			       : decide_batch(q, i, &size, c, err);
		if (rc != 0)
			return -1;
		if (counts != NULL)
			waiting_show(i + size, "read", i + size == q->n);
	}
	return q->n == 0 ? 0 : store_settle(q->run->store, err);
}

int
file_waiting(struct run *run, struct counts *counts, struct err *err)
{
	struct arena *list = arena_new();
	struct queue q = {.run = run, .arena = arena_new()};
	int rc;

	q.ahead = arena_calloc(list, AHEAD, sizeof(*q.ahead));
	rc = intake_waiting(
	    run->store, run->owner, list, WAITING_MOST, &q.messages, &q.n, err);
	if (rc == 0)
		rc = decide_all(&q, counts, err);
	forget_ahead(&q);
	if (rc == 0)
		rc = late_settle(run, q.arena, err);
	arena_free(q.arena);
	arena_free(list);
	return rc;
}
