/* Bytes of a DNS server: a TXT record has its limit, and without one nothing
 * is said. */
#include "mail/resolver.h"
#include "mail/txt.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = {0};
	bool found = txt_read(data, size, &text);

	FUZZ_MUST(text.len <= RESOLVER_TEXT_MOST);
	FUZZ_MUST(!found || text.len <= size);
	buf_free(&text);
	return 0;
}
