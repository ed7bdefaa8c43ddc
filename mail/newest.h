/*
 * The newest text, for a caller that has cut or searched the text already.
 */
#ifndef MAIL_NEWEST_H
#define MAIL_NEWEST_H

#include "base/arena.h"
#include "mail/forms.h"
#include "mail/lines.h"
#include "mail/read.h"

/* As newest_text() of the text that was cut. */
char *
newest_of_lines(struct arena *, const struct forms *, const struct lines *);
/* As newest_text() of a text in whose lines history_find() found nothing. */
char *newest_without_history(
    struct arena *, const struct forms *, const struct lines *);

#endif
