/*
 * What the owner reads, and what commands do, on a small case in a real store.
 *
 * Mails are compared with the files of tests/golden, NAME.txt and NAME.html;
 * GOLDEN=write in the environment writes them (read them before they are
 * committed).  Commands are a table: text in, transcript out.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/zone.h"
#include "cases/ledger.h"
#include "cases/post.h"
#include "rules/read.h"

static const char zone[] = "Europe/London";

/* What lives longer than one test: rules, words. */
static struct arena *forever;
static struct pack *pack;
static struct calendars *calendars;
static struct letters *letters;
static struct thread_words *words;
static struct rung_row *rungs;
static struct thread_words *words;
static struct law law;

static const struct nudge_settings settings = {.zone = zone,
    .quiet_from = 21 * 60,
    .quiet_to = 8 * 60,
    .heads_up = {7, 3, 1},
    .heads_up_count = 3,
    .digest = DIGEST_WEEKLY};

struct world {
	char dir[64], path[80];
	struct store *s;
	struct arena *a;
	struct err err;
	int64_t owner;
	struct post post;
};

static int
load(void **state)
{
	struct err err = {0};

	(void)state;
	forever = arena_new();
	pack = pack_load(forever, "rules", NULL, &err);
	calendars = calendars_load(forever, "rules", &err);
	letters = letters_load(forever, "examples/templates", NULL, "en", &err);
	words = thread_words_load(forever, "cases/thread.words", &err);
	rungs = rungs_load(forever, "cases/rungs", &err);
	words = thread_words_load(forever, "cases/thread.words", &err);
	law.clocks = clocks_load(forever, "rules", &err);
	law.sectors = sectors_load(forever, "rules/en/sectors", &err);
	law.calendars = calendars;
	if (err.code != 0)
		fprintf(stderr, "%s\n", err.text);
	return err.code;
}

static int
unload(void **state)
{
	(void)state;
	pack_close(pack);
	arena_free(forever);
	return 0;
}

static int64_t
at(const char *text)
{
	struct moment m = {0, 0};

	assert_true(moment_parse(text, &m));
	return m.utc;
}

/* Bytes that a test can read. */
static int
compose(void *arg, struct arena *a, const struct nudge_text *t,
    struct slice *raw, struct err *err)
{
	struct buf out = {0};

	(void)arg;
	(void)err;
	buf_printf(&out, "To: %s\nReply-To: %s\nMessage-ID: <%s>\n",
	    t->recipient, t->reply_to, t->message_id);
	if (t->in_reply_to != NULL)
		buf_printf(&out, "In-Reply-To: <%s>\n", t->in_reply_to);
	for (size_t i = 0; i < t->references.n; i++)
		buf_printf(&out, "References: <%s>\n", t->references.v[i]);
	buf_printf(&out, "Subject: %s\n", t->subject);
	for (size_t i = 0; i < t->date_count; i++) {
		char due[DATE_ROOM];

		buf_printf(&out, "Date: %s %s %s%s\n",
		    due_print(t->dates[i].due, due), t->dates[i].uid,
		    t->dates[i].summary, t->dates[i].own ? " (own)" : "");
	}
	buf_printf(&out, "\n%s\f%s", t->text, t->html);
	*raw = slice_of(buf_keep(&out, a));
	return 0;
}

static int
setup(void **state)
{
	static const struct token_key key = {
	    "this key is for tests only, only"};
	struct world *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -1;
	strcpy(w->dir, "/tmp/promised-post-XXXXXX");
	*state = w;
	if (mkdtemp(w->dir) == NULL)
		return -1;
	snprintf(w->path, sizeof(w->path), "%s/store", w->dir);
	w->s = store_open(w->path, STORE_CREATE, &w->err);
	w->a = arena_new();
	if (w->s == NULL ||
	    store_owner(w->s, "me@example.org", &w->owner, &w->err) == -1)
		return -1;
	w->post = (struct post){.store = w->s,
	    .owner = w->owner,
	    .voice = {w->a, letters, zone, at("2026-03-02T12:00:00Z")},
	    .settings = &settings,
	    .key = key,
	    .recipient = "me@example.org",
	    .name = "Sam Okafor",
	    .rungs = rungs,
	    .words = words,
	    .law = &law,
	    .case_address = "me+{case}@example.org",
	    .domain = "example.org",
	    .compose = compose};
	return 0;
}

static int
teardown(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	struct world *w = *state;
	char path[100];

	store_close(w->s);
	arena_free(w->a);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", w->path, ends[i]);
		unlink(path);
	}
	rmdir(w->dir);
	free(w);
	return 0;
}

