/*
 * promised: holds companies to their word.  See promised(1).
 *
 * The command table, the options, and the one place that turns an error into
 * an exit status (sysexits.h).
 */
#include <ctype.h>
#include <getopt.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/datadir.h"
#include "base/log.h"
#include "commands.h"
#include "fitting.h"
#include "loading.h"
#include "opening.h"

static int command_help(struct run *, struct err *);

/* clang-format off */
const struct command command_table[] = {
    {"init", command_init, 0, "", "write a configuration and an empty store"},
    {"doctor", command_doctor, 0, "", "check everything, and say what to do about it"},
    {"login", command_login, NEEDS_SETTINGS, "[NAME]", "sign in where tokens are asked for (oauth-file)"},
    {"run", command_run, NEEDS_STORE, "", "stay: file what comes, send what is due"},
    {"once", command_once, NEEDS_STORE, "", "one pass of the same, for cron"},
    {"deliver", command_deliver, 0, "", "file one message from stdin"},
    {"filter", command_filter, 0, "", "file it, and copy it to stdout with X-Promised headers"},
    {"import", command_import, NEEDS_STORE, "PATH...", "file mbox files, Maildirs, folders of mail; send nothing"},
    {"scan", command_scan, NEEDS_RULES, "[FILE...]", "what the rules find in messages; no store"},
    {"when", command_when, NEEDS_RULES, "[TEXT]", "what a time phrase means"},
    {"original", command_original, NEEDS_RULES, "FILE...", "the original that a forward carries"},
    {"cases", command_cases, NEEDS_STORE, "", "the open cases (--all: closed ones too)"},
    {"case", command_case, NEEDS_STORE, "N", "one case as a timeline"},
    {"due", command_due, NEEDS_STORE, "", "what is owed, by whom and when"},
    {"why", command_why, NEEDS_STORE, "N.M", "the words, the rule and the arithmetic of a due date"},
    {"company", command_company, NEEDS_STORE, "[NAME]", "the scorecard: what was promised, kept, late and broken"},
    {"do", command_do, NEEDS_STORE, "N COMMAND", "any mail command, from the shell"},
    {"export", command_export, NEEDS_STORE, "N DIR",
	"the dossier of a case: a page, the mails, a manifest"},
    {"letter", command_letter, NEEDS_STORE, "N FILE",
	"the letter to the company as a PDF, to print and post"},
    {"ticket", command_ticket, NEEDS_STORE, "N DIR",
	"the virtual ticket of a case, for a web site"},
    {"site", command_site, NEEDS_STORE, "DIR",
	"all cases and companies as pages of your own"},
    {"verify", command_verify, 0, "DIR [SHA-256]",
	"whether a dossier is as it was written"},
    {"unfiled", command_unfiled, NEEDS_STORE, "", "mail that is in no case"},
    {"rules", command_rules, 0, "check [PATH]", "prove the rules; also: coverage FILE..., holidays YEAR..."},
    {"help", command_help, 0, "", "this list"},
    {NULL, NULL, 0, NULL, NULL},
};
/* clang-format on */

static int
command_help(struct run *run, struct err *err)
{
	const struct command *c;

	(void)err;
	fputs("usage: promised [-c FILE] [-n] COMMAND ...\n\n", run->out);
	for (c = command_table; c->name != NULL; c++)
		fprintf(run->out, "  %-9s %-12s %s\n", c->name, c->arguments,
		    c->summary);
	fputs("\nEach takes --json and --now TIME where they make sense; see "
	      "promised(1).\n",
	    run->out);
	return 0;
}

/* `promised` alone: what to do next. */
static int
next_step(struct run *run)
{
	char *path = settings_default_path(run->arena);

	if (run->options.config != NULL)
		path = arena_strdup(run->arena, run->options.config);
	if (access(path, F_OK) != 0)
		fprintf(run->out, "promised holds companies to their word.\n\n"
				  "Try it:     promised scan MAIL.eml\n"
				  "Begin:      promised init\n"
				  "All of it:  promised help\n");
	else
		fprintf(run->out,
		    "promised is set up (%s).\n\n"
		    "What is owed:    promised due\n"
		    "The cases:       promised cases\n"
		    "Get mail now:    promised once\n"
		    "Is all well:     promised doctor\n"
		    "All of it:       promised help\n",
		    path);
	return 0;
}

enum {
	OPT_NOW = 256,
	OPT_AT,
	OPT_JSON,
	OPT_REGION,
	OPT_LANGUAGE,
	OPT_ME,
	OPT_EXPLAIN,
	OPT_ALL,
	OPT_ADDRESS,
	OPT_NAME,
	OPT_TIMEZONE,
	OPT_STORE,
	OPT_TO,
	OPT_SYSLOG
};

