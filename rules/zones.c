/*
 * See zones.h.  Lines are told by the rules that say a zone; what rules cannot
 * tell is told by shape: a signature is a few short lines at the end.
 */
#include <string.h>

#include "base/ascii.h"
#include "rules/zones.h"

enum {
	LINES_MOST = 20000,
	SALUTATION_WITHIN = 6, /* lines that are not blank */
	CLOSING_LONGEST = 70,
	SIGNATURE_LINES = 8,
	SIGNATURE_LINE = 64, /* bytes */
	NAME_LONGEST = 24,
	SIGNATURE_WORDS = 9,
	TRAILING_LINES = 8, /* that may follow a signature told by shape */
	TRAILING_BYTES = 600,
	SIGNED_BYTES = 2000 /* below a closing that no rule knows */
};

struct zoning {
	struct arena *arena;
	struct pack *pack;
	const struct rulebook *book;
	struct slice text;
	struct writer writer;
	struct lines lines;
};

struct slice
line_text(struct slice text, const struct line *line)
{
	struct slice s = {text.p + line->start, line->end - line->start};

	return s;
}

static struct slice
text_of(const struct zoning *z, size_t i)
{
	return line_text(z->text, &z->lines.v[i]);
}

static void
split_lines(struct zoning *z)
{
	struct slice rest = z->text, line;
	struct line *l;

	while (z->lines.n < LINES_MOST && slice_line(&rest, &line)) {
		z->lines.v =
		    arena_grow(z->arena, z->lines.v, z->lines.n, sizeof(*l));
		l = &z->lines.v[z->lines.n++];
		line = slice_trim(line);
		l->start = (size_t)(line.p - z->text.p);
		l->end = l->start + line.len;
		l->blank = line.len == 0;
		l->zone =
		    line.len > 0 && line.p[0] == '>' ? ZONE_QUOTED : ZONE_BODY;
	}
}

/* The zone that a rule gives the line, or ZONE_BODY. */
static enum zone
zone_by_rule(const struct zoning *z, struct slice line, uint64_t *set)
{
	const struct rulebook *book = z->book;
	const struct gated *g;
	size_t i, end = book->first_gated[SAYS_ZONE + 1];
	struct span found;

	gate_scan(book->line_gate, line, set);
	for (i = gate_next(set, book->first_gated[SAYS_ZONE], end); i < end;
	     i = gate_next(set, i + 1, end)) {
		g = &book->gated[i];
		if (pattern_find(z->pack->matcher,
			rulebook_pattern(z->pack, book, g->expression), line, 0,
			&found) != MATCH_FOUND)
			continue;
		g->expression->found++;
		return g->rule->zone;
	}
	return ZONE_BODY;
}

static size_t
paragraph_end(const struct zoning *z, size_t i)
{
	while (i < z->lines.n && !z->lines.v[i].blank)
		i++;
	return i;
}

static void
set_zone(struct zoning *z, size_t from, size_t to, enum zone zone)
{
	for (; from < to; from++)
		if (z->lines.v[from].zone != ZONE_QUOTED)
			z->lines.v[from].zone = zone;
}

static size_t
count_words(struct slice s)
{
	size_t i, n = 0;

	for (i = 0; i < s.len; i++)
		n += s.p[i] != ' ' && (i == 0 || s.p[i - 1] == ' ');
	return n;
}

static bool
ends_sentence(struct slice s)
{
	while (s.len > 0 && strchr("\"')", s.p[s.len - 1]) != NULL)
		s.len--;
	return s.len > 0 && strchr(".!?:;,", s.p[s.len - 1]) != NULL;
}

/* Short, and not the end of a sentence: a name, a job, a firm. */
static bool
signature_shaped(struct slice s)
{
	if (s.len > 1 && strchr("-*+", s.p[0]) != NULL && s.p[1] == ' ')
		return false; /* an item of a list */
	return s.len <= SIGNATURE_LINE && count_words(s) <= SIGNATURE_WORDS &&
	       (!ends_sentence(s) ||
		   (s.p[s.len - 1] != ':' && count_words(s) <= 3));
}

