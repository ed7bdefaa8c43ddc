/* See leadin.h. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mail/datetext.h"
#include "mail/fold.h"
#include "mail/forms.h"
#include "mail/history.h"
#include "mail/leadin.h"
#include "mail/lines.h"

enum { LEADIN_LINES = 6, WINDOW_MOST = 700 };

/* Lines first..last in one, folded, with a way back to the raw bytes. */
struct window {
	char raw[WINDOW_MOST + 8], folded[WINDOW_MOST * 2];
	uint16_t at[WINDOW_MOST * 2];
	size_t raw_len;
	struct slice text; /* folded, without the colon at the end */
};

static bool
window_fill(const struct lines *lines, size_t first, size_t last, size_t skip,
    struct window *w)
{
	size_t n = 0;

	for (size_t i = first; i <= last; i++) {
		struct slice s = line_inner(lines, i);

		if (i == first && skip < s.len)
			s = (struct slice){s.p + skip, s.len - skip};
		if (n + s.len + 1 > WINDOW_MOST)
			return false;
		memcpy(w->raw + n, s.p, s.len);
		n += s.len;
		if (i < last)
			w->raw[n++] = ' ';
	}
	w->raw_len = n;
	w->text.len = fold(
	    (struct slice){w->raw, n}, w->folded, sizeof(w->folded), w->at);
	w->text.p = w->folded;
	return true;
}

/* Off with the dashes around and the colon at the end; false when neither a
 * colon nor dashes end it. */
static bool
window_trim(struct slice *text)
{
	bool ended = false;
	size_t dashes = 0;

	while (text->len > 0 &&
	       (text->p[0] == '-' || text->p[0] == ' ' || text->p[0] == '*')) {
		text->p++;
		text->len--;
	}
	while (text->len > 0 && strchr(":- *.", text->p[text->len - 1])) {
		ended |= text->p[text->len - 1] == ':';
		dashes += text->p[text->len - 1] == '-';
		text->len--;
	}
	return ended || dashes >= 3;
}

static struct slice
raw_of(const struct window *w, struct slice folded)
{
	size_t start, end;

	if (folded.len == 0)
		return (struct slice){w->raw, 0};
	start = w->at[folded.p - w->folded];
	end = (size_t)(folded.p - w->folded) + folded.len;
	end = end < w->text.len + (size_t)(w->text.p - w->folded) ? w->at[end]
								  : w->raw_len;
	return slice_trim((struct slice){w->raw + start, end - start});
}

/* Who and when, as found in the gaps of a pattern. */
struct leadin {
	struct slice who, when;
	bool has_date, has_time, has_zone, has_address;
	bool date_first; /* the date begins the first gap */
	bool date_near; /* or stands behind a short word there */
	const struct form_pattern *pattern;
};

static struct slice
strip_marks(struct slice s)
{
	while (s.len > 0 && strchr(".,; -)", s.p[0]) != NULL)
		s.p++, s.len--;
	while (s.len > 0 && strchr(",; -", s.p[s.len - 1]) != NULL)
		s.len--;
	return s;
}

/* Who, in a gap that tells when as well: the side with the address, else what
 * follows the date. */
static struct slice
beside_date(struct slice gap, const struct date_text *date)
{
	struct slice before = {gap.p, date->start};
	struct slice after = {gap.p + date->end, gap.len - date->end};

	before = strip_marks(before);
	after = strip_marks(after);
	if (after.len == 0 ||
	    (before.len > 0 && memchr(before.p, '@', before.len) != NULL))
		return before;
	return after;
}

static void
gap_date(const struct forms *forms, struct slice gap, languages in,
    struct leadin *out, bool first)
{
	struct date_hint hint = {.languages = in};
	struct date_text date;

	if (out->has_date || !date_text(forms, gap, &hint, &date)) {
		if (out->who.len == 0)
			out->who = gap;
		return;
	}
	out->has_date = true;
	out->has_time = date.has_time;
	out->has_zone = date.has_zone;
	out->date_first = first && date.start < 3;
	out->date_near = first && date.start < 12;
	out->when = (struct slice){gap.p + date.start, date.end - date.start};
	if (out->who.len == 0)
		out->who = beside_date(gap, &date);
}

static void
leadin_read(const struct forms *forms, const struct window *w,
    const struct form_pattern *p, const struct slice *gap, struct leadin *out)
{
	*out = (struct leadin){.pattern = p};
	for (size_t i = 0; i + 1 < p->pieces; i++) {
		struct slice raw = raw_of(w, gap[i]);

		if (raw.len == 0)
			continue;
		out->has_address |= memchr(raw.p, '@', raw.len) != NULL;
		gap_date(forms, raw, (languages)1 << p->language, out, i == 0);
	}
	out->who = strip_marks(out->who);
}

