/*
 * Domains as the Public Suffix List divides them.
 *
 * A company is known by its registrable domain: "northgatebank.example" of
 * mail.northgatebank.example, "acme.co.uk" of mail.acme.co.uk.  Names are
 * compared in their ASCII form (RFC 5891): lower case, U-labels as A-labels.
 */
#ifndef MAIL_DOMAIN_H
#define MAIL_DOMAIN_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * The registrable domain of an address ("ann@mail.acme.example") or of a bare
 * domain, in the arena.  A public suffix itself, a domain literal and a name
 * without a dot are given back whole, in lower case.  NULL when there is no
 * domain or it is no valid name.
 */
char *domain_of(struct arena *, const char *addr);
/* The whole domain of an address in its ASCII form; NULL as above. */
char *domain_ascii(struct arena *, const char *addr);

/*
 * A list of domains from a data file: one a line, '#' begins a comment.
 * mail/freemail has those at which anybody can have an address (gmail.com),
 * mail/desks those of the programs through which companies answer
 * (zendesk.com).  NULL with err (EX_CONFIG, file:line).
 */
struct domain_list;
struct domain_list *
domain_list_load(struct arena *, const char *path, struct err *);
/* domain: as domain_of() gives it. */
bool domain_listed(const struct domain_list *, const char *domain);

/*
 * Whether a domain could be taken for another one that it is not: letters of
 * another alphabet or with marks, punycode (RFC 3492), 0 for o, rn for m, a
 * hyphen more or less; in a name of six or more letters two of them swapped,
 * one doubled, or one within the word left out, added, or changed for one like
 * it.  Both as domain_of() gives them.  What a company's other domains differ
 * by is no likeness: a number, a beginning, an end (bank7, ebank, banks), or
 * that the one name is a part of the other.
 */
bool domain_resembles(struct arena *, const char *domain, const char *known);

#endif
