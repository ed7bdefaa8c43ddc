/* See datetext.h. */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/date.h"
#include "mail/datetext.h"
#include "mail/fold.h"
#include "mail/forms.h"

enum {
	TOKENS = 64,
	NUMBERS = 8,
	MONTHS = 4,
	WORD_ROOM = 64,
	UNSPACED_MOST = 12,
	NAME_WORDS = 3 /* of a month or weekday */
};

#define DATE_KINDS                                                 \
	(1u << FORM_MONTH | 1u << FORM_WEEKDAY | 1u << FORM_HALF | \
	    1u << FORM_UNIT | 1u << FORM_ZONE)

enum token_type { TOKEN_END, TOKEN_NUMBER, TOKEN_WORD, TOKEN_MARK };

struct token {
	enum token_type type;
	int value; /* of a number; the code point of a mark */
	int digits;
	bool glued; /* nothing stands between it and the token before */
	const struct form_word *word; /* NULL: no word of a date */
	size_t start, end;
};

struct number {
	int value, digits;
	char joint; /* the mark between it and the number before: . / - or 0 */
};

struct reading {
	const struct forms *forms;
	const struct date_hint *hint;
	struct token token[TOKENS + 4]; /* the rest are TOKEN_END */
	int year, month, day; /* told by units; 0: not told */
	struct number number[NUMBERS];
	size_t numbers;
	const struct form_word *months[MONTHS];
	size_t month_count;
	unsigned weekdays; /* bits 1 << enum weekday */
	int ago; /* days before the forward: "today" is 0; or -1 */
	bool has_time, has_zone, has_half, half;
	int hour, minute, second;
	int32_t offset;
	size_t start, end;
};

struct candidate {
	struct civil date;
	int cost;
	languages languages; /* in which its month has that name; 0: any */
	enum form_order order; /* ORDER_EITHER: not by order */
};

/* --- tokens ------------------------------------------------------------- */

static bool
is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* No letters: Latin-1's signs, general punctuation, Arabic and Hebrew marks. */
static bool
is_letter(uint32_t c)
{
	if (c < 0x80)
		return c >= 'a' && c <= 'z';
	return c >= 0xc0 && (c < 0x2000 || c > 0x206f) && c != 0x60c &&
	       c != 0x61b && c != 0x61f && c != 0x5be && c != 0xfffd;
}

static uint32_t
folded_at(struct slice text, size_t *i)
{
	return fold_char(utf8_next(text, i));
}

static void
token_number(struct slice text, size_t *i, struct token *t)
{
	size_t next = *i;

	t->type = TOKEN_NUMBER;
	while (next < text.len) {
		uint32_t c = folded_at(text, &next);

		if (c == 0)
			continue;
		if (!is_digit(c) || t->digits == 8)
			break;
		t->value = t->value * 10 + (int)(c - '0');
		t->digits++;
		*i = next;
	}
}

/* A word goes on over full stops that a letter follows: "p.m". */
static void
token_word(struct slice text, size_t *i, struct token *t)
{
	size_t next = *i;

	t->type = TOKEN_WORD;
	while (next < text.len) {
		size_t after;
		uint32_t c = folded_at(text, &next), d;

		if (c == '.' && next < text.len) {
			after = next;
			d = folded_at(text, &after);
			if (!is_letter(d) || script_unspaced(d))
				break;
		} else if (c != 0 && c != '\'' &&
			   (!is_letter(c) || script_unspaced(c))) {
			break;
		}
		*i = next;
	}
}

static const struct form_word *
word_of(const struct forms *forms, struct slice text, size_t start, size_t end)
{
	char folded[WORD_ROOM];
	struct slice s = {text.p + start, end - start};

	s.len = fold(s, folded, sizeof(folded), NULL);
	s.p = folded;
	return forms_word(forms, s, DATE_KINDS);
}

/* "Tháng Mười Hai": a name of several words, of which the first is known. */
static void
token_name(
    const struct forms *forms, struct slice text, size_t *i, struct token *t)
{
	size_t next = *i, words;

	for (words = 1; words < NAME_WORDS; words++) {
		struct token more = {0};
		const struct form_word *w;
		size_t after;

		if (next >= text.len || folded_at(text, &next) != ' ' ||
		    next >= text.len)
			return;
		after = next;
		if (!is_letter(folded_at(text, &after)))
			return;
		token_word(text, &next, &more);
		w = word_of(forms, text, t->start, next);
		if (w == NULL)
			continue;
		t->word = w;
		*i = next;
	}
}

