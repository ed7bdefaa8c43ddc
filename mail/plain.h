/*
 * text/plain to the text that its author saw: "\n" line ends, and paragraphs
 * whole where the sender broke them only for the way (format=flowed).
 */
#ifndef MAIL_PLAIN_H
#define MAIL_PLAIN_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"

/* text: UTF-8.  flowed, delsp: the parameters of RFC 3676. */
char *plain_text(struct arena *, struct slice text, bool flowed, bool delsp);

#endif
