/*
 * See read.h.  The way of a text: its language, its zones, its sentences; each
 * sentence through the gate; what rules stand a chance are run; commitments
 * get their due dates; what is said twice is one.
 *
 * Budgets: TEXT_MOST bytes are read, SUBJECT_MOST of a subject, a sentence has
 * at most SENTENCE_MOST, and matching has a budget of CPU time for each message
 * (pattern.c).
 */
#include <string.h>
#include <strings.h>

#include "rules/clause.h"
#include "rules/commitment.h"
#include "rules/explain.h"
#include "rules/idle.h"
#include "rules/lead.h"
#include "rules/pack.h"
#include "rules/sentence.h"
#include "rules/times.h"
#include "base/utf8.h"
#include "rules/zones.h"

/* Of one message, in bytes: 15 pages. */
enum { TEXT_MOST = 48 << 10, SUBJECT_MOST = 2 << 10 };

enum { LANGUAGE_SAMPLE = 2048, AGENT_LONGEST = 60 };

/* Of one message; each is compared with all before it.  Behind so many
 * obligations nothing is read. */
enum { OBLIGATIONS_MOST = 200, REFERENCES_MOST = 50 };

/* In thousandths, beside those of common words and of time phrases. */
enum { LOCAL_BONUS = 400, USUAL_BONUS = 200, CLEARLY = 50 };

struct run {
	struct reader reader;
	const struct reading *in;
	struct slice text;
	struct findings *out;
};

/* Another language than the usual one must be clearly told: few of a short
 * text's words are anybody's alone. */
static const struct rulebook *
detect(const struct pack *pack, struct slice text)
{
	const struct rulebook *best = pack_usual(pack);
	struct sample sample;
	int score, most;
	size_t i;

	if (pack->book_count == 1)
		return best;
	if (text.len > LANGUAGE_SAMPLE)
		text.len = LANGUAGE_SAMPLE;
	language_sample(text, &sample);
	most = language_score(best->language, &sample, -1) * 3 / 2 + CLEARLY;
	for (i = 0; i < pack->book_count; i++) {
		score = language_score(pack->books[i]->language, &sample, most);
		if (score > most) {
			most = score;
			best = pack->books[i];
		}
	}
	return best;
}

/* That of the language, or of the text. */
static const struct rulebook *
book_of(const struct pack *pack, const char *language, struct slice text)
{
	const struct rulebook *book =
	    language == NULL ? NULL : pack_book(pack, language);

	return book != NULL ? book : detect(pack, text);
}

/*
 * A phrase is too short to be told by common words alone: how much of it is
 * time phrases counts too, for the usual language, the region's ("DE": de), and
 * those of which it has words.
 */
static const struct rulebook *
detect_phrase(struct arena *arena, const struct pack *pack, struct slice text,
    const struct calendar *calendar)
{
	const struct rulebook *usual = pack_usual(pack), *best = usual;
	struct sample sample;
	int most = -1;

	if (pack->book_count == 1 || text.len > LANGUAGE_SAMPLE)
		return detect(pack, text);
	language_sample(text, &sample);
	for (size_t i = 0; i < pack->book_count; i++) {
		const struct rulebook *book = pack->books[i];
		bool local =
		    strcasecmp(book->name, calendar_name(calendar)) == 0;
		int score = language_score(book->language, &sample, -1);

		if (score == 0 && !local && book != usual)
			continue;
		score += (local ? LOCAL_BONUS : 0) +
			 (book == usual ? USUAL_BONUS : 0) +
			 when_share(arena, rulebook_lexicon(book), text);
		if (score > most) {
			most = score;
			best = book;
		}
	}
	return best;
}

/* The first bytes of a text: whole lines, since half a sentence may say what
 * the whole one does not; whole letters where a line is that long. */
static struct slice
beginning(struct slice s, size_t most)
{
	const char *line;

	if (s.len <= most)
		return s;
	line = memrchr(s.p + most / 2, '\n', most - most / 2);
	s.len = line != NULL ? (size_t)(line - s.p) : most;
	while (s.len > 0 && (s.p[s.len] & 0xc0) == 0x80)
		s.len--;
	return s;
}

