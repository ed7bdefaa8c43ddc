/* A draft into bytes, and the bytes read back by the reader of all mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "mail/compose.h"
#include "mail/read.h"

static struct address anna = {"Anna Smith", "anna@owner.example"};
static const char *thread[] = {"1@acme.example", "2@acme.example"};

static struct draft
plain_draft(void)
{
	struct draft d = {
	    .message_id = "12.k7@owner.example",
	    .date = {1772446500, 3600},
	    .from = {"promised", "me@owner.example"},
	    .to = {&anna, 1},
	    .subject = "Acme has not kept its word",
	    .auto_submitted = AUTO_GENERATED,
	    .loop = "k1 5f2c",
	    .text = "Dear Anna,\n\nAcme promised a refund by Monday.\n",
	};

	return d;
}

static char *
composed(const struct draft *d)
{
	struct buf out = {0};
	struct err err = {0};

	if (compose(d, &out, &err) < 0)
		fail_msg("%s", err.text);
	return out.p;
}

static struct message *
reread(struct arena *arena, const struct draft *d, char **bytes)
{
	*bytes = composed(d);
	return message_read(arena, slice_of(*bytes));
}

static void
test_fields(void **state)
{
	struct arena *arena = arena_new();
	struct address cc[] = {{NULL, "copy@owner.example"},
	    {"M\xc3\xbcller, Jos\xc3\xa9", "jose@owner.example"},
	    {"O'Neil \"Bob\" \\ Co.", "bob@owner.example"}};
	struct address reply = {"promised", "me+12.k7@owner.example"};
	struct field more[] = {{"X-Promised-Case", "12"},
	    {"List-Unsubscribe",
		"<mailto:me+12.k7@owner.example?subject=stop>"}};
	struct draft d = plain_draft();
	struct message *m;
	char *bytes;
	size_t i;

	(void)state;
	d.cc = (struct addresses){cc, 3};
	d.reply_to = (struct addresses){&reply, 1};
	d.in_reply_to = (struct strings){thread + 1, 1};
	d.references = (struct strings){thread, 2};
	d.fields = more;
	d.field_count = 2;
	m = reread(arena, &d, &bytes);
	assert_string_equal(m->message_id, d.message_id);
	assert_string_equal(m->from.name, "promised");
	assert_string_equal(m->from.addr, "me@owner.example");
	assert_int_equal(m->to.n, 1);
	assert_string_equal(m->to.v[0].name, anna.name);
	assert_string_equal(m->to.v[0].addr, anna.addr);
	assert_int_equal(m->cc.n, 3);
	for (i = 0; i < 3; i++) {
		assert_string_equal(m->cc.v[i].addr, cc[i].addr);
		if (cc[i].name != NULL)
			assert_string_equal(m->cc.v[i].name, cc[i].name);
	}
	assert_string_equal(m->reply_to.v[0].addr, reply.addr);
	assert_string_equal(m->subject, d.subject);
	assert_int_equal(m->in_reply_to.n, 1);
	assert_string_equal(m->in_reply_to.v[0], thread[1]);
	assert_int_equal(m->references.n, 2);
	assert_string_equal(m->references.v[0], thread[0]);
	assert_true(m->has_date);
	assert_int_equal(m->date.utc, d.date.utc);
	assert_int_equal(m->date.offset, d.date.offset);
	assert_string_equal(
	    message_field(m, "Auto-Submitted"), "auto-generated");
	assert_string_equal(
	    message_field(m, "X-Auto-Response-Suppress"), "All");
	assert_string_equal(message_field(m, "X-Promised-Loop"), "k1 5f2c");
	assert_string_equal(message_field(m, "X-Promised-Case"), "12");
	assert_string_equal(
	    message_field(m, "List-Unsubscribe"), more[1].value);
	assert_string_equal(m->text, d.text);
	assert_int_equal(m->faults.n, 0);
	free(bytes);
	arena_free(arena);
}

/* A ticket system drops what looks machine-made, and a letter that the owner
 * approved word by word is not. */
static void
test_marks(void **state)
{
	struct draft d = plain_draft();
	char *bytes;

	(void)state;
	d.auto_submitted = AUTO_NO;
	bytes = composed(&d);
	assert_null(strcasestr(bytes, "auto-"));
	assert_null(strcasestr(bytes, "precedence"));
	free(bytes);
	d.auto_submitted = AUTO_REPLIED;
	bytes = composed(&d);
	assert_non_null(strstr(bytes, "\r\nAuto-Submitted: auto-replied\r\n"));
	free(bytes);
}

