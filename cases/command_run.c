/*
 * Running mail commands; see command.h.
 *
 * The lines are run in order.  What cannot be done is answered with the reason
 * and leaves the ledger alone: the changing functions refuse (EX_USAGE) before
 * they write.  Below are the parts that several verbs share, and the table
 * of them all.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/zone.h"

#include "cases/follow_up.h"
#include "cases/verbs.h"

enum { DAY_SECONDS = 86400 };

struct arena *
act_arena(const struct act *r)
{
	return r->x->voice.arena;
}

char *
act_print(const struct act *r, int64_t n)
{
	return arena_printf(act_arena(r), "%lld", (long long)n);
}

/* A command that makes no sense is answered; a store that fails is not. */
int
act_outcome(struct act *r, int rc)
{
	if (rc != -1)
		return DONE;
	if (r->err->code != EX_USAGE)
		return FAILED;
	r->answer = arena_strdup(act_arena(r), r->err->text);
	memset(r->err, 0, sizeof(*r->err));
	return REFUSED;
}

int
act_case(struct act *r)
{
	r->case_number =
	    r->c->case_number > 0 ? r->c->case_number : r->x->case_number;
	if (r->case_number > 0)
		return DONE;
	return REFUSE(r, "not-case");
}

struct moment
act_now(const struct act *r)
{
	return zone_moment(r->x->voice.zone, r->x->voice.now);
}

struct slice
act_without(const char *text, const char *const *words, size_t n)
{
	struct slice s = slice_trim(slice_of(text));

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		if (slice_starts_nocase(s, words[i]) && s.len > len &&
		    s.p[len] == ' ') {
			s.p += len;
			s.len -= len;
			return slice_trim(s);
		}
	}
	return s;
}

/* A date at the start of the text; whole: nothing may follow it. */
bool
act_date(const struct act *r, const char *text, struct moment anchor,
    bool whole, struct due *due)
{
	const char *region = r->x->region;
	size_t end = 0, n = strlen(text);

	if (n == 0 || r->x->read_due == NULL ||
	    !r->x->read_due(r->x->arg, text, anchor, region, due, &end))
		return false;
	while (end < n && strchr(" .,;", text[end]) != NULL)
		end++;
	return due->precision != DUE_NONE && (!whole || end >= n);
}

/*
 * The moment of something that has happened: "3 March" is the last one, not
 * the next.  A phrase is read as seen from now, from a week and from a year
 * ago; the first that does not lie ahead counts.
 */
bool
act_past(const struct act *r, const char *text, struct moment *at)
{
	static const char *const on[] = {"on", "since", "at"};
	static const int back[] = {0, 8, 366};
	const char *zone = r->x->voice.zone;
	struct moment now = act_now(r);
	const char *date = slice_dup(act_arena(r), act_without(text, on, 3));
	struct due due;

	*at = now;
	if (*date == '\0' || strcasecmp(date, "today") == 0)
		return true;
	if (strcasecmp(date, "yesterday") == 0) {
		*at = zone_local(zone, moment_day(now) - 1, DAY_SECONDS / 2);
		return true;
	}
	for (size_t i = 0; i < sizeof(back) / sizeof(back[0]); i++) {
		struct moment anchor = {
		    now.utc - (int64_t)back[i] * DAY_SECONDS, now.offset};

		if (!act_date(r, date, anchor, true, &due))
			return false;
		if (due.precision == DUE_TIME && due.at.utc <= now.utc) {
			*at = due.at;
			return true;
		}
		if (due.precision == DUE_DAY && due.day <= moment_day(now)) {
			if (due.day < moment_day(now))
				*at =
				    zone_local(zone, due.day, DAY_SECONDS / 2);
			return true;
		}
	}
	return false;
}

/* A bare number before the argument, as in "3 FRIDAY"; 0 when none. */
int
act_leading_number(const char *text, const char **rest)
{
	char *after;
	long n = strtol(text, &after, 10);

	if (!isdigit((unsigned char)*text) || n <= 0 || n > INT32_MAX ||
	    *after != ' ')
		return 0;
	*rest = after + strspn(after, " ");
	return (int)n;
}

struct change *
act_begin(struct act *r)
{
	return change_begin(r->x->store, r->x->owner, act_arena(r),
	    r->case_number, ACTOR_OWNER, verb_name(r->c->verb),
	    r->x->voice.now);
}

/* After a change: its answer, which ends it. */
int
act_end(struct act *r, struct change *c)
{
	return act_outcome(r, change_end(c, r->answer, NULL, r->err));
}

static int
run_help(struct act *r)
{
	r->t->help = true;
	return DID(r, "did-help");
}

static int
run_unknown(struct act *r)
{
	r->t->help = true;
	return REFUSE(r, "not-understood");
}

