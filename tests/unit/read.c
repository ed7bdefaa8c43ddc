/* Reading: whole letters, and what must never go wrong on any text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "rules/read.h"
#include "rules/train.h"

enum { CPU_MOST = 100 }; /* seconds, of a few */

static struct pack *pack;
static struct arena *loaded;
static struct calendars *calendars;

static int
load(void **state)
{
	struct err err;

	(void)state;
	loaded = arena_new();
	pack = pack_load(loaded, "rules", NULL, &err);
	calendars = calendars_load(loaded, "rules", &err);
	if (pack == NULL || calendars == NULL)
		fprintf(stderr, "%s\n", err.text);
	return pack == NULL || calendars == NULL;
}

static int
unload(void **state)
{
	(void)state;
	pack_close(pack);
	arena_free(loaded);
	return 0;
}

/* Tuesday 3 March 2026, 10:00, of England. */
static struct findings *
read_mail(struct arena *a, const char *text, enum who sender)
{
	struct reading in = {.text = text,
	    .subject = "Your case AB-12345",
	    .sender = sender,
	    .sender_name = "Acme Water",
	    .sender_addr = "care@acmewater.example"};

	in.calendar = calendar_region(calendars, "GB");
	moment_parse("2026-03-03T10:00:00+00:00", &in.anchor);
	return findings_read(a, pack, &in);
}

static void
print_obligation(struct buf *out, const struct obligation_found *o)
{
	char due[DATE_ROOM];

	buf_printf(out, "%s%s %s %s %s%s", out->len > 0 ? "; " : "",
	    who_name(o->who), action_name(o->action),
	    o->due.precision == DUE_NONE ? "-" : due_print(o->due, due),
	    o->vague ? "vague" : "", o->condition ? "condition" : "");
}

static const char *
obligations(struct arena *a, const char *text, enum who sender)
{
	struct findings *f = read_mail(a, text, sender);
	struct buf out = {0};
	size_t i;

	for (i = 0; i < f->obligation_count; i++)
		print_obligation(&out, &f->obligations[i]);
	return buf_keep(&out, a);
}

