/* The dossier: a case in order, for whoever has to decide it. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"

#include "record/record.h"

#define SAY_ROW SAY_OBLIGATION " id class exhibit settled evidence"

const char dossier_schema[] =
    "company domain title number owner opened stamp closed state region "
    "references(text) any open-days " SAY_SUMMARY " "
    "kept-class late-class broken-class lapsed-class slips-class "
    "minutes money silence " SAY_TIMELINE " "
    "promises(" SAY_ROW ") asked-any asked(" SAY_ROW " yours) "
    "clocks(" SAY_CLOCK ") "
    "items(message entry id date from to subject class signals(text) "
    "parts(plain mark links(label row)) attachments(name type size sha256) path file letter "
    "sha256 signature kind who time money text faults exhibit) "
    "exhibits(number date from subject path sha256 "
    "attachments(name type size sha256))";

/* --- Findings marked in the text --- */

/* The end of the quote where it stands at p, any run of white space as good
 * as another; NULL when it does not. */
static const char *
match_at(const char *p, const char *quote)
{
	while (*quote != '\0') {
		if (isspace((unsigned char)*quote)) {
			if (!isspace((unsigned char)*p))
				return NULL;
			while (isspace((unsigned char)*p))
				p++;
			while (isspace((unsigned char)*quote))
				quote++;
			continue;
		}
		if (*p++ != *quote++)
			return NULL;
	}
	return p;
}

struct found {
	const char *start, *end;
	const struct obligation *o;
};

static int
compare_found(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->o->number - y->o->number;
}

static size_t
find_quotes(const struct case_record *r, const struct message_row *m,
    struct found **found)
{
	size_t n = 0;

	*found = NULL;
	for (size_t i = 0; i < r->obligation_count; i++) {
		const struct obligation *o = &r->obligations[i];
		const char *end = NULL;

		if (o->message != m->id || o->stored == STATE_VOID)
			continue;
		for (const char *p = m->newest; *p != '\0'; p++) {
			end = *p == *o->quote ? match_at(p, o->quote) : NULL;
			if (end == NULL)
				continue;
			*found = arena_grow(
			    r->voice.arena, *found, n, sizeof(**found));
			(*found)[n++] = (struct found){p, end, o};
			break;
		}
	}
	if (n > 1)
		qsort(*found, n, sizeof(**found), compare_found);
	return n;
}

static void
add_part(struct values *item, struct arena *a, const char *from, const char *to,
    const char *as)
{
	if (to > from)
		values_set(values_add(item, "parts"), as,
		    arena_strndup(a, from, (size_t)(to - from)));
}

static void
add_link(const struct case_record *r, const struct obligation *o,
    struct values *part)
{
	struct values *link = values_add(part, "links");

	values_printf(link, "row", "p%d", o->number);
	values_set(link, "label",
	    arena_printf(r->voice.arena, "%d.%d %s, %s", o->case_number,
		o->number, say_what(&r->voice, o->action),
		say_state_shown(&r->voice, record_state(r, o))));
}

static void
add_text(const struct case_record *r, const struct message_row *m,
    struct values *item)
{
	struct arena *a = r->voice.arena;
	const char *p = m->newest == NULL ? "" : m->newest;
	struct found *found = NULL;
	struct values *part = NULL;
	size_t n = m->newest == NULL ? 0 : find_quotes(r, m, &found);

	for (size_t i = 0; i < n; i++) {
		if (part != NULL && found[i].start < p) {
			/* one sentence may promise two things */
			add_link(r, found[i].o, part);
			continue;
		}
		add_part(item, a, p, found[i].start, "plain");
		part = values_add(item, "parts");
		values_set(part, "mark",
		    arena_strndup(a, found[i].start,
			(size_t)(found[i].end - found[i].start)));
		add_link(r, found[i].o, part);
		p = found[i].end;
	}
	add_part(item, a, p, p + strlen(p), "plain");
}

/* --- Items: mail, calls, visits, in order --- */

static void
add_signals(
    const struct case_record *r, const char *signals, struct values *item)
{
	struct arena *a = r->voice.arena;
	struct slice rest = slice_of(signals);

	while (rest.len > 0) {
		const char *comma = memchr(rest.p, ',', rest.len);
		size_t n = comma == NULL ? rest.len : (size_t)(comma - rest.p);
		const char *word = arena_strndup(a, rest.p, n);

		values_set(values_add(item, "signals"), "text",
		    say_name(&r->voice, "signal", word));
		rest.p += n + (comma != NULL);
		rest.len -= n + (comma != NULL);
	}
}

static const char *
from_of(const struct case_record *r, const struct message_row *m)
{
	if (m->direction == FROM_OWNER && *r->owner != '\0')
		return r->owner;
	if (m->from.name != NULL && m->from.addr != NULL)
		return arena_printf(
		    r->voice.arena, "%s <%s>", m->from.name, m->from.addr);
	return m->from.addr == NULL ? "" : m->from.addr;
}

