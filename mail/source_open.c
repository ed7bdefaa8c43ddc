/* See source.h: which kind of source a path or URL is, and waiting for it. */
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "mail/source.h"

static bool
is_folder(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

static struct source *
open_folder(int fd, const char *path, struct err *err)
{
	bool maildir = is_folder(fd, "cur") && is_folder(fd, "new");

	close(fd);
	return maildir ? maildir_open(path, err) : files_open(path, err);
}

static struct source *
open_file(int fd, const char *path, struct err *err)
{
	char start[5];

	if (pread(fd, start, sizeof(start), 0) == (ssize_t)sizeof(start) &&
	    memcmp(start, "From ", sizeof(start)) == 0)
		return mbox_open_fd(fd, path, true, err);
	close(fd);
	return files_open(path, err);
}

struct source *
source_open_path(const char *path, struct err *err)
{
	struct stat st;
	int fd;

	if (strcmp(path, "-") == 0)
		return stdin_open(STDIN_FILENO, err);
	fd = source_fd(path, &st, err);
	if (fd < 0)
		return NULL;
	if (S_ISDIR(st.st_mode))
		return open_folder(fd, path, err);
	return open_file(fd, path, err);
}

static struct source *
mboxrd_open(const char *path, struct err *err)
{
	return mbox_open(path, true, err);
}

static struct source *
mboxo_open(const char *path, struct err *err)
{
	return mbox_open(path, false, err);
}

static const struct {
	const char *scheme;
	struct source *(*open)(const char *path, struct err *);
} schemes[] = {
    {"maildir:", maildir_open},
    {"mbox:", mboxrd_open},
    {"mboxo:", mboxo_open},
    {"file:", files_open},
};

struct source *
source_open(const char *url, struct err *err)
{
	const char *colon = strchr(url, ':');
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t n = strlen(schemes[i].scheme);

		if (strncmp(url, schemes[i].scheme, n) == 0)
			return schemes[i].open(url + n, err);
	}
	if (colon == NULL || url[0] == '/' || url[0] == '.')
		return source_open_path(url, err);
	err_set(err, EX_USAGE,
	    "%s: no such kind of mailbox; maildir:PATH, mbox:PATH or a path",
	    url);
	return NULL;
}

int
source_watch(const char *url)
{
	/* A delivery is a rename, a link, or the end of writing. */
	const uint32_t events = IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE;
	const char *path = strchr(url, ':');
	struct arena *a;
	int fd, rc;

	path = path == NULL || url[0] == '/' ? url : path + 1;
	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0)
		return -1;
	a = arena_new();
	rc = inotify_add_watch(fd, arena_printf(a, "%s/new", path), events);
	if (rc < 0)
		rc = inotify_add_watch(fd, path, events);
	arena_free(a);
	if (rc >= 0)
		return fd;
	close(fd);
	return -1;
}

void
source_watch_clear(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof(events)) > 0)
		;
}
