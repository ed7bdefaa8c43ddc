/* See fitting.h. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "fitting.h"

enum { CHARACTER_MOST = 4 };

struct fitting {
	FILE *to;
	bool json;
	char begun[CHARACTER_MOST]; /* of a character that is still to come */
	size_t begun_len;
};

/* Whether these bytes may be the beginning of a character. */
static bool
is_begun(struct slice s)
{
	return s.len < CHARACTER_MOST && utf8_length(s.p, s.len) == 0 &&
	       utf8_ill_formed(s.p, s.len) == s.len;
}

static void
put_unfit(struct fitting *f, const char *p, size_t n)
{
	unsigned c = (unsigned char)p[0];

	if (!f->json) {
		fputc('?', f->to);
		return;
	}
	/* of three bytes at most, for JSON escapes the lower ones itself */
	c = n == 1 ? c : n == 2 ? c & 0x1f : c & 0x0f;
	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)p[i] & 0x3f);
	fprintf(f->to, "\\u%04x", c);
}

/* One character, or what is none; how many bytes it has. */
static size_t
put_character(struct fitting *f, struct slice s)
{
	size_t n = utf8_length(s.p, s.len), unfit = utf8_unfit(s);

	if (n == 0) {
		fputc('?', f->to);
		return utf8_ill_formed(s.p, s.len);
	}
	if (unfit > 0)
		put_unfit(f, s.p, n);
	else
		fwrite(s.p, 1, n, f->to);
	return n;
}

static void
put_all(struct fitting *f, struct slice s)
{
	while (s.len > 0) {
		size_t n = 0;

		while (n < s.len && s.p[n] >= ' ' && s.p[n] < 0x7f)
			n++;
		if (n > 0)
			fwrite(s.p, 1, n, f->to);
		else if (is_begun(s))
			break;
		else
			n = put_character(f, s);
		slice_skip(&s, n);
	}
	memcpy(f->begun, s.p, s.len);
	f->begun_len = s.len;
}

static ssize_t
write_fitting(void *cookie, const char *bytes, size_t size)
{
	struct fitting *f = cookie;
	struct buf all = {0};

	buf_add(&all, f->begun, f->begun_len);
	buf_add(&all, bytes, size);
	put_all(f, buf_view(&all));
	buf_free(&all);
	return fflush(f->to) == 0 ? (ssize_t)size : 0;
}

static int
close_fitting(void *cookie)
{
	struct fitting *f = cookie;

	if (f->begun_len > 0)
		fputc('?', f->to);
	free(f);
	return 0;
}

FILE *
fitting_open(FILE *to, bool json)
{
	static const cookie_io_functions_t functions = {
	    .write = write_fitting, .close = close_fitting};
	struct fitting *f = calloc(1, sizeof(*f));
	FILE *stream;

	if (f == NULL)
		return NULL;
	f->to = to;
	f->json = json;
	stream = fopencookie(f, "w", functions);
	if (stream == NULL)
		free(f);
	return stream;
}
