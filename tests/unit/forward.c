/*
 * Originals of forwards: every tests/forwards/NAME.eml is read and compared with
 * NAME.want, lines `key: value`.  `text`, `comment` and `newest` are compared by
 * their first line, `last` is the last line of the text.
 *
 * The names that mails are wrong about, dates that can be read in two ways, bad
 * form files, and floods of lines stand below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "mail/datetext.h"
#include "mail/forms.h"
#include "mail/people.h"
#include "mail/read.h"

enum { CPU_MOST = 100 }; /* seconds, of a few */

static struct forms *forms;
static struct arena *loaded;

static int
setup(void **state)
{
	struct err err = {0};

	(void)state;
	loaded = arena_new();
	forms = forms_load(loaded, "mail/forms", &err);
	if (forms == NULL)
		print_error("%s\n", err.text);
	return forms == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(loaded);
	return 0;
}

static struct slice
file_read(struct arena *m, const char *path)
{
	enum { MOST = 1 << 16 };
	FILE *file = fopen(path, "rb");
	char *room = arena_alloc(m, MOST);
	struct slice s = {room, 0};

	assert_non_null(file);
	s.len = fread(room, 1, MOST - 1, file);
	fclose(file);
	return s;
}

/* --- the mails ---------------------------------------------------------- */

static const char *
person_text(struct arena *m, struct address a)
{
	if (a.name != NULL && a.addr != NULL)
		return arena_printf(m, "%s <%s>", a.name, a.addr);
	return a.name != NULL ? a.name : a.addr != NULL ? a.addr : "";
}

static const char *
people_text(struct arena *m, struct addresses list)
{
	const char *text = "";

	for (size_t i = 0; i < list.n; i++)
		text = arena_printf(m, "%s%s%s", text, i > 0 ? "; " : "",
		    person_text(m, list.v[i]));
	return text;
}

static const char *
first_line(struct arena *m, const char *text)
{
	return arena_strndup(m, text, strcspn(text, "\n"));
}

static const char *
last_line(struct arena *m, const char *text)
{
	struct slice s = slice_trim(slice_of(text));
	const char *start = s.p + s.len;

	while (start > s.p && start[-1] != '\n')
		start--;
	return arena_strndup(m, start, (size_t)(s.p + s.len - start));
}

static const char *
found(struct arena *m, const struct original *o, const char *key)
{
	char date[DATE_ROOM];
	const struct {
		const char *key, *value;
	} all[] = {
	    {"forwarded", o->forwarded ? "yes" : "no"},
	    {"from", person_text(m, o->from)},
	    {"to", people_text(m, o->to)},
	    {"cc", people_text(m, o->cc)},
	    {"date", o->has_date ? arena_strdup(m, moment_print(o->date, date))
				 : ""},
	    {"subject", o->subject},
	    {"comment", first_line(m, o->comment)},
	    {"text", first_line(m, o->text)},
	    {"last", last_line(m, o->text)},
	    {"newest", first_line(m, o->newest)},
	    {"message-id", o->message_id != NULL ? o->message_id : ""},
	    {"reference", o->references.n > 0 ? o->references.v[0] : ""},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (strcmp(all[i].key, key) == 0)
			return all[i].value;
	}
	fail_msg("no such key: %s", key);
	return NULL;
}

static int
compare(struct arena *m, const char *name, const struct original *o)
{
	struct slice rest = file_read(
			 m, arena_printf(m, "tests/forwards/%s.want", name)),
		     line;
	int wrong = 0;

	while (slice_line(&rest, &line)) {
		size_t colon =
		    (size_t)((char *)memchr(line.p, ':', line.len) - line.p);
		const char *key = arena_strndup(m, line.p, colon);
		const char *want =
		    slice_dup(m, slice_trim((struct slice){line.p + colon + 1,
				     line.len - colon - 1}));
		const char *got = found(m, o, key);

		if (strcmp(want, got) == 0)
			continue;
		print_error(
		    "%s: %s: want '%s', got '%s'\n", name, key, want, got);
		wrong++;
	}
	return wrong;
}

