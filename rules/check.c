/* See check.h. */
#include <stdarg.h>

#include <string.h>
#include <sysexits.h>

#include "rules/check.h"
#include "rules/clause.h"
#include "rules/example.h"
#include "rules/pack.h"
#include "rules/pump.h"
#include "rules/view.h"
#include "rules/zones.h"

enum { EXAMPLES_LEAST = 2, COUNTERS_LEAST = 1, PUMP_BYTES = 2048 };

struct check {
	FILE *out;
	struct pack *pack;
	const struct rulebook *book;
	struct calendars *calendars;
	struct arena *arena; /* of the example at hand */
	size_t rules, examples, pumps, faults;
};

static void fault(struct check *, const struct rule *, int line, int column,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void
fault(struct check *c, const struct rule *rule, int line, int column,
    const char *fmt, ...)
{
	va_list ap;

	fprintf(c->out, "%s:%d:%d: ", rule->path, line, column);
	va_start(ap, fmt);
	vfprintf(c->out, fmt, ap);
	va_end(ap);
	fputc('\n', c->out);
	c->faults++;
}

static enum zone
zone_of(const struct rule *rule)
{
	int zone = ZONE_BODY;

	while (rule->zones != 0 && (rule->zones & 1u << zone) == 0)
		zone++;
	return (enum zone)zone;
}

static struct findings *
read_example(struct check *c, const struct rule *rule, const char *text)
{
	return example_read(c->arena, c->pack, c->book, rule, text,
	    calendar_region(c->calendars, "none"));
}

static const struct obligation_found *
read_by(const struct findings *found, const struct rule *rule)
{
	size_t i;

	for (i = 0; i < found->obligation_count; i++)
		if (strcmp(found->obligations[i].rule, rule->where) == 0)
			return &found->obligations[i];
	return NULL;
}

/* True when a rule about the whole message says so of this one. */
static bool
told_of_whole(struct check *c, const struct rule *rule, const char *text)
{
	const struct findings *found = read_example(c, rule, text);
	bool signal = rule->says == SAYS_SIGNAL;
	const struct signal_found *v = signal ? found->signals : found->manner;
	size_t i, n = signal ? found->signal_count : found->manner_count;

	if (rule->says == SAYS_NOTHING)
		return found->silenced != NULL &&
		       strcmp(found->silenced, rule->where) == 0;
	for (i = 0; i < n; i++)
		if (strcmp(v[i].rule, rule->where) == 0)
			return true;
	return false;
}

/* A rule that says no obligation is looked at alone. */
static bool
matches_alone(struct check *c, const struct rule *rule, const char *text)
{
	struct reader r =
	    reader_new(c->arena, c->pack, c->book, example_sender(rule));
	struct slice s = slice_of(text), seen;
	struct view view = view_new(&r, s, 0, s.len, zone_of(rule), true);
	const char *group = rule->says == SAYS_REFERENCE ? "ref"
			    : rule->says == SAYS_AGENT   ? "agent"
							 : NULL;
	struct span found, ref;
	size_t i;

	if (rule->whens > 0)
		return told_of_whole(c, rule, text);
	matcher_begin(c->pack->matcher);
	seen = group != NULL || rule->says == SAYS_ZONE ? view.raw.text
							: view.marked.text;
	for (i = 0; i < rule->matches; i++) {
		if (!reader_match(&r, rule, &rule->match[i], seen, 0, &found))
			continue;
		if (group != NULL) {
			if (!pattern_group(c->pack->matcher,
				rule->match[i].pattern, group, &ref))
				continue;
			s.p = seen.p + ref.start;
			s.len = ref.end - ref.start;
			return reader_guard(&r, rule, s, s.len) == NULL;
		}
		if (rule->says != SAYS_SIGNAL && rule->says != SAYS_MANNER)
			return reader_guard(&r, rule, seen, seen.len) == NULL;
		s = clause_around(&r, seen, found);
		return reader_guard(&r, rule, s,
			   (size_t)(seen.p + found.end - s.p)) == NULL;
	}
	return false;
}

/* The obligation that an example is about: the rule's own, else the first of
 * its kind, for another rule may read the same words better. */
static const struct obligation_found *
read_instead(const struct findings *found, const struct rule *rule)
{
	const struct obligation_found *own = read_by(found, rule);
	enum kind kind =
	    rule->says == SAYS_DEADLINE ? KIND_DEADLINE : KIND_PROMISE;
	size_t i;

	for (i = 0; own == NULL && i < found->obligation_count; i++)
		if (found->obligations[i].kind == kind)
			own = &found->obligations[i];
	return own;
}

static bool
is_commitment(const struct rule *rule)
{
	return rule->says == SAYS_PROMISE || rule->says == SAYS_DEADLINE;
}

/* Returns whether this very rule read it. */
static bool
check_commitment(
    struct check *c, const struct rule *rule, const struct example *e)
{
	struct findings *found = read_example(c, rule, e->text);
	const struct obligation_found *o = read_instead(found, rule);

	if (!matches_alone(c, rule, e->text))
		fault(c, rule, e->line, e->column,
		    "rule %s does not match its example", rule->name);
	else if (o == NULL)
		fault(c, rule, e->line, e->column,
		    "no %s is read in this example", says_name(rule->says));
	else if (e->has_action && o->action != e->action)
		fault(c, rule, e->line, e->column, "%s reads %s, not %s",
		    o->rule, action_name(o->action), action_name(e->action));
	return read_by(found, rule) != NULL;
}

static bool
check_example(struct check *c, const struct rule *rule, const struct example *e)
{
	bool read;

	if (is_commitment(rule))
		return check_commitment(c, rule, e);
	read = matches_alone(c, rule, e->text);
	if (!read)
		fault(c, rule, e->line, e->column,
		    "rule %s does not match its example", rule->name);
	return read;
}

static void
check_counter(struct check *c, const struct rule *rule, const struct example *e)
{
	bool read = is_commitment(rule)
			? read_by(read_example(c, rule, e->text), rule) != NULL
			: matches_alone(c, rule, e->text);

	if (read)
		fault(c, rule, e->line, e->column,
		    "rule %s reads its counter-example", rule->name);
}

/* True when the earlier rule would have said the same, of the same text. */
static bool
says_same(const struct rule *earlier, const struct rule *rule)
{
	return earlier->says == rule->says &&
	       (earlier->signal == NULL ||
		   strcmp(earlier->signal, rule->signal) == 0) &&
	       (earlier->says != SAYS_ZONE || earlier->zone == rule->zone) &&
	       (earlier->senders & rule->senders) == rule->senders &&
	       rule_reads(earlier, zone_of(rule), example_sender(rule));
}

/* Of rules of which the first that matches counts: one before it that matches
 * all its examples; or NULL. */
static const struct rule *
shadow(struct check *c, const struct rule *rule)
{
	size_t i, k;

	if (rule->says < SAYS_SIGNAL || rule->whens > 0)
		return NULL;
	for (i = 0; c->book->rules[i] != rule; i++) {
		if (!says_same(c->book->rules[i], rule))
			continue;
		for (k = 0; k < rule->examples; k++)
			if (!matches_alone(
				c, c->book->rules[i], rule->example[k].text))
				break;
		if (k == rule->examples)
			return c->book->rules[i];
	}
	return NULL;
}

static void
check_examples(struct check *c, const struct rule *rule)
{
	const struct rule *before;

	bool read = rule->examples == 0;
	size_t i;

	if (rule->examples < EXAMPLES_LEAST || rule->counters < COUNTERS_LEAST)
		fault(c, rule, rule->line, 1,
		    "rule %s wants %d examples and a counter-example",
		    rule->name, EXAMPLES_LEAST);
	for (i = 0; i < rule->examples; i++, c->examples++)
		read = check_example(c, rule, &rule->example[i]) || read;
	if (!read)
		fault(c, rule, rule->line, 1,
		    "rule %s is never reached: others read all its examples",
		    rule->name);
	before = read ? shadow(c, rule) : NULL;
	if (before != NULL)
		fault(c, rule, rule->line, 1,
		    "rule %s is never reached: rule %s (%s) matches all its "
		    "examples",
		    rule->name, before->name, before->where);
	for (i = 0; i < rule->counters; i++, c->examples++)
		check_counter(c, rule, &rule->counter[i]);
	arena_reset(c->arena);
}

/* With time marks as rules write them. */
static const char *
shown(struct arena *a, struct slice s)
{
	struct buf out = {0};
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.p[i] >= MARK_FIRST && s.p[i] <= MARK_LAST)
			buf_puts(&out, "<time>");
		else
			buf_putc(&out, s.p[i]);
	return buf_keep(&out, a);
}