static bool
is_open(const struct form_pattern *p)
{
	return p->piece[0].len == 0;
}

static bool
is_bare(const struct form_pattern *p)
{
	return is_open(p) && word_last(p->piece[p->pieces - 1]).len == 0;
}

static bool
quoted_below(const struct lines *lines, size_t i)
{
	unsigned depth = lines->v[i].depth;

	for (i++; i < lines->n; i++) {
		if (lines->v[i].depth > depth)
			return true;
		if (!line_blank(lines, i))
			return false;
	}
	return false;
}

static bool
leadin_convinces(const struct lines *lines, size_t last, const struct leadin *l)
{
	if (is_bare(l->pattern))
		return l->has_date &&
		       (l->has_address ||
			   (l->has_time && quoted_below(lines, last))) &&
		       (l->date_near || l->pattern->pieces > 2);
	if (l->has_date)
		return l->has_time || l->has_address || l->who.len < 60 ||
		       quoted_below(lines, last);
	return l->has_address ? l->who.len < 200 : quoted_below(lines, last);
}

/* A search for a lead-in that ends with line `last`. */
struct search {
	struct arena *m;
	const struct forms *forms;
	struct lines *lines;
	size_t from, last;
	struct window *window;
	struct leadin leadin;
	size_t first, kept;
};

static bool
try_pattern(struct search *s, const struct form_pattern *p, struct slice text,
    size_t first)
{
	struct slice gap[FORM_PIECES];

	if (p->kind != FORM_WROTE || !form_matches(p, text, gap))
		return false;
	leadin_read(s->forms, s->window, p, gap, &s->leadin);
	s->first = first;
	return leadin_convinces(s->lines, s->last, &s->leadin);
}

static size_t
fixed_length(const struct form_pattern *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->pieces; i++)
		n += p->piece[i].len;
	return n;
}

/* Of the patterns that fit the one that leaves the least open. */
static bool
try_opening(struct search *s, struct slice text, size_t first)
{
	const unsigned kind = 1u << FORM_OPENS;
	const struct form_word *w =
	    forms_word(s->forms, word_first(text), kind);
	struct leadin best = {0};

	for (; w != NULL; w = forms_more(w, kind)) {
		const struct form_pattern *p =
		    forms_pattern(s->forms, w->value);

		if ((best.pattern == NULL ||
			fixed_length(p) > fixed_length(best.pattern)) &&
		    try_pattern(s, p, text, first))
			best = s->leadin;
	}
	s->leadin = best;
	return best.pattern != NULL;
}

/* Patterns of more words first: they know better where the name begins. */
static bool
try_open(struct search *s, struct slice text, size_t first)
{
	const unsigned kind = 1u << FORM_CLOSES;
	const struct form_word *w = forms_word(s->forms, word_last(text), kind);
	const struct form_pattern *p;

	for (size_t pieces = FORM_PIECES; pieces > 1; pieces--) {
		for (const struct form_word *v = w; v != NULL;
		     v = forms_more(v, kind)) {
			p = forms_pattern(s->forms, v->value);
			if (p->pieces == pieces && is_open(p) &&
			    try_pattern(s, p, text, first))
				return true;
		}
	}
	for (size_t i = 0; (p = forms_loose(s->forms, i)) != NULL; i++) {
		if (try_pattern(s, p, text, first))
			return true;
	}
	return false;
}

static bool
window_open(struct search *s, size_t first, size_t skip, struct slice *text)
{
	if (s->lines->v[first].depth != s->lines->v[s->last].depth ||
	    !window_fill(s->lines, first, s->last, skip, s->window))
		return false;
	*text = s->window->text;
	return window_trim(text);
}

static size_t
earliest(const struct search *s)
{
	size_t reach = LEADIN_LINES - 1;

	return s->last >= s->from + reach ? s->last - reach : s->from;
}

static bool
search_opening(struct search *s)
{
	struct slice text;

	for (size_t first = s->last + 1; first-- > earliest(s);) {
		if (!line_blank(s->lines, first) &&
		    window_open(s, first, 0, &text) &&
		    try_opening(s, text, first))
			return true;
	}
	return false;
}

/* Patterns that begin with '*': the fewest lines that tell who and when, else
 * the fewest that tell anything. */
