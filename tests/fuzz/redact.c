/* What strangers may read: taken out once, there is nothing left to take. */
#include <ctype.h>
#include <string.h>

#include "base/utf8.h"
#include "record/redact.h"
#include "tests/fuzz/fuzz.h"

static bool
is_letter(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* As a word of its own. */
static bool
names_someone(const char *text, const char *name)
{
	const char *p = text;

	while ((p = strstr(p, name)) != NULL) {
		const char *end = p + strlen(name);

		if ((p == text || !is_letter(p[-1])) && !is_letter(*end))
			return true;
		p = end;
	}
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *words[] = {"Priya", "Shah"};
	const struct redaction names = {.names = {words, 2}};
	struct arena *a = arena_new();
	char *once = redact(a, fuzz_text(a, data, size), &names);

	FUZZ_MUST(utf8_valid(slice_of(once)));
	FUZZ_MUST(!names_someone(once, "Priya"));
	FUZZ_MUST(strcmp(redact(a, once, &names), once) == 0);
	arena_free(a);
	return 0;
}
