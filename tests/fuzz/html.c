/* HTML to text; the short way says what the long one says. */
#include <string.h>

#include "base/utf8.h"
#include "mail/charset.h"
#include "mail/html.h"
#include "mail/read.h"
#include "mail/straight.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct slice html =
	    charset_decode(a, fuzz_slice(data, size), slice_of("utf-8"), NULL);

	const char *straight = html.len == 0 ? NULL : straight_text(a, html);

	FUZZ_MUST(utf8_valid(slice_of(html_text(a, html))));
	FUZZ_MUST(
	    straight == NULL || strcmp(straight, html_tree_text(a, html)) == 0);
	arena_free(a);
	return 0;
}
