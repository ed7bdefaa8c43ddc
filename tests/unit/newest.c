/*
 * The newest text of replies: of every tests/replies/NAME.eml it must be
 * NAME.want, byte by byte; and none of these replies is a forward.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mail/read.h"

static struct forms *forms;
static struct arena *loaded;

static int
setup(void **state)
{
	struct err err = {0};

	(void)state;
	loaded = arena_new();
	forms = forms_load(loaded, "mail/forms", &err);
	if (forms == NULL)
		print_error("%s\n", err.text);
	return forms == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(loaded);
	return 0;
}

static struct slice
file_read(struct arena *m, const char *path)
{
	enum { MOST = 1 << 16 };
	FILE *file = fopen(path, "rb");
	char *room = arena_alloc(m, MOST);
	struct slice s = {room, 0};

	assert_non_null(file);
	s.len = fread(room, 1, MOST - 1, file);
	fclose(file);
	return s;
}

static int
check(const char *name)
{
	struct arena *m = arena_new();
	const char *want = slice_dup(m,
	    slice_trim(
		file_read(m, arena_printf(m, "tests/replies/%s.want", name))));
	struct message *mail = message_read(
	    m, file_read(m, arena_printf(m, "tests/replies/%s.eml", name)));
	struct original *o = original_read(m, forms, mail);
	int wrong = o->forwarded || strcmp(o->newest, want) != 0;

	if (wrong)
		print_error("%s: %swant '%s', got '%s'\n", name,
		    o->forwarded ? "taken for a forward, " : "", want,
		    o->newest);
	arena_free(m);
	return wrong;
}

static void
test_replies(void **state)
{
	DIR *dir = opendir("tests/replies");
	struct dirent *entry;
	int wrong = 0, read = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		char *dot = strrchr(entry->d_name, '.');

		if (dot == NULL || strcmp(dot, ".eml") != 0)
			continue;
		*dot = '\0';
		wrong += check(entry->d_name);
		read++;
	}
	closedir(dir);
	assert_true(read > 0);
	assert_int_equal(wrong, 0);
}

static void
newest_is(const char *text, const char *want)
{
	struct arena *m = arena_new();

	assert_string_equal(newest_text(m, forms, text), want);
	arena_free(m);
}

static void
test_edges(void **state)
{
	(void)state;
	newest_is("", "");
	newest_is("\n\n \n", "");
	newest_is("one line", "one line");
	newest_is("    code first\n\ntext\n", "    code first\n\ntext");
	/* All quoted: the author's own way when it tells no history, ... */
	newest_is("> We pay on Friday.\n> Shop\n", "We pay on Friday.\nShop");
	/* ... else nothing is new. */
	newest_is(
	    "> On Mon, 2 Mar 2026 at 10:15, A <a@b.example> wrote:\n>> hi\n",
	    "");
	/* A lead-in in the author's own line. */
	newest_is(
	    "fine On Mon, Mar 2, 2026 at 10:15 AM, a@b.example wrote:\n> hi\n",
	    "fine");
	/* A sentence that begins as a footer does. */
	newest_is("Sent from my desk, it is easier than from a phone.\n\nMore.",
	    "Sent from my desk, it is easier than from a phone.\n\nMore.");
	/* A wrapped quotation is no answer. */
	newest_is(
	    "Fine.\n\nOn Mon, 2 Mar 2026 at 10:15, A <a@b.example> wrote:\n"
	    "> this line is so long that the program had to break it somewhere and\n"
	    "did so\n> here\n",
	    "Fine.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_replies),
	    cmocka_unit_test(test_edges),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("newest", tests, setup, teardown);
}
