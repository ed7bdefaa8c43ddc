/*
 * See train.h.  The examples of the rules are read as mail is: what is asked of
 * patterns then is what mail will ask of them, and what they answer is kept.
 */
#include "rules/example.h"
#include "rules/train.h"

struct training {
	struct pack *pack;
	const struct rulebook *book;
	const struct calendar *calendar;
	struct arena *arena; /* of the example at hand */
};

static void
read_examples(const struct training *t, const struct rule *rule,
    const struct example *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		example_read(
		    t->arena, t->pack, t->book, rule, v[i].text, t->calendar);
		arena_reset(t->arena);
	}
}

void
pack_train(struct pack *pack, const struct calendar *calendar)
{
	const struct training t = {
	    pack, pack_usual(pack), calendar, arena_new()};
	const struct rule *rule;
	size_t i;

	matcher_learn(pack->matcher, true);
	for (i = 0; i < t.book->rule_count; i++) {
		rule = t.book->rules[i];
		read_examples(&t, rule, rule->example, rule->examples);
		read_examples(&t, rule, rule->counter, rule->counters);
	}
	matcher_learn(pack->matcher, false);
	arena_free(t.arena);
}
