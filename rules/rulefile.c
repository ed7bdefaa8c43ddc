/*
 * See rulefile.h.  A file is a list of blocks.  A block begins with a keyword
 * at the start of a line; its fields are the indented lines below.  A line that
 * is indented deeper goes on where the one above it stopped.
 *
 *	define money
 *		refund|credit
 *		compensation
 *	define hand-over
 *		+ send/sent post ship*
 *
 *	rule we-refund
 *		says promise
 *		match <we> will .*<money>
 *		example We will send your refund by Friday.
 *		counter We will not refund you.
 */
#include <string.h>
#include <sysexits.h>

#include "rules/inflect.h"
#include "rules/rulefile.h"

struct parse {
	struct arena *arena;
	struct source src;
	const char *where;
	const struct language *language;
	bool own;
	struct rules_read *read;
	struct rule *rule; /* the block at hand, or NULL */
	struct definition *definition;
	struct definition
	    skipped; /* takes a definition that the owner replaced */
	struct err *err;
};

#define FAULT(parse, at, ...) \
	source_fault(&(parse)->src, at, (parse)->err, __VA_ARGS__)

static struct slice
take_word(struct slice *rest)
{
	struct slice word;

	*rest = slice_trim(*rest);
	word.p = rest->p;
	word.len = 0;
	while (word.len < rest->len && rest->p[word.len] != ' ' &&
	       rest->p[word.len] != '\t')
		word.len++;
	rest->p += word.len;
	rest->len -= word.len;
	*rest = slice_trim(*rest);
	return word;
}

static int
column_of(const struct parse *parse, const char *p)
{
	return (int)(p - parse->src.line.p) + 1;
}

/* Which of the names a word is; -1 when none. */
static int
index_of(struct slice word, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (slice_is(word, names[i]))
			return (int)i;
	return -1;
}

#define INDEX_OF(word, names) \
	index_of(word, names, sizeof(names) / sizeof(*(names)))

static const char *const says_names[] = {"promise", "deadline", "nothing",
    "condition", "action", "signal", "manner", "reference", "agent", "zone"};
static const char *const zone_names[] = {"body", "subject", "salutation",
    "closing", "signature", "footer", "quoted"};
static const char *const signal_names[] = {"apology", "acknowledgement",
    "autoreply", "refusal", "final_response", "closure", "delay", "handoff",
    "offer", "resolution", "information_request", "escalation", "no_reply",
    "rights"};
static const char *const manner_names[] = {"blame", "bulk", "callback_denied",
    "dismissive", "no_apology", "no_name", "no_ownership", "non_apology",
    "runaround", "template"};

const char *
says_name(enum says says)
{
	return says_names[says];
}

const char *
zone_name(enum zone zone)
{
	return zone_names[zone];
}

static int
read_action(struct parse *parse, struct slice word, enum action *action)
{
	if (!action_of(slice_dup(parse->arena, word), action))
		return FAULT(parse, word.p, "\"%.*s\" is no action",
		    (int)word.len, word.p);
	return 0;
}

/* "nothing", "nothing promise", "nothing deadline". */
static int
silences(struct parse *parse, struct slice value)
{
	const unsigned both = 1u << SAYS_PROMISE | 1u << SAYS_DEADLINE;
	int n = INDEX_OF(value, says_names);

	parse->rule->silences = both;
	if (value.len == 0)
		return 0;
	if (n < 0 || (1u << n & both) == 0)
		return FAULT(parse, value.p,
		    "silences promise, deadline or (nothing said) both");
	parse->rule->silences = 1u << n;
	return 0;
}