static const struct option long_options[] = {
    {"now", required_argument, NULL, OPT_NOW},
    {"at", required_argument, NULL, OPT_AT},
    {"json", no_argument, NULL, OPT_JSON},
    {"region", required_argument, NULL, OPT_REGION},
    {"language", required_argument, NULL, OPT_LANGUAGE},
    {"me", required_argument, NULL, OPT_ME},
    {"explain", no_argument, NULL, OPT_EXPLAIN},
    {"all", no_argument, NULL, OPT_ALL},
    {"address", required_argument, NULL, OPT_ADDRESS},
    {"name", required_argument, NULL, OPT_NAME},
    {"timezone", required_argument, NULL, OPT_TIMEZONE},
    {"store", required_argument, NULL, OPT_STORE},
    {"to", required_argument, NULL, OPT_TO},
    {"syslog", no_argument, NULL, OPT_SYSLOG},
    {"config", required_argument, NULL, 'c'},
    {"dry-run", no_argument, NULL, 'n'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int
take_moment(const char *text, const char *option, struct moment *m, bool *has,
    struct err *err)
{
	day_t day;

	*has = moment_parse(text, m);
	if (!*has && day_parse(text, &day)) {
		*m = moment_at(day, 12 * 3600, 0);
		*has = true;
	}
	if (!*has)
		return err_set(err, EX_USAGE,
		    "%s %s: write it as 2026-03-02T10:15:00+00:00", option,
		    text);
	return 0;
}

static void
take_me(struct arena *a, struct strings *me, const char *text)
{
	char *addr = arena_strdup(a, text), *p;

	for (p = addr; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	strings_add(a, me, addr);
}

static int
take_option(
    struct arena *a, struct options *o, int c, char *arg, struct err *err)
{
	switch (c) {
	case 'c':
		o->config = arg;
		break;
	case 'n':
		o->dry_run = true;
		break;
	case 'v':
		o->verbose = true;
		break;
	case OPT_JSON:
		o->json = true;
		break;
	case OPT_EXPLAIN:
		o->explain = true;
		break;
	case OPT_ALL:
		o->all = true;
		break;
	case OPT_SYSLOG:
		o->syslog = true;
		break;
	case OPT_REGION:
		o->region = arg;
		break;
	case OPT_LANGUAGE:
		o->language = arg;
		break;
	case OPT_ADDRESS:
		o->address = arg;
		break;
	case OPT_NAME:
		o->name = arg;
		break;
	case OPT_TIMEZONE:
		o->timezone = arg;
		break;
	case OPT_TO:
		o->to = arg;
		break;
	case OPT_STORE:
		o->store = arg;
		break;
	case OPT_ME:
		take_me(a, &o->me, arg);
		break;
	case OPT_NOW:
		return take_moment(arg, "--now", &o->now, &o->has_now, err);
	case OPT_AT:
		return take_moment(arg, "--at", &o->at, &o->has_at, err);
	default:
		return err_set(err, EX_USAGE, "see `promised help`");
	}
	return 0;
}

/* Options may stand before and after the command; `do` ends them itself. */
static int
read_options(
    struct run *run, int argc, char **argv, bool *help, struct err *err)
{
	int c;

	opterr = 1;
	while (
	    (c = getopt_long(argc, argv, "c:nvh", long_options, NULL)) != -1) {
		if (c == 'h') {
			*help = true;
			continue;
		}
		if (take_option(run->arena, &run->options, c, optarg, err) != 0)
			return -1;
	}
	run->args = argv + optind;
	run->arg_count = (size_t)(argc - optind);
	return 0;
}

static const struct command *
find_command(const char *name)
{
	const struct command *c;

	for (c = command_table; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

/* Results are on stdout: that they arrived there is part of having done it. */
static int
close_stdout(struct err *err)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return err_errno(err, "writing the result");
	return 0;
}

static int
run_command(struct run *run, int argc, char **argv, struct err *err)
{
	const struct command *command;
	bool help = false;

	if (read_options(run, argc, argv, &help, err) != 0)
		return -1;
	log_open("promised",
	    run->options.verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO,
	    run->options.syslog);
	if (help)
		return command_help(run, err);
	if (run->arg_count == 0)
		return next_step(run);
	command = find_command(run->args[0]);
	if (command == NULL)
		return err_set(err, EX_USAGE,
		    "no command %s; `promised help` lists them", run->args[0]);
	run->args++;
	run->arg_count--;
	if (run_open(run, command->needs, err) != 0)
		return -1;
	load_keep(run);
	run->out = fitting_open(stdout, run->options.json);
	if (run->out == NULL)
		return err_errno(err, "standard output");
	return command->run(run, err);
}

int
main(int argc, char **argv)
{
	struct run run = {.arena = arena_new(), .out = stdout};
	struct err err = {0};
	int rc = run_command(&run, argc, argv, &err);

	if (run.out != stdout && run.out != NULL)
		fclose(run.out);
	if (close_stdout(rc == 0 ? &err : &(struct err){0}) != 0 && rc == 0)
		rc = -1;
	if (rc != 0)
		log_error("%s", err.text);
	run_close(&run);
	return rc == 0 ? EX_OK : err.code != 0 ? err.code : EX_SOFTWARE;
}
