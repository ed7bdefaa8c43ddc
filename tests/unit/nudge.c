/*
 * Planning: what is due is said once, at a decent hour, and never too much.
 * The first tests are tables; the last lives through random years.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/zone.h"
#include "cases/nudge.h"

static const struct nudge_settings london = {.zone = "Europe/London",
    .quiet_from = 21 * 60, .quiet_to = 8 * 60, .heads_up = {7, 3, 1},
    .heads_up_count = 3};

static int64_t
at(const char *text)
{
	struct moment m = {0, 0};

	assert_true(moment_parse(text, &m));
	return m.utc;
}

static struct obligation
owed(int case_number, int number, enum who who, const char *due,
    const char *said)
{
	struct obligation o = {.case_number = case_number, .number = number,
	    .who = who, .stored = STATE_OPEN, .quote = "We will."};

	if (strlen(due) == 10) {
		o.due.precision = DUE_DAY;
		assert_true(day_parse(due, &o.due.day));
	} else {
		o.due.precision = DUE_TIME;
		assert_true(moment_parse(due, &o.due.at));
		o.due.day = moment_day(o.due.at);
	}
	assert_true(moment_parse(said, &o.said));
	o.anchor = o.said;
	return o;
}

/* "lapse 12.1 2026-03-09; heads-up 13.2 2026-03-12/3" */
static char *
plan(struct arena *a, const struct nudge_ledger *l,
    const struct nudge_settings *s, const char *now)
{
	struct nudges n = nudge_plan(a, l, s, at(now));
	struct buf out = {0};

	for (size_t i = 0; i < n.n; i++) {
		buf_puts(&out, i > 0 ? "; " : "");
		buf_puts(&out, nudge_kind_name(n.v[i].kind));
		for (size_t j = 0; j < n.v[i].item_count; j++)
			buf_printf(&out, " %d.%d %s", n.v[i].items[j].case_number,
			    (int)n.v[i].items[j].number,
			    n.v[i].items[j].version);
	}
	return buf_keep(&out, a);
}

static const struct {
	enum who who;
	const char *due, *said, *now, *expected;
} times[] = {
    /* a whole day is kept until its end, in the owner's zone; quiet till 8 */
    {WHO_COMPANY, "2026-03-09", "2026-03-02T10:00:00Z", "2026-03-09T20:00:00Z", ""},
    {WHO_COMPANY, "2026-03-09", "2026-03-02T10:00:00Z", "2026-03-10T07:59:59Z", ""},
    {WHO_COMPANY, "2026-03-09", "2026-03-02T10:00:00Z", "2026-03-10T08:00:00Z", "lapse 12.1 2026-03-09"},
    {WHO_COMPANY, "2026-03-09", "2026-03-02T10:00:00Z", "2026-03-10T21:00:00Z", ""},
    /* summer time begins on 29 March: 8 o'clock is 07:00 UTC */
    {WHO_COMPANY, "2026-03-30", "2026-03-02T10:00:00Z", "2026-03-31T06:59:59Z", ""},
    {WHO_COMPANY, "2026-03-30", "2026-03-02T10:00:00Z", "2026-03-31T07:00:00Z", "lapse 12.1 2026-03-30"},
    /* due on Friday: told on Monday, not at the weekend */
    {WHO_COMPANY, "2026-03-06", "2026-03-02T10:00:00Z", "2026-03-07T12:00:00Z", ""},
    {WHO_COMPANY, "2026-03-06", "2026-03-02T10:00:00Z", "2026-03-08T12:00:00Z", ""},
    {WHO_COMPANY, "2026-03-06", "2026-03-02T10:00:00Z", "2026-03-09T08:00:00Z", "lapse 12.1 2026-03-06"},
    /* by the hour */
    {WHO_COMPANY, "2026-03-09T17:00:00+00:00", "2026-03-02T10:00:00Z", "2026-03-09T17:00:00Z", ""},
    {WHO_COMPANY, "2026-03-09T17:00:00+00:00", "2026-03-02T10:00:00Z", "2026-03-09T17:00:01Z", "lapse 12.1 2026-03-09T17:00:00+00:00"},
    /* long past: the digest's */
    {WHO_COMPANY, "2026-01-09", "2026-01-02T10:00:00Z", "2026-03-10T12:00:00Z", ""},
    /* the owner's own: 7, 3 and 1 days before */
    {WHO_CUSTOMER, "2026-03-20", "2026-03-02T10:00:00Z", "2026-03-12T12:00:00Z", ""},
    {WHO_CUSTOMER, "2026-03-20", "2026-03-02T10:00:00Z", "2026-03-13T12:00:00Z", "heads-up 12.1 2026-03-20/7"},
    {WHO_CUSTOMER, "2026-03-20", "2026-03-02T10:00:00Z", "2026-03-16T12:00:00Z", "heads-up 12.1 2026-03-20/7"},
    {WHO_CUSTOMER, "2026-03-20", "2026-03-02T10:00:00Z", "2026-03-17T12:00:00Z", "heads-up 12.1 2026-03-20/3"},
    {WHO_CUSTOMER, "2026-03-20", "2026-03-02T10:00:00Z", "2026-03-19T12:00:00Z", "heads-up 12.1 2026-03-20/1"},
    {WHO_CUSTOMER, "2026-03-20", "2026-03-02T10:00:00Z", "2026-03-20T12:00:00Z", "heads-up 12.1 2026-03-20/1"},
    {WHO_CUSTOMER, "2026-03-20", "2026-03-02T10:00:00Z", "2026-03-23T12:00:00Z", ""},
    /* set 5 days before: the receipt told it; 3 days before is news again */
    {WHO_CUSTOMER, "2026-03-20", "2026-03-15T10:00:00Z", "2026-03-16T12:00:00Z", ""},
    {WHO_CUSTOMER, "2026-03-20", "2026-03-15T10:00:00Z", "2026-03-17T12:00:00Z", "heads-up 12.1 2026-03-20/3"},
};