static const struct {
	enum who sender;
	const char *text, *found;
} letters[] = {
    {WHO_COMPANY, "We will refund you within 5 working days.",
	"company refund 2026-03-10 "},
    {WHO_COMPANY, "By Friday we will have called you.",
	"company call 2026-03-06 "},
    {WHO_COMPANY, "We will call you and issue the refund by Friday.",
	"company call 2026-03-06 ; company refund 2026-03-06 "},
    {WHO_COMPANY, "We will look into it and come back to you by Friday.",
	"company reply 2026-03-06 "},
    {WHO_COMPANY, "Once we have the form, we will refund you within 5 days.",
	"company refund - condition"},
    {WHO_COMPANY, "We will be in touch shortly.", "company reply - vague"},
    {WHO_COMPANY, "Please reply within 14 days or we will close your case.",
	"customer reply 2026-03-17 "},
    {WHO_COMPANY, "Please allow up to ten working days for the refund.",
	"company refund 2026-03-17 "},
    {WHO_COMPANY, "We replied to you within two days.", ""},
    {WHO_COMPANY, "We cannot promise a date.", ""},
    {WHO_COMPANY, "We cannot promise that we will call you by Friday.", ""},
    {WHO_COMPANY,
	"We can't say when they will call, but we will write by Friday.",
	"company reply 2026-03-06 "},
    {WHO_COMPANY, "Will you be in on Friday?", ""},
    {WHO_COMPANY, "The engineer will come on Thursday or Friday.",
	"company repair 2026-03-06 "},
    {WHO_COMPANY, "We will call you today or shortly.",
	"company call 2026-03-03 "},
    {WHO_COMPANY, "You told us that we \"will refund you by Friday\".", ""},
    {WHO_COMPANY,
	"We will refund you by Friday. Your refund will be paid by Friday.",
	"company refund 2026-03-06 "},
    {WHO_CUSTOMER, "I expect a full response by 12 May.",
	"company reply 2026-05-12 "},
    {WHO_CUSTOMER, "I'll send you the form by Friday.",
	"customer provide 2026-03-06 "},
    {WHO_CUSTOMER, "You said you will call me by Friday.", ""},
    {WHO_COMPANY, "Il get back to u tomorrow", "company reply 2026-03-04 "},
    /* A list is led in. */
    {WHO_COMPANY,
	"We will:\n\n- pay you \xc2\xa3"
	"50 by Friday;\n"
	"- send you a new lamp by Monday.",
	"company refund 2026-03-06 ; company replace 2026-03-09 "},
    {WHO_COMPANY, "You need to:\n1. return the form by Friday\n2. keep it",
	"customer provide 2026-03-06 "},
    {WHO_COMPANY, "We cannot:\n\nrefund you by Friday; or\n\ncall you today",
	""},
    {WHO_COMPANY, "We will see.\n\n- Return the form by Friday.",
	"customer provide 2026-03-06 "},
    {WHO_COMPANY,
	"Dr Shah, who can tell if it is cracked, will call by Friday.",
	"company call 2026-03-06 "},
    {WHO_COMPANY, "You will hear from us five days after that.",
	"company reply - condition"},
    /* Which of the times is meant; the letter is of Tuesday, 3 March. */
    {WHO_COMPANY, "I will take the April charge off tomorrow.",
	"company cancel 2026-03-04 "},
    {WHO_COMPANY, "We will send you the photos taken on 20 February tomorrow.",
	"company deliver 2026-03-04 "},
    {WHO_COMPANY, "We will refund the 14 January payment within 5 days.",
	"company refund 2026-03-08 "},
    {WHO_COMPANY,
	"Our stand is open until 12 March and we will write to you the day after.",
	"company reply 2026-03-13 "},
    {WHO_COMPANY,
	"The panel sits on 18 March. You will be told the following day.",
	"company investigate 2026-03-18 ; company reply 2026-03-19 "},
    {WHO_COMPANY, "The technician comes on Thursday and should be there by 10.",
	"company repair 2026-03-05T10:00:00+00:00 "},
    {WHO_COMPANY,
	"After nine years with us you deserve it: I'll call by Friday.",
	"company call 2026-03-06 "},
    {WHO_COMPANY,
	"The driver will collect it on Thursday and your refund will follow "
	"within 5 days.",
	"company deliver 2026-03-05 ; company refund 2026-03-08 "},
    {WHO_COMPANY,
	"Should you need a lift, call us; the fee will be refunded by Friday.",
	"company refund 2026-03-06 "},
    {WHO_COMPANY, "There is no news of it; we will call you by Friday.",
	"company call 2026-03-06 "},
    {WHO_COMPANY, "Thanks.\n\nRegards\nMel\nWe will call you by Friday", ""},
};

static void
letters_are_read(void **state)
{
	struct arena *a = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(letters) / sizeof(*letters); i++)
		assert_string_equal(letters[i].found,
		    obligations(a, letters[i].text, letters[i].sender));
	arena_free(a);
}

/* So many bytes of lines that say nothing, then two promises in one line. */
static const char *
long_letter(struct arena *a, size_t bytes)
{
	struct buf out = {0};

	while (out.len < bytes)
		buf_puts(&out, "The tap in the kitchen drips.\n");
	buf_puts(&out, "We will call you by Friday. We will refund you.\n");
	return buf_keep(&out, a);
}

/* Of a letter longer than what is read, no half a line is read. */
static void
reads_whole_lines_of_the_beginning(void **state)
{
	enum { READ = 48 << 10, BEFORE = READ - 100, WITHIN = READ - 30 };
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(obligations(a, long_letter(a, BEFORE), WHO_COMPANY),
	    "company call 2026-03-06 ; company refund - ");
	assert_string_equal(
	    obligations(a, long_letter(a, WITHIN), WHO_COMPANY), "");
	arena_free(a);
}

static void
reads_the_beginning_of_one_long_line(void **state)
{
	struct arena *a = arena_new();
	struct buf out = {0};

	(void)state;
	buf_puts(&out, "Hello,\nWe will call you by Friday.");
	while (out.len < 60 << 10)
		buf_puts(&out, " The tap in the kitchen drips.");
	buf_puts(&out, " We will refund you.");
	assert_string_equal(obligations(a, buf_keep(&out, a), WHO_COMPANY),
	    "company call 2026-03-06 ");
	arena_free(a);
}

