/*
 * Reference numbers: of cases, orders, accounts, as people write them.
 */
#ifndef CASES_NUMBER_H
#define CASES_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

/* "TE-774 120" -> "TE774120": letters and digits, upper case; in the arena. */
char *number_plain(struct arena *, const char *written);
/* The shape of such a number: "AA999999". */
char *number_shape(struct arena *, const char *plain);
/* Takes the next token with `digits` digits or more off *rest that could be a
 * reference number: not an amount, not a date; as written. */
bool number_next(struct slice *rest, size_t digits, struct slice *written);

/* The number as it stands in a text, with the groups of digits behind it:
 * "JD0099" -> "JD0099 4471 8820"; in the arena, or `written` itself. */
const char *
number_whole(struct arena *, const char *text, const char *written);

#endif
