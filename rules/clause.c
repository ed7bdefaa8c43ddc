/*
 * See clause.h.  A sentence is cut at clause breaks (", but we", "; ").  Each
 * frame has a window: from its start to the next frame or the clause's end.
 * What is done is told by the action rules in the window: the first verb, and
 * those joined to it ("call you and issue the refund").  A time in the window
 * is the frame's; else one before it in the clause ("By Friday we will ...").
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rules/clause.h"
#include "rules/explain.h"

enum {
	HITS_MOST = 64,
	HEADS_MOST = 4,
	ANAPHOR_BEFORE =
	    12, /* bytes that may stand before a frame: ", which" */
};

struct frame {
	struct hit hit;
	struct span clause; /* that it stands in, with what belongs to it */
	size_t start; /* of the clause itself */
	size_t end; /* of its window */
	bool made; /* something of it */
};

struct frames {
	struct frame v[2 * HITS_MOST];
	size_t n;
};

struct clauses {
	struct span v[HITS_MOST];
	size_t n;
};

static struct slice
part(struct slice s, size_t start, size_t end)
{
	struct slice p = {s.p + start, end - start};

	return p;
}

static bool
is_mark(char c)
{
	return c >= MARK_FIRST && c <= MARK_LAST;
}

static bool
has_time(struct slice marked)
{
	size_t i;

	for (i = 0; i < marked.len; i++)
		if (is_mark(marked.p[i]))
			return true;
	return false;
}

/* "by Friday | and the rest by the 20th": no verb of its own follows up to the
 * next time, so it is no clause. */
static bool
is_conjunct(struct reader *r, struct slice text, struct span clause)
{
	size_t end = clause.end;
	struct span found;

	while (end < text.len && !is_mark(text.p[end]))
		end++;
	return end < text.len && r->book->gap != NULL &&
	       has_time(part(text, clause.start, clause.end)) &&
	       reader_match(r, NULL, r->book->gap, part(text, clause.end, end),
		   0, &found);
}

/* The phrase that a mark stands for. */
static const struct when *
phrase_at(const struct view *view, size_t mark)
{
	size_t i, start = folded_start(&view->marked, mark);

	for (i = 0; i < view->times.n; i++)
		if (view->times.v[i].start == start)
			return &view->times.v[i];
	return NULL;
}

/* "within ten days of | you sending it": what the clock waits for is a clause
 * by itself. */
static void
split_events(const struct view *view, struct clauses *c)
{
	const struct when *w;
	size_t i, k;

	for (k = 0; k < c->n && c->n < HITS_MOST; k++) {
		for (i = c->v[k].start; i + 1 < c->v[k].end; i++) {
			w = is_mark(view->marked.text.p[i]) ? phrase_at(view, i)
							    : NULL;
			if (w == NULL || !w->condition)
				continue;
			memmove(
			    &c->v[k + 1], &c->v[k], (c->n - k) * sizeof(*c->v));
			c->v[k].end = c->v[k + 1].start = i + 1;
			c->n++;
			break;
		}
	}
}

static void
find_clauses(struct reader *r, struct slice text, struct clauses *c)
{
	struct span found;
	size_t start = 0, from = 0;

	c->n = 0;
	while (
	    r->book->clause_break != NULL && c->n + 1 < HITS_MOST &&
	    reader_match(r, NULL, r->book->clause_break, text, from, &found)) {
		from = found.end > from ? found.end : from + 1;
		if (is_conjunct(r, text, (struct span){start, found.start}))
			continue;
		if (found.start > start)
			c->v[c->n++] = (struct span){start, found.start};
		start = found.start;
	}
	c->v[c->n++] = (struct span){start, text.len};
}

static struct span
clause_at(const struct clauses *c, size_t at)
{
	size_t i;

	for (i = 0; i + 1 < c->n && at >= c->v[i].end; i++)
		continue;
	return c->v[i];
}

struct slice
clause_around(struct reader *r, struct slice text, struct span at)
{
	struct clauses c;
	struct span first;
	size_t end;

	find_clauses(r, text, &c);
	first = clause_at(&c, at.start);
	end = clause_at(&c, at.end > at.start ? at.end - 1 : at.end).end;
	return part(text, first.start, end > at.end ? end : at.end);
}

static bool
overlap(struct span a, struct span b)
{
	return a.start < b.end && b.start < a.end;
}

/* The rule that says nothing and covers some of the frame, or NULL. */
static const struct rule *
silencer(const struct hits *nothing, const struct hit *frame)
{
	size_t i;

	for (i = 0; i < nothing->n; i++)
		if (overlap(nothing->v[i].at, frame->at) &&
		    (nothing->v[i].rule->silences & 1u << frame->rule->says) !=
			0)
			return nothing->v[i].rule;
	return NULL;
}

/* The earlier one first; of two that begin together the longer one. */
static int
by_place(const void *a, const void *b)
{
	const struct frame *x = a, *y = b;

	if (x->hit.at.start != y->hit.at.start)
		return x->hit.at.start < y->hit.at.start ? -1 : 1;
	if (x->hit.at.end != y->hit.at.end)
		return x->hit.at.end > y->hit.at.end ? -1 : 1;
	return x->hit.order < y->hit.order ? -1 : x->hit.order > y->hit.order;
}

