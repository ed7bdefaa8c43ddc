/*
 * The store: what was committed stays, what was not does not; no statement
 * crosses owners; a damaged, foreign, newer or full store is told apart and
 * never crashes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "cases/intake.h"
#include "cases/store.h"

static char folder[] = "/tmp/promised-store.XXXXXX";
static char path[64];

static struct store *
open_as(enum store_mode mode)
{
	struct err err = {0};
	struct store *s = store_open(path, mode, &err);

	if (s == NULL)
		print_message("# %s\n", err.text);
	assert_non_null(s);
	return s;
}

static int64_t
owner_in(struct store *s, const char *address)
{
	struct err err = {0};
	int64_t owner;

	assert_int_equal(store_owner(s, address, &owner, &err), 0);
	return owner;
}

static int
fresh(void **state)
{
	static int n;

	(void)state;
	snprintf(path, sizeof(path), "%s/%d.db", folder, n++);
	return 0;
}

/* Keeps a message that only this number tells from others. */
static int
keep(struct store *s, int64_t owner, int number, struct kept *kept,
    struct err *err)
{
	char raw[80];
	struct arrival a = {.raw = {raw, 0}, .source = "test"};

	a.raw.len = (size_t)snprintf(raw, sizeof(raw),
	    "Message-ID: <%d@x>\n\nbody %d\n", number, number);
	return intake_keep(s, owner, &a, kept, err);
}

static size_t
waiting(struct store *s, int64_t owner)
{
	struct arena *a = arena_new();
	struct err err = {0};
	int64_t *v;
	size_t n;

	assert_int_equal(intake_waiting(s, owner, a, 100000, &v, &n, &err), 0);
	arena_free(a);
	return n;
}

static void
statements_name_the_owner(void **state)
{
	static const char *const texts[] = {
#define STATEMENT(name, text) text,
#include "cases/statements.h"
#undef STATEMENT
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strstr(texts[i], "owner") == NULL)
			fail_msg("%s", texts[i]);
}

/* Every statement is one that SQLite takes: prepared, none is run. */
static void
statements_are_understood(void **state)
{
	struct store *s = open_as(STORE_CREATE);
	struct value none[32];

	(void)state;
	for (size_t i = 0; i < 32; i++)
		none[i] = sql_null();
	for (int i = 0; i < SQL_COUNT; i++) {
		struct err err = {0};
		struct rows *r = store_query(s, (enum sql)i, none, 32);

		/* 32 values fit none; what is malformed says otherwise. */
		assert_int_equal(rows_end(r, &err), -1);
		if (strstr(err.text, "32 values for") == NULL)
			fail_msg("%s", err.text);
	}
	store_close(s);
}

static void
commits_stay_and_rollbacks_go(void **state)
{
	struct store *s = open_as(STORE_CREATE);
	struct err err = {0};
	int64_t owner = owner_in(s, "sam@x.example"), one, two;

	(void)state;
	assert_int_equal(store_begin(s, &err), 0);
	assert_int_equal(store_number(s, owner, "case", &one, &err), 0);
	assert_int_equal(store_commit(s, &err), 0);
	assert_int_equal(store_begin(s, &err), 0);
	assert_int_equal(store_number(s, owner, "case", &two, &err), 0);
	assert_int_equal(two, one + 1);
	store_rollback(s);
	store_close(s);
	s = open_as(STORE_WRITE);
	assert_int_equal(owner_in(s, "sam@x.example"), owner);
	assert_int_equal(store_begin(s, &err), 0);
	assert_int_equal(store_number(s, owner, "case", &two, &err), 0);
	assert_int_equal(two, one + 1);
	store_rollback(s);
	store_close(s);
}

static void
owners_number_for_themselves(void **state)
{
	struct store *s = open_as(STORE_CREATE);
	struct err err = {0};
	int64_t sam = owner_in(s, "sam@x.example");
	int64_t kim = owner_in(s, "kim@x.example");
	struct kept kept;

	(void)state;
	assert_int_not_equal(sam, kim);
	assert_int_equal(keep(s, sam, 1, &kept, &err), 0);
	assert_int_equal(keep(s, sam, 2, &kept, &err), 0);
	assert_int_equal(kept.message, 2);
	/* The same mail is no duplicate to somebody else. */
	assert_int_equal(keep(s, kim, 2, &kept, &err), 0);
	assert_int_equal(kept.message, 1);
	assert_false(kept.duplicate);
	assert_int_equal(waiting(s, sam), 2);
	assert_int_equal(waiting(s, kim), 1);
	store_close(s);
}

