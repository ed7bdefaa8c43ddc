/*
 * Which cases come into question for a message: by ids, reference numbers,
 * domains and names.  See weighing.h.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cases/naming.h"
#include "cases/number.h"
#include "cases/opening.h"
#include "cases/phrase.h"
#include "cases/weighing.h"

enum {
	SUSPECTS_MOST = 64,
	NUMBERS_MOST = 40,
	NAMED_MOST = 100, /* mails that name somebody */
	LIVING_MOST = 300, /* mails of late, to find what is alive */
	CASES_MOST = 32, /* of one company; newest first */
	TWIN_APART = 26 * 60 * 60, /* forwards tell no zone, or no time */
	POINTS_REPLY = 100,
	POINTS_SIBLING = 90, /* both answer the same unseen mail */
	POINTS_NUMBER_SUBJECT = 70,
	POINTS_NUMBER = 55,
	POINTS_ACCOUNT = 12, /* of which there may be many disputes */
};

static struct file *
suspect_find(const struct work *w, int number)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->v[i].s.number == number)
			return &w->v[i];
	return NULL;
}

static struct file *
suspect_of(struct work *w, int number)
{
	struct file *f = suspect_find(w, number);

	if (f != NULL || number == 0 || w->n >= SUSPECTS_MOST)
		return f;
	w->v = arena_grow(w->arena, w->v, w->n, sizeof(*w->v));
	memset(&w->v[w->n], 0, sizeof(*w->v));
	w->v[w->n].s.number = number;
	return &w->v[w->n++];
}

/* --- 2: ids --- */

/* Whose id it is: of a mail that this one answers, its own, or that of the
 * mail which is forwarded here. */
enum id_of { ANSWERED, OWN, ORIGINAL };

static int
follow_id(struct work *w, const char *id, enum id_of of, struct err *err)
{
	struct rows *r =
	    STORE_QUERY(w->store, SQL_THREAD_BY_ID, sql_int(w->owner),
		sql_text(id), sql_int(w->in->message), sql_int(w->until));
	struct file *f;
	bool is;
	int points;

	while (rows_next(r)) {
		is = rows_int(r, 1) != 0;
		/* Another mail of the same id: a robot uses one for all. */
		if (of == OWN && is)
			continue;
		/* My id or the id I answer: a reply.  Two that answer the
		 * same mail are siblings. */
		points = of != ANSWERED || is ? POINTS_REPLY : POINTS_SIBLING;
		f = suspect_of(w, (int)rows_int(r, 0));
		if (f != NULL && points > f->reply)
			f->reply = points;
	}
	return rows_end(r, err);
}

/* The owner answers what was in no case. */
static int
see_unfiled(struct work *w, const char *id, struct err *err)
{
	int64_t n;

	if (STORE_INT(w->store, err, 0, &n, SQL_THREAD_UNFILED_ID,
		sql_int(w->owner), sql_text(id), sql_int(w->in->message),
		sql_int(w->until)) < 0)
		return -1;
	w->to_unfiled = n > 0;
	return 0;
}

static bool
same_id(const struct placing *in)
{
	return in->message_id != NULL &&
	       strcmp(in->message_id, in->original_id) == 0;
}

/* The nearest ancestor decides: an older one only when it leads nowhere. */
static int
follow_ids(struct work *w, struct err *err)
{
	const struct placing *in = w->in;
	size_t i;

	for (i = in->references.n; i > 0 && w->n == 0; i--)
		if (follow_id(w, in->references.v[i - 1], ANSWERED, err) < 0)
			return -1;
	if (in->from.owner && w->n == 0 && in->references.n > 0 &&
	    see_unfiled(w, in->references.v[in->references.n - 1], err) < 0)
		return -1;
	if (in->message_id != NULL &&
	    follow_id(w, in->message_id, OWN, err) < 0)
		return -1;
	if (in->original_id != NULL && !same_id(in) &&
	    follow_id(w, in->original_id, ORIGINAL, err) < 0)
		return -1;
	return 0;
}

