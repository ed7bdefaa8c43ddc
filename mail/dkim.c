/*
 * See dkim.h.  A question is lines "key DOMAIN SELECTOR RECORD", an empty one
 * and the mail; an answer is lines "verdict WORD", "why WORDS" and "signer
 * DOMAIN SELECTOR".  Each signature is judged by itself, the others ignored,
 * so that one that is broken does not hide one that is whole.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#include <stdio.h>
#include <sys/types.h>

#include <opendkim/dkim.h>

#include "mail/dkim.h"
#include "mail/resolver.h"

enum { WHY_MOST = 200 }; /* bytes of a reason */

/* --- The library --- */

#define FUNCTIONS(F)             \
	F(dkim_init)             \
	F(dkim_close)            \
	F(dkim_options)          \
	F(dkim_set_key_lookup)   \
	F(dkim_set_user_context) \
	F(dkim_get_user_context) \
	F(dkim_verify)           \
	F(dkim_header)           \
	F(dkim_eoh)              \
	F(dkim_body)             \
	F(dkim_eom)              \
	F(dkim_free)             \
	F(dkim_getsiglist)       \
	F(dkim_sig_ignore)       \
	F(dkim_sig_getbh)        \
	F(dkim_sig_getdomain)    \
	F(dkim_sig_geterror)     \
	F(dkim_sig_geterrorstr)  \
	F(dkim_sig_getflags)     \
	F(dkim_sig_getselector)  \
	F(dkim_sig_gettagvalue)

#define MEMBER(name) __typeof__(name) *(name);
struct opendkim {
	FUNCTIONS(MEMBER)
};

static bool
load_symbol(void *from, const char *name, void *function, size_t size)
{
	void *symbol = dlsym(from, name);

	if (symbol != NULL)
		memcpy(function, &symbol, size);
	return symbol != NULL;
}

static bool
load(struct opendkim *l)
{
	void *from = dlopen("libopendkim.so.11", RTLD_NOW | RTLD_NODELETE);
	bool all = from != NULL;

#define LOAD(name) \
	all = all && load_symbol(from, #name, &l->name, sizeof(l->name));
	FUNCTIONS(LOAD)
	if (from != NULL)
		dlclose(from);
	return all;
}

/* --- The question --- */

struct judge {
	struct opendkim l;
	DKIM_LIB *library;
	struct arena *arena;
	struct dkim_signer given[DKIM_SIGNERS_MOST];
	size_t givens;
	struct slice mail;
	bool claims; /* it has a field of that name, whatever is in it */
};

void
dkim_question(
    struct buf *out, const struct dkim_signer *v, size_t n, struct slice mail)
{
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "key %s %s ", v[i].domain, v[i].selector);
		for (const char *p = v[i].key; *p != '\0'; p++)
			if (*p != '\n' && *p != '\r')
				buf_putc(out, *p);
		buf_putc(out, '\n');
	}
	buf_putc(out, '\n');
	buf_slice(out, mail);
}

/* "key DOMAIN SELECTOR RECORD"; the record may be empty or hold blanks. */
static bool
take_signer(struct arena *a, struct slice line, const char *word, bool has_key,
    struct dkim_signer *s)
{
	char *text = slice_dup(a, line), *rest = text, *verb, *domain,
	     *selector;

	verb = strsep(&rest, " ");
	domain = strsep(&rest, " ");
	selector = strsep(&rest, has_key ? " " : "");
	if (strcmp(verb, word) != 0 || domain == NULL || selector == NULL ||
	    !resolver_name_is_one(domain) || !resolver_name_is_one(selector))
		return false;
	s->domain = domain;
	s->selector = selector;
	s->key = !has_key ? NULL : rest == NULL ? "" : rest;
	return true;
}

static void
take_question(struct judge *j, struct slice question)
{
	struct slice line;

	while (slice_line(&question, &line) && line.len > 0)
		if (j->givens < DKIM_SIGNERS_MOST &&
		    take_signer(
			j->arena, line, "key", true, &j->given[j->givens]))
			j->givens++;
	j->mail = question;
}

/* --- Judging --- */

static const char *
text_of(const unsigned char *text)
{
	return text == NULL ? "" : (const char *)text;
}

static const struct dkim_signer *
given_for(const struct judge *j, const char *domain, const char *selector)
{
	for (size_t i = 0; i < j->givens; i++)
		if (strcmp(j->given[i].domain, domain) == 0 &&
		    strcmp(j->given[i].selector, selector) == 0)
			return &j->given[i];
	return NULL;
}

