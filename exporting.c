/*
 * What is handed to others: export, verify.  Collects a case from the store
 * and the mails themselves; record/ makes pages of it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/datadir.h"
#include "base/file.h"
#include "base/log.h"
#include "base/zone.h"
#include "cases/intake.h"
#include "exporting.h"
#include "json.h"
#include "mail/authres.h"
#include "mail/icalendar.h"
#include "mail/read.h"
#include "posting.h"
#include "record/folder.h"
#include "record/page.h"

enum { DAY = 86400 };

/* What the owner's own server wrote when the mail arrived (RFC 8601): only
 * the topmost field, and only when its name is the one that is trusted. */
static void
add_result(struct run *run, struct arena *a, struct record_message *out,
    const struct message *m)
{
	const char *trusted = run->settings.authserv_id;
	const char *value = message_field(m, "Authentication-Results");

	out->signature = "none";
	if (message_field(m, "DKIM-Signature") == NULL)
		return;
	out->signature = "not checked";
	if (trusted == NULL || value == NULL)
		return;
	out->result = authres_read(a, value, trusted).dkim;
	if (out->result == NULL)
		return;
	out->server = trusted;
	out->signature =
	    arena_printf(a, "%s (by %s)", out->result, out->server);
}

/* What we found ourselves stands before what another wrote into the mail. */
static int
add_signature(struct run *run, struct arena *a, struct record_message *out,
    const struct message *m, struct err *err)
{
	struct signature_row *row = arena_alloc(a, sizeof(*row));
	int rc =
	    signature_get(run->store, run->owner, a, out->row->id, row, err);

	if (rc == 0 || (rc == 1 && strcmp(row->verdict, "unsigned") == 0))
		add_result(run, a, out, m);
	if (rc != 1)
		return rc;
	out->vouched = row;
	if (strcmp(row->verdict, "pass") == 0)
		out->signature =
		    arena_printf(a, "pass (signed by %s, key %s kept)",
			row->domain, row->selector);
	else if (strcmp(row->verdict, "fail") == 0)
		out->signature = arena_printf(a, "fail%s%s%s%s%s",
		    row->domain == NULL ? "" : " (",
		    row->domain == NULL ? "" : row->domain,
		    row->domain == NULL ? "" : ")",
		    *row->why == '\0' ? "" : ": ", row->why);
	return 0;
}

static int
add_bytes(struct run *run, struct arena *a, struct record_message *out,
    struct err *err)
{
	uint8_t digest[SHA256_SIZE];
	struct message *m;

	if (intake_raw(
		run->store, run->owner, out->row->id, a, &out->raw, err) != 0)
		return -1;
	m = message_read(a, out->raw);
	if (add_signature(run, a, out, m, err) != 0)
		return -1;
	out->attachments =
	    arena_calloc(a, m->part_count, sizeof(*out->attachments));
	out->attachment_count = m->part_count;
	for (size_t i = 0; i < m->part_count; i++) {
		char *hex = arena_alloc(a, SHA256_HEX);

		sha256(m->parts[i].bytes, digest);
		out->attachments[i] = (struct attachment_row){m->parts[i].name,
		    m->parts[i].type, m->parts[i].bytes.len,
		    hex_print(digest, sizeof(digest), hex)};
	}
	return 0;
}