/* The same mail, fetched and forwarded, or forwarded twice. */
static int
follow_twin(struct work *w, struct err *err)
{
	const struct placing *in = w->in;
	struct rows *r;
	struct file *f;

	if (in->twin == NULL)
		return 0;
	r = STORE_QUERY(w->store, SQL_THREAD_TWIN, sql_int(w->owner),
	    sql_text(in->twin), sql_int(in->message), sql_int(in->forwarded),
	    sql_int(in->date.utc - TWIN_APART),
	    sql_int(in->date.utc + TWIN_APART), sql_int(w->until));
	if (rows_next(r) && (f = suspect_of(w, (int)rows_int(r, 0))) != NULL) {
		f->twin = rows_int(r, 1);
		f->s.twin = f->s.known = true;
	}
	return rows_end(r, err);
}

/* --- 3: numbers --- */

static void
number_add(struct arena *a, struct strings *s, const char *text)
{
	if (s->n < NUMBERS_MOST && !strings_have(s, text))
		strings_add(a, s, text);
}

static bool
in_text(const char *text, const char *written)
{
	return text != NULL && phrase_mentioned(slice_of(text), written);
}

static const char *
as_written(struct arena *a, const struct placing *in, const char *number)
{
	return number_whole(a, in->subject, number_whole(a, in->text, number));
}

/* The reference numbers that a message gives as its own: those that the rules
 * found and those in its subject, but for those that it says are of another
 * matter. */
struct strings
suspects_numbers(struct arena *a, const struct placing *in, const char *about,
    const char *apart)
{
	struct strings s = {NULL, 0};
	struct slice rest = slice_of(in->subject), written;
	const struct findings *f = in->findings;
	size_t i;

	for (i = 0; f != NULL && i < f->reference_count; i++)
		if (!in_text(apart, f->references[i]) ||
		    in_text(about, f->references[i]) ||
		    in_text(in->subject, f->references[i]))
			number_add(a, &s, as_written(a, in, f->references[i]));
	/* The owner's note to himself has no subject that a company gave. */
	while (party_is_other(&in->from) && number_next(&rest, 4, &written))
		number_add(a, &s, slice_dup(a, written));
	return s;
}

/* Where it stands, and as what. */
static int
number_points(const struct work *w, const char *written, const char *about)
{
	const char *subject = w->in->subject;

	if (words_account(w->words, slice_of(about), written) ||
	    words_account(w->words, slice_of(subject), written))
		return POINTS_ACCOUNT;
	return in_text(subject, written) ? POINTS_NUMBER_SUBJECT
	       : in_text(about, written) ? POINTS_NUMBER
					 : POINTS_NUMBER / 2;
}

/* A number that several cases share (a customer number) tells less. */
static int
follow_number(
    struct work *w, const char *written, const char *about, struct err *err)
{
	struct rows *r = STORE_QUERY(w->store, SQL_THREAD_BY_NUMBER,
	    sql_int(w->owner), sql_text(number_plain(w->arena, written)),
	    sql_int(w->in->message), sql_int(w->until));
	int cases[SUSPECTS_MOST], points;
	size_t n = 0, i;
	struct file *f;

	while (n < SUSPECTS_MOST && rows_next(r))
		cases[n++] = (int)rows_int(r, 0);
	if (rows_end(r, err) < 0)
		return -1;
	points = number_points(w, written, about);
	for (i = 0; i < n; i++) {
		f = suspect_of(w, cases[i]);
		if (f == NULL || points / (int)n <= f->number)
			continue;
		f->number = points / (int)n;
		f->named = written;
		f->in_subject = points == POINTS_NUMBER_SUBJECT;
		f->account = points == POINTS_ACCOUNT;
	}
	return 0;
}

/* Beside the message's own numbers any token that looks like one; below its
 * own text a company has only those of its firm. */
static int
follow_numbers(struct work *w, const char *about, struct err *err)
{
	struct strings all = {NULL, 0};
	struct slice rest, written;
	const char *texts[] = {w->in->subject,
	    w->company_speaks ? w->body : about, w->in->comment};
	size_t i;

	for (i = 0; i < w->out->numbers.n; i++)
		number_add(w->arena, &all, w->out->numbers.v[i]);
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		rest = slice_of(texts[i]);
		while (number_next(&rest, 4, &written))
			number_add(
			    w->arena, &all, slice_dup(w->arena, written));
	}
	for (i = 0; i < all.n; i++)
		if (follow_number(w, all.v[i], about, err) < 0)
			return -1;
	return 0;
}

