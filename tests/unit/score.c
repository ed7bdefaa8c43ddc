/*
 * Scorecards: rows in, figures out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cases/score.h"

enum { DAY = 86400 };

/* The first day of the record, and its noon. */
#define T0 INT64_C(1772445600)
#define AT(day)                              \
	{                                    \
		T0 + (day) * (int64_t)DAY, 0 \
	}
#define DUE(n)                                           \
	{                                                \
		.precision = DUE_DAY, .day = 20514 + (n) \
	}

static struct arena *arena;

static const struct case_row cases[] = {{.number = 1}, {.number = 2}};

static struct score
count(const struct message_row *m, size_t n, const struct obligation *o,
    size_t k, const struct entry *e, size_t l, int day)
{
	const struct score_rows rows = {cases, 2, m, n, o, k, e, l};

	return score_of(
	    arena, &rows, &score_limits_default, T0 + day * (int64_t)DAY, 0);
}

#define PROMISE                                                     \
	.case_number = 1, .who = WHO_COMPANY, .kind = KIND_PROMISE, \
	.action = ACTION_REPLY

static void
promises_add_up(void **state)
{
	const struct obligation v[] = {
	    {PROMISE, .number = 1, .stored = STATE_KEPT, .due = DUE(5),
		.has_settled = true, .settled = AT(4), .agent = "Anna Bell"},
	    {PROMISE, .number = 2, .stored = STATE_KEPT, .due = DUE(5),
		.has_settled = true, .settled = AT(9)},
	    {PROMISE, .number = 3, .stored = STATE_SLIPPED, .due = DUE(5),
		.slipped_to = 4, .agent = "anna bell"},
	    {PROMISE, .number = 4, .stored = STATE_SLIPPED, .due = DUE(7),
		.slips_of = 3, .slips = 1, .slipped_to = 5},
	    {PROMISE, .number = 5, .stored = STATE_OPEN, .due = DUE(9),
		.slips_of = 4, .slips = 2},
	    {PROMISE, .number = 6, .stored = STATE_BROKEN, .due = DUE(5)},
	    {PROMISE, .number = 7, .stored = STATE_OPEN, .due = DUE(30)},
	    /* none of these is a promise of theirs */
	    {PROMISE, .number = 8, .stored = STATE_VOID, .due = DUE(5)},
	    {.case_number = 1, .number = 9, .who = WHO_CUSTOMER},
	    {.case_number = 1,
		.number = 10,
		.who = WHO_COMPANY,
		.kind = KIND_DEADLINE,
		.due = DUE(5)},
	    /* made more exact: one promise */
	    {PROMISE, .number = 11, .stored = STATE_SLIPPED, .slipped_to = 12},
	    {PROMISE, .number = 12, .stored = STATE_OPEN, .slips_of = 11},
	};
	struct score s =
	    count(NULL, 0, v, sizeof(v) / sizeof(v[0]), NULL, 0, 10);
	const struct score_tally *t = &s.promises;

	(void)state;
	assert_int_equal(t->kept, 1);
	assert_int_equal(t->late, 1);
	assert_int_equal(t->slipped, 2);
	assert_int_equal(t->broken, 1);
	assert_int_equal(t->lapsed, 1);
	assert_int_equal(t->open, 2);
	assert_int_equal(t->made,
	    t->kept + t->late + t->slipped + t->broken + t->lapsed + t->open);
	assert_int_equal(s.chains, 1);
	assert_int_equal(s.people_count, 1);
	assert_int_equal(s.people[0].promises.made, 2);
	assert_int_equal(s.people[0].promises.kept, 1);
	assert_int_equal(s.people[0].promises.slipped, 1);
}

#define MAIL(day, from) \
	.case_number = 1, .direction = (from), .has_date = true, .date = AT(day)