static void
test_parts(void **state)
{
	static const char original[] =
	    "From: a@acme.example\r\nTo: b@c.example\r\n\r\nWe will.\r\n";
	static const char raw[] =
	    "From: a@acme.example\nSubject: \xfc\xff\n\nbare\r8-bit \xe4\n";
	struct attachment v[] = {
	    {"message/rfc822", "original", {original, sizeof(original) - 1}},
	    {"message/rfc822", "odd.eml", {raw, sizeof(raw) - 1}},
	    {"image/png",
		"Gr\xc3\xb6\xc3\x9f"
		"e ; \"scan\" of the whole "
		"letter, page 1 of 2.png",
		{"\x89PNG\r\n\0\n", 8}}};
	struct arena *arena = arena_new();
	struct draft d = plain_draft();
	struct message *m;
	char *bytes;

	(void)state;
	d.html = "<p>Dear Anna,</p>\n<p>G\xc3\xb6</p>";
	d.calendar = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
	d.calendar_method = "PUBLISH";
	d.attachments = v;
	d.attachment_count = 3;
	m = reread(arena, &d, &bytes);
	assert_string_equal(m->text, d.text);
	assert_false(m->from_html);
	assert_int_equal(m->enclosed_count, 2);
	assert_true(slice_is(m->enclosed[0], original));
	assert_int_equal(m->enclosed[1].len, sizeof(raw) - 1);
	assert_memory_equal(m->enclosed[1].p, raw, sizeof(raw) - 1);
	assert_true(m->part_count > 0);
	assert_string_equal(m->parts[m->part_count - 1].type, "image/png");
	assert_string_equal(m->parts[m->part_count - 1].name, v[2].name);
	assert_int_equal(m->parts[m->part_count - 1].bytes.len, 8);
	assert_memory_equal(
	    m->parts[m->part_count - 1].bytes.p, v[2].bytes.p, 8);
	assert_non_null(strstr(bytes, "text/calendar; charset=utf-8;\r\n"
				      " method=PUBLISH\r\n"));
	assert_int_equal(m->faults.n, 0);
	free(bytes);
	arena_free(arena);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = {"a\rb", "a\nb", "a\r\nBcc: x@y.z",
	    "\x1b[2J", "\x7f", "\xff\xfe", "\xc0\x8a", "tab\there"};
	struct address from, to;
	struct field field = {"X-Promised-Case", ""};
	struct draft d;
	struct buf out = {0};
	struct err err;
	size_t i, which;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		for (which = 0; which < 8; which++) {
			struct attachment file = {NULL, bad[i], {"x", 1}};

			d = plain_draft();
			from = d.from;
			to = anna;
			field.value = which == 4 ? bad[i] : "12";
			field.name = which == 5 ? bad[i] : "X-Promised-Case";
			d.fields = &field;
			d.field_count = 1;
			d.subject = which == 0 ? bad[i] : "fine";
			from.name = which == 1 ? bad[i] : "fine";
			to.name = which == 2 ? bad[i] : "fine";
			to.addr = which == 3 ? bad[i] : to.addr;
			d.loop = which == 6 ? bad[i] : NULL;
			d.from = from;
			d.to = (struct addresses){&to, 1};
			d.attachments = &file;
			d.attachment_count = which == 7;
			err = (struct err){0};
			if (compose(&d, &out, &err) == 0)
				fail_msg("taken: %zu in %zu", i, which);
			assert_int_equal(err.code, EX_DATAERR);
			assert_int_equal(out.len, 0);
		}
	buf_free(&out);
}

static void
test_refused_more(void **state)
{
	static const char *const ids[] = {
	    "", "x", "a b@c.d", "a@b>\r\nX: y", "<a@b>", NULL};
	static const char *const names[] = {"Bcc", "Subject", "X-Other",
	    "X-Promised-: x\r\nBcc", "List-Unsubscribe-Post"};
	struct field field = {NULL, "x"};
	struct attachment file = {"text/plain;\r\nX: y", "x", {"x", 1}};
	struct draft d = plain_draft();
	struct buf out = {0};
	struct err err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		d.message_id = ids[i];
		assert_int_equal(compose(&d, &out, &err), -1);
	}
	d = plain_draft();
	d.fields = &field;
	d.field_count = 1;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		field.name = names[i];
		assert_int_equal(compose(&d, &out, &err), -1);
	}
	d = plain_draft();
	d.to.n = 0;
	assert_int_equal(compose(&d, &out, &err), -1);
	d = plain_draft();
	d.text = "\xff";
	assert_int_equal(compose(&d, &out, &err), -1);
	d = plain_draft();
	d.attachments = &file;
	d.attachment_count = 1;
	assert_int_equal(compose(&d, &out, &err), -1);
	file = (struct attachment){NULL, "../../etc/passwd", {"x", 1}};
	assert_int_equal(compose(&d, &out, &err), -1);
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

