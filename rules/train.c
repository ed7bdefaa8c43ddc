/*
 * See read.h.  The examples of the rules are read as mail is: what is asked of
 * patterns then is what mail will ask of them, and what they answer is kept.
 */
#include "rules/pack.h"
#include "rules/train.h"

static void
read_examples(struct pack *pack, const struct rulebook *book,
    const struct calendar *calendar, const struct example *v, size_t n)
{
	struct arena *arena = arena_new();
	struct reading in = {.language = book->name, .calendar = calendar};
	day_t day;
	size_t i;

	/* A Monday, long before any date that an example names. */
	day_parse("2024-01-08", &day);
	in.anchor = moment_at(day, 10 * 3600, 0);
	in.sender = WHO_COMPANY;
	for (i = 0; i < n; i++) {
		in.text = v[i].text;
		findings_read(arena, pack, &in);
		arena_reset(arena);
	}
	arena_free(arena);
}

void
pack_train(struct pack *pack, const struct calendar *calendar)
{
	const struct rulebook *book = pack_usual(pack);
	const struct rule *rule;
	size_t i;

	matcher_learn(pack->matcher, true);
	for (i = 0; i < book->rule_count; i++) {
		rule = book->rules[i];
		read_examples(
		    pack, book, calendar, rule->example, rule->examples);
		read_examples(
		    pack, book, calendar, rule->counter, rule->counters);
	}
	matcher_learn(pack->matcher, false);
}
