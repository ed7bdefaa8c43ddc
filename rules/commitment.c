/*
 * See commitment.h.  First what is put as a commitment; a clause without one is
 * then read by the rules that are read otherwise.
 */
#include "rules/antecedent.h"
#include "rules/clause.h"
#include "rules/commitment.h"
#include "rules/explain.h"
#include "rules/frame.h"
#include "rules/times.h"
#include "rules/timing.h"

/* "Dr Shah, who can tell if it is cracked, will ring you": what a relative
 * clause waits for is nothing that the sentence waits for. */
static bool
is_relative(struct reader *r, struct slice text, struct span c, size_t frame)
{
	struct span found;
	size_t from = 0;

	while (r->book->relative != NULL && from < c.start &&
	       reader_match(r, NULL, r->book->relative, text, from, &found) &&
	       found.start < c.start) {
		if (c.end <= found.end &&
		    (frame < found.start || frame >= found.end))
			return true;
		from = found.start + 1;
	}
	return false;
}

/* What the clock of a frame waits for; NULL when it waits for nothing. */
static const struct hit *
waited_for(struct reader *r, struct slice text, const struct hits *conditions,
    const struct frame *frame, const struct when *time)
{
	const struct hit *c;

	for (size_t i = 0; i < conditions->n; i++) {
		c = &conditions->v[i];
		if (spans_overlap(c->at, frame->clause) &&
		    (time == NULL ||
			!is_parted(text, c->at.end, frame->hit.at.start)) &&
		    !(c->rule->undated && names_day(time)) &&
		    !is_relative(r, text, c->at, frame->hit.at.start))
			return c;
	}
	return NULL;
}

struct emission {
	struct reader *reader;
	const struct view *view;
	struct frames *frames;
	const struct hits *conditions;
	struct commitments *made;
	const struct frame *waits; /* the last that waits for what is told
				    * before it; NULL: it does not */
};

/* "Once it is here, he will test it and you will hear within a week": what is
 * joined to a promise waits for the same. */
static bool
conditional(struct emission *e, const struct frame *f, const struct when *time)
{
	const struct slice text = e->view->marked.text;
	const struct hit *c =
	    waited_for(e->reader, text, e->conditions, f, time);
	bool carried = c == NULL && e->waits != NULL && e->waits != f &&
		       !names_day(time) &&
		       is_joined(e->reader, text, f->hit.at.start);

	if (!carried)
		e->waits =
		    c != NULL && c->at.start < f->hit.at.start ? f : NULL;
	return c != NULL || carried;
}

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

	c.time =
	    time_of(e->reader, e->view, e->frames, &e->frames->v[f], heads, i);
	c.condition =
	    c.kind == KIND_PROMISE && conditional(e, &e->frames->v[f], c.time);
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
		heads_in(e->reader, e->view,
		    slice_part(e->view->marked.text, from, to), c.who, &heads);
		if (heads.n > 0 && !head_is_vague(&heads.v[0]))
			c.action = heads.v[0].action;
		c.time = time_in(e->reader, e->view, from, to, c.words, true);
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
		heads_of(e->reader, e->view, frame, c.who, &heads);
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
		    spans_overlap(
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
	frames_settle(e->reader, e->view, clauses, frames, nothing);
	for (i = 0; i < frames->n; i++) {
		if (frames->v[i].hit.at.start < covered ||
		    (read != NULL &&
			(is_read(read, frames->v[i].hit.at) ||
			    !frame_passes(e->reader, e->view, &frames->v[i]))))
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
commitments_read(struct reader *r, const struct view *view)
{
	struct commitments made = {NULL, 0};
	const struct clauses *clauses;
	struct clauses parts; /* without what is waited for */
	struct frames frames, others; /* large: not cleared for nothing */
	struct slice text = view->marked.text;
	struct hits promises = reader_hits(r, SAYS_PROMISE, view, text);
	struct hits deadlines = reader_hits(r, SAYS_DEADLINE, view, text);
	struct hits nothing, conditions;
	struct emission e = {r, view, NULL, &conditions, &made, NULL};

	if (promises.n + deadlines.n == 0)
		return made;
	frames.n = others.n = 0;
	clauses = clauses_of(r, text);
	parts = *clauses;
	clauses_split_events(view, &parts);
	frames_add(r, &promises, false, view, clauses, &frames);
	frames_add(r, &deadlines, false, view, clauses, &frames);
	frames_add(r, &promises, true, view, &parts, &others);
	frames_add(r, &deadlines, true, view, &parts, &others);
	if (frames.n + others.n == 0)
		return made;
	reader_look_ahead(
	    r, view, 1u << SAYS_NOTHING | 1u << SAYS_CONDITION, text);
	nothing = reader_hits(r, SAYS_NOTHING, view, text);
	conditions = reader_hits(r, SAYS_CONDITION, view, text);
	read_frames(&e, clauses, &frames, &nothing, NULL);
	read_frames(&e, &parts, &others, &nothing, &frames);
	return made;
}