/* Letters that were made and never went out are nobody's business. */
static int
add_step(struct case_record *r, struct post *post, int number, struct err *err)
{
	struct letter_row *rows;
	size_t n;

	if (follow_ups_of(post, number, &rows, &n, err) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (rows[i].sent != 0)
			r->step =
			    (struct record_step){true, rows[i].letter.rung,
				moment_day(
				    zone_moment(r->voice.zone, rows[i].sent))};
	return 0;
}

int
record_outline(struct run *run, struct arena *a, int number,
    struct case_record *r, struct err *err)
{
	struct message_row *rows;
	struct post post;

	memset(r, 0, sizeof(*r));
	if (post_open(run, a, &post, err) != 0 || post_law(&post, err) != 0)
		return -1;
	r->voice = post.voice;
	r->owner = run->settings.name;
	if (ladder_of(run->store, run->owner, a, post.law, number,
		record_today(r), &r->ladder, err) != 0 ||
	    ledger_messages(run->store, run->owner, a, number, &rows,
		&r->message_count, err) != 0 ||
	    ledger_obligations(run->store, run->owner, a, number, false,
		&r->obligations, &r->obligation_count, err) != 0 ||
	    ledger_entries(run->store, run->owner, a, number, &r->entries,
		&r->entry_count, err) != 0 ||
	    ledger_events(run->store, run->owner, a, number, &r->events,
		&r->event_count, err) != 0 ||
	    add_step(r, &post, number, err) != 0)
		return -1;
	r->messages = arena_calloc(a, r->message_count, sizeof(*r->messages));
	for (size_t i = 0; i < r->message_count; i++) {
		struct record_message *m = &r->messages[i];

		m->row = &rows[i];
		m->exhibit = (int)i + 1;
		m->path = arena_printf(a, "messages/%03d.eml", m->exhibit);
	}
	return 0;
}

static void
add_letter(struct run *run, struct case_record *r, const struct letter_row *row)
{
	struct record_letter *l = &r->letters[r->letter_count];
	struct err none = {0};

	l->row = row;
	l->path = arena_printf(
	    r->voice.arena, "letters/%03zu.pdf", r->letter_count + 1);
	if (letter_print(run, r, row, NULL, &l->pdf, &none) != 0) {
		log_warn("%s", none.text);
		return;
	}
	r->letter_count++;
	for (size_t i = 0; i < r->message_count; i++) {
		const char *id = r->messages[i].row->message_id;

		if (id != NULL && row->message_id != NULL &&
		    strcmp(id, row->message_id) == 0)
			r->messages[i].letter = l->path;
	}
}

/* A machine without Pango has everything but letters for print. */
static int
add_letters(struct run *run, struct arena *a, int number, struct case_record *r,
    struct err *err)
{
	struct letter_row *rows;
	struct post post;
	size_t n;

	if (post_open(run, a, &post, err) != 0 ||
	    follow_ups_of(&post, number, &rows, &n, err) != 0)
		return -1;
	r->letters = arena_calloc(a, n, sizeof(*r->letters));
	for (size_t i = 0; i < n; i++)
		if (rows[i].sent != 0)
			add_letter(run, r, &rows[i]);
	return 0;
}

int
record_collect(struct run *run, struct arena *a, int number,
    struct case_record *r, struct err *err)
{
	if (record_outline(run, a, number, r, err) != 0)
		return -1;
	for (size_t i = 0; i < r->message_count; i++)
		if (add_bytes(run, a, &r->messages[i], err) != 0)
			return -1;
	return add_letters(run, a, number, r, err);
}

char *
page_folder(struct run *run, struct arena *a)
{
	char *own = datadir_path(a, arena_printf(a, "examples/pages/%s",
					owner_language(&run->settings)));

	return access(own, R_OK) == 0 ? own
				      : datadir_path(a, "examples/pages/en");
}

/* --- export --- */

/* mboxrd: every line that begins with "From ", quoted or not, gets a ">". */
static void
add_mbox(struct buf *out, const struct record_message *m)
{
	struct slice rest = m->raw, line;
	const char *from = m->row->from.addr;

	buf_printf(out, "From %s %s\n", from == NULL ? "MAILER-DAEMON" : from,
	    "Thu Jan  1 00:00:00 1970");
	while (slice_line(&rest, &line)) {
		size_t marks = 0;

		while (marks < line.len && line.p[marks] == '>')
			marks++;
		if (line.len - marks >= 5 &&
		    memcmp(line.p + marks, "From ", 5) == 0)
			buf_putc(out, '>');
		buf_slice(out, line);
		buf_putc(out, '\n');
	}
	buf_putc(out, '\n');
}

static int
write_messages(struct folder *f, const struct case_record *r, struct err *err)
{
	struct buf mbox = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->message_count; i++) {
		rc = folder_write(
		    f, r->messages[i].path, r->messages[i].raw, err);
		add_mbox(&mbox, &r->messages[i]);
	}
	if (rc == 0)
		rc = folder_write(f, "case.mbox", buf_view(&mbox), err);
	buf_free(&mbox);
	return rc;
}

static int
write_letters(struct folder *f, const struct case_record *r, struct err *err)
{
	for (size_t i = 0; i < r->letter_count; i++)
		if (folder_write(
			f, r->letters[i].path, r->letters[i].pdf, err) != 0)
			return -1;
	return 0;
}

static const char *
todo_text(const struct case_record *r, const struct obligation *o)
{
	return LETTER_SAY(r->voice.arena, r->voice.letters,
	    o->who == WHO_COMPANY ? "date-summary" : "date-summary-own",
	    "company", r->ladder.row.company_name, "what",
	    say_what(&r->voice, o->action));
}

/* A machine without libical has everything but calendars; see record_whole(). */
static int
write_calendar(struct run *run, struct folder *f, const struct case_record *r,
    struct err *err)
{
	struct arena *a = r->voice.arena;
	struct todo *todos =
	    arena_calloc(a, r->obligation_count, sizeof(*todos));
	struct buf out = {0};
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < r->obligation_count; i++) {
		const struct obligation *o = &r->obligations[i];

		if (o->due.precision == DUE_NONE || o->stored == STATE_VOID)
			continue;
		todos[n++] = (struct todo){
		    .uid = arena_printf(a, "due.%" PRId64 ".%d.%d@promised",
			run->owner, o->case_number, o->number),
		    .summary = todo_text(r, o),
		    .description = o->quote,
		    .start = o->said,
		    .due = o->due,
		    .stamp = r->daily ? (int64_t)record_today(r) * DAY
				      : r->voice.now,
		    .status = o->stored == STATE_KEPT ? TODO_DONE : TODO_OPEN,
		    .organizer = run->settings.addresses.v[0]};
	}
	if (n > 0 && icalendar_write(todos, n, &out, &run->no_calendar) != 0)
		buf_clear(&out);
	if (out.len > 0)
		rc = folder_write(f, "case.ics", buf_view(&out), err);
	buf_free(&out);
	return rc;
}

