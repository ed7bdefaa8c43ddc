/*
 * One rule file: lines -> definitions and rules.  See promised-rules(5).
 */
#ifndef RULES_RULEFILE_H
#define RULES_RULEFILE_H

#include "base/arena.h"
#include "base/err.h"
#include "rules/pack.h"

/* What has been read so far, of all files of a language. */
struct rules_read {
	struct rule **rules;
	size_t rule_count;
	struct definition *definitions;
	size_t definition_count;
};

/*
 * Reads a file.  where: what the rules call it ("en/promise.rules").  own: it
 * is the owner's, whose rules and definitions stand in for later ones of the
 * same name.  -1 with err (file:line:column).
 */
int rulefile_read(struct arena *, const char *path, const char *where,
    const struct language *, bool own, struct rules_read *, struct err *);

#endif
