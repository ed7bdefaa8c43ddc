/*
 * Forms: how mail programs and languages write forwards and replies.
 *
 * Read from DIR/NAME.forms, a file for each language (or zones.forms, for what
 * belongs to none).  A line is `key = value | value | ...`; # begins a comment
 * line.  What the keys mean stands at the head of en.forms.  All values go into
 * one dictionary of folded words (fold.h), and values with a '*' also into a
 * list of patterns, of which the first and the last word are in the
 * dictionary: so a line of mail costs a look-up, however many languages there
 * are.
 */
#ifndef MAIL_FORMS_H
#define MAIL_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

enum form_kind {
	FORM_LABEL, /* of a quoted header field; value: enum label */
	FORM_FORWARD, /* a line above a forward: "Forwarded message" */
	FORM_ORIGINAL, /* above a forward or a reply: "Original Message" */
	FORM_END, /* below a forward: "End forwarded message" */
	FORM_FORWARD_SUBJECT, /* "Fwd" */
	FORM_REPLY_SUBJECT, /* "Re" */
	FORM_WROTE, /* the line above a quotation: "On * wrote" */
	FORM_FOOTER, /* what a mail program adds below: "Sent from my *" */
	FORM_MONTH, /* value: 1-12 */
	FORM_WEEKDAY, /* value: enum weekday */
	FORM_HALF, /* value: 0 am, 1 pm */
	FORM_UNIT, /* after a number: value enum form_unit */
	FORM_ZONE, /* value: seconds east of UTC */
	FORM_ORDER, /* of numeric dates; value: enum form_order */
	FORM_OPENS, /* first word of a pattern; value: its number */
	FORM_CLOSES /* last word of a pattern; value: its number */
};

enum label {
	LABEL_NONE,
	LABEL_FROM,
	LABEL_DATE,
	LABEL_TO,
	LABEL_CC,
	LABEL_SUBJECT,
	LABEL_OTHER, /* a field that is told and not kept: Bcc, Importance */
	LABEL_COUNT
};

enum form_unit {
	UNIT_YEAR,
	UNIT_MONTH,
	UNIT_DAY,
	UNIT_HOUR,
	UNIT_MINUTE,
	UNIT_SECOND,
	UNIT_MONTH_NEXT,
	UNIT_WEEKDAY_NEXT,
	UNIT_TODAY, /* of the forward, alone: "Yesterday at 10:15" */
	UNIT_YESTERDAY
};

enum form_order { ORDER_EITHER, ORDER_DMY, ORDER_MDY, ORDER_YMD };

enum { FORM_PIECES = 6, FORM_LANGUAGES = 64 };

/* A set of languages: bit n is the n-th file. */
typedef uint64_t languages;

struct form_word {
	const char *text; /* folded */
	size_t len;
	enum form_kind kind;
	int value;
	unsigned language; /* number of its file */
	const char *shown; /* as in the file */
	struct form_word *next; /* the same hash */
};

/* piece, anything, piece, ...: the first or last piece may be empty, when the
 * pattern begins or ends with '*'. */
struct form_pattern {
	enum form_kind kind;
	struct slice piece[FORM_PIECES]; /* folded */
	size_t pieces;
	unsigned language;
	const char *shown;
};

struct forms;

/*
 * The first word of that folded text and one of the kinds (bits 1 << kind), or
 * NULL; and the one after w.
 */
const struct form_word *
forms_word(const struct forms *, struct slice folded, unsigned kinds);
const struct form_word *forms_more(const struct form_word *w, unsigned kinds);

/* All words of a kind, in the order of the files: i from 0 until NULL. */
const struct form_word *
forms_at(const struct forms *, enum form_kind, size_t *i);

const struct form_pattern *forms_pattern(const struct forms *, int number);
/* Patterns that begin and end with '*': number i, or NULL. */
const struct form_pattern *forms_loose(const struct forms *, size_t i);

const char *forms_language(const struct forms *, unsigned language); /* "de" */
/* "de: Weitergeleitete Nachricht", in the arena. */
char *forms_name(
    struct arena *, const struct forms *, unsigned language, const char *shown);
enum form_order forms_order(const struct forms *, languages);

/*
 * Whether the folded text is an instance of the pattern.  gap[i] is what stood
 * for the i-th '*' (pieces - 1 of them), borrowed from the text.
 */
bool form_matches(const struct form_pattern *, struct slice folded,
    struct slice gap[FORM_PIECES]);

/* First and last word of a folded text; the empty slice when there is none.
 * A letter of a script without blanks is a word. */
struct slice word_first(struct slice folded);
struct slice word_last(struct slice folded);

#endif
