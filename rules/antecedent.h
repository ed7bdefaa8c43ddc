/*
 * What a frame is about when its own words leave it open: "your refund ... it
 * will take 5 days".  Sought in its window, in the words before it, and in the
 * sentence before.
 */
#ifndef RULES_ANTECEDENT_H
#define RULES_ANTECEDENT_H

#include "rules/frame.h"
#include "rules/head.h"

/* What is done in a frame; places are those of the marked text. */
void heads_of(struct reader *, const struct view *, const struct frame *,
    enum who owner, struct heads *);

#endif
