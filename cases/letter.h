/*
 * Letters: all that promised says in one language, as a folder of data files.
 *
 *	NAME.txt   a mail's plain text; its first line is "Subject: ...", then
 *	           an empty line (RECEIPT.txt: receipt.txt)
 *	NAME.html  the same mail as HTML
 *	layout.txt, layout.html
 *	           what stands around every mail to the owner
 *	follow-up-NAME.txt
 *	           a letter to the company: it stands alone, and has no HTML
 *	words      single phrases, `key = text`, with {placeholders} too; # begins
 *	           a comment
 *
 * The language of tags is told in template.h.  A file in the owner's own
 * folder takes the place of the built-in one of that name; a language that
 * lacks a file uses that of en.  All files are read and checked at once:
 * an unknown placeholder, key or file, or one that is missing, is an error
 * with file:line:column.
 */
#ifndef CASES_LETTER_H
#define CASES_LETTER_H

#include "base/arena.h"
#include "base/err.h"
#include "cases/template.h"

/* A line that begins so ends what is read as commands.  The text of a mail
 * begins with one; layout.html must hold one. */
#define LETTER_DASHES "-----"

enum letter {
	LETTER_RECEIPT, /* a message was read: what was understood */
	LETTER_HEADS_UP, /* the owner's own deadline is near */
	LETTER_LAPSE, /* the company's promise has lapsed */
	LETTER_CLOCK, /* a clock of the law is near its end, or over */
	LETTER_DOUBT, /* which case is this mail of? */
	LETTER_UNFILED, /* a forward that could not be placed */
	LETTER_TRANSCRIPT, /* what the commands of a mail did */
	LETTER_DIGEST, /* what is open */
	/* To the company, as plain text alone; see follow_up.h. */
	LETTER_FRIENDLY,
	LETTER_FIRM,
	LETTER_COMPLAINT,
	LETTER_FINAL,
	LETTER_COURT, /* before a claim is made there */
	LETTER_OMBUDSMAN, /* to a body above the company: to be pasted */
	LETTER_COUNT
};

struct letters; /* lives in the arena of letters_load() */

/*
 * dir: the built-in folder, with en/ in it.  own_dir: the owner's, with
 * LANGUAGE/ in it; NULL or a folder that does not exist: none.  NULL with err
 * (EX_CONFIG).
 */
struct letters *letters_load(struct arena *, const char *dir,
    const char *own_dir, const char *language, struct err *);

struct letter_text {
	const char *subject, *text, *html; /* html NULL: of a follow-up */
};

void letter_write(struct arena *, const struct letters *, enum letter,
    const struct values *, struct letter_text *);

/* A phrase: its key, then names and values in turn. */
char *letter_phrase(
    struct arena *, const struct letters *, const char *const *words, size_t n);
char *letter_phrase_of(struct arena *, const struct letters *, const char *key,
    const struct values *);
#define LETTER_SAY(a, l, ...)                                   \
	letter_phrase(a, l, (const char *const[]){__VA_ARGS__}, \
	    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

#endif