#define GOOD(w, call)                                             \
	do {                                                      \
		if ((call) == -1)                                 \
			fail_msg("%s: %s", #call, (w)->err.text); \
	} while (0)

/* One mail of a company, with what the rules shall have found in it. */
struct letter_in {
	const char *subject, *date, *company, *name, *from, *agent, *text;
	int case_number; /* 0: opens one */
	struct obligation_found found[3];
	const char *fault;
};

static struct due
day(const char *text)
{
	struct due due = {.precision = DUE_DAY};

	assert_true(day_parse(text, &due.day));
	return due;
}

static struct obligation_found
promise(enum who who, enum action action, const char *due, const char *quote)
{
	struct obligation_found f = {.who = who,
	    .kind = who == WHO_COMPANY ? KIND_PROMISE : KIND_DEADLINE,
	    .action = action,
	    .quote = quote,
	    .rule = "en/promise.rules:1"};

	if (due != NULL && strcmp(due, "vague") == 0)
		f.vague = true;
	else if (due == NULL)
		f.condition = true;
	else
		f.due = day(due);
	return f;
}

/* Keeps, places and reads it; returns its number. */
static int64_t
receive(struct world *w, const struct letter_in *in, struct applied *applied,
    struct placement *placement)
{
	struct arrival arrival = {.source = "test", .received = at(in->date)};
	struct described d = {.direction = FROM_COMPANY,
	    .has_date = true,
	    .subject = in->subject,
	    .language = "en",
	    .newest = in->text,
	    .forwarded = true,
	    .from = {in->name, in->from}};
	struct findings f = {
	    .language = "en", .sender = WHO_COMPANY, .agent = in->agent};
	struct said said = {.direction = FROM_COMPANY, .findings = &f};
	struct placing p = {.direction = FROM_COMPANY,
	    .subject = in->subject,
	    .text = in->text,
	    .forwarded = true,
	    .region = "GB"};
	struct kept kept;

	arrival.raw = slice_of(arena_printf(w->a,
	    "From: me@example.org\nSubject: Fwd: %s\nDate: %s\n"
	    "Message-ID: <%s@example.org>\n\n%s\n",
	    in->subject, in->date, in->date, in->text));
	GOOD(w, intake_keep(w->s, w->owner, &arrival, &kept, &w->err));
	assert_true(moment_parse(in->date, &d.date));
	f.anchor = p.date = said.date = d.date;
	f.obligations = arena_dup(w->a, in->found, sizeof(in->found));
	while (f.obligation_count < 3 &&
	       in->found[f.obligation_count].quote != NULL)
		f.obligation_count++;
	if (in->fault != NULL) {
		d.faults.v = arena_dup(w->a, &in->fault, sizeof(in->fault));
		d.faults.n = 1;
	}
	p.message = said.message = kept.message;
	p.from = (struct party){
	    .addr = in->from, .name = in->name, .domain = in->company};
	p.message_id = arena_printf(w->a, "%s@example.org", in->date);
	p.findings = &f;
	placement->by = in->case_number == 0 ? PLACED_NEW : PLACED_REFERENCES;
	placement->number = in->case_number;
	placement->company = in->company;
	placement->company_name = in->name;
	placement->why = in->case_number == 0
			     ? "you forwarded it, and no case of yours fits"
			     : "it answers a mail of this case";
	GOOD(w, store_begin(w->s, &w->err));
	GOOD(w, intake_describe(w->s, w->owner, kept.message, &d, &w->err));
	GOOD(w, thread_file(w->s, w->owner, w->a, words, &p, placement,
		    at(in->date), &w->err));
	said.case_number = placement->number;
	GOOD(w, obligations_apply(w->s, w->owner, w->a, calendars, &said,
		    at(in->date), applied, &w->err));
	GOOD(w, intake_done(w->s, w->owner, kept.message, &w->err));
	GOOD(w, store_commit(w->s, &w->err));
	return kept.message;
}

static const char first_text[] =
    "We will refund you within 5 working days.\n"
    "Please pay the standing charge of 12.40 by 16 March.\n";

static struct letter_in
first_letter(void)
{
	struct letter_in in = {.subject = "Your complaint CMP-204417",
	    .date = "2026-03-02T10:15:00+00:00",
	    .company = "acme.example",
	    .name = "Acme Energy",
	    .from = "care@acme.example",
	    .agent = "Priya Shah",
	    .text = first_text};

	in.found[0] = promise(WHO_COMPANY, ACTION_REFUND, "2026-03-09",
	    "We will refund you within 5 working days.");
	in.found[1] = promise(WHO_CUSTOMER, ACTION_PAY, "2026-03-16",
	    "Please pay the standing charge of 12.40 by 16 March.");
	return in;
}

static void
receive_first(struct world *w)
{
	struct letter_in in = first_letter();
	struct applied applied = {0};
	struct placement placement = {0};

	receive(w, &in, &applied, &placement);
	assert_int_equal(placement.number, 1);
}

/* --- Golden files --- */

static char *
slurp(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "r");
	struct buf text = {0};
	size_t n;

	if (f == NULL)
		return NULL;
	while ((n = fread(buf_room(&text, 4096), 1, 4096, f)) > 0)
		text.len += n;
	fclose(f);
	buf_putc(&text, '\0');
	return buf_keep(&text, a);
}

/* No line of a text is wider than a window of old (RFC 3676 section 4.2); the
 * fields above it are no part of it, and what has no blank cannot be folded. */
