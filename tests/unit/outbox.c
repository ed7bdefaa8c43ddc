/* The outbox: nothing is sent twice silently, nothing is lost silently. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "cases/outbox.h"
#include "cases/store.h"

enum { NOW = 1772445600 }; /* 2 March 2026, 10:00 UTC */

struct box {
	char dir[64], path[80];
	struct store *s;
	struct arena *a;
	struct err err;
	int64_t owner;
};

static int
setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return -1;
	strcpy(b->dir, "/tmp/promised-outbox-XXXXXX");
	*state = b;
	if (mkdtemp(b->dir) == NULL)
		return -1;
	snprintf(b->path, sizeof(b->path), "%s/store", b->dir);
	b->s = store_open(b->path, STORE_CREATE, &b->err);
	b->a = arena_new();
	return b->s == NULL ||
	       store_owner(b->s, "me@example.org", &b->owner, &b->err) == -1;
}

static int
teardown(void **state)
{
	static const char *const ends[] = {
	    "", "-wal", "-shm", ".1.sending", ".2.sending"};
	struct box *b = *state;
	char path[100];

	store_close(b->s);
	arena_free(b->a);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", b->path, ends[i]);
		unlink(path);
	}
	rmdir(b->dir);
	free(b);
	return 0;
}

/* Every step of these tests is a transaction of its own. */
#define STEP(b, want, call)                                                   \
	do {                                                                  \
		int got;                                                      \
		assert_int_equal(store_begin((b)->s, &(b)->err), 0);          \
		got = (call);                                                 \
		if (got != (want))                                            \
			fail_msg("%s: %d (%s)", #call, got, (b)->err.text);   \
		if (got < 0)                                                  \
			store_rollback((b)->s);                               \
		else                                                          \
			assert_int_equal(store_commit((b)->s, &(b)->err), 0); \
	} while (0)

/* A mail of one item.  Returns its id. */
static int64_t
add(struct box *b, enum nudge_kind kind, int case_number, int64_t number,
    const char *version, int64_t when)
{
	struct nudge_item item = {kind, case_number, number, version};
	struct outbox_mail m = {.kind = kind,
	    .case_number = case_number,
	    .recipient = "me@example.org",
	    .not_before = when,
	    .raw = slice_of("From: x\r\n\r\nbody\r\n"),
	    .items = &item,
	    .item_count = 1};
	char id[64];

	assert_int_equal(store_begin(b->s, &b->err), 0);
	assert_int_equal(outbox_number(b->s, b->owner, &m.id, &b->err), 0);
	snprintf(
	    id, sizeof(id), "o.1.%d.x.%d@example.org", case_number, (int)m.id);
	m.message_id = id;
	if (outbox_add(b->s, b->owner, &m, when, &b->err) == -1)
		fail_msg("%s", b->err.text);
	assert_int_equal(store_commit(b->s, &b->err), 0);
	return m.id;
}

static struct outbox_mail
get(struct box *b, int64_t id)
{
	struct outbox_mail m;

	if (outbox_get(b->s, b->owner, b->a, id, &m, &b->err) == -1)
		fail_msg("%s", b->err.text);
	return m;
}

/* The id of the next mail, 0 when none; its state becomes `sending`. */
static int64_t
take(struct box *b, int64_t now)
{
	struct outbox_mail m = {0};
	int rc;

	assert_int_equal(store_begin(b->s, &b->err), 0);
	rc = outbox_next(b->s, b->owner, b->a, now, true, &m, NULL, &b->err);
	if (rc == 1)
		rc = outbox_sending(b->s, b->owner, &m, now, &b->err);
	if (rc == -1)
		fail_msg("%s", b->err.text);
	assert_int_equal(store_commit(b->s, &b->err), 0);
	return m.id;
}

static int64_t
send_next(struct box *b, int64_t now)
{
	int64_t id = take(b, now);

	if (id != 0)
		STEP(b, 0, outbox_sent(b->s, b->owner, id, now, &b->err));
	return id;
}

static void
a_mail_is_sent_once(void **state)
{
	struct box *b = *state;
	int64_t id = add(b, NUDGE_LAPSE, 0, 1, "2026-03-01", NOW);
	struct nudge_item item = {NUDGE_LAPSE, 0, 1, "2026-03-01"};
	struct outbox_mail again;

	assert_int_equal(take(b, NOW - 1), 0); /* not yet */
	assert_int_equal(take(b, NOW), id);
	assert_int_equal(take(b, NOW), 0);
	again = get(b, id);
	assert_int_equal(again.state, OUTBOX_SENDING);
	again.state = OUTBOX_PLANNED; /* as another process may have read it */
	STEP(b, -1, outbox_sending(b->s, b->owner, &again, NOW, &b->err));
	assert_int_equal(b->err.code, EX_TEMPFAIL);
	STEP(b, 0, outbox_handed(b->s, b->owner, id, &b->err));
	STEP(b, 0, outbox_sent(b->s, b->owner, id, NOW + 5, &b->err));
	assert_int_equal(get(b, id).state, OUTBOX_SENT);
	assert_int_equal(take(b, NOW + 999999), 0);
	/* and is known to have been said */
	assert_int_equal(outbox_said(b->s, b->owner, &item, &b->err), 1);
	item.version = "2026-03-02";
	assert_int_equal(outbox_said(b->s, b->owner, &item, &b->err), 0);
}

static void
an_item_is_said_once(void **state)
{
	struct box *b = *state;
	struct nudge_item item = {NUDGE_LAPSE, 0, 1, "2026-03-01"};
	struct outbox_mail m = {.kind = NUDGE_LAPSE,
	    .recipient = "me@example.org",
	    .message_id = "two@example.org",
	    .raw = slice_of("x"),
	    .items = &item,
	    .item_count = 1};

	add(b, NUDGE_LAPSE, 0, 1, "2026-03-01", NOW);
	assert_int_equal(store_begin(b->s, &b->err), 0);
	assert_int_equal(outbox_number(b->s, b->owner, &m.id, &b->err), 0);
	assert_int_equal(outbox_add(b->s, b->owner, &m, NOW, &b->err), -1);
	store_rollback(b->s);
}

static void
bytes_stay_the_same(void **state)
{
	struct box *b = *state;
	int64_t id = add(b, NUDGE_RECEIPT, 0, 1, "", NOW);

	assert_int_equal(take(b, NOW), id);
	STEP(b, 0,
	    outbox_failed(
		b->s, b->owner, id, false, "451 later", NOW, &b->err));
	assert_true(slice_is(get(b, id).raw, "From: x\r\n\r\nbody\r\n"));
	assert_string_equal(get(b, id).message_id, "o.1.0.x.1@example.org");
}

/* Later each time, and not for ever. */
static void
failures_back_off(void **state)
{
	struct box *b = *state;
	int64_t id = add(b, NUDGE_RECEIPT, 0, 1, "", NOW);
	int64_t now = NOW, last = 0;

	for (int i = 1; i <= OUTBOX_TRIES; i++) {
		int64_t wait;

		assert_int_equal(take(b, now), id);
		STEP(b, 0,
		    outbox_failed(
			b->s, b->owner, id, false, "451 later", now, &b->err));
		if (i == OUTBOX_TRIES)
			break;
		wait = get(b, id).not_before - now;
		assert_true(wait >= last && wait >= 300 && wait <= 43200);
		assert_int_equal(take(b, now + wait - 1), 0);
		last = wait;
		now += wait;
	}
	assert_int_equal(get(b, id).state, OUTBOX_FAILED);
	assert_string_equal(get(b, id).error, "451 later");
	assert_int_equal(take(b, now + 999999), 0);
	/* the owner may say so */
	STEP(b, 0, outbox_again(b->s, b->owner, id, now, &b->err));
	assert_int_equal(take(b, now), id);
	STEP(b, 0,
	    outbox_failed(b->s, b->owner, id, true, "550 no", now, &b->err));
	assert_int_equal(get(b, id).state, OUTBOX_FAILED);
}

/* The process ends at any point; the next one goes on. */
static void
crashes_are_survived(void **state)
{
	struct box *b = *state;
	int64_t before = add(b, NUDGE_RECEIPT, 0, 1, "", NOW);
	int64_t handed, letter, sent;

	assert_int_equal(take(b, NOW), before);
	handed = add(b, NUDGE_RECEIPT, 0, 2, "", NOW);
	assert_int_equal(take(b, NOW), handed);
	STEP(b, 0, outbox_handed(b->s, b->owner, handed, &b->err));
	letter = add(b, NUDGE_FOLLOW_UP, 1, 1, "", NOW);
	assert_int_equal(take(b, NOW), letter);
	STEP(b, 0, outbox_handed(b->s, b->owner, letter, &b->err));
	sent = add(b, NUDGE_RECEIPT, 0, 3, "", NOW);
	assert_int_equal(send_next(b, NOW), sent);

	STEP(b, 1, outbox_recover(b->s, b->owner, NOW + 60, &b->err));
	assert_int_equal(get(b, before).state, OUTBOX_PLANNED);
	assert_int_equal(get(b, handed).state, OUTBOX_PLANNED);
	assert_int_equal(get(b, letter).state, OUTBOX_UNKNOWN);
	assert_int_equal(get(b, sent).state, OUTBOX_SENT);
	/* a letter that may have arrived does not go again; the rest does */
	assert_int_equal(take(b, NOW + 60), before);
	assert_int_equal(take(b, NOW + 60), handed);
	assert_int_equal(take(b, NOW + 999999), 0);
}

static void
a_mail_that_kills_is_given_up(void **state)
{
	struct box *b = *state;
	int64_t id = add(b, NUDGE_RECEIPT, 0, 1, "", NOW);
	int tries = 0;

	while (take(b, NOW) == id) {
		tries++;
		assert_in_range(tries, 1, OUTBOX_TRIES);
		STEP(b, 0, outbox_recover(b->s, b->owner, NOW, &b->err));
	}
	assert_int_equal(tries, OUTBOX_TRIES);
	assert_int_equal(get(b, id).state, OUTBOX_FAILED);
}

static void
unknown_is_resolved_when_seen(void **state)
{
	struct box *b = *state;
	int64_t id = add(b, NUDGE_FOLLOW_UP, 1, 1, "", NOW);
	struct outbox_mail *v;
	size_t n;

	assert_int_equal(take(b, NOW), id);
	STEP(b, 0, outbox_handed(b->s, b->owner, id, &b->err));
	STEP(b, 0,
	    outbox_unknown(
		b->s, b->owner, id, "the line was cut", NOW, &b->err));
	assert_int_equal(
	    outbox_list(b->s, b->owner, b->a, OUTBOX_UNKNOWN, &v, &n, &b->err),
	    0);
	assert_int_equal(n, 1);
	assert_string_equal(v[0].error, "the line was cut");
	STEP(b, 0,
	    outbox_seen(b->s, b->owner, "other@example.org", NOW + 9, &b->err));
	assert_int_equal(get(b, id).state, OUTBOX_UNKNOWN);
	STEP(b, 1,
	    outbox_seen(
		b->s, b->owner, "o.1.1.x.1@example.org", NOW + 9, &b->err));
	assert_int_equal(get(b, id).state, OUTBOX_SENT);
}

/* Only what was sent can come back; and a copy that is seen says no more. */
static void
returned_once(void **state)
{
	static const char message_id[] = "o.1.1.x.1@example.org";
	struct box *b = *state;
	int64_t id = add(b, NUDGE_FOLLOW_UP, 1, 1, "", NOW);
	struct outbox_mail m;

	STEP(b, 0,
	    outbox_returned(
		b->s, b->owner, b->a, message_id, "5.1.1", NOW, &m, &b->err));
	assert_int_equal(take(b, NOW), id);
	STEP(b, 0, outbox_handed(b->s, b->owner, id, &b->err));
	STEP(b, 0, outbox_sent(b->s, b->owner, id, NOW, &b->err));
	STEP(b, 0,
	    outbox_returned(b->s, b->owner, b->a, "other@example.org", "5.1.1",
		NOW, &m, &b->err));
	STEP(b, 1,
	    outbox_returned(
		b->s, b->owner, b->a, message_id, "5.1.1", NOW, &m, &b->err));
	assert_int_equal(m.id, id);
	assert_int_equal(get(b, id).state, OUTBOX_RETURNED);
	assert_string_equal(get(b, id).error, "5.1.1");
	STEP(b, 0,
	    outbox_returned(
		b->s, b->owner, b->a, message_id, "5.1.1", NOW, &m, &b->err));
	STEP(b, 1, outbox_seen(b->s, b->owner, message_id, NOW, &b->err));
	assert_int_equal(get(b, id).state, OUTBOX_RETURNED);
	assert_int_equal(take(b, NOW + 999999), 0);
}

/* Better twice than never, and under the same Message-ID. */
static void
unknown_to_the_owner_goes_again(void **state)
{
	struct box *b = *state;
	int64_t id = add(b, NUDGE_RECEIPT, 0, 1, "", NOW);

	assert_int_equal(take(b, NOW), id);
	STEP(b, 0, outbox_handed(b->s, b->owner, id, &b->err));
	STEP(b, 0,
	    outbox_unknown(
		b->s, b->owner, id, "the line was cut", NOW, &b->err));
	assert_int_equal(get(b, id).state, OUTBOX_PLANNED);
	assert_string_equal(get(b, id).error, "the line was cut");
	assert_int_equal(take(b, NOW + 999999), id);
}

static void
what_is_dropped_may_be_said_again(void **state)
{
	struct box *b = *state;
	int64_t id = add(b, NUDGE_LAPSE, 0, 1, "2026-03-01", NOW);
	struct nudge_item item = {NUDGE_LAPSE, 0, 1, "2026-03-01"};
	struct outbox_mail m = get(b, id);

	STEP(
	    b, 0, outbox_drop(b->s, b->owner, &m, "it was kept", NOW, &b->err));
	assert_int_equal(get(b, id).state, OUTBOX_DROPPED);
	assert_int_equal(take(b, NOW), 0);
	assert_int_equal(outbox_said(b->s, b->owner, &item, &b->err), 0);
}

static void
ceilings_hold(void **state)
{
	struct box *b = *state;
	int64_t first = add(b, NUDGE_LAPSE, 0, 1, "a", NOW), second;
	size_t sent = 0, held = 0;
	struct outbox_mail m;

	/* one a case in a day */
	second = add(b, NUDGE_LAPSE, 0, 2, "a", NOW);
	assert_int_equal(send_next(b, NOW), first);
	assert_int_equal(send_next(b, NOW + 86399), 0);
	assert_int_equal(outbox_next(b->s, b->owner, b->a, NOW + 86399, true,
			     &m, &held, &b->err),
	    0);
	assert_int_equal(held, 1);
	assert_int_equal(send_next(b, NOW + 86400), second);
	/* what the owner waits for is not held back by that */
	for (int i = 0; i < 60; i++)
		add(b, NUDGE_TRANSCRIPT, 0, i + 1, "", NOW + 86400);
	while (send_next(b, NOW + 86401) != 0)
		sent++;
	assert_int_equal(sent, NUDGE_ALL_MOST - 1);
	/* and goes on the next day */
	assert_int_not_equal(send_next(b, NOW + 3 * 86400), 0);
}

static void
nothing_scheduled_at_night(void **state)
{
	struct box *b = *state;
	struct outbox_mail m;
	int64_t prompt;

	add(b, NUDGE_LAPSE, 0, 1, "a", NOW);
	prompt = add(b, NUDGE_TRANSCRIPT, 0, 7, "", NOW);
	assert_int_equal(
	    outbox_next(b->s, b->owner, b->a, NOW, false, &m, NULL, &b->err),
	    1);
	assert_int_equal(m.id, prompt);
}

static void
one_process_sends(void **state)
{
	struct box *b = *state;
	int first, second;

	assert_int_equal(outbox_lock(b->path, b->owner, &first, &b->err), 0);
	assert_int_equal(outbox_lock(b->path, b->owner, &second, &b->err), -1);
	assert_int_equal(b->err.code, EX_TEMPFAIL);
	/* another owner's mail has nothing to do with it */
	assert_int_equal(
	    outbox_lock(b->path, b->owner + 1, &second, &b->err), 0);
	close(second);
	close(first);
	assert_int_equal(outbox_lock(b->path, b->owner, &second, &b->err), 0);
	close(second);
}

static void
owners_are_apart(void **state)
{
	struct box *b = *state;
	int64_t id = add(b, NUDGE_LAPSE, 0, 1, "a", NOW), other;
	struct outbox_mail m;

	assert_int_equal(
	    store_owner(b->s, "you@example.org", &other, &b->err), 0);
	assert_int_equal(
	    outbox_next(b->s, other, b->a, NOW, true, &m, NULL, &b->err), 0);
	assert_int_equal(outbox_get(b->s, other, b->a, id, &m, &b->err), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_mail_is_sent_once),
	    TEST(an_item_is_said_once),
	    TEST(bytes_stay_the_same),
	    TEST(failures_back_off),
	    TEST(crashes_are_survived),
	    TEST(a_mail_that_kills_is_given_up),
	    TEST(unknown_is_resolved_when_seen),
	    TEST(returned_once),
	    TEST(unknown_to_the_owner_goes_again),
	    TEST(what_is_dropped_may_be_said_again),
	    TEST(ceilings_hold),
	    TEST(nothing_scheduled_at_night),
	    TEST(one_process_sends),
	    TEST(owners_are_apart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
