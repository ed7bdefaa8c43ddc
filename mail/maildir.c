/*
 * See source.h: Maildirs, read and written (D. J. Bernstein, "Using maildir
 * format"; subfolders as Maildir++ names them).
 *
 * Others work in the folder at the same time.  A mail that was renamed between
 * a look and a read, because its flags changed, is looked for by its unique
 * name; one that is gone is passed over.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "mail/source.h"

enum { NEW, CUR, FOLDERS };
static const char *const folder_names[FOLDERS] = {"new", "cur"};

struct entry {
	const char *name;
	int folder; /* NEW or CUR */
};

struct maildir {
	struct source base;
	struct arena *arena; /* of all below */
	const char *path;
	int fd, folder[FOLDERS];
	struct entry *v; /* sorted by name */
	size_t n, next;
};

/* The part of a name that never changes: what is before ":2,". */
static size_t
unique_length(const char *name)
{
	return strcspn(name, ":");
}

static int
by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* A folder of the Maildir to list; NULL with errno. */
static DIR *
open_list(int maildir, int which)
{
	int fd = openat(maildir, folder_names[which],
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir == NULL && fd >= 0)
		close(fd);
	return dir;
}

static int
list_folder(struct maildir *m, int which, struct err *err)
{
	DIR *dir = open_list(m->fd, which);
	struct dirent *entry;
	int fault;

	if (dir == NULL)
		return err_errno(err, "%s/%s", m->path, folder_names[which]);
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		m->v = arena_grow(m->arena, m->v, m->n, sizeof(*m->v));
		m->v[m->n].name = arena_strdup(m->arena, entry->d_name);
		m->v[m->n++].folder = which;
	}
	fault = errno;
	closedir(dir);
	errno = fault;
	if (fault != 0)
		return err_errno(err, "%s/%s", m->path, folder_names[which]);
	return 0;
}

static bool
same_mail(const char *name, const char *other)
{
	size_t n = unique_length(name);

	return unique_length(other) == n && memcmp(name, other, n) == 0;
}

/* The name that a mail has in cur by now, for free(); NULL with errno: ENOENT
 * when it is not there. */
static char *
find_in_cur(int maildir, const char *old)
{
	DIR *dir = open_list(maildir, CUR);
	struct dirent *entry;
	char *found = NULL;
	int fault;

	if (dir == NULL)
		return NULL;
	while (errno = 0, (entry = readdir(dir)) != NULL)
		if (same_mail(entry->d_name, old)) {
			found = strdup(entry->d_name);
			break;
		}
	fault = entry == NULL && errno == 0 ? ENOENT : errno;
	closedir(dir);
	errno = fault;
	return found;
}

/* --- reading -------------------------------------------------------------- */

static int
open_entry(const struct maildir *m, struct arena *arena, struct entry *e)
{
	const int how = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	int fd = openat(m->folder[e->folder], e->name, how);
	char *now;

	if (fd >= 0 || errno != ENOENT)
		return fd;
	now = find_in_cur(m->fd, e->name);
	if (now == NULL)
		return -1;
	e->name = arena_strdup(arena, now);
	e->folder = CUR;
	free(now);
	return openat(m->folder[CUR], e->name, how);
}

static const struct {
	char letter;
	enum source_flag flag;
} flag_letters[] = {
    {'D', SOURCE_DRAFT},
    {'F', SOURCE_FLAGGED},
    {'R', SOURCE_ANSWERED},
    {'S', SOURCE_SEEN},
    {'T', SOURCE_TRASHED},
};

static unsigned
flags_of(const char *name)
{
	const char *info = strstr(name, ":2,");
	unsigned flags = 0;
	size_t i;

	for (i = 0; i < sizeof(flag_letters) / sizeof(flag_letters[0]); i++)
		if (info != NULL &&
		    strchr(info, flag_letters[i].letter) != NULL)
			flags |= flag_letters[i].flag;
	return flags;
}

/* Asked before it is opened: of a large Maildir nearly all is old. */
static bool
is_old(const struct maildir *m, const struct entry *e)
{
	const struct source_since *since = &m->base.since;
	struct stat st;

	if (since->changed == 0 && since->received == 0)
		return false;
	return fstatat(m->folder[e->folder], e->name, &st,
		   AT_SYMLINK_NOFOLLOW) == 0 &&
	       source_passes_over(&m->base, &st);
}

static int
maildir_next(struct source *source, struct arena *arena,
    struct source_mail *mail, struct err *err)
{
	struct maildir *m = (struct maildir *)source;
	struct entry e;
	bool passed;
	int fd = -1, rc;

