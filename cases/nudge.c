/*
 * Planning; see nudge.h.
 *
 * One pass over the open obligations finds the items that are due and were
 * not said; sorted by case they become mails.
 */
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"

#include "cases/nudge.h"

static const char *const names[NUDGE_KINDS] = {"receipt", "doubt", "unfiled",
    "transcript", "lapse", "heads-up", "clock", "digest", "follow-up",
    "report"};

const char *
nudge_kind_name(enum nudge_kind kind)
{
	return names[kind];
}

bool
nudge_kind_of(const char *name, enum nudge_kind *kind)
{
	for (int i = 0; i < NUDGE_KINDS; i++) {
		if (strcmp(names[i], name) != 0)
			continue;
		*kind = (enum nudge_kind)i;
		return true;
	}
	return false;
}

bool
nudge_scheduled(enum nudge_kind kind)
{
	return kind == NUDGE_LAPSE || kind == NUDGE_HEADS_UP ||
	       kind == NUDGE_CLOCK || kind == NUDGE_DIGEST;
}

int
nudge_item_compare(const struct nudge_item *a, const struct nudge_item *b)
{
	if (a->case_number != b->case_number)
		return a->case_number < b->case_number ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return strcmp(a->version, b->version);
}

static int
compare_items(const void *a, const void *b)
{
	return nudge_item_compare(a, b);
}

bool
nudge_hour(const struct nudge_settings *s, int64_t now)
{
	struct moment local = zone_moment(s->zone, now);
	int minute = moment_second(local) / 60;

	if (!s->weekends && weekday_of(moment_day(local)) >= SATURDAY)
		return false;
	if (s->quiet_from <= s->quiet_to)
		return minute < s->quiet_from || minute >= s->quiet_to;
	return minute >= s->quiet_to && minute < s->quiet_from;
}

/* One planning. */
struct plan {
	struct arena *arena;
	const struct nudge_ledger *ledger;
	const struct nudge_settings *settings;
	int64_t now;
	int32_t offset;
	day_t today;
	struct nudge_item *items;
	size_t n;
};

static int
compare_case(const void *key, const void *row)
{
	int number = *(const int *)key;
	int other = ((const struct case_row *)row)->number;

	return number < other ? -1 : number > other;
}

static const struct case_row *
case_find(const struct nudge_ledger *l, int number)
{
	return l->case_count == 0 ? NULL
				  : bsearch(&number, l->cases, l->case_count,
					sizeof(*l->cases), compare_case);
}

static bool
may_speak(const struct case_row *row, int64_t now)
{
	return row != NULL && !row->closed && !row->muted &&
	       row->snoozed_until <= now;
}

static bool
was_said(const struct nudge_ledger *l, const struct nudge_item *item)
{
	return l->said_count > 0 &&
	       bsearch(item, l->said, l->said_count, sizeof(*l->said),
		   compare_items) != NULL;
}

/* The due date, with the step of a heads-up. */
static const char *
version_of(struct arena *a, const struct due *due, int step)
{
	char text[DATE_ROOM];

	due_print(*due, text);
	return step > 0 ? arena_printf(a, "%s/%d", text, step)
			: arena_strdup(a, text);
}

/*
 * The step that a deadline of so many days is in: the least that still holds
 * it; 0 when it is further off, or past.  A step that had begun when the
 * deadline was set is none.
 */
static int
heads_up_step(const struct obligation *o, const struct nudge_settings *s,
    int64_t now, int32_t offset)
{
	int left = obligation_days_left(o, now, offset), step = 0;

	if (left < 0)
		return 0;
	for (size_t i = 0; i < s->heads_up_count; i++)
		if (left <= s->heads_up[i] &&
		    (step == 0 || s->heads_up[i] < step))
			step = s->heads_up[i];
	if (step > 0 && moment_day(o->said) >= o->due.day - step)
		return 0;
	return step;
}

