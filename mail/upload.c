/* See upload.h. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "mail/child.h"
#include "mail/frame.h"
#include "mail/upload.h"

enum { ANSWER_MS = 10 * 60 * 1000 };

struct upload {
	const struct upload_settings *settings;
	struct child child;
	struct frame_reader *in;
	struct arena *arena; /* of one answer */
};

struct upload *
upload_open(const struct upload_settings *s)
{
	struct upload *u = mem_alloc(sizeof(*u));

	*u = (struct upload){
	    .settings = s, .child = CHILD_NONE, .arena = arena_new()};
	return u;
}

static void
stop(struct upload *u)
{
	child_kill(&u->child);
	frame_reader_free(u->in);
	u->in = NULL;
}

void
upload_close(struct upload *u)
{
	if (u == NULL)
		return;
	stop(u);
	arena_free(u->arena);
	free(u);
}

static int
start(struct upload *u, struct err *err)
{
	const struct upload_settings *s = u->settings;
	struct frame f;

	if (u->child.pid > 0)
		return 0;
	if (child_start(&u->child, s->program, err) != 0)
		return -1;
	u->in = frame_reader_new(u->child.from, 0);
	frame_begin(&f, "server");
	frame_set(&f, "url", s->url);
	frame_set(&f, "password", s->password);
	frame_set(&f, "token", s->token);
	frame_set(&f, "ca", s->ca_file);
	frame_set(&f, "pin", s->pin);
	return frame_write(u->child.to, &f, err);
}

static const char *
text_of(const struct frame *f, const char *key)
{
	const char *text = frame_get(f, key);

	return text == NULL ? "" : text;
}

int
upload_read(const struct frame *f, const char *path, struct err *err)
{
	if (strcmp(f->verb, "sent") == 0 && strcmp(text_of(f, "id"), path) == 0)
		return 0;
	if (strcmp(f->verb, "fault") == 0)
		return err_set(err, EX_CONFIG, "%s", text_of(f, "text"));
	return err_set(err,
	    strcmp(text_of(f, "temporary"), "yes") == 0 ? EX_TEMPFAIL
							: EX_UNAVAILABLE,
	    "%s", text_of(f, "text"));
}

static int
ask(struct upload *u, const struct frame *f, struct err *err)
{
	const char *path = frame_get(f, "id");
	struct frame answer;

	arena_reset(u->arena);
	if (start(u, err) == 0 && frame_write(u->child.to, f, err) == 0 &&
	    frame_read(u->in, u->arena, &answer, ANSWER_MS, err) == 1)
		return upload_read(&answer, path, err);
	stop(u);
	return err_set(err, EX_TEMPFAIL, "promised-send has ended");
}

int
upload_put(
    struct upload *u, const char *path, struct slice bytes, struct err *err)
{
	struct frame f;

	frame_begin(&f, "put");
	frame_set(&f, "id", path);
	f.has_bytes = true;
	f.bytes = bytes;
	return ask(u, &f, err);
}

int
upload_remove(struct upload *u, const char *path, struct err *err)
{
	struct frame f;

	frame_begin(&f, "remove");
	frame_set(&f, "id", path);
	return ask(u, &f, err);
}

int
upload_check(struct upload *u, struct err *err)
{
	struct frame f;

	frame_begin(&f, "check");
	frame_set(&f, "id", "check");
	return ask(u, &f, err);
}