static void
comes_in_time(void **state)
{
	struct case_row row = {.number = 12};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct arena *a = arena_new();
		struct obligation o = owed(
		    12, 1, times[i].who, times[i].due, times[i].said);
		struct nudge_ledger l = {.cases = &row, .case_count = 1,
		    .obligations = &o, .obligation_count = 1};
		char *got = plan(a, &l, &london, times[i].now);

		if (strcmp(got, times[i].expected) != 0)
			fail_msg("row %zu, %s at %s: \"%s\", expected \"%s\"",
			    i, times[i].due, times[i].now, got,
			    times[i].expected);
		arena_free(a);
	}
}

/* What silences a case or an obligation. */
static void
keeps_silent(void **state)
{
	static const char now[] = "2026-03-10T12:00:00Z";
	struct arena *a = arena_new();
	struct case_row row = {.number = 12};
	struct obligation o =
	    owed(12, 1, WHO_COMPANY, "2026-03-09", "2026-03-02T10:00:00Z");
	struct nudge_ledger l = {.cases = &row, .case_count = 1,
	    .obligations = &o, .obligation_count = 1};
	static const enum obligation_state settled[] = {STATE_KEPT,
	    STATE_SLIPPED, STATE_VOID, STATE_BROKEN, STATE_WAITING};

	(void)state;
	assert_string_equal(plan(a, &l, &london, now), "lapse 12.1 2026-03-09");
	row.closed = true;
	assert_string_equal(plan(a, &l, &london, now), "");
	row.closed = false;
	row.muted = true;
	assert_string_equal(plan(a, &l, &london, now), "");
	row.muted = false;
	row.snoozed_until = at(now) + 1;
	assert_string_equal(plan(a, &l, &london, now), "");
	row.snoozed_until = at(now);
	assert_string_equal(plan(a, &l, &london, now), "lapse 12.1 2026-03-09");
	for (size_t i = 0; i < sizeof(settled) / sizeof(settled[0]); i++) {
		o.stored = settled[i];
		assert_string_equal(plan(a, &l, &london, now), "");
	}
	o.stored = STATE_OPEN;
	o.paused = true; /* they wait for the owner */
	assert_string_equal(plan(a, &l, &london, now), "");
	o.paused = false;
	row.number = 13; /* no such case */
	assert_string_equal(plan(a, &l, &london, now), "");
	arena_free(a);
}