/* What the other side wrote as a Message-ID is passed on only when it is one. */
static void
test_ids_of_strangers(void **state)
{
	const char *ids[60];
	static char text[60][32];
	struct arena *arena = arena_new();
	struct draft d = plain_draft();
	struct message *m;
	char *bytes;
	size_t i;

	(void)state;
	for (i = 0; i < 60; i++) {
		snprintf(text[i], sizeof(text[i]), "%zu@acme.example", i);
		ids[i] = text[i];
	}
	ids[58] = "a b\r\nBcc: x@y.z";
	d.references = (struct strings){ids, 60};
	m = reread(arena, &d, &bytes);
	assert_null(message_field(m, "Bcc"));
	assert_int_equal(m->references.n, 49);
	assert_string_equal(m->references.v[0], "0@acme.example");
	assert_string_equal(m->references.v[1], "11@acme.example");
	assert_string_equal(m->references.v[48], "59@acme.example");
	free(bytes);
	arena_free(arena);
}

static void
test_deterministic(void **state)
{
	struct draft d = plain_draft();
	struct arena *arena = arena_new();
	struct attachment file = {NULL, "x.bin", {"x", 1}};
	struct message *m;
	char *one, *two, *boundary, *end;
	struct buf text = {0};

	(void)state;
	d.html = "<p>x</p>";
	d.attachments = &file;
	d.attachment_count = 1;
	one = composed(&d);
	two = composed(&d);
	assert_string_equal(one, two);
	free(two);
	/* A company that knows the boundary quotes it: another is taken. */
	boundary = strstr(one, "boundary=\"");
	assert_non_null(boundary);
	boundary += strlen("boundary=\"");
	end = strstr(boundary, "-m\"");
	assert_non_null(end);
	*end = '\0';
	buf_printf(&text, "--%s-m--\n--%s-a\n\nafter\n", boundary, boundary);
	d.text = text.p;
	m = reread(arena, &d, &two);
	assert_string_equal(m->text, text.p);
	assert_string_equal(m->parts[m->part_count - 1].name, "x.bin");
	buf_free(&text);
	free(one);
	free(two);
	arena_free(arena);
}

static void
test_flowed(void **state)
{
	struct draft d = plain_draft();
	struct arena *arena = arena_new();
	struct message *m;
	char *bytes, *line, *end;
	bool has_url = false;

	(void)state;
	d.text =
	    "On 2 March you wrote that the refund for the cancelled order "
	    "would be made within five working days of that letter:\n"
	    "> I will write to you again within five working days, and the "
	    "refund will reach your account by then at the latest.\n"
	    ">> older\n"
	    "From today on I shall count every working day.\n"
	    "  indented\n"
	    ".\n"
	    "..\n"
	    "https://owner.example/a/very/long/address/that/must/stay/whole/"
	    "0123456789/0123456789/0123456789\n"
	    "-- \n"
	    "Anna\n";
	m = reread(arena, &d, &bytes);
	assert_string_equal(m->text, d.text);
	line = strstr(bytes, "\r\n\r\n");
	assert_non_null(line);
	for (line += 4; (end = strstr(line, "\r\n")) != NULL; line = end + 2) {
		*end = '\0';
		if (strstr(line, "https://") == line)
			has_url = strstr(line, "0123456789") != NULL;
		else
			assert_true(strlen(line) <= 73);
		assert_int_not_equal(strncmp(line, "From ", 5), 0);
	}
	assert_true(has_url);
	free(bytes);
	arena_free(arena);
}

static void
test_clean(void **state)
{
	struct arena *arena = arena_new();
	struct draft d = plain_draft();
	char *bytes, *text = arena_alloc(arena, 1001);
	size_t i;

	(void)state;
	assert_string_equal(compose_clean(arena, NULL), "");
	assert_string_equal(
	    compose_clean(arena, "Re: a\r\nBcc: x"), "Re: a  Bcc: x");
	for (i = 0; i < 1000; i += 2)
		text[i] = '\xc3', text[i + 1] = '\xa9';
	text[0] = '\xff';
	d.subject = compose_clean(arena, text);
	assert_true(strlen(d.subject) <= 200);
	bytes = composed(&d); /* it is UTF-8, cut between characters */
	free(bytes);
	arena_free(arena);
}

/* Random drafts. */