/* The part that is read, with a "?" for each byte that is not UTF-8. */
static struct slice
readable(struct arena *arena, const char *text, size_t most)
{
	struct slice s = slice_of(text);
	struct buf clean = {0};
	size_t valid;

	if (s.p == NULL)
		s.p = "";
	s = beginning(s, most);
	valid = utf8_prefix(s);
	if (valid == s.len)
		return s;
	/* One byte for one, so that offsets stay true. */
	buf_slice(&clean, s);
	for (; valid < s.len;
	     valid += 1 + utf8_prefix((struct slice){
			      clean.p + valid + 1, s.len - valid - 1}))
		clean.p[valid] = '?';
	s.p = buf_keep(&clean, arena);
	return s;
}

/* A due date of a day that is past says nothing about what is to come. */
static bool
is_past(const struct obligation_found *o, struct moment anchor)
{
	if (o->due.precision == DUE_NONE)
		return false;
	return o->kind == KIND_PROMISE ? is_gone(o->expr, o->due, anchor)
				       : o->due.day < moment_day(anchor);
}

static bool
same_thing(const struct obligation_found *a, const struct obligation_found *b)
{
	return a->who == b->who && a->action == b->action;
}

static bool
has_clock(const struct obligation_found *o)
{
	return o->due.precision != DUE_NONE || o->vague || o->condition;
}

static bool
same_due(const struct obligation_found *a, const struct obligation_found *b)
{
	return a->due.precision == b->due.precision && a->vague == b->vague &&
	       a->condition == b->condition &&
	       (a->due.precision == DUE_NONE || a->due.day == b->due.day);
}

/* "They leave us on Monday, you should have them on Tuesday": on the way first,
 * and then there.  The words that stand for it are in `words`. */
static bool
arrives(struct run *run, const struct obligation_found *old,
    const struct obligation_found *o, struct slice words)
{
	struct expression *anaphor = run->reader.book->anaphor;
	struct span found;

	return old->start == o->start && old->kind == KIND_PROMISE &&
	       o->kind == KIND_PROMISE && old->due.precision != DUE_NONE &&
	       o->due.precision != DUE_NONE && old->due.day <= o->due.day &&
	       (o->action == ACTION_DELIVER || o->action == ACTION_REPLACE) &&
	       anaphor != NULL &&
	       reader_match(&run->reader, NULL, anaphor, words, 0, &found);
}

/* "He comes on Thursday, and should be there by 10": the same day, and now the
 * time of day. */
static bool
refines(const struct obligation_found *o, const struct obligation_found *old)
{
	return old->start == o->start && old->kind == o->kind &&
	       old->due.precision == DUE_DAY && o->due.precision == DUE_TIME &&
	       old->due.day == o->due.day;
}

/* True when one has a time, and the other is the same promise without: said in
 * the same sentence, or spoken of again in the next ("that will be done by
 * Friday", in `words`). */
static bool
times(struct run *run, const struct view *view,
    const struct obligation_found *untimed, const struct obligation_found *o,
    struct slice words)
{
	struct expression *anaphor = run->reader.book->anaphor;
	struct span found;

	if (untimed->kind != KIND_PROMISE || o->kind != KIND_PROMISE ||
	    untimed->who != o->who || has_clock(untimed) || !has_clock(o))
		return false;
	return untimed->start == o->start ||
	       (view->previous != NULL && anaphor != NULL &&
		   view->previous->start == untimed->start &&
		   reader_match(&run->reader, NULL, anaphor, words, 0, &found));
}

/* What was said already is not said again; a time is better than none.  False
 * when it was. */