/* What is read otherwise is a clause, and one rule's at most once. */
static bool
adds(const struct frames *frames, const struct frame *f)
{
	return frames->n == 0 || f[-1].hit.rule != f->hit.rule ||
	       f[-1].clause.start != f->clause.start;
}

/* No guard of its rule matches in its clause. */
static bool
passes(struct reader *r, const struct view *view, const struct frame *f)
{
	/* What is read otherwise is its clause, as it was found. */
	struct span in = f->hit.rule->otherwise ? f->hit.at : f->clause;
	const struct expression *guard = reader_guard(r, f->hit.rule,
	    part(view->marked.text, in.start, in.end),
	    f->hit.at.end - in.start);

	if (guard != NULL)
		explain_guard(r, view, f->hit.rule, f->hit.at, guard);
	return guard == NULL;
}

static void
add_frames(struct reader *r, const struct hits *hits, bool otherwise,
    const struct view *view, const struct clauses *clauses,
    struct frames *frames)
{
	struct frame *f;
	size_t i;

	for (i = 0; i < hits->n && frames->n < (size_t)2 * HITS_MOST; i++) {
		if (hits->v[i].rule->otherwise != otherwise)
			continue;
		f = &frames->v[frames->n];
		f->hit = hits->v[i];
		f->clause = clause_at(clauses, f->hit.at.start);
		f->start = f->clause.start;
		f->made = false;
		if (otherwise)
			f->hit.at = f->clause;
		if (f->clause.end < f->hit.at.end)
			f->clause.end =
			    clause_at(clauses, f->hit.at.end - 1).end;
		if (otherwise ? adds(frames, f) : passes(r, view, f))
			frames->n++;
	}
}

/* The last frame before f that shares no words with it; NULL when none. */
static const struct frame *
frame_before(const struct frames *frames, const struct frame *f)
{
	const struct frame *before = NULL, *g;

	for (g = frames->v; g < f; g++)
		if (g->hit.at.end <= f->hit.at.start &&
		    (before == NULL || g->hit.at.end >= before->hit.at.end))
			before = g;
	return before;
}

/* A clause before it without a frame belongs to a frame's own: "By Friday, we
 * will ...", "Once it is here, we will ...". */
static void
reach_back(const struct clauses *clauses, struct frames *frames)
{
	const struct frame *before;
	size_t i, k, bound;

	for (i = 0; i < frames->n; i++) {
		struct frame *f = &frames->v[i];

		before = frame_before(frames, f);
		bound = before == NULL ? 0 : before->hit.at.end;
		for (k = 1; k < clauses->n; k++)
			if (clauses->v[k].start == f->clause.start &&
			    clauses->v[k - 1].start >= bound)
				break;
		if (k < clauses->n)
			f->clause.start = clauses->v[k - 1].start;
	}
}

/* Drops frames that say nothing.  Of those that share words the first that makes
 * something counts: the earlier, the longer. */
static void
settle(struct reader *r, const struct view *view, struct frames *frames,
    const struct hits *nothing)
{
	const struct rule *by;
	size_t i, n = 0;
	struct frame *f;

	qsort(frames->v, frames->n, sizeof(*frames->v), by_place);
	for (i = 0; i < frames->n; i++) {
		f = &frames->v[i];
		by = silencer(nothing, &f->hit);
		if (by == NULL)
			frames->v[n++] = *f;
		else
			explain_miss(r, view, f->hit.rule, f->hit.at, by->name,
			    by->where);
	}
	frames->n = n;
}

/* What is done in a frame: a verb, or a thing that it is done with. */
struct head {
	const struct rule *rule;
	enum action action; /* of a weak verb: that of its thing */
	bool told; /* by more than a weak verb */
	size_t start, end;
};

struct heads {
	struct head v[HITS_MOST];
	size_t n;
};

static bool
joined(struct reader *r, struct slice window, size_t at)
{
	struct span found;

	return r->book->join != NULL && reader_match(r, NULL, r->book->join,
					    part(window, 0, at), 0, &found);
}

/* How little a head tells: a verb, a weak verb, one that does something, one
 * that has no action of its own, a thing. */
static int
head_rank(const struct head *h)
{
	if (h->rule->thing)
		return 4;
	if (!h->rule->has_action)
		return 3;
	return !h->rule->weak ? 0 : h->rule->action != ACTION_OTHER ? 1 : 2;
}

/* The earlier one first, of those that begin together the one that tells more,
 * then the longer one. */
static int
head_order(const void *a, const void *b)
{
	const struct head *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (head_rank(x) != head_rank(y))
		return head_rank(x) < head_rank(y) ? -1 : 1;
	if (x->end != y->end)
		return x->end > y->end ? -1 : 1;
	return 0;
}

/* True when a says nothing beside b: its words are part of a verb that tells
 * all, or it stands before the thing that is meant ("refund letter"). */
