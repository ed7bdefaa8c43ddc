/*
 * Signatures: what DKIM said of a company's mail when it came, with the key by
 * which it said so.  Keys are withdrawn from the DNS after a while; kept, they
 * still prove it.
 */
#ifndef CASES_SIGNATURE_H
#define CASES_SIGNATURE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "cases/store.h"

struct signature_row {
	int64_t message;
	const char *verdict; /* "pass", "fail", "unsigned" */
	const char *why; /* "" when it passed */
	const char *domain, *selector; /* NULL when it has none */
	const char *key; /* the DNS record; NULL when there was none */
	int64_t checked; /* UTC seconds */
};

/* 1, 0 when it was not checked, -1.  Lives in the arena. */
int signature_get(struct store *, int64_t owner, struct arena *,
    int64_t message, struct signature_row *, struct err *);
int signature_put(struct store *, int64_t owner, const struct signature_row *,
    struct err *);
/* Messages of companies that came since and were not checked yet, forwards
 * left out: what was signed is not what came.  At most `most`. */
int signatures_unchecked(struct store *, int64_t owner, struct arena *,
    int64_t since, int most, int64_t **messages, size_t *n, struct err *);

#endif
