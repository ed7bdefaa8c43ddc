/*
 * See pattern.h.  PCRE2's limits hold for each start offset anew (pcre2api(3),
 * "the count restarts from zero"), so that they alone bound nothing useful: a
 * sentence has at most 4 KB, the limit shrinks as the sentence grows, and a
 * message has a budget of CPU time, looked at after every match that was not
 * short.
 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"
#include "base/sanitized.h"
#include "rules/automaton.h"
#include "rules/factor.h"
#include "rules/pattern.h"

enum {
	MATCH_LIMIT = 100000, /* for subjects up to SHORT bytes */
	LEAST_LIMIT = 4000,
	DEPTH_LIMIT = 2000,
	HEAP_KB = 20480,
	SHORT = 256,
	JIT_WORTH =
	    2400, /* bytes matched; compiling for the machine costs as much */
	AUTOMATON_WORTH = 1200, /* bytes asked of; to make one costs as much */
	JIT_STACK_FIRST = 32768,
	JIT_STACK = 262144,
	PATTERN_MOST = 65536, /* bytes of one expression */
	/* Under AddressSanitizer each match takes many times as long. */
	MESSAGE_CPU_MS = SANITIZED ? 5000 : 200,
	LOOK_EVERY = 512 /* matches between two looks at the clock */
};

struct matcher {
	struct automata *automata;
	struct pattern *made; /* those with something on the heap */
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	uint32_t limit; /* that the context has now */
	uint64_t message; /* the how-manieth */
	unsigned since_look;
	int64_t began; /* nanoseconds of CPU time */
	bool spent;
	bool learning;
};

/* What was asked last, and found. */
struct answer {
	uint64_t message; /* of the matcher's; 0: nothing was asked */
	struct slice subject;
	size_t from;
	enum match_result result;
	struct span found;
};

/* What its automaton was asked last, of a whole text, and said. */
struct hint {
	uint64_t message; /* as above */
	struct slice subject;
	size_t from;
	bool may;
};

/* What is asked of most patterns comes first. */
struct pattern {
	struct hint hint;
	struct automaton *automaton; /* NULL: not made, or no_automaton */
	bool no_automaton;
	bool made; /* it is one of the matcher's */
	bool all_letters;
	bool bad;
	struct answer last;
	pcre2_code *code; /* NULL: not used yet */
	const uint8_t *frozen; /* what it can be made of, or NULL */
	size_t matched, asked; /* bytes; not counted on once it was worth it */
	const char *text;
	struct pattern *next_made;
};

struct patterns {
	struct pattern *v;
	size_t n;
};

static int64_t
cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *
need(void *p)
{
	if (p == NULL)
		mem_realloc(NULL, SIZE_MAX / 2); /* ends the process */
	return p;
}

struct matcher *
matcher_new(void)
{
	struct matcher *m = mem_zeroed(sizeof(*m));

	m->automata = automata_new();
	m->data = need(pcre2_match_data_create(16, NULL));
	m->context = need(pcre2_match_context_create(NULL));
	m->limit = MATCH_LIMIT;
	pcre2_set_match_limit(m->context, MATCH_LIMIT);
	pcre2_set_depth_limit(m->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(m->context, HEAP_KB);
	return m;
}

/* What was not asked for is not so much as looked at: in an image that costs. */
static void
note_made(struct matcher *m, struct pattern *p)
{
	if (p->made)
		return;
	p->made = true;
	p->next_made = m->made;
	m->made = p;
}

static void
drop_made(struct pattern *p)
{
	pcre2_code_free(p->code);
	p->code = NULL;
	p->automaton = automaton_free(p->automaton);
}

static void
drop_all_made(struct matcher *m)
{
	struct pattern *p, *next;

	for (p = m->made; p != NULL; p = next) {
		next = p->next_made;
		drop_made(p);
		p->made = false;
		p->next_made = NULL;
	}
	m->made = NULL;
}

void
matcher_free(struct matcher *m)
{
	if (m == NULL)
		return;
	drop_all_made(m);
	automata_free(m->automata);
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	pcre2_jit_stack_free(m->stack);
	free(m);
}

void
matcher_learn(struct matcher *m, bool learning)
{
	m->learning = learning;
}

void
matcher_begin(struct matcher *m)
{
	m->began = cpu_now();
	m->message++;
	m->since_look = 0;
	m->spent = false;
}

bool
matcher_spent(const struct matcher *m)
{
	return m->spent;
}

struct patterns *
patterns_new(struct arena *arena, size_t n)
{
	struct patterns *all = arena_alloc(arena, sizeof(*all));

	all->v = arena_calloc(arena, n, sizeof(*all->v));
	return all;
}

struct pattern *
patterns_add(struct patterns *all, const char *text, bool all_letters)
{
	struct pattern *p = &all->v[all->n++];

	p->text = text;
	p->all_letters = all_letters;
	return p;
}

struct pattern *
pattern_new(struct arena *arena, const char *text, bool all_letters)
{
	return patterns_add(patterns_new(arena, 1), text, all_letters);
}

void
pattern_freeze_first(struct pattern *p, struct arena *arena)
{
	if (p->automaton != NULL)
		p->automaton = automaton_keep(p->automaton, arena);
}

void
pattern_freeze(struct matcher *m, struct pattern *p, struct arena *arena)
{
	const pcre2_code *code;
	struct err err;
	size_t size, offset;
	uint8_t *bytes;

	if (p->frozen == NULL && !p->bad)
		pattern_check(m, p, &offset, &err);
	code = p->code;
	if (p->frozen == NULL && code != NULL &&
	    pcre2_serialize_encode(&code, 1, &bytes, &size, NULL) == 1) {
		p->frozen = arena_dup(arena, bytes, size);
		pcre2_serialize_free(bytes);
	}
	if (p->automaton != NULL)
		automaton_keep_rest(p->automaton, arena);
	drop_made(p);
	p->matched = p->asked = 0;
	p->last = (struct answer){0};
	p->hint = (struct hint){0};
}

char *
pattern_engine(struct arena *arena)
{
	char version[64] = "";

	pcre2_config(PCRE2_CONFIG_VERSION, version);
	return arena_printf(arena, "PCRE2 %s", version);
}

/* False when it was made by another version of the library. */
static bool
thaw(struct pattern *p)
{
	return p->frozen != NULL &&
	       pcre2_serialize_decode(&p->code, 1, p->frozen, NULL) == 1;
}

/* NULL, the library's code of the fault and where it is. */
static pcre2_code *
compile(const struct pattern *p, const char *text, int *code, size_t *offset)
{
	const uint32_t options = PCRE2_CASELESS | PCRE2_UTF |
				 PCRE2_NEVER_BACKSLASH_C | PCRE2_DOTALL |
				 (p->all_letters ? PCRE2_UCP : 0);

	return pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, options,
	    code, offset, NULL);
}