/* --- Domains and names --- */

/* The cases of the company that has the domain: those that are alive. */
static int
follow_alias(struct work *w, const char *domain, bool trusted, struct err *err)
{
	struct rows *r =
	    STORE_QUERY(w->store, SQL_THREAD_BY_ALIAS, sql_int(w->owner),
		sql_text(domain), sql_int(w->in->date.utc - LIFE),
		sql_int(CASES_MOST), sql_int(w->until));
	struct file *f;

	while (rows_next(r)) {
		f = suspect_of(w, (int)rows_int(r, 0));
		if (f == NULL)
			continue;
		f->s.known = f->s.known || trusted;
		f->s.alike = f->s.alike || !trusted;
	}
	return rows_end(r, err);
}

/* trusted: it may make the case known; else it only points there. */
static int
follow_domain(struct work *w, const char *domain, bool trusted, struct err *err)
{
	struct rows *r =
	    STORE_QUERY(w->store, SQL_THREAD_BY_DOMAIN, sql_int(w->owner),
		sql_text(domain), sql_int(w->in->message), sql_int(w->until));
	struct file *f;

	while (rows_next(r)) {
		f = suspect_of(w, (int)rows_int(r, 0));
		if (f == NULL)
			continue;
		if (trusted && rows_int(r, 1) != 0)
			f->s.known = true;
		else
			f->s.alike = true;
	}
	if (rows_end(r, err) < 0)
		return -1;
	return follow_alias(w, domain, trusted, err);
}

/* Who writes is judged by From alone: anybody can name the company in Cc. */
static int
follow_domains(struct work *w, struct err *err)
{
	size_t i;

	if (w->company_speaks &&
	    follow_domain(w, w->in->from.domain, true, err) < 0)
		return -1;
	for (i = 0; i < w->in->other_count; i++)
		if (party_is_other(&w->in->others[i]) &&
		    follow_domain(w, w->in->others[i].domain,
			!w->company_speaks, err) < 0)
			return -1;
	return 0;
}

static bool
any_known(const struct work *w)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->v[i].s.known)
			return true;
	return false;
}

enum likeness { MENTIONED, NAMESAKE, HINTED, TOLD, ALIKE, TENANT };

/* Letters and digits up to the first point, compared: "trent-side.example" and
 * "trentside.zendesk.com". */
static bool
same_label(const char *a, const char *b)
{
	do {
		a += strspn(a, "-_ ");
		b += strspn(b, "-_ ");
		if (*a == '.' || *a == '\0')
			return *b == '.' || *b == '\0';
	} while (*a++ == *b++);
	return false;
}

/* Whether that word tells this name from others; sender may be NULL. */
static bool
is_namesake(struct work *w, const char *sender, const char *name)
{
	const char *word;

	/* Most names do not have it at all. */
	if (sender == NULL || strcasestr(name, sender) == NULL)
		return false;
	word = words_name(w->arena, w->words, name);
	return word != NULL && strcmp(word, sender) == 0;
}

/* Whether the name's telling word stands in the text. */
static bool
is_mentioned(struct work *w, const char *text, const char *name)
{
	const char *word = words_name(w->arena, w->words, name);

	return word != NULL && phrase_mentioned(slice_of(text), word);
}

/* Bytes of a name that is no common word; beside a number of its case, too. */
enum { TOLD_LEAST = 5, TOLD_LEAST_NUMBERED = 3, SURNAME_LEAST = 4 };

