/*
 * Delivery by a sendmail command (see deliver.h).
 *
 * The command is cut into words here, and no shell sees anything (CWE-78).
 * "-i -f FROM -- TO..." is added, which Postfix, Exim, OpenSMTPD, dma, msmtp
 * and nullmailer all know.  The mail is its stdin, as a whole file: of a pipe
 * that breaks because promised was killed, the command would take the half
 * for the whole and send it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "mail/deliver.h"
#include "mail/deliver_kinds.h"
#include "mail/encode.h"

enum { WORDS_MOST = 64, SAID_MOST = 300 };

struct command {
	struct arena *arena;
	char **word;
	size_t n;
	int timeout_s;
};

extern char **environ;

/* The command line. */

/* One word off *p, as a shell would take it: '...', "..." and backslash. */
static int
take_word(const char **p, struct buf *word, struct err *err)
{
	char quote = '\0';

	buf_puts(word, "");
	for (; **p != '\0' && (quote != '\0' || **p != ' '); (*p)++) {
		if (quote == '\0' && (**p == '\'' || **p == '"')) {
			quote = **p;
		} else if (**p == quote) {
			quote = '\0';
		} else {
			if (**p == '\\' && quote != '\'' && (*p)[1] != '\0')
				(*p)++;
			buf_putc(word, **p);
		}
	}
	if (quote == '\0')
		return 0;
	return err_set(err, EX_CONFIG, "sendmail: a %c is missing", quote);
}

static int
split(struct command *c, const char *p, struct err *err)
{
	struct buf word = {0};

	while (p += strspn(p, " "), *p != '\0') {
		if (take_word(&p, &word, err) < 0) {
			buf_free(&word);
			return -1;
		}
		c->word = arena_grow(c->arena, c->word, c->n, sizeof(*c->word));
		c->word[c->n++] = buf_keep(&word, c->arena);
	}
	if (c->n == 0 || c->n > WORDS_MOST)
		return err_set(err, EX_CONFIG,
		    "sendmail: wants a command of 1 to %d words", WORDS_MOST);
	return 0;
}

void *
deliver_command_open(
    const struct delivery_settings *s, const char *line, struct err *err)
{
	struct command *c = mem_alloc(sizeof(*c));

	*c = (struct command){.arena = arena_new(),
	    .timeout_s = s->timeout_s > 0 ? s->timeout_s : DELIVERY_TIMEOUT};
	if (split(c, line, err) == 0)
		return c;
	deliver_command_close(c);
	return NULL;
}

void
deliver_command_close(void *state)
{
	struct command *c = state;

	arena_free(c->arena);
	free(c);
}

/* Finding it, as posix_spawnp(3) will. */

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, X_OK) == 0;
}

static bool
is_in_path(struct arena *arena, const char *name)
{
	const char *path = getenv("PATH");
	char *rest, *one;

	rest = arena_strdup(arena, path != NULL ? path : "/bin:/usr/bin");
	while ((one = strsep(&rest, ":")) != NULL)
		if (is_program(arena_printf(
			arena, "%s/%s", *one == '\0' ? "." : one, name)))
			return true;
	return false;
}

int
deliver_command_check(void *state, struct err *err)
{
	const struct command *c = state;
	const char *name = c->word[0];

	if (strchr(name, '/') != NULL ? is_program(name)
				      : is_in_path(c->arena, name))
		return 0;
	return err_set(err, EX_CONFIG,
	    "sendmail: %s is no program here; install it, or write its whole "
	    "path into the url of [send] (most often "
	    "sendmail:/usr/sbin/sendmail)",
	    name);
}

/* Running it. */

static char **
arguments(struct command *c, struct arena *arena, const struct delivery_mail *m)
{
	char **argv =
	    arena_calloc(arena, c->n + m->to_count + 5, sizeof(*argv));
	size_t i, n = c->n;

	memcpy(argv, c->word, c->n * sizeof(*argv));
	argv[n++] = arena_strdup(arena, "-i");
	argv[n++] = arena_strdup(arena, "-f");
	argv[n++] = arena_strdup(arena, m->from[0] == '\0' ? "<>" : m->from);
	argv[n++] = arena_strdup(arena, "--");
	for (i = 0; i < m->to_count; i++)
		argv[n++] = arena_strdup(arena, m->to[i]);
	return argv;
}

/* A file without a name that holds the mail, at its start. */
static FILE *
mail_file(struct slice bytes, struct err *err)
{
	struct buf lines = {0};
	FILE *f = tmpfile();

	encode_unix_lines(&lines, bytes);
	if (f != NULL &&
	    (fwrite(lines.p, 1, lines.len, f) != lines.len || fflush(f) != 0 ||
		lseek(fileno(f), 0, SEEK_SET) != 0)) {
		fclose(f);
		f = NULL;
	}
	buf_free(&lines);
	if (f == NULL) {
		err_errno(err, "a temporary file for the mail");
		err->code = EX_TEMPFAIL;
	}
	return f;
}

/* stdout and stderr go to said.  The program's own signals are as a shell
 * would leave them, and ^C is for promised alone. */
