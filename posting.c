/* See posting.h. */
#include <string.h>

#include "base/datadir.h"
#include "base/file.h"
#include "base/log.h"
#include "base/zone.h"
#include "mail/compose.h"
#include "mail/icalendar.h"
#include "posting.h"

/* How our own mail is known again, wherever it went (HAZARDS: loops). */
static const char loop_mark[] = "promised";

enum { ALARM_SECONDS = 24 * 60 * 60, PAGE_MOST = 10 << 20 };

/* The dates of a mail as tasks; NULL when there are none. */
static const char *
write_calendar(struct run *run, struct arena *a, const struct nudge_text *t,
    struct err *err)
{
	struct todo *todos = arena_calloc(a, t->date_count, sizeof(*todos));
	struct buf out = {0};
	size_t i;

	for (i = 0; i < t->date_count; i++) {
		const struct nudge_date *d = &t->dates[i];

		todos[i].uid = d->uid;
		todos[i].summary = d->summary;
		todos[i].description = d->description;
		todos[i].start = run->now;
		todos[i].due = d->due;
		todos[i].stamp = t->now;
		/* Rises with each later mail about the same task. */
		todos[i].sequence = (int)(t->now / 60);
		todos[i].organizer = t->recipient;
		todos[i].remind = d->own ? ALARM_SECONDS : 0;
	}
	if (icalendar_write(todos, t->date_count, &out, err) != 0) {
		buf_free(&out);
		return NULL;
	}
	return buf_keep(&out, a);
}

static int
compose_raw(
    struct arena *a, const struct draft *d, struct slice *raw, struct err *err)
{
	struct buf out = {0};

	if (compose(d, &out, err) != 0) {
		buf_free(&out);
		return -1;
	}
	raw->len = out.len;
	raw->p = buf_keep(&out, a);
	return 0;
}

/*
 * A letter to a company: from the owner, who has approved each word of it, so
 * it is no automatic mail (RFC 3834 section 5).  Answers go to the owner, and
 * to the case where it has an address of its own.
 */
static int
compose_letter(struct run *run, struct arena *a, const struct nudge_text *t,
    struct slice *raw, struct err *err)
{
	const struct settings *s = &run->settings;
	struct address to = {NULL, t->recipient};
	struct address reply[2] = {
	    {*s->name == '\0' ? NULL : s->name, s->addresses.v[0]},
	    {NULL, t->reply_to}};
	struct draft d = {
	    .message_id = t->message_id,
	    .date = zone_moment(s->timezone, t->now),
	    .from = reply[0],
	    .to = {&to, 1},
	    .reply_to = {reply, t->reply_to != NULL ? 2 : 0},
	    .subject = compose_clean(a, t->subject),
	    .auto_submitted = AUTO_NO,
	    .loop = loop_mark,
	    .text = t->text,
	};

	if (t->in_reply_to != NULL)
		d.in_reply_to = d.references = (struct strings){
		    arena_dup(a, &t->in_reply_to, sizeof(t->in_reply_to)), 1};
	return compose_raw(a, &d, raw, err);
}

/* The pages of dossiers.  What is too large for mail lies where it was written,
 * as the mail says. */
static void
add_pages(struct arena *a, const struct nudge_text *t, struct draft *d)
{
	struct attachment *v = arena_calloc(a, t->dossier_count, sizeof(*v));

	for (size_t i = 0; i < t->dossier_count; i++) {
		const struct dossier *is = &t->dossiers[i];
		struct buf page = {0};
		struct err why = {0};

		if (is->page == NULL)
			continue;
		if (file_bytes(is->page, PAGE_MOST, &page, &why) != 0) {
			log_warn("not mailed: %s", why.text);
			buf_free(&page);
			continue;
		}
		v[d->attachment_count++] = (struct attachment){"text/html",
		    arena_printf(a, "case-%d.html", is->case_number),
		    {arena_dup(a, page.p, page.len), page.len}};
		buf_free(&page);
	}
	d->attachments = v;
}