static void
test_mails(void **state)
{
	DIR *dir = opendir("tests/forwards");
	struct dirent *entry;
	int wrong = 0, read = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		char *dot = strrchr(entry->d_name, '.');
		struct arena *m;

		if (dot == NULL || strcmp(dot, ".eml") != 0)
			continue;
		m = arena_new();
		const char *path =
		    arena_printf(m, "tests/forwards/%s", entry->d_name);
		struct message *mail = message_read(m, file_read(m, path));

		*dot = '\0';
		wrong +=
		    compare(m, entry->d_name, original_read(m, forms, mail));
		read++;
		arena_free(m);
	}
	closedir(dir);
	assert_true(read > 0);
	assert_int_equal(wrong, 0);
}

/* --- dates -------------------------------------------------------------- */

struct date_case {
	const char *language, *text, *later, *want;
};

static const struct date_case dates[] = {
    {"de", "Montag, 2. März 2026 um 10:15 Uhr", "2026-03-03T08:00:00+01:00",
	"2026-03-02T10:15:00+01:00"},
    {"de", "26. Oktober 2025 um 14:25:08 OESZ", "2026-03-03T08:00:00+01:00",
	"2025-10-26T14:25:08+03:00"},
    {"es", "2 de marzo de 2026, 10:15 p. m.", "2026-03-03T08:00:00+01:00",
	"2026-03-02T22:15:00+01:00"},
    {"pt", "seg., 2 de mar. de 2026 às 10:15", "2026-03-03T08:00:00-03:00",
	"2026-03-02T10:15:00-03:00"},
    {"fr", "mar. 3 mars 2026 à 10 h 15", "2026-03-04T08:00:00+01:00",
	"2026-03-03T10:15:00+01:00"},
    {"fr", "mar. 3 nov. 2026 à 10:15", "2026-11-04T08:00:00+01:00",
	"2026-11-03T10:15:00+01:00"},
    {"fi", "ma 2. maalisk. 2026 klo 10.15", "2026-03-03T08:00:00+02:00",
	"2026-03-02T10:15:00+02:00"},
    {"hr", "27. lis 2025. u 09:31", "2026-03-03T08:00:00+01:00",
	"2025-10-27T09:31:00+01:00"},
    {"pl", "27 lis 2025 o 09:31", "2026-03-03T08:00:00+01:00",
	"2025-11-27T09:31:00+01:00"},
    {"hu", "2026. március 2., hétfő 10:15", "2026-03-03T08:00:00+01:00",
	"2026-03-02T10:15:00+01:00"},
    {"ja", "2026年3月2日(月) 午後3:05", "2026-03-03T08:00:00+09:00",
	"2026-03-02T15:05:00+09:00"},
    {"zh", "2026年3月2日星期一 上午10時15分", "2026-03-03T08:00:00+08:00",
	"2026-03-02T10:15:00+08:00"},
    {"ko", "2026년 3월 2일 (월) 오후 3:05", "2026-03-03T08:00:00+09:00",
	"2026-03-02T15:05:00+09:00"},
    {"th", "2 มี.ค. 2569 10:15", "2026-03-03T08:00:00+07:00",
	"2026-03-02T10:15:00+07:00"},
    {"vi", "10:15, Th 2, 2 thg 3, 2026", "2026-03-03T08:00:00+07:00",
	"2026-03-02T10:15:00+07:00"},
    {"ja", "令和8年3月2日 10:15", "2026-03-03T08:00:00+09:00",
	"2026-03-02T10:15:00+09:00"},
    {"zh", "民國115年3月2日 下午10:15", "2026-03-03T08:00:00+08:00",
	"2026-03-02T22:15:00+08:00"},
    {"en", "Today at 7:15", "2026-03-03T08:00:00+01:00",
	"2026-03-03T07:15:00+01:00"},
    {"de", "Gestern um 10:15 Uhr", "2026-03-03T08:00:00+01:00",
	"2026-03-02T10:15:00+01:00"},
    {"en", "Mon, 10:15 AM", "2026-03-03T08:00:00+01:00",
	"2026-03-02T10:15:00+01:00"},
    {"fi", "ma 2.3.2026 klo 10.15", "2026-03-03T08:00:00+02:00",
	"2026-03-02T10:15:00+02:00"},
    {"bn", "সোমবার, ২ মার্চ, ২০২৬ ১০:১৫", "2026-03-03T08:00:00+06:00",
	"2026-03-02T10:15:00+06:00"},
    {"ga", "Dé Luain 7 Meán Fómhair 2026 ag 10:15", "2026-09-08T08:00:00+01:00",
	"2026-09-07T10:15:00+01:00"},
    {"ar", "٢ مارس ٢٠٢٦ في ١٠:١٥ ص", "2026-03-03T08:00:00+02:00",
	"2026-03-02T10:15:00+02:00"},
    {"en", "Mon, 2 Mar 2026 10:15:04 +0530 (IST)", "2026-03-03T08:00:00+00:00",
	"2026-03-02T10:15:04+05:30"},
    {"en", "March-19-11 5:42 PM", "2011-04-01T08:00:00-05:00",
	"2011-03-19T17:42:00-05:00"},
    {"en", "2026-03-02 10:15", "2026-03-03T08:00:00+00:00",
	"2026-03-02T10:15:00+00:00"},
    {"en", "1. August 2011 23:28:15 GMT-07:00", "2026-03-03T08:00:00+00:00",
	"2011-08-01T23:28:15-07:00"},
    /* Two readings: nothing is forwarded before it was written, ... */
    {"en", "4/3/26, 10:15 AM", "2026-03-05T08:00:00+00:00",
	"2026-03-04T10:15:00+00:00"},
    {"de", "3/4/26 10:15", "2026-03-05T08:00:00+01:00",
	"2026-03-04T10:15:00+01:00"},
    /* ... the weekday, ... */
    {"en", "Tue 5/6/2025 10:15", "2025-12-01T08:00:00+00:00",
	"2025-05-06T10:15:00+00:00"},
    {"en", "Thu 5/6/2025 10:15", "2025-12-01T08:00:00+00:00",
	"2025-06-05T10:15:00+00:00"},
    /* ... the language or the zone, ... */
    {"es", "5/6/2025 10:15", "2025-12-01T08:00:00+01:00",
	"2025-06-05T10:15:00+01:00"},
    {"en", "5/6/2025 10:15 AM EDT", "2025-12-01T08:00:00+00:00",
	"2025-05-06T10:15:00-04:00"},
    /* ... nearness. */
    {"en", "02/03/2026 10:15", "2026-03-03T08:00:00+00:00",
	"2026-03-02T10:15:00+00:00"},
    /* No zone, and later than the forward by its clock: a clock further east. */
    {"ko", "2026년 3월 2일 오전 10:15", "2026-03-02T02:30:00+00:00",
	"2026-03-02T10:15:00+08:00"},
};

