/*
 * Threading, told as mailboxes: tests/cases/NAME.thread.
 *
 * A mailbox is a row of lines:
 *
 *	mail 2026-03-02 care@acme.example Acme Care
 *	    a mail from this address and name; sam@x.example is the owner, who
 *	    writes to nobody but promised unless there is a "to"
 *	to help@acme.example Acme
 *	cc, reply-to      the same, of a company's mail
 *	subject Your claim
 *	id a              and refs b c: ids, the nearest last
 *	numbers TE-1 TE-2 what the rules read as reference numbers; "_" a blank
 *	signals apology delay
 *	owes refund       a promise of the company to do that is read in it
 *	forwarded, bulk, autoreply, bounce, promised
 *	address 3         it came to the address of case 3, with proof
 *	note ignore this  what the owner wrote above a forward
 *	> text
 *	is 2 number       it belongs to case 2, by its number; or "is 2 new",
 *	    "is unfiled", "is doubt 1 2" (the candidates, best first);
 *	    "stranger" behind it: by somebody not known to the case
 *	then 3 1          mail 3 of the mailbox is now in case 1 (0: unfiled)
 *	close 1 2026-03-02, merge 1 2, split 1 3, move 3 2, open 3, undo
 *	contact 1 care@acme.example   where case 1 is written to
 *	references 1 TE-1 TE-2
 *	company 1 acme.example
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
#include <sqlite3.h>

#include "cases/case.h"
#include "cases/event.h"
#include "cases/intake.h"
#include "cases/ledger.h"
#include "cases/store.h"
#include "cases/thread.h"

static char folder[] = "/tmp/promised-thread.XXXXXX";
static struct err err; /* of the last call */

enum { MOST = 8 };

struct mailbox {
	struct store *store;
	struct arena *arena;
	int64_t owner;
	struct thread_words *words;
	char where[80]; /* file:line */
	int mails;
	/* the mail that is being collected */
	struct placing in;
	struct party others[MOST];
	struct findings findings;
	struct signal_found signals[MOST];
	struct obligation_found promise;
	struct buf text;
	struct placement placement;
};

static void
check(struct mailbox *m, int result)
{
	if (result < 0)
		fail_msg("%s: %s", m->where, err.text);
}

static const char *
copy(struct mailbox *m, const char *text)
{
	return arena_strdup(m->arena, text);
}

/* The last two labels; the whole address at mail.example, where anybody may
 * have one. */
static struct party
party(struct mailbox *m, char *words)
{
	char *addr = strtok(words, " "), *name = strtok(NULL, "");
	const char *domain = strchr(addr, '@') + 1, *dot = strrchr(domain, '.');
	struct party p = {.addr = copy(m, addr)};

	while (dot != NULL && dot > domain && dot[-1] != '.')
		dot--;
	p.freemail = strcmp(domain, "mail.example") == 0;
	p.domain = p.freemail ? p.addr : copy(m, dot);
	p.owner = strcmp(addr, "sam@x.example") == 0;
	p.ours = strcmp(addr, "me@promised.example") == 0;
	p.machine = strncmp(addr, "no-reply", 8) == 0;
	p.name = name == NULL ? NULL : copy(m, name);
	return p;
}

static struct moment
noon(const char *day)
{
	day_t d;

	assert_true(day_parse(day, &d));
	return moment_at(d, 12 * 3600, 0);
}

static void
list(struct mailbox *m, struct strings *s, char *words, char blank)
{
	char *w, *p;

	for (w = strtok(words, " "); w != NULL; w = strtok(NULL, " ")) {
		for (p = w; *p != '\0'; p++)
			if (*p == blank)
				*p = ' ';
		s->v = arena_grow(m->arena, s->v, s->n, sizeof(*s->v));
		s->v[s->n++] = copy(m, w);
	}
}

