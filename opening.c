/* See opening.h. */
#include <time.h>

#include "base/zone.h"
#include "loading.h"
#include "mail/apart.h"
#include "opening.h"

int
run_open_store(struct run *run, struct err *err)
{
	run->store = store_open(run->settings.store,
	    run->options.dry_run ? STORE_REHEARSE : STORE_WRITE, err);
	if (run->store == NULL)
		return -1;
	return store_owner(run->store, run->settings.id, &run->owner, err);
}

int
run_open(struct run *run, unsigned needs, struct err *err)
{
	const char *path = run->options.config;
	int64_t clock = (int64_t)time(NULL);

	if ((needs & (NEEDS_SETTINGS | NEEDS_STORE)) != 0) {
		if (path == NULL)
			path = settings_default_path(run->arena);
		if (settings_read(run->arena, path, &run->settings, err) != 0)
			return -1;
	}
	run->now = run->options.has_now
		       ? run->options.now
		       : zone_moment(run->settings.timezone, clock);
	if ((needs & NEEDS_STORE) != 0)
		return load_all(run, err) != 0 ? -1 : run_open_store(run, err);
	if ((needs & NEEDS_RULES) == 0)
		return 0;
	run->hurried = true;
	return load_all(run, err) != 0 || load_check(run, err) < 0 ? -1 : 0;
}

void
run_close(struct run *run)
{
	apart_close(run->readers);
	store_close(run->store);
	load_close(run);
	arena_free(run->arena);
}