static languages
language_bit(const char *code)
{
	for (unsigned i = 0;
	     i < FORM_LANGUAGES && forms_language(forms, i) != NULL; i++) {
		if (strcmp(forms_language(forms, i), code) == 0)
			return (languages)1 << i;
	}
	fail_msg("no language %s", code);
	return 0;
}

static void
test_dates(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(*dates); i++) {
		const struct date_case *c = &dates[i];
		struct date_hint hint = {
		    .has_later = true, .languages = language_bit(c->language)};
		struct date_text got = {0};
		char text[DATE_ROOM] = "none";

		assert_true(moment_parse(c->later, &hint.later));
		if (date_text(forms, slice_of(c->text), &hint, &got))
			moment_print(got.at, text);
		if (strcmp(text, c->want) != 0) {
			print_error(
			    "%s: want %s, got %s\n", c->text, c->want, text);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static void
test_no_dates(void **state)
{
	static const char *const texts[] = {"", "tomorrow at noon", "12345678",
	    "31/31/2026", "30 February 2026", "10:15", "- / -"};
	struct date_hint hint = {0};
	struct date_text got;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_false(date_text(forms, slice_of(texts[i]), &hint, &got));
	}
}

/* --- people ------------------------------------------------------------- */

static void
test_people(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"a@b.example", "a@b.example"},
	    {"Ann Bee <ann@B.Example>", "Ann Bee <ann@b.example>"},
	    {"'Bee, Ann' <a@b.example>, c@d.example",
		"Bee, Ann <a@b.example>; c@d.example"},
	    {"Bee, Ann <a@b.example>, Dee, Carl<c@d.example>",
		"Bee, Ann <a@b.example>; Dee, Carl <c@d.example>"},
	    {"Bee, Ann; All Staff (London)", "Bee, Ann; All Staff (London)"},
	    {"Ann [mailto:a@b.example]", "Ann <a@b.example>"},
	    {"Ann <a@b.example<mailto:a@b.example>>; Carl <c@d.example>;",
		"Ann <a@b.example>; Carl <c@d.example>"},
	    {"a@b.example <a@b.example>", "a@b.example"},
	    {"\"'a@b.example'\" <a@b.example>", "a@b.example"},
	    {"« Ann Bee » <a@b.example>", "Ann Bee <a@b.example>"},
	    {"*Ann Bee* <a@b.example>", "Ann Bee <a@b.example>"},
	    {"\xe2\x80\xaa"
	     "Ann\xe2\x80\xac <\xe2\x80\xaa"
	     "a@b.example\xe2\x80\xac>",
		"Ann <a@b.example>"},
	    {"Ann, Ben, Carl", "Ann; Ben; Carl"},
	    {"", ""},
	};
	struct arena *m = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(
		    people_text(m, people_read(m, slice_of(cases[i].text))),
		    cases[i].want);
	arena_free(m);
}