static void
start(struct mailbox *m, char *words)
{
	char *day = strtok(words, " "), *rest = strtok(NULL, "");

	memset(&m->in, 0, sizeof(m->in));
	memset(&m->findings, 0, sizeof(m->findings));
	buf_clear(&m->text);
	m->in.from = party(m, rest);
	m->in.direction = m->in.from.owner  ? FROM_OWNER
			  : m->in.from.ours ? FROM_PROMISED
					    : FROM_COMPANY;
	m->in.date = noon(day);
	m->in.subject = "";
	m->in.region = "GB";
	m->in.others = m->others;
	m->others[0] = (struct party){.addr = "sam@x.example",
	    .owner = true,
	    .name = "Sam Okafor",
	    .domain = "x.example"};
	m->in.other_count = 1;
	m->findings.signals = m->signals;
	m->in.findings = &m->findings;
}

static void
add_signals(struct mailbox *m, char *words)
{
	struct strings s = {NULL, 0};

	list(m, &s, words, '\0');
	for (size_t i = 0; i < s.n; i++)
		m->signals[m->findings.signal_count++] =
		    (struct signal_found){.name = s.v[i]};
}

static void
add_numbers(struct mailbox *m, char *words)
{
	struct strings s = {NULL, 0};

	list(m, &s, words, '_');
	m->findings.references = s.v;
	m->findings.reference_count = s.n;
}

/* Kept, placed and filed, as the program does it; what the filing says. */
static int
file_mail(struct mailbox *m)
{
	char raw[60];
	struct arrival arrival = {.source = "test"};
	struct described d = {.direction = m->in.direction,
	    .has_date = true,
	    .date = m->in.date,
	    .subject = m->in.subject,
	    .forwarded = m->in.forwarded,
	    .autoreply = m->in.autoreply,
	    .bulk = m->in.bulk};
	struct kept kept;

	snprintf(raw, sizeof(raw), "Message-ID: <%d@test>\n\n", ++m->mails);
	arrival.raw = slice_of(raw);
	check(m, intake_keep(m->store, m->owner, &arrival, &kept, &err));
	buf_puts(&m->text, "");
	d.newest = m->in.text = buf_keep(&m->text, m->arena);
	d.from.addr = m->in.from.addr;
	d.from.name = m->in.from.name;
	m->in.message = kept.message;
	check(m, store_begin(m->store, &err));
	check(m, intake_describe(m->store, m->owner, kept.message, &d, &err));
	check(m, thread_place(m->store, m->owner, m->arena, m->words, &m->in,
		     &m->placement, &err));
	return thread_file(m->store, m->owner, m->arena, m->words, &m->in,
	    &m->placement, m->in.date.utc, &err);
}

static void
deliver(struct mailbox *m)
{
	check(m, file_mail(m));
	check(m, intake_done(m->store, m->owner, m->in.message, &err));
	check(m, store_commit(m->store, &err));
}

static void
expect(struct mailbox *m, const char *wanted)
{
	struct placement *p = &m->placement;
	struct buf is = {0};

	deliver(m);
	if (p->by == PLACED_UNFILED || p->by == PLACED_DOUBT)
		buf_puts(&is, placed_by_name(p->by));
	else
		buf_printf(&is, "%d %s", p->number, placed_by_name(p->by));
	for (size_t i = 0; i < p->candidate_count; i++)
		buf_printf(&is, " %d", p->candidates[i].number);
	if (p->stranger)
		buf_puts(&is, " stranger");
	if (strcmp(is.p, wanted) != 0)
		fail_msg("%s: it is %s (%s)", m->where, is.p, p->why);
	buf_free(&is);
}

static void
expect_place(struct mailbox *m, char *words)
{
	int mail = atoi(strtok(words, " ")), number = atoi(strtok(NULL, " "));
	struct message_row row;

	check(
	    m, ledger_message(m->store, m->owner, m->arena, mail, &row, &err));
	if (row.case_number != number)
		fail_msg("%s: it is in %d", m->where, row.case_number);
}

/* contact, references, company */
static void
expect_case(struct mailbox *m, const char *what, char *words)
{
	int number = atoi(strtok(words, " "));
	const char *wanted = strtok(NULL, "");
	struct buf is = {0};
	struct case_row row;

	check(m, ledger_case(m->store, m->owner, m->arena, number, &row, &err));
	if (strcmp(what, "contact") == 0)
		buf_puts(&is, row.contact == NULL ? "none" : row.contact);
	else if (strcmp(what, "company") == 0)
		buf_puts(&is, row.company_domain);
	else
		for (size_t i = 0; i < row.references.n; i++)
			buf_printf(&is, "%s%s", i == 0 ? "" : " ",
			    row.references.v[i]);
	if (strcmp(is.p == NULL ? "" : is.p, wanted) != 0)
		fail_msg("%s: it is %s", m->where, is.p);
	buf_free(&is);
}

