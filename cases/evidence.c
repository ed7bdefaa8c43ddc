/*
 * See evidence.h.
 *
 * Points.  A reply to a mail of the case outweighs a reference number, that
 * outweighs a subject, that outweighs words; but several weak signs together
 * may outweigh one, and a rival number (of the same shape, and not one of the
 * case's) speaks against it.  A message may say itself what it is not about;
 * the case that this sentence fits best is then out.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cases/evidence.h"
#include "cases/store.h"
#include "cases/thread.h"
#include "cases/words.h"

enum {
	SUSPECTS_MOST = 64,
	NUMBERS_MOST = 40,
	OWN_MOST = 8000, /* bytes of the message itself that are weighed */
	NAMED_MOST = 100, /* mails that name somebody */
	LIVING_MOST = 300, /* mails of late, to find what is alive */
	CASES_MOST = 32, /* of one company; newest first */
	DAY = 24 * 60 * 60,
	LIFE = 90 * DAY, /* of a closed case */
	FRESH = 45 * DAY,
	SILENCE = 180 * DAY, /* after which an open one fades */

	POINTS_TWIN = 200, /* the same mail, forwarded or fetched */
	TWIN_APART = 26 * 60 * 60, /* forwards tell no zone, or no time */

	POINTS_REPLY = 100,
	POINTS_SIBLING = 90, /* both answer the same unseen mail */
	POINTS_NUMBER_SUBJECT = 70,
	POINTS_NUMBER = 55,
	POINTS_RIVAL = -100,
	POINTS_RIVAL_REPLY = -20,
	POINTS_SUBJECT = 24,
	POINTS_SUBJECT_COMMON = 8, /* "Your order" */
	POINTS_TAUGHT = 30, /* where the owner put the last such mail */
	POINTS_RECEIPT = 30, /* acknowledges what the owner just wrote */
	POINTS_TURN = 6, /* it is the company's turn to speak */
	POINTS_ADDRESS = 6, /* the very address, not only the domain */
	POINTS_ANSWER = 6, /* a reply to a mail that was not seen */
	POINTS_ONLY = 8, /* the only live case of that company */
	POINTS_MENTION = 10, /* the company is named */
	POINTS_FRESH = 4, /* something happened of late */
	POINTS_FADED = -10,
	WORDS_MOST = 40,
	WORDS_SEVERAL = 8, /* two words at least */
};

/* What a message says: of its case, of another one, and what the owner wrote
 * above a forward. */
enum share { ABOUT, APART, COMMENT, PARTS };

/* A suspect while points are added up. */
struct file {
	struct suspect s;
	bool closed;
	int64_t closed_at;
	int reply; /* points of ids */
	int64_t twin; /* the message that is the same mail; 0 */
	int number; /* points of reference numbers */
	const char *named; /* the number */
	bool in_subject; /* which stands in the subject */
	bool taught; /* by an answer to a doubt */
	bool rival, same_subject, same_address, mentioned, only, receipt;
	bool namesake; /* the sender's name, from an unlike domain */
	int64_t last, last_owner, last_company; /* 0: never */
	bool *met[PARTS]; /* a flag for each token of that part's bag */
	int words, apart; /* weights in common with either part */
	char *shared; /* some of the words, for why */
};

struct work {
	struct store *store;
	int64_t owner;
	struct arena *arena;
	const struct thread_words *words;
	const struct placing *in;
	struct evidence *out;
	struct file *v;
	size_t n;
	struct bag *bag[PARTS];
	const char *subject; /* normalised */
	const char *lower; /* the whole text, when somebody asked */
	bool company_speaks;
	int64_t until; /* only mail that was sent until then */
};

bool
party_is_other(const struct party *p)
{
	return p->addr != NULL && p->domain != NULL && !p->owner && !p->ours;
}

static struct file *
find_file(const struct work *w, int number)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->v[i].s.number == number)
			return &w->v[i];
	return NULL;
}

