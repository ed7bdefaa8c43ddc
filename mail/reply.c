/* See reply.h. */
#include <string.h>
#include <strings.h>

#include "mail/reply.h"

enum { REPLY_MOST = 65536 /* bytes of one reply */ };

int
smtp_reply_code(struct slice line)
{
	int code = 0;
	size_t i;

	if (line.len < 3 ||
	    (line.len > 3 && line.p[3] != ' ' && line.p[3] != '-'))
		return 0;
	for (i = 0; i < 3; i++) {
		if (line.p[i] < '0' || line.p[i] > '9')
			return 0;
		code = code * 10 + (line.p[i] - '0');
	}
	return code >= 200 && code <= 599 ? code : 0;
}

void
smtp_reply_add(struct smtp_reply *r, struct slice line)
{
	size_t n = strlen(r->text), i;

	if (n > 0 && n + 1 < sizeof(r->text))
		r->text[n++] = ' ';
	for (i = 4; i < line.len && n + 1 < sizeof(r->text); i++)
		r->text[n++] = (unsigned char)line.p[i] < ' ' ||
				       (unsigned char)line.p[i] >= 0x7f
				   ? '?'
				   : line.p[i];
	r->text[n] = '\0';
}

unsigned
smtp_reply_offer(struct slice line)
{
	static const struct {
		const char *keyword;
		enum smtp_offer offer;
	} known[] = {
	    {"AUTH", SMTP_AUTH},
	    {"SIZE", SMTP_SIZE},
	    {"8BITMIME", SMTP_8BITMIME},
	    {"DSN", SMTP_DSN},
	};
	size_t i, n;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		n = strlen(known[i].keyword);
		if (line.len >= 4 + n &&
		    strncasecmp(line.p + 4, known[i].keyword, n) == 0 &&
		    (line.len == 4 + n || line.p[4 + n] == ' '))
			return known[i].offer;
	}
	return 0;
}

/* The length of the first line with its end; 0: none is whole. */
static size_t
line_length(const struct buf *in)
{
	const char *end = in->len == 0 ? NULL : memchr(in->p, '\n', in->len);

	return end == NULL ? 0 : (size_t)(end - in->p) + 1;
}

int
smtp_reply_take(struct smtp_reading *r, struct buf *in)
{
	struct slice line;
	bool more = true;
	size_t n;
	int code;

	while (more) {
		n = line_length(in);
		if (n == 0)
			return in->len > REPLY_MOST ? -1 : 0;
		line = (struct slice){in->p, n - 1};
		if (line.len > 0 && line.p[line.len - 1] == '\r')
			line.len--;
		code = smtp_reply_code(line);
		r->total += line.len;
		if (code == 0 ||
		    (r->reply.code != 0 && code != r->reply.code) ||
		    r->total > REPLY_MOST)
			return -1;
		r->reply.code = code;
		smtp_reply_add(&r->reply, line);
		more = line.len > 3 && line.p[3] == '-';
		memmove(in->p, in->p + n, in->len - n);
		in->len -= n;
	}
	return 1;
}