/* Where words are not spaced, the longest that the forms know. */
static void
token_unspaced(
    const struct forms *forms, struct slice text, size_t *i, struct token *t)
{
	size_t ends[UNSPACED_MOST] = {0}, n = 0, next = *i;

	t->type = TOKEN_WORD;
	while (n < UNSPACED_MOST && next < text.len) {
		uint32_t c = utf8_next(text, &next);

		if (c == '.' && n > 0)
			continue; /* in Thai months */
		if (!script_unspaced(c))
			break;
		ends[n++] = next;
	}
	*i = ends[0];
	while (n > 0 && t->word == NULL) {
		n--;
		t->word = word_of(forms, text, t->start, ends[n]);
		if (t->word != NULL)
			*i = ends[n];
	}
}

static size_t
tokens(const struct forms *forms, struct slice text, struct token *out)
{
	size_t n = 0, i = 0, last = 0;

	while (i < text.len && n < TOKENS) {
		struct token *t = &out[n];
		size_t next = i;
		uint32_t raw = utf8_next(text, &next), c = fold_char(raw);

		*t = (struct token){.start = i, .glued = n > 0 && i == last};
		if (c == 0 || c == ' ') {
			last = c == 0 && i == last ? next : last;
			i = next;
			continue;
		}
		if (is_digit(c)) {
			token_number(text, &i, t);
		} else if (script_unspaced(raw)) {
			token_unspaced(forms, text, &i, t);
		} else if (is_letter(c)) {
			token_word(text, &i, t);
			t->word = word_of(forms, text, t->start, i);
			if (t->word != NULL)
				token_name(forms, text, &i, t);
		} else {
			t->type = TOKEN_MARK;
			t->value = (int)c;
			i = next;
		}
		t->end = last = i;
		n++;
	}
	out[n] = out[n + 1] = out[n + 2] = out[n + 3] = (struct token){0};
	return n;
}

/* --- what the tokens tell ----------------------------------------------- */

static bool
is_mark(const struct token *t, char c)
{
	return t->type == TOKEN_MARK && t->value == c;
}

static const struct form_word *
token_is(const struct token *t, enum form_kind kind)
{
	const struct form_word *w = t->type == TOKEN_WORD ? t->word : NULL;

	while (w != NULL && w->kind != kind)
		w = forms_more(w, DATE_KINDS);
	return w;
}

static bool
is_unit(const struct token *t, enum form_unit unit)
{
	const struct form_word *w = token_is(t, FORM_UNIT);

	while (w != NULL && w->value != (int)unit)
		w = forms_more(w, 1u << FORM_UNIT);
	return w != NULL;
}

static void
told(struct reading *r, const struct token *first, const struct token *last)
{
	if (r->end == 0)
		r->start = first->start;
	r->end = last->end;
}

static bool
date_complete(const struct reading *r)
{
	bool month = r->month > 0 || r->month_count > 0;

	return (r->year > 0 && month && r->day > 0) ||
	       r->numbers + month >= 3 ||
	       (r->numbers >= 2 && r->month_count > 0);
}

static bool
set_time(struct reading *r, int hour, int minute, int second)
{
	if (r->has_time || hour > 24 || minute > 59 || second > 60)
		return false;
	r->has_time = true;
	r->hour = hour;
	r->minute = minute;
	r->second = second == 60 ? 59 : second;
	return true;
}

/* h:mm, h:mm:ss, h.mm, 10h15, 10時15分; returns the tokens taken. */
static size_t
take_time(struct reading *r, const struct token *t)
{
	bool colon = is_mark(&t[1], ':');
	bool hour = is_unit(&t[1], UNIT_HOUR) && t[1].type == TOKEN_WORD;
	bool dot = is_mark(&t[1], '.') && date_complete(r) && t[2].glued &&
		   t[2].digits == 2;
	size_t n = 3;
	int second = 0;

	if (t->digits > 2 || (!colon && !hour && !dot))
		return 0;
	if (t[2].type != TOKEN_NUMBER || t[2].digits > 2)
		return hour && set_time(r, t->value, 0, 0) ? 2 : 0;
	if ((is_mark(&t[3], (char)(colon ? ':' : '.')) && !hour) ||
	    is_unit(&t[3], UNIT_MINUTE)) {
		n = 4;
		if (t[4].type == TOKEN_NUMBER && t[4].digits <= 2 &&
		    t[4].glued) {
			second = t[4].value;
			n = 5;
		} else if (!is_unit(&t[3], UNIT_MINUTE)) {
			n = 3;
		}
	}
	if (!set_time(r, t->value, t[2].value, second))
		return 0;
	if (is_unit(&t[n], UNIT_SECOND))
		n++;
	return n;
}