static bool
add_obligation(struct run *run, const struct view *view,
    const struct obligation_found *o, struct slice words)
{
	struct findings *out = run->out;
	struct obligation_found *old;
	size_t i;

	for (i = 0; i < out->obligation_count; i++) {
		old = &out->obligations[i];
		if (times(run, view, o, old, words))
			return false;
		if (times(run, view, old, o, words)) {
			explain_replaced(
			    &run->reader, old, "said again below, with a time");
			*old = *o;
			return true;
		}
		if (!same_thing(old, o))
			continue;
		if (same_due(old, o) || !has_clock(o) || refines(old, o))
			return false;
		if (!has_clock(old) || arrives(run, old, o, words) ||
		    refines(o, old)) {
			explain_replaced(
			    &run->reader, old, "said again below, with a time");
			*old = *o;
			return true;
		}
	}
	out->obligations = arena_grow(run->reader.arena, out->obligations,
	    out->obligation_count, sizeof(*o));
	out->obligations[out->obligation_count++] = *o;
	return true;
}

/* "within five days of that", of a day told before in the sentence: counted
 * from it.  NULL when there is none. */
static const char *
counted_from(struct run *run, const struct view *view, const struct when *after)
{
	struct reader *r = &run->reader;
	struct slice rest = {
	    view->raw.text.p + after->end, view->raw.text.len - after->end};
	const struct when *w, *day = NULL;
	struct span found;

	if (r->book->that == NULL || strncmp(after->expr, "event +", 7) != 0 ||
	    !reader_match(r, NULL, r->book->that, rest, 0, &found))
		return NULL;
	for (w = view->times.v; w < after; w++)
		if (!w->vague && !w->condition && w->class != WHEN_PAST &&
		    w->class != WHEN_SPAN)
			day = w;
	return day == NULL ? NULL
			   : arena_printf(r->arena, "near %s %s", day->expr,
				 after->expr + 6);
}

static void
set_time(struct run *run, const struct view *view, const struct when *w,
    struct obligation_found *o)
{
	struct slice phrase = {view->raw.text.p + w->start, w->end - w->start};

	const char *from = counted_from(run, view, w);

	o->phrase = slice_dup(run->reader.arena, phrase);
	o->expr = from != NULL ? from : w->expr;
	o->vague = w->vague && !o->condition;
	o->condition = o->condition || (w->condition && from == NULL);
	if (!o->vague && !o->condition)
		o->due = calendar_due(run->reader.arena, run->in->calendar,
		    o->expr, run->in->anchor, NULL);
}

static void
commit(struct run *run, const struct view *view, const struct commitment *c)
{
	struct obligation_found o = {.who = c->who,
	    .kind = c->kind,
	    .action = c->action,
	    .condition = c->condition,
	    .start = view->start,
	    .end = view->end,
	    .rule = c->rule->where};
	const struct slice words = {view->marked.text.p + c->words.start,
	    c->words.end - c->words.start};
	const char *why = NULL;

	if (c->time != NULL)
		set_time(run, view, c->time, &o);
	o.quote = slice_dup(run->reader.arena,
	    slice_part(view->raw.text, view->lead, view->raw.text.len));
	if (is_past(&o, run->in->anchor))
		why = "its day was past already";
	else if (!has_clock(&o) && c->rule->needs_time)
		why = "its time tells no day";
	else if (!add_obligation(run, view, &o, words))
		why = "said already";
	if (why == NULL)
		explain_obligation(
		    &run->reader, view, c->rule, c->words, c->time, &o);
	else
		explain_miss(&run->reader, view, c->rule, c->words, why, NULL);
}

static bool
has_name(const struct signal_found *v, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(v[i].name, name) == 0)
			return true;
	return false;
}

static bool
has_signal(const struct findings *out, const char *name)
{
	return has_name(out->signals, out->signal_count, name);
}

static bool
has_manner(const struct findings *out, const char *name)
{
	return has_name(out->manner, out->manner_count, name);
}

static void
add_signal(struct run *run, struct signal_found signal)
{
	struct findings *out = run->out;

	if (has_signal(out, signal.name))
		return;
	out->signals = arena_grow(
	    run->reader.arena, out->signals, out->signal_count, sizeof(signal));
	out->signals[out->signal_count++] = signal;
}