	do {
		if (m->next == m->n)
			return 0;
		e = m->v[m->next++];
		passed = is_old(m, &e);
		if (passed)
			continue;
		fd = open_entry(m, arena, &e);
		passed = fd < 0 && (errno == ENOENT || errno == ELOOP);
	} while (passed);
	mail->folder = folder_names[e.folder];
	mail->file =
	    arena_printf(arena, "%s/%s/%s", m->path, mail->folder, e.name);
	mail->uid = arena_strndup(arena, e.name, unique_length(e.name));
	mail->flags = flags_of(e.name);
	if (fd < 0)
		return err_errno(err, "%s", mail->file);
	rc = source_slurp(fd, mail->file, arena, mail, err);
	close(fd);
	return rc == 0 ? 1 : -1;
}

/* --- filing --------------------------------------------------------------- */

/* "UNIQUE:2,FLAGS" with S among the flags, which stand in ASCII order. */
static char *
seen_name(struct arena *arena, const char *name)
{
	const char *info = strstr(name, ":2,");
	const char *flags = info == NULL ? "" : info + 3;
	size_t before = 0;

	while (flags[before] != '\0' && flags[before] < 'S')
		before++;
	return arena_printf(arena, "%.*s:2,%.*sS%s", (int)unique_length(name),
	    name, (int)before, flags, flags + before + (flags[before] == 'S'));
}

static int
make_folder(int dir, const char *name, struct err *err)
{
	if (mkdirat(dir, name, 0700) != 0 && errno != EEXIST)
		return err_errno(err, "%s", name);
	return 0;
}

/* What makes a folder a Maildir. */
static int
make_folders(int dir, struct err *err)
{
	static const char *const names[] = {"tmp", "new", "cur"};
	int rc = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && rc == 0; i++)
		rc = make_folder(dir, names[i], err);
	return rc;
}

/* ".Filed" with its three folders; its cur, open, or -1. */
static int
open_subfolder(struct maildir *m, const char *folder, struct err *err)
{
	const int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	struct buf name = {0};
	int dir, cur = -1;
	size_t i;

	buf_printf(&name, ".%s", folder);
	for (i = 0; i < name.len; i++)
		if (name.p[i] == '/')
			name.p[i] = '.';
	if (name.len < 2 || name.p[1] == '.') {
		buf_free(&name);
		return err_set(err, EX_CONFIG,
		    "%s: no name for a folder: \"%s\"", m->path, folder);
	}
	if (make_folder(m->fd, name.p, err) == 0 &&
	    (dir = openat(m->fd, name.p, how)) >= 0) {
		if (make_folders(dir, err) == 0)
			cur = openat(dir, "cur", how);
		close(dir);
	}
	if (cur < 0)
		err_errno(err, "%s/%s", m->path, name.p);
	buf_free(&name);
	return cur;
}

/* Renames from new or cur to `to`; -1 with errno. */
static int
move(
    struct maildir *m, struct arena *arena, int which, const char *name, int to)
{
	char *seen = seen_name(arena, name), *now;
	int rc;

	if (renameat(m->folder[which], name, to, seen) == 0)
		return 0;
	if (errno != ENOENT)
		return -1;
	now = find_in_cur(m->fd, name);
	if (now == NULL) /* its owner may have moved or deleted it */
		return errno == ENOENT ? 0 : -1;
	rc = renameat(m->folder[CUR], now, to, seen_name(arena, now));
	free(now);
	return rc;
}

static int
maildir_filed(struct source *source, const struct source_mail *mail,
    const char *folder, struct err *err)
{
	struct maildir *m = (struct maildir *)source;
	int which = strcmp(mail->folder, "new") == 0 ? NEW : CUR, to, rc;
	const char *slash = strrchr(mail->file, '/');
	struct arena *arena;

	to = folder == NULL ? m->folder[CUR] : open_subfolder(m, folder, err);
	if (to < 0)
		return -1;
	arena = arena_new();
	rc = move(m, arena, which, slash == NULL ? mail->file : slash + 1, to);
	if (rc != 0)
		err_errno(err, "%s: marking it as filed", mail->file);
	arena_free(arena);
	if (folder != NULL)
		close(to);
	return rc;
}

/* --- opening -------------------------------------------------------------- */

static void
maildir_close(struct source *source)
{
	struct maildir *m = (struct maildir *)source;
	int i;

	for (i = 0; i < FOLDERS; i++)
		if (m->folder[i] >= 0)
			close(m->folder[i]);
	if (m->fd >= 0)
		close(m->fd);
	arena_free(m->arena);
	free(m);
}

static const struct source_kind maildir_kind = {
    "a Maildir", maildir_next, maildir_filed, maildir_close};

static int
open_folders(struct maildir *m, struct err *err)
{
	const int how = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int i;

	m->fd = open(m->path, how);
	for (i = 0; i < FOLDERS && m->fd >= 0; i++) {
		m->folder[i] = openat(m->fd, folder_names[i], how | O_NOFOLLOW);
		if (m->folder[i] < 0)
			break;
		if (list_folder(m, i, err) != 0)
			return -1;
	}
	if (m->fd >= 0 && i == FOLDERS)
		return 0;
	if (errno == ENOENT)
		return err_set(err, EX_NOINPUT,
		    "%s: there is no Maildir; correct the path, or make one: "
		    "mkdir -p %s/cur %s/new %s/tmp",
		    m->path, m->path, m->path, m->path);
	return err_errno(err, "%s: opening it as a Maildir", m->path);
}

