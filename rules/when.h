/*
 * Time phrases, phase one: finds "within 5 working days" or "by noon on
 * Friday 6 March" in a text and gives each its normal form, without knowing
 * now.  Phase two is calendar_due() of rules/calendar.h.
 *
 * All words and patterns are data: rules/LANG/time, read into a lexicon.
 */
#ifndef RULES_WHEN_H
#define RULES_WHEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "rules/calendar.h"
#include "rules/read.h"

struct lexicon; /* the time words and patterns of one language; immutable */

/* Reads rules/LANG/time into the arena.  NULL with err (EX_CONFIG,
 * file:line:column) when it is bad, or EX_IOERR and the like when it can't be
 * read. */
struct lexicon *lexicon_load(struct arena *, const char *path, struct err *);

/* What kind of phrase it is: the section of the file that it was read by. */
enum when_class {
	WHEN_LIMIT, /* says by when: "by Friday", "within 5 days", "until 3 May" */
	WHEN_POINT, /* a day, period or moment: "on Friday", "tomorrow", "in May" */
	WHEN_SPAN, /* a bare duration: "5 working days", "two weeks" */
	WHEN_CLOCK, /* a bare time of day: "at 5pm", "between 8 and 1pm" */
	WHEN_VAGUE, /* "shortly", "in due course" */
	WHEN_PAST /* spoken of as past: "a month ago", "your letter of 3 May" */
};

struct when {
	size_t start, end; /* byte offsets in the text */
	enum when_class class;
	/* Normal form for calendar_due(), in the arena; "vague" for a vague one.
	 * One of WHEN_PAST gives DUE_NONE. */
	const char *expr;
	bool vague; /* WHEN_VAGUE, or a span of unknown length */
	bool condition; /* the clock starts at an event that the text does not
			 * date: "within 5 days of receiving the item" */
};

struct whens {
	struct when *v; /* in the order of the text, never overlapping */
	size_t n;
};

/* No day can be told by it. */
bool when_is_open(const struct when *);
/* It tells a day, and is no event: "on Friday", "in June". */
bool when_tells_day(const struct when *);
/* "the day after": counted from a day that was told before, of which the text
 * told none. */
bool when_follows(const struct when *);
/* The form of one that follows, counted from a day. */
const char *
when_counted_from(struct arena *, const struct when *day, const struct when *);

/*
 * All time phrases of a text, in time linear in its length.  No phrase goes
 * over an empty line or the end of a sentence.  The result lives in the arena.
 */
struct whens
when_find(struct arena *, const struct lexicon *, struct slice text);

/* Scratch memory for many texts, and what was found to begin no phrase: one
 * for each pack.  Freed by finder_free(), which allows NULL. */
struct finder;

struct finder *finder_new(void);
void finder_free(struct finder *);
struct whens finder_find(
    struct finder *, struct arena *, const struct lexicon *, struct slice text);

/* How much of a text is time phrases, in thousandths of its letters and
 * digits; 0 without a lexicon. */
int when_share(struct arena *, const struct lexicon *, struct slice text);

/* Both phases: what phrases_read() answers once the language is known. */
struct phrases when_phrases(struct arena *, const struct lexicon *,
    struct slice text, struct moment anchor, const struct calendar *);

/* "limit", "point", "span", "clock", "vague", "past". */
const char *when_class_name(enum when_class);

#endif