/* A footer goes to the end of its paragraph, which is returned, and back to
 * where the wrapped sentence began that the line is part of. */
static size_t
mark_footer(struct zoning *z, size_t i)
{
	size_t from = i, end = paragraph_end(z, i);
	struct slice before;

	while (from > 0 && !z->lines.v[from - 1].blank) {
		before = text_of(z, from - 1);
		if (before.len < SIGNATURE_LINE - 10 || ends_sentence(before))
			break;
		from--;
	}
	set_zone(z, from, end, ZONE_FOOTER);
	return end;
}

/* The line before says nothing yet, or says all that it wants to: "Monday, in
 * the / morning." greets nobody. */
static bool
begins_anew(const struct zoning *z, size_t i)
{
	return i == 0 || z->lines.v[i - 1].blank ||
	       z->lines.v[i - 1].zone != ZONE_BODY ||
	       ends_sentence(text_of(z, i - 1));
}

static void
mark_by_rules(struct zoning *z)
{
	uint64_t *set = arena_calloc(
	    z->arena, gate_words(z->book->line_gate), sizeof(*set));
	size_t i, seen = 0, footer_end = 0;
	enum zone zone;

	for (i = 0; i < z->lines.n; i++) {
		if (z->lines.v[i].blank || z->lines.v[i].zone == ZONE_QUOTED)
			continue;
		seen++;
		if (i < footer_end)
			continue; /* all told */
		zone = zone_by_rule(z, text_of(z, i), set);
		if (zone == ZONE_SALUTATION &&
		    (seen > SALUTATION_WITHIN || !begins_anew(z, i)))
			continue;
		if (zone == ZONE_CLOSING && text_of(z, i).len > CLOSING_LONGEST)
			continue;
		if (zone == ZONE_FOOTER)
			footer_end = mark_footer(z, i);
		else if (zone != ZONE_BODY && z->lines.v[i].zone == ZONE_BODY)
			z->lines.v[i].zone = zone;
	}
}

static size_t
next_line(const struct zoning *z, size_t i)
{
	for (i++; i < z->lines.n && z->lines.v[i].blank; i++)
		continue;
	return i;
}

/* All below line i is signature, but for a postscript (body by rule) and what
 * a rule knows for a footer. */
static void
sign_from(struct zoning *z, size_t i)
{
	for (; i < z->lines.n; i++)
		if (z->lines.v[i].zone == ZONE_BODY ||
		    z->lines.v[i].zone == ZONE_CLOSING)
			z->lines.v[i].zone = ZONE_SIGNATURE;
}

/* The bytes of a line that no rule knows. */
static size_t
unknown_bytes(const struct zoning *z, size_t i)
{
	return z->lines.v[i].zone == ZONE_BODY ? text_of(z, i).len : 0;
}

/* A closing counts when a short line or nothing follows, and no letter.
 * Returns where the signature begins by rule: at a closing it is all told
 * (0). */
static size_t
sign_after_closing(struct zoning *z)
{
	size_t i, next, follows = 0;

	for (i = 0; i < z->lines.n; i++)
		follows += unknown_bytes(z, i);
	for (i = 0; i < z->lines.n; i++) {
		follows -= unknown_bytes(z, i);
		if (z->lines.v[i].zone == ZONE_SIGNATURE) {
			sign_from(z, i);
			return i;
		}
		if (z->lines.v[i].zone != ZONE_CLOSING)
			continue;
		next = next_line(z, i);
		if (next >= z->lines.n || (signature_shaped(text_of(z, next)) &&
					      follows <= SIGNED_BYTES)) {
			sign_from(z, next);
			return 0;
		}
		z->lines.v[i].zone = ZONE_BODY;
	}
	return z->lines.n;
}

