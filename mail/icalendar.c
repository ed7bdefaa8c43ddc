/*
 * See icalendar.h.
 *
 * libical does not look at what malloc(3) gives it, and the loader that cannot
 * load a library ends the process: both shall cost a calendar, and not the mail
 * or the record that it is for.  So the work is done apart.  That process has
 * the tasks, being a fork of this one; what it says is a sysexits(3) code in
 * one byte, and the calendar for 0, else the reason why there is none.
 */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include <libical/ical.h>

#include "mail/addr.h"
#include "mail/apart.h"
#include "mail/charset.h"
#include "mail/icalendar.h"

/* The functions that are used, each with the type that its header gives it. */
#define FUNCTIONS(F)                      \
	F(icalcomponent_new)              \
	F(icalcomponent_add_component)    \
	F(icalcomponent_add_property)     \
	F(icalcomponent_as_ical_string_r) \
	F(icalerrno_return)               \
	F(icalproperty_new_action)        \
	F(icalproperty_new_description)   \
	F(icalproperty_new_dtstamp)       \
	F(icalproperty_new_dtstart)       \
	F(icalproperty_new_due)           \
	F(icalproperty_new_method)        \
	F(icalproperty_new_organizer)     \
	F(icalproperty_new_priority)      \
	F(icalproperty_new_prodid)        \
	F(icalproperty_new_sequence)      \
	F(icalproperty_new_status)        \
	F(icalproperty_new_summary)       \
	F(icalproperty_new_trigger)       \
	F(icalproperty_new_uid)           \
	F(icalproperty_new_version)       \
	F(icalproperty_add_parameter)     \
	F(icalparameter_new_related)      \
	F(icaltime_from_day_of_year)      \
	F(icaltime_from_timet_with_zone)  \
	F(icaltimezone_get_utc_timezone)  \
	F(icaltriggertype_from_int)

#define MEMBER(name) __typeof__(name) *(name);
struct ical {
	FUNCTIONS(MEMBER)
};

/* One symbol into a function pointer; ISO C has no cast for that, and POSIX
 * (dlsym) wants the bits taken as they are. */
static int
load_symbol(void *library, const char *name, void *function, size_t size,
    struct err *err)
{
	void *symbol = dlsym(library, name);

	if (symbol == NULL)
		return err_set(err, EX_UNAVAILABLE, "libical 3: %s", dlerror());
	memcpy(function, &symbol, size);
	return 0;
}

