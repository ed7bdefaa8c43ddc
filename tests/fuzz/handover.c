/*
 * What a reader says.  The first byte N says how many bytes are changed in the
 * answer to the mail that follows, as three bytes each: where, and to what;
 * 255: the input is the answer itself.
 */
#include "handover.h"
#include "tests/fuzz/fuzz.h"

enum { CHANGES = 16, ITSELF = 255 };

static void
take(struct arena *a, struct slice bytes)
{
	struct understood *u =
	    understood_get(a, bytes, (struct slice){NULL, 0});
	struct buf again = {0};

	if (u == NULL)
		return;
	fuzz_look_at(u->message);
	understood_put(&again, u);
	FUZZ_MUST(understood_get(
		      a, buf_view(&again), (struct slice){NULL, 0}) != NULL);
	buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *me[] = {"sam@home.example"};
	struct strings mine = {me, 1};
	struct arena *a = arena_new();
	struct buf out = {0};
	size_t n, i;

	if (size > 0 && data[0] == ITSELF)
		take(a, fuzz_slice(data + 1, size - 1));
	n = size == 0 ? 0 : data[0] % CHANGES;
	if (size > 1 + 3 * n && data[0] != ITSELF) {
		understood_put(
		    &out, mail_understand(a, fuzz_run(), &mine,
			      fuzz_slice(data + 1 + 3 * n, size - 1 - 3 * n)));
		FUZZ_MUST(understood_get(a, buf_view(&out),
			      (struct slice){NULL, 0}) != NULL);
		for (i = 0; i < n; i++) {
			const uint8_t *change = data + 1 + 3 * i;

			out.p[((size_t)change[0] << 8 | change[1]) % out.len] =
			    (char)change[2];
		}
		take(a, buf_view(&out));
	}
	buf_free(&out);
	arena_free(a);
	return 0;
}
