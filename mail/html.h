/*
 * HTML to text by its tree alone; html_text() in read.h takes the short way
 * where there is one.  For tests, which compare the two.
 */
#ifndef MAIL_HTML_H
#define MAIL_HTML_H

#include "base/arena.h"
#include "base/buf.h"

/* html is valid UTF-8 and not empty. */
char *html_tree_text(struct arena *, struct slice html);

#endif
