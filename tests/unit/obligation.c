/*
 * The life of obligations, told as stories: tests/cases/NAME.story.
 *
 * A story is a row of lines:
 *
 *	say 2026-03-02 company [autoreply] [attachment] [SIGNAL...]
 *	    a mail on that day (at noon) by company, owner or other; the
 *	    findings follow, and more text of it on lines that begin with ">"
 *	  promise company refund +5bd "We will refund you ..."
 *	  deadline customer provide +14d event "..."
 *	    an obligation: kind, who owes it, action, normal form or "-" or
 *	    "vague", "event" for a condition, quote
 *	done "The refund has been paid."   the sentence of signal resolution
 *	keep 1 2026-03-05    also unkeep, void, due, received, close, reopen,
 *	    region, undo, recompute: the owner's commands
 *	refused              the command before was refused
 *	at 2026-03-10        what follows is seen on this day (at noon)
 *	1 open 2026-03-09    obligation 1 is open and due; then, where wanted,
 *	    slips=1 of=1 to=2
 *	total 2              there are two
 *	# a comment
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "cases/case.h"
#include "cases/event.h"
#include "cases/intake.h"
#include "cases/ledger.h"
#include "cases/obligation.h"
#include "cases/store.h"
#include "cases/thread.h"

static struct calendars *calendars;
static char folder[] = "/tmp/promised-story.XXXXXX";

enum { FOUND_MOST = 8 };

/* A story as it is told. */
struct story {
	struct store *store;
	struct arena *arena;
	int64_t owner;
	struct thread_words *words;
	int case_number;
	char where[80]; /* file:line */
	struct moment now;
	int last; /* result of the last command */
	/* the mail that is being collected */
	bool has_mail;
	struct said said;
	struct findings findings;
	struct obligation_found found[FOUND_MOST];
	struct signal_found signals[FOUND_MOST];
	struct buf text;
	int mails;
};

static struct err err; /* of the last call */

static void
check(struct story *st, int result)
{
	if (result < 0)
		fail_msg("%s: %s", st->where, err.text);
}

static struct moment
noon(struct story *st, const char *day)
{
	day_t d = 0;

	if (day == NULL || !day_parse(day, &d))
		fail_msg("%s: no day: %s", st->where, day);
	return moment_at(d, 12 * 3600, 0);
}

/* --- Mail --- */

static void
start_mail(struct story *st, char *words)
{
	char *day = strtok(words, " "), *who = strtok(NULL, " "), *w;
	struct findings *f = &st->findings;

	memset(&st->said, 0, sizeof(st->said));
	memset(f, 0, sizeof(*f));
	buf_clear(&st->text);
	st->has_mail = true;
	st->said.date = f->anchor = noon(st, day);
	st->said.direction = direction_of(who);
	f->language = "en";
	f->sender =
	    st->said.direction == FROM_OWNER ? WHO_CUSTOMER : WHO_COMPANY;
	f->obligations = st->found;
	f->signals = st->signals;
	while ((w = strtok(NULL, " ")) != NULL) {
		if (strcmp(w, "autoreply") == 0)
			st->said.autoreply = true;
		else if (strcmp(w, "attachment") == 0)
			st->said.attachment = true;
		else
			st->signals[f->signal_count++] = (struct signal_found){
			    .name = arena_strdup(st->arena, w)};
	}
}

static const char *
quoted(struct story *st, char *line)
{
	char *open = strchr(line, '"'), *close = strrchr(line, '"');

	if (open == NULL || close == open)
		fail_msg("%s: no quote", st->where);
	return arena_strndup(st->arena, open + 1, (size_t)(close - open - 1));
}

static void
add_found(struct story *st, char *line)
{
	struct obligation_found *o =
	    &st->found[st->findings.obligation_count++];
	char *w;

	memset(o, 0, sizeof(*o));
	o->quote = quoted(st, line);
	o->rule = "test";
	*strchr(line, '"') = '\0';
	w = strtok(line, " ");
	o->kind = strcmp(w, "deadline") == 0 ? KIND_DEADLINE : KIND_PROMISE;
	w = strtok(NULL, " ");
	o->who = strcmp(w, "customer") == 0 ? WHO_CUSTOMER : WHO_COMPANY;
	w = strtok(NULL, " ");
	if (!action_of(w, &o->action))
		fail_msg("%s: no action: %s", st->where, w);
	w = strtok(NULL, "");
	w = arena_strndup(st->arena, w, strcspn(w, "\"") - 1);
	o->vague = strcmp(w, "vague") == 0;
	o->condition = strstr(w, "event") != NULL;
	if (w[0] != '-' || w[1] != '\0')
		o->expr = o->phrase = w;
}

/* The resolution's sentence is part of the text. */
static void
add_done(struct story *st, char *line)
{
	const char *text = quoted(st, line);
	struct signal_found *s = &st->signals[st->findings.signal_count++];

	memset(s, 0, sizeof(*s));
	s->name = "resolution";
	s->start = st->text.len;
	buf_puts(&st->text, text);
	s->end = st->text.len;
	buf_putc(&st->text, '\n');
}

