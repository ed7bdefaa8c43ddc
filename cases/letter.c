/*
 * Letters; see letter.h.
 *
 * The two tables below are the whole contract with those who write templates:
 * every mail with the names that it may use, every phrase with its own.
 */
#include <dirent.h>
#include <string.h>
#include <sysexits.h>

#include "cases/follow_up.h"
#include "cases/ladder.h"
#include "cases/letter.h"
#include "cases/say.h"

/* In every mail: of which case, and where an answer goes. */
#define ANY " company case title address "
#define COMMANDS " commands(command wide hint tap label) "
#define MAIL " message from date mail-subject "
#define DRAFT " draft(" SAY_FOLLOW_UP ") "
#define CLOCKS " clocks(" SAY_CLOCK ") "
#define TO_COMPANY                                                               \
	"company title name agent subject reference today answer-by "            \
	"opened open-days letters one effort money no-apology no-name disowned " \
	"rows(" SAY_OBLIGATION " late you chain(due said)) "                     \
	"timeline(date from words number) body domain law contact"

static const struct {
	const char *name, *schema;
} mails[LETTER_COUNT] = {
    [LETTER_RECEIPT] = {"receipt", ANY MAIL COMMANDS
	"opened why again stranger due-line made(" SAY_OBLIGATION
	") kept(" SAY_OBLIGATION ")"
	" slipped(" SAY_OBLIGATION " new-number new-due)"
	" repeated(" SAY_OBLIGATION ") faults(text)"},
    [LETTER_HEADS_UP] = {"heads-up", ANY COMMANDS
	"one(" SAY_OBLIGATION ") count rows(" SAY_OBLIGATION ")" CLOCKS},
    [LETTER_LAPSE] = {"lapse",
	ANY COMMANDS "one(" SAY_OBLIGATION ") count rows(" SAY_OBLIGATION ")"
		     " ahead(" SAY_OBLIGATION ")" CLOCKS DRAFT},
    [LETTER_CLOCK] = {"clock", ANY COMMANDS CLOCKS DRAFT},
    [LETTER_DOUBT] = {"doubt", ANY MAIL COMMANDS
	"domain resembles candidates(number who about why command)"},
    [LETTER_UNFILED] = {"unfiled", ANY MAIL COMMANDS "why faults(text)"},
    [LETTER_TRANSCRIPT] = {"transcript",
	ANY "result count lines(line answer done failed" DRAFT
	    ") refused gave-up help"},
    [LETTER_DIGEST] = {"digest",
	"address today count unknown(text)"
	" unfiled(message from date mail-subject why)"
	" cases(number who about rows(" SAY_OBLIGATION "))"},
    [LETTER_FRIENDLY] = {"follow-up-friendly", TO_COMPANY},
    [LETTER_FIRM] = {"follow-up-firm", TO_COMPANY},
    [LETTER_COMPLAINT] = {"follow-up-complaint", TO_COMPANY},
    [LETTER_FINAL] = {"follow-up-final", TO_COMPANY},
    [LETTER_COURT] = {"follow-up-court", TO_COMPANY},
    [LETTER_OMBUDSMAN] = {"follow-up-ombudsman", TO_COMPANY},
};

static bool
to_company(enum letter kind)
{
	return kind >= LETTER_FRIENDLY && kind <= LETTER_OMBUDSMAN;
}