/* Of ASCII alone, as phrase_mentioned() compares. */
static char *
lower_case(struct arena *a, const char *text)
{
	char *lower = arena_strdup(a, text), *p;

	for (p = lower; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
	return lower;
}

/* "Acme" of "Acme Care": what any company's desk is called tells none. */
static const char *
bare_name(struct work *w, const char *name)
{
	char *bare = arena_strdup(w->arena, name), *end;

	while ((end = strrchr(bare, ' ')) != NULL &&
	       words_common(w->words, end + 1))
		*end = '\0';
	return words_common(w->words, bare) ? name : bare;
}

/* Whether a stranger's mail may tell the company's name: most do not have even
 * the first word of it. */
static bool
may_tell(struct work *w, const char *text, const char *name)
{
	char *first = lower_case(w->arena, name);

	if (w->lower == NULL)
		w->lower = lower_case(w->arena, text);
	first[strcspn(first, " ")] = '\0';
	return strstr(w->lower, first) != NULL;
}

static bool
is_told(const char *text, const char *name, size_t least)
{
	return strlen(name) >= least && phrase_mentioned(slice_of(text), name);
}

/* Whether it calls itself by the company's name. */
static bool
bears_name(struct work *w, const char *name)
{
	const struct party *from = &w->in->from;

	return w->company_speaks && from->name != NULL &&
	       is_told(from->name, bare_name(w, name), TOLD_LEAST);
}

static int
add_company(struct work *w, int64_t company, const char *name,
    enum likeness like, struct err *err)
{
	bool bears = bears_name(w, name);
	struct rows *r = STORE_QUERY(w->store, SQL_THREAD_BY_COMPANY,
	    sql_int(w->owner), sql_int(company), sql_int(w->until));
	struct file *f;
	int number;

	while (rows_next(r)) {
		number = (int)rows_int(r, 0);
		/* A namesake must have given a number of the case. */
		f = like == NAMESAKE ? suspect_find(w, number)
				     : suspect_of(w, number);
		if (f == NULL)
			continue;
		f->s.alike = f->s.alike || like == ALIKE;
		f->s.known = f->s.known || like == TENANT;
		f->namesake = f->namesake || like == NAMESAKE ||
			      like == HINTED || like == TOLD;
		f->hinted = f->hinted || like == HINTED;
		f->told = f->told || like == TOLD;
		f->bears = f->bears || bears;
		/* Who writes to a company names it. */
		f->mentioned =
		    f->mentioned || (like == MENTIONED && !f->s.known);
	}
	return rows_end(r, err);
}

/* As the company is called there: by its name, or by what its domain spells. */
static const char *
called(struct work *w, const char *text, const char *domain, const char *name)
{
	const char *bare;

	if (may_tell(w, text, name)) {
		bare = bare_name(w, name);
		if (is_told(text, bare, TOLD_LEAST))
			return bare;
	}
	if (strchr(domain, '@') != NULL)
		return NULL;
	return words_spelled(w->arena, slice_of(text), domain);
}

/* "Okafor v Acme": the owner's name stands beside it. */
static bool
names_owner(const struct work *w, const char *name)
{
	struct slice last;

	if (w->in->owner_name == NULL)
		return false;
	last = opening_surname(w->in->owner_name);
	return phrase_mentioned(
		   slice_of(w->in->subject), slice_dup(w->arena, last)) &&
	       phrase_mentioned(slice_of(w->in->subject), name);
}

/* It says for whom it writes, or about whom. */
static bool
speaks_for(const struct work *w, const char *text, const char *name)
{
	return words_behalf(w->words, slice_of(text), name) ||
	       words_asked(w->words, slice_of(text), name) ||
	       names_owner(w, name);
}

/*
 * A mail of a stranger who tells the company's name, or the word of it that is
 * its own.  An ombudsman, a parent company or an agent says whom it is about;
 * another must speak of the very matter, or have given a number of the case.
 * False when it does not tell it.
 */
static bool
told_as(struct work *w, const char *text, const char *domain, const char *name,
    enum likeness *as)
{
	const char *whole, *word;

	if (w->in->bulk)
		return false;
	whole = called(w, text, domain, name);
	word = words_name(w->arena, w->words, name);
	if (word == NULL)
		word = name;
	if (whole == NULL && !may_tell(w, text, word))
		return false;
	*as = NAMESAKE;
	if (w->out->main->freemail)
		;
	else if ((whole != NULL && speaks_for(w, text, whole)) ||
		 (is_told(text, word, TOLD_LEAST) && speaks_for(w, text, word)))
		*as = MENTIONED;
	else if (whole != NULL && w->out->dispute >= OPENING_ENOUGH &&
		 phrase_mentioned(slice_of(w->in->subject), whole))
		*as = MENTIONED;
	else if (whole != NULL)
		*as = TOLD;
	else if (is_told(text, word, TOLD_LEAST))
		*as = HINTED;
	return whole != NULL || is_told(text, word, TOLD_LEAST_NUMBERED);
}

/* Somebody who writes from where anybody can has a second address: the same
 * surname, at the least. */
static bool
same_surname(const struct party *main, const char *domain, const char *name)
{
	const char *mine, *theirs;

	if (main == NULL || !main->freemail || main->name == NULL ||
	    strchr(domain, '@') == NULL)
		return false;
	mine = strrchr(main->name, ' ');
	theirs = strrchr(name, ' ');
	return mine != NULL && theirs != NULL && strlen(mine) > SURNAME_LEAST &&
	       strcasecmp(mine, theirs) == 0;
}

/* All that the owner, or whoever writes, says here. */
static char *
whole_text(const struct work *w, const char *about)
{
	const char *parts[] = {w->in->subject, about, w->in->comment,
	    w->company_speaks ? w->in->from.name : NULL};
	struct buf b = {0};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (i > 0)
			buf_putc(&b, '\n');
		buf_slice(&b, slice_of(parts[i]));
	}
	return buf_keep(&b, w->arena);
}

