/*
 * See site.h.
 *
 * Small multiples: each company, and each case of one, is a strip of marks,
 * one for each promise, all over the same stretch of time.  Places are
 * percents of the width, so that marks keep their size on a phone.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"

#include "record/axis.h"
#include "record/site.h"

enum {
	SOON_DAYS = 7,
	TICKS_MOST = 4,
	WIDTH = 1000, /* tenths of a percent */
	TICK_LAST = 860, /* its words need room */
	LANES = 3,
	LANE_HEIGHT = 13,
	LANE_LAST = 34, /* y of the lowest */
	MARK_WIDTH = 22,
	DAY = 86400
};

#define SAY_TALLY "made kept late slipped broken overdue open"
#define SAY_STRIP "ticks(x label) today marks(x y class label) "

#define SAY_PAGE "title owner stamp overview search company-page "
#define SAY_DUE "(" SAY_OBLIGATION " case id company title class yours paused)"
#define SAY_CASE                                                              \
	"(number title company company-id opened closed days-open kept late " \
	"broken overdue open next next-relative class marks(x y class label))"

const char site_index_schema[] = SAY_PAGE SAY_STRIP
    "open-cases closed-cases any-open any-closed overdue-count soon-count yours-count "
    "overdue" SAY_DUE " ahead" SAY_DUE " cases" SAY_CASE " closed" SAY_CASE
    " companies(id name domain cases-count " SAY_TALLY
    " marks(x y class label))";

const char site_company_schema[] = SAY_PAGE SAY_STRIP SAY_TALLY
    " name domain aliases(text) cases" SAY_CASE
    " answers answers-count answers-soon receipts receipts-soon unanswered "
    "unanswered-days apologies mails manner(name n) letters calls visits "
    "minutes money(sum) people(name any " SAY_TALLY
    " heard handed handed-nobody) "
    "leave reasons(broken slips late days manner minutes)";

const char site_search_schema[] = SAY_PAGE
    "items(kind case id company title date text mail promise asked call whole)";

/* --- The time axis --- */

static day_t
mark_day(const struct case_record *r, const struct obligation *o)
{
	return o->due.precision == DUE_NONE ? moment_day(o->said)
					    : record_due_day(r, o);
}

static struct axis
axis_of(const struct site *site)
{
	day_t today =
	    moment_day(zone_moment(site->voice.zone, site->voice.now));
	struct axis s = {
	    .first = today,
	    .last = today,
	    .left = MARK_WIDTH,
	    .right = WIDTH - MARK_WIDTH,
	    .ticks_most = TICKS_MOST,
	    .tick_last = TICK_LAST,
	    .tenths = true,
	};

	for (size_t i = 0; i < site->case_count; i++) {
		const struct case_record *r = &site->cases[i];
		day_t opened = moment_day(r->ladder.row.opened);

		s.first = opened < s.first ? opened : s.first;
		for (size_t k = 0; k < r->obligation_count; k++) {
			day_t day = mark_day(r, &r->obligations[k]);

			if (record_is_promise(&r->obligations[k]) &&
			    day > s.last && day < today + AXIS_AHEAD)
				s.last = day;
		}
	}
	return s;
}

static void
add_ticks(const struct site *site, struct values *v)
{
	struct axis x = axis_of(site);
	struct moment today = zone_moment(site->voice.zone, site->voice.now);

	axis_ticks(&x, &site->voice, v);
	axis_set(&x, v, "today", axis_place(&x, moment_day(today)));
}

/* --- Strips --- */

struct mark {
	const struct case_record *r;
	const struct obligation *o;
	int x;
};

struct strip {
	struct mark *v;
	size_t n;
};

static int
compare_marks(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	return x->x != y->x ? x->x - y->x : x->o->number - y->o->number;
}

static void
strip_add(const struct site *site, const struct axis *axis, struct strip *strip,
    const struct case_record *r)
{
	for (size_t i = 0; i < r->obligation_count; i++) {
		const struct obligation *o = &r->obligations[i];

		if (!record_is_promise(o))
			continue;
		strip->v = arena_grow(
		    site->voice.arena, strip->v, strip->n, sizeof(*strip->v));
		strip->v[strip->n++] =
		    (struct mark){r, o, axis_place(axis, mark_day(r, o))};
	}
}

/* Marks that would hide each other are put above each other. */
static void
strip_values(const struct site *site, const struct axis *axis,
    struct strip *strip, struct values *v)
{
	int last[LANES];

