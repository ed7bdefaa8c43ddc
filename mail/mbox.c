/*
 * See source.h: mbox files (RFC 4155), read as a stream through one window, so
 * that a file of any size takes the memory of its largest mail.
 *
 * A mail begins at a line "From ", the first of the file or behind an empty
 * line, that has a date in it: writers that quote nothing leave sentences that
 * begin with "From ", and they have none.  Of "mboxrd" one '>' is taken off
 * ">From ", ">>From " and so on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/date.h"
#include "mail/header.h"
#include "mail/source.h"

enum { WINDOW = 64 * 1024 };

struct mbox {
	struct source base;
	char *name, *path; /* owned */
	int fd;
	bool mboxrd;
	char *window;
	size_t at, have; /* in the window: read up to, filled up to */
	uint64_t offset; /* of window[at] in the file */
	bool ended, failed;
	bool pending; /* a From line was read, its mail comes next */
	uint64_t from_offset;
	bool has_received;
	int64_t received;
};

/* Fills the window behind what is still to be read. */
static int
fill(struct mbox *m, struct err *err)
{
	ssize_t n;

	if (m->at > 0) {
		memmove(m->window, m->window + m->at, m->have - m->at);
		m->have -= m->at;
		m->at = 0;
	}
	do
		n = read(m->fd, m->window + m->have, WINDOW - m->have);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		m->failed = true;
		return err_errno(err, "%s", m->path);
	}
	m->ended = n == 0;
	m->have += (size_t)n;
	return 0;
}

/*
 * The next line with its end; of one longer than the window, a piece.  1, 0 at
 * the end, -1.  Borrowed until the next call.
 */
static int
next_line(struct mbox *m, struct slice *line, struct err *err)
{
	const char *start, *lf;

	for (;;) {
		start = m->window + m->at;
		lf = memchr(start, '\n', m->have - m->at);
		if (lf != NULL || m->ended || (m->at == 0 && m->have == WINDOW))
			break;
		if (fill(m, err) != 0)
			return -1;
	}
	line->p = start;
	line->len = lf == NULL ? m->have - m->at : (size_t)(lf + 1 - start);
	m->at += line->len;
	m->offset += line->len;
	return line->len > 0;
}

/* "From sender Mon Mar  2 10:15:00 2026": the date behind the sender. */
static bool
read_from_line(struct slice line, struct moment *when)
{
	const char *blank;

	if (!slice_starts(line, "From "))
		return false;
	line.p += 5;
	line.len -= 5;
	line = slice_trim(line);
	blank = line.len == 0 ? NULL : memchr(line.p, ' ', line.len);
	if (blank == NULL)
		return false;
	line.len -= (size_t)(blank - line.p);
	line.p = blank;
	return memchr(line.p, ':', line.len) != NULL && header_date(line, when);
}

static void
begin_mail(struct mbox *m, struct slice from_line)
{
	struct moment when = {0, 0};

	m->pending = true;
	m->from_offset = m->offset - from_line.len;
	m->has_received = read_from_line(from_line, &when);
	m->received = when.utc;
}

/* Without the '>' that the writer put before "From ". */
static struct slice
unquoted(struct slice line)
{
	struct slice rest = line;

	while (rest.len > 0 && rest.p[0] == '>') {
		rest.p++;
		rest.len--;
	}
	if (rest.len < line.len && slice_starts(rest, "From ")) {
		line.p++;
		line.len--;
	}
	return line;
}

static bool
is_empty_line(struct slice line)
{
	return slice_is(line, "\n") || slice_is(line, "\r\n");
}

/* The empty line before the next From line is none of the mail. */
static void
drop_last_empty_line(struct buf *b)
{
	if (b->len >= 2 && memcmp(b->p + b->len - 2, "\n\n", 2) == 0)
		b->len -= 1;
	else if (b->len >= 3 && memcmp(b->p + b->len - 3, "\n\r\n", 3) == 0)
		b->len -= 2;
}

