/*
 * Tasks for calendar programs, read back with libical's own parser.  Its
 * header belongs to mail/icalendar.c, so the few functions of the parser are
 * declared here.
 */
#include <dlfcn.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "mail/icalendar.h"

struct parser {
	void *library;
	void *(*parse)(const char *);
	void (*free)(void *);
	int (*count_errors)(void *);
	int (*check)(void *); /* RFC 5546's table of what must be there */
	void *(*first)(void *, int kind);
	void *(*next)(void *, int kind);
	const char *(*uid)(void *);
	const char *(*summary)(void *);
	const char *(*description)(void *);
	char *(*print)(void *);
	int (*kind)(const char *name);
};

static void
symbol(void *library, const char *name, void *function)
{
	void *p = dlsym(library, name);

	assert_non_null(p);
	memcpy(function, &p, sizeof(p));
}

static struct parser
parser_open(void)
{
	struct parser p;

	p.library = dlopen("libical.so.3", RTLD_NOW | RTLD_NODELETE);
	assert_non_null(p.library);
	symbol(p.library, "icalparser_parse_string", &p.parse);
	symbol(p.library, "icalcomponent_free", &p.free);
	symbol(p.library, "icalcomponent_count_errors", &p.count_errors);
	symbol(p.library, "icalrestriction_check", &p.check);
	symbol(p.library, "icalcomponent_get_first_component", &p.first);
	symbol(p.library, "icalcomponent_get_next_component", &p.next);
	symbol(p.library, "icalcomponent_get_uid", &p.uid);
	symbol(p.library, "icalcomponent_get_summary", &p.summary);
	symbol(p.library, "icalcomponent_get_description", &p.description);
	symbol(p.library, "icalcomponent_as_ical_string", &p.print);
	symbol(p.library, "icalcomponent_string_to_kind", &p.kind);
	return p;
}

static const struct todo refund = {
    .uid = "12.3@owner.example",
    .summary = "Acme owes a refund; \"soon\", they said \\ Gr\xc3\xb6\xc3\x9f"
	       "e \xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5"
	       "\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac",
    .description = "We will refund you within 5 working days.\nPriya Shah",
    .start = {1772446500, 0}, /* 2026-03-02T10:15:00Z */
    .due = {DUE_DAY, 20521, {0, 0}}, /* 2026-03-09 */
    .stamp = 1772446500, /* 2026-03-02T10:15:00Z */
    .sequence = 2,
    .status = TODO_OPEN,
    .organizer = "anna@owner.example",
    .remind = 86400,
};

static char *
written(const struct todo *t, size_t n)
{
	struct buf out = {0};
	struct err err = {0};

	if (icalendar_write(t, n, &out, &err) < 0)
		fail_msg("%s", err.text);
	return out.p;
}

static void
has_line(const char *text, const char *line)
{
	char *whole;
	size_t n = strlen(line);

	whole = malloc(n + 5);
	assert_non_null(whole);
	snprintf(whole, n + 5, "\r\n%s\r\n", line);
	if (strstr(text, whole) == NULL)
		fail_msg("no line %s in\n%s", line, text);
	free(whole);
}

static void
test_read_back(void **state)
{
	struct parser p = parser_open();
	struct todo two[2] = {refund, refund};
	char *text;
	void *calendar, *todo, *alarm;

	(void)state;
	two[1].uid = "12.4@owner.example";
	two[1].description = NULL;
	text = written(two, 2);
	calendar = p.parse(text);
	assert_non_null(calendar);
	assert_int_equal(p.count_errors(calendar), 0);
	if (!p.check(calendar))
		fail_msg("%s", p.print(calendar));
	todo = p.first(calendar, p.kind("VTODO"));
	assert_non_null(todo);
	assert_string_equal(p.uid(todo), refund.uid);
	assert_string_equal(p.summary(todo), refund.summary);
	assert_string_equal(p.description(todo), refund.description);
	alarm = p.first(todo, p.kind("VALARM"));
	assert_non_null(alarm);
	assert_string_equal(p.description(alarm), refund.summary);
	todo = p.next(calendar, p.kind("VTODO"));
	assert_string_equal(p.uid(todo), "12.4@owner.example");
	assert_null(p.next(calendar, p.kind("VTODO")));
	p.free(calendar);
	free(text);
}