static void
is_for_its_owner_alone(void **state)
{
	struct stat st;

	(void)state;
	umask(022);
	store_close(open_as(STORE_CREATE));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
a_rehearsal_leaves_nothing(void **state)
{
	struct store *s = open_as(STORE_CREATE);
	struct err err = {0};
	int64_t owner = owner_in(s, "sam@x.example");
	struct kept kept;

	(void)state;
	assert_int_equal(keep(s, owner, 1, &kept, &err), 0);
	store_close(s);
	s = open_as(STORE_REHEARSE);
	assert_int_equal(keep(s, owner, 2, &kept, &err), 0);
	assert_int_equal(waiting(s, owner), 2);
	assert_int_equal(store_begin(s, &err), 0);
	store_rollback(s);
	assert_int_equal(waiting(s, owner), 2);
	store_close(s);
	s = open_as(STORE_WRITE);
	assert_int_equal(waiting(s, owner), 1);
	store_close(s);
	fresh(NULL);
	s = open_as(STORE_REHEARSE);
	owner = owner_in(s, "sam@x.example");
	assert_int_equal(keep(s, owner, 2, &kept, &err), 0);
	store_close(s);
	assert_int_equal(access(path, F_OK), -1);
}

static void
reading_writes_nothing(void **state)
{
	struct err err = {0};
	struct kept kept;
	struct store *s;
	int64_t owner;

	(void)state;
	assert_null(store_open(path, STORE_READ, &err));
	assert_int_equal(err.code, EX_CONFIG);
	assert_non_null(strstr(err.text, "promised init"));
	s = open_as(STORE_CREATE);
	owner = owner_in(s, "sam@x.example");
	store_close(s);
	s = open_as(STORE_READ);
	assert_int_equal(keep(s, owner, 1, &kept, &err), -1);
	assert_int_equal(store_owner(s, "kim@x.example", &owner, &err), -1);
	assert_int_equal(err.code, EX_CONFIG);
	store_close(s);
}

/* Writes 4 bytes into the file's header (https://sqlite.org/fileformat.html:
 * user_version at 60, application_id at 68). */
static void
patch(long offset, unsigned char last)
{
	FILE *f = fopen(path, "r+b");
	const unsigned char bytes[4] = {0, 0, 0, last};

	assert_non_null(f);
	assert_int_equal(fseek(f, offset, SEEK_SET), 0);
	assert_int_equal(fwrite(bytes, 1, 4, f), 4);
	fclose(f);
}

static void
a_newer_store_is_refused(void **state)
{
	struct err err = {0};

	(void)state;
	store_close(open_as(STORE_CREATE));
	patch(60, 200);
	assert_null(store_open(path, STORE_WRITE, &err));
	assert_int_equal(err.code, EX_CONFIG);
	assert_non_null(strstr(err.text, "version 200"));
}

static void
another_programs_file_is_refused(void **state)
{
	struct err err = {0};
	FILE *f;

	(void)state;
	store_close(open_as(STORE_CREATE));
	patch(68, 7);
	assert_null(store_open(path, STORE_CREATE, &err));
	assert_int_equal(err.code, EX_DATAERR);
	f = fopen(path, "w");
	assert_non_null(f);
	for (int i = 0; i < 1000; i++)
		fputs("Dear diary\n", f);
	fclose(f);
	assert_null(store_open(path, STORE_CREATE, &err));
	assert_int_equal(err.code, EX_DATAERR);
}

/* Each child files its own; the parent counts. */
static void
many_processes_deliver_at_once(void **state)
{
	enum { PROCESSES = 20, EACH = 10 };
	struct store *s;
	int status;

	(void)state;
	for (int i = 0; i < PROCESSES; i++) {
		if (fork() != 0)
			continue;
		struct err err = {0};
		struct kept kept;
		int64_t owner;
		int bad = 1;

		s = store_open(path, STORE_CREATE, &err);
		if (s != NULL &&
		    store_owner(s, "sam@x.example", &owner, &err) == 0) {
			bad = 0;
			for (int j = 0; j < EACH; j++)
				bad |=
				    keep(s, owner, i * EACH + j, &kept, &err);
		}
		if (bad != 0)
			fprintf(stderr, "# %s\n", err.text);
		store_close(s);
		_exit(bad != 0);
	}
	for (int i = 0; i < PROCESSES; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	s = open_as(STORE_WRITE);
	assert_int_equal(
	    waiting(s, owner_in(s, "sam@x.example")), PROCESSES * EACH);
	assert_int_equal(store_check(s, &(struct err){0}), 0);
	store_close(s);
}

/* The file may not grow beyond `most` bytes: as on a full disk. */
static int
keep_within(rlim_t most, struct err *err)
{
	const struct rlimit tight = {most, RLIM_INFINITY};
	const struct rlimit loose = {RLIM_INFINITY, RLIM_INFINITY};
	struct store *s = open_as(STORE_WRITE);
	int64_t owner = owner_in(s, "sam@x.example");
	struct kept kept;
	int result = 0;

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &tight);
	for (int i = 0; result == 0 && i < 1000; i++)
		result = keep(s, owner, i, &kept, err);
	setrlimit(RLIMIT_FSIZE, &loose);
	store_close(s);
	return result;
}

static void
a_full_disk_loses_nothing(void **state)
{
	struct err err = {0};
	struct kept kept;
	struct store *s = open_as(STORE_CREATE);
	int64_t owner = owner_in(s, "sam@x.example");
	size_t before = 0, now;

	(void)state;
	store_close(s);
	for (rlim_t most = 70000; most < 150000; most += 9973) {
		assert_int_equal(keep_within(most, &err), -1);
		if (err.code != EX_TEMPFAIL)
			fail_msg("%s", err.text);
		s = open_as(STORE_WRITE);
		assert_int_equal(store_check(s, &(struct err){0}), 0);
		now = waiting(s, owner);
		assert_true(now >= before);
		before = now;
		store_close(s);
	}
	s = open_as(STORE_WRITE);
	assert_int_equal(keep(s, owner, 123456, &kept, &err), 0);
	assert_int_equal(waiting(s, owner), before + 1);
	store_close(s);
}

static size_t
slurp(unsigned char *bytes, size_t room)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	n = fread(bytes, 1, room, f);
	fclose(f);
	return n;
}

