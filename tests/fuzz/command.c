/* What an owner writes above the quote. */
#include "cases/command.h"
#include "cases/thread.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct thread_words *words;
	struct arena *a = arena_new();
	struct err err = {0};
	struct mail_commands c;
	size_t i;

	if (words == NULL) /* lives as long as the target */
		words =
		    thread_words_load(arena_new(), "cases/thread.words", &err);
	FUZZ_MUST(words != NULL);
	c = mail_commands_read(a, words, fuzz_text(a, data, size));
	FUZZ_MUST(c.n <= COMMAND_MOST + COMMAND_UNKNOWN_MOST);
	for (i = 0; i < c.n; i++)
		FUZZ_MUST(c.v[i].verb < VERB_COUNT && c.v[i].case_number >= 0 &&
			  c.v[i].rest != NULL);
	arena_free(a);
	return 0;
}
