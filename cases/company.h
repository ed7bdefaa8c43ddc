/*
 * Companies of the store: each is known by one domain, and may have others.
 */
#ifndef CASES_COMPANY_H
#define CASES_COMPANY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "cases/event.h"
#include "cases/store.h"

/* The domains of all companies known by mail sent until then (0: by all), for
 * domain_resembles(). */
int company_domains(struct store *, int64_t owner, struct arena *, int64_t sent,
    struct strings *, struct err *);
/* Whether this is one of them. */
int company_is_known(struct store *, int64_t owner, const char *domain,
    int64_t sent, bool *knows, struct err *);

/* The company that a domain belongs to, made when new; and a domain that is
 * also a company's; in the change when that is not NULL.  message: the mail
 * that says so; 0: the owner. */
int company_of_domain(struct store *, int64_t owner, const char *domain,
    const char *name, int64_t message, struct change *, int64_t *company,
    struct err *);
int company_add_alias(struct store *, int64_t owner, const char *domain,
    int64_t company, int64_t message, struct change *, struct err *);

/* Its name, when it has none yet; name NULL: nothing. */
int company_fill_name(struct store *, int64_t owner, int64_t company,
    const char *name, int64_t message, struct err *);

#endif
