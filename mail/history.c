/* See history.h. */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mail/datetext.h"
#include "mail/fold.h"
#include "mail/forms.h"
#include "mail/history.h"

enum {
	TEXT_MOST = 1 << 30,
	LABEL_MOST = 48, /* bytes before the colon of a label */
	SEPARATOR_MOST = 200,
	FOOTER_MOST = 160,
	CONTINUED_MOST = 60, /* lines that one field may be wrapped to */
	FIELD_MOST = 64 * 1024,
	WRAP_WIDTH = 58, /* a shorter line was not wrapped by a program */
	RULE_LEAST = 3,
	BLANKS_IN_BLOCK = 2
};

/* --- lines -------------------------------------------------------------- */

static void
line_measure(const char *text, struct line *l)
{
	uint32_t i = 0, after = 0;

	while (i < l->len && l->depth < 100) {
		char c = text[l->start + i];

		if (c == '>') {
			l->depth++;
			after = i + 1;
		} else if (c != ' ' || i > after + 1) {
			break;
		}
		i++;
	}
	if (after < l->len && l->depth > 0 && text[l->start + after] == ' ')
		after++;
	l->inner = l->start + after;
}

/*
 * An address may be wrapped before its '>', which then looks like a mark of
 * quotation: "<someone@example.org" above "> wrote:".  open: how many '<' are
 * not closed so far; the new number is returned.
 */
static unsigned
line_close(
    const char *text, unsigned open, const struct line *above, struct line *l)
{
	const char *start = text + l->start, *end = start + l->len;

	if (open > 0 && l->depth == above->depth + 1 && l->len < WRAP_WIDTH &&
	    l->len > 1 && end[-1] == ':') {
		l->depth--;
		while (l->inner > l->start && text[l->inner] != '>')
			l->inner--;
	}
	if (l->len == 0)
		return 0;
	for (const char *p = text + l->inner; p < end; p++) {
		open += *p == '<';
		open -= *p == '>' && open > 0;
	}
	return open;
}

void
lines_cut(struct arena *m, const char *text, struct lines *out)
{
	struct slice rest = slice_of(text), line;
	size_t count = 1;
	unsigned open = 0;

	if (rest.len > TEXT_MOST)
		rest.len = TEXT_MOST;
	for (const char *p = text;
	     (p = memchr(p, '\n', (size_t)(text + rest.len - p))) != NULL; p++)
		count++;
	*out = (struct lines){.text = text, .tries = LEADIN_TRIES};
	out->v = arena_calloc(m, count, sizeof(*out->v));
	while (slice_line(&rest, &line)) {
		struct line *l = &out->v[out->n++];

		l->start = (uint32_t)(line.p - text);
		l->len = (uint32_t)line.len;
		line_measure(text, l);
		if (out->n > 1)
			open = line_close(text, open, l - 1, l);
	}
}

struct slice
line_whole(const struct lines *lines, size_t i)
{
	const struct line *l = &lines->v[i];

	return (struct slice){lines->text + l->start, l->len};
}

/* Trimmed of what cannot be seen, too. */
static struct slice
trim_unseen(struct slice s)
{
	for (;;) {
		size_t i = 0;

		s = slice_trim(s);
		if (s.len == 0 || (unsigned char)s.p[0] < 0x80)
			break;
		if (fold_char(utf8_next(s, &i)) > ' ')
			break;
		s.p += i;
		s.len -= i;
	}
	return s;
}

struct slice
line_inner(const struct lines *lines, size_t i)
{
	const struct line *l = &lines->v[i];

	return trim_unseen((struct slice){
	    lines->text + l->inner, l->start + l->len - l->inner});
}

bool
line_blank(const struct lines *lines, size_t i)
{
	return line_inner(lines, i).len == 0;
}

bool
line_is_rule(const struct lines *lines, size_t i)
{
	struct slice s = line_inner(lines, i);

	if (s.len < RULE_LEAST || strchr("_-=*", s.p[0]) == NULL)
		return false;
	for (size_t k = 1; k < s.len; k++) {
		if (s.p[k] != s.p[0])
			return false;
	}
	return true;
}

static const char *
form_name(struct arena *m, const struct forms *forms, unsigned language,
    const char *shown)
{
	return arena_printf(
	    m, "%s: %s", forms_language(forms, language), shown);
}

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

	while (n < s.len && (is_ornament(s.p[n]) || s.p[n] == ' '))
		n++;
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

