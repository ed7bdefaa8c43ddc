/*
 * init writes a configuration and an empty store; doctor looks at all that
 * promised rests on and says, line by line, what is well and what to do.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/datadir.h"
#include "base/file.h"
#include "base/zone.h"
#include "cases/intake.h"
#include "commands.h"
#include "loading.h"
#include "mail/source.h"
#include "publishing.h"
#include "reading.h"
#include "servers.h"
#include "vouching.h"

/* The name of the system's zone; "UTC" when it does not tell. */
static const char *
system_zone(struct arena *a)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/etc/localtime", path, sizeof(path) - 1);
	char *zone;

	if (n <= 0)
		return "UTC";
	path[n] = '\0';
	zone = strstr(path, "zoneinfo/");
	if (zone == NULL || !zone_known(zone + 9) ||
	    strncmp(zone + 9, "Etc/", 4) == 0)
		return "UTC";
	return arena_strdup(a, zone + 9);
}

/* The country of a zone by the system's zone.tab, "none" when unknown. */
static const char *
zone_region(struct arena *a, const char *zone)
{
	FILE *f = fopen("/usr/share/zoneinfo/zone.tab", "re");
	char line[512];
	const char *region = "none";

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		char *country = strtok(line, "\t");
		char *where = strtok(NULL, "\t");
		char *name = strtok(NULL, "\t\n");

		(void)where;
		if (name == NULL || line[0] == '#' || strcmp(name, zone) != 0)
			continue;
		region = arena_strdup(a, country);
		break;
	}
	if (f != NULL)
		fclose(f);
	return region;
}

/* On a terminal: asks, with a proposal; else the proposal. */
static const char *
ask(struct arena *a, const char *what, const char *proposal)
{
	char line[512];

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return proposal;
	printf("%s%s%s%s: ", what, proposal != NULL ? " [" : "",
	    proposal != NULL ? proposal : "", proposal != NULL ? "]" : "");
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return proposal;
	line[strcspn(line, "\r\n")] = '\0';
	return line[0] == '\0' ? proposal : arena_strdup(a, line);
}

struct answers {
	const char *address, *name, *timezone, *region, *store;
};

static int
collect_answers(struct run *run, struct answers *w, struct err *err)
{
	struct options *o = &run->options;
	struct arena *a = run->arena;
	const char *zone;

	w->address =
	    o->address != NULL ? o->address : ask(a, "Your mail address", NULL);
	if (w->address == NULL || strchr(w->address, '@') == NULL ||
	    strpbrk(w->address, "\r\n;#") != NULL)
		return err_set(err, EX_USAGE,
		    "init needs your address: --address you@example.org");
	w->name = o->name != NULL ? o->name : ask(a, "Your name", "");
	zone = system_zone(a);
	w->timezone =
	    o->timezone != NULL ? o->timezone : ask(a, "Your time zone", zone);
	if (!zone_known(w->timezone))
		return err_set(err, EX_USAGE,
		    "time zone %s is not known; one is Europe/London",
		    w->timezone);
	w->region = o->region != NULL ? o->region
				      : ask(a, "Region of your public holidays",
					    zone_region(a, w->timezone));
	w->store = o->store != NULL ? o->store : settings_default_store(a);
	return 0;
}

/* Replaces @key@ in the template by the answers. */
static void
fill_in(struct buf *out, struct slice template, const struct answers *w)
{
	const struct {
		const char *key, *value;
	} fields[] = {{"@address@", w->address}, {"@name@", w->name},
	    {"@timezone@", w->timezone}, {"@region@", w->region},
	    {"@store@", w->store}};
	size_t i, k;

	for (i = 0; i < template.len;) {
		struct slice rest = {template.p + i, template.len - i};

		for (k = 0; k < sizeof(fields) / sizeof(fields[0]); k++)
			if (slice_starts(rest, fields[k].key))
				break;
		if (k == sizeof(fields) / sizeof(fields[0])) {
			buf_putc(out, template.p[i++]);
			continue;
		}
		buf_puts(out, fields[k].value);
		i += strlen(fields[k].key);
	}
}

static int
is_there(const char *path, struct err *err)
{
	return err_set(err, EX_CANTCREAT,
	    "%s is there already and is left alone; edit it, or name "
	    "another with -c",
	    path);
}

