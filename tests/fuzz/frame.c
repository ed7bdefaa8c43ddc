/*
 * What a helper program says over its pipe.  A frame that is read and written
 * again is read the same; whatever it says, an answer is taken for what it is
 * or refused with words: promised-lookup's of a name, promised-send's of a
 * file.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mail/frame.h"
#include "mail/resolver.h"
#include "mail/upload.h"
#include "tests/fuzz/fuzz.h"

enum { BYTES_MOST = 4096 };

static const char name[] = "s._domainkey.a.example", path[] = "ab12/ticket.svg";

static void
look_at_answers(const struct frame *f)
{
	struct err e = {0};
	const char *text = NULL;
	int rc = resolver_read(f, name, &text, &e);

	FUZZ_MUST(rc >= -1 && rc <= 1);
	FUZZ_MUST((rc == 1) ==
		  (text != NULL && strcmp(f->verb, "txt") == 0 && e.code == 0));
	FUZZ_MUST((rc == -1) == (e.code != 0));
	e = (struct err){0};
	rc = upload_read(f, path, &e);
	FUZZ_MUST((rc == 0) == (e.code == 0));
	FUZZ_MUST(rc != 0 || strcmp(f->verb, "sent") == 0);
}

/* The frames of a file; each one's line and bytes into out. */
static size_t
read_all(const char *file, struct buf *out)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct frame_reader *r = frame_reader_new(fd, BYTES_MOST);
	struct arena *a = arena_new();
	struct frame f;
	struct err e = {0};
	size_t n = 0;

	while (frame_read(r, a, &f, -1, &e) == 1) {
		look_at_answers(&f);
		frame_print_line(out, &f);
		if (f.has_bytes)
			buf_slice(out, f.bytes);
		arena_reset(a);
		n++;
	}
	frame_reader_free(r);
	arena_free(a);
	close(fd);
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = {0}, twice = {0};
	size_t n = read_all(fuzz_file(data, size), &once);

	FUZZ_MUST(
	    read_all(fuzz_file((const uint8_t *)(once.len > 0 ? once.p : ""),
			 once.len),
		&twice) == n);
	FUZZ_MUST(once.len == twice.len &&
		  (once.len == 0 || memcmp(once.p, twice.p, once.len) == 0));
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
