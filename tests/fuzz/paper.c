/*
 * The words of a letter, which quotes a company: a PDF is made of them, or it
 * is said why not, and the same words make the same bytes.
 *
 * The input is a line each for recipient and subject, and the text.
 */
#include <string.h>
#include <sysexits.h>

#include "record/paper.h"
#include "tests/fuzz/fuzz.h"

/* What the libraries keep for the next letter is theirs. */
int __lsan_is_turned_off(void);

int
__lsan_is_turned_off(void)
{
	return 1;
}

static const char *
take_line(struct arena *a, struct slice *rest)
{
	struct slice line;

	return slice_line(rest, &line) ? slice_dup(a, line) : "";
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct slice rest = slice_of(fuzz_text(a, data, size));
	struct sheet sheet = {.size = size % 2 == 0 ? PAPER_A4 : PAPER_LETTER,
	    .language = "en",
	    .from = "Sam Okafor\nsam@home.example",
	    .to = take_line(a, &rest),
	    .date = "Monday 2 March 2026",
	    .subject = take_line(a, &rest),
	    .author = "Sam Okafor",
	    .made = 1772446500};
	struct buf one = {0}, two = {0};
	struct err err = {0};
	int rc;

	sheet.text = slice_dup(a, rest);
	rc = paper_write(&sheet, &one, &err);
	FUZZ_MUST(rc == 0 || err.code == EX_DATAERR);
	if (rc == 0) {
		FUZZ_MUST(slice_starts(buf_view(&one), "%PDF-"));
		FUZZ_MUST(paper_write(&sheet, &two, &err) == 0);
		FUZZ_MUST(
		    one.len == two.len && memcmp(one.p, two.p, one.len) == 0);
	}
	buf_free(&one);
	buf_free(&two);
	arena_free(a);
	return 0;
}
