/* The original in a forward, and what was written last in a reply. */
#include "base/utf8.h"
#include "mail/read.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run *run = fuzz_run();
	struct arena *a = arena_new();
	struct message *m = message_read(a, fuzz_slice(data, size));
	struct original *o = original_read(a, run->forms, m);

	FUZZ_MUST(utf8_valid(slice_of(o->newest)));
	FUZZ_MUST(utf8_valid(slice_of(o->comment)));
	FUZZ_MUST(utf8_valid(
	    slice_of(newest_text(a, run->forms, fuzz_text(a, data, size)))));
	arena_free(a);
	return 0;
}
