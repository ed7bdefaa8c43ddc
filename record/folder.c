/* See folder.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/file.h"
#include "record/folder.h"

enum { FILES_MOST = 100000, FILE_MOST = 256 << 20, DEPTH_MOST = 5 };

static const char manifest_name[] = "MANIFEST.sha256";
static const char log_name[] = "events.log";

struct listed {
	const char *name;
	char hash[SHA256_HEX];
};

struct list {
	struct listed *v;
	size_t n;
};

struct folder {
	struct arena *arena;
	const char *path;
	struct list files;
	bool changed; /* something was written */
	struct folder *parent; /* of one within another; else NULL */
	const char *name; /* its name there */
};

static void
hash_of(struct slice bytes, char out[SHA256_HEX])
{
	uint8_t digest[SHA256_SIZE];

	sha256(bytes, digest);
	hex_print(digest, sizeof(digest), out);
}

/* A name of our own making: no way out of the folder, nothing hidden. */
static bool
is_plain(const char *name)
{
	if (*name == '\0' || *name == '/' || *name == '.' ||
	    strstr(name, "/.") != NULL || strlen(name) > 200)
		return false;
	for (const char *p = name; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == '\\')
			return false;
	return true;
}

static char *
below(struct arena *a, const char *path, const char *name)
{
	return arena_printf(a, "%s/%s", path, name);
}

/* 1 with the bytes (free them), 0 when there is none, -1 with err. */
static int
slurp(const char *path, struct buf *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_errno(err, "%s", path);
	while (out->len <= FILE_MOST &&
	       (n = read(fd, buf_room(out, 65536), 65536)) > 0)
		out->len += (size_t)n;
	close(fd);
	return n < 0 ? err_errno(err, "%s", path) : 1;
}

/* "HASH  NAME" lines. */
static void
read_manifest(struct arena *a, struct slice text, struct list *list)
{
	struct slice line;

	while (slice_line(&text, &line) && list->n < FILES_MOST) {
		struct listed *file;

		if (line.len < SHA256_HEX + 2)
			continue;
		list->v = arena_grow(a, list->v, list->n, sizeof(*list->v));
		file = &list->v[list->n++];
		memcpy(file->hash, line.p, SHA256_HEX - 1);
		file->hash[SHA256_HEX - 1] = '\0';
		file->name = arena_strndup(
		    a, line.p + SHA256_HEX + 1, line.len - SHA256_HEX - 1);
	}
}

static int
compare_listed(const void *a, const void *b)
{
	return strcmp(
	    ((const struct listed *)a)->name, ((const struct listed *)b)->name);
}

static void
sort_list(struct list *list)
{
	if (list->n > 1)
		qsort(list->v, list->n, sizeof(*list->v), compare_listed);
}

/* In a sorted list. */
static const struct listed *
find(const struct list *list, const char *name)
{
	struct listed key = {name, ""};

	return list->n == 0 ? NULL
			    : bsearch(&key, list->v, list->n, sizeof(*list->v),
				  compare_listed);
}

/* --- Writing --- */

static bool
is_empty(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *entry;
	bool empty = true;

	while (d != NULL && (entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			empty = false;
	if (d != NULL)
		closedir(d);
	return empty;
}

static int
update(const char *path, struct slice bytes, bool synced, struct err *err)
{
	struct buf was = {0};
	int rc = slurp(path, &was, err);

	if (rc == 1 && was.len == bytes.len &&
	    memcmp(was.p, bytes.p, bytes.len) == 0)
		rc = 0;
	else if (rc >= 0)
		rc = file_replace(path, 0644, bytes, synced, err) == 0 ? 1 : -1;
	buf_free(&was);
	return rc;
}

int
file_update(const char *path, struct slice bytes, struct err *err)
{
	return update(path, bytes, false, err);
}

int
file_settle(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_errno(err, "%s", path);
	rc = syncfs(fd);
	if (rc != 0)
		err_errno(err, "%s", path);
	close(fd);
	return rc;
}

/* What has these bytes already is not written: its time tells when it last
 * changed, and what copies the folder elsewhere has less to do.  The disk is
 * waited for once, by folder_finish(). */
static int
put(struct folder *f, const char *name, struct slice bytes, struct err *err)
{
	int rc = update(below(f->arena, f->path, name), bytes, false, err);

	f->changed = f->changed || rc == 1;
	return rc < 0 ? -1 : 0;
}

/* All of it is on the disk before the manifest says so. */
static int
sync_files(struct folder *f, struct err *err)
{
	if (!f->changed || f->parent != NULL)
		return 0;
	return file_settle(f->path, err);
}

struct folder *
folder_open(struct arena *a, const char *path, struct err *err)
{
	struct folder *f = arena_calloc(a, 1, sizeof(*f));
	const char *manifest = below(a, path, manifest_name);
	struct slice none = {NULL, 0};
	struct stat st;

	f->arena = a;
	f->path = path;
	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		err_errno(err, "%s", path);
		return NULL;
	}
	if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) ||
	    (!is_empty(path) && access(manifest, F_OK) != 0)) {
		err_set(err, EX_CANTCREAT,
		    "%s: it holds something else; give a folder that is empty "
		    "or not there yet",
		    path);
		return NULL;
	}
	/* so that one that is cut short is known as ours, and as not whole */
	if (access(manifest, F_OK) != 0 &&
	    file_replace(manifest, 0644, none, false, err) != 0)
		return NULL;
	return f;
}

