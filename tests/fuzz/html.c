/* HTML to text. */
#include "base/utf8.h"
#include "mail/charset.h"
#include "mail/read.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct slice html =
	    charset_decode(a, fuzz_slice(data, size), slice_of("utf-8"), NULL);

	FUZZ_MUST(utf8_valid(slice_of(html_text(a, html))));
	arena_free(a);
	return 0;
}