	for (int i = 0; i < LANES; i++)
		last[i] = -MARK_WIDTH;
	if (strip->n > 1)
		qsort(strip->v, strip->n, sizeof(*strip->v), compare_marks);
	for (size_t i = 0; i < strip->n; i++) {
		const struct mark *m = &strip->v[i];
		struct values *mark = values_add(v, "marks");
		enum obligation_state state = record_state(m->r, m->o);
		int lane = 0;

		while (lane < LANES - 1 && m->x - last[lane] < MARK_WIDTH)
			lane++;
		last[lane] = m->x;
		axis_set(axis, mark, "x", m->x);
		values_printf(mark, "y", "%d", LANE_LAST - lane * LANE_HEIGHT);
		values_set(mark, "class", obligation_state_name(state));
		values_set(mark, "label",
		    arena_printf(site->voice.arena, "%d.%d %s, %s: %s",
			m->o->case_number, m->o->number,
			say_what(&site->voice, m->o->action),
			say_due(&site->voice, m->o),
			say_state(&site->voice, state)));
	}
}

/* --- What is due --- */

struct owed {
	const struct case_record *r;
	const struct obligation *o;
};

static int
compare_owed(const void *a, const void *b)
{
	const struct owed *x = a, *y = b;
	day_t d = record_due_day(x->r, x->o), e = record_due_day(y->r, y->o);
	bool paused = record_state(x->r, x->o) == STATE_PAUSED;

	/* what waits for the owner comes after what comes by itself */
	if (paused != (record_state(y->r, y->o) == STATE_PAUSED))
		return paused ? 1 : -1;
	if (d != e)
		return d < e ? -1 : 1;
	return x->o->case_number != y->o->case_number
		   ? x->o->case_number - y->o->case_number
		   : x->o->number - y->o->number;
}

static struct owed *
owed_of(const struct site *site, size_t *n)
{
	struct owed *v = NULL;

	*n = 0;
	for (size_t i = 0; i < site->case_count; i++) {
		const struct case_record *r = &site->cases[i];

		for (size_t k = 0; k < r->obligation_count; k++) {
			const struct obligation *o = &r->obligations[k];

			if (r->ladder.row.closed || o->stored != STATE_OPEN ||
			    o->due.precision == DUE_NONE)
				continue;
			v = arena_grow(site->voice.arena, v, *n, sizeof(*v));
			v[(*n)++] = (struct owed){r, o};
		}
	}
	if (*n > 1)
		qsort(v, *n, sizeof(*v), compare_owed);
	return v;
}

static void
add_owed(const struct site *site, struct values *v)
{
	size_t n;
	const struct owed *owed = owed_of(site, &n);
	int overdue = 0, soon = 0, yours = 0;

	for (size_t i = 0; i < n; i++) {
		const struct case_record *r = owed[i].r;
		const struct obligation *o = owed[i].o;
		enum obligation_state state = record_state(r, o);
		bool late = state == STATE_LAPSED;
		int in_days = record_due_day(r, o) - record_today(r);
		struct values *row = values_add(v, late ? "overdue" : "ahead");

		overdue += late;
		soon += in_days >= 0 && in_days <= SOON_DAYS;
		yours += o->who == WHO_CUSTOMER;
		say_obligation(&site->voice, row, o);
		values_printf(row, "case", "%d", o->case_number);
		values_printf(row, "id", "p%d", o->number);
		values_set(row, "company", r->ladder.row.company_name);
		values_set(row, "title", r->ladder.row.title);
		values_set(row, "class", obligation_state_name(state));
		values_set(row, "paused",
		    state == STATE_PAUSED ? say_state(&site->voice, state)
					  : "");
		values_set(row, "yours", o->who == WHO_CUSTOMER ? "1" : "");
	}
	values_printf(v, "overdue-count", "%d", overdue);
	values_printf(v, "soon-count", "%d", soon);
	values_printf(v, "yours-count", "%d", yours);
}

/* --- Cases --- */

/* What comes first in it. */
static void
add_next(const struct site *site, const struct case_record *r, struct values *v)
{
	struct owed next = {r, NULL};

	for (size_t i = 0; i < r->obligation_count; i++) {
		struct owed one = {r, &r->obligations[i]};

		if (one.o->stored == STATE_OPEN &&
		    one.o->due.precision != DUE_NONE &&
		    (next.o == NULL || compare_owed(&one, &next) < 0))
			next = one;
	}
	if (next.o == NULL || r->ladder.row.closed)
		return;
	values_set(v, "next", say_what(&site->voice, next.o->action));
	values_set(v, "next-relative",
	    say_relative(&site->voice, record_due_day(r, next.o)));
}

