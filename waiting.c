/*
 * See waiting.h.
 *
 * Readers are kept busy: they are given what is next in the queue while what is
 * before it is decided; several are decided in one transaction, unless one of
 * them has brought us down before.
 */
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "handover.h"
#include "late.h"
#include "step.h"
#include "waiting.h"

/* Of mails that are decided together; and of bytes, for a list of them. */
enum { BATCH = WAITING_BATCH, WAITING_MOST = 1 << 20 };

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
 * The first mails of the past are given to the readers as they are kept, for
 * these have nothing else to do yet: in the order of their numbers.
 */
struct early {
	size_t n;
	struct early_mail {
		int64_t message, received;
		struct apart_job *job; /* NULL: taken */
	} v[APART_JOBS];
};

void
waiting_read_early(
    struct run *run, int64_t message, int64_t received, struct slice raw)
{
	struct early *e = run->early;
	struct apart_job *job;

	if (e == NULL)
		e = run->early = arena_alloc(run->arena, sizeof(*e));
	if (e->n == APART_JOBS || reader_full(run))
		return;
	job = reader_job(run);
	raw.p = arena_dup(job->arena, raw.p, raw.len);
	reader_ask(run, job, raw, true);
	e->v[e->n].message = message;
	e->v[e->n].received = received;
	e->v[e->n++].job = job;
}

/* NULL: it is not among them. */
static struct early_mail *
find_early(struct run *run, int64_t message)
{
	struct early *e = run->early;
	size_t from = 0, to = e == NULL ? 0 : e->n, i;

	while (from < to) {
		i = from + (to - from) / 2;
		if (e->v[i].message == message)
			return e->v[i].job == NULL ? NULL : &e->v[i];
		if (e->v[i].message < message)
			from = i + 1;
		else
			to = i;
	}
	return NULL;
}

/* But for those of the list. */
static void
drop_early(struct run *run, const int64_t *messages, size_t n)
{
	struct early *e = run->early;
	size_t i, k;

	for (i = 0; e != NULL && i < e->n; i++) {
		for (k = 0; k < n && messages[k] != e->v[i].message; k++)
			;
		if (k < n || e->v[i].job == NULL)
			continue;
		apart_drop(run->readers, e->v[i].job);
		e->v[i].job = NULL;
	}
}

/* --- the queue --- */

/* A mail that waits, and is read ahead of its turn. */
struct ahead {
	struct apart_job *job; /* NULL: there was nothing to read */
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
	struct ahead ahead[APART_JOBS]; /* of message i: i % APART_JOBS */
};

/* What cannot be had is told when it is to be decided. */
static void
ask_ahead(struct queue *q, size_t i)
{
	struct run *run = q->run;
	struct ahead *ahead = &q->ahead[i % APART_JOBS];
	struct early_mail *early = find_early(run, q->messages[i]);
	struct slice raw;
	struct err ignored;

	memset(ahead, 0, sizeof(*ahead));
	if (early != NULL) {
		ahead->waits.past = true;
		ahead->waits.received = early->received;
		ahead->job = early->job;
		early->job = NULL;
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
	if (q->asked < i)
		q->asked = i;
	while (q->asked < q->n && q->asked < i + APART_JOBS &&
	       (!reader_full(q->run) ||
		   find_early(q->run, q->messages[q->asked]) != NULL))
		ask_ahead(q, q->asked++);
}

static void
forget_ahead(struct queue *q)
{
	size_t i;

	for (i = 0; i < APART_JOBS; i++)
		if (q->ahead[i].job != NULL)
			apart_drop(q->run->readers, q->ahead[i].job);
	drop_early(q->run, NULL, 0);
}

static int
decide_message(struct queue *q, size_t i, struct filed *filed, struct err *err)
{
	struct run *run = q->run;
	struct ahead *ahead = &q->ahead[i % APART_JOBS];
	struct arrival arrival = {.source = "store"};
	struct step step = {
	    .run = run, .arena = q->arena, .arrival = &arrival, .filed = filed};
	int rc = 0;

	read_ahead(q, i);
	step.job = i < q->asked ? ahead->job : NULL;
	if (step.job == NULL)
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
		if (q->ahead[(i + size) % APART_JOBS].waits.tries == 0 ||
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
		struct apart_job *job = q->ahead[k % APART_JOBS].job;

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

	rc = intake_waiting(
	    run->store, run->owner, list, WAITING_MOST, &q.messages, &q.n, err);
	if (rc == 0) {
		drop_early(
		    run, q.messages, q.n < APART_JOBS ? q.n : APART_JOBS);
		rc = decide_all(&q, counts, err);
	}
	forget_ahead(&q);
	if (rc == 0)
		rc = late_settle(run, q.arena, err);
	arena_free(q.arena);
	arena_free(list);
	return rc;
}
