/*
 * What proves that a mail is from the owner: of many that say so, only what our
 * own server wrote topmost, of the domain of From, for a mail that came
 * straight here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mail/authres.h"
#include "mail/read.h"
#include "proof.h"

static const struct token_key key = {"0123456789abcdef0123456789abcdef"};
static const char *addresses[] = {"sam@home.example"};

static bool
is_proof(const char *authserv_id, const char *head)
{
	struct arena *a = arena_new();
	struct run run = {.arena = a,
	    .owner = 1,
	    .settings = {.addresses = {addresses, 1},
		.from = "promised@home.example",
		.authserv_id = authserv_id}};
	const char *text = arena_printf(a,
	    "%sFrom: Sam <sam@home.example>\nTo: promised@home.example\n"
	    "Subject: SEND\n\nsend\n",
	    head);
	struct understood u = {
	    .message = message_read(a, slice_of(text)), .from_owner = true};
	struct proof p = mail_proof(a, &run, &key, &u);
	bool authorised = p.authorised;

	arena_free(a);
	return authorised;
}

static const char *const believed[] = {
    "Authentication-Results: mx.home.example; dkim=pass header.d=home.example\n",
    "Authentication-Results: MX.home.example; dmarc=pass (p=none)\n"
    "\theader.from=home.example\n",
    "Authentication-Results: mx.home.example 1; spf=none; dkim=pass\n"
    "\theader.i=@home.example header.d=mail.home.example\n",
    "Authentication-Results: mx.home.example;\n"
    "\tdkim=fail header.d=other.example;\n"
    "\tdkim=pass (2048-bit key; secure) header.d=\"home.example\"\n",
};

#define OURS "Authentication-Results: mx.home.example; "
static const char *const forged[] = {
    "",
    /* another server's, or below another's, or below our own */
    "Authentication-Results: mx.evil.example; dkim=pass header.d=home.example\n",
    "Authentication-Results: mx.home.example.evil.example; dkim=pass "
    "header.d=home.example\n",
    "Authentication-Results: (mx.home.example;) mx.evil.example; dkim=pass "
    "header.d=home.example\n",
    "Authentication-Results: dkim=pass header.d=home.example\n",
    "Authentication-Results: mx.evil.example; none\n" OURS
    "dkim=pass header.d=home.example\n",
    OURS "none\n" OURS "dkim=pass header.d=home.example\n",
    OURS "dkim=fail header.d=home.example\n" OURS
	 "dkim=pass header.d=home.example\n",
    /* no pass, or of another domain */
    OURS "none\n",
    OURS "dkim=fail header.d=home.example\n",
    OURS "dkim=passed header.d=home.example\n",
    OURS "dkim=none (dkim=pass header.d=home.example)\n",
    OURS "dkim=pass header.d=evil.example\n",
    OURS "dkim=pass header.d=home.example.evil.example\n",
    OURS "dkim=pass header.d=evilhome.example\n",
    OURS "dkim=pass header.d=example\n",
    OURS "dkim=pass\n",
    OURS "dkim=pass header.d=\n",
    OURS "dmarc=pass header.d=home.example\n",
    OURS "dmarc=pass header.from=evil.example\n",
    OURS "dkim=fail header.d=home.example; spf=pass "
	 "smtp.mailfrom=home.example\n",
    /* what a stranger chose, written down by our own server */
    OURS "spf=pass smtp.mailfrom=\"a; dkim=pass header.d=home.example; "
	 "\"@evil.example\n",
    OURS "spf=pass smtp.mailfrom=\"a\\\"; dkim=pass header.d=home.example; "
	 "\"@evil.example\n",
    OURS "spf=pass smtp.mailfrom=dkim=pass header.d=home.example\n",
    OURS "spf=pass (helo (x) ; dkim=pass header.d=home.example) "
	 "smtp.helo=evil.example\n",
    OURS "dkim=pass reason=\"header.d=home.example\" header.d=evil.example\n",
    OURS "dkim=pass (header.d=home.example) header.d=evil.example\n",
    OURS "dkim=pass header.b=header.d=home.example header.d=evil.example\n",
    OURS "dkim=pass x-header.d=home.example header.d=evil.example\n",
    OURS "x-dkim=pass header.d=home.example\n",
    OURS "spf=pass (open dkim=pass header.d=home.example\n",
    OURS "spf=pass smtp.mailfrom=\"open; dkim=pass header.d=home.example\n",
};
enum {
	BELIEVED = sizeof(believed) / sizeof(*believed),
	FORGED = sizeof(forged) / sizeof(*forged)
};

static void
what_our_server_wrote_is_proof(void **state)
{
	(void)state;
	for (size_t i = 0; i < BELIEVED; i++)
		if (!is_proof("mx.home.example", believed[i]))
			fail_msg("not believed: %s", believed[i]);
}

static void
what_others_wrote_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORGED; i++)
		if (is_proof("mx.home.example", forged[i]))
			fail_msg("believed: %s", forged[i]);
}

static void
nothing_is_believed_when_no_server_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < BELIEVED; i++)
		assert_false(is_proof(NULL, believed[i]));
}

static void
two_from_are_one_too_many(void **state)
{
	struct buf head = {0};

	(void)state;
	buf_puts(&head, believed[0]);
	buf_puts(&head, "From: sam@home.example\n");
	assert_false(is_proof("mx.home.example", head.p));
	buf_free(&head);
}

/* RFC 5321 section 6.3: a mail that goes round has many. */
static void
a_mail_that_goes_round_commands_nothing(void **state)
{
	static const struct {
		int hops;
		bool heard;
	} rows[] = {{49, true}, {50, true}, {51, false}, {1000, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf head = {0};

		buf_puts(&head, believed[0]);
		for (int n = 0; n < rows[i].hops; n++)
			buf_printf(&head,
			    "Received: from a.example by mx.home.example with "
			    "SMTP id %d\n",
			    n);
		assert_int_equal(
		    is_proof("mx.home.example", head.p), rows[i].heard);
		buf_free(&head);
	}
}

/* What the dossier shows of it. */
static void
the_result_is_told_without_what_strangers_say(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(
	    authres_read(a,
		"MX.home.example; spf=pass "
		"smtp.mailfrom=\"dkim=pass; dkim=pass\"@x.example;\r\n"
		"\tdkim=fail (dkim=pass) header.d=Acme.example",
		"mx.home.example")
		.dkim,
	    "dkim=fail header.d=acme.example");
	assert_null(
	    authres_read(a, "mx.home.example; none", "mx.home.example").dkim);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_our_server_wrote_is_proof),
	    cmocka_unit_test(what_others_wrote_is_none),
	    cmocka_unit_test(nothing_is_believed_when_no_server_is_named),
	    cmocka_unit_test(two_from_are_one_too_many),
	    cmocka_unit_test(the_result_is_told_without_what_strangers_say),
	    cmocka_unit_test(a_mail_that_goes_round_commands_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