static int
change(struct mailbox *m, struct change *c, const char *verb, char *words)
{
	char *first = strtok(words, " "), *second = strtok(NULL, " ");
	int a = atoi(first), b = second == NULL ? 0 : atoi(second), made;

	if (strcmp(verb, "close") == 0)
		return case_close(c, a, noon(second), &err);
	if (strcmp(verb, "merge") == 0)
		return case_merge(c, a, b, &err);
	if (strcmp(verb, "split") == 0)
		return case_split(c, a, b, &made, &err);
	if (strcmp(verb, "move") == 0)
		return case_move(c, a, b, &err);
	if (strcmp(verb, "open") == 0)
		return case_open(c, a, "GB", &made, &err);
	fail_msg("%s: no such line: %s", m->where, verb);
	return -1;
}

static void
command(struct mailbox *m, const char *verb, char *words)
{
	struct change *c;
	char *text;

	check(m, store_begin(m->store, &err));
	c = change_begin(
	    m->store, m->owner, m->arena, 1, ACTOR_OWNER, verb, 1000);
	if (strcmp(verb, "undo") == 0) {
		check(m, event_undo(m->store, m->owner, m->arena, 0, 1000,
			     &text, &err));
	} else {
		check(m, change(m, c, verb, words));
		check(m, change_end(c, verb, NULL, &err));
	}
	check(m, store_commit(m->store, &err));
}

static void
add_promise(struct mailbox *m, const char *action)
{
	m->findings.obligations = &m->promise;
	m->findings.obligation_count = 1;
	if (!action_of(action, &m->promise.action))
		fail_msg("%s: no such action: %s", m->where, action);
}

/* Lines that give the mail a word or a flag. */
static bool
collect(struct mailbox *m, const char *key, char *rest)
{
	if (strcmp(key, "to") == 0 || strcmp(key, "cc") == 0 ||
	    strcmp(key, "reply-to") == 0)
		m->others[m->in.other_count++] = party(m, rest);
	else if (strcmp(key, "subject") == 0)
		m->in.subject = copy(m, rest);
	else if (strcmp(key, "id") == 0)
		m->in.message_id = copy(m, rest);
	else if (strcmp(key, "original") == 0)
		m->in.original_id = copy(m, rest);
	else if (strcmp(key, "refs") == 0)
		list(m, &m->in.references, rest, '\0');
	else if (strcmp(key, "numbers") == 0)
		add_numbers(m, rest);
	else if (strcmp(key, "signals") == 0)
		add_signals(m, rest);
	else if (strcmp(key, "owes") == 0)
		add_promise(m, rest);
	else if (strcmp(key, "address") == 0)
		m->in.case_address = atoi(rest);
	else if (strcmp(key, "note") == 0)
		m->in.comment = copy(m, rest);
	else if (strcmp(key, ">") == 0)
		buf_printf(&m->text, "%s\n", rest);
	else
		return false;
	return true;
}

static bool
flag(struct mailbox *m, const char *key)
{
	if (strcmp(key, "forwarded") == 0)
		return m->in.forwarded = true;
	if (strcmp(key, "bulk") == 0)
		return m->in.bulk = true;
	if (strcmp(key, "autoreply") == 0)
		return m->in.autoreply = true;
	if (strcmp(key, "bounce") == 0)
		return m->in.bounce = true;
	if (strcmp(key, "promised") != 0)
		return false;
	m->in.direction = FROM_PROMISED;
	return true;
}