static struct file *
file_of(struct work *w, int number)
{
	struct file *f = find_file(w, number);

	if (f != NULL || number == 0 || w->n >= SUSPECTS_MOST)
		return f;
	w->v = arena_grow(w->arena, w->v, w->n, sizeof(*w->v));
	memset(&w->v[w->n], 0, sizeof(*w->v));
	w->v[w->n].s.number = number;
	return &w->v[w->n++];
}

/* --- 2: ids --- */

static int
follow_id(struct work *w, const char *id, bool mine, struct err *err)
{
	struct rows *r =
	    STORE_QUERY(w->store, SQL_THREAD_BY_ID, sql_int(w->owner),
		sql_text(id), sql_int(w->in->message), sql_int(w->until));
	struct file *f;
	bool is;
	int points;

	while (rows_next(r)) {
		is = rows_int(r, 1) != 0;
		/* My id or the id I answer: a reply.  Two that answer the
		 * same mail are siblings. */
		points = mine || is ? POINTS_REPLY : POINTS_SIBLING;
		f = file_of(w, (int)rows_int(r, 0));
		if (f != NULL && points > f->reply)
			f->reply = points;
	}
	return rows_end(r, err);
}

/* The nearest ancestor decides: an older one only when it leads nowhere. */
static int
follow_ids(struct work *w, struct err *err)
{
	const struct placing *in = w->in;
	size_t i;

	for (i = in->references.n; i > 0 && w->n == 0; i--)
		if (follow_id(w, in->references.v[i - 1], false, err) < 0)
			return -1;
	if (in->message_id != NULL &&
	    follow_id(w, in->message_id, true, err) < 0)
		return -1;
	if (in->original_id != NULL &&
	    follow_id(w, in->original_id, true, err) < 0)
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
	if (rows_next(r) && (f = file_of(w, (int)rows_int(r, 0))) != NULL) {
		f->twin = rows_int(r, 1);
		f->s.twin = f->s.known = true;
	}
	return rows_end(r, err);
}

/* --- 3: numbers --- */

static void
add_string(struct arena *a, struct strings *s, const char *text)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->v[i], text) == 0)
			return;
	if (s->n >= NUMBERS_MOST)
		return;
	s->v = arena_grow(a, s->v, s->n, sizeof(*s->v));
	s->v[s->n++] = text;
}

static bool
in_text(const char *text, const char *written)
{
	return text != NULL && words_mention(slice_of(text), written);
}

/* The reference numbers that a message gives as its own: those that the rules
 * found and those in its subject, but for those that it says are of another
 * matter. */
static struct strings
own_numbers(struct arena *a, const struct placing *in, const char *about,
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
			add_string(a, &s, f->references[i]);
	/* The owner's note to himself has no subject that a company gave. */
	while (party_is_other(&in->from) && number_next(&rest, 4, &written))
		add_string(a, &s, slice_dup(a, written));
	return s;
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
	points = in_text(w->in->subject, written) ? POINTS_NUMBER_SUBJECT
		 : in_text(about, written)        ? POINTS_NUMBER
						  : POINTS_NUMBER / 2;
	for (i = 0; i < n; i++) {
		f = file_of(w, cases[i]);
		if (f == NULL || points / (int)n <= f->number)
			continue;
		f->number = points / (int)n;
		f->named = written;
		f->in_subject = points == POINTS_NUMBER_SUBJECT;
	}
	return 0;
}