static int
field_says(struct parse *parse, struct slice value)
{
	struct rule *rule = parse->rule;
	struct slice word = take_word(&value);
	int n = INDEX_OF(word, says_names);

	if (n < 0)
		return FAULT(parse, word.p, "a rule can't say \"%.*s\"",
		    (int)word.len, word.p);
	rule->says = (enum says)n;
	switch (rule->says) {
	case SAYS_PROMISE:
	case SAYS_DEADLINE:
	case SAYS_ACTION:
		if (value.len == 0) {
			rule->action = ACTION_OTHER;
			rule->weak = rule->says == SAYS_ACTION;
			return 0;
		}
		rule->has_action = true;
		return read_action(parse, value, &rule->action);
	case SAYS_SIGNAL:
		n = INDEX_OF(value, signal_names);
		if (n < 0)
			return FAULT(parse, value.p, "\"%.*s\" is no signal",
			    (int)value.len, value.p);
		rule->signal = arena_strdup(parse->arena, signal_names[n]);
		return 0;
	case SAYS_MANNER:
		n = INDEX_OF(value, manner_names);
		if (n < 0)
			return FAULT(parse, value.p, "\"%.*s\" is no manner",
			    (int)value.len, value.p);
		rule->signal = arena_strdup(parse->arena, manner_names[n]);
		return 0;
	case SAYS_ZONE:
		n = INDEX_OF(value, zone_names);
		if (n < 0)
			return FAULT(parse, value.p, "\"%.*s\" is no zone",
			    (int)value.len, value.p);
		rule->zone = (enum zone)n;
		return 0;
	case SAYS_NOTHING:
		return silences(parse, value);
	case SAYS_CONDITION:
		rule->undated = slice_is(value, "undated");
		if (rule->undated)
			return 0;
		break;
	case SAYS_REFERENCE:
	case SAYS_AGENT:
		break;
	}
	if (value.len > 0)
		return FAULT(parse, value.p, "\"%s\" takes no more",
		    says_names[rule->says]);
	return 0;
}

static const char *const sides[] = {"company", "customer"};

static int
field_who(struct parse *parse, struct slice value)
{
	int n = INDEX_OF(value, sides);

	if (slice_is(value, "sender")) {
		parse->rule->owes_other = false;
		parse->rule->has_owner = false;
	} else if (slice_is(value, "other")) {
		parse->rule->owes_other = true;
	} else if (n >= 0) {
		parse->rule->has_owner = true;
		parse->rule->owner = (enum who)n;
		parse->rule->owners = 1u << n;
	} else {
		return FAULT(parse, value.p,
		    "who owes it: sender, other, company or customer");
	}
	return 0;
}

static int
field_sender(struct parse *parse, struct slice value)
{
	int n = INDEX_OF(value, sides);

	if (n < 0)
		return FAULT(
		    parse, value.p, "in whose mail: company or customer");
	parse->rule->senders = 1u << n;
	return 0;
}

static int
field_zone(struct parse *parse, struct slice value)
{
	struct slice word;
	int n;

	parse->rule->zones = 0;
	while (value.len > 0) {
		word = take_word(&value);
		n = INDEX_OF(word, zone_names);
		if (n < 0)
			return FAULT(parse, word.p, "\"%.*s\" is no zone",
			    (int)word.len, word.p);
		parse->rule->zones |= 1u << n;
	}
	return 0;
}

static int
field_needs(struct parse *parse, struct slice value)
{
	struct slice word;

	while (value.len > 0) {
		word = take_word(&value);
		if (slice_is(word, "time"))
			parse->rule->needs_time = true;
		else if (slice_is(word, "date"))
			parse->rule->needs_time = parse->rule->needs_date =
			    true;
		else if (slice_is(word, "action"))
			parse->rule->needs_action = true;
		else
			return FAULT(parse, word.p,
			    "a rule can need time, date, action");
	}
	return 0;
}

/* "reads otherwise": what a rule is read after. */
static int
field_reads(struct parse *parse, struct slice value)
{
	if (slice_is(value, "otherwise"))
		parse->rule->otherwise = true;
	else if (slice_is(value, "weakly"))
		parse->rule->weak = true;
	else if (slice_is(value, "thing"))
		parse->rule->thing = true;
	else
		return FAULT(
		    parse, value.p, "a rule reads otherwise, weakly, or thing");
	return 0;
}

static int
field_only(struct parse *parse, struct slice value)
{
	enum action action;
	struct slice word;

	while (value.len > 0) {
		word = take_word(&value);
		if (read_action(parse, word, &action) != 0)
			return -1;
		parse->rule->only |= 1u << action;
	}
	return 0;
}

