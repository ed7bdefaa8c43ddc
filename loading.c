/* See loading.h. */
#include <stdlib.h>
#include <string.h>

#include "base/datadir.h"
#include "base/file.h"
#include "base/image.h"
#include "base/log.h"
#include "base/sanitized.h"
#include "loading.h"
#include "mail/addr.h"
#include "mail/apart.h"
#include "mail/bounce.h"
#include "rules/pattern.h"
#include "rules/train.h"

/* What an image holds. */
struct loaded {
	struct calendars *calendars;
	struct forms *forms;
	struct pack *pack;
	struct thread_words *thread_words;
	struct domain_list *freemail, *desks;
	struct bounce_words *bounces;
	struct machine_addresses *machines;
	struct letters *letters;
};

/* The calendar of --region, or of the configuration. */
static void
choose_calendar(struct run *run)
{
	const char *region = run->options.region;

	if (region == NULL)
		region = run->settings.region; /* NULL without a config */
	run->calendar = calendar_region(run->calendars, region);
	if (run->calendar != NULL)
		return;
	log_warn("region %s: its public holidays are not known here; working "
		 "days are counted without them",
	    region);
	run->calendar = calendar_region(run->calendars, NULL);
}

static int
read_rules(struct run *run, struct arena *a, struct err *err)
{
	run->calendars = calendars_load(a, datadir_path(a, "rules"), err);
	if (run->calendars == NULL)
		return -1;
	choose_calendar(run);
	run->forms = forms_load(a, datadir_path(a, "mail/forms"), err);
	if (run->forms == NULL)
		return -1;
	run->pack = pack_load(
	    a, datadir_path(a, "rules"), run->settings.own_rules, err);
	return run->pack == NULL ? -1 : 0;
}

int
load_rules(struct run *run, struct err *err)
{
	return run->pack != NULL ? 0 : read_rules(run, run->arena, err);
}

static int
read_all(struct run *run, struct arena *a, struct err *err)
{
	if (read_rules(run, a, err) != 0)
		return -1;
	run->thread_words =
	    thread_words_load(a, datadir_path(a, "cases/thread.words"), err);
	if (run->thread_words == NULL)
		return -1;
	run->machines = machine_addresses_load(
	    a, datadir_path(a, "mail/machine-addresses"), err);
	if (run->machines == NULL)
		return -1;
	run->freemail =
	    domain_list_load(a, datadir_path(a, "mail/freemail"), err);
	if (run->freemail == NULL)
		return -1;
	run->desks = domain_list_load(a, datadir_path(a, "mail/desks"), err);
	if (run->desks == NULL)
		return -1;
	run->bounces =
	    bounce_words_load(a, datadir_path(a, "mail/bounces"), err);
	return run->bounces == NULL ? -1 : 0;
}

/* --- the image --- */

static const char *
or_none(const char *text)
{
	return text == NULL ? "-" : text;
}

/* What decides which files are read, and how they are compiled. */
static const char *
image_key(const struct run *run)
{
	const struct settings *s = &run->settings;
	struct arena *a = run->arena;

	return arena_printf(a, "%s\n%s\n%s\n%s\n%s", pattern_engine(a),
	    datadir_path(a, ""), or_none(s->own_rules),
	    or_none(s->own_templates), owner_language(s));
}

/* Beside the store; without one where the user keeps what can be made again.
 * NULL: nowhere. */
static const char *
image_file(const struct run *run)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	const char *key = image_key(run);
	struct arena *a = run->arena;
	unsigned long long name = 0;

	if (run->settings.store != NULL)
		return arena_printf(a, "%s.image", run->settings.store);
	for (; *key != '\0'; key++)
		name = name * 31 + (unsigned char)*key;
	if (xdg != NULL && *xdg == '/')
		return arena_printf(a, "%s/promised/%016llx.image", xdg, name);
	return home == NULL || *home != '/'
		   ? NULL
		   : arena_printf(
			 a, "%s/.cache/promised/%016llx.image", home, name);
}

