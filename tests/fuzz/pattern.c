/*
 * An expression, a line feed, a text: where the automaton says that nothing
 * matches, PCRE2 finds nothing; and nothing before where it says that a match
 * begins.
 */
#include <string.h>

#include "base/utf8.h"
#include "rules/automaton.h"
#include "rules/pattern.h"
#include "tests/fuzz/fuzz.h"

static void
compare(struct arena *a, const char *expression, struct slice text, bool all)
{
	struct pattern *p = pattern_new(a, expression, all);
	struct matcher *m = matcher_new();
	struct automata *w = automata_new();
	struct automaton *automaton;
	struct span found;
	struct err err;
	size_t at, from;

	matcher_begin(m);
	automaton = pattern_check(m, p, &at, &err) == 0
			? automaton_new(w, expression, all)
			: NULL;
	for (at = 0; automaton != NULL && at <= text.len && at < 16;
	     at += at < text.len ? utf8_length(text.p + at, text.len - at) : 1)
		if (pattern_match(m, p, text, at, &found) == MATCH_FOUND) {
			from = at;
			FUZZ_MUST(
			    automaton_may_match(w, automaton, text, &from));
			FUZZ_MUST(found.start >= from);
		}
	automaton_free(automaton);
	automata_free(w);
	matcher_free(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct slice text = slice_of(fuzz_text(a, data, size)), line;
	const char *expression;

	if (utf8_valid(text) && slice_line(&text, &line)) {
		expression = slice_dup(a, line);
		compare(a, expression, text, false);
		compare(a, expression, text, true);
	}
	arena_free(a);
	return 0;
}
