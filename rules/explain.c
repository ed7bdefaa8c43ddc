/* See explain.h. */
#include <string.h>

#include "rules/explain.h"

/* The sentence at hand; NULL where nobody asks. */
static struct explained *
current(const struct reader *r)
{
	struct explanation *e = r->explanation;

	return e == NULL || e->n == 0 ? NULL : &e->v[e->n - 1];
}

/* True when an empty line comes before the place. */
static bool
set_apart(struct slice text, size_t at)
{
	int lines = 0;

	while (at > 0 && strchr(" \t\r\n", text.p[at - 1]) != NULL)
		lines += text.p[--at] == '\n';
	return lines > 1;
}

void
explain_sentence(struct reader *r, struct slice text, const struct view *view)
{
	struct explanation *e = r->explanation;

	if (e == NULL)
		return;
	e->v = arena_grow(r->arena, e->v, e->n, sizeof(*e->v));
	e->v[e->n++] = (struct explained){slice_dup(r->arena, view->raw.text),
	    view->zone, set_apart(text, view->start), NULL, 0};
}

static void
add_note(struct reader *r, struct note note)
{
	struct explained *s = current(r);

	if (s == NULL)
		return;
	s->notes = arena_grow(r->arena, s->notes, s->note_count, sizeof(note));
	s->notes[s->note_count++] = note;
}

/* The words of the sentence that a stretch of its marked form was made from. */
static struct span
raw_span(const struct view *view, struct span marked)
{
	return (struct span){folded_start(&view->marked, marked.start),
	    folded_end(&view->marked, marked.end)};
}

static struct span
time_span(const struct when *time)
{
	if (time == NULL)
		return (struct span){0, 0};
	return (struct span){time->start, time->end};
}

void
explain_signal(struct reader *r, const struct view *view,
    const struct rule *rule, struct span marked)
{
	add_note(
	    r, (struct note){.noted = rule->says == SAYS_SIGNAL ? NOTED_SIGNAL
								: NOTED_MANNER,
		   .what = rule->signal,
		   .rule = rule->where,
		   .words = raw_span(view, marked)});
}

void
explain_reference(struct reader *r, const struct rule *rule, struct slice ref,
    struct span raw)
{
	struct explained *s = current(r);
	size_t i;

	if (s == NULL)
		return;
	/* Several rules read the same number. */
	for (i = 0; i < s->note_count; i++)
		if (s->notes[i].noted == NOTED_REFERENCE &&
		    slice_is(ref, s->notes[i].what))
			return;
	add_note(r, (struct note){.noted = NOTED_REFERENCE,
			.what = slice_dup(r->arena, ref),
			.rule = rule->where,
			.words = raw});
}

void
explain_agent(struct reader *r, const struct rule *rule)
{
	if (r->explanation != NULL)
		r->explanation->agent_rule = rule->where;
}

void
explain_obligation(struct reader *r, const struct view *view,
    const struct rule *rule, struct span marked, const struct when *time,
    const struct obligation_found *o)
{
	add_note(r, (struct note){.noted = NOTED_OBLIGATION,
			.what = says_name(rule->says),
			.rule = rule->where,
			.taken = *o,
			.words = raw_span(view, marked),
			.time = time_span(time)});
}

void
explain_replaced(
    struct reader *r, const struct obligation_found *old, const char *why)
{
	struct explanation *e = r->explanation;
	size_t i, k;

	for (i = 0; e != NULL && i < e->n; i++)
		for (k = 0; k < e->v[i].note_count; k++) {
			struct note *n = &e->v[i].notes[k];

			if (n->noted == NOTED_OBLIGATION &&
			    n->taken.start == old->start &&
			    n->taken.action == old->action) {
				n->noted = NOTED_MISS;
				n->why = why;
			}
		}
}

static bool
overlap(struct span a, struct span b)
{
	return a.start < b.end && b.start < a.end;
}

/* Of the same words the first reason is enough. */
static bool
same_miss(const struct note *n, const char *what, struct span words)
{
	return n->noted == NOTED_MISS && strcmp(n->what, what) == 0 &&
	       overlap(n->words, words);
}

void
explain_miss(struct reader *r, const struct view *view, const struct rule *rule,
    struct span marked, const char *why, const char *by)
{
	struct explained *s = current(r);
	struct span words;
	const char *what;
	size_t i;

	if (s == NULL)
		return;
	words = raw_span(view, marked);
	what = rule->signal != NULL ? rule->signal : says_name(rule->says);
	for (i = 0; i < s->note_count; i++)
		if (same_miss(&s->notes[i], what, words))
			return;
	add_note(r, (struct note){.noted = NOTED_MISS,
			.what = what,
			.rule = rule->where,
			.why = why,
			.by = by,
			.words = words});
}

void
explain_guard(struct reader *r, const struct view *view,
    const struct rule *rule, struct span marked, const struct expression *guard)
{
	const char *colon = strrchr(rule->where, ':');

	if (current(r) == NULL)
		return;
	explain_miss(r, view, rule, marked,
	    arena_printf(r->arena, "a guard of rule %s", rule->name),
	    arena_printf(r->arena, "%.*s:%d", (int)(colon - rule->where),
		rule->where, guard->line));
}

/* Several rules look at the same words: one that took them is enough. */
static bool
taken_after_all(const struct explained *s, const struct note *miss)
{
	const struct note *n;

	for (n = s->notes; n < s->notes + s->note_count; n++)
		if ((n->noted == NOTED_OBLIGATION &&
			overlap(n->words, miss->words)) ||
		    ((n->noted == NOTED_SIGNAL || n->noted == NOTED_MANNER) &&
			strcmp(n->what, miss->what) == 0))
			return true;
	return false;
}

static void
drop_taken(struct explained *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->note_count; i++)
		if (s->notes[i].noted != NOTED_MISS ||
		    !taken_after_all(s, &s->notes[i]))
			s->notes[n++] = s->notes[i];
	s->note_count = n;
}

static bool
about_commitments(const struct explained *s)
{
	size_t i;

	for (i = 0; i < s->note_count; i++) {
		const struct note *n = &s->notes[i];

		if (n->noted == NOTED_OBLIGATION ||
		    (n->noted == NOTED_MISS &&
			(strcmp(n->what, "promise") == 0 ||
			    strcmp(n->what, "deadline") == 0)))
			return true;
	}
	return false;
}

bool
explain_taken(struct reader *r)
{
	struct explained *s = current(r);

	if (s == NULL)
		return true;
	drop_taken(s);
	return about_commitments(s);
}

void
explain_time(struct reader *r, const struct when *time, const struct rule *by)
{
	add_note(
	    r, (struct note){.noted = NOTED_MISS,
		   .what = "a time",
		   .why = by != NULL ? by->name
				     : "no rule says who will do what then",
		   .by = by != NULL ? by->where : NULL,
		   .time = time_span(time)});
}