/* --- form files --------------------------------------------------------- */

static void
load_one(const char *text, struct err *err)
{
	char dir[] = "/tmp/forms.XXXXXX", path[64];
	struct forms *f;
	FILE *file;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/xx.forms", dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	f = forms_load(loaded, dir, err);
	assert_true((f == NULL) == (err->code != 0));
	unlink(path);
	rmdir(dir);
}

static void
test_bad_forms(void **state)
{
	static const char *const bad[] = {
	    "# fine\n\nfrom Von\n",
	    "# fine\n\nfrm = Von\n",
	    "# fine\n\nfrom = Von | \n",
	    "# fine\nfrom = Von\nto = Von\n",
	    "# fine\n\norder = ydm\n",
	    "# fine\n\nutc+99:00 = XYZ\n",
	    "# fine\n\nwrote = *:\n",
	    "# fine\n\nwrote = a * * b\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = {0};

		load_one(bad[i], &err);
		assert_int_equal(err.code, EX_CONFIG);
		assert_non_null(strstr(err.text, "/xx.forms:3: "));
	}
}

static void
test_good_form(void **state)
{
	struct err err = {0};

	(void)state;
	load_one("# Klingon\nfrom = ghItlhwI'\nwrote = * jatlh *:\n", &err);
	assert_int_equal(err.code, 0);
	assert_null(forms_load(loaded, "/nonexistent/forms", &err));
	assert_true(err.code != 0);
}

/* --- floods ------------------------------------------------------------- */

/*
 * A megabyte of lines that look like the beginning of something must cost about
 * as much as a megabyte of anything: see CPU_MOST.
 */
static void
test_floods(void **state)
{
	static const char *const lines[] = {"On Monday we wrote a line\n",
	    "On 2 Mar 2026 a:\n", "From:\n", "From: a@b.example\nTo: x,\n",
	    "On Mon, 2 Mar 2026, Bob <b@c.example> wrote:\n", "\n", ">\n",
	    "---------- Forwarded message ---------\nFrom: a@b.example\nSubject: Fwd: x\n\n",
	    "a:\n", "x@y 1:\n", "--\nx\n", "____\n", "<a@b\n",
	    ">>> a <b@c> 02.03.26 10.15 >>>\n", "a, ", "On 2 ", "From: ", "<"};
	struct message mail = {.subject = "Fwd: x", .has_date = true};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct arena *m = arena_new();
		struct buf text = {0};

		while (text.len < 1000000)
			buf_puts(&text, lines[i]);
		mail.text = buf_keep(&text, m);
		assert_non_null(original_read(m, forms, &mail)->newest);
		arena_free(m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mails),
	    cmocka_unit_test(test_dates),
	    cmocka_unit_test(test_no_dates),
	    cmocka_unit_test(test_people),
	    cmocka_unit_test(test_bad_forms),
	    cmocka_unit_test(test_good_form),
	    cmocka_unit_test(test_floods),
	};

	/* What grows faster than the text would take minutes: it is ended. */
	setrlimit(RLIMIT_CPU, &(struct rlimit){CPU_MOST, CPU_MOST});
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("forward", tests, setup, teardown);
}