static void
check_width(const char *name, const char *ending, const char *text)
{
	const char *line = strstr(text, "\n\n"), *end;
	int columns;

	if (strcmp(ending, "txt") != 0 || line == NULL)
		return;
	for (line += 2; *line != '\0'; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		columns = 0;
		for (const char *p = line; p < end; p++)
			columns += ((unsigned char)*p & 0xc0) != 0x80;
		if (columns > 71 &&
		    memchr(line + strspn(line, " "), ' ',
			(size_t)(end - line) - strspn(line, " ")) != NULL)
			fail_msg("%s: %d columns: %.*s", name, columns,
			    (int)(end - line), line);
	}
}

static void
compare(struct world *w, const char *name, const char *ending, const char *text)
{
	const char *path =
	    arena_printf(w->a, "tests/golden/%s.%s", name, ending);
	const char *expected;
	FILE *f;

	check_width(name, ending, text);
	if (getenv("GOLDEN") != NULL) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(text, f);
		fclose(f);
	}
	expected = slurp(w->a, path);
	if (expected == NULL)
		fail_msg("%s: there is no such file", path);
	else if (strcmp(text, expected) != 0)
		fail_msg("%s differs:\n%s", path, text);
}

/* The bytes of the only mail that is planned. */
static char *
planned(struct world *w)
{
	struct outbox_mail *v;
	size_t n;

	GOOD(w,
	    outbox_list(w->s, w->owner, w->a, OUTBOX_PLANNED, &v, &n, &w->err));
	assert_int_equal(n, 1);
	return slice_dup(w->a, v[0].raw);
}

static void
check_mail(struct world *w, const char *name)
{
	char *raw = planned(w), *html = strchr(raw, '\f'), *text;
	struct slice rest, line;

	assert_non_null(html);
	*html++ = '\0';
	text = strstr(raw, "\n\n");
	assert_non_null(text);
	compare(w, name, "txt", raw);
	compare(w, name, "html", html);
	rest = slice_of(text);
	while (slice_line(&rest, &line)) {
		size_t columns = 0;

		for (size_t i = 0; i < line.len; i++)
			columns += ((unsigned char)line.p[i] & 0xc0) != 0x80;
		assert_in_range(columns, 0, 72);
	}
	/* calm, and nothing that is fetched from elsewhere */
	assert_null(strchr(text, '!'));
	assert_null(strstr(html, "http"));
	assert_null(strstr(html, "src="));
	assert_null(strstr(html, "url("));
	assert_null(strstr(raw, "{"));
}

static void
golden_receipt_new(void **state)
{
	struct world *w = *state;
	struct letter_in in = first_letter();
	struct applied applied = {0};
	struct placement placement = {0};
	struct receipt r = {
	    .opened = true, .by_owner = true, .applied = &applied};

	in.fault = "the attachment scan.tnef could not be read";
	in.found[2] = promise(WHO_COMPANY, ACTION_CALL, NULL,
	    "Once the meter has been read, we will call you & <arrange> it.");
	r.message = receive(w, &in, &applied, &placement);
	r.case_number = placement.number;
	r.why = placement.why;
	GOOD(w, store_begin(w->s, &w->err));
	GOOD(w, post_receipt(&w->post, &r, &w->err));
	/* handled again after a crash: nothing is said twice */
	GOOD(w, post_receipt(&w->post, &r, &w->err));
	GOOD(w, store_commit(w->s, &w->err));
	check_mail(w, "receipt-new");
}

static void
golden_receipt_slip(void **state)
{
	struct world *w = *state;
	struct letter_in in = first_letter();
	struct applied applied = {0};
	struct placement placement = {0};
	struct receipt r = {.case_number = 1, .applied = &applied};

	receive_first(w);
	in.date = "2026-03-06T22:30:00+00:00";
	in.case_number = 1;
	memset(in.found, 0, sizeof(in.found));
	in.found[0] = promise(WHO_COMPANY, ACTION_REFUND, "2026-03-20",
	    "There is a delay; the refund will now reach you by 20 March.");
	r.message = receive(w, &in, &applied, &placement);
	r.why = placement.why;
	w->post.voice.now = at("2026-03-06T22:30:05Z");
	GOOD(w, store_begin(w->s, &w->err));
	GOOD(w, post_receipt(&w->post, &r, &w->err));
	GOOD(w, store_commit(w->s, &w->err));
	check_mail(w, "receipt-slip");
}

/* A message without news makes no mail. */
static void
nothing_to_say(void **state)
{
	struct world *w = *state;
	struct letter_in in = first_letter();
	struct applied applied = {0};
	struct placement placement = {0};
	struct receipt r = {.case_number = 1, .applied = &applied};
	struct outbox_mail *v;
	size_t n;

	receive_first(w);
	in.date = "2026-03-03T10:00:00+00:00";
	in.case_number = 1;
	memset(in.found, 0, sizeof(in.found));
	in.text = "Thank you for your email.\n";
	r.message = receive(w, &in, &applied, &placement);
	GOOD(w, store_begin(w->s, &w->err));
	GOOD(w, post_receipt(&w->post, &r, &w->err));
	GOOD(w, store_commit(w->s, &w->err));
	GOOD(w,
	    outbox_list(w->s, w->owner, w->a, OUTBOX_PLANNED, &v, &n, &w->err));
	assert_int_equal(n, 0);
}

