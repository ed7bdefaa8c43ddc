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

static struct required
required(struct arena *a, const char *pattern)
{
	struct known k = literal_analyse(a, slice_of(pattern), no_names, NULL);

	return known_required(&k);
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
    {"\\b(?:ref|case)[^.;]{0,9}?\\d{3,8}\\b", "Your case is CX-10442."},
    {"(?=\\w*\\d)[a-z]\\w+", "ab1"},
    {"(?<!\\w)pay(?!\\w)", "-pay!"},
    {"[1-9]x", "7x"},
    {"\\d{12}", "123456789012"},
    {"\\x41bc|\\(c\\) 20\\d\\d", "(C) 2026"},
    {"[£€]5|©", "\u20ac5"},
    {"(?:re-?)?(?:ship|send)(?:ing|s)?\\b", "resends"},
    {"x+y", "xxy"},
    {"(?:a|bb?)+c", "abbac"},
    {"[-/]day", "one/day"},
};

static void
lets_matches_pass(void **state)
{
	const size_t n = sizeof(matching) / sizeof(*matching);
	struct required literals[sizeof(matching) / sizeof(*matching)];
	struct arena *a = arena_new();
	struct matcher *m = matcher_new();
	struct pattern *p;
	struct gate *gate;
	struct span found;
	uint64_t *set;
	size_t i;

	(void)state;
	for (i = 0; i < n; i++)
		literals[i] = required(a, matching[i].pattern);
	gate = gate_new(a, literals, 0, n);
	set = arena_calloc(a, gate_words(gate), sizeof(*set));
	matcher_begin(m);
	for (i = 0; i < n; i++) {
		p = pattern_new(a, matching[i].pattern, false);
		assert_int_equal(MATCH_FOUND,
		    pattern_match(m, p, slice_of(matching[i].text), 0, &found));
		gate_scan(gate, slice_of(matching[i].text), set);
		if (!gate_has(set, i))
			print_message("# %s\n", matching[i].pattern);
		assert_true(gate_has(set, i));
	}
	matcher_free(m);
	arena_free(a);
}

/* Texts that a pattern's gate keeps out. */
static const struct {
	const char *pattern, *text;
} others[] = {
    {"\\b(?:refund|reimburse)", "We will call you, please wait."},
    {"\\b(?:we|they) will .*refund", "Where is my refund?"},
    {"\\b(?:we|they) will .*refund", "They will call."},
    {"\\bta\\b", "a statement on the data"},
    {"\\b(?:pay|remit)(?:s|ing)?\\b", "a repayment"},
    {"\\border\\b.*(?=\\w*\\d)\\w+", "the order is late"},
    {"-\\d{4,12}", "A-12, B-345"},
    {"(?:plan|aim|hope) to (?:send|post)", "we send hope, not posts to plan"},
    {"please", ""},
};

static void
keeps_others_out(void **state)
{
	struct arena *a = arena_new();
	struct required r;
	struct gate *gate;
	uint64_t *set;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		r = required(a, others[i].pattern);
		gate = gate_new(a, &r, 0, 1);
		set = arena_calloc(a, gate_words(gate), sizeof(*set));
		gate_scan(gate, slice_of(others[i].text), set);
		if (gate_has(set, 0))
			print_message("# %s\n", others[i].pattern);
		assert_false(gate_has(set, 0));
	}
	arena_free(a);
}

static bool
a_time(void *ctx, struct slice name, struct known *known)
{
	(void)ctx;
	(void)name;
	memset(known, 0, sizeof(*known));
	known->need.time = true;
	return true;
}

static void
tells_who_needs_a_time(void **state)
{
	static const char *const patterns[] = {"by <time>", "by(?: <time>)?",
	    "(?:<time>|on <time>) sharp", "<time>|soon", "(?! <time>)by"};
	static const bool needed[] = {true, false, true, false, false};
	const size_t n = sizeof(patterns) / sizeof(*patterns);
	struct arena *a = arena_new();
	struct required r[sizeof(patterns) / sizeof(*patterns)];
	struct gate *gate;
	struct known k;
	uint64_t *set;
	size_t i;

	(void)state;
	for (i = 0; i < n; i++) {
		k = literal_analyse(a, slice_of(patterns[i]), a_time, NULL);
		r[i] = known_required(&k);
	}
	gate = gate_new(a, r, 0, n);
	set = arena_calloc(a, gate_words(gate), sizeof(*set));
	gate_scan(gate, slice_of("by \001 sharp, soon"), set);
	for (i = 0; i < n; i++)
		assert_true(gate_has(set, i));
	gate_no_times(gate, set);
	for (i = 0; i < n; i++)
		assert_int_equal(!needed[i], gate_has(set, i));
	assert_int_equal(1, gate_next(set, 0, n));
	assert_int_equal(n, gate_next(set, n, n));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lets_matches_pass),
	    cmocka_unit_test(keeps_others_out),
	    cmocka_unit_test(tells_who_needs_a_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
