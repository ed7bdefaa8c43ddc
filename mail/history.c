/* See history.h. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mail/block.h"
#include "mail/datetext.h"
#include "mail/fold.h"
#include "mail/forms.h"
#include "mail/history.h"
#include "mail/leadin.h"
#include "mail/lines.h"

enum {
	SEPARATOR_MOST = 200,
	FOOTER_LEAST = 8, /* bytes */
	FOOTER_MOST = 160,
	FOOTER_SHORT = 3, /* fixed words of a pattern that says little */
	FOOTER_WORDS = 5 /* and as many may stand for its '*' */
};

/* --- separators --------------------------------------------------------- */

static bool
is_ornament(char c)
{
	return c != '\0' && strchr("-_=*#~+", c) != NULL;
}

static size_t
ornaments(struct slice s)
{
	size_t n = 0;

	while (n < s.len &&
	       (is_ornament(s.p[n]) || s.p[n] == ' ' ||
		   (n > 0 &&
		       slice_starts((struct slice){s.p + n, s.len - n}, "8<"))))
		n += s.p[n] == '8' ? 2 : 1;
	return n;
}

/* What stands between the ornaments of a separator, and what after them. */
struct separator {
	struct slice words, rest; /* words: folded */
	size_t before; /* ornaments */
	bool colon, closed; /* ends with ':'; has ornaments after */
};

static void
trim_mark(struct slice *s, bool *colon)
{
	while (
	    s->len > 0 && (s->p[s->len - 1] == ':' || s->p[s->len - 1] == ' ' ||
			      is_ornament(s->p[s->len - 1]))) {
		*colon |= s->p[s->len - 1] == ':';
		s->len--;
	}
}

static void
separator_cut(struct slice line, char *folded, struct separator *out)
{
	struct slice words;
	const char *end = NULL;

	*out = (struct separator){0};
	out->before = ornaments(line);
	words = (struct slice){line.p + out->before, line.len - out->before};
	if (out->before > 0)
		end = memmem(words.p, words.len, "--", 2);
	if (end != NULL) {
		size_t n;

		out->closed = true;
		out->rest.p = end;
		out->rest.len = words.len - (size_t)(end - words.p);
		n = ornaments(out->rest);
		out->rest = slice_trim(
		    (struct slice){out->rest.p + n, out->rest.len - n});
		words.len = (size_t)(end - words.p);
	}
	words.len = fold(words, folded, SEPARATOR_MOST, NULL);
	words.p = folded;
	trim_mark(&words, &out->colon);
	out->words = words;
}

#define SEPARATORS (1u << FORM_FORWARD | 1u << FORM_ORIGINAL | 1u << FORM_END)

/* The kind of a separator's words, or FORM_CLOSES for none. */
static enum form_kind
separator_kind(const struct forms *forms, struct slice words,
    unsigned *language, const char **shown)
{
	const struct form_word *w = forms_word(forms, words, SEPARATORS);
	struct slice gap[FORM_PIECES];

	if (w != NULL) {
		*language = w->language;
		*shown = w->shown;
		return w->kind;
	}
	w = forms_word(forms, word_first(words), 1u << FORM_OPENS);
	for (; w != NULL; w = forms_more(w, 1u << FORM_OPENS)) {
		const struct form_pattern *p = forms_pattern(forms, w->value);

		if ((1u << p->kind & SEPARATORS) != 0 &&
		    form_matches(p, words, gap)) {
			*language = p->language;
			*shown = p->shown;
			return p->kind;
		}
	}
	return FORM_CLOSES;
}

static bool
may_separate(struct slice line)
{
	return line.len >= 4 && line.len < 4096 &&
	       (is_ornament(line.p[0]) || line.p[line.len - 1] == ':' ||
		   (unsigned char)line.p[line.len - 1] >= 0x80);
}

/* --- boundaries --------------------------------------------------------- */

static size_t
skip_blank(const struct lines *lines, size_t i)
{
	while (i < lines->n && line_blank(lines, i))
		i++;
	return i;
}

static bool
separator_line(const struct forms *forms, const struct lines *lines, size_t i,
    enum form_kind *kind)
{
	char folded[SEPARATOR_MOST];
	struct separator s;
	unsigned language;
	const char *shown;

	if (i >= lines->n || !may_separate(line_inner(lines, i)))
		return false;
	separator_cut(line_inner(lines, i), folded, &s);
	*kind = separator_kind(forms, s.words, &language, &shown);
	return s.before > 1 && s.rest.len == 0 && *kind != FORM_CLOSES;
}

