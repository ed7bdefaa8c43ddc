/*
 * Gives a fuzz target files instead of what libFuzzer makes up: those named,
 * and all in the folders named.  Prints how many; a target that finds a fault
 * ends the program.
 */
#include <dirent.h>

#include "base/file.h"
#include "tests/fuzz/fuzz.h"

static void
replay_file(const char *path)
{
	struct buf bytes = {0};
	struct err err;
	uint8_t *exact;
	size_t i;

	if (file_bytes(path, 64 << 20, &bytes, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	/* So that a sanitizer sees each byte read beyond the end. */
	exact = malloc(bytes.len == 0 ? 1 : bytes.len);
	FUZZ_MUST(exact != NULL);
	for (i = 0; i < bytes.len; i++)
		exact[i] = (uint8_t)bytes.p[i];
	LLVMFuzzerTestOneInput(exact, bytes.len);
	free(exact);
	buf_free(&bytes);
}

static size_t
replay(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	char name[1024];
	size_t n = 0;

	if (dir == NULL) {
		replay_file(path);
		return 1;
	}
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		replay_file(name);
		n++;
	}
	closedir(dir);
	return n;
}

int
main(int argc, char **argv)
{
	size_t n = 0;
	int i;

	for (i = 1; i < argc; i++)
		n += replay(argv[i]);
	printf("%zu inputs\n", n);
	return n == 0;
}