static const struct {
	int (*run)(struct act *);
	bool bare; /* nothing may follow its number */
} effects[VERB_COUNT] = {
    [VERB_UNKNOWN] = {run_unknown, false},
    [VERB_KEPT] = {verb_kept, false},
    [VERB_NOT_KEPT] = {verb_not_kept, true},
    [VERB_VOID] = {verb_void, true},
    [VERB_DUE] = {verb_due, false},
    [VERB_RECEIVED] = {verb_received, false},
    [VERB_SNOOZE] = {verb_snooze, false},
    [VERB_STOP] = {verb_stop, true},
    [VERB_CLOSE] = {verb_close, true},
    [VERB_REOPEN] = {verb_reopen, true},
    [VERB_STATUS] = {verb_status, false},
    [VERB_LIST] = {verb_list, false},
    [VERB_UNDO] = {verb_undo, true},
    [VERB_HELP] = {run_help, false},
    [VERB_MERGE] = {verb_merge, false},
    [VERB_SPLIT] = {verb_split, false},
    [VERB_MOVE] = {verb_move, false},
    [VERB_COMPANY] = {verb_company, false},
    [VERB_REGION] = {verb_region, false},
    [VERB_NOTE] = {verb_note, false},
    [VERB_CALL] = {verb_call, false},
    [VERB_VISIT] = {verb_visit, false},
    [VERB_SPENT] = {verb_spent, false},
    [VERB_SEND] = {verb_send, false},
    [VERB_EDIT] = {verb_edit, false},
    [VERB_CONTACT] = {verb_contact, false},
    [VERB_DRAFT] = {verb_draft, false},
    [VERB_LADDER] = {verb_ladder, true},
    [VERB_SECTOR] = {verb_sector, false},
    [VERB_EVENT] = {verb_event, false},
    [VERB_PUBLISH] = {verb_publish, false},
    [VERB_UNPUBLISH] = {verb_unpublish, false},
    [VERB_EXPORT] = {verb_export, true},
};

/* "Close my account with them" is no command to close the case: a verb that
 * takes no more than a number must not have more. */
static int
no_more(struct act *r)
{
	static const char *const nothing[] = {
	    "", "it", "that", "this", "this case", "the case", "now", "again"};

	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		if (strcasecmp(r->c->rest, nothing[i]) == 0)
			return DONE;
	return REFUSE(
	    r, "not-more", "text", r->c->rest, "verb", verb_name(r->c->verb));
}

static int
run_one(struct act *r, struct command_answer *answer)
{
	int rc = DONE;

	answer->verb = r->c->verb;
	answer->line = r->c->line;
	if (!r->x->authorised) {
		answer->text = r->x->refusal;
		return 0;
	}
	if (effects[r->c->verb].bare)
		rc = no_more(r);
	if (rc == DONE)
		rc = effects[r->c->verb].run(r);
	if (rc == FAILED)
		return -1;
	answer->done = rc == DONE;
	answer->text = r->answer;
	answer->draft = r->draft;
	return 0;
}

/* What the transcript says of help, without line and signature around it. */
static const char *
help_text(const struct command_context *x)
{
	struct arena *a = x->voice.arena;
	struct values *values = values_new(a);
	struct letter_text text;
	const char *from, *to;

	values_set(values, "help", "1");
	letter_write(a, x->voice.letters, LETTER_TRANSCRIPT, values, &text);
	from = strstr(text.text, "\n\n");
	from = from == NULL ? text.text : from + 2;
	to = strstr(from, "\n-- \n");
	return to == NULL ? from : arena_strndup(a, from, (size_t)(to - from));
}

int
mail_commands_run(const struct command_context *x,
    const struct mail_commands *cs, struct transcript *t, struct err *err)
{
	memset(t, 0, sizeof(*t));
	t->v = arena_calloc(x->voice.arena, cs->n, sizeof(*t->v));
	t->refused = !x->authorised;
	t->gave_up = cs->gave_up;
	t->help = x->authorised && (cs->n == 0 || cs->gave_up);
	for (; t->n < cs->n; t->n++) {
		struct act r = {.x = x, .c = &cs->v[t->n], .t = t, .err = err};

		if (run_one(&r, &t->v[t->n]) == -1)
			return -1;
	}
	if (t->help)
		t->help_text = help_text(x);
	return 0;
}

char *
transcript_text(struct arena *a, const struct transcript *t)
{
	struct buf out = {0};

	for (size_t i = 0; i < t->n; i++) {
		const struct follow_up *f = t->v[i].draft;

		buf_printf(&out, "%s\n", t->v[i].text);
		if (f == NULL)
			continue;
		buf_printf(&out, "\nTo: %s\nSubject: %s\n\n%s\n",
		    f->recipient == NULL ? "-" : f->recipient, f->subject,
		    f->text);
		if (f->recipient != NULL)
			buf_printf(&out, "-----\nsend %s\n", f->token);
	}
	if (t->help_text != NULL)
		buf_printf(&out, "\n%s", t->help_text);
	return buf_keep(&out, a);
}

void
transcript_values(const struct transcript *t, const struct command_context *x,
    struct values *values)
{
	size_t done = 0;

	for (size_t i = 0; i < t->n; i++)
		done += t->v[i].done;
	values_set(values, "result",
	    LETTER_SAY(x->voice.arena, x->voice.letters,
		done == t->n && !t->refused ? "done-all"
		: done > 0                  ? "done-some"
					    : "done-none"));
	values_printf(values, "count", "%zu", t->n);
	for (size_t i = 0; i < t->n; i++) {
		struct values *line = values_add(values, "lines");

		values_set(line, "line", t->v[i].line);
		values_set(line, "answer", t->v[i].text);
		values_set(line, "done", t->v[i].done ? "1" : "");
		values_set(line, "failed", t->v[i].done ? "" : "1");
		if (t->v[i].draft != NULL)
			say_follow_up(values_add(line, "draft"), t->v[i].draft);
	}
	values_set(values, "refused", t->refused ? x->refusal : "");
	values_set(values, "gave-up", t->gave_up ? "1" : "");
	values_set(values, "help", t->help ? "1" : "");
}
