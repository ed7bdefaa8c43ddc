/* Registrable domains, and the domains of freemail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "mail/domain.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* clang-format off */
static const struct {
	const char *addr, *domain; /* NULL: none */
} rows[] = {
    {"help@mail.northgatebank.example", "northgatebank.example"},
    {"northgatebank.example", "northgatebank.example"},
    {"x@Mail.ACME.co.uk", "acme.co.uk"},
    {"x@a.b.acme.com", "acme.com"},
    {"x@acme.com.", "acme.com"},
    {"\"a@b\"@acme.com", "acme.com"},
    {"x@acme.github.io", "acme.github.io"}, /* a private suffix */
    {"x@co.uk", "co.uk"},
    {"x@localhost", "localhost"},
    {"x@[192.0.2.1]", "[192.0.2.1]"},
    {"x@www.m\xc3\xbcnchen.de", "xn--mnchen-3ya.de"},
    {"x@M\xc3\x9cNCHEN.de", "xn--mnchen-3ya.de"},
    {"x@www.xn--mnchen-3ya.de", "xn--mnchen-3ya.de"},
    {"x@\xe9\xa3\x9f\xe7\x8b\xae.\xe5\x85\xac\xe5\x8f\xb8.cn", "xn--85x722f.xn--55qx5d.cn"},
    {"x@a..b", NULL},
    {"x@", NULL},
    {"", NULL},
    {"x@acme.com\nbcc", NULL},
    {"x@acme .com", NULL},
    {"x@\xff\xfe.com", NULL},
};
/* clang-format on */

static void
finds_the_registrable_domain(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		const char *got = domain_of(a, rows[i].addr);

		assert_string_equal(got == NULL ? "none" : got,
		    rows[i].domain == NULL ? "none" : rows[i].domain);
	}
	assert_null(domain_of(a, NULL));
	arena_free(a);
}

static void
a_name_beyond_the_limits_is_none(void **state)
{
	struct arena *a = arena_new();
	char label[80], name[400] = "x@";

	(void)state;
	memset(label, 'a', sizeof(label));
	snprintf(name + 2, sizeof(name) - 2, "%.63s.example", label);
	assert_non_null(domain_of(a, name));
	snprintf(name + 2, sizeof(name) - 2, "%.64s.example", label);
	assert_null(domain_of(a, name));
	snprintf(name + 2, sizeof(name) - 2, "%.60s.%.60s.%.60s.%.60s.%.60s",
	    label, label, label, label, label);
	assert_null(domain_of(a, name));
	arena_free(a);
}

static void
a_domain_may_look_like_another(void **state)
{
	static const struct {
		const char *domain, *known;
		bool alike;
	} pairs[] = {
	    {"northgatebank.example", "northgatebank.example", false},
	    {"n\xd0\xberthgatebank.example", "northgatebank.example", true},
	    {"n\xc3\xb6rthgatebank.example", "northgatebank.example", true},
	    {"n0rthgatebank.example", "northgatebank.example", true},
	    {"northgatebank.example", "n0rthgatebank.example", true},
	    {"northgate-bank.example", "northgatebank.example", true},
	    {"rnarlow.example", "marlow.example", true},
	    {"vvestfield.example", "westfield.example", true},
	    {"paypa1.example", "paypal.example", true},
	    {"northgatebonk.example", "northgatebank.example", true},
	    {"northgatebnak.example", "northgatebank.example", true},
	    {"northgatebankk.example", "northgatebank.example", true},
	    {"nothgatebank.example", "northgatebank.example", true},
	    {"northgatebbank.example", "northgatebank.example", true},
	    {"northgatbank.example", "northgatebank.example", true},
	    {"nortlhgatebank.example", "northgatebank.example", true},
	    {"nortngatebank.example", "northgatebank.example", true},
	    {"northqatebank.example", "northgatebank.example", true},
	    {"companyl.example", "company1.example", true},
	    {"brightsmi1e.example", "brightsmile.example", true},
	    /* other companies, sisters, and what is numbered */
	    {"ovo.example", "ivo.example", false},
	    {"bank.example", "tank.example", false},
	    {"northgatebank.test", "northgatebank.example", false},
	    {"northgatebank-refunds.example", "northgatebank.example", false},
	    {"region1.example", "region2.example", false},
	    {"company1.example", "company11.example", false},
	    {"company11.example", "company1.example", false},
	    {"company.example", "company10.example", false},
	    {"region01.example", "region1.example", false},
	    {"24hours.example", "7hours.example", false},
	    {"north2gate.example", "northgate.example", false},
	    {"northgatebanks.example", "northgatebank.example", false},
	    {"enorthgatebank.example", "northgatebank.example", false},
	    {"mynorthgate.example", "northgate.example", false},
	    {"northgateuk.example", "northgate.example", false},
	    {"northgate-uk.example", "northgate-us.example", false},
	    {"northgate-a.example", "northgate-b.example", false},
	    {"boltcards.example", "coltcards.example", false},
	    {"thamesrail.example", "thamesmail.example", false},
	    {"marlowtrains.example", "marlowtrades.example", false},
	    {"harbour-travel.example", "harbour-travels.example", false},
	    {"oakmeresofas.example", "oakmeresofa.example", false},
	    {"bradford.example", "bedford.example", false},
	    {"kingston.example", "kingstown.example", true}, /* asked once */
	    {"northgate.example", "southgate.example", false},
	};
	struct arena *a = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (domain_resembles(a, domain_of(a, pairs[i].domain),
			domain_of(a, pairs[i].known)) != pairs[i].alike)
			fail_msg("%s and %s", pairs[i].domain, pairs[i].known);
	assert_false(domain_resembles(a, NULL, "acme.example"));
	arena_free(a);
}

static void
freemail_is_known_from_its_file(void **state)
{
	struct arena *a = arena_new();
	struct domain_list *f;
	struct err err = {0};

	(void)state;
	f = domain_list_load(a, "mail/freemail", &err);
	assert_non_null(f);
	assert_true(domain_listed(f, domain_of(a, "x@gmail.com")));
	assert_true(domain_listed(f, domain_of(a, "x@Yahoo.CO.UK")));
	assert_true(domain_listed(f, domain_of(a, "x@web.de")));
	assert_false(domain_listed(f, domain_of(a, "x@acme.example")));
	assert_false(domain_listed(f, domain_of(a, "x@gmail.com.example")));
	assert_false(domain_listed(f, NULL));
	arena_free(a);
}

/* A file with that text; the caller removes it. */
static void
write_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
a_bad_line_is_told_with_its_number(void **state)
{
	char path[] = "/tmp/promised-freemail.XXXXXX", want[64];
	struct arena *a = arena_new();
	struct err err = {0};

	(void)state;
	write_file(path, "# some\n\ngmail.com # one\nnot a domain\n");
	assert_null(domain_list_load(a, path, &err));
	assert_int_equal(err.code, EX_CONFIG);
	snprintf(want, sizeof(want), "%s:4:", path);
	assert_non_null(strstr(err.text, want));
	unlink(path);
	assert_null(domain_list_load(a, path, &err));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_the_registrable_domain),
	    cmocka_unit_test(a_name_beyond_the_limits_is_none),
	    cmocka_unit_test(a_domain_may_look_like_another),
	    cmocka_unit_test(freemail_is_known_from_its_file),
	    cmocka_unit_test(a_bad_line_is_told_with_its_number),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
