/*
 * Handing over: what was understood arrives as it left, whatever the mail; and
 * bytes that no reader writes do no harm.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/codec.h"
#include "base/file.h"
#include "handover.h"

static struct run run;

static int
load(void **state)
{
	struct err err = {0};

	(void)state;
	run.arena = arena_new();
	run.out = stdout;
	run.now = (struct moment){1700000000, 3600};
	run.calendars = calendars_load(run.arena, "rules", &err);
	run.forms = forms_load(run.arena, "mail/forms", &err);
	run.pack = pack_load(run.arena, "rules", NULL, &err);
	if (run.calendars == NULL || run.forms == NULL || run.pack == NULL) {
		fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	run.calendar = calendar_region(run.calendars, "GB");
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	arena_free(run.arena);
	return 0;
}

static struct understood *
understand(struct arena *a, struct slice raw)
{
	static const char *me[] = {"sam@home.example"};
	struct strings mine = {me, 1};

	return mail_understand(a, &run, &mine, raw);
}

/* --- Whatever the mail --- */

static int mails;

static void
same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		assert_ptr_equal(a, b);
	else
		assert_string_equal(a, b);
}

static void
same_fields(const struct message *a, const struct message *b)
{
	size_t i;

	assert_int_equal(a->field_count, b->field_count);
	for (i = 0; i < a->field_count; i++) {
		same_text(a->fields[i].name, b->fields[i].name);
		same_text(a->fields[i].value, b->fields[i].value);
	}
	assert_int_equal(a->part_count, b->part_count);
	for (i = 0; i < a->part_count; i++) {
		same_text(a->parts[i].type, b->parts[i].type);
		same_text(a->parts[i].name, b->parts[i].name);
		assert_int_equal(b->parts[i].bytes.len, 0);
	}
	same_text(a->text, b->text);
	assert_int_equal(a->date.utc, b->date.utc);
}

static void
same_findings(const struct findings *a, const struct findings *b)
{
	size_t i;

	assert_int_equal(a->obligation_count, b->obligation_count);
	for (i = 0; i < a->obligation_count; i++) {
		const struct obligation_found *x = &a->obligations[i];
		const struct obligation_found *y = &b->obligations[i];
		char due[2][DATE_ROOM];

		assert_string_equal(
		    due_print(x->due, due[0]), due_print(y->due, due[1]));
		assert_int_equal(x->action, y->action);
		assert_int_equal(x->start, y->start);
		same_text(x->quote, y->quote);
		same_text(x->expr, y->expr);
	}
	assert_int_equal(a->reference_count, b->reference_count);
	for (i = 0; i < a->reference_count; i++)
		assert_string_equal(a->references[i], b->references[i]);
	same_text(a->agent, b->agent);
	assert_int_equal(a->signal_count, b->signal_count);
	assert_int_equal(a->manner_count, b->manner_count);
	for (i = 0; i < a->manner_count; i++)
		assert_string_equal(a->manner[i].name, b->manner[i].name);
}

/* Once over and back, then the same bytes again: nothing is left out. */
static void
check_mail(struct slice raw)
{
	struct arena *a = arena_new();
	struct understood *u = understand(a, raw), *v;
	struct buf out = {0}, again = {0};
	struct bounce bounce = {
	    .failed = true, .message_id = "x@home.example", .reason = "550"};

	if (mails % 2 == 0)
		u->bounce = &bounce;
	understood_put(&out, u);
	v = understood_get(a, buf_view(&out), raw);
	assert_non_null(v);
	assert_ptr_equal(v->message->raw.p, raw.p);
	same_fields(u->message, v->message);
	same_text(u->original->newest, v->original->newest);
	same_text(u->original->comment, v->original->comment);
	same_findings(u->findings, v->findings);
	same_text(u->company, v->company);
	assert_int_equal(u->bounce == NULL, v->bounce == NULL);
	if (u->bounce != NULL && v->bounce != NULL)
		same_text(u->bounce->message_id, v->bounce->message_id);
	understood_put(&again, v);
	assert_int_equal(again.len, out.len);
	assert_memory_equal(again.p, out.p, out.len);
	buf_free(&out);
	buf_free(&again);
	arena_free(a);
	mails++;
}

static void
check_file(const char *path)
{
	struct buf raw = {0};
	struct err err;

	assert_int_equal(file_bytes(path, 64 << 20, &raw, &err), 0);
	check_mail(buf_view(&raw));
	buf_free(&raw);
}

static void
check_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	char path[512];
	size_t n;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		n = strlen(e->d_name);
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (n > 4 && strcmp(e->d_name + n - 4, ".eml") == 0)
			check_file(path);
	}
	closedir(dir);
}

static void
test_all_mail_there_is(void **state)
{
	(void)state;
	mails = 0;
	check_folder("tests/corpus/messages");
	check_folder("tests/replies");
	check_folder("tests/forwards");
	assert_true(mails > 150);
	check_mail((struct slice){"", 0});
	check_mail(slice_of("Date: Fri, 31 Dec 9999 23:59:59 -9959\n\n"));
	check_mail(
	    slice_of("Date: Mon, 1 Jan 0001 00:00:00 +9959\n\nby 1/1/0001"));
}

/* --- What no reader writes --- */

static const char letter[] =
    "From: Acme <care@acme.example>\nTo: sam@home.example\n"
    "Subject: Your complaint C-12345\nMessage-ID: <1@acme.example>\n"
    "Date: Mon, 2 Mar 2026 10:00:00 +0000\n\n"
    "Sorry. We will write to you again within 5 working days, and we will "
    "refund you by 12 March.\n\nPriya Shah\n";

