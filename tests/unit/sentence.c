/* Sentences and zones: what a reader would take for one sentence, and what for
 * the body of a mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rules/fold.h"
#include "rules/pack.h"
#include "rules/sentence.h"
#include "rules/zones.h"

static struct pack *pack;
static struct arena *loaded;

static int
load(void **state)
{
	struct err err;

	(void)state;
	loaded = arena_new();
	pack = pack_load(loaded, "rules", NULL, &err);
	if (pack == NULL)
		fprintf(stderr, "%s\n", err.text);
	return pack == NULL;
}

static int
unload(void **state)
{
	(void)state;
	pack_close(pack);
	arena_free(loaded);
	return 0;
}

/* The sentences of a zone, folded, with "|" between them. */
static const char *
sentences(struct arena *a, const char *text, enum zone zone)
{
	const struct rulebook *book = pack_book(pack, "en");
	struct writer writer = {"Acme Water", "care@acmewater.example"};
	struct slice all = slice_of(text);
	struct buf out = {0};
	struct sentences s;
	struct lines lines;
	size_t i;

	matcher_begin(pack->matcher);
	lines = zones_find(a, pack, book, all, writer);
	s = sentences_find(a, book->language, all, lines);
	for (i = 0; i < s.n; i++) {
		if (s.v[i].zone != zone)
			continue;
		if (out.len > 0)
			buf_putc(&out, '|');
		buf_slice(
		    &out, fold_space(a, (struct slice){text + s.v[i].start,
					    s.v[i].end - s.v[i].start})
			      .text);
	}
	return buf_keep(&out, a);
}

static const struct {
	const char *text, *body;
} bodies[] = {
    {"Thank you. We will call.", "Thank you.|We will call."},
    {"Mr. Shah will call at 5 p.m. on Friday.",
	"Mr. Shah will call at 5 p.m. on Friday."},
    {"It ends at 5 p.m. We will call.", "It ends at 5 p.m.|We will call."},
    {"See no. 5 of 3.5.2026 at acme.example today.",
	"See no. 5 of 3.5.2026 at acme.example today."},
    {"sorry about this. il call u", "sorry about this.|il call u"},
    {"Really? Yes! Good.", "Really?|Yes!|Good."},
    {"We will look into this and we will then come back to you within five working\ndays of today.",
	"We will look into this and we will then come back to you within five working days of today."},
    {"Delivery: Friday\nRefund: 5 days\nThis is what we know at the moment, and it is all that there is.",
	"Delivery: Friday|Refund: 5 days|This is what we know at the moment, and it is all that there is."},
    {"You need:\n- a form\n- a photo", "You need:|a form|a photo"},
    {"We saw it... and it works.", "We saw it... and it works."},
    {"It is 8 to 11 AM. Tarp it now. Acme Ltd. Mel answers.",
	"It is 8 to 11 AM.|Tarp it now.|Acme Ltd.|Mel answers."},
    {"We come at 2 p.m. Thursday, or at 5 p.m. May 4, or at 8 a.m. Eastern.",
	"We come at 2 p.m. Thursday, or at 5 p.m. May 4, or at 8 a.m. Eastern."},
    {"The voucher drops into your inbox within\n24 hours and runs to July. That is a longer line.",
	"The voucher drops into your inbox within 24 hours and runs to July.|That is a longer line."},
    {"Three hours on the tarmac with the air off\xe2\x80\xa6\xe2\x80\xa6\xe2\x80\xa6 and it is sorted by\nFriday.",
	"Three hours on the tarmac with the air off\xe2\x80\xa6\xe2\x80\xa6\xe2\x80\xa6 and it is sorted by Friday."},
    {"I call the exterminator, he gives me Monday the 30 in the\nmorning.\n\nThat is all that there is to say about it.",
	"I call the exterminator, he gives me Monday the 30 in the morning.|That is all that there is to say about it."},
    {"[4:57 PM] Tamika: A credit will be on it.\n[4:58 PM] You: ok\n(16:59) Tamika: It will be paid on Friday.",
	"Tamika: A credit will be on it.|Tamika: It will be paid on Friday."},
    {"", ""},
};

static void
bodies_are_cut(void **state)
{
	struct arena *a = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
		assert_string_equal(
		    bodies[i].body, sentences(a, bodies[i].text, ZONE_BODY));
	arena_free(a);
}

static const struct {
	const char *text, *body, *signature;
} letters[] = {
    {"Dear Ms Marsh,\n\nWe will call.\n\nKind regards,\nMel Hoyle\nAcme Water\n",
	"We will call.", "Mel Hoyle|Acme Water"},
    {"Hi\n\nWe will call.\n\nMel Hoyle\nNetwork Liaison\nAcme Water\n",
	"We will call.", "Mel Hoyle|Network Liaison|Acme Water"},
    {"We'll swap the tray early next week.\nJosh\n",
	"We'll swap the tray early next week.", "Josh"},
    {"hi kirsty, we will call on Friday. Tania",
	"hi kirsty, we will call on Friday.", "Tania"},
    {"We will call on Friday, or the day after. Sorry",
	"We will call on Friday, or the day after.|Sorry", ""},
    {"We will call.\n\n> You said that you will pay.\n\nMel\n", "We will call.",
	"Mel"},
    {"We will call.\n\nThis email and its contents are confidential.\n",
	"We will call.", ""},
};

static void
signatures_are_no_body(void **state)
{
	struct arena *a = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
		assert_string_equal(
		    letters[i].body, sentences(a, letters[i].text, ZONE_BODY));
		assert_string_equal(letters[i].signature,
		    sentences(a, letters[i].text, ZONE_SIGNATURE));
	}
	arena_free(a);
}

static void
long_ones_are_split(void **state)
{
	const struct rulebook *book = pack_book(pack, "en");
	struct arena *a = arena_new();
	struct writer nobody = {NULL, NULL};
	struct buf text = {0};
	struct sentences s;
	struct lines lines;
	size_t i, bytes = 0;

	(void)state;
	for (i = 0; i < 20000; i++)
		buf_puts(&text, "wé ");
	matcher_begin(pack->matcher);
	lines = zones_find(a, pack, book, buf_view(&text), nobody);
	s = sentences_find(a, book->language, buf_view(&text), lines);
	for (i = 0; i < s.n; i++) {
		assert_true(s.v[i].end - s.v[i].start <= SENTENCE_MOST);
		bytes += s.v[i].end - s.v[i].start;
	}
	assert_true(bytes + s.n + 1 >= text.len);
	buf_free(&text);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bodies_are_cut),
	    cmocka_unit_test(signatures_are_no_body),
	    cmocka_unit_test(long_ones_are_split),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
