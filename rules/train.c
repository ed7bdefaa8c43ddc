/*
 * See train.h.  The examples of the rules are read as mail is: what is asked of
 * patterns then is what mail will ask of them, and what they answer is kept.
 *
 * Mail has words, too, that no example has beside those that a pattern asks
 * for.  So each pattern is shown some of all examples, whether or not the gate
 * would let it see them.
 */
#include "rules/example.h"
#include "rules/train.h"
#include "rules/view.h"

enum { SHOWN = 4 /* examples for each one that all patterns are shown */ };

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

static void
show(const struct training *t, const struct rule *rule, struct slice text)
{
	size_t i, from;

	for (i = 0; i < rule->matches; i++) {
		from = 0;
		pattern_may_match(t->pack->matcher,
		    rulebook_pattern(t->pack, t->book, &rule->match[i]), text,
		    &from);
	}
}

/* A sentence, as rules see it, to all that read sentences. */
static void
show_to_all(const struct training *t, const char *example)
{
	struct reader r;
	struct view view;
	struct slice text = slice_of(example);
	size_t i;

	matcher_begin(t->pack->matcher);
	r = reader_new(t->arena, t->pack, t->book, WHO_COMPANY);
	view = view_new(&r, text, 0, text.len, ZONE_BODY, true);
	for (i = 0; i < t->book->rule_count; i++)
		if (t->book->rules[i]->says < SAYS_AGENT)
			show(t, t->book->rules[i], view.marked.text);
	arena_reset(t->arena);
}

static void
show_some(const struct training *t)
{
	const struct rule *rule;
	size_t i, k, n = 0;

	for (i = 0; i < t->book->rule_count; i++) {
		rule = t->book->rules[i];
		for (k = 0; k < rule->examples; k++)
			if (++n % SHOWN == 0)
				show_to_all(t, rule->example[k].text);
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
	show_some(&t);
	matcher_learn(pack->matcher, false);
	arena_free(t.arena);
}