static bool
search_open(struct search *s)
{
	struct leadin found = {0};
	size_t first = s->last + 1, found_first = 0;
	struct slice text;

	while (first-- > earliest(s)) {
		if (line_blank(s->lines, first) ||
		    !window_open(s, first, 0, &text))
			break;
		if (!try_open(s, text, first))
			continue;
		if (found.pattern == NULL ||
		    (s->leadin.date_first && s->leadin.has_address &&
			!found.has_date)) {
			found = s->leadin;
			found_first = first;
			found.who = (struct slice){
			    arena_strndup(s->m, found.who.p, found.who.len),
			    found.who.len};
			found.when = (struct slice){
			    arena_strndup(s->m, found.when.p, found.when.len),
			    found.when.len};
		}
		if (found.has_date && found.has_address)
			break;
	}
	s->leadin = found;
	s->first = found_first;
	return found.pattern != NULL;
}

/* "fine. On Wed, Apr 4, 2012 at 3:59 PM, bob@example.com wrote:" */
static bool
search_inside(struct search *s)
{
	const unsigned kind = 1u << FORM_CLOSES;
	struct slice text, line = line_inner(s->lines, s->last);
	const struct form_word *w;
	char folded[WINDOW_MOST * 2];

	if (line.len > WINDOW_MOST || !window_open(s, s->last, 0, &text))
		return false;
	memcpy(folded, text.p, text.len);
	text.p = folded;
	w = forms_word(s->forms, word_last(text), kind);
	for (; w != NULL; w = forms_more(w, kind)) {
		const struct form_pattern *p =
		    forms_pattern(s->forms, w->value);
		struct slice piece = p->piece[0], part;

		if (p->kind != FORM_WROTE || is_open(p))
			continue;
		for (size_t i = 1; i + piece.len < text.len; i++) {
			size_t skip;

			if (folded[i - 1] != ' ' ||
			    memcmp(folded + i, piece.p, piece.len) != 0)
				continue;
			if (!window_open(s, s->last, 0, &part))
				return false;
			skip =
			    s->window
				->at[(size_t)(part.p - s->window->folded) + i];
			if (!window_open(s, s->last, skip, &part) ||
			    !try_pattern(s, p, part, s->last) ||
			    !s->leadin.date_first || !s->leadin.has_time)
				continue;
			s->kept =
			    (size_t)(line.p - line_whole(s->lines, s->last).p) +
			    skip;
			return true;
		}
	}
	return false;
}

/* The first or last word of a line, looked up. */
static bool
is_end_word(const struct search *s, size_t i, bool last)
{
	enum { WORD_MOST = 48 };
	char folded[WORD_MOST * 2];
	struct slice line = line_inner(s->lines, i);
	unsigned kind = last ? FORM_CLOSES : FORM_OPENS;
	const struct form_word *w;

	if (line.len > WORD_MOST && last)
		line.p += line.len - WORD_MOST;
	line.len = line.len > WORD_MOST ? WORD_MOST : line.len;
	line.len = fold(line, folded, sizeof(folded), NULL);
	line.p = folded;
	w = forms_word(
	    s->forms, last ? word_last(line) : word_first(line), 1u << kind);
	for (; w != NULL; w = forms_more(w, 1u << kind)) {
		if (forms_pattern(s->forms, w->value)->kind == FORM_WROTE)
			return true;
	}
	return false;
}

static bool
line_opens(const struct search *s, size_t i)
{
	struct line *l = &s->lines->v[i];

	if (l->opens == KNOWN_NOT_YET)
		l->opens = is_end_word(s, i, false) ? KNOWN_YES : KNOWN_NO;
	return l->opens == KNOWN_YES;
}

/* A cheap look before the search: who or when must be told near, and a word
 * must begin or end a pattern or an address be there for those that have '*'
 * at both ends. */
static bool
may_lead_in(const struct search *s)
{
	bool quoted = quoted_below(s->lines, s->last);
	bool number = quoted, word = quoted && s->lines->v[s->last].number;

	for (size_t i = earliest(s); i <= s->last; i++) {
		if (s->lines->v[i].address)
			return true;
		number |= s->lines->v[i].number;
	}
	if (!number)
		return false;
	for (size_t i = earliest(s); !word && i <= s->last; i++)
		word = line_opens(s, i);
	return word || is_end_word(s, s->last, true);
}

/* A date at the line's start shows that no text of the author precedes it. */
static bool
search_without_opening(struct search *s)
{
	struct search open = *s;
	bool found = search_open(&open);

	bool sure = found &&
		    (open.leadin.date_first || open.leadin.pattern->pieces > 2);

	if (!sure && search_inside(s))
		return true;
	*s = open;
	return found;
}