/* The folders that a name stands in. */
static int
make_way(struct folder *f, const char *name, struct err *err)
{
	for (const char *p = strchr(name, '/'); p != NULL;
	     p = strchr(p + 1, '/')) {
		const char *way = below(f->arena, f->path,
		    arena_strndup(f->arena, name, (size_t)(p - name)));

		if (mkdir(way, 0700) != 0 && errno != EEXIST)
			return err_errno(err, "%s", way);
	}
	return 0;
}

struct folder *
folder_below(
    struct folder *f, struct arena *a, const char *name, struct err *err)
{
	struct folder *one;

	if (make_way(f, name, err) != 0)
		return NULL;
	one = folder_open(a, below(a, f->path, name), err);
	if (one != NULL) {
		one->parent = f;
		one->name = name;
	}
	return one;
}

static void
list_file(struct folder *f, const char *name, const char hash[SHA256_HEX])
{
	struct listed *file;

	f->files.v =
	    arena_grow(f->arena, f->files.v, f->files.n, sizeof(*f->files.v));
	file = &f->files.v[f->files.n++];
	file->name = arena_strdup(f->arena, name);
	memcpy(file->hash, hash, SHA256_HEX);
}

int
folder_write(
    struct folder *f, const char *name, struct slice bytes, struct err *err)
{
	char hash[SHA256_HEX];

	if (!is_plain(name))
		return err_set(err, EX_SOFTWARE, "%s is no name", name);
	if (make_way(f, name, err) != 0 || put(f, name, bytes, err) != 0)
		return -1;
	hash_of(bytes, hash);
	list_file(f, name, hash);
	return 0;
}

/* And the folders that it leaves empty. */
static void
remove_file(struct folder *f, const char *name)
{
	char *path = below(f->arena, f->path, name);
	size_t least = strlen(f->path);
	char *slash;

	unlink(path);
	while ((slash = strrchr(path, '/')) != NULL &&
	       (size_t)(slash - path) > least) {
		*slash = '\0';
		if (rmdir(path) != 0)
			break;
	}
}

/* What an export before wrote and this one does not is of a past state. */
static int
remove_old(struct folder *f, struct err *err)
{
	struct buf text = {0};
	struct list old = {0};
	int rc = slurp(below(f->arena, f->path, manifest_name), &text, err);

	if (rc == 1)
		read_manifest(f->arena, buf_view(&text), &old);
	buf_free(&text);
	for (size_t i = 0; i < old.n; i++)
		if (is_plain(old.v[i].name) &&
		    find(&f->files, old.v[i].name) == NULL)
			remove_file(f, old.v[i].name);
	return rc < 0 ? -1 : 0;
}

/* A folder within another proves itself, and is proved by the other. */
static void
list_in_parent(struct folder *f, const char hash[SHA256_HEX])
{
	struct folder *in = f->parent;

	for (size_t i = 0; i < f->files.n; i++)
		list_file(in, below(f->arena, f->name, f->files.v[i].name),
		    f->files.v[i].hash);
	list_file(in, below(f->arena, f->name, manifest_name), hash);
	in->changed = in->changed || f->changed;
}

int
folder_finish(struct folder *f, char hash[SHA256_HEX], struct err *err)
{
	struct buf text = {0};
	int rc;

	sort_list(&f->files);
	if (remove_old(f, err) != 0 || sync_files(f, err) != 0)
		return -1;
	for (size_t i = 0; i < f->files.n; i++)
		buf_printf(
		    &text, "%s  %s\n", f->files.v[i].hash, f->files.v[i].name);
	hash_of(buf_view(&text), hash);
	rc = update(below(f->arena, f->path, manifest_name), buf_view(&text),
		 f->parent == NULL, err) < 0
		 ? -1
		 : 0;
	buf_free(&text);
	if (rc == 0 && f->parent != NULL)
		list_in_parent(f, hash);
	return rc;
}

/* --- The log --- */

static void
put_field(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		buf_putc(out, (unsigned char)*text < 0x20 ? ' ' : *text);
}

/* The chain after a line's rest. */
static void
bind_line(char chain[SHA256_HEX], struct slice rest)
{
	struct buf text = {0};

	buf_printf(&text, "%s\n", chain);
	buf_slice(&text, rest);
	hash_of(buf_view(&text), chain);
	buf_free(&text);
}