static void
one_mail_a_case(void **state)
{
	struct arena *a = arena_new();
	struct case_row rows[] = {{.number = 12}, {.number = 13}};
	struct obligation o[12];
	struct nudge_item said = {NUDGE_LAPSE, 12, 1, "2026-03-09"};
	struct nudge_gone gone = {NUDGE_LAPSE, 12, at("2026-03-09T12:00:01Z")};
	struct nudge_ledger l = {.cases = rows, .case_count = 2,
	    .obligations = o, .obligation_count = 12};
	struct nudges n;

	(void)state;
	for (int i = 0; i < 10; i++)
		o[i] = owed(12, i + 1, WHO_COMPANY, "2026-03-09",
		    "2026-03-02T10:00:00Z");
	o[10] = owed(
	    12, 11, WHO_CUSTOMER, "2026-03-13", "2026-03-02T10:00:00Z");
	o[11] = owed(
	    13, 1, WHO_CUSTOMER, "2026-03-13", "2026-03-02T10:00:00Z");
	n = nudge_plan(a, &l, &london, at("2026-03-10T12:00:00Z"));
	assert_int_equal(n.n, 2);
	assert_int_equal(n.v[0].kind, NUDGE_LAPSE);
	assert_int_equal(n.v[0].item_count, 11);
	assert_int_equal(n.v[1].kind, NUDGE_HEADS_UP);
	/* what was said is left out */
	l.said = &said;
	l.said_count = 1;
	n = nudge_plan(a, &l, &london, at("2026-03-10T12:00:00Z"));
	assert_int_equal(n.v[0].item_count, 10);
	/* a day must lie between two mails of a case */
	l.gone = &gone;
	l.gone_count = 1;
	n = nudge_plan(a, &l, &london, at("2026-03-10T12:00:00Z"));
	assert_int_equal(n.n, 1);
	assert_int_equal(n.v[0].case_number, 13);
	n = nudge_plan(a, &l, &london, at("2026-03-10T12:00:01Z"));
	assert_int_equal(n.n, 2);
	arena_free(a);
}

static void
a_new_date_can_lapse_anew(void **state)
{
	struct arena *a = arena_new();
	struct case_row row = {.number = 12};
	struct nudge_item said = {NUDGE_LAPSE, 12, 1, "2026-03-09"};
	struct obligation o =
	    owed(12, 1, WHO_COMPANY, "2026-03-09", "2026-03-02T10:00:00Z");
	struct nudge_ledger l = {.cases = &row, .case_count = 1,
	    .obligations = &o, .obligation_count = 1, .said = &said,
	    .said_count = 1};

	(void)state;
	assert_string_equal(
	    plan(a, &l, &london, "2026-03-10T12:00:00Z"), "");
	assert_true(day_parse("2026-03-11", &o.due.day));
	assert_string_equal(plan(a, &l, &london, "2026-03-12T12:00:00Z"),
	    "lapse 12.1 2026-03-11");
	arena_free(a);
}

static void
digest_comes_once(void **state)
{
	struct arena *a = arena_new();
	struct nudge_settings s = london;
	struct case_row row = {.number = 12};
	struct obligation o =
	    owed(12, 1, WHO_COMPANY, "2026-05-09", "2026-03-02T10:00:00Z");
	struct nudge_item said = {NUDGE_DIGEST, 0, 0, "2026-03-09"};
	struct nudge_ledger l = {.cases = &row, .case_count = 1,
	    .obligations = &o, .obligation_count = 1};

	(void)state;
	s.digest = DIGEST_WEEKLY;
	/* in the week in which it began the receipt has told of it */
	assert_string_equal(plan(a, &l, &s, "2026-03-03T12:00:00Z"), "");
	assert_string_equal(plan(a, &l, &s, "2026-03-06T12:00:00Z"), "");
	assert_string_equal(plan(a, &l, &s, "2026-03-09T12:00:00Z"),
	    "digest 0.0 2026-03-09");
	/* the machine was off on Monday */
	assert_string_equal(plan(a, &l, &s, "2026-03-11T12:00:00Z"),
	    "digest 0.0 2026-03-09");
	l.said = &said;
	l.said_count = 1;
	assert_string_equal(plan(a, &l, &s, "2026-03-11T12:00:00Z"), "");
	s.digest = DIGEST_DAILY;
	assert_string_equal(plan(a, &l, &s, "2026-03-11T12:00:00Z"),
	    "digest 0.0 2026-03-11");
	row.closed = true;
	assert_string_equal(plan(a, &l, &s, "2026-03-11T12:00:00Z"), "");
	arena_free(a);
}

