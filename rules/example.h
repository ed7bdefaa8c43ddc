/*
 * The examples of rules, read as mail is.
 */
#ifndef RULES_EXAMPLE_H
#define RULES_EXAMPLE_H

#include "rules/pack.h"

/* Whose mail an example of the rule is. */
enum who example_sender(const struct rule *);
/* What the rules of the book find in an example or counter-example of one of
 * them; in the arena. */
struct findings *
example_read(struct arena *, struct pack *, const struct rulebook *,
    const struct rule *, const char *text, const struct calendar *);

#endif