/* What is to be said of an obligation now; false when nothing. */
static bool
item_of(struct arena *a, const struct obligation *o,
    const struct nudge_settings *s, int64_t now, int32_t offset,
    struct nudge_item *item)
{
	enum obligation_state state = obligation_state_at(o, now, offset);
	int step = 0;

	if (o->due.precision == DUE_NONE)
		return false;
	if (o->who == WHO_COMPANY) {
		if (state != STATE_LAPSED ||
		    obligation_days_left(o, now, offset) < -NUDGE_STALE_DAYS)
			return false;
		item->kind = NUDGE_LAPSE;
	} else {
		if (state != STATE_OPEN)
			return false;
		step = heads_up_step(o, s, now, offset);
		if (step == 0)
			return false;
		item->kind = NUDGE_HEADS_UP;
	}
	item->case_number = o->case_number;
	item->number = o->number;
	item->version = version_of(a, &o->due, step);
	return true;
}

/* What is to be said of a clock today; false when nothing. */
static bool
item_of_clock(struct arena *a, const struct nudge_clock *c, day_t today,
    struct nudge_item *item)
{
	static const int bars[] = NUDGE_BARS;
	int left = c->end - today, step = 0;
	char day[DATE_ROOM];

	day_print(c->end, day);
	for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++)
		if (left >= 0 && left <= bars[i])
			step = bars[i];
	if (c->own ? step == 0 : left >= 0 || left < -NUDGE_STALE_DAYS)
		return false;
	item->kind = NUDGE_CLOCK;
	item->case_number = c->case_number;
	item->number = 0;
	item->version = c->own ? arena_printf(a, "%s/%s/%d", c->id, day, step)
			       : arena_printf(a, "%s/%s", c->id, day);
	return true;
}

bool
nudge_clock_waits(
    const struct nudge_ledger *l, const struct nudge_clock *c, day_t today)
{
	struct arena *a = arena_new();
	struct nudge_item item;
	bool waits = item_of_clock(a, c, today, &item) && !was_said(l, &item);

	arena_free(a);
	return waits;
}

static void
take_item(struct plan *p, const struct nudge_item *item)
{
	if (was_said(p->ledger, item))
		return;
	p->items = arena_grow(p->arena, p->items, p->n, sizeof(*p->items));
	p->items[p->n++] = *item;
}

static void
find_items(struct plan *p)
{
	const struct nudge_ledger *l = p->ledger;

	for (size_t i = 0; i < l->obligation_count; i++) {
		const struct obligation *o = &l->obligations[i];
		struct nudge_item item;

		if (!may_speak(case_find(l, o->case_number), p->now) ||
		    !item_of(
			p->arena, o, p->settings, p->now, p->offset, &item))
			continue;
		take_item(p, &item);
	}
	for (size_t i = 0; i < l->clock_count; i++) {
		const struct nudge_clock *c = &l->clocks[i];
		struct nudge_item item;

		if (may_speak(case_find(l, c->case_number), p->now) &&
		    item_of_clock(p->arena, c, p->today, &item))
			take_item(p, &item);
	}
	if (p->n > 0)
		qsort(p->items, p->n, sizeof(*p->items), compare_items);
}

/* Has the case had a scheduled mail less than a day ago? */
static bool
too_soon(const struct plan *p, int case_number)
{
	const struct nudge_ledger *l = p->ledger;

	for (size_t i = 0; i < l->gone_count; i++)
		if (l->gone[i].case_number == case_number &&
		    nudge_scheduled(l->gone[i].kind) &&
		    p->now - l->gone[i].at < NUDGE_CASE_GAP)
			return true;
	return false;
}

static size_t
scheduled_today(const struct plan *p)
{
	const struct nudge_ledger *l = p->ledger;
	size_t n = 0;

	for (size_t i = 0; i < l->gone_count; i++)
		n += nudge_scheduled(l->gone[i].kind) &&
		     p->now - l->gone[i].at < NUDGE_DAY;
	return n;
}

static void
add(struct plan *p, struct nudges *out, const struct nudge *nudge)
{
	out->v = arena_grow(p->arena, out->v, out->n, sizeof(*out->v));
	out->v[out->n++] = *nudge;
}