/* Beside the message's own numbers any token that looks like one. */
static int
follow_numbers(struct work *w, const char *about, struct err *err)
{
	struct strings all = {NULL, 0};
	struct slice rest, written;
	const char *texts[] = {w->in->subject, about, w->in->comment};
	size_t i;

	for (i = 0; i < w->out->numbers.n; i++)
		add_string(w->arena, &all, w->out->numbers.v[i]);
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		rest = slice_of(texts[i]);
		while (number_next(&rest, 4, &written))
			add_string(
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
		f = file_of(w, (int)rows_int(r, 0));
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
		f = file_of(w, (int)rows_int(r, 0));
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

enum likeness { MENTIONED, NAMESAKE, ALIKE, TENANT };

static int
add_company(
    struct work *w, int64_t company, enum likeness like, struct err *err)
{
	struct rows *r = STORE_QUERY(w->store, SQL_THREAD_BY_COMPANY,
	    sql_int(w->owner), sql_int(company), sql_int(w->until));
	struct file *f;
	int number;

	while (rows_next(r)) {
		number = (int)rows_int(r, 0);
		/* A namesake must have given a number of the case. */
		f = like == NAMESAKE ? find_file(w, number)
				     : file_of(w, number);
		if (f == NULL)
			continue;
		f->s.alike = f->s.alike || like == ALIKE;
		f->s.known = f->s.known || like == TENANT;
		f->namesake = f->namesake || like == NAMESAKE;
		f->mentioned = f->mentioned || like == MENTIONED;
	}
	return rows_end(r, err);
}

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

	return word != NULL && words_mention(slice_of(text), word);
}

/* Bytes of a name that is no common word; beside a number of its case, too. */
enum { TOLD_LEAST = 5, TOLD_LEAST_NUMBERED = 3 };

/* Of ASCII alone, as words_mention() compares. */
static char *
lower_case(struct arena *a, const char *text)
{
	char *lower = arena_strdup(a, text), *p;

	for (p = lower; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
	return lower;
}

/* A stranger's mail tells the company's name.  Most do not have it at all. */
static bool
is_told(struct work *w, const char *text, const char *name, size_t least)
{
	if (w->in->bulk || strlen(name) < least)
		return false;
	if (w->lower == NULL)
		w->lower = lower_case(w->arena, text);
	return strstr(w->lower, lower_case(w->arena, name)) != NULL &&
	       words_mention(slice_of(text), name);
}

/* An ombudsman, a parent company or an agent says whom it is about. */
static bool
speaks_for(struct work *w, const char *text, const char *name)
{
	return !w->out->main->freemail && is_told(w, text, name, TOLD_LEAST) &&
	       words_behalf(w->words, slice_of(text), name);
}

/* All that the owner, or whoever writes, says here. */
static char *
whole_text(const struct work *w, const char *about)
{
	const char *parts[] = {w->in->subject, about, w->in->comment};
	struct buf b = {0};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (i > 0)
			buf_putc(&b, '\n');
		buf_slice(&b, slice_of(parts[i]));
	}
	return buf_keep(&b, w->arena);
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
	const char *sender = NULL, *name, *text;
	enum likeness like, known_as = NAMESAKE;
	bool desk = main != NULL && main->desk;
	struct rows *r;

	if (main != NULL && main->name != NULL)
		sender = words_name(w->arena, w->words, main->name);
	if (sender != NULL &&
	    strncmp(main->domain, sender, strlen(sender)) == 0)
		known_as = ALIKE;
	/* Nobody can be meant: a newsletter's text is not looked at. */
	if (w->company_speaks && w->in->bulk && !desk &&
	    (sender == NULL || (known_as == NAMESAKE && w->n == 0)))
		return 0;
	text = whole_text(w, about);
	r = STORE_QUERY(w->store, SQL_COMPANIES, sql_int(w->owner));
	while (rows_next(r)) {
		name = rows_text(r, 2, w->arena);
		if (desk && same_label(main->domain, rows_text(r, 1, w->arena)))
			like = TENANT;
		else if (is_namesake(w, sender, name))
			like = known_as;
		else if (w->company_speaks ? speaks_for(w, text, name)
					   : is_mentioned(w, text, name))
			like = MENTIONED;
		else if (w->company_speaks &&
			 is_told(w, text, name, TOLD_LEAST_NUMBERED))
			like = NAMESAKE;
		else
			continue;
		if (add_company(w, rows_int(r, 0), like, err) < 0)
			break;
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
		(void)file_of(w, (int)rows_int(r, 0));
	return rows_end(r, err);
}

/* A name that is long enough to be nobody else's. */
static bool
can_be_announced(const char *name)
{
	return name != NULL && strlen(name) >= 8 && strlen(name) <= 60 &&
	       strchr(name, ' ') != NULL;
}

/* Whether the mail names who writes now. */
static int
names_sender(struct work *w, int64_t message, bool *result, struct err *err)
{
	struct rows *r = STORE_QUERY(
	    w->store, SQL_MESSAGE_NEWEST, sql_int(w->owner), sql_int(message));
	const char *text = rows_next(r) ? rows_text(r, 0, w->arena) : NULL;

	*result =
	    text != NULL && words_mention(slice_of(text), w->in->from.name);
	return rows_end(r, err);
}

/* add: a case that is no suspect yet becomes one. */
static int
follow_word(struct work *w, const char *word, bool add, struct err *err)
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
		f = find_file(w, number);
		if (f == NULL ? !add : f->s.known || f->mentioned)
			continue;
		if (names_sender(w, rows_int(r, 0), &named, err) < 0) {
			(void)rows_end(r, &(struct err){0});
			return -1;
		}
		if (named && (f = file_of(w, number)) != NULL)
			f->mentioned = true;
	}
	return rows_end(r, err);
}

