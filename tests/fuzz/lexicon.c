/* Files of time words, as an owner may write them. */
#include "rules/when.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct err err = {0};

	if (lexicon_load(a, fuzz_file(data, size), &err) == NULL)
		FUZZ_MUST(err.code != 0 && err.text[0] != '\0');
	arena_free(a);
	return 0;
}
