/* See source.h. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "rules/source.h"
#include "base/utf8.h"

enum { FILE_MOST = 4 * 1024 * 1024 };

static int
read_all(int fd, char *p, size_t room, size_t *len)
{
	ssize_t n;

	for (*len = 0; *len < room; *len += (size_t)n) {
		n = read(fd, p + *len, room - *len);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
	}
	return 0;
}

static int
read_file(struct arena *arena, int fd, const char *path, struct slice *text,
    struct err *err)
{
	struct stat st;
	size_t len;
	char *p;

	if (fstat(fd, &st) != 0)
		return err_errno(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EX_CONFIG, "%s: not a plain file", path);
	if (st.st_size > FILE_MOST)
		return err_set(err, EX_CONFIG, "%s: longer than 4 MB", path);
	p = arena_alloc(arena, (size_t)st.st_size + 1);
	if (read_all(fd, p, (size_t)st.st_size, &len) != 0)
		return err_errno(err, "%s", path);
	text->p = p;
	text->len = len;
	return 0;
}

int
source_load(
    struct arena *arena, const char *path, struct source *src, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), result;

	memset(src, 0, sizeof(*src));
	src->path = path;
	if (fd < 0)
		return err_errno(err, "%s", path);
	result = read_file(arena, fd, path, &src->text, err);
	close(fd);
	if (result != 0)
		return -1;
	if (memchr(src->text.p, '\0', src->text.len) != NULL ||
	    utf8_prefix(src->text) != src->text.len)
		return err_set(err, EX_CONFIG, "%s: not UTF-8 text", path);
	src->rest = src->text;
	return 0;
}

bool
source_line(struct source *src)
{
	if (!slice_line(&src->rest, &src->line))
		return false;
	src->number++;
	return true;
}

/* How many bytes of white space a line begins with; 0 when that is all. */
static size_t
indent_of(struct slice line)
{
	size_t n = 0;

	while (n < line.len && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	return slice_trim(line).len == 0 ? 0 : n;
}

bool
source_entry(struct arena *arena, struct source *src)
{
	struct buf joined = {0};
	struct slice rest, line;
	size_t indent;

	src->number += src->further;
	src->further = 0;
	if (!source_line(src))
		return false;
	indent = indent_of(src->line);
	for (rest = src->rest;
	     indent > 0 && slice_line(&rest, &line) && indent_of(line) > indent;
	     src->rest = rest) {
		if (src->further++ == 0) {
			/* Columns are told as in the first line. */
			buf_add(&joined, src->line.p, indent);
			buf_slice(&joined, slice_trim(src->line));
		}
		buf_slice(&joined, slice_trim(line));
	}
	if (src->further > 0) {
		line.len = joined.len;
		line.p = buf_keep(&joined, arena);
		src->line = line;
	}
	return true;
}

int
source_fault(const struct source *src, const char *at, struct err *err,
    const char *fmt, ...)
{
	size_t column = 1, n;
	va_list ap;

	if (at != NULL && at >= src->line.p &&
	    at <= src->line.p + src->line.len)
		column += (size_t)(at - src->line.p);
	err_set(err, EX_CONFIG, "%s:%d:%zu: ", src->path, src->number, column);
	n = strlen(err->text);
	va_start(ap, fmt);
	vsnprintf(err->text + n, sizeof(err->text) - n, fmt, ap);
	va_end(ap);
	return -1;
}
