/*
 * Mail from sources: files, folders, what a server gives.  See importing.h.
 */
#include <sysexits.h>

#include "base/log.h"
#include "handover.h"
#include "importing.h"
#include "mail/header.h"
#include "waiting.h"

/* Of what is kept in one transaction. */
enum { BATCH = WAITING_BATCH, BATCH_BYTES = 3 << 20 };

static int
not_a_mail(const struct source_mail *mail, struct err *err)
{
	return err_set(err, EX_DATAERR,
	    "%s: not a mail: it has no header field; left where it is",
	    mail->file != NULL ? mail->file : mail->source);
}

static struct arrival
arrival_of(const struct source_mail *mail, int64_t received)
{
	const struct arrival arrival = {
	    .raw = mail->bytes,
	    .source = mail->source,
	    .uidvalidity = mail->uidvalidity,
	    .uid = mail->number,
	    .file = mail->file,
	    .received = received,
	};

	return arrival;
}

static int
file_one(struct run *run, struct arena *a, struct source *source,
    const struct source_mail *mail, const char *folder, struct counts *counts,
    struct err *err)
{
	struct arrival arrival = arrival_of(
	    mail, mail->has_received ? mail->received : run->now.utc);
	struct filed filed;

	if (!message_plausible(mail->bytes))
		return not_a_mail(mail, err);
	if (file_message(run, a, &arrival, NULL, &filed, err) != 0)
		return -1;
	counts_add(counts, &filed);
	/* Only what is committed is marked at its source. */
	if (run->options.dry_run)
		return 0;
	return source_filed(source, mail, folder, err);
}

/* Nobody's mail's fault: stop here, and go on another time. */
static bool
ends_reading(const struct err *err)
{
	return err_passes(err) || err->code == EX_SOFTWARE;
}

/* Tells what went wrong with one mail; -1 when that ends the reading. */
static int
pass_over(struct counts *counts, const struct err *e, struct err *err)
{
	counts->failed++;
	log_warn("%s", e->text);
	if (!ends_reading(e))
		return 0;
	*err = *e;
	return -1;
}

int
file_source(struct run *run, struct source *source, const char *folder,
    struct counts *counts, struct err *err)
{
	struct arena *a = arena_new();
	struct source_mail mail;
	int got, rc = 0;

	while (rc == 0) {
		struct err e = {0};

		arena_reset(a);
		got = source_next(source, a, &mail, &e);
		if (got == 0)
			break;
		counts->seen++;
		if (got < 0 ||
		    file_one(run, a, source, &mail, folder, counts, &e) != 0)
			rc = pass_over(counts, &e, err);
	}
	arena_free(a);
	return rc;
}

/* --- the past --- */

/* A mail of the past that was kept. */
struct fresh {
	int64_t message; /* 0: it was there before */
	int64_t received;
};

/* Mails that are kept together; in one arena. */
struct batch {
	struct source_mail v[BATCH];
	struct fresh fresh[BATCH];
	size_t n, bytes;
};

/* The mail's own date: the past is decided in its order. */
static int64_t
date_of(struct arena *a, const struct source_mail *mail, int64_t otherwise)
{
	struct slice rest = mail->bytes, line, block = mail->bytes;
	struct header header = {0};
	struct moment date;

	while (slice_line(&rest, &line) && line.len > 0)
		block.len = (size_t)(line.p + line.len - block.p);
	header_read(a, block, &header);
	if (header_date(header_find(&header, "Date"), &date))
		return date.utc;
	return mail->has_received ? mail->received : otherwise;
}

static int
keep_one(struct run *run, struct arena *a, const struct source_mail *mail,
    struct fresh *fresh, struct counts *counts, struct err *err)
{
	struct arrival arrival =
	    arrival_of(mail, date_of(a, mail, run->now.utc));
	struct kept kept;

	arrival.past = true;
	if (intake_keep(run->store, run->owner, &arrival, &kept, err) != 0)
		return -1;
	counts->duplicates += kept.duplicate;
	fresh->message = kept.duplicate ? 0 : kept.message;
	fresh->received = arrival.received;
	reader_pump(run);
	return 0;
}

/* 1: one took the batch with it. */
static int
keep_each(struct run *run, struct arena *a, struct batch *b,
    struct counts *counts, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < b->n && rc == 0; i++) {
		struct err e = {0};

		b->fresh[i].message = 0;
		if (keep_one(run, a, &b->v[i], &b->fresh[i], counts, &e) == 0)
			continue;
		if (!ends_reading(&e) && store_batch_lost(run->store))
			return 1;
		rc = pass_over(counts, &e, err);
	}
	return rc;
}

static int
keep_batch(struct run *run, struct arena *a, struct batch *b,
    struct counts *counts, struct err *err)
{
	struct counts done = *counts;
	size_t i;
	int rc = 0;

	if (b->n == 0)
		return 0;
	if (store_batch_begin(run->store, err) != 0)
		return -1;
	rc = keep_each(run, a, b, &done, err);
	if (store_batch_end(run->store, rc == 0 ? err : &(struct err){0}) !=
		0 &&
	    rc <= 0)
		return -1;
	if (rc > 0) {
		done = *counts;
		rc = keep_each(run, a, b, &done, err);
	}
	*counts = done;
	for (i = 0; i < b->n && rc == 0; i++)
		if (b->fresh[i].message != 0)
			waiting_read_early(run, b->fresh[i].message,
			    b->fresh[i].received, b->v[i].bytes);
	b->n = b->bytes = 0;
	return rc;
}

static bool
is_full(const struct batch *b)
{
	return b->n == BATCH || b->bytes > BATCH_BYTES;
}

/* The next mail into the batch; 0 at the end. */
static int
fetch_one(struct source *source, struct arena *a, struct batch *b,
    struct counts *counts, struct err *err)
{
	struct source_mail *mail = &b->v[b->n];
	int got = source_next(source, a, mail, err);

	if (got == 0)
		return 0;
	counts->seen++;
	if (got > 0 && !message_plausible(mail->bytes))
		got = not_a_mail(mail, err);
	if (got > 0) {
		b->bytes += mail->bytes.len;
		b->n++;
	}
	return got;
}

int
file_history(struct run *run, struct source *source, struct counts *counts,
    struct err *err)
{
	struct arena *a = arena_new();
	struct batch b = {.n = 0};
	int got = 1, rc = 0;

	while (rc == 0 && got != 0) {
		struct err e = {0};

		got = fetch_one(source, a, &b, counts, &e);
		if (got < 0)
			rc = pass_over(counts, &e, err);
		if (rc == 0 && (got == 0 || is_full(&b))) {
			rc = keep_batch(run, a, &b, counts, err);
			arena_reset(a);
		}
		waiting_show(counts->seen, "kept", got == 0);
	}
	arena_free(a);
	if (rc == 0 && counts->seen > 0)
		rc = store_settle(run->store, err);
	return rc;
}
