/* URLs of mail servers, and mailbox names as IMAP writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sysexits.h>

#include "mail/url.h"

static const struct {
	const char *text, *scheme, *user, *host, *port, *path;
} good[] = {
    {"imaps://ann@mail.example/INBOX", "imaps", "ann", "mail.example", NULL,
	"INBOX"},
    {"IMAP://mail.example", "imap", NULL, "mail.example", NULL, ""},
    {"imap://a@home.example@mail.example:1143/", "imap", "a@home.example",
	"mail.example", "1143", ""},
    {"smtps://a%40b%20c@mail.example:465", "smtps", "a@b c", "mail.example",
	"465", ""},
    {"imap://ann@127.0.0.1:143/R%C3%A9clamations/2026", "imap", "ann",
	"127.0.0.1", "143",
	"R\xc3\xa9"
	"clamations/2026"},
    {"imap://ann@[::1]:143/x", "imap", "ann", "::1", "143", "x"},
    {"imap://[::1]", "imap", NULL, "::1", NULL, ""},
};

static void
parts(void **state)
{
	struct arena *m = arena_new();
	struct err e = {0};
	struct url u;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(url_parse(m, good[i].text, &u, &e), 0);
		assert_string_equal(u.scheme, good[i].scheme);
		assert_string_equal(u.host, good[i].host);
		assert_string_equal(u.path, good[i].path);
		assert_string_equal(u.user == NULL ? "-" : u.user,
		    good[i].user == NULL ? "-" : good[i].user);
		assert_string_equal(u.port == NULL ? "-" : u.port,
		    good[i].port == NULL ? "-" : good[i].port);
	}
	arena_free(m);
}

static const char *const bad[] = {
    "",
    "mail.example",
    "://mail.example",
    "imap://",
    "imap:///INBOX",
    "imap://ann@/INBOX",
    "imap://ann:secret@mail.example/",
    "imap://mail.example:/",
    "imap://mail.example:0/",
    "imap://mail.example:65536/",
    "imap://mail.example:14x/",
    "imap://mail example/",
    "imap://mail.example/%0d%0aA1 DELETE x",
    "imap://mail.example/%00",
    "imap://mail.example/%4",
    "imap://ann%0a@mail.example/",
    "imap://[::1/",
    "imap://[::1]x/",
};

static void
what_is_none(void **state)
{
	struct arena *m = arena_new();
	struct url u;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = {0};

		if (url_parse(m, bad[i], &u, &e) != -1 || e.code != EX_CONFIG)
			fail_msg("taken: %s", bad[i]);
		assert_null(strstr(e.text, "secret"));
	}
	arena_free(m);
}

static void
loopback_is_an_address(void **state)
{
	static const struct {
		const char *host;
		bool is;
	} row[] = {
	    {"127.0.0.1", true},
	    {"127.8.9.1", true},
	    {"::1", true},
	    {"localhost", false},
	    {"128.0.0.1", false},
	    {"::2", false},
	    {"127.0.0.1.example", false},
	    {"0.0.0.0", false},
	};
	struct url u = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		u.host = row[i].host;
		assert_int_equal(url_is_loopback(&u), row[i].is);
	}
}

static void
mailbox_names(void **state)
{
	/* The third and fourth are RFC 3501's own. */
	static const char *const row[][2] = {
	    {"INBOX", "INBOX"},
	    {"A & B", "A &- B"},
	    {"~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
		"~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
	    {"\xe2\x98\xba!", "&Jjo-!"},
	    {"R\xc3\xa9"
	     "clamations",
		"R&AOk-clamations"},
	    {"\xf0\x9f\x93\xac", "&2D3c7A-"},
	};
	struct arena *m = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		assert_string_equal(url_mailbox(m, row[i][0]), row[i][1]);
	arena_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts),
	    cmocka_unit_test(what_is_none),
	    cmocka_unit_test(loopback_is_an_address),
	    cmocka_unit_test(mailbox_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