static bool
begins_with(const char *text, const char *word)
{
	return strncmp(text, word, strlen(word)) == 0;
}

/* Whether the sender's domain is made of that word of his name, or what he has
 * at another's: "noreply@acme.portal.example". */
static bool
is_own_word(const struct party *main, const char *word)
{
	const char *at = main->addr == NULL ? NULL : strchr(main->addr, '@');

	return begins_with(main->domain, word) ||
	       (at != NULL && begins_with(at + 1, word) &&
		   at[1 + strlen(word)] == '.');
}

/* A company whose people alone have written is called by what its domain begins
 * with: "Acme" of acmepm.example. */
static const char *
name_of(const char *name, const char *domain, const char *sender)
{
	if (sender == NULL || strcmp(name, domain) != 0 ||
	    strlen(sender) < TOLD_LEAST || !begins_with(domain, sender))
		return name;
	return sender;
}

/*
 * Companies by name: of the sender (a company writes from many domains; from
 * one of quite another name it must give the case's number, and so must one
 * that only names the company), of a help desk's customer, named by one who
 * speaks for it or about it, or named by the owner in a note or in a mail to
 * somebody new (an ombudsman).
 */
static int
follow_names(struct work *w, const char *about, struct err *err)
{
	const struct party *main = w->out->main;
	const char *sender = NULL, *domain, *name, *text;
	enum likeness like, known_as = NAMESAKE;
	bool desk = main != NULL && main->desk;
	struct rows *r;

	if (main != NULL && main->name != NULL)
		sender = words_name(w->arena, w->words, main->name);
	if (sender != NULL && is_own_word(main, sender))
		known_as = ALIKE;
	/* Nobody can be meant: a newsletter's text is not looked at. */
	if (w->company_speaks && w->in->bulk && !desk &&
	    (sender == NULL || (known_as == NAMESAKE && w->n == 0)))
		return 0;
	text = whole_text(w, about);
	r = STORE_QUERY(w->store, SQL_COMPANIES, sql_int(w->owner));
	while (rows_next(r)) {
		domain = rows_text(r, 1, w->arena);
		name = name_of(rows_text(r, 2, w->arena), domain, sender);
		if (desk && same_label(main->domain, domain))
			like = TENANT;
		else if (known_as == ALIKE && is_namesake(w, sender, name))
			like = ALIKE;
		else if (same_surname(main, domain, name))
			like = ALIKE;
		else if (!w->company_speaks && is_mentioned(w, text, name))
			like = MENTIONED;
		else if (!w->company_speaks ||
			 !told_as(w, text, domain, name, &like)) {
			if (!is_namesake(w, sender, name))
				continue;
			like = NAMESAKE;
		}
		if (add_company(w, rows_int(r, 0), name, like, err) < 0)
			rows_fail(r, err);
	}
	return rows_end(r, err);
}

/* All that is alive: for the owner's notes. */
static int
follow_living(struct work *w, struct err *err)
{
	struct rows *r = STORE_QUERY(w->store, SQL_THREAD_LIVING,
	    sql_int(w->owner), sql_int(w->in->date.utc - SILENCE),
	    sql_int(LIVING_MOST), sql_int(w->until));

	while (rows_next(r))
		(void)suspect_of(w, (int)rows_int(r, 0));
	return rows_end(r, err);
}