static bool
yields(const struct head *a, const struct head *b)
{
	bool meet = a->start < b->end && b->start < a->end;

	if (a->rule->thing && b->rule->thing)
		return a->start < b->start
			   ? a->end + 1 >= b->start && a->end < b->end &&
				 a->action != ACTION_REPLACE
			   : a->start == b->start && a->end < b->end;
	if (head_rank(b) == 0)
		return meet && head_rank(a) > 0;
	return !a->rule->thing && !b->rule->thing && a->start == b->start &&
	       head_order(b, a) < 0;
}

/* True when a verb only tells which thing is meant, and another one is done:
 * "your repair report will be sent". */
static bool
describes(struct reader *r, struct slice window, const struct heads *heads,
    size_t verb)
{
	const struct head *h = heads->v;
	size_t i = verb + 1;

	if (head_rank(&h[verb]) > 0 || i >= heads->n || !h[i].rule->thing ||
	    h[i].start != h[verb].end + 1)
		return false;
	while (i < heads->n && (h[i].rule->thing || h[i].start < h[verb].end))
		i++;
	return i < heads->n && !joined(r, window, h[i].start);
}

static void
drop_describing(struct reader *r, struct slice window, struct heads *heads)
{
	size_t i;

	if (heads->n > 2 && describes(r, window, heads, 0)) {
		for (i = 1; i < heads->n; i++)
			heads->v[i - 1] = heads->v[i];
		heads->n--;
	}
}

static void
drop_lesser(struct heads *heads)
{
	struct heads all = *heads;
	size_t i, k;

	heads->n = 0;
	for (i = 0; i < all.n; i++) {
		for (k = 0; k < all.n; k++)
			if (yields(&all.v[i], &all.v[k]))
				break;
		if (k == all.n)
			heads->v[heads->n++] = all.v[i];
	}
}

/* The next thing behind a verb that belongs to no other verb, or NULL. */
static const struct head *
thing_behind(struct reader *r, struct slice window, const struct heads *heads,
    size_t verb)
{
	const struct head *h = heads->v;
	size_t i;

	for (i = verb + 1; i < heads->n; i++) {
		if (!h[i].rule->thing) {
			if (head_rank(&h[i]) == 0 ||
			    joined(r, window, h[i].start))
				break;
			continue;
		}
		/* "have your case decided" */
		if (i + 1 < heads->n && head_rank(&h[i + 1]) == 0 &&
		    h[i + 1].start == h[i].end + 1)
			break;
		return &h[i];
	}
	return NULL;
}

/* True when nothing stands between a verb and a thing but what belongs to the
 * thing: "get [your] refund", not "show on your bill". */
static bool
is_object(struct reader *r, struct slice window, const struct head *verb,
    const struct head *thing)
{
	struct span found;

	if (thing->start < verb->end || r->book->apart == NULL)
		return thing->start < verb->end;
	return !reader_match(r, NULL, r->book->apart,
	    part(window, verb->end, thing->start), 0, &found);
}

/*
 * What a weak verb is done with: its object ("you will get a refund"), else
 * the thing before the first verb of all ("your refund will be sent"), else the
 * next behind it.  NULL when it is not named.
 */
static const struct head *
thing_of(struct reader *r, struct slice window, const struct heads *heads,
    size_t verb)
{
	const struct head *h = heads->v, *behind;
	size_t i;

	behind = thing_behind(r, window, heads, verb);
	if (behind != NULL && is_object(r, window, &h[verb], behind))
		return behind;
	for (i = 0; i < verb && h[i].rule->thing; i++)
		continue;
	return i > 0 && i == verb ? &h[0] : behind;
}

/* True when a weak verb without a thing is what is done, and no verb behind it
 * that tells more: "arrange to cancel", "come and collect it"; but "send it, and
 * refund you". */
static bool
stands_alone(struct reader *r, struct slice window, const struct heads *heads,
    size_t verb)
{
	size_t i;

	for (i = verb + 1; i < heads->n; i++) {
		if (heads->v[i].rule->thing)
			continue;
		if (joined(r, window, heads->v[i].start))
			return heads->v[verb].action == ACTION_DELIVER;
		if (head_rank(&heads->v[i]) < head_rank(&heads->v[verb]))
			return false;
	}
	return true;
}

/* True when the head tells something; a weak verb gets its thing's action. */
static bool
resolve(struct reader *r, struct slice window, const struct heads *heads,
    size_t i, struct head *head)
{
	const struct head *thing;

	*head = heads->v[i];
	head->told = !head->rule->weak;
	if (head->told)
		return true;
	thing = thing_of(r, window, heads, i);
	if (thing == NULL)
		return stands_alone(r, window, heads, i);
	head->action = thing->action;
	head->told = true;
	return true;
}

/* Both verbs have a time behind them: "fit it on Monday and call on Friday". */
static bool
has_days(struct slice window, const struct head *a, const struct head *b)
{
	return b->start > a->end && has_time(part(window, a->end, b->start)) &&
	       has_time(part(window, b->start, window.len));
}