/* What several of them share, by the tag {>NAME}; which forms there are. */
static const struct {
	const char *name;
	bool text, html;
} parts[] = {
    {"promise", true, true},
    {"clocks", true, true},
    {"draft", true, true},
    {"commands", true, true},
    {"broken", true, false}, /* of letters to a company */
    {"cost", true, false},
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

/* One row a phrase; the names after the key are its placeholders. */
static const struct {
	const char *key, *schema;
} phrases[] = {
#define PHRASE(key, schema) {key, schema},
#include "cases/phrases.h"
#undef PHRASE
};

enum { PHRASES = sizeof(phrases) / sizeof(phrases[0]) };

struct letters {
	struct text_template *text[LETTER_COUNT], *html[LETTER_COUNT];
	struct text_template *phrase[PHRASES];
};

/* Where files are looked for: own/LANGUAGE, dir/LANGUAGE, dir/en. */
struct search {
	struct arena *arena;
	const char *folder[3];
	struct template_parts text, html;
	struct err *err;
};

static int
find(const struct search *s, const char *name, struct template_source *source)
{
	for (size_t i = 0; i < 3; i++) {
		int rc;

		if (s->folder[i] == NULL)
			continue;
		rc = template_read(s->arena,
		    arena_printf(s->arena, "%s/%s", s->folder[i], name), source,
		    s->err);
		if (rc != 0)
			return rc == 1 ? 0 : -1;
	}
	return err_set(s->err, EX_CONFIG,
	    "%s/%s: there is no such template; is the data folder whole?",
	    s->folder[2], name);
}

static int
load_parts(struct search *s, const char *ending, struct template_parts *out)
{
	struct template_part *v = arena_calloc(s->arena, PARTS, sizeof(*v));
	bool html = strcmp(ending, "html") == 0;

	out->v = v;
	for (size_t i = 0; i < PARTS; i++) {
		if (!(html ? parts[i].html : parts[i].text))
			continue;
		v[out->n].name = arena_strdup(s->arena, parts[i].name);
		if (find(s,
			arena_printf(
			    s->arena, "part-%s.%s", parts[i].name, ending),
			&v[out->n++].source) == -1)
			return -1;
	}
	return 0;
}

static bool
holds(struct slice text, const char *what)
{
	return text.len > 0 &&
	       memmem(text.p, text.len, what, strlen(what)) != NULL;
}

static int
load_form(const struct search *s, enum letter kind, enum template_form form,
    struct text_template **out)
{
	const char *ending = form == TEMPLATE_HTML ? "html" : "txt";
	struct template_source layout = {0}, body = {0};
	bool alone = to_company(kind);

	if ((!alone && find(s, arena_printf(s->arena, "layout.%s", ending),
			   &layout) == -1) ||
	    find(s, arena_printf(s->arena, "%s.%s", mails[kind].name, ending),
		&body) == -1)
		return -1;
	if (form != TEMPLATE_HTML && !slice_starts(body.text, "Subject: "))
		return err_set(s->err, EX_CONFIG,
		    "%s:1:1: the first line must begin with \"Subject: \"",
		    body.file);
	if (form == TEMPLATE_HTML && !holds(layout.text, LETTER_DASHES))
		return err_set(s->err, EX_CONFIG,
		    "%s:1:1: %s is missing: the line above which answers are "
		    "read",
		    layout.file, LETTER_DASHES);
	*out = template_parse(s->arena, form, alone ? NULL : &layout, &body,
	    form == TEMPLATE_HTML ? &s->html : &s->text, mails[kind].schema,
	    s->err);
	return *out == NULL ? -1 : 0;
}

static int
phrase_index(struct slice key)
{
	for (int i = 0; i < PHRASES; i++)
		if (slice_is(key, phrases[i].key))
			return i;
	return -1;
}

/* One line of `words`; what was set before (by the owner) stays. */
static int
load_phrase(const struct search *s, struct letters *l,
    const struct template_source *file, struct slice line, int number)
{
	struct template_source source = {.file = file->file, .line = number};
	const char *equals;
	struct slice key = slice_trim(line);
	int i;

	if (key.len == 0 || key.p[0] == '#')
		return 0;
	equals = memchr(line.p, '=', line.len);
	if (equals == NULL)
		return err_set(s->err, EX_CONFIG, "%s:%d:1: no `key = text`",
		    file->file, number);
	key.p = line.p;
	key.len = (size_t)(equals - line.p);
	source.text.p = equals + 1;
	source.text.len = line.len - key.len - 1;
	source.text = slice_trim(source.text);
	source.column = (int)(source.text.p - line.p) + 1;
	i = phrase_index(slice_trim(key));
	if (i < 0)
		return err_set(s->err, EX_CONFIG,
		    "%s:%d:1: %.*s is no key of promised", file->file, number,
		    (int)slice_trim(key).len, slice_trim(key).p);
	if (l->phrase[i] != NULL)
		return 0;
	l->phrase[i] = template_parse(s->arena, TEMPLATE_PHRASE, NULL, &source,
	    NULL, phrases[i].schema, s->err);
	return l->phrase[i] == NULL ? -1 : 0;
}

static int
load_words_file(const struct search *s, struct letters *l, const char *folder)
{
	struct template_source source;
	struct slice rest, line;
	int number = 0, rc;

	rc = template_read(s->arena, arena_printf(s->arena, "%s/words", folder),
	    &source, s->err);
	if (rc != 1)
		return rc;
	rest = source.text;
	while (slice_line(&rest, &line))
		if (load_phrase(s, l, &source, line, ++number) == -1)
			return -1;
	return 0;
}

/* Words are merged key by key: the owner's, the language's, those of en. */
static int
load_words(const struct search *s, struct letters *l)
{
	for (size_t i = 0; i < 3; i++)
		if (s->folder[i] != NULL &&
		    load_words_file(s, l, s->folder[i]) == -1)
			return -1;
	for (size_t i = 0; i < PHRASES; i++)
		if (l->phrase[i] == NULL)
			return err_set(s->err, EX_CONFIG,
			    "%s/words: %s is missing", s->folder[2],
			    phrases[i].key);
	return 0;
}

/* NAME.txt, or, where there is one, NAME.html. */
static bool
is_form_of(const char *file, const char *name, bool text, bool html)
{
	size_t n = strlen(name);

	return strncmp(file, name, n) == 0 &&
	       ((text && strcmp(file + n, ".txt") == 0) ||
		   (html && strcmp(file + n, ".html") == 0));
}

static bool
is_file_of_ours(const char *name)
{
	static const char *const fixed[] = {
	    "layout.txt", "layout.html", "words", ".", ".."};
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (strcmp(name, fixed[i]) == 0)
			return true;
	for (size_t i = 0; i < LETTER_COUNT; i++)
		if (is_form_of(
			name, mails[i].name, true, !to_company((enum letter)i)))
			return true;
	for (size_t i = 0; i < PARTS; i++)
		if (strncmp(name, "part-", 5) == 0 &&
		    is_form_of(
			name + 5, parts[i].name, parts[i].text, parts[i].html))
			return true;
	return name[0] == '.' || (n > 0 && name[n - 1] == '~');
}

/* A file that nothing would ever read is a slip of the pen: said at once. */
static int
check_folder(const char *folder, struct err *err)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc = 0;

	if (dir == NULL)
		return 0;
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (!is_file_of_ours(entry->d_name))
			rc = err_set(err, EX_CONFIG,
			    "%s/%s: there is no template of this name", folder,
			    entry->d_name);
	closedir(dir);
	return rc;
}

