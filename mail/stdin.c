/* See source.h: one mail from a descriptor that cannot be sought. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "mail/source.h"

struct stream {
	struct source base;
	int fd;
	bool done;
};

static int
read_all(int fd, struct buf *b, struct err *err)
{
	enum { CHUNK = 64 * 1024 };

	for (;;) {
		ssize_t n = read(fd, buf_room(b, CHUNK), CHUNK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "stdin");
		if (n == 0)
			return 0;
		b->len += (size_t)n;
		if (b->len > SOURCE_LARGEST)
			return err_set(err, EX_DATAERR,
			    "stdin: larger than %d MB; left unread",
			    SOURCE_LARGEST >> 20);
	}
}

static int
stream_next(struct source *source, struct arena *arena,
    struct source_mail *mail, struct err *err)
{
	struct stream *s = (struct stream *)source;
	struct buf b = {0};
	int rc;

	if (s->done)
		return 0;
	s->done = true;
	rc = read_all(s->fd, &b, err);
	if (rc == 0 && b.len > 0) {
		mail->bytes.len = b.len;
		mail->bytes.p = buf_keep(&b, arena);
		return 1;
	}
	buf_free(&b);
	return rc;
}

static void
stream_close(struct source *source)
{
	free(source);
}

static const struct source_kind stream_kind = {
    "standard input", stream_next, NULL, stream_close};

struct source *
stdin_open(int fd, struct err *err)
{
	struct stream *s = mem_alloc(sizeof(*s));

	(void)err;
	memset(s, 0, sizeof(*s));
	s->base.kind = &stream_kind;
	s->base.name = "stdin";
	s->fd = fd;
	return &s->base;
}