/* The items of each case, which stand together, as one mail. */
static void
add_cases(struct plan *p, struct nudges *out, size_t most)
{
	size_t i = 0, j;

	for (; i < p->n; i = j) {
		struct nudge nudge = {.kind = p->items[i].kind,
		    .case_number = p->items[i].case_number,
		    .items = &p->items[i]};

		for (j = i;
		     j < p->n && p->items[j].case_number == nudge.case_number;
		     j++)
			;
		nudge.item_count = j - i;
		if (too_soon(p, nudge.case_number))
			continue;
		if (out->n < most)
			add(p, out, &nudge);
		else
			out->held++;
	}
}

/* Something open that was said before that day: of later ones the receipt
 * told. */
static bool
anything_open(const struct plan *p, day_t day)
{
	const struct nudge_ledger *l = p->ledger;

	for (size_t i = 0; i < l->obligation_count; i++) {
		const struct case_row *row =
		    case_find(l, l->obligations[i].case_number);

		if (row != NULL && !row->closed &&
		    moment_day(l->obligations[i].said) < day)
			return true;
	}
	return false;
}

/* The digest of a day, or of the week that began with the last Monday. */
static void
add_digest(struct plan *p, struct nudges *out, size_t most)
{
	struct nudge_item *item = arena_alloc(p->arena, sizeof(*item));
	struct nudge nudge = {
	    .kind = NUDGE_DIGEST, .items = item, .item_count = 1};
	char text[DATE_ROOM];
	day_t day = p->today;

	if (p->settings->digest == DIGEST_WEEKLY)
		day = week_start(day);
	if (p->settings->digest == DIGEST_NONE || !anything_open(p, day))
		return;
	item->kind = NUDGE_DIGEST;
	item->version = arena_strdup(p->arena, day_print(day, text));
	if (was_said(p->ledger, item) || too_soon(p, 0))
		return;
	if (out->n < most)
		add(p, out, &nudge);
	else
		out->held++;
}

struct nudges
nudge_plan(struct arena *a, const struct nudge_ledger *ledger,
    const struct nudge_settings *settings, int64_t now)
{
	struct moment local = zone_moment(settings->zone, now);
	struct plan p = {
	    a, ledger, settings, now, local.offset, moment_day(local), NULL, 0};
	struct nudges out = {NULL, 0, 0};
	size_t gone, most;

	if (!nudge_hour(settings, now))
		return out;
	gone = scheduled_today(&p);
	most = gone < NUDGE_SCHEDULED_MOST ? NUDGE_SCHEDULED_MOST - gone : 0;
	find_items(&p);
	/* the digest first: it tells of those that the ceiling holds back */
	add_digest(&p, &out, most);
	add_cases(&p, &out, most);
	return out;
}

bool
nudge_clock_holds(const struct nudge_item *item, const struct case_row *row,
    const struct nudge_clock *clocks, size_t n, int64_t now, day_t today)
{
	struct arena *a = arena_new();
	struct nudge_item is;
	bool holds = false;

	for (size_t i = 0; i < n && may_speak(row, now); i++)
		holds = holds || (item_of_clock(a, &clocks[i], today, &is) &&
				     nudge_item_compare(item, &is) == 0);
	arena_free(a);
	return holds;
}

bool
nudge_holds(const struct nudge_item *item, const struct case_row *row,
    const struct obligation *o, const struct nudge_settings *settings,
    int64_t now)
{
	struct arena *a;
	struct nudge_item is = {0};
	bool holds;

	if (item->kind != NUDGE_LAPSE && item->kind != NUDGE_HEADS_UP)
		return true;
	if (!may_speak(row, now) || o == NULL)
		return false;
	a = arena_new();
	holds = item_of(a, o, settings, now, zone_offset(settings->zone, now),
		    &is) &&
		nudge_item_compare(item, &is) == 0;
	arena_free(a);
	return holds;
}