/* A company may have told that somebody else will write: "Marlow Adjusters act
 * for us". */
static int
follow_announced(struct work *w, bool add, struct err *err)
{
	const struct token *t;
	struct bag *names;
	size_t i;

	if (!can_be_announced(w->in->from.name))
		return 0;
	names = words_names(w->arena, w->words, slice_of(w->in->from.name));
	for (i = 0; (t = bag_at(names, i)) != NULL; i++)
		if (follow_word(w, t->text, add, err) < 0)
			return -1;
	return 0;
}

/* --- What was said in each case --- */

static void
note_dates(struct file *f, enum direction d, int64_t date)
{
	if (date > f->last)
		f->last = date;
	if (d == FROM_OWNER && date > f->last_owner)
		f->last_owner = date;
	if (d == FROM_COMPANY && date > f->last_company)
		f->last_company = date;
}

/* The owner has put a mail of this sender there himself. */
static bool
is_taught(const struct work *w, struct rows *r)
{
	const char *addr = rows_text(r, 4, w->arena);

	return w->company_speaks && addr != NULL &&
	       strcasecmp(addr, w->in->from.addr) == 0;
}

static void
read_message(struct work *w, struct file *f, struct rows *r)
{
	enum direction d = direction_of(rows_text(r, 0, w->arena));
	const char *subject = rows_text(r, 2, w->arena);
	struct slice print = rows_bytes(r, 3, w->arena);
	int part;

	note_dates(f, d, rows_int(r, 1));
	if (subject != NULL && d != FROM_COMMAND && w->subject[0] != '\0' &&
	    strcmp(subject, w->subject) == 0) {
		f->same_subject = true;
		f->taught = f->taught || is_taught(w, r);
	}
	for (part = 0; part < PARTS; part++)
		bag_meet(w->bag[part], print, f->met[part]);
}

/* By whom the case is known, when it was not its company that led here. */
static void
meet_domain(struct work *w, struct file *f, const char *domain, bool writer)
{
	const struct placing *in = w->in;
	size_t i;

	if (w->company_speaks && strcmp(domain, in->from.domain) == 0) {
		f->s.known = f->s.known || writer;
		f->s.alike = f->s.alike || !writer;
	}
	for (i = 0; i < in->other_count; i++)
		if (party_is_other(&in->others[i]) &&
		    strcmp(domain, in->others[i].domain) == 0) {
			f->s.known =
			    f->s.known || (writer && !w->company_speaks);
			f->s.alike = true;
		}
}

static void
meet_address(struct work *w, struct file *f, const char *addr)
{
	const struct placing *in = w->in;
	size_t i;

	if (w->company_speaks && strcmp(addr, in->from.addr) == 0)
		f->same_address = true;
	for (i = 0; i < in->other_count; i++)
		if (party_is_other(&in->others[i]) &&
		    strcmp(addr, in->others[i].addr) == 0)
			f->same_address = true;
}

