/*
 * A draft of anything, composed and read back: nobody is added, nothing is
 * lost.  The input is lines: subject, name, address, file name; then the text.
 */
#include <string.h>
#include <strings.h>

#include "mail/compose.h"
#include "mail/read.h"
#include "tests/fuzz/fuzz.h"

static void
seven_bits(struct slice mail)
{
	size_t i, line = 0;

	for (i = 0; i < mail.len; i++) {
		FUZZ_MUST(mail.p[i] != '\0' && (mail.p[i] & 0x80) == 0);
		FUZZ_MUST(
		    (mail.p[i] == '\n') == (i > 0 && mail.p[i - 1] == '\r'));
		line = mail.p[i] == '\n' ? 0 : line + 1;
		FUZZ_MUST(line <= 999);
	}
}

/* Blanks at the ends and in rows need not come back. */
static bool
is_plain(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && s[0] != ' ' && s[n - 1] != ' ' &&
	       strstr(s, "  ") == NULL;
}

static char *
next_line(struct arena *a, struct slice *rest)
{
	struct slice line = {"", 0};

	(void)slice_line(rest, &line);
	return slice_dup(a, line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct slice rest = slice_of(fuzz_text(a, data, size));
	char *subject = next_line(a, &rest), *name = next_line(a, &rest);
	struct address to = {name, next_line(a, &rest)};
	struct attachment file = {NULL, next_line(a, &rest), rest};
	struct draft d = {
	    .message_id = "1.k@owner.example",
	    .date = {1772446500, 3600},
	    .from = {"promised", "me@owner.example"},
	    .to = {&to, 1},
	    .subject = subject,
	    .text = slice_dup(a, rest),
	    .attachments = &file,
	    .attachment_count = 1,
	};
	struct buf out = {0};
	struct err err = {0};
	struct message *m;
	struct slice back;

	if (compose(&d, &out, &err) == 0) {
		seven_bits(buf_view(&out));
		m = message_read(a, buf_view(&out));
		fuzz_look_at(m);
		FUZZ_MUST(m->to.n == 1 && m->cc.n == 0 && m->reply_to.n == 0);
		FUZZ_MUST(strcasecmp(m->to.v[0].addr, to.addr) == 0);
		FUZZ_MUST(strcmp(m->from.addr, d.from.addr) == 0);
		FUZZ_MUST(m->message_id != NULL &&
			  strcmp(m->message_id, d.message_id) == 0);
		FUZZ_MUST(message_field(m, "Bcc") == NULL);
		if (is_plain(subject))
			FUZZ_MUST(strcmp(m->subject, subject) == 0);
		/* A file that is called .eml is read as a mail. */
		FUZZ_MUST(m->part_count + m->enclosed_count == 1);
		back = m->part_count == 1 ? m->parts[0].bytes : m->enclosed[0];
		FUZZ_MUST(back.len == rest.len &&
			  memcmp(back.p, rest.p, rest.len) == 0);
	}
	buf_free(&out);
	arena_free(a);
	return 0;
}
