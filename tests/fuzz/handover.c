/*
 * What a reader says.  The first byte says which mail's answer is changed, and
 * each three that follow where, and to what; 255: the input is the answer
 * itself.  The mails are read once: what comes of a mail has its own targets.
 */
#include "handover.h"
#include "base/file.h"
#include "tests/fuzz/fuzz.h"

enum { CHANGES_MOST = 32, ITSELF = 255, MAIL_MOST = 1 << 20 };

static const char *const mails[] = {"tests/forwards/apple-ja.eml",
    "tests/forwards/enclosed.eml", "tests/forwards/html.eml",
    "tests/replies/gmail-ar.eml", "tests/corpus/messages/au-bank-003.eml"};
enum { MAILS = sizeof(mails) / sizeof(mails[0]) };

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

/* What a reader says of the mail of that file. */
static void
read_answer(struct buf *out, const char *path)
{
	static const char *me[] = {"sam@home.example"};
	struct strings mine = {me, 1};
	struct arena *a = arena_new();
	struct buf mail = {0};
	struct err err = {0};

	FUZZ_MUST(file_bytes(path, MAIL_MOST, &mail, &err) == 0);
	understood_put(
	    out, mail_understand(a, fuzz_run(), &mine, buf_view(&mail)));
	FUZZ_MUST(
	    understood_get(a, buf_view(out), (struct slice){NULL, 0}) != NULL);
	buf_free(&mail);
	arena_free(a);
}

static void
take_changed(struct arena *a, const uint8_t *data, size_t size)
{
	static struct buf answers[MAILS];
	struct buf out = {0};
	size_t i;

	if (answers[0].len == 0)
		for (i = 0; i < MAILS; i++)
			read_answer(&answers[i], mails[i]);
	buf_slice(&out, buf_view(&answers[data[0] % MAILS]));
	for (i = 1; i + 3 <= size && i < (size_t)3 * CHANGES_MOST; i += 3)
		out.p[((size_t)data[i] << 8 | data[i + 1]) % out.len] =
		    (char)data[i + 2];
	take(a, buf_view(&out));
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();

	if (size > 0 && data[0] == ITSELF)
		take(a, fuzz_slice(data + 1, size - 1));
	else if (size > 0)
		take_changed(a, data, size);
	arena_free(a);
	return 0;
}