static void
schedule(struct world *w, const char *now, int expected)
{
	int n;

	w->post.voice.now = at(now);
	GOOD(w, store_begin(w->s, &w->err));
	n = post_schedule(&w->post, &w->err);
	GOOD(w, n);
	assert_int_equal(n, expected);
	assert_int_equal(post_schedule(&w->post, &w->err), 0);
	GOOD(w, store_commit(w->s, &w->err));
}

static void
golden_lapse(void **state)
{
	struct world *w = *state;
	struct nudge_settings quiet = settings;

	receive_first(w);
	quiet.digest = DIGEST_NONE;
	w->post.settings = &quiet;
	schedule(w, "2026-03-10T07:59:00Z", 0);
	schedule(w, "2026-03-10T08:00:00Z", 1);
	check_mail(w, "lapse");
}

static void
golden_heads_up(void **state)
{
	struct world *w = *state;
	struct nudge_settings quiet = settings;

	receive_first(w);
	quiet.digest = DIGEST_NONE;
	w->post.settings = &quiet;
	schedule(w, "2026-03-09T12:00:00Z", 1);
	check_mail(w, "heads-up");
}

static void
golden_lapse_many(void **state)
{
	struct world *w = *state;
	struct nudge_settings quiet = settings;
	struct letter_in in = first_letter();
	struct applied applied = {0};
	struct placement placement = {0};

	receive_first(w);
	in.date = "2026-03-03T10:00:00+00:00";
	in.case_number = 1;
	in.agent = NULL;
	memset(in.found, 0, sizeof(in.found));
	in.found[0] = promise(WHO_COMPANY, ACTION_CALL, "2026-03-05",
	    "A colleague from our dedicated smart metering resolution team, "
	    "which is open on all working days, will call you on 5 March "
	    "2026 on the number that we hold for you.");
	in.found[1] = promise(WHO_COMPANY, ACTION_REPAIR, "2026-03-06",
	    "An engineer will visit on Friday.");
	receive(w, &in, &applied, &placement);
	quiet.digest = DIGEST_NONE;
	w->post.settings = &quiet;
	schedule(w, "2026-03-13T12:00:00Z", 1);
	check_mail(w, "lapse-many");
}

static void
golden_digest(void **state)
{
	struct world *w = *state;
	struct nudge_settings daily = settings;

	daily.digest = DIGEST_DAILY;
	w->post.settings = &daily;
	receive_first(w);
	schedule(w, "2026-03-03T12:00:00Z", 1);
	check_mail(w, "digest");
}

static void
golden_doubt(void **state)
{
	struct world *w = *state;
	struct letter_in in = first_letter();
	struct applied applied = {0};
	struct placement placement = {0};
	struct candidate candidates[] = {
	    {1, 60, "is about the same complaint"}, {2, 55, NULL}};
	int64_t message;

	receive_first(w);
	in.date = "2026-03-03T10:00:00+00:00";
	in.subject = "A second matter";
	message = receive(w, &in, &applied, &placement);
	placement.candidates = candidates;
	placement.candidate_count = 2;
	GOOD(w, store_begin(w->s, &w->err));
	GOOD(w, post_doubt(&w->post, message, &placement, &w->err));
	GOOD(w, store_commit(w->s, &w->err));
	check_mail(w, "doubt");
}

static void
golden_unfiled(void **state)
{
	struct world *w = *state;
	struct letter_in in = first_letter();
	struct applied applied = {0};
	struct placement placement = {0};
	int64_t message = receive(w, &in, &applied, &placement);

	GOOD(w, store_begin(w->s, &w->err));
	GOOD(
	    w, post_unfiled(&w->post, message, "it names no company", &w->err));
	GOOD(w, store_commit(w->s, &w->err));
	check_mail(w, "unfiled");
}

/* --- Commands --- */

static bool
read_due(void *arg, const char *phrase, struct moment anchor,
    const char *region, struct due *due, size_t *end)
{
	struct arena *a = arena_new();
	struct phrases found = phrases_read(
	    a, pack, phrase, "en", anchor, calendar_region(calendars, region));
	bool is = found.n > 0 && found.v[0].start == 0 &&
		  found.v[0].due.precision != DUE_NONE;

	(void)arg;
	if (is) {
		*due = found.v[0].due;
		*end = found.v[0].end;
	}
	arena_free(a);
	return is;
}

static struct command_context
context(struct world *w)
{
	return (struct command_context){.post = &w->post,
	    .store = w->s,
	    .owner = w->owner,
	    .voice = w->post.voice,
	    .calendars = calendars,
	    .case_number = 1,
	    .region = "GB",
	    .authorised = true,
	    .read_due = read_due};
}

static void
run(struct world *w, const struct command_context *x, const char *text,
    struct transcript *t)
{
	struct mail_commands cs = mail_commands_read(w->a, words, text);

	GOOD(w, store_begin(w->s, &w->err));
	GOOD(w, mail_commands_run(x, &cs, t, &w->err));
	GOOD(w, store_commit(w->s, &w->err));
}

/*
 * Case 1 has 1.1, a refund by 9 March, 1.2, a payment of the owner by 16 March,
 * and 1.3, a call once something has happened.  It is Wednesday 4 March 2026.
 */
