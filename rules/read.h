/*
 * text -> findings.  The reading half of rules/.
 */
#ifndef RULES_READ_H
#define RULES_READ_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "rules/calendar.h"
#include "rules/finding.h"

struct pack; /* all rules of all languages that were loaded; see pack.h */

/*
 * Loads every language folder under dir ("rules", with rules/en/...), then the
 * owner's own rules under own_dir (NULL: none), which override by name, into
 * the arena.  Patterns are compiled on first use, into memory of their own
 * until pack_close(), which comes before the arena's end.  NULL with err
 * (EX_CONFIG and file:line:column) when a rule is bad.
 */
struct pack *
pack_load(struct arena *, const char *dir, const char *own_dir, struct err *);
void pack_close(struct pack *);

/*
 * For a pack that is kept in an image (base/image.h).  _freeze reads and
 * compiles all that is not yet, puts it into the arena, and closes; after it,
 * and in another process, _reopen comes before the pack is used.
 */
void pack_freeze(struct pack *);
void pack_reopen(struct pack *);

struct explanation; /* see explain.h */

/* What is read.  All borrowed for the call. */
struct reading {
	/* The newest text of the original, UTF-8; its first 48 KB are read, and
	 * 2 KB of the subject. */
	const char *text;
	const char *language; /* NULL: told from the text */
	const char *subject; /* for references; may be NULL */
	struct moment anchor; /* the original's date, or the message's */
	enum who sender;
	const char *sender_name; /* display name of From; NULL */
	const char *sender_addr; /* NULL */
	bool machine_written; /* Auto-Submitted and the like in the headers */
	const struct calendar *calendar;
	struct explanation
	    *explanation; /* to be written; NULL: not asked for */
};

/*
 * Reads one text.  Never fails: a rule that exceeds its match limit on some
 * sentence is skipped there and named in faults.  Findings live in the arena.
 */
struct findings *
findings_read(struct arena *, struct pack *, const struct reading *);

/*
 * The references alone, as findings_read() has them, for much less: none is
 * found in a sentence without a digit.  All else is empty.
 */
struct findings *
references_read(struct arena *, struct pack *, const struct reading *);

/* Time phrases alone, for `promised when`. */
struct phrase_found {
	const char *quote;
	size_t start, end;
	struct due due;
	bool vague, condition;
	const char *expr; /* normal form; see calendar.h */
	const char *why; /* the arithmetic in words */
};

struct phrases {
	struct phrase_found *v;
	size_t n;
};

/* language NULL: detected from the text. */
struct phrases phrases_read(struct arena *, struct pack *, const char *text,
    const char *language, struct moment anchor, const struct calendar *);

#endif