static void
tell(struct mailbox *m, char *line)
{
	char nothing[1] = "", *rest;

	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '\0' || line[0] == '#')
		return;
	rest = strchr(line, ' ');
	if (rest != NULL)
		*rest++ = '\0';
	else
		rest = nothing;
	if (strcmp(line, "mail") == 0)
		start(m, rest);
	else if (strcmp(line, "is") == 0)
		expect(m, rest);
	else if (strcmp(line, "then") == 0)
		expect_place(m, rest);
	else if (strcmp(line, "contact") == 0 ||
		 strcmp(line, "references") == 0 ||
		 strcmp(line, "company") == 0)
		expect_case(m, line, rest);
	else if (!collect(m, line, rest) && !flag(m, line))
		command(m, line, rest);
}

static void
a_mailbox(void **state)
{
	const char *path = *state;
	struct mailbox m = {.mails = 0};
	char line[1000], db[60];
	FILE *f = fopen(path, "r");
	static int n;

	assert_non_null(f);
	snprintf(db, sizeof(db), "%s/%d.db", folder, n++);
	m.arena = arena_new();
	m.store = store_open(db, STORE_CREATE, &err);
	assert_non_null(m.store);
	check(&m, store_owner(m.store, "sam@x.example", &m.owner, &err));
	m.words = thread_words_load(m.arena, "cases/thread.words", &err);
	assert_non_null(m.words);
	for (int i = 1; fgets(line, sizeof(line), f) != NULL; i++) {
		snprintf(m.where, sizeof(m.where), "%s:%d", path, i);
		tell(&m, line);
	}
	fclose(f);
	check(&m, events_verify(m.store, m.owner, &err));
	check(&m, store_check(m.store, &err));
	buf_free(&m.text);
	store_close(m.store);
	arena_free(m.arena);
}

static const struct {
	const char *subject, *thread, *title;
} subjects[] = {
    {"Your claim", "your claim", "Your claim"},
    {"Re: Your claim", "your claim", "Your claim"},
    {"RE: AW: Fwd: Your claim", "your claim", "Your claim"},
    {"Re[2]: Your  claim ", "your claim", "Your claim"},
    {"[EXTERNAL] Re: Your claim", "your claim", "Your claim"},
    {"Antw.: Your claim", "antw.: your claim", "Antw.: Your claim"},
    {"[Ticket#123] Re: lost", "[ticket#123] re: lost", "[Ticket#123] Re: lost"},
    {"Re: re: RE:", "", ""},
    {"Report: leak", "report: leak", "Report: leak"},
    {"", "", ""},
    {"Re:", "", ""},
    {"[", "[", "["},
    {"Re[: x", "re[: x", "Re[: x"},
};

static void
subjects_lose_their_prefixes(void **state)
{
	struct arena *a = arena_new();
	struct thread_words *w =
	    thread_words_load(a, "cases/thread.words", &err);

	(void)state;
	assert_non_null(w);
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		assert_string_equal(thread_subject(a, w, subjects[i].subject),
		    subjects[i].thread);
		assert_string_equal(
		    thread_title(a, w, subjects[i].subject), subjects[i].title);
	}
	arena_free(a);
}

static void
a_fault_in_the_words_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text, *told;
	} files[] = {
	    {"[prefix]\nre fwd\n[prefixes]\n", ":3: no such section; "
					       "there are [prefix]"},
	    {"# words\nre fwd\n", ":2: no such section"},
	    {"[said]\nyour complaint\n", ":2: points stand before"},
	    {"[said]\n100 your complaint\n", ":2: points stand before"},
	    {"[said]\n-3\n", ":2: points stand before"},
	    {"[found]\n3 refusal\n-3 offer\n", ":3: points stand before"},
	};
	struct arena *a = arena_new();
	const char *path = arena_printf(a, "%s/words", folder);

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fputs(files[i].text, f);
		assert_int_equal(fclose(f), 0);
		assert_null(thread_words_load(a, path, &err));
		assert_int_equal(err.code, EX_CONFIG);
		assert_non_null(strstr(err.text, files[i].told));
	}
	arena_free(a);
}

/* The store fails when an earlier mail is to follow its answer into the new
 * case (an index cannot be made of it): nothing is said to be filed. */
