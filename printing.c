/* See printing.h. */
#include <string.h>

#include "base/zone.h"
#include "printing.h"
#include "record/paper.h"

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
