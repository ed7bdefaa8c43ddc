/*
 * TXT records in the bytes of a DNS answer (RFC 1035 section 3.3.14).  Pure;
 * for promised-lookup alone, which asks for them.
 */
#ifndef MAIL_TXT_H
#define MAIL_TXT_H

#include "base/buf.h"

/* The first TXT record, its strings joined (RFC 6376 section 3.6.2.2), added
 * to the buffer: at most RESOLVER_TEXT_MOST bytes.  false when there is none
 * that can be read. */
bool txt_read(const unsigned char *answer, size_t n, struct buf *);

#endif
