/*
 * See apart.h.
 *
 * Between the two processes is a pair of stream sockets.  Both ways a mail is
 * its length (eight bytes, this machine's order) and its bytes.  This side
 * never blocks but in poll(2): it could else wait for a reader that waits for
 * it.  The alarm of a reader ends it also when its parent is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/file.h"
#include "base/monotonic.h"
#include "mail/apart.h"

enum {
	/* Mails that a reader has at hand, lest it wait while its parent is at
	 * work for long; and as many as the socket may hold. */
	AHEAD = 16,
	AHEAD_BYTES = 384 * 1024,
	GRACE = 5, /* seconds beyond the reader's own alarm */
	NICE = 5, /* of readers beside each other */
};

enum state { IDLE, ASKED, GIVEN, DONE, FAILED };

struct job {
	struct apart_job face; /* first */
	enum state state;
	int deaths;
	int signal; /* that ended the last reader of it; 0: none */
	char *answer; /* as it comes in; NULL: not begun */
	struct job *next; /* in the queue */
};

struct reader {
	pid_t pid; /* 0: none */
	int fd;
	struct job *jobs[AHEAD]; /* the first is being read */
	size_t n;
	size_t sending; /* which of them is being sent; n: none */
	size_t sent; /* bytes of it, its length included */
	uint64_t length; /* of the answer */
	size_t got; /* bytes of it, its length included */
	int64_t deadline; /* for the first; milliseconds */
};

struct apart {
	apart_read read;
	void *arg;
	unsigned seconds;
	const char *const *readable;
	struct reader *readers;
	size_t count;
	struct job *queue;
	size_t jobs; /* in use */
	size_t bytes; /* of those that are asked and not answered */
	size_t answers; /* bytes of those that are answered */
	bool alone; /* no process can be had */
};

size_t
apart_processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > APART_READERS ? APART_READERS : (size_t)n;
}

/* --- The reader --- */

