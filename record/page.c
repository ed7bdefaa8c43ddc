/* See page.h. */
#include <stdio.h>

#include "base/buf.h"

#include "record/page.h"

static int
read_source(struct arena *a, const char *dir, const char *name,
    struct template_source *source, struct err *err)
{
	struct buf text = {0};
	FILE *f;
	size_t n;

	source->file = arena_printf(a, "%s/%s", dir, name);
	f = fopen(source->file, "re");
	if (f == NULL)
		return err_errno(err, "%s", source->file);
	while (text.len <= TEMPLATE_MOST &&
	       (n = fread(buf_room(&text, 8192), 1, 8192, f)) > 0)
		text.len += n;
	fclose(f);
	source->text.len = text.len;
	source->text.p = buf_keep(&text, a);
	return 0;
}

char *
page_write(struct arena *a, const char *dir, const char *layout,
    const char *name, const char *schema, const struct values *values,
    struct err *err)
{
	struct template_source body = {0}, around = {0};
	struct text_template *t;

	if (read_source(a, dir, name, &body, err) != 0 ||
	    (layout != NULL && read_source(a, dir, layout, &around, err) != 0))
		return NULL;
	t = template_parse(a, TEMPLATE_HTML, layout == NULL ? NULL : &around,
	    &body, schema, err);
	return t == NULL ? NULL : template_render(a, t, values);
}