/* Zoho writes the separator again below the header. */
static size_t
skip_separator(const struct forms *forms, const struct lines *lines, size_t i)
{
	size_t below = skip_blank(lines, i);
	enum form_kind kind;
	struct slice value;
	languages in;

	if (!separator_line(forms, lines, below, &kind) || kind == FORM_END ||
	    (below + 1 < lines->n &&
		line_label(forms, line_inner(lines, below + 1), 0, &value,
		    &in) != LABEL_NONE))
		return i;
	return below + 1;
}

/* Yandex writes a line "when, who:" in place of a header. */
static bool
leadin_below(struct arena *m, const struct forms *forms, struct lines *lines,
    size_t below, struct boundary *out)
{
	struct boundary b;
	size_t end = below + 2;

	for (size_t i = below; i < end && i < lines->n; i++) {
		if (line_blank(lines, i) ||
		    !leadin_at(m, forms, lines, below, i, &b))
			continue;
		out->header = b.header;
		out->after = b.after;
		out->depth = b.depth;
		return true;
	}
	return false;
}

/* The header below a separator. */
static void
separator_header(struct arena *m, const struct forms *forms,
    struct lines *lines, size_t i, struct boundary *out)
{
	size_t below = skip_blank(lines, i + 1), after;
	struct quoted_header header;

	out->after = i + 1;
	if (below >= lines->n || below > i + 4)
		return;
	if ((block_read(m, forms, lines, below, &header, &after) == 0 ||
		(!header.seen[LABEL_FROM] && !header.seen[LABEL_SUBJECT])) &&
	    block_read_bare(m, forms, lines, below, &header, &after) == 0) {
		leadin_below(m, forms, lines, below, out);
		return;
	}
	if (after < lines->n && line_is_rule(lines, after))
		after++; /* SquirrelMail's */
	out->header = header;
	out->after = skip_separator(forms, lines, after);
	out->depth = lines->v[below].depth;
}

static bool
separator_at(struct arena *m, const struct forms *forms, struct lines *lines,
    size_t i, struct boundary *out)
{
	char folded[SEPARATOR_MOST];
	struct separator s;
	struct slice line = line_inner(lines, i);
	enum form_kind kind;
	unsigned language = 0;
	const char *shown = NULL;

	if (!may_separate(line))
		return false;
	separator_cut(line, folded, &s);
	if (s.words.len == 0 || (s.before == 0 && !s.colon))
		return false;
	kind = separator_kind(forms, s.words, &language, &shown);
	if (kind != FORM_FORWARD && kind != FORM_ORIGINAL)
		return false;
	*out = (struct boundary){.first = i,
	    .after = i + 1,
	    .mark = kind == FORM_FORWARD ? MARK_FORWARD : MARK_ORIGINAL,
	    .depth = lines->v[i].depth,
	    .form = forms_name(m, forms, language, shown)};
	if (s.rest.len > 0)
		jammed_read(forms, s.rest, &out->header);
	else
		separator_header(m, forms, lines, i, out);
	/* Without ornaments only a header makes sure that it is none of the
	 * author's own lines. */
	return s.before > 1 || out->header.seen[LABEL_FROM];
}

/*
 * The line above a block may announce it without dashes and colon ("This is a
 * forwarded message"), and tell its date ("Message du 02/03/26 10:15").
 */
static void
title_above(struct arena *m, const struct forms *forms,
    const struct lines *lines, struct boundary *out)
{
	char folded[SEPARATOR_MOST];
	struct date_hint hint = {.languages = out->header.languages};
	struct date_text date;
	size_t above = out->first;
	struct separator s;
	unsigned language;
	const char *shown;
	struct slice line;
	enum form_kind kind;

	while (above > 0 && line_blank(lines, above - 1))
		above--;
	if (above == 0 || lines->v[above - 1].depth > out->depth)
		return;
	line = line_inner(lines, above - 1);
	if (line.len >= SEPARATOR_MOST / 2)
		return;
	separator_cut(line, folded, &s);
	kind = separator_kind(forms, s.words, &language, &shown);
	if (kind != FORM_FORWARD && kind != FORM_ORIGINAL)
		return;
	out->first = above - 1;
	out->mark = kind == FORM_FORWARD ? MARK_FORWARD : MARK_ORIGINAL;
	out->form = forms_name(m, forms, language, shown);
	if (!out->header.seen[LABEL_DATE] &&
	    date_text(forms, line, &hint, &date)) {
		out->header.seen[LABEL_DATE] = true;
		out->header.field[LABEL_DATE] = line;
	}
}

