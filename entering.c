/*
 * Mail that is handed to us: filter, deliver, import.
 *
 * filter and deliver read the whole message first and file it in a child
 * process, so that whatever happens there, the message comes out (filter) or
 * the exit status tells the truth (deliver).  The child reports over a pipe:
 * the line "kept" when the message is safe in the store, then, when all is
 * decided, the headers to add and "done" with its exit status; nobody waits for
 * it to end then, unless it is "busy" with the image.  The mail itself is read
 * by a child of that one, which has nothing else (handover.h).
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "filing.h"
#include "handover.h"
#include "importing.h"
#include "leaving.h"
#include "loading.h"
#include "opening.h"
#include "mail/source.h"
#include "waiting.h"

enum {
	/* Above what file_bytes() of a pipe reads; the MTA's limit is lower. */
	MESSAGE_MOST = 256 << 20,
	/* A child that takes longer is ended; its message is kept or deferred. */
	CHILD_SECONDS = 25,
	REPORT_MOST = 64 << 10
};

/* --- the child --- */

static int
by_due(const struct obligation_found *a, const struct obligation_found *b)
{
	int64_t x = due_last(a->due, 0), y = due_last(b->due, 0);

	return x < y ? -1 : x > y;
}

/* One "X-Promised-Owed" for each obligation read, soonest first. */
static void
print_owed(FILE *out, const struct findings *f)
{
	const struct obligation_found *last = NULL;
	size_t i, done;

	for (done = 0; done < f->obligation_count; done++) {
		const struct obligation_found *next = NULL;
		char due[DATE_ROOM];

		for (i = 0; i < f->obligation_count; i++) {
			const struct obligation_found *o = &f->obligations[i];
			int to_last = last == NULL ? 1 : by_due(o, last);

			if (to_last < 0 || (to_last == 0 && o <= last))
				continue;
			if (next == NULL || by_due(o, next) < 0)
				next = o;
		}
		if (next == NULL)
			return;
		due_print(next->due, due);
		fprintf(out, "X-Promised-Owed: %s %s %s\n", who_name(next->who),
		    due[0] != '\0' ? due : "undated",
		    action_name(next->action));
		last = next;
	}
}

static void
print_names(
    FILE *out, const char *field, const struct signal_found *v, size_t n)
{
	size_t i;

	if (n == 0)
		return;
	fprintf(out, "X-Promised-%s: ", field);
	for (i = 0; i < n; i++)
		fprintf(out, "%s%s", i == 0 ? "" : ", ", v[i].name);
	putc('\n', out);
}

static void
print_headers(FILE *out, const struct filed *filed)
{
	const struct findings *f = filed->mail->findings;

	if (filed->case_number != 0)
		fprintf(out, "X-Promised-Case: %d\n", filed->case_number);
	if (filed->company != NULL)
		fprintf(out, "X-Promised-Company: %s\n", filed->company);
	print_owed(out, f);
	print_names(out, "Signals", f->signals, f->signal_count);
	print_names(out, "Manner", f->manner, f->manner_count);
}

/* Its reader works while the data files are looked at, the store is opened and
 * the mail is kept. */
static struct apart_job *
begin_reading(struct run *run, struct slice raw)
{
	struct apart_job *job = reader_job(run);

	reader_ask(run, job, raw, false);
	return job;
}

static int
file_in_child(struct run *run, struct slice raw, FILE *report, struct err *err)
{
	struct arrival arrival = {.raw = raw, .source = "stdin"};
	struct apart_job *job;
	struct filed filed;
	int changed;

	run->hurried = true;
	if (run_open(run, NEEDS_SETTINGS, err) != 0 || load_all(run, err) != 0)
		return -1;
	job = begin_reading(run, raw);
	changed = load_check(run, err);
	if (changed > 0)
		job = begin_reading(run, raw);
	if (changed < 0 || run_open_store(run, err) != 0)
		return -1;
	arrival.received = run->now.utc;
	run->on_kept = report;
	if (file_message(run, run->arena, &arrival, job, &filed, err) != 0)
		return -1;
	print_headers(report, &filed);
	return 0;
}

