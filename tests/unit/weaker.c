/* What is told to be weaker is: on every short text of a few letters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/nfa.h"

enum { LONGEST = 7, NODES_MOST = 400 };

static const char letters[] = "ab .";

static void
stand(const struct nfa *nfa, uint16_t node, bool *at)
{
	const struct nfa_node *n = &nfa->nodes[node];

	if (at[node])
		return;
	at[node] = true;
	if (n->op != NFA_MATCH && n->op != NFA_SET)
		stand(nfa, n->out, at);
	if (n->op == NFA_SPLIT)
		stand(nfa, n->other, at);
}

/* Whether the text, or a part at its begin, matches from a node on; conditions
 * between characters count as met. */
static bool
matches(const struct nfa *nfa, uint16_t from, const char *text)
{
	bool at[NODES_MOST] = {false}, next[NODES_MOST];
	size_t i;

	stand(nfa, from, at);
	for (;; text++) {
		memset(next, 0, sizeof(next));
		for (i = 0; i < nfa->node_count; i++) {
			if (at[i] && nfa->nodes[i].op == NFA_MATCH)
				return true;
			if (at[i] && *text != '\0' &&
			    nfa->nodes[i].op == NFA_SET &&
			    charset_has(&nfa->sets[nfa->nodes[i].other],
				(unsigned char)*text))
				stand(nfa, nfa->nodes[i].out, next);
		}
		if (*text == '\0')
			return false;
		memcpy(at, next, sizeof(at));
	}
}

/* The next text in a row of all; false after the last. */
static bool
next_text(char *text)
{
	size_t i;

	for (i = 0; i < LONGEST && text[i] != '\0'; i++) {
		text[i] = strchr(letters, text[i])[1];
		if (text[i] != '\0')
			return true;
		text[i] = letters[0];
	}
	if (i < LONGEST)
		text[i] = letters[0];
	return i < LONGEST;
}

static void
assert_weaker(const struct nfa *nfa, uint16_t node, uint16_t weaker)
{
	char text[LONGEST + 1] = "";

	do
		if (matches(nfa, weaker, text))
			assert_true(matches(nfa, node, text));
	while (next_text(text));
}

/* How many nodes are weaker than another. */
static size_t
check(const char *expression)
{
	struct arena *arena = arena_new();
	struct nfa nfa;
	size_t i, k, n;

	assert_true(nfa_new(arena, expression, false, &nfa));
	assert_true(nfa.node_count <= NODES_MOST);
	n = nfa.weaker_count;
	for (i = 0; i < nfa.weaker_count; i++)
		assert_weaker(&nfa, nfa.weaker[i].node, nfa.weaker[i].weaker);
	for (i = 0; i < nfa.loop_count; i++)
		for (k = 0; k < nfa.node_count; k++)
			if ((nfa.loops[i].weaker[k / 64] >> k % 64 & 1) != 0) {
				n++;
				assert_weaker(
				    &nfa, nfa.loops[i].node, (uint16_t)k);
			}
	arena_free(arena);
	return n;
}

static void
fewer_to_go_is_weaker(void **state)
{
	(void)state;
	assert_true(check("a(?: b){0,3}c") > 0);
	assert_true(check("a(?: [ab]+){0,2}? b") > 0);
	assert_true(check("(?:(?:a|b ){1,3}\\.){0,2}a") > 0);
}

static void
what_leads_into_a_loop_is_weaker(void **state)
{
	(void)state;
	assert_true(check("(?:ab|ba)[^.]*\\. a") > 0);
	assert_true(check("a(?: b)*[ab ]+\\.") > 0);
	assert_true(check("a\\b.*b\\b.*a") > 0);
}

static void
nothing_is_made_up(void **state)
{
	(void)state;
	assert_int_equal(check("ab"), 0);
	/* A stop leads to the loop, and is not in it. */
	assert_int_equal(check("a\\.[^.]*b"), 0);
	assert_int_equal(check("(?:a |b\\.)(?:a b)*a"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fewer_to_go_is_weaker),
	    cmocka_unit_test(what_leads_into_a_loop_is_weaker),
	    cmocka_unit_test(nothing_is_made_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
