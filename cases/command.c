/*
 * The grammar of mail commands; see command.h.
 *
 * One table says every word that begins a command.  A line is cut down in
 * place: courtesies, the verb, its numbers; what is left is the argument,
 * whose meaning (a date, a name) is settled when the command is run.
 */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cases/command.h"
#include "cases/words.h"

/* What may follow a verb. */
enum follows {
	FOLLOWS_OBLIGATION, /* [N.M | M] rest */
	FOLLOWS_DATE, /* [N.M] rest: a bare number may begin a date */
	FOLLOWS_CASE, /* [N] rest */
	FOLLOWS_TEXT, /* rest, as written */
	FOLLOWS_EFFORT, /* SPAN [NAME]: TEXT */
	FOLLOWS_MONEY, /* AMOUNT TEXT */
	FOLLOWS_LETTER /* [N] and all lines that follow */
};

/* Longer words stand before those that they begin with. */
static const struct {
	const char *words;
	enum verb verb;
	enum follows follows;
} table[] = {
    {"not kept", VERB_NOT_KEPT, FOLLOWS_OBLIGATION},
    {"not done", VERB_NOT_KEPT, FOLLOWS_OBLIGATION},
    {"unkept", VERB_NOT_KEPT, FOLLOWS_OBLIGATION},
    {"kept", VERB_KEPT, FOLLOWS_OBLIGATION},
    {"done", VERB_KEPT, FOLLOWS_OBLIGATION},
    {"void", VERB_VOID, FOLLOWS_OBLIGATION},
    {"due", VERB_DUE, FOLLOWS_DATE},
    {"received", VERB_RECEIVED, FOLLOWS_DATE},
    {"snooze", VERB_SNOOZE, FOLLOWS_DATE},
    {"stop", VERB_STOP, FOLLOWS_CASE},
    {"close", VERB_CLOSE, FOLLOWS_CASE},
    {"reopen", VERB_REOPEN, FOLLOWS_CASE},
    {"status", VERB_STATUS, FOLLOWS_CASE},
    {"list", VERB_LIST, FOLLOWS_TEXT},
    {"undo", VERB_UNDO, FOLLOWS_CASE},
    {"help", VERB_HELP, FOLLOWS_TEXT},
    {"?", VERB_HELP, FOLLOWS_TEXT},
    {"merge", VERB_MERGE, FOLLOWS_TEXT},
    {"split", VERB_SPLIT, FOLLOWS_TEXT},
    {"move", VERB_MOVE, FOLLOWS_TEXT},
    {"company", VERB_COMPANY, FOLLOWS_TEXT},
    {"region", VERB_REGION, FOLLOWS_TEXT},
    {"note", VERB_NOTE, FOLLOWS_TEXT},
    {"called", VERB_CALL, FOLLOWS_EFFORT},
    {"call", VERB_CALL, FOLLOWS_EFFORT},
    {"visited", VERB_VISIT, FOLLOWS_EFFORT},
    {"visit", VERB_VISIT, FOLLOWS_EFFORT},
    {"spent", VERB_SPENT, FOLLOWS_MONEY},
    {"send", VERB_SEND, FOLLOWS_TEXT},
    {"edit", VERB_EDIT, FOLLOWS_LETTER},
    {"contact", VERB_CONTACT, FOLLOWS_TEXT},
    {"draft", VERB_DRAFT, FOLLOWS_TEXT},
    {"ladder", VERB_LADDER, FOLLOWS_CASE},
    {"sector", VERB_SECTOR, FOLLOWS_TEXT},
    {"event", VERB_EVENT, FOLLOWS_TEXT},
    {"publish", VERB_PUBLISH, FOLLOWS_OBLIGATION},
    {"unpublish", VERB_UNPUBLISH, FOLLOWS_OBLIGATION},
    {"export", VERB_EXPORT, FOLLOWS_CASE},
};

enum {
	TABLE = sizeof(table) / sizeof(table[0]),
	EFFORT_HEAD = 60, /* bytes in which a span and a name may stand */
	CLOSING_MOST = 50 /* bytes of a greeting or closing with its name */
};