/* The library stays as long as the process, which ends when it has answered. */
static int
load(struct ical *ical, struct err *err)
{
	void *library = dlopen("libical.so.3", RTLD_NOW);
	int rc = 0;

	if (library == NULL)
		return err_set(err, EX_UNAVAILABLE,
		    "libical 3: %s; install it (package libical3)", dlerror());
#define LOAD(name)                \
	if (rc == 0)              \
		rc = load_symbol( \
		    library, #name, &ical->name, sizeof(ical->name), err);
	FUNCTIONS(LOAD)
	return rc;
}

static int
check(const struct todo *t, struct err *err)
{
	if (t->uid == NULL || t->uid[0] == '\0' || t->summary == NULL ||
	    addr_fault(t->organizer) != NULL || t->due.precision == DUE_NONE)
		return err_set(err, EX_DATAERR,
		    "a task needs uid, summary, due and organizer");
	if (!utf8_valid(slice_of(t->uid)) ||
	    !utf8_valid(slice_of(t->summary)) ||
	    !utf8_valid(slice_of(t->description)))
		return err_set(
		    err, EX_DATAERR, "task %s: text is not UTF-8", t->uid);
	return 0;
}

/* RFC 5545 section 3.3.11: TEXT has no control characters but the line ends,
 * which libical writes as "\n". */
static void
clean(struct buf *out, const char *text)
{
	buf_clear(out);
	for (; text != NULL && *text != '\0'; text++)
		if (*text == '\n' ||
		    ((unsigned char)*text >= ' ' && *text != 0x7f))
			buf_putc(out, *text);
		else if (*text != '\r')
			buf_putc(out, ' ');
	buf_puts(out, "");
}

static struct icaltimetype
utc_time(const struct ical *ical, int64_t seconds)
{
	return ical->icaltime_from_timet_with_zone(
	    (time_t)seconds, 0, ical->icaltimezone_get_utc_timezone());
}

static struct icaltimetype
date_of(const struct ical *ical, day_t day)
{
	struct civil c = civil_of_day(day);
	struct icaltimetype t = ical->icaltime_from_day_of_year(1, c.year);

	t.month = c.month;
	t.day = c.day;
	t.is_date = 1;
	return t;
}

/* Start and end are of one type, and the start is never after the end (RFC
 * 5545 section 3.8.2.3). */
static struct icaltimetype
due_time(const struct ical *ical, const struct due *due)
{
	return due->precision == DUE_TIME ? utc_time(ical, due->at.utc)
					  : date_of(ical, due->day);
}

static struct icaltimetype
start_time(const struct ical *ical, const struct todo *t)
{
	day_t day = moment_day(t->start);

	if (t->due.precision == DUE_DAY)
		return date_of(ical, day < t->due.day ? day : t->due.day);
	return utc_time(
	    ical, t->start.utc < t->due.at.utc ? t->start.utc : t->due.at.utc);
}

/* The trigger counts back from DUE, which RFC 5545 section 3.8.6.3 calls the
 * END of a task. */
static icalcomponent *
make_alarm(const struct ical *ical, int remind, const char *summary)
{
	icalcomponent *alarm = ical->icalcomponent_new(ICAL_VALARM_COMPONENT);
	icalproperty *trigger = ical->icalproperty_new_trigger(
	    ical->icaltriggertype_from_int(-remind));

	ical->icalproperty_add_parameter(
	    trigger, ical->icalparameter_new_related(ICAL_RELATED_END));
	ical->icalcomponent_add_property(
	    alarm, ical->icalproperty_new_action(ICAL_ACTION_DISPLAY));
	ical->icalcomponent_add_property(alarm, trigger);
	ical->icalcomponent_add_property(
	    alarm, ical->icalproperty_new_description(summary));
	return alarm;
}

static icalcomponent *
make_todo(const struct ical *ical, const struct todo *t)
{
	static const enum icalproperty_status status[TODO_STATUSES] = {
	    [TODO_OPEN] = ICAL_STATUS_NEEDSACTION,
	    [TODO_DONE] = ICAL_STATUS_COMPLETED,
	    [TODO_CANCELLED] = ICAL_STATUS_CANCELLED,
	};
	icalcomponent *todo = ical->icalcomponent_new(ICAL_VTODO_COMPONENT);
	struct buf text = {0};

#define ADD(property) ical->icalcomponent_add_property(todo, property)
	clean(&text, t->uid);
	ADD(ical->icalproperty_new_uid(text.p));
	ADD(ical->icalproperty_new_dtstamp(utc_time(ical, t->stamp)));
	ADD(ical->icalproperty_new_sequence(t->sequence));
	ADD(ical->icalproperty_new_dtstart(start_time(ical, t)));
	ADD(ical->icalproperty_new_due(due_time(ical, &t->due)));
	/* RFC 5546 section 3.4.1 asks for these two as well. */
	ADD(ical->icalproperty_new_priority(0));
	buf_clear(&text);
	buf_printf(&text, "mailto:%s", t->organizer);
	ADD(ical->icalproperty_new_organizer(text.p));
	ADD(ical->icalproperty_new_status(status[t->status]));
	if (t->description != NULL) {
		clean(&text, t->description);
		ADD(ical->icalproperty_new_description(text.p));
	}
	clean(&text, t->summary);
	ADD(ical->icalproperty_new_summary(text.p));
	if (t->remind > 0 && t->status == TODO_OPEN)
		ical->icalcomponent_add_component(
		    todo, make_alarm(ical, t->remind, text.p));
	buf_free(&text);
	return todo;
}

/* What the other process writes; a fork has it all. */
struct task {
	const struct todo *todos;
	size_t n;
};

static int
write_all(const struct task *task, struct buf *out, struct err *err)
{
	struct ical ical;
	icalcomponent *calendar;
	const char *text;
	size_t i;

	if (load(&ical, err) < 0)
		return -1;
	/* What libical has no memory for it may leave out, and not say so. */
	errno = 0;
	calendar = ical.icalcomponent_new(ICAL_VCALENDAR_COMPONENT);
	ical.icalcomponent_add_property(
	    calendar, ical.icalproperty_new_version("2.0"));
	ical.icalcomponent_add_property(calendar,
	    ical.icalproperty_new_prodid("-//promised//promised//EN"));
	ical.icalcomponent_add_property(
	    calendar, ical.icalproperty_new_method(ICAL_METHOD_PUBLISH));
	for (i = 0; i < task->n; i++)
		ical.icalcomponent_add_component(
		    calendar, make_todo(&ical, &task->todos[i]));
	text = ical.icalcomponent_as_ical_string_r(calendar);
	if (errno == ENOMEM)
		return err_set(err, EX_TEMPFAIL, "out of memory");
	if (text == NULL || *ical.icalerrno_return() != ICAL_NO_ERROR)
		return err_set(err, EX_UNAVAILABLE, "libical writes none");
	buf_puts(out, text);
	return 0;
}

/* apart_read. */
static void
answer(void *arg, struct slice none, struct buf *out)
{
	struct err err = {0};
	struct buf text = {0};

	(void)none;
	if (write_all(arg, &text, &err) == 0) {
		buf_putc(out, EX_OK);
		buf_slice(out, buf_view(&text));
	} else {
		buf_putc(out, (char)err.code);
		buf_puts(out, err.text);
	}
	buf_free(&text);
}

static int
take(struct slice said, struct buf *out, struct err *err)
{
	struct slice text;

	if (said.len < 2)
		return err_set(err, EX_SOFTWARE, "no word of a calendar");
	text = (struct slice){said.p + 1, said.len - 1};
	if (!utf8_valid(text))
		return err_set(err, EX_SOFTWARE, "no text for a calendar");
	if (said.p[0] != EX_OK)
		return err_set(err,
		    said.p[0] == EX_TEMPFAIL ? EX_TEMPFAIL : EX_UNAVAILABLE,
		    "%.*s", (int)text.len, text.p);
	buf_slice(out, text);
	return 0;
}

int
icalendar_write(
    const struct todo *t, size_t n, struct buf *out, struct err *err)
{
	/* libical, and what it needs, may have been installed anywhere. */
	static const char *const readable[] = {"/", NULL};
	struct task task = {t, n};
	struct apart *writer;
	struct apart_job *job;
	struct err died;
	size_t i;
	int rc;

	for (i = 0; i < n; i++)
		if (check(&t[i], err) < 0)
			return -1;
	writer = apart_open(answer, &task, 1, APART_SECONDS, readable);
	job = apart_job(writer);
	apart_ask(writer, job, false);
	rc = apart_wait(writer, job, &died) == 0
		 ? take(job->out, out, err)
		 : err_set(err, EX_TEMPFAIL,
		       "libical ends the process, as without memory; "
		       "try again");
	apart_drop(writer, job);
	apart_close(writer);
	return rc;
}
