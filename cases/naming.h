/*
 * What a company is called, from the address field of its mail.
 *
 * Many companies sign with a person: "Anna Bell <care@acme.example>".  A
 * company is never called by one, unless it is one (a freemail address, a
 * domain of that name): a name that tells nothing better is none, and the
 * domain stands for it.
 */
#ifndef CASES_NAMING_H
#define CASES_NAMING_H

#include "base/arena.h"
#include "cases/thread.h"

/*
 * "Acme Bank", "Anna Bell at Acme Bank", "Anna Bell (Acme Bank)" -> "Acme
 * Bank"; "Anna Bell", "Customer Care", nothing -> NULL.  agent: who signed the
 * mail, or NULL.  In the arena.
 */
const char *company_name(struct arena *, const struct thread_words *,
    const struct party *, const char *agent);

/* The same of one of the mail's addresses. */
const char *thread_name(struct arena *, const struct thread_words *,
    const struct placing *, const struct party *);

/* The other side's addresses: neither the owner's nor ours. */
bool party_is_other(const struct party *);

#endif