static void
check_pump(struct check *c, const struct rule *rule, struct expression *e,
    struct pump pump)
{
	char text[PUMP_BYTES];
	struct slice s = {text, pump_fill(pump, text, sizeof(text))};
	struct span found;

	matcher_begin(c->pack->matcher);
	if (pattern_match(c->pack->matcher, e->pattern, s, 0, &found) ==
	    MATCH_GAVE_UP)
		fault(c, rule, e->line, e->column,
		    "gives up on \"%s\" and a long run of \"%s\"",
		    shown(c->arena, pump.head), shown(c->arena, pump.unit));
}

/* The examples as the expression sees them. */
static void
pump_examples(struct check *c, const struct rule *rule, const struct example *v,
    size_t n, struct pumps *pumps)
{
	struct reader r =
	    reader_new(c->arena, c->pack, c->book, example_sender(rule));
	struct slice s;
	size_t i;

	for (i = 0; i < n; i++) {
		s = slice_of(v[i].text);
		pumps_of_example(c->arena, pumps,
		    view_new(&r, s, 0, s.len, zone_of(rule), true).marked.text);
	}
}

/* Each pattern is told of once. */
static void
check_pattern(struct check *c, const struct rule *rule, struct expression *e)
{
	struct pumps pumps = {NULL, 0};
	size_t i, offset, before = c->faults;
	struct err err;

	if (pattern_check(c->pack->matcher,
		rulebook_pattern(c->pack, c->book, e), &offset, &err) != 0) {
		fault(
		    c, rule, e->line, e->column + (int)offset, "%s", err.text);
		return;
	}
	pumps_of_pattern(c->arena, &pumps, e->text);
	pump_examples(c, rule, rule->example, rule->examples, &pumps);
	pump_examples(c, rule, rule->counter, rule->counters, &pumps);
	for (i = 0; i < pumps.n && c->faults == before; i++)
		check_pump(c, rule, e, pumps.v[i]);
	c->pumps += pumps.n;
	arena_reset(c->arena);
}

