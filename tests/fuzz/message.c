/* A whole mail: MIME, charsets, HTML, the texts within it. */
#include "mail/read.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct slice raw = fuzz_slice(data, size);
	struct strings texts;

	fuzz_look_at(message_read(a, raw));
	message_texts(a, raw, &texts);
	(void)message_plausible(raw);
	arena_free(a);
	return 0;
}
