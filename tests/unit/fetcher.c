/*
 * promised's side of the pipe, with helpers of a few lines of shell in place of
 * promised-fetch: whatever becomes of the helper, promised goes on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "mail/fetcher.h"

static char folder[] = "/tmp/fetcher.XXXXXX";
static char program[64], heard[64];

static int
make_folder(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(program, sizeof(program), "%s/helper", folder);
	snprintf(heard, sizeof(heard), "%s/heard", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	unlink(program);
	unlink(heard);
	return rmdir(folder);
}

/* Starts a helper that runs this shell script in the test's folder. */
static struct fetcher *
start(const char *script)
{
	static const uint32_t skip[] = {5, 9};
	const struct fetch_settings s = {
	    .program = program,
	    .name = "home",
	    .url = "imaps://ann@mail.example/",
	    .password = "p w",
	    .uidvalidity = 3,
	    .uidnext = 17,
	    .skip = skip,
	    .skips = 2,
	};
	FILE *file = fopen(program, "w");
	struct fetcher *f;
	struct err e = {0};

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\ncd %s\n%s\n", folder, script);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(program, 0700), 0);
	f = fetcher_open(&s, &e);
	if (f == NULL)
		fail_msg("%s", e.text);
	return f;
}

struct talk {
	struct arena *m;
	struct fetched got;
	struct err e;
};

static enum fetch_event
next(struct fetcher *f, struct talk *t)
{
	arena_reset(t->m);
	return fetcher_next(f, t->m, &t->got, -1, &t->e);
}

static void
mail_comes_and_is_filed(void **state)
{
	struct talk t = {.m = arena_new()};
	struct fetcher *f =
	    start("read -r plan\n"
		  "echo mailbox uidvalidity=3 next=17\n"
		  "echo asking first=17 last=18\n"
		  "printf 'mail uid=17 size=5 flags=%%5CSeen "
		  "internaldate=2026-03-02T10:15:00%%2B01:00 +5\\na\\nb\\nc'\n"
		  "echo idle next=19\n"
		  "read -r filed\n"
		  "printf '%s\\n%s\\n' \"$plan\" \"$filed\" >heard\n"
		  "echo done next=19");
	char text[512];
	uint32_t validity, uidnext;
	FILE *file;

	(void)state;
	assert_int_equal(next(f, &t), FETCH_MAIL);
	assert_int_equal(t.got.uidvalidity, 3);
	assert_int_equal(t.got.uid, 17);
	assert_int_equal(t.got.raw.len, 5);
	assert_memory_equal(t.got.raw.p, "a\nb\nc", 5);
	assert_string_equal(t.got.flags, "\\Seen");
	assert_true(t.got.has_date);
	assert_int_equal(t.got.internaldate.utc, 1772442900);
	assert_int_equal(t.got.internaldate.offset, 3600);
	fetcher_known(f, &validity, &uidnext);
	assert_int_equal(validity, 3);
	assert_int_equal(uidnext, 17);
	fetcher_filed(f, &t.got);
	assert_int_equal(next(f, &t), FETCH_QUIET);
	fetcher_known(f, &validity, &uidnext);
	assert_int_equal(uidnext, 19);
	assert_int_equal(next(f, &t), FETCH_DONE);
	assert_int_equal(next(f, &t), FETCH_DONE);
	fetcher_close(f, 5000);
	file = fopen(heard, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	assert_string_equal(text,
	    "fetch url=imaps://ann@mail.example/ password=p%20w mode=once "
	    "skip=5,9 uidvalidity=3 uidnext=17\n");
	assert_non_null(fgets(text, sizeof(text), file));
	assert_string_equal(text, "filed uidvalidity=3 uid=17\n");
	fclose(file);
	arena_free(t.m);
}

static void
what_stays_on_the_server_is_told(void **state)
{
	struct talk t = {.m = arena_new()};
	struct fetcher *f =
	    start("read -r plan\n"
		  "echo skipped uid=4 size=70000000 text=large\n"
		  "echo note text=no%20MOVE\n"
		  "echo done next=5");

	(void)state;
	assert_int_equal(next(f, &t), FETCH_SKIPPED);
	assert_int_equal(t.got.uid, 4);
	assert_int_equal(t.got.size, 70000000);
	assert_string_equal(t.got.text, "large");
	assert_int_equal(next(f, &t), FETCH_NOTE);
	assert_string_equal(t.got.text, "no MOVE");
	assert_int_equal(next(f, &t), FETCH_DONE);
	fetcher_close(f, 5000);
	arena_free(t.m);
}

/* Each of these ends must become an error that names the mailbox. */
static void
every_bad_end_is_an_error(void **state)
{
	static const struct {
		const char *script;
		int code;
		const char *says;
	} row[] = {
	    {"read -r plan; kill -SEGV $$", EX_SOFTWARE, "died by signal 11"},
	    {"read -r plan; kill -KILL $$", EX_SOFTWARE, "died by signal 9"},
	    {"read -r plan; echo mailbox uidvalidity=1 next=1; "
	     "echo asking first=6 last=8; kill -SEGV $$",
		EX_SOFTWARE, "Segm"},
	    {"read -r plan; exit 0", EX_SOFTWARE, "ended with status 0"},
	    {"read -r plan; exit 75", EX_TEMPFAIL, "memory"},
	    {"read -r plan; printf 'mail uid=1 +9\\nabc'", EX_DATAERR, "ends"},
	    {"read -r plan; printf 'mail uid=1 +99999999999\\n'", EX_DATAERR,
		"at most"},
	    {"read -r plan; echo HTTP/1.1 200", EX_DATAERR, "no frame"},
	    {"read -r plan; echo hello", EX_SOFTWARE, "one version"},
	    {"read -r plan; echo fault code=77 text=expired", EX_NOPERM,
		"expired"},
	};
	struct talk t = {.m = arena_new()};
	struct fetcher *f;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		f = start(row[i].script);
		assert_int_equal(next(f, &t), FETCH_FAILED);
		assert_int_equal(t.e.code, row[i].code);
		if (strstr(t.e.text, row[i].says) == NULL ||
		    strncmp(t.e.text, "mailbox home: ", 14) != 0)
			fail_msg("%s: %s", row[i].script, t.e.text);
		fetcher_close(f, 5000);
	}
	arena_free(t.m);
}

