/* See antecedent.h. */
#include "rules/antecedent.h"

/* True when what was told before says more than the frame itself.  A rule for
 * some actions alone wants them in its own words. */
static bool
tells_more(const struct heads *before, const struct heads *heads,
    const struct rule *rule)
{
	enum action action;

	if (rule->only != 0 && (heads->n > 0 || rule->otherwise))
		return false;
	if (before->n == 0 || heads->n == 0)
		return before->n > 0;
	action = before->v[0].action;
	if (!head_takes(&heads->v[0], action))
		return false;
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
 * in its words, or no more than that "it" will arrive. */
static bool
stands_for(struct reader *r, const struct view *view, const struct frame *f,
    size_t words_end, const struct heads *heads)
{
	bool weak = heads->n == 0 || !heads->v[0].told;
	size_t end = weak ? words_end : f->hit.at.end;
	struct slice text = view->marked.text;
	struct slice words =
	    slice_part(text, word_before(text, f->hit.at.start), end);
	struct span found;

	return r->book->anaphor != NULL &&
	       (heads->n == 0 || head_is_vague(&heads->v[0])) &&
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
	struct slice before = slice_part(view->marked.text, 0, f->hit.at.start);
	const struct view *previous = view->previous;

	if (last_thing(r, view, before, owner, heads))
		return;
	heads_in(r, view, before, owner, heads);
	if (heads->n == 0 && previous != NULL) {
		before = previous->marked.text;
		if (last_thing(r, previous, before, owner, heads))
			return;
		heads_in(r, previous, before, owner, heads);
	}
	last_done(heads);
}

/* Puts what the words up to an end stand for in place of heads that tell less. */
static void
take_antecedent(struct reader *r, const struct view *view,
    const struct frame *f, size_t end, enum who owner, struct heads *heads)
{
	struct heads before;

	if (!stands_for(r, view, f, end, heads))
		return;
	find_antecedent(r, view, f, owner, &before);
	if (tells_more(&before, heads, f->hit.rule))
		*heads = before;
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

	if ((heads->n > 0 && !head_is_vague(&heads->v[0])) ||
	    f->hit.at.start <= f->start)
		return false;
	heads_in(r, view,
	    slice_part(view->marked.text, f->start, f->hit.at.start), owner,
	    &before);
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

void
heads_of(struct reader *r, const struct view *view, const struct frame *f,
    enum who owner, struct heads *heads)
{
	struct slice window =
	    slice_part(view->marked.text, f->hit.at.start, f->end);
	struct slice words = before_aside(r, window);
	size_t i;

	heads_in(r, view, words, owner, heads);
	if (heads->n == 0 && words.len < window.len)
		take_antecedent(
		    r, view, f, f->hit.at.start + words.len, owner, heads);
	if (heads->n == 0)
		heads_in(r, view, window, owner, heads);
	if (find_ahead(r, view, f, owner, heads)) {
		drop_untold(heads);
		return;
	}
	take_antecedent(r, view, f, f->end, owner, heads);
	drop_untold(heads);
	for (i = 0; i < heads->n; i++)
		heads->v[i].start += f->hit.at.start;
}
