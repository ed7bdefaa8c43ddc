/*
 * The commands of promised(1): what each is given, and the table's row.
 *
 * main() reads the options, opens what the row says it needs and calls it;
 * a command is a short function that reads as the flow.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "cases/follow_up.h"
#include "cases/ladder.h"
#include "cases/say.h"
#include "cases/store.h"
#include "cases/thread.h"
#include "mail/domain.h"
#include "mail/read.h"
#include "rules/read.h"
#include "settings.h"

/* What the command line said. */
struct options {
	const char *config; /* -c; NULL: the default place */
	bool dry_run; /* -n */
	bool verbose; /* -v */
	bool json, explain, all, syslog;
	bool has_now, has_at;
	struct moment now, at;
	const char *region, *language; /* NULL when not said */
	struct strings me; /* --me, in lower case */
	const char *address, *name, *timezone, *store; /* of init */
	const char *to; /* of letter: name and address, commas between lines */
};

/* All that a command may use; what its row does not need is NULL. */
struct run {
	struct arena *arena; /* the life of the process */
	struct options options;
	char **args; /* what follows the command's name; args[count] is NULL */
	size_t arg_count;
	FILE *out;
	struct moment now; /* --now, or the clock, in the owner's zone */
	struct settings settings;
	struct pack *pack;
	struct forms *forms;
	struct calendars *calendars;
	const struct calendar *calendar; /* of --region, or the owner's */
	struct store *store;
	int64_t owner; /* of the store's rows */
	struct letters *letters; /* opened by run_voice() */
	struct letters *english; /* opened by print_voice() */
	struct coverage *coverage; /* of `rules coverage` */
	struct thread_words *thread_words;
	struct domain_list *freemail;
	struct machine_addresses *machines;
	struct domain_list *desks; /* of help desk programs */
	struct bounce_words *bounces; /* of mail servers */
	struct err no_calendar; /* why a record has none: record_whole() */
	struct image *image; /* that these are in, or NULL: see loading.h */
	bool image_new; /* and it is not written yet */
	struct nudge_settings *nudges; /* made by post_open() */
	struct law *law; /* loaded when first needed: posting.c */
	struct rung_row *rungs; /* the same */
	FILE *on_kept; /* told when a message is safe; NULL: nobody */
	bool hurried; /* a filter: what can be left to others is */
	struct apart *readers; /* see handover.h; opened when first needed */
	struct early *early; /* waiting.c: mail of the past, read as it comes */
};

enum needs {
	NEEDS_RULES = 1, /* pack, forms, calendars */
	NEEDS_SETTINGS = 2, /* settings; now in the owner's zone */
	NEEDS_STORE = 4 /* store; implies the two above */
};

struct command {
	const char *name;
	int (*run)(struct run *, struct err *); /* 0, or -1 with err */
	unsigned needs;
	const char *arguments; /* for the usage line */
	const char *summary;
};

/* scanning.c: no store */
int command_scan(struct run *, struct err *);
int command_when(struct run *, struct err *);
int command_original(struct run *, struct err *);
int command_rules(struct run *, struct err *);

/* setup.c */
int command_init(struct run *, struct err *);
int command_doctor(struct run *, struct err *);
int command_login(struct run *, struct err *);

/* entering.c, running.c: mail comes in, nudges go out */
int command_filter(struct run *, struct err *);
int command_deliver(struct run *, struct err *);
int command_import(struct run *, struct err *);
int command_once(struct run *, struct err *);
int command_run(struct run *, struct err *);

/* commands.c: the ledger */
int command_cases(struct run *, struct err *);
int command_case(struct run *, struct err *);
int command_due(struct run *, struct err *);
int command_why(struct run *, struct err *);
int command_do(struct run *, struct err *);
int command_unfiled(struct run *, struct err *);

/* scorecard.c */
int command_company(struct run *, struct err *);

/* exporting.c: what is handed to others */
int command_export(struct run *, struct err *);
int command_verify(struct run *, struct err *);
int command_letter(struct run *, struct err *);
/* overview.c */
int command_site(struct run *, struct err *);
/* publishing.c */
int command_ticket(struct run *, struct err *);

/* The owner's language, zone and now, for say.h; opens the templates once. */
int run_voice(struct run *, struct voice *, struct err *);
/* The same in English, as all is that commands print. */
int print_voice(struct run *, struct voice *, struct err *);
/* The table, ended by a row without a name. */
extern const struct command command_table[];

#endif
