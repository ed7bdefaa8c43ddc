/*
 * Promised's side of delivery, with a sendmail command and a promised-send
 * that are shell scripts and do what they are told; tests/smtp.t has the real
 * one.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include "mail/deliver.h"

static const char mail_text[] = "From: me@owner.example\r\n\r\n.\r\nhi\r\n";

struct place {
	char dir[64], program[128], url[256];
	int handed; /* how often it was asked */
	bool refuse; /* what it then says */
};

static void
put_file(const struct place *p, const char *name, const char *text, mode_t mode)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fchmod(fileno(f), mode), 0);
	assert_int_equal(fclose(f), 0);
}

/* The file's text, or NULL when there is none. */
static char *
get_file(const struct place *p, const char *name)
{
	static char text[4096];
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	f = fopen(path, "r");
	if (f == NULL)
		return NULL;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	strcpy(p->dir, "/tmp/promised.deliver.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	put_file(p, "sendmail",
	    "#!/bin/sh\n"
	    "cd \"$(dirname \"$0\")\" || exit 70\n"
	    "printf '%s\\n' \"$@\" >args\n"
	    "cat >mail\n"
	    "echo 'said this' >&2\n"
	    ". ./ending\n",
	    0700);
	put_file(p, "promised-send",
	    "#!/bin/sh\n"
	    "cd \"${DELIVER_TEST_DIR}\" || exit 70\n"
	    "read -r server; printf '%s\\n' \"$server\" >server\n"
	    "while read -r mail; do\n"
	    "	printf '%s\\n' \"$mail\" >>mails\n"
	    "	read -r body\n"
	    "	before=$(cat before) after=$(cat after)\n"
	    "	[ -n \"$before\" ] || exit 3\n"
	    "	printf '%s\\n' \"$before\"\n"
	    "	case $before in sending*) ;; *) continue ;; esac\n"
	    "	read -r go || exit 4\n"
	    "	printf '%s\\n' \"$go\" >go\n"
	    "	[ -n \"$after\" ] || exit 3\n"
	    "	printf '%s\\n' \"$after\"\n"
	    "done\n"
	    "echo closed >closed\n",
	    0700);
	setenv("DELIVER_TEST_DIR", p->dir, 1);
	snprintf(p->program, sizeof(p->program), "%s/promised-send", p->dir);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", p->dir);
	free(p);
	return system(command);
}

static int
handing(void *arg, struct err *err)
{
	struct place *p = arg;

	p->handed++;
	return p->refuse ? err_set(err, EX_TEMPFAIL, "store is busy") : 0;
}

static struct delivery *
open_url(struct place *p, struct delivery_settings *s, struct err *err)
{
	s->url = p->url;
	s->program = p->program;
	return delivery_open(s, err);
}

static enum delivered
send_text(
    struct place *p, struct delivery *d, const char *text, struct err *err)
{
	const char *to[] = {"anna@acme.example", "bob@acme.example"};
	struct delivery_mail m = {.id = "7",
	    .from = "me@owner.example",
	    .to = to,
	    .to_count = 2,
	    .bytes = slice_of(text),
	    .handing = handing,
	    .arg = p};

	*err = (struct err){0};
	return delivery_send(d, &m, err);
}

/* sendmail: */

static void
test_command(void **state)
{
	struct place *p = *state;
	struct delivery_settings s = {0};
	struct err err = {0};
	struct delivery *d;

	snprintf(p->url, sizeof(p->url),
	    "sendmail:%s/sendmail -oi 'a b' \"c\\\"d\" $(id) ;x  \\\\", p->dir);
	put_file(p, "ending", "exit 0\n", 0600);
	d = open_url(p, &s, &err);
	assert_non_null(d);
	assert_int_equal(send_text(p, d, mail_text, &err), DELIVERED_SENT);
	assert_int_equal(p->handed, 1);
	assert_string_equal(get_file(p, "args"),
	    "-oi\na b\nc\"d\n$(id)\n;x\n\\\n-i\n-f\nme@owner.example\n--\n"
	    "anna@acme.example\nbob@acme.example\n");
	assert_string_equal(
	    get_file(p, "mail"), "From: me@owner.example\n\n.\nhi\n");
	delivery_close(d);
}