struct source *
maildir_open(const char *path, struct err *err)
{
	struct maildir *m = mem_alloc(sizeof(*m));

	memset(m, 0, sizeof(*m));
	m->arena = arena_new();
	m->base.kind = &maildir_kind;
	m->base.name = arena_printf(m->arena, "maildir:%s", path);
	m->path = arena_strdup(m->arena, path);
	m->fd = m->folder[NEW] = m->folder[CUR] = -1;
	if (open_folders(m, err) != 0) {
		maildir_close(&m->base);
		return NULL;
	}
	if (m->n > 0)
		qsort(m->v, m->n, sizeof(*m->v), by_name);
	return &m->base;
}

/* --- delivery ------------------------------------------------------------- */

/* "1772446500.R0123456789abcdef.host": time, random, host. */
static int
unique_name(char *out, size_t room, struct err *err)
{
	struct timespec now;
	unsigned long long random;
	char host[64];
	size_t i;

	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return err_errno(err, "random bytes");
	if (gethostname(host, sizeof(host)) != 0)
		strcpy(host, "localhost");
	host[sizeof(host) - 1] = '\0';
	for (i = 0; host[i] != '\0'; i++)
		if (!isalnum((unsigned char)host[i]) &&
		    strchr("-._", host[i]) == NULL)
			host[i] = '_';
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(out, room, "%lld.M%06ldR%016llx.%s", (long long)now.tv_sec,
	    now.tv_nsec / 1000, random, host);
	return 0;
}

/* Opens dir, made with its three folders when it is missing. */
static int
open_or_make(const char *dir, struct err *err)
{
	int fd;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return err_errno(err, "%s", dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, "%s", dir);
	if (make_folders(fd, err) == 0)
		return fd;
	close(fd);
	return err_prefix(err, "%s", dir);
}

/* The entry of a new file is on the disk once its folder is synced. */
static int
sync_folder(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

static int
write_file(int dir, const char *name, struct slice bytes)
{
	int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc;

	if (fd < 0)
		return -1;
	rc = file_write(fd, bytes) == 0 ? fsync(fd) : -1;
	if (close(fd) != 0)
		rc = -1;
	return rc;
}

int
maildir_make(const char *dir, struct err *err)
{
	int fd = open_or_make(dir, err);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

int
maildir_check(const char *dir, struct err *err)
{
	char name[128], tmp[136];
	int fd, rc = 0;

	if (unique_name(name, sizeof(name), err) != 0)
		return -1;
	fd = open_or_make(dir, err);
	if (fd < 0)
		return err_prefix(err, "no mail can be put there; give another "
				       "folder, or its rights to this user");
	snprintf(tmp, sizeof(tmp), "tmp/%s", name);
	if (write_file(fd, tmp, slice_of("")) != 0)
		rc = err_errno(err, "no mail can be put there: %s", dir);
	unlinkat(fd, tmp, 0);
	close(fd);
	return rc;
}

/* 1: a reader has taken it from new/ already, and has perhaps given it flags;
 * 0; -1 with errno. */
static int
is_taken(int dir, const char *name)
{
	char *taken = find_in_cur(dir, name);

	if (taken == NULL)
		return errno == ENOENT ? 0 : -1;
	free(taken);
	return 1;
}

static int
deliver_as(int fd, const char *dir, const char *name, struct slice bytes,
    struct err *err)
{
	char temporary[128], tmp[136], new[136];
	int rc = 0;

	if (unique_name(temporary, sizeof(temporary), err) != 0)
		return -1;
	snprintf(tmp, sizeof(tmp), "tmp/%s", temporary);
	snprintf(new, sizeof(new), "new/%s", name == NULL ? temporary : name);
	if (write_file(fd, tmp, bytes) != 0 ||
	    renameat(fd, tmp, fd, new) != 0) {
		rc = err_errno(err, "%s/%s", dir, tmp);
		unlinkat(fd, tmp, 0);
	} else if (sync_folder(fd, "new") != 0) {
		err_errno(err, "%s/new", dir);
		rc = 1;
	}
	return rc;
}

int
maildir_deliver(
    const char *dir, const char *name, struct slice bytes, struct err *err)
{
	int fd = open_or_make(dir, err), taken, rc;

	if (fd < 0)
		return -1;
	taken = name == NULL ? 0 : is_taken(fd, name);
	rc = taken > 0    ? 0
	     : taken == 0 ? deliver_as(fd, dir, name, bytes, err)
			  : err_errno(err, "%s/cur", dir);
	close(fd);
	return rc;
}