const char *
verb_name(enum verb verb)
{
	static const char *const names[VERB_COUNT] = {"unknown", "kept",
	    "not kept", "void", "due", "received", "snooze", "stop", "close",
	    "reopen", "status", "list", "undo", "help", "merge", "split",
	    "move", "company", "region", "note", "call", "visit", "spent",
	    "send", "edit", "contact", "draft", "ladder", "sector", "event",
	    "publish", "unpublish", "export"};

	return names[verb];
}

static bool
is_word_byte(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 ||
	       c == '_' || c == '-' || c == '\'';
}

/* Takes the words off the front of *s, where they end at a word's end; any
 * run of white space stands for a blank. */
static bool
take_words(struct slice *s, const char *words)
{
	size_t i = 0;

	for (; *words != '\0'; words++, i++) {
		if (*words == ' ' && i < s->len &&
		    isspace((unsigned char)s->p[i])) {
			while (i + 1 < s->len &&
			       isspace((unsigned char)s->p[i + 1]))
				i++;
			continue;
		}
		if (i == s->len ||
		    tolower((unsigned char)s->p[i]) != (unsigned char)*words)
			return false;
	}
	if (i < s->len && is_word_byte(words[-1]) && is_word_byte(s->p[i]))
		return false;
	s->p += i;
	s->len -= i;
	*s = slice_trim(*s);
	return true;
}

static bool
take_any(struct slice *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (take_words(s, words[i]))
			return true;
	return false;
}

#define TAKE_ANY(s, words) \
	take_any(s, words, sizeof(words) / sizeof((words)[0]))

/* A whole number below a hundred million; where it ends may be anything. */
static bool
take_number(struct slice *s, int *n)
{
	size_t i;

	*n = 0;
	for (i = 0; i < s->len && isdigit((unsigned char)s->p[i]) && i < 8; i++)
		*n = *n * 10 + (s->p[i] - '0');
	if (i == 0 || (i < s->len && isdigit((unsigned char)s->p[i])))
		return false;
	s->p += i;
	s->len -= i;
	return true;
}

/* "12.3"; "12.50" of money is told apart by the verb. */
static bool
take_pair(struct slice *s, int *case_number, int *number)
{
	struct slice rest = *s;
	int a, b;

	if (!take_number(&rest, &a) || rest.len == 0 || rest.p[0] != '.')
		return false;
	rest.p++;
	rest.len--;
	if (!take_number(&rest, &b) || a == 0 || b == 0 ||
	    (rest.len > 0 && (is_word_byte(rest.p[0]) || rest.p[0] == '.')))
		return false;
	*case_number = a;
	*number = b;
	*s = slice_trim(rest);
	return true;
}

/* A number that stands alone: no "5th", "10:30" or "3/4". */
static bool
take_alone(struct slice *s, int *n)
{
	struct slice rest = *s;
	int number;

	if (!take_number(&rest, &number) || number == 0)
		return false;
	if (rest.len > 1 && rest.p[0] == ':' &&
	    !isspace((unsigned char)rest.p[1]))
		return false;
	if (rest.len > 0 && !isspace((unsigned char)rest.p[0]) &&
	    rest.p[0] != ',' && rest.p[0] != ':')
		return false;
	*n = number;
	*s = slice_trim(rest);
	return true;
}

/* Punctuation that says nothing: at the front ": , -", at the end ". ! ;". */
static void
drop_front(struct slice *s)
{
	while (s->len > 0 && strchr(":,;=", s->p[0]) != NULL) {
		s->p++;
		s->len--;
		*s = slice_trim(*s);
	}
}

static void
drop_end(struct slice *s)
{
	static const char *const thanks[] = {"thanks", "thank you", "please"};

	for (;;) {
		size_t was = s->len;

		while (s->len > 0 && strchr(".,;!?", s->p[s->len - 1]) != NULL)
			s->len--;
		for (size_t i = 0; i < sizeof(thanks) / sizeof(thanks[0]);
		     i++) {
			size_t n = strlen(thanks[i]);

			if (s->len >= n &&
			    strncasecmp(s->p + s->len - n, thanks[i], n) == 0 &&
			    (s->len == n ||
				!is_word_byte(s->p[s->len - n - 1])))
				s->len -= n;
		}
		*s = slice_trim(*s);
		if (s->len == was)
			return;
	}
}

