/*
 * Why a sentence gave nothing: what would be read there if it were read, or a
 * time that nobody acts by.  For explain.h, when somebody asks.
 */
#ifndef RULES_IDLE_H
#define RULES_IDLE_H

#include "rules/sentence.h"
#include "rules/view.h"

/* The sentence is done. */
void idle_end(struct reader *, const struct view *);
/* One that is not read at all. */
void idle_quoted(struct reader *, struct slice text, const struct sentence *);

#endif