/* True when a verb that is joined to another is a thing of its own to do:
 * "mend it and send it", but not ", finished or not". */
static bool
says_more(const struct head *h)
{
	return h->told || h->action == ACTION_DELIVER ||
	       h->action == ACTION_REPLY;
}

/* The first verb, and those of other actions that are joined to it; without a
 * verb, the first thing. */
static void
pick_heads(struct reader *r, struct slice window, struct heads *heads)
{
	struct heads all;
	size_t i, k, n = 0;
	bool linked = false;
	struct head h;

	qsort(heads->v, heads->n, sizeof(*heads->v), head_order);
	drop_lesser(heads);
	drop_describing(r, window, heads);
	all = *heads;
	for (i = 0; i < all.n && n < HEADS_MOST; i++) {
		if (all.v[i].rule->thing)
			continue;
		if (n > 0 && !linked &&
		    (all.v[i].start < heads->v[n - 1].end ||
			!joined(r, window, all.v[i].start)))
			continue;
		/* "... and issue a refund": the refund is joined too. */
		linked = !resolve(r, window, &all, i, &h);
		if (linked)
			continue;
		for (k = 0; k < n && heads->v[k].action != h.action; k++)
			continue;
		if ((k == n || has_days(window, &heads->v[n - 1], &h)) &&
		    (n == 0 || says_more(&h)))
			heads->v[n++] = h;
	}
	if (n == 0 && all.n > 0) {
		heads->v[n++] = all.v[0];
		heads->v[0].told = true;
	}
	heads->n = n;
	/* To look into it and come back is to come back; to look into it on
	 * Monday and come back on Friday is both. */
	if (n > 1 && heads->v[0].action == ACTION_INVESTIGATE &&
	    !has_days(window, &heads->v[0], &heads->v[1])) {
		memmove(heads->v, heads->v + 1, (n - 1) * sizeof(*heads->v));
		heads->n--;
	}
}

static void
find_heads_in(struct reader *r, const struct view *view, struct slice window,
    enum who owner, struct heads *heads)
{
	struct hits hits = reader_hits(r, SAYS_ACTION, view, window);
	const struct rule *rule;
	size_t i;

	heads->n = 0;
	for (i = 0; i < hits.n && heads->n < HITS_MOST; i++) {
		rule = hits.v[i].rule;
		if ((rule->owners & 1u << owner) == 0 ||
		    reader_guard(r, rule, window, window.len) != NULL)
			continue;
		heads->v[heads->n++] = (struct head){.rule = rule,
		    .action = rule->action,
		    .start = hits.v[i].at.start,
		    .end = hits.v[i].at.end};
	}
	pick_heads(r, window, heads);
}

/* Sent, or done: what it is may have been told before. */
static bool
is_vague(const struct head *head)
{
	return !head->told && (head->action == ACTION_DELIVER ||
				  head->action == ACTION_OTHER ||
				  head->action == ACTION_REPAIR);
}

/* True when what was told before says more than the frame itself.  A rule for
 * some actions alone wants them in its own words. */
static bool
tells_more(const struct heads *before, const struct heads *heads,
    const struct rule *rule)
{
	enum action action;

	if (before->n == 0 || heads->n == 0)
		return before->n > 0;
	if (rule->only != 0)
		return false;
	action = before->v[0].action;
	if (heads->v[0].action == ACTION_OTHER)
		return action != ACTION_REPLY && action != ACTION_CALL;
	return action == ACTION_REFUND || action == ACTION_REPLACE ||
	       (action == ACTION_CANCEL && heads->v[0].action == ACTION_REPAIR);
}

/* Where the word before a place begins: ", which | you should see". */
static size_t
word_before(struct slice text, size_t at)
{
	while (at > 0 && text.p[at - 1] == ' ')
		at--;
	while (at > 0 && text.p[at - 1] != ' ')
		at--;
	return at;
}

/* True when what is done must be looked for before the frame: nothing is told
 * in it, or no more than that "it" will arrive. */
static bool
stands_for(struct reader *r, const struct view *view, const struct frame *f,
    const struct heads *heads)
{
	bool weak = heads->n == 0 || !heads->v[0].told;
	size_t end = weak ? f->end : f->hit.at.end;
	struct slice text = view->marked.text;
	struct slice words =
	    part(text, word_before(text, f->hit.at.start), end);
	struct span found;

	return r->book->anaphor != NULL &&
	       (heads->n == 0 || is_vague(&heads->v[0])) &&
	       reader_match(r, NULL, r->book->anaphor, words, 0, &found);
}

/* Leaves one head: the last that says more than that something is sent. */
static void
last_done(struct heads *heads)
{
	size_t i;

	for (i = heads->n; i > 1; i--)
		if (heads->v[i - 1].told &&
		    heads->v[i - 1].action != ACTION_DELIVER)
			break;
	if (heads->n == 0)
		return;
	heads->v[0] = heads->v[i - 1];
	heads->v[0].start = heads->v[0].end = 0;
	heads->n = 1;
}

