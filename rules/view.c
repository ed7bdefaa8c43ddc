/* See view.h. */
#include <string.h>

#include "rules/view.h"

enum { HITS_MOST = 64 };

struct reader
reader_new(struct arena *arena, struct pack *pack, const struct rulebook *book,
    enum who sender)
{
	struct reader r = {
	    .arena = arena, .pack = pack, .book = book, .sender = sender};

	r.gate = arena_calloc(arena, gate_words(book->gate), sizeof(*r.gate));
	r.other_gate =
	    arena_calloc(arena, gate_words(book->gate), sizeof(*r.gate));
	return r;
}

bool
view_any(const struct reader *r, const struct view *view, enum says from,
    enum says to)
{
	size_t end = r->book->first_gated[to + 1];

	return gate_next(view->gate, r->book->first_gated[from], end) < end;
}

/* "have 14 days", "expires on Friday": the verb that a time phrase begins with
 * stays, for rules ask for it. */
static void
free_verbs(struct reader *r, const struct view *view)
{
	struct expression *verb = r->book->phrase_verb;
	struct slice phrase;
	struct span found;
	struct when *w;
	size_t i;

	for (i = 0; verb != NULL && i < view->times.n; i++) {
		w = &view->times.v[i];
		phrase.p = view->raw.text.p + w->start;
		phrase.len = w->end - w->start;
		if (reader_match(r, NULL, verb, phrase, 0, &found) &&
		    found.start == 0 && found.end < phrase.len)
			w->start += found.end;
	}
}

static void
find_times(struct reader *r, struct view *view)
{
	const struct lexicon *lexicon = rulebook_lexicon(r->book);

	if (lexicon == NULL)
		return;
	view->times =
	    finder_find(r->pack->finder, r->arena, lexicon, view->raw.text);
	free_verbs(r, view);
	if (view->times.n > 0)
		view->marked = fold_times(r->arena, view->spelled, view->times);
}

struct view
view_new(struct reader *r, struct slice text, size_t start, size_t end,
    enum zone zone, bool times)
{
	struct slice s = {text.p + start, end - start};
	struct view view = {
	    .start = start, .end = end, .zone = zone, .gate = r->gate};

	r->gate = r->other_gate;
	r->other_gate = view.gate;
	view.gate = r->gate;
	view.raw = fold_space(r->arena, s);
	view.spelled =
	    fold_spelling(r->arena, r->book->language, view.raw.text);
	view.marked = view.spelled;
	gate_scan(r->book->gate, view.spelled.text, view.gate);
	if (times || (zone == ZONE_BODY &&
			 view_any(r, &view, SAYS_PROMISE, SAYS_DEADLINE)))
		find_times(r, &view);
	if (view.times.n == 0)
		gate_no_times(r->book->gate, view.gate);
	return view;
}

static void
report(struct reader *r, const struct rule *rule)
{
	const char *where = rule == NULL ? r->book->name : rule->where;
	size_t i;

	for (i = 0; i < r->fault_count; i++)
		if (strcmp(r->faults[i], where) == 0)
			return;
	r->faults =
	    arena_grow(r->arena, r->faults, r->fault_count, sizeof(*r->faults));
	r->faults[r->fault_count++] = where;
}

static bool
is_found(struct reader *r, const struct rule *rule, struct expression *e,
    enum match_result result)
{
	if (result == MATCH_GAVE_UP)
		report(r, rule);
	e->found += result == MATCH_FOUND;
	return result == MATCH_FOUND;
}

bool
reader_match(struct reader *r, const struct rule *rule, struct expression *e,
    struct slice text, size_t from, struct span *found)
{
	struct pattern *pattern = rulebook_pattern(r->pack, r->book, e);

	return is_found(r, rule, e,
	    pattern_find(r->pack->matcher, pattern, text, from, found));
}

bool
reader_match_groups(struct reader *r, const struct rule *rule,
    struct expression *e, struct slice text, size_t from, struct span *found)
{
	struct pattern *pattern = rulebook_pattern(r->pack, r->book, e);

	return pattern_may_match(r->pack->matcher, pattern, text, &from) &&
	       is_found(r, rule, e,
		   pattern_match(r->pack->matcher, pattern, text, from, found));
}

