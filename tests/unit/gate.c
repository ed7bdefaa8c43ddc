/* The gate: what a pattern requires is found in a text, and it never keeps a
 * pattern out that would match. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/gate.h"
#include "rules/literal.h"
#include "rules/pattern.h"

static bool
no_names(void *ctx, struct slice name, struct known *known)
{
	(void)ctx;
	(void)name;
	(void)known;
	return false;
}

static struct literals
required(struct arena *a, const char *pattern)
{
	struct known k = literal_analyse(a, slice_of(pattern), no_names, NULL);

	return literal_required(&k);
}

/* Patterns, and texts that each matches. */
static const struct {
	const char *pattern, *text;
} matching[] = {
    {"\\b(?:refund|reimburse)(?:ed|s)?\\b", "We REFUNDED it"},
    {"please (?:pay|send) us", "so Please send us it"},
    {"(?:a|an|the)? ?offer(?:s|ed)?", "offer"},
    {"[ab]cd+e", "xbcdde"},
    {"colou?r", "the color"},
    {"(?<name>x{2,3}yz)", "xxyz"},
    {"a\\.b", "a.b"},
    {"(?=foo)f\\w+", "food"},
    {"(?!foo)bar", "bar"},
    {".", "?"},
    {"(?i:Straße)", "straße"},
    {"a|", "zzz"},
    {"\\x41bc", "abc"},
    {"(?:will|shall)(?: not)? (?:be )?paid", "shall not be paid"},
};

static void
lets_matches_pass(void **state)
{
	const size_t n = sizeof(matching) / sizeof(*matching);
	struct literals literals[sizeof(matching) / sizeof(*matching)];
	struct arena *a = arena_new();
	struct matcher *m = matcher_new();
	struct pattern *p;
	struct gate *gate;
	struct span found;
	uint64_t set[4];
	size_t i;

	(void)state;
	for (i = 0; i < n; i++)
		literals[i] = required(a, matching[i].pattern);
	gate = gate_new(a, literals, NULL, n);
	assert_true(gate_words(gate) <= 4);
	matcher_begin(m);
	for (i = 0; i < n; i++) {
		p = pattern_new(a, matching[i].pattern);
		assert_int_equal(MATCH_FOUND,
		    pattern_match(m, p, slice_of(matching[i].text), 0, &found));
		gate_scan(gate, slice_of(matching[i].text), set);
		assert_true(gate_has(set, i));
		pattern_free(p);
	}
	matcher_free(m);
	arena_free(a);
}

static void
keeps_others_out(void **state)
{
	struct arena *a = arena_new();
	struct literals literals[] = {
	    required(a, "\\b(?:refund|reimburse)"), required(a, "please")};
	struct gate *gate = gate_new(a, literals, NULL, 2);
	uint64_t set[1];

	(void)state;
	gate_scan(gate, slice_of("We will call you, PLEASE wait."), set);
	assert_false(gate_has(set, 0));
	assert_true(gate_has(set, 1));
	gate_scan(gate, slice_of(""), set);
	assert_false(gate_has(set, 1));
	arena_free(a);
}

static void
wants_all_that_a_match_needs(void **state)
{
	struct arena *a = arena_new();
	struct known k = literal_analyse(
	    a, slice_of("\\b(?:we|they) will .*refund"), no_names, NULL);
	struct gate *gate = gate_new(a, &k.need, &k.also, 1);
	uint64_t set[2];

	(void)state;
	assert_int_equal(gate_words(gate), 2);
	gate_scan(gate, slice_of("They will send the refund."), set);
	assert_true(gate_has(set, 0));
	gate_scan(gate, slice_of("Where is my refund?"), set);
	assert_false(gate_has(set, 0));
	gate_scan(gate, slice_of("They will call."), set);
	assert_false(gate_has(set, 0));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lets_matches_pass),
	    cmocka_unit_test(keeps_others_out),
	    cmocka_unit_test(wants_all_that_a_match_needs),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