/* Kept, filed into the story's case, and read: as the program does it. */
static void
finish_mail(struct story *st)
{
	struct party company = {.addr = "care@acme.example",
	    .name = "Acme",
	    .domain = "acme.example"};
	struct party owner = {.addr = "sam@x.example",
	    .name = "Sam",
	    .domain = "x.example",
	    .owner = true};
	struct party stranger = {.addr = "x@evil.example",
	    .name = "Eve",
	    .domain = "evil.example"};
	char raw[100];
	struct arrival arrival = {.source = "story"};
	struct described d = {.has_date = true, .subject = "Refund"};
	struct placing in = {.subject = "Refund", .region = "GB"};
	struct placement p;
	struct applied applied;
	struct kept kept;

	if (!st->has_mail)
		return;
	st->has_mail = false;
	buf_puts(&st->text, "");
	snprintf(raw, sizeof(raw), "Message-ID: <%d@story>\n\n%d", st->mails,
	    st->mails);
	arrival.raw = slice_of(raw);
	check(st, intake_keep(st->store, st->owner, &arrival, &kept, &err));
	in.message = st->said.message = kept.message;
	in.message_id = arena_printf(st->arena, "%d@story", st->mails++);
	in.direction = d.direction = st->said.direction;
	in.date = d.date = st->said.date;
	in.text = d.newest = buf_keep(&st->text, st->arena);
	d.autoreply = st->said.autoreply;
	d.attachment = st->said.attachment;
	in.from = in.direction == FROM_OWNER   ? owner
		  : in.direction == FROM_OTHER ? stranger
					       : company;
	in.others = in.direction == FROM_OWNER ? &company : &owner;
	in.other_count = 1;
	in.findings = st->said.findings = &st->findings;
	check(st, store_begin(st->store, &err));
	check(
	    st, intake_describe(st->store, st->owner, kept.message, &d, &err));
	memset(&p, 0, sizeof(p));
	p.by = st->case_number == 0 ? PLACED_NEW : PLACED_NUMBER;
	p.number = st->case_number;
	p.company = "acme.example";
	p.why = "told so";
	check(st, thread_file(st->store, st->owner, st->arena, st->words, &in,
		      &p, st->said.date.utc, &err));
	st->said.case_number = st->case_number = p.number;
	check(st, obligations_apply(st->store, st->owner, st->arena, calendars,
		      &st->said, st->said.date.utc, &applied, &err));
	check(st, intake_done(st->store, st->owner, kept.message, &err));
	check(st, store_commit(st->store, &err));
}

/* --- Commands --- */

static int
command(struct story *st, struct change *c, const char *verb, int n,
    const char *arg)
{
	int number = st->case_number;
	struct due due = {.precision = DUE_DAY};

	if (strcmp(verb, "keep") == 0)
		return obligation_keep(c, number, n, noon(st, arg), &err);
	if (strcmp(verb, "unkeep") == 0)
		return obligation_unkeep(c, number, n, &err);
	if (strcmp(verb, "void") == 0)
		return obligation_void(c, number, n, &err);
	if (strcmp(verb, "due") == 0) {
		due.day = moment_day(noon(st, arg));
		return obligation_due(c, number, n, due, &err);
	}
	if (strcmp(verb, "received") == 0)
		return obligation_received(
		    c, st->arena, calendars, number, n, noon(st, arg), &err);
	if (strcmp(verb, "close") == 0)
		return case_close(c, number, noon(st, arg), &err);
	if (strcmp(verb, "reopen") == 0)
		return case_reopen(c, number, &err);
	if (strcmp(verb, "region") == 0)
		return case_set_region(c, number, arg, &err);
	fail_msg("%s: no such line: %s", st->where, verb);
	return -1;
}

static void
run_command(struct story *st, char *line)
{
	char *verb = strtok(line, " "), *first = strtok(NULL, " ");
	char *second = strtok(NULL, " "), *text;
	int n = first == NULL ? 0 : atoi(first);
	bool whole = strcmp(verb, "close") == 0 || strcmp(verb, "region") == 0;
	struct change *c;

	check(st, store_begin(st->store, &err));
	if (strcmp(verb, "undo") == 0) {
		st->last = event_undo(st->store, st->owner, st->arena,
		    st->case_number, st->now.utc, &text, &err);
	} else if (strcmp(verb, "recompute") == 0) {
		st->last = obligations_recompute(st->store, st->owner,
		    st->arena, calendars, st->now.utc, &err);
	} else {
		c = change_begin(st->store, st->owner, st->arena,
		    st->case_number, ACTOR_OWNER, verb, st->now.utc);
		st->last = command(st, c, verb, n, whole ? first : second);
		if (st->last == 0)
			st->last = change_end(c, verb, NULL, &err);
	}
	if (st->last < 0) {
		assert_int_equal(err.code, EX_USAGE);
		store_rollback(st->store);
	} else {
		check(st, store_commit(st->store, &err));
	}
}

/* --- What is expected --- */

static void
expect_text(
    struct story *st, const char *what, const char *is, const char *wanted)
{
	if (strcmp(is, wanted) != 0)
		fail_msg("%s: %s is %s, not %s", st->where, what, is, wanted);
}

