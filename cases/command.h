/*
 * Mail commands: what the owner writes above the quote of a reply, one a line.
 *
 * Parsing knows nothing of the ledger; running changes it and says, line by
 * line, what was done or why not.  The grammar is forgiving: case is ignored,
 * "please" and articles fall away, "12.3 kept" is "kept 12.3", an obligation
 * that is not named is the one that the nudge was about, or the only one that
 * the command can mean.  Lines that begin with # are comments.  Reading ends at
 * the quote, at the signature, at a closing ("thanks", "regards"), after
 * COMMAND_UNKNOWN_MOST lines that are no command or COMMAND_MOST that are.  A
 * comment may also end a line whose command takes no text.
 *
 *	kept [N.M] [DATE]     not kept [N.M]     void [N.M]
 *	due [N.M] DATE        received [N.M] [DATE]
 *	snooze [N] [SPAN | until DATE]           stop [N]
 *	close [N]   reopen [N]   status [N]   list   undo [N]   help
 *	merge N   split MESSAGE   move MESSAGE N|new|unfiled
 *	company NAME   region CODE   note TEXT
 *	send [TOKEN]   edit, and the new text on the lines that follow
 *	contact ADDRESS   draft [RUNG]
 *	publish [title | N.M]   unpublish [title | N.M]   export [N]
 *	ladder [N]   sector NAME[, NAME]   event NAME DATE
 *	call SPAN [NAME]: TEXT   visit SPAN [NAME]: TEXT   spent AMOUNT [TEXT]
 */
#ifndef CASES_COMMAND_H
#define CASES_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"
#include "cases/say.h"
#include "cases/store.h"
#include "rules/calendar.h"

enum {
	COMMAND_MOST = 50, /* commands in one mail */
	COMMAND_UNKNOWN_MOST = 5, /* as Debbugs has it */
	COMMAND_LINE_MOST = 2000, /* bytes; what is over is cut */
	COMMAND_SNOOZE_DAYS = 7 /* when no span is said */
};

enum verb {
	VERB_UNKNOWN,
	VERB_KEPT,
	VERB_NOT_KEPT,
	VERB_VOID,
	VERB_DUE,
	VERB_RECEIVED,
	VERB_SNOOZE,
	VERB_STOP,
	VERB_CLOSE,
	VERB_REOPEN,
	VERB_STATUS,
	VERB_LIST,
	VERB_UNDO,
	VERB_HELP,
	VERB_MERGE,
	VERB_SPLIT,
	VERB_MOVE,
	VERB_COMPANY,
	VERB_REGION,
	VERB_NOTE,
	VERB_CALL,
	VERB_VISIT,
	VERB_SPENT,
	VERB_SEND,
	VERB_EDIT,
	VERB_CONTACT,
	VERB_DRAFT,
	VERB_LADDER,
	VERB_SECTOR,
	VERB_EVENT,
	VERB_PUBLISH,
	VERB_UNPUBLISH,
	VERB_EXPORT,
	VERB_COUNT
};
const char *verb_name(enum verb); /* "not kept" */

/* One line, read.  Texts live in the arena. */
struct mail_command {
	enum verb verb;
	const char *line; /* as written, trimmed */
	int case_number; /* 0: not said */
	int number; /* of the obligation; 0: not said */
	const char *rest; /* what follows; "" when nothing */
	/* call, visit, spent */
	bool measured; /* a time or an amount was said */
	int minutes;
	int64_t cents;
	const char *currency; /* "£", "CHF"; "" when none was said */
	const char *who; /* NULL */
	const char *text; /* "" */
};

struct mail_commands {
	struct mail_command *v;
	size_t n;
	bool gave_up; /* too many unknown lines: the rest was not read */
};

struct thread_words; /* how mails begin and end; see thread.h */

/* text: the newest text of the mail, UTF-8. */
struct mail_commands mail_commands_read(
    struct arena *, const struct thread_words *, const char *text);

/* A phrase to a due, by the rules, which the root passes in.  end receives
 * how many bytes of the phrase it took, counted from its start; false when it
 * does not begin with a time. */
typedef bool read_due_fn(void *arg, const char *phrase, struct moment anchor,
    const char *region, struct due *, size_t *end);

/* Why an address cannot be written to; NULL: it can. */
typedef const char *address_fault_fn(const char *);

/* A dossier that a command has had written: its folder, and the page that
 * goes with the answer (NULL: nothing was written). */
struct dossier {
	int case_number;
	const char *folder, *page;
};
/* Given case_number; the rest in the arena.  -1 with err. */
typedef int
write_dossier_fn(void *arg, struct arena *, struct dossier *, struct err *);

struct post;
struct follow_up;

struct command_context {
	struct post *post; /* that letters to the company go through */
	struct store *store;
	int64_t owner;
	struct voice voice; /* arena, words, zone, now */
	const struct calendars *calendars;
	int case_number; /* of the nudge or address answered; 0: none */
	int number; /* its one obligation; 0: none, or several */
	int64_t nudge; /* the mail of the outbox that is answered; 0 */
	const char *region; /* the owner's, for a new case */
	bool authorised;
	const char *refusal; /* why not authorised, for the owner */
	read_due_fn *read_due;
	address_fault_fn *address_fault;
	write_dossier_fn *write_dossier;
	void *arg; /* of read_due and write_dossier */
};

struct command_answer {
	enum verb verb;
	const char *line, *text;
	bool done; /* else text says why not */
	struct follow_up *draft; /* a letter to be shown below; NULL */
};

/* What was said in a call or note: to be read by the rules, as a message of
 * the company (call, visit) or of the owner (note). */
struct command_heard {
	int case_number;
	enum verb verb;
	struct moment at;
	const char *who; /* NULL */
	const char *text;
};

struct command_placed {
	int64_t message;
	int case_number;
};

struct transcript {
	struct command_answer *v;
	size_t n;
	struct command_heard *heard;
	size_t heard_count;
	bool refused; /* nothing was done; context.refusal says why */
	bool help, gave_up;
	const char *help_text; /* for a terminal; NULL when not wanted */
	/* Messages that found their case: read them now, if they were not. */
	struct command_placed *placed;
	size_t placed_count;
	struct dossier *dossiers; /* whose pages go with the answer */
	size_t dossier_count;
};

/*
 * Runs them in order, inside a transaction.  A line that cannot be done is
 * answered and changes nothing; -1 only when the store fails: roll back.
 */
int mail_commands_run(const struct command_context *,
    const struct mail_commands *, struct transcript *, struct err *);

/* transcript.c: for a terminal, and as values for LETTER_TRANSCRIPT. */
char *transcript_text(struct arena *, const struct transcript *);
void transcript_values(
    const struct transcript *, const struct command_context *, struct values *);

#endif
