/*
 * See inflect.h.
 */
#include <string.h>

#include "rules/inflect.h"

/* Words between the verb and what belongs to it. */
static const char gap[] = "(?: [\\w'$£€]+){0,4}? ";

static struct slice
take(struct slice *rest, const char *ends)
{
	struct slice part = {rest->p, 0};

	while (part.len < rest->len && strchr(ends, rest->p[part.len]) == NULL)
		part.len++;
	rest->p += part.len;
	rest->len -= part.len;
	return part;
}

/* All forms but, with own ones, that of the past. */
static void
put_forms(
    struct buf *out, const struct language *l, struct slice verb, bool own)
{
	char last = verb.len > 1 && verb.p[verb.len - 1] == '*'
			? verb.p[verb.len - 2]
			: '\0';
	const char *const *ends;
	size_t cut, i, n;

	if (last != '\0')
		verb.len--;
	ends = language_endings(l, verb, &cut, &n);
	verb.len -= cut;
	buf_slice(out, verb);
	buf_puts(out, "(?:");
	for (i = 0; i < n; i++) {
		if (own && i + 2 == n)
			continue;
		buf_puts(out, i > 0 ? "|" : "");
		/* Only what is put behind a word doubles its last letter. */
		if (last != '\0' && i + 2 >= n)
			buf_putc(out, last);
		buf_puts(out, ends[i]);
	}
	buf_putc(out, ')');
}

static void
put_word(struct buf *out, const struct language *l, struct slice word)
{
	struct slice verb = take(&word, "_~"), form = take(&verb, "/");

	/* take() leaves the verb's first form in `form`. */
	buf_puts(out, "(?:");
	put_forms(out, l, form, verb.len > 0);
	while (verb.len > 0) {
		verb.p++, verb.len--;
		buf_putc(out, '|');
		buf_slice(out, take(&verb, "/"));
	}
	buf_putc(out, ')');
	for (; word.len > 0; word.p++, word.len--) {
		if (word.p[0] == '~')
			buf_puts(out, gap);
		else
			buf_putc(out, word.p[0] == '_' ? ' ' : word.p[0]);
	}
}

struct slice
inflect(struct arena *arena, const struct language *l, struct slice words)
{
	struct buf out = {0};
	struct slice word;

	for (words = slice_trim(words); words.len > 0;
	     words = slice_trim(words)) {
		word = take(&words, " \t");
		if (out.len > 0)
			buf_putc(&out, '|');
		put_word(&out, l, word);
	}
	return slice_of(buf_keep(&out, arena));
}
