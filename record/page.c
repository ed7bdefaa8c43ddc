/* See page.h. */
#include <stdio.h>

#include "base/buf.h"

#include "record/page.h"

char *
page_write(struct arena *a, const char *dir, const char *name,
    const char *schema, const struct values *values, struct err *err)
{
	struct template_source source = {
	    .file = arena_printf(a, "%s/%s", dir, name)};
	struct text_template *t;
	struct buf text = {0};
	FILE *f = fopen(source.file, "re");
	size_t n;

	if (f == NULL) {
		err_errno(err, "%s", source.file);
		return NULL;
	}
	while (text.len <= TEMPLATE_MOST &&
	       (n = fread(buf_room(&text, 8192), 1, 8192, f)) > 0)
		text.len += n;
	fclose(f);
	source.text.len = text.len;
	source.text.p = buf_keep(&text, a);
	t = template_parse(a, TEMPLATE_HTML, NULL, &source, schema, err);
	return t == NULL ? NULL : template_render(a, t, values);
}