/* What a rule says of a sentence (end 0: of the message). */
static void
add_said(struct run *run, const struct rule *rule, size_t start, size_t end)
{
	const struct signal_found said = {
	    rule->signal, rule->where, start, end};
	struct findings *out = run->out;

	if (rule->says == SAYS_SIGNAL) {
		add_signal(run, said);
		return;
	}
	out->manner = arena_grow(
	    run->reader.arena, out->manner, out->manner_count, sizeof(said));
	out->manner[out->manner_count++] = said;
}

static bool
said_already(const struct findings *out, const struct rule *rule)
{
	return rule->says == SAYS_SIGNAL ? has_signal(out, rule->signal)
					 : has_manner(out, rule->signal);
}

/* Signals and manners, each at most once: what has been said is not looked for
 * again. */
static void
read_signals(struct run *run, const struct view *view)
{
	const struct rulebook *book = run->reader.book;
	const struct expression *guard;
	const struct rule *rule;
	struct slice clause;
	struct span found;
	size_t end = book->first_gated[SAYS_MANNER + 1];
	size_t i = gate_next(view->gate, book->first_gated[SAYS_SIGNAL], end);

	for (; i < end; i = gate_next(view->gate, i + 1, end)) {
		if (!reader_may_hit(&run->reader, view, i, view->marked.text))
			continue;
		rule = book->gated[i].rule;
		if (said_already(run->out, rule) ||
		    !reader_match(&run->reader, rule, book->gated[i].expression,
			view->marked.text, 0, &found))
			continue;
		clause = clause_around(&run->reader, view->marked.text, found);
		guard = reader_guard(&run->reader, rule, clause,
		    (size_t)(view->marked.text.p + found.end - clause.p));
		if (guard != NULL) {
			explain_guard(&run->reader, view, rule, found, guard);
			continue;
		}
		add_said(run, rule, view->start, view->end);
		explain_signal(&run->reader, view, rule, found);
	}
}

/* True when the message has one of these. */
static bool
has_any(const struct findings *out, const char **names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (has_signal(out, names[i]) || has_manner(out, names[i]) ||
		    (out->agent != NULL && strcmp(names[i], "agent") == 0) ||
		    (out->reference_count > 0 &&
			strcmp(names[i], "reference") == 0))
			return true;
	return false;
}

/* No commitment of the message counts. */
static void
silence(struct run *run, const struct rule *rule)
{
	struct findings *out = run->out;
	size_t i;

	for (i = 0; i < out->obligation_count; i++)
		explain_replaced(
		    &run->reader, &out->obligations[i], rule->name);
	out->obligation_count = 0;
	out->silenced = rule->where;
}

/* What is told by what a message holds and what it lacks; at the end. */
static void
read_whole(struct run *run)
{
	const struct rulebook *book = run->reader.book;
	const struct rule *rule;
	size_t i;

	for (i = 0; i < book->rule_count; i++) {
		rule = book->rules[i];
		if (rule->whens == 0 ||
		    (rule->senders & 1u << run->in->sender) == 0 ||
		    !has_any(run->out, rule->when, rule->whens) ||
		    has_any(run->out, rule->without, rule->withouts))
			continue;
		if (rule->says == SAYS_NOTHING)
			silence(run, rule);
		else if (!said_already(run->out, rule))
			add_said(run, rule, 0, 0);
	}
}

/* One is part of the other: "612093445" of "FS-Case-612093445". */
static bool
same_reference(const char *a, const char *b)
{
	return strcasestr(a, b) != NULL || strcasestr(b, a) != NULL;
}

static void
add_reference(struct run *run, struct slice ref)
{
	struct findings *out = run->out;
	const char *text = slice_dup(run->reader.arena, ref);
	size_t i;

	if (out->reference_count == REFERENCES_MOST)
		return;
	for (i = 0; i < out->reference_count; i++) {
		if (!same_reference(out->references[i], text))
			continue;
		if (strlen(text) > strlen(out->references[i]))
			out->references[i] = text;
		return;
	}
	out->references = arena_grow(run->reader.arena, out->references,
	    out->reference_count, sizeof(*out->references));
	out->references[out->reference_count++] = text;
}

