/*
 * Templates: what a mail says, as data files that an owner can replace.
 *
 * A template is text with tags.  `{` before a blank or a line's end is itself
 * (so that CSS can be written); every other `{` begins a tag:
 *
 *	{name}             the value of that name
 *	{#name} ... {/name} a list: once for each element; a text: once when it
 *	                   is not empty
 *	{^name} ... {/name} once, when the list or text is empty
 *	{! words}          a comment
 *	{>name}            the part of that name: text that several files share
 *	{body}             in layout.txt and layout.html: where the mail stands
 *
 * A line that holds nothing but one of the tags {# {^ {/ {! {> vanishes.  Values
 * are escaped by where they stand, which is decided when the file is read:
 *	text	as they are; controls and direction marks are dropped; lines
 *		over 71 columns are folded and keep their indent and "> ", and
 *		of empty lines in a row one stays: write a paragraph on a line
 *	HTML	& < > " ' become references, a line end becomes <br/> (in an
 *		attribute a reference), so that what is well-formed XML
 *		stays so; what is no character of XML becomes U+FFFD
 *	link	percent-encoded (RFC 3986, RFC 6068), inside an attribute that
 *		begins with mailto: or https:, # or a folder
 * A value may not begin a link, nor stand in a tag outside of quotes.
 *
 * Every name that a template may use is told to the reader as a schema; one
 * that is not there is an error with file:line:column, before any mail is sent.
 * A schema is names and, for lists, the names inside: "case rows(number due)".
 */
#ifndef CASES_TEMPLATE_H
#define CASES_TEMPLATE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* 72, less the blank that a flowed line with an indent gets (RFC 3676 4.4). */
enum { TEMPLATE_COLUMNS = 71, TEMPLATE_DEPTH = 8, TEMPLATE_MOST = 256 * 1024 };

/* A letter is text whose lines are not folded: that is left to whoever shows
 * it.  A phrase is a letter that has no line end of its own. */
enum template_form {
	TEMPLATE_TEXT,
	TEMPLATE_LETTER,
	TEMPLATE_PHRASE,
	TEMPLATE_HTML
};

/* What is put in: names with a text or a list.  Lives in its arena. */
struct values;

struct values *values_new(struct arena *);
/* text is borrowed; NULL counts as "".  A later one of that name wins. */
void values_set(struct values *, const char *name, const char *text);
void values_printf(struct values *, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A new element at the end of the list of that name. */
struct values *values_add(struct values *, const char *name);

struct text_template;

/* A file's name (for errors) and its text; both borrowed until parsed. */
struct template_source {
	const char *file;
	struct slice text;
	int line, column; /* where text begins in the file; 0: at its start */
};

/* A file into a source, both in the arena: 1; 0: there is none; -1. */
int template_read(
    struct arena *, const char *path, struct template_source *, struct err *);

/* What {>name} takes in; a part holds no other parts. */
struct template_part {
	const char *name;
	struct template_source source;
};
struct template_parts {
	const struct template_part *v;
	size_t n;
};

/*
 * The layout may be NULL, and so may the parts.  The result lives in the arena,
 * and so must the texts of the sources, which it points into.  NULL with err
 * (EX_CONFIG).
 */
struct text_template *template_parse(struct arena *, enum template_form,
    const struct template_source *layout, const struct template_source *body,
    const struct template_parts *, const char *schema, struct err *);
char *template_render(
    struct arena *, const struct text_template *, const struct values *);

/* Text with its lines folded to TEMPLATE_COLUMNS at blanks, each continued
 * line with the indent and the "> " of its first; a "- " becomes blanks.  Of
 * empty lines in a row one stays, of those at the start none. */
char *text_fold(struct arena *, const char *);

#endif