static bool
contains_nocase(const char *text, struct slice word)
{
	size_t i;

	for (; text != NULL && *text != '\0'; text++) {
		for (i = 0;
		     i < word.len && to_lower(text[i]) == to_lower(word.p[i]);
		     i++)
			continue;
		if (i == word.len)
			return true;
	}
	return false;
}

bool
writer_shares(struct writer w, struct slice line)
{
	size_t i = 0, start;
	struct slice word;

	while (i < line.len) {
		while (i < line.len &&
		       (to_lower(line.p[i]) < 'a' || to_lower(line.p[i]) > 'z'))
			i++;
		for (start = i; i < line.len && to_lower(line.p[i]) >= 'a' &&
				to_lower(line.p[i]) <= 'z';
		     i++)
			continue;
		word.p = line.p + start;
		word.len = i - start;
		if (word.len >= 3 && (contains_nocase(w.name, word) ||
					 contains_nocase(w.addr, word)))
			return true;
	}
	return false;
}

/* "Delay claimed: 30 minutes": what it names is no writer. */
static bool
is_field(struct slice s)
{
	size_t i;

	for (i = 0; i + 1 < s.len; i++)
		if (s.p[i] == ':' && s.p[i + 1] == ' ')
			return true;
	return false;
}

/* "You still have:", and below it a list or a table. */
static bool
is_led_in(const struct zoning *z, size_t i)
{
	struct slice s;

	while (i > 0 && z->lines.v[i - 1].blank)
		i--;
	if (i == 0 || z->lines.v[i - 1].zone != ZONE_BODY)
		return false;
	s = text_of(z, i - 1);
	return s.len > 0 && s.p[s.len - 1] == ':';
}

/*
 * How many lines from i look like a signature: short, one under the other,
 * after an empty line or the end of a sentence, and no list.  evidence: the
 * writer's name or firm is in one of them.
 */
static size_t
signature_run(const struct zoning *z, size_t i, bool *evidence)
{
	size_t n = 0;

	*evidence = false;
	if (i == 0 ||
	    (!z->lines.v[i - 1].blank && z->lines.v[i - 1].zone == ZONE_BODY &&
		!ends_sentence(text_of(z, i - 1))) ||
	    is_led_in(z, i))
		return 0;
	for (; i + n < z->lines.n && n < SIGNATURE_LINES; n++) {
		if (z->lines.v[i + n].blank ||
		    z->lines.v[i + n].zone != ZONE_BODY ||
		    !signature_shaped(text_of(z, i + n)))
			break;
		*evidence = *evidence ||
			    (!is_field(text_of(z, i + n)) &&
				writer_shares(z->writer, text_of(z, i + n)));
	}
	return n;
}

/* Where so little body follows that a signature may begin there. */
static size_t
little_follows(const struct zoning *z)
{
	size_t i = z->lines.n, bytes = 0, lines = 0;

	for (; i > 0; i--) {
		bytes += unknown_bytes(z, i - 1);
		lines += unknown_bytes(z, i - 1) > 0;
		if (lines > TRAILING_LINES || bytes > TRAILING_BYTES)
			break;
	}
	return i;
}

/* A word or two that could be somebody's name, and no end of a sentence but
 * for an initial ("Despina K."). */
static bool
name_shaped(struct slice s)
{
	size_t n = s.len;

	if (n > 2 && s.p[n - 1] == '.' && s.p[n - 3] == ' ')
		n--;
	return count_words(s) <= 2 && n > 1 && n <= NAME_LONGEST &&
	       !ends_sentence((struct slice){s.p, n}) && s.p[0] >= 'A' &&
	       s.p[0] <= 'Z';
}

/*
 * A signature by shape may begin one line higher: with a name over the firm or
 * over a block of fields, also across an empty line.
 */
static size_t
name_above(const struct zoning *z, size_t i)
{
	size_t p = i;

	while (p > 0 && z->lines.v[p - 1].blank)
		p--;
	if (p < 2 || z->lines.v[p - 1].zone != ZONE_BODY ||
	    !name_shaped(text_of(z, p - 1)) || !z->lines.v[p - 2].blank)
		return i;
	return p - 1;
}

