/* The configuration. */
#include "settings.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct settings settings = {0};
	struct err err = {0};

	if (settings_read(a, fuzz_file(data, size), &settings, &err) == 0)
		FUZZ_MUST(settings.addresses.n > 0);
	else
		FUZZ_MUST(err.code != 0 && err.text[0] != '\0');
	arena_free(a);
	return 0;
}