/* The Maildirs that the new configuration reads from, by its own word. */
static int
make_mailboxes(struct run *run, const char *path, struct err *err)
{
	static const char maildir[] = "maildir:";
	struct settings *s = &run->settings;
	size_t i;

	if (settings_read(run->arena, path, s, err) != 0)
		return -1;
	for (i = 0; i < s->mailbox_count; i++) {
		const char *url = s->mailboxes[i].url;

		if (!slice_starts(slice_of(url), maildir))
			continue;
		url += sizeof(maildir) - 1;
		if (maildir_make(url, err) != 0)
			return -1;
		fprintf(run->out, "made  %s/\n", url);
	}
	return 0;
}

/* The configuration comes last, and in one step: until it is there, init can be
 * said again. */
static int
make_all(struct run *run, const char *path, const struct answers *answers,
    struct slice text, struct err *err)
{
	const char *draft = arena_printf(run->arena, "%s.new", path);
	struct store *store;

	if (file_folders(path, err) != 0 ||
	    file_folders(answers->store, err) != 0 ||
	    file_create(draft, 0600, text, true, err) != 0)
		return -1;
	store = store_open(answers->store, STORE_CREATE, err);
	if (store == NULL)
		return -1;
	store_close(store);
	fprintf(run->out, "wrote %s\n", answers->store);
	if (make_mailboxes(run, draft, err) != 0)
		return -1;
	if (link(draft, path) != 0)
		return errno == EEXIST ? is_there(path, err)
				       : err_errno(err, "%s", path);
	unlink(draft);
	fprintf(run->out, "wrote %s\n", path);
	return 0;
}

/* So that the first mail finds the rules as all others do; what is wrong with
 * them is told then. */
static void
make_image(struct run *run)
{
	struct err told_later;

	if (load_all(run, &told_later) == 0)
		load_keep(run);
}

int
command_init(struct run *run, struct err *err)
{
	struct arena *a = run->arena;
	const char *path = run->options.config;
	struct buf template = {0}, text = {0};
	struct answers answers = {0};
	int rc = 0;

	if (path == NULL)
		path = settings_default_path(a);
	if (access(path, F_OK) == 0)
		return is_there(path, err);
	if (collect_answers(run, &answers, err) != 0 ||
	    file_bytes(datadir_path(a, "examples/config"), 1 << 20, &template,
		err) != 0)
		return -1;
	fill_in(&text, buf_view(&template), &answers);
	buf_free(&template);
	if (run->options.dry_run) {
		fprintf(run->out, "would write %s:\n%s", path, text.p);
	} else if ((rc = make_all(run, path, &answers, buf_view(&text), err)) ==
		   0) {
		make_image(run);
		fprintf(run->out,
		    "\nNext: put a company's mail into that Maildir and say "
		    "`promised once`;\nor name your mailbox in %s. `promised "
		    "doctor` checks it.\n",
		    path);
	}
	buf_free(&text);
	return rc;
}

/* One line of doctor's report; returns how bad it is. */
static int
report(struct run *run, const char *what, int rc, const struct err *err,
    const char *detail)
{
	if (rc == 0)
		fprintf(run->out, "ok    %-10s %s\n", what, detail);
	else
		fprintf(run->out, "WRONG %-10s %s\n", what, err->text);
	return rc == 0 ? 0 : 1;
}

/* A clock that is years off would call every promise lapsed. */
static int
check_clock(struct run *run)
{
	const int64_t released = 1767225600; /* 2026-01-01: we are younger */
	char text[DATE_ROOM];
	struct err err = {0};
	int rc = 0;

	if (time(NULL) < released)
		rc = err_set(&err, EX_CONFIG,
		    "the clock says %s; set it, or every due date is wrong",
		    moment_print(run->now, text));
	return report(run, "clock", rc, &err, moment_print(run->now, text));
}

static int
check_store(struct run *run)
{
	struct err err = {0};
	int rc;

	run->store = store_open(run->settings.store, STORE_WRITE, &err);
	rc = run->store == NULL ? -1 : store_check(run->store, &err);
	if (rc == 0)
		rc = store_owner(
		    run->store, run->settings.id, &run->owner, &err);
	return report(run, "store", rc, &err, run->settings.store);
}

/* Those that end whatever reads them, time and again. */
static int
check_mail(struct run *run)
{
	struct err err = {0};
	int64_t n = 0;
	int rc = intake_given_up(run->store, run->owner, &n, &err);

	if (rc == 0 && n > 0)
		rc = err_set(&err, EX_DATAERR,
		    "%lld mails ended their reader each time; they are kept as "
		    "they came (`promised unfiled`), and nothing is read in "
		    "them",
		    (long long)n);
	return report(run, "mail", rc, &err, "all could be read");
}