/* What people put before a command. */
static void
drop_courtesy(struct slice *s)
{
	static const char *const words[] = {"please", "pls", "kindly", "mark",
	    "set", "the", "a", "an", "and", "then", "obligation", "promise",
	    "-", "*", "\xe2\x80\xa2"};

	while (TAKE_ANY(s, words))
		;
}

/* Effort. */

/* A unit of time in minutes, taken off; 0 when there is none. */
static int
take_unit(struct slice *s)
{
	static const struct {
		const char *name;
		int minutes;
	} units[] = {{"minutes", 1}, {"minute", 1}, {"mins", 1}, {"min", 1},
	    {"m", 1}, {"hours", 60}, {"hour", 60}, {"hrs", 60}, {"hr", 60},
	    {"h", 60}};

	*s = slice_trim(*s);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t n = strlen(units[i].name);

		if (!slice_starts_nocase(*s, units[i].name) ||
		    (s->len > n && isalpha((unsigned char)s->p[n])))
			continue;
		s->p += n;
		s->len -= n;
		if (s->len > 0 && s->p[0] == '.')
			s->p++, s->len--;
		*s = slice_trim(*s);
		return units[i].minutes;
	}
	return 0;
}

/* "40 min", "2h", "1 h 20", "1.5 hours": adds to *minutes. */
static bool
take_span_part(struct slice *s, int *minutes, bool after_hours)
{
	struct slice rest = *s;
	int n, tenths = 0, unit;

	if (!take_number(&rest, &n) || n > 10000)
		return false;
	if (rest.len > 1 && (rest.p[0] == '.' || rest.p[0] == ',') &&
	    isdigit((unsigned char)rest.p[1])) {
		tenths = rest.p[1] - '0';
		rest.p += 2;
		rest.len -= 2;
	}
	unit = take_unit(&rest);
	if (unit == 0 && !after_hours)
		return false;
	unit = unit == 0 ? 1 : unit;
	*minutes += n * unit + tenths * unit / 10;
	*s = slice_trim(rest);
	return true;
}

static bool
take_span(struct slice *s, int *minutes)
{
	struct slice rest = *s;

	*minutes = 0;
	if (take_words(&rest, "half an hour"))
		*minutes = 30;
	else if (take_words(&rest, "an hour"))
		*minutes = 60;
	else if (!take_span_part(&rest, minutes, false))
		return false;
	if (*minutes >= 60) {
		take_words(&rest, "and");
		take_span_part(&rest, minutes, true);
	}
	*s = rest;
	return true;
}

/* A name is what stands before the colon; without a colon, a few words that
 * each begin with a capital letter. */
static bool
looks_like_name(struct slice s)
{
	bool begins = true;
	size_t words = 0;

	if (s.len > 60)
		return false;
	for (size_t i = 0; i < s.len; begins = s.p[i] == ' ', i++) {
		if (begins && islower((unsigned char)s.p[i]))
			return false;
		words += begins;
	}
	return words > 0 && words <= 3;
}

/* Cuts the span of time out: "Anna 40 min" and "40 min Anna" alike. */
static bool
cut_span(struct arena *a, struct slice *head, int *minutes)
{
	for (size_t i = 0; i < head->len; i++) {
		struct slice before = {head->p, i};
		struct slice tail = {head->p + i, head->len - i};

		if ((i > 0 && head->p[i - 1] != ' ') ||
		    !take_span(&tail, minutes))
			continue;
		before = slice_trim(before);
		if (before.len >= 4 && /* "Anna for 40 min" */
		    memcmp(before.p + before.len - 4, " for", 4) == 0)
			before.len -= 4;
		*head = slice_trim(slice_of(arena_printf(a, "%.*s %.*s",
		    (int)before.len, before.p, (int)tail.len, tail.p)));
		return true;
	}
	return false;
}

/* "40 min Anna: said that ...".  A long head without a colon is all text, of
 * which only the front can be a span. */
