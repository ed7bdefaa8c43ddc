/*
 * Intake: every message is kept whole, once; what is a copy, and what is not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "cases/intake.h"
#include "cases/ledger.h"
#include "cases/store.h"
#include "tests/unit/world.h"

static struct kept
keep_from(struct world *w, const char *raw, const char *source,
    const char *file, uint32_t uid)
{
	const struct arrival a = {.raw = slice_of(raw),
	    .source = source,
	    .file = file,
	    .uid = uid,
	    .uidvalidity = uid != 0 ? 7 : 0,
	    .received = 1000};
	struct err err = {0};
	struct kept kept;

	if (intake_keep(w->store, w->owner, &a, &kept, &err) != 0)
		fail_msg("%s", err.text);
	return kept;
}

static struct kept
keep(struct world *w, const char *raw)
{
	return keep_from(w, raw, "test", NULL, 0);
}

static size_t
sightings(struct world *w, int64_t message)
{
	struct sighting_row *v;
	struct err err = {0};
	size_t n;

	assert_int_equal(ledger_sightings(w->store, w->owner, w->arena, message,
			     &v, &n, &err),
	    0);
	return n;
}

#define FIRST "Message-ID: <a@x>\nSubject: one\n\nThe body\n"

/* Whether the second is a copy of the first. */
static const struct {
	const char *what, *one, *two;
	bool copy;
} pairs[] = {
    {"the same bytes", FIRST, FIRST, true},
    {"another path to us", FIRST,
	"Received: by b\nMessage-ID: <a@x>\n\nThe body\n", true},
    {"CRLF from IMAP", FIRST,
	"Message-ID: <a@x>\r\nSubject: one\r\n\r\nThe body\r\n", true},
    {"the empty line of an mbox", FIRST, "Message-ID: <a@x>\n\nThe body\n\n",
	true},
    {"a field name in other case", FIRST, "MESSAGE-id:<a@x>\n\nThe body\n",
	true},
    {"a folded id", FIRST, "Message-ID:\n <a@x>\nX: y\n\nThe body\n", true},
    {"another body", FIRST, "Message-ID: <a@x>\n\nAnother body\n", false},
    {"another id", FIRST, "Message-ID: <b@x>\n\nThe body\n", false},
    {"no id", FIRST, "Subject: one\n\nThe body\n", false},
    {"an id in the body", "Subject: a\n\nMessage-ID: <a@x>\n",
	"Subject: b\n\nMessage-ID: <a@x>\n", false},
    {"neither has an id", "Subject: a\n\nx\n", "Subject: b\n\nx\n", false},
    {"an empty id", "Message-ID: <>\nS: a\n\nx\n",
	"Message-ID: <>\nS: b\n\nx\n", false},
    {"nothing but a header", "Message-ID: <a@x>\nS: a",
	"Message-ID: <a@x>\nS: b", true},
    {"ids of other case", FIRST, "Message-ID: <A@x>\n\nThe body\n", false},
};

static void
copies_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		void *own;
		struct kept one, two;

		assert_int_equal(open_world(&own), 0);
		one = keep(own, pairs[i].one);
		two = keep(own, pairs[i].two);
		if (one.duplicate || two.duplicate != pairs[i].copy ||
		    (one.message == two.message) != pairs[i].copy)
			fail_msg("%s: is %s copy", pairs[i].what,
			    two.duplicate ? "a" : "no");
		close_world(&own);
	}
}

static void
each_place_is_listed_once(void **state)
{
	struct world *w = *state;
	int64_t id = keep_from(w, FIRST, "mbox", "a.eml", 0).message;

	keep_from(w, FIRST, "mbox", "b.eml", 0);
	keep_from(w, FIRST, "imap:home", NULL, 5);
	assert_int_equal(sightings(w, id), 3);
	/* an import that is repeated */
	keep_from(w, FIRST, "mbox", "a.eml", 0);
	keep_from(w, FIRST, "imap:home", NULL, 5);
	assert_int_equal(sightings(w, id), 3);
}

