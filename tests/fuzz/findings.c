/* What sentences mean: any text, in any language that there is. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run *run = fuzz_run();
	struct arena *a = arena_new();
	struct reading reading = {0};
	struct findings *f;
	size_t i;

	reading.text = fuzz_text(a, data, size);
	reading.subject = "Your complaint C-12345";
	reading.anchor = run->now;
	reading.sender = WHO_COMPANY;
	reading.calendar = run->calendar;
	f = findings_read(a, run->pack, &reading);
	for (i = 0; i < f->obligation_count; i++) {
		const struct obligation_found *o = &f->obligations[i];

		FUZZ_MUST(o->start <= o->end && o->end <= strlen(reading.text));
	}
	arena_free(a);
	return 0;
}
