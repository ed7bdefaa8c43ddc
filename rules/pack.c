/*
 * See pack.h and read.h.  Loading reads and understands all files, finds each
 * pattern's required literals and builds the gate; it compiles nothing, but
 * for the owner's own rules, whose faults must be told at once.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "rules/literal.h"
#include "rules/pack.h"
#include "rules/rulefile.h"

enum { NESTING_MOST = 16, EXPANDED_MOST = 65536, NAMES_MOST = 512 };

/* Names that every pack has: the marks of time phrases, see fold.h. */
static const struct {
	const char *name, *text;
} builtin[] = {
    {"time", "[\\x01-\\x05]"},
    {"limit", "\\x01"},
    {"point", "\\x02"},
    {"span", "\\x03"},
    {"clock", "\\x04"},
    {"vague", "\\x05"},
    {"past", "\\x06"},
};

static const char *
builtin_text(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof(builtin) / sizeof(*builtin); i++)
		if (slice_is(name, builtin[i].name))
			return builtin[i].text;
	return NULL;
}

static int
compare_definitions(const void *a, const void *b)
{
	const struct definition *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static struct definition *
find_definition(const struct rulebook *book, struct slice name)
{
	size_t low = 0, high = book->definition_count, middle;
	int order;

	while (low < high) {
		middle = (low + high) / 2;
		order =
		    strncmp(name.p, book->definitions[middle].name, name.len);
		/* As far as the slice goes the same: is that all? */
		if (order == 0 &&
		    book->definitions[middle].name[name.len] == '\0')
			return &book->definitions[middle];
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The <name> at p; false for "(?<name>" and for a plain "<". */
static bool
reference_at(struct slice s, size_t at, struct slice *name)
{
	size_t i = at + 1;

	if (s.p[at] != '<' || (at > 0 && s.p[at - 1] == '\\') ||
	    (at > 1 && memcmp(s.p + at - 2, "(?", 2) == 0) ||
	    (at > 2 && memcmp(s.p + at - 3, "(?P", 3) == 0))
		return false;
	while (
	    i < s.len && ((s.p[i] >= 'a' && s.p[i] <= 'z') ||
			     (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-'))
		i++;
	name->p = s.p + at + 1;
	name->len = i - at - 1;
	return name->len > 0 && i < s.len && s.p[i] == '>';
}

static void
expand(
    const struct rulebook *book, struct slice text, int depth, struct buf *out)
{
	struct slice name;
	const struct definition *d;
	const char *fixed;
	size_t i, k;

	for (i = 0; i < text.len && out->len < EXPANDED_MOST; i++) {
		if (depth > NESTING_MOST || !reference_at(text, i, &name)) {
			buf_putc(out, text.p[i]);
			continue;
		}
		i += name.len + 1;
		fixed = builtin_text(name);
		d = find_definition(book, name);
		if (fixed != NULL)
			buf_puts(out, fixed);
		if (fixed != NULL || d == NULL)
			continue;
		buf_puts(out, "(?:");
		for (k = 0; k < d->alternatives; k++) {
			if (k > 0)
				buf_putc(out, '|');
			expand(book, d->alternative[k], depth + 1, out);
		}
		buf_putc(out, ')');
	}
}

/* Where an expression is that is written like this one, or is to be. */
static struct expression **
written_alike(const struct rulebook *book, struct slice text)
{
	uint32_t h = 2166136261u;
	const struct expression *e;
	size_t i;

	for (i = 0; i < text.len; i++)
		h = (h ^ (unsigned char)text.p[i]) * 16777619u;
	for (i = h & (book->same_room - 1); (e = book->same[i]) != NULL;
	     i = (i + 1) & (book->same_room - 1))
		if (e->text.len == text.len &&
		    memcmp(e->text.p, text.p, text.len) == 0)
			break;
	return &book->same[i];
}

struct pattern *
rulebook_pattern(
    struct pack *pack, const struct rulebook *book, struct expression *e)
{
	struct expression **same;
	struct buf text = {0};

	if (e->pattern != NULL)
		return e->pattern;
	same = written_alike(book, e->text);
	if (*same == NULL) {
		expand(book, e->text, 0, &text);
		e->pattern =
		    patterns_add(book->patterns, buf_keep(&text, pack->arena),
			language_all_letters(book->language));
		*same = e;
	}
	e->pattern = (*same)->pattern;
	return e->pattern;
}

/* Makes room for all expressions of the rules, and those of the reader. */
static void
make_same(struct arena *arena, struct rulebook *book)
{
	size_t i, n = 16;

	for (i = 0; i < book->rule_count; i++)
		n += book->rules[i]->matches + book->rules[i]->unlesses;
	for (book->same_room = 1; book->same_room < 2 * n;)
		book->same_room *= 2;
	book->same = arena_calloc(arena, book->same_room, sizeof(*book->same));
	book->patterns = patterns_new(arena, n);
}

/* What is looked up while literals are analysed. */
struct analysis {
	struct arena *arena; /* scratch */
	struct arena *kept; /* of the pack */
	struct rulebook *book;
	struct slice
	    unknown; /* a name that is not defined, or defined by itself */
	bool circular;
};

static bool
look_up(void *ctx, struct slice name, struct known *known)
{
	struct analysis *a = ctx;
	struct definition *d = find_definition(a->book, name);
	struct buf all = {0};
	size_t i;

	if (builtin_text(name) != NULL) {
		memset(known, 0, sizeof(*known));
		known->need.time = true;
		return true;
	}
	if (d == NULL || d->visiting) {
		a->unknown = name;
		a->circular = d != NULL;
		return false;
	}
	if (!d->analysed) {
		d->visiting = true;
		for (i = 0; i < d->alternatives; i++) {
			buf_puts(&all, i > 0 ? "|" : "");
			buf_slice(&all, d->alternative[i]);
		}
		d->known = known_keep(a->kept,
		    literal_analyse(a->arena,
			slice_of(buf_keep(&all, a->arena)), look_up, a));
		d->visiting = false;
		d->analysed = true;
	}
	*known = d->known;
	return true;
}

static int
name_fault(const struct rule *rule, const struct expression *e,
    const struct analysis *a, struct err *err)
{
	return err_set(err, EX_CONFIG, "%s:%d:%d: <%.*s> is %s", rule->path,
	    e->line, e->column, (int)a->unknown.len, a->unknown.p,
	    a->circular ? "defined by itself" : "not defined");
}

/* Every name in an expression is defined. */
static int
check_names(struct analysis *a, const struct rule *rule,
    const struct expression *e, struct err *err)
{
	struct slice name;
	size_t i;

	for (i = 0; i < e->text.len && a->unknown.p == NULL; i++)
		if (e->text.p[i] == '<' && reference_at(e->text, i, &name) &&
		    builtin_text(name) == NULL &&
		    find_definition(a->book, name) == NULL)
			a->unknown = name;
	return a->unknown.p != NULL ? name_fault(rule, e, a, err) : 0;
}

/* What a match pattern requires; the scratch is used up and given back. */
static struct required
analyse(struct analysis *a, const struct expression *e)
{
	struct known known = literal_analyse(a->arena, e->text, look_up, a);
	struct known need = {.need = known_required(&known)};

	need = known_keep(a->kept, need);
	arena_reset(a->arena);
	return need.need;
}

static int
check_rule(const struct rule *rule, struct err *err)
{
	bool whole = rule->whens > 0; /* of the whole message */
	const char *fault = NULL;

	if (whole && rule->says != SAYS_SIGNAL && rule->says != SAYS_MANNER &&
	    rule->says != SAYS_NOTHING)
		fault = "has \"when\", and says no signal, manner or nothing";
	else if (whole && rule->matches > 0)
		fault = "has both \"when\" and a match";
	else if (!whole && rule->withouts > 0)
		fault = "has \"without\" and no \"when\"";
	else if (!whole && rule->matches == 0)
		fault = "has no match";
	if (fault == NULL)
		return 0;
	return err_set(err, EX_CONFIG, "%s:%d:1: rule %s %s", rule->path,
	    rule->line, rule->name, fault);
}

static int
compile_own(struct pack *pack, const struct rulebook *book,
    const struct rule *rule, struct expression *e, struct err *err)
{
	size_t offset;

	if (pattern_check(pack->matcher, rulebook_pattern(pack, book, e),
		&offset, err) == 0)
		return 0;
	return err_prefix(
	    err, "%s:%d:%d", rule->path, e->line, e->column + (int)offset);
}

static int
check_own(struct pack *pack, const struct rulebook *book,
    const struct rule *rule, struct err *err)
{
	size_t i;

	for (i = 0; i < rule->matches; i++)
		if (compile_own(pack, book, rule, &rule->match[i], err) != 0)
			return -1;
	for (i = 0; i < rule->unlesses; i++)
		if (compile_own(pack, book, rule, &rule->unless[i], err) != 0)
			return -1;
	return 0;
}

static struct gated
new_gated(struct rule *rule, size_t match)
{
	const unsigned zones = rule->zones != 0 ? rule->zones : 1u << ZONE_BODY;

	return (struct gated){.rule = rule,
	    .expression = &rule->match[match],
	    .zones = (uint8_t)zones,
	    .senders = (uint8_t)rule->senders,
	    .needs_date = rule->needs_date};
}

static void
gather_gated(struct arena *arena, struct rulebook *book)
{
	size_t i, k, says, total = 0;

	for (i = 0; i < book->rule_count; i++)
		total += book->rules[i]->matches;
	book->gated = arena_calloc(arena, total + 1, sizeof(*book->gated));
	for (says = 0; says <= SAYS_ZONE; says++) {
		book->first_gated[says] = book->gated_count;
		for (i = 0; i < book->rule_count; i++) {
			if ((size_t)book->rules[i]->says != says)
				continue;
			for (k = 0; k < book->rules[i]->matches; k++)
				book->gated[book->gated_count++] =
				    new_gated(book->rules[i], k);
		}
	}
	book->first_gated[says] = book->gated_count;
}

static int
check_expressions(struct pack *pack, struct analysis *a,
    const struct rule *rule, struct err *err)
{
	size_t i;

	if (check_rule(rule, err) != 0)
		return -1;
	for (i = 0; i < rule->matches; i++)
		if (check_names(a, rule, &rule->match[i], err) != 0)
			return -1;
	for (i = 0; i < rule->unlesses; i++)
		if (check_names(a, rule, &rule->unless[i], err) != 0)
			return -1;
	return rule->own ? check_own(pack, a->book, rule, err) : 0;
}

static void
make_gates(
    struct arena *arena, struct rulebook *book, const struct required *required)
{
	size_t lines = book->first_gated[SAYS_AGENT];

	book->gate = gate_new(arena, required, 0, lines);
	book->line_gate = gate_new(arena, required, lines, book->gated_count);
}

static int
build_gate(struct pack *pack, struct rulebook *book, struct err *err)
{
	struct analysis a = {arena_new(), pack->arena, book, {NULL, 0}, false};
	struct required *required;
	size_t i;
	int result = 0;

	gather_gated(pack->arena, book);
	required =
	    arena_calloc(pack->arena, book->gated_count + 1, sizeof(*required));
	for (i = 0; i < book->gated_count; i++) {
		required[i] = analyse(&a, book->gated[i].expression);
		if (a.unknown.p != NULL)
			break;
	}
	if (i < book->gated_count)
		result = name_fault(
		    book->gated[i].rule, book->gated[i].expression, &a, err);
	for (i = 0; i < book->rule_count && result == 0; i++)
		result = check_expressions(pack, &a, book->rules[i], err);
	arena_free(a.arena);
	if (result == 0)
		make_gates(pack->arena, book, required);
	return result;
}

static int
by_name(const void *a, const void *b)
{
	const struct rule *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	/* The owner's before the shipped one, then as they stand. */
	if (order == 0)
		order = (*y)->own - (*x)->own;
	if (order == 0)
		order = strcmp((*x)->path, (*y)->path);
	return order != 0 ? order : (*x)->line - (*y)->line;
}

/* Drops shipped rules that the owner replaced; a name used twice is a fault. */
static int
settle_names(struct arena *arena, struct rules_read *read, struct err *err)
{
	struct rule **sorted =
	    arena_dup(arena, read->rules, read->rule_count * sizeof(*sorted));
	size_t i, n = 0;

	qsort(sorted, read->rule_count, sizeof(*sorted), by_name);
	for (i = 1; i < read->rule_count; i++) {
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) != 0)
			continue;
		if (sorted[i]->own || !sorted[i - 1]->own)
			return err_set(err, EX_CONFIG,
			    "%s:%d:6: rule %s is at line %d already",
			    sorted[i]->path, sorted[i]->line, sorted[i]->name,
			    sorted[i - 1]->line);
		sorted[i]->matches = 0;
		sorted[i]->replaced = true;
	}
	for (i = 0; i < read->rule_count; i++)
		if (!read->rules[i]->replaced)
			read->rules[n++] = read->rules[i];
	read->rule_count = n;
	return 0;
}

static int
compare_names(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* The names in a folder that end in `end` ("" for all), sorted; none when the
 * folder can't be read. */
static size_t
list_folder(
    struct arena *arena, const char *path, const char *end, const char **names)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	size_t n = 0, len;

	if (dir == NULL)
		return 0;
	while ((e = readdir(dir)) != NULL && n < NAMES_MOST) {
		len = strlen(e->d_name);
		if (e->d_name[0] != '.' && len > strlen(end) &&
		    strcmp(e->d_name + len - strlen(end), end) == 0)
			names[n++] = arena_strdup(arena, e->d_name);
	}
	closedir(dir);
	qsort(names, n, sizeof(*names), compare_names);
	return n;
}

static int
read_folder(struct arena *arena, const char *dir, const char *name,
    const struct language *language, bool own, struct rules_read *read,
    struct err *err)
{
	const char *names[NAMES_MOST], *folder, *path, *where;
	size_t i, n;

	folder = arena_printf(arena, "%s/%s", dir, name);
	n = list_folder(arena, folder, ".rules", names);
	for (i = 0; i < n; i++) {
		path = arena_printf(arena, "%s/%s", folder, names[i]);
		where =
		    own ? path : arena_printf(arena, "%s/%s", name, names[i]);
		if (rulefile_read(
			arena, path, where, language, own, read, err) != 0)
			return -1;
	}
	return 0;
}

/* A definition that the reader needs, and what must follow its match. */
static struct expression *
reserved(struct arena *arena, const struct rulebook *book, const char *name,
    const char *end)
{
	struct expression *e;

	if (find_definition(book, slice_of(name)) == NULL)
		return NULL;
	e = arena_alloc(arena, sizeof(*e));
	e->text = slice_of(arena_printf(arena, "<%s>%s", name, end));
	return e;
}

/* Only the languages that are met are paid for. */
const struct lexicon *
rulebook_lexicon(const struct rulebook *book)
{
	struct time_words *times = book->times;
	struct err err;

	if (times == NULL)
		return NULL;
	if (!times->tried) {
		times->tried = true;
		times->lexicon = lexicon_load(times->arena, times->path, &err);
		if (times->lexicon == NULL)
			log_error("%s", err.text);
	}
	return times->lexicon;
}

static struct time_words *
find_times(struct arena *arena, const char *dir, const char *language)
{
	struct time_words *times = arena_alloc(arena, sizeof(*times));

	times->arena = arena;
	times->path = arena_printf(arena, "%s/%s/time", dir, language);
	return access(times->path, F_OK) == 0 ? times : NULL;
}

static int
read_book(struct pack *pack, struct rulebook *book, struct err *err)
{
	struct rules_read read = {0};

	book->read = true;
	if (pack->own_dir != NULL &&
	    read_folder(pack->arena, pack->own_dir, book->name, book->language,
		true, &read, err) != 0)
		return -1;
	if (read_folder(pack->arena, pack->dir, book->name, book->language,
		false, &read, err) != 0 ||
	    settle_names(pack->arena, &read, err) != 0)
		return -1;
	book->rules = read.rules;
	book->rule_count = read.rule_count;
	make_same(pack->arena, book);
	book->definitions = read.definitions;
	book->definition_count = read.definition_count;
	if (book->definition_count > 0)
		qsort(book->definitions, book->definition_count,
		    sizeof(*book->definitions), compare_definitions);
	book->clause_break = reserved(pack->arena, book, "clause-break", "");
	book->join = reserved(pack->arena, book, "join", "$");
	book->phrase_verb = reserved(pack->arena, book, "phrase-verb", "");
	book->anaphor = reserved(pack->arena, book, "anaphor", "");
	book->either = reserved(pack->arena, book, "either", "");
	book->that = reserved(pack->arena, book, "that", "");
	book->same_day = reserved(pack->arena, book, "same-day", "");
	book->aside = reserved(pack->arena, book, "aside", "");
	book->apart = reserved(pack->arena, book, "apart", "");
	book->gap = reserved(pack->arena, book, "gap", "$");
	book->relative = reserved(pack->arena, book, "relative", "");
	book->lead_in = reserved(pack->arena, book, "lead-in", "");
	return build_gate(pack, book, err);
}

void
pack_read(struct pack *pack, const struct rulebook *book)
{
	struct err err;
	size_t i;

	for (i = 0; i < pack->book_count && !book->read; i++) {
		if (pack->books[i] != book ||
		    read_book(pack, pack->books[i], &err) == 0)
			continue;
		log_error("%s", err.text);
		pack->books[i]->rule_count = 0;
		pack->books[i]->gated_count = 0;
		build_gate(pack, pack->books[i], &err);
	}
}

int
pack_read_all(struct pack *pack, struct err *err)
{
	size_t i;

	for (i = 0; i < pack->book_count; i++)
		if (!pack->books[i]->read &&
		    read_book(pack, pack->books[i], err) != 0)
			return -1;
	return 0;
}

/* The owner's rules of it must be told to be bad at once. */
static bool
has_own(const struct pack *pack, const struct rulebook *book)
{
	return pack->own_dir != NULL &&
	       access(arena_printf(
			  pack->arena, "%s/%s", pack->own_dir, book->name),
		   F_OK) == 0;
}

/* The usual language and those of the owner's rules are read at once. */
static int
read_first(struct pack *pack, struct err *err)
{
	const struct rulebook *usual = pack_usual(pack);
	size_t i;

	for (i = 0; i < pack->book_count; i++)
		if ((pack->books[i] == usual ||
			has_own(pack, pack->books[i])) &&
		    read_book(pack, pack->books[i], err) != 0)
			return -1;
	return 0;
}

static int
load_book(struct pack *pack, struct rulebook *book, struct err *err)
{
	const char *path =
	    arena_printf(pack->arena, "%s/%s/language", pack->dir, book->name);

	book->times = find_times(pack->arena, pack->dir, book->name);
	return language_load(pack->arena, path, &book->language, err);
}

/* Every folder with a file "language" is one. */
static int
load_books(struct pack *pack, struct err *err)
{
	const char *names[NAMES_MOST], *dir = pack->dir;
	size_t i, n = list_folder(pack->arena, dir, "", names);
	struct rulebook *book;

	pack->books =
	    arena_calloc(pack->arena, n + 1, sizeof(struct rulebook *));
	for (i = 0; i < n; i++) {
		if (access(arena_printf(
			       pack->arena, "%s/%s/language", dir, names[i]),
			F_OK) != 0)
			continue;
		book = arena_alloc(pack->arena, sizeof(*book));
		book->name = names[i];
		pack->books[pack->book_count++] = book;
		if (load_book(pack, book, err) != 0)
			return -1;
	}
	if (pack->book_count == 0)
		return err_set(err, EX_CONFIG,
		    "%s: no rule pack here: want LANGUAGE/language", dir);
	return read_first(pack, err);
}

struct pack *
pack_load(
    struct arena *arena, const char *dir, const char *own_dir, struct err *err)
{
	struct pack *pack = arena_alloc(arena, sizeof(*pack));

	pack->arena = arena;
	pack->matcher = matcher_new();
	pack->finder = finder_new();
	pack->dir = arena_strdup(arena, dir);
	if (own_dir != NULL)
		pack->own_dir = arena_strdup(arena, own_dir);
	if (load_books(pack, err) != 0) {
		pack_close(pack);
		return NULL;
	}
	return pack;
}

/* Calls for every expression of a book. */
static void
each_expression(struct pack *pack, const struct rulebook *book,
    void (*call)(struct pack *, const struct rulebook *, struct expression *))
{
	struct expression *const named[] = {book->clause_break, book->join,
	    book->phrase_verb, book->anaphor, book->either, book->that,
	    book->same_day, book->aside, book->apart, book->gap, book->relative,
	    book->lead_in};
	size_t i, k;

	for (i = 0; i < book->rule_count; i++) {
		for (k = 0; k < book->rules[i]->matches; k++)
			call(pack, book, &book->rules[i]->match[k]);
		for (k = 0; k < book->rules[i]->unlesses; k++)
			call(pack, book, &book->rules[i]->unless[k]);
	}
	for (i = 0; i < sizeof(named) / sizeof(*named); i++)
		if (named[i] != NULL)
			call(pack, book, named[i]);
}

void
pack_close(struct pack *pack)
{
	if (pack == NULL)
		return;
	matcher_free(pack->matcher);
	pack->matcher = NULL;
	finder_free(pack->finder);
	pack->finder = NULL;
}

static void
freeze_first(
    struct pack *pack, const struct rulebook *book, struct expression *e)
{
	pattern_freeze_first(rulebook_pattern(pack, book, e), pack->arena);
}

static void
freeze_expression(
    struct pack *pack, const struct rulebook *book, struct expression *e)
{
	pattern_freeze(
	    pack->matcher, rulebook_pattern(pack, book, e), pack->arena);
}

void
pack_freeze(struct pack *pack)
{
	struct err err;
	size_t i;

	if (pack_read_all(pack, &err) != 0)
		log_error("%s", err.text);
	for (i = 0; i < pack->book_count; i++) {
		rulebook_lexicon(pack->books[i]);
		each_expression(pack, pack->books[i], freeze_first);
		each_expression(pack, pack->books[i], freeze_expression);
	}
	pack_close(pack);
}

void
pack_reopen(struct pack *pack)
{
	pack->matcher = matcher_new();
	pack->finder = finder_new();
}

const struct rulebook *
pack_usual(const struct pack *pack)
{
	const struct rulebook *english = pack_book(pack, "en");

	return english != NULL ? english : pack->books[0];
}

const struct rulebook *
pack_book(const struct pack *pack, const char *language)
{
	size_t i;

	for (i = 0; i < pack->book_count; i++)
		if (strcmp(pack->books[i]->name, language) == 0)
			return pack->books[i];
	return NULL;
}
