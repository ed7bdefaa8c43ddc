/* Templates, as an owner may write them, in all their forms. */
#include "cases/template.h"
#include "tests/fuzz/fuzz.h"

static struct values *
some_values(struct arena *a)
{
	struct values *v = values_new(a), *row;
	int i;

	values_set(v, "name", "Acme & <Sons>");
	values_set(v, "link", "me+12.abc@example.org?x=\"'");
	for (i = 0; i < 3; i++) {
		row = values_add(v, "rows");
		values_printf(row, "number", "%d", i);
		values_set(row, "what", i == 1 ? "" : "a \"refund\"\n<b>");
	}
	return v;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct template_source source = {"fuzz", {NULL, 0}, 0, 0};
	struct values *values = some_values(a);
	struct text_template *t;
	struct err err = {0};
	int form;

	source.text = slice_of(fuzz_text(a, data, size));
	for (form = TEMPLATE_TEXT; form <= TEMPLATE_HTML; form++) {
		t = template_parse(a, (enum template_form)form, NULL, &source,
		    NULL, "name link empty rows(number what)", &err);
		if (t != NULL)
			FUZZ_MUST(template_render(a, t, values) != NULL);
	}
	arena_free(a);
	return 0;
}