static void
read_effort(struct arena *a, struct slice s, struct mail_command *c)
{
	static const char *const with[] = {"with", "to", "from", "for", "by"};
	const char *colon;
	struct slice head, said = {NULL, 0};

	if (s.len > 1 && s.p[0] == ':' &&
	    memchr(s.p + 1, ':', s.len - 1) != NULL)
		drop_front(&s); /* "Call: 40 min Anna: ..." */
	head = s;
	colon = memchr(s.p, ':', s.len);
	if (colon != NULL) {
		head.len = (size_t)(colon - s.p);
		said.p = colon + 1;
		said.len = s.len - head.len - 1;
	}
	while (TAKE_ANY(&head, with))
		;
	c->measured = head.len <= EFFORT_HEAD ? cut_span(a, &head, &c->minutes)
					      : take_span(&head, &c->minutes);
	drop_front(&head);
	while (TAKE_ANY(&head, with))
		;
	if (said.p == NULL && !looks_like_name(head)) {
		said = head;
		head.len = 0;
	}
	c->who = head.len > 0 ? slice_dup(a, head) : NULL;
	c->text = slice_dup(a, slice_trim(said));
}

/*
 * A currency at the front: a sign, or the three capitals of a code (ISO 4217).
 * Of a code that has a sign of its own the sign is kept, so that "£12" and
 * "12 GBP" are one; a dollar is many countries' and stays as it was written.
 */
static void
take_currency(struct arena *a, struct slice *s, struct mail_command *c)
{
	static const struct {
		const char *sign, *code;
	} known[] = {{"\xc2\xa3", "GBP"}, {"\xe2\x82\xac", "EUR"}, {"$", "$"}};
	size_t n = 0;

	*s = slice_trim(*s);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!slice_starts(*s, known[i].sign))
			continue;
		c->currency = known[i].sign;
		s->p += strlen(known[i].sign);
		s->len -= strlen(known[i].sign);
		return;
	}
	while (n < s->len && isupper((unsigned char)s->p[n]))
		n++;
	if (n != 3 || (n < s->len && islower((unsigned char)s->p[n])))
		return;
	c->currency = slice_dup(a, (struct slice){s->p, n});
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(c->currency, known[i].code) == 0)
			c->currency = known[i].sign;
	s->p += n;
	s->len -= n;
}

/* "12.50", "12,5", "£12", "12.50 EUR on stamps". */
static void
read_money(struct arena *a, struct slice s, struct mail_command *c)
{
	static const char *const on[] = {"on", "for"};
	int whole, part = 0;

	c->currency = "";
	take_currency(a, &s, c);
	s = slice_trim(s);
	c->text = slice_dup(a, s);
	if (!take_number(&s, &whole))
		return;
	if (s.len > 1 && (s.p[0] == '.' || s.p[0] == ',') &&
	    isdigit((unsigned char)s.p[1])) {
		part = (s.p[1] - '0') * 10;
		s.p += 2;
		s.len -= 2;
		if (s.len > 0 && isdigit((unsigned char)s.p[0])) {
			part += s.p[0] - '0';
			s.p++;
			s.len--;
		}
		if (s.len > 0 && isdigit((unsigned char)s.p[0]))
			return; /* "1,250": not to be guessed */
	}
	c->measured = true;
	c->cents = (int64_t)whole * 100 + part;
	if (*c->currency == '\0')
		take_currency(a, &s, c);
	s = slice_trim(s);
	drop_front(&s);
	TAKE_ANY(&s, on);
	c->text = slice_dup(a, s);
}

/* Lines. */

/* "kept 12.3 # they rang"; but "close # 12" has none. */
static void
drop_comment(struct slice *s)
{
	for (size_t i = 0; i < s->len; i++) {
		size_t after = i + 1;

		if (s->p[i] != '#' || (i > 0 && s->p[i - 1] != ' '))
			continue;
		while (after < s->len && s->p[after] == ' ')
			after++;
		if (after < s->len && isdigit((unsigned char)s->p[after]))
			continue;
		s->len = i;
		*s = slice_trim(*s);
	}
}

static void
read_follows(struct arena *a, enum follows follows, struct slice s,
    struct mail_command *c)
{
	static const char *const which[] = {"case", "number", "no.", "#"};

	/* no N.M here: "1.5 h" and "12.50" are none */
	if (follows == FOLLOWS_EFFORT) {
		c->rest = slice_dup(a, s);
		read_effort(a, s, c);
		return;
	}
	if (follows == FOLLOWS_MONEY) {
		read_money(a, s, c);
		return;
	}
	if (follows == FOLLOWS_LETTER) {
		take_alone(&s, &c->case_number);
		drop_front(&s);
	} else if (follows != FOLLOWS_TEXT) {
		drop_comment(&s);
		drop_end(&s);
		TAKE_ANY(&s, which);
		if (!take_pair(&s, &c->case_number, &c->number)) {
			if (follows == FOLLOWS_OBLIGATION)
				take_alone(&s, &c->number);
			if (follows == FOLLOWS_CASE)
				take_alone(&s, &c->case_number);
		}
		drop_front(&s);
	}
	c->rest = slice_dup(a, s);
	c->text = c->rest;
}