/* The library calls back with its own handle alone, from which the way to the
 * caller is one of its functions: this reader's, set before it is asked. */
static __typeof__(dkim_get_user_context) *context_of;

static DKIM_CBSTAT
on_key(DKIM *dkim, DKIM_SIGINFO *sig, unsigned char *out, size_t room)
{
	const struct judge *j = context_of(dkim);
	const struct dkim_signer *s =
	    given_for(j, text_of(j->l.dkim_sig_getdomain(sig)),
		text_of(j->l.dkim_sig_getselector(sig)));

	if (s == NULL || *s->key == '\0')
		return DKIM_CBSTAT_NOTFOUND;
	if (strlen(s->key) >= room)
		return DKIM_CBSTAT_ERROR;
	memcpy(out, s->key, strlen(s->key) + 1);
	return DKIM_CBSTAT_CONTINUE;
}

static bool
open_library(struct judge *j)
{
	u_int flags = DKIM_LIBFLAGS_FIXCRLF | DKIM_LIBFLAGS_DELAYSIGPROC;

	if (!load(&j->l))
		return false;
	j->library = j->l.dkim_init(NULL, NULL);
	if (j->library == NULL)
		return false;
	j->l.dkim_options(
	    j->library, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags, sizeof(flags));
	context_of = j->l.dkim_get_user_context;
	j->l.dkim_set_key_lookup(j->library, on_key);
	return true;
}

/* libopendkim 2.11 measures a field by strlen() here and by its length there,
 * and reads beyond its end.  What was signed had no NUL (RFC 5322 section
 * 2.2), so that in place of one anything makes it fail. */
static void
replace_nuls(struct buf *field)
{
	for (size_t i = 0; i < field->len; i++)
		if (field->p[i] == '\0')
			field->p[i] = '?';
}

/* One field with its continued lines, CRLF between them and none behind. */
static bool
next_field(struct slice *rest, struct buf *field)
{
	struct slice line;

	buf_clear(field);
	if (!slice_line(rest, &line) || line.len == 0)
		return false;
	buf_slice(field, line);
	while (rest->len > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t')) {
		slice_line(rest, &line);
		buf_puts(field, "\r\n");
		buf_slice(field, line);
	}
	replace_nuls(field);
	return true;
}

/* Reads the head; NULL when there is nothing to judge. */
static DKIM *
read_head(struct judge *j, struct slice *body, DKIM_STAT *status)
{
	static const unsigned char id[] = "mail";
	DKIM *dkim = j->l.dkim_verify(j->library, id, NULL, status);
	struct buf field = {0};

	if (dkim == NULL)
		return NULL;
	j->l.dkim_set_user_context(dkim, j);
	*body = j->mail;
	while (next_field(body, &field)) {
		j->claims = j->claims || slice_starts_nocase(buf_view(&field),
					     "DKIM-Signature");
		if (memchr(field.p, ':', field.len) != NULL)
			j->l.dkim_header(
			    dkim, (unsigned char *)field.p, field.len);
	}
	buf_free(&field);
	*status = j->l.dkim_eoh(dkim);
	return dkim;
}

struct trial {
	bool passed;
	const char *why, *domain, *selector; /* in the judge's arena */
};

/* What the library makes of one signature once the mail was read. */
static void
settle(struct judge *j, DKIM_SIGINFO *sig, struct trial *t)
{
	static unsigned char length[] = "l";
	const char *error;

	t->passed = (j->l.dkim_sig_getflags(sig) & DKIM_SIGFLAG_PASSED) != 0 &&
		    j->l.dkim_sig_getbh(sig) == DKIM_SIGBH_MATCH;
	error = j->l.dkim_sig_geterrorstr(j->l.dkim_sig_geterror(sig));
	t->why = t->passed ? ""
		 : j->l.dkim_sig_getbh(sig) == DKIM_SIGBH_MISMATCH
		     ? "the text is not the one that was signed"
		     : arena_strdup(j->arena, error == NULL ? "bad" : error);
	/* RFC 6376 section 8.2: anything could have been added */
	if (t->passed && j->l.dkim_sig_gettagvalue(sig, false, length)) {
		t->passed = false;
		t->why = "only a part of the text is signed";
	}
}

