/* rules/factor.h: what begins alike is written once, and nothing else moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "rules/factor.h"

struct pair {
	const char *written, *factored;
};

static void
check(const struct pair *v, size_t n)
{
	struct arena *arena = arena_new();
	size_t i;

	for (i = 0; i < n; i++)
		assert_string_equal(factor(arena, v[i].written), v[i].factored);
	arena_free(arena);
}

static void
what_begins_alike_is_one(void **state)
{
	static const struct pair pairs[] = {
	    {"team|teacher|they", "t(?:ea(?:m|cher)|hey)"},
	    {"send|post|sent", "sen(?:d|t)|post"},
	    {"a|ab|a", "a(?:|b)"},
	    {"\\bwe\\b|\\bthey\\b", "\\b(?:we|they)\\b"},
	    {"(?:we|(?:they|the firm)) will", "(?:we|the(?:y| firm)) will"},
	    {"(?:pay)(?:s|ing)?", "pay(?:s|ing)?"},
	    {"(?!not|no one)(?<who>us|user)",
		"(?!no(?:t| one))(?<who>us(?:|er))"},
	};

	(void)state;
	check(pairs, sizeof(pairs) / sizeof(*pairs));
}

/* The first alternative that matches is taken: those that can match at the same
 * place keep their order. */
static void
order_is_kept(void **state)
{
	static const struct pair pairs[] = {
	    {"ab|\\w|ac", "ab|\\w|ac"},
	    {"ab|(?:x|y)z|ac", "ab|(?:x|y)z|ac"},
	    {"ab||ac", "ab||ac"},
	    {"ab|AC|ad", "ab|AC|ad"},
	    {"a?b|a?c", "a?b|a?c"},
	    {"(?:x|y)a|(?:x|y)b", "(?:x|y)a|(?:x|y)b"},
	    {"ab|(?-i)ac|ad", "ab|(?-i)ac|ad"},
	};

	(void)state;
	check(pairs, sizeof(pairs) / sizeof(*pairs));
}

static void
what_is_not_understood_is_left(void **state)
{
	static const struct pair pairs[] = {
	    {"(?<!need|needy)ed", "(?<!need|needy)ed"},
	    {"(ab|ac)\\1", "(ab|ac)\\1"},
	    {"(?|ab|ac)", "(?|ab|ac)"},
	    {"ab|ac)", "ab|ac)"},
	    {"(ab|ac", "(ab|ac"},
	    {"[ab|ac", "[ab|ac"},
	    {"\\Qa|a\\E", "\\Qa|a\\E"},
	    {"", ""},
	};

	(void)state;
	check(pairs, sizeof(pairs) / sizeof(*pairs));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_begins_alike_is_one),
	    cmocka_unit_test(order_is_kept),
	    cmocka_unit_test(what_is_not_understood_is_left),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
