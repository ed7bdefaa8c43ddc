/* See clock.h. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/config.h"

#include "cases/clock.h"

enum { NUMBER_MOST = 10000 };

struct clocks {
	struct arena *arena;
	struct law_clock *v;
	size_t n;
	const char *members; /* of the Union: "AT BE ..."; "" */
};

/* --- Reading --- */

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}

/* "8 weeks", "5 working days". */
static bool
read_span(const char *text, struct law_clock *c)
{
	static const struct {
		const char *word;
		enum clock_unit unit;
	} units[] = {{"hour", CLOCK_HOURS}, {"day", CLOCK_DAYS},
	    {"working day", CLOCK_WORKING_DAYS}, {"week", CLOCK_WEEKS},
	    {"month", CLOCK_MONTHS}, {"year", CLOCK_YEARS}};
	char *rest;
	long n = strtol(text, &rest, 10);
	size_t len;

	if (rest == text || n < 1 || n > NUMBER_MOST || *rest != ' ')
		return false;
	rest++;
	len = strlen(rest);
	len -= len > 0 && rest[len - 1] == 's';
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].word) == len &&
		    strncmp(units[i].word, rest, len) == 0) {
			c->n = (int)n;
			c->unit = units[i].unit;
			return true;
		}
	return false;
}

static bool
read_flag(const char *value, bool *flag)
{
	*flag = strcmp(value, "yes") == 0;
	return *flag || strcmp(value, "no") == 0;
}

/* The texts: a key that comes again goes on where it stopped. */
static const char **
text_of(struct law_clock *c, const char *key)
{
	const struct {
		const char *key;
		const char **text;
	} texts[] = {{"place", &c->place}, {"sector", &c->sector},
	    {"event", &c->event}, {"when", &c->when}, {"who", &c->who},
	    {"act", &c->act}, {"then", &c->then}, {"ends", &c->ends},
	    {"needs", &c->needs}, {"replaces", &c->replaces},
	    {"body", &c->body}, {"domain", &c->domain}, {"law", &c->law},
	    {"count", &c->count}, {"status", &c->status},
	    {"source", &c->source}, {"note", &c->note}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].key, key) == 0)
			return texts[i].text;
	return NULL;
}

static int
read_entry(struct clocks *all, const struct config_entry *e,
    struct law_clock *c, const char *path, struct err *err)
{
	const char **text = text_of(c, e->key);
	bool fits = true;

	if (text != NULL)
		*text = *text == NULL ? e->value
				      : arena_printf(all->arena, "%s %s", *text,
					    e->value);
	else if (strcmp(e->key, "within") == 0)
		fits = read_span(e->value, c);
	else if (strcmp(e->key, "from") == 0)
		fits = day_parse(e->value, &c->from);
	else if (strcmp(e->key, "until") == 0)
		fits = day_parse(e->value, &c->until);
	else if (strcmp(e->key, "signpost") == 0)
		fits = read_flag(e->value, &c->signpost);
	else if (strcmp(e->key, "exact") == 0)
		fits = read_flag(e->value, &c->exact);
	else if (strcmp(e->key, "optional") == 0)
		fits = read_flag(e->value, &c->optional);
	else
		return err_set(err, EX_CONFIG, "%s:%d: a clock has no key %s",
		    path, e->line, e->key);
	return fits ? 0
		    : err_set(err, EX_CONFIG, "%s:%d: %s cannot be %s", path,
			  e->line, e->key, e->value);
}

static int
check_clock(struct law_clock *c, const char *path, int line, struct err *err)
{
	static const char *const known[] = {
	    "official", "official-text", "secondary", "unconfirmed"};
	bool is = false;

	if (c->place == NULL || c->sector == NULL || c->event == NULL ||
	    c->when == NULL || c->who == NULL || c->act == NULL ||
	    c->status == NULL)
		return err_set(err, EX_CONFIG,
		    "%s:%d: clock %s needs place, sector, event, when, who, "
		    "act and status",
		    path, line, c->id);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		is = is || strcmp(known[i], c->status) == 0;
	if (!is)
		return err_set(err, EX_CONFIG,
		    "%s:%d: clock %s: status is official, official-text, "
		    "secondary or unconfirmed",
		    path, line, c->id);
	c->customer = strncmp(c->who, "customer", 8) == 0;
	c->confirmed = strcmp(c->status, "unconfirmed") != 0;
	if (c->confirmed && c->source == NULL)
		return err_set(err, EX_CONFIG,
		    "%s:%d: clock %s: what is confirmed names its source", path,
		    line, c->id);
	return 0;
}