struct letters *
letters_load(struct arena *a, const char *dir, const char *own_dir,
    const char *language, struct err *err)
{
	struct letters *l = arena_alloc(a, sizeof(*l));
	struct search s = {.arena = a, .err = err};

	s.folder[2] = arena_printf(a, "%s/en", dir);
	if (strcmp(language, "en") != 0)
		s.folder[1] = arena_printf(a, "%s/%s", dir, language);
	if (own_dir != NULL)
		s.folder[0] = arena_printf(a, "%s/%s", own_dir, language);
	for (size_t i = 0; i < 3; i++)
		if (s.folder[i] != NULL && check_folder(s.folder[i], err) == -1)
			return NULL;
	if (load_parts(&s, "txt", &s.text) == -1 ||
	    load_parts(&s, "html", &s.html) == -1)
		return NULL;
	for (size_t i = 0; i < LETTER_COUNT; i++)
		if (load_form(&s, (enum letter)i,
			to_company((enum letter)i) ? TEMPLATE_LETTER
						   : TEMPLATE_TEXT,
			&l->text[i]) == -1 ||
		    (!to_company((enum letter)i) &&
			load_form(&s, (enum letter)i, TEMPLATE_HTML,
			    &l->html[i]) == -1))
			return NULL;
	return load_words(&s, l) == -1 ? NULL : l;
}

/* "Subject: ..." and the empty line off the rendered text. */
static void
split_subject(struct arena *a, char *text, struct letter_text *out)
{
	struct slice rest = slice_of(text), line;
	struct buf subject = {0};

	while (slice_line(&rest, &line) && line.len > 0) {
		if (subject.len > 0)
			buf_putc(&subject, ' ');
		buf_slice(&subject, slice_trim(line));
	}
	out->text = rest.len > 0 ? rest.p : "";
	out->subject = buf_keep(&subject, a);
	if (slice_starts(slice_of(out->subject), "Subject: "))
		out->subject += strlen("Subject: ");
}

void
letter_write(struct arena *a, const struct letters *l, enum letter kind,
    const struct values *values, struct letter_text *out)
{
	split_subject(a, template_render(a, l->text[kind], values), out);
	out->html = NULL;
	if (to_company(kind))
		return;
	/* The line at which reading of commands ends: programs that quote
	 * without marks would else send our own examples back as commands. */
	out->text = arena_printf(a, "%s %s %s\n\n%s", LETTER_DASHES,
	    LETTER_SAY(a, l, "answer-above"), LETTER_DASHES, out->text);
	out->html = template_render(a, l->html[kind], values);
}

char *
letter_phrase_of(struct arena *a, const struct letters *l, const char *key,
    const struct values *values)
{
	int i = phrase_index(slice_of(key));

	if (i < 0) /* a slip of ours: seen in the mail, and in the tests */
		return arena_printf(a, "{%s}", key);
	return template_render(a, l->phrase[i], values);
}

char *
letter_phrase(struct arena *a, const struct letters *l,
    const char *const *words, size_t n)
{
	struct values *values = values_new(a);

	for (size_t j = 1; j + 1 < n; j += 2)
		values_set(values, words[j], words[j + 1]);
	return letter_phrase_of(a, l, words[0], values);
}
