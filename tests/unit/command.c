/* Mail commands as people write them: one line in, what was read out. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cases/command.h"
#include "cases/thread.h"

static struct arena *arena, *forever;
static struct thread_words *words;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* "verb case.number rest", with what was measured in []. */
static char *
print(const struct mail_command *c)
{
	struct buf out = {0};

	buf_printf(&out, "%s", verb_name(c->verb));
	if (c->case_number != 0 || c->number != 0)
		buf_printf(&out, " %d.%d", c->case_number, c->number);
	if (c->verb == VERB_CALL || c->verb == VERB_VISIT)
		buf_printf(&out, " [%d min %s]", c->measured ? c->minutes : -1,
		    c->who == NULL ? "-" : c->who);
	if (c->verb == VERB_SPENT)
		buf_printf(&out, " [%ld%s]", c->measured ? (long)c->cents : -1L,
		    c->currency);
	if (*c->text != '\0')
		buf_printf(&out, " %s", c->text);
	return buf_keep(&out, arena);
}

static const struct {
	const char *line, *expected;
} lines[] = {
    {"kept", "kept"},
    {"kept 12.3", "kept 12.3"},
    {"kept 3", "kept 0.3"},
    {"KEPT 12.3.", "kept 12.3"},
    {"Kept: 12.3", "kept 12.3"},
    {"  kept   12.3  ", "kept 12.3"},
    {"12.3 kept", "kept 12.3"},
    {"12.3: kept", "kept 12.3"},
    {"12.3 was kept!", "kept 12.3"},
    {"please mark 12.3 as kept, thanks", "kept 12.3"},
    {"Please kept 12.3 please", "kept 12.3"},
    {"- kept 12.3", "kept 12.3"},
    {"kept 12.3 on 3 March", "kept 12.3 on 3 March"},
    {"done 12.3", "kept 12.3"},
    {"not kept 12.3", "not kept 12.3"},
    {"Not  Kept", "not kept"},
    {"kept 12.3 # they rang", "kept 12.3"},
    {"kept #", "kept"},
    {"close # 12", "close 12.0"},
    {"due 12.3 14 May # as they said", "due 12.3 14 May"},
    {"note # 5 of them", "note # 5 of them"},
    {"export", "export"},
    {"Export 12, please", "export 12.0"},
    {"void 12.3", "void 12.3"},
    {"void", "void"},
    {"avoid 12.3", "unknown"},
    {"voided", "unknown"},
    {"keptness", "unknown"},
    {"due 12.3 Friday", "due 12.3 Friday"},
    {"due 3 FRIDAY", "due 3 FRIDAY"},
    {"due 3 March", "due 3 March"},
    {"due: 14 May, thank you.", "due 14 May"},
    {"due 2026-05-14", "due 2026-05-14"},
    {"due 12.3: by the end of May", "due 12.3 by the end of May"},
    {"received 3 March", "received 3 March"},
    {"received 12.3 yesterday", "received 12.3 yesterday"},
    {"snooze 5 days", "snooze 5 days"},
    {"snooze until Friday", "snooze until Friday"},
    {"snooze", "snooze"},
    {"close", "close"},
    {"close 12", "close 12.0"},
    {"close case 12", "close 12.0"},
    {"reopen #12", "reopen 12.0"},
    {"status", "status"},
    {"status 7?", "status 7.0"},
    {"kept 5th of March", "kept 5th of March"},
    {"list", "list"},
    {"undo", "undo"},
    {"help", "help"},
    {"HELP!", "help !"},
    {"?", "help"},
    {"stop", "stop"},
    {"merge 14", "merge 14"},
    {"merge 14 into 12", "merge 14 into 12"},
    {"move 31 new", "move 31 new"},
    {"split 31", "split 31"},
    {"company Acme & Sons Ltd.", "company Acme & Sons Ltd."},
    {"region GB-SCT", "region GB-SCT"},
    {"note the parcel was wet, 12.3 or not",
	"note the parcel was wet, 12.3 or not"},
    {"note: 3 boxes missing!", "note 3 boxes missing!"},
    {"call 40 min Anna: said she will ring back Friday",
	"call [40 min Anna] said she will ring back Friday"},
    {"Call: 40 min Anna: yes", "call [40 min Anna] yes"},
    {"call: nobody there", "call [-1 min -] nobody there"},
    {"call 40min: said nothing", "call [40 min -] said nothing"},
    {"called Anna 40 min: said nothing", "call [40 min Anna] said nothing"},
    {"call with Anna Smith for 1 h 20 min: queue",
	"call [80 min Anna Smith] queue"},
    {"call 1h20: queue", "call [80 min -] queue"},
    {"call 1.5 h: queue", "call [90 min -] queue"},
    {"call half an hour Anna: no", "call [30 min Anna] no"},
    {"call an hour and 10 minutes: no", "call [70 min -] no"},
    {"call 40 min", "call [40 min -]"},
    {"call 40 min Anna", "call [40 min Anna]"},
    {"call Anna 40 min", "call [40 min Anna]"},
    {"call 40 min they said that I must wait for another ten working days",
	"call [40 min -] they said that I must wait for another ten working days"},
    {"call Anna: call me at 10:30", "call [-1 min Anna] call me at 10:30"},
    {"call", "call [-1 min -]"},
    {"12.3 call 40 min: so", "call 12.3 [40 min -] so"},
    {"visit 2 h", "visit [120 min -]"},
    {"visit 2 h the shop in town: was sent away",
	"visit [120 min the shop in town] was sent away"},
    {"spent 12.50", "spent [1250]"},
    {"spent 12.50 stamps", "spent [1250] stamps"},
    {"spent \xc2\xa3"
     "12,5 on stamps",
	"spent [1250\xc2\xa3] stamps"},
    {"spent 12 GBP on stamps", "spent [1200\xc2\xa3] stamps"},
    {"spent 7 EUR for the bus", "spent [700\xe2\x82\xac] the bus"},
    {"spent 12.50\xe2\x82\xac", "spent [1250\xe2\x82\xac]"},
    {"spent $5 bus", "spent [500$] bus"},
    {"spent CHF 20.-", "spent [2000CHF] .-"},
    {"spent 3 DVDs", "spent [300] DVDs"},
    {"spent 1,250", "spent [-1] 1,250"},
    {"spent a lot", "spent [-1] a lot"},
    {"spent 99999999999999999999", "spent [-1] 99999999999999999999"},
    {"kept 99999999999999999999.1", "kept 99999999999999999999.1"},
    {"kept 0.1", "kept 0.1"},
    {"12.3.4 kept", "unknown"},
    {"send", "send"},
    {"Send 45-abcd", "send 45-abcd"},
    {"contact a@b.example", "contact a@b.example"},
    {"I will look at it tomorrow", "unknown"},
};

