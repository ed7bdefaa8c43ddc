/*
 * See evidence.h.  Suspects are found (suspects.c), what was said in each is
 * read, and that is weighed (weigh.c).
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cases/naming.h"
#include "cases/number.h"
#include "cases/opening.h"
#include "cases/phrase.h"
#include "cases/weighing.h"

enum {
	ROUTINE = -5, /* points of a dispute that make it everyday mail */
	OWN_MOST = 8000, /* bytes of the message itself that are weighed */
	SIGNATURE_MOST = 60, /* bytes beside a name */
};

/* --- What was said in each case --- */

/* alone: a machine's mail, or the owner's note to himself, which asks for no
 * answer and is none. */
static void
note_dates(struct file *f, enum direction d, int64_t date, bool alone)
{
	if (date > f->last)
		f->last = date;
	if (d == FROM_OWNER && !alone && date > f->last_owner)
		f->last_owner = date;
	if (d == FROM_COMPANY && date > f->last_company)
		f->last_company = date;
	if (d == FROM_COMPANY && !alone && date > f->last_answer)
		f->last_answer = date;
}

/* The owner has put a mail of this sender there himself. */
static bool
is_taught(const struct work *w, struct rows *r)
{
	const char *addr = rows_text(r, 4, w->arena);

	return w->company_speaks && addr != NULL &&
	       strcasecmp(addr, w->in->from.addr) == 0;
}

/* A help desk puts its own words around the owner's subject; and who has begun
 * with "Crown" goes on with "New post for the crown". */
static bool
repeats(const struct work *w, const char *subject)
{
	return subject != NULL && strlen(subject) < strlen(w->subject) &&
	       !words_bland(w->words, subject,
		   w->out->main == NULL ? NULL : w->out->main->name,
		   w->in->owner_name) &&
	       phrase_mentioned(slice_of(w->subject), subject);
}

/* What its mails are about, as they say themselves. */
static void
meet_title(struct work *w, struct file *f, const char *subject)
{
	struct bag *title = bag_new(w->arena);
	const struct token *t;
	size_t i;

	bag_add(title, w->words, slice_of(subject));
	for (i = 0; (t = bag_at(w->bag[ABOUT], i)) != NULL; i++)
		if (bag_find(title, t->text) != NULL)
			f->titled[i] = true;
	title = bag_new(w->arena);
	bag_add_common(title, w->words, slice_of(subject));
	for (i = 0; (t = bag_at(w->plain, i)) != NULL; i++)
		if (bag_find(title, t->text) != NULL)
			f->headed[i] = true;
}

/* A company that begins two mails alike may do so with all. */
static bool
is_template(const struct work *w, enum direction d)
{
	return w->company_speaks && d == FROM_COMPANY &&
	       !words_replies(w->words, w->in->subject);
}

