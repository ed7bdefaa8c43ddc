/*
 * A compiled template: between template.c, which reads files into steps, and
 * template_render.c, which walks them.
 */
#ifndef CASES_TEMPLATE_STEPS_H
#define CASES_TEMPLATE_STEPS_H

#include "cases/template.h"

enum escape {
	ESCAPE_TEXT,
	ESCAPE_HTML,
	ESCAPE_ATTRIBUTE,
	ESCAPE_LINK,
	ESCAPE_QUERY
};

enum op { OP_TEXT, OP_VALUE, OP_EACH, OP_UNLESS, OP_END };

struct step {
	enum op op;
	enum escape escape;
	struct slice text; /* OP_TEXT: itself; else the name */
	size_t other; /* OP_EACH, OP_UNLESS: the step of its OP_END */
};

struct text_template {
	enum template_form form;
	struct step *v;
	size_t n;
};

#endif
