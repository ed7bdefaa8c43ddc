/* See resolver.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "mail/child.h"
#include "mail/frame.h"
#include "mail/resolver.h"

enum { ANSWER_MS = 60 * 1000 };

struct resolver {
	const char *program, *server;
	struct child child;
	struct frame_reader *in;
};

bool
resolver_name_is_one(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > RESOLVER_NAME_MOST || name[0] == '.' ||
	    strstr(name, "..") != NULL)
		return false;
	for (; *name != '\0'; name++)
		if (!isalnum((unsigned char)*name) &&
		    strchr(".-_", *name) == NULL)
			return false;
	return true;
}

struct resolver *
resolver_open(const char *program, const char *server)
{
	struct resolver *r = mem_alloc(sizeof(*r));

	*r = (struct resolver){
	    .program = program, .server = server, .child = CHILD_NONE};
	return r;
}

static void
stop(struct resolver *r)
{
	child_kill(&r->child);
	frame_reader_free(r->in);
	r->in = NULL;
}

void
resolver_close(struct resolver *r)
{
	if (r == NULL)
		return;
	stop(r);
	free(r);
}

static int
tell_server(struct resolver *r, struct arena *a, struct err *err)
{
	const char *colon = strchr(r->server, ':');
	struct frame f;

	frame_begin(&f, "server");
	frame_set(&f, "address",
	    colon == NULL
		? r->server
		: arena_strndup(a, r->server, (size_t)(colon - r->server)));
	frame_set(&f, "port", colon == NULL ? NULL : colon + 1);
	return frame_write(r->child.to, &f, err);
}

static int
start(struct resolver *r, struct arena *a, struct err *err)
{
	if (r->child.pid > 0)
		return 0;
	if (child_start(&r->child, r->program, err) != 0)
		return -1;
	r->in = frame_reader_new(r->child.from, 0);
	return r->server == NULL ? 0 : tell_server(r, a, err);
}

int
resolver_read(
    const struct frame *f, const char *name, const char **text, struct err *err)
{
	const char *about = frame_get(f, "name"), *said = frame_get(f, "text");

	*text = said;
	if (strcmp(f->verb, "fault") == 0)
		return err_set(err, EX_UNAVAILABLE, "promised-lookup: %s",
		    said == NULL ? "" : said);
	if (about == NULL || strcmp(about, name) != 0)
		return err_set(err, EX_DATAERR,
		    "promised-lookup: an answer to another question");
	if (strcmp(f->verb, "txt") == 0 && said != NULL)
		return 1;
	if (strcmp(f->verb, "none") == 0)
		return 0;
	return err_set(
	    err, EX_TEMPFAIL, "the DNS does not answer for %s", name);
}

int
resolver_txt(struct resolver *r, struct arena *a, const char *name,
    const char **text, struct err *err)
{
	struct frame f;
	int rc = -1;

	if (!resolver_name_is_one(name))
		return err_set(err, EX_DATAERR, "%.100s is no name", name);
	if (start(r, a, err) == 0) {
		frame_begin(&f, "txt");
		frame_set(&f, "name", name);
		rc = frame_write(r->child.to, &f, err);
	}
	if (rc == 0)
		rc = frame_read(r->in, a, &f, ANSWER_MS, err);
	if (rc == 1)
		return resolver_read(&f, name, text, err);
	stop(r);
	return rc < 0
		   ? -1
		   : err_set(err, EX_UNAVAILABLE, "promised-lookup has ended");
}