static int
read_parties(struct work *w, struct file *f, struct bag *names, struct err *err)
{
	struct rows *r = STORE_QUERY(w->store, SQL_THREAD_PARTIES,
	    sql_int(w->owner), sql_int(f->s.number), sql_int(w->until));

	while (rows_next(r)) {
		bag_ignore_name(names, w->words, rows_text(r, 1, w->arena));
		meet_address(w, f, rows_text(r, 0, w->arena));
		meet_domain(
		    w, f, rows_text(r, 2, w->arena), rows_int(r, 3) != 0);
	}
	return rows_end(r, err);
}

/* For each shape of number that both have, one must be the same. */
static int
read_numbers(struct work *w, struct file *f, struct err *err)
{
	struct rows *r = STORE_QUERY(w->store, SQL_THREAD_NUMBERS,
	    sql_int(w->owner), sql_int(f->s.number), sql_int(w->until));
	struct strings theirs = {NULL, 0};
	const char *mine, *shape;
	size_t i, j;
	bool same, equal;

	while (rows_next(r))
		add_string(w->arena, &theirs, rows_text(r, 0, w->arena));
	for (i = 0; i < w->out->numbers.n; i++) {
		mine = number_plain(w->arena, w->out->numbers.v[i]);
		shape = number_shape(w->arena, mine);
		same = equal = false;
		for (j = 0; j < theirs.n; j++) {
			equal = equal || strcmp(mine, theirs.v[j]) == 0;
			same =
			    same || strcmp(number_shape(w->arena, theirs.v[j]),
					shape) == 0;
		}
		if (equal)
			break;
		f->rival = f->rival || same;
	}
	if (i < w->out->numbers.n)
		f->rival = false;
	return rows_end(r, err);
}

static int
read_company(struct work *w, struct file *f, struct bag *names, struct err *err)
{
	struct rows *r = STORE_QUERY(w->store, SQL_THREAD_CASE,
	    sql_int(w->owner), sql_int(f->s.number),
	    sql_text(w->out->main == NULL ? NULL : w->out->main->domain));
	const char *company;

	if (rows_next(r)) {
		company = rows_text(r, 0, w->arena);
		if (company != NULL)
			bag_ignore(names, w->words, slice_of(company));
		f->closed = !rows_null(r, 1);
		f->closed_at = rows_int(r, 1);
		f->s.known = f->s.known || rows_int(r, 2) != 0;
		f->s.opened = rows_int(r, 3);
	}
	return rows_end(r, err);
}

static int
read_messages(struct work *w, struct file *f, struct err *err)
{
	struct rows *r = STORE_QUERY(w->store, SQL_THREAD_MESSAGES,
	    sql_int(w->owner), sql_int(f->s.number), sql_int(w->until));
	int part;

	for (part = 0; part < PARTS; part++)
		f->met[part] = arena_calloc(w->arena,
		    bag_size(w->bag[part]) + 1, sizeof(*f->met[part]));
	while (rows_next(r))
		read_message(w, f, r);
	return rows_end(r, err);
}

/* The names of those who take part tell nothing. */
static int
read_case(struct work *w, struct file *f, struct err *err)
{
	struct bag *names = bag_new(w->arena);
	int part;

	if (read_company(w, f, names, err) < 0 ||
	    read_parties(w, f, names, err) < 0 || read_numbers(w, f, err) < 0 ||
	    read_messages(w, f, err) < 0)
		return -1;
	for (part = 0; part < PARTS; part++)
		bag_unmeet(w->bag[part], names, f->met[part]);
	return 0;
}

/* --- Adding up --- */

/* In how many of the cases each token of the part occurs. */
static int *
spread(struct work *w, enum share part)
{
	size_t size = bag_size(w->bag[part]), i, j;
	int *cases = arena_calloc(w->arena, size + 1, sizeof(*cases));

	for (i = 0; i < w->n; i++)
		for (j = 0; j < size; j++)
			cases[j] += w->v[i].met[part][j];
	return cases;
}

/* What a part and a case have in common, with less weight the more cases have
 * it. */