static void
reads_a_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct mail_commands cs =
		    mail_commands_read(arena, words, lines[i].line);

		assert_int_equal(cs.n, 1);
		if (strcmp(print(&cs.v[0]), lines[i].expected) != 0)
			fail_msg("%s: %s, expected %s", lines[i].line,
			    print(&cs.v[0]), lines[i].expected);
	}
}

static const struct {
	const char *text, *expected; /* commands, parted by | */
} texts[] = {
    {"", ""},
    {"\n\n\nkept\n", "kept"},
    {"kept 12.1\nvoid 12.2\n", "kept 12.1|void 12.2"},
    {"kept 12.1\r\nvoid 12.2\r\n", "kept 12.1|void 12.2"},
    {"# a comment\nkept\n", "kept"},
    {"Hi,\n\nkept 12.1\n", "kept 12.1"},
    {"Dear promised\nkept\n", "kept"},
    {"kept\n> void\n", "kept"},
    {"> kept\n", ""},
    {"  > kept\nvoid\n", ""},
    {"kept\n-- \nvoid\n", "kept"},
    {"kept\n--\nvoid\n", "kept"},
    {"kept\nThanks\nvoid\n", "kept"},
    {"kept\nKind regards,\nvoid\n", "kept"},
    {"kept\nOn Mon, 2 Mar 2026, Acme wrote:\nvoid\n", "kept"},
    {"kept\n-----Original Message-----\nvoid\n", "kept"},
    {"kept\n________________________________\nvoid\n", "kept"},
    {"kept\n\nvoid 12.2\n", "kept|void 12.2"},
    {"Thanks\n", ""},
    {"Guten Tag,\n\nkept\nViele Grüße\nSam\n", "kept"},
    {"Bonjour\nkept\nCordialement\nSam\n", "kept"},
    {"Hola:\nkept\nUn saludo\nSam\n", "kept"},
    {"one\ntwo\nthree\nfour\nfive\nkept\n",
	"unknown|unknown|unknown|unknown|unknown|gave up"},
    {"one\ntwo\nthree\nfour\nkept\n", "unknown|unknown|unknown|unknown|kept"},
};

