/* Bounces: what is said of them is one line each, and of a mail that is named. */
#include <string.h>

#include "base/utf8.h"
#include "mail/bounce.h"
#include "mail/read.h"
#include "tests/fuzz/fuzz.h"

static void
check_line(const char *text)
{
	if (text == NULL)
		return;
	FUZZ_MUST(utf8_valid(slice_of(text)));
	FUZZ_MUST(strpbrk(text, "\r\n") == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run *run = fuzz_run();
	struct arena *a = arena_new();
	struct bounce *b = bounce_read(
	    a, run->bounces, message_read(a, fuzz_slice(data, size)));

	if (b != NULL) {
		FUZZ_MUST(b->message_id != NULL && b->reason != NULL);
		FUZZ_MUST(strlen(b->reason) <= BOUNCE_REASON);
		check_line(b->message_id);
		check_line(b->recipient);
		check_line(b->status);
		check_line(b->reason);
	}
	arena_free(a);
	return 0;
}