static int
overlap(const struct work *w, const struct file *f, enum share part,
    const int *cases, struct buf *shared)
{
	const struct token *t;
	size_t j;
	int points = 0;

	for (j = 0; (t = bag_at(w->bag[part], j)) != NULL; j++) {
		if (t->weight == 0 || !f->met[part][j])
			continue;
		points += 2 * t->weight / cases[j];
		if (shared != NULL && shared->len < 60)
			buf_printf(shared, "%s%s", shared->len == 0 ? "" : ", ",
			    t->text);
	}
	return points;
}

/* The owner's own words above a forward count twice. */
static void
share_words(struct work *w)
{
	const int *cases[PARTS];
	struct file *f;
	int part;

	for (part = 0; part < PARTS; part++)
		cases[part] = spread(w, (enum share)part);
	for (f = w->v; f < w->v + w->n; f++) {
		struct buf shared = {0};

		f->words = overlap(w, f, ABOUT, cases[ABOUT], &shared) +
			   overlap(w, f, COMMENT, cases[COMMENT], NULL);
		f->apart = overlap(w, f, APART, cases[APART], NULL);
		f->shared = buf_keep(&shared, w->arena);
	}
}

static bool
has_signal(const struct findings *f, const char *name)
{
	size_t i;

	for (i = 0; f != NULL && i < f->signal_count; i++)
		if (strcmp(f->signals[i].name, name) == 0)
			return true;
	return false;
}

/* A receipt belongs to the case in which the owner wrote last, within a
 * fortnight (a day, when a machine wrote it), and has not been answered. */
static void
find_receipt(struct work *w)
{
	struct file *best = NULL;
	size_t i;
	int64_t now = w->in->date.utc;
	int64_t span = w->in->autoreply ? DAY : 14 * DAY;

	if (!w->company_speaks ||
	    (!w->in->autoreply &&
		!has_signal(w->in->findings, "acknowledgement")))
		return;
	for (i = 0; i < w->n; i++)
		if (w->v[i].s.known && w->v[i].last_owner > 0 &&
		    w->v[i].last_owner <= now + DAY / 24 &&
		    w->v[i].last_owner > now - span &&
		    w->v[i].last_company < w->v[i].last_owner &&
		    (best == NULL || w->v[i].last_owner > best->last_owner))
			best = &w->v[i];
	if (best != NULL)
		best->receipt = true;
}

static bool
lives(const struct file *f, int64_t now)
{
	return !f->closed || now <= f->closed_at + LIFE;
}

static bool
finds_anything(const struct findings *f)
{
	return f != NULL && f->signal_count + f->obligation_count > 0;
}

/* A company with one live case means that one, when it says anything. */
static void
find_only(struct work *w)
{
	struct file *only = NULL;
	size_t i;
	int n = 0;

	for (i = 0; i < w->n; i++) {
		if ((!w->v[i].s.known && !w->v[i].s.alike &&
			!w->v[i].mentioned) ||
		    !lives(&w->v[i], w->in->date.utc))
			continue;
		only = &w->v[i];
		n++;
	}
	if (n == 1 && (!w->company_speaks || finds_anything(w->in->findings) ||
			  only->words >= WORDS_SEVERAL))
		only->only = true;
}

static void
find_denied(struct work *w)
{
	struct file *most = NULL;
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->v[i].apart > 0 &&
		    (most == NULL || w->v[i].apart > most->apart))
			most = &w->v[i];
	for (i = 0; i < w->n; i++) {
		if (&w->v[i] != most && !w->out->denied)
			continue;
		w->v[i].reply = 0;
		w->v[i].receipt = w->v[i].only = w->v[i].same_subject = false;
		if (!w->v[i].in_subject)
			w->v[i].number = 0;
		if (&w->v[i] == most && w->v[i].number == 0)
			w->v[i].rival = true;
	}
}

static int
min(int a, int b)
{
	return a < b ? a : b;
}

