/* See answering.h. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "answering.h"
#include "cases/command.h"
#include "cases/post.h"
#include "exporting.h"
#include "filing.h"
#include "late.h"
#include "mail/addr.h"
#include "posting.h"

static bool
read_due_in(struct run *run, const char *language, const char *phrase,
    struct moment anchor, const char *region, struct due *due, size_t *end)
{
	const struct calendar *calendar =
	    calendar_region(run->calendars, region);
	struct arena *a = arena_new();
	struct phrases found = phrases_read(a, run->pack, phrase, language,
	    anchor, calendar != NULL ? calendar : run->calendar);
	bool is = found.n > 0 && found.v[0].start == 0 &&
		  found.v[0].due.precision != DUE_NONE;

	if (is) {
		*due = found.v[0].due;
		*end = found.v[0].end;
	}
	arena_free(a);
	return is;
}

/* read_due_fn: a time at the start of a phrase, in the owner's words. */
static bool
read_due(void *arg, const char *phrase, struct moment anchor,
    const char *region, struct due *due, size_t *end)
{
	struct run *run = arg;
	const struct strings *languages = &run->settings.languages;
	bool is = false;

	for (size_t i = 0; i < languages->n && !is; i++)
		is = read_due_in(
		    run, languages->v[i], phrase, anchor, region, due, end);
	/* the verbs are English words, so a day may be one too */
	return is || read_due_in(run, "en", phrase, anchor, region, due, end);
}

/* write_dossier_fn.  -n says where, and writes nothing. */
static int
write_dossier(void *arg, struct arena *a, struct dossier *d, struct err *err)
{
	struct run *run = arg;

	d->folder = dossier_folder(run, a, d->case_number);
	if (run->options.dry_run)
		return 0;
	d->page = arena_printf(a, "%s/index.html", d->folder);
	return dossier_keep(run, a, d->case_number, d->folder, err);
}

/* What was said on the phone or written down is read like a mail. */
static int
apply_heard(struct run *run, struct arena *a, const struct command_heard *h,
    struct err *err)
{
	bool company = h->verb != VERB_NOTE;
	struct reading reading = {
	    .text = h->text,
	    .anchor = h->at,
	    .sender = company ? WHO_COMPANY : WHO_CUSTOMER,
	    .calendar = run->calendar,
	};
	struct said said = {
	    .case_number = h->case_number,
	    .direction = company ? FROM_COMPANY : FROM_OWNER,
	    .date = h->at,
	};
	struct findings *f = findings_read(a, run->pack, &reading);
	struct applied applied = {0};

	if (f->agent == NULL)
		f->agent = h->who;
	said.findings = f;
	return obligations_apply(run->store, run->owner, a, run->calendars,
	    &said, run->now.utc, &applied, err);
}

/* Runs commands that were read; fills in the context but for voice, case and
 * authority.  Inside a transaction. */
static int
commands_run(struct run *run, struct command_context *context,
    const struct mail_commands *commands, struct transcript *t, struct err *err)
{
	struct arena *a = context->voice.arena;
	size_t i;

	context->store = run->store;
	context->owner = run->owner;
	context->calendars = run->calendars;
	context->region = run->settings.region;
	context->read_due = read_due;
	context->address_fault = addr_fault;
	context->write_dossier = write_dossier;
	context->arg = run;
	if (mail_commands_run(context, commands, t, err) != 0)
		return -1;
	for (i = 0; i < t->heard_count; i++)
		if (apply_heard(run, a, &t->heard[i], err) != 0)
			return -1;
	for (i = 0; i < t->placed_count; i++)
		if (late_read(run, a, t->placed[i].message,
			t->placed[i].case_number, err) != 0)
			return -1;
	return 0;
}

/* The obligation that a nudge was about, when it was about one. */
static int
nudge_number(
    struct run *run, struct arena *a, int64_t seq, int *number, struct err *err)
{
	struct outbox_mail mail;