/*
 * The word by which somebody may have been announced: of the sender's name the
 * one with which the domain begins, "nordhavn"; NULL when there is none.
 */
static const char *
announced_as(struct work *w)
{
	const struct party *main = w->out->main;
	struct slice rest, word;
	const char *lower;

	if (main->name == NULL || main->freemail)
		return NULL;
	rest = slice_of(main->name);
	while (opening_word(&rest, &word)) {
		lower = lower_case(w->arena, slice_dup(w->arena, word));
		if (strlen(lower) >= TOLD_LEAST &&
		    !words_common(w->words, lower) &&
		    strncmp(main->domain, lower, strlen(lower)) == 0)
			return lower;
	}
	return NULL;
}

/* A name that is long enough to be nobody else's. */
static bool
can_be_announced(const char *name)
{
	return name != NULL && strlen(name) >= 8 && strlen(name) <= 60 &&
	       strchr(name, ' ') != NULL;
}

/* Whether the mail names who writes now, or is written to. */
static int
names_sender(struct work *w, int64_t message, const char *name, bool *result,
    struct err *err)
{
	struct rows *r = STORE_QUERY(
	    w->store, SQL_MESSAGE_NEWEST, sql_int(w->owner), sql_int(message));
	const char *text = rows_next(r) ? rows_text(r, 0, w->arena) : NULL;

	*result = text != NULL && phrase_mentioned(slice_of(text), name);
	return rows_end(r, err);
}

/* add: a case that is no suspect yet becomes one. */
static int
follow_word(struct work *w, const char *word, const char *name, bool add,
    struct err *err)
{
	struct rows *r =
	    STORE_QUERY(w->store, SQL_THREAD_BY_NAME, sql_int(w->owner),
		sql_text(word), sql_int(w->in->date.utc - SILENCE),
		sql_int(NAMED_MOST), sql_int(w->until));
	struct file *f;
	bool named;
	int number;

	while (rows_next(r)) {
		number = (int)rows_int(r, 1);
		f = suspect_find(w, number);
		/* A company's own name announces nobody. */
		if (f == NULL ? !add : f->s.known || f->s.alike || f->mentioned)
			continue;
		if (names_sender(w, rows_int(r, 0), name, &named, err) < 0) {
			rows_fail(r, err);
			break;
		}
		if (!named || (f = suspect_of(w, number)) == NULL)
			continue;
		/* Many things go by one word: it must be of a dispute, too. */
		if (word != name || w->out->dispute >= OPENING_ASKED)
			f->mentioned = true;
		else
			f->namesake = f->told = true;
	}
	return rows_end(r, err);
}

/* A company may have told of somebody else who will write, or whom the owner
 * can turn to: "Marlow Adjusters act for us". */
static int
follow_announced(struct work *w, bool add, struct err *err)
{
	const char *name = w->out->main->name, *word = announced_as(w);
	const struct token *t;
	struct bag *names;
	size_t i;

	if (word != NULL)
		return follow_word(w, word, word, add, err);
	if (!can_be_announced(name))
		return 0;
	names = words_names(w->arena, w->words,
	    slice_of(arena_printf(w->arena, "by %s", name)));
	for (i = 0; (t = bag_at(names, i)) != NULL; i++)
		if (follow_word(w, t->text, name, add, err) < 0)
			return -1;
	return 0;
}

/* --- All of them --- */

int
suspects_find(struct work *w, const char *about, struct err *err)
{
	bool known;

	if (follow_ids(w, err) < 0 || follow_twin(w, err) < 0 ||
	    follow_numbers(w, about, err) < 0 || follow_domains(w, err) < 0)
		return -1;
	known = any_known(w);
	if ((!known || w->in->from.owner) && follow_names(w, about, err) < 0)
		return -1;
	if (!known && w->out->note)
		return follow_living(w, err);
	if (w->out->main != NULL && !w->in->bulk &&
	    (w->company_speaks || !known))
		return follow_announced(w, !known, err);
	return 0;
}