static int
circumstances(const struct work *w, const struct file *f)
{
	int64_t now = w->in->date.utc;
	int points = 0;

	if (f->mentioned)
		points += POINTS_MENTION;
	if (f->only)
		points += POINTS_ONLY;
	if (w->in->references.n > 0 && !w->out->denied)
		points += POINTS_ANSWER;
	if (f->same_address)
		points += POINTS_ADDRESS;
	if (w->company_speaks && f->s.known && f->last_owner > f->last_company)
		points += POINTS_TURN;
	if (now - f->last < FRESH && f->last - now < FRESH)
		points += POINTS_FRESH;
	if (now - f->last > SILENCE)
		points += POINTS_FADED;
	return points;
}

static void
explain(struct arena *a, struct file *f, int subject, bool company_speaks)
{
	if (f->twin != 0) {
		f->s.by = PLACED_REFERENCES;
		f->s.why = arena_printf(
		    a, "is message %lld again", (long long)f->twin);
	} else if (f->reply > 0) {
		f->s.by = PLACED_REFERENCES;
		f->s.why = "answers a mail of this case";
	} else if (f->number > 0) {
		f->s.by = PLACED_NUMBER;
		f->s.why = arena_printf(a, "names %s", f->named);
	} else if (subject > 0) {
		f->s.by = PLACED_SUBJECT;
		f->s.why = "has the subject of this case";
	} else if (f->mentioned && company_speaks) {
		f->s.by = PLACED_WORDS;
		f->s.why = "writes about this company";
	} else if (f->receipt) {
		f->s.by = PLACED_WORDS;
		f->s.why = "acknowledges your last mail";
	} else {
		f->s.by = PLACED_WORDS;
		f->s.why = f->shared[0] == '\0'
			       ? "is from this company"
			       : arena_printf(a, "speaks of %s", f->shared);
	}
}

static bool
concerned(const struct work *w, const struct file *f)
{
	return !w->company_speaks || f->s.known || f->s.alike || f->mentioned ||
	       (f->namesake && f->number > 0);
}

static void
add_up(struct work *w, struct file *f, int subjects)
{
	bool alive = lives(f, w->in->date.utc) && concerned(w, f);
	int subject = 0;

	if (f->same_subject && alive)
		subject =
		    (words_common(w->words, w->subject) ? POINTS_SUBJECT_COMMON
							: POINTS_SUBJECT) /
		    subjects;
	f->s.score = f->reply + f->number + subject;
	if (f->rival)
		f->s.score += f->reply > 0 ? POINTS_RIVAL_REPLY : POINTS_RIVAL;
	if (alive)
		f->s.score += min(f->words, WORDS_MOST) +
			      (f->receipt ? POINTS_RECEIPT : 0) +
			      (f->taught ? POINTS_TAUGHT : 0) +
			      circumstances(w, f);
	if (f->twin != 0)
		f->s.score += POINTS_TWIN;
	explain(w->arena, f, subject, w->company_speaks);
}

/* A number counts with its domain, or in the owner's own words. */
static void
weigh_number(const struct work *w, struct file *f)
{
	if (!concerned(w, f))
		f->number = 0;
}

