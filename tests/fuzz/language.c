/* What a language is made of, as an owner may write it. */
#include "rules/language.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct language *language = NULL;
	struct err err = {0};

	if (language_load(a, fuzz_file(data, size), &language, &err) == 0)
		FUZZ_MUST(language != NULL);
	else
		FUZZ_MUST(err.code != 0 && err.text[0] != '\0');
	arena_free(a);
	return 0;
}
