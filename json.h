/*
 * JSON Lines: the machine-readable answers of promised(1), one object a line
 * on stdout, and the lines that `when --json` reads.  jansson lives in json.c
 * and nowhere else.
 */
#ifndef JSON_H
#define JSON_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "cases/ledger.h"
#include "cases/score.h"
#include "record/record.h"
#include "record/ticket.h"
#include "mail/message.h"
#include "rules/finding.h"
#include "rules/read.h"

/* scan --json; company may be NULL. */
void json_findings(FILE *, const char *file, const char *region,
    const char *company, const struct findings *);
/* original --json; newest is that of the message when it is no forward. */
/* texts: by message_texts(). */
void json_original(FILE *, const char *file, const struct original *,
    const struct strings *texts);

/* One line that `when --json` reads: {"id","text","anchor","region"}. */
struct when_asked {
	const char *id; /* NULL when none */
	const char *text;
	struct moment anchor;
	bool has_anchor;
	const char *region, *language; /* NULL when not said */
};

/* -1 with err (EX_DATAERR) when the line is no such object. */
int json_when_asked(
    struct arena *, struct slice line, struct when_asked *, struct err *);
void json_phrases(FILE *, const struct when_asked *, struct phrases);

/* A message of a case under one file (or source) that it came from. */
struct case_file {
	const char *file, *source; /* file is NULL for what came by a pipe */
	const struct message_row *message;
};

/* cases --json, unfiled --json, due --json */
void
json_case(FILE *, const struct case_row *, const struct case_file *, size_t n);
void json_unfiled(FILE *, const struct case_file *);
void json_due(FILE *, const struct case_row *, const struct obligation *,
    enum obligation_state);

/* company --json */
void json_score(FILE *, const struct company_row *,
    const struct case_row *cases, size_t case_count, const struct score *);
/* case.json of a dossier: promised-record(5).  In the arena. */
char *json_record(struct arena *, const struct case_record *);
/* ticket.json; live false: no more than that it was withdrawn. */
char *json_ticket(struct arena *, const struct case_record *,
    const struct released *, bool live);

#endif
