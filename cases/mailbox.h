/*
 * How far each IMAP mailbox has been read: UIDVALIDITY and UIDNEXT as the
 * server told them (RFC 9051 section 2.3.1.1), stored when all mail below
 * UIDNEXT is committed.  A mail is known by its bytes and ids, not by its UID:
 * this only spares the server the telling.
 *
 * What servers.c remembers beside: of a folder, in UTC seconds, when the first
 * pass and the last one that came through began (source: its url); of refused
 * logins, when the hour began in which they are counted, and how many there
 * were (source: "login:NAME").
 */
#ifndef CASES_MAILBOX_H
#define CASES_MAILBOX_H

#include <stdint.h>

#include "base/err.h"
#include "cases/store.h"

/* 0 and 0 for a mailbox that was never read. */
int mailbox_known(struct store *, int64_t owner, const char *source,
    uint32_t *uidvalidity, uint32_t *uidnext, struct err *);
/* A transaction of its own. */
int mailbox_remember(struct store *, int64_t owner, const char *source,
    uint32_t uidvalidity, uint32_t uidnext, struct err *);

#endif