static void
holds_until_sent(void **state)
{
	struct case_row row = {.number = 12};
	struct obligation o =
	    owed(12, 1, WHO_COMPANY, "2026-03-09", "2026-03-02T10:00:00Z");
	struct nudge_item lapse = {NUDGE_LAPSE, 12, 1, "2026-03-09"};
	int64_t now = at("2026-03-10T12:00:00Z");

	(void)state;
	assert_true(nudge_holds(&lapse, &row, &o, &london, now));
	assert_false(nudge_holds(&lapse, &row, NULL, &london, now));
	assert_false(nudge_holds(&lapse, NULL, &o, &london, now));
	row.snoozed_until = now + 60;
	assert_false(nudge_holds(&lapse, &row, &o, &london, now));
	row.snoozed_until = 0;
	o.stored = STATE_KEPT;
	assert_false(nudge_holds(&lapse, &row, &o, &london, now));
	o.stored = STATE_OPEN;
	o.due.day -= 1; /* another date: another nudge */
	assert_false(nudge_holds(&lapse, &row, &o, &london, now));
}

/* --- Random years --- */

enum { CASES = 24, OBLIGATIONS = 120, STEPS = 4000, TRACES = 60, SAID = 4000 };

struct world {
	uint64_t seed;
	struct case_row cases[CASES];
	struct obligation o[OBLIGATIONS];
	size_t n;
	struct nudge_item said[SAID]; /* versions in keep */
	size_t said_count;
	struct nudge_gone gone[SAID];
	size_t gone_count;
	struct arena *keep;
	struct nudge_settings settings;
	int64_t now;
};

static unsigned
any(struct world *w, unsigned below)
{
	w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(w->seed >> 33) % below;
}

static void
world_make(struct world *w, uint64_t seed)
{
	static const char *const zones[] = {"Europe/London",
	    "America/New_York", "Pacific/Auckland", "Asia/Kolkata", ""};
	static const int quiet[][2] = {
	    {21 * 60, 8 * 60}, {0, 0}, {22 * 60, 6 * 60}, {9 * 60, 17 * 60}};

	memset(w, 0, sizeof(*w));
	w->seed = seed;
	w->keep = arena_new();
	w->now = at("2026-01-05T00:00:00Z") + any(w, 86400 * 300);
	w->settings = london;
	w->settings.zone = zones[any(w, 5)];
	w->settings.quiet_from = quiet[any(w, 4)][0];
	w->settings.quiet_to = w->settings.quiet_from == 0 ? 0 : 8 * 60;
	w->settings.weekends = any(w, 2) != 0;
	w->settings.digest = (enum digest)any(w, 3);
	for (int i = 0; i < CASES; i++)
		w->cases[i].number = i + 1;
}

/* Somebody does something to the ledger. */
static void
world_change(struct world *w)
{
	struct case_row *row = &w->cases[any(w, CASES)];
	struct obligation *o = w->n > 0 ? &w->o[any(w, (unsigned)w->n)] : NULL;
	day_t today = moment_day((struct moment){w->now, 0});

	switch (any(w, 12)) {
	case 0:
		row->closed = !row->closed;
		break;
	case 1:
		row->snoozed_until = w->now + any(w, 9 * 86400);
		break;
	case 2:
		row->muted = any(w, 4) == 0;
		break;
	case 3:
	case 4:
		if (o != NULL)
			o->stored = any(w, 2) == 0 ? STATE_KEPT : STATE_OPEN;
		break;
	case 5:
		if (o != NULL && o->due.precision == DUE_DAY)
			o->due.day = today + (day_t)any(w, 10);
		break;
	default:
		if (w->n == OBLIGATIONS)
			break;
		o = &w->o[w->n++];
		o->case_number = (int)any(w, CASES) + 1;
		o->number = (int)w->n;
		o->who = any(w, 3) == 0 ? WHO_CUSTOMER : WHO_COMPANY;
		o->stored = STATE_OPEN;
		o->said = (struct moment){w->now, 0};
		o->due.precision = any(w, 4) == 0 ? DUE_TIME : DUE_DAY;
		o->due.at = (struct moment){
		    w->now + any(w, 20 * 86400), 0};
		o->due.day = moment_day(o->due.at);
		break;
	}
}

static void
check_hour(const struct world *w)
{
	int32_t offset = zone_offset(w->settings.zone, w->now);
	int64_t local = w->now + offset;
	int minute = (int)(local % 86400 / 60);
	int from = w->settings.quiet_from, to = w->settings.quiet_to;
	bool quiet = from < to ? minute >= from && minute < to
	                       : from > to && (minute >= from || minute < to);

	assert_false(quiet);
	if (!w->settings.weekends) /* 1970-01-01 was a Thursday */
		assert_true((local / 86400 + 3) % 7 < 5);
}