static void
first_chain(char chain[SHA256_HEX])
{
	memset(chain, '0', SHA256_HEX - 1);
	chain[SHA256_HEX - 1] = '\0';
}

char *
folder_log(struct arena *a, const struct event_row *v, size_t n)
{
	char chain[SHA256_HEX], time[DATE_ROOM];
	struct buf out = {0};

	first_chain(chain);
	for (size_t i = 0; i < n; i++) {
		struct buf rest = {0};

		buf_printf(&rest, "%s\t",
		    moment_print((struct moment){v[i].at, 0}, time));
		put_field(&rest, v[i].actor);
		buf_putc(&rest, '\t');
		put_field(&rest, v[i].verb);
		buf_putc(&rest, '\t');
		put_field(&rest, v[i].text);
		bind_line(chain, buf_view(&rest));
		buf_printf(&out, "%zu\t%s\t%s\n", i + 1, chain, rest.p);
		buf_free(&rest);
	}
	return buf_keep(&out, a);
}

/* --- Verifying --- */

struct check {
	struct arena *arena;
	const char *path;
	struct list list;
	void (*tell)(void *, const char *);
	void *arg;
	int faults;
	struct err *err;
};

static void
fault(struct check *c, const char *name, const char *what)
{
	c->faults++;
	c->tell(c->arg, arena_printf(c->arena, "%s: %s", name, what));
}

static int
check_log(struct check *c, struct slice text)
{
	char chain[SHA256_HEX];
	struct slice line;
	size_t n = 0;

	first_chain(chain);
	while (slice_line(&text, &line)) {
		const char *one = memchr(line.p, '\t', line.len);
		struct slice rest = {NULL, 0};

		n++;
		if (one != NULL &&
		    line.len - (size_t)(one - line.p) > SHA256_HEX + 1) {
			rest.p = one + 1 + SHA256_HEX;
			rest.len = line.len - (size_t)(rest.p - line.p);
		}
		bind_line(chain, rest);
		if (one == NULL || rest.p == NULL ||
		    strncmp(one + 1, chain, SHA256_HEX - 1) != 0) {
			fault(c, log_name,
			    arena_printf(c->arena,
				"line %zu does not fit those before it", n));
			return 0;
		}
	}
	return 0;
}

static int
check_file(struct check *c, const struct listed *file)
{
	struct buf bytes = {0};
	char hash[SHA256_HEX];
	int rc;

	if (!is_plain(file->name)) {
		fault(c, file->name, "no name that a record could have");
		return 0;
	}
	rc = slurp(below(c->arena, c->path, file->name), &bytes, c->err);
	if (rc == 0)
		fault(c, file->name, "is missing");
	if (rc < 0)
		fault(c, file->name, "cannot be read");
	if (rc == 1) {
		hash_of(buf_view(&bytes), hash);
		if (strcmp(hash, file->hash) != 0)
			fault(c, file->name, "is not as it was written");
		if (strcmp(file->name, log_name) == 0)
			check_log(c, buf_view(&bytes));
	}
	buf_free(&bytes);
	return 0;
}

static void
check_added(struct check *c, const char *prefix, int depth)
{
	const char *path =
	    *prefix == '\0' ? c->path : below(c->arena, c->path, prefix);
	DIR *d = opendir(path);
	struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		const char *name = *prefix == '\0'
				       ? entry->d_name
				       : arena_printf(c->arena, "%s/%s", prefix,
					     entry->d_name);
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 ||
		    strcmp(name, manifest_name) == 0)
			continue;
		name = arena_strdup(c->arena, name);
		if (lstat(below(c->arena, c->path, name), &st) == 0 &&
		    S_ISDIR(st.st_mode) && depth < DEPTH_MOST)
			check_added(c, name, depth + 1);
		else if (find(&c->list, name) == NULL)
			fault(c, name, "was added");
	}
	if (d != NULL)
		closedir(d);
}

int
folder_verify(struct arena *a, const char *path,
    void (*tell)(void *, const char *), void *arg, char hash[SHA256_HEX],
    struct err *err)
{
	struct check c = {a, path, {0}, tell, arg, 0, err};
	struct buf text = {0};
	int rc = slurp(below(a, path, manifest_name), &text, err);

	if (rc == 0)
		err_set(err, EX_NOINPUT,
		    "%s: there is no %s; is it a folder that `promised "
		    "export` made?",
		    path, manifest_name);
	if (rc != 1) {
		buf_free(&text);
		return -1;
	}
	hash_of(buf_view(&text), hash);
	read_manifest(a, buf_view(&text), &c.list);
	sort_list(&c.list);
	buf_free(&text);
	for (size_t i = 0; i < c.list.n; i++)
		check_file(&c, &c.list.v[i]);
	check_added(&c, "", 0);
	return c.faults;
}