/* +0100, -04:00, +1 after a time or after GMT. */
static size_t
take_offset(struct reading *r, const struct token *t, bool after_name)
{
	int sign = is_mark(t, '-') ? -1 : 1, hours, minutes = 0;
	size_t n = 2;

	if ((!is_mark(t, '-') && !is_mark(t, '+')) ||
	    t[1].type != TOKEN_NUMBER || !t[1].glued || !r->has_time)
		return 0;
	if (t[1].digits == 4) {
		hours = t[1].value / 100;
		minutes = t[1].value % 100;
	} else if (t[1].digits <= 2 && is_mark(&t[2], ':') &&
		   t[3].type == TOKEN_NUMBER && t[3].digits == 2) {
		hours = t[1].value;
		minutes = t[3].value;
		n = 4;
	} else if (t[1].digits <= 2 && after_name) {
		hours = t[1].value;
	} else {
		return 0;
	}
	if (hours > 14 || minutes > 59)
		return 0;
	r->has_zone = true;
	r->offset = sign * (hours * 60 + minutes) * 60;
	return n;
}

static void
put_number(struct reading *r, const struct token *t, char joint)
{
	if (r->numbers < NUMBERS)
		r->number[r->numbers++] =
		    (struct number){t->value, t->digits, joint};
}

static bool
is_joint(const struct token *t)
{
	return is_mark(t, '.') || is_mark(t, '/') || is_mark(t, '-');
}

static size_t
take_unit(struct reading *r, const struct token *t)
{
	int *field = is_unit(&t[1], UNIT_YEAR)    ? &r->year
		     : is_unit(&t[1], UNIT_MONTH) ? &r->month
		     : is_unit(&t[1], UNIT_DAY)   ? &r->day
						  : NULL;

	if (field == NULL || *field != 0)
		return 0;
	*field = t->value;
	return 2;
}

/* A number that is none of the time: a part of the date. */
static size_t
take_number(struct reading *r, const struct token *t, char joint)
{
	size_t n;

	if ((n = take_time(r, t)) > 0 || (n = take_unit(r, t)) > 0)
		return n;
	if (date_complete(r) || t->digits > 4 || t->digits == 3)
		return 0;
	put_number(r, t, joint);
	return 1;
}

static size_t
take_half(struct reading *r, const struct token *t, struct slice text)
{
	const struct form_word *w = token_is(t, FORM_HALF);
	bool ascii = w != NULL && (unsigned char)w->text[0] < 0x80;

	/* "am" is a preposition in German: before a time only in capitals. */
	if (w == NULL || r->has_half ||
	    (ascii && !r->has_time && text.p[t->end - 1] != 'M'))
		return 0;
	r->has_half = true;
	r->half = w->value == 1;
	return 1;
}

static size_t
take_zone(struct reading *r, const struct token *t)
{
	const struct form_word *w = token_is(t, FORM_ZONE);
	size_t n;

	if (w == NULL || r->has_zone || !r->has_time)
		return 0;
	n = w->value == 0 ? take_offset(r, t + 1, true) : 0;
	if (n > 0)
		return n + 1;
	r->has_zone = true;
	r->offset = w->value;
	return 1;
}

/* Vietnamese "Thứ 2" is a Monday, English "Thu 2" a Thursday and the 2nd. */
static bool
is_weekday_prefix(const struct reading *r, const struct token *t)
{
	const struct form_word *w = token_is(t, FORM_UNIT);

	return is_unit(t, UNIT_WEEKDAY_NEXT) &&
	       (token_is(t, FORM_WEEKDAY) == NULL ||
		   (r->hint->languages >> w->language & 1) != 0);
}