/* The last thing spoken of that is money or a replacement. */
static bool
last_thing(struct reader *r, const struct view *view, struct slice window,
    enum who owner, struct heads *heads)
{
	struct hits hits = reader_hits(r, SAYS_ACTION, view, window);
	const struct hit *last = NULL;

	for (size_t i = 0; i < hits.n; i++) {
		const struct hit *h = &hits.v[i];

		if (!h->rule->weak &&
		    (h->rule->action == ACTION_REFUND ||
			h->rule->action == ACTION_REPLACE) &&
		    (h->rule->owners & 1u << owner) != 0 &&
		    (last == NULL || h->at.start >= last->at.start) &&
		    reader_guard(r, h->rule, window, window.len) == NULL)
			last = h;
	}
	if (last == NULL)
		return false;
	heads->v[0] = (struct head){
	    .rule = last->rule, .action = last->rule->action, .told = true};
	heads->n = 1;
	return true;
}

/* "... your refund. It should take 5 days": what "it" stands for is the last
 * thing done that was spoken of. */
static void
find_antecedent(struct reader *r, const struct view *view,
    const struct frame *f, enum who owner, struct heads *heads)
{
	struct slice before = part(view->marked.text, 0, f->hit.at.start);
	const struct view *previous = view->previous;

	if (last_thing(r, view, before, owner, heads))
		return;
	find_heads_in(r, view, before, owner, heads);
	if (heads->n == 0 && previous != NULL) {
		before = previous->marked.text;
		if (last_thing(r, previous, before, owner, heads))
			return;
		find_heads_in(r, previous, before, owner, heads);
	}
	last_done(heads);
}

/* The words before "which ...", "because ...": they tell first what is done. */
static struct slice
before_aside(struct reader *r, struct slice window)
{
	struct span found;

	if (r->book->aside != NULL &&
	    reader_match(r, NULL, r->book->aside, window, 1, &found))
		window.len = found.start;
	return window;
}

/* True when the words before a frame tell more than its own: a thing, or what
 * is done where the frame does not say it. */
static bool
tells_rather(const struct head *before, const struct heads *heads)
{
	if (heads->n == 0)
		return true;
	if (!before->told)
		return head_rank(before) < head_rank(&heads->v[0]);
	return heads->v[0].action == ACTION_OTHER || head_rank(before) > 0 ||
	       (heads->v[0].action == ACTION_REPAIR &&
		   before->action == ACTION_INVESTIGATE);
}

/* "Your thoughts by Friday, please": the first head of the clause before the
 * frame.  False when there is none, or it tells no more. */
static bool
find_ahead(struct reader *r, const struct view *view, const struct frame *f,
    enum who owner, struct heads *heads)
{
	struct heads before;

	if ((heads->n > 0 && !is_vague(&heads->v[0])) ||
	    f->hit.at.start <= f->start)
		return false;
	find_heads_in(r, view,
	    part(view->marked.text, f->start, f->hit.at.start), owner, &before);
	if (before.n == 0 || !tells_rather(&before.v[0], heads))
		return false;
	heads->n = 1;
	heads->v[0] = before.v[0];
	heads->v[0].start = heads->v[0].end = 0;
	return true;
}

/* Drops what may be anything and was not told. */
static void
drop_untold(struct heads *heads)
{
	size_t i, n = 0;

	for (i = 0; i < heads->n; i++)
		if (heads->v[i].told || heads->v[i].rule->has_action)
			heads->v[n++] = heads->v[i];
	heads->n = n;
}

static void
find_heads(struct reader *r, const struct view *view, const struct frame *f,
    enum who owner, struct heads *heads)
{
	struct slice window = part(view->marked.text, f->hit.at.start, f->end);
	struct heads before;
	size_t i;

	find_heads_in(r, view, before_aside(r, window), owner, heads);
	if (heads->n == 0)
		find_heads_in(r, view, window, owner, heads);
	if (find_ahead(r, view, f, owner, heads)) {
		drop_untold(heads);
		return;
	}
	if (stands_for(r, view, f, heads)) {
		find_antecedent(r, view, f, owner, &before);
		if (tells_more(&before, heads, f->hit.rule))
			*heads = before;
	}
	drop_untold(heads);
	for (i = 0; i < heads->n; i++)
		heads->v[i].start += f->hit.at.start;
}

/* How well a kind of phrase says by when; 0: it does not. */
static int
time_rank(const struct when *w)
{
	static const int rank[] = {[WHEN_LIMIT] = 5,
	    [WHEN_POINT] = 4,
	    [WHEN_CLOCK] = 3,
	    [WHEN_SPAN] = 3,
	    [WHEN_VAGUE] = 1,
	    [WHEN_PAST] = 0};

	return w->vague && rank[w->class] > 1 ? 1 : rank[w->class];
}

/* The best phrase whose mark lies in a range of the marked text.  A bare span
 * ("two months of your plan") counts only in the words of the frame itself. */
