/*
 * The servers and folders of the configuration, as the commands use them.
 */
#ifndef SERVERS_H
#define SERVERS_H

#include "commands.h"
#include "filing.h"

/* Whether the url is of an IMAP server, and so for promised-fetch. */
bool mailbox_is_imap(const struct account *);

/*
 * Files all that is new in a mailbox.  An IMAP one is asked once and left;
 * what is filed there is flagged or moved when filed-folder says so.
 */
int mailbox_read(
    struct run *, const struct account *, struct counts *, struct err *);

/*
 * Watches over all mailboxes at once: IDLE where there is IMAP, a look at the
 * folder where there is none.
 */
struct watch;
struct watch *watch_open(struct run *);
/* Files what comes within that time, then what is there; returns early when
 * mail came or the descriptor is readable.  A mailbox that fails is told in the
 * log and tried again later, longer each time. */
void watch_wait(struct watch *, int timeout_ms, int until_fd);
void watch_close(struct watch *);

/* For doctor: can it be read, can it send?  Nothing is filed or sent. */
int mailbox_check(struct run *, const struct account *, struct err *);
int send_check(struct run *, struct err *);

#endif