static size_t
take_month(struct reading *r, const struct token *t)
{
	const struct form_word *w = token_is(t, FORM_MONTH);
	bool room = r->month_count < MONTHS && r->month == 0;

	if (is_weekday_prefix(r, t) && !t->glued && t[1].type == TOKEN_NUMBER &&
	    t[1].digits == 1)
		return 2;
	if (is_unit(t, UNIT_MONTH_NEXT) && t[1].type == TOKEN_NUMBER &&
	    r->month == 0) {
		r->month = t[1].value;
		return 2;
	}
	if (w == NULL || !room || date_complete(r))
		return 0;
	r->months[r->month_count++] = w;
	return 1;
}

static size_t
take_weekday(struct reading *r, const struct token *t)
{
	const struct form_word *w = token_is(t, FORM_WEEKDAY);

	if (w == NULL || (r->has_time && date_complete(r)))
		return 0;
	for (; w != NULL; w = forms_more(w, 1u << FORM_WEEKDAY))
		r->weekdays |= 1u << w->value;
	return 1;
}

/* "a. m." and "p. m." in several words */
static size_t
take_spaced_half(struct reading *r, const struct token *t, struct slice text)
{
	char half = (char)(text.p[t->start] | 0x20);
	const struct token *m = is_mark(&t[1], '.') ? &t[2] : &t[1];

	if (t->type != TOKEN_WORD || t->end - t->start != 1 || !r->has_time ||
	    (half != 'a' && half != 'p') || m->type != TOKEN_WORD ||
	    m->end - m->start != 1 || (text.p[m->start] | 0x20) != 'm')
		return 0;
	r->has_half = true;
	r->half = half == 'p';
	return (size_t)(m - t) + 1;
}

/* "today", "yesterday" */
static size_t
take_near(struct reading *r, const struct token *t)
{
	if (r->ago >= 0 ||
	    !(is_unit(t, UNIT_TODAY) || is_unit(t, UNIT_YESTERDAY)))
		return 0;
	r->ago = is_unit(t, UNIT_YESTERDAY);
	return 1;
}

static size_t
take_word(struct reading *r, const struct token *t, struct slice text)
{
	size_t n, took;

	if ((n = take_near(r, t)) > 0 || (n = take_half(r, t, text)) > 0 ||
	    (n = take_zone(r, t)) > 0 || (n = take_spaced_half(r, t, text)) > 0)
		return n;
	n = take_month(r, t);
	took = n > 1 ? 0 : take_weekday(r, t);
	return n > took ? n : took;
}

static char
joint_before(const struct reading *r, size_t i)
{
	const struct token *t = &r->token[i];

	if (i < 2 || !is_joint(&t[-1]) || !t[-1].glued ||
	    (!t->glued && !is_mark(&t[-1], '.')))
		return 0;
	if (t[-2].type == TOKEN_NUMBER || t[-2].type == TOKEN_WORD)
		return (char)t[-1].value;
	return 0;
}

static bool
stops(const struct reading *r, const struct token *t)
{
	if (t->type == TOKEN_MARK)
		return strchr("<\"[@|", t->value) != NULL && r->end > 0;
	return t->type == TOKEN_WORD && t->word == NULL && r->has_time &&
	       date_complete(r);
}

static void
read_tokens(struct reading *r, size_t count, struct slice text)
{
	size_t i = 0;

	while (i < count) {
		struct token *t = &r->token[i];
		size_t n = 0;

		if (t->type == TOKEN_NUMBER)
			n = take_number(r, t, joint_before(r, i));
		else if (t->type == TOKEN_WORD)
			n = take_word(r, t, text);
		else
			n = take_offset(r, t, false);
		if (n > 0)
			told(r, t, t + n - 1);
		else if (stops(r, t))
			return;
		i += n > 0 ? n : 1;
	}
}

/* --- candidates --------------------------------------------------------- */

static int
full_year(int year, int digits, const struct date_hint *hint)
{
	int now =
	    hint->has_later ? civil_of_day(moment_day(hint->later)).year : 2400;

	if (year >= 2400 && year - 543 <= now)
		return year - 543; /* Thailand counts from Buddha's death */
	if (digits > 2)
		return year;
	if (year >= 60 && year + 1957 <= now && year + 1957 > now - 20)
		return year + 1957; /* the same, short */
	return year < 70 ? 2000 + year : 1900 + year;
}