static const struct when *
time_in(const struct view *view, size_t start, size_t end, struct span frame)
{
	const struct when *best = NULL, *w;
	struct slice text = view->marked.text;
	size_t i;

	if (view->times.n == 0)
		return NULL;
	for (i = start; i < end && i < text.len; i++) {
		if (!is_mark(text.p[i]))
			continue;
		w = phrase_at(view, i);
		if (w == NULL || (w->class == WHEN_SPAN &&
				     (i < frame.start || i >= frame.end)))
			continue;
		if (time_rank(w) > (best == NULL ? 0 : time_rank(best)))
			best = w;
	}
	return best;
}

/* Where a bare span counts: of a deadline ("open for 14 days") anywhere. */
static struct span
span_room(const struct frame *f)
{
	const struct span anywhere = {0, SIZE_MAX};

	return f->hit.rule->says == SAYS_DEADLINE ? anywhere : f->hit.at;
}

/* "Send us a picture and we will ...": it needs a day, and up to its end none
 * is told. */
static bool
is_timeless(struct reader *r, const struct view *view, const struct frame *f)
{
	const struct slice text = view->marked.text;
	struct span found;

	return f->hit.rule->needs_date && !has_time(part(text, 0, f->end)) &&
	       (r->book->same_day == NULL ||
		   !reader_match(r, NULL, r->book->same_day,
		       part(text, f->hit.at.start, f->end), 0, &found));
}

/*
 * Sets the windows, from the last frame back.  A frame that needs a time and has
 * none behind it is part of the frame before it: "you have until Friday to
 * accept".
 */
static void
set_windows(struct reader *r, const struct view *view, struct frames *frames)
{
	struct frame kept[2 * HITS_MOST], *f;
	const struct frame *before;
	size_t i, k, n = 0;

	for (i = frames->n; i-- > 0;) {
		f = &frames->v[i];
		f->end = f->clause.end;
		for (k = 0; k < n; k++)
			if (kept[k].hit.at.start >= f->hit.at.end &&
			    kept[k].hit.at.start < f->end)
				f->end = kept[k].hit.at.start;
		if (is_timeless(r, view, f))
			continue;
		before = frame_before(frames, f);
		if (before != NULL && f->hit.rule->needs_time &&
		    before->clause.start == f->clause.start &&
		    time_in(view, f->hit.at.start, f->end, span_room(f)) ==
			NULL)
			continue;
		kept[n++] = *f;
	}
	for (i = 0; i < n; i++)
		frames->v[i] = kept[n - 1 - i];
	frames->n = n;
}

/* No day can be told by it. */
static bool
is_open(const struct when *w)
{
	return w->vague || w->condition || w->class == WHEN_PAST;
}

/* "on Friday or Saturday": of times that are joined so the last one counts. */
static const struct when *
last_joined(struct reader *r, const struct view *view, const struct when *time)
{
	const struct when *end;
	struct span found;

	if (time == NULL || r->book->either == NULL)
		return time;
	end = view->times.v + view->times.n;
	for (; time + 1 < end && !is_open(time + 1) &&
	       reader_match(r, NULL, r->book->either,
		   part(view->raw.text, time->end, time[1].start), 0, &found);
	     time++)
		continue;
	return time;
}

/* A day, and no event. */
static bool
tells_day(const struct when *w)
{
	return !is_open(w) && w->class != WHEN_SPAN && w->class != WHEN_CLOCK &&
	       w->expr[0] != '@';
}

/* The last day told before a place in the raw text, or in the sentence before;
 * NULL when none. */
static const struct when *
day_before(const struct view *view, size_t at)
{
	const struct when *day = NULL;
	size_t i;

	for (i = 0; i < view->times.n; i++)
		if (view->times.v[i].end <= at && tells_day(&view->times.v[i]))
			day = &view->times.v[i];
	if (day == NULL && view->previous != NULL)
		day = day_before(view->previous, SIZE_MAX);
	return day;
}

/* "He will put it through that day": of a frame without a time, the day that
 * was told before, at the words that stand for it.  NULL when there is none. */
static const struct when *
same_day(struct reader *r, const struct view *view, const struct frame *frame)
{
	struct slice words =
	    part(view->marked.text, frame->hit.at.start, frame->end);
	const struct when *day;
	struct when *same;
	struct span found;
	size_t start;

	if (r->book->same_day == NULL ||
	    !reader_match(r, NULL, r->book->same_day, words, 0, &found))
		return NULL;
	start = folded_start(&view->marked, frame->hit.at.start + found.start);
	day = day_before(view, start);
	if (day == NULL)
		return NULL;
	same = arena_alloc(r->arena, sizeof(*same));
	*same = *day;
	same->start = start;
	same->end = folded_end(&view->marked, frame->hit.at.start + found.end);
	return same;
}

/* "It comes on Friday and he will be there by 10": at ten on that day. */
static const struct when *
on_day(struct reader *r, const struct view *view, const struct when *clock)
{
	const struct when *w, *day = NULL;
	struct when *both;

	if (clock == NULL || clock->expr[0] != '@' || is_open(clock))
		return clock;
	for (w = view->times.v; w < clock; w++)
		if (tells_day(w))
			day = strchr(w->expr, '@') == NULL ? w : NULL;
	if (day == NULL)
		return clock;
	both = arena_alloc(r->arena, sizeof(*both));
	*both = *clock;
	both->class = day->class;
	both->expr = arena_printf(r->arena, "%s %s", day->expr, clock->expr);
	return both;
}

