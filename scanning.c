/*
 * The commands that read without a store: scan, when, original, rules.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/datadir.h"
#include "base/file.h"
#include "base/log.h"
#include "explaining.h"
#include "json.h"
#include "opening.h"
#include "reading.h"
#include "rules/check.h"
#include "rules/coverage.h"

/* Above this a mail is not read at all: the budget of one message. */
enum { MAIL_MOST = 64 << 20 };

/* What `scan` says to a person. */
static void
print_findings(FILE *out, const char *file, const struct understood *u)
{
	const struct findings *f = u->findings;
	char text[DATE_ROOM];
	size_t i;

	fprintf(out, "%s: from %s, %s\n", file,
	    f->sender == WHO_COMPANY ? "the company" : "the customer",
	    moment_print(f->anchor, text));
	for (i = 0; i < f->obligation_count; i++) {
		const struct obligation_found *o = &f->obligations[i];

		fprintf(out, "  %s %s: %s, %s%s%s\n    \"%s\"\n    %s\n",
		    who_name(o->who), kind_name(o->kind),
		    action_name(o->action),
		    o->due.precision == DUE_NONE ? "no date"
						 : due_print(o->due, text),
		    o->vague ? ", vague" : "",
		    o->condition ? ", waits for an event" : "", o->quote,
		    o->rule);
	}
	for (i = 0; i < f->signal_count; i++)
		fprintf(out, "  signal %s (%s)\n", f->signals[i].name,
		    f->signals[i].rule);
	for (i = 0; i < f->manner_count; i++)
		fprintf(out, "  manner %s (%s)\n", f->manner[i].name,
		    f->manner[i].rule);
	for (i = 0; i < f->reference_count; i++)
		fprintf(out, "  reference %s\n", f->references[i]);
	if (f->agent != NULL)
		fprintf(out, "  signed by %s\n", f->agent);
	for (i = 0; i < f->fault_count; i++)
		fprintf(out, "  not read: %s\n", f->faults[i]);
	for (i = 0; i < u->message->faults.n; i++)
		fprintf(out, "  not read: %s\n", u->message->faults.v[i]);
}

/* One file of `scan` or `original`; the reader prints what it wants. */
typedef void (*read_file)(
    struct run *, struct arena *, const char *file, struct slice raw);

static void
scan_file(struct run *run, struct arena *a, const char *file, struct slice raw)
{
	struct understood *u = mail_understand(a, run, &run->options.me, raw);

	if (run->options.json)
		json_findings(run->out, file, calendar_name(run->calendar),
		    u->company, u->findings);
	else if (run->options.explain)
		print_explanation(
		    run->out, a, file, u, calendar_name(run->calendar));
	else
		print_findings(run->out, file, u);
}

static void
original_file(
    struct run *run, struct arena *a, const char *file, struct slice raw)
{
	struct original *o = original_read(a, run->forms, message_skim(a, raw));

	if (run->options.json) {
		struct strings texts;

		message_texts(a, raw, &texts);
		json_original(run->out, file, o, &texts);
		return;
	}
	fprintf(run->out,
	    "%s: %s\nFrom: %s <%s>\nDate: %s\nSubject: %s\n\n%s\n", file,
	    o->forwarded ? "forwarded" : "no forward",
	    o->from.name == NULL ? "" : o->from.name,
	    o->from.addr == NULL ? "" : o->from.addr,
	    o->date_text == NULL ? "" : o->date_text, o->subject, o->newest);
}

/*
 * Reads each file (or stdin) and goes on with the next one when one is no
 * mail; the error of the last bad one is the command's.
 */
static int
each_file(struct run *run, read_file read, struct err *err)
{
	static char dash[] = "-";
	static char *standard[] = {dash, NULL};
	char **files = run->arg_count > 0 ? run->args : standard;
	struct arena *a = arena_new();
	struct buf raw = {0};
	int rc = 0;

	for (; *files != NULL; files++) {
		struct err e = {0};

		buf_clear(&raw);
		if (file_bytes(*files, MAIL_MOST, &raw, &e) == 0 &&
		    message_plausible(buf_view(&raw)))
			read(run, a, *files, buf_view(&raw));
		else {
			if (e.code == 0)
				err_set(&e, EX_DATAERR,
				    "%s: not a mail: it has no header field",
				    *files);
			if (rc != 0)
				log_error("%s", err->text);
			*err = e;
			rc = -1;
		}
		arena_reset(a);
	}
	buf_free(&raw);
	arena_free(a);
	return rc;
}

int
command_scan(struct run *run, struct err *err)
{
	if (run->options.json && run->options.explain)
		return err_set(err, EX_USAGE,
		    "--explain is for people and --json for programs: leave "
		    "one out");
	return each_file(run, scan_file, err);
}

int
command_original(struct run *run, struct err *err)
{
	return each_file(run, original_file, err);
}