static void
quotes_are_exact(void **state)
{
	const char *text = "Hello,\n\nWe will refund\n  you by \xc2\xa0"
			   "Friday. Bye.\n";
	struct arena *a = arena_new();
	const struct obligation_found *o;

	(void)state;
	o = read_mail(a, text, WHO_COMPANY)->obligations;
	assert_non_null(o);
	assert_string_equal("We will refund you by Friday.", o->quote);
	assert_ptr_equal(strstr(text, "We will"), text + o->start);
	assert_ptr_equal(strstr(text, " Bye."), text + o->end);
	assert_string_equal("by Friday", o->phrase);
	arena_free(a);
}

static void
items_are_quoted_without_what_leads_in(void **state)
{
	struct arena *a = arena_new();
	const struct obligation_found *o =
	    read_mail(a, "We will:\n\n- refund you\n  by Friday.", WHO_COMPANY)
		->obligations;

	(void)state;
	assert_non_null(o);
	assert_string_equal("refund you by Friday.", o->quote);
	assert_string_equal("by Friday", o->phrase);
	arena_free(a);
}

static void
people_and_numbers(void **state)
{
	struct arena *a = arena_new();
	struct findings *f = read_mail(a,
	    "Dear Ms Marsh,\n\nWe are sorry. Order #77-20981 was late.\n\n"
	    "Kind regards,\nMel Hoyle\nAcme Water\n",
	    WHO_COMPANY);

	(void)state;
	assert_string_equal("Mel Hoyle", f->agent);
	assert_int_equal(2, f->reference_count);
	assert_string_equal("AB-12345", f->references[0]);
	assert_string_equal("77-20981", f->references[1]);
	assert_true(f->signal_count >= 1);
	assert_string_equal("apology", f->signals[0].name);
	f = read_mail(a, "We will call.\n\nAcme Water", WHO_COMPANY);
	assert_null(f->agent);
	arena_free(a);
}

/* Runs of what patterns repeat, bytes that are no UTF-8, nothing at all. */
static void
any_text_is_survived(void **state)
{
	static const char *const units[] = {"we will ", "a", " ", "\n",
	    "please ", "\xff\xfe", "\xc3", "> ", "if not ",
	    "will be by Friday ", "- ", "\"", "within 5 days ", "Dear ", ".",
	    "#1", "\x01"};
	struct arena *a = arena_new();
	struct buf text = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
		buf_clear(&text);
		while (text.len < 300000)
			buf_puts(&text, units[i]);
		assert_non_null(read_mail(a, text.p, WHO_COMPANY));
		arena_reset(a);
	}
	assert_non_null(read_mail(a, "", WHO_CUSTOMER));
	buf_free(&text);
	arena_free(a);
}

/* What is learned beforehand, and frozen, changes nothing that is found. */
static void
trained_reads_the_same(void **state)
{
	static const char *const texts[] = {
	    "We will refund you \u00a320 by Friday. Please send us the receipt.",
	    "Our engineer will call you within 2 working days.",
	    "I want my money back within 14 days.",
	    "We are unable to repair it, and nothing will be sent.",
	};
	enum { TEXTS = sizeof(texts) / sizeof(*texts) };
	struct arena *a = arena_new();
	const char *before[TEXTS];
	size_t i;

	(void)state;
	for (i = 0; i < TEXTS; i++)
		before[i] = obligations(a, texts[i], WHO_COMPANY);
	pack_train(pack, calendar_region(calendars, "GB"));
	pack_freeze(pack);
	pack_reopen(pack);
	for (i = 0; i < TEXTS; i++)
		assert_string_equal(
		    obligations(a, texts[i], WHO_COMPANY), before[i]);
	assert_string_not_equal(before[0], "");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(letters_are_read),
	    cmocka_unit_test(reads_whole_lines_of_the_beginning),
	    cmocka_unit_test(reads_the_beginning_of_one_long_line),
	    cmocka_unit_test(quotes_are_exact),
	    cmocka_unit_test(items_are_quoted_without_what_leads_in),
	    cmocka_unit_test(people_and_numbers),
	    cmocka_unit_test(trained_reads_the_same),
	    cmocka_unit_test(any_text_is_survived),
	};

	/* What grows faster than the text would take minutes: it is ended. */
	setrlimit(RLIMIT_CPU, &(struct rlimit){CPU_MOST, CPU_MOST});
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