/* compose_fn.  A mail without its calendar is better than none. */
static int
compose_nudge(void *arg, struct arena *a, const struct nudge_text *t,
    struct slice *raw, struct err *err)
{
	struct run *run = arg;
	struct address to = {run->settings.name, t->recipient};
	struct address reply = {"promised", t->reply_to};
	struct draft d = {
	    .message_id = t->message_id,
	    .date = zone_moment(run->settings.timezone, t->now),
	    .from = {"promised", run->settings.from},
	    .to = {&to, 1},
	    .reply_to = {&reply, t->reply_to != NULL},
	    .subject = compose_clean(a, t->subject),
	    .references = t->references,
	    .auto_submitted =
		t->in_reply_to != NULL ? AUTO_REPLIED : AUTO_GENERATED,
	    .loop = loop_mark,
	    .text = t->text,
	    .html = t->html,
	};
	struct err no_calendar = {0};

	add_pages(a, t, &d);
	if (t->to_company)
		return compose_letter(run, a, t, raw, err);
	if (*run->settings.name == '\0')
		to.name = NULL;
	if (t->in_reply_to != NULL) {
		d.in_reply_to.v =
		    arena_dup(a, &t->in_reply_to, sizeof(t->in_reply_to));
		d.in_reply_to.n = 1;
	}
	if (t->date_count > 0) {
		d.calendar = write_calendar(run, a, t, &no_calendar);
		d.calendar_method = "PUBLISH";
		if (d.calendar == NULL)
			log_warn("no calendar: %s", no_calendar.text);
	}
	return compose_raw(a, &d, raw, err);
}

static struct nudge_settings *
nudge_settings(struct run *run)
{
	const struct settings *s = &run->settings;
	struct nudge_settings *n = arena_alloc(run->arena, sizeof(*n));

	n->zone = s->timezone;
	n->quiet_from = s->quiet_from;
	n->quiet_to = s->quiet_to;
	n->weekends = s->weekends;
	memcpy(n->heads_up, s->heads_up, sizeof(n->heads_up));
	n->heads_up_count = s->heads_up_count;
	n->digest = strcmp(s->digest, "daily") == 0    ? DIGEST_DAILY
		    : strcmp(s->digest, "weekly") == 0 ? DIGEST_WEEKLY
						       : DIGEST_NONE;
	return n;
}

/* Clocks and lines of business, in the owner's language. */
static int
read_law(struct run *run, struct err *err)
{
	struct arena *a = run->arena;
	struct law *law = arena_alloc(a, sizeof(*law));

	law->calendars = run->calendars;
	law->clocks = clocks_load(a, datadir_path(a, "rules"), err);
	if (law->clocks == NULL)
		return -1;
	law->sectors = sectors_load(a,
	    datadir_path(a, arena_printf(a, "rules/%s/sectors",
				owner_language(&run->settings))),
	    err);
	if (law->sectors == NULL)
		return -1;
	run->law = law;
	return 0;
}

/* load_law_fn: once a process, not once a mail. */
static int
load_law(void *arg, struct post *post, struct err *err)
{
	struct run *run = arg;
	struct arena *a = run->arena;

	if (run->law == NULL && read_law(run, err) != 0)
		return -1;
	if (run->rungs == NULL)
		run->rungs = rungs_load(a, datadir_path(a, "cases/rungs"), err);
	if (run->rungs == NULL)
		return -1;
	if (run->thread_words == NULL)
		run->thread_words = thread_words_load(
		    a, datadir_path(a, "cases/thread.words"), err);
	if (run->thread_words == NULL)
		return -1;
	post->words = run->thread_words;
	post->law = run->law;
	post->rungs = run->rungs;
	return 0;
}

int
post_open(struct run *run, struct arena *a, struct post *post, struct err *err)
{
	const char *at = strrchr(run->settings.from, '@');

	memset(post, 0, sizeof(*post));
	if (run_voice(run, &post->voice, err) != 0)
		return -1;
	post->voice.arena = a;
	if (run->nudges == NULL)
		run->nudges = nudge_settings(run);
	post->settings = run->nudges;
	post->store = run->store;
	post->owner = run->owner;
	post->recipient = run->settings.addresses.v[0];
	post->name = run->settings.name;
	post->load_law = load_law;
	post->case_address = run->settings.case_address;
	post->domain = at + 1;
	post->compose = compose_nudge;
	post->compose_arg = run;
	return token_key_get(run->store, run->owner, &post->key, err);
}