	*number = 0;
	if (seq == 0)
		return 0;
	if (outbox_get(run->store, run->owner, a, seq, &mail, err) != 0)
		return err->code == EX_USAGE ? 0 : -1;
	if (mail.item_count == 1 && nudge_scheduled(mail.kind))
		*number = (int)mail.items[0].number;
	return 0;
}

static int
answer_commands(struct run *run, struct post *post, const struct answer *answer,
    struct err *err)
{
	struct command_context context = {
	    .post = post,
	    .nudge = answer->proof->seq,
	    .voice = post->voice,
	    .case_number = answer->proof->case_number,
	    .authorised = answer->proof->authorised,
	    .refusal = answer->proof->why,
	};
	struct mail_commands commands = mail_commands_read(post->voice.arena,
	    run->thread_words, answer->mail->original->newest);
	struct transcript t = {0};

	if (nudge_number(run, post->voice.arena, answer->proof->seq,
		&context.number, err) != 0 ||
	    commands_run(run, &context, &commands, &t, err) != 0)
		return -1;
	return post_transcript(post, answer->message, &context, &t, err);
}

/* The letter of the case that a mail says `send` of: by its word, or the one
 * in hand.  1, 0, -1. */
static int
letter_meant(struct post *post, int case_number,
    const struct mail_commands *commands, struct follow_up *f, struct err *err)
{
	struct letter_row *v;
	size_t i, n;
	int rc = 0;

	for (i = 0; i < commands->n && rc == 0; i++) {
		const char *word = commands->v[i].rest;

		if (commands->v[i].verb != VERB_SEND)
			continue;
		if (*word != '\0') {
			rc = follow_up_of_token(post, word, f, err);
			continue;
		}
		if (follow_ups_of(post, case_number, &v, &n, err) != 0)
			return -1;
		rc = n > 0;
		if (rc == 1)
			*f = v[n - 1].letter;
	}
	return rc == 1 && (f->case_number != case_number ||
			      f->state != FOLLOW_UP_DRAFT)
		   ? 0
		   : rc;
}

/* A company, or a stranger, that says `send` commands nothing; the owner is
 * told who tried. */
static int
report_other(struct run *run, struct post *post, const struct answer *answer,
    struct err *err)
{
	const struct original *o = answer->mail->original;
	struct mail_commands commands;
	struct follow_up f;
	int rc;

	if (answer->direction != FROM_COMPANY &&
	    answer->direction != FROM_OTHER)
		return 0;
	commands =
	    mail_commands_read(post->voice.arena, run->thread_words, o->newest);
	rc = letter_meant(post, answer->placement->number, &commands, &f, err);
	if (rc != 1)
		return rc;
	return post_report(post, f.id,
	    LETTER_SAY(post->voice.arena, post->voice.letters, "why-other",
		"from", o->from.name != NULL ? o->from.name : o->from.addr),
	    err);
}

static int
answer_mail(struct run *run, struct post *post, const struct answer *answer,
    struct err *err)
{
	const struct placement *p = answer->placement;
	struct receipt receipt = {
	    .message = answer->message,
	    .case_number = p->number,
	    .opened = p->by == PLACED_NEW,
	    .by_owner = answer->mail->from_owner,
	    .why = p->why,
	    .again = answer->again,
	    .stranger = p->stranger,
	    .applied = answer->applied,
	};

	size_t i;

	for (i = 0; i < answer->doubted_count; i++)
		if (post_doubt(post, answer->doubted[i].message,
			&answer->doubted[i].placement, err) != 0)
			return -1;
	if (p->by == PLACED_DOUBT)
		return post_doubt(post, answer->message, p, err);
	if (p->number != 0)
		return report_other(run, post, answer, err) != 0
			   ? -1
			   : post_receipt(post, &receipt, err);
	if (answer->mail->from_owner && answer->mail->original->forwarded)
		return post_unfiled(post, answer->message, p->why, err);
	return 0;
}

