/* See wordlist.h; the loading is declared in thread.h. */
#include <stddef.h>
#include <stdint.h>
#include <sysexits.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "cases/thread.h"
#include "cases/wordlist.h"
#include "cases/wordscan.h"

enum {
	FILE_MOST = 1 << 20, /* bytes of thread.words */
	POINTS_MOST = 99 /* of a phrase or finding */
};

/* What a line of a section is. */
enum what {
	WORDS, /* into a bag */
	PARTS, /* into strings, each word */
	LINE, /* into strings, whole */
	PHRASE,
	FINDING, /* of a bag, with points */
	SAYING /* a phrase with points */
};

#define AT(member) offsetof(struct thread_words, member)
#define NOWHERE SIZE_MAX

static const struct section {
	const char *name;
	enum what kind;
	size_t at, also; /* members of struct thread_words */
} sections[] = {
    {"[prefix]", WORDS, AT(prefix), NOWHERE},
    {"[common]", WORDS, AT(common), NOWHERE},
    {"[given]", WORDS, AT(given), NOWHERE},
    {"[title]", WORDS, AT(title), NOWHERE},
    {"[joins]", WORDS, AT(joins), NOWHERE},
    {"[account]", WORDS, AT(account), NOWHERE},
    {"[apart]", PHRASE, AT(apart), AT(split)},
    {"[fresh]", PHRASE, AT(fresh), AT(split)},
    {"[mistake]", PHRASE, AT(mistake), NOWHERE},
    {"[behalf]", PHRASE, AT(behalf), NOWHERE},
    {"[asked]", PHRASE, AT(asked), NOWHERE},
    {"[greeting]", PHRASE, AT(greeting), NOWHERE},
    {"[closing]", PHRASE, AT(closing), NOWHERE},
    {"[chaser]", PHRASE, AT(chaser), NOWHERE},
    {"[routine]", LINE, AT(routine), NOWHERE},
    {"[advert]", LINE, AT(advert), AT(routine)},
    {"[trade]", PARTS, AT(trade), NOWHERE},
    {"[found]", FINDING, AT(found), NOWHERE},
    {"[said]", SAYING, AT(said), NOWHERE},
};

#define SECTIONS (sizeof(sections) / sizeof(*sections))

static const struct section *
section_of(struct slice line)
{
	size_t i;

	for (i = 0; i < SECTIONS; i++)
		if (slice_is(line, sections[i].name))
			return &sections[i];
	return NULL;
}

/* "-6 dear friend": the number off its front; false when none stands there. */
static bool
take_points(struct slice *line, int *points)
{
	bool minus = slice_starts(*line, "-");
	int n = 0;

	if (minus)
		slice_skip(line, 1);
	if (line->len == 0 || !is_digit(line->p[0]))
		return false;
	while (line->len > 0 && is_digit(line->p[0]) && n <= POINTS_MOST) {
		n = 10 * n + (line->p[0] - '0');
		slice_skip(line, 1);
	}
	*line = slice_trim(*line);
	*points = minus ? -n : n;
	return n > 0 && n <= POINTS_MOST && line->len > 0;
}

static void
add_words(struct bag *b, struct slice line)
{
	struct scan s = {.rest = line};

	while (scan_word(&s))
		bag_put(b, s.word, 1);
}

static void
add_parts(struct arena *a, struct strings *list, struct slice line)
{
	struct scan s = {.rest = line};

	while (scan_word(&s))
		strings_add(a, list, arena_strdup(a, s.word));
}

/* Adds the line to the member; false when it is none of its section. */
static bool
add_line(struct arena *a, void *member, enum what kind, struct slice line)
{
	int points = 0;

	switch (kind) {
	case WORDS:
		add_words(*(struct bag **)member, line);
		break;
	case PARTS:
		add_parts(a, member, line);
		break;
	case LINE:
		strings_add(a, member, slice_dup(a, line));
		break;
	case FINDING:
		if (!take_points(&line, &points) || points < 0)
			return false;
		bag_put(*(struct bag **)member, slice_dup(a, line), points);
		break;
	case SAYING:
		if (!take_points(&line, &points))
			return false;
		/* FALLTHROUGH */
	case PHRASE:
		phrases_add(a, member, line, points);
		break;
	}
	return true;
}

static bool
add(struct arena *a, struct thread_words *w, const struct section *s,
    struct slice line)
{
	char *base = (char *)w;

	return add_line(a, base + s->at, s->kind, line) &&
	       (s->also == NOWHERE ||
		   add_line(a, base + s->also, s->kind, line));
}

static int
no_section(const char *path, int number, struct err *err)
{
	struct buf names = {0};
	size_t i;

	for (i = 0; i < SECTIONS; i++)
		buf_printf(&names, " %s", sections[i].name);
	err_set(err, EX_CONFIG, "%s:%d: no such section; there are%s", path,
	    number, names.p);
	buf_free(&names);
	return -1;
}

static int
parse(struct arena *a, struct thread_words *w, const char *path,
    struct slice text, struct err *err)
{
	const struct section *section = NULL;
	struct slice line;
	int number = 0;

	while (slice_line(&text, &line)) {
		number++;
		line = slice_trim(line);
		if (line.len == 0 || line.p[0] == '#')
			continue;
		if (line.p[0] == '[')
			section = section_of(line);
		if (section == NULL)
			return no_section(path, number, err);
		if (line.p[0] != '[' && !add(a, w, section, line))
			return err_set(err, EX_CONFIG,
			    "%s:%d: points stand before what they are for, as "
			    "in \"3 your complaint\"",
			    path, number);
	}
	return 0;
}

struct thread_words *
thread_words_load(struct arena *a, const char *path, struct err *err)
{
	struct thread_words *w = arena_alloc(a, sizeof(*w));
	struct buf text = {0};
	int result;
	size_t i;

	for (i = 0; i < SECTIONS; i++)
		if (sections[i].kind == WORDS || sections[i].kind == FINDING)
			*(struct bag **)((char *)w + sections[i].at) =
			    bag_new(a);
	if (file_bytes(path, FILE_MOST, &text, err) < 0) {
		err->code = EX_CONFIG;
		buf_free(&text);
		return NULL;
	}
	result = parse(a, w, path, buf_view(&text), err);
	buf_free(&text);
	return result < 0 ? NULL : w;
}