static bool
block_at(struct arena *m, const struct forms *forms, struct lines *lines,
    size_t i, struct boundary *out)
{
	struct slice line = line_inner(lines, i), value;
	languages in;
	size_t fields, above = i;

	if (lines->blocks == 0 ||
	    line_label(forms, line, 0, &value, &in) == LABEL_NONE)
		return false;
	lines->blocks--;
	*out = (struct boundary){
	    .mark = MARK_BLOCK, .first = i, .depth = lines->v[i].depth};
	fields = block_read(m, forms, lines, i, &out->header, &out->after);
	if (!block_convinces(forms, &out->header, fields))
		return false;
	while (above > 0 && line_blank(lines, above - 1))
		above--;
	if (above > 0 && line_is_rule(lines, above - 1))
		out->first = above - 1;
	for (unsigned k = 0; k < FORM_LANGUAGES; k++) {
		if ((out->header.languages >> k & 1) != 0) {
			out->form = forms_name(m, forms, k, "header");
			break;
		}
	}
	title_above(m, forms, lines, out);
	out->after = skip_separator(forms, lines, out->after);
	return true;
}

void
history_lines(struct arena *m, const char *text, struct lines *out)
{
	lines_cut(m, text, out);
	history_again(out);
}

void
history_again(struct lines *lines)
{
	lines->leadins = LEADIN_TRIES;
	lines->blocks = BLOCK_TRIES;
}

bool
history_find(struct arena *m, const struct forms *forms, struct lines *lines,
    size_t from, bool unquoted, struct boundary *out)
{
	for (size_t i = from; i < lines->n; i++) {
		if ((unquoted && lines->v[i].depth > 0) || line_blank(lines, i))
			continue;
		if (separator_at(m, forms, lines, i, out) ||
		    block_at(m, forms, lines, i, out) ||
		    leadin_at(m, forms, lines, from, i, out)) {
			if (out->first < from)
				out->first = from;
			return true;
		}
	}
	return false;
}

bool
history_ends(const struct forms *forms, const struct lines *lines, size_t i)
{
	enum form_kind kind;

	return separator_line(forms, lines, i, &kind) && kind == FORM_END;
}

static size_t
words_of(struct slice s)
{
	size_t n = s.len > 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.p[i] == ' ';
	return n;
}

/* "Sent from my desk, which is easier than the phone" is a sentence: what a
 * short pattern leaves open has few words. */
static bool
footer_matches(const struct form_pattern *p, struct slice s)
{
	struct slice gap[FORM_PIECES];
	size_t fixed = 0, open = 0;

	if (p->kind != FORM_FOOTER || !form_matches(p, s, gap))
		return false;
	for (size_t i = 0; i < p->pieces; i++)
		fixed += words_of(p->piece[i]);
	for (size_t i = 0; i + 1 < p->pieces; i++)
		open += words_of(gap[i]);
	return fixed > FOOTER_SHORT || open <= FOOTER_WORDS;
}

static bool
footer_pattern(const struct forms *forms, struct slice s, enum form_kind end)
{
	const struct form_word *w = forms_word(
	    forms, end == FORM_OPENS ? word_first(s) : word_last(s), 1u << end);

	for (; w != NULL; w = forms_more(w, 1u << end)) {
		if (footer_matches(forms_pattern(forms, w->value), s))
			return true;
	}
	return false;
}

bool
line_is_footer(const struct forms *forms, const struct lines *lines, size_t i)
{
	char folded[FOOTER_MOST * 2];
	struct slice s = line_inner(lines, i);
	const char *link = NULL;

	if (s.len > 0 && s.p[s.len - 1] == '>')
		link = memmem(s.p, s.len, "<http", 5);
	if (link != NULL)
		s.len = (size_t)(link - s.p); /* of "Get Outlook for iOS" */
	if (s.len < FOOTER_LEAST || s.len > FOOTER_MOST)
		return false;
	s.len = fold(s, folded, sizeof(folded), NULL);
	s.p = folded;
	while (s.len > 0 && strchr("*_- .", s.p[s.len - 1]) != NULL)
		s.len--;
	while (s.len > 0 && strchr("*_- [(", s.p[0]) != NULL)
		s.p++, s.len--;
	return forms_word(forms, s, 1u << FORM_FOOTER) != NULL ||
	       footer_pattern(forms, s, FORM_OPENS) ||
	       footer_pattern(forms, s, FORM_CLOSES);
}
