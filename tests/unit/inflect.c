/* Words in all their forms, as the file "language" tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "rules/inflect.h"
#include "rules/pattern.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static struct language *
english(struct arena *arena)
{
	char path[] = "/tmp/promised-inflect.XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	struct language *l = NULL;
	struct err err;

	assert_non_null(f);
	fputs("inflect *e = *e *es *ed *ing\n"
	      "inflect *y = *y *ies *ied *ying\n"
	      "inflect * = * *s *ed *ing\n",
	    f);
	fclose(f);
	assert_int_equal(language_load(arena, path, &l, &err), 0);
	unlink(path);
	return l;
}

static const struct {
	const char *words, *text;
	bool matches;
} cases[] = {
    {"post", "posts", true},
    {"post", "posting", true},
    {"post", "poster", false},
    {"issue", "issuing", true},
    {"issue", "issueed", false},
    {"reply", "replied", true},
    {"ship*", "shipped", true},
    {"ship*", "ships", true},
    {"ship*", "shiped", false},
    {"send/sent", "sent", true},
    {"send/sent", "sends", true},
    {"send/sent", "sended", false},
    {"write/wrote/written", "written", true},
    {"look_into", "looking into", true},
    {"look_into", "look at it into", false},
    {"pick~up", "picked the old hub up", true},
    {"post issue", "issues", true},
};

static void
forms_of_words(void **state)
{
	struct arena *arena = arena_new();
	struct language *l = english(arena);
	struct matcher *m = matcher_new();
	struct slice made;
	struct span found;
	size_t i;

	(void)state;
	matcher_begin(m);
	for (i = 0; i < ROWS(cases); i++) {
		made = inflect(arena, l, slice_of(cases[i].words));
		if ((pattern_match(m,
			 pattern_new(arena,
			     arena_printf(
				 arena, "^(?:%.*s)$", (int)made.len, made.p),
			     false),
			 slice_of(cases[i].text), 0, &found) == MATCH_FOUND) !=
		    cases[i].matches)
			fail_msg("%s: %s", cases[i].words, cases[i].text);
	}
	matcher_free(m);
	arena_free(arena);
}

static void
bad_endings_are_told(void **state)
{
	char path[] = "/tmp/promised-inflect.XXXXXX";
	struct arena *arena = arena_new();
	int fd = mkstemp(path);
	struct language *l = NULL;
	struct err err;

	(void)state;
	assert_int_equal(write(fd, "inflect e = es\n", 15), 15);
	close(fd);
	assert_int_equal(language_load(arena, path, &l, &err), -1);
	assert_non_null(strstr(err.text, ":1:9: want: inflect"));
	unlink(path);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forms_of_words),
	    cmocka_unit_test(bad_endings_are_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("inflect", tests, NULL, NULL);
}
