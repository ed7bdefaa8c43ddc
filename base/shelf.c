/* See shelf.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/shelf.h"

struct shelf {
	int fd;
	int64_t end;
};

struct shelf *
shelf_open(const char *beside)
{
	const char *slash = strrchr(beside, '/');
	struct arena *a = arena_new();
	const char *folder = slash == NULL ? "."
					   : arena_strndup(a, beside,
						 (size_t)(slash + 1 - beside));
	int fd = open(folder, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	struct shelf *s = NULL;

	arena_free(a);
	if (fd >= 0) {
		s = mem_alloc(sizeof(*s));
		s->fd = fd;
		s->end = 0;
	}
	return s;
}

void
shelf_close(struct shelf *s)
{
	if (s == NULL)
		return;
	close(s->fd);
	free(s);
}

struct shelved
shelf_put(struct shelf *s, struct slice bytes)
{
	const struct shelved nowhere = {0, 0};
	struct shelved put = {s->end, bytes.len};

	while (bytes.len > 0) {
		ssize_t n = pwrite(s->fd, bytes.p, bytes.len, s->end);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			s->end = put.at;
			return nowhere;
		}
		s->end += n;
		slice_skip(&bytes, (size_t)n);
	}
	return put;
}

struct slice
shelf_get(const struct shelf *s, struct shelved where, struct arena *a)
{
	const struct slice nothing = {NULL, 0};
	char *to = arena_alloc(a, where.len);
	size_t got = 0;

	while (got < where.len) {
		ssize_t n = pread(
		    s->fd, to + got, where.len - got, where.at + (int64_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return nothing;
		got += (size_t)n;
	}
	return (struct slice){to, got};
}