/* References are read in the text as written: a number is no time there. */
static void
read_references(struct run *run, const struct view *view)
{
	const struct rulebook *book = run->reader.book;
	struct slice text = view->raw.text, ref;
	const struct gated *g;
	struct span found, group;
	size_t end = book->first_gated[SAYS_REFERENCE + 1], from;
	size_t i =
	    gate_next(view->gate, book->first_gated[SAYS_REFERENCE], end);

	for (; i < end; i = gate_next(view->gate, i + 1, end)) {
		g = &book->gated[i];
		if (g->rule->zones != 0 &&
		    (g->rule->zones & 1u << view->zone) == 0)
			continue;
		for (from = 0; reader_match_groups(&run->reader, g->rule,
			 g->expression, text, from, &found);
		     from = found.end > from ? found.end : from + 1) {
			if (!pattern_group(run->reader.pack->matcher,
				g->expression->pattern, "ref", &group))
				continue;
			ref.p = text.p + group.start;
			ref.len = group.end - group.start;
			if (reader_guard(&run->reader, g->rule, ref, ref.len) !=
			    NULL)
				continue;
			add_reference(run, ref);
			explain_reference(&run->reader, g->rule, ref, group);
		}
	}
}

enum {
	SIGNALS = 1 << SAYS_SIGNAL | 1 << SAYS_MANNER,
	COMMITMENTS = 1 << SAYS_PROMISE | 1 << SAYS_DEADLINE
};

/* lead: the words that the sentence is read behind, or none. */
static struct view
read_sentence(struct run *run, struct slice text, const struct sentence *s,
    struct slice lead, const struct view *previous)
{
	struct reader *r = &run->reader;
	struct view view =
	    lead.len > 0 ? lead_view(r, lead, text, s)
			 : view_new(r, text, s->start, s->end, s->zone, false);
	struct commitments made;
	size_t i;

	view.previous = previous;
	explain_sentence(r, text, &view);
	if (view_any(r, &view, SAYS_REFERENCE, SAYS_REFERENCE))
		read_references(run, &view);
	reader_look_ahead(r, &view,
	    SIGNALS | (s->zone == ZONE_BODY ? COMMITMENTS : 0),
	    view.marked.text);
	if (view_any(r, &view, SAYS_SIGNAL, SAYS_MANNER))
		read_signals(run, &view);
	if (s->zone == ZONE_BODY &&
	    view_any(r, &view, SAYS_PROMISE, SAYS_DEADLINE)) {
		made = commitments_read(r, &view);
		for (i = 0; i < made.n; i++)
			commit(run, &view, &made.v[i]);
	}
	idle_end(r, &view);
	return view;
}

/* The name in a line of the closing or signature, and the rule that reads it;
 * or NULL. */
static const char *
name_in(struct run *run, struct slice line, enum zone zone, uint64_t *gate,
    const struct rule **rule)
{
	const struct rulebook *book = run->reader.book;
	const struct gated *g;
	struct span found, group;
	struct slice name;
	size_t end = book->first_gated[SAYS_AGENT + 1], i;

	gate_scan(book->line_gate, line, gate);
	for (i = gate_next(gate, book->first_gated[SAYS_AGENT], end); i < end;
	     i = gate_next(gate, i + 1, end)) {
		g = &book->gated[i];
		if (g->rule->zones != 0 && (g->rule->zones & 1u << zone) == 0)
			continue;
		if (!reader_match_groups(&run->reader, g->rule, g->expression,
			line, 0, &found) ||
		    !pattern_group(run->reader.pack->matcher,
			g->expression->pattern, "agent", &group))
			continue;
		name.p = line.p + group.start;
		name.len = group.end - group.start;
		if (reader_guard(&run->reader, g->rule, name, name.len) ==
		    NULL) {
			*rule = g->rule;
			return slice_dup(run->reader.arena, name);
		}
	}
	return NULL;
}

