/*
 * The life of a message: kept, understood, placed, read, answered.
 */
#ifndef FILING_H
#define FILING_H

#include "cases/intake.h"
#include "cases/thread.h"
#include "commands.h"
#include "mail/apart.h"
#include "mail/source.h"
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

/*
 * Decides what was kept but not decided, in the order of arrival: what a crash
 * left, and the past that file_history() has kept.  counts may be NULL.
 */
int file_waiting(struct run *, struct counts *, struct err *);

/*
 * Reads a message again that has only now found its case, so that what it
 * promised counts there.  Inside a transaction.
 */
int file_again(struct run *, struct arena *, int64_t message, int case_number,
    struct err *);

/*
 * Files all that a source has.  A mail that is none, or cannot be read, is
 * told in the log and left where it is; a full disk or a busy store ends it.
 * What is committed is marked at its source (source_filed()), in folder.
 */
int file_source(struct run *, struct source *, const char *folder,
    struct counts *, struct err *);
/*
 * Keeps all that a source has as mail of the past, to be decided in the order
 * of its dates by file_waiting(), when all sources are read.  Nothing is
 * marked, nothing is said about it.
 */
int file_history(struct run *, struct source *, struct counts *, struct err *);

#endif
