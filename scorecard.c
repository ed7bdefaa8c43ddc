/*
 * `company`: the scorecard, told.  What is counted, and how, is in
 * cases/score.h; this gathers the rows and prints the figures.
 */
#include <string.h>
#include <sysexits.h>

#include "base/zone.h"
#include "cases/ledger.h"
#include "cases/say.h"
#include "cases/score.h"
#include "commands.h"
#include "json.h"

enum { DAY = 86400 };

/* The rows of one company, and its cases. */
struct record {
	struct score_rows rows;
	struct case_row *cases;
	struct message_row *messages;
	struct obligation *obligations;
	struct entry *entries;
};

static void *
append(struct arena *a, void *v, size_t *n, const void *more, size_t count,
    size_t size)
{
	size_t i;

	for (i = 0; i < count; i++) {
		v = arena_grow(a, v, *n, size);
		memcpy(
		    (char *)v + *n * size, (const char *)more + i * size, size);
		++*n;
	}
	return v;
}

static int
gather_case(struct run *run, struct record *r, const struct case_row *c,
    struct err *err)
{
	struct arena *a = run->arena;
	struct message_row *m;
	struct obligation *o;
	struct entry *e;
	size_t n;

	r->cases =
	    append(a, r->cases, &r->rows.case_count, c, 1, sizeof(*r->cases));
	if (ledger_messages(
		run->store, run->owner, a, c->number, &m, &n, err) != 0)
		return -1;
	r->messages = append(
	    a, r->messages, &r->rows.message_count, m, n, sizeof(*r->messages));
	if (ledger_obligations(
		run->store, run->owner, a, c->number, false, &o, &n, err) != 0)
		return -1;
	r->obligations = append(a, r->obligations, &r->rows.obligation_count, o,
	    n, sizeof(*r->obligations));
	if (ledger_entries(run->store, run->owner, a, c->number, &e, &n, err) !=
	    0)
		return -1;
	r->entries = append(
	    a, r->entries, &r->rows.entry_count, e, n, sizeof(*r->entries));
	return 0;
}

static int
gather(struct run *run, int64_t company, const struct case_row *cases, size_t n,
    struct record *r, struct err *err)
{
	size_t i;

	memset(r, 0, sizeof(*r));
	for (i = 0; i < n; i++)
		if (cases[i].company == company && cases[i].merged_into == 0 &&
		    gather_case(run, r, &cases[i], err) != 0)
			return -1;
	r->rows.cases = r->cases;
	r->rows.messages = r->messages;
	r->rows.obligations = r->obligations;
	r->rows.entries = r->entries;
	return 0;
}

/* --- Printing --- */

static const char *
count_of(struct arena *a, int n, const char *one)
{
	return arena_printf(a, "%d %s%s", n, one, n == 1 ? "" : "s");
}

static const char *
days_of(struct arena *a, int64_t seconds)
{
	int days = (int)((seconds + DAY / 2) / DAY);

	return days == 0 ? "less than a day" : count_of(a, days, "day");
}

/* "4 kept, 1 late, 1 overdue"; what is none is left out. */
static const char *
tally(struct arena *a, const struct score_tally *t)
{
	const struct {
		int n;
		const char *word;
	} parts[] = {{t->kept, "kept"}, {t->late, "kept late"},
	    {t->slipped, "put off"}, {t->broken, "broken"},
	    {t->lapsed, "overdue"}, {t->open, "open"}};
	struct buf out = {0};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].n > 0)
			buf_printf(&out, "%s%d %s", out.len > 0 ? ", " : "",
			    parts[i].n, parts[i].word);
	buf_puts(&out, "");
	return buf_keep(&out, a);
}

static void
print_promises(struct run *run, const struct score *s)
{
	if (s->promises.made == 0) {
		fputs("  promises   none\n", run->out);
		return;
	}
	fprintf(run->out, "  promises   %d made: %s\n", s->promises.made,
	    tally(run->arena, &s->promises));
	if (s->promises.slipped > 0)
		fprintf(run->out, "  slips      %s, in %s\n",
		    count_of(run->arena, s->promises.slipped, "time"),
		    count_of(run->arena, s->chains, "matter"));
}

static void
print_waits(struct run *run, const struct score *s)
{
	struct arena *a = run->arena;

	if (s->answers.n > 0)
		fprintf(run->out, "  answers    %s, the median of %zu\n",
		    days_of(a, s->answers.median), s->answers.n);
	if (s->acknowledgements.n > 0)
		fprintf(run->out, "  receipts   %s, the median of %zu\n",
		    days_of(a, s->acknowledgements.median),
		    s->acknowledgements.n);
	if (s->unanswered > 0)
		fprintf(run->out, "  unanswered %s; the oldest letter for %s\n",
		    count_of(a, s->unanswered, "case"),
		    days_of(a, run->now.utc - s->unanswered_since));
}

static void
print_manner(struct run *run, const struct score *s)
{
	size_t i;
	const char *p;

	fprintf(run->out, "  apologies  %d, in %s\n", s->apologies,
	    count_of(run->arena, s->mails, "mail"));
	if (s->manner_count == 0)
		return;
	fputs("  manner     ", run->out);
	for (i = 0; i < s->manner_count; i++) {
		fputs(i > 0 ? ", " : "", run->out);
		for (p = s->manner[i].name; *p != '\0'; p++)
			putc(*p == '_' ? ' ' : *p, run->out);
		fprintf(run->out, " %d", s->manner[i].n);
	}
	putc('\n', run->out);
}