/* All of it; false at the end of the input. */
static bool
read_all(int fd, void *to, size_t size)
{
	char *p = to;

	while (size > 0) {
		ssize_t n = read(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return true;
}

/* What the parent has open is none of the reader's business. */
static void
keep_only(int fd)
{
	int none;

	if (fd > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, (unsigned)fd - 1, 0);
	close_range((unsigned)fd + 1, ~0U, 0);
	/* Only stderr is left of what it was started with. */
	none = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (none < 0)
		return;
	dup2(none, STDIN_FILENO);
	dup2(none, STDOUT_FILENO);
	close(none);
}

/* What the parent does about signals is not for the reader; a ^C is for the
 * parent, whose end ends this one. */
static void
set_signals(void)
{
	static const int fatal[] = {SIGALRM, SIGPIPE, SIGTERM, SIGHUP, SIGSEGV,
	    SIGBUS, SIGILL, SIGFPE, SIGABRT};
	size_t i;

	for (i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		signal(fatal[i], SIG_DFL);
	signal(SIGINT, SIG_IGN);
}

static _Noreturn void
serve(const struct apart *p, int fd)
{
	struct buf in = {0}, out = {0};
	uint64_t length;

	keep_only(fd);
	set_signals();
	/* They are many, and what they say is used by one. */
	if (p->count > 1)
		(void)setpriority(
		    PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + NICE);
	(void)confine(p->readable);
	while (read_all(fd, &length, sizeof(length))) {
		buf_clear(&in);
		buf_clear(&out);
		if (!read_all(fd, buf_room(&in, length), length))
			break;
		in.len = length;
		in.p[length] = '\0';
		alarm(p->seconds);
		p->read(p->arg, buf_view(&in), &out);
		alarm(0);
		length = out.len;
		if (file_write(fd, (struct slice){(const char *)&length,
				       sizeof(length)}) != 0 ||
		    file_write(fd, buf_view(&out)) != 0)
			break;
	}
	_exit(0);
}

/* --- Starting and ending one --- */

/* The system may give less (socket(7), wmem_max): then some of what the reader
 * has at hand is still here. */
static void
make_room(int fd)
{
	const int room = 2 * AHEAD_BYTES;

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
}

static int
start(struct apart *p, struct reader *r)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	make_room(pair[0]);
	make_room(pair[1]);
	memset(r, 0, sizeof(*r));
	r->pid = fork();
	if (r->pid == 0)
		serve(p, pair[1]);
	close(pair[1]);
	if (r->pid < 0) {
		close(pair[0]);
		r->pid = 0;
		return -1;
	}
	r->fd = pair[0];
	fcntl(r->fd, F_SETFL, O_NONBLOCK);
	return 0;
}

/* There is no more to be asked; state: DONE, with its answer, or FAILED. */
static void
settle(struct apart *p, struct job *j, enum state state, size_t length)
{
	j->state = state;
	p->bytes -= j->face.in.len;
	p->answers += length;
	j->face.out = (struct slice){j->answer, length};
	arena_free(j->face.arena);
	j->face.arena = NULL;
}

static void
enqueue(struct apart *p, struct job *j, bool first)
{
	struct job **at = &p->queue;

	while (!first && *at != NULL)
		at = &(*at)->next;
	j->state = ASKED;
	j->next = *at;
	*at = j;
}

static int
reap(struct reader *r)
{
	int status = 0;

	close(r->fd);
	kill(r->pid, SIGKILL);
	while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
		;
	r->pid = 0;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* The first of its mails has ended it; the others are for the next one. */
static void
bury(struct apart *p, struct reader *r, bool late)
{
	int by = reap(r);
	size_t i;

	for (i = r->n; i > 1; i--)
		enqueue(p, r->jobs[i - 1], true);
	if (r->n > 0) {
		struct job *j = r->jobs[0];

		j->signal = late ? SIGALRM : by;
		free(j->answer);
		j->answer = NULL;
		if (++j->deaths < APART_TRIES)
			enqueue(p, j, true);
		else
			settle(p, j, FAILED, 0);
	}
	r->n = 0;
}

/* --- Giving and taking --- */

static size_t
bytes_ahead(const struct reader *r)
{
	size_t i, bytes = 0;

	for (i = 0; i < r->n; i++)
		bytes += r->jobs[i]->face.in.len;
	return bytes;
}

static bool
has_room(const struct reader *r)
{
	return r->n == 0 || (r->n < AHEAD && bytes_ahead(r) < AHEAD_BYTES);
}

static void
set_deadline(const struct apart *p, struct reader *r)
{
	r->deadline = monotonic_ms() + 1000 * (int64_t)(p->seconds + GRACE);
}

static void
give(struct apart *p, struct reader *r)
{
	struct job *j = p->queue;

	p->queue = j->next;
	j->state = GIVEN;
	if (r->n == 0)
		set_deadline(p, r);
	r->jobs[r->n++] = j;
}

/* As even as can be: the reader with the fewest is next. */
static void
hand_out(struct apart *p)
{
	while (p->queue != NULL && !p->alone) {
		struct reader *best = NULL, *r;

		for (r = p->readers; r < p->readers + p->count; r++)
			if ((r->pid == 0 || has_room(r)) &&
			    (best == NULL || r->n < best->n))
				best = r;
		if (best == NULL)
			return;
		if (best->pid == 0 && start(p, best) != 0) {
			/* The others must do; or this process. */
			p->count--;
			*best = p->readers[p->count];
			p->alone = p->count == 0;
			continue;
		}
		give(p, best);
	}
}

/* Of the pieces all but the first `skip` bytes; how many are left. */
static size_t
rest_of(const struct slice *pieces, size_t n, size_t skip, struct iovec *rest)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		size_t sent = skip < pieces[i].len ? skip : pieces[i].len;
		const char *left = pieces[i].p + sent;

		skip -= sent;
		if (sent == pieces[i].len)
			continue;
		/* Nobody writes there, though the type would let him. */
		memcpy(&rest[count].iov_base, &left, sizeof(left));
		rest[count++].iov_len = pieces[i].len - sent;
	}
	return count;
}

/* Some of the next mail to send; false when that cannot be done. */
static bool
send_piece(struct reader *r)
{
	const struct apart_job *job = &r->jobs[r->sending]->face;
	uint64_t length = job->head.len + job->in.len;
	const struct slice pieces[] = {
	    {(const char *)&length, sizeof(length)}, job->head, job->in};
	struct iovec rest[sizeof(pieces) / sizeof(pieces[0])];
	struct msghdr message = {.msg_iov = rest};
	ssize_t n;

	message.msg_iovlen =
	    rest_of(pieces, sizeof(pieces) / sizeof(pieces[0]), r->sent, rest);
	n = sendmsg(r->fd, &message, MSG_NOSIGNAL);
	if (n < 0)
		return false;
	r->sent += (size_t)n;
	if (r->sent == sizeof(length) + length) {
		r->sending++;
		r->sent = 0;
	}
	return true;
}

/* False when the reader is gone. */
static bool
send_some(struct reader *r)
{
	while (r->sending < r->n)
		if (!send_piece(r))
			return errno == EAGAIN || errno == EINTR;
	return true;
}

static void
finish_first(struct apart *p, struct reader *r)
{
	settle(p, r->jobs[0], DONE, (size_t)r->length);
	r->n--;
	r->sending--;
	memmove(r->jobs, r->jobs + 1, r->n * sizeof(r->jobs[0]));
	r->got = 0;
}

/* Where the next bytes of the answer go; false when they are too many. */
static bool
answer_room(struct reader *r, char **to, size_t *left)
{
	struct job *j = r->jobs[0];
	size_t head = sizeof(r->length);

	if (r->got < head) {
		*to = (char *)&r->length + r->got;
		*left = head - r->got;
		return true;
	}
	if (r->length > APART_ANSWER)
		return false;
	if (j->answer == NULL)
		j->answer = mem_alloc((size_t)r->length);
	*to = j->answer + (r->got - head);
	*left = (size_t)r->length - (r->got - head);
	return true;
}

/* False when the reader is gone, or says what no reader says. */
static bool
take_some(struct apart *p, struct reader *r)
{
	char *to;
	size_t left;
	ssize_t n;

	for (;;) {
		/* Before a mail was sent whole there is nothing to say. */
		if (r->n > 0 && r->sending > 0) {
			if (!answer_room(r, &to, &left))
				return false;
		} else {
			char none;

			n = recv(r->fd, &none, 1, 0);
			return n < 0 && (errno == EAGAIN || errno == EINTR);
		}
		n = left == 0 ? 0 : recv(r->fd, to, left, 0);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0 && left > 0)
			return false;
		set_deadline(p, r);
		r->got += (size_t)n;
		if (r->got >= sizeof(r->length) &&
		    r->got - sizeof(r->length) == r->length)
			finish_first(p, r);
	}
}