/* Patterns that are asked of a text together. */
struct asked {
	struct pattern *v[ASKED_MOST];
	size_t n;
};

static void
ask_for(struct asked *asked, struct pattern *pattern)
{
	if (asked->n < ASKED_MOST)
		asked->v[asked->n++] = pattern;
}

/* One by itself is asked when it is needed. */
static void
ask_all(struct reader *r, const struct asked *asked, struct slice text)
{
	if (asked->n > 1)
		patterns_ask(r->pack->matcher, asked->v, asked->n, text);
}

const struct expression *
reader_guard(
    struct reader *r, const struct rule *rule, struct slice text, size_t end)
{
	const struct slice before = {text.p, end};
	struct expression *guard;
	struct asked asked = {.n = 0};
	struct span found;
	size_t i;

	for (i = 0; i < rule->unlesses; i++)
		if (!rule->unless[i].leads)
			ask_for(&asked, rulebook_pattern(r->pack, r->book,
					    &rule->unless[i]));
	ask_all(r, &asked, text);

	for (i = 0; i < rule->unlesses; i++) {
		guard = &rule->unless[i];
		if (reader_match(r, rule, guard, guard->leads ? before : text,
			0, &found))
			return guard;
	}
	return NULL;
}

bool
rule_reads(const struct rule *rule, enum zone zone, enum who sender)
{
	unsigned zones = rule->zones != 0 ? rule->zones : 1u << ZONE_BODY;

	return (zones & 1u << zone) != 0 && (rule->senders & 1u << sender) != 0;
}

static void
add_hits(struct reader *r, size_t order, struct slice text, struct hits *hits)
{
	const struct gated *g = &r->book->gated[order];
	struct span found;
	size_t from = 0;

	while (hits->n < HITS_MOST && from <= text.len &&
	       reader_match(r, g->rule, g->expression, text, from, &found)) {
		hits->v =
		    arena_grow(r->arena, hits->v, hits->n, sizeof(*hits->v));
		hits->v[hits->n++] = (struct hit){g->rule, found, order};
		from = found.end > found.start ? found.end : found.end + 1;
		while (from < text.len && (text.p[from] & 0xc0) == 0x80)
			from++;
	}
}

static struct pattern *
gated_pattern(const struct reader *r, struct gated *g)
{
	if (g->pattern == NULL)
		g->pattern = rulebook_pattern(r->pack, r->book, g->expression);
	return g->pattern;
}

/* What needs a date finds none in a sentence without a time. */
static bool
is_asked(const struct reader *r, const struct view *view, const struct gated *g)
{
	return (g->zones & 1u << view->zone) != 0 &&
	       (g->senders & 1u << r->sender) != 0 &&
	       (!g->needs_date || view->times.n > 0);
}

bool
reader_may_hit(const struct reader *r, const struct view *view, size_t gated,
    struct slice text)
{
	struct gated *g = &r->book->gated[gated];

	return is_asked(r, view, g) &&
	       !pattern_ruled_out(r->pack->matcher, gated_pattern(r, g), text);
}

void
reader_look_ahead(struct reader *r, const struct view *view, unsigned kinds,
    struct slice text)
{
	const struct rulebook *book = r->book;
	struct asked asked = {.n = 0};
	size_t i, end;
	unsigned says;

	for (says = 0; kinds >> says != 0; says++) {
		if ((kinds >> says & 1) == 0)
			continue;
		end = book->first_gated[says + 1];
		for (i = gate_next(view->gate, book->first_gated[says], end);
		     i < end; i = gate_next(view->gate, i + 1, end))
			if (is_asked(r, view, &book->gated[i]))
				ask_for(
				    &asked, gated_pattern(r, &book->gated[i]));
	}
	ask_all(r, &asked, text);
}

struct hits
reader_hits(struct reader *r, enum says says, const struct view *view,
    struct slice text)
{
	const struct rulebook *book = r->book;
	struct hits hits = {NULL, 0};
	size_t i, end = book->first_gated[says + 1];

	reader_look_ahead(r, view, 1u << says, text);
	for (i = gate_next(view->gate, book->first_gated[says], end); i < end;
	     i = gate_next(view->gate, i + 1, end))
		if (reader_may_hit(r, view, i, text))
			add_hits(r, i, text, &hits);
	return hits;
}
