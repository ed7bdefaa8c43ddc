/* See json.h. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <jansson.h>

#include "json.h"

/* A string, or null.  Text of ours is UTF-8; what is not becomes null. */
static json_t *
text_or_null(const char *text)
{
	json_t *value = text == NULL ? NULL : json_string(text);

	return value == NULL ? json_null() : value;
}

static json_t *
moment_or_null(bool has, struct moment m)
{
	char text[DATE_ROOM];

	return has ? json_string(moment_print(m, text)) : json_null();
}

static json_t *
due_or_null(struct due due)
{
	char text[DATE_ROOM];

	if (due.precision == DUE_NONE)
		return json_null();
	return json_string(due_print(due, text));
}

static int
add_piece(const char *piece, size_t len, void *line)
{
	buf_add(line, piece, len);
	return 0;
}

/* Prints one line and frees the value.  It comes in pieces of a few bytes. */
static void
print_line(FILE *out, json_t *value)
{
	struct buf line = {0};

	json_dump_callback(value, add_piece, &line, JSON_COMPACT);
	buf_putc(&line, '\n');
	fwrite(line.p, 1, line.len, out);
	buf_free(&line);
	json_decref(value);
}

static json_t *
obligation(const struct obligation_found *o)
{
	json_t *v = json_object();

	json_object_set_new(v, "who", json_string(who_name(o->who)));
	json_object_set_new(v, "kind", json_string(kind_name(o->kind)));
	json_object_set_new(v, "action", json_string(action_name(o->action)));
	json_object_set_new(v, "due", due_or_null(o->due));
	json_object_set_new(v, "vague", json_boolean(o->vague));
	json_object_set_new(v, "condition", json_boolean(o->condition));
	json_object_set_new(v, "quote", text_or_null(o->quote));
	json_object_set_new(v, "rule", text_or_null(o->rule));
	json_object_set_new(v, "start", json_integer((json_int_t)o->start));
	json_object_set_new(v, "end", json_integer((json_int_t)o->end));
	return v;
}

void
json_findings(FILE *out, const char *file, const char *region,
    const char *company, const struct findings *f)
{
	json_t *v = json_object(), *list;
	size_t i;

	json_object_set_new(v, "file", text_or_null(file));
	json_object_set_new(v, "region", text_or_null(region));
	json_object_set_new(v, "language", text_or_null(f->language));
	json_object_set_new(v, "sender", json_string(who_name(f->sender)));
	json_object_set_new(v, "anchor", moment_or_null(true, f->anchor));
	json_object_set_new(v, "company", text_or_null(company));
	json_object_set_new(v, "agent", text_or_null(f->agent));
	list = json_array();
	for (i = 0; i < f->reference_count; i++)
		json_array_append_new(list, text_or_null(f->references[i]));
	json_object_set_new(v, "references", list);
	list = json_array();
	for (i = 0; i < f->signal_count; i++)
		json_array_append_new(list, text_or_null(f->signals[i].name));
	json_object_set_new(v, "signals", list);
	list = json_array();
	for (i = 0; i < f->manner_count; i++)
		json_array_append_new(list, text_or_null(f->manner[i].name));
	json_object_set_new(v, "manner", list);
	list = json_array();
	for (i = 0; i < f->obligation_count; i++)
		json_array_append_new(list, obligation(&f->obligations[i]));
	json_object_set_new(v, "obligations", list);
	print_line(out, v);
}

static json_t *
person(struct address a)
{
	json_t *v = json_object();

	json_object_set_new(v, "name", text_or_null(a.name));
	json_object_set_new(v, "address", text_or_null(a.addr));
	return v;
}

static json_t *
people(struct addresses list)
{
	json_t *v = json_array();
	size_t i;

	for (i = 0; i < list.n; i++)
		json_array_append_new(v, person(list.v[i]));
	return v;
}

/* Those that are not told already. */
static json_t *
texts_beside(const struct original *o, const struct strings *texts)
{
	json_t *v = json_array();
	size_t i;

	for (i = 0; i < texts->n; i++)
		if (strcmp(texts->v[i], o->text) != 0)
			json_array_append_new(v, text_or_null(texts->v[i]));
	return v;
}

