/* What the automaton says no to does not match; and it does say no. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "rules/automaton.h"
#include "rules/pack.h"

static const struct {
	const char *expression, *text;
	bool may;
} cases[] = {
    {"refund", "your REFUND", true},
    {"refund", "your fund, re: me", false},
    {"\\bwill\\b", "we will", true},
    {"\\bwill\\b", "goodwill", false},
    {"\\Bwill\\b", "goodwill", true},
    {"^we", "we", true},
    {"^we", "and we", false},
    {"will$", "we will", true},
    {"will$", "will we", false},
    {"a(?: \\w+){0,2} b", "a x y b", true},
    {"a(?: \\w+){0,2} b", "a x y z b", false},
    {"x{2,3}y", "xy", false},
    {"x{2,3}y", "xxxxy", true},
    {"x{,3}y", "x{,3}y", true},
    {"(?:ab)*+c", "ababc", true},
    {"(?-i:FOS)", "fossil", false},
    {"(?-i:FOS)", "the FOS", true},
    {"[^a-c]d", "ad", false},
    {"[^a-c]d",
	"\xc3\xa9"
	"d",
	true},
    {"[\xc2\xa3$]\\d",
	"\xc2\xa3"
	"5",
	true},
    {"[\xc2\xa3$]\\d", "x5", false},
    {"(?<!\\w)to(?!\\w)", "go to it", true},
    {"(?<!\\w)to(?!\\w)", "into", false},
    {"(?<ref>\\d{4})", "no 123", false},
    {"(?<ref>\\d{4})", "no 1234", true},
    {"a(?=b)", "ab", true},
    {"k", "\xe2\x84\xaa", true}, /* the sign for kelvin is a k */
    {"\\x01 day", "\x01 day", true},
    {"", "", true},
};

static bool
may_match(
    struct automata *w, struct automaton *a, const char *text, size_t from)
{
	return automaton_may_match(w, a, slice_of(text), &from);
}

static void
tells_apart(void **state)
{
	struct automata *w = automata_new();
	struct automaton *a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		a = automaton_new(w, cases[i].expression, false);
		assert_non_null(a);
		if (may_match(w, a, cases[i].text, 0) != cases[i].may)
			fail_msg(
			    "%s in \"%s\"", cases[i].expression, cases[i].text);
		automaton_free(a);
	}
	automata_free(w);
}

static void
begins_within(void **state)
{
	struct automata *w = automata_new();
	struct automaton *a = automaton_new(w, "\\bcall|^now", false);
	const char *text = "now recall";

	(void)state;
	assert_true(may_match(w, a, text, 0));
	assert_false(may_match(w, a, text, 1));
	assert_false(may_match(w, a, text, 6));
	assert_false(may_match(w, a, text, strlen(text)));
	automaton_free(a);
	automata_free(w);
}

/* Where the first match begins at the earliest is told: between characters, at
 * its begin or before, behind what is not part of it. */
static void
tells_where(void **state)
{
	static const struct {
		const char *expression, *text, *before;
	} tries[] = {
	    {"will call", "we will, and you will call", "we will, and you "},
	    {"\\bcall", "recall a call", "recall a "},
	    {"x$", "x y x", "x y "},
	    {"b",
		"\xc3\xa9\xc3\xa9"
		"b",
		"\xc3\xa9\xc3\xa9"},
	    {"a|bc*d", "bccc a", "bccc "},
	    {"a|bc*d", "x bcca", "x "},
	};
	struct automata *w = automata_new();
	struct automaton *a;
	size_t i, at;

	(void)state;
	for (i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		a = automaton_new(w, tries[i].expression, false);
		at = 0;
		assert_true(
		    automaton_may_match(w, a, slice_of(tries[i].text), &at));
		if (at != strlen(tries[i].before))
			fail_msg("%s in \"%s\": %zu", tries[i].expression,
			    tries[i].text, at);
		automaton_free(a);
	}
	automata_free(w);
}

static void
refuses_what_needs_memory(void **state)
{
	struct automata *w = automata_new();

	(void)state;
	assert_null(automaton_new(w, "(a)\\1", false));
	assert_null(automaton_new(w, "\\p{L}", false));
	assert_null(automaton_new(w, "a(?R)?b", false));
	assert_null(automaton_new(w, "[[:alpha:]]", false));
	automaton_free(NULL);
	automata_free(w);
	automata_free(NULL);
}

/* Many ways at once: what is forgotten is made anew. */
static void
forgets_and_goes_on(void **state)
{
	struct automata *w = automata_new();
	struct automaton *a = automaton_new(w, "a.{40}b.{40}c", false);
	char text[4000];
	uint32_t seed = 1;
	size_t i, k, from;

	(void)state;
	for (k = 0; k < 50; k++) {
		for (i = 0; i < sizeof(text); i++) {
			seed = seed * 1664525u + 1013904223u;
			text[i] = "abd"[(seed >> 24) % 3];
		}
		text[100] = 'a';
		text[141] = 'b';
		text[182] = 'c';
		from = 0;
		assert_true(automaton_may_match(
		    w, a, (struct slice){text, sizeof(text)}, &from));
		assert_true(from <= 100);
	}
	automaton_free(a);
	automata_free(w);
}

