/*
 * See image.h.  The file is the memory as it was, from its first byte:
 * struct image, then the arena.
 *
 * The address is far from where Linux puts programs, heaps, libraries and
 * stacks on 64-bit machines, and from the shadow of AddressSanitizer.  Where
 * it is taken all the same, there is no image.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/image.h"

#define ADDRESS ((uintptr_t)0x200000000000)
#define MOST ((size_t)64 << 20)
#define SECOND ((int64_t)1000000000)

enum {
	RANGES_MOST = 1024,
	SMALL_MOST = 1 << 20, /* see check_pointers() */
	/* Nothing of ours is mapped so large: it is the shadow memory of a
	 * sanitizer, in which almost every small number would point. */
	SHADOW_LEAST = 128 << 20
};

/* A file as it was; all 0: there was none. */
struct stamp {
	uint64_t number, size;
	int64_t modified, changed; /* nanoseconds */
};

struct watched {
	const char *path;
	struct stamp stamp;
};

struct image {
	char magic[16];
	uint64_t length; /* of the file */
	uint64_t checksum;
	struct arena *arena;
	const char *key;
	struct watched *watched;
	size_t watched_count;
	int64_t begun; /* nanoseconds */
	void *root;
};

_Static_assert(sizeof(struct image) % _Alignof(max_align_t) == 0,
    "the arena behind it is aligned");

static const char magic[16] = "promised image1";

struct arena *
image_arena(struct image *image)
{
	return image->arena;
}

void *
image_root(const struct image *image)
{
	return image->root;
}

void
image_free(struct image *image)
{
	if (image != NULL)
		munmap(image, MOST);
}

/* Where the arena always is. */
static void *
arena_of(struct image *image)
{
	return image + 1;
}

/* --- what it depends on --- */

static int64_t
nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

/* True for a folder. */
static bool
take_stamp(const char *path, struct stamp *stamp)
{
	struct stat st;

	memset(stamp, 0, sizeof(*stamp));
	if (stat(path, &st) != 0)
		return false;
	stamp->number = st.st_ino;
	stamp->size = (uint64_t)st.st_size;
	stamp->modified = nanoseconds(st.st_mtim);
	stamp->changed = nanoseconds(st.st_ctim);
	return S_ISDIR(st.st_mode);
}

static void
watch_names(struct image *image, const char *folder, int levels)
{
	DIR *dir = opendir(folder);
	struct dirent *e;

	if (dir == NULL)
		return;
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.' && (levels == 1 || e->d_type != DT_REG))
			image_watch(image,
			    arena_printf(
				image->arena, "%s/%s", folder, e->d_name),
			    levels - 1);
	closedir(dir);
}

void
image_watch(struct image *image, const char *path, int levels)
{
	struct watched w = {.path = arena_strdup(image->arena, path)};
	bool folder = take_stamp(path, &w.stamp);

	image->watched = arena_grow(image->arena, image->watched,
	    image->watched_count, sizeof(*image->watched));
	image->watched[image->watched_count++] = w;
	if (folder && levels > 0)
		watch_names(image, path, levels);
}

static int
check_file_of(const struct watched *w, struct err *err)
{
	struct stamp now;

	take_stamp(w->path, &now);
	if (memcmp(&now, &w->stamp, sizeof(now)) == 0)
		return 0;
	return err_set(err, EX_CONFIG, "%s was changed", w->path);
}

int
image_check(const struct image *image, struct err *err)
{
	size_t i;

	for (i = 0; i < image->watched_count; i++)
		if (check_file_of(&image->watched[i], err) != 0)
			return -1;
	return 0;
}

/* File systems tell times in steps of up to 2 s (FAT): what was changed that
 * lately could change again and look the same. */
static int
check_settled(const struct image *image, struct err *err)
{
	size_t i;

	for (i = 0; i < image->watched_count; i++)
		if (image->watched[i].stamp.changed > image->begun - 2 * SECOND)
			return err_set(err, EX_TEMPFAIL,
			    "%s was changed just now", image->watched[i].path);
	return 0;
}

/* --- making --- */

