/*
 * The virtual ticket: what anyone may see of a case.  Default deny: typed
 * fields alone (who, since when, what kind of promise, due when, and what came
 * of it); words only those that the owner has released, redacted.
 */
#ifndef RECORD_TICKET_H
#define RECORD_TICKET_H

#include "record/record.h"

struct released {
	bool title;
	const int *quotes; /* numbers of obligations */
	size_t quote_count;
	struct strings plain; /* see redact.h */
};

/* The day that the ticket is of: it changes once a day, or when the case
 * does, so that files need not be written anew for nothing. */
void ticket_values(
    const struct case_record *, const struct released *, struct values *);
extern const char ticket_schema[];

#endif
