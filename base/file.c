/* See file.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "base/monotonic.h"

int
file_write(int fd, struct slice bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.p, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes.p += n;
		bytes.len -= (size_t)n;
	}
	return 0;
}

int
file_wait(int fd, short events, int64_t until)
{
	struct pollfd p = {fd, events, 0};
	int64_t left = -1;
	int n;

	do {
		if (until >= 0)
			left = until - monotonic_ms();
		if (until >= 0 && left < 0)
			left = 0;
		n = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
	} while (n < 0 && errno == EINTR);
	return n;
}

int
file_bytes(const char *path, size_t most, struct buf *out, struct err *err)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	if (fd < 0)
		return err_errno(err, "%s", path);
	while (out->len <= most) {
		n = read(fd, buf_room(out, 65536), 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		out->len += (size_t)n;
		out->p[out->len] = '\0';
	}
	if (n < 0)
		err_errno(err, "%s", path);
	else if (out->len > most)
		n = err_set(
		    err, EX_DATAERR, "%s: more than %zu bytes", path, most);
	if (!standard)
		close(fd);
	return n < 0 ? -1 : 0;
}

int
file_create(const char *path, mode_t mode, struct slice bytes, bool synced,
    struct err *err)
{
	int fd, rc;

	unlink(path);
	fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return err_errno(err, "%s", path);
	rc = file_write(fd, bytes);
	if (rc == 0 && synced)
		rc = fsync(fd);
	if (rc != 0)
		err_errno(err, "%s", path);
	if (close(fd) != 0 && rc == 0)
		rc = err_errno(err, "%s", path);
	if (rc != 0)
		unlink(path);
	return rc;
}

int
file_replace(const char *path, mode_t mode, struct slice bytes, bool synced,
    struct err *err)
{
	struct buf fresh = {0};
	int rc;

	buf_printf(&fresh, "%s.new", path);
	rc = file_create(fresh.p, mode, bytes, synced, err);
	if (rc == 0 && rename(fresh.p, path) != 0) {
		rc = err_errno(err, "%s", path);
		unlink(fresh.p);
	}
	buf_free(&fresh);
	return rc;
}

int
file_folders(const char *path, struct err *err)
{
	char *above = strdup(path), *p = above;
	int rc = 0;

	if (above == NULL)
		return err_errno(err, "%s", path);
	while (rc == 0 && (p = strchr(p + 1, '/')) != NULL) {
		*p = '\0';
		if (mkdir(above, 0700) != 0 && errno != EEXIST)
			rc = err_errno(err, "%s", above);
		*p = '/';
	}
	free(above);
	return rc;
}