static void
test_command_endings(void **state)
{
	static const struct {
		const char *ending;
		enum delivered result;
		int code;
	} cases[] = {
	    {"exit 0", DELIVERED_SENT, 0},
	    {"exit 75", DELIVERED_FAILED_TEMP, EX_TEMPFAIL},
	    {"exit 69", DELIVERED_FAILED_TEMP, EX_TEMPFAIL},
	    {"exit 78", DELIVERED_FAILED_TEMP, EX_CONFIG},
	    {"exit 77", DELIVERED_FAILED_TEMP, EX_NOPERM},
	    {"exit 64", DELIVERED_FAILED, EX_CONFIG},
	    {"exit 65", DELIVERED_FAILED, EX_DATAERR},
	    {"exit 67", DELIVERED_FAILED, EX_UNAVAILABLE},
	    {"exit 1", DELIVERED_UNKNOWN, EX_IOERR},
	    {"exit 74", DELIVERED_UNKNOWN, EX_IOERR},
	    {"kill -9 $$", DELIVERED_UNKNOWN, EX_IOERR},
	};
	struct place *p = *state;
	struct delivery_settings s = {0};
	struct err err = {0};
	struct delivery *d;
	size_t i;

	snprintf(p->url, sizeof(p->url), "sendmail:%s/sendmail", p->dir);
	d = open_url(p, &s, &err);
	assert_non_null(d);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		put_file(p, "ending", cases[i].ending, 0600);
		assert_int_equal(
		    send_text(p, d, mail_text, &err), cases[i].result);
		assert_int_equal(err.code, cases[i].code);
		if (cases[i].code != 0)
			assert_non_null(strstr(err.text, "said this"));
	}
	delivery_close(d);
}

/* A command that never ends: the deadline may come before it has said a word. */
static void
test_command_endless(void **state)
{
	struct place *p = *state;
	struct delivery_settings s = {.timeout_s = 1};
	struct err err = {0};
	struct delivery *d;

	snprintf(p->url, sizeof(p->url), "sendmail:%s/sendmail", p->dir);
	put_file(p, "ending", "sleep 60", 0600);
	d = open_url(p, &s, &err);
	assert_non_null(d);
	assert_int_equal(
	    send_text(p, d, mail_text, &err), DELIVERED_UNKNOWN);
	assert_int_equal(err.code, EX_IOERR);
	delivery_close(d);
}

static void
test_command_not_begun(void **state)
{
	static const char *const bad[] = {
	    "sendmail:", "sendmail:  ", "sendmail:a 'b", "sendmail:a \"b",
	    "http://x/", "maildir:", "smtps://", "Sendmail /x"};
	struct place *p = *state;
	struct delivery_settings s = {0};
	struct err err = {0};
	struct delivery *d;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		snprintf(p->url, sizeof(p->url), "%s", bad[i]);
		err = (struct err){0};
		assert_null(open_url(p, &s, &err));
		assert_int_equal(err.code, EX_CONFIG);
	}
	snprintf(p->url, sizeof(p->url), "sendmail:%s/missing", p->dir);
	d = open_url(p, &s, &err);
	assert_int_equal(
	    send_text(p, d, mail_text, &err), DELIVERED_FAILED_TEMP);
	assert_int_equal(err.code, EX_CONFIG);
	delivery_close(d);
	snprintf(p->url, sizeof(p->url), "sendmail:%s/sendmail", p->dir);
	d = open_url(p, &s, &err);
	p->refuse = true;
	assert_int_equal(
	    send_text(p, d, mail_text, &err), DELIVERED_FAILED_TEMP);
	assert_string_equal(err.text, "store is busy");
	assert_null(get_file(p, "args"));
	delivery_close(d);
}