/*
 * What a server says of a mail of ours.  A letter that did not arrive is told;
 * a mail to the owner that did not, is in the log: another one would fare no
 * better.  Nothing else is ever said to a server.
 */
static int
answer_bounce(struct post *post, const struct bounce *b, struct err *err)
{
	struct arena *a = post->voice.arena;
	const char *why = arena_printf(a, "%s%s%s",
	    b->status == NULL ? "" : b->status,
	    b->status == NULL || b->reason[0] == '\0' ? "" : " ", b->reason);
	struct outbox_mail mail;
	int rc;

	if (!b->failed)
		return 0;
	rc = outbox_returned(post->store, post->owner, a, b->message_id, why,
	    post->voice.now, &mail, err);
	if (rc != 1 || mail.kind != NUDGE_FOLLOW_UP || mail.item_count == 0)
		return rc < 0 ? -1 : 0;
	return post_report(post, mail.items[0].number,
	    LETTER_SAY(a, post->voice.letters, "why-returned", "error", why),
	    err);
}

int
answer_message(struct run *run, struct arena *a, const struct answer *answer,
    struct err *err)
{
	const char *id = answer->mail->message->message_id;
	struct post post;

	/* Also the letters to companies that come back as copies. */
	if (answer->proof->ours && answer->direction != FROM_PROMISED &&
	    outbox_seen(run->store, run->owner, id, run->now.utc, err) < 0)
		return -1;
	if (answer->direction == FROM_PROMISED)
		return outbox_seen(
			   run->store, run->owner, id, run->now.utc, err) < 0
			   ? -1
			   : 0;
	if (post_open(run, a, &post, err) != 0)
		return -1;
	if (answer->mail->bounce != NULL)
		return answer_bounce(&post, answer->mail->bounce, err);
	if (answer->direction == FROM_COMMAND)
		return answer_commands(run, &post, answer, err);
	return answer_mail(run, &post, answer, err);
}

/* --- do N COMMAND --- */

/* The words of the command line as one command. */
static char *
joined(struct arena *a, char **words)
{
	struct buf text = {0};

	for (; *words != NULL; words++) {
		if (text.len > 0)
			buf_putc(&text, ' ');
		buf_puts(&text, *words);
	}
	return buf_keep(&text, a);
}

/* "12" or "12.3". */
static int
take_case(const char *text, struct command_context *context, struct err *err)
{
	char *end;
	long number = strtol(text, &end, 10), part = 0;

	if (*end == '.')
		part = strtol(end + 1, &end, 10);
	if (*end != '\0' || number < 0 || number > 1000000000 || part < 0 ||
	    part > 1000000000)
		return err_set(err, EX_USAGE,
		    "usage: promised do N COMMAND, like: promised do 12 kept");
	context->case_number = (int)number;
	context->number = (int)part;
	return 0;
}

static int
all_done(const struct transcript *t, struct err *err)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (!t->v[i].done)
			return err_set(
			    err, EX_USAGE, "%s: not done", t->v[i].line);
	return 0;
}

int
command_do(struct run *run, struct err *err)
{
	struct command_context context = {.authorised = true};
	struct mail_commands commands;
	struct transcript t = {0};
	struct post post;

	if (run->arg_count < 2)
		return err_set(err, EX_USAGE,
		    "usage: promised do N COMMAND, like: promised do 12 kept");
	if (take_case(run->args[0], &context, err) != 0 ||
	    store_begin(run->store, err) != 0)
		return -1;
	commands = mail_commands_read(
	    run->arena, run->thread_words, joined(run->arena, run->args + 1));
	context.post = &post;
	if (post_open(run, run->arena, &post, err) != 0 ||
	    (context.voice = post.voice,
		commands_run(run, &context, &commands, &t, err)) != 0 ||
	    store_commit(run->store, err) != 0) {
		store_rollback(run->store);
		return -1;
	}
	fputs(transcript_text(run->arena, &t), run->out);
	return all_done(&t, err);
}
