/* See leaving.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "importing.h"
#include "leaving.h"

enum { MARK = 8 }; /* bytes of an owner's hash: owners may share a store */

static const char *
left_path(struct run *run)
{
	uint8_t hash[SHA256_SIZE];
	char mark[2 * MARK + 1];

	sha256(slice_of(run->settings.id), hash);
	return arena_printf(run->arena, "%s.%s.left", run->settings.store,
	    hex_print(hash, MARK, mark));
}

int
left_put(struct run *run, struct slice raw, struct err *err)
{
	if (maildir_deliver(left_path(run), NULL, raw, err) < 0)
		return -1;
	log_info("it is left for `promised once` to file");
	return 0;
}

/* What is filed lies in cur/. */
static void
take_away(struct run *run, const char *path)
{
	DIR *dir = opendir(arena_printf(run->arena, "%s/cur", path));
	struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.' &&
		    unlinkat(dirfd(dir), e->d_name, 0) != 0)
			log_warn(
			    "%s/cur/%s: %s", path, e->d_name, strerror(errno));
	if (dir != NULL)
		closedir(dir);
}

int
left_file(struct run *run, struct counts *counts, struct err *err)
{
	const char *path = left_path(run);
	struct source *source;
	int rc;

	if (access(path, F_OK) != 0)
		return 0;
	source = maildir_open(path, err);
	if (source == NULL)
		return -1;
	rc = file_source(run, source, NULL, counts, err);
	source_close(source);
	if (!run->options.dry_run)
		take_away(run, path);
	return rc;
}