static int
read_file(struct clocks *all, const char *path, struct err *err)
{
	static const char *const no_secret[] = {NULL};
	struct config file;
	struct law_clock *c = NULL;
	int line = 0;

	if (config_read(all->arena, path, no_secret, &file, err) != 0)
		return -1;
	for (size_t i = 0; i < file.n; i++) {
		const struct config_entry *e = &file.v[i];

		if (strcmp(e->section, "clock") != 0 || *e->name == '\0')
			return err_set(err, EX_CONFIG,
			    "%s:%d: a section is `[clock ID]`", path, e->line);
		if (c == NULL || strcmp(c->id, e->name) != 0) {
			if (c != NULL && check_clock(c, path, line, err) != 0)
				return -1;
			all->v = arena_grow(
			    all->arena, all->v, all->n, sizeof(*all->v));
			c = &all->v[all->n++];
			*c = (struct law_clock){.id = e->name,
			    .from = INT32_MIN,
			    .until = INT32_MAX};
			line = e->line;
		}
		if (read_entry(all, e, c, path, err) != 0)
			return -1;
	}
	return c == NULL ? 0 : check_clock(c, path, line, err);
}

/* Its words on lines, without comments; "" when there is no such file. */
static const char *
read_words(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "re");
	struct buf text = {0};
	char line[400];

	if (f == NULL)
		return "";
	while (fgets(line, sizeof(line), f) != NULL)
		if (line[0] != '#')
			buf_printf(&text, " %s", line);
	fclose(f);
	buf_putc(&text, ' ');
	return buf_keep(&text, a);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct clocks *
clocks_load(struct arena *a, const char *dir, struct err *err)
{
	struct clocks *all = arena_alloc(a, sizeof(*all));
	char **paths = NULL;
	size_t n = 0;
	DIR *d = opendir(dir);
	struct dirent *entry;

	all->arena = a;
	if (d == NULL) {
		err_errno(err, "%s", dir);
		return NULL;
	}
	while ((entry = readdir(d)) != NULL) {
		char *path =
		    arena_printf(a, "%s/%s/clocks", dir, entry->d_name);
		FILE *f = entry->d_name[0] == '.' ? NULL : fopen(path, "re");

		if (f == NULL)
			continue; /* a language, or a file */
		fclose(f);
		paths = arena_grow(a, paths, n, sizeof(*paths));
		paths[n++] = path;
	}
	closedir(d);
	/* whatever order the disk has them in */
	if (n > 1)
		qsort(paths, n, sizeof(*paths), compare_names);
	for (size_t i = 0; i < n; i++)
		if (read_file(all, paths[i], err) != 0)
			return NULL;
	all->members = read_words(a, arena_printf(a, "%s/eu/members", dir));
	return all;
}

/* --- Which apply --- */

/* "GB-SCT" is of GB too, and FR of the EU. */
static bool
in_place(const struct clocks *all, const char *place, const char *region)
{
	size_t n = strlen(place);

	if (region == NULL)
		return false;
	if (strncasecmp(region, place, n) == 0 &&
	    (region[n] == '\0' || region[n] == '-'))
		return true;
	if (strcmp(place, "EU") != 0)
		return false;
	for (const char *p = all->members; (p = strcasestr(p, region)); p++)
		if (isspace((unsigned char)p[-1]) &&
		    isspace((unsigned char)p[strlen(region)]))
			return true;
	return false;
}

static bool
in_sectors(const struct strings *sectors, const char *sector)
{
	if (strcmp(sector, "any") == 0)
		return true;
	for (size_t i = 0; i < sectors->n; i++)
		if (same(sectors->v[i], sector))
			return true;
	return false;
}

bool
clocks_have_sector(const struct clocks *all, const char *sector)
{
	for (size_t i = 0; i < all->n; i++)
		if (same(all->v[i].sector, sector))
			return true;
	return false;
}

bool
clocks_have_event(const struct clocks *all, const char *event)
{
	for (size_t i = 0; i < all->n; i++)
		if (same(all->v[i].event, event) ||
		    same(all->v[i].ends, event) || same(all->v[i].needs, event))
			return true;
	return false;
}

char *
clocks_events(struct arena *a, const struct clocks *all, const char *region,
    const struct strings *sectors)
{
	struct buf out = {0};

	for (size_t i = 0; i < all->n; i++) {
		const struct law_clock *c = &all->v[i];
		size_t k = 0;

		if (!in_place(all, c->place, region) ||
		    !in_sectors(sectors, c->sector))
			continue;
		while (k < i && (!same(all->v[k].event, c->event) ||
				    !in_place(all, all->v[k].place, region) ||
				    !in_sectors(sectors, all->v[k].sector)))
			k++;
		if (k == i)
			buf_printf(
			    &out, "%s%s", out.len > 0 ? ", " : "", c->event);
	}
	return buf_keep(&out, a);
}

/* --- Counting --- */

static const struct milestone *
find(const struct milestone *v, size_t n, const char *name)
{
	const struct milestone *found = NULL;

	for (size_t i = 0; i < n; i++)
		if (same(v[i].name, name) &&
		    (found == NULL || v[i].day < found->day))
			found = &v[i];
	return found;
}