static _Noreturn void
child(struct run *run, struct slice raw, int fd)
{
	FILE *report = fdopen(fd, "w");
	struct err err = {0};
	int code = EX_OK;

	if (report == NULL)
		_exit(EX_TEMPFAIL);
	if (file_in_child(run, raw, report, &err) != 0) {
		log_error("%s", err.text);
		code = err.code;
	}
	if (run->image_new)
		fprintf(report, "busy\n");
	fprintf(report, "done %d\n", code);
	fclose(report);
	load_keep(run);
	_exit(code);
}

/* --- the parent --- */

struct outcome {
	int code;
	bool kept, done;
	bool busy; /* done, and goes on with the image */
	struct buf headers; /* lines to add */
};

/* Reads the child's report until it ends or its time is over. */
static void
read_report(int fd, struct buf *report)
{
	int64_t end = monotonic_ms() + CHILD_SECONDS * INT64_C(1000);

	for (;;) {
		struct pollfd p = {fd, POLLIN, 0};
		int64_t left = end - monotonic_ms();
		ssize_t n;

		if (left <= 0 || report->len > REPORT_MOST)
			return;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = read(fd, buf_room(report, 4096), 4096);
		if (n <= 0)
			return;
		report->len += (size_t)n;
		report->p[report->len] = '\0';
	}
}

static void
take_report(struct slice report, struct outcome *o)
{
	struct slice line;

	while (slice_line(&report, &line)) {
		if (slice_is(line, "kept"))
			o->kept = true;
		else if (slice_is(line, "busy"))
			o->busy = true;
		else if (slice_starts(line, "done ")) {
			o->code =
			    (int)strtol(line.p + strlen("done "), NULL, 10);
			o->done = true;
		} else if (slice_starts(line, "X-Promised-")) {
			buf_slice(&o->headers, line);
			buf_putc(&o->headers, '\n');
		}
	}
}

static int
child_code(pid_t pid, bool done)
{
	int status;

	if (!done)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EX_SOFTWARE;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	log_error("reading this mail took too long or ended by signal %d",
	    WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	return EX_TEMPFAIL;
}

/* Files raw in a child process; o->headers is the caller's to free. */
static void
file_apart(struct run *run, struct slice raw, struct outcome *o)
{
	struct buf report = {0};
	int fds[2];
	pid_t pid;

	memset(o, 0, sizeof(*o));
	o->code = EX_TEMPFAIL;
	if (pipe(fds) != 0)
		return;
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		child(run, raw, fds[1]);
	}
	close(fds[1]);
	if (pid > 0) {
		read_report(fds[0], &report);
		take_report(buf_view(&report), o);
		if (!o->done || o->busy)
			o->code = child_code(pid, o->done);
		buf_free(&report);
	}
	close(fds[0]);
}

/* --- filter --- */

static int
write_out(struct slice bytes, struct err *err)
{
	return file_write(STDOUT_FILENO, bytes) == 0
		   ? 0
		   : err_errno(err, "writing the message");
}

/* Takes one header line with its line end off *rest; empty at the body. */
static struct slice
header_line(struct slice *rest)
{
	const char *end = memchr(rest->p, '\n', rest->len);
	struct slice line = {
	    rest->p, end == NULL ? rest->len : (size_t)(end - rest->p) + 1};

	if (slice_trim(line).len == 0)
		line.len = 0;
	rest->p += line.len;
	rest->len -= line.len;
	return line;
}

/*
 * The message with our headers on top (below an mbox's "From " line) and those
 * that came with it gone; else byte for byte as it came.
 */