/* Lines up to the next From line.  *large: they are too many to keep.  b may
 * be NULL: nobody wants them. */
static int
read_body(struct mbox *m, struct buf *b, bool *large, struct err *err)
{
	bool empty_before = false, line_begins = true;
	struct moment when;
	struct slice line;
	int got;

	*large = false;
	m->pending = false;
	while ((got = next_line(m, &line, err)) > 0) {
		if (empty_before && line_begins &&
		    read_from_line(line, &when)) {
			begin_mail(m, line);
			break;
		}
		empty_before = line_begins && is_empty_line(line);
		if (line_begins && m->mboxrd)
			line = unquoted(line);
		line_begins = line.p[line.len - 1] == '\n';
		if (b == NULL)
			continue;
		*large = *large || b->len + line.len > SOURCE_LARGEST;
		if (!*large)
			buf_slice(b, line);
	}
	if (b != NULL)
		drop_last_empty_line(b);
	return got < 0 ? -1 : 0;
}

/* What is added to an mbox changes the file; else there is nothing new. */
static bool
is_unchanged(const struct mbox *m)
{
	struct stat st;

	return m->base.since.changed != 0 && fstat(m->fd, &st) == 0 &&
	       st.st_ctime < m->base.since.changed;
}

static int
mbox_next(struct source *source, struct arena *arena, struct source_mail *mail,
    struct err *err)
{
	struct mbox *m = (struct mbox *)source;
	struct buf b = {0};
	bool large;

	if (m->failed || is_unchanged(m))
		return 0;
	while (m->pending && m->has_received &&
	       m->received < m->base.since.received)
		if (read_body(m, NULL, &large, err) != 0)
			return -1;
	if (!m->pending)
		return 0;
	mail->file = arena_strdup(arena, m->path);
	mail->uid =
	    arena_printf(arena, "%llu", (unsigned long long)m->from_offset);
	mail->has_received = m->has_received;
	mail->received = m->received;
	if (read_body(m, &b, &large, err) != 0) {
		buf_free(&b);
		return -1;
	}
	if (large) {
		buf_free(&b);
		return err_set(err, EX_DATAERR,
		    "%s: the mail at byte %s is larger than %d MB; left unread",
		    m->path, mail->uid, SOURCE_LARGEST >> 20);
	}
	mail->bytes.len = b.len;
	mail->bytes.p = buf_keep(&b, arena);
	return 1;
}

static void
mbox_close(struct source *source)
{
	struct mbox *m = (struct mbox *)source;

	close(m->fd);
	free(m->window);
	free(m->name);
	free(m->path);
	free(m);
}

static const struct source_kind mbox_kind = {
    "an mbox file", mbox_next, NULL, mbox_close};

struct source *
mbox_open_fd(int fd, const char *path, bool mboxrd, struct err *err)
{
	struct mbox *m = mem_alloc(sizeof(*m));
	struct buf name = {0};
	struct slice line;
	int got;

	memset(m, 0, sizeof(*m));
	buf_printf(&name, "mbox:%s", path);
	m->base.kind = &mbox_kind;
	m->base.name = m->name = name.p;
	m->path = mem_alloc(strlen(path) + 1);
	strcpy(m->path, path);
	m->fd = fd;
	m->mboxrd = mboxrd;
	m->window = mem_alloc(WINDOW);
	got = next_line(m, &line, err);
	if (got == 0)
		return &m->base; /* an empty mailbox is one */
	if (got > 0 && slice_starts(line, "From ")) {
		begin_mail(m, line);
		return &m->base;
	}
	if (got > 0)
		err_set(err, EX_DATAERR,
		    "%s: not an mbox: it does not begin with \"From \"", path);
	mbox_close(&m->base);
	return NULL;
}

struct source *
mbox_open(const char *path, bool mboxrd, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		err_errno(err, "%s", path);
		if (errno == ENOENT)
			err->code = EX_NOINPUT;
		return NULL;
	}
	return mbox_open_fd(fd, path, mboxrd, err);
}