static int
weekday_cost(const struct reading *r, struct civil date)
{
	enum weekday day = weekday_of(day_of_civil(date));

	return r->weekdays == 0 || (r->weekdays >> day & 1) != 0 ? 0 : 16;
}

static int
later_cost(const struct reading *r, struct civil date)
{
	day_t later;

	if (!r->hint->has_later)
		return 0;
	later = moment_day(r->hint->later);
	if (day_of_civil(date) > later + 1)
		return 32;
	return day_of_civil(date) + 14 >= later ? 0 : 1;
}

/* Who writes 3/2/26?  In English, those whose clock is American. */
static enum form_order
usual_order(const struct reading *r)
{
	enum form_order order = forms_order(r->forms, r->hint->languages);
	const int32_t america = -4 * 3600;

	if (order != ORDER_EITHER)
		return order;
	if (r->has_zone)
		return r->offset <= america ? ORDER_MDY : ORDER_DMY;
	if (r->hint->has_later && r->hint->later.offset != 0)
		return r->hint->later.offset <= america ? ORDER_MDY : ORDER_DMY;
	return r->has_half ? ORDER_MDY : ORDER_DMY;
}

static int
order_cost(const struct reading *r, const struct candidate *c)
{
	bool sure = r->has_zone ||
		    forms_order(r->forms, r->hint->languages) != ORDER_EITHER;

	if (c->order == ORDER_EITHER || c->order == usual_order(r))
		return 0;
	if (c->order == ORDER_YMD)
		return 6;
	return sure ? 2 : 1;
}

static void
consider(const struct reading *r, struct candidate *best, struct candidate c,
    int digits)
{
	c.date.year = full_year(c.date.year, digits, r->hint);
	if (!civil_valid(c.date))
		return;
	c.cost = weekday_cost(r, c.date) + later_cost(r, c.date) * 2 +
		 order_cost(r, &c) * 2;
	if (c.languages != 0 && r->hint->languages != 0 &&
	    (c.languages & r->hint->languages) == 0)
		c.cost += 8;
	if (best->cost < 0 || c.cost < best->cost)
		*best = c;
}

static void
consider_parts(const struct reading *r, struct candidate *best,
    const struct candidate *like, int year, int digits, int month, int day)
{
	struct candidate c = *like;
	int now;

	c.date = (struct civil){year, month, day};
	if (digits > 0) {
		consider(r, best, c, digits);
	} else if (r->hint->has_later) {
		now = civil_of_day(moment_day(r->hint->later)).year;
		for (c.date.year = now; c.date.year > now - 2; c.date.year--)
			consider(r, best, c, 4);
	} else {
		c.date.year = 1970;
		consider(r, best, c, 4);
	}
}

/* Numbers only: a triple or a pair with the same mark between. */
static void
consider_numbers(const struct reading *r, struct candidate *best)
{
	const struct number *n = r->number;
	bool pair = r->numbers == 2;
	struct candidate c = {.order = ORDER_YMD};

	if (r->numbers < 2 || n[1].joint == 0 || (!pair && n[2].joint == 0))
		return;
	if (!pair && (n[0].digits == 4 || n[2].digits <= 2)) {
		c.order = n[0].digits == 4 ? ORDER_EITHER : ORDER_YMD;
		consider_parts(r, best, &c, n[0].value, n[0].digits, n[1].value,
		    n[2].value);
		if (n[0].digits == 4)
			return;
	}
	c.order = n[1].joint == '.' ? ORDER_EITHER : ORDER_DMY;
	consider_parts(r, best, &c, pair ? 0 : n[2].value,
	    pair ? 0 : n[2].digits, n[1].value, n[0].value);
	if (n[1].joint == '.')
		return;
	c.order = ORDER_MDY;
	consider_parts(r, best, &c, pair ? 0 : n[2].value,
	    pair ? 0 : n[2].digits, n[0].value, n[1].value);
}

/* The day and the year among the numbers beside a month's name. */
static bool
split_numbers(const struct reading *r, int *year, int *digits, int *day)
{
	*year = r->year;
	*digits = r->year > 0 ? 4 : 0;
	*day = r->day;
	for (size_t i = 0; i < r->numbers; i++) {
		const struct number *n = &r->number[i];

		if (*digits == 0 &&
		    (n->digits == 4 || *day > 0 || n->value > 31)) {
			*year = n->value;
			*digits = n->digits;
		} else if (*day == 0 && n->digits <= 2) {
			*day = n->value;
		}
	}
	return *day > 0;
}

