/* See url.h. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "mail/url.h"

static const char *const shape = "a url looks like "
				 "imaps://user@host:port/folder";

/* In place; false for a bad escape and for control bytes. */
static bool
decode(char *text)
{
	char *to = text;
	int c, low;

	for (; *text != '\0'; text++) {
		c = (unsigned char)*text;
		if (c == '%') {
			c = hex_digit(text[1]);
			low = c < 0 ? -1 : hex_digit(text[2]);
			if (low < 0)
				return false;
			c = c << 4 | low;
			text += 2;
		}
		if (c < 0x20 || c == 0x7f)
			return false;
		*to++ = (char)c;
	}
	*to = '\0';
	return true;
}

/* Cuts text at the mark; NULL when there is none. */
static char *
cut(char *text, char *mark)
{
	if (text == NULL || mark == NULL)
		return NULL;
	*mark = '\0';
	return mark + 1;
}

static bool
port_is_good(const char *port)
{
	size_t n = strspn(port, "0123456789");
	long number = n > 0 && n <= 5 ? strtol(port, NULL, 10) : 0;

	return port[n] == '\0' && number >= 1 && number <= 65535;
}

/* "host", "host:port", "[address]:port". */
static bool
parse_host(char *text, struct url *u)
{
	char *end;

	if (text[0] == '[') {
		end = strchr(++text, ']');
		if (end == NULL || (end[1] != ':' && end[1] != '\0'))
			return false;
		u->port = end[1] == ':' ? end + 2 : NULL;
		*end = '\0';
	} else {
		u->port = cut(text, strchr(text, ':'));
	}
	u->host = text;
	if (u->port != NULL && !port_is_good(u->port))
		return false;
	return *text != '\0' &&
	       strspn(text,
		   "abcdefghijklmnopqrstuvwxyz"
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:") == strlen(text);
}

int
url_parse(struct arena *m, const char *text, struct url *u, struct err *e)
{
	char *scheme = arena_strdup(m, text), *user, *host, *path;

	memset(u, 0, sizeof(*u));
	host = strstr(scheme, "://");
	if (host == NULL || host == scheme)
		return err_set(e, EX_CONFIG, "%s is no url; %s", text, shape);
	host[0] = '\0';
	host += 3;
	for (char *c = scheme; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
	path = cut(host, strchr(host, '/'));
	user = strrchr(host, '@') == NULL ? NULL : host;
	if (user != NULL)
		host = cut(user, strrchr(user, '@'));
	if (user != NULL && strchr(user, ':') != NULL)
		return err_set(e, EX_CONFIG,
		    "the url holds a password; take it out and set password "
		    "or password-command");
	u->scheme = scheme;
	u->user = user;
	u->path = path == NULL ? arena_strdup(m, "") : path;
	if (!parse_host(host, u) || (user != NULL && !decode(user)) ||
	    (path != NULL && !decode(path)))
		return err_set(e, EX_CONFIG, "%s is no url; %s", text, shape);
	return 0;
}

bool
url_is_loopback(const struct url *u)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, u->host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, u->host, &six) == 1 &&
	       IN6_IS_ADDR_LOOPBACK(&six);
}

/* The next code point; what is no UTF-8 counts as Latin-1. */
static uint32_t
next_point(const unsigned char **p)
{
	uint32_t c = *(*p)++;
	int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

	if (more > 0)
		c &= 0x3fU >> more;
	while (more-- > 0 && (**p & 0xc0) == 0x80)
		c = c << 6 | (*(*p)++ & 0x3fU);
	return c;
}

struct base64 {
	struct buf *out;
	uint32_t bits;
	unsigned count; /* of bits that wait */
};

static void
put_bits(struct base64 *b, uint32_t value, unsigned count)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+,";

	b->bits = b->bits << count | value;
	b->count += count;
	while (b->count >= 6) {
		b->count -= 6;
		buf_putc(b->out, digit[b->bits >> b->count & 63]);
	}
	b->bits &= (1U << b->count) - 1;
}

/* A run of other characters: UTF-16, big end first, in modified base64. */
static void
put_run(struct buf *out, const unsigned char **p)
{
	struct base64 b = {out, 0, 0};
	uint32_t c;

	buf_putc(out, '&');
	while (**p >= 0x80) {
		c = next_point(p);
		if (c >= 0x10000) {
			c -= 0x10000;
			put_bits(&b, 0xd800 | (c >> 10 & 0x3ff), 16);
			c = 0xdc00 | (c & 0x3ff);
		}
		put_bits(&b, c, 16);
	}
	if (b.count > 0)
		put_bits(&b, 0, 6 - b.count);
	buf_putc(out, '-');
}

char *
url_mailbox(struct arena *m, const char *utf8)
{
	const unsigned char *p = (const unsigned char *)utf8;
	struct buf out = {0};

	while (*p != '\0') {
		if (*p >= 0x80)
			put_run(&out, &p);
		else if (*p == '&')
			buf_puts(&out, "&-"), p++;
		else
			buf_putc(&out, (char)*p++);
	}
	return buf_keep(&out, m);
}
