/* Bytes of an IMAP server, whole and one by one: the same is said of both. */
#include "mail/response.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct response_guard whole, single;
	struct slice bytes = fuzz_slice(data, size);
	struct err err = {0};
	int rc, each = 0;
	size_t i;

	response_begin(&whole, 65536);
	rc = response_feed(&whole, bytes.p, bytes.len, &err);
	response_begin(&single, 65536);
	for (i = 0; i < size && each == 0; i++)
		each = response_feed(&single, bytes.p + i, 1, &err);
	FUZZ_MUST(rc == each);
	FUZZ_MUST(rc != 0 || whole.left == single.left);
	return 0;
}