static void
obey(struct world *w, const char *text)
{
	struct command_context x = context(w);
	struct transcript t;

	x.case_number = 1;
	run(w, &x, text, &t);
	for (size_t i = 0; i < t.n; i++)
		if (!t.v[i].done)
			fail_msg("%s", transcript_text(w->a, &t));
}

/* With nothing else open, the law's clock alone. */
static void
check_clock(struct world *w, const char *events, const char *before,
    const char *on, const char *name)
{
	struct nudge_settings quiet = settings;

	receive_first(w);
	w->post.voice.now = at("2026-03-04T12:00:00Z");
	obey(w, "kept 1.1\nvoid 1.2\nsector finance");
	w->post.voice.now = at("2026-04-02T12:00:00Z");
	obey(w, events);
	quiet.digest = DIGEST_NONE;
	w->post.settings = &quiet;
	schedule(w, before, 0);
	schedule(w, on, 1);
	check_mail(w, name);
}

static void
golden_clock_firm(void **state)
{
	check_clock(*state, "event complaint 2 March 2026",
	    "2026-04-27T12:00:00Z", "2026-04-28T12:00:00Z", "clock-firm");
}

static void
golden_clock_own(void **state)
{
	check_clock(*state, "event final-response 1 April 2026",
	    "2026-08-20T12:00:00Z", "2026-09-01T12:00:00Z", "clock-own");
}

/* load_law_fn: counts how often the clocks are asked for. */
static int
count_law(void *arg, struct post *post, struct err *err)
{
	(void)err;
	++*(int *)arg;
	post->law = &law;
	post->rungs = rungs;
	return 0;
}

static int
looks(struct world *w, const char *now)
{
	int n = 0;

	w->post.law = NULL;
	w->post.load_law = count_law;
	w->post.compose_arg = &n;
	schedule(w, now, 0);
	w->post.compose_arg = NULL;
	return n;
}

/* The clocks of a case are climbed once a day, and when something happens. */
static void
climbs_when_it_must(void **state)
{
	struct world *w = *state;
	struct nudge_settings quiet = settings;

	receive_first(w);
	quiet.digest = DIGEST_NONE;
	w->post.settings = &quiet;
	assert_int_equal(looks(w, "2026-03-03T12:00:00Z"), 1);
	assert_int_equal(looks(w, "2026-03-03T15:00:00Z"), 0);
	GOOD(w, store_begin(w->s, &w->err));
	GOOD(w, event_note(w->s, w->owner, 1, ACTOR_OWNER, "note", "", 0,
		    w->post.voice.now, &w->err));
	GOOD(w, store_commit(w->s, &w->err));
	assert_int_equal(looks(w, "2026-03-03T15:01:00Z"), 1);
	assert_int_equal(looks(w, "2026-03-04T12:00:00Z"), 1);
}

/* Each rung of the ladder, on the same case: two dates, a call, no apology. */
static void
golden_letters(void **state)
{
	struct world *w = *state;
	struct letter_in in = first_letter();
	struct rung_row one[RUNG_COUNT];
	struct applied applied = {0};
	struct placement placement = {0};
	struct follow_up f;

	receive_first(w);
	in.subject = "Re: Your complaint CMP-204417";
	in.date = "2026-03-10T10:00:00+00:00";
	in.case_number = 1;
	in.agent = "Tom Reed";
	memset(in.found, 0, sizeof(in.found));
	in.found[0] = promise(WHO_COMPANY, ACTION_REFUND, "2026-03-17",
	    "The refund will now be with you by 17 March.");
	receive(w, &in, &applied, &placement);
	w->post.voice.now = at("2026-03-20T12:00:00Z");
	obey(w, "call 40 min Anna: no news\nspent 12.50 stamps");
	GOOD(w, store_begin(w->s, &w->err));
	for (int i = 0; i < RUNG_COUNT; i++) {
		memset(one, -1, sizeof(one));
		one[i] = (struct rung_row){0, -1, 5};
		w->post.rungs = one;
		GOOD(w, follow_up_now(&w->post, 1, &f, &w->err));
		assert_int_equal(f.rung, i);
		compare(w,
		    arena_printf(w->a, "follow-up-%s", rung_name(f.rung)),
		    "txt",
		    arena_printf(w->a, "To: %s\nSubject: %s\n\n%s", f.recipient,
			f.subject, text_fold(w->a, f.text)));
	}
	GOOD(w, store_commit(w->s, &w->err));
}