/* The first of that name on or after a day. */
static const struct milestone *
find_since(const struct milestone *v, size_t n, const char *name, day_t since)
{
	const struct milestone *found = NULL;

	for (size_t i = 0; name != NULL && i < n; i++)
		if (same(v[i].name, name) && v[i].day >= since &&
		    (found == NULL || v[i].day < found->day))
			found = &v[i];
	return found;
}

/* The day after the event is day 1. */
static day_t
counted(const struct law_clock *c, const struct calendar *cal, day_t from)
{
	switch (c->unit) {
	case CLOCK_HOURS:
		return from + (c->n + 23) / 24;
	case CLOCK_WORKING_DAYS:
		return calendar_add_working(cal, from, c->n);
	case CLOCK_WEEKS:
		return from + 7 * c->n;
	case CLOCK_MONTHS:
		return day_add_months(from, c->n);
	case CLOCK_YEARS:
		return day_add_months(from, 12 * c->n);
	case CLOCK_DAYS:
		break;
	}
	return from + c->n;
}

/*
 * Both ways of counting: with the day of the event as the first day, and with
 * the day after it, an end on a day off moved to the next working day.
 */
static void
set_days(const struct law_clock *c, const struct calendar *cal, day_t from,
    struct clock_run *run)
{
	run->dated = c->n > 0;
	if (!run->dated)
		return;
	run->last = counted(c, cal, from);
	run->first = c->exact ? run->last : run->last - 1;
	while (!c->exact && !calendar_working(cal, run->last))
		run->last++;
}

static bool
names_body(const char *text, const struct law_clock *c)
{
	return text == NULL || c->body == NULL ||
	       strcasestr(text, c->body) != NULL ||
	       (c->domain != NULL && strcasestr(text, c->domain) != NULL);
}

static void
run_one(const struct law_clock *c, const struct calendar *cal,
    const struct milestone *v, size_t n, day_t today, struct clock_run *run)
{
	const struct milestone *began = find(v, n, c->event);

	*run = (struct clock_run){.clock = c};
	if (began == NULL || (c->needs != NULL && find(v, n, c->needs) == NULL))
		return;
	run->began = began;
	run->unsigned_post = c->signpost && !names_body(began->text, c);
	set_days(c, cal, began->day, run);
	run->ended = find_since(v, n, c->ends, began->day);
	if (run->ended != NULL)
		run->state = CLOCK_MET;
	else if (run->dated && today > run->last)
		run->state = c->optional ? CLOCK_MET : CLOCK_PASSED;
	else
		run->state = CLOCK_RUNNING;
}

static bool
in_force(const struct law_clock *c, const struct milestone *v, size_t n)
{
	const struct milestone *began = find(v, n, c->event);

	return began == NULL ||
	       (began->day >= c->from && began->day <= c->until);
}

static int
compare_runs(const void *a, const void *b)
{
	const struct clock_run *x = a, *y = b;
	bool idle_x = x->state == CLOCK_IDLE, idle_y = y->state == CLOCK_IDLE;

	if (idle_x != idle_y)
		return idle_x ? 1 : -1;
	if (!idle_x && x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return strcmp(x->clock->id, y->clock->id);
}

/* A clock that another takes the place of does not run beside it. */
static void
drop_replaced(struct clock_runs *runs)
{
	size_t kept = 0;

	for (size_t i = 0; i < runs->n; i++) {
		bool replaced = false;

		for (size_t k = 0; k < runs->n; k++)
			replaced =
			    replaced || (runs->v[k].state != CLOCK_IDLE &&
					    same(runs->v[k].clock->replaces,
						runs->v[i].clock->id));
		if (!replaced)
			runs->v[kept++] = runs->v[i];
	}
	runs->n = kept;
}

struct clock_runs
clocks_run(struct arena *a, const struct clocks *all,
    const struct calendars *calendars, const char *region,
    const struct strings *sectors, const struct milestone *v, size_t n,
    day_t today)
{
	const struct calendar *cal = calendar_region(calendars, region);
	struct clock_runs runs = {0};

	if (cal == NULL)
		cal = calendar_region(calendars, NULL);
	for (size_t i = 0; i < all->n; i++) {
		const struct law_clock *c = &all->v[i];

		if (!in_place(all, c->place, region) ||
		    !in_sectors(sectors, c->sector) || !in_force(c, v, n) ||
		    strcmp(c->event, "none") == 0)
			continue;
		runs.v = arena_grow(a, runs.v, runs.n, sizeof(*runs.v));
		run_one(c, cal, v, n, today, &runs.v[runs.n++]);
	}
	drop_replaced(&runs);
	if (runs.n > 1)
		qsort(runs.v, runs.n, sizeof(*runs.v), compare_runs);
	return runs;
}
