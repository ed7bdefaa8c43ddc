/*
 * A store that a disk or somebody else has changed: it is refused, or what is
 * asked of it is answered or refused; nothing else happens.
 *
 * The input is changes, four bytes each: where (three bytes, in the file of a
 * small store that is made at the first call), and to what.  A first byte of
 * 255: the rest is the file itself.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cases/ledger.h"
#include "tests/fuzz/fuzz.h"

enum { ITSELF = 255, CHANGES_MOST = 64, MAILS = 6 };

static char path[64];

static void
remove_store(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	char name[80];
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

/* A store with some mails, as bytes. */
static void
make_store(struct buf *out)
{
	struct err err = {0};
	struct store *s;
	int64_t owner;
	int i;

	snprintf(path, sizeof(path), "%s/promised-fuzz.%d.db",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
	atexit(remove_store);
	remove_store();
	s = store_open(path, STORE_CREATE, &err);
	FUZZ_MUST(s != NULL);
	FUZZ_MUST(store_owner(s, "sam@home.example", &owner, &err) == 0);
	for (i = 0; i < MAILS; i++) {
		char text[200];
		struct arrival arrival = {
		    .source = "stdin", .received = 1772446500 + i};
		struct kept kept;

		snprintf(text, sizeof(text),
		    "From: care@acme.example\nMessage-ID: <%d@acme.example>\n"
		    "Subject: %d\n\nWe will write by 9 March.\n",
		    i, i);
		arrival.raw = slice_of(text);
		FUZZ_MUST(intake_keep(s, owner, &arrival, &kept, &err) == 0);
	}
	store_close(s);
	FUZZ_MUST(file_bytes(path, 1 << 24, out, &err) == 0);
}

static void
write_store(struct slice bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	FUZZ_MUST(fd >= 0 && file_write(fd, bytes) == 0 && close(fd) == 0);
}

static void
ask(struct store *s)
{
	struct arena *a = arena_new();
	struct message_row *rows = NULL;
	struct case_row *cases = NULL;
	int64_t owner, *waiting = NULL;
	struct err err = {0};
	size_t n = 0, i;

	(void)store_check(s, &err);
	if (store_owner(s, "sam@home.example", &owner, &err) == 0) {
		struct arrival arrival = {.source = "stdin",
		    .received = 1772446500,
		    .raw = slice_of("From: a@b.example\n\nnew\n")};
		struct slice raw;
		struct kept kept;

		if (intake_waiting(s, owner, a, 100, &waiting, &n, &err) == 0)
			for (i = 0; i < n; i++)
				(void)intake_raw(
				    s, owner, waiting[i], a, &raw, &err);
		(void)ledger_cases(s, owner, a, &cases, &n, &err);
		(void)ledger_unfiled(s, owner, a, 0, 100, &rows, &n, &err);
		(void)intake_keep(s, owner, &arrival, &kept, &err);
	}
	arena_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buf sound;
	struct buf bytes = {0};
	struct err err = {0};
	struct store *s;
	size_t i;

	if (sound.len == 0)
		make_store(&sound);
	remove_store();
	if (size > 0 && data[0] == ITSELF) {
		write_store(fuzz_slice(data + 1, size - 1));
	} else {
		buf_slice(&bytes, buf_view(&sound));
		for (i = 0; i + 4 <= size && i < (size_t)4 * CHANGES_MOST;
		     i += 4)
			bytes.p[((size_t)data[i] << 16 |
				    (size_t)data[i + 1] << 8 | data[i + 2]) %
				bytes.len] = (char)data[i + 3];
		write_store(buf_view(&bytes));
	}
	s = store_open(path, STORE_WRITE, &err);
	if (s != NULL)
		ask(s);
	store_close(s);
	buf_free(&bytes);
	return 0;
}
