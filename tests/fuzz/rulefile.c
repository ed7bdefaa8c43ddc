/* Files of rules, as an owner may write them. */
#include "rules/rulefile.h"
#include "tests/fuzz/fuzz.h"

static const struct language *
english(void)
{
	static struct language *language;
	struct err err;

	if (language == NULL)
		FUZZ_MUST(language_load(fuzz_run()->arena, "rules/en/language",
			      &language, &err) == 0);
	return language;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct rules_read read = {0};
	struct err err = {0};
	const char *path = fuzz_file(data, size);

	(void)rulefile_read(a, path, "fuzz", english(), true, &read, &err);
	arena_free(a);
	return 0;
}