static int
write_filtered(struct slice raw, struct slice headers, struct err *err)
{
	struct buf out = {0};
	struct slice rest = raw, line;
	bool crlf, ours = false;
	int rc;

	if (slice_starts(rest, "From "))
		buf_slice(&out, header_line(&rest));
	line = rest;
	line = header_line(&line);
	crlf = line.len > 1 && line.p[line.len - 2] == '\r';
	while (slice_line(&headers, &line)) {
		buf_slice(&out, line);
		buf_puts(&out, crlf ? "\r\n" : "\n");
	}
	while ((line = header_line(&rest)).len > 0) {
		if (line.p[0] != ' ' && line.p[0] != '\t')
			ours = slice_starts_nocase(line, "X-Promised-");
		if (!ours)
			buf_slice(&out, line);
	}
	rc = write_out(buf_view(&out), err);
	buf_free(&out);
	return rc != 0 ? rc : write_out(rest, err);
}

/* Who passes a mail on does not give it again.  What is wrong with the store or
 * the settings themselves does not pass, and would let it pile up. */
static void
leave(struct run *run, struct slice raw, const struct outcome *o)
{
	const struct err why = {.code = o->code};
	struct err e = {0};

	if (o->kept || !err_passes(&why) || run->options.dry_run)
		return;
	if (run_open(run, NEEDS_SETTINGS, &e) != 0 ||
	    left_put(run, raw, &e) != 0)
		log_error("it is not filed: %s", e.text);
}

int
command_filter(struct run *run, struct err *err)
{
	struct buf raw = {0};
	struct outcome o = {.code = EX_DATAERR};
	int rc;

	/* What is larger, or cannot be read, was not taken: the caller has it. */
	if (file_bytes("-", MESSAGE_MOST, &raw, err) != 0)
		return -1;
	if (!message_plausible(buf_view(&raw))) {
		log_error("not a mail: it has no header field; passed on as "
			  "it came");
	} else {
		file_apart(run, buf_view(&raw), &o);
		leave(run, buf_view(&raw), &o);
	}
	rc = write_filtered(buf_view(&raw), buf_view(&o.headers), err);
	if (rc == 0 && o.code != EX_OK)
		rc = err_set(
		    err, o.code, "the message was passed on; see above");
	buf_free(&o.headers);
	buf_free(&raw);
	return rc;
}

/* --- deliver --- */

int
command_deliver(struct run *run, struct err *err)
{
	struct buf raw = {0};
	struct outcome o;
	int rc = 0;

	if (file_bytes("-", MESSAGE_MOST, &raw, err) != 0)
		return -1;
	if (!message_plausible(buf_view(&raw))) {
		buf_free(&raw);
		return err_set(
		    err, EX_DATAERR, "not a mail: it has no header field");
	}
	file_apart(run, buf_view(&raw), &o);
	if (o.kept && o.code != EX_OK)
		log_warn(
		    "the message is kept; `promised once` goes on with it");
	else if (o.code != EX_OK)
		rc = err_set(
		    err, o.code, "the message was not taken; see above");
	buf_free(&o.headers);
	buf_free(&raw);
	return rc;
}

/* --- import --- */

static int
import_path(
    struct run *run, const char *path, struct counts *counts, struct err *err)
{
	struct source *source = source_open_path(path, err);
	int rc;

	if (source == NULL)
		return -1;
	rc = file_history(run, source, counts, err);
	source_close(source);
	return rc;
}

int
command_import(struct run *run, struct err *err)
{
	struct counts counts = {0};
	struct err e = {0};
	size_t i;
	int rc = 0;

	if (run->arg_count == 0)
		return err_set(err, EX_USAGE, "usage: promised import PATH...");
	for (i = 0; i < run->arg_count && rc == 0; i++)
		rc = import_path(run, run->args[i], &counts, err);
	/* What was kept is decided, also when a later path cannot be read. */
	if (file_waiting(run, &counts, rc == 0 ? err : &e) != 0)
		rc = -1;
	fprintf(run->out,
	    "%zu mails: %zu in cases, %zu unfiled, %zu seen before, "
	    "%zu not taken\n",
	    counts.seen, counts.filed, counts.unfiled, counts.duplicates,
	    counts.failed);
	if (rc == 0 && counts.failed > 0)
		rc = err_set(err, EX_DATAERR,
		    "%zu mails were not taken; see above", counts.failed);
	return rc;
}
