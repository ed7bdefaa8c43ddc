/*
 * See score.h.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cases/score.h"

enum {
	DAY = 86400,
	LATE_FROM = 4, /* promises kept, before a share of them tells */
	DAYS_FROM = 3 /* answers, before their median does */
};

const struct score_limits score_limits_default = {
    .broken = 2,
    .slips = 3,
    .late = 50,
    .days = 14,
    .manner = 3,
    .minutes = 240,
    .reasons = 2,
};

static const char *const reasons[REASON_COUNT] = {
    "broken", "slips", "late", "days", "manner", "minutes"};

const char *
score_reason_name(enum score_reason reason)
{
	return reasons[reason];
}

/* One counting. */
struct count {
	struct arena *arena;
	const struct score_rows *rows;
	int64_t now;
	int32_t offset;
	struct score s;
	int64_t *answers, *acknowledgements; /* seconds */
};

/* Whether a list "a,b" has the word. */
static bool
has(const char *list, const char *word)
{
	size_t n = strlen(word);

	while (list != NULL && *list != '\0') {
		if (strcspn(list, ",") == n && memcmp(list, word, n) == 0)
			return true;
		list += strcspn(list, ",");
		list += *list == ',';
	}
	return false;
}

static int64_t
date_of(const struct message_row *m)
{
	return m->has_date ? m->date.utc : m->received;
}

static bool
by_machine(const struct message_row *m)
{
	return m->autoreply || has(m->signals, "autoreply");
}

/* More than "we have your letter" and "we need more time". */
static bool
is_answer(const struct message_row *m)
{
	static const char *const decides[] = {"refusal", "offer",
	    "final_response", "closure", "resolution", "information_request"};
	size_t i;

	if (by_machine(m))
		return false;
	for (i = 0; i < sizeof(decides) / sizeof(decides[0]); i++)
		if (has(m->signals, decides[i]))
			return true;
	return !has(m->signals, "acknowledgement") && !has(m->signals, "delay");
}

/* --- People --- */

/* NULL for no name. */
static struct score_person *
person(struct count *c, const char *name)
{
	struct score *s = &c->s;
	size_t i;

	if (name == NULL || *name == '\0')
		return NULL;
	for (i = 0; i < s->people_count; i++)
		if (strcasecmp(s->people[i].name, name) == 0)
			return &s->people[i];
	s->people = arena_grow(
	    c->arena, s->people, s->people_count, sizeof(*s->people));
	s->people[s->people_count] = (struct score_person){.name = name};
	return &s->people[s->people_count++];
}

static void
hear(struct count *c, const char *name, struct moment at)
{
	struct score_person *p = person(c, name);

	if (p != NULL && at.utc > p->heard.utc)
		p->heard = at;
}

/* Who wrote next in the case, by another name; "" when nobody did. */
static const char *
successor(const struct count *c, size_t i)
{
	const struct message_row *m = c->rows->messages;
	size_t k;

	for (k = i + 1;
	     k < c->rows->message_count && m[k].case_number == m[i].case_number;
	     k++)
		if (m[k].direction == FROM_COMPANY && m[k].agent != NULL &&
		    strcasecmp(m[k].agent, m[i].agent) != 0)
			return m[k].agent;
	return "";
}

static void
hear_mail(struct count *c, size_t i)
{
	const struct message_row *m = &c->rows->messages[i];
	struct score_person *p;

	if (m->agent == NULL)
		return;
	hear(c, m->agent,
	    m->has_date ? m->date : (struct moment){m->received, 0});
	p = person(c, m->agent);
	if (p != NULL &&
	    (has(m->signals, "handoff") || has(m->signals, "escalation")))
		p->handed_to = successor(c, i);
}

