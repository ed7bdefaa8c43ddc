/*
 * `promised scan --explain`: a message as it was read, for a person.
 */
#ifndef EXPLAINING_H
#define EXPLAINING_H

#include "reading.h"
#include "rules/explain.h"

/*
 * Prints the newest text a sentence at a time, the zone in the margin, what
 * was found below it with the rule, and why what came near was not taken; at
 * most 80 columns, no control character of the mail's own.
 */
void print_explanation(FILE *, struct arena *, const char *file,
    const struct understood *, const char *region);

#endif