/* --- labels and header blocks ------------------------------------------- */

static bool
label_end(struct slice line, size_t *colon, size_t *value)
{
	for (size_t i = 0; i < line.len && i < LABEL_MOST; i++) {
		if (line.p[i] == ':') {
			*colon = i;
			*value = i + 1;
			return i > 0;
		}
		if (line.len - i >= 3 &&
		    memcmp(line.p + i, "\xef\xbc\x9a", 3) == 0) {
			*colon = i;
			*value = i + 3;
			return i > 0;
		}
	}
	return false;
}

static enum label
label_choose(const struct form_word *w, languages known, languages *in)
{
	enum label label = LABEL_NONE;
	bool fits = false;

	*in = 0;
	for (; w != NULL; w = forms_more(w, 1u << FORM_LABEL)) {
		languages one = (languages)1 << w->language;

		if (label == LABEL_NONE || (!fits && (one & known) != 0)) {
			label = (enum label)w->value;
			fits = (one & known) != 0;
			*in = 0;
		}
		if (w->value == (int)label)
			*in |= one;
	}
	return label;
}

/* "X-Mailer", "Reply-To": fields that no form needs to list. */
static bool
looks_like_field(struct slice name)
{
	bool hyphen = false;

	for (size_t i = 0; i < name.len; i++) {
		char c = name.p[i];

		hyphen |= c == '-' && i > 0;
		if (c != '-' && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z'))
			return false;
	}
	return hyphen;
}

static struct slice
strip_stars(struct slice s)
{
	s = slice_trim(s);
	while (s.len > 0 && s.p[0] == '*')
		s.p++, s.len--;
	while (s.len > 0 && s.p[s.len - 1] == '*')
		s.len--;
	return slice_trim(s);
}

/* The label that a line begins with, and its value. */
static enum label
line_label(const struct forms *forms, struct slice line, languages known,
    struct slice *value, languages *in)
{
	char folded[LABEL_MOST * 2];
	size_t colon, start;
	struct slice name;
	const struct form_word *w;

	*in = 0;
	if (!label_end(line, &colon, &start))
		return LABEL_NONE;
	name = strip_stars((struct slice){line.p, colon});
	*value = (struct slice){line.p + start, line.len - start};
	if (looks_like_field(name))
		return slice_is_nocase(name, "e-mail") ? LABEL_NONE
						       : LABEL_OTHER;
	name.len = fold(name, folded, sizeof(folded), NULL);
	name.p = folded;
	w = forms_word(forms, name, 1u << FORM_LABEL);
	*value = strip_stars(*value);
	return label_choose(w, known, in);
}

static void
field_join(struct arena *m, struct slice *field, struct slice more)
{
	char *joined;

	if (field->len + more.len > FIELD_MOST)
		return;
	joined = arena_alloc(m, field->len + more.len + 2);
	memcpy(joined, field->p, field->len);
	joined[field->len] = ' ';
	memcpy(joined + field->len + 1, more.p, more.len);
	*field = (struct slice){joined, field->len + 1 + more.len};
}

/* What a walk down a block knows. */
struct block {
	struct arena *m;
	const struct forms *forms;
	struct lines *lines;
	struct quoted_header *header;
	enum label last; /* the field that a line without label continues */
	size_t continued;
	size_t next; /* the line to look at */
	unsigned depth;
	size_t fields;
};

static bool
same_depth(const struct block *b, size_t i)
{
	return b->lines->v[i].depth == b->depth;
}

static enum label
next_label(const struct block *b, size_t i)
{
	struct slice value;
	languages in;

	if (i >= b->lines->n || !same_depth(b, i))
		return LABEL_NONE;
	return line_label(b->forms, line_inner(b->lines, i),
	    b->header->languages, &value, &in);
}

/* A field that the header has not had yet: it goes on there. */
static bool
next_is_missing(const struct block *b, size_t i)
{
	enum label label = next_label(b, i);

	return label != LABEL_NONE && label != LABEL_OTHER &&
	       !b->header->seen[label];
}

static bool
unfinished(struct slice value)
{
	value = slice_trim(value);
	return value.len > 0 && strchr(",;<", value.p[value.len - 1]) != NULL;
}

/* Whether the line, which has no label, belongs to the field above. */
static bool
continues_field(const struct block *b, size_t i)
{
	struct slice value = b->header->field[b->last];
	struct slice above = line_whole(b->lines, i - 1);
	struct slice line = line_inner(b->lines, i);
	size_t word = 0;

	if (b->last == LABEL_NONE || b->continued > CONTINUED_MOST)
		return false;
	if (value.len == 0)
		return b->last != LABEL_OTHER; /* the value stands below */
	if (b->last == LABEL_TO || b->last == LABEL_CC)
		return unfinished(value) ||
		       next_label(b, i + 1) != LABEL_NONE ||
		       (line.p[0] == '<' &&
			   memchr(line.p, '@', line.len) != NULL);
	if (b->last == LABEL_OTHER)
		return unfinished(above) &&
		       memchr(line.p, '@', line.len) != NULL;
	if (next_is_missing(b, i + 1))
		return true;
	if (b->last == LABEL_FROM)
		return line.p[0] == '<' || unfinished(value);
	/* The last field: wrapped only when its next word had no room. */
	while (word < line.len && line.p[word] != ' ')
		word++;
	return b->last == LABEL_SUBJECT && above.len > WRAP_WIDTH &&
	       above.len + 1 + word > 72 &&
	       (i + 1 >= b->lines->n || line_blank(b->lines, i + 1));
}

static bool
take_label(struct block *b, enum label label, struct slice value, languages in)
{
	struct quoted_header *h = b->header;

	if (label != LABEL_OTHER && h->seen[label])
		return false;
	if (in != 0 && (h->languages & in) != 0)
		h->languages &= in;
	else if (h->languages == 0)
		h->languages = in;
	h->seen[label] = true;
	h->field[label] = slice_trim(value);
	b->last = label;
	b->continued = 0;
	b->fields++;
	return true;
}

/* After a blank line only what the header still lacks goes on with it. */
static bool
goes_on(struct block *b)
{
	size_t i = b->next, blanks = 0;
	struct slice value;
	enum label label;
	languages in;

	while (i < b->lines->n && line_blank(b->lines, i) &&
	       blanks <= BLANKS_IN_BLOCK) {
		i++;
		blanks++;
	}
	if (i >= b->lines->n || blanks > BLANKS_IN_BLOCK || !same_depth(b, i))
		return false;
	label = line_label(b->forms, line_inner(b->lines, i),
	    b->header->languages, &value, &in);
	if (b->last != LABEL_NONE && b->header->field[b->last].len == 0 &&
	    label == LABEL_NONE && b->last != LABEL_OTHER) {
		b->next = i;
		return true;
	}
	if (label == LABEL_NONE || label == LABEL_OTHER ||
	    b->header->seen[label] ||
	    (b->header->seen[LABEL_FROM] && b->header->seen[LABEL_SUBJECT]))
		return false;
	b->next = i;
	return true;
}

static bool
take_line(struct block *b)
{
	struct slice line = line_inner(b->lines, b->next), value;
	languages in;
	enum label label;

	if (line.len == 0)
		return goes_on(b);
	if (!same_depth(b, b->next))
		return false;
	label = line_label(b->forms, line, b->header->languages, &value, &in);
	if (label != LABEL_NONE) {
		if (!take_label(b, label, value, in))
			return false;
	} else if (b->fields > 0 && continues_field(b, b->next)) {
		if (b->header->field[b->last].len == 0)
			b->header->field[b->last] = line;
		else
			field_join(b->m, &b->header->field[b->last], line);
		b->continued++;
	} else {
		return false;
	}
	b->next++;
	return true;
}

/* Reads the block that begins at line i; the number of its fields. */
static size_t
block_read(struct arena *m, const struct forms *forms, struct lines *lines,
    size_t i, struct quoted_header *header, size_t *after)
{
	struct block b = {.m = m,
	    .forms = forms,
	    .lines = lines,
	    .header = header,
	    .next = i,
	    .depth = lines->v[i].depth};

	*header = (struct quoted_header){0};
	while (b.next < lines->n && take_line(&b))
		;
	*after = b.next;
	return b.fields;
}

static bool
has_date(const struct forms *forms, const struct quoted_header *h)
{
	struct date_hint hint = {0};
	struct date_text date;

	return h->seen[LABEL_DATE] &&
	       date_text(forms, h->field[LABEL_DATE], &hint, &date);
}

/* A block that no separator announces must look like nothing else: letters
 * have lines such as "From: Lisbon / To: Dublin / Date: 12 February". */
static bool
block_convinces(
    const struct forms *forms, const struct quoted_header *h, size_t fields)
{
	struct slice from = h->field[LABEL_FROM];

	if (!h->seen[LABEL_FROM] || from.len == 0 || fields < 2)
		return false;
	if (memchr(from.p, '@', from.len) != NULL)
		return h->seen[LABEL_SUBJECT] || h->seen[LABEL_DATE] ||
		       h->seen[LABEL_TO];
	return h->seen[LABEL_SUBJECT] && has_date(forms, h);
}

/* --- a header that lost its line ends (Yahoo's plain text) --------------- */

struct spot {
	size_t start, value; /* of the label; of its value */
	enum label label;
};

static bool
begins_label(struct slice s, size_t i)
{
	unsigned char c = (unsigned char)s.p[i];

	return (c >= 'A' && c <= 'Z') || c >= 0xc3;
}

/* The longest label that ends at `colon`. */
static bool
spot_before(const struct forms *forms, struct slice s, size_t from,
    size_t colon, languages *known, struct spot *out)
{
	size_t start = colon > from + LABEL_MOST ? colon - LABEL_MOST : from;
	struct slice value;
	languages in;

	for (; start < colon; start++) {
		struct slice line = {s.p + start, colon + 1 - start};
		enum label label;

		if (!begins_label(s, start))
			continue;
		label = line_label(forms, line, *known, &value, &in);
		if (label == LABEL_NONE || (*known != 0 && (in & *known) == 0))
			continue;
		*known = *known == 0 ? in : *known & in;
		*out = (struct spot){start, colon + 1, label};
		return true;
	}
	return false;
}

static const char *
find_nocase(struct slice s, const char *word, size_t n)
{
	for (size_t i = 0; i + n <= s.len; i++) {
		if (strncasecmp(s.p + i, word, n) == 0)
			return s.p + i;
	}
	return NULL;
}

/* A label without its colon, glued to what stands before: "CETAssunto Re". */
static bool
spot_glued(const struct forms *forms, struct slice s, languages known,
    enum label label, struct spot *out)
{
	const struct form_word *w;

	for (size_t i = 0; (w = forms_at(forms, FORM_LABEL, &i)) != NULL;) {
		size_t n = strlen(w->shown);
		const char *hit;

		if (w->value != (int)label || (known >> w->language & 1) == 0)
			continue;
		hit = find_nocase(s, w->shown, n);
		if (hit == NULL || hit == s.p || hit[-1] == ' ' ||
		    hit + n >= s.p + s.len || hit[n] != ' ')
			continue;
		out->start = (size_t)(hit - s.p);
		out->value = out->start + n;
		out->label = label;
		return true;
	}
	return false;
}

static size_t
spots_add(struct spot *spot, size_t n, struct spot new)
{
	size_t i = n;

	while (i > 0 && spot[i - 1].start > new.start) {
		spot[i] = spot[i - 1];
		i--;
	}
	spot[i] = new;
	return n + 1;
}

static size_t
jammed_read(
    const struct forms *forms, struct slice s, struct quoted_header *header)
{
	struct spot spot[LABEL_COUNT * 2];
	size_t n = 0, from = 0;

	*header = (struct quoted_header){0};
	for (size_t i = 0; i < s.len && i < WINDOW_MOST * 4; i++) {
		struct spot new;

		if (s.p[i] != ':' ||
		    !spot_before(forms, s, from, i, &header->languages, &new) ||
		    header->seen[new.label])
			continue;
		header->seen[new.label] = true;
		n = spots_add(spot, n, new);
		from = i + 1;
	}
	for (int label = LABEL_FROM; n > 1 && label < LABEL_OTHER; label++) {
		struct spot new;

		if (header->seen[label] ||
		    !spot_glued(
			forms, s, header->languages, (enum label)label, &new))
			continue;
		header->seen[label] = true;
		n = spots_add(spot, n, new);
	}
	for (size_t i = 0; i < n; i++) {
		size_t end = i + 1 < n ? spot[i + 1].start : s.len;

		if (end < spot[i].value)
			continue;
		header->field[spot[i].label] = slice_trim(
		    (struct slice){s.p + spot[i].value, end - spot[i].value});
	}
	return n;
}

/* --- the line above a quotation ----------------------------------------- */

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
	const struct form_pattern *pattern;
};

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
	out->when = (struct slice){gap.p + date.start, date.end - date.start};
	if (out->who.len == 0 && date.end < gap.len && date.start < 8)
		out->who = slice_trim(
		    (struct slice){gap.p + date.end, gap.len - date.end});
	else if (out->who.len == 0 && date.start > 0)
		out->who = slice_trim((struct slice){gap.p, date.start});
}