/* The time of head i: behind it, else behind a later one, else before all. */
static const struct when *
time_of(struct reader *r, const struct view *view, const struct frames *frames,
    size_t f, const struct heads *heads, size_t i)
{
	const struct frame *frame = &frames->v[f];
	size_t from = i == 0 ? frame->hit.at.start : heads->v[i].start;
	size_t to = i + 1 < heads->n ? heads->v[i + 1].start : frame->end;
	const struct when *time = time_in(view, from, to, span_room(frame));
	const struct frame *before;

	if (time == NULL && to < frame->end)
		time = time_in(view, to, frame->end, span_room(frame));
	if (time == NULL && i > 0)
		time =
		    time_in(view, frame->hit.at.start, from, span_room(frame));
	if (time == NULL) {
		/* What is read otherwise has its time in its own words. */
		from = frame->hit.rule->otherwise ? frame->hit.at.start
						  : frame->clause.start;
		before = frame_before(frames, frame);
		if (before != NULL && before->end > from)
			from = before->end;
		time =
		    time_in(view, from, frame->hit.at.start, span_room(frame));
	}
	if (time == NULL)
		return same_day(r, view, frame);
	return on_day(r, view, last_joined(r, view, time));
}

/* "on Friday", "by 5 May", but not "within 5 days". */
static bool
names_day(const struct when *w)
{
	return w != NULL && (w->class == WHEN_POINT || w->class == WHEN_CLOCK ||
				(w->class == WHEN_LIMIT && w->expr[0] != '+'));
}

/* "two days before it is due": no time for anybody. */
static bool
counts_back(const struct when *w)
{
	return strncmp(w->expr, "event back", 10) == 0;
}

static bool
conditional(
    const struct hits *conditions, struct span clause, const struct when *time)
{
	size_t i;

	for (i = 0; i < conditions->n; i++)
		if (overlap(conditions->v[i].at, clause) &&
		    !(conditions->v[i].rule->undated && names_day(time)))
			return true;
	return false;
}

/* The next mark of a day that is told, from a place on; end when none. */
static size_t
next_day(const struct view *view, size_t from, size_t end)
{
	struct slice text = view->marked.text;
	const struct when *w;

	for (; from < end; from++) {
		if (!is_mark(text.p[from]))
			continue;
		w = phrase_at(view, from);
		if (w != NULL && (tells_day(w) || w->class == WHEN_LIMIT) &&
		    !is_open(w))
			break;
	}
	return from;
}

/*
 * "The keys by Friday | and the rest by the 20th": where the second thing
 * begins that the same verb does on a day of its own, after a place; end when
 * there is none.
 */
static size_t
next_conjunct(
    struct reader *r, const struct view *view, size_t from, size_t end)
{
	size_t first = next_day(view, from, end), second;
	struct slice between;
	struct span found;

	for (; r->book->gap != NULL && first < end; first = second) {
		second = next_day(view, first + 1, end);
		if (second == end)
			break;
		between = part(view->marked.text, first + 1, second);
		if (reader_match(r, NULL, r->book->gap, between, 0, &found))
			return first + 1;
	}
	return end;
}

struct emission {
	struct reader *reader;
	const struct view *view;
	struct frames *frames;
	const struct hits *conditions;
	struct commitments *made;
};

/* What the rule needs and has not; NULL when it has all. */
static const char *
lacking(const struct rule *rule, const struct commitment *c)
{
	bool clock = c->time != NULL || c->condition;

	if (!clock && rule->needs_time)
		return "no time";
	if (!clock && !c->has_action)
		return "no action that is known, and no time";
	if (rule->needs_date &&
	    (c->time == NULL || c->time->vague || counts_back(c->time)))
		return "no day that is told";
	if (rule->needs_action && !c->has_action &&
	    (rule->needs_time || c->time == NULL))
		return "no action that is known";
	if (rule->only != 0 && (rule->only & 1u << c->action) == 0)
		return "not an action that the rule is for";
	return NULL;
}

static void
emit(struct emission *e, size_t f, const struct heads *heads, size_t i,
    struct commitment c)
{
	const struct rule *rule = c.rule;
	struct commitments *made = e->made;
	const char *lacks;

	c.time = time_of(e->reader, e->view, e->frames, f, heads, i);
	c.condition =
	    c.kind == KIND_PROMISE &&
	    conditional(e->conditions, e->frames->v[f].clause, c.time);
	lacks = lacking(rule, &c);
	if (lacks != NULL) {
		if (!rule->otherwise)
			explain_miss(
			    e->reader, e->view, rule, c.words, lacks, NULL);
		return;
	}
	made->v =
	    arena_grow(e->reader->arena, made->v, made->n, sizeof(*made->v));
	made->v[made->n++] = c;
}