static void
uids_are_remembered(void **state)
{
	struct world *w = *state;
	struct err err = {0};
	uint32_t last = 1;

	keep_from(w, FIRST, "imap:home", NULL, 5);
	keep_from(w, "Message-ID: <b@x>\n\nb\n", "imap:home", NULL, 9);
	assert_int_equal(
	    intake_seen(w->store, w->owner, "imap:home", 7, 5, &err), 1);
	assert_int_equal(
	    intake_seen(w->store, w->owner, "imap:home", 7, 6, &err), 0);
	assert_int_equal(
	    intake_seen(w->store, w->owner, "imap:home", 8, 5, &err), 0);
	assert_int_equal(
	    intake_seen(w->store, w->owner, "imap:work", 7, 5, &err), 0);
	assert_int_equal(
	    intake_last_uid(w->store, w->owner, "imap:home", 7, &last, &err),
	    0);
	assert_int_equal(last, 9);
	assert_int_equal(
	    intake_last_uid(w->store, w->owner, "imap:home", 8, &last, &err),
	    0);
	assert_int_equal(last, 0);
	/* UIDVALIDITY changed: known by its contents, no second message */
	const struct arrival again = {.raw = slice_of(FIRST),
	    .source = "imap:home",
	    .uidvalidity = 8,
	    .uid = 1};
	struct kept kept;

	assert_int_equal(
	    intake_keep(w->store, w->owner, &again, &kept, &err), 0);
	assert_true(kept.duplicate);
}

static void
bytes_come_back_as_they_came(void **state)
{
	struct world *w = *state;
	struct err err = {0};
	struct slice raw;
	char all[256 * 3];
	struct arrival a = {.raw = {all, sizeof(all)}, .source = "test"};
	struct kept kept;

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	assert_int_equal(intake_keep(w->store, w->owner, &a, &kept, &err), 0);
	assert_int_equal(
	    intake_raw(w->store, w->owner, kept.message, w->arena, &raw, &err),
	    0);
	assert_int_equal(raw.len, sizeof(all));
	assert_memory_equal(raw.p, all, sizeof(all));
	assert_int_equal(
	    intake_raw(w->store, w->owner, 999, w->arena, &raw, &err), -1);
	assert_int_equal(err.code, EX_DATAERR);
}

static void
nothing_is_no_crash(void **state)
{
	struct world *w = *state;

	assert_false(keep(w, "").duplicate);
	assert_true(keep(w, "").duplicate);
	assert_false(keep(w, "\n").duplicate);
	assert_false(keep(w, "Message-ID:").duplicate);
	assert_false(keep(w, "Message-ID: <\n").duplicate);
}

static size_t
waiting(struct world *w, int64_t *first)
{
	struct err err = {0};
	int64_t *v;
	size_t n;

	assert_int_equal(
	    intake_waiting(w->store, w->owner, w->arena, 100, &v, &n, &err), 0);
	*first = n > 0 ? v[0] : 0;
	return n;
}

/* A process dies between the two transactions: the next pass goes on. */
static void
a_crash_leaves_it_waiting(void **state)
{
	struct world *w = *state;
	struct err err = {0};
	int64_t first;
	int status;

	if (fork() == 0) {
		struct store *s = store_open(w->path, STORE_WRITE, &err);
		const struct arrival a = {
		    .raw = slice_of(FIRST), .source = "test"};
		struct kept kept;

		intake_keep(s, w->owner, &a, &kept, &err);
		store_begin(s, &err);
		intake_claim(s, w->owner, kept.message, &err);
		intake_done(s, w->owner, kept.message, &err);
		_exit(3); /* before the commit */
	}
	assert_true(wait(&status) > 0);
	assert_int_equal(WEXITSTATUS(status), 3);
	assert_int_equal(waiting(w, &first), 1);
	assert_true(keep(w, FIRST).waiting);
	assert_int_equal(store_begin(w->store, &err), 0);
	assert_int_equal(intake_claim(w->store, w->owner, first, &err), 1);
	assert_int_equal(intake_done(w->store, w->owner, first, &err), 0);
	assert_int_equal(store_commit(w->store, &err), 0);
	assert_int_equal(waiting(w, &first), 0);
	assert_false(keep(w, FIRST).waiting);
	/* Nobody does it twice. */
	assert_int_equal(store_begin(w->store, &err), 0);
	assert_int_equal(intake_claim(w->store, w->owner, 1, &err), 0);
	store_rollback(w->store);
}

static void
a_poisonous_mail_does_not_stop_the_rest(void **state)
{
	struct world *w = *state;
	struct err err = {0};
	int64_t bad = keep(w, FIRST).message, first;
	int64_t good = keep(w, "Message-ID: <b@x>\n\nb\n").message;

	for (int i = 0; i < INTAKE_TRIES; i++) {
		assert_int_equal(waiting(w, &first), 2);
		assert_int_equal(first, bad);
		assert_int_equal(intake_try(w->store, w->owner, bad, &err), 0);
	}
	assert_int_equal(waiting(w, &first), 1);
	assert_int_equal(first, good);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(copies_are_known),
	    IN_WORLD(each_place_is_listed_once),
	    IN_WORLD(uids_are_remembered),
	    IN_WORLD(bytes_come_back_as_they_came),
	    IN_WORLD(nothing_is_no_crash),
	    IN_WORLD(a_crash_leaves_it_waiting),
	    IN_WORLD(a_poisonous_mail_does_not_stop_the_rest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
