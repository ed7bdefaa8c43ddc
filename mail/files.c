/*
 * See source.h: mails in files of their own, and mboxes among them.
 *
 * Folders are walked with a stack of open descriptors, each name opened in
 * its folder without following links, so that nobody who may write there can
 * lead the walk elsewhere between a look and a read.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "mail/source.h"

struct level {
	int fd;
	struct arena *arena; /* of the names */
	const char **names; /* sorted */
	size_t n, next;
	const char *path; /* as shown, without the root */
};

struct files {
	struct source base;
	char *name, *root; /* owned */
	int file; /* a single file; else -1 */
	struct level stack[SOURCE_DEPTH];
	size_t depth;
	struct source *mbox; /* in which we are, or NULL */
	char *folder; /* that it lies in; owned */
};

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static bool
has_name(const struct level *l, const char *name)
{
	return l->n > 0 && bsearch(&name, l->names, l->n, sizeof(*l->names),
			       by_name) != NULL;
}

/* Of a Maildir only what was delivered counts, not tmp and not indexes. */
static bool
is_left_out(const struct level *l, const char *name)
{
	return has_name(l, "cur") && has_name(l, "new") &&
	       strcmp(name, "cur") != 0 && strcmp(name, "new") != 0;
}

static int
read_names(struct level *l, struct err *err)
{
	int fd = openat(l->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int fault;

	if (dir == NULL) {
		err_errno(err, "%s", l->path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		l->names =
		    arena_grow(l->arena, l->names, l->n, sizeof(*l->names));
		l->names[l->n++] = arena_strdup(l->arena, entry->d_name);
	}
	fault = errno;
	closedir(dir);
	errno = fault;
	if (fault != 0)
		return err_errno(err, "%s", l->path);
	if (l->n > 0)
		qsort(l->names, l->n, sizeof(*l->names), by_name);
	return 0;
}

static void
pop(struct files *f)
{
	struct level *l = &f->stack[--f->depth];

	close(l->fd);
	arena_free(l->arena);
}

/* Takes fd. */
static int
push(struct files *f, int fd, const char *path, struct err *err)
{
	struct level *l = &f->stack[f->depth];

	if (f->depth == SOURCE_DEPTH) {
		close(fd);
		return err_set(err, EX_DATAERR,
		    "%s: more than %d folders in one another; left unread",
		    path, SOURCE_DEPTH);
	}
	memset(l, 0, sizeof(*l));
	l->fd = fd;
	l->arena = arena_new();
	l->path = arena_strdup(l->arena, path);
	f->depth++;
	if (read_names(l, err) == 0)
		return 0;
	pop(f);
	return -1;
}

static bool
begins_mbox(int fd)
{
	char start[5];

	return pread(fd, start, sizeof(start), 0) == (ssize_t)sizeof(start) &&
	       memcmp(start, "From ", sizeof(start)) == 0;
}

/* Takes fd.  1 for a mail, 0 when the next one is to be looked for. */
static int
take_file(struct files *f, int fd, const char *folder, const char *path,
    struct arena *arena, struct source_mail *mail, struct err *err)
{
	bool is_mbox = begins_mbox(fd);
	struct stat st;
	int rc;

	if (fstat(fd, &st) == 0 &&
	    (is_mbox ? st.st_ctime < f->base.since.changed
		     : source_passes_over(&f->base, &st))) {
		close(fd);
		return 0;
	}
	if (is_mbox) {
		f->mbox = mbox_open_fd(fd, path, true, err);
		if (f->mbox != NULL)
			source_since(f->mbox, f->base.since);
		free(f->folder);
		f->folder = strcpy(mem_alloc(strlen(folder) + 1), folder);
		return f->mbox == NULL ? -1 : 0;
	}
	mail->folder = folder;
	mail->uid = mail->file = path;
	rc = source_slurp(fd, path, arena, mail, err);
	close(fd);
	return rc == 0 ? 1 : -1;
}

/* The next name of the innermost folder: a file, a folder, or gone. */
static int
take_name(struct files *f, struct arena *arena, struct source_mail *mail,
    struct err *err)
{
	struct level *l = &f->stack[f->depth - 1];
	const char *name = l->names[l->next++], *path;
	struct stat st;
	int fd;

	if (is_left_out(l, name))
		return 0;
	path = arena_printf(arena, "%s/%s", l->path, name);
	fd =
	    openat(l->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ELOOP || errno == ENXIO))
		return 0; /* moved meanwhile; a link; a socket */
	if (fd < 0)
		return err_errno(err, "%s", path);
	if (fstat(fd, &st) != 0) {
		err_errno(err, "%s", path);
		close(fd);
		return -1;
	}
	if (S_ISDIR(st.st_mode))
		return push(f, fd, path, err);
	if (S_ISREG(st.st_mode))
		return take_file(f, fd, arena_strdup(arena, l->path), path,
		    arena, mail, err);
	close(fd);
	return 0;
}

static int
take_single(struct files *f, struct arena *arena, struct source_mail *mail,
    struct err *err)
{
	int fd = f->file;

	f->file = -1;
	return take_file(
	    f, fd, "", arena_strdup(arena, f->root), arena, mail, err);
}

static int
take_from_mbox(struct files *f, struct arena *arena, struct source_mail *mail,
    struct err *err)
{
	int got = f->mbox->kind->next(f->mbox, arena, mail, err);

	if (got == 0) {
		source_close(f->mbox);
		f->mbox = NULL;
		return 0;
	}
	/* Offsets of several files: each with its path. */
	mail->folder = arena_strdup(arena, f->folder);
	mail->uid = arena_printf(arena, "%s@%s", mail->file, mail->uid);
	return got;
}

static int
files_next(struct source *source, struct arena *arena, struct source_mail *mail,
    struct err *err)
{
	struct files *f = (struct files *)source;
	int got = 0;

	while (got == 0) {
		if (f->mbox != NULL)
			got = take_from_mbox(f, arena, mail, err);
		else if (f->file >= 0)
			got = take_single(f, arena, mail, err);
		else if (f->depth == 0)
			return 0;
		else if (f->stack[f->depth - 1].next ==
			 f->stack[f->depth - 1].n)
			pop(f);
		else
			got = take_name(f, arena, mail, err);
	}
	return got;
}

static void
files_close(struct source *source)
{
	struct files *f = (struct files *)source;

	source_close(f->mbox);
	while (f->depth > 0)
		pop(f);
	if (f->file >= 0)
		close(f->file);
	free(f->folder);
	free(f->name);
	free(f->root);
	free(f);
}

static const struct source_kind files_kind = {
    "files of mail", files_next, NULL, files_close};

struct source *
files_open(const char *path, struct err *err)
{
	struct files *f;
	struct buf name = {0};
	struct stat st;
	int fd = source_fd(path, &st, err);

	if (fd < 0)
		return NULL;
	f = mem_alloc(sizeof(*f));
	memset(f, 0, sizeof(*f));
	buf_printf(&name, "file:%s", path);
	f->base.kind = &files_kind;
	f->base.name = f->name = name.p;
	f->root = strcpy(mem_alloc(strlen(path) + 1), path);
	f->file = -1;
	if (!S_ISDIR(st.st_mode)) {
		f->file = fd;
	} else if (push(f, fd, path, err) != 0) {
		files_close(&f->base);
		return NULL;
	}
	return &f->base;
}
