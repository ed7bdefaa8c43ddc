/* Addresses that may be written to, and those that nobody reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "mail/addr.h"

static const char *const good[] = {
    "anna@acme.example",
    "a@b.c",
    "anna.schmidt+case-12@mail.acme.co.uk",
    "o'neil@acme.example",
    "user=name/department@acme.example",
    "x@xn--mnchen-3ya.example",
    "1@1a.example",
    "someone@localhost",
    "!#$%&'*+/=?^_`{|}~-@acme.example",
};

static const char *const bad[] = {
    "",
    "anna",
    "@acme.example",
    "anna@",
    "anna@@acme.example",
    "anna@acme..example",
    "anna@.acme.example",
    "anna@acme.example.",
    "anna@-acme.example",
    "anna@acme-.example",
    "anna@acme_corp.example",
    ".anna@acme.example",
    "anna.@acme.example",
    "an..na@acme.example",
    "-oQ/tmp@acme.example",
    "\"anna\"@acme.example",
    "\"a b\"@acme.example",
    "<anna@acme.example>",
    "anna@acme.example>\r\nRCPT TO:<evil@bad.example",
    "anna@acme.example\r\nDATA",
    "anna@acme.example\n",
    "anna\r@acme.example",
    "anna@acme.example ",
    " anna@acme.example",
    "anna@acme.example,evil@bad.example",
    "anna@acme.example;evil@bad.example",
    "anna@acme.example NOTIFY=NEVER",
    "@relay.example:anna@acme.example",
    "anna(comment)@acme.example",
    "anna@[127.0.0.1]",
    "anna@127.0.0.1",
    "anna\\@acme.example",
    "m\xc3\xbcller@acme.example",
    "anna@m\xc3\xbcnchen.example",
    "anna\x7f@acme.example",
    "anna@acme\x01.example",
    "Team: anna@acme.example",
};

static void
test_good(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (addr_fault(good[i]) != NULL)
			fail_msg("%s %s", good[i], addr_fault(good[i]));
}

static void
test_bad(void **state)
{
	size_t i;

	(void)state;
	assert_non_null(addr_fault(NULL));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (addr_fault(bad[i]) == NULL)
			fail_msg("taken: %s", bad[i]);
}

/* Whatever one byte is put in, nothing that could end a command or begin
 * another word of it gets through. */
static void
test_any_byte(void **state)
{
	static const char base[] = "anna@acme.example";
	char addr[sizeof(base) + 1];
	size_t at;
	int c;

	(void)state;
	for (at = 0; at < sizeof(base); at++)
		for (c = 1; c < 256; c++) {
			memcpy(addr, base, at);
			addr[at] = (char)c;
			memcpy(addr + at + 1, base + at, sizeof(base) - at);
			if (addr_fault(addr) == NULL)
				assert_null(strpbrk(addr,
				    " \t\r\n\v\f<>\"\\,;:()[]\x7f\x80\xff"));
		}
}

static void
test_lengths(void **state)
{
	char addr[400];

	(void)state;
	snprintf(addr, sizeof(addr), "%064d@a.example", 0);
	assert_null(addr_fault(addr));
	snprintf(addr, sizeof(addr), "%065d@a.example", 0);
	assert_non_null(addr_fault(addr));
	snprintf(addr, sizeof(addr), "a@%063d.example", 0);
	assert_null(addr_fault(addr));
	snprintf(addr, sizeof(addr), "a@%064d.example", 0);
	assert_non_null(addr_fault(addr));
	/* 2 + 63 + 1 + 63 + 1 + 63 + 1 + 52 + 8 = 254 */
	snprintf(addr, sizeof(addr), "a@%063d.%063d.%063d.%052d.example", 0, 0,
	    0, 0);
	assert_int_equal(strlen(addr), 254);
	assert_null(addr_fault(addr));
	snprintf(addr, sizeof(addr), "ab@%063d.%063d.%063d.%052d.example", 0, 0,
	    0, 0);
	assert_non_null(addr_fault(addr));
}

static void
test_machine(void **state)
{
	static const char *const machines[] = {
	    "<>",
	    "",
	    "MAILER-DAEMON@mx.acme.example",
	    "mailer-daemon",
	    "postmaster@acme.example",
	    "Postmaster",
	    "noreply@acme.example",
	    "no-reply@acme.example",
	    "No_Reply@acme.example",
	    "no.reply@acme.example",
	    "no-reply-12345@acme.example",
	    "billing-noreply@acme.example",
	    "support.no-reply@acme.example",
	    "do-not-reply@acme.example",
	    "DoNotReply@acme.example",
	    "do_not_reply@acme.example",
	    "bounce@acme.example",
	    "bounces@acme.example",
	    "bounce+anna=owner.example@acme.example",
	    "bounces+8273645@acme.example",
	    "bounce-4711_HTML@acme.example",
	    "customers-bounces@acme.example",
	    "bittenichtantworten@acme.example",
	    "ne-pas-repondre@acme.example",
	};
	static const char *const people[] = {
	    "anna@acme.example",
	    "complaints@acme.example",
	    "support@acme.example",
	    "reply+1234@acme.example",
	    "customer.service@acme.example",
	    "noreen@acme.example",
	    "bouncer@acme.example",
	    "postmasters.friend@acme.example",
	};
	struct err err = {0};
	struct arena *a = arena_new();
	struct machine_addresses *m =
	    machine_addresses_load(a, "mail/machine-addresses", &err);
	size_t i;

	(void)state;
	if (m == NULL)
		fail_msg("%s", err.text);
	assert_true(addr_machine(m, NULL));
	for (i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (!addr_machine(m, machines[i]))
			fail_msg("taken for a person: %s", machines[i]);
	for (i = 0; i < sizeof(people) / sizeof(*people); i++)
		if (addr_machine(m, people[i]))
			fail_msg("taken for a machine: %s", people[i]);
	arena_free(a);
}

static void
test_bad_file(void **state)
{
	char path[] = "/tmp/promised.addr.XXXXXX";
	int fd = mkstemp(path);
	struct arena *a = arena_new();
	struct err err = {0};
	char wanted[100];

	(void)state;
	assert_true(fd >= 0);
	assert_true(write(fd, "# fine\nnoreply*\nNo Reply\n", 25) == 25);
	close(fd);
	assert_null(machine_addresses_load(a, path, &err));
	assert_int_equal(err.code, EX_CONFIG);
	snprintf(wanted, sizeof(wanted), "%s:3: column 1", path);
	assert_memory_equal(err.text, wanted, strlen(wanted));
	unlink(path);
	assert_null(machine_addresses_load(a, path, &err));
	assert_int_equal(err.code, EX_CONFIG);
	arena_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),
	    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_any_byte),
	    cmocka_unit_test(test_lengths),
	    cmocka_unit_test(test_machine),
	    cmocka_unit_test(test_bad_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
