/*
 * Zones: which lines of a mail are its body, and which salutation, closing,
 * signature, footer or quotation.  Only the body commits anybody to anything
 * (Lampert, Dale, Paris, "Segmenting Email Message Text into Zones", 2009).
 */
#ifndef RULES_ZONES_H
#define RULES_ZONES_H

#include "base/arena.h"
#include "rules/pack.h"

struct line {
	size_t start, end; /* byte offsets in the text, without white space */
	enum zone zone;
	bool blank;
};

struct lines {
	struct line *v;
	size_t n;
};

/* Who wrote it, to tell a signature from a heading; both may be NULL. */
struct writer {
	const char *name, *addr;
};

/* text is valid UTF-8.  The result lives in the arena. */
struct lines zones_find(struct arena *, struct pack *, const struct rulebook *,
    struct slice text, struct writer);

/* The line's text. */
struct slice line_text(struct slice text, const struct line *);
/* True when a word of the line (3 letters or more) is part of the writer's
 * name or address. */
bool writer_shares(struct writer, struct slice line);

#endif