static int
by_score(const void *a, const void *b)
{
	const struct suspect *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (x->opened != y->opened)
		return x->opened < y->opened ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void
rank(struct work *w)
{
	struct evidence *out = w->out;
	int subjects = 0;
	size_t i;

	for (i = 0; i < w->n; i++)
		subjects += w->v[i].same_subject;
	out->v = arena_calloc(w->arena, w->n, sizeof(*out->v));
	for (i = 0; i < w->n; i++) {
		weigh_number(w, &w->v[i]);
		add_up(w, &w->v[i], subjects);
		out->v[out->n++] = w->v[i].s;
	}
	if (out->n > 1)
		qsort(out->v, out->n, sizeof(*out->v), by_score);
}

/* --- The whole --- */

static const struct party *
main_party(const struct placing *in)
{
	size_t i;

	if (party_is_other(&in->from))
		return &in->from;
	for (i = 0; i < in->other_count; i++)
		if (party_is_other(&in->others[i]))
			return &in->others[i];
	return NULL;
}

static void
ignore_names(struct work *w, struct bag *b)
{
	const struct placing *in = w->in;
	size_t i;

	if (in->from.name != NULL && in->from.owner)
		bag_ignore(b, w->words, slice_of(in->from.name));
	for (i = 0; i < in->other_count; i++)
		if (in->others[i].owner && in->others[i].name != NULL)
			bag_ignore(b, w->words, slice_of(in->others[i].name));
	if (w->out->main != NULL)
		bag_ignore_name(b, w->words, w->out->main->name);
}

/* What the message says of its case, and what of another one.  Of what is
 * unread all may lead to a case: then it is read. */
static void
split_self(struct work *w, char **about, char **apart)
{
	const struct placing *in = w->in;
	const char *text = in->text == NULL ? "" : in->text;
	char *own = arena_strndup(w->arena, text, strnlen(text, OWN_MOST));

	*about = own;
	*apart = NULL;
	if (!in->unread)
		words_split(
		    w->arena, w->words, own, about, apart, &w->out->denied);
	w->out->numbers = own_numbers(w->arena, in, *about, *apart);
}

static void
read_self(struct work *w, const char *about, const char *apart)
{
	const struct placing *in = w->in;
	int part;

	for (part = 0; part < PARTS; part++) {
		w->bag[part] = bag_new(w->arena);
		ignore_names(w, w->bag[part]);
	}
	bag_add(w->bag[ABOUT], w->words, slice_of(in->subject));
	bag_add(w->bag[ABOUT], w->words, slice_of(about));
	w->out->print = bag_print(w->bag[ABOUT], w->arena);
	bag_add(w->bag[ABOUT], w->words, slice_of(in->comment));
	bag_add(w->bag[COMMENT], w->words, slice_of(in->comment));
	bag_add(w->bag[APART], w->words, slice_of(apart));
	w->subject =
	    w->out->note ? "" : thread_subject(w->arena, w->words, in->subject);
}

static int
find_suspects(struct work *w, const char *about, struct err *err)
{
	bool known;

	if (follow_ids(w, err) < 0 || follow_twin(w, err) < 0 ||
	    follow_numbers(w, about, err) < 0 || follow_domains(w, err) < 0)
		return -1;
	known = any_known(w);
	if (!known && follow_names(w, about, err) < 0)
		return -1;
	if (!known && w->out->note)
		return follow_living(w, err);
	if (w->company_speaks && !w->in->bulk)
		return follow_announced(w, !known, err);
	return 0;
}

static struct work
work_begin(struct store *s, int64_t owner, struct arena *a,
    const struct thread_words *words, const struct placing *in,
    struct evidence *out)
{
	struct work w = {
	    .store = s,
	    .owner = owner,
	    .arena = a,
	    .words = words,
	    .in = in,
	    .out = out,
	    .until = in->sent == 0 ? INT64_MAX : in->sent,
	};

	memset(out, 0, sizeof(*out));
	out->main = main_party(in);
	out->note = out->main == NULL;
	w.company_speaks = party_is_other(&in->from);
	return w;
}

static int
weigh_suspects(struct work *w, struct err *err)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (read_case(w, &w->v[i], err) < 0)
			return -1;
	share_words(w);
	find_receipt(w);
	find_only(w);
	find_denied(w);
	rank(w);
	return 0;
}

int
evidence_gather(struct store *s, int64_t owner, struct arena *a,
    const struct thread_words *words, const struct placing *in,
    struct evidence *out, struct err *err)
{
	struct work w = work_begin(s, owner, a, words, in, out);
	char *about, *apart;

	split_self(&w, &about, &apart);
	if (find_suspects(&w, about, err) < 0)
		return -1;
	out->suspects = w.n;
	if (in->unread)
		return 0;
	read_self(&w, about, apart);
	return weigh_suspects(&w, err);
}

void
evidence_self(struct arena *a, const struct thread_words *words,
    const struct placing *in, struct evidence *out)
{
	struct work w = work_begin(NULL, 0, a, words, in, out);
	char *about, *apart;

	split_self(&w, &about, &apart);
	read_self(&w, about, apart);
}
