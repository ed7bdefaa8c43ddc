/*
 * bytes -> message -> original -> findings: the reading half of the flow, with
 * no store.  `scan` prints its result, filing.c files it.
 */
#ifndef READING_H
#define READING_H

#include "commands.h"
#include "mail/bounce.h"

struct understood {
	struct message *message;
	struct original *original;
	struct findings *findings;
	enum who sender; /* of the original */
	bool from_owner; /* the message itself comes from an owner's address */
	bool machine_written; /* RFC 3834 and its kin */
	bool bulk; /* List-Unsubscribe, List-Id, Precedence: bulk */
	bool unread; /* findings were not looked for: see mail_study() */
	const char *company; /* registrable domain of the other side; or NULL */
	struct moment anchor;
	struct bounce *bounce; /* of mail_study(): what came back; or NULL */
	const char *twin; /* of mail_study(): see twin_of(); or NULL */
	struct explanation *explanation; /* with --explain; or NULL */
};

/*
 * Reads one mail whole.  me: the owner's addresses, lower case.  Of a mail
 * without a date, `now` is the anchor.  raw must outlive the result.
 */
struct understood *mail_understand(
    struct arena *, struct run *, const struct strings *me, struct slice raw);

/*
 * The same for the owner's addresses, with what filing asks for.  skim: what a
 * newsletter says that gives no reference number is left unread, for it opens
 * no case, and joins one only by who sent it or what it answers.
 */
struct understood *
mail_study(struct arena *, struct run *, struct slice raw, bool skim);

#endif