static int64_t
time_of(const struct message_row *m)
{
	return m->has_date ? m->date.utc : m->received;
}

/* What the judge of mail/dkim.c says most, in the page's words; the rest are
 * the library's own. */
static const char *
say_why(const struct case_record *r, const char *why)
{
	static const struct {
		const char *said, *name;
	} words[] = {{"the text is not the one that was signed", "changed"},
	    {"only a part of the text is signed", "part"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(why, words[i].said) == 0)
			return say_name(&r->voice, "dkim", words[i].name);
	return why;
}

static const char *
say_signature(const struct case_record *r, const struct record_message *m)
{
	const struct signature_row *s = m->vouched;
	struct arena *a = r->voice.arena;

	if (s != NULL && strcmp(s->verdict, "pass") == 0)
		return LETTER_SAY(a, r->voice.letters, "dkim-pass", "domain",
		    s->domain, "key", s->selector);
	if (s != NULL && strcmp(s->verdict, "fail") == 0)
		return LETTER_SAY(a, r->voice.letters, "dkim-fail", "domain",
		    s->domain, "why", say_why(r, s->why));
	if (m->result != NULL)
		return LETTER_SAY(a, r->voice.letters, "dkim-elsewhere",
		    "result", m->result, "server", m->server);
	return say_name(&r->voice, "dkim",
	    strcmp(m->signature, "none") == 0 ? "none" : "unchecked");
}

static void
add_attachments(const struct record_message *m, struct values *to)
{
	for (size_t i = 0; i < m->attachment_count; i++) {
		const struct attachment_row *at = &m->attachments[i];
		struct values *one = values_add(to, "attachments");

		values_set(one, "name", at->name == NULL ? at->type : at->name);
		values_set(one, "type", at->type);
		values_printf(one, "size", "%zu", at->size);
		values_set(one, "sha256", at->sha256);
	}
}

static void
add_message(const struct case_record *r, const struct record_message *m,
    struct values *v)
{
	struct values *item = values_add(v, "items");
	const struct message_row *row = m->row;

	values_set(item, "message", "1");
	values_printf(item, "id", "m%d", m->exhibit);
	values_printf(item, "exhibit", "%d", m->exhibit);
	values_set(item, "date", say_moment(&r->voice, time_of(row)));
	values_set(item, "from", from_of(r, row));
	values_set(item, "subject", row->subject);
	values_set(item, "class",
	    row->direction == FROM_OWNER ? "yours"
	    : row->autoreply             ? "machine"
					 : "theirs");
	values_set(item, "path", m->path);
	values_set(item, "file", strchr(m->path, '/') + 1);
	values_set(item, "letter",
	    m->letter == NULL ? "" : strchr(m->letter, '/') + 1);
	values_set(item, "sha256", row->sha256);
	values_set(item, "signature", say_signature(r, m));
	values_set(item, "faults", row->faults);
	add_signals(r, row->signals, item);
	add_text(r, row, item);
	add_attachments(m, item);
}

static void
add_entry(const struct case_record *r, const struct entry *e, struct values *v)
{
	struct values *item = values_add(v, "items");

	values_set(item, "entry", "1");
	values_set(item, "date", say_moment(&r->voice, e->at.utc));
	values_set(item, "kind",
	    say_name(&r->voice, "entry", entry_kind_name(e->kind)));
	values_set(item, "class", "entry");
	values_set(item, "who", e->who);
	values_set(item, "time",
	    e->minutes > 0 ? say_minutes(&r->voice, e->minutes) : "");
	values_set(item, "money",
	    e->cents != 0 ? say_money(&r->voice, e->cents, e->currency) : "");
	values_set(item, "text", e->text);
}

static void
add_items(const struct case_record *r, struct values *v)
{
	size_t m = 0, e = 0;

	while (m < r->message_count || e < r->entry_count) {
		bool mail =
		    e == r->entry_count ||
		    (m < r->message_count &&
			time_of(r->messages[m].row) <= r->entries[e].at.utc);

		if (mail)
			add_message(r, &r->messages[m++], v);
		else
			add_entry(r, &r->entries[e++], v);
	}
}

/* --- The rest --- */

static int
exhibit_of(const struct case_record *r, int64_t message)
{
	for (size_t i = 0; i < r->message_count; i++)
		if (r->messages[i].row->id == message)
			return r->messages[i].exhibit;
	return 0;
}

static void
add_promises(const struct case_record *r, struct values *v)
{
	for (size_t i = 0; i < r->obligation_count; i++) {
		const struct obligation *o = &r->obligations[i];
		struct values *row;
		int shown = exhibit_of(r, o->message);
		int proof = exhibit_of(r, o->evidence);

		if (o->stored == STATE_VOID)
			continue;
		row =
		    values_add(v, record_is_promise(o) ? "promises" : "asked");
		say_obligation(&r->voice, row, o);
		values_set(row, "yours", o->who == WHO_CUSTOMER ? "1" : "");
		values_set(row, "state",
		    say_state_shown(&r->voice, record_state(r, o)));
		if (!record_is_promise(o))
			values_set(v, "asked-any", "1");
		values_printf(row, "id", "p%d", o->number);
		values_set(
		    row, "class", obligation_state_name(record_state(r, o)));
		values_set(row, "settled",
		    o->has_settled ? say_day(&r->voice, moment_day(o->settled))
				   : "");
		if (shown != 0)
			values_printf(row, "exhibit", "%d", shown);
		if (proof != 0)
			values_printf(row, "evidence", "%d", proof);
	}
}

static void
add_exhibits(const struct case_record *r, struct values *v)
{
	for (size_t i = 0; i < r->message_count; i++) {
		const struct record_message *m = &r->messages[i];
		struct values *row = values_add(v, "exhibits");

		values_printf(row, "number", "%d", m->exhibit);
		values_set(row, "date", say_moment(&r->voice, time_of(m->row)));
		values_set(row, "from", from_of(r, m->row));
		values_set(row, "subject", m->row->subject);
		values_set(row, "path", m->path);
		values_set(row, "sha256", m->row->sha256);
		add_attachments(m, row);
	}
}

static bool
same_currency(const struct entry *a, const struct entry *b)
{
	return strcmp(a->currency == NULL ? "" : a->currency,
		   b->currency == NULL ? "" : b->currency) == 0;
}

/* The sums spent, one for each currency; "" when nothing was. */
static const char *
money_of(const struct case_record *r)
{
	const struct entry *e = r->entries;
	struct buf out = {0};

	for (size_t i = 0; i < r->entry_count; i++) {
		int64_t cents = 0;
		bool before = e[i].cents == 0;

		for (size_t k = 0; k < r->entry_count; k++) {
			if (!same_currency(&e[i], &e[k]))
				continue;
			cents += e[k].cents;
			before = before || (k < i && e[k].cents != 0);
		}
		if (!before)
			buf_printf(&out, "%s%s", out.len > 0 ? ", " : "",
			    say_money(&r->voice, cents, e[i].currency));
	}
	return buf_keep(&out, r->voice.arena);
}

static void
add_numbers(const struct case_record *r, struct values *v)
{
	struct summary s = record_summary(r);
	values_set(v, "any", s.made + s.slips > 0 ? "1" : "");
	values_set(v, "kept-class", s.kept > 0 ? "good" : "none");
	values_set(v, "late-class", s.late > 0 ? "bad" : "none");
	values_set(v, "broken-class", s.broken > 0 ? "bad" : "none");
	values_set(v, "lapsed-class", s.lapsed > 0 ? "bad" : "none");
	values_set(v, "slips-class", s.slips > 0 ? "bad" : "none");
	say_summary(v, &s);
	values_printf(v, "open-days", "%d", s.open_days);
	values_set(v, "minutes",
	    s.minutes > 0 ? say_minutes(&r->voice, s.minutes) : "");
	values_set(v, "money", money_of(r));
	values_set(v, "silence",
	    s.longest_silence > 0
		? say_count(&r->voice, "days", s.longest_silence)
		: "");
}

void
dossier_values(const struct case_record *r, struct values *v)
{
	const struct case_row *row = &r->ladder.row;

	values_set(v, "company", row->company_name);
	values_set(v, "domain",
	    strcmp(row->company_name, row->company_domain) == 0
		? ""
		: row->company_domain);
	values_set(v, "title", row->title);
	values_printf(v, "number", "%d", row->number);
	values_set(v, "owner", r->owner);
	values_set(v, "region", row->region);
	values_set(v, "opened", say_day(&r->voice, moment_day(row->opened)));
	values_set(v, "stamp",
	    r->daily ? say_day(&r->voice, record_today(r))
		     : say_moment(&r->voice, r->voice.now));
	values_set(v, "closed",
	    row->closed ? say_day(&r->voice, moment_day(row->closed_at)) : "");
	for (size_t i = 0; i < row->references.n; i++)
		values_set(
		    values_add(v, "references"), "text", row->references.v[i]);
	add_numbers(r, v);
	timeline_values(r, v);
	add_promises(r, v);
	for (size_t i = 0; i < r->ladder.runs.n; i++)
		if (r->ladder.runs.v[i].state != CLOCK_IDLE &&
		    !r->ladder.runs.v[i].clock->optional)
			say_clock(&r->voice, values_add(v, "clocks"),
			    &r->ladder.runs.v[i]);
	add_items(r, v);
	add_exhibits(r, v);
}