/* A row of signals, manners, "agent" and "reference". */
static int
read_facts(struct parse *parse, struct slice value, const char ***v, size_t *n)
{
	struct slice word;

	while (value.len > 0) {
		word = take_word(&value);
		if (INDEX_OF(word, signal_names) < 0 &&
		    INDEX_OF(word, manner_names) < 0 &&
		    !slice_is(word, "agent") && !slice_is(word, "reference"))
			return FAULT(parse, word.p,
			    "\"%.*s\" is no signal, no manner, not \"agent\" and not \"reference\"",
			    (int)word.len, word.p);
		*v = arena_grow(parse->arena, *v, *n, sizeof(**v));
		(*v)[(*n)++] = slice_dup(parse->arena, word);
	}
	return 0;
}

static int
field_when(struct parse *parse, struct slice value)
{
	struct rule *rule = parse->rule;

	return read_facts(parse, value, &rule->when, &rule->whens);
}

static int
field_without(struct parse *parse, struct slice value)
{
	struct rule *rule = parse->rule;

	return read_facts(parse, value, &rule->without, &rule->withouts);
}

static void
add_expression(
    struct parse *parse, struct expression **v, size_t *n, struct slice value)
{
	struct expression *e;

	*v = arena_grow(parse->arena, *v, *n, sizeof(**v));
	e = &(*v)[(*n)++];
	e->text = value;
	e->line = parse->src.number;
	e->column = column_of(parse, value.p);
	e->pattern = NULL;
	e->found = 0;
	e->leads = false;
}

static int
field_match(struct parse *parse, struct slice value)
{
	add_expression(
	    parse, &parse->rule->match, &parse->rule->matches, value);
	return 0;
}

static int
field_not(struct parse *parse, struct slice value)
{
	add_expression(
	    parse, &parse->rule->unless, &parse->rule->unlesses, value);
	return 0;
}

static int
field_not_after(struct parse *parse, struct slice value)
{
	struct rule *rule = parse->rule;

	field_not(parse, value);
	rule->unless[rule->unlesses - 1].leads = true;
	return 0;
}

/* "TEXT" or "TEXT => ACTION". */
static int
add_example(
    struct parse *parse, struct example **v, size_t *n, struct slice value)
{
	struct example *e;
	const char *arrow = memmem(value.p, value.len, " => ", 4);
	struct slice word;

	*v = arena_grow(parse->arena, *v, *n, sizeof(**v));
	e = &(*v)[(*n)++];
	e->line = parse->src.number;
	e->column = column_of(parse, value.p);
	if (arrow != NULL) {
		word.p = arrow + 4;
		word.len = value.len - (size_t)(word.p - value.p);
		value.len = (size_t)(arrow - value.p);
		e->has_action = true;
		if (read_action(parse, word, &e->action) != 0)
			return -1;
	}
	e->text = slice_dup(parse->arena, value);
	return 0;
}

static int
field_example(struct parse *parse, struct slice value)
{
	return add_example(
	    parse, &parse->rule->example, &parse->rule->examples, value);
}

static int
field_counter(struct parse *parse, struct slice value)
{
	return add_example(
	    parse, &parse->rule->counter, &parse->rule->counters, value);
}

static const struct {
	const char *name;
	int (*read)(struct parse *, struct slice value);
} fields[] = {
    {"says", field_says},
    {"who", field_who},
    {"sender", field_sender},
    {"zone", field_zone},
    {"needs", field_needs},
    {"only", field_only},
    {"reads", field_reads},
    {"when", field_when},
    {"without", field_without},
    {"match", field_match},
    {"not", field_not},
    {"not-after", field_not_after},
    {"example", field_example},
    {"counter", field_counter},
};

static int
read_field(struct parse *parse, struct slice line)
{
	struct slice name = take_word(&line);
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (!slice_is(name, fields[i].name))
			continue;
		if (line.len == 0)
			return FAULT(parse, name.p + name.len,
			    "\"%s\" wants a value", fields[i].name);
		return fields[i].read(parse, line);
	}
	return FAULT(parse, name.p,
	    "unknown field \"%.*s\"; known are says, who, "
	    "sender, zone, needs, only, reads, when, without, match, not, not-after, example, "
	    "counter",
	    (int)name.len, name.p);
}