static int
spawn(pid_t *pid, char **argv, FILE *mail, FILE *said, struct err *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, pipe_only;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fileno(mail), 0);
	posix_spawn_file_actions_adddup2(&actions, fileno(said), 1);
	posix_spawn_file_actions_adddup2(&actions, fileno(said), 2);
	sigemptyset(&none);
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &pipe_only);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
						  POSIX_SPAWN_SETSIGDEF |
						  POSIX_SPAWN_SETPGROUP);
	status =
	    posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (status == 0)
		return 0;
	errno = status;
	err_errno(err, "sendmail: %s", argv[0]);
	err->code = EX_CONFIG;
	return -1;
}

/* Its wait status, or -1 when it took too long and was killed. */
static int
wait_end(pid_t pid, int seconds)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), n = 1, status = 0;
	struct pollfd p = {fd, POLLIN, 0};

	if (fd >= 0) {
		do
			n = poll(&p, 1, seconds * 1000);
		while (n < 0 && errno == EINTR);
		close(fd);
	}
	if (n == 0)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return n == 0 ? -1 : status;
}

/* What the exit codes of sysexits.h, and of qmail, say about the mail.  All
 * others, and a death by signal, say nothing. */
static const struct {
	int status;
	enum delivered result;
	int code;
} meanings[] = {
    {EX_OK, DELIVERED_SENT, 0},
    {EX_USAGE, DELIVERED_FAILED, EX_CONFIG},
    {EX_DATAERR, DELIVERED_FAILED, EX_DATAERR},
    {EX_NOINPUT, DELIVERED_FAILED, EX_DATAERR},
    {EX_NOUSER, DELIVERED_FAILED, EX_UNAVAILABLE},
    {EX_NOPERM, DELIVERED_FAILED_TEMP, EX_NOPERM},
    {EX_CONFIG, DELIVERED_FAILED_TEMP, EX_CONFIG},
    {EX_NOHOST, DELIVERED_FAILED_TEMP, EX_TEMPFAIL},
    {EX_UNAVAILABLE, DELIVERED_FAILED_TEMP, EX_TEMPFAIL},
    {EX_OSERR, DELIVERED_FAILED_TEMP, EX_TEMPFAIL},
    {EX_OSFILE, DELIVERED_FAILED_TEMP, EX_TEMPFAIL},
    {EX_CANTCREAT, DELIVERED_FAILED_TEMP, EX_TEMPFAIL},
    {EX_TEMPFAIL, DELIVERED_FAILED_TEMP, EX_TEMPFAIL},
    {127, DELIVERED_FAILED_TEMP, EX_CONFIG}, /* a wrapper found no program */
    {100, DELIVERED_FAILED, EX_UNAVAILABLE}, /* qmail-inject(8) */
    {111, DELIVERED_FAILED_TEMP, EX_TEMPFAIL},
};

/* The beginning of what it said, in one line. */
static void
read_said(FILE *said, char out[SAID_MOST])
{
	ssize_t n = pread(fileno(said), out, SAID_MOST - 1, 0);
	ssize_t i;

	if (n < 0)
		n = 0;
	for (i = 0; i < n; i++)
		if ((unsigned char)out[i] < ' ' || out[i] == 0x7f)
			out[i] = ' ';
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

static enum delivered
meaning(const char *program, int status, FILE *said, struct err *err)
{
	char text[SAID_MOST];
	size_t i;

	read_said(said, text);
	if (status == -1 || WIFSIGNALED(status)) {
		err_set(err, EX_IOERR,
		    "%s was ended by a signal or took too long: %s", program,
		    text);
		return DELIVERED_UNKNOWN;
	}
	err_set(err, EX_IOERR, "%s ended with status %d%s%s", program,
	    WEXITSTATUS(status), text[0] == '\0' ? "" : ": ", text);
	for (i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if (meanings[i].status == WEXITSTATUS(status)) {
			err->code = meanings[i].code;
			return meanings[i].result;
		}
	return DELIVERED_UNKNOWN;
}

static enum delivered
run(struct command *c, struct arena *arena, const struct delivery_mail *m,
    FILE *mail, FILE *said, struct err *err)
{
	pid_t pid;

	if (m->handing(m->arg, err) < 0 ||
	    spawn(&pid, arguments(c, arena, m), mail, said, err) < 0)
		return DELIVERED_FAILED_TEMP;
	return meaning(c->word[0], wait_end(pid, c->timeout_s), said, err);
}

enum delivered
deliver_command_send(void *state, const struct delivery_mail *m,
    char answer[DELIVERY_ANSWER], struct err *err)
{
	enum delivered result = DELIVERED_FAILED_TEMP;
	struct arena *arena = arena_new();
	FILE *mail = mail_file(m->bytes, err), *said = tmpfile();

	(void)answer;
	if (said == NULL)
		err_errno(err, "a temporary file");
	if (mail != NULL && said != NULL)
		result = run(state, arena, m, mail, said, err);
	if (result == DELIVERED_SENT)
		err->code = 0;
	if (mail != NULL)
		fclose(mail);
	if (said != NULL)
		fclose(said);
	arena_free(arena);
	return result;
}
