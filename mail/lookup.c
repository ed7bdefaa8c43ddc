/*
 * promised-lookup: asks the DNS for a TXT record, over a pipe.
 *
 * It has a socket, and sees names alone: no mail and no store.  On fd 0 it
 * reads frames (frame.h), on fd 1 it writes frames.
 *
 *	server address= port=	ask this one instead of the system's (IPv4)
 *	txt name=		a name of letters, digits, '.', '-' and '_'
 *
 *	txt name= text=		the record, its strings joined (RFC 6376
 *				section 3.6.2.2); of several the first
 *	none name=		there is none, the DNS says so
 *	silent name=		no answer in time, or none that can be read
 *	fault code= text=	the frame was none; promised-lookup ends
 */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/confine.h"
#include "base/err.h"
#include "mail/frame.h"
#include "mail/resolver.h"
#include "mail/txt.h"

enum {
	IN = STDIN_FILENO,
	OUT = STDOUT_FILENO,
	ANSWER_MOST = 65536,
	RETRANS = 2, /* seconds until it is asked again */
	RETRY = 2
};

struct lookup {
	struct __res_state dns;
	struct frame_reader *in;
	struct arena *frame;
	struct err err;
};

static int
take_server(struct lookup *l, const struct frame *f)
{
	const char *address = frame_get(f, "address"),
		   *port = frame_get(f, "port");
	struct sockaddr_in *to = &l->dns.nsaddr_list[0];
	long number = port == NULL ? 53 : strtol(port, NULL, 10);

	if (address == NULL || number < 1 || number > 65535)
		return err_set(&l->err, EX_USAGE, "server: no address or port");
	memset(to, 0, sizeof(*to));
	to->sin_family = AF_INET;
	to->sin_port = htons((uint16_t)number);
	if (inet_pton(AF_INET, address, &to->sin_addr) != 1)
		return err_set(&l->err, EX_USAGE, "%s is no address", address);
	l->dns.nscount = 1;
	return 0;
}

static int
take_txt(struct lookup *l, const struct frame *f)
{
	static unsigned char answer[ANSWER_MOST];
	const char *name = frame_get(f, "name"), *verb = "silent";
	struct buf text = {0};
	struct frame out;
	int n, rc;

	if (name == NULL || !resolver_name_is_one(name))
		return err_set(&l->err, EX_USAGE, "txt: no name");
	n = res_nquery(&l->dns, name, ns_c_in, ns_t_txt, answer, ANSWER_MOST);
	if (n >= 0 && n <= ANSWER_MOST && txt_read(answer, (size_t)n, &text))
		verb = "txt";
	else if (n < 0 && (l->dns.res_h_errno == HOST_NOT_FOUND ||
			      l->dns.res_h_errno == NO_DATA))
		verb = "none";
	frame_begin(&out, verb);
	frame_set(&out, "name", name);
	frame_set(&out, "text", strcmp(verb, "txt") == 0 ? text.p : NULL);
	rc = frame_write(OUT, &out, &l->err);
	buf_free(&text);
	return rc;
}

static int
work(struct lookup *l)
{
	struct frame f;
	int got;

	for (;;) {
		arena_reset(l->frame);
		got = frame_read(l->in, l->frame, &f, -1, &l->err);
		if (got <= 0)
			return got;
		if (strcmp(f.verb, "server") == 0)
			got = take_server(l, &f);
		else if (strcmp(f.verb, "txt") == 0)
			got = take_txt(l, &f);
		else
			got = err_set(&l->err, EX_USAGE,
			    "%s is no frame for promised-lookup", f.verb);
		if (got != 0)
			return got;
	}
}

int
main(void)
{
	struct lookup l = {.frame = arena_new()};
	int rc;

	confine_helper(0);
	l.in = frame_reader_new(IN, 0);
	rc = res_ninit(&l.dns) == 0
		 ? 0
		 : err_set(&l.err, EX_OSERR, "the resolver cannot be set up");
	l.dns.retrans = RETRANS;
	l.dns.retry = RETRY;
	if (rc == 0)
		rc = work(&l);
	if (rc != 0)
		rc = frame_write_fault(OUT, &l.err);
	res_nclose(&l.dns);
	frame_reader_free(l.in);
	arena_free(l.frame);
	return rc;
}