static bool
read_line(struct arena *a, struct slice line, struct mail_command *c)
{
	int case_number = 0, number = 0;
	struct slice s = line;

	memset(c, 0, sizeof(*c));
	c->line = slice_dup(a, line);
	c->rest = c->text = "";
	drop_courtesy(&s);
	if (take_pair(&s, &case_number, &number)) { /* "12.3 kept" */
		drop_front(&s);
		while (take_words(&s, "is") || take_words(&s, "was") ||
		       take_words(&s, "as"))
			;
	}
	for (size_t i = 0; i < TABLE; i++) {
		if (!take_words(&s, table[i].words))
			continue;
		c->verb = table[i].verb;
		if (table[i].follows != FOLLOWS_EFFORT)
			drop_front(&s); /* there a colon tells the text */
		read_follows(a, table[i].follows, s, c);
		if (case_number != 0 && c->case_number == 0) {
			c->case_number = case_number;
			c->number = number;
		}
		return true;
	}
	return false;
}

/* Where the owner's own words end, should the caller not have cut there. */
static bool
is_end(const struct thread_words *words, struct slice line)
{
	struct slice trimmed = slice_trim(line);
	size_t n = trimmed.len;

	if (slice_is(line, "-- ") || slice_is(line, "--") ||
	    slice_starts(trimmed, ">") ||
	    slice_starts(trimmed, LETTER_DASHES) ||
	    slice_starts(trimmed, "_____"))
		return true;
	if (slice_starts(trimmed, "On ") && n > 6 &&
	    memcmp(trimmed.p + n - 6, "wrote:", 6) == 0)
		return true;
	return trimmed.len < CLOSING_MOST && words_closing(words, trimmed);
}

/* At most n bytes, whole characters. */
static struct slice
cut(struct slice s, size_t n)
{
	if (s.len <= n)
		return s;
	while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	s.len = n;
	return s;
}

/* Where a letter ends that follows `edit`: at what cannot be the owner's. */
static bool
is_letter_end(struct slice line)
{
	return slice_is(line, "-- ") || slice_starts(line, ">") ||
	       slice_starts(line, LETTER_DASHES) || slice_starts(line, "_____");
}

/* What follows `edit`, on its line and below, up to the quote. */
static char *
take_letter(struct arena *a, const char *first, struct slice *rest)
{
	struct buf text = {0};
	struct slice line;

	buf_printf(&text, "%s%s", first, *first == '\0' ? "" : "\n");
	while (slice_line(rest, &line) && !is_letter_end(line)) {
		buf_slice(&text, line);
		buf_putc(&text, '\n');
	}
	rest->len = 0;
	return slice_dup(a, slice_trim(slice_of(buf_keep(&text, a))));
}

struct mail_commands
mail_commands_read(
    struct arena *a, const struct thread_words *words, const char *text)
{
	struct mail_commands cs = {NULL, 0, false};
	struct slice rest = slice_of(text), line;
	struct mail_command c;
	size_t unknown = 0;

	while (cs.n < COMMAND_MOST && slice_line(&rest, &line)) {
		if (is_end(words, line))
			break;
		line = slice_trim(line);
		line = cut(line, COMMAND_LINE_MOST);
		if (line.len == 0 || line.p[0] == '#')
			continue;
		if (!read_line(a, line, &c)) {
			if (cs.n == 0 && line.len < CLOSING_MOST &&
			    words_greeting(words, line))
				continue;
			unknown++;
		}
		if (c.verb == VERB_EDIT)
			c.text = take_letter(a, c.rest, &rest);
		cs.v = arena_grow(a, cs.v, cs.n, sizeof(*cs.v));
		cs.v[cs.n++] = c;
		if (unknown == COMMAND_UNKNOWN_MOST) {
			cs.gave_up = true;
			break;
		}
	}
	return cs;
}
