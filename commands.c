/*
 * The commands that read the ledger: cases, case, due, why, unfiled.
 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/datadir.h"
#include "base/zone.h"
#include "cases/ledger.h"
#include "cases/say.h"
#include "commands.h"
#include "json.h"

/* The templates of a language, once. */
static int
voice_in(struct run *run, const char *language, struct letters **letters,
    struct voice *voice, struct err *err)
{
	const struct settings *s = &run->settings;

	if (*letters == NULL)
		*letters = letters_load(run->arena,
		    datadir_path(run->arena, "examples/templates"),
		    s->own_templates, language, err);
	if (*letters == NULL)
		return -1;
	voice->arena = run->arena;
	voice->letters = *letters;
	voice->zone = s->timezone;
	voice->now = run->now.utc;
	return 0;
}

int
run_voice(struct run *run, struct voice *voice, struct err *err)
{
	return voice_in(
	    run, owner_language(&run->settings), &run->letters, voice, err);
}

int
print_voice(struct run *run, struct voice *voice, struct err *err)
{
	if (strcmp(owner_language(&run->settings), "en") == 0)
		return run_voice(run, voice, err);
	return voice_in(run, "en", &run->english, voice, err);
}

/* "12" or "12.3"; *number is 0 for the first form. */
static int
parse_number(const char *text, int *case_number, int *number, struct err *err)
{
	char *end;
	long n = strtol(text, &end, 10), m = 0;

	if (end != text && *end == '.')
		m = strtol(end + 1, &end, 10);
	if (end == text || *end != '\0' || n < 1 || n > 1000000000 || m < 0 ||
	    m > 1000000000)
		return err_set(err, EX_USAGE,
		    "%s: a case is a number like 12, an obligation one like "
		    "12.3",
		    text);
	*case_number = (int)n;
	*number = (int)m;
	return 0;
}

/* --- cases --- */

/* All files of a case's messages: each message under each file it came from. */
static int
case_files(struct run *run, int number, struct case_file **files, size_t *n,
    struct err *err)
{
	struct arena *a = run->arena;
	struct message_row *rows;
	struct sighting_row *seen;
	size_t i, k, count, sightings;