void
json_original(FILE *out, const char *file, const struct original *o,
    const struct strings *texts)
{
	json_t *v = json_object();

	json_object_set_new(v, "file", text_or_null(file));
	json_object_set_new(v, "forwarded", json_boolean(o->forwarded));
	json_object_set_new(v, "from", person(o->from));
	json_object_set_new(v, "to", people(o->to));
	json_object_set_new(v, "cc", people(o->cc));
	json_object_set_new(v, "date", moment_or_null(o->has_date, o->date));
	json_object_set_new(v, "subject", text_or_null(o->subject));
	json_object_set_new(v, "text", text_or_null(o->text));
	json_object_set_new(v, "newest", text_or_null(o->newest));
	json_object_set_new(v, "comment", text_or_null(o->comment));
	json_object_set_new(v, "client", text_or_null(o->client));
	json_object_set_new(v, "also", texts_beside(o, texts));
	print_line(out, v);
}

static const char *
member(struct arena *a, json_t *v, const char *key)
{
	return arena_strdup(a, json_string_value(json_object_get(v, key)));
}

int
json_when_asked(struct arena *a, struct slice line, struct when_asked *asked,
    struct err *err)
{
	json_error_t why;
	json_t *v = json_loadb(line.p, line.len, 0, &why);
	const char *anchor;

	memset(asked, 0, sizeof(*asked));
	if (v == NULL)
		return err_set(
		    err, EX_DATAERR, "column %d: %s", why.column, why.text);
	asked->id = member(a, v, "id");
	asked->text = member(a, v, "text");
	asked->region = member(a, v, "region");
	asked->language = member(a, v, "language");
	anchor = member(a, v, "anchor");
	json_decref(v);
	if (asked->text == NULL)
		return err_set(err, EX_DATAERR, "no \"text\" in the object");
	if (anchor == NULL)
		return 0;
	asked->has_anchor = moment_parse(anchor, &asked->anchor);
	if (!asked->has_anchor)
		return err_set(err, EX_DATAERR,
		    "anchor %s: write it as 2026-03-02T10:15:00+00:00", anchor);
	return 0;
}

static json_t *
phrase(const struct phrase_found *p)
{
	json_t *v = json_object();

	json_object_set_new(v, "quote", text_or_null(p->quote));
	json_object_set_new(v, "due", due_or_null(p->due));
	json_object_set_new(v, "vague", json_boolean(p->vague));
	json_object_set_new(v, "condition", json_boolean(p->condition));
	json_object_set_new(v, "start", json_integer((json_int_t)p->start));
	json_object_set_new(v, "end", json_integer((json_int_t)p->end));
	json_object_set_new(v, "why", text_or_null(p->why));
	return v;
}

void
json_phrases(FILE *out, const struct when_asked *asked, struct phrases found)
{
	json_t *v = json_object(), *list = json_array();
	size_t i;

	if (asked->id != NULL)
		json_object_set_new(v, "id", text_or_null(asked->id));
	json_object_set_new(v, "text", text_or_null(asked->text));
	json_object_set_new(v, "at", moment_or_null(true, asked->anchor));
	json_object_set_new(v, "region", text_or_null(asked->region));
	for (i = 0; i < found.n; i++)
		json_array_append_new(list, phrase(&found.v[i]));
	json_object_set_new(v, "found", list);
	print_line(out, v);
}

static json_t *
case_file(const struct case_file *f)
{
	const struct message_row *m = f->message;
	json_t *v = json_object();

	json_object_set_new(v, "file", text_or_null(f->file));
	json_object_set_new(v, "source", text_or_null(f->source));
	json_object_set_new(v, "message_id", text_or_null(m->message_id));
	json_object_set_new(v, "sha256", text_or_null(m->sha256));
	json_object_set_new(v, "date", moment_or_null(m->has_date, m->date));
	json_object_set_new(v, "from", text_or_null(m->from.addr));
	json_object_set_new(v, "subject", text_or_null(m->subject));
	json_object_set_new(v, "why", text_or_null(m->placed_why));
	return v;
}

