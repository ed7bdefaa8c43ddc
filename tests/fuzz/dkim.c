/*
 * Signatures.  The input is what the reader that judges them says; or, when it
 * begins with "key " or an empty line, the question that it is asked: keys out
 * of the DNS, and a mail.  Whatever comes of it, what is kept and shown is
 * text, and nothing passes that nobody has signed.
 */
#include <string.h>

#include "base/utf8.h"
#include "mail/dkim.h"
#include "mail/resolver.h"
#include "tests/fuzz/fuzz.h"

static void
look_at(const struct dkim_answer *answer)
{
	const char *p;

	FUZZ_MUST(answer->signers <= DKIM_SIGNERS_MOST);
	FUZZ_MUST(answer->verdict != DKIM_PASS || answer->signers > 0);
	FUZZ_MUST(utf8_valid(slice_of(answer->why)));
	for (p = answer->why; *p != '\0'; p++)
		FUZZ_MUST((unsigned char)*p >= ' ' && *p != 0x7f);
	for (size_t i = 0; i < answer->signers; i++) {
		FUZZ_MUST(resolver_name_is_one(answer->signer[i].domain));
		FUZZ_MUST(resolver_name_is_one(answer->signer[i].selector));
		FUZZ_MUST(answer->signer[i].key == NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = fuzz_slice(data, size);
	struct arena *a = arena_new();
	struct dkim_answer answer;
	struct buf out = {0};

	if (slice_starts(in, "key ") || slice_starts(in, "\n")) {
		dkim_judge(NULL, in, &out);
		in = buf_view(&out);
	}
	dkim_read_answer(a, in, &answer);
	look_at(&answer);
	buf_free(&out);
	arena_free(a);
	return 0;
}