	*files = NULL;
	*n = 0;
	if (ledger_messages(
		run->store, run->owner, a, number, &rows, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		if (ledger_sightings(run->store, run->owner, a, rows[i].id,
			&seen, &sightings, err) != 0)
			return -1;
		for (k = 0; k < sightings; k++) {
			*files = arena_grow(a, *files, *n, sizeof(**files));
			(*files)[(*n)++] = (struct case_file){
			    seen[k].file, seen[k].source, &rows[i]};
		}
	}
	return 0;
}

static int
print_case_json(struct run *run, const struct case_row *c, struct err *err)
{
	struct case_file *files;
	size_t n;

	if (case_files(run, c->number, &files, &n, err) != 0)
		return -1;
	json_case(run->out, c, files, n);
	return 0;
}

/* What comes first in a case: its soonest open obligation. */
static int
print_case_line(struct run *run, const struct voice *v,
    const struct case_row *c, struct err *err)
{
	struct obligation *o;
	size_t n;

	if (ledger_obligations(run->store, run->owner, run->arena, c->number,
		true, &o, &n, err) != 0)
		return -1;
	fprintf(run->out, "%4d  %-24.24s %s%s\n", c->number, c->company_name,
	    c->title, c->closed ? " (closed)" : "");
	if (n > 0)
		fprintf(run->out, "      %s %s: %s\n",
		    o[0].who == WHO_COMPANY ? "they owe" : "you owe",
		    say_what(v, o[0].action), say_due_long(v, &o[0]));
	return 0;
}

int
command_cases(struct run *run, struct err *err)
{
	struct case_row *rows;
	struct voice voice;
	size_t i, n;
	int rc = 0;

	if (print_voice(run, &voice, err) != 0 ||
	    ledger_cases(run->store, run->owner, run->arena, &rows, &n, err) !=
		0)
		return -1;
	for (i = 0; i < n && rc == 0; i++) {
		if (rows[i].merged_into != 0)
			continue;
		if (run->options.json)
			rc = print_case_json(run, &rows[i], err);
		else if (!rows[i].closed || run->options.all)
			rc = print_case_line(run, &voice, &rows[i], err);
	}
	if (n == 0 && !run->options.json)
		fprintf(run->out, "no case yet; forward a company's mail, or "
				  "import some\n");
	return rc;
}

/* --- case N --- */

/* One line of the timeline, to be sorted by its time. */
struct line {
	int64_t at;
	size_t order; /* as it was added, where times are equal */
	const char *text;
};

struct timeline {
	struct line *v;
	size_t n;
};

static void
add_line(struct arena *a, struct timeline *t, int64_t at, const char *text)
{
	t->v = arena_grow(a, t->v, t->n, sizeof(*t->v));
	t->v[t->n] = (struct line){at, t->n, text};
	t->n++;
}

static int
by_time(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static const char *
who_spoke(const struct message_row *m)
{
	switch (m->direction) {
	case FROM_COMPANY:
		return m->autoreply ? "automatic reply from" : "from";
	case FROM_OWNER:
	case FROM_COMMAND:
		return "you, as";
	case FROM_PROMISED:
		return "promised, as";
	case FROM_OTHER:
		break;
	}
	return "from another,";
}

/* "no_apology,blame" as it is shown below a mail; "" when there is none. */
static const char *
manner_line(struct arena *a, const char *manner)
{
	struct buf line = {0};

	if (manner == NULL)
		return "";
	buf_puts(&line, "\n      manner: ");
	for (; *manner != '\0'; manner++)
		if (*manner == ',')
			buf_puts(&line, ", ");
		else
			buf_putc(&line, *manner == '_' ? ' ' : *manner);
	return buf_keep(&line, a);
}

static int
add_messages(struct run *run, struct timeline *t, int number, struct err *err)
{
	struct arena *a = run->arena;
	struct message_row *m;
	size_t i, n;

	if (ledger_messages(run->store, run->owner, a, number, &m, &n, err) !=
	    0)
		return -1;
	for (i = 0; i < n; i++) {
		int64_t at = m[i].has_date ? m[i].date.utc : m[i].received;

		add_line(a, t, at,
		    arena_printf(a, "mail %lld %s %s: %s%s%s%s",
			(long long)m[i].id, who_spoke(&m[i]),
			m[i].from.name != NULL   ? m[i].from.name
			: m[i].from.addr != NULL ? m[i].from.addr
						 : "unknown",
			m[i].subject, manner_line(a, m[i].manner),
			m[i].faults != NULL ? "\n      could not read: " : "",
			m[i].faults != NULL ? m[i].faults : ""));
	}
	return 0;
}

/* Where it went, or every day that it was promised for. */
static const char *
put_off(const struct voice *v, const struct obligation *o)
{
	const char *dates = say_dates(v, o);

	if (o->slipped_to != 0)
		return arena_printf(
		    v->arena, " to %d.%d", o->case_number, o->slipped_to);
	return *dates == '\0'
		   ? ""
		   : arena_printf(v->arena, "; promised for %s", dates);
}

static int
add_obligations(struct run *run, const struct voice *v, struct timeline *t,
    int number, struct err *err)
{
	struct arena *a = run->arena;
	struct obligation *o;
	size_t i, n;

	if (ledger_obligations(
		run->store, run->owner, a, number, false, &o, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		enum obligation_state state =
		    obligation_state_at(&o[i], run->now.utc, run->now.offset);

		add_line(a, t, o[i].said.utc,
		    arena_printf(a, "%d.%d %s %s: %s; %s%s\n      \"%s\"",
			number, o[i].number,
			o[i].who == WHO_COMPANY ? "they owe" : "you owe",
			say_what(v, o[i].action), say_due(v, &o[i]),
			say_state(v, state), put_off(v, &o[i]), o[i].quote));
	}
	return 0;
}

static int
add_entries(struct run *run, const struct voice *v, struct timeline *t,
    int number, struct err *err)
{
	struct arena *a = run->arena;
	struct entry *e;
	size_t i, n;

	if (ledger_entries(run->store, run->owner, a, number, &e, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		add_line(a, t, e[i].at.utc,
		    arena_printf(a, "%s%s%s%s%s%s%s",
			entry_kind_name(e[i].kind),
			e[i].minutes > 0
			    ? arena_printf(a, ", %d minutes", e[i].minutes)
			    : "",
			e[i].cents != 0
			    ? arena_printf(a, ", %s",
				  say_money(v, e[i].cents, e[i].currency))
			    : "",
			e[i].who != NULL ? ", " : "",
			e[i].who != NULL ? e[i].who : "",
			e[i].text[0] != '\0' ? ": " : "", e[i].text));
	return 0;
}

static int
add_events(struct run *run, struct timeline *t, int number, struct err *err)
{
	struct arena *a = run->arena;
	struct event_row *e;
	size_t i, n;

	if (ledger_events(run->store, run->owner, a, number, &e, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		add_line(a, t, e[i].at,
		    arena_printf(
			a, "%s%s", e[i].text, e[i].undone ? " (undone)" : ""));
	return 0;
}

static void
print_head(struct run *run, const struct voice *v, const struct case_row *c)
{
	size_t i;

	fprintf(run->out, "Case %d: %s\n%s (%s), %s since %s\n", c->number,
	    c->title, c->company_name, c->company_domain,
	    c->closed ? "closed; it was open" : "open",
	    say_moment(v, c->opened.utc));
	if (c->references.n > 0)
		fprintf(run->out, "Their numbers:");
	for (i = 0; i < c->references.n; i++)
		fprintf(run->out, " %s", c->references.v[i]);
	fputs(c->references.n > 0 ? "\n\n" : "\n", run->out);
}

int
command_case(struct run *run, struct err *err)
{
	struct timeline t = {0};
	struct case_row c;
	struct voice voice;
	int number, none;
	size_t i;

	if (run->arg_count != 1)
		return err_set(err, EX_USAGE, "usage: promised case N");
	if (parse_number(run->args[0], &number, &none, err) != 0 ||
	    print_voice(run, &voice, err) != 0 ||
	    ledger_case(run->store, run->owner, run->arena, number, &c, err) !=
		0)
		return -1;
	if (run->options.json)
		return print_case_json(run, &c, err);
	if (add_messages(run, &t, number, err) != 0 ||
	    add_obligations(run, &voice, &t, number, err) != 0 ||
	    add_entries(run, &voice, &t, number, err) != 0 ||
	    add_events(run, &t, number, err) != 0)
		return -1;
	print_head(run, &voice, &c);
	if (t.n > 0)
		qsort(t.v, t.n, sizeof(*t.v), by_time);
	for (i = 0; i < t.n; i++) {
		char text[DATE_ROOM];

		moment_print(
		    zone_moment(run->settings.timezone, t.v[i].at), text);
		text[16] = '\0'; /* to the minute */
		text[10] = ' ';
		fprintf(run->out, "%s  %s\n", text, t.v[i].text);
	}
	return 0;
}

/* --- due, why --- */

int
command_due(struct run *run, struct err *err)
{
	struct obligation *o;
	struct voice voice;
	size_t i, n;

	if (print_voice(run, &voice, err) != 0 ||
	    ledger_obligations(run->store, run->owner, run->arena, 0,
		!run->options.all, &o, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		struct case_row c;
		enum obligation_state state =
		    obligation_state_at(&o[i], run->now.utc, run->now.offset);

		if (ledger_case(run->store, run->owner, run->arena,
			o[i].case_number, &c, err) != 0)
			return -1;
		if (run->options.json) {
			json_due(run->out, &c, &o[i], state);
			continue;
		}
		fprintf(run->out, "%d.%-3d %-7s %s owe%s %s: %s\n",
		    o[i].case_number, o[i].number, say_state(&voice, state),
		    o[i].who == WHO_COMPANY ? c.company_name : "you",
		    o[i].who == WHO_COMPANY ? "s" : "",
		    say_what(&voice, o[i].action), say_due_long(&voice, &o[i]));
	}
	if (n == 0 && !run->options.json)
		fprintf(run->out, "nothing is owed\n");
	return 0;
}

/* "state:    kept on Monday 9 March 2026, by mail 3" */
static void
print_state(struct run *run, const struct voice *v, const struct obligation *o)
{
	const char *dates = say_dates(v, o);

	fprintf(run->out, "state:    %s",
	    say_state(
		v, obligation_state_at(o, run->now.utc, run->now.offset)));
	if (o->slipped_to != 0)
		fprintf(run->out, " to %d.%d", o->case_number, o->slipped_to);
	if (o->has_settled)
		fprintf(run->out, ", on %s", say_moment(v, o->settled.utc));
	if (o->evidence != 0)
		fprintf(run->out, ", by mail %lld", (long long)o->evidence);
	else if (o->has_settled)
		fputs(", by your word", run->out);
	fputs("\n", run->out);
	if (*dates != '\0')
		fprintf(run->out, "before:   promised for %s\n", dates);
}

static void
print_why(struct run *run, const struct voice *v, const struct case_row *c,
    const struct obligation *o)
{
	const char *steps = ledger_why(run->arena, run->calendars, c, o);

	fprintf(run->out,
	    "\"%s\"\n"
	    "said on:  %s%s%s\n"
	    "read by:  %s\n"
	    "phrase:   %s\n",
	    o->quote, say_moment(v, o->said.utc),
	    o->agent != NULL ? ", by " : "", o->agent != NULL ? o->agent : "",
	    o->rule, o->phrase != NULL ? o->phrase : "none");
	if (o->anchor.utc != o->said.utc)
		fprintf(run->out, "from:     %s\n",
		    say_day(v, moment_day(o->anchor)));
	fprintf(run->out,
	    "calendar: %s\n"
	    "due:      %s\n",
	    o->calendar != NULL ? o->calendar : c->region, say_due(v, o));
	print_state(run, v, o);
	if (*steps != '\0')
		fprintf(run->out, "%s\n", steps);
}

int
command_why(struct run *run, struct err *err)
{
	struct obligation o;
	struct case_row c;
	struct voice voice;
	int number, part;

	if (run->arg_count != 1)
		return err_set(err, EX_USAGE, "usage: promised why N.M");
	if (parse_number(run->args[0], &number, &part, err) != 0 ||
	    print_voice(run, &voice, err) != 0 ||
	    ledger_case(run->store, run->owner, run->arena, number, &c, err) !=
		0 ||
	    ledger_obligation(
		run->store, run->owner, run->arena, number, part, &o, err) != 0)
		return -1;
	print_why(run, &voice, &c, &o);
	return 0;
}

/* --- unfiled --- */

int
command_unfiled(struct run *run, struct err *err)
{
	struct case_file *files;
	size_t i, n;

	if (case_files(run, 0, &files, &n, err) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		const struct message_row *m = files[i].message;
		char text[DATE_ROOM];

		if (run->options.json) {
			json_unfiled(run->out, &files[i]);
			continue;
		}
		if ((i > 0 && m == files[i - 1].message) ||
		    m->direction == FROM_PROMISED)
			continue;
		fprintf(run->out, "mail %lld  %.10s  %s: %s%s%s\n",
		    (long long)m->id,
		    m->has_date ? moment_print(m->date, text) : "no date   ",
		    m->from.addr != NULL ? m->from.addr : "unknown", m->subject,
		    m->placed_why != NULL ? "\n      " : "",
		    m->placed_why != NULL ? m->placed_why : "");
	}
	if (n == 0 && !run->options.json)
		fprintf(run->out, "all mail is in a case\n");
	return 0;
}
