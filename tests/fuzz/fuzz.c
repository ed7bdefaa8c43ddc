/* See fuzz.h. */
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "mail/charset.h"
#include "tests/fuzz/fuzz.h"

enum { TEXT_MOST = 64 * 1024 };

struct run *
fuzz_run(void)
{
	static struct run run;
	struct err err = {0};

	if (run.arena != NULL)
		return &run;
	run.arena = arena_new();
	run.out = stderr;
	run.now = (struct moment){1772446500, 0};
	run.calendars = calendars_load(run.arena, "rules", &err);
	run.forms = forms_load(run.arena, "mail/forms", &err);
	run.pack = pack_load(run.arena, "rules", NULL, &err);
	run.bounces = bounce_words_load(run.arena, "mail/bounces", &err);
	if (run.calendars == NULL || run.forms == NULL || run.pack == NULL ||
	    run.bounces == NULL) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	run.calendar = calendar_region(run.calendars, "GB");
	return &run;
}

char *
fuzz_text(struct arena *a, const uint8_t *data, size_t size)
{
	struct slice in = fuzz_slice(data, size > TEXT_MOST ? TEXT_MOST : size);

	return slice_dup(a, charset_decode(a, in, slice_of("utf-8"), NULL));
}

static void
look_at_text(const char *s)
{
	if (s != NULL)
		FUZZ_MUST(utf8_valid(slice_of(s)));
}

static void
look_at_people(const struct addresses *list)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		look_at_text(list->v[i].name);
		look_at_text(list->v[i].addr);
	}
}

static void
look_at_strings(const struct strings *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		look_at_text(list->v[i]);
}

void
fuzz_look_at(const struct message *m)
{
	size_t i;

	look_at_text(m->message_id);
	look_at_text(m->subject);
	look_at_text(m->text);
	look_at_text(m->from.name);
	look_at_text(m->from.addr);
	look_at_people(&m->to);
	look_at_people(&m->cc);
	look_at_people(&m->reply_to);
	look_at_strings(&m->references);
	look_at_strings(&m->in_reply_to);
	look_at_strings(&m->faults);
	for (i = 0; i < m->field_count; i++) {
		look_at_text(m->fields[i].name);
		look_at_text(m->fields[i].value);
	}
	for (i = 0; i < m->part_count; i++) {
		look_at_text(m->parts[i].type);
		look_at_text(m->parts[i].name);
	}
}

const char *
fuzz_file(const uint8_t *data, size_t size)
{
	static char path[64];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("fuzz", 0);
		FUZZ_MUST(fd >= 0 && fchmod(fd, 0600) == 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	FUZZ_MUST(pwrite(fd, data, size, 0) == (ssize_t)size &&
		  ftruncate(fd, (off_t)size) == 0);
	return path;
}