static struct slice
strip_marks(struct slice s)
{
	while (s.len > 0 && strchr(",; -)", s.p[0]) != NULL)
		s.p++, s.len--;
	while (s.len > 0 && strchr(",; -", s.p[s.len - 1]) != NULL)
		s.len--;
	return s;
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
	return is_open(p) && p->piece[p->pieces - 1].len == 0;
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
		return l->has_date && l->has_address &&
		       (l->date_first || l->pattern->pieces > 2);
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

static bool
try_opening(struct search *s, struct slice text, size_t first)
{
	const unsigned kind = 1u << FORM_OPENS;
	const struct form_word *w =
	    forms_word(s->forms, word_first(text), kind);

	for (; w != NULL; w = forms_more(w, kind)) {
		if (try_pattern(
			s, forms_pattern(s->forms, w->value), text, first))
			return true;
	}
	return false;
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
	    form_name(s->m, s->forms, l->pattern->language, l->pattern->shown);
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

	if (!ends_leadin(line)) {
		if (line.p[0] != '2' || !dated_line(&s))
			return false;
	} else {
		if (lines->tries == 0)
			return false;
		lines->tries--;
		if (!search_opening(&s) && !search_inside(&s) &&
		    !search_open(&s))
			return false;
	}
	leadin_keep(&s, out);
	return true;
}

/* --- boundaries --------------------------------------------------------- */

static size_t
skip_blank(const struct lines *lines, size_t i)
{
	while (i < lines->n && line_blank(lines, i))
		i++;
	return i;
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
	if (block_read(m, forms, lines, below, &header, &after) == 0 ||
	    (!header.seen[LABEL_FROM] && !header.seen[LABEL_SUBJECT]))
		return;
	out->header = header;
	out->after = after;
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
	    .form = form_name(m, forms, language, shown)};
	if (s.rest.len > 0)
		jammed_read(forms, s.rest, &out->header);
	else
		separator_header(m, forms, lines, i, out);
	/* Without ornaments only a header makes sure that it is none of the
	 * author's own lines. */
	return s.before > 1 || out->header.seen[LABEL_FROM];
}