static int
check_servers(struct run *run)
{
	struct settings *s = &run->settings;
	struct err err = {0};
	size_t i;
	int bad = 0;

	for (i = 0; i < s->mailbox_count; i++)
		bad += report(run, "mailbox",
		    mailbox_check(run, &s->mailboxes[i], &err), &err,
		    s->mailboxes[i].url);
	bad += report(run, "send", send_check(run, &err), &err, s->send.url);
	return bad;
}

/* What is named in [publish], and nothing else. */
static int
check_publish(struct run *run)
{
	const struct settings *s = &run->settings;
	const struct {
		const char *named;
		publish_check *check;
	} keys[] = {{s->publish_dir, publish_check_dir},
	    {s->publish.url, publish_check_web},
	    {s->publish_command, publish_check_command}};
	struct err err = {0};
	int bad = 0;

	if (s->publish_dir == NULL &&
	    (s->publish.url != NULL || s->publish_command != NULL))
		bad += report(
		    run, "publish", publish_check_dir(run, &err), &err, "");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].named != NULL)
			bad += report(run, "publish", keys[i].check(run, &err),
			    &err, keys[i].named);
	return bad;
}

static int
check_trust(struct run *run)
{
	struct settings *s = &run->settings;
	struct err err = {0};

	if (!s->check_dkim)
		return 0;
	return report(run, "dkim", signatures_ready(run, &err), &err,
	    s->resolver == NULL ? "keys are asked of the system's resolver"
				: s->resolver);
}

/* --- login --- */

/* The account of that name, or the first that has to sign in at all. */
static const struct account *
account_to_sign_in(const struct settings *s, const char *name)
{
	const struct account *found = NULL;
	size_t i;

	for (i = 0; i <= s->mailbox_count && found == NULL; i++) {
		const struct account *a =
		    i < s->mailbox_count ? &s->mailboxes[i] : &s->send;
		const char *is = i < s->mailbox_count ? a->name : "send";

		if (a->oauth_file != NULL &&
		    (name == NULL || strcmp(name, is) == 0))
			found = a;
	}
	return found;
}

/* What it says and waits for is between the owner and promised-oauth. */
int
command_login(struct run *run, struct err *err)
{
	const char *name = run->arg_count > 0 ? run->args[0] : NULL;
	const struct account *account =
	    account_to_sign_in(&run->settings, name);
	const char *program;

	if (account == NULL)
		return err_set(err, EX_CONFIG,
		    "no mailbox%s%s and no [send] of that name has an "
		    "oauth-file",
		    name == NULL ? "" : " ", name == NULL ? "" : name);
	program = datadir_program(run->arena, "promised-oauth");
	fflush(run->out);
	execl(program, "promised-oauth", "login", account->oauth_file,
	    (char *)NULL);
	return err_errno(err, "%s", program);
}

int
command_doctor(struct run *run, struct err *err)
{
	const char *path = run->options.config;
	struct err e = {0};
	int bad, rc;

	if (path == NULL)
		path = settings_default_path(run->arena);
	rc = settings_read(run->arena, path, &run->settings, &e);
	bad = report(run, "config", rc, &e, path);
	if (bad > 0) /* all below would be looked for in the wrong place */
		return err_set(err, EX_CONFIG,
		    "the config is wrong: see above; the rest can be looked "
		    "at when that is mended");
	run->now = run->options.has_now ? run->options.now
					: zone_moment(run->settings.timezone,
					      (int64_t)time(NULL));
	bad += check_clock(run);
	rc = load_rules(run, &e);
	bad += report(run, "rules", rc, &e, datadir_path(run->arena, "rules"));
	rc = run_voice(run, &(struct voice){0}, &e);
	bad += report(run, "templates", rc, &e,
	    datadir_path(run->arena, "examples/templates"));
	rc = check_store(run);
	bad += rc == 0 ? check_mail(run) : rc;
	bad += check_servers(run);
	bad += check_publish(run);
	bad += check_trust(run);
	if (bad > 0)
		return err_set(err, EX_CONFIG, "%d %s wrong: see above", bad,
		    bad == 1 ? "thing is" : "things are");
	return 0;
}