enum { CASES = sizeof(cases) / sizeof(*cases) };

/* Of every text of the cases all expressions are asked side by side, and each
 * says what it says by itself; the second time they have learned. */
static void
answers_the_same_side_by_side(void **state)
{
	struct automata *w = automata_new();
	struct automaton *alone[CASES];
	struct automaton_ask asks[CASES];
	struct slice text;
	size_t i, k, from;

	(void)state;
	for (i = 0; i < CASES; i++) {
		alone[i] = automaton_new(w, cases[i].expression, false);
		asks[i].automaton =
		    automaton_new(w, cases[i].expression, false);
	}
	for (k = 0; k < (size_t)2 * CASES; k++) {
		text = slice_of(cases[k % CASES].text);
		automata_ask(w, asks, CASES, text);
		for (i = 0; i < CASES; i++) {
			from = 0;
			assert_int_equal(asks[i].may,
			    automaton_may_match(w, alone[i], text, &from));
			if (asks[i].may)
				assert_int_equal(asks[i].from, from);
		}
	}
	for (i = 0; i < CASES; i++) {
		automaton_free(alone[i]);
		automaton_free(asks[i].automaton);
	}
	automata_free(w);
}

/* What was learned is there in the copy, when the first is gone; the copy
 * learns on, within its arena and beyond. */
static void
lives_on_in_an_arena(void **state)
{
	struct arena *arena = arena_new();
	struct automata *w = automata_new();
	struct automaton *a =
	    automaton_new(w, "a(?: \\w+){0,3}? [b-y]z", false);
	struct automaton *kept;
	char text[] = "a a a a bz";
	size_t k;

	(void)state;
	assert_true(may_match(w, a, text, 0));
	kept = automaton_keep(a, arena);
	automaton_keep_rest(kept, arena);
	assert_true(may_match(w, kept, text, 0));
	assert_ptr_equal(automaton_free(kept), kept);
	for (k = 'b'; k <= 'y'; k++) {
		text[8] = (char)k;
		assert_true(may_match(w, kept, text, 0));
		text[9] = 'a';
		assert_false(may_match(w, kept, text, 0));
		text[9] = 'z';
	}
	automaton_free(kept);
	automata_free(w);
	arena_free(arena);
}

struct tally {
	struct pack *pack;
	size_t none, told; /* texts without a match; those told beforehand */
};

enum { OFTEN = 250 };

static void
try(struct tally *t, struct pattern *p, const char *text)
{
	struct slice s = slice_of(text);
	struct span found;
	size_t from = 0;
	bool may = pattern_may_match(t->pack->matcher, p, s, &from);

	matcher_begin(t->pack->matcher);
	switch (pattern_match(t->pack->matcher, p, s, 0, &found)) {
	case MATCH_FOUND:
		assert_true(may);
		assert_true(found.start >= from);
		break;
	case MATCH_NONE:
		t->none++;
		t->told += !may;
		break;
	case MATCH_GAVE_UP:
		fail_msg("gave up on %s", text);
	}
}

/* A rule's patterns on its own examples and on those of every tenth rule. */
static void
try_rule(struct tally *t, const struct rulebook *book, struct rule *rule)
{
	size_t i, k, n;
	struct pattern *p;

	for (k = 0; k < rule->matches + rule->unlesses; k++) {
		p = rulebook_pattern(t->pack, book,
		    k < rule->matches ? &rule->match[k]
				      : &rule->unless[k - rule->matches]);
		for (i = 0; i < OFTEN && rule->examples > 0; i++)
			try(t, p, rule->example[i % rule->examples].text);
		for (i = 0; i < book->rule_count; i += 10)
			for (n = 0; n < book->rules[i]->examples; n++)
				try(t, p, book->rules[i]->example[n].text);
	}
}

static void
never_hides_a_match(void **state)
{
	struct arena *arena = arena_new();
	struct err err;
	struct tally t = {pack_load(arena, "rules", NULL, &err), 0, 0};
	size_t i, k;

	(void)state;
	assert_non_null(t.pack);
	assert_int_equal(pack_read_all(t.pack, &err), 0);
	for (i = 0; i < t.pack->book_count; i++)
		for (k = 0; k < t.pack->books[i]->rule_count; k++)
			try_rule(
			    &t, t.pack->books[i], t.pack->books[i]->rules[k]);
	assert_true(t.told > t.none / 2);
	pack_close(t.pack);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_apart),
	    cmocka_unit_test(begins_within),
	    cmocka_unit_test(tells_where),
	    cmocka_unit_test(refuses_what_needs_memory),
	    cmocka_unit_test(forgets_and_goes_on),
	    cmocka_unit_test(answers_the_same_side_by_side),
	    cmocka_unit_test(lives_on_in_an_arena),
	    cmocka_unit_test(never_hides_a_match),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