static void
watch_all(struct run *run)
{
	static const struct {
		const char *path;
		int levels;
	} read[] = {
	    {"rules", 2},
	    {"mail/forms", 1},
	    {"mail/freemail", 0},
	    {"mail/machine-addresses", 0},
	    {"mail/desks", 0},
	    {"mail/bounces", 0},
	    {"cases/thread.words", 0},
	    {"examples/templates", 2},
	};
	const struct settings *s = &run->settings;
	size_t i;

	for (i = 0; i < sizeof(read) / sizeof(*read); i++)
		image_watch(run->image, datadir_path(run->arena, read[i].path),
		    read[i].levels);
	if (s->own_rules != NULL)
		image_watch(run->image, s->own_rules, 2);
	if (s->own_templates != NULL)
		image_watch(run->image, s->own_templates, 2);
}

static void
use(struct run *run, const struct loaded *l)
{
	run->calendars = l->calendars;
	run->forms = l->forms;
	run->pack = l->pack;
	run->thread_words = l->thread_words;
	run->freemail = l->freemail;
	run->machines = l->machines;
	run->desks = l->desks;
	run->bounces = l->bounces;
	run->letters = l->letters;
	pack_reopen(run->pack);
	choose_calendar(run);
}

/* For want of a good image. */
static int
load_files(struct run *run, const char *why, struct err *err)
{
	log_debug("the data files are read: %s", why);
	run->image = image_new(image_key(run));
	if (run->image == NULL)
		return read_all(run, run->arena, err);
	run->image_new = true;
	watch_all(run);
	return read_all(run, image_arena(run->image), err);
}

int
load_all(struct run *run, struct err *err)
{
	const char *file = image_file(run);
	struct err why = {0};

	if (file == NULL)
		return read_all(run, run->arena, err);
	run->image = image_map(file, image_key(run),
	    run->hurried ? IMAGE_HASTY : IMAGE_THOROUGH, &why);
	if (run->image == NULL)
		return load_files(run, why.text, err);
	use(run, image_root(run->image));
	log_debug("%s: used", file);
	return 0;
}

int
load_check(struct run *run, struct err *err)
{
	struct err why = {0};

	if (run->image == NULL || run->image_new ||
	    image_check(run->image, &why) == 0)
		return 0;
	apart_close(run->readers);
	run->readers = NULL;
	load_close(run);
	return load_files(run, why.text, err) != 0 ? -1 : 1;
}

/* A fault in the letters is told by who needs them. */
static struct loaded *
gather(struct run *run, struct arena *a)
{
	const struct settings *s = &run->settings;
	struct loaded *l = arena_alloc(a, sizeof(*l));
	struct err ignored;

	/* Tables of numbers look like addresses of AddressSanitizer's heap, and
	 * the image would be refused: each process would learn for nothing. */
	if (!SANITIZED)
		pack_train(run->pack, run->calendar);
	pack_freeze(run->pack);
	l->calendars = run->calendars;
	l->forms = run->forms;
	l->pack = run->pack;
	l->thread_words = run->thread_words;
	l->freemail = run->freemail;
	l->machines = run->machines;
	l->desks = run->desks;
	l->bounces = run->bounces;
	l->letters = letters_load(a, datadir_path(a, "examples/templates"),
	    s->own_templates, owner_language(s), &ignored);
	return l;
}

void
load_keep(struct run *run)
{
	const char *file;
	struct loaded *l;
	struct err err = {0};

	if (!run->image_new || run->options.dry_run || run->desks == NULL)
		return;
	run->image_new = false;
	file = image_file(run);
	l = gather(run, image_arena(run->image));
	if (file_folders(file, &err) == 0 &&
	    image_save(run->image, file, l, &err) == 0)
		log_debug("%s: written", file);
	else
		log_debug("%s: not written: %s", file, err.text);
	pack_reopen(run->pack);
}

void
load_close(struct run *run)
{
	pack_close(run->pack);
	image_free(run->image);
	run->pack = NULL;
	run->desks = NULL;
	run->image = NULL;
}