/* No kind gets to see an address that is none. */
static void
test_addresses(void **state)
{
	static const char *const bad[] = {"x@y.z>\r\nRCPT TO:<a@b.c", "",
	    "-oQ/tmp@y.z", "x y@z.example", NULL};
	struct place *p = *state;
	struct delivery_settings s = {0};
	struct err err = {0};
	struct delivery *d;
	size_t i, k;

	put_file(p, "ending", "exit 0\n", 0600);
	for (k = 0; k < 2; k++) {
		snprintf(p->url, sizeof(p->url),
		    k == 0 ? "sendmail:%s/sendmail" : "maildir:%s/Maildir",
		    p->dir);
		d = open_url(p, &s, &err);
		assert_non_null(d);
		for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
			struct delivery_mail m = {.id = "7",
			    .from = "me@owner.example",
			    .to = &bad[i],
			    .to_count = 1,
			    .bytes = slice_of(mail_text),
			    .handing = handing,
			    .arg = p};

			assert_int_equal(
			    delivery_send(d, &m, &err), DELIVERED_FAILED);
			assert_int_equal(err.code, EX_DATAERR);
		}
		delivery_close(d);
	}
	assert_int_equal(p->handed, 0);
	assert_null(get_file(p, "args"));
}

/* maildir: */

static void
test_maildir(void **state)
{
	struct place *p = *state;
	struct delivery_settings s = {0};
	struct err err = {0};
	struct delivery *d;
	struct dirent *entry;
	char path[128], name[512];
	int found = 0;
	DIR *dir;

	snprintf(p->url, sizeof(p->url), "maildir:%s/Maildir", p->dir);
	d = open_url(p, &s, &err);
	assert_non_null(d);
	assert_int_equal(send_text(p, d, mail_text, &err), DELIVERED_SENT);
	assert_int_equal(p->handed, 1);
	delivery_close(d);
	snprintf(path, sizeof(path), "%s/Maildir/new", p->dir);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.') {
			found++;
			snprintf(name, sizeof(name), "Maildir/new/%s",
			    entry->d_name);
		}
	closedir(dir);
	assert_int_equal(found, 1);
	assert_string_equal(
	    get_file(p, name), "From: me@owner.example\n\n.\nhi\n");
}

/* smtps: */

static void
test_helper(void **state)
{
	struct place *p = *state;
	struct delivery_settings s = {.user = "ann",
	    .password = "p w%",
	    .ca_file = "/ca.pem",
	    .pin = "ab",
	    .timeout_s = 9};
	struct err err = {0};
	struct delivery *d;

	strcpy(p->url, "smtps://mail.example:465");
	put_file(p, "before", "sending id=7\n", 0600);
	put_file(p, "after", "sent id=7 code=250 text=queued%20as%201\n", 0600);
	d = open_url(p, &s, &err);
	assert_int_equal(send_text(p, d, "hi\n", &err), DELIVERED_SENT);
	assert_string_equal(delivery_answer(d), "250 queued as 1");
	assert_int_equal(send_text(p, d, "ho\n", &err), DELIVERED_SENT);
	assert_int_equal(p->handed, 2);
	assert_string_equal(get_file(p, "server"),
	    "server url=smtps://mail.example:465 user=ann password=p%20w%25 "
	    "ca=/ca.pem pin=ab timeout=9\n");
	assert_string_equal(get_file(p, "mails"),
	    "mail id=7 from=me@owner.example "
	    "to=anna@acme.example,bob@acme.example +3\n"
	    "mail id=7 from=me@owner.example "
	    "to=anna@acme.example,bob@acme.example +3\n");
	assert_string_equal(get_file(p, "go"), "go id=7\n");
	delivery_close(d);
	assert_non_null(get_file(p, "closed")); /* it ended by itself */
}