static bool
ends_leadin(struct slice line)
{
	if (line.len < 2)
		return false;
	if (line.p[line.len - 1] == '*')
		line.len--;
	return line.p[line.len - 1] == ':' ||
	       (line.len > 3 &&
		   (memcmp(line.p + line.len - 3, "\xef\xbc\x9a", 3) == 0 ||
		       (line.p[0] == '-' &&
			   memcmp(line.p + line.len - 3, "---", 3) == 0)));
}

static void
leadin_keep(const struct search *s, struct boundary *out)
{
	struct quoted_header *h = &out->header;
	const struct leadin *l = &s->leadin;

	*h = (struct quoted_header){0};
	h->field[LABEL_FROM] = (struct slice){
	    arena_strndup(s->m, l->who.p, l->who.len), l->who.len};
	h->field[LABEL_DATE] = (struct slice){
	    arena_strndup(s->m, l->when.p, l->when.len), l->when.len};
	h->seen[LABEL_FROM] = l->who.len > 0;
	h->seen[LABEL_DATE] = l->when.len > 0;
	h->languages = (languages)1 << l->pattern->language;
	out->mark = MARK_WROTE;
	out->first = s->first;
	out->kept = s->kept;
	out->after = s->last + 1;
	out->depth = s->lines->v[s->last].depth;
	out->form =
	    forms_name(s->m, s->forms, l->pattern->language, l->pattern->shown);
}

/* Gmail until 2017: "2016-03-03 17:21 GMT+01:00 Some One", no colon. */
static bool
dated_line(struct search *s)
{
	struct slice line = line_inner(s->lines, s->last);
	struct date_hint hint = {0};
	struct date_text date;
	size_t words = 1;

	if (line.len < 24 || line.len > 120 || line.p[0] != '2' ||
	    line.p[4] != '-' || !date_text(s->forms, line, &hint, &date) ||
	    !date.has_zone || date.start != 0 || date.end >= line.len)
		return false;
	s->leadin = (struct leadin){.has_date = true,
	    .when = {line.p, date.end},
	    .pattern = forms_loose(s->forms, 0)};
	s->leadin.who =
	    slice_trim((struct slice){line.p + date.end, line.len - date.end});
	for (size_t i = 0; i < s->leadin.who.len; i++)
		words += s->leadin.who.p[i] == ' ';
	s->first = s->last;
	return s->leadin.pattern != NULL && words <= 5 &&
	       strchr(".!?,", line.p[line.len - 1]) == NULL;
}

static bool
groupwise_line(struct search *s)
{
	struct slice line = line_inner(s->lines, s->last), inside = line;
	struct date_hint hint = {0};
	struct date_text date;
	const char *end = memrchr(line.p + 3, '<', line.len - 6);

	inside.p += 3;
	inside.len -= 6;
	s->leadin = (struct leadin){.pattern = forms_loose(s->forms, 0)};
	s->first = s->last;
	end = end == NULL ? inside.p : end;
	line = (struct slice){end, inside.len - (size_t)(end - inside.p)};
	for (size_t i = 0; i < line.len; i++) {
		if (line.p[i] == '>')
			line.p += i + 1, line.len -= i + 1, i = 0;
	}
	if (s->leadin.pattern == NULL ||
	    !date_text(s->forms, line, &hint, &date))
		return false;
	s->leadin.when =
	    (struct slice){line.p + date.start, date.end - date.start};
	s->leadin.who = slice_trim(
	    (struct slice){inside.p, (size_t)(line.p + date.start - inside.p)});
	return true;
}

bool
leadin_at(struct arena *m, const struct forms *forms, struct lines *lines,
    size_t from, size_t i, struct boundary *out)
{
	struct window window;
	struct search s = {.m = m,
	    .forms = forms,
	    .lines = lines,
	    .from = from,
	    .last = i,
	    .window = &window};
	struct slice line = line_inner(lines, i);

	if (line_is_groupwise(line.p, line.len)) {
		if (!groupwise_line(&s))
			return false;
	} else if (!ends_leadin(line)) {
		if (line.p[0] != '2' || !dated_line(&s))
			return false;
	} else {
		if (lines->leadins == 0 || !may_lead_in(&s))
			return false;
		lines->leadins--;
		if (!search_opening(&s) && !search_without_opening(&s))
			return false;
	}
	leadin_keep(&s, out);
	return true;
}