static uint32_t
next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static char *
random_text(struct arena *arena, uint32_t *seed, size_t words, bool lines)
{
	static const char *const word[] = {"a", "refund",
	    "Gr\xc3\xb6\xc3\x9f\x65", "\xe6\x97\xa5\xe6\x9c\xac",
	    "\xe2\x82\xac", "=", "=?", "?=", "_", " ", " ", "  ", ".", ",",
	    "\"", "\\", "(c)", "<", ">", "@", "\xf0\x9f\x98\x80",
	    ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
	    "'", ":;", "=?UTF-8?Q?x?=", "\xe2\x80\xa8", "\xe2\x80\xae", "\n",
	    "\n", "\n\n", "\n> ", "\n>", "\nFrom ", "\n.\n", "\n-- \n",
	    "\n--=_", " lorem ipsum dolor sit amet"};
	struct buf b = {0};
	size_t n = next(seed) % words;
	uint32_t choice =
	    (uint32_t)(sizeof(word) / sizeof(*word)) - (lines ? 0 : 10);

	buf_puts(&b, "");
	while (n-- > 0)
		buf_puts(&b, word[next(seed) % choice]);
	return buf_keep(&b, arena);
}

/* The text as flowing leaves it: see flow.h. */
static char *
canonical(struct arena *arena, const char *text)
{
	struct slice rest = slice_of(text), line;
	struct buf b = {0};
	size_t depth;

	buf_puts(&b, "");
	while (slice_line(&rest, &line)) {
		if (!slice_is(line, "-- "))
			while (line.len > 0 && line.p[line.len - 1] == ' ')
				line.len--;
		for (depth = 0; depth < line.len && line.p[depth] == '>';)
			depth++;
		buf_add(&b, line.p, depth);
		line.p += depth;
		line.len -= depth;
		if (depth > 0 && line.len > 0 && line.p[0] != ' ')
			buf_putc(&b, ' ');
		buf_slice(&b, line);
		buf_putc(&b, '\n');
	}
	return buf_keep(&b, arena);
}

/* Seven bits, CRLF and nothing else, no line beyond its bound. */
static void
check_bytes(const char *bytes)
{
	const char *line = bytes, *end, *p;
	bool header = true;

	for (; *line != '\0'; line = end + 2) {
		end = strchr(line, '\r');
		assert_non_null(end);
		assert_int_equal(end[1], '\n');
		assert_true(end - line <= (header ? 78 : 998));
		for (p = line; p < end; p++)
			assert_true(*p == '\t' || (*p >= ' ' && *p < 0x7f));
		if (end == line)
			header = false;
		else if (header)
			assert_true(strspn(line, " \t") < (size_t)(end - line));
	}
}

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static void
test_random(void **state)
{
	uint32_t seed = 20261121;
	int i;

	(void)state;
	for (i = 0; i < 3000; i++) {
		struct arena *arena = arena_new();
		struct draft d = plain_draft();
		struct address to = anna;
		struct attachment file = {NULL, "x.bin", {0}};
		struct message *m;
		char *bytes;

		d.subject = random_text(arena, &seed, 20, false);
		/* Blanks at its ends are no part of a name. */
		to.name = arena_printf(
		    arena, "x%sx", random_text(arena, &seed, 8, false));
		d.to = (struct addresses){&to, 1};
		d.text = arena_printf(arena, "Dear Anna,\n%s",
		    random_text(arena, &seed, 80, true));
		file.bytes = slice_of(random_text(arena, &seed, 50, true));
		d.attachments = &file;
		d.attachment_count = next(&seed) % 2;
		m = reread(arena, &d, &bytes);
		check_bytes(bytes);
		if (strcmp(m->subject, d.subject) != 0 ||
		    strcmp(or_empty(m->to.v[0].name), to.name) != 0 ||
		    strcmp(m->text, canonical(arena, d.text)) != 0)
			fail_msg("draft %d: subject \"%s\" \"%s\"\nname \"%s\""
				 " \"%s\"\ntext:\n%s|\n%s|\n%s",
			    i, d.subject, m->subject, to.name,
			    or_empty(m->to.v[0].name), canonical(arena, d.text),
			    m->text, bytes);
		if (d.attachment_count > 0)
			assert_true(slice_is(
			    m->parts[m->part_count - 1].bytes, file.bytes.p));
		free(bytes);
		arena_free(arena);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_marks),
	    cmocka_unit_test(test_parts),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_refused_more),
	    cmocka_unit_test(test_ids_of_strangers),
	    cmocka_unit_test(test_deterministic),
	    cmocka_unit_test(test_flowed),
	    cmocka_unit_test(test_clean),
	    cmocka_unit_test(test_random),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("compose", tests, NULL, NULL);
}