static const struct {
	const char *text, *expected;
} effects[] = {
    {"kept 1.1", "1.1, a refund: marked as kept.\n"},
    {"kept 1.1 yesterday", "1.1, a refund: marked as kept.\n"},
    {"kept 1.1 on 3 March", "1.1, a refund: marked as kept.\n"},
    {"kept 1.1 perhaps",
	"I cannot read \"perhaps\" as a date; say it as in `due 12.3 14 May`.\n"},
    {"kept",
	"Which one do you mean? 1.1 (a refund), 1.2 (a payment), 1.3 (a call)\n"},
    {"kept 1.1\nnot kept",
	"1.1, a refund: marked as kept.\n1.1, a refund: open again, due Monday 9 March 2026, in 5 days.\n"},
    {"not kept", "Case 1 has nothing open that this could mean.\n"},
    {"void 1.1", "1.1, a refund: struck out, it was no promise.\n"},
    {"void 3", "1.3, a call: struck out, it was no promise.\n"},
    {"due 1.1 14 May",
	"1.1, a refund: now due Thursday 14 May 2026, in 71 days.\n"},
    {"due 1 FRIDAY",
	"1.1, a refund: now due Friday 6 March 2026, in 2 days.\n"},
    {"due 1.1 by Friday",
	"1.1, a refund: now due Friday 6 March 2026, in 2 days.\n"},
    {"due 3 April",
	"Which one do you mean? 1.1 (a refund), 1.2 (a payment), 1.3 (a call)\n"},
    {"due 1.1", "Say the date too, as in `due 12.3 14 May`.\n"},
    {"due 1.1 the moon",
	"I cannot read \"the moon\" as a date; say it as in `due 12.3 14 May`.\n"},
    {"snooze 5 days", "Case 1: nothing more until Monday 9 March 2026.\n"},
    {"snooze until Friday",
	"Case 1: nothing more until Friday 6 March 2026.\n"},
    {"snooze 1 2 weeks",
	"Case 1: nothing more until Wednesday 18 March 2026.\n"},
    {"snooze", "Case 1: nothing more until Wednesday 11 March 2026.\n"},
    {"snooze 9999 days",
	"I cannot read \"9999 days\" as a time; say it as in `snooze 5 days`.\n"},
    {"snooze for ever",
	"I cannot read \"for ever\" as a time; say it as in `snooze 5 days`.\n"},
    {"stop\nreopen",
	"Case 1: no more reminders. `reopen 1` brings them back.\nCase 1: reminders are back.\n"},
    {"close it", "Case 1 is closed.\n"},
    {"close my account with them",
	"I cannot read \"my account with them\" after `close`; leave it out, or say it in a `note`.\n"},
    {"void 1.1 it was no promise",
	"I cannot read \"it was no promise\" after `void`; leave it out, or say it in a `note`.\n"},
    {"close\nreopen", "Case 1 is closed.\nCase 1 is open again.\n"},
    {"call 40 min Anna: said she will ring back Friday",
	"Case 1: on record, a call with Anna, 40 min.\n"},
    {"call: nobody there", "Case 1: on record, a call.\n"},
    {"call them tomorrow",
	"Say how long it took, or put a colon before what was said, as in `call 40 min Anna: ...`.\n"},
    {"call",
	"Say how long it took, or put a colon before what was said, as in `call 40 min Anna: ...`.\n"},
    {"visit 1 h 20", "Case 1: on record, a visit, 1 h 20 min.\n"},
    {"spent 12.50 stamps", "Case 1: on record, 12.50 spent on stamps.\n"},
    {"spent 12.50 CHF stamps",
	"Case 1: on record, 12.50 CHF spent on stamps.\n"},
    {"spent $5 bus", "Case 1: on record, $5.00 spent on bus.\n"},
    {"spent much",
	"I cannot read the amount; say it as in `spent 12.50 stamps`.\n"},
    {"note the box was wet", "Case 1: noted.\n"},
    {"note", "Nothing was said to be put on record.\n"},
    {"region XX",
	"I have no holidays for \"XX\"; `none` is the region without.\n"},
    {"merge", "A number is missing, as in `merge 14`.\n"},
    {"move 1", "A number is missing, as in `move 31 14`.\n"},
    {"status",
	"Case 1, Acme Energy: Your complaint CMP-204417\n1.1  a refund, due Monday 9 March 2026, in 5 days: open\n1.2  a payment, due Monday 16 March 2026, in 12 days: open\n1.3  a call, due once something else has happened: waiting for its event\n"},
    {"list",
	"1  Acme Energy: Your complaint CMP-204417; next a refund, due Monday 9 March 2026, in 5 days\n"},
};

static void
receive_three(struct world *w)
{
	struct letter_in in = first_letter();
	struct applied applied = {0};
	struct placement placement = {0};

	in.found[2] = promise(WHO_COMPANY, ACTION_CALL, NULL,
	    "Once we have your photograph we will call you.");
	receive(w, &in, &applied, &placement);
	w->post.voice.now = at("2026-03-04T12:00:00Z");
}

static void
commands_do_as_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++) {
		struct command_context x;
		struct transcript t;
		void *made = NULL;
		char *got;

		if (setup(&made) != 0 || made == NULL) {
			fail_msg("no world");
			return;
		}
		receive_three(made);
		x = context(made);
		run(made, &x, effects[i].text, &t);
		got = transcript_text(forever, &t);
		teardown(&made);
		if (strcmp(got, effects[i].expected) != 0)
			fail_msg("%s: %s", effects[i].text, got);
	}
}