static void
test_helper_answers(void **state)
{
	static const struct {
		const char *before, *after;
		enum delivered result;
		int code;
	} cases[] = {
	    /* What the helper says. */
	    {"failed id=7 temporary=yes why=network text=x\n", "",
		DELIVERED_FAILED_TEMP, EX_TEMPFAIL},
	    {"failed id=7 temporary=yes why=login code=535 text=x\n", "",
		DELIVERED_FAILED_TEMP, EX_NOPERM},
	    {"failed id=7 temporary=yes why=tls text=x\n", "",
		DELIVERED_FAILED_TEMP, EX_CONFIG},
	    {"failed id=7 temporary=no why=refused code=550 text=x\n", "",
		DELIVERED_FAILED, EX_UNAVAILABLE},
	    {"failed id=7 temporary=no why=mail text=x\n", "", DELIVERED_FAILED,
		EX_DATAERR},
	    {"sending id=7\n", "unknown id=7 why=network text=x\n",
		DELIVERED_UNKNOWN, EX_IOERR},
	    {"sending id=7\n",
		"failed id=7 temporary=no why=refused code=554 text=x\n",
		DELIVERED_FAILED, EX_UNAVAILABLE},
	    {"fault code=78 text=no%20url\n", "", DELIVERED_FAILED_TEMP,
		EX_CONFIG},
	    /* It dies, or does not speak as it should. */
	    {"", "", DELIVERED_FAILED_TEMP, EX_TEMPFAIL},
	    {"sending id=7\n", "", DELIVERED_UNKNOWN, EX_IOERR},
	    {"sending id=8\n", "", DELIVERED_FAILED_TEMP, EX_TEMPFAIL},
	    {"sending id=7\n", "sent id=8\n", DELIVERED_UNKNOWN, EX_IOERR},
	    {"sending id=7\n", "sending id=7\n", DELIVERED_UNKNOWN, EX_IOERR},
	    {"!\n", "", DELIVERED_FAILED_TEMP, EX_TEMPFAIL},
	    {"sending id=7\n", "sent id=%\n", DELIVERED_UNKNOWN, EX_IOERR},
	};
	struct place *p = *state;
	struct delivery_settings s = {0};
	struct err err = {0};
	struct delivery *d;
	size_t i;

	strcpy(p->url, "smtps://mail.example");
	d = open_url(p, &s, &err);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		put_file(p, "before", cases[i].before, 0600);
		put_file(p, "after", cases[i].after, 0600);
		if (send_text(p, d, "hi\n", &err) != cases[i].result ||
		    err.code != cases[i].code)
			fail_msg("case %zu: %d %s", i, err.code, err.text);
	}
	/* After all that the next mail goes through a new one. */
	put_file(p, "before", "sending id=7\n", 0600);
	put_file(p, "after", "sent id=7 code=250 text=x\n", 0600);
	assert_int_equal(send_text(p, d, "hi\n", &err), DELIVERED_SENT);
	delivery_close(d);
}

/* What could not be committed is not sent. */
static void
test_helper_taken_back(void **state)
{
	struct place *p = *state;
	struct delivery_settings s = {0};
	struct err err = {0};
	struct delivery *d;

	strcpy(p->url, "smtp://mail.example");
	put_file(p, "before", "sending id=7\n", 0600);
	put_file(p, "after", "sent id=7\n", 0600);
	p->refuse = true;
	d = open_url(p, &s, &err);
	assert_int_equal(send_text(p, d, "hi\n", &err), DELIVERED_FAILED_TEMP);
	assert_string_equal(err.text, "store is busy");
	delivery_close(d);
	assert_null(get_file(p, "go"));
}

static void
test_helper_missing(void **state)
{
	struct place *p = *state;
	struct delivery_settings s = {0};
	struct err err = {0};
	struct delivery *d;

	strcpy(p->url, "smtp://mail.example");
	strcat(p->program, ".missing");
	d = open_url(p, &s, &err);
	assert_int_equal(send_text(p, d, "hi\n", &err), DELIVERED_FAILED_TEMP);
	assert_int_equal(p->handed, 0);
	delivery_close(d);
}

#define WITH_PLACE(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    WITH_PLACE(test_command),
	    WITH_PLACE(test_command_endings),
	    WITH_PLACE(test_command_endless),
	    WITH_PLACE(test_command_not_begun),
	    WITH_PLACE(test_addresses),
	    WITH_PLACE(test_maildir),
	    WITH_PLACE(test_helper),
	    WITH_PLACE(test_helper_answers),
	    WITH_PLACE(test_helper_taken_back),
	    WITH_PLACE(test_helper_missing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("deliver", tests, NULL, NULL);
}