static void
add_alternative(struct parse *parse, struct slice value)
{
	struct definition *d = parse->definition;

	if (value.p[0] == '+') {
		value.p++, value.len--;
		value = inflect(parse->arena, parse->language, value);
	}
	d->alternative = arena_grow(parse->arena, d->alternative,
	    d->alternatives, sizeof(*d->alternative));
	d->alternative[d->alternatives++] = value;
}

static int
read_indented(struct parse *parse, struct slice line)
{
	if (parse->definition != NULL) {
		add_alternative(parse, line);
		return 0;
	}
	if (parse->rule == NULL)
		return FAULT(parse, line.p,
		    "this line belongs to no rule or definition");
	return read_field(parse, line);
}

static bool
is_name(struct slice name)
{
	size_t i;

	for (i = 0; i < name.len; i++)
		if (!(name.p[i] >= 'a' && name.p[i] <= 'z') &&
		    name.p[i] != '-' && !(name.p[i] >= '0' && name.p[i] <= '9'))
			return false;
	return name.len > 0 && name.len <= 64;
}

static int
begin_rule(struct parse *parse, struct slice name)
{
	const unsigned both = 1u << WHO_COMPANY | 1u << WHO_CUSTOMER;
	struct rules_read *read = parse->read;
	struct rule *rule = arena_alloc(parse->arena, sizeof(*rule));

	rule->name = slice_dup(parse->arena, name);
	rule->path = parse->src.path;
	rule->line = parse->src.number;
	rule->where =
	    arena_printf(parse->arena, "%s:%d", parse->where, rule->line);
	rule->own = parse->own;
	rule->senders = rule->owners = both;
	read->rules = arena_grow(
	    parse->arena, read->rules, read->rule_count, sizeof(*read->rules));
	read->rules[read->rule_count++] = rule;
	parse->rule = rule;
	parse->definition = NULL;
	return 0;
}

static int
begin_definition(struct parse *parse, struct slice name)
{
	struct rules_read *read = parse->read;
	size_t i;

	parse->rule = NULL;
	for (i = 0; i < read->definition_count; i++) {
		if (!slice_is(name, read->definitions[i].name))
			continue;
		if (!read->definitions[i].own || parse->own)
			return FAULT(parse, name.p, "<%.*s> is defined already",
			    (int)name.len, name.p);
		parse->definition = &parse->skipped;
		return 0;
	}
	read->definitions = arena_grow(parse->arena, read->definitions,
	    read->definition_count, sizeof(*read->definitions));
	parse->definition = &read->definitions[read->definition_count++];
	parse->definition->name = slice_dup(parse->arena, name);
	parse->definition->own = parse->own;
	return 0;
}

static int
read_block(struct parse *parse, struct slice line)
{
	struct slice key = take_word(&line), name = take_word(&line);

	if (!slice_is(key, "rule") && !slice_is(key, "define"))
		return FAULT(parse, key.p,
		    "a block begins with \"rule NAME\" or \"define NAME\"");
	if (!is_name(name))
		return FAULT(parse, name.p,
		    "a name has lower case letters, digits and \"-\"");
	if (slice_is(key, "rule")) {
		if (line.len > 0)
			return FAULT(parse, line.p,
			    "nothing may follow the name of a rule");
		return begin_rule(parse, name);
	}
	if (begin_definition(parse, name) != 0)
		return -1;
	if (line.len > 0)
		add_alternative(parse, line);
	return 0;
}

int
rulefile_read(struct arena *arena, const char *path, const char *where,
    const struct language *language, bool own, struct rules_read *read,
    struct err *err)
{
	struct parse parse = {.arena = arena,
	    .where = where,
	    .language = language,
	    .own = own,
	    .read = read,
	    .err = err};
	struct slice line;
	bool indented;
	int result;

	if (source_load(arena, path, &parse.src, err) != 0)
		return -1;
	while (source_entry(arena, &parse.src)) {
		line = slice_trim(parse.src.line);
		if (line.len == 0 || line.p[0] == '#')
			continue;
		indented =
		    parse.src.line.p[0] == ' ' || parse.src.line.p[0] == '\t';
		result = indented ? read_indented(&parse, line)
				  : read_block(&parse, line);
		if (result != 0)
			return -1;
	}
	return 0;
}
