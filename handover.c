/*
 * See handover.h.
 *
 * A table for each struct; a member that is added to one of them gets its line
 * here, or none on purpose, and FITS() its new size.
 *
 * A reader is given the time beside the mail: its own copy of the run is as
 * old as its process.
 */
#include <string.h>
#include <sysexits.h>

#include "base/codec.h"
#include "base/datadir.h"
#include "handover.h"

/* For one mail of a filter, so that two readers may die of it before the
 * process that waits for them is ended (entering.c). */
enum { HURRIED_SECONDS = 10 };

/* Years 1 to 9999; offsets as RFC 5322 section 3.3 can write them. */
#define UTC_LEAST (-INT64_C(62135596800))
#define UTC_MOST INT64_C(253402300799)
#define OFFSET_MOST ((INT64_C(99) * 60 + 59) * 60)
#define DAY_LEAST (-719162)
#define DAY_MOST 2932896

#define FITS(s, bytes)                                                     \
	_Static_assert(sizeof(void *) != 8 || sizeof(struct s) == (bytes), \
	    "struct " #s " is not the one that its table describes")

static const struct member moment_members[] = {
    M_INT(moment, utc, UTC_LEAST - OFFSET_MOST, UTC_MOST + OFFSET_MOST),
    M_INT(moment, offset, -OFFSET_MOST, OFFSET_MOST),
};
static const struct layout moment_layout = LAYOUT(moment, moment_members);
FITS(moment, 16);

static const struct member due_members[] = {
    M_INT(due, precision, 0, DUE_TIME),
    M_INT(due, day, DAY_LEAST, DAY_MOST),
    M_STRUCT(due, at, &moment_layout),
};
static const struct layout due_layout = LAYOUT(due, due_members);
FITS(due, 24);

static const struct member strings_members[] = {
    M_LIST(strings, v, n, &layout_of_text),
};
static const struct layout strings_layout = LAYOUT(strings, strings_members);
FITS(strings, 16);

/* --- mail/message.h --- */

static const struct member address_members[] = {
    M_TEXT_OR_NULL(address, name),
    M_TEXT_OR_NULL(address, addr),
};
static const struct layout address_layout = LAYOUT(address, address_members);
FITS(address, 16);

static const struct member addresses_members[] = {
    M_LIST(addresses, v, n, &address_layout),
};
static const struct layout addresses_layout =
    LAYOUT(addresses, addresses_members);
FITS(addresses, 16);

static const struct member field_members[] = {
    M_TEXT(field, name),
    M_TEXT(field, value),
};
static const struct layout field_layout = LAYOUT(field, field_members);
FITS(field, 16);

static const struct member part_members[] = {
    M_TEXT_OR_NULL(part, type),
    M_TEXT_OR_NULL(part, name),
};
static const struct layout part_layout = LAYOUT(part, part_members);
FITS(part, 32);

static const struct member message_members[] = {
    M_TEXT_OR_NULL(message, message_id),
    M_STRUCT(message, in_reply_to, &strings_layout),
    M_STRUCT(message, references, &strings_layout),
    M_STRUCT(message, from, &address_layout),
    M_STRUCT(message, reply_to, &addresses_layout),
    M_STRUCT(message, to, &addresses_layout),
    M_STRUCT(message, cc, &addresses_layout),
    M_TEXT(message, subject),
    M_BOOL(message, has_date),
    M_STRUCT(message, date, &moment_layout),
    M_LIST(message, fields, field_count, &field_layout),
    M_TEXT(message, text),
    M_BOOL(message, from_html),
    M_LIST(message, parts, part_count, &part_layout),
    M_STRUCT(message, faults, &strings_layout),
};
static const struct layout message_layout = LAYOUT(message, message_members);
FITS(message, 232);

static const struct member original_members[] = {
    M_BOOL(original, forwarded),
    M_STRUCT(original, from, &address_layout),
    M_STRUCT(original, to, &addresses_layout),
    M_STRUCT(original, cc, &addresses_layout),
    M_TEXT_OR_NULL(original, date_text),
    M_BOOL(original, has_date),
    M_STRUCT(original, date, &moment_layout),
    M_TEXT(original, subject),
    M_TEXT(original, text),
    M_TEXT(original, newest),
    M_TEXT(original, comment),
    M_TEXT_OR_NULL(original, client),
    M_TEXT_OR_NULL(original, message_id),
    M_STRUCT(original, references, &strings_layout),
};
static const struct layout original_layout = LAYOUT(original, original_members);
FITS(original, 152);

/* --- rules/finding.h --- */

static const struct member obligation_members[] = {
    M_INT(obligation_found, who, 0, WHO_CUSTOMER),
    M_INT(obligation_found, kind, 0, KIND_DEADLINE),
    M_INT(obligation_found, action, 0, ACTION_OTHER),
    M_STRUCT(obligation_found, due, &due_layout),
    M_BOOL(obligation_found, vague),
    M_BOOL(obligation_found, condition),
    M_TEXT(obligation_found, quote),
    M_SIZE(obligation_found, start, INT32_MAX),
    M_SIZE(obligation_found, end, INT32_MAX),
    M_TEXT_OR_NULL(obligation_found, phrase),
    M_TEXT_OR_NULL(obligation_found, expr),
    M_TEXT_OR_NULL(obligation_found, rule),
};
static const struct layout obligation_layout =
    LAYOUT(obligation_found, obligation_members);
FITS(obligation_found, 96);

static const struct member signal_members[] = {
    M_TEXT(signal_found, name),
    M_TEXT_OR_NULL(signal_found, rule),
    M_SIZE(signal_found, start, INT32_MAX),
    M_SIZE(signal_found, end, INT32_MAX),
};
static const struct layout signal_layout = LAYOUT(signal_found, signal_members);
FITS(signal_found, 32);

static const struct member findings_members[] = {
    M_TEXT_OR_NULL(findings, language),
    M_INT(findings, sender, 0, WHO_CUSTOMER),
    M_STRUCT(findings, anchor, &moment_layout),
    M_TEXT_OR_NULL(findings, agent),
    M_LIST(findings, references, reference_count, &layout_of_text),
    M_LIST(findings, signals, signal_count, &signal_layout),
    M_LIST(findings, manner, manner_count, &signal_layout),
    M_LIST(findings, obligations, obligation_count, &obligation_layout),
    M_TEXT_OR_NULL(findings, silenced),
    M_SIZE(findings, body_end, INT32_MAX),
    M_LIST(findings, faults, fault_count, &layout_of_text),
};
static const struct layout findings_layout = LAYOUT(findings, findings_members);
FITS(findings, 136);

/* --- mail/bounce.h --- */

static const struct member bounce_members[] = {
    M_BOOL(bounce, failed),
    M_TEXT(bounce, message_id),
    M_TEXT_OR_NULL(bounce, recipient),
    M_TEXT_OR_NULL(bounce, status),
    M_TEXT(bounce, reason),
};
static const struct layout bounce_layout = LAYOUT(bounce, bounce_members);
FITS(bounce, 40);

/* --- reading.h --- */

static const struct member understood_members[] = {
    M_POINTER(understood, message, &message_layout),
    M_POINTER(understood, original, &original_layout),
    M_POINTER(understood, findings, &findings_layout),
    M_INT(understood, sender, 0, WHO_CUSTOMER),
    M_BOOL(understood, from_owner),
    M_BOOL(understood, machine_written),
    M_BOOL(understood, bulk),
    M_BOOL(understood, unread),
    M_TEXT_OR_NULL(understood, company),
    M_STRUCT(understood, anchor, &moment_layout),
    M_TEXT_OR_NULL(understood, twin),
    M_POINTER_OR_NULL(understood, bounce, &bounce_layout),
};
static const struct layout understood_layout =
    LAYOUT(understood, understood_members);
FITS(understood, 80);

void
understood_put(struct buf *out, const struct understood *u)
{
	codec_put(out, &understood_layout, u);
}

struct understood *
understood_get(struct arena *a, struct slice bytes, struct slice raw)
{
	struct understood *u = codec_get(a, &understood_layout, bytes);

	if (u != NULL)
		u->message->raw = raw;
	return u;
}

/* --- Readers --- */

struct reader {
	struct run run;
	struct arena *arena;
};

/* What goes before the mail. */
struct request {
	struct moment now;
	bool skim;
};

/* In the reader's process. */
static void
read_one(void *arg, struct slice in, struct buf *out)
{
	struct reader *r = arg;
	struct request request;

	if (r->arena == NULL) /* the reader's own, not its parent's */
		r->arena = arena_new();
	memcpy(&request, in.p, sizeof(request));
	r->run.now = request.now;
	in.p += sizeof(request);
	in.len -= sizeof(request);
	understood_put(out, mail_study(r->arena, &r->run, in, request.skim));
	arena_reset(r->arena);
}

/* Rules of a language are read when the language is met. */
static const char *const *
readable(struct run *run)
{
	const char **paths = arena_alloc(run->arena, 3 * sizeof(*paths));

	paths[0] = datadir_path(run->arena, "rules");
	paths[1] = run->settings.own_rules;
	return paths;
}

static struct apart *
readers(struct run *run)
{
	struct reader *r;

	if (run->readers != NULL)
		return run->readers;
	r = arena_alloc(run->arena, sizeof(*r));
	r->run = *run;
	r->arena = NULL;
	run->readers =
	    apart_open(read_one, r, run->hurried ? 1 : apart_processors(),
		run->hurried ? HURRIED_SECONDS : APART_SECONDS, readable(run));
	return run->readers;
}

struct apart_job *
reader_job(struct run *run)
{
	return apart_job(readers(run));
}

static void
ask(struct run *run, struct apart_job *job, struct slice raw, bool skim,
    bool urgent)
{
	struct request *request = arena_alloc(job->arena, sizeof(*request));

	request->now = run->now;
	request->skim = skim;
	job->head = (struct slice){(const char *)request, sizeof(*request)};
	job->in = raw;
	apart_ask(run->readers, job, urgent);
}

void
reader_ask(struct run *run, struct apart_job *job, struct slice raw, bool skim)
{
	ask(run, job, raw, skim, false);
}

bool
reader_full(const struct run *run)
{
	return run->readers != NULL && apart_full(run->readers);
}

void
reader_pump(struct run *run)
{
	if (run->readers != NULL)
		apart_pump(run->readers);
}

bool
reader_ready(struct run *run, const struct apart_job *job)
{
	return apart_ready(run->readers, job);
}

struct understood *
reader_said(struct arena *a, struct slice answer, struct err *err)
{
	struct understood *u =
	    understood_get(a, answer, (struct slice){NULL, 0});

	if (u == NULL)
		err_set(err, EX_DATAERR, "what its reader says makes no sense");
	return u;
}

struct understood *
reader_answer(
    struct run *run, struct arena *a, struct apart_job *job, struct err *err)
{
	struct understood *u = NULL;

	if (apart_wait(run->readers, job, err) == 0)
		u = reader_said(a,
		    (struct slice){
			arena_dup(a, job->out.p, job->out.len), job->out.len},
		    err);
	apart_drop(run->readers, job);
	return u;
}

struct understood *
reader_read(struct run *run, struct arena *a, struct slice raw, struct err *err)
{
	struct apart_job *job = reader_job(run);

	ask(run, job, raw, false, true);
	return reader_answer(run, a, job, err);
}
