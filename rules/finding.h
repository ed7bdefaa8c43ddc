/*
 * What the rules read in one message: plain structs, no behaviour.
 * The meaning of each is fixed by the conventions (promised-rules(5)).
 */
#ifndef RULES_FINDING_H
#define RULES_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/date.h"

enum who { WHO_COMPANY, WHO_CUSTOMER };

enum kind { KIND_PROMISE, KIND_DEADLINE };

enum action {
	ACTION_REPLY, ACTION_CALL, ACTION_REFUND, ACTION_REPLACE, ACTION_REPAIR,
	ACTION_DELIVER, ACTION_CANCEL, ACTION_INVESTIGATE, ACTION_PAY,
	ACTION_PROVIDE, ACTION_OTHER
};

struct obligation_found {
	enum who who; /* who owes it */
	enum kind kind;
	enum action action;
	struct due due;
	bool vague, condition;
	const char *quote; /* the sentence or clause, white space folded */
	size_t start, end; /* byte offsets of the quote in the text read */
	/* The time phrase as written ("within 5 working days", NULL when there
	 * is none) and its normal form, from which calendar_due() computes the
	 * due date again when a holiday table changes. */
	const char *phrase;
	const char *expr;
	const char *rule; /* "en/promise.rules:41" */
};

struct signal_found {
	const char *name; /* "apology" */
	const char *rule;
	size_t start, end; /* of the sentence; end 0: of the whole message */
};

struct findings {
	const char *language; /* "en" */
	enum who sender;
	struct moment anchor;
	const char *agent; /* NULL when only a team signs */
	const char **references;
	size_t reference_count;
	struct signal_found *signals; /* each name at most once */
	size_t signal_count;
	/* How it is said: "blame", "no_apology"; the same shape. */
	struct signal_found *manner;
	size_t manner_count;
	struct obligation_found *obligations; /* in the order of the text */
	size_t obligation_count;
	const char *silenced; /* the rule by which none counts, or NULL */
	/* Where signature and footer begin: byte offset in the text read; 0:
	 * not known. */
	size_t body_end;
	/* Rules that were given up on some sentence (match limit). */
	const char **faults;
	size_t fault_count;
};

/* The words of the formats: "company", "promise", "refund"; and back, false
 * when the word is none. */
const char *who_name(enum who);
const char *kind_name(enum kind);
const char *action_name(enum action);
bool action_of(const char *, enum action *);

/* Whether the signal was found; f may be NULL. */
bool findings_signal(const struct findings *, const char *name);

/* Whether an end is told: done, refused, closed or final; f may be NULL. */
bool findings_end(const struct findings *);

#endif