static void
add_case(const struct site *site, const struct case_record *r,
    const struct axis *axis, struct values *v)
{
	const struct case_row *row = &r->ladder.row;
	struct values *one =
	    values_add(v, row->closed && axis == NULL ? "closed" : "cases");
	struct summary s = record_summary(r);
	struct strip strip = {0};

	values_printf(one, "number", "%d", row->number);
	values_set(one, "title", row->title);
	values_set(one, "company", row->company_name);
	values_printf(one, "company-id", "%" PRId64, row->company);
	values_set(
	    one, "opened", say_day(&site->voice, moment_day(row->opened)));
	values_set(one, "closed",
	    row->closed ? say_day(&site->voice, moment_day(row->closed_at))
			: "");
	values_set(
	    one, "days-open", say_count(&site->voice, "days", s.open_days));
	values_printf(one, "kept", "%d", s.kept);
	values_printf(one, "late", "%d", s.late);
	values_printf(one, "broken", "%d", s.broken);
	values_printf(one, "overdue", "%d", s.lapsed);
	values_printf(one, "open", "%d", s.open);
	values_set(one, "class",
	    row->closed    ? "closed"
	    : s.lapsed > 0 ? "lapsed"
			   : "open");
	add_next(site, r, one);
	if (axis != NULL) {
		strip_add(site, axis, &strip, r);
		strip_values(site, axis, &strip, one);
	}
}

/* --- Companies --- */

/* All rows of a company, one after the other, as score_of() reads them. */
static struct score
score_company(const struct site *site, int64_t company, size_t *cases)
{
	struct arena *a = site->voice.arena;
	struct case_row *c = NULL;
	struct message_row *m = NULL;
	struct obligation *o = NULL;
	struct entry *e = NULL;
	struct score_rows rows = {0};

	for (size_t i = 0; i < site->case_count; i++) {
		const struct case_record *r = &site->cases[i];

		if (r->ladder.row.company != company)
			continue;
		c = arena_grow(a, c, rows.case_count, sizeof(*c));
		c[rows.case_count++] = r->ladder.row;
		for (size_t k = 0; k < r->message_count; k++) {
			m = arena_grow(a, m, rows.message_count, sizeof(*m));
			m[rows.message_count++] = *r->messages[k].row;
		}
		for (size_t k = 0; k < r->obligation_count; k++) {
			o = arena_grow(a, o, rows.obligation_count, sizeof(*o));
			o[rows.obligation_count++] = r->obligations[k];
		}
		for (size_t k = 0; k < r->entry_count; k++) {
			e = arena_grow(a, e, rows.entry_count, sizeof(*e));
			e[rows.entry_count++] = r->entries[k];
		}
	}
	rows.cases = c;
	rows.messages = m;
	rows.obligations = o;
	rows.entries = e;
	*cases = rows.case_count;
	return score_of(a, &rows, site->limits, site->voice.now,
	    zone_offset(site->voice.zone, site->voice.now));
}

static void
tally_values(const struct score_tally *t, struct values *v)
{
	values_printf(v, "made", "%d", t->made);
	values_printf(v, "kept", "%d", t->kept);
	values_printf(v, "late", "%d", t->late);
	values_printf(v, "slipped", "%d", t->slipped);
	values_printf(v, "broken", "%d", t->broken);
	values_printf(v, "overdue", "%d", t->lapsed);
	values_printf(v, "open", "%d", t->open);
}

static void
add_company(const struct site *site, const struct company_row *c,
    const struct axis *axis, struct values *v)
{
	struct strip strip = {0};
	struct values *one;
	struct score s;
	size_t cases;

	s = score_company(site, c->id, &cases);
	if (cases == 0)
		return;
	one = values_add(v, "companies");
	values_printf(one, "id", "%" PRId64, c->id);
	values_set(one, "name", c->name);
	values_set(one, "domain", c->domain);
	values_printf(one, "cases-count", "%zu", cases);
	tally_values(&s.promises, one);
	for (size_t i = 0; i < site->case_count; i++)
		if (site->cases[i].ladder.row.company == c->id)
			strip_add(site, axis, &strip, &site->cases[i]);
	strip_values(site, axis, &strip, one);
}

