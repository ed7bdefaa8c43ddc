/*
 * letter: what promised wrote to a company, as a PDF to print and post.
 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/file.h"
#include "base/zone.h"
#include "exporting.h"
#include "posting.h"
#include "record/folder.h"
#include "record/paper.h"

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

static const char *
date_of(const struct case_record *r, int64_t at)
{
	return say_day(&r->voice, moment_day(zone_moment(r->voice.zone, at)));
}

int
letter_print(struct run *run, const struct case_record *r,
    const struct letter_row *row, const char *to, struct slice *pdf,
    struct err *err)
{
	const struct settings *s = &run->settings;
	const struct follow_up *f = &row->letter;
	struct arena *a = r->voice.arena;
	int64_t at = row->sent != 0 ? row->sent : r->voice.now;
	struct sheet sheet = {
	    .size = paper_of_region(s->region),
	    .language = s->languages.n > 0 ? s->languages.v[0] : "en",
	    .from = arena_printf(
		a, "%s\n%s%s", s->name, s->postal, s->addresses.v[0]),
	    .to = to,
	    .subject = f->subject,
	    .text = f->text,
	    .author = s->name,
	    .made = at,
	};
	struct buf out = {0};

	sheet.date = date_of(r, at);
	if (to == NULL)
		sheet.to = arena_printf(a, "%s\n%s", r->ladder.row.company_name,
		    f->recipient == NULL ? "" : f->recipient);
	if (paper_write(&sheet, &out, err) != 0) {
		buf_free(&out);
		return -1;
	}
	pdf->len = out.len;
	pdf->p = buf_keep(&out, a);
	return 0;
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
