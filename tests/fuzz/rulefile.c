/* Files of rules, as an owner may write them. */
#include "rules/rulefile.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct rules_read read = {0};
	struct err err = {0};
	const char *path = fuzz_file(data, size);

	(void)rulefile_read(a, path, "fuzz", true, &read, &err);
	arena_free(a);
	return 0;
}