static void
expect(struct story *st, char *line)
{
	int n = atoi(strtok(line, " "));
	char due[DATE_ROOM], is[40], *w = strtok(NULL, " ");
	struct obligation o;
	struct obligation *all;
	size_t count = 0, i;

	check(st, ledger_obligations(st->store, st->owner, st->arena,
		      st->case_number, false, &all, &count, &err));
	memset(&o, 0, sizeof(o));
	for (i = 0; i < count; i++)
		if (all[i].number == n)
			o = all[i];
	if (o.number == 0)
		fail_msg("%s: there is no obligation %d", st->where, n);
	expect_text(st, "the state",
	    obligation_state_name(obligation_state_at(&o, st->now.utc, 0)), w);
	while ((w = strtok(NULL, " ")) != NULL) {
		if (strncmp(w, "slips=", 6) == 0)
			snprintf(is, sizeof(is), "slips=%d", o.slips);
		else if (strncmp(w, "of=", 3) == 0)
			snprintf(is, sizeof(is), "of=%d", o.slips_of);
		else if (strncmp(w, "to=", 3) == 0)
			snprintf(is, sizeof(is), "to=%d", o.slipped_to);
		else
			snprintf(is, sizeof(is), "%s",
			    o.due.precision == DUE_NONE
				? "undated"
				: due_print(o.due, due));
		expect_text(st, "it", is, w);
	}
}

static void
expect_total(struct story *st, int total)
{
	struct obligation *v;
	size_t n = 0;

	check(st, ledger_obligations(st->store, st->owner, st->arena,
		      st->case_number, false, &v, &n, &err));
	if ((int)n != total)
		fail_msg("%s: there are %zu", st->where, n);
}

static void
tell(struct story *st, char *line)
{
	line[strcspn(line, "\n")] = '\0';
	line += strspn(line, " \t");
	if (line[0] == '\0' || line[0] == '#')
		return;
	if (strncmp(line, "promise ", 8) == 0 ||
	    strncmp(line, "deadline ", 9) == 0) {
		add_found(st, line);
		return;
	}
	if (strncmp(line, "done ", 5) == 0) {
		add_done(st, line);
		return;
	}
	if (line[0] == '>') {
		buf_printf(&st->text, "%s\n", line + 1);
		return;
	}
	finish_mail(st);
	if (strncmp(line, "say ", 4) == 0)
		start_mail(st, line + 4);
	else if (strncmp(line, "at ", 3) == 0)
		st->now = noon(st, line + 3);
	else if (strncmp(line, "total ", 6) == 0)
		expect_total(st, atoi(line + 6));
	else if (strcmp(line, "refused") == 0)
		assert_int_equal(st->last, -1);
	else if (line[0] >= '0' && line[0] <= '9')
		expect(st, line);
	else
		run_command(st, line);
}

static void
a_story(void **state)
{
	const char *path = *state;
	struct story st = {.now = {0, 0}};
	char line[1000], db[60];
	FILE *f = fopen(path, "r");
	static int n;

	assert_non_null(f);
	snprintf(db, sizeof(db), "%s/%d.db", folder, n++);
	st.arena = arena_new();
	st.store = store_open(db, STORE_CREATE, &err);
	assert_non_null(st.store);
	assert_int_equal(
	    store_owner(st.store, "sam@x.example", &st.owner, &err), 0);
	st.words = thread_words_load(st.arena, "cases/thread.words", &err);
	assert_non_null(st.words);
	for (int i = 1; fgets(line, sizeof(line), f) != NULL; i++) {
		snprintf(st.where, sizeof(st.where), "%s:%d", path, i);
		tell(&st, line);
	}
	fclose(f);
	finish_mail(&st);
	check(&st, events_verify(st.store, st.owner, &err));
	check(&st, store_check(st.store, &err));
	buf_free(&st.text);
	store_close(st.store);
	arena_free(st.arena);
}

static int
remove_folder(void **state)
{
	char command_line[80];

	(void)state;
	snprintf(command_line, sizeof(command_line), "rm -rf %s", folder);
	return system(command_line);
}

static int
is_story(const struct dirent *e)
{
	const char *dot = strrchr(e->d_name, '.');

	return dot != NULL && strcmp(dot, ".story") == 0;
}

int
main(void)
{
	struct CMUnitTest tests[100] = {{0}};
	struct dirent **names;
	struct arena *a = arena_new();
	int n = scandir("tests/cases", &names, is_story, alphasort), rc;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	calendars = calendars_load(a, "rules", &err);
	if (n <= 0 || calendars == NULL || mkdtemp(folder) == NULL)
		return 1;
	for (int i = 0; i < n && i < 100; i++) {
		tests[i].name = arena_strdup(a, names[i]->d_name);
		tests[i].test_func = a_story;
		tests[i].initial_state =
		    arena_printf(a, "tests/cases/%s", names[i]->d_name);
		free(names[i]);
	}
	free(names);
	rc = _cmocka_run_group_tests(
	    "stories", tests, (size_t)n, NULL, remove_folder);
	arena_free(a);
	return rc;
}
