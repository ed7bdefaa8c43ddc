/* See page.h. */
#include <sysexits.h>

#include "record/page.h"

static int
read_source(struct arena *a, const char *dir, const char *name,
    struct template_source *source, struct err *err)
{
	const char *path = arena_printf(a, "%s/%s", dir, name);
	int rc = template_read(a, path, source, err);

	return rc == 0
		   ? err_set(err, EX_CONFIG,
			 "%s: there is no such page; is the data folder whole?",
			 path)
	       : rc < 0 ? -1
			: 0;
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
	    &body, NULL, schema, err);
	return t == NULL ? NULL : template_render(a, t, values);
}