static void
read_message(struct work *w, struct file *f, struct rows *r)
{
	enum direction d = direction_of(rows_text(r, 0, w->arena));
	const char *subject = rows_text(r, 2, w->arena);
	struct slice print = rows_bytes(r, 3, w->arena);
	bool named = false;
	int part;

	if (d != FROM_COMMAND && repeats(w, subject)) {
		f->same_subject = true;
		f->echo = f->echo || (d == FROM_OWNER && w->company_speaks &&
					 rows_int(r, 1) >= f->last_owner);
	}
	note_dates(f, d, rows_int(r, 1), rows_int(r, 5) + rows_int(r, 6) != 0);
	bag_meet(w->sender, print, &named);
	f->announced = f->announced || named;
	if (subject != NULL && d != FROM_COMMAND && w->subject[0] != '\0' &&
	    strcmp(subject, w->subject) == 0) {
		if (is_template(w, d))
			f->same_template = true;
		else
			f->same_subject = true;
		f->taught = f->taught || is_taught(w, r);
	}
	if (subject != NULL && d != FROM_COMMAND)
		meet_title(w, f, subject);
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

static bool
has_tag(const char *addr)
{
	return memchr(addr, '+', strcspn(addr, "@")) != NULL;
}

static void
meet_address(struct work *w, struct file *f, const char *addr)
{
	const struct placing *in = w->in;
	size_t i;

	if (w->company_speaks && strcmp(addr, in->from.addr) == 0)
		f->s.met = true;
	for (i = 0; i < in->other_count; i++) {
		if (!party_is_other(&in->others[i]) ||
		    strcmp(addr, in->others[i].addr) != 0)
			continue;
		f->s.met = true;
		f->own_desk = f->own_desk || has_tag(addr);
		f->both = f->both || (!w->company_speaks &&
					 strcmp(in->others[i].domain,
					     w->out->main->domain) != 0);
	}
}

/* False when it is one of them; NULL is none. */
static bool
add_new(struct arena *a, struct strings *list, const char *text)
{
	if (text == NULL || strings_have(list, text))
		return false;
	strings_add(a, list, text);
	return true;
}

/* Each mail has them again. */
static int
read_parties(struct work *w, struct file *f, struct bag *names, struct err *err)
{
	struct rows *r = STORE_QUERY(w->store, SQL_THREAD_PARTIES,
	    sql_int(w->owner), sql_int(f->s.number), sql_int(w->until));
	struct strings seen = {NULL, 0};

	while (rows_next(r)) {
		const char *name = rows_text(r, 1, w->arena);

		if (add_new(w->arena, &seen, name))
			bag_ignore_name(names, w->arena, w->words, name);
		meet_address(w, f, rows_text(r, 0, w->arena));
		meet_domain(
		    w, f, rows_text(r, 2, w->arena), rows_int(r, 3) != 0);
	}
	return rows_end(r, err);
}

/* By whom a number of the case was given: SQL_THREAD_NUMBERS. */
enum { BY_OTHERS, BY_OWNER, BY_THEM, BY_THEM_ANSWERING };

/* An ombudsman who only names the company counts for himself. */
static bool
has_series(const struct work *w, const struct file *f)
{
	return !w->company_speaks || !f->mentioned || f->s.known || f->s.alike;
}

/* For each shape of number that both have, one must be the same.  Those that
 * another party gave are of another series. */
static int
read_numbers(struct work *w, struct file *f, struct err *err)
{
	struct rows *r = STORE_QUERY(w->store, SQL_THREAD_NUMBERS,
	    sql_int(w->owner), sql_int(f->s.number), sql_int(w->until),
	    sql_text(w->out->main == NULL ? NULL : w->out->main->domain));
	struct strings theirs = {NULL, 0}, others = {NULL, 0};
	const char *mine, *shape;
	size_t i, j;
	bool same, equal;

	while (rows_next(r)) {
		int by = (int)rows_int(r, 1);

		f->numbered = f->numbered || by >= BY_THEM;
		f->answered = f->answered || by == BY_THEM_ANSWERING;
		(void)add_new(w->arena, by == BY_OTHERS ? &others : &theirs,
		    rows_text(r, 0, w->arena));
	}
	for (i = 0; i < w->out->numbers.n; i++) {
		mine = number_plain(w->arena, w->out->numbers.v[i]);
		shape = number_shape(w->arena, mine);
		same = false;
		equal = strings_have(&others, mine);
		for (j = 0; j < theirs.n; j++) {
			equal = equal || strcmp(mine, theirs.v[j]) == 0;
			same =
			    same || strcmp(number_shape(w->arena, theirs.v[j]),
					shape) == 0;
		}
		if (equal)
			break;
		f->rival = f->rival || (same && has_series(w, f));
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

/* Nothing is met yet. */
static void
begin_meeting(const struct work *w, struct file *f)
{
	int part;

	for (part = 0; part < PARTS; part++)
		f->met[part] = arena_calloc(w->arena,
		    bag_size(w->bag[part]) + 1, sizeof(*f->met[part]));
	f->titled = arena_calloc(
	    w->arena, bag_size(w->bag[ABOUT]) + 1, sizeof(*f->titled));
	f->headed =
	    arena_calloc(w->arena, bag_size(w->plain) + 1, sizeof(*f->headed));
}

static int
read_messages(struct work *w, struct file *f, struct err *err)
{
	struct rows *r = STORE_QUERY(w->store, SQL_THREAD_MESSAGES,
	    sql_int(w->owner), sql_int(f->s.number), sql_int(w->until));

	begin_meeting(w, f);
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
	    read_parties(w, f, names, err) < 0 ||
	    (w->out->numbers.n > 0 && read_numbers(w, f, err) < 0) ||
	    read_messages(w, f, err) < 0)
		return -1;
	for (part = 0; part < PARTS; part++)
		bag_unmeet(w->bag[part], names, f->met[part]);
	bag_unmeet(w->bag[ABOUT], names, f->titled);
	return 0;
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

/* What the owner signs with beside his name says who he is: "Anna Bell, flat
 * 4". */
static void
ignore_signature(struct work *w, struct bag *b)
{
	struct slice rest = slice_of(w->in->text), line;
	const char *name =
	    w->in->owner_name != NULL ? w->in->owner_name : w->in->from.name;
	size_t n;

	while (w->in->from.owner && name != NULL && slice_line(&rest, &line)) {
		n = phrase_covers(line, name);
		if (n > 0 && line.len - n <= SIGNATURE_MOST)
			bag_ignore(b, w->words, line);
	}
}

/* What tells nothing in this message. */
static struct bag *
ignored_names(struct work *w)
{
	const struct placing *in = w->in;
	struct bag *b = bag_new(w->arena);
	struct slice greeted;
	bool greets;
	size_t i;

	if (in->owner_name != NULL)
		bag_ignore(b, w->words, slice_of(in->owner_name));
	if (in->from.name != NULL && in->from.owner)
		bag_ignore(b, w->words, slice_of(in->from.name));
	for (i = 0; i < in->other_count; i++)
		if (in->others[i].owner && in->others[i].name != NULL)
			bag_ignore(b, w->words, slice_of(in->others[i].name));
	if (w->out->main != NULL)
		bag_ignore_name(b, w->arena, w->words, w->out->main->name);
	ignore_signature(w, b);
	/* However the owner is called there. */
	greeted = opening_greeted(w->words, w->body, &greets);
	if (w->company_speaks && greets)
		bag_ignore(b, w->words, greeted);
	for (i = 0; i < w->others.n; i++)
		bag_ignore(b, w->words, slice_of(w->others.v[i]));
	for (i = 0; i < w->out->numbers.n; i++)
		if (words_account(
			w->words, slice_of(w->body), w->out->numbers.v[i]))
			bag_ignore(b, w->words, slice_of(w->out->numbers.v[i]));
	return b;
}

/* What stands below every mail of a company tells nothing. */
static void
split_body(struct work *w)
{
	const struct placing *in = w->in;
	const char *text = in->text == NULL ? "" : in->text;
	size_t n = strnlen(text, OWN_MOST);
	bool fresh;

	if (in->findings != NULL && in->findings->body_end > 0 &&
	    in->findings->body_end < n)
		n = in->findings->body_end;
	w->body = w->apart = arena_strndup(w->arena, text, n);
	if (!in->unread)
		words_split(
		    w->arena, w->words, w->body, &w->body, &w->apart, &fresh);
}

/* The owner asks for a case of its own. */
static void
split_comment(struct work *w)
{
	char *about, *apart;
	bool fresh = false;

	if (w->in->comment != NULL)
		words_split(
		    w->arena, w->words, w->in->comment, &about, &apart, &fresh);
	w->out->denied = w->out->denied || fresh;
}

/* Who begins another matter in an answer has left its subject as it was: that
 * tells, and numbers, the old one. */
static void
drop_inherited(struct work *w)
{
	struct placing *own;

	if (!w->out->denied || !words_replies(w->words, w->in->subject))
		return;
	own = arena_alloc(w->arena, sizeof(*own));
	*own = *w->in;
	own->subject = "";
	w->in = own;
}

/* "Maria Keane", and neither "Acme" nor "Support". */
static bool
is_person(const struct work *w)
{
	const struct party *from = &w->in->from;

	return from->name != NULL && !words_common(w->words, from->name) &&
	       thread_name(w->arena, w->words, w->in, from) == NULL;
}

/* Who answers a complaint may do so under the subject of a survey. */
static void
read_kind(struct work *w)
{
	const struct placing *in = w->in;
	struct evidence *out = w->out;
	enum greeted greeted = opening_greets(w->words, in, w->body);

	out->dispute = opening_points(w->arena, w->words, in, w->body);
	out->elsewhere = w->company_speaks && greeted == GREETED_ANOTHER;
	w->crowd = greeted == GREETED_CROWD || greeted == GREETED_MANY;
	w->person = w->company_speaks && is_person(w);
	w->routine = out->routine =
	    w->company_speaks && !in->forwarded &&
	    (out->dispute <= ROUTINE ||
		(out->dispute < OPENING_ASKED &&
		    words_routine(w->words, in->subject)));
}

static bool
has_number(const char *subject)
{
	struct slice rest = slice_of(subject), number;

	return number_next(&rest, 4, &number);
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
	drop_inherited(w);
	split_comment(w);
	w->out->numbers = suspects_numbers(w->arena, w->in, *about, *apart);
	w->titled = has_number(w->in->subject);
	split_body(w);
	if (!in->unread)
		read_kind(w);
}

static void
read_self(struct work *w)
{
	const struct placing *in = w->in;
	const struct bag *ignored = ignored_names(w);
	int part;

	for (part = 0; part < PARTS; part++)
		w->bag[part] = bag_copy(w->arena, ignored);
	w->sender = bag_new(w->arena);
	if (w->out->main != NULL && w->out->main->name != NULL)
		bag_add(w->sender, w->words,
		    slice_of(
			words_name(w->arena, w->words, w->out->main->name)));
	bag_add(w->bag[ABOUT], w->words, slice_of(in->subject));
	bag_add(w->bag[ABOUT], w->words, slice_of(w->body));
	w->plain = bag_new(w->arena);
	bag_add_common(w->plain, w->words, slice_of(w->body));
	/* Who signs is known to the case, and to the owner's notes. */
	if (w->company_speaks && in->findings != NULL)
		bag_add(w->bag[ABOUT], w->words, slice_of(in->findings->agent));
	w->out->print = bag_print(w->bag[ABOUT], w->arena);
	bag_add(w->bag[ABOUT], w->words, slice_of(in->comment));
	bag_add(w->bag[COMMENT], w->words, slice_of(in->comment));
	bag_add(w->bag[APART], w->words, slice_of(w->apart));
	bag_add(
	    w->bag[TITLE], w->words, slice_of(w->out->note ? "" : in->subject));
	w->subject =
	    w->out->note ? "" : thread_subject(w->arena, w->words, in->subject);
	w->chases = in->from.owner && !w->out->note &&
		    (words_chase(w->words, slice_of(in->subject)) ||
			words_chase(w->words, slice_of(w->body)));
	w->letter =
	    in->from.owner && !in->forwarded && !w->out->note &&
	    !w->out->main->freemail && !w->chases &&
	    (w->to_unfiled || (in->references.n == 0 &&
				  !words_replies(w->words, in->subject)));
	w->bland = words_bland(w->words, w->subject,
	    w->out->main == NULL ? NULL : w->out->main->name, in->owner_name);
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

/* Who says that a new matter begins tells it from others by their numbers. */
static void
drop_denied(struct work *w)
{
	struct strings own = {NULL, 0}, all = w->out->numbers;
	size_t i;

	for (i = 0; w->out->denied && i < w->n; i++)
		if (w->v[i].named != NULL && !w->v[i].in_subject)
			strings_add(w->arena, &w->others, w->v[i].named);
	for (i = 0; i < all.n; i++)
		if (!strings_have(&w->others, all.v[i]))
			strings_add(w->arena, &own, all.v[i]);
	w->out->numbers = own;
}

static int
weigh_suspects(struct work *w, struct err *err)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (read_case(w, &w->v[i], err) < 0)
			return -1;
	weigh(w);
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
	if (suspects_find(&w, about, err) < 0)
		return -1;
	out->suspects = w.n;
	if (in->unread)
		return 0;
	drop_denied(&w);
	read_self(&w);
	return weigh_suspects(&w, err);
}

bool
evidence_same_matter(struct arena *a, const struct thread_words *words,
    const struct placing *in, const char *subject, struct slice print)
{
	struct evidence out;
	struct work w = work_begin(NULL, 0, a, words, in, &out);
	struct file f = {0};
	char *about, *apart;
	int part;

	split_self(&w, &about, &apart);
	read_self(&w);
	w.v = &f;
	w.n = 1;
	begin_meeting(&w, &f);
	if (subject != NULL)
		meet_title(&w, &f, subject);
	for (part = 0; part < PARTS; part++)
		bag_meet(w.bag[part], print, f.met[part]);
	return weigh_words(&w);
}

void
evidence_self(struct arena *a, const struct thread_words *words,
    const struct placing *in, struct evidence *out)
{
	struct work w = work_begin(NULL, 0, a, words, in, out);
	char *about, *apart;

	split_self(&w, &about, &apart);
	read_self(&w);
}
