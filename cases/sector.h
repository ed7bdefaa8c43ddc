/*
 * Sectors: what line of business a case is in, guessed by the words of
 * rules/LANGUAGE/sectors: a line `NAME: word, two words` each.
 */
#ifndef CASES_SECTOR_H
#define CASES_SECTOR_H

#include "base/arena.h"
#include "base/err.h"

struct sectors;
/* In the arena.  A file that is not there guesses nothing; NULL with err
 * (EX_CONFIG, file:line) when a line is bad. */
struct sectors *sectors_load(struct arena *, const char *path, struct err *);
/* The sector of which the text holds most words; NULL when none stands out. */
const char *
sectors_guess(struct arena *, const struct sectors *, const char *text);

#endif
