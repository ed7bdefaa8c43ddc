/* Header fields: their grammar, encoded words, addresses, ids, parameters. */
#include "mail/header.h"
#include "base/utf8.h"
#include "tests/fuzz/fuzz.h"

static void
read_value(struct arena *a, struct slice value)
{
	struct addresses people = {0};
	struct strings ids = {0};
	struct content content = {0};
	struct moment when;
	size_t i;

	FUZZ_MUST(utf8_valid(slice_of(header_text(a, value))));
	header_addresses(a, value, &people);
	header_ids(a, value, &ids);
	header_content(a, value, &content);
	(void)content_text(a, &content, "filename");
	(void)content_text(a, &content, "name");
	(void)content_bytes(&content, "boundary");
	if (header_date(value, &when)) {
		char text[DATE_ROOM];

		FUZZ_MUST(moment_parse(moment_print(when, text), &when));
	}
	for (i = 0; i < people.n; i++)
		if (people.v[i].addr != NULL)
			FUZZ_MUST(utf8_valid(slice_of(people.v[i].addr)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct header header = {0};
	size_t i;

	if (size > 32768)
		size = 32768;
	header_read(a, fuzz_slice(data, size), &header);
	for (i = 0; i < header.n && i < 64; i++)
		read_value(a, header.v[i].value);
	if (header.n == 0)
		read_value(a, fuzz_slice(data, size));
	arena_free(a);
	return 0;
}
