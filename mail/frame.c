/*
 * See frame.h.
 *
 * The reader keeps what it has read ahead until a whole frame is there, so a
 * call that runs into its timeout loses nothing.  Both ends are ours, but the
 * other process has talked to strangers: what is no frame is refused.  Lines
 * may hold passwords; what was read of them is wiped at once.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/monotonic.h"
#include "mail/frame.h"

enum {
	LINE_MOST = 65536,
	LENGTH_DIGITS = 15, /* fits into every size_t of 64 bits */
};

struct frame_reader {
	int fd;
	size_t most_bytes;
	struct buf in; /* read ahead; in.p[at] is the next byte */
	size_t at;
	size_t searched; /* from at on: no LF before this */
	bool ended;
};

struct frame_reader *
frame_reader_new(int fd, size_t most_bytes)
{
	struct frame_reader *r = mem_alloc(sizeof(*r));

	memset(r, 0, sizeof(*r));
	r->fd = fd;
	r->most_bytes = most_bytes;
	/* A line never moves in memory, so wiping it leaves no copy. */
	buf_room(&r->in, LINE_MOST);
	return r;
}

void
frame_reader_free(struct frame_reader *r)
{
	if (r == NULL)
		return;
	explicit_bzero(r->in.p, r->in.room);
	buf_free(&r->in);
	free(r);
}

/* Reads what there is, at most want bytes and a few.  1: some; 0: end. */
static int
read_more(struct frame_reader *r, size_t want, int64_t until, struct err *e)
{
	ssize_t n;
	int ready;

	if (want < 4096)
		want = 4096;
	ready = file_wait(r->fd, POLLIN, until);
	if (ready == 0)
		return err_set(e, EX_TEMPFAIL, "nothing came in time");
	if (ready < 0)
		return err_errno(e, "waiting for a frame");
	do
		n = read(r->fd, buf_room(&r->in, want), want);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return 1;
	if (n < 0)
		return err_errno(e, "reading a frame");
	r->ended = n == 0;
	r->in.len += (size_t)n;
	return n > 0;
}

/* 1 when in holds the whole line, whose length without LF is in *len. */
static int
have_line(struct frame_reader *r, size_t *len, int64_t until, struct err *e)
{
	const char *from, *lf;
	int more;

	for (;;) {
		from = r->in.p + r->at;
		lf = memchr(
		    from + r->searched, '\n', r->in.len - r->at - r->searched);
		*len = lf == NULL ? r->in.len - r->at : (size_t)(lf - from);
		if (*len > LINE_MOST)
			return err_set(e, EX_DATAERR,
			    "a frame's line has more than %d bytes", LINE_MOST);
		if (lf != NULL)
			return 1;
		r->searched = *len;
		if (r->ended)
			return *len == 0
				   ? 0
				   : err_set(e, EX_DATAERR,
					 "the input ends within a frame's line");
		more = read_more(r, 0, until, e);
		if (more < 0)
			return -1;
	}
}

static bool
name_is_good(const char *s)
{
	if (*s == '\0')
		return false;
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static bool
is_plain(char c)
{
	return c != '\0' &&
	       ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		   (c >= '0' && c <= '9') || strchr("-._~@:/,+", c) != NULL);
}

/* Undoes percent-encoding in place; false for what is none, and for NUL. */
static bool
decode(char *value)
{
	char *to = value;
	int high, low;

	for (; *value != '\0'; value++) {
		if (is_plain(*value)) {
			*to++ = *value;
			continue;
		}
		high = *value == '%' ? hex_digit(value[1]) : -1;
		low = high < 0 ? -1 : hex_digit(value[2]);
		if (low < 0 || high + low == 0)
			return false;
		*to++ = (char)(high << 4 | low);
		value += 2;
	}
	*to = '\0';
	return true;
}

static bool
parse_length(const char *digits, size_t *length)
{
	size_t n = strspn(digits, "0123456789");

	if (n == 0 || n > LENGTH_DIGITS || digits[n] != '\0')
		return false;
	*length = strtoull(digits, NULL, 10);
	return true;
}

static bool
parse_field(struct frame *f, char *word)
{
	char *value = strchr(word, '=');

	if (value == NULL || f->fields == FRAME_FIELDS)
		return false;
	*value++ = '\0';
	if (!name_is_good(word) || frame_get(f, word) != NULL || !decode(value))
		return false;
	f->field[f->fields].key = word;
	f->field[f->fields++].value = value;
	return true;
}

/* Cuts the line up in place. */
static bool
parse_line(struct frame *f, char *line)
{
	char *word;

	memset(f, 0, sizeof(*f));
	f->verb = strsep(&line, " ");
	if (!name_is_good(f->verb))
		return false;
	while ((word = strsep(&line, " ")) != NULL) {
		if (word[0] == '+') {
			f->has_bytes = true;
			return line == NULL &&
			       parse_length(word + 1, &f->bytes.len);
		}
		if (!parse_field(f, word))
			return false;
	}
	return true;
}