static void
it_tells_at_which_mails_it_failed(void **state)
{
	struct talk t = {.m = arena_new()};
	struct fetcher *f = start("read -r plan\n"
				  "echo mailbox uidvalidity=1 next=1\n"
				  "echo asking first=6 last=8\n"
				  "kill -SEGV $$");
	uint32_t first, last;

	(void)state;
	assert_int_equal(next(f, &t), FETCH_FAILED);
	fetcher_asking(f, &first, &last);
	assert_int_equal(first, 6);
	assert_int_equal(last, 8);
	fetcher_close(f, 5000);
	arena_free(t.m);
}

static void
a_helper_that_is_not_there(void **state)
{
	const struct fetch_settings s = {
	    .program = "/nonexistent/promised-fetch",
	    .name = "home",
	    .url = "imaps://ann@mail.example/",
	};
	struct err e = {0};

	(void)state;
	assert_null(fetcher_open(&s, &e));
	assert_non_null(strstr(e.text, "/nonexistent/promised-fetch"));
}

static void
time_passes_without_a_word(void **state)
{
	struct talk t = {.m = arena_new()};
	struct fetcher *f =
	    start("read -r plan\nread -r go\necho idle next=1\nread -r stop");

	(void)state;
	assert_int_equal(fetcher_next(f, t.m, &t.got, 0, &t.e), FETCH_TIMEOUT);
	assert_int_equal(fetcher_next(f, t.m, &t.got, 20, &t.e), FETCH_TIMEOUT);
	t.got.uid = t.got.uidvalidity = 1;
	fetcher_filed(f, &t.got);
	assert_int_equal(next(f, &t), FETCH_QUIET);
	fetcher_close(f, 5000);
	arena_free(t.m);
}

/* A helper that reads nothing while 100,000 mails are filed at once. */
static void
filing_never_blocks(void **state)
{
	struct talk t = {.m = arena_new()};
	struct fetcher *f =
	    start("read -r plan\necho idle next=1\nread -r one\n"
		  "grep -c '^filed' >heard\nexit 0");
	struct fetched mail = {.uidvalidity = 1};
	char text[32] = "";
	FILE *file;

	(void)state;
	assert_int_equal(next(f, &t), FETCH_QUIET);
	for (mail.uid = 1; mail.uid <= 100001; mail.uid++)
		fetcher_filed(f, &mail);
	fetcher_close(f, 20000);
	file = fopen(heard, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, "100000\n");
	arena_free(t.m);
}

static void
a_helper_that_will_not_end_is_killed(void **state)
{
	struct talk t = {.m = arena_new()};
	struct fetcher *f = start("trap '' TERM HUP\necho idle next=1\n"
				  "while :; do :; done");

	(void)state;
	assert_int_equal(next(f, &t), FETCH_QUIET);
	fetcher_close(f, 10);
	arena_free(t.m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mail_comes_and_is_filed),
	    cmocka_unit_test(what_stays_on_the_server_is_told),
	    cmocka_unit_test(every_bad_end_is_an_error),
	    cmocka_unit_test(it_tells_at_which_mails_it_failed),
	    cmocka_unit_test(a_helper_that_is_not_there),
	    cmocka_unit_test(time_passes_without_a_word),
	    cmocka_unit_test(filing_never_blocks),
	    cmocka_unit_test(a_helper_that_will_not_end_is_killed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
