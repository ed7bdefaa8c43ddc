/*
 * What a company is called, from the address field of its mail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cases/naming.h"

static const struct {
	const char *name, *addr, *agent, *expected; /* NULL: its domain */
} rows[] = {
    /* clang-format off */
    {"Acme", "care@acme.example", NULL, "Acme"},
    {"Acme Customer Care", "care@acme.example", NULL, "Acme Customer Care"},
    {"Anna Bell", "care@acme.example", "Anna Bell", NULL},
    {"Anna Bell", "care@acme.example", NULL, NULL},
    {"Bell, Anna", "care@acme.example", "Anna Bell", NULL},
    {"Oluwaseun Adebayo", "care@acme.example", "Oluwaseun Adebayo", NULL},
    {"Oluwaseun Adebayo", "o.adebayo@acme.example", NULL, NULL},
    {"Mrs A. Bell", "care@acme.example", NULL, NULL},
    {"Anna", "care@acme.example", NULL, NULL},
    {"Anna at Acme", "care@acme.example", NULL, "Acme"},
    {"Anna Bell via Acme Bank", "x@mailer.example", NULL, "Acme Bank"},
    {"Anna Bell (Acme Bank)", "x@mailer.example", NULL, "Acme Bank"},
    {"Acme Bank | Anna Bell", "x@mailer.example", NULL, "Acme Bank"},
    {"Anna Bell - Customer Care", "x@acme.example", NULL, NULL},
    {"Trentside Energy", "x@tse.example", NULL, "Trentside Energy"},
    {"Trentside Energy", "x@tse.example", "Priya Shah", "Trentside Energy"},
    {"Marks, Sparks and Co", "x@msc.example", NULL, "Marks, Sparks and Co"},
    {"Florence Bank", "x@fb.example", NULL, "Florence Bank"},
    {"Victoria Plumbing", "x@victoria-plumbing.example", NULL, "Victoria Plumbing"},
    {"Anna Bell", "anna@annabell.example", "Anna Bell", "Anna Bell"},
    {"Anna Bell", "care@bellbank.example", "Anna Bell", NULL},
    {"Customer Service", "help@acme.example", NULL, NULL},
    {"Post", "help@post.example", NULL, "Post"},
    {"", "help@acme.example", NULL, ""},
    {NULL, "help@acme.example", NULL, NULL},
    /* clang-format on */
};

static struct arena *arena;
static struct thread_words *words;

static const char *
domain_of(const char *addr)
{
	return strchr(addr, '@') + 1;
}

static void
a_company_is_no_person(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct party p = {.addr = rows[i].addr,
		    .name = rows[i].name,
		    .domain = domain_of(rows[i].addr)};
		const char *got = company_name(arena, words, &p, rows[i].agent);

		if (got == NULL || rows[i].expected == NULL) {
			if (got != rows[i].expected)
				fail_msg("%s: %s", rows[i].name,
				    got == NULL ? "none" : got);
			continue;
		}
		assert_string_equal(got, rows[i].expected);
	}
}

static void
a_tradesman_is_one(void **state)
{
	const struct party p = {.addr = "bob@mail.example",
	    .name = "Bob Jones",
	    .domain = "bob@mail.example",
	    .freemail = true};

	(void)state;
	assert_string_equal(
	    company_name(arena, words, &p, "Bob Jones"), "Bob Jones");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_company_is_no_person),
	    cmocka_unit_test(a_tradesman_is_one),
	};
	struct err err = {0};
	int rc;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	arena = arena_new();
	words = thread_words_load(arena, "cases/thread.words", &err);
	if (words == NULL)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return rc;
}
