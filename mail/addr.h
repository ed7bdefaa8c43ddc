/*
 * Addresses that mail may be written to.
 *
 * Stricter than RFC 5321 section 4.1.2 and RFC 5322 section 3.4.1 on purpose:
 * what passes here can stand in an SMTP command, in a header field and in the
 * arguments of a sendmail command without any quoting, so that no address can
 * smuggle a second recipient or an option in.
 */
#ifndef MAIL_ADDR_H
#define MAIL_ADDR_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

enum { ADDR_MOST = 254, ADDR_LOCAL_MOST = 64 }; /* RFC 5321 4.5.3.1, RFC 3696 */

/*
 * NULL when addr is a plain dot-atom@domain in ASCII; else why not, as a
 * static text ("has a blank").  Quoted local parts, address literals, comments,
 * <>, UTF-8 (an international domain must come as punycode) and a leading '-'
 * are refused, and so is NULL.
 */
const char *addr_fault(const char *addr);

/* Whether the list has that address, whatever the case of its letters: no
 * server tells the local parts "Ann" and "ann" apart (RFC 5321 section 2.4). */
bool addr_in(const struct strings *, const char *addr);

/*
 * Addresses that no person reads: bounces, no-reply and the like, by the
 * patterns of a data file (mail/machine-addresses tells its form).
 */
struct machine_addresses;

/* NULL with err (EX_CONFIG, file:line) when the file is bad.  In the arena. */
struct machine_addresses *
machine_addresses_load(struct arena *, const char *path, struct err *);

/* True as well for the null sender: NULL, "" and "<>". */
bool addr_machine(const struct machine_addresses *, const char *addr);

#endif
