/*
 * `promised rules check`: proves a folder of packs.
 */
#ifndef RULES_CHECK_H
#define RULES_CHECK_H

#include <stdio.h>

#include "base/err.h"

/*
 * Checks every rule under dir: patterns compile; there are two examples and a
 * counter-example at least; each example is read by its rule and each counter
 * is not; no pattern runs away on text made to make it.  Every fault is a line
 * on out, file:line:column first, and a last line counts.  0 when there is
 * none; -1 with err (EX_CONFIG) otherwise.
 */
int rules_check(FILE *out, const char *dir, struct err *err);

#endif