static void
test_lines(void **state)
{
	char *text = written(&refund, 1), *line, *end;

	(void)state;
	has_line(text, "METHOD:PUBLISH");
	has_line(text, "DTSTAMP:20260302T101500Z");
	has_line(text, "DTSTART;VALUE=DATE:20260302");
	has_line(text, "DUE;VALUE=DATE:20260309");
	has_line(text, "STATUS:NEEDS-ACTION");
	has_line(text, "SEQUENCE:2");
	has_line(text, "TRIGGER;RELATED=END:-P1D");
	for (line = text; *line != '\0'; line = end + 2) {
		end = strstr(line, "\r\n");
		assert_non_null(end);
		assert_true(end - line <= 75); /* RFC 5545 section 3.1 */
		assert_null(memchr(line, '\n', (size_t)(end - line)));
		/* No character is cut in two by the fold. */
		assert_int_not_equal(
		    (unsigned char)end[2 + (end[2] == ' ')] & 0xc0, 0x80);
	}
	free(text);
}

static void
test_moment_and_states(void **state)
{
	struct todo t = refund;
	char *text;

	(void)state;
	t.due = (struct due){DUE_TIME, 20521, {1773072000, 3600}};
	t.status = TODO_DONE;
	text = written(&t, 1);
	has_line(text, "DTSTART:20260302T101500Z");
	has_line(text, "DUE:20260309T160000Z");
	has_line(text, "STATUS:COMPLETED");
	assert_null(strstr(text, "VALARM")); /* what is done rings no more */
	free(text);
	t.due.at.utc = t.start.utc - 60; /* RFC 5545: never before it starts */
	t.status = TODO_CANCELLED;
	text = written(&t, 1);
	has_line(text, "STATUS:CANCELLED");
	has_line(text, "DTSTART:20260302T101400Z");
	free(text);
}

/* The words of a company cannot end the line and begin another property. */
static void
test_injection(void **state)
{
	struct todo t = refund;
	struct parser p = parser_open();
	void *calendar, *todo;
	char *text;

	(void)state;
	t.summary = "due\r\nATTENDEE:mailto:evil@bad.example\r\nX:\x1b[2J";
	t.description = "\nEND:VTODO\nEND:VCALENDAR\n";
	text = written(&t, 1);
	assert_null(strstr(text, "\nATTENDEE"));
	assert_null(strchr(text, 0x1b));
	calendar = p.parse(text);
	assert_int_equal(p.count_errors(calendar), 0);
	todo = p.first(calendar, p.kind("VTODO"));
	assert_string_equal(p.description(todo), t.description);
	p.free(calendar);
	free(text);
}

static void
test_refused(void **state)
{
	struct todo t = refund;
	struct buf out = {0};
	struct err err = {0};

	(void)state;
	t.due.precision = DUE_NONE;
	assert_int_equal(icalendar_write(&t, 1, &out, &err), -1);
	assert_int_equal(err.code, EX_DATAERR);
	t = refund;
	t.summary = "\xff";
	assert_int_equal(icalendar_write(&t, 1, &out, &err), -1);
	t = refund;
	t.organizer = "x\r\nATTENDEE:y";
	assert_int_equal(icalendar_write(&t, 1, &out, &err), -1);
	t = refund;
	t.uid = "";
	assert_int_equal(icalendar_write(&t, 1, &out, &err), -1);
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

#ifndef __SANITIZE_ADDRESS__ /* which has an allocator of its own */

/* The one that fails, of a process that is not this one; 0: none. */
static struct {
	pid_t parent;
	int at, count;
} failing;

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static bool
fails(void)
{
	if (failing.at == 0 || getpid() == failing.parent ||
	    ++failing.count != failing.at)
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

/* libical does not look whether it was given memory: there is no calendar then,
 * or the whole, and this process lives. */
static void
test_no_memory(void **state)
{
	char *whole = written(&refund, 1);
	int refused = 0, in_row = 0;

	(void)state;
	failing.parent = getpid();
	for (failing.at = 1; in_row < 16; failing.at++) {
		struct buf out = {0};
		struct err err = {0};

		in_row++;
		if (icalendar_write(&refund, 1, &out, &err) == 0) {
			assert_string_equal(out.p, whole);
		} else {
			assert_true(err.code == EX_TEMPFAIL ||
				    err.code == EX_UNAVAILABLE);
			assert_int_equal(out.len, 0);
			refused++;
			in_row = 0;
		}
		buf_free(&out);
	}
	failing.at = 0;
	assert_true(refused > 0);
	free(whole);
}

#endif

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#ifndef __SANITIZE_ADDRESS__
	    cmocka_unit_test(test_no_memory),
#endif
	    cmocka_unit_test(test_read_back),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_moment_and_states),
	    cmocka_unit_test(test_injection),
	    cmocka_unit_test(test_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("icalendar", tests, NULL, NULL);
}
