/*
 * Obligations as tasks for calendar programs (RFC 5545, VTODO with VALARM).
 *
 * libical lives in icalendar.c and nowhere else.  Each calendar is written by a
 * process of its own, which loads it with dlopen(3): it does not look at what
 * malloc gives it, and brings ICU's 30 MB of tables along, which who writes no
 * calendar should not pay for.  A machine without libical has everything but
 * calendars.
 */
#ifndef MAIL_ICALENDAR_H
#define MAIL_ICALENDAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"

enum todo_status {
	TODO_OPEN, /* NEEDS-ACTION */
	TODO_DONE, /* COMPLETED */
	TODO_CANCELLED, /* void: takes the task off the calendar */
	TODO_STATUSES
};

/* Borrowed; UTF-8. */
struct todo {
	const char *uid; /* the same for ever: "12.3@owner.example" */
	const char *summary; /* one line */
	const char *description; /* may be NULL */
	struct moment start; /* when it was promised */
	struct due due; /* a DUE of type DATE, or a moment in UTC */
	int64_t stamp; /* DTSTAMP: UTC seconds at which this was true */
	int sequence; /* rises with every change of the same uid, from 0 */
	enum todo_status status;
	const char *organizer; /* address of the owner; required (RFC 5546) */
	int remind; /* seconds before due at which to alarm; 0: never */
};

/*
 * Adds one VCALENDAR, METHOD:PUBLISH, with n tasks and CRLF line ends.  -1
 * with err: EX_UNAVAILABLE when libical is not there, EX_DATAERR for what is
 * no task, EX_TEMPFAIL for want of memory.
 */
int icalendar_write(const struct todo *, size_t n, struct buf *, struct err *);

#endif