struct image *
image_new(const char *key)
{
	void *address = (void *)ADDRESS; /* NOLINT: no pointer yet */
	struct image *image = mmap(address, MOST, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
	    -1, 0);
	struct timespec now;

	if (image == MAP_FAILED)
		return NULL;
	if (image != address) { /* kernels before 4.17 */
		munmap(image, MOST);
		return NULL;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	image->begun = nanoseconds(now);
	image->arena = arena_new_in(arena_of(image), MOST - sizeof(*image));
	image->key = arena_strdup(image->arena, key);
	image_watch(image, "/proc/self/exe", 0);
	return image;
}

static uint64_t
mix(uint64_t sum, uint64_t word)
{
	return (sum ^ word) * 0x9e3779b97f4a7c15u;
}

/*
 * Of all words from the arena on, and of the head.  Four lanes, since a
 * multiplication takes as long as four loads; each step can be undone, so that
 * no change of one word is lost.
 */
static uint64_t
checksum(const struct image *image)
{
	const uint64_t *p = (const uint64_t *)image->arena;
	const uint64_t *end = (const uint64_t *)image + image->length / 8;
	uint64_t a = image->length, b = (uintptr_t)image->root,
		 c = (uintptr_t)image->watched ^ (uintptr_t)image->key,
		 d = image->watched_count ^ (uint64_t)image->begun;

	for (; end - p >= 4; p += 4) {
		a = mix(a, p[0]);
		b = mix(b, p[1]);
		c = mix(c, p[2]);
		d = mix(d, p[3]);
	}
	for (; p < end; p++)
		a = mix(a, *p);
	return mix(mix(mix(a ^ a >> 32, b), c), d);
}

struct range {
	uintptr_t from, to;
};

/* All mapped memory but the image's; -1 when it can't be told. */
static int
read_ranges(struct range *ranges)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512];
	int n = 0;

	if (f == NULL)
		return -1;
	while (n < RANGES_MOST && fgets(line, sizeof(line), f) != NULL) {
		struct range r = {0, 0};
		char *end;

		r.from = strtoul(line, &end, 16);
		if (*end == '-')
			r.to = strtoul(end + 1, &end, 16);
		if (r.to - r.from >= SHADOW_LEAST)
			continue;
		if (r.to <= ADDRESS || r.from >= ADDRESS + MOST)
			ranges[n++] = r;
	}
	fclose(f);
	return n == RANGES_MOST ? -1 : n;
}

/*
 * Every word that could be a pointer is one into the image, or none.  Two small
 * numbers side by side are none, though a sanitizer's heap has such addresses.
 */
static int
check_pointers(const struct image *image, struct err *err)
{
	struct range ranges[RANGES_MOST];
	const uintptr_t *word = (const uintptr_t *)image;
	size_t i, words = image->length / sizeof(*word);
	int k, n = read_ranges(ranges);

	if (n < 0)
		return err_set(err, EX_SOFTWARE, "/proc/self/maps is missing");
	for (i = 0; i < words; i++) {
		if (word[i] < 4096 || word[i] >> 47 != 0 ||
		    (uint32_t)word[i] <= SMALL_MOST)
			continue;
		for (k = 0; k < n && word[i] >= ranges[k].to; k++)
			continue;
		if (k < n && word[i] >= ranges[k].from)
			return err_set(err, EX_SOFTWARE,
			    "byte %zu points out of the image: %#zx", i * 8,
			    (size_t)word[i]);
	}
	return 0;
}

/* The folder that the file is in. */
static const char *
folder_of(const char *file, char *room, size_t size)
{
	const char *slash = strrchr(file, '/');

	if (slash == NULL)
		return ".";
	snprintf(room, size, "%.*s", (int)(slash - file + 1), file);
	return room;
}

/*
 * The file says when it was written, and is given that very time: who writes
 * to it later changes the one and not the other.  In whole minutes, since some
 * file systems know no less than 2 s.
 */
static struct timespec
time_written(const struct image *image)
{
	struct timespec t = {0};

	t.tv_sec = (time_t)(image->begun / SECOND / 60 * 60);
	return t;
}

static int
set_time(int fd, const struct image *image)
{
	const struct timespec times[2] = {{0, UTIME_OMIT}, time_written(image)};

	return futimens(fd, times);
}

/* Written without a name, so that nothing is left of it when this process is
 * ended; of two that link it at once either will do. */