/* The last line, a name, right under a short one that ends no sentence. */
static bool
is_bare_name(const struct zoning *z, size_t i)
{
	return i > 0 && next_line(z, i) >= z->lines.n &&
	       z->lines.v[i].zone == ZONE_BODY && !z->lines.v[i - 1].blank &&
	       z->lines.v[i - 1].zone == ZONE_BODY &&
	       text_of(z, i - 1).len < SIGNATURE_LINE &&
	       count_words(text_of(z, i - 1)) > 2 &&
	       count_words(text_of(z, i)) == 1 && name_shaped(text_of(z, i));
}

/* "- dottie": the last line, alone, a dash before a word or two. */
static bool
is_dashed_name(const struct zoning *z, size_t i)
{
	struct slice s = text_of(z, i);

	return i > 0 && next_line(z, i) >= z->lines.n &&
	       z->lines.v[i].zone == ZONE_BODY && z->lines.v[i - 1].blank &&
	       s.len > 2 && s.len <= NAME_LONGEST && s.p[0] == '-' &&
	       count_words(s) <= 3 && !ends_sentence(s);
}

/* No closing: the last lines before `to`, told by shape. */
static void
sign_by_shape(struct zoning *z, size_t to)
{
	size_t i, n, least = little_follows(z);
	bool evidence, last;

	for (i = to; i-- > 1 && i + 1 >= least;) {
		if (z->lines.v[i].blank || z->lines.v[i].zone != ZONE_BODY)
			continue;
		n = signature_run(z, i, &evidence);
		if (n == 0 && (is_bare_name(z, i) || is_dashed_name(z, i))) {
			sign_from(z, i);
			return;
		}
		if (n == 0 || z->lines.v[i - 1].zone == ZONE_SALUTATION)
			continue;
		last = next_line(z, i + n - 1) >= to;
		if (evidence || (last && count_words(text_of(z, i)) <= 4)) {
			sign_from(z, name_above(z, i));
			return;
		}
	}
}

/*
 * "You'll have it tomorrow. x Chantal": who writes no lines signs in the last
 * one, which is cut before the name.
 */
static void
sign_in_line(struct zoning *z)
{
	size_t i = z->lines.n, at;
	struct slice s, name;

	while (i > 0 && z->lines.v[i - 1].blank)
		i--;
	if (i == 0 || z->lines.v[i - 1].zone != ZONE_BODY)
		return;
	s = text_of(z, i - 1);
	for (at = s.len; at > 0 && s.len - at <= NAME_LONGEST; at--)
		if (s.p[at - 1] == ' ' && at > 2 && !is_digit(s.p[at - 3]) &&
		    strchr(".!?", s.p[at - 2]) != NULL)
			break;
	name = (struct slice){s.p + at, s.len - at};
	if (slice_starts(name, "x "))
		name.p += 2, name.len -= 2;
	if (at == 0 || name.len > NAME_LONGEST || !name_shaped(name) ||
	    language_common(z->book->language, name))
		return;
	z->lines.v =
	    arena_grow(z->arena, z->lines.v, z->lines.n, sizeof(*z->lines.v));
	memmove(z->lines.v + i + 1, z->lines.v + i,
	    (z->lines.n++ - i) * sizeof(*z->lines.v));
	z->lines.v[i] = z->lines.v[i - 1];
	z->lines.v[i - 1].end = z->lines.v[i].start + at;
	z->lines.v[i].start += at;
	z->lines.v[i].zone = ZONE_SIGNATURE;
}

struct lines
zones_find(struct arena *arena, struct pack *pack, const struct rulebook *book,
    struct slice text, struct writer writer)
{
	struct zoning z = {arena, pack, book, text, writer, {NULL, 0}};

	split_lines(&z);
	mark_by_rules(&z);
	sign_by_shape(&z, sign_after_closing(&z));
	sign_in_line(&z);
	return z.lines;
}
