/* See forms.h, and mail/forms/en.forms for the format. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "mail/fold.h"
#include "mail/forms.h"
#include "mail/read.h"

enum {
	BUCKETS = 16384,
	VALUE_MOST = 200,
	FILE_MOST = 1 << 20,
	KINDS = FORM_CLOSES + 1
};

struct forms {
	struct arena *memory; /* holds this struct too */
	struct form_word *bucket[BUCKETS];
	struct form_word **of_kind[KINDS];
	size_t count[KINDS];
	struct form_pattern *pattern;
	size_t patterns;
	int *loose; /* numbers of those that begin and end with '*' */
	size_t looses;
	const char *language[FORM_LANGUAGES];
	unsigned languages;
};

static const struct key {
	const char *name;
	enum form_kind kind;
	int value;
} keys[] = {
    {"from", FORM_LABEL, LABEL_FROM},
    {"date", FORM_LABEL, LABEL_DATE},
    {"to", FORM_LABEL, LABEL_TO},
    {"cc", FORM_LABEL, LABEL_CC},
    {"subject", FORM_LABEL, LABEL_SUBJECT},
    {"other", FORM_LABEL, LABEL_OTHER},
    {"forward", FORM_FORWARD, 0},
    {"original", FORM_ORIGINAL, 0},
    {"end", FORM_END, 0},
    {"forward-subject", FORM_FORWARD_SUBJECT, 0},
    {"reply-subject", FORM_REPLY_SUBJECT, 0},
    {"wrote", FORM_WROTE, 0},
    {"footer", FORM_FOOTER, 0},
    {"january", FORM_MONTH, 1},
    {"february", FORM_MONTH, 2},
    {"march", FORM_MONTH, 3},
    {"april", FORM_MONTH, 4},
    {"may", FORM_MONTH, 5},
    {"june", FORM_MONTH, 6},
    {"july", FORM_MONTH, 7},
    {"august", FORM_MONTH, 8},
    {"september", FORM_MONTH, 9},
    {"october", FORM_MONTH, 10},
    {"november", FORM_MONTH, 11},
    {"december", FORM_MONTH, 12},
    {"monday", FORM_WEEKDAY, 1},
    {"tuesday", FORM_WEEKDAY, 2},
    {"wednesday", FORM_WEEKDAY, 3},
    {"thursday", FORM_WEEKDAY, 4},
    {"friday", FORM_WEEKDAY, 5},
    {"saturday", FORM_WEEKDAY, 6},
    {"sunday", FORM_WEEKDAY, 7},
    {"am", FORM_HALF, 0},
    {"pm", FORM_HALF, 1},
    {"year", FORM_UNIT, UNIT_YEAR},
    {"month", FORM_UNIT, UNIT_MONTH},
    {"day", FORM_UNIT, UNIT_DAY},
    {"hour", FORM_UNIT, UNIT_HOUR},
    {"minute", FORM_UNIT, UNIT_MINUTE},
    {"second", FORM_UNIT, UNIT_SECOND},
    {"month-of", FORM_UNIT, UNIT_MONTH_NEXT},
    {"weekday-of", FORM_UNIT, UNIT_WEEKDAY_NEXT},
    {"today", FORM_UNIT, UNIT_TODAY},
    {"yesterday", FORM_UNIT, UNIT_YESTERDAY},
    {"order", FORM_ORDER, 0},
};

static const struct {
	const char *name;
	enum form_order order;
} orders[] = {
    {"either", ORDER_EITHER},
    {"dmy", ORDER_DMY},
    {"mdy", ORDER_MDY},
    {"ymd", ORDER_YMD},
};

/* Where the reader is, for errors. */
struct place {
	struct forms *forms;
	const char *path;
	size_t line;
	struct err *err;
};

/* FNV-1a, 32 bits. */
static unsigned
hash(struct slice s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h % BUCKETS;
}

static const struct form_word *
matching(const struct form_word *w, struct slice text, unsigned kinds)
{
	for (; w != NULL; w = w->next) {
		if (w->len == text.len && (kinds & 1u << w->kind) != 0 &&
		    memcmp(w->text, text.p, text.len) == 0)
			return w;
	}
	return NULL;
}

const struct form_word *
forms_word(const struct forms *f, struct slice text, unsigned kinds)
{
	if (text.len == 0 || text.len > VALUE_MOST)
		return NULL;
	return matching(f->bucket[hash(text)], text, kinds);
}

const struct form_word *
forms_more(const struct form_word *w, unsigned kinds)
{
	struct slice text = {w->text, w->len};

	return matching(w->next, text, kinds);
}

