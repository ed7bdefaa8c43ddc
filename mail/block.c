/* See block.h. */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "mail/block.h"
#include "mail/datetext.h"
#include "mail/fold.h"
#include "mail/forms.h"
#include "mail/lines.h"

enum {
	LABEL_MOST = 48, /* bytes before the colon of a label */
	UNKNOWN_MOST = 30, /* bytes of a label that no form knows */
	CONTINUED_MOST = 60, /* lines that one field may be wrapped to */
	FIELD_MOST = 64 * 1024,
	JAMMED_MOST = 2800,
	WRAP_WIDTH = 58, /* a shorter line was not wrapped by a program */
	WRAP_FULL = 72,
	BLANKS_IN_BLOCK = 2,
	BARE_WORDS = 3 /* of a label without a colon */
};

/* --- labels and their values --------------------------------------------- */

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
enum label
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
	while (name.len > 1 && strchr(". ", name.p[name.len - 1]) != NULL)
		name.len--;
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
	if (b->last == LABEL_SUBJECT && next_label(b, i + 1) != LABEL_NONE &&
	    line_whole(b->lines, i).p[0] == ' ')
		return true; /* folded as in a mail */
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
	       above.len + 1 + word > WRAP_FULL &&
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

/* A field that no form knows, in the midst of others. */
static bool
unknown_field(const struct block *b, struct slice line)
{
	size_t colon, value, words = 1;

	if (!label_end(line, &colon, &value) || colon > UNKNOWN_MOST ||
	    b->header->field[b->last].len == 0)
		return false;
	for (size_t i = 0; i < colon; i++) {
		if (strchr("<>@,.\"0123456789", line.p[i]) != NULL)
			return false;
		words += line.p[i] == ' ';
	}
	return words <= 3 && next_is_missing(b, b->next + 1);
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
	if (label == LABEL_NONE && b->fields > 0 && unknown_field(b, line))
		label = LABEL_OTHER;
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

static struct block
block_at(struct arena *m, const struct forms *forms, struct lines *lines,
    size_t i, struct quoted_header *header)
{
	*header = (struct quoted_header){0};
	return (struct block){
	    .m = m,
	    .forms = forms,
	    .lines = lines,
	    .header = header,
	    .next = i,
	    .depth = lines->v[i].depth,
	};
}

/* Reads the block that begins at line i; the number of its fields. */
size_t
block_read(struct arena *m, const struct forms *forms, struct lines *lines,
    size_t i, struct quoted_header *header, size_t *after)
{
	struct block b = block_at(m, forms, lines, i, header);

	while (b.next < lines->n && take_line(&b))
		;
	*after = b.next;
	return b.fields;
}

/* --- labels without a colon (eM Client) ---------------------------------- */

/* "Subject Water leak": the label is the first word, or the first few. */
static enum label
bare_label(const struct forms *forms, struct slice line, languages known,
    struct slice *value, languages *in)
{
	char folded[LABEL_MOST * 2];
	enum label label = LABEL_NONE;
	size_t words = 0;

	for (size_t i = 0; i < line.len && i < LABEL_MOST; i++) {
		struct slice name = {line.p, i};

		if ((line.p[i] != ' ' && line.p[i] != '\t') || i == 0)
			continue;
		name.len = fold(name, folded, sizeof(folded), NULL);
		name.p = folded;
		label = label_choose(
		    forms_word(forms, name, 1u << FORM_LABEL), known, in);
		*value = slice_trim((struct slice){line.p + i, line.len - i});
		if (label != LABEL_NONE || ++words == BARE_WORDS)
			break;
	}
	return label;
}

size_t
block_read_bare(struct arena *m, const struct forms *forms, struct lines *lines,
    size_t i, struct quoted_header *header, size_t *after)
{
	struct block b = block_at(m, forms, lines, i, header);

	for (; b.next < lines->n && same_depth(&b, b.next); b.next++) {
		struct slice value;
		languages in;
		enum label label = bare_label(forms, line_inner(lines, b.next),
		    header->languages, &value, &in);

		if (label == LABEL_NONE || !take_label(&b, label, value, in))
			break;
	}
	*after = b.next;
	return header->seen[LABEL_FROM] && header->seen[LABEL_SUBJECT] &&
		       block_convinces(forms, header, b.fields)
		   ? b.fields
		   : 0;
}

/* --- what is a header ---------------------------------------------------- */

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
bool
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

size_t
jammed_read(
    const struct forms *forms, struct slice s, struct quoted_header *header)
{
	struct spot spot[LABEL_COUNT * 2];
	size_t n = 0, from = 0;

	*header = (struct quoted_header){0};
	for (size_t i = 0; i < s.len && i < JAMMED_MOST; i++) {
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