int
pattern_check(
    struct matcher *m, struct pattern *p, size_t *offset, struct err *err)
{
	struct arena *scratch;
	PCRE2_UCHAR reason[160];
	int code;

	*offset = 0;
	if (p->code != NULL)
		return 0;
	note_made(m, p);
	if (thaw(p))
		return 0;
	p->bad = true;
	if (strlen(p->text) > PATTERN_MOST)
		return err_set(err, EX_CONFIG, "pattern is too long");
	if (strstr(p->text, "(?C") != NULL)
		return err_set(err, EX_CONFIG, "callouts are not allowed");
	scratch = arena_new();
	p->code = compile(p, factor(scratch, p->text), &code, offset);
	arena_free(scratch);
	if (p->code == NULL) /* a fault is told of the text as written */
		p->code = compile(p, p->text, &code, offset);
	if (p->code == NULL) {
		pcre2_get_error_message(code, reason, sizeof(reason));
		return err_set(err, EX_CONFIG, "%s", (const char *)reason);
	}
	p->bad = false;
	return 0;
}

static void
make_machine_code(struct matcher *m, struct pattern *p)
{
	if (pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) != 0 ||
	    m->stack != NULL)
		return;
	m->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK, NULL);
	if (m->stack != NULL)
		pcre2_jit_stack_assign(m->context, NULL, m->stack);
}

/* The expression, ready to run on so many bytes; NULL when it is bad. */
static const pcre2_code *
ready(struct matcher *m, struct pattern *p, size_t len)
{
	struct err err;
	size_t offset;

	if (p->bad || pattern_check(m, p, &offset, &err) != 0)
		return NULL;
	if (p->matched < JIT_WORTH && !m->learning) {
		p->matched += len + 1;
		if (p->matched >= JIT_WORTH)
			make_machine_code(m, p);
	}
	return p->code;
}

/* The longer the subject, the more start offsets, the less for each. */
static void
set_limit(struct matcher *m, size_t len)
{
	size_t limit = MATCH_LIMIT;

	if (len > SHORT)
		limit = (size_t)MATCH_LIMIT * SHORT / len;
	if (limit < LEAST_LIMIT)
		limit = LEAST_LIMIT;
	if (limit == m->limit)
		return;
	m->limit = (uint32_t)limit;
	pcre2_set_match_limit(m->context, m->limit);
}

static void
look_at_budget(struct matcher *m, size_t len)
{
	m->since_look += len > SHORT ? (unsigned)(len / 16) : 1;
	if (m->since_look < LOOK_EVERY)
		return;
	m->since_look = 0;
	if (cpu_now() - m->began > (int64_t)MESSAGE_CPU_MS * 1000000)
		m->spent = true;
}