/* Fills in what a line did not say, and answers it. */
static int
answer_when(
    struct run *run, struct arena *a, struct when_asked *asked, struct err *err)
{
	const struct calendar *calendar = run->calendar;
	struct phrases found;

	if (asked->region != NULL)
		calendar = calendar_region(run->calendars, asked->region);
	if (calendar == NULL)
		return err_set(
		    err, EX_DATAERR, "region %s is not known", asked->region);
	asked->region = calendar_name(calendar);
	if (!asked->has_anchor)
		asked->anchor =
		    run->options.has_at ? run->options.at : run->now;
	if (asked->language == NULL)
		asked->language = run->options.language;
	found = phrases_read(a, run->pack, asked->text, asked->language,
	    asked->anchor, calendar);
	if (run->options.json) {
		json_phrases(run->out, asked, found);
		return 0;
	}
	for (size_t i = 0; i < found.n; i++) {
		char text[DATE_ROOM];
		struct phrase_found *p = &found.v[i];

		fprintf(run->out, "%s: %s\n%s%s", p->quote,
		    p->due.precision != DUE_NONE ? due_print(p->due, text)
		    : p->vague                   ? "no date: vague"
		    : p->condition               ? "waits for an event"
						 : "no date",
		    p->why == NULL ? "" : p->why, p->why == NULL ? "" : "\n");
	}
	if (found.n == 0)
		fprintf(run->out, "no time phrase\n");
	return 0;
}

static int
answer_lines(struct run *run, struct err *err)
{
	struct arena *a = arena_new();
	struct buf in = {0};
	struct slice rest, line;
	size_t number = 0;
	int rc = file_bytes("-", MAIL_MOST, &in, err);

	rest = buf_view(&in);
	while (rc == 0 && slice_line(&rest, &line)) {
		struct when_asked asked;

		number++;
		if (slice_trim(line).len == 0)
			continue;
		if (json_when_asked(a, line, &asked, err) != 0 ||
		    answer_when(run, a, &asked, err) != 0)
			rc = err_prefix(err, "line %zu", number);
		arena_reset(a);
	}
	buf_free(&in);
	arena_free(a);
	return rc;
}

int
command_when(struct run *run, struct err *err)
{
	struct when_asked asked = {0};

	if (run->arg_count == 0 && run->options.json)
		return answer_lines(run, err);
	if (run->arg_count != 1)
		return err_set(err, EX_USAGE,
		    "when takes one text, in quotes, or --json and lines of "
		    "JSON on stdin");
	asked.text = run->args[0];
	return answer_when(run, run->arena, &asked, err);
}

static void
cover_file(struct run *run, struct arena *a, const char *file, struct slice raw)
{
	(void)file;
	coverage_add(run->coverage,
	    mail_understand(a, run, &run->options.me, raw)->findings);
}

/* Takes the messages that could be read, and tells of the others. */
static int
cover(struct run *run, struct err *err)
{
	int rc;

	if (run_open(run, NEEDS_RULES, err) != 0)
		return -1;
	run->coverage = coverage_new(run->arena, run->pack);
	rc = each_file(run, cover_file, err);
	coverage_print(run->out, run->coverage);
	return rc;
}

static void
print_holidays(FILE *out, const struct calendar *calendar, int year)
{
	const struct civil first = {year, 1, 1}, last = {year, 12, 31};
	const char *name;
	char text[DATE_ROOM];
	day_t day;

	for (day = day_of_civil(first); day <= day_of_civil(last); day++) {
		name = calendar_holiday(calendar, day);
		if (name != NULL)
			fprintf(out, "%s %s\n", day_print(day, text), name);
	}
}

static int
list_holidays(struct run *run, struct err *err)
{
	size_t i;

	if (run->arg_count == 0)
		return err_set(err, EX_USAGE,
		    "usage: promised rules holidays [--region R] YEAR...");
	if (run_open(run, NEEDS_RULES, err) != 0)
		return -1;
	for (i = 0; i < run->arg_count; i++) {
		char *end;
		long year = strtol(run->args[i], &end, 10);

		if (*end != '\0' || year < 1 || year > 9999)
			return err_set(
			    err, EX_USAGE, "%s is no year", run->args[i]);
		print_holidays(run->out, run->calendar, (int)year);
	}
	return 0;
}

int
command_rules(struct run *run, struct err *err)
{
	const char *what = run->arg_count > 0 ? *run->args : "";
	const char *path = run->arg_count > 1
			       ? run->args[1]
			       : datadir_path(run->arena, "rules");

	if (strcmp(what, "check") == 0 && run->arg_count < 3)
		return rules_check(run->out, path, err);
	run->args++;
	run->arg_count--;
	if (strcmp(what, "coverage") == 0)
		return cover(run, err);
	if (strcmp(what, "holidays") == 0)
		return list_holidays(run, err);
	return err_set(err, EX_USAGE,
	    "usage: promised rules check [PATH], rules coverage [FILE...] or "
	    "rules holidays YEAR...");
}
