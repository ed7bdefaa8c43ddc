/* See config.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <ini.h>

#include "base/buf.h"
#include "base/config.h"

/* What the two callbacks of inih share. */
struct reader {
	FILE *file;
	int line;
	bool too_long;
	struct arena *arena;
	struct config *config;
};

/* inih asks for lines; counting them here tells each entry its own. */
static char *
next_line(char *out, int room, void *stream)
{
	struct reader *r = stream;
	size_t n;

	if (fgets(out, room, r->file) == NULL)
		return NULL;
	r->line++;
	n = strlen(out);
	if (n + 1 == (size_t)room && out[n - 1] != '\n') {
		r->too_long = true;
		return NULL;
	}
	return out;
}

static int
take_entry(void *user, const char *section, const char *key, const char *value)
{
	struct reader *r = user;
	struct config *c = r->config;
	size_t word = strcspn(section, " \t");
	struct config_entry *e;

	c->v = arena_grow(r->arena, c->v, c->n, sizeof(*c->v));
	e = &c->v[c->n++];
	e->section = arena_strndup(r->arena, section, word);
	e->name = slice_dup(r->arena, slice_trim(slice_of(section + word)));
	e->key = arena_strdup(r->arena, key);
	e->value = arena_strdup(r->arena, value);
	e->line = r->line;
	return 1;
}

/* Secrets that others can read are refused. */
static int
check_secrets(const struct config *c, const struct stat *st,
    const char *const *secret, struct err *err)
{
	size_t i, k;

	if ((st->st_mode & 077) == 0)
		return 0;
	for (i = 0; i < c->n; i++)
		for (k = 0; secret[k] != NULL; k++)
			if (strcasecmp(c->v[i].key, secret[k]) == 0)
				return err_set(err, EX_NOPERM,
				    "%s:%d: holds a %s and others can read "
				    "it; chmod 600 %s",
				    c->path, c->v[i].line, secret[k], c->path);
	return 0;
}

int
config_read(struct arena *a, const char *path, const char *const *secret,
    struct config *c, struct err *err)
{
	struct reader r = {.arena = a, .config = c};
	struct stat st;
	int bad;

	memset(c, 0, sizeof(*c));
	c->path = arena_strdup(a, path);
	r.file = fopen(path, "re");
	if (r.file == NULL || fstat(fileno(r.file), &st) != 0) {
		err_errno(err, "%s", path);
		if (errno == ENOENT)
			err->code = EX_NOINPUT;
		if (r.file != NULL)
			fclose(r.file);
		return -1;
	}
	bad = ini_parse_stream(next_line, &r, take_entry, &r);
	fclose(r.file);
	if (r.too_long)
		return err_set(err, EX_CONFIG,
		    "%s:%d: the line is too long; use a file or a command for "
		    "long values",
		    path, r.line);
	if (bad != 0)
		return err_set(err, EX_CONFIG,
		    "%s:%d: neither a [section] nor key = value", path,
		    bad > 0 ? bad : r.line);
	return check_secrets(c, &st, secret, err);
}