/* True when the name is the firm's: the letters of its words stand in a row in
 * the domain ("Calder Vale" in caldervalewater.example).  Who writes from an
 * address of that name is a person: Ray of ray@rayleighautos.example. */
static bool
is_brand(struct run *run, const char *name)
{
	const char *addr = run->in->sender_addr;
	const char *domain = addr == NULL ? NULL : strchr(addr, '@');
	char squeezed[AGENT_LONGEST + 1];
	size_t n = 0;

	for (; *name != '\0' && n < AGENT_LONGEST; name++)
		if ((*name | 32) >= 'a' && (*name | 32) <= 'z')
			squeezed[n++] = (char)(*name | 32);
	squeezed[n] = '\0';
	return domain != NULL && n >= 3 && strstr(domain, squeezed) != NULL &&
	       strncasecmp(addr, squeezed, n) != 0;
}

static void
read_agent(struct run *run, struct lines lines)
{
	const struct rule *rule;
	const char *name;
	struct slice line;
	size_t i;
	uint64_t *gate = arena_calloc(run->reader.arena,
	    gate_words(run->reader.book->line_gate), sizeof(*gate));

	for (i = 0; i < lines.n && run->out->agent == NULL; i++) {
		if (lines.v[i].blank || (lines.v[i].zone != ZONE_SIGNATURE &&
					    lines.v[i].zone != ZONE_CLOSING))
			continue;
		line = line_text(run->text, &lines.v[i]);
		if (line.len > (size_t)2 * AGENT_LONGEST)
			continue;
		name = name_in(run, line, lines.v[i].zone, gate, &rule);
		if (name == NULL || strlen(name) > AGENT_LONGEST ||
		    is_brand(run, name))
			continue;
		run->out->agent = name;
		explain_agent(&run->reader, rule);
	}
}

static void
read_subject(struct run *run)
{
	struct slice subject =
	    readable(run->reader.arena, run->in->subject, SUBJECT_MOST);
	struct sentence s = {0, subject.len, ZONE_SUBJECT, ITEM_NONE};
	struct slice none = {NULL, 0};

	if (subject.len > 0)
		read_sentence(run, subject, &s, none, NULL);
}

/* All but what stands below the last line of the body. */
static size_t
body_end(struct lines lines)
{
	size_t i = lines.n;

	while (i > 0 &&
	       (lines.v[i - 1].blank || lines.v[i - 1].zone == ZONE_CLOSING ||
		   lines.v[i - 1].zone == ZONE_SIGNATURE ||
		   lines.v[i - 1].zone == ZONE_FOOTER))
		i--;
	return i == 0 ? 0 : lines.v[i - 1].end;
}

static void
read_body(struct run *run, struct sentences sentences)
{
	const struct slice none = {NULL, 0};
	struct slice lead = none, next;
	struct view previous, *last = NULL;
	const struct sentence *s;
	size_t i;

	for (i = 0;
	     i < sentences.n && run->out->obligation_count < OBLIGATIONS_MOST;
	     i++) {
		s = &sentences.v[i];
		if (s->zone == ZONE_QUOTED) {
			idle_quoted(&run->reader, run->text, s);
			continue;
		}
		if (s->item == ITEM_NONE)
			lead = none;
		previous = read_sentence(run, run->text, s,
		    s->item == ITEM_BEGINS ? lead : none, last);
		next = lead_words(&run->reader, &previous);
		if (next.len > 0)
			lead = next;
		previous.previous = NULL;
		last = &previous;
	}
}

static void
read_text(struct run *run)
{
	const struct rulebook *book = run->reader.book;
	struct arena *arena = run->reader.arena;
	struct writer writer = {run->in->sender_name, run->in->sender_addr};
	struct lines lines =
	    zones_find(arena, run->reader.pack, book, run->text, writer);
	struct sentences sentences =
	    sentences_find(arena, book->language, run->text, lines);

	run->out->body_end = body_end(lines);
	read_subject(run);
	read_body(run, sentences);
	if (run->in->sender == WHO_COMPANY)
		read_agent(run, lines);
}

