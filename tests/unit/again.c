/*
 * Placing again: who is late, and how many are placed again for it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cases/again.h"
#include "cases/intake.h"
#include "tests/unit/world.h"

enum {
	SECOND = 1772705700, /* 5 March 2026, 10:15 */
	FEW = 3, /* of one second, in the order of their bytes */
	MANY = 40 /* in that in which they came */
};

static int mails; /* of all tests, each of its own bytes */
static int64_t last; /* of them */

/* Placed, in no case. */
static void
send_at(struct world *w, int64_t sent)
{
	struct described d = {.direction = FROM_COMPANY,
	    .has_date = true,
	    .date = {sent, 0},
	    .sent = sent,
	    .subject = "",
	    .newest = "",
	    .done = true};
	char raw[40];
	struct arrival arrival = {.source = "test"};
	struct kept kept;
	struct err err = {0};

	snprintf(raw, sizeof(raw), "Message-ID: <%d@test>\n\n", ++mails);
	arrival.raw = slice_of(raw);
	if (intake_keep(w->store, w->owner, &arrival, &kept, &err) != 0 ||
	    store_begin(w->store, &err) != 0 ||
	    intake_describe(w->store, w->owner, kept.message, &d, &err) != 0 ||
	    store_commit(w->store, &err) != 0)
		fail_msg("%s", err.text);
	last = kept.message;
}

static bool
last_is_late(struct world *w, int64_t sent)
{
	struct err err = {0};
	bool late;

	if (again_is_late(w->store, w->owner, last, sent, &late, &err) != 0)
		fail_msg("%s", err.text);
	return late;
}

/* How many are placed again for the last one, itself among them. */
static size_t
placed_again(struct world *w)
{
	struct again *again;
	struct err err = {0};
	size_t n;

	assert_int_equal(store_begin(w->store, &err), 0);
	if (again_begin(
		w->store, w->owner, w->arena, last, SECOND, &again, &err) != 0)
		fail_msg("%s", err.text);
	n = again->n;
	store_rollback(w->store);
	return n;
}

static void
later_ones_are_placed_again(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < MANY; i++)
		send_at(w, SECOND + i);
	assert_false(last_is_late(w, SECOND + MANY - 1));
	send_at(w, SECOND - 1);
	assert_true(last_is_late(w, SECOND - 1));
	assert_int_equal(placed_again(w), MANY + 1);
}

static void
few_of_one_second_are_put_in_order(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < FEW; i++)
		send_at(w, SECOND);
	assert_true(last_is_late(w, SECOND));
	assert_int_equal(placed_again(w), FEW);
}

/* Or each mail of a robot whose clock stands still would have all before it
 * placed again. */
static void
many_of_one_second_stay(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < MANY; i++)
		send_at(w, SECOND);
	assert_false(last_is_late(w, SECOND));
	assert_int_equal(placed_again(w), 1);
}

/* But for what was sent after that second. */
static void
many_of_one_second_are_late_to_others(void **state)
{
	struct world *w = *state;

	send_at(w, SECOND + 1);
	for (int i = 0; i < MANY; i++)
		send_at(w, SECOND);
	assert_true(last_is_late(w, SECOND));
	assert_int_equal(placed_again(w), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_WORLD(later_ones_are_placed_again),
	    IN_WORLD(few_of_one_second_are_put_in_order),
	    IN_WORLD(many_of_one_second_stay),
	    IN_WORLD(many_of_one_second_are_late_to_others),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
