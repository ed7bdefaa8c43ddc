/*
 * See coverage.h.  Matches are counted where patterns are run (pattern.c), all
 * kinds of rules alike; what is taken, from the findings.
 */
#include <string.h>

#include "rules/coverage.h"
#include "rules/pack.h"

/* One rule's count. */
struct taken {
	const struct rule *rule;
	size_t n;
};

struct book_coverage {
	const struct rulebook *book;
	struct taken *rules;
	size_t messages;
};

struct coverage {
	struct book_coverage *books;
	size_t n;
};

struct coverage *
coverage_new(struct arena *a, struct pack *pack)
{
	struct coverage *c = arena_alloc(a, sizeof(*c));
	struct book_coverage *b;
	size_t i, k;

	c->n = pack->book_count;
	c->books = arena_calloc(a, c->n, sizeof(*c->books));
	for (i = 0; i < c->n; i++) {
		b = &c->books[i];
		b->book = pack->books[i];
		b->rules =
		    arena_calloc(a, b->book->rule_count, sizeof(*b->rules));
		for (k = 0; k < b->book->rule_count; k++)
			b->rules[k].rule = b->book->rules[k];
	}
	return c;
}

static void
count(struct book_coverage *b, const char *where)
{
	size_t i;

	for (i = 0; i < b->book->rule_count; i++)
		if (strcmp(b->rules[i].rule->where, where) == 0)
			b->rules[i].n++;
}

void
coverage_add(struct coverage *c, const struct findings *f)
{
	struct book_coverage *b = c->books;
	size_t i;

	while (strcmp(b->book->name, f->language) != 0)
		b++;
	b->messages++;
	for (i = 0; i < f->obligation_count; i++)
		count(b, f->obligations[i].rule);
	for (i = 0; i < f->signal_count; i++)
		count(b, f->signals[i].rule);
	for (i = 0; i < f->manner_count; i++)
		count(b, f->manner[i].rule);
}

static size_t
rule_matched(const struct rule *rule)
{
	size_t i, n = 0;

	for (i = 0; i < rule->matches; i++)
		n += rule->match[i].found;
	return n;
}

/* A rule about a whole message has no pattern. */
static bool
is_dead(const struct taken *t)
{
	return t->n == 0 && rule_matched(t->rule) == 0;
}

static void
print_dead_patterns(FILE *out, const struct rule *rule, size_t *dead)
{
	size_t i;

	for (i = 0; i < rule->matches; i++) {
		if (rule->match[i].found > 0)
			continue;
		fprintf(out,
		    "%s:%d:%d: pattern %zu of %zu of rule %s never "
		    "matched\n",
		    rule->path, rule->match[i].line, rule->match[i].column,
		    i + 1, rule->matches, rule->name);
		(*dead)++;
	}
}

static void
print_book(FILE *out, const struct book_coverage *b)
{
	const struct taken *t, *end = b->rules + b->book->rule_count;
	size_t dead = 0, dead_patterns = 0, patterns = 0;

	fprintf(out, "%8s %8s  rule\n", "taken", "matched");
	for (t = b->rules; t < end; t++) {
		fprintf(out, "%8zu %8zu  %s (%s)\n", t->n,
		    rule_matched(t->rule), t->rule->name, t->rule->where);
		patterns += t->rule->matches;
	}
	putc('\n', out);
	for (t = b->rules; t < end; t++)
		if (is_dead(t)) {
			fprintf(out, "%s:%d:1: rule %s never matched\n",
			    t->rule->path, t->rule->line, t->rule->name);
			dead++;
			dead_patterns += t->rule->matches;
		}
	for (t = b->rules; t < end; t++)
		if (!is_dead(t))
			print_dead_patterns(out, t->rule, &dead_patterns);
	fprintf(out,
	    "%s: %zu messages; %zu of %zu rules and %zu of %zu patterns never "
	    "matched\n",
	    b->book->name, b->messages, dead, b->book->rule_count,
	    dead_patterns, patterns);
}

void
coverage_print(FILE *out, const struct coverage *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->books[i].messages > 0)
			print_book(out, &c->books[i]);
}
