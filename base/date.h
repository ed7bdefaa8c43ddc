/*
 * Civil dates and moments.  No clock and no zone files here: now is always
 * passed in, and a moment carries its own offset from UTC.
 *
 * The calendar is the proleptic Gregorian one (ISO 8601); leap seconds do not
 * exist (POSIX time).  Years from 1 to 9999.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Days since 1970-01-01, which is day 0. */
typedef int32_t day_t;

struct civil {
	int year, month, day; /* month 1-12, day 1-31 */
};

/* A point in time with the offset in which it was written or is to be shown. */
struct moment {
	int64_t utc; /* seconds since 1970-01-01T00:00:00Z */
	int32_t offset; /* seconds east of UTC, within +-15 hours */
};

enum weekday {
	MONDAY = 1,
	TUESDAY,
	WEDNESDAY,
	THURSDAY,
	FRIDAY,
	SATURDAY,
	SUNDAY
};

/* A day or a moment at which something is due, or nothing. */
enum precision { DUE_NONE, DUE_DAY, DUE_TIME };

struct due {
	enum precision precision;
	day_t day; /* the local day; set for DUE_DAY and DUE_TIME */
	struct moment at; /* DUE_TIME only */
};

bool civil_valid(struct civil);
day_t day_of_civil(struct civil); /* must be valid */
struct civil civil_of_day(day_t);
enum weekday weekday_of(day_t); /* ISO 8601: Monday is 1 */
int days_in_month(int year, int month);
/* n months on (n may be negative): the same day number or the month's last. */
day_t day_add_months(day_t, int n);
/* Monday of the ISO week that the day is in. */
day_t week_start(day_t);
/* Easter Sunday, Gregorian (Meeus, Jones and Butcher). */
day_t easter(int year);

day_t moment_day(struct moment); /* the local date */
int moment_second(struct moment); /* second of the local day, 0-86399 */
struct moment moment_at(day_t, int second, int32_t offset);

/* The last moment at which a due is still kept: for a day, 23:59:59 in the
 * given offset.  DUE_NONE gives INT64_MAX. */
int64_t due_last(struct due, int32_t offset);

enum { DATE_ROOM = 40 };

/*
 * Text: "2026-03-09" and "2026-03-02T10:15:00+00:00" (RFC 3339; never "Z").
 * out has room for DATE_ROOM bytes and is returned.  due_print gives the empty
 * string for DUE_NONE.
 */
char *day_print(day_t, char *out);
char *moment_print(struct moment, char *out);
char *due_print(struct due, char *out);
/* RFC 5322 section 3.3: "Mon, 02 Mar 2026 10:15:00 +0000". */
char *moment_print_mail(struct moment, char *out);
/* The reverse; false leaves the result alone.  day_parse takes exactly
 * YYYY-MM-DD; moment_parse also takes a lower case t or a blank, "Z", and
 * fractions of a second, which are dropped. */
bool day_parse(const char *, day_t *);
bool moment_parse(const char *, struct moment *);

/* The nth day of that weekday (as weekday_of() has it) of a stretch of days,
 * from 1; from its end when n < 0.  May lie outside of it. */
day_t nth_weekday(day_t first, day_t last, int n, int weekday);

#endif
