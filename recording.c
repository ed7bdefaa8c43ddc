/* See recording.h. */
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/zone.h"
#include "cases/intake.h"
#include "mail/authres.h"
#include "mail/read.h"
#include "posting.h"
#include "printing.h"
#include "recording.h"

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
