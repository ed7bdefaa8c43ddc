/*
 * Verbs about the law: ladder, sector, event.
 */
#include <inttypes.h>
#include <string.h>

#include "cases/case.h"
#include "cases/ladder.h"
#include "cases/post.h"
#include "cases/verbs.h"

static int
climb(struct act *r, struct ladder *l)
{
	int rc = act_case(r);

	if (rc != DONE)
		return rc;
	if (post_law(r->x->post, r->err) == -1)
		return FAILED;
	return act_outcome(r,
	    ladder_of(r->x->store, r->x->owner, act_arena(r), r->x->post->law,
		r->case_number, moment_day(act_now(r)), l, r->err));
}

static char *
sectors_text(struct act *r, const struct ladder *l)
{
	struct buf out = {0};

	for (size_t i = 0; i < l->sectors.n; i++)
		buf_printf(&out, "%s%s", i > 0 ? ", " : "", l->sectors.v[i]);
	return buf_keep(&out, act_arena(r));
}

static void
put_clock(struct act *r, struct buf *out, const struct clock_run *run)
{
	const struct voice *v = &r->x->voice;
	struct values *values = values_new(v->arena);

	say_clock(v, values, run);
	buf_printf(out, "\n%s",
	    letter_phrase_of(v->arena, v->letters,
		run->state == CLOCK_IDLE ? "ladder-idle" : "ladder-clock",
		values));
}

int
verb_ladder(struct act *r)
{
	const struct voice *v = &r->x->voice;
	struct ladder l = {0};
	struct buf out = {0};
	int rc = climb(r, &l);

	if (rc != DONE)
		return rc;
	buf_puts(&out, LETTER_SAY(v->arena, v->letters, "ladder-head", "case",
			   act_print(r, r->case_number), "company",
			   l.row.company_name, "region", l.row.region, "sector",
			   sectors_text(r, &l), "guessed", l.guessed ? "1" : "",
			   "none", l.sectors.n == 0 ? "1" : ""));
	for (size_t i = 0; i < l.milestone_count; i++) {
		const struct milestone *m = &l.milestones[i];

		buf_printf(&out, "\n%s",
		    LETTER_SAY(v->arena, v->letters, "ladder-event", "name",
			m->name, "date", say_day(v, m->day), "message",
			m->message == 0 ? "" : act_print(r, m->message)));
	}
	for (size_t i = 0; i < l.runs.n; i++)
		put_clock(r, &out, &l.runs.v[i]);
	if (l.runs.n == 0)
		buf_printf(&out, "\n%s",
		    LETTER_SAY(v->arena, v->letters, "ladder-nothing"));
	r->answer = buf_keep(&out, v->arena);
	return DONE;
}

/* "energy", "finance, card"; blanks may stand for the hyphens of a name. */
static char *
sector_name(struct arena *a, struct slice word)
{
	char *name = slice_dup(a, slice_trim(word));

	for (char *p = name; *p != '\0'; p++)
		if (*p == ' ')
			*p = '-';
	return name;
}

int
verb_sector(struct act *r)
{
	struct slice rest = slice_of(r->c->rest);
	struct buf names = {0};
	struct change *c;
	const char *said;
	int rc = act_case(r);

	if (rc != DONE)
		return rc;
	if (post_law(r->x->post, r->err) == -1)
		return FAILED;
	while (rest.len > 0) {
		size_t n = 0;
		char *name;

		while (n < rest.len && rest.p[n] != ',')
			n++;
		name = sector_name(act_arena(r), (struct slice){rest.p, n});
		n += n < rest.len;
		rest.p += n;
		rest.len -= n;
		if (!clocks_have_sector(r->x->post->law->clocks, name)) {
			buf_free(&names);
			return REFUSE(r, "not-sector", "text", name);
		}
		buf_printf(&names, "%s%s", names.len > 0 ? "," : "", name);
	}
	if (names.len == 0)
		return REFUSE(r, "not-sector", "text", "");
	said = buf_keep(&names, act_arena(r));
	c = act_begin(r);
	rc =
	    act_outcome(r, ladder_set_sectors(c, r->case_number, said, r->err));
	if (rc != DONE)
		return rc;
	SAY(r, "did-sector", "case", act_print(r, r->case_number), "name",
	    said);
	return act_end(r, c);
}

/* "delivery 3 March": what has happened, and when. */
int
verb_event(struct act *r)
{
	const struct clocks *clocks;
	struct slice rest = slice_of(r->c->rest);
	struct ladder l = {0};
	struct moment at;
	struct change *c;
	size_t n = 0;
	char *name;
	int rc = climb(r, &l);

	if (rc != DONE)
		return rc;
	clocks = r->x->post->law->clocks;
	while (n < rest.len && rest.p[n] != ' ')
		n++;
	name = slice_dup(act_arena(r), (struct slice){rest.p, n});
	if (n == 0 || !clocks_have_event(clocks, name))
		return REFUSE(r, "not-event", "text", name, "events",
		    clocks_events(
			act_arena(r), clocks, l.row.region, &l.sectors));
	if (!act_past(r,
		slice_dup(act_arena(r),
		    slice_trim((struct slice){rest.p + n, rest.len - n})),
		&at))
		return REFUSE(r, "not-date", "text", rest.p + n);
	c = act_begin(r);
	rc = act_outcome(r, ladder_add_milestone(c, r->case_number, name,
				moment_day(at), r->err));
	if (rc != DONE)
		return rc;
	SAY(r, "did-event", "case", act_print(r, r->case_number), "name", name,
	    "date", say_day(&r->x->voice, moment_day(at)));
	return act_end(r, c);
}
