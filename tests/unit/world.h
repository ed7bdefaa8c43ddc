/*
 * A store of its own for each test, with one owner; its folder goes with it.
 * Behind cmocka.h.
 */
#ifndef TESTS_UNIT_WORLD_H
#define TESTS_UNIT_WORLD_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "cases/store.h"

struct world {
	struct store *store;
	struct arena *arena; /* for the test */
	int64_t owner;
	char folder[32], path[48]; /* of the store */
};

static int
open_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err err = {0};

	if (w == NULL)
		return -1;
	*state = w;
	snprintf(w->folder, sizeof(w->folder), "/tmp/promised-unit.XXXXXX");
	if (mkdtemp(w->folder) == NULL)
		return -1;
	snprintf(w->path, sizeof(w->path), "%s/p.db", w->folder);
	w->arena = arena_new();
	w->store = store_open(w->path, STORE_CREATE, &err);
	return w->store == NULL ||
	       store_owner(w->store, "sam@x.example", &w->owner, &err) != 0;
}

static int
close_world(void **state)
{
	struct world *w = *state;
	char command[48];
	int result;

	store_close(w->store);
	arena_free(w->arena);
	snprintf(command, sizeof(command), "rm -rf %s", w->folder);
	result = system(command);
	free(w);
	return result;
}

#define IN_WORLD(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

#endif
