/* Authentication-Results: whatever stands in quotes and comments, what comes of
 * it are names without blanks, and nothing is read twice. */
#include <ctype.h>
#include <string.h>

#include "mail/authres.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *text = arena_strndup(a, (const char *)data, size);
	struct authres found = authres_read(a, text, "mx.a.example");
	size_t i, sum = 0;

	for (i = 0; i < found.n; i++) {
		const char *p = found.domains[i];

		sum += strlen(p) + strlen("dkim=passheader.d=");
		for (; *p != '\0'; p++)
			FUZZ_MUST(!isspace((unsigned char)*p) &&
				  strchr(";\"(", *p) == NULL);
	}
	FUZZ_MUST(sum <= strlen(text));
	arena_free(a);
	return 0;
}