/* Judges the signature of that number; false when there is none. */
static bool
try_one(struct judge *j, int number, struct trial *t)
{
	DKIM_SIGINFO **sigs = NULL;
	struct slice body;
	DKIM_STAT status;
	DKIM *dkim = read_head(j, &body, &status);
	bool testing, found = false;
	int n = 0;

	if (dkim == NULL)
		return false;
	if (j->l.dkim_getsiglist(dkim, &sigs, &n) == DKIM_STAT_OK &&
	    number < n && number < DKIM_SIGNERS_MOST) {
		found = true;
		t->domain = arena_strdup(
		    j->arena, text_of(j->l.dkim_sig_getdomain(sigs[number])));
		t->selector = arena_strdup(
		    j->arena, text_of(j->l.dkim_sig_getselector(sigs[number])));
		for (int i = 0; i < n; i++)
			if (i != number)
				j->l.dkim_sig_ignore(sigs[i]);
		if (body.len > 0)
			j->l.dkim_body(dkim,
			    (unsigned char *)slice_dup(j->arena, body),
			    body.len);
		j->l.dkim_eom(dkim, &testing);
		settle(j, sigs[number], t);
	}
	j->l.dkim_free(dkim);
	return found;
}

static void
put_signer(struct buf *out, const struct trial *t)
{
	if (resolver_name_is_one(t->domain) &&
	    resolver_name_is_one(t->selector))
		buf_printf(out, "signer %s %s\n", t->domain, t->selector);
}

static void
judge_all(struct judge *j, struct buf *out)
{
	struct trial t[DKIM_SIGNERS_MOST] = {{0}};
	size_t n = 0, wanted = 0, best = 0;

	while (n < DKIM_SIGNERS_MOST && try_one(j, (int)n, &t[n])) {
		wanted += given_for(j, t[n].domain, t[n].selector) == NULL;
		if (t[n].passed && !t[best].passed)
			best = n;
		n++;
	}
	if (n == 0) {
		buf_puts(out, j->claims ? "verdict fail\nwhy it is none\n"
					: "verdict unsigned\n");
		return;
	}
	buf_printf(out, "verdict %s\nwhy %s\n",
	    t[best].passed ? "pass"
	    : wanted > 0   ? "unknown"
			   : "fail",
	    t[best].why);
	put_signer(out, &t[best]);
	for (size_t i = 0; i < n; i++)
		if (i != best)
			put_signer(out, &t[i]);
}

void
dkim_judge(void *arg, struct slice question, struct buf *answer)
{
	struct judge j = {.arena = arena_new()};

	(void)arg;
	take_question(&j, question);
	if (open_library(&j))
		judge_all(&j, answer);
	else
		buf_puts(answer, "verdict missing\n");
	if (j.library != NULL)
		j.l.dkim_close(j.library);
	arena_free(j.arena);
}

/* --- The answer --- */

static const char *const verdicts[] = {
    [DKIM_UNSIGNED] = "unsigned",
    [DKIM_UNKNOWN] = "unknown",
    [DKIM_PASS] = "pass",
    [DKIM_FAIL] = "fail",
    [DKIM_MISSING] = "missing",
};

static enum dkim_verdict
verdict_of(struct slice word)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (slice_is(word, verdicts[i]))
			return (enum dkim_verdict)i;
	return DKIM_FAIL;
}

/* The rest of a line that begins so. */
static bool
after(struct slice line, const char *word, struct slice *rest)
{
	size_t n = strlen(word);

	if (!slice_starts(line, word) || line.len == n || line.p[n] != ' ')
		return false;
	rest->p = line.p + n + 1;
	rest->len = line.len - n - 1;
	return true;
}

/* Words for people, of which a reader gone astray may send any bytes. */
static const char *
plain(struct arena *a, struct slice text)
{
	char *copy = arena_alloc(a, WHY_MOST + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.len && n < WHY_MOST; i++)
		if (text.p[i] >= ' ' && text.p[i] < 0x7f)
			copy[n++] = text.p[i];
	copy[n] = '\0';
	return copy;
}

void
dkim_read_answer(struct arena *a, struct slice text, struct dkim_answer *out)
{
	struct slice line, rest;

	*out = (struct dkim_answer){.verdict = DKIM_FAIL, .why = ""};
	while (slice_line(&text, &line)) {
		if (after(line, "verdict", &rest))
			out->verdict = verdict_of(rest);
		else if (after(line, "why", &rest))
			out->why = plain(a, rest);
		else if (out->signers < DKIM_SIGNERS_MOST &&
			 take_signer(a, line, "signer", false,
			     &out->signer[out->signers]))
			out->signers++;
	}
	/* What passed was signed by somebody. */
	if (out->verdict == DKIM_PASS && out->signers == 0)
		out->verdict = DKIM_FAIL;
}