/* Heard last, first. */
static int
by_heard(const void *a, const void *b)
{
	const struct score_person *x = a, *y = b;

	if (x->heard.utc != y->heard.utc)
		return x->heard.utc > y->heard.utc ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* --- Promises --- */

static const struct obligation *
heir_of(const struct count *c, const struct obligation *o)
{
	const struct obligation *v = c->rows->obligations;
	size_t i;

	for (i = 0; o->slipped_to != 0 && i < c->rows->obligation_count; i++)
		if (v[i].case_number == o->case_number &&
		    v[i].number == o->slipped_to)
			return &v[i];
	return NULL;
}

/* A promise, and not one that was only made more exact later. */
static bool
counts(const struct count *c, const struct obligation *o)
{
	const struct obligation *heir;

	if (o->who != WHO_COMPANY || o->kind != KIND_PROMISE ||
	    o->stored == STATE_VOID)
		return false;
	if (o->stored != STATE_SLIPPED)
		return true;
	heir = heir_of(c, o);
	return heir == NULL || heir->slips > o->slips;
}

/* The counter of a state. */
static int *
counter(struct score_tally *s, enum obligation_state state)
{
	switch (state) {
	case STATE_KEPT:
		return &s->kept;
	case STATE_LATE:
		return &s->late;
	case STATE_BROKEN:
		return &s->broken;
	case STATE_SLIPPED:
		return &s->slipped;
	case STATE_LAPSED:
		return &s->lapsed;
	case STATE_OPEN:
	case STATE_WAITING:
	case STATE_PAUSED:
	case STATE_VOID:
		break;
	}
	return &s->open;
}

static void
count_promises(struct count *c)
{
	struct score_person *p;
	size_t i;

	for (i = 0; i < c->rows->obligation_count; i++) {
		const struct obligation *o = &c->rows->obligations[i];
		enum obligation_state state =
		    obligation_state_at(o, c->now, c->offset);

		if (!counts(c, o))
			continue;
		c->s.promises.made++;
		++*counter(&c->s.promises, state);
		c->s.chains += o->slips > 0 && state != STATE_SLIPPED;
		hear(c, o->agent, o->said);
		p = person(c, o->agent);
		if (p == NULL)
			continue;
		p->promises.made++;
		++*counter(&p->promises, state);
	}
}

/* --- Mail --- */

static void
count_manner(struct count *c, const char *list)
{
	struct score *s = &c->s;
	size_t i, n;

	s->bad_mails += list != NULL && *list != '\0';
	for (; list != NULL && *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		for (i = 0; i < s->manner_count; i++)
			if (strlen(s->manner[i].name) == n &&
			    memcmp(s->manner[i].name, list, n) == 0)
				break;
		if (i == s->manner_count) {
			s->manner = arena_grow(c->arena, s->manner,
			    s->manner_count, sizeof(*s->manner));
			s->manner[s->manner_count++] = (struct score_manner){
			    arena_strndup(c->arena, list, n), 0};
		}
		s->manner[i].n++;
	}
}

static int
by_count(const void *a, const void *b)
{
	const struct score_manner *x = a, *y = b;

	return x->n != y->n ? y->n - x->n : strcmp(x->name, y->name);
}

static void
add_wait(struct arena *a, int64_t **v, struct score_wait *w, int64_t from,
    int64_t to)
{
	*v = arena_grow(a, *v, w->n, sizeof(**v));
	(*v)[w->n++] = to > from ? to - from : 0;
}

static bool
is_closed(const struct count *c, int number)
{
	size_t i;

	for (i = 0; i < c->rows->case_count; i++)
		if (c->rows->cases[i].number == number)
			return c->rows->cases[i].closed;
	return true;
}

/* What an owner's letter still waits for. */
struct waiting {
	int case_number;
	int64_t since; /* 0: no letter is out */
	bool acknowledged;
};

static void
end_case(struct count *c, struct waiting *w, int next)
{
	struct score *s = &c->s;

	if (w->since != 0 && !is_closed(c, w->case_number)) {
		s->unanswered++;
		if (s->unanswered_since == 0 || w->since < s->unanswered_since)
			s->unanswered_since = w->since;
	}
	*w = (struct waiting){.case_number = next};
}

static void
count_company_mail(struct count *c, struct waiting *w, size_t i)
{
	const struct message_row *m = &c->rows->messages[i];
	struct score *s = &c->s;

	if (w->since != 0 && is_answer(m)) {
		add_wait(
		    c->arena, &c->answers, &s->answers, w->since, date_of(m));
		w->since = 0;
	} else if (w->since != 0 && !w->acknowledged) {
		add_wait(c->arena, &c->acknowledgements, &s->acknowledgements,
		    w->since, date_of(m));
		w->acknowledged = true;
	}
	if (by_machine(m))
		return;
	s->mails++;
	s->apologies += has(m->signals, "apology");
	count_manner(c, m->manner);
	hear_mail(c, i);
}

static void
count_mail(struct count *c)
{
	struct waiting w = {0};
	size_t i;

	for (i = 0; i < c->rows->message_count; i++) {
		const struct message_row *m = &c->rows->messages[i];

		if (m->case_number != w.case_number)
			end_case(c, &w, m->case_number);
		if (m->direction == FROM_COMPANY) {
			count_company_mail(c, &w, i);
		} else if (m->direction == FROM_OWNER) {
			c->s.letters++;
			if (w.since == 0) {
				w.since = date_of(m);
				w.acknowledged = false;
			}
		}
	}
	end_case(c, &w, 0);
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Of an even number the mean of the two in the middle. */
static int64_t
median(int64_t *v, size_t n)
{
	if (n == 0)
		return 0;
	qsort(v, n, sizeof(*v), by_size);
	return n % 2 == 1 ? v[n / 2] : v[n / 2 - 1] / 2 + v[n / 2] / 2;
}

/* --- Effort --- */

static void
count_money(struct count *c, const struct entry *e)
{
	const char *currency = e->currency == NULL ? "" : e->currency;
	struct score *s = &c->s;
	size_t i;

	for (i = 0; i < s->money_count; i++)
		if (strcmp(s->money[i].currency, currency) == 0)
			break;
	if (i == s->money_count) {
		s->money = arena_grow(
		    c->arena, s->money, s->money_count, sizeof(*s->money));
		s->money[s->money_count++] = (struct score_money){currency, 0};
	}
	s->money[i].cents += e->cents;
}

static int
by_currency(const void *a, const void *b)
{
	const struct score_money *x = a, *y = b;

	return strcmp(x->currency, y->currency);
}

static void
count_effort(struct count *c)
{
	size_t i;

	for (i = 0; i < c->rows->entry_count; i++) {
		const struct entry *e = &c->rows->entries[i];

		c->s.minutes += e->minutes;
		c->s.calls += e->kind == ENTRY_CALL;
		c->s.visits += e->kind == ENTRY_VISIT;
		if (e->kind == ENTRY_SPENT)
			count_money(c, e);
		if (e->kind == ENTRY_CALL || e->kind == ENTRY_VISIT)
			hear(c, e->who, e->at);
	}
}

/* --- The advice --- */

static void
advise(struct score *s, const struct score_limits *limits)
{
	const int most[REASON_COUNT] = {
	    [REASON_BROKEN] = limits->broken,
	    [REASON_SLIPS] = limits->slips,
	    [REASON_LATE] = limits->late,
	    [REASON_DAYS] = limits->days,
	    [REASON_MANNER] = limits->manner,
	    [REASON_MINUTES] = limits->minutes,
	};
	const struct score_tally *p = &s->promises;
	int n = 0, i;

	s->figure[REASON_BROKEN] = p->broken + p->lapsed;
	s->figure[REASON_SLIPS] = p->slipped;
	if (p->kept + p->late >= LATE_FROM)
		s->figure[REASON_LATE] = 100 * p->late / (p->kept + p->late);
	if (s->answers.n >= DAYS_FROM)
		s->figure[REASON_DAYS] = (int)(s->answers.median / DAY);
	s->figure[REASON_MANNER] = s->bad_mails;
	s->figure[REASON_MINUTES] = s->minutes;
	for (i = 0; i < REASON_COUNT; i++) {
		s->reason[i] = most[i] > 0 && s->figure[i] >= most[i];
		n += s->reason[i];
	}
	s->leave = limits->reasons > 0 && n >= limits->reasons;
}

struct score
score_of(struct arena *a, const struct score_rows *rows,
    const struct score_limits *limits, int64_t now, int32_t offset)
{
	struct count c = {
	    .arena = a, .rows = rows, .now = now, .offset = offset};
	struct score *s = &c.s;

	count_promises(&c);
	count_mail(&c);
	count_effort(&c);
	s->answers.median = median(c.answers, s->answers.n);
	s->acknowledgements.median =
	    median(c.acknowledgements, s->acknowledgements.n);
	if (s->people_count > 0)
		qsort(s->people, s->people_count, sizeof(*s->people), by_heard);
	if (s->manner_count > 0)
		qsort(s->manner, s->manner_count, sizeof(*s->manner), by_count);
	if (s->money_count > 0)
		qsort(s->money, s->money_count, sizeof(*s->money), by_currency);
	advise(s, limits);
	return c.s;
}
