/*
 * Bytes of an SMTP server, whole and one by one: the same is said of both, and
 * nothing of it harms a terminal.
 */
#include <string.h>

#include "mail/reply.h"
#include "tests/fuzz/fuzz.h"

static void
look_at(const struct smtp_reply *r)
{
	const char *p;

	FUZZ_MUST(r->code == 0 || (r->code >= 200 && r->code <= 599));
	FUZZ_MUST(memchr(r->text, '\0', sizeof(r->text)) != NULL);
	for (p = r->text; *p != '\0'; p++)
		FUZZ_MUST(*p >= ' ' && *p < 0x7f);
}

static void
offers(struct slice rest)
{
	struct slice line;

	while (slice_line(&rest, &line))
		(void)smtp_reply_offer(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp_reading whole = {0}, single = {0};
	struct buf in = {0}, each = {0};
	int rc, one = 0;
	size_t i;

	buf_add(&in, (const char *)data, size);
	rc = smtp_reply_take(&whole, &in);
	for (i = 0; i < size && one == 0; i++) {
		buf_add(&each, (const char *)data + i, 1);
		one = smtp_reply_take(&single, &each);
	}
	look_at(&whole.reply);
	look_at(&single.reply);
	FUZZ_MUST(rc == one);
	FUZZ_MUST(
	    rc != 1 || (whole.reply.code == single.reply.code &&
			   strcmp(whole.reply.text, single.reply.text) == 0));
	offers(fuzz_slice(data, size));
	buf_free(&in);
	buf_free(&each);
	return 0;
}