enum match_result
pattern_match(struct matcher *m, struct pattern *p, struct slice subject,
    size_t from, struct span *found)
{
	const pcre2_code *code;
	const size_t *at;
	int n;

	if (m->spent || from > subject.len)
		return m->spent ? MATCH_GAVE_UP : MATCH_NONE;
	code = ready(m, p, subject.len - from);
	if (code == NULL)
		return MATCH_GAVE_UP;
	set_limit(m, subject.len);
	n = pcre2_match(code, (PCRE2_SPTR)(subject.p == NULL ? "" : subject.p),
	    subject.len, from, PCRE2_NO_UTF_CHECK, m->data, m->context);
	look_at_budget(m, subject.len);
	if (n == PCRE2_ERROR_NOMATCH)
		return MATCH_NONE;
	if (n < 0)
		return MATCH_GAVE_UP;
	at = pcre2_get_ovector_pointer(m->data);
	found->start = at[0];
	found->end = at[1];
	/* \K inside a lookahead can set the start behind the end. */
	if (found->start > found->end)
		found->start = found->end;
	return MATCH_FOUND;
}

/* What was asked often is worth an automaton, and all while it learns. */
static bool
is_worth_one(const struct matcher *m, const struct pattern *p)
{
	return m->learning || (p->asked >= AUTOMATON_WORTH && p->code != NULL);
}

/* What was asked for often enough to be worth one; NULL: all may match. */
static struct automaton *
automaton_of(struct matcher *m, struct pattern *p, size_t len)
{
	if (p->automaton != NULL || p->no_automaton)
		return p->automaton;
	p->asked += len + 1;
	if (!is_worth_one(m, p))
		return NULL;
	note_made(m, p);
	p->automaton = automaton_new(m->automata, p->text, p->all_letters);
	p->no_automaton = p->automaton == NULL;
	return p->automaton;
}

static bool
is_hinted(const struct matcher *m, const struct pattern *p,
    struct slice subject, size_t from)
{
	return from == 0 && p->hint.message == m->message &&
	       p->hint.subject.p == subject.p &&
	       p->hint.subject.len == subject.len;
}

bool
pattern_ruled_out(
    const struct matcher *m, const struct pattern *p, struct slice subject)
{
	return is_hinted(m, p, subject, 0) && !p->hint.may;
}

bool
pattern_may_match(
    struct matcher *m, struct pattern *p, struct slice subject, size_t *from)
{
	struct automaton *automaton;

	if (is_hinted(m, p, subject, *from)) {
		*from = p->hint.from;
		return p->hint.may;
	}
	automaton = automaton_of(m, p, subject.len - *from);
	return automaton == NULL ||
	       automaton_may_match(m->automata, automaton, subject, from);
}

/* True when it is to be asked; then it counts as asked. */
static bool
begin_hint(struct matcher *m, struct pattern *p, struct slice subject)
{
	if (is_hinted(m, p, subject, 0) ||
	    automaton_of(m, p, subject.len) == NULL)
		return false;
	p->hint = (struct hint){m->message, subject, 0, true};
	return true;
}

void
patterns_ask(struct matcher *m, struct pattern *const *patterns, size_t n,
    struct slice subject)
{
	struct automaton_ask asks[ASKED_MOST];
	struct pattern *asked[ASKED_MOST];
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		if (!begin_hint(m, patterns[i], subject))
			continue;
		asked[count] = patterns[i];
		asks[count++].automaton = patterns[i]->automaton;
	}
	automata_ask(m->automata, asks, count, subject);
	for (i = 0; i < count; i++) {
		asked[i]->hint.from = asks[i].from;
		asked[i]->hint.may = asks[i].may;
	}
}

enum match_result
pattern_find(struct matcher *m, struct pattern *p, struct slice subject,
    size_t from, struct span *found)
{
	struct answer *last = &p->last;

	if (last->message != m->message || last->subject.p != subject.p ||
	    last->subject.len != subject.len || last->from != from) {
		last->message = m->message;
		last->subject = subject;
		last->from = from;
		last->result = MATCH_NONE;
		if (pattern_may_match(m, p, subject, &from))
			last->result =
			    pattern_match(m, p, subject, from, &last->found);
	}
	*found = last->found;
	return last->result;
}

bool
pattern_group(const struct matcher *m, const struct pattern *p,
    const char *name, struct span *group)
{
	const size_t *at = pcre2_get_ovector_pointer(m->data);
	PCRE2_SPTR first, last;
	size_t n;
	int size;

	size = pcre2_substring_nametable_scan(
	    p->code, (PCRE2_SPTR)name, &first, &last);
	if (size < 0)
		return false;
	/* With (?J) a name may stand for several groups: the first that took
	 * part counts.  An entry begins with the number, high byte first. */
	for (; first <= last; first += size) {
		n = (size_t)first[0] << 8 | first[1];
		if (n < pcre2_get_ovector_count(m->data) &&
		    at[2 * n] != PCRE2_UNSET) {
			group->start = at[2 * n];
			group->end = at[2 * n + 1];
			return group->start <= group->end;
		}
	}
	return false;
}