static void
print_effort(struct run *run, const struct voice *v, const struct score *s)
{
	size_t i;

	fprintf(run->out, "  you        %s, %s, %s",
	    count_of(run->arena, s->letters, "letter"),
	    count_of(run->arena, s->calls, "call"),
	    count_of(run->arena, s->visits, "visit"));
	if (s->minutes > 0)
		fprintf(run->out, "; %s", say_minutes(v, s->minutes));
	for (i = 0; i < s->money_count; i++)
		fprintf(run->out, "; %s",
		    say_money(v, s->money[i].cents, s->money[i].currency));
	putc('\n', run->out);
}

static void
print_person(
    struct run *run, const struct voice *v, const struct score_person *p)
{
	fprintf(run->out, "  %s: ", p->name);
	if (p->promises.made > 0)
		fprintf(run->out, "%s, %s; ",
		    count_of(run->arena, p->promises.made, "promise"),
		    tally(run->arena, &p->promises));
	fprintf(run->out, "last heard %s",
	    say_day(v,
		moment_day(zone_moment(run->settings.timezone, p->heard.utc))));
	if (p->handed_to != NULL)
		fprintf(run->out, "; handed over to %s",
		    *p->handed_to != '\0' ? p->handed_to
					  : "somebody who has not written");
	putc('\n', run->out);
}

static const char *
reason_text(struct run *run, const struct voice *v, const struct score *s,
    enum score_reason reason)
{
	struct arena *a = run->arena;
	int n = s->figure[reason];

	switch (reason) {
	case REASON_BROKEN:
		return arena_printf(
		    a, "%s broken or overdue", count_of(a, n, "promise"));
	case REASON_SLIPS:
		return arena_printf(
		    a, "put off %s to a later date", count_of(a, n, "time"));
	case REASON_LATE:
		return arena_printf(a, "late with %d%% of what was kept", n);
	case REASON_DAYS:
		return arena_printf(
		    a, "%s for an answer, as a rule", count_of(a, n, "day"));
	case REASON_MANNER:
		return arena_printf(
		    a, "%s with a manner to them", count_of(a, n, "mail"));
	case REASON_MINUTES:
		return arena_printf(a, "%s of your time", say_minutes(v, n));
	case REASON_COUNT:
		break;
	}
	return "";
}

static void
print_advice(struct run *run, const struct voice *v, const struct score *s)
{
	int i;

	if (!s->leave)
		return;
	fputs("  Take your business elsewhere:\n", run->out);
	for (i = 0; i < REASON_COUNT; i++)
		if (s->reason[i])
			fprintf(run->out, "    %s\n",
			    reason_text(run, v, s, (enum score_reason)i));
}

static void
print_score(struct run *run, const struct voice *v, const struct company_row *c,
    const struct record *r, const struct score *s)
{
	size_t i;

	fprintf(run->out, "%s (%s), %s", c->name, c->domain,
	    r->rows.case_count == 1 ? "case" : "cases");
	for (i = 0; i < r->rows.case_count; i++)
		fprintf(
		    run->out, "%s%d", i > 0 ? ", " : " ", r->cases[i].number);
	putc('\n', run->out);
	print_promises(run, s);
	print_waits(run, s);
	print_manner(run, s);
	print_effort(run, v, s);
	for (i = 0; i < s->people_count; i++)
		print_person(run, v, &s->people[i]);
	print_advice(run, v, s);
}

/* The arguments as one name: `company Acme Bank`. */
static const char *
name_of(struct run *run)
{
	const char *name = NULL;
	size_t i;

	for (i = 0; i < run->arg_count; i++)
		name = name == NULL ? run->args[i]
				    : arena_printf(run->arena, "%s %s", name,
					  run->args[i]);
	return name;
}

int
command_company(struct run *run, struct err *err)
{
	const char *name = name_of(run);
	struct company_row *v;
	struct case_row *cases;
	struct voice voice;
	size_t i, n, count, shown = 0;

	if (print_voice(run, &voice, err) != 0 ||
	    ledger_companies(
		run->store, run->owner, run->arena, name, &v, &n, err) != 0 ||
	    ledger_cases(
		run->store, run->owner, run->arena, &cases, &count, err) != 0)
		return -1;
	if (name != NULL && n == 0)
		return err_set(err, EX_USAGE,
		    "no company is called %s; `promised company` lists them",
		    name);
	for (i = 0; i < n; i++) {
		struct record r;
		struct score s;

		if (gather(run, v[i].id, cases, count, &r, err) != 0)
			return -1;
		if (r.rows.case_count == 0 && name == NULL)
			continue;
		s = score_of(run->arena, &r.rows, &run->settings.limits,
		    run->now.utc, run->now.offset);
		if (run->options.json)
			json_score(
			    run->out, &v[i], r.cases, r.rows.case_count, &s);
		else
			print_score(run, &voice, &v[i], &r, &s);
		shown++;
	}
	if (shown == 0 && !run->options.json)
		fputs("no company yet\n", run->out);
	return 0;
}
