/*
 * What a pack knows of texts before it has seen any mail.
 */
#ifndef RULES_TRAIN_H
#define RULES_TRAIN_H

#include "rules/read.h"

/* To be called before pack_freeze(): what is learned is kept with it. */
void pack_train(struct pack *, const struct calendar *);

#endif
