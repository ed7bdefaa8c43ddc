/* Images: what is kept comes back; what is not as it was does not. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/image.h"

/* What the tests keep. */
struct thing {
	const char *text;
	const void *other;
};

static char folder[] = "/tmp/promised-image-XXXXXX";
static char file[64], watched[64];

static int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(file, sizeof(file), "%s/image", folder);
	snprintf(watched, sizeof(watched), "%s/later", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	char command[80];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/* Keeps a thing.  A test program that was linked just now is waited for. */
static int
save(const char *text, const void *other, struct err *err)
{
	static const struct timespec pause = {0, 50000000};
	struct image *image;
	struct thing *thing;
	int rc;

	do {
		memset(err, 0, sizeof(*err));
		image = image_new("key");
		assert_non_null(image);
		image_watch(image, watched, 0);
		thing = arena_alloc(image_arena(image), sizeof(*thing));
		thing->text = arena_strdup(image_arena(image), text);
		thing->other = other;
		rc = image_save(image, file, thing, err);
		image_free(image);
	} while (rc != 0 && err->code == EX_TEMPFAIL &&
		 nanosleep(&pause, NULL) == 0);
	return rc;
}

static void
is_refused(const char *key)
{
	struct err err = {0, ""};

	assert_null(image_map(file, key, IMAGE_THOROUGH, &err));
	assert_true(err.code != 0);
	memset(&err, 0, sizeof(err));
	assert_null(image_map(file, key, IMAGE_HASTY, &err));
	assert_true(err.code != 0);
}

static void
what_is_kept_comes_back(void **state)
{
	struct err err = {0, ""};
	struct image *image;
	struct thing *thing;
	struct stat st;

	(void)state;
	assert_int_equal(save("all of it", NULL, &err), 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	image = image_map(file, "key", IMAGE_THOROUGH, &err);
	assert_non_null(image);
	thing = image_root(image);
	assert_string_equal(thing->text, "all of it");

	/* It can be changed and added to, and the file stays as it is. */
	thing->text = arena_strdup(image_arena(image), "more");
	assert_string_equal(thing->text, "more");
	image_free(image);
	image = image_map(file, "key", IMAGE_HASTY, &err);
	assert_non_null(image);
	assert_int_equal(image_check(image, &err), 0);
	assert_string_equal(
	    ((struct thing *)image_root(image))->text, "all of it");
	image_free(image);
	is_refused("another key");
}

static void
nothing_may_point_out_of_it(void **state)
{
	static const char constant[] = "of the program";
	struct err err = {0, ""};
	char local = 0, *heap = malloc(1 << 18);
	int (*code)(const char *, const void *, struct err *) = save;
	const void *function;

	(void)state;
	memcpy(&function, &code, sizeof(function));
	assert_int_equal(save("x", constant, &err), -1);
	assert_int_equal(save("x", heap + (1 << 17), &err), -1);
	assert_int_equal(save("x", &local, &err), -1);
	assert_int_equal(save("x", function, &err), -1);
	assert_int_equal(err.code, EX_SOFTWARE);
	free(heap);
}

/* Whatever the time of the file says. */
static void
damage_is_seen(void **state)
{
	struct timespec times[2] = {{0, UTIME_OMIT}, {0, 0}};
	struct err err = {0, ""};
	struct stat st = {0};
	off_t at;
	int fd;

	(void)state;
	assert_int_equal(save("whole", NULL, &err), 0);
	fd = open(file, O_RDWR);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	times[1] = st.st_mtim;
	for (at = 0; at < st.st_size; at += 31) {
		unsigned char byte, other;

		assert_int_equal(pread(fd, &byte, 1, at), 1);
		other = byte ^ 0x10;
		assert_int_equal(pwrite(fd, &other, 1, at), 1);
		assert_int_equal(futimens(fd, times), 0);
		assert_null(image_map(file, "key", IMAGE_THOROUGH, &err));
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	close(fd);
}

static void
it_is_not_written_to(void **state)
{
	struct err err = {0, ""};
	struct stat st = {0};
	int fd;

	(void)state;
	assert_int_equal(save("whole", NULL, &err), 0);
	fd = open(file, O_RDWR);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	assert_int_equal(pwrite(fd, "x", 1, st.st_size - 1), 1);
	is_refused("key");
	assert_int_equal(ftruncate(fd, st.st_size - 16), 0);
	is_refused("key");
	assert_int_equal(ftruncate(fd, 0), 0);
	is_refused("key");
	close(fd);
}

static void
others_must_not_write_it(void **state)
{
	struct err err = {0, ""};

	(void)state;
	assert_int_equal(save("mine", NULL, &err), 0);
	assert_int_equal(chmod(file, 0620), 0);
	is_refused("key");
}

static void
is_stale(void)
{
	struct err err = {0, ""};
	struct image *image;

	assert_null(image_map(file, "key", IMAGE_THOROUGH, &err));
	memset(&err, 0, sizeof(err));
	image = image_map(file, "key", IMAGE_HASTY, &err);
	assert_non_null(image);
	assert_int_equal(image_check(image, &err), -1);
	assert_non_null(strstr(err.text, watched));
	image_free(image);
}

static void
a_changed_file_makes_it_stale(void **state)
{
	struct err err = {0, ""};
	FILE *f;

	(void)state;
	assert_int_equal(save("before", NULL, &err), 0);
	f = fopen(watched, "we");
	assert_non_null(f);
	fclose(f);
	is_stale();

	/* Waits until one can be told from the next change. */
	assert_int_equal(save("after", NULL, &err), 0);
	f = fopen(watched, "we");
	assert_non_null(f);
	fputs("more", f);
	fclose(f);
	is_stale();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_kept_comes_back),
	    cmocka_unit_test(nothing_may_point_out_of_it),
	    cmocka_unit_test(damage_is_seen),
	    cmocka_unit_test(it_is_not_written_to),
	    cmocka_unit_test(others_must_not_write_it),
	    cmocka_unit_test(a_changed_file_makes_it_stale),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
