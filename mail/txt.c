/* See txt.h. */
#include <arpa/nameser.h>

#include "mail/resolver.h"
#include "mail/txt.h"

/* Each string stands behind its length. */
static bool
join_strings(const unsigned char *p, size_t n, struct buf *out)
{
	size_t before = out->len;

	while (n > 0) {
		size_t len = p[0];

		if (len + 1 > n || out->len - before + len > RESOLVER_TEXT_MOST)
			return false;
		buf_add(out, p + 1, len);
		p += len + 1;
		n -= len + 1;
	}
	return true;
}

bool
txt_read(const unsigned char *answer, size_t n, struct buf *out)
{
	ns_msg message;
	ns_rr record;

	if (ns_initparse(answer, (int)n, &message) != 0)
		return false;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		if (ns_parserr(&message, ns_s_an, i, &record) != 0)
			return false;
		if (ns_rr_type(record) == ns_t_txt)
			return join_strings(
			    ns_rr_rdata(record), ns_rr_rdlen(record), out);
	}
	return false;
}
