/*
 * Pages: data files of examples/pages/LANGUAGE, written with the tags of
 * promised-templates(5).  How they look is the same in every language: {>style}
 * in NAME.html, or in its layout, takes in examples/pages/NAME.css.
 */
#ifndef RECORD_PAGE_H
#define RECORD_PAGE_H

#include "base/arena.h"
#include "base/err.h"
#include "cases/template.h"

/* Reads dir/NAME and fills it in; with a layout, a file of the same folder,
 * where that says {body}.  NULL with err (EX_CONFIG, with file, line and
 * column). */
char *page_write(struct arena *, const char *dir, const char *layout,
    const char *name, const char *schema, const struct values *, struct err *);

#endif
