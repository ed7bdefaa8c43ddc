/* See datadir.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/datadir.h"

#ifndef PROMISED_PREFIX
#define PROMISED_PREFIX "/usr/local"
#endif

/* The folder of the running program; NULL where /proc does not tell. */
static char *
own_folder(struct arena *a)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		return NULL;
	*slash = '\0';
	return arena_strdup(a, path);
}

/* A checkout, or a build of one: the rules lie beside the program. */
static char *
checkout(struct arena *a)
{
	char *folder = own_folder(a);

	if (folder == NULL ||
	    access(arena_printf(a, "%s/rules/en", folder), R_OK) != 0)
		return NULL;
	return folder;
}

char *
datadir_path(struct arena *a, const char *name)
{
	const char *base = getenv("PROMISED_DATA");

	if (base == NULL || *base == '\0')
		base = checkout(a);
	if (base == NULL)
		base = PROMISED_PREFIX "/share/promised";
	return arena_printf(a, "%s/%s", base, name);
}

char *
datadir_program(struct arena *a, const char *name)
{
	const char *folder = getenv("PROMISED_LIBEXEC");
	char *beside = own_folder(a);

	if (folder != NULL && *folder != '\0')
		return arena_printf(a, "%s/%s", folder, name);
	if (beside != NULL) {
		char *path = arena_printf(a, "%s/%s", beside, name);

		if (access(path, X_OK) == 0)
			return path;
	}
	return arena_printf(a, "%s/libexec/promised/%s", PROMISED_PREFIX, name);
}