/* A machine's notice of an end is no automatic reply. */
static void
read_machine(struct run *run)
{
	if (findings_end(run->out) && !has_signal(run->out, "acknowledgement"))
		return;
	if (run->in->machine_written)
		add_signal(
		    run, (struct signal_found){"autoreply", "headers", 0, 0});
}

static struct run
begin(struct arena *arena, struct pack *pack, const struct reading *in)
{
	struct run run = {
	    .in = in, .out = arena_alloc(arena, sizeof(*run.out))};
	const struct rulebook *book;

	matcher_begin(pack->matcher);
	run.text = readable(arena, in->text, TEXT_MOST);
	book = book_of(pack, in->language, run.text);
	pack_read(pack, book);
	run.reader = reader_new(arena, pack, book, in->sender);
	run.reader.anchor = in->anchor;
	run.reader.calendar = in->calendar;
	run.reader.explanation = in->explanation;
	run.out->language = run.reader.book->name;
	run.out->sender = in->sender;
	run.out->anchor = in->anchor;
	return run;
}

struct findings *
findings_read(struct arena *arena, struct pack *pack, const struct reading *in)
{
	struct run run = begin(arena, pack, in);

	read_text(&run);
	read_machine(&run);
	read_whole(&run);
	run.out->faults = run.reader.faults;
	run.out->fault_count = run.reader.fault_count;
	return run.out;
}

/* --- References alone --- */

static bool
has_digit(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			return true;
	return false;
}

static void
read_number(struct run *run, struct slice text, const struct sentence *s)
{
	struct reader *r = &run->reader;
	struct slice part = {text.p + s->start, s->end - s->start};
	struct view view = {.start = s->start, .end = s->end, .zone = s->zone};

	if (s->zone == ZONE_QUOTED || !has_digit(part))
		return;
	view.gate = r->gate;
	view.raw = fold_space(r->arena, part);
	view.spelled =
	    fold_spelling(r->arena, r->book->language, view.raw.text);
	gate_scan(r->book->gate, view.spelled.text, view.gate);
	read_references(run, &view);
}

static void
read_numbers(struct run *run)
{
	struct arena *arena = run->reader.arena;
	struct writer writer = {run->in->sender_name, run->in->sender_addr};
	struct slice subject = readable(arena, run->in->subject, SUBJECT_MOST);
	struct lines lines = zones_find(
	    arena, run->reader.pack, run->reader.book, run->text, writer);
	struct sentences sentences =
	    sentences_find(arena, run->reader.book->language, run->text, lines);
	struct sentence first = {0, subject.len, ZONE_SUBJECT, ITEM_NONE};
	size_t i;

	read_number(run, subject, &first);
	for (i = 0; i < sentences.n; i++)
		read_number(run, run->text, &sentences.v[i]);
}

struct findings *
references_read(
    struct arena *arena, struct pack *pack, const struct reading *in)
{
	struct findings *none;
	struct run run;

	if (has_digit(slice_of(in->text)) || has_digit(slice_of(in->subject))) {
		run = begin(arena, pack, in);
		read_numbers(&run);
		return run.out;
	}
	none = arena_alloc(arena, sizeof(*none));
	none->sender = in->sender;
	none->anchor = in->anchor;
	return none;
}

struct phrases
phrases_read(struct arena *arena, struct pack *pack, const char *text,
    const char *language, struct moment anchor, const struct calendar *calendar)
{
	struct slice s = readable(arena, text, TEXT_MOST);
	const struct rulebook *book =
	    language == NULL ? detect_phrase(arena, pack, s, calendar)
			     : pack_book(pack, language);
	struct phrases none = {NULL, 0};

	if (book == NULL || rulebook_lexicon(book) == NULL)
		return none;
	return when_phrases(arena, rulebook_lexicon(book), s, anchor, calendar);
}
