/* What is put aside comes back, and leaves no name. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/shelf.h"

static int
names_in(const char *folder)
{
	DIR *d = opendir(folder);
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
test_shelf(void **state)
{
	char folder[] = "/tmp/promised-shelf.XXXXXX", store[64];
	struct arena *a = arena_new();
	struct shelved where[100];
	struct shelf *s;
	int i;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(store, sizeof(store), "%s/store.db", folder);
	s = shelf_open(store);
	assert_non_null(s);
	for (i = 0; i < 100; i++) {
		where[i] = shelf_put(s, slice_of(arena_printf(a, "%*d", i, i)));
		assert_true(where[i].len > 0);
	}
	for (i = 99; i >= 0; i--)
		assert_true(slice_is(
		    shelf_get(s, where[i], a), arena_printf(a, "%*d", i, i)));
	assert_int_equal(names_in(folder), 2); /* . and .. */
	/* What is not there is no bytes, rather than others. */
	where[0].len = 1 << 20;
	assert_int_equal(shelf_get(s, where[0], a).len, 0);
	shelf_close(s);
	rmdir(folder);
	assert_null(shelf_open(store));
	shelf_close(NULL);
	arena_free(a);
}

/* A full disk: what came before is still there. */
static void
test_full(void **state)
{
	struct rlimit before, small = {100, 100};
	struct arena *a = arena_new();
	struct shelf *s = shelf_open("/tmp/");
	struct shelved first = shelf_put(s, slice_of("first")), second;

	(void)state;
	getrlimit(RLIMIT_FSIZE, &before);
	small.rlim_max = before.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	second = shelf_put(s, (struct slice){arena_calloc(a, 1, 1000), 1000});
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(second.len, 0);
	second = shelf_put(s, slice_of("second"));
	assert_true(slice_is(shelf_get(s, first, a), "first"));
	assert_true(slice_is(shelf_get(s, second, a), "second"));
	shelf_close(s);
	arena_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_shelf),
	    cmocka_unit_test(test_full),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("shelf", tests, NULL, NULL);
}
