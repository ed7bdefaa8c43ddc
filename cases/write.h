/*
 * Write: rows of the ledger to the words of a mail.  No outbox, no bytes.
 */
#ifndef CASES_WRITE_H
#define CASES_WRITE_H

#include "cases/post.h"

/* Each fills text->subject, text, html and dates. */
int write_receipt(
    struct post *, const struct receipt *, struct nudge_text *, struct err *);
int write_doubt(struct post *, int64_t message, const struct placement *,
    struct nudge_text *, struct err *);
int write_unfiled(struct post *, int64_t message, const char *why,
    struct nudge_text *, struct err *);
int write_transcript(struct post *, const struct command_context *,
    const struct transcript *, struct nudge_text *, struct err *);
/* A scheduled nudge of these items: lapse, heads-up or digest. */
int write_scheduled(struct post *, const struct nudge_item *, size_t n,
    struct nudge_text *, struct err *);

#endif