static void
check_item(const struct world *w, const struct nudge_item *item)
{
	const struct case_row *row = &w->cases[item->case_number - 1];
	const struct obligation *o = &w->o[item->number - 1];

	for (size_t i = 0; i < w->said_count; i++)
		assert_int_not_equal(
		    nudge_item_compare(item, &w->said[i]), 0);
	assert_false(row->closed || row->muted);
	assert_true(row->snoozed_until <= w->now);
	assert_int_equal(o->stored, STATE_OPEN);
	assert_int_equal(
	    o->who, item->kind == NUDGE_LAPSE ? WHO_COMPANY : WHO_CUSTOMER);
	if (item->kind == NUDGE_LAPSE)
		assert_true(due_last(o->due,
				zone_offset(w->settings.zone, w->now)) <
		    w->now);
	assert_true(
	    nudge_holds(item, row, o, &w->settings, w->now));
}

static int
compare(const void *a, const void *b)
{
	return nudge_item_compare(a, b);
}

/* Sends what was planned, and asserts that it may be. */
static void
world_send(struct world *w, const struct nudge *nudge)
{
	size_t today = 1;

	check_hour(w);
	for (size_t i = 0; i < w->gone_count; i++) {
		if (w->now - w->gone[i].at >= 86400)
			continue;
		today++;
		assert_int_not_equal(
		    w->gone[i].case_number, nudge->case_number);
	}
	assert_in_range(today, 1, 10);
	for (size_t i = 0; i < nudge->item_count; i++) {
		if (nudge->kind != NUDGE_DIGEST)
			check_item(w, &nudge->items[i]);
		assert_in_range(w->said_count, 0, SAID - 1);
		w->said[w->said_count] = nudge->items[i];
		w->said[w->said_count++].version =
		    arena_strdup(w->keep, nudge->items[i].version);
	}
	w->gone[w->gone_count++] = (struct nudge_gone){
	    nudge->kind, nudge->case_number, w->now};
	qsort(w->said, w->said_count, sizeof(w->said[0]), compare);
}

static size_t
world_plan(struct world *w, struct arena *a)
{
	struct nudge_ledger l = {.cases = w->cases, .case_count = CASES,
	    .obligations = w->o, .obligation_count = w->n, .said = w->said,
	    .said_count = w->said_count, .gone = w->gone,
	    .gone_count = w->gone_count};
	struct nudges n = nudge_plan(a, &l, &w->settings, w->now);

	for (size_t i = 0; i < n.n; i++)
		world_send(w, &n.v[i]);
	return n.n;
}

/* With nothing more happening for a while all that may be said is said. */
static void
world_settle(struct world *w, struct arena *a)
{
	for (int i = 0; i < CASES; i++) {
		w->cases[i].closed = w->cases[i].muted = false;
		w->cases[i].snoozed_until = 0;
	}
	for (int hour = 0; hour < 24 * 12; hour++) {
		w->now += 3600;
		world_plan(w, a);
		arena_reset(a);
	}
	for (size_t i = 0; i < w->n; i++) {
		const struct obligation *o = &w->o[i];
		struct nudge_item item = {
		    NUDGE_LAPSE, o->case_number, o->number, NULL};
		char version[DATE_ROOM];
		int64_t last = due_last(o->due, 0);

		item.version = due_print(o->due, version);
		if (o->who != WHO_COMPANY || o->stored != STATE_OPEN ||
		    last > w->now - (int64_t)11 * 86400 ||
		    last < w->now - (int64_t)28 * 86400)
			continue;
		assert_non_null(bsearch(&item, w->said, w->said_count,
		    sizeof(w->said[0]), compare));
	}
}

static void
lives_through_random_years(void **state)
{
	struct world *w = malloc(sizeof(*w));
	struct arena *a = arena_new();
	size_t mails = 0;

	(void)state;
	for (uint64_t trace = 1; trace <= TRACES; trace++) {
		world_make(w, trace);
		for (int i = 0; i < STEPS; i++) {
			if (any(w, 8) == 0)
				world_change(w);
			w->now += any(w, 5400);
			mails += world_plan(w, a);
			arena_reset(a);
		}
		world_settle(w, a);
		arena_free(w->keep);
	}
	assert_true(mails / TRACES > 10); /* it was no idle life */
	arena_free(a);
	free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(comes_in_time),
	    cmocka_unit_test(keeps_silent),
	    cmocka_unit_test(one_mail_a_case),
	    cmocka_unit_test(a_new_date_can_lapse_anew),
	    cmocka_unit_test(digest_comes_once),
	    cmocka_unit_test(holds_until_sent),
	    cmocka_unit_test(lives_through_random_years),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
