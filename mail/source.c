/* See source.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "mail/source.h"

void
source_since(struct source *s, struct source_since since)
{
	s->since = since;
}

bool
source_passes_over(const struct source *s, const struct stat *st)
{
	return st->st_ctime < s->since.changed ||
	       st->st_mtime < s->since.received;
}

int
source_next(struct source *s, struct arena *arena, struct source_mail *mail,
    struct err *err)
{
	memset(mail, 0, sizeof(*mail));
	mail->source = arena_strdup(arena, s->name);
	mail->folder = mail->uid = "";
	return s->kind->next(s, arena, mail, err);
}

int
source_filed(struct source *s, const struct source_mail *mail,
    const char *folder, struct err *err)
{
	if (s->kind->filed == NULL)
		return 0;
	return s->kind->filed(s, mail, folder, err);
}

void
source_close(struct source *s)
{
	if (s != NULL)
		s->kind->close(s);
}

int
source_slurp(int fd, const char *path, struct arena *arena,
    struct source_mail *mail, struct err *err)
{
	struct stat st;
	size_t size, have = 0;
	char *bytes;

	if (fstat(fd, &st) != 0)
		return err_errno(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EX_DATAERR, "%s: not a regular file", path);
	if (st.st_size > SOURCE_LARGEST)
		return err_set(err, EX_DATAERR,
		    "%s: larger than %d MB; left unread", path,
		    SOURCE_LARGEST >> 20);
	size = (size_t)st.st_size;
	bytes = arena_alloc(arena, size + 1);
	while (have < size) {
		ssize_t n = read(fd, bytes + have, size - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "%s", path);
		if (n == 0)
			break;
		have += (size_t)n;
	}
	mail->bytes.p = bytes;
	mail->bytes.len = have;
	mail->has_received = true;
	mail->received = st.st_mtime;
	return 0;
}

int
source_fd(const char *path, struct stat *st, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, st) == 0)
		return fd;
	err_errno(err, "%s", path);
	if (errno == ENOENT)
		err->code = EX_NOINPUT;
	if (fd >= 0)
		close(fd);
	return -1;
}
