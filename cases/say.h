/*
 * Say: days, times and rows of the ledger in words.
 *
 * All words come from the language's file `words`; now is always passed in,
 * and days are counted in the owner's zone.
 */
#ifndef CASES_SAY_H
#define CASES_SAY_H

#include "base/arena.h"
#include "base/date.h"
#include "cases/letter.h"
#include "cases/obligation.h"

/* In what words and for whom. */
struct voice {
	struct arena *arena; /* where what is said lives */
	const struct letters *letters;
	const char *zone; /* of the owner */
	int64_t now;
};

char *say_day(const struct voice *, day_t); /* "Monday 9 March 2026" */
char *say_moment(const struct voice *, int64_t utc); /* "... at 17:00" */
/* "today", "tomorrow", "in 3 days", "yesterday", "3 days ago". */
char *say_relative(const struct voice *, day_t);
/* "Monday 9 March 2026"; with a time of day " at 17:00" in the owner's zone;
 * "no date", "as soon as possible" ("vague") or "when something happens". */
char *say_due(const struct voice *, const struct obligation *);
/* "Monday 9 March 2026, in 3 days". */
char *say_due_long(const struct voice *, const struct obligation *);
/* "3 March, 10 March, 17 March": all days that it was promised for; "" when
 * there is one alone. */
char *say_dates(const struct voice *, const struct obligation *);
char *say_what(const struct voice *, enum action); /* "a refund" */
char *say_state(const struct voice *, enum obligation_state);
/* The same for those who are neither side; "you" is in none of them. */
char *say_state_shown(const struct voice *, enum obligation_state);
/* "formal complaint", "apology", "call": words of these groups. */
char *say_name(const struct voice *, const char *group, const char *name);
char *say_minutes(const struct voice *, int minutes); /* "1 h 20 min" */
/* "12.50", "£12.50", "12.50 CHF"; currency "" or NULL: none */
char *say_money(const struct voice *, int64_t cents, const char *currency);
char *say_count(const struct voice *, const char *key, int n);

/* Puts the fields of SAY_OBLIGATION into the values. */
#define SAY_OBLIGATION \
	"number what due relative quote said agent slips dates state"
void say_obligation(
    const struct voice *, struct values *, const struct obligation *);

#endif
