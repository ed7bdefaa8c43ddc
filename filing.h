/*
 * The life of a message: kept, understood, placed, read, answered.
 */
#ifndef FILING_H
#define FILING_H

#include "cases/intake.h"
#include "cases/thread.h"
#include "commands.h"
#include "mail/apart.h"
#include "reading.h"

/* What came of one message. */
struct filed {
	struct understood *mail; /* NULL for most duplicates */
	int64_t message;
	bool duplicate;
	enum placed_by placed_by;
	int case_number; /* 0: unfiled */
	const char *company; /* domain; NULL */
};

/*
 * Files one mail, in two transactions: after the first it is kept for ever;
 * the second decides all, or nothing.  job: in which a reader has it already;
 * NULL: it is given to one.  The result lives in the arena.
 */
int file_message(struct run *, struct arena *, const struct arrival *,
    struct apart_job *job, struct filed *, struct err *);

struct counts {
	size_t seen, filed, duplicates, unfiled, failed;
};

/* One more was seen to come to that. */
void counts_add(struct counts *, const struct filed *);

#endif