static void
what_cannot_follow_fails_the_mail(void **state)
{
	struct mailbox m = {.mails = 0};
	char mail[] = "2026-03-02 accounts@vets.example Vets";
	char answer[] = "2026-03-03 sam@x.example Sam Okafor";
	char to[] = "accounts@vets.example Vets";
	const char *path;
	sqlite3 *db;

	(void)state;
	m.arena = arena_new();
	path = arena_printf(m.arena, "%s/follow.db", folder);
	m.store = store_open(path, STORE_CREATE, &err);
	assert_non_null(m.store);
	check(&m, store_owner(m.store, "sam@x.example", &m.owner, &err));
	m.words = thread_words_load(m.arena, "cases/thread.words", &err);
	start(&m, mail);
	m.in.message_id = "a";
	deliver(&m);
	assert_int_equal(m.placement.by, PLACED_UNFILED);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db,
		"CREATE INDEX stuck ON message (abs(CASE WHEN id = 1 AND "
		"case_number IS NOT NULL THEN -9223372036854775807 - 1 "
		"ELSE 0 END))",
		NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
	start(&m, answer);
	m.others[m.in.other_count++] = party(&m, to);
	m.in.references.v = (const char *[]){"a"};
	m.in.references.n = 1;
	buf_puts(&m.text, "Nobody rang me before you took two teeth.\n");
	assert_int_equal(file_mail(&m), -1);
	assert_non_null(strstr(err.text, "overflow"));
	store_rollback(m.store);
	buf_free(&m.text);
	store_close(m.store);
	arena_free(m.arena);
}

/* What one owner has is nothing to another, be the mail the same. */
static void
owners_do_not_meet(void **state)
{
	struct mailbox m = {.mails = 0};
	char mail[] = "2026-03-02 care@acme.example Acme";
	char again[] = "2026-03-03 care@acme.example Acme";
	char number[] = "TE-774120", other[] = "TE-774120";

	(void)state;
	m.arena = arena_new();
	m.store = store_open(
	    arena_printf(m.arena, "%s/owners.db", folder), STORE_CREATE, &err);
	assert_non_null(m.store);
	m.words = thread_words_load(m.arena, "cases/thread.words", &err);
	check(&m, store_owner(m.store, "sam@x.example", &m.owner, &err));
	start(&m, mail);
	add_numbers(&m, number);
	m.in.message_id = "a";
	m.in.forwarded = true;
	deliver(&m);
	assert_int_equal(m.placement.by, PLACED_NEW);
	check(&m, store_owner(m.store, "kim@x.example", &m.owner, &err));
	start(&m, again);
	add_numbers(&m, other);
	m.in.references.v = (const char *[]){"a"};
	m.in.references.n = 1;
	deliver(&m);
	assert_int_equal(m.placement.by, PLACED_UNFILED);
	assert_int_equal(m.placement.candidate_count, 0);
	store_close(m.store);
	arena_free(m.arena);
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
is_mailbox(const struct dirent *e)
{
	const char *dot = strrchr(e->d_name, '.');

	return dot != NULL && strcmp(dot, ".thread") == 0;
}

int
main(void)
{
	const struct CMUnitTest own[] = {
	    cmocka_unit_test(subjects_lose_their_prefixes),
	    cmocka_unit_test(a_fault_in_the_words_is_told_with_its_line),
	    cmocka_unit_test(what_cannot_follow_fails_the_mail),
	    cmocka_unit_test(owners_do_not_meet),
	};
	struct CMUnitTest tests[100] = {{0}};
	struct dirent **names;
	struct arena *a = arena_new();
	int n = scandir("tests/cases", &names, is_mailbox, alphasort), rc;
	size_t count = sizeof(own) / sizeof(own[0]);

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (n <= 0 || mkdtemp(folder) == NULL)
		return 1;
	memcpy(tests, own, sizeof(own));
	for (int i = 0; i < n; i++) {
		if (count < 100) {
			tests[count].name = arena_strdup(a, names[i]->d_name);
			tests[count].test_func = a_mailbox;
			tests[count++].initial_state =
			    arena_printf(a, "tests/cases/%s", names[i]->d_name);
		}
		free(names[i]);
	}
	free(names);
	rc = _cmocka_run_group_tests(
	    "mailboxes", tests, count, NULL, remove_folder);
	arena_free(a);
	return rc;
}