static void
help_is_given_where_needed(void **state)
{
	static const char *const texts[] = {"help", "dance", ""};
	struct world *w = *state;
	struct command_context x;
	struct transcript t;

	receive_three(w);
	x = context(w);
	for (size_t i = 0; i < 3; i++) {
		char *text;

		run(w, &x, texts[i], &t);
		text = transcript_text(w->a, &t);
		for (int verb = VERB_UNKNOWN + 1; verb < VERB_COUNT; verb++)
			if (verb != VERB_HELP &&
			    strstr(text, verb_name((enum verb)verb)) == NULL)
				fail_msg("help is silent about %s",
				    verb_name((enum verb)verb));
		assert_null(strstr(text, "-----"));
	}
	run(w, &x, "status", &t);
	assert_null(strstr(transcript_text(w->a, &t), "snooze"));
}

static struct obligation
get(struct world *w, int number)
{
	struct obligation o;

	GOOD(
	    w, ledger_obligation(w->s, w->owner, w->a, 1, number, &o, &w->err));
	return o;
}

static void
undo_takes_back_the_last(void **state)
{
	struct world *w = *state;
	struct command_context x;
	struct transcript t;

	receive_three(w);
	x = context(w);
	run(w, &x, "kept 1.1\nvoid 1.2\nundo\n", &t);
	assert_true(t.v[2].done);
	assert_int_equal(get(w, 1).stored, STATE_KEPT);
	assert_int_equal(get(w, 2).stored, STATE_OPEN);
	run(w, &x, "undo\nundo\n", &t);
	assert_true(t.v[0].done);
	assert_int_equal(get(w, 1).stored, STATE_OPEN);
	assert_false(t.v[1].done); /* there is nothing more */
}

/* What cannot be done leaves nothing behind, and the rest is done. */
static void
a_refused_line_changes_nothing(void **state)
{
	struct world *w = *state;
	struct command_context x;
	struct transcript t;
	struct event_row *before, *after;
	size_t n, m;

	receive_three(w);
	x = context(w);
	GOOD(w, ledger_events(w->s, w->owner, w->a, 1, &before, &n, &w->err));
	run(w, &x,
	    "kept 1.99\nvoid 77.1\nmerge 1\nmerge 99\nmove 99 1\nsplit 99\n"
	    "due 1.1 xyz\nclose 99\nreopen\nreceived 1.1 yesterday\n",
	    &t);
	assert_int_equal(t.n, 10);
	for (size_t i = 0; i < t.n; i++)
		if (t.v[i].done)
			fail_msg("%s: %s", t.v[i].line, t.v[i].text);
	GOOD(w, ledger_events(w->s, w->owner, w->a, 1, &after, &m, &w->err));
	assert_int_equal(n, m);
}

static void
unproved_commands_are_not_obeyed(void **state)
{
	struct world *w = *state;
	struct command_context x;
	struct transcript t;

	receive_three(w);
	x = context(w);
	x.authorised = false;
	x.refusal = "it came without proof";
	run(w, &x, "kept 1.1\nclose\n", &t);
	assert_true(t.refused);
	assert_false(t.v[0].done || t.v[1].done);
	assert_int_equal(get(w, 1).stored, STATE_OPEN);
}

static void
what_was_said_is_handed_back(void **state)
{
	struct world *w = *state;
	struct command_context x;
	struct transcript t;
	struct entry *v;
	size_t n;

	receive_three(w);
	x = context(w);
	run(w, &x,
	    "call 40 min Anna: she will ring back on Friday\n"
	    "visit 2 h\nspent 7 bus\nnote I sent the photograph\n",
	    &t);
	assert_int_equal(t.heard_count, 2);
	assert_int_equal(t.heard[0].verb, VERB_CALL);
	assert_string_equal(t.heard[0].who, "Anna");
	assert_string_equal(t.heard[0].text, "she will ring back on Friday");
	assert_int_equal(t.heard[1].verb, VERB_NOTE);
	GOOD(w, ledger_entries(w->s, w->owner, w->a, 1, &v, &n, &w->err));
	assert_int_equal(n, 4);
	assert_int_equal(v[0].minutes, 40);
	assert_int_equal(v[1].minutes, 120);
	assert_int_equal(v[2].cents, 700);
}

static void
the_nudges_promise_is_meant(void **state)
{
	struct world *w = *state;
	struct command_context x;
	struct transcript t;

	receive_three(w);
	x = context(w);
	x.number = 2;
	run(w, &x, "kept\n", &t);
	assert_true(t.v[0].done);
	assert_int_equal(get(w, 2).stored, STATE_KEPT);
	assert_int_equal(get(w, 1).stored, STATE_OPEN);
}

static void
a_clock_starts_when_told(void **state)
{
	struct world *w = *state;
	struct command_context x;
	struct transcript t;

	receive_three(w);
	x = context(w);
	run(w, &x, "received 3 March\n", &t);
	if (!t.v[0].done)
		fail_msg("%s", t.v[0].text);
	assert_int_not_equal(get(w, 3).stored, STATE_WAITING);
	assert_int_equal(moment_day(get(w, 3).anchor), day("2026-03-03").day);
}

static void
golden_transcript(void **state)
{
	struct world *w = *state;
	struct command_context x;
	struct letter_in in = first_letter();
	struct applied applied = {0};
	struct placement placement = {0};
	struct transcript t;
	int64_t message = receive(w, &in, &applied, &placement);

	x = context(w);
	run(w, &x, "kept 1.1\ndue 1.2 <the moon>\nstatus\nand another thing\n",
	    &t);
	GOOD(w, store_begin(w->s, &w->err));
	GOOD(w, post_transcript(&w->post, message, &x, &t, &w->err));
	GOOD(w, store_commit(w->s, &w->err));
	check_mail(w, "transcript");
}

