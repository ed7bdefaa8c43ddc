/* See page.h. */
#include <string.h>
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

/* The sheet of a page stands beside the folders of languages. */
static int
read_style(struct arena *a, const char *dir, const char *page,
    struct template_part *style, struct err *err)
{
	const char *sheet = arena_printf(
	    a, "%s/../%.*s.css", dir, (int)strcspn(page, "."), page);

	style->name = "style";
	return template_read(a, sheet, &style->source, err);
}

char *
page_write(struct arena *a, const char *dir, const char *layout,
    const char *name, const char *schema, const struct values *values,
    struct err *err)
{
	struct template_source body = {0}, around = {0};
	struct template_part style = {0};
	struct template_parts parts = {&style, 0};
	struct text_template *t;
	int rc;

	if (read_source(a, dir, name, &body, err) != 0 ||
	    (layout != NULL && read_source(a, dir, layout, &around, err) != 0))
		return NULL;
	rc = read_style(a, dir, layout == NULL ? name : layout, &style, err);
	if (rc < 0)
		return NULL;
	parts.n = (size_t)rc;
	t = template_parse(a, TEMPLATE_HTML, layout == NULL ? NULL : &around,
	    &body, &parts, schema, err);
	return t == NULL ? NULL : template_render(a, t, values);
}