void
json_case(FILE *out, const struct case_row *c, const struct case_file *files,
    size_t n)
{
	json_t *v = json_object(), *list;
	size_t i;

	json_object_set_new(v, "case", json_integer(c->number));
	json_object_set_new(v, "company", text_or_null(c->company_domain));
	json_object_set_new(v, "title", text_or_null(c->title));
	json_object_set_new(
	    v, "state", json_string(c->closed ? "closed" : "open"));
	json_object_set_new(v, "opened", moment_or_null(true, c->opened));
	list = json_array();
	for (i = 0; i < n; i++)
		json_array_append_new(list, case_file(&files[i]));
	json_object_set_new(v, "messages", list);
	list = json_array();
	for (i = 0; i < c->references.n; i++)
		json_array_append_new(list, text_or_null(c->references.v[i]));
	json_object_set_new(v, "references", list);
	print_line(out, v);
}

void
json_unfiled(FILE *out, const struct case_file *file)
{
	print_line(out, case_file(file));
}

void
json_due(FILE *out, const struct case_row *c, const struct obligation *o,
    enum obligation_state state)
{
	json_t *v = json_object();

	json_object_set_new(v, "case", json_integer(o->case_number));
	json_object_set_new(v, "obligation", json_integer(o->number));
	json_object_set_new(v, "company", text_or_null(c->company_domain));
	json_object_set_new(v, "who", json_string(who_name(o->who)));
	json_object_set_new(v, "kind", json_string(kind_name(o->kind)));
	json_object_set_new(v, "action", json_string(action_name(o->action)));
	json_object_set_new(
	    v, "state", json_string(obligation_state_name(state)));
	json_object_set_new(v, "due", due_or_null(o->due));
	json_object_set_new(v, "slips", json_integer(o->slips));
	json_object_set_new(v, "agent", text_or_null(o->agent));
	json_object_set_new(v, "quote", text_or_null(o->quote));
	print_line(out, v);
}

/* --- The scorecard --- */

static void
set_tally(json_t *v, const struct score_tally *t)
{
	json_object_set_new(v, "made", json_integer(t->made));
	json_object_set_new(v, "kept", json_integer(t->kept));
	json_object_set_new(v, "late", json_integer(t->late));
	json_object_set_new(v, "broken", json_integer(t->broken));
	json_object_set_new(v, "slipped", json_integer(t->slipped));
	json_object_set_new(v, "lapsed", json_integer(t->lapsed));
	json_object_set_new(v, "open", json_integer(t->open));
}

/* {"n":3,"median_days":2.5}; null for the median of nothing. */
static json_t *
wait_of(const struct score_wait *w)
{
	json_t *v = json_object();
	int64_t tenths = w->median / 8640;

	json_object_set_new(v, "n", json_integer((json_int_t)w->n));
	json_object_set_new(v, "median_days",
	    w->n == 0 ? json_null() : json_real((double)tenths / 10));
	return v;
}

static json_t *
person_of(const struct score_person *p)
{
	json_t *v = json_object();

	json_object_set_new(v, "name", text_or_null(p->name));
	set_tally(v, &p->promises);
	json_object_set_new(
	    v, "last_heard", moment_or_null(p->heard.utc != 0, p->heard));
	json_object_set_new(
	    v, "handed_over", json_boolean(p->handed_to != NULL));
	json_object_set_new(v, "handed_to",
	    p->handed_to != NULL && *p->handed_to != '\0'
		? text_or_null(p->handed_to)
		: json_null());
	return v;
}