static void
check_rule(struct check *c, const struct rule *rule)
{
	size_t i, before = c->faults;

	c->rules++;
	for (i = 0; i < rule->matches; i++)
		check_pattern(c, rule, &rule->match[i]);
	for (i = 0; i < rule->unlesses; i++)
		check_pattern(c, rule, &rule->unless[i]);
	if (c->faults == before)
		check_examples(c, rule);
}

static void
check_book(struct check *c)
{
	size_t i;

	if (c->book->times != NULL && rulebook_lexicon(c->book) == NULL)
		c->faults++;
	for (i = 0; i < c->book->rule_count; i++)
		check_rule(c, c->book->rules[i]);
}

static int
check_pack(struct check *c, struct err *err)
{
	size_t i;

	for (i = 0; i < c->pack->book_count; i++) {
		c->book = c->pack->books[i];
		check_book(c);
	}
	fprintf(c->out,
	    "%zu rules, %zu examples, %zu pump strings, %zu faults\n", c->rules,
	    c->examples, c->pumps, c->faults);
	return c->faults == 0
		   ? 0
		   : err_set(err, EX_CONFIG, "%zu faults in rules", c->faults);
}

int
rules_check(FILE *out, const char *dir, struct err *err)
{
	struct arena *loaded = arena_new();
	struct check c = {.out = out};
	int result = -1;

	c.pack = pack_load(loaded, dir, NULL, err);
	if (c.pack != NULL && pack_read_all(c.pack, err) == 0)
		c.calendars = calendars_load(loaded, dir, err);
	if (c.calendars != NULL) {
		c.arena = arena_new();
		result = check_pack(&c, err);
		arena_free(c.arena);
	}
	pack_close(c.pack);
	arena_free(loaded);
	return result;
}