/* Opens, reads, checks and writes; only a crash or a hang fails. */
static void
poke(void)
{
	struct err err = {0};
	struct store *s = store_open(path, STORE_WRITE, &err);
	struct arena *a = arena_new();
	struct slice raw;
	struct kept kept;
	int64_t *v;
	size_t n;

	if (s != NULL) {
		(void)store_check(s, &err);
		if (intake_waiting(s, 1, a, 100, &v, &n, &err) == 0)
			for (size_t i = 0; i < n; i++)
				(void)intake_raw(s, 1, v[i], a, &raw, &err);
		(void)keep(s, 1, 99, &kept, &err);
	} else {
		assert_int_not_equal(err.code, 0);
		assert_int_not_equal(err.code, EX_SOFTWARE);
	}
	arena_free(a);
	store_close(s);
}

static void
damage_is_no_crash(void **state)
{
	static unsigned char good[512 * 1024], bad[512 * 1024];
	struct err err = {0};
	struct store *s = open_as(STORE_CREATE);
	int64_t owner = owner_in(s, "sam@x.example");
	struct kept kept;
	char wal[80];
	size_t n;
	FILE *f;

	(void)state;
	for (int i = 0; i < 30; i++)
		assert_int_equal(keep(s, owner, i, &kept, &err), 0);
	store_close(s);
	snprintf(wal, sizeof(wal), "%s-wal", path);
	n = slurp(good, sizeof(good));
	srand(1);
	for (int i = 0; i < 300; i++) {
		memcpy(bad, good, n);
		bad[(size_t)rand() % n] ^= (unsigned char)(1 + rand() % 255);
		unlink(wal);
		f = fopen(path, "wb");
		assert_non_null(f);
		fwrite(bad, 1, i % 10 == 9 ? (size_t)rand() % n : n, f);
		fclose(f);
		poke();
	}
}

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	char command[80];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(statements_name_the_owner),
	    cmocka_unit_test_setup(statements_are_understood, fresh),
	    cmocka_unit_test_setup(commits_stay_and_rollbacks_go, fresh),
	    cmocka_unit_test_setup(owners_number_for_themselves, fresh),
	    cmocka_unit_test_setup(is_for_its_owner_alone, fresh),
	    cmocka_unit_test_setup(a_rehearsal_leaves_nothing, fresh),
	    cmocka_unit_test_setup(reading_writes_nothing, fresh),
	    cmocka_unit_test_setup(a_newer_store_is_refused, fresh),
	    cmocka_unit_test_setup(another_programs_file_is_refused, fresh),
	    cmocka_unit_test_setup(many_processes_deliver_at_once, fresh),
	    cmocka_unit_test_setup(a_full_disk_loses_nothing, fresh),
	    cmocka_unit_test_setup(damage_is_no_crash, fresh),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