static json_t *
effort_of(const struct score *s)
{
	json_t *v = json_object(), *list = json_array(), *one;
	size_t i;

	json_object_set_new(v, "minutes", json_integer(s->minutes));
	json_object_set_new(v, "calls", json_integer(s->calls));
	json_object_set_new(v, "visits", json_integer(s->visits));
	json_object_set_new(v, "letters", json_integer(s->letters));
	for (i = 0; i < s->money_count; i++) {
		one = json_object();
		json_object_set_new(
		    one, "currency", text_or_null(s->money[i].currency));
		json_object_set_new(
		    one, "cents", json_integer((json_int_t)s->money[i].cents));
		json_array_append_new(list, one);
	}
	json_object_set_new(v, "money", list);
	return v;
}

static json_t *
reasons_of(const struct score *s)
{
	json_t *v = json_array();
	int i;

	for (i = 0; i < REASON_COUNT; i++)
		if (s->reason[i])
			json_array_append_new(v, json_string(score_reason_name(
						     (enum score_reason)i)));
	return v;
}

void
json_score(FILE *out, const struct company_row *c, const struct case_row *cases,
    size_t case_count, const struct score *s)
{
	json_t *v = json_object(), *list;
	size_t i;

	json_object_set_new(v, "company", text_or_null(c->domain));
	json_object_set_new(v, "name", text_or_null(c->name));
	list = json_array();
	for (i = 0; i < case_count; i++)
		json_array_append_new(list, json_integer(cases[i].number));
	json_object_set_new(v, "cases", list);
	set_tally(v, &s->promises);
	json_object_set_new(v, "chains", json_integer(s->chains));
	json_object_set_new(v, "answers", wait_of(&s->answers));
	json_object_set_new(
	    v, "acknowledgements", wait_of(&s->acknowledgements));
	json_object_set_new(v, "unanswered", json_integer(s->unanswered));
	json_object_set_new(v, "mails", json_integer(s->mails));
	json_object_set_new(v, "apologies", json_integer(s->apologies));
	list = json_object();
	for (i = 0; i < s->manner_count; i++)
		json_object_set_new(
		    list, s->manner[i].name, json_integer(s->manner[i].n));
	json_object_set_new(v, "manner", list);
	json_object_set_new(v, "effort", effort_of(s));
	list = json_array();
	for (i = 0; i < s->people_count; i++)
		json_array_append_new(list, person_of(&s->people[i]));
	json_object_set_new(v, "people", list);
	json_object_set_new(v, "leave", json_boolean(s->leave));
	json_object_set_new(v, "reasons", reasons_of(s));
	print_line(out, v);
}

/* --- case.json --- */

static json_t *
day_or_null(bool has, day_t day)
{
	char text[DATE_ROOM];

	return has ? json_string(day_print(day, text)) : json_null();
}

static json_t *
record_signature(const struct signature_row *row)
{
	json_t *v;

	if (row == NULL)
		return json_null();
	v = json_object();
	json_object_set_new(v, "verdict", text_or_null(row->verdict));
	json_object_set_new(v, "why", text_or_null(row->why));
	json_object_set_new(v, "domain", text_or_null(row->domain));
	json_object_set_new(v, "selector", text_or_null(row->selector));
	json_object_set_new(v, "key", text_or_null(row->key));
	json_object_set_new(v, "checked",
	    moment_or_null(true, (struct moment){row->checked, 0}));
	return v;
}

static json_t *
record_message(const struct record_message *m)
{
	json_t *v = json_object(), *list = json_array();
	const struct message_row *row = m->row;

	json_object_set_new(v, "exhibit", json_integer(m->exhibit));
	json_object_set_new(v, "path", json_string(m->path));
	json_object_set_new(v, "sha256", text_or_null(row->sha256));
	json_object_set_new(v, "message_id", text_or_null(row->message_id));
	json_object_set_new(
	    v, "date", moment_or_null(row->has_date, row->date));
	json_object_set_new(v, "by",
	    json_string(row->direction == FROM_OWNER ? "owner" : "company"));
	json_object_set_new(v, "from_name", text_or_null(row->from.name));
	json_object_set_new(v, "from", text_or_null(row->from.addr));
	json_object_set_new(v, "subject", text_or_null(row->subject));
	json_object_set_new(v, "forwarded", json_boolean(row->forwarded));
	json_object_set_new(v, "autoreply", json_boolean(row->autoreply));
	json_object_set_new(v, "signals", text_or_null(row->signals));
	json_object_set_new(v, "dkim", text_or_null(m->signature));
	json_object_set_new(v, "signature", record_signature(m->vouched));
	json_object_set_new(v, "letter", text_or_null(m->letter));
	for (size_t i = 0; i < m->attachment_count; i++) {
		const struct attachment_row *a = &m->attachments[i];
		json_t *one = json_object();

		json_object_set_new(one, "name", text_or_null(a->name));
		json_object_set_new(one, "type", text_or_null(a->type));
		json_object_set_new(
		    one, "size", json_integer((json_int_t)a->size));
		json_object_set_new(one, "sha256", text_or_null(a->sha256));
		json_array_append_new(list, one);
	}
	json_object_set_new(v, "attachments", list);
	return v;
}

