/*
 * Who takes part in a mail, as placing it needs to know: owner, company, help
 * desk, one who only looks like a known company.
 */
#ifndef PARTIES_H
#define PARTIES_H

#include "cases/thread.h"
#include "commands.h"
#include "reading.h"

/* What is known of an address; name and addr are borrowed. */
struct party
party_of(struct run *, struct arena *, const struct message *, struct address);

/* The parts of a placing that are about who wrote: linked, twin, resembles.
 * from and date are set already. */
int parties_judge(struct run *, struct arena *, const struct understood *,
    struct placing *, struct err *);

#endif
