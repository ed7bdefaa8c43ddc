/*
 * Plain text as format=flowed (RFC 3676): lines of 72 columns that a reader's
 * program joins again and breaks to the width of its window.  Pure.
 */
#ifndef MAIL_FLOW_H
#define MAIL_FLOW_H

#include "base/buf.h"

/*
 * Adds the text (UTF-8; "\n" or "\r\n") with CRLF line ends.  Each line of it
 * is a paragraph and is broken at blanks only, so that long URLs stay whole;
 * a line that begins with '>' stays a quotation of that depth.  Blanks at
 * the end of a line are lost, but for the signature's "-- ".
 */
void flow_text(struct buf *out, struct slice text);

#endif