static json_t *
record_obligation(const struct case_record *r, const struct obligation *o)
{
	json_t *v = json_object();

	json_object_set_new(v, "number", json_integer(o->number));
	json_object_set_new(v, "who", json_string(who_name(o->who)));
	json_object_set_new(v, "kind", json_string(kind_name(o->kind)));
	json_object_set_new(v, "action", json_string(action_name(o->action)));
	json_object_set_new(v, "due", due_or_null(o->due));
	json_object_set_new(
	    v, "state", json_string(obligation_state_name(record_state(r, o))));
	json_object_set_new(v, "quote", text_or_null(o->quote));
	json_object_set_new(v, "said", moment_or_null(true, o->said));
	json_object_set_new(v, "agent", text_or_null(o->agent));
	json_object_set_new(v, "rule", text_or_null(o->rule));
	json_object_set_new(
	    v, "settled", moment_or_null(o->has_settled, o->settled));
	json_object_set_new(v, "slips", json_integer(o->slips));
	json_object_set_new(v, "slipped_to",
	    o->slipped_to == 0 ? json_null() : json_integer(o->slipped_to));
	return v;
}

static json_t *
record_entry(const struct entry *e)
{
	json_t *v = json_object();

	json_object_set_new(v, "kind", json_string(entry_kind_name(e->kind)));
	json_object_set_new(v, "at", moment_or_null(true, e->at));
	json_object_set_new(v, "minutes", json_integer(e->minutes));
	json_object_set_new(v, "who", text_or_null(e->who));
	json_object_set_new(v, "text", text_or_null(e->text));
	return v;
}

static json_t *
record_clock(const struct clock_run *run)
{
	static const char *const states[] = {
	    [CLOCK_IDLE] = "idle",
	    [CLOCK_RUNNING] = "running",
	    [CLOCK_PASSED] = "passed",
	    [CLOCK_MET] = "met",
	};
	json_t *v = json_object();

	json_object_set_new(v, "id", json_string(run->clock->id));
	json_object_set_new(v, "who", json_string(run->clock->who));
	json_object_set_new(v, "act", json_string(run->clock->act));
	json_object_set_new(v, "law", text_or_null(run->clock->law));
	json_object_set_new(v, "state", json_string(states[run->state]));
	json_object_set_new(v, "first", day_or_null(run->dated, run->first));
	json_object_set_new(v, "last", day_or_null(run->dated, run->last));
	json_object_set_new(v, "status", json_string(run->clock->status));
	return v;
}

static json_t *
record_messages(const struct case_record *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->message_count; i++)
		json_array_append_new(list, record_message(&r->messages[i]));
	return list;
}

static json_t *
record_obligations(const struct case_record *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->obligation_count; i++)
		json_array_append_new(
		    list, record_obligation(r, &r->obligations[i]));
	return list;
}

static json_t *
record_entries(const struct case_record *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->entry_count; i++)
		json_array_append_new(list, record_entry(&r->entries[i]));
	return list;
}

static json_t *
record_clocks(const struct case_record *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->ladder.runs.n; i++)
		if (r->ladder.runs.v[i].state != CLOCK_IDLE)
			json_array_append_new(
			    list, record_clock(&r->ladder.runs.v[i]));
	return list;
}