static bool
block_at(struct arena *m, const struct forms *forms, struct lines *lines,
    size_t i, struct boundary *out)
{
	struct slice line = line_inner(lines, i), value;
	languages in;
	size_t fields, above = i;

	if (line_label(forms, line, 0, &value, &in) == LABEL_NONE)
		return false;
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
			out->form = form_name(m, forms, k, "header");
			break;
		}
	}
	return true;
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
	char folded[SEPARATOR_MOST];
	struct separator s;
	struct slice line = line_inner(lines, i);
	unsigned language;
	const char *shown;

	if (!may_separate(line))
		return false;
	separator_cut(line, folded, &s);
	return s.before > 1 &&
	       separator_kind(forms, s.words, &language, &shown) == FORM_END;
}

bool
line_is_footer(const struct forms *forms, const struct lines *lines, size_t i)
{
	static const unsigned ends[] = {FORM_OPENS, FORM_CLOSES};
	char folded[FOOTER_MOST * 2];
	struct slice s = line_inner(lines, i), gap[FORM_PIECES];

	if (s.len == 0 || s.len > FOOTER_MOST)
		return false;
	s.len = fold(s, folded, sizeof(folded), NULL);
	s.p = folded;
	while (s.len > 0 && strchr("*_- .", s.p[s.len - 1]) != NULL)
		s.len--;
	while (s.len > 0 && strchr("*_- [(", s.p[0]) != NULL)
		s.p++, s.len--;
	if (forms_word(forms, s, 1u << FORM_FOOTER) != NULL)
		return true;
	for (int k = 0; k < 2; k++) {
		const struct form_word *w = forms_word(forms,
		    k == 0 ? word_first(s) : word_last(s), 1u << ends[k]);

		for (; w != NULL; w = forms_more(w, 1u << ends[k])) {
			const struct form_pattern *p =
			    forms_pattern(forms, w->value);

			if (p->kind == FORM_FOOTER && form_matches(p, s, gap))
				return true;
		}
	}
	return false;
}
