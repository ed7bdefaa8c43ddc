/* See publishing.h. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/datadir.h"
#include "base/hash.h"
#include "base/log.h"
#include "cases/publish.h"
#include "exporting.h"
#include "json.h"
#include "mail/upload.h"
#include "publishing.h"
#include "record/folder.h"
#include "record/page.h"
#include "record/redact.h"
#include "record/ticket.h"
#include "recording.h"

static const char *const pages[] = {"ticket.html", "ticket.svg", "feed.atom"};
static const char *const tombs[] = {"withdrawn.html", "withdrawn.svg", NULL};

enum { FILES = 4 }; /* of a ticket: the pages and ticket.json */

/* --- one ticket --- */

struct issue {
	struct run *run;
	struct arena *arena;
	const struct ticket_row *row;
	struct case_record record;
	struct released released;
	const char *path;
	bool changed;
	struct file {
		const char *name;
		const char *text; /* NULL: it is there no more */
	} files[FILES];
	size_t file_count;
};

static int
take_released(struct issue *t, struct err *err)
{
	struct run *run = t->run;
	struct released_row *v;
	int *numbers;
	size_t n;

	if (released_list(run->store, run->owner, t->arena, t->row->case_number,
		&v, &n, err) != 0)
		return -1;
	numbers = arena_calloc(t->arena, n, sizeof(*numbers));
	for (size_t i = 0; i < n; i++) {
		t->released.title = t->released.title || v[i].number == 0;
		numbers[t->released.quote_count++] = v[i].number;
	}
	t->released.quotes = numbers;
	return n == 0 ? 0
		      : plain_words_load(t->arena,
			    datadir_path(t->arena, "record/plain.words"),
			    &t->released.plain, err);
}

static int
collect(struct issue *t, struct err *err)
{
	struct run *run = t->run;

	if (store_begin(run->store, err) != 0)
		return -1;
	if (record_outline(
		run, t->arena, t->row->case_number, &t->record, err) == 0 &&
	    take_released(t, err) == 0 && store_commit(run->store, err) == 0)
		return 0;
	store_rollback(run->store);
	return -1;
}

/* Only what differs is written: a web server's caches live by that. */
static int
put(struct issue *t, const char *name, const char *text, struct err *err)
{
	int rc = file_update(arena_printf(t->arena, "%s/%s", t->path, name),
	    slice_of(text), err);

	t->changed = t->changed || rc == 1;
	t->files[t->file_count++] = (struct file){name, text};
	return rc < 0 ? -1 : 0;
}

static int
write_pages(struct issue *t, const struct values *values, struct err *err)
{
	const char *folder = page_folder(t->run, t->arena);

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		const char *from = t->row->live ? pages[i] : tombs[i];
		const char *text;

		if (from == NULL) { /* a feed that is gone */
			unlink(
			    arena_printf(t->arena, "%s/%s", t->path, pages[i]));
			t->files[t->file_count++] =
			    (struct file){pages[i], NULL};
			continue;
		}
		text = page_write(
		    t->arena, folder, NULL, from, ticket_schema, values, err);
		if (text == NULL || put(t, pages[i], text, err) != 0)
			return -1;
	}
	return put(t, "ticket.json",
	    json_ticket(t->arena, &t->record, &t->released, t->row->live), err);
}

/* dir/FOLDER, made when it is not there; others must be able to read it. */
static int
open_path(struct issue *t, struct err *err)
{
	const char *dir =
	    *t->row->dir != '\0' ? t->row->dir : t->run->settings.publish_dir;

	if (dir == NULL)
		return err_set(err, EX_CONFIG,
		    "case %d is to be published, but nothing says where: set "
		    "dir in [publish], or say `promised ticket %d DIR`",
		    t->row->case_number, t->row->case_number);
	t->path = arena_printf(t->arena, "%s/%s", dir, t->row->folder);
	if ((mkdir(dir, 0755) != 0 && errno != EEXIST) ||
	    (mkdir(t->path, 0755) != 0 && errno != EEXIST))
		return err_errno(err, "%s", t->path);
	return 0;
}

static int
issue(struct issue *t, struct err *err)
{
	struct values *values = values_new(t->arena);

	if (open_path(t, err) != 0 || collect(t, err) != 0)
		return -1;
	ticket_values(&t->record, &t->released, values);
	return write_pages(t, values, err);
}

/* --- all of them --- */

/* A script for the shell, with $1 and $2 (NULL: none of them).  1: it was
 * content; 0: it was not; -1 with err. */