static int
write_page(struct run *run, struct folder *f, const struct case_record *r,
    struct err *err)
{
	struct arena *a = r->voice.arena;
	struct values *values = values_new(a);
	char *page;

	dossier_values(r, values);
	page = page_write(a, page_folder(run, a), NULL, "dossier.html",
	    dossier_schema, values, err);
	return page == NULL
		   ? -1
		   : folder_write(f, "index.html", slice_of(page), err);
}

static int
write_rest(struct folder *f, const struct case_record *r, struct err *err)
{
	struct arena *a = r->voice.arena;

	return folder_write(f, "case.json", slice_of(json_record(a, r)), err) !=
			   0 ||
		       folder_write(f, "events.log",
			   slice_of(folder_log(a, r->events, r->event_count)),
			   err) != 0
		   ? -1
		   : 0;
}

int
record_write(struct run *run, struct folder *f, const struct case_record *r,
    struct err *err)
{
	return write_page(run, f, r, err) != 0 ||
		       write_messages(f, r, err) != 0 ||
		       write_letters(f, r, err) != 0 ||
		       write_calendar(run, f, r, err) != 0 ||
		       write_rest(f, r, err) != 0
		   ? -1
		   : 0;
}

int
record_whole(struct run *run, struct err *err)
{
	if (run->no_calendar.code == 0)
		return 0;
	*err = run->no_calendar;
	run->no_calendar.code = 0;
	return err_prefix(err, "no calendar");
}

static int
take_number(const char *text, int *number, struct err *err)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end != '\0' || n < 1 || n > 1000000000)
		return err_set(err, EX_USAGE, "%s is no case's number", text);
	*number = (int)n;
	return 0;
}

int
command_export(struct run *run, struct err *err)
{
	struct folder *f;
	struct case_record r;
	char hash[SHA256_HEX];
	int number = 0;

	if (run->arg_count != 2)
		return err_set(err, EX_USAGE, "usage: promised export N DIR");
	if (take_number(run->args[0], &number, err) != 0 ||
	    store_begin(run->store, err) != 0)
		return -1;
	/* one state of the store, whatever else runs */
	if (record_collect(run, run->arena, number, &r, err) != 0) {
		store_rollback(run->store);
		return -1;
	}
	if (store_commit(run->store, err) != 0)
		return -1;
	if (run->options.dry_run) {
		fprintf(run->out, "would write %zu mails to %s\n",
		    r.message_count, run->args[1]);
		return 0;
	}
	f = folder_open(run->arena, run->args[1], err);
	if (f == NULL || record_write(run, f, &r, err) != 0 ||
	    folder_finish(f, hash, err) != 0)
		return -1;
	fprintf(run->out,
	    "%s/index.html: case %d, %zu mails\n"
	    "MANIFEST.sha256 is %s; keep this number apart, it proves all of "
	    "it\n",
	    run->args[1], number, r.message_count, hash);
	return record_whole(run, err);
}

const char *
dossier_folder(struct run *run, struct arena *a, int number)
{
	const char *store = run->settings.store, *slash = strrchr(store, '/');

	return arena_printf(a, "%.*sdossiers/%s/%d",
	    slash == NULL ? 0 : (int)(slash + 1 - store), store,
	    run->settings.addresses.v[0], number);
}

int
dossier_keep(struct run *run, struct arena *a, int number, const char *path,
    struct err *err)
{
	char hash[SHA256_HEX];
	struct case_record r;
	struct folder *f;
	struct err lacks = {0};

	if (record_collect(run, a, number, &r, err) != 0 ||
	    file_folders(path, err) != 0)
		return -1;
	f = folder_open(a, path, err);
	if (f == NULL || record_write(run, f, &r, err) != 0 ||
	    folder_finish(f, hash, err) != 0)
		return -1;
	if (record_whole(run, &lacks) != 0)
		log_warn("%s: %s", path, lacks.text);
	return 0;
}

/* --- verify --- */

static void
tell(void *out, const char *line)
{
	fprintf(out, "%s\n", line);
}

int
command_verify(struct run *run, struct err *err)
{
	char hash[SHA256_HEX];
	int faults;

	if (run->arg_count != 1 && run->arg_count != 2)
		return err_set(
		    err, EX_USAGE, "usage: promised verify DIR [SHA-256]");
	faults =
	    folder_verify(run->arena, run->args[0], tell, run->out, hash, err);
	if (faults < 0)
		return -1;
	if (run->arg_count == 2 && strcmp(run->args[1], hash) != 0) {
		tell(
		    run->out, "MANIFEST.sha256: is not the one of that number");
		faults++;
	}
	if (faults > 0)
		return err_set(err, EX_DATAERR,
		    "%s: %d of its parts %s not as "
		    "they were written",
		    run->args[0], faults, faults == 1 ? "is" : "are");
	fprintf(run->out, "all is as it was written; MANIFEST.sha256 is %s\n",
	    hash);
	return 0;
}