/* Forgets n bytes that were handed out, and wipes the line among them. */
static void
consume(struct frame_reader *r, size_t line, size_t n)
{
	explicit_bzero(r->in.p + r->at, line);
	r->at += n;
	r->searched = 0;
	if (r->at == r->in.len) {
		buf_clear(&r->in);
		r->at = 0;
	} else if (r->at > LINE_MOST) {
		r->in.len -= r->at;
		memmove(r->in.p, r->in.p + r->at, r->in.len);
		r->at = 0;
	}
}

int
frame_read(struct frame_reader *r, struct arena *m, struct frame *f,
    int timeout_ms, struct err *e)
{
	int64_t until = timeout_ms < 0 ? -1 : monotonic_ms() + timeout_ms;
	size_t line, whole;
	char *copy;
	int got = have_line(r, &line, until, e);

	if (got <= 0)
		return got;
	copy = arena_strndup(m, r->in.p + r->at, line);
	if (strlen(copy) != line || !parse_line(f, copy))
		return err_set(e, EX_DATAERR, "what came is no frame");
	if (f->bytes.len > r->most_bytes)
		return err_set(e, EX_DATAERR,
		    "a frame of %zu bytes; at most %zu are taken", f->bytes.len,
		    r->most_bytes);
	whole = line + 1 + f->bytes.len;
	while (r->in.len - r->at < whole) {
		if (r->ended)
			return err_set(e, EX_DATAERR,
			    "the input ends within a frame's bytes");
		if (read_more(r, whole - (r->in.len - r->at), until, e) < 0)
			return -1;
	}
	if (f->has_bytes)
		f->bytes.p =
		    arena_dup(m, r->in.p + r->at + line + 1, f->bytes.len);
	consume(r, line, whole);
	return 1;
}

const char *
frame_get(const struct frame *f, const char *key)
{
	for (size_t i = 0; i < f->fields; i++)
		if (strcmp(f->field[i].key, key) == 0)
			return f->field[i].value;
	return NULL;
}

void
frame_begin(struct frame *f, const char *verb)
{
	memset(f, 0, sizeof(*f));
	f->verb = verb;
}

void
frame_set(struct frame *f, const char *key, const char *value)
{
	if (value == NULL || f->fields == FRAME_FIELDS)
		return;
	f->field[f->fields].key = key;
	f->field[f->fields++].value = value;
}

void
frame_print_line(struct buf *b, const struct frame *f)
{
	static const char hex[] = "0123456789ABCDEF";

	buf_puts(b, f->verb);
	for (size_t i = 0; i < f->fields; i++) {
		buf_printf(b, " %s=", f->field[i].key);
		for (const char *v = f->field[i].value; *v != '\0'; v++) {
			if (is_plain(*v)) {
				buf_putc(b, *v);
				continue;
			}
			buf_putc(b, '%');
			buf_putc(b, hex[(unsigned char)*v >> 4]);
			buf_putc(b, hex[(unsigned char)*v & 15]);
		}
	}
	if (f->has_bytes)
		buf_printf(b, " +%zu", f->bytes.len);
	buf_putc(b, '\n');
}

static int
write_all(int fd, struct iovec *v, int n, struct err *e)
{
	ssize_t done;

	while (n > 0) {
		done = writev(fd, v, n);
		if (done < 0 && errno == EAGAIN &&
		    file_wait(fd, POLLOUT, -1) > 0)
			continue;
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return err_errno(e, "writing a frame");
		while (n > 0 && (size_t)done >= v->iov_len) {
			done -= (ssize_t)v->iov_len;
			v++;
			n--;
		}
		if (n > 0) {
			v->iov_base = (char *)v->iov_base + done;
			v->iov_len -= (size_t)done;
		}
	}
	return 0;
}

int
frame_write(int fd, const struct frame *f, struct err *e)
{
	struct buf line = {0};
	struct iovec v[2];
	int result;

	frame_print_line(&line, f);
	if (line.len > LINE_MOST + 1) {
		result = err_set(e, EX_DATAERR,
		    "a frame's line would have more than %d bytes", LINE_MOST);
	} else {
		v[0].iov_base = line.p;
		v[0].iov_len = line.len;
		/* writev(2) only reads what it is given. */
		memcpy(&v[1].iov_base, &f->bytes.p, sizeof(f->bytes.p));
		v[1].iov_len = f->bytes.len;
		result = write_all(fd, v, f->has_bytes ? 2 : 1, e);
	}
	explicit_bzero(line.p, line.len);
	buf_free(&line);
	return result;
}

int
frame_write_fault(int fd, const struct err *fault)
{
	struct err ignored;
	struct frame f;
	char code[16];

	snprintf(code, sizeof(code), "%d", fault->code);
	frame_begin(&f, "fault");
	frame_set(&f, "code", code);
	frame_set(&f, "text", fault->text);
	frame_write(fd, &f, &ignored);
	return fault->code;
}