static int
write_file(const struct image *image, const char *file, struct err *err)
{
	char room[4096], self[64];
	int fd = open(folder_of(file, room, sizeof(room)),
	    O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	int rc = fd < 0 ? -1 : 0;

	if (rc == 0)
		rc = file_write(
		    fd, (struct slice){(const char *)image, image->length});
	if (rc == 0)
		rc = set_time(fd, image);
	/* It is whole on the disk before it has a name. */
	if (rc == 0)
		rc = fsync(fd);
	if (rc == 0) {
		snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
		unlink(file);
		rc = linkat(AT_FDCWD, self, AT_FDCWD, file, AT_SYMLINK_FOLLOW);
		if (rc != 0 && errno == EEXIST)
			rc = 0;
	}
	if (rc != 0)
		err_errno(err, "%s", file);
	if (fd >= 0)
		close(fd);
	return rc;
}

int
image_save(struct image *image, const char *file, void *root, struct err *err)
{
	size_t used = arena_seal(image->arena);

	if (used == 0)
		return err_set(
		    err, EX_SOFTWARE, "it is larger than %zu MB", MOST >> 20);
	memcpy(image->magic, magic, sizeof(magic));
	image->root = root;
	image->length = (uint64_t)((char *)image->arena - (char *)image) + used;
	if (check_settled(image, err) != 0 || check_pointers(image, err) != 0)
		return -1;
	image->checksum = checksum(image);
	return write_file(image, file, err);
}

/* --- using --- */

static int
check_file(int fd, struct stat *st, struct err *err)
{
	if (fstat(fd, st) != 0)
		return err_errno(err, "fstat");
	if (!S_ISREG(st->st_mode) || st->st_uid != geteuid() ||
	    (st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_set(err, EX_NOPERM, "others may write it");
	if (st->st_size < (off_t)sizeof(struct image) ||
	    st->st_size > (off_t)MOST)
		return err_set(err, EX_DATAERR, "it is not whole");
	return 0;
}

static int
check_head(struct image *image, const struct stat *st, struct err *err)
{
	if (memcmp(image->magic, magic, sizeof(magic)) != 0 ||
	    image->length != (uint64_t)st->st_size ||
	    image->arena != arena_of(image))
		return err_set(err, EX_DATAERR, "it is not whole");
	if (nanoseconds(st->st_mtim) != nanoseconds(time_written(image)))
		return err_set(err, EX_DATAERR, "it was written to");
	return 0;
}

/* Looks at each byte, and lets go of those that nobody asks for after it. */
static int
check_bytes(struct image *image, struct err *err)
{
	if (image->checksum != checksum(image))
		return err_set(err, EX_DATAERR, "it is damaged");
	(void)madvise(image, image->length, MADV_DONTNEED);
	return 0;
}

static int
check_image(struct image *image, const struct stat *st, const char *key,
    enum image_care care, struct err *err)
{
	if (check_head(image, st, err) != 0)
		return -1;
	if (care == IMAGE_THOROUGH && check_bytes(image, err) != 0)
		return -1;
	if (strcmp(image->key, key) != 0)
		return err_set(err, EX_CONFIG, "it is for other settings");
	/* The first is the program, whose structs these are. */
	return care == IMAGE_THOROUGH ? image_check(image, err)
				      : check_file_of(image->watched, err);
}

static struct image *
map_file(int fd, const struct stat *st, struct err *err)
{
	void *address = (void *)ADDRESS; /* NOLINT: no pointer yet */
	void *p = mmap(address, (size_t)st->st_size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, 0);

	if (p == address)
		return p;
	err_errno(err, "it can't be mapped");
	if (p != MAP_FAILED)
		munmap(p, (size_t)st->st_size);
	return NULL;
}

struct image *
image_map(
    const char *file, const char *key, enum image_care care, struct err *err)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct image *image = NULL;
	struct stat st;

	if (fd < 0) {
		err_errno(err, "it can't be opened");
		return NULL;
	}
	if (check_file(fd, &st, err) == 0)
		image = map_file(fd, &st, err);
	close(fd);
	if (image == NULL || check_image(image, &st, key, care, err) == 0)
		return image;
	munmap(image, (size_t)st.st_size);
	return NULL;
}