/* What the verb of the last commitment does on further days. */
static void
read_conjuncts(struct emission *e, size_t from, size_t end)
{
	struct commitments *made = e->made;
	struct commitment c = made->v[made->n - 1];
	struct heads heads;
	size_t to;

	for (; from < end; from = to) {
		to = next_conjunct(e->reader, e->view, from, end);
		c.words = (struct span){from, to};
		find_heads_in(e->reader, e->view,
		    part(e->view->marked.text, from, to), c.who, &heads);
		if (heads.n > 0 && !is_vague(&heads.v[0]))
			c.action = heads.v[0].action;
		c.time = time_in(e->view, from, to, c.words);
		made->v = arena_grow(
		    e->reader->arena, made->v, made->n, sizeof(*made->v));
		made->v[made->n++] = c;
	}
}

static void
read_frame(struct emission *e, size_t f)
{
	struct frame *frame = &e->frames->v[f];
	const size_t end = frame->end, before = e->made->n;
	const struct rule *rule = frame->hit.rule;
	enum who sender = e->reader->sender;
	enum who other = sender == WHO_COMPANY ? WHO_CUSTOMER : WHO_COMPANY;
	struct commitment c = {.rule = rule,
	    .has_action = true,
	    .action = rule->action,
	    .words = frame->hit.at};
	bool others = rule->owes_other || rule->says == SAYS_DEADLINE;
	struct heads heads = {.n = 0};
	size_t i;

	frame->end =
	    next_conjunct(e->reader, e->view, frame->hit.at.start, end);
	c.kind = rule->says == SAYS_DEADLINE ? KIND_DEADLINE : KIND_PROMISE;
	c.who = rule->has_owner ? rule->owner : others ? other : sender;
	if (!rule->has_action)
		find_heads(e->reader, e->view, frame, c.who, &heads);
	for (i = 0; i < heads.n; i++) {
		c.action = heads.v[i].action;
		emit(e, f, &heads, i, c);
	}
	if (heads.n == 0) {
		c.has_action = rule->has_action;
		c.action = rule->has_action ? rule->action : ACTION_OTHER;
		emit(e, f, &heads, 0, c);
	}
	if (e->made->n > before && frame->end < end)
		read_conjuncts(e, frame->end, end);
	frame->end = end;
}

/* True when a commitment was read in some of the clause. */
static bool
is_read(const struct frames *read, struct span clause)
{
	size_t i;

	for (i = 0; i < read->n; i++)
		if (read->v[i].made &&
		    overlap(
			(struct span){read->v[i].hit.at.start, read->v[i].end},
			clause))
			return true;
	return false;
}

/* read: what was read before, or NULL. */
static void
read_frames(struct emission *e, const struct clauses *clauses,
    struct frames *frames, const struct hits *nothing,
    const struct frames *read)
{
	size_t i, before, covered = 0;

	e->frames = frames;
	settle(e->reader, e->view, frames, nothing);
	set_windows(e->reader, e->view, frames);
	reach_back(clauses, frames);
	for (i = 0; i < frames->n; i++) {
		if (frames->v[i].hit.at.start < covered ||
		    (read != NULL &&
			(is_read(read, frames->v[i].hit.at) ||
			    !passes(e->reader, e->view, &frames->v[i]))))
			continue;
		before = e->made->n;
		read_frame(e, i);
		frames->v[i].made = e->made->n > before;
		if (frames->v[i].made)
			covered = frames->v[i].hit.at.end;
	}
}

/*
 * First what is put as a commitment.  A clause without one is then read by the
 * rules that are read otherwise, whose hits stand for their clause.
 */
struct commitments
clause_read(struct reader *r, const struct view *view)
{
	struct commitments made = {NULL, 0};
	struct clauses clauses, parts; /* parts: without what is waited for */
	struct frames frames, others; /* large: not cleared for nothing */
	struct slice text = view->marked.text;
	struct hits promises = reader_hits(r, SAYS_PROMISE, view, text);
	struct hits deadlines = reader_hits(r, SAYS_DEADLINE, view, text);
	struct hits nothing, conditions;
	struct emission e = {r, view, NULL, &conditions, &made};

	if (promises.n + deadlines.n == 0)
		return made;
	frames.n = others.n = 0;
	find_clauses(r, text, &clauses);
	parts = clauses;
	split_events(view, &parts);
	add_frames(r, &promises, false, view, &clauses, &frames);
	add_frames(r, &deadlines, false, view, &clauses, &frames);
	add_frames(r, &promises, true, view, &parts, &others);
	add_frames(r, &deadlines, true, view, &parts, &others);
	if (frames.n + others.n == 0)
		return made;
	reader_look_ahead(
	    r, view, 1u << SAYS_NOTHING | 1u << SAYS_CONDITION, text);
	nothing = reader_hits(r, SAYS_NOTHING, view, text);
	conditions = reader_hits(r, SAYS_CONDITION, view, text);
	read_frames(&e, &clauses, &frames, &nothing, NULL);
	read_frames(&e, &parts, &others, &nothing, &frames);
	return made;
}