/* Whatever comes out can be looked at whole: the sanitizers watch. */
static void
look_at(const struct understood *u)
{
	struct buf out = {0};

	understood_put(&out, u);
	buf_free(&out);
}

static bool
get(const char *p, size_t n)
{
	struct arena *a = arena_new();
	/* So that a sanitizer sees each byte read beyond the end. */
	char *exact = malloc(n == 0 ? 1 : n);
	struct understood *u;

	assert_non_null(exact);
	memcpy(exact, p, n);
	u = understood_get(a, (struct slice){exact, n}, (struct slice){0});
	if (u != NULL)
		look_at(u);
	free(exact);
	arena_free(a);
	return u != NULL;
}

static void
test_cut_short(void **state)
{
	struct arena *a = arena_new();
	struct buf out = {0};
	size_t n;

	(void)state;
	understood_put(&out, understand(a, slice_of(letter)));
	assert_true(get(out.p, out.len));
	for (n = 0; n < out.len; n++)
		assert_false(get(out.p, n));
	buf_putc(&out, 'x');
	assert_false(get(out.p, out.len));
	buf_free(&out);
	arena_free(a);
}

static void
test_every_byte_changed(void **state)
{
	struct arena *a = arena_new();
	struct buf out = {0};
	size_t i;
	int c, refused = 0;

	(void)state;
	understood_put(&out, understand(a, slice_of(letter)));
	for (i = 0; i < out.len; i++) {
		char was = out.p[i];

		for (c = 0; c < 256; c += 5) {
			out.p[i] = (char)c;
			refused += !get(out.p, out.len);
		}
		out.p[i] = was;
	}
	assert_true(refused > 1000);
	buf_free(&out);
	arena_free(a);
}

static void
test_noise(void **state)
{
	char noise[300];
	size_t i, n;
	int round;

	(void)state;
	srand(7);
	for (round = 0; round < 20000; round++) {
		n = (size_t)rand() % sizeof(noise);
		for (i = 0; i < n; i++)
			noise[i] = (char)(rand() % (round % 2 ? 256 : 4));
		get(noise, n);
	}
}

/* --- The codec itself --- */

struct pair {
	int64_t number;
	const char *text;
	struct strings list;
};

static const struct member strings_members[] = {
    M_LIST(strings, v, n, &layout_of_text)};
static const struct layout strings_layout = LAYOUT(strings, strings_members);
static const struct member pair_members[] = {
    M_INT(pair, number, INT64_MIN, INT64_MAX),
    M_TEXT_OR_NULL(pair, text),
    M_STRUCT(pair, list, &strings_layout),
};
static const struct layout pair_layout = LAYOUT(pair, pair_members);
static const struct member narrow_members[] = {
    M_INT(pair, number, -5, 5),
    M_TEXT(pair, text),
    M_STRUCT(pair, list, &strings_layout),
};
static const struct layout narrow_layout = LAYOUT(pair, narrow_members);

static void
test_limits(void **state)
{
	static const int64_t numbers[] = {
	    0, 1, -1, 5, -5, 63, -64, 64, INT64_MAX, INT64_MIN};
	struct arena *a = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct pair p = {.number = numbers[i], .text = "é"}, *q;
		struct buf out = {0};
		bool narrow = numbers[i] >= -5 && numbers[i] <= 5;

		codec_put(&out, &pair_layout, &p);
		q = codec_get(a, &pair_layout, buf_view(&out));
		assert_non_null(q);
		assert_true(q->number == p.number);
		assert_string_equal(q->text, p.text);
		assert_ptr_equal(q->list.v, NULL);
		q = codec_get(a, &narrow_layout, buf_view(&out));
		assert_int_equal(q != NULL, narrow);
		buf_free(&out);
	}
	arena_free(a);
}

static bool
takes(const struct layout *layout, const char *bytes, size_t n)
{
	struct arena *a = arena_new();
	bool is = codec_get(a, layout, (struct slice){bytes, n}) != NULL;

	arena_free(a);
	return is;
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool good;
	} cases[] = {
	    {"\0\3a\0\0", 5, true}, /* 0, "a", no list */
	    {"\0\0\0", 3, false}, /* NULL where there must be a text */
	    {"\0\3ab\0", 5, false}, /* no NUL at the end */
	    {"\0\4a\0\0\0", 6, false}, /* a NUL within */
	    {"\0\3\xff\0\0", 5, false}, /* no UTF-8 */
	    {"\0\1\0\0", 4, false}, /* shares what was not there */
	    {"\0\1\x09\0", 4, false},
	    {"\0\3a\0\x7f", 5, false}, /* a list longer than the bytes */
	    {"\0\3a\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 14, false},
	    {"\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 11, false},
	    {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f\3a\0\0", 14, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (takes(&narrow_layout, cases[i].bytes, cases[i].n) !=
		    cases[i].good)
			fail_msg("case %zu", i);
}

/* A long text that is there twice goes over once. */
static void
test_shared(void **state)
{
	char text[1000];
	const char *v[] = {text, "short", text, text};
	struct pair p = {.text = text, .list = {v, 4}}, *q;
	struct arena *a = arena_new();
	struct buf out = {0};

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	codec_put(&out, &pair_layout, &p);
	assert_true(out.len < sizeof(text) + 30);
	q = codec_get(a, &pair_layout, buf_view(&out));
	assert_non_null(q);
	assert_string_equal(q->list.v[3], text);
	assert_string_equal(q->list.v[1], "short");
	buf_free(&out);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_mail_there_is),
	    cmocka_unit_test(test_cut_short),
	    cmocka_unit_test(test_every_byte_changed),
	    cmocka_unit_test(test_noise),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_shared),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
