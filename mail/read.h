/*
 * bytes -> message -> original: the reading half of mail/.
 *
 * None of these functions fails: what cannot be read is told in faults and the
 * rest is there.  None follows a link, opens a file or asks a clock.  Budgets
 * (HAZARDS of hostile MIME) are in guard.h.
 */
#ifndef MAIL_READ_H
#define MAIL_READ_H

#include "base/arena.h"
#include "base/err.h"
#include "mail/message.h"

/* Reads one mail.  raw must outlive the result.  Files: mime.c, charset.c,
 * html.c. */
struct message *message_read(struct arena *, struct slice raw);
/* The same for who does not ask for the bytes of parts that are neither text
 * nor a message: they have none. */
struct message *message_skim(struct arena *, struct slice raw);

/*
 * The texts that a mail holds beside its body: the other half of a
 * multipart/alternative when it says something else, text files, and what
 * stands in the mails that it encloses, those within them too.  mime.c.
 */
void message_texts(struct arena *, struct slice raw, struct strings *out);

/* True when there is at least one header field, so that it may be a mail;
 * anything else is EX_DATAERR for a command that was given it. */
bool message_plausible(struct slice raw);

/* HTML to plain text: links as their text, cells of a row joined by a tab,
 * hidden elements left out, block quotes as "> " lines.  html.c. */
char *html_text(struct arena *, struct slice html);

/*
 * How mail programs write forwards and replies: the data files in dir
 * (mail/forms), into the arena.  NULL with err (EX_CONFIG, file:line) when one
 * is bad.  forms.c.
 */
struct forms;
struct forms *forms_load(struct arena *, const char *dir, struct err *);

/* The original in a forward, else the message itself.  forward.c. */
struct original *
original_read(struct arena *, const struct forms *, const struct message *);

/* What the author wrote last in a reply: quoted history cut away. newest.c. */
char *newest_text(struct arena *, const struct forms *, const char *text);

#endif
