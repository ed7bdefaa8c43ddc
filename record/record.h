/*
 * Record: what is shown to others.  All of a case, collected by the root, and
 * from it values for the pages (cases/template.h): a dossier, a virtual
 * ticket, an overview.  Pure: no store, no files, no clock.
 *
 * Includes base, cases and the plain structs that cases may include.
 */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "base/arena.h"
#include "cases/case.h"
#include "cases/follow_up.h"
#include "cases/ladder.h"
#include "cases/ledger.h"
#include "cases/say.h"
#include "cases/signature.h"
#include "cases/template.h"

struct attachment_row {
	const char *name, *type; /* name NULL when it has none */
	size_t size;
	const char *sha256; /* hex */
};

struct record_message {
	const struct message_row *row;
	int exhibit; /* its number in the record, from 1 */
	struct slice raw; /* the bytes as they came */
	const char *path; /* "messages/001.eml" */
	const char *signature; /* what its DKIM signature said on arrival, as
	                        * data: "none", "not checked", "pass (...)" */
	const char *result, *server; /* "dkim=pass" and the trusted server that
	                              * said so; NULL: none did */
	const struct signature_row *vouched; /* NULL: not checked by us */
	const char *letter; /* "letters/001.pdf"; NULL: it is none of ours */
	struct attachment_row *attachments;
	size_t attachment_count;
};

/* How far up the owner has taken it: the last letter that went out. */
struct record_step {
	bool taken;
	enum rung rung;
	day_t day; /* in the owner's zone */
};

/* A letter that promised wrote and the owner sent. */
struct record_letter {
	const struct letter_row *row;
	const char *path; /* "letters/001.pdf" */
	struct slice pdf;
};

struct case_record {
	struct voice voice; /* words, zone, as of now */
	const char *owner; /* name; may be "" */
	bool daily; /* stamped with the day alone, so that what has not changed
	             * is the same all day */
	struct ladder ladder; /* with the case's row */
	struct record_step step;
	struct record_message *messages; /* by date */
	size_t message_count;
	struct obligation *obligations; /* by number */
	size_t obligation_count;
	struct record_letter *letters; /* as they were sent */
	size_t letter_count;
	struct entry *entries; /* by time */
	size_t entry_count;
	struct event_row *events; /* as they were recorded */
	size_t event_count;
};

/* The case in numbers, of the company's promises unless told otherwise.  A day
 * that the owner has set the company is none of its promises. */
struct summary {
	int made, kept, late, broken, open, lapsed;
	int slips; /* dates put off */
	int open_days; /* until it was closed, or now */
	int messages, theirs, yours;
	int minutes, trips;
	int longest_silence; /* days in which the company wrote nothing */
};
struct summary record_summary(const struct case_record *);
/* The counts into values, by these names. */
#define SAY_SUMMARY \
	"made kept late broken open lapsed slips messages theirs yours"
void say_summary(struct values *, const struct summary *);

bool record_is_promise(const struct obligation *);
/* The state of an obligation as of the record's now. */
enum obligation_state
record_state(const struct case_record *, const struct obligation *);
day_t record_today(const struct case_record *);
day_t record_day(const struct case_record *, const struct message_row *);
/* Of one that has a due date, in the owner's zone. */
day_t record_due_day(const struct case_record *, const struct obligation *);

/* dossier.c: all values of dossier.html. */
void dossier_values(const struct case_record *, struct values *);
extern const char dossier_schema[];

/* timeline.c: the drawing, as the lists ticks, gaps, marks and bars. */
void timeline_values(const struct case_record *, struct values *);
#define SAY_TIMELINE                                                                     \
	"width height base ticks(x label) gaps(x width label middle) "                   \
	"marks(x y class label id) "                                                     \
	"bars(y x width class label late-x late-width text-x text-y anchor end number) " \
	"today"

#endif
