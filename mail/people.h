/*
 * People as mail programs show them inside a message: in the header of a
 * forward or the line above a quotation.  No grammar holds there: names have
 * bare commas, lists are separated by commas or semicolons, addresses come as
 * <a@b>, [mailto:a@b], (a@b), <a@b<mailto:a@b>>, or not at all.
 */
#ifndef MAIL_PEOPLE_H
#define MAIL_PEOPLE_H

#include "base/arena.h"
#include "base/buf.h"
#include "mail/message.h"

enum { PEOPLE_MOST = 1000 };

/* One person: a comma is a part of the name. */
struct address person_read(struct arena *, struct slice);
/* A list; at most PEOPLE_MOST, the rest is left out. */
struct addresses people_read(struct arena *, struct slice);

/* Without marks of direction and what else cannot be seen; white space of any
 * kind as blanks. */
char *text_visible(struct arena *, struct slice);

#endif
