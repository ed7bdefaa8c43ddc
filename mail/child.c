/* See child.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mail/child.h"

extern char **environ;

static void
close_pair(const int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

/* 0, or what posix_spawn(3) says. */
static int
spawn(pid_t *pid, const char *program, int in, int out)
{
	char path[PATH_MAX];
	char *const argv[] = {path, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int status;

	if (strlen(program) >= sizeof(path))
		return ENAMETOOLONG;
	strcpy(path, program);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	status =
	    posix_spawn(pid, program, &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return status;
}

int
child_start(struct child *c, const char *program, struct err *err)
{
	int to[2], from[2], status;

	*c = CHILD_NONE;
	if (pipe2(to, O_CLOEXEC) != 0)
		return err_errno(err, "making a pipe");
	if (pipe2(from, O_CLOEXEC) != 0) {
		err_errno(err, "making a pipe");
		close_pair(to);
		return -1;
	}
	status = spawn(&c->pid, program, to[0], from[1]);
	if (status != 0) {
		close_pair(to);
		close_pair(from);
		*c = CHILD_NONE;
		errno = status;
		return err_errno(
		    err, "starting %s (is promised installed whole?)", program);
	}
	close(to[0]);
	close(from[1]);
	c->to = to[1];
	c->from = from[0];
	return 0;
}

void
child_close(struct child *c)
{
	if (c->to >= 0)
		close(c->to);
	if (c->from >= 0)
		close(c->from);
	c->to = c->from = -1;
}

void
child_kill(struct child *c)
{
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	child_close(c);
	c->pid = 0;
}