/* Whoever forges the owner's address makes one answer a day, to the owner. */
static void
golden_refused(void **state)
{
	struct world *w = *state;
	struct command_context x;
	struct letter_in in = first_letter();
	struct applied applied = {0};
	struct placement placement = {0};
	struct transcript t;
	int64_t message = receive(w, &in, &applied, &placement);

	x = context(w);
	x.authorised = false;
	x.refusal = "the mail says that it is yours, but nothing proves it";
	run(w, &x, "kept 1.1\n", &t);
	GOOD(w, store_begin(w->s, &w->err));
	for (int i = 0; i < 5; i++)
		GOOD(
		    w, post_transcript(&w->post, message + 0, &x, &t, &w->err));
	GOOD(w, store_commit(w->s, &w->err));
	check_mail(w, "refused");
}

/* --- Right before sending --- */

static int
next(struct world *w, const char *now, struct outbox_mail *m)
{
	int rc;

	w->post.voice.now = at(now);
	GOOD(w, store_begin(w->s, &w->err));
	rc = post_next(&w->post, m, &w->err);
	GOOD(w, rc);
	GOOD(w, store_commit(w->s, &w->err));
	return rc;
}

static void
kept_meanwhile_is_dropped(void **state)
{
	struct world *w = *state;
	struct nudge_settings quiet = settings;
	struct command_context x;
	struct transcript t;
	struct outbox_mail m, *v;
	size_t n;

	receive_first(w);
	quiet.digest = DIGEST_NONE;
	quiet.heads_up_count = 0;
	w->post.settings = &quiet;
	schedule(w, "2026-03-10T12:00:00Z", 1);
	x = context(w);
	run(w, &x, "kept 1.1", &t);
	assert_int_equal(next(w, "2026-03-10T12:00:05Z", &m), 0);
	GOOD(w,
	    outbox_list(w->s, w->owner, w->a, OUTBOX_DROPPED, &v, &n, &w->err));
	assert_int_equal(n, 1);
	/* taken back, it has lapsed after all */
	run(w, &x, "not kept 1.1", &t);
	schedule(w, "2026-03-10T12:01:00Z", 1);
	assert_int_equal(next(w, "2026-03-10T12:01:05Z", &m), 1);
}

/* A server that was down for days does not make mails lie. */
static void
late_mail_tells_the_time(void **state)
{
	struct world *w = *state;
	struct nudge_settings quiet = settings;
	struct outbox_mail m;
	char *raw;

	receive_first(w);
	quiet.digest = DIGEST_NONE;
	quiet.heads_up_count = 0;
	w->post.settings = &quiet;
	schedule(w, "2026-03-10T12:00:00Z", 1);
	assert_int_equal(next(w, "2026-03-10T23:00:00Z", &m), 0); /* night */
	assert_int_equal(next(w, "2026-03-12T12:00:00Z", &m), 1);
	raw = slice_dup(w->a, m.raw);
	assert_non_null(strstr(raw, "3 days ago"));
	assert_null(strstr(raw, "yesterday"));
	assert_int_equal(m.state, OUTBOX_SENDING);
}

static void
ids_of_mails_prove_themselves(void **state)
{
	struct world *w = *state;
	struct nudge_settings quiet = settings;
	struct outbox_mail m;
	struct token_id id;

	receive_first(w);
	quiet.digest = DIGEST_NONE;
	w->post.settings = &quiet;
	schedule(w, "2026-03-10T12:00:00Z", 1);
	assert_int_equal(next(w, "2026-03-10T12:00:00Z", &m), 1);
	assert_true(token_id_check(w->a, &w->post.key, m.message_id, &id));
	assert_int_equal(id.case_number, 1);
	assert_int_equal(id.seq, m.id);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(golden_receipt_new),
	    TEST(golden_receipt_slip),
	    TEST(nothing_to_say),
	    TEST(golden_lapse),
	    TEST(golden_heads_up),
	    TEST(golden_lapse_many),
	    TEST(golden_clock_firm),
	    TEST(golden_clock_own),
	    TEST(climbs_when_it_must),
	    TEST(golden_letters),
	    TEST(golden_digest),
	    TEST(golden_doubt),
	    TEST(golden_unfiled),
	    cmocka_unit_test(commands_do_as_told),
	    TEST(help_is_given_where_needed),
	    TEST(undo_takes_back_the_last),
	    TEST(a_refused_line_changes_nothing),
	    TEST(unproved_commands_are_not_obeyed),
	    TEST(what_was_said_is_handed_back),
	    TEST(the_nudges_promise_is_meant),
	    TEST(a_clock_starts_when_told),
	    TEST(golden_transcript),
	    TEST(golden_refused),
	    TEST(kept_meanwhile_is_dropped),
	    TEST(late_mail_tells_the_time),
	    TEST(ids_of_mails_prove_themselves),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
