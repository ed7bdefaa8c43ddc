/* Dates: of header fields, of people, and in sentences. */
#include <string.h>

#include "mail/datetext.h"
#include "mail/header.h"
#include "tests/fuzz/fuzz.h"

static void
printable(struct moment when)
{
	char text[DATE_ROOM];
	struct moment again;

	FUZZ_MUST(moment_parse(moment_print(when, text), &again));
	FUZZ_MUST(again.utc == when.utc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run *run = fuzz_run();
	struct arena *a = arena_new();
	struct slice bytes = fuzz_slice(data, size > 1024 ? 1024 : size);
	char *text = fuzz_text(a, data, bytes.len);
	struct date_hint hint = {true, run->now, 0};
	struct date_text read;
	struct moment when;
	day_t day;

	if (header_date(bytes, &when))
		printable(when);
	if (date_text(run->forms, slice_of(text), &hint, &read)) {
		printable(read.at);
		FUZZ_MUST(read.start <= read.end && read.end <= strlen(text));
	}
	(void)moment_parse(text, &when);
	(void)day_parse(text, &day);
	(void)phrases_read(a, run->pack, text, "en", run->now, run->calendar);
	(void)calendar_due(a, run->calendar, text, run->now, NULL);
	arena_free(a);
	return 0;
}
