/* What an owner writes above the quote. */
#include "cases/command.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct mail_commands c =
	    mail_commands_read(a, fuzz_text(a, data, size));
	size_t i;

	FUZZ_MUST(c.n <= COMMAND_MOST + COMMAND_UNKNOWN_MOST);
	for (i = 0; i < c.n; i++)
		FUZZ_MUST(c.v[i].verb < VERB_COUNT && c.v[i].case_number >= 0 &&
			  c.v[i].rest != NULL);
	arena_free(a);
	return 0;
}
