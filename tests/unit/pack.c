/* Rule files: what is wrong with one is told with file, line and column, and an
 * owner's rule stands in for a shipped one of its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "rules/check.h"
#include "rules/read.h"

static char root[] = "/tmp/pack-test-XXXXXX";

static void
put_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int
make_folders(void **state)
{
	char path[256];

	(void)state;
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/xx", root);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/own", root);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/own/xx", root);
	mkdir(path, 0700);
	put_file("xx/language", "words the a\nspell pls = please\n");
	put_file("own/xx/mine.rules", "");
	return 0;
}

static int
remove_folders(void **state)
{
	static const char *const names[] = {"own/xx/mine.rules", "xx/t.rules",
	    "xx/language", "own/xx", "own", "xx", ""};
	char path[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, names[i]);
		remove(path);
	}
	return 0;
}

static const struct {
	const char *text, *where, *what;
} faults[] = {
    {"rule a\n\tsays promise\n", ":1:1:", "no match"},
    {"rule a\n\tsays jokes\n\tmatch x\n", ":2:7:", "jokes"},
    {"rule a\n\tsays promise\n\tmatch <nobody> will\n", ":3:8:", "<nobody>"},
    {"rule a\n\tcolour red\n", ":2:2:", "colour"},
    {"rule A\n", ":1:6:", "lower case"},
    {"\tmatch x\n", ":1:2:", "belongs to no rule"},
    {"define a\n\t<b>\ndefine b\n\t<a>\nrule c\n\tsays nothing\n\tmatch <a>\n",
	":7:8:", "itself"},
    {"rule a\n\tsays nothing\n\tmatch x\nrule a\n\tsays nothing\n\tmatch y\n",
	":4:6:", "already"},
    {"rule a\n\tsays action dance\n\tmatch x\n", ":2:14:", "dance"},
    {"rule a\n\tsays\n", ":2:6:", "wants a value"},
    {"rule a\n\tsays manner rude\n", ":2:14:", "no manner"},
    {"rule a\n\tmatch x\n\t\t|y\n\tcolour red\n", ":4:2:", "colour"},
    {"rule a\n\tsays manner blame\n\twhen delay rain\n", ":3:13:", "rain"},
    {"rule a\n\tsays manner blame\n\twhen delay\n\tmatch x\n", ":1:1:", "both"},
    {"rule a\n\tsays manner blame\n\twithout delay\n\tmatch x\n",
	":1:1:", "no \"when\""},
    {"rule a\n\tsays promise\n\twhen delay\n", ":1:1:", "no signal"},
};

static void
faults_have_places(void **state)
{
	struct arena *arena = arena_new();
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		put_file("xx/t.rules", faults[i].text);
		memset(&err, 0, sizeof(err));
		assert_null(pack_load(arena, root, NULL, &err));
		assert_int_equal(EX_CONFIG, err.code);
		assert_non_null(strstr(err.text, "xx/t.rules"));
		assert_non_null(strstr(err.text, faults[i].where));
		assert_non_null(strstr(err.text, faults[i].what));
	}
	arena_free(arena);
}

static struct findings *
read_line(struct arena *arena, struct pack *pack, const char *text)
{
	struct reading in = {.text = text, .sender = WHO_COMPANY};

	return findings_read(arena, pack, &in);
}

static void
owner_comes_first(void **state)
{
	struct arena *arena = arena_new();
	char own[64];
	struct err err;
	struct pack *pack;

	(void)state;
	put_file(
	    "xx/t.rules", "rule sorry\n\tsays signal apology\n\tmatch sorry\n");
	put_file("own/xx/mine.rules",
	    "rule sorry\n\tsays signal apology\n\tmatch (?i:alas)\n");
	snprintf(own, sizeof(own), "%s/own", root);
	pack = pack_load(arena, root, own, &err);
	assert_non_null(pack);
	assert_int_equal(1, read_line(arena, pack, "Alas, no.")->signal_count);
	assert_int_equal(0, read_line(arena, pack, "So sorry.")->signal_count);
	pack_close(pack);

	/* The owner's own faults are told at once, not at the first match. */
	put_file("own/xx/mine.rules",
	    "rule sorry\n\tsays signal apology\n\tmatch ala(s\n");
	assert_null(pack_load(arena, root, own, &err));
	assert_non_null(strstr(err.text, "mine.rules:3:"));
	arena_free(arena);
}

/* "match so" and, indented deeper, "rry" are one pattern. */
static void
deeper_lines_go_on(void **state)
{
	struct arena *arena = arena_new();
	struct err err;
	struct pack *pack;

	(void)state;
	put_file("own/xx/mine.rules", "");
	put_file("xx/t.rules",
	    "define no\n\t(?:no\n\t\t|none) \n"
	    "rule sorry\n\tsays signal apology\n\tmatch so \n"
	    "\t\t rry[ ]\n\t\t\t<no>\n\tnot ever\n");
	pack = pack_load(arena, root, NULL, &err);
	assert_non_null(pack);
	assert_int_equal(
	    1, read_line(arena, pack, "So sorry none.")->signal_count);
	assert_int_equal(
	    0, read_line(arena, pack, "Sorry none ever.")->signal_count);
	assert_int_equal(0, read_line(arena, pack, "So rry no.")->signal_count);
	pack_close(pack);
	arena_free(arena);
}

static void
check_proves_examples(void **state)
{
	struct err err;
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	put_file("xx/t.rules",
	    "rule sorry\n\tsays signal apology\n"
	    "\tmatch sorry\n\texample So sorry.\n\texample Alas.\n"
	    "\tcounter Not sorry.\n");
	assert_int_equal(-1, rules_check(out, root, &err));
	fclose(out);
	assert_non_null(strstr(text, "t.rules:5:10: "));
	assert_non_null(strstr(text, "t.rules:6:10: "));
	assert_null(strstr(text, "t.rules:4:"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(faults_have_places),
	    cmocka_unit_test(owner_comes_first),
	    cmocka_unit_test(deeper_lines_go_on),
	    cmocka_unit_test(check_proves_examples),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
