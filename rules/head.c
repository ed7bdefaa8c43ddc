/*
 * See head.h.  The action rules match verbs and things all over the words; of
 * those that say the same the one that tells more is kept, then the first verb
 * and what is joined to it are taken.
 */
#include <stdlib.h>
#include <string.h>

#include "rules/clause.h"
#include "rules/head.h"
#include "rules/times.h"

enum { DONE_MOST = 4 }; /* in one frame */

int
head_rank(const struct head *h)
{
	if (h->rule->thing)
		return 4;
	if (!h->rule->has_action)
		return 3;
	return !h->rule->weak ? 0 : h->rule->action != ACTION_OTHER ? 1 : 2;
}

bool
head_takes(const struct head *h, enum action action)
{
	return h->rule->only == 0 || (h->rule->only & 1u << action) != 0;
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
	return i < heads->n && !is_joined(r, window, h[i].start);
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
			    is_joined(r, window, h[i].start))
				break;
			continue;
		}
		if (!head_takes(&h[verb], h[i].action))
			continue;
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
	    slice_part(window, verb->end, thing->start), 0, &found);
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
	return i > 0 && i == verb && head_takes(&h[verb], h[0].action) ? &h[0]
								       : behind;
}

/* True when a weak verb without a thing is what is done, and no verb behind it
 * that tells more: "arrange to cancel", "come and collect it"; but "send it, and
 * refund you", "take it off, and send a bill". */
static bool
stands_alone(struct reader *r, struct slice window, const struct heads *heads,
    size_t verb)
{
	size_t i;

	for (i = verb + 1; i < heads->n; i++) {
		if (heads->v[i].rule->thing)
			continue;
		if (is_joined(r, window, heads->v[i].start))
			return heads->v[verb].action == ACTION_DELIVER ||
			       heads->v[verb].action == ACTION_CANCEL;
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
	return b->start > a->end &&
	       has_mark(slice_part(window, a->end, b->start)) &&
	       has_mark(slice_part(window, b->start, window.len));
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
	for (i = 0; i < all.n && n < DONE_MOST; i++) {
		if (all.v[i].rule->thing)
			continue;
		if (n > 0 && !linked &&
		    (all.v[i].start < heads->v[n - 1].end ||
			!is_joined(r, window, all.v[i].start)))
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

void
heads_in(struct reader *r, const struct view *view, struct slice window,
    enum who owner, struct heads *heads)
{
	struct hits hits = reader_hits(r, SAYS_ACTION, view, window);
	const struct rule *rule;
	size_t i;

	heads->n = 0;
	for (i = 0; i < hits.n && heads->n < HEADS_MOST; i++) {
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

bool
head_is_vague(const struct head *head)
{
	return !head->told && (head->action == ACTION_DELIVER ||
				  head->action == ACTION_OTHER ||
				  head->action == ACTION_REPAIR);
}