static void
only_answers_count_as_answers(void **state)
{
	const struct message_row v[] = {
	    {MAIL(0, FROM_OWNER)},
	    {MAIL(1, FROM_COMPANY), .autoreply = true},
	    {MAIL(2, FROM_COMPANY), .signals = "acknowledgement,apology"},
	    {MAIL(3, FROM_OWNER)}, /* a chaser resets nothing */
	    {MAIL(5, FROM_COMPANY), .signals = "delay"},
	    {MAIL(8, FROM_COMPANY), .signals = "acknowledgement,offer"},
	    {MAIL(10, FROM_OWNER)},
	    {MAIL(14, FROM_COMPANY), .manner = "blame,no_name"},
	    {MAIL(15, FROM_COMPANY), .manner = "no_name"},
	    {MAIL(20, FROM_OWNER)},
	    {.case_number = 2,
		.direction = FROM_OWNER,
		.has_date = true,
		.date = AT(18)},
	};
	struct score s =
	    count(v, sizeof(v) / sizeof(v[0]), NULL, 0, NULL, 0, 30);

	(void)state;
	assert_int_equal(s.answers.n, 2);
	assert_int_equal(s.answers.median, 6 * DAY); /* of 8 and 4 */
	assert_int_equal(s.acknowledgements.n, 1);
	assert_int_equal(s.acknowledgements.median, DAY);
	assert_int_equal(s.unanswered, 2);
	assert_int_equal(s.unanswered_since, T0 + 18 * (int64_t)DAY);
	assert_int_equal(s.mails, 5); /* by people */
	assert_int_equal(s.apologies, 1);
	assert_int_equal(s.bad_mails, 2);
	assert_string_equal(s.manner[0].name, "no_name");
	assert_int_equal(s.manner[0].n, 2);
}

static void
people_are_handed_on(void **state)
{
	const struct message_row v[] = {
	    {MAIL(1, FROM_COMPANY), .agent = "Anna Bell", .signals = "handoff"},
	    {MAIL(2, FROM_COMPANY), .agent = "ANNA BELL"},
	    {MAIL(4, FROM_COMPANY), .agent = "Raj Singh",
		.signals = "apology,escalation"},
	};
	const struct entry e[] = {
	    {.kind = ENTRY_CALL,
		.minutes = 40,
		.who = "Anna Bell",
		.at = AT(6)},
	    {.kind = ENTRY_VISIT, .minutes = 120, .at = AT(7)},
	    {.kind = ENTRY_SPENT, .cents = 1250, .currency = "\xc2\xa3"},
	    {.kind = ENTRY_SPENT, .cents = 500, .currency = "CHF"},
	    {.kind = ENTRY_SPENT, .cents = 250, .currency = "\xc2\xa3"},
	};
	struct score s = count(v, 3, NULL, 0, e, 5, 30);

	(void)state;
	assert_int_equal(s.people_count, 2);
	assert_string_equal(s.people[0].name, "Anna Bell");
	assert_int_equal(s.people[0].heard.utc, T0 + 6 * (int64_t)DAY);
	assert_string_equal(s.people[0].handed_to, "Raj Singh");
	assert_string_equal(s.people[1].handed_to, ""); /* to nobody yet */
	assert_int_equal(s.minutes, 160);
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.visits, 1);
	assert_int_equal(s.money_count, 2);
	assert_string_equal(s.money[0].currency, "CHF");
	assert_int_equal(s.money[1].cents, 1500);
}

static void
advice_needs_reasons(void **state)
{
	const struct obligation v[] = {
	    {PROMISE, .number = 1, .stored = STATE_BROKEN, .due = DUE(5)},
	    {PROMISE, .number = 2, .stored = STATE_OPEN, .due = DUE(5)},
	};
	const struct entry e[] = {
	    {.kind = ENTRY_CALL, .minutes = 240, .at = AT(6)}};
	struct score s;

	(void)state;
	s = count(NULL, 0, v, 2, NULL, 0, 10);
	assert_true(s.reason[REASON_BROKEN]);
	assert_false(s.leave); /* one reason is no record */
	s = count(NULL, 0, v, 2, e, 1, 4); /* the second is not overdue yet */
	assert_false(s.reason[REASON_BROKEN]);
	assert_true(s.reason[REASON_MINUTES]);
	assert_false(s.leave);
	s = count(NULL, 0, v, 2, e, 1, 10);
	assert_true(s.leave);
	s = count(NULL, 0, NULL, 0, NULL, 0, 10);
	assert_false(s.leave);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(promises_add_up),
	    cmocka_unit_test(only_answers_count_as_answers),
	    cmocka_unit_test(people_are_handed_on),
	    cmocka_unit_test(advice_needs_reasons),
	};
	int rc;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	arena = arena_new();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return rc;
}