static void
serve_reader(struct apart *p, struct reader *r, short events)
{
	if ((events & POLLOUT) != 0 && !send_some(r)) {
		bury(p, r, false);
		return;
	}
	if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && !take_some(p, r)) {
		bury(p, r, false);
		return;
	}
	if (r->n > 0 && monotonic_ms() > r->deadline)
		bury(p, r, true);
}

/* Does what can be done now; waits for something to do, when it may. */
static void
pump(struct apart *p, int timeout)
{
	struct pollfd fds[APART_READERS];
	struct reader *busy[APART_READERS], *r;
	nfds_t i, n = 0;

	hand_out(p);
	for (r = p->readers; r < p->readers + p->count; r++) {
		if (r->pid == 0 || r->n == 0)
			continue;
		fds[n].fd = r->fd;
		fds[n].events =
		    (short)(POLLIN | (r->sending < r->n ? POLLOUT : 0));
		fds[n].revents = 0;
		busy[n++] = r;
	}
	if (n == 0 || poll(fds, n, timeout) < 0)
		return;
	for (i = 0; i < n; i++)
		serve_reader(p, busy[i], fds[i].revents);
	hand_out(p);
}

/* --- The face --- */

struct apart *
apart_open(apart_read read, void *arg, size_t readers, unsigned seconds,
    const char *const *readable)
{
	struct apart *p = mem_alloc(sizeof(*p));

	memset(p, 0, sizeof(*p));
	p->read = read;
	p->arg = arg;
	p->seconds = seconds;
	p->readable = readable;
	p->count = readers > APART_READERS ? APART_READERS : readers;
	p->alone = p->count == 0;
	p->readers = mem_alloc(APART_READERS * sizeof(*p->readers));
	memset(p->readers, 0, APART_READERS * sizeof(*p->readers));
	return p;
}