char *
json_record(struct arena *a, const struct case_record *r)
{
	const struct case_row *row = &r->ladder.row;
	json_t *v = json_object(), *list = json_array();
	char *text, *kept;

	json_object_set_new(v, "format", json_string("promised-record 1"));
	json_object_set_new(v, "case", json_integer(row->number));
	json_object_set_new(v, "company", text_or_null(row->company_domain));
	json_object_set_new(v, "company_name", text_or_null(row->company_name));
	json_object_set_new(v, "title", text_or_null(row->title));
	json_object_set_new(v, "region", text_or_null(row->region));
	json_object_set_new(v, "opened", moment_or_null(true, row->opened));
	json_object_set_new(
	    v, "closed", moment_or_null(row->closed, row->closed_at));
	json_object_set_new(v, "as_of",
	    r->daily ? day_or_null(true, record_today(r))
		     : moment_or_null(true, (struct moment){r->voice.now, 0}));
	for (size_t i = 0; i < row->references.n; i++)
		json_array_append_new(list, text_or_null(row->references.v[i]));
	json_object_set_new(v, "references", list);
	json_object_set_new(v, "messages", record_messages(r));
	json_object_set_new(v, "obligations", record_obligations(r));
	json_object_set_new(v, "entries", record_entries(r));
	json_object_set_new(v, "clocks", record_clocks(r));
	text = json_dumps(v, JSON_INDENT(2));
	json_decref(v);
	kept = arena_printf(a, "%s\n", text == NULL ? "null" : text);
	free(text);
	return kept;
}

/* --- ticket.json --- */

static json_t *
ticket_promise(const struct case_record *r, const struct obligation *o)
{
	json_t *v = json_object();

	json_object_set_new(v, "number", json_integer(o->number));
	json_object_set_new(v, "action", json_string(action_name(o->action)));
	json_object_set_new(v, "said", day_or_null(true, moment_day(o->said)));
	json_object_set_new(v, "due", due_or_null(o->due));
	json_object_set_new(
	    v, "state", json_string(obligation_state_name(record_state(r, o))));
	json_object_set_new(
	    v, "settled", day_or_null(o->has_settled, moment_day(o->settled)));
	return v;
}

char *
json_ticket(struct arena *a, const struct case_record *r,
    const struct released *released, bool live)
{
	const struct case_row *row = &r->ladder.row;
	json_t *v = json_object(), *list = json_array();
	struct summary s = record_summary(r);
	char *text, *kept;

	(void)released; /* no words here, whatever is on the page */
	json_object_set_new(v, "format", json_string("promised-ticket 1"));
	json_object_set_new(v, "as_of", day_or_null(true, record_today(r)));
	json_object_set_new(
	    v, "state", json_string(live ? "published" : "withdrawn"));
	if (live) {
		json_object_set_new(
		    v, "company", text_or_null(row->company_domain));
		json_object_set_new(
		    v, "opened", day_or_null(true, moment_day(row->opened)));
		json_object_set_new(v, "closed",
		    day_or_null(row->closed, moment_day(row->closed_at)));
		json_object_set_new(v, "days_open", json_integer(s.open_days));
		json_object_set_new(v, "slips", json_integer(s.slips));
		json_object_set_new(v, "step",
		    text_or_null(
			r->step.taken ? rung_name(r->step.rung) : NULL));
		json_object_set_new(
		    v, "step_taken", day_or_null(r->step.taken, r->step.day));
		for (size_t i = 0; i < r->obligation_count; i++)
			if (record_is_promise(&r->obligations[i]))
				json_array_append_new(list,
				    ticket_promise(r, &r->obligations[i]));
		json_object_set(v, "promises", list);
	}
	json_decref(list);
	text = json_dumps(v, JSON_INDENT(2));
	json_decref(v);
	kept = arena_printf(a, "%s\n", text == NULL ? "null" : text);
	free(text);
	return kept;
}