const struct form_word *
forms_at(const struct forms *f, enum form_kind kind, size_t *i)
{
	return *i < f->count[kind] ? f->of_kind[kind][(*i)++] : NULL;
}

const struct form_pattern *
forms_pattern(const struct forms *f, int number)
{
	return &f->pattern[number];
}

const struct form_pattern *
forms_loose(const struct forms *f, size_t i)
{
	return i < f->looses ? &f->pattern[f->loose[i]] : NULL;
}

const char *
forms_language(const struct forms *f, unsigned language)
{
	return f->language[language];
}

char *
forms_name(struct arena *m, const struct forms *f, unsigned language,
    const char *shown)
{
	return arena_printf(m, "%s: %s", f->language[language], shown);
}

enum form_order
forms_order(const struct forms *f, languages set)
{
	for (size_t i = 0; i < f->count[FORM_ORDER]; i++) {
		const struct form_word *w = f->of_kind[FORM_ORDER][i];

		if ((set >> w->language & 1) != 0)
			return (enum form_order)w->value;
	}
	return ORDER_EITHER;
}

/* --- words and patterns ------------------------------------------------- */

static bool
is_word_byte(char c)
{
	unsigned char b = (unsigned char)c;

	return b >= 0x80 || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') ||
	       (b >= '0' && b <= '9');
}

static bool
unspaced_at(struct slice s, size_t i)
{
	return (unsigned char)s.p[i] >= 0x80 &&
	       script_unspaced(utf8_next(s, &i));
}

struct slice
word_first(struct slice s)
{
	size_t start = 0, end;

	while (start < s.len && !is_word_byte(s.p[start]))
		start++;
	end = start;
	if (end < s.len && unspaced_at(s, end)) {
		utf8_next(s, &end);
	} else {
		while (end < s.len && is_word_byte(s.p[end]) &&
		       !unspaced_at(s, end))
			end++;
	}
	return (struct slice){s.p + start, end - start};
}

static size_t
char_before(struct slice s, size_t end)
{
	do
		end--;
	while (end > 0 && ((unsigned char)s.p[end] & 0xc0) == 0x80);
	return end;
}

struct slice
word_last(struct slice s)
{
	size_t end = s.len, start;

	while (end > 0 && !is_word_byte(s.p[end - 1]))
		end--;
	start = end;
	if (end > 0 && unspaced_at(s, char_before(s, end))) {
		start = char_before(s, end);
	} else {
		while (start > 0 && is_word_byte(s.p[start - 1]) &&
		       !unspaced_at(s, char_before(s, start)))
			start = char_before(s, start);
	}
	return (struct slice){s.p + start, end - start};
}

/* A piece of letters must not be a part of a longer word: digits may touch. */
static bool
apart(struct slice text, size_t edge)
{
	char before, after;

	if (edge == 0 || edge >= text.len)
		return true;
	before = text.p[edge - 1];
	after = text.p[edge];
	return !is_word_byte(before) || !is_word_byte(after) ||
	       (before >= '0' && before <= '9') ||
	       (after >= '0' && after <= '9') || unspaced_at(text, edge) ||
	       unspaced_at(text, char_before(text, edge));
}

static bool
piece_at(struct slice text, size_t at, struct slice piece)
{
	return at + piece.len <= text.len &&
	       memcmp(text.p + at, piece.p, piece.len) == 0 &&
	       apart(text, at) && apart(text, at + piece.len);
}

static bool
piece_find(struct slice text, size_t *at, size_t end, struct slice piece)
{
	while (*at + piece.len <= end) {
		const char *hit =
		    memmem(text.p + *at, end - *at, piece.p, piece.len);

		if (hit == NULL)
			return false;
		*at = (size_t)(hit - text.p);
		if (piece_at(text, *at, piece))
			return true;
		(*at)++;
	}
	return false;
}

bool
form_matches(const struct form_pattern *p, struct slice text,
    struct slice gap[FORM_PIECES])
{
	struct slice last = p->piece[p->pieces - 1];
	size_t at = p->piece[0].len, end;

	if (text.len < at + last.len || !piece_at(text, 0, p->piece[0]) ||
	    !piece_at(text, text.len - last.len, last))
		return false;
	end = text.len - last.len;
	for (size_t i = 1; i < p->pieces; i++) {
		size_t found = at;

		if (i == p->pieces - 1)
			found = end;
		else if (!piece_find(text, &found, end, p->piece[i]))
			return false;
		gap[i - 1] = (struct slice){text.p + at, found - at};
		at = found + p->piece[i].len;
	}
	return true;
}