static void
free_job(struct job *j)
{
	arena_free(j->face.arena);
	free(j->answer);
	free(j);
}

static void
free_queue(struct job *j)
{
	struct job *next;

	for (; j != NULL; j = next) {
		next = j->next;
		free_job(j);
	}
}

void
apart_close(struct apart *p)
{
	size_t i, k;

	if (p == NULL)
		return;
	for (i = 0; i < p->count; i++) {
		struct reader *r = &p->readers[i];

		if (r->pid != 0)
			(void)reap(r);
		for (k = 0; k < r->n; k++)
			free_job(r->jobs[k]);
	}
	free_queue(p->queue);
	free(p->readers);
	free(p);
}

struct apart_job *
apart_job(struct apart *p)
{
	struct job *j = mem_alloc(sizeof(*j));

	memset(j, 0, sizeof(*j));
	j->face.arena = arena_new();
	p->jobs++;
	return &j->face;
}

void
apart_ask(struct apart *p, struct apart_job *face, bool urgent)
{
	struct job *j = (struct job *)face;

	p->bytes += face->in.len;
	enqueue(p, j, urgent);
	pump(p, 0);
}

void
apart_pump(struct apart *p)
{
	pump(p, 0);
}

bool
apart_full(const struct apart *p)
{
	return p->jobs >= APART_JOBS || p->bytes >= APART_BYTES ||
	       p->answers >= APART_ANSWERS;
}

/* In this process, for want of another. */
static void
read_here(struct apart *p, struct job *j)
{
	struct buf in = {0}, out = {0};
	struct job **at = &p->queue;

	while (*at != NULL && *at != j)
		at = &(*at)->next;
	if (*at == j)
		*at = j->next;
	buf_slice(&in, j->face.head);
	buf_slice(&in, j->face.in);
	p->read(p->arg, buf_view(&in), &out);
	buf_free(&in);
	j->answer = out.p;
	settle(p, j, DONE, out.len);
}

bool
apart_ready(struct apart *p, const struct apart_job *face)
{
	const struct job *j = (const struct job *)face;

	pump(p, 0);
	return j->state == DONE || j->state == FAILED || p->alone;
}

int
apart_wait(struct apart *p, struct apart_job *face, struct err *err)
{
	struct job *j = (struct job *)face;

	while (j->state == ASKED || j->state == GIVEN) {
		if (p->alone)
			read_here(p, j);
		else
			pump(p, 1000);
	}
	/* While the caller is busy, the readers shall be, too. */
	pump(p, 0);
	if (j->state == DONE)
		return 0;
	if (j->signal == SIGALRM)
		return err_set(err, EX_DATAERR,
		    "reading it takes more than %u seconds", p->seconds);
	if (j->signal != 0)
		return err_set(
		    err, EX_DATAERR, "reading it ends by signal %d", j->signal);
	return err_set(err, EX_DATAERR, "reading it fails");
}

void
apart_drop(struct apart *p, struct apart_job *face)
{
	struct job *j = (struct job *)face;
	struct err ignored;

	/* It is somewhere on its way. */
	if (j->state == ASKED || j->state == GIVEN)
		(void)apart_wait(p, face, &ignored);
	p->jobs--;
	p->answers -= face->out.len;
	free_job(j);
}