static int
run_shell(const char *script, const char *one, const char *two, struct err *err)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return err_errno(err, "fork");
	if (pid == 0) {
		signal(SIGPIPE, SIG_DFL); /* ours alone is ignored */
		execl("/bin/sh", "sh", "-c", script, "sh", one, two,
		    (char *)NULL);
		_exit(EX_UNAVAILABLE);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(err, "waitpid");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The owner's own way to the web: rsync and the like. */
static int
run_command(struct run *run, struct err *err)
{
	const char *command = run->settings.publish_command;
	int rc = command == NULL ? 1 : run_shell(command, NULL, NULL, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return err_set(err, EX_UNAVAILABLE,
	    "the command of [publish] failed: %s", command);
}

/* --- onto the web --- */

/* The tickets of one pass; each folder that they lie in waits for the disk
 * once. */
struct pass {
	struct run *run;
	struct arena *arena;
	const char *dirty; /* the folder last written to; NULL: none yet */
	struct upload_settings web; /* borrowed by upload */
	struct upload *upload; /* NULL: there is no such server */
	char *secret;
};

static int
open_web(struct pass *p, struct err *err)
{
	const struct account *to = &p->run->settings.publish;
	bool is_token;

	if (to->url == NULL)
		return 0;
	if (account_secret(p->arena, to, &is_token, &p->secret, err) != 0)
		return -1;
	p->web = (struct upload_settings){
	    .program = datadir_program(p->arena, "promised-send"),
	    .url = to->url,
	    .password = is_token ? NULL : p->secret,
	    .token = is_token ? p->secret : NULL,
	    .ca_file = to->ca,
	    .pin = to->pin,
	};
	p->upload = upload_open(&p->web);
	return 0;
}

static void
close_web(struct pass *p)
{
	upload_close(p->upload);
	p->upload = NULL;
	if (p->secret != NULL)
		explicit_bzero(p->secret, strlen(p->secret));
	p->secret = NULL;
}

/* 1: it was put there or taken away; 0: it was as it should be; -1. */
static int
push_file(struct pass *p, struct issue *t, const struct file *f,
    const char *path, char hash[SHA256_HEX], struct err *err)
{
	uint8_t digest[SHA256_SIZE];
	const char *there;

	if (pushed_get(
		p->run->store, p->run->owner, t->arena, path, &there, err) != 0)
		return -1;
	if (f->text == NULL)
		return there == NULL                              ? 0
		       : upload_remove(p->upload, path, err) == 0 ? 1
								  : -1;
	sha256(slice_of(f->text), digest);
	hex_print(digest, sizeof(digest), hash);
	if (there != NULL && strcmp(there, hash) == 0)
		return 0;
	return upload_put(p->upload, path, slice_of(f->text), err) == 0 ? 1
									: -1;
}

/* What is on the server is written down file by file, so that what goes wrong
 * in between is made good by the next pass. */
static int
push(struct pass *p, struct issue *t, struct err *err)
{
	struct store *s = p->run->store;

	for (size_t i = 0; i < t->file_count; i++) {
		const struct file *f = &t->files[i];
		const char *path =
		    arena_printf(t->arena, "%s/%s", t->row->folder, f->name);
		char hash[SHA256_HEX];
		int rc = push_file(p, t, f, path, hash, err);

		if (rc < 0)
			return -1;
		if (rc == 0)
			continue;
		if (store_begin(s, err) != 0)
			return -1;
		if (pushed_set(s, p->run->owner, path,
			f->text == NULL ? NULL : hash, err) != 0 ||
		    store_commit(s, err) != 0) {
			store_rollback(s);
			return -1;
		}
	}
	return 0;
}

static void
settle(struct pass *p, const char *next)
{
	struct err e = {0};

	if (p->dirty != NULL && (next == NULL || strcmp(p->dirty, next) != 0) &&
	    file_settle(p->dirty, &e) != 0)
		log_error("%s", e.text);
	p->dirty = next;
}

static void
issue_one(struct pass *p, const struct ticket_row *row)
{
	struct issue t = {.run = p->run, .arena = arena_new(), .row = row};
	struct err e = {0};

	if (issue(&t, &e) != 0)
		log_error("ticket of case %d: %s", row->case_number, e.text);
	else if (t.changed)
		settle(p, row->dir[0] != '\0' ? row->dir
					      : p->run->settings.publish_dir);
	if (e.code == 0 && p->upload != NULL && push(p, &t, &e) != 0) {
		/* the others would fare no better; the next pass tries again */
		log_error("tickets are not on the web: %s", e.text);
		close_web(p);
	}
	arena_free(t.arena);
}

int
publish_due(struct run *run, struct err *err)
{
	struct pass p = {.run = run, .arena = arena_new()};
	struct ticket_row *v = NULL;
	struct err e = {0};
	size_t n = 0;
	int rc;

	if (run->options.dry_run) {
		arena_free(p.arena);
		return 0;
	}
	rc = tickets_list(run->store, run->owner, p.arena, &v, &n, err);
	if (rc == 0 && n > 0 && open_web(&p, &e) != 0)
		log_error("[publish]: %s", e.text);
	for (size_t i = 0; rc == 0 && i < n; i++)
		issue_one(&p, &v[i]);
	close_web(&p);
	if (p.dirty != NULL) {
		settle(&p, NULL);
		if (run_command(run, &e) != 0)
			log_error("%s", e.text);
	}
	arena_free(p.arena);
	return rc;
}

/* --- for doctor --- */

int
publish_check_dir(struct run *run, struct err *err)
{
	const char *dir = run->settings.publish_dir, *slash;

	if (dir == NULL)
		return err_set(err, EX_CONFIG,
		    "nothing says where tickets are written; set dir in "
		    "[publish]");
	if (access(dir, W_OK | X_OK) == 0)
		return 0;
	if (errno != ENOENT)
		return err_set(err, EX_CONFIG,
		    "%s: %s; let it be written by you, or change dir in "
		    "[publish]",
		    dir, strerror(errno));
	slash = strrchr(dir, '/'); /* it is made with the first ticket */
	if (access(slash == NULL ? "."
		   : slash == dir
		       ? "/"
		       : arena_strndup(run->arena, dir, (size_t)(slash - dir)),
		W_OK | X_OK) == 0)
		return 0;
	return err_set(err, EX_CONFIG,
	    "%s cannot be made; `mkdir -p %s`, or change dir in [publish]", dir,
	    dir);
}

int
publish_check_web(struct run *run, struct err *err)
{
	struct pass p = {.run = run, .arena = arena_new()};
	int rc = open_web(&p, err);

	if (rc == 0)
		rc = upload_check(p.upload, err);
	close_web(&p);
	arena_free(p.arena);
	return rc;
}

/* Its words can be read by a shell, and the first of them is known to it. */
int
publish_check_command(struct run *run, struct err *err)
{
	const char *command = run->settings.publish_command;
	size_t n = strcspn(command, " \t");
	bool plain = strcspn(command, "'\"\\$`(){}<>|&;=*?") >= n;
	const char *first = plain ? arena_strndup(run->arena, command, n) : ":";
	int rc = run_shell("sh -n -c \"$1\" 2>/dev/null && "
			   "command -v \"$2\" >/dev/null 2>&1",
	    command, first, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return err_set(err, EX_CONFIG,
	    "no shell could run \"%s\"; correct command in [publish], or "
	    "install what it names",
	    command);
}

/* --- ticket N DIR --- */

static int
begin_ticket(struct run *run, int number, const char *dir,
    struct ticket_row *row, struct err *err)
{
	struct change *c;
	char *whole = realpath(dir, NULL);
	const char *path =
	    whole == NULL ? NULL : arena_strdup(run->arena, whole);
	int rc;

	free(whole);
	if (path == NULL)
		return err_errno(err, "%s", dir);
	if (store_begin(run->store, err) != 0)
		return -1;
	c = change_begin(run->store, run->owner, run->arena, number,
	    ACTOR_OWNER, "publish", run->now.utc);
	rc = ticket_publish(c, number, path, err);
	if (rc == 0)
		rc = change_end(c, "the ticket is published", NULL, err);
	if (rc == 0)
		rc = ticket_get(run->store, run->owner, run->arena, number, row,
			 err) == 1
			 ? store_commit(run->store, err)
			 : -1;
	if (rc != 0)
		store_rollback(run->store);
	return rc;
}

int
command_ticket(struct run *run, struct err *err)
{
	struct ticket_row row = {0};
	struct issue t = {.run = run, .arena = run->arena, .row = &row};
	struct case_row c;
	char *end;
	long number;

	if (run->arg_count != 2)
		return err_set(err, EX_USAGE, "usage: promised ticket N DIR");
	number = strtol(run->args[0], &end, 10);
	if (*end != '\0' || number < 1 || number > 1000000000)
		return err_set(
		    err, EX_USAGE, "%s is no case's number", run->args[0]);
	if (ledger_case(
		run->store, run->owner, run->arena, (int)number, &c, err) != 0)
		return -1;
	if (mkdir(run->args[1], 0755) != 0 && errno != EEXIST)
		return err_errno(err, "%s", run->args[1]);
	if (begin_ticket(run, (int)number, run->args[1], &row, err) != 0 ||
	    issue(&t, err) != 0 || file_settle(t.path, err) != 0)
		return -1;
	fprintf(run->out,
	    "%s/ticket.html\n\n"
	    "To show it on a page of yours, put the folder on the web and "
	    "paste:\n\n"
	    "<a href=\"%s/ticket.html\"><img src=\"%s/ticket.svg\" "
	    "alt=\"how long %s takes\"></a>\n\n"
	    "Only dates, kinds and outcomes are on it.  `promised do %ld "
	    "publish %ld.1` adds the words of a promise, `unpublish` takes it "
	    "all back.\n",
	    t.path, row.folder, row.folder, c.company_domain, number, number);
	return 0;
}