/* --- reading the files -------------------------------------------------- */

static void
word_add(struct place *at, enum form_kind kind, int value, struct slice text,
    const char *shown)
{
	struct forms *f = at->forms;
	struct form_word *w = arena_alloc(f->memory, sizeof(*w));
	struct form_word **last = &f->bucket[hash(text)];

	w->text = arena_strndup(f->memory, text.p, text.len);
	w->len = text.len;
	w->kind = kind;
	w->value = value;
	w->language = f->languages - 1;
	w->shown = shown;
	while (*last != NULL)
		last = &(*last)->next;
	*last = w;
	f->of_kind[kind] = arena_grow(f->memory, f->of_kind[kind],
	    f->count[kind], sizeof(*f->of_kind[kind]));
	f->of_kind[kind][f->count[kind]++] = w;
}

static int
fault(struct place *at, const char *what, struct slice text)
{
	return err_set(at->err, EX_CONFIG, "%s:%zu: %s: %.*s", at->path,
	    at->line, what, (int)(text.len < 80 ? text.len : 80), text.p);
}

static void
pattern_index(struct place *at, const struct form_pattern *p, int number)
{
	struct slice first = word_first(p->piece[0]);
	struct slice last = word_last(p->piece[p->pieces - 1]);
	struct forms *f = at->forms;

	if (first.len > 0)
		word_add(at, FORM_OPENS, number, first, p->shown);
	if (last.len > 0)
		word_add(at, FORM_CLOSES, number, last, p->shown);
	if (first.len > 0 || last.len > 0)
		return;
	f->loose =
	    arena_grow(f->memory, f->loose, f->looses, sizeof(*f->loose));
	f->loose[f->looses++] = number;
}

static int
pattern_add(struct place *at, enum form_kind kind, struct slice folded,
    const char *shown)
{
	struct forms *f = at->forms;
	struct form_pattern p = {
	    .kind = kind, .shown = shown, .language = f->languages - 1};
	struct slice rest = {
	    arena_strndup(f->memory, folded.p, folded.len), folded.len};

	for (;;) {
		const char *star = memchr(rest.p, '*', rest.len);
		size_t n = star == NULL ? rest.len : (size_t)(star - rest.p);

		if (p.pieces == FORM_PIECES)
			return fault(at, "too many '*'", folded);
		p.piece[p.pieces++] = slice_trim((struct slice){rest.p, n});
		if (star == NULL)
			break;
		rest.p += n + 1;
		rest.len -= n + 1;
	}
	for (size_t i = 1; i + 1 < p.pieces; i++) {
		if (p.piece[i].len == 0)
			return fault(
			    at, "two '*' without a word between", folded);
	}
	if (p.pieces == 2 && p.piece[0].len + p.piece[1].len == 0)
		return fault(at, "a pattern needs a word", folded);
	f->pattern = arena_grow(f->memory, f->pattern, f->patterns, sizeof(p));
	f->pattern[f->patterns] = p;
	pattern_index(at, &p, (int)f->patterns++);
	return 0;
}

static int
order_add(struct place *at, struct slice value)
{
	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		if (slice_is(value, orders[i].name)) {
			word_add(at, FORM_ORDER, (int)orders[i].order, value,
			    arena_strdup(at->forms->memory, orders[i].name));
			return 0;
		}
	}
	return fault(at, "no order of day, month and year", value);
}

/* The word as this file has it already, with the same value when it can be:
 * days of the week may differ in accents only (Slovak st and št). */
static const struct form_word *
same_word(struct place *at, const struct key *key, struct slice text)
{
	const struct form_word *found = NULL, *w = forms_word(at->forms, text,
						  1u << key->kind);

	for (; w != NULL; w = forms_more(w, 1u << key->kind)) {
		if (w->language != at->forms->languages - 1)
			continue;
		found = w;
		if (w->value == key->value)
			break;
	}
	return found;
}

static int
value_add(struct place *at, const struct key *key, struct slice value)
{
	char folded[VALUE_MOST + 1];
	struct slice text = {folded, 0};
	const struct form_word *repeated;
	const char *shown;

	if (value.len == 0 || value.len > VALUE_MOST)
		return fault(at, "empty or too long value", value);
	if (key->kind == FORM_ORDER)
		return order_add(at, value);
	text.len = fold(value, folded, sizeof(folded), NULL);
	/* The mark at the end is known to the readers of lines. */
	while (text.len > 1 && strchr(":. ", text.p[text.len - 1]) != NULL)
		text.len--;
	shown = arena_strndup(at->forms->memory, value.p, value.len);
	if (memchr(text.p, '*', text.len) != NULL &&
	    (1u << key->kind &
		(1u << FORM_WROTE | 1u << FORM_FOOTER | 1u << FORM_FORWARD |
		    1u << FORM_ORIGINAL | 1u << FORM_END)) != 0)
		return pattern_add(at, key->kind, text, shown);
	repeated = same_word(at, key, text);
	if (repeated != NULL && repeated->value == key->value)
		return 0;
	if (repeated != NULL && key->kind != FORM_WEEKDAY)
		return fault(at, "two meanings of one word", value);
	word_add(at, key->kind, key->value, text, shown);
	return 0;
}