static void
reads_a_mail(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct mail_commands cs =
		    mail_commands_read(arena, words, texts[i].text);
		struct buf out = {0};

		for (size_t j = 0; j < cs.n; j++)
			buf_printf(
			    &out, "%s%s", j > 0 ? "|" : "", print(&cs.v[j]));
		if (cs.gave_up)
			buf_puts(&out, "|gave up");
		if (strcmp(out.len == 0 ? "" : out.p, texts[i].expected) != 0)
			fail_msg("%s: %s, expected %s", texts[i].text,
			    out.len == 0 ? "" : out.p, texts[i].expected);
		buf_free(&out);
	}
}

static void
long_mails_are_bounded(void **state)
{
	struct buf text = {0};
	struct mail_commands cs;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_puts(&text, "kept 12.3\n");
	cs = mail_commands_read(arena, words, text.p);
	assert_int_equal(cs.n, COMMAND_MOST);
	buf_clear(&text);
	buf_puts(&text, "note ");
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "\xc3\xa4");
	cs = mail_commands_read(arena, words, text.p);
	assert_int_equal(cs.n, 1);
	assert_in_range(strlen(cs.v[0].line), 1, COMMAND_LINE_MOST);
	/* whole characters */
	assert_int_equal(strlen(cs.v[0].text) % 2, 0);
	buf_free(&text);
}

/*
 * A program that answers above, quotes without marks, and puts a head of its
 * own: our own examples must not come back as commands.
 */
static void
our_own_words_are_no_commands(void **state)
{
	static const char *const mails[] = {"receipt-new", "receipt-slip",
	    "lapse", "lapse-many", "heads-up", "digest", "doubt", "unfiled",
	    "transcript", "refused"};

	(void)state;
	for (size_t i = 0; i < sizeof(mails) / sizeof(mails[0]); i++) {
		char path[64], line[1000];
		struct buf text = {0};
		struct mail_commands cs;
		FILE *f;

		snprintf(path, sizeof(path), "tests/golden/%s.txt", mails[i]);
		f = fopen(path, "r");
		assert_non_null(f);
		buf_puts(&text, "kept 7.1\n\n");
		while (fgets(line, sizeof(line), f) != NULL && *line != '\n')
			;
		while (fgets(line, sizeof(line), f) != NULL)
			buf_puts(&text, line);
		fclose(f);
		cs = mail_commands_read(arena, words, text.p);
		assert_int_equal(cs.n, 1);
		assert_string_equal(print(&cs.v[0]), "kept 7.1");
		buf_free(&text);
	}
}

/* No text makes it read beyond its end (run under a sanitizer), and what is
 * said to be a line is one of the text. */
static void
any_text_is_survived(void **state)
{
	static const char *const bits[] = {"kept", " ", "12.3", "12", ".", ":",
	    "call", "40 min", "1 h", "spent", "\xc2\xa3", "12,5", "please", "a",
	    "Anna", "\n", ">", "--", "not", "due", "half an hour", "\t", "#",
	    "\xc3", "snooze", "an hour", "and"};
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct arena *a = arena_new();
		struct buf text = {0};
		struct mail_commands cs;

		for (int j = 0; j < 12; j++) {
			seed =
			    seed * 6364136223846793005u + 1442695040888963407u;
			buf_puts(&text, bits[(seed >> 33) %
					     (sizeof(bits) / sizeof(bits[0]))]);
			if ((seed >> 20 & 1) != 0)
				buf_putc(&text, ' ');
		}
		cs = mail_commands_read(a, words, text.p);
		for (size_t j = 0; j < cs.n; j++)
			assert_non_null(strstr(text.p, cs.v[j].line));
		buf_free(&text);
		arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_a_line),
	    cmocka_unit_test(reads_a_mail),
	    cmocka_unit_test(long_mails_are_bounded),
	    cmocka_unit_test(our_own_words_are_no_commands),
	    cmocka_unit_test(any_text_is_survived),
	};

	struct err err = {0};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	forever = arena_new();
	words = thread_words_load(forever, "cases/thread.words", &err);
	if (words == NULL)
		return 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
