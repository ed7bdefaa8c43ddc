/*
 * See exporting.h; and the commands export, verify and letter.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/datadir.h"
#include "base/file.h"
#include "base/log.h"
#include "exporting.h"
#include "json.h"
#include "mail/icalendar.h"
#include "mail/read.h"
#include "posting.h"
#include "printing.h"
#include "record/folder.h"
#include "record/page.h"
#include "recording.h"

enum { DAY = 86400 };

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

/* --- letter --- */

/* "Acme, 1 High Street, London" as lines. */
static char *
lines_of(struct arena *a, const char *list)
{
	char *text = arena_strdup(a, list);

	for (char *p = text; *p != '\0'; p++)
		if (*p == ',')
			*p = '\n';
	return text;
}

/* The newest: in hand, approved or sent. */
static int
newest_letter(struct run *run, const struct case_record *r, int number,
    struct letter_row *row, struct err *err)
{
	struct letter_row *rows;
	struct post post;
	size_t n;

	if (post_open(run, r->voice.arena, &post, err) != 0 ||
	    follow_ups_of(&post, number, &rows, &n, err) != 0)
		return -1;
	if (n == 0)
		return err_set(err, EX_USAGE,
		    "there is no letter in case %d; `promised do %d draft` "
		    "writes one",
		    number, number);
	*row = rows[n - 1];
	return 0;
}

/* A paper is no text, and goes by what makes text fit for a terminal. */
static int
put_out(struct run *run, const char *path, struct slice pdf, struct err *err)
{
	if (strcmp(path, "-") == 0)
		return fwrite(pdf.p, 1, pdf.len, stdout) == pdf.len
			   ? 0
			   : err_errno(err, "standard output");
	if (file_update(path, pdf, err) < 0)
		return -1;
	fprintf(run->out, "%s\n", path);
	return 0;
}

int
command_letter(struct run *run, struct err *err)
{
	struct letter_row row;
	struct case_record r;
	struct slice pdf;
	char *end = NULL;
	long number = 0;
	const char *to = run->options.to;

	if (run->arg_count == 2)
		number = strtol(run->args[0], &end, 10);
	if (end == NULL || *end != '\0' || number < 1 || number > 1000000000)
		return err_set(err, EX_USAGE,
		    "usage: promised letter N FILE [--to \"NAME, STREET, "
		    "TOWN\"]");
	if (store_begin(run->store, err) != 0)
		return -1;
	if (record_outline(run, run->arena, (int)number, &r, err) != 0 ||
	    newest_letter(run, &r, (int)number, &row, err) != 0) {
		store_rollback(run->store);
		return -1;
	}
	if (store_commit(run->store, err) != 0 ||
	    letter_print(run, &r, &row,
		to == NULL ? NULL : lines_of(run->arena, to), &pdf, err) != 0)
		return -1;
	if (run->options.dry_run) {
		fprintf(run->out, "would write %zu bytes to %s\n", pdf.len,
		    run->args[1]);
		return 0;
	}
	return put_out(run, run->args[1], pdf, err);
}