/* -1 when they are none. */
static int
two_digits(const char *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	return (p[0] - '0') * 10 + p[1] - '0';
}

/* "utc+05:30" and "utc-04:00" are keys as well. */
static bool
key_zone(struct slice name, struct key *out)
{
	int hours, minutes;
	char sign;

	if (name.len != 9 || !slice_starts(name, "utc") || name.p[6] != ':')
		return false;
	sign = name.p[3];
	hours = two_digits(name.p + 4);
	minutes = two_digits(name.p + 7);
	if ((sign != '+' && sign != '-') || hours < 0 || hours > 14 ||
	    minutes < 0 || minutes > 59)
		return false;
	out->kind = FORM_ZONE;
	out->value = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
	return true;
}

static bool
key_find(struct slice name, struct key *out)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (name.len > 0 && *keys[i].name == *name.p &&
		    slice_is(name, keys[i].name)) {
			*out = keys[i];
			return true;
		}
	}
	return key_zone(name, out);
}

static int
line_read(struct place *at, struct slice line)
{
	const char *equals;
	struct slice rest;
	struct key key;

	line = slice_trim(line);
	if (line.len == 0 || line.p[0] == '#')
		return 0;
	equals = memchr(line.p, '=', line.len);
	if (equals == NULL)
		return fault(at, "no `key = value`", line);
	rest.p = equals + 1;
	rest.len = line.len - (size_t)(rest.p - line.p);
	line.len = (size_t)(equals - line.p);
	if (!key_find(slice_trim(line), &key))
		return fault(at, "no such key", slice_trim(line));
	for (;;) {
		const char *bar = memchr(rest.p, '|', rest.len);
		size_t n = bar == NULL ? rest.len : (size_t)(bar - rest.p);

		if (value_add(
			at, &key, slice_trim((struct slice){rest.p, n})) != 0)
			return -1;
		if (bar == NULL)
			return 0;
		rest.p += n + 1;
		rest.len -= n + 1;
	}
}

static int
file_load(struct place *at, const char *name, struct buf *bytes)
{
	FILE *file = fopen(at->path, "rb");
	struct forms *f = at->forms;
	struct slice rest, line;
	size_t got;

	if (file == NULL)
		return err_errno(at->err, "%s", at->path);
	got = fread(buf_room(bytes, FILE_MOST), 1, FILE_MOST, file);
	fclose(file);
	if (f->languages == FORM_LANGUAGES || got == FILE_MOST)
		return err_set(at->err, EX_CONFIG,
		    "%s: too long, or more than %d languages", at->path,
		    FORM_LANGUAGES);
	f->language[f->languages++] =
	    arena_strndup(f->memory, name, strcspn(name, "."));
	rest = (struct slice){bytes->p, got};
	while (slice_line(&rest, &line)) {
		at->line++;
		if (line_read(at, line) != 0)
			return -1;
	}
	return 0;
}

static int
is_forms(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot != NULL && dot != entry->d_name &&
	       strcmp(dot, ".forms") == 0;
}

static int
folder_load(struct forms *f, const char *dir, struct err *err)
{
	struct dirent **entry;
	int n = scandir(dir, &entry, is_forms, alphasort);
	int result =
	    n > 0   ? 0
	    : n < 0 ? err_errno(err, "forms in %s", dir)
		    : err_set(err, EX_CONFIG, "%s: no *.forms file there", dir);

	for (int i = 0; i < n; i++) {
		struct buf bytes = {0};
		struct place at = {.forms = f,
		    .err = err,
		    .path = arena_printf(
			f->memory, "%s/%s", dir, entry[i]->d_name)};

		if (result == 0)
			result = file_load(&at, entry[i]->d_name, &bytes);
		buf_free(&bytes);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	return result;
}

struct forms *
forms_load(struct arena *memory, const char *dir, struct err *err)
{
	struct forms *f = arena_alloc(memory, sizeof(*f));

	f->memory = memory;
	return folder_load(f, dir, err) == 0 ? f : NULL;
}
