/*
 * Signatures of companies' mail, judged when it comes: [trust] dkim = yes.
 */
#ifndef VOUCHING_H
#define VOUCHING_H

#include "commands.h"

/* What came in the last days and was not checked yet.  0 also when the DNS
 * does not answer: then it is tried again with the next pass. */
int signatures_check(struct run *, struct err *);

/* For doctor: could they be judged?  The DNS is asked once, about the owner's
 * own domain. */
int signatures_ready(struct run *, struct err *);

#endif