static void
set_number(struct values *v, const char *name, int n)
{
	if (n > 0)
		values_printf(v, name, "%d", n);
}

/* Whole days, or that it was less than half of one. */
static void
set_wait(const struct site *site, struct values *v, const struct score_wait *w,
    const char *name, const char *soon)
{
	int days = (int)((w->median + DAY / 2) / DAY);

	if (w->n == 0)
		return;
	if (days > 0)
		values_set(v, name, say_count(&site->voice, "days", days));
	else
		values_set(v, soon, "1");
}

static void
add_waits(const struct site *site, const struct score *s, struct values *v)
{
	set_wait(site, v, &s->answers, "answers", "answers-soon");
	set_wait(site, v, &s->acknowledgements, "receipts", "receipts-soon");
	values_printf(v, "answers-count", "%zu", s->answers.n);
	set_number(v, "unanswered", s->unanswered);
	if (s->unanswered > 0)
		values_set(v, "unanswered-days",
		    say_count(&site->voice, "days",
			(int)((site->voice.now - s->unanswered_since) / DAY)));
}

static char *
spaced(struct arena *a, const char *name)
{
	char *out = arena_strdup(a, name);

	for (char *p = out; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	return out;
}

static void
add_effort(const struct site *site, const struct score *s, struct values *v)
{
	set_number(v, "letters", s->letters);
	set_number(v, "calls", s->calls);
	set_number(v, "visits", s->visits);
	if (s->minutes > 0)
		values_set(v, "minutes", say_minutes(&site->voice, s->minutes));
	for (size_t i = 0; i < s->money_count; i++)
		values_set(values_add(v, "money"), "sum",
		    say_money(
			&site->voice, s->money[i].cents, s->money[i].currency));
}

static void
add_people(const struct site *site, const struct score *s, struct values *v)
{
	for (size_t i = 0; i < s->people_count; i++) {
		const struct score_person *p = &s->people[i];
		struct values *one = values_add(v, "people");

		values_set(one, "name", p->name);
		tally_values(&p->promises, one);
		set_number(one, "any", p->promises.made);
		values_set(one, "heard",
		    say_day(&site->voice,
			moment_day(
			    zone_moment(site->voice.zone, p->heard.utc))));
		values_set(one, "handed", p->handed_to);
		if (p->handed_to != NULL && *p->handed_to == '\0')
			values_set(one, "handed-nobody", "1");
	}
}

static void
add_reasons(const struct site *site, const struct score *s, struct values *v)
{
	values_set(v, "leave", s->leave ? "1" : "");
	for (int i = 0; i < REASON_COUNT; i++) {
		const char *name = score_reason_name((enum score_reason)i);
		struct values *one;

		if (!s->reason[i])
			continue;
		one = values_add(v, "reasons");
		if (i == REASON_MINUTES)
			values_set(
			    one, name, say_minutes(&site->voice, s->figure[i]));
		else if (i == REASON_DAYS)
			values_set(one, name,
			    say_count(&site->voice, "days", s->figure[i]));
		else
			values_printf(one, name, "%d", s->figure[i]);
	}
}

/* --- Pages --- */

static void
add_page(const struct site *site, const char *page, struct values *v)
{
	values_set(v, page, "1");
	values_set(v, "owner", site->owner);
	values_set(v, "stamp",
	    say_day(&site->voice,
		moment_day(zone_moment(site->voice.zone, site->voice.now))));
}

void
site_index(const struct site *site, struct values *v)
{
	struct axis axis = axis_of(site);
	size_t closed = 0;

	add_page(site, "overview", v);
	add_ticks(site, v);
	add_owed(site, v);
	for (size_t i = 0; i < site->case_count; i++) {
		add_case(site, &site->cases[i], NULL, v);
		closed += site->cases[i].ladder.row.closed;
	}
	values_printf(v, "open-cases", "%zu", site->case_count - closed);
	values_printf(v, "closed-cases", "%zu", closed);
	values_set(v, "any-open", site->case_count > closed ? "1" : "");
	values_set(v, "any-closed", closed > 0 ? "1" : "");
	for (size_t i = 0; i < site->company_count; i++)
		add_company(site, &site->companies[i], &axis, v);
}

bool
site_company(
    const struct site *site, const struct company_row *c, struct values *v)
{
	struct axis axis = axis_of(site);
	size_t cases;
	struct score s = score_company(site, c->id, &cases);

	if (cases == 0)
		return false;
	add_page(site, "company-page", v);
	add_ticks(site, v);
	values_set(v, "title", c->name);
	values_set(v, "name", c->name);
	values_set(
	    v, "domain", strcmp(c->name, c->domain) == 0 ? "" : c->domain);
	for (size_t i = 0; i < c->aliases.n; i++)
		if (strcmp(c->aliases.v[i], c->domain) != 0)
			values_set(
			    values_add(v, "aliases"), "text", c->aliases.v[i]);
	tally_values(&s.promises, v);
	for (size_t i = 0; i < site->case_count; i++)
		if (site->cases[i].ladder.row.company == c->id)
			add_case(site, &site->cases[i], &axis, v);
	add_waits(site, &s, v);
	values_printf(v, "apologies", "%d", s.apologies);
	values_printf(v, "mails", "%d", s.mails);
	for (size_t i = 0; i < s.manner_count; i++) {
		struct values *one = values_add(v, "manner");

		values_set(
		    one, "name", spaced(site->voice.arena, s.manner[i].name));
		values_printf(one, "n", "%d", s.manner[i].n);
	}
	add_effort(site, &s, v);
	add_people(site, &s, v);
	add_reasons(site, &s, v);
	return true;
}

/* --- Search --- */

/* Runs of white space become a blank. */
static char *
one_line(struct arena *a, const char *text)
{
	char *out = arena_strdup(a, text == NULL ? "" : text), *to = out;

	for (const char *p = out; *p != '\0'; p++) {
		bool blank = strchr(" \t\r\n", *p) != NULL;

		if (!blank)
			*to++ = *p;
		else if (to > out && to[-1] != ' ')
			*to++ = ' ';
	}
	*to = '\0';
	return out;
}

static struct values *
add_item(const struct site *site, const struct case_record *r, const char *kind,
    const char *title, const char *text, day_t day, struct values *v)
{
	struct values *item = values_add(v, "items");

	values_set(item, kind, "1");
	values_printf(item, "case", "%d", r->ladder.row.number);
	values_set(item, "company", r->ladder.row.company_name);
	values_set(item, "title", title);
	values_set(item, "text", one_line(site->voice.arena, text));
	values_set(item, "date", say_day(&site->voice, day));
	return item;
}

static const char *
references_of(const struct site *site, const struct case_row *row)
{
	struct buf out = {0};

	buf_puts(&out, row->company_domain);
	for (size_t i = 0; i < row->references.n; i++)
		buf_printf(&out, " %s", row->references.v[i]);
	return buf_keep(&out, site->voice.arena);
}

/* "call Anna" */
static const char *
entry_title(const struct site *site, const struct entry *e)
{
	const char *kind =
	    say_name(&site->voice, "entry", entry_kind_name(e->kind));

	return e->who == NULL || *e->who == '\0'
		   ? kind
		   : arena_printf(site->voice.arena, "%s %s", kind, e->who);
}

static void
add_items(
    const struct site *site, const struct case_record *r, struct values *v)
{
	const struct case_row *row = &r->ladder.row;
	struct values *item;

	item = add_item(site, r, "whole", row->title, references_of(site, row),
	    moment_day(row->opened), v);
	values_set(item, "id", "top");
	for (size_t i = 0; i < r->obligation_count; i++) {
		const struct obligation *o = &r->obligations[i];

		if (o->stored == STATE_VOID)
			continue;
		item = add_item(site, r,
		    record_is_promise(o) ? "promise" : "asked",
		    say_what(&site->voice, o->action), o->quote,
		    moment_day(o->said), v);
		values_printf(item, "id", "p%d", o->number);
	}
	for (size_t i = 0; i < r->message_count; i++) {
		const struct message_row *m = r->messages[i].row;

		item = add_item(site, r, "mail", m->subject, m->newest,
		    record_day(r, m), v);
		values_printf(item, "id", "m%d", r->messages[i].exhibit);
	}
	for (size_t i = 0; i < r->entry_count; i++) {
		const struct entry *e = &r->entries[i];

		item = add_item(site, r, "call", entry_title(site, e), e->text,
		    moment_day(e->at), v);
		values_set(item, "id", "record");
	}
}

void
site_search(const struct site *site, struct values *v)
{
	add_page(site, "search", v);
	for (size_t i = 0; i < site->case_count; i++)
		add_items(site, &site->cases[i], v);
}