/* "mar" is March, and Tuesday in France: the last such word is the month. */
static bool
is_weekday_rather(const struct reading *r, size_t i)
{
	struct slice text = {r->months[i]->text, r->months[i]->len};

	return i + 1 < r->month_count &&
	       forms_word(r->forms, text, 1u << FORM_WEEKDAY) != NULL;
}

static void
consider_named(const struct reading *r, struct candidate *best)
{
	int year, digits, day;

	if (!split_numbers(r, &year, &digits, &day))
		return;
	if (r->month > 0) {
		struct candidate c = {0};

		consider_parts(r, best, &c, year, digits, r->month, day);
	}
	for (size_t i = 0; i < r->month_count; i++) {
		const struct form_word *w = r->months[i];

		if (is_weekday_rather(r, i))
			continue;
		for (; w != NULL; w = forms_more(w, 1u << FORM_MONTH)) {
			struct candidate c = {
			    .languages = (languages)1 << w->language};

			consider_parts(
			    r, best, &c, year, digits, w->value, day);
		}
	}
}

static int
seconds_of(const struct reading *r)
{
	int hour = r->hour;

	if (r->has_half && r->half && hour < 12)
		hour += 12;
	if (r->has_half && !r->half && hour == 12)
		hour = 0;
	return hour * 3600 + r->minute * 60 + r->second;
}

static struct moment
resolve(const struct reading *r, struct civil date)
{
	int32_t offset = r->has_zone          ? r->offset
			 : r->hint->has_later ? r->hint->later.offset
					      : 0;
	int seconds = seconds_of(r);
	day_t day = day_of_civil(date) + seconds / 86400;
	struct moment at = moment_at(day, seconds % 86400, offset);

	while (!r->has_zone && r->hint->has_later && r->has_time &&
	       at.utc > r->hint->later.utc && offset < 14 * 3600) {
		offset += 3600;
		at = moment_at(day, seconds % 86400, offset);
	}
	if (at.utc > r->hint->later.utc && !r->has_zone && r->hint->has_later)
		at = moment_at(day, seconds % 86400, r->hint->later.offset);
	return at;
}

/* Emperors and republics: 令和8年, 民國115年.  The year that is near. */
static int
year_of_era(const struct reading *r)
{
	static const int before_first[] = {0, 2000, 2018, 1988, 1911};
	int now, best = r->year;

	if (r->year == 0 || r->year >= 200 || !r->hint->has_later)
		return r->year;
	now = civil_of_day(moment_day(r->hint->later)).year;
	for (size_t i = 0; i < sizeof(before_first) / sizeof(int); i++) {
		int year = r->year + before_first[i];

		if (year <= now && (best > now || year > best))
			best = year;
	}
	return best;
}

/* A time with no more than a weekday, or with "yesterday": of late. */
static bool
consider_near(const struct reading *r, struct candidate *best)
{
	day_t later;

	if (!r->hint->has_later || !r->has_time || r->numbers > 0 ||
	    r->month_count > 0)
		return false;
	later = moment_day(r->hint->later);
	if (r->ago >= 0) {
		best->date = civil_of_day(later - r->ago);
		return true;
	}
	for (day_t day = later; day > later - 7; day--) {
		if (r->weekdays == 1u << weekday_of(day)) {
			best->date = civil_of_day(day);
			return true;
		}
	}
	return false;
}

bool
date_text(const struct forms *forms, struct slice text,
    const struct date_hint *hint, struct date_text *out)
{
	struct reading r = {.forms = forms, .hint = hint, .ago = -1};
	struct candidate best = {.cost = -1};
	size_t count;

	if (text.len > DATE_TEXT_MOST)
		text.len = DATE_TEXT_MOST;
	count = tokens(forms, text, r.token);
	read_tokens(&r, count, text);
	r.year = year_of_era(&r);
	if (r.month > 0 || r.month_count > 0)
		consider_named(&r, &best);
	else
		consider_numbers(&r, &best);
	if (best.cost < 0 && !consider_near(&r, &best))
		return false;
	*out = (struct date_text){.at = resolve(&r, best.date),
	    .has_time = r.has_time,
	    .has_zone = r.has_zone,
	    .start = r.start,
	    .end = r.end};
	return true;
}
