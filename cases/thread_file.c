/*
 * The doing half of thread.h: a message goes into its case, which learns its
 * numbers, names and domains from it, and earlier mail may follow.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cases/again.h"
#include "cases/case.h"
#include "cases/company.h"
#include "cases/event.h"
#include "cases/evidence.h"
#include "cases/naming.h"
#include "cases/number.h"
#include "cases/obligation.h"
#include "cases/store.h"
#include "cases/thread.h"
#include "cases/words.h"

enum {
	JOINED_MOST = 5, /* earlier mails that one can explain; cases, too */
	AGAIN_MOST = 20, /* unfiled mails that one late mail can place */
	TOLD_BEFORE = 14 * 24 * 60 * 60 /* what a complaint is about */
};

struct filing {
	struct store *store;
	int64_t owner;
	struct arena *arena;
	const struct thread_words *words;
	const struct placing *in;
	struct placement *p;
	struct change *change;
	int64_t now;
};

static int
add_id(struct filing *f, const char *id, const char *role, struct err *err)
{
	if (id == NULL || *id == '\0')
		return 0;
	return STORE_RUN(f->store, err, SQL_MAIL_ID_ADD, sql_int(f->owner),
	    sql_text(id), sql_int(f->in->message), sql_text(role));
}

static int
add_ids(struct filing *f, struct err *err)
{
	size_t i;

	if (add_id(f, f->in->message_id, "is", err) < 0 ||
	    add_id(f, f->in->original_id, "is", err) < 0)
		return -1;
	/* Nobody asks for the others of a newsletter that is not filed. */
	if (f->in->unread)
		return 0;
	for (i = 0; i < f->in->references.n; i++)
		if (add_id(f, f->in->references.v[i], "refers", err) < 0)
			return -1;
	return add_id(f, f->in->twin, "twin", err);
}

/* The digits alone are how people write a number: "790355". */
static const char *
digits_of(struct arena *a, const char *plain)
{
	size_t n, best = 0, at = 0, i;

	for (i = 0; plain[i] != '\0'; i += n > 0 ? n : 1) {
		n = strspn(plain + i, "0123456789");
		if (n > best) {
			best = n;
			at = i;
		}
	}
	return best >= 5 ? arena_strndup(a, plain + at, best) : NULL;
}

static int
add_numbers(struct filing *f, struct err *err)
{
	struct strings s = f->p->numbers;
	const char *forms[2];
	size_t i, j;

	for (i = 0; i < s.n; i++) {
		forms[0] = number_plain(f->arena, s.v[i]);
		forms[1] = digits_of(f->arena, forms[0]);
		for (j = 0; j < 2; j++)
			if (forms[j] != NULL && forms[j][0] != '\0' &&
			    STORE_RUN(f->store, err, SQL_REFERENCE_ADD,
				sql_int(f->owner), sql_text(forms[j]),
				sql_int(f->in->message),
				sql_int((int64_t)(2 * i + j)),
				sql_text(s.v[i])) < 0)
				return -1;
	}
	return 0;
}

static int
add_party(struct filing *f, const struct party *party, const char *role,
    struct err *err)
{
	if (!party_is_other(party))
		return 0;
	return STORE_RUN(f->store, err, SQL_PARTY_ADD, sql_int(f->owner),
	    sql_int(f->in->message), sql_text(party->addr),
	    sql_text(party->domain),
	    sql_text(thread_name(f->arena, f->words, f->in, party)),
	    sql_text(role), sql_int(party->machine));
}

static int
add_parties(struct filing *f, struct err *err)
{
	bool theirs = party_is_other(&f->in->from);
	size_t i;

	/* Placed again it may be a stranger's no more. */
	if (STORE_RUN(f->store, err, SQL_PARTIES_DROP, sql_int(f->owner),
		sql_int(f->in->message)) < 0)
		return -1;
	if (add_party(
		f, &f->in->from, f->p->stranger ? "stranger" : "from", err) < 0)
		return -1;
	for (i = 0; i < f->in->other_count; i++)
		if (add_party(f, &f->in->others[i], theirs ? "cc" : "to", err) <
		    0)
			return -1;
	return 0;
}

/* So that who is announced ("Marlow Adjusters act for us") is found. */
static int
add_names(struct filing *f, struct err *err)
{
	const struct token *t;
	struct bag *names;
	size_t i;

	if (!party_is_other(&f->in->from) || f->in->bulk)
		return 0;
	names = words_names(f->arena, f->words, slice_of(f->in->text));
	for (i = 0; (t = bag_at(names, i)) != NULL; i++)
		if (STORE_RUN(f->store, err, SQL_NAME_ADD, sql_int(f->owner),
			sql_text(t->text), sql_int(f->in->message)) < 0)
			return -1;
	return 0;
}

/* What a mail teaches is part of an event only when that can be undone. */
static struct change *
again_change(const struct filing *f)
{
	return f->in->again == NULL ? NULL : f->in->again->change;
}

static int
find_or_add_company(struct filing *f, int64_t *company, struct err *err)
{
	if (company_of_domain(f->store, f->owner, f->p->company,
		f->p->company_name, f->in->message, again_change(f), company,
		err) < 0)
		return -1;
	if (!party_is_other(&f->in->from) || f->in->from.freemail)
		return 0;
	return company_add_alias(f->store, f->owner, f->in->from.domain,
	    *company, f->in->message, again_change(f), err);
}

static int
open_case(struct filing *f, struct err *err)
{
	const char *title = thread_title(f->arena, f->words, f->in->subject);
	int64_t company, number;

	if (find_or_add_company(f, &company, err) < 0)
		return -1;
	if (f->in->again != NULL)
		number = again_number(f->in->again);
	else if (store_number(f->store, f->owner, "case", &number, err) < 0)
		return -1;
	/* Which number it keeps is not known before all are placed. */
	if (f->in->again != NULL &&
	    change_touch(f->change, TABLE_CASE, number, 0, err) < 0)
		return -1;
	f->p->number = (int)number;
	return STORE_RUN(f->store, err, SQL_CASE_PUT, sql_int(f->owner),
	    sql_int(number), sql_int(company),
	    sql_text(title[0] == '\0' ? "(no subject)" : title),
	    sql_text(f->in->region), sql_int(f->in->date.utc),
	    sql_int(f->in->date.offset), sql_null(), sql_null(), sql_int(0),
	    sql_int(0), sql_int(0), sql_null(), sql_null());
}

/*
 * A domain that the owner writes to, of the same name as the company, is one
 * of its own from now on.
 */
static int
learn_alias(struct filing *f, const struct party *party, struct err *err)
{
	struct rows *r;
	const char *theirs = NULL, *ours;
	int64_t company = 0;

	if (!party_is_other(party) || party->freemail || party->name == NULL)
		return 0;
	r = STORE_QUERY(f->store, SQL_CASE_COMPANY, sql_int(f->owner),
	    sql_int(f->p->number));
	if (rows_next(r)) {
		company = rows_int(r, 0);
		theirs = rows_text(r, 1, f->arena);
	}
	if (rows_end(r, err) < 0)
		return -1;
	ours = words_name(f->arena, f->words, party->name);
	theirs = words_name(f->arena, f->words, theirs == NULL ? "" : theirs);
	if (company == 0 || ours == NULL || theirs == NULL ||
	    strcmp(ours, theirs) != 0)
		return 0;
	return company_add_alias(f->store, f->owner, party->domain, company,
	    f->in->message, again_change(f), err);
}

/* A company that was known by its domain alone may now say its name. */
static int
learn_name(struct filing *f, struct err *err)
{
	const struct party *from = &f->in->from;
	const char *name = thread_name(f->arena, f->words, f->in, from);
	int64_t company;

	if (!party_is_other(from) || f->p->stranger || name == NULL)
		return 0;
	if (STORE_INT(f->store, err, 0, &company, SQL_ALIAS_GET,
		sql_int(f->owner), sql_text(from->domain)) < 0)
		return -1;
	return company_fill_name(
	    f->store, f->owner, company, name, f->in->message, err);
}

static int
learn_aliases(struct filing *f, struct err *err)
{
	size_t i;

	if (!f->in->from.owner)
		return learn_name(f, err);
	for (i = 0; i < f->in->other_count; i++)
		if (learn_alias(f, &f->in->others[i], err) < 0)
			return -1;
	return 0;
}

/* What stays unfiled is on no case's timeline. */
static int
touch_message(struct filing *f, int64_t message, struct err *err)
{
	return f->p->number == 0
		   ? 0
		   : change_touch(f->change, TABLE_MESSAGE, message, 0, err);
}

static struct value
place_value(const struct filing *f)
{
	return f->p->number == 0 ? sql_null() : sql_int(f->p->number);
}

/* By which other message it was moved. */
static struct value
cause_value(const struct filing *f, int64_t message)
{
	int64_t cause =
	    message == f->in->message ? f->in->cause : f->in->message;

	return cause == 0 ? sql_null() : sql_int(cause);
}

static int
put_message(struct filing *f, int64_t message, const char *by, const char *why,
    struct err *err)
{
	if (touch_message(f, message, err) < 0)
		return -1;
	return STORE_RUN(f->store, err, SQL_MESSAGE_PLACED, sql_int(f->owner),
		   sql_int(message), place_value(f), sql_text(by),
		   sql_text(why), cause_value(f, message)) < 0
		   ? -1
		   : 0;
}

static int
add_candidates(struct filing *f, struct err *err)
{
	size_t i;

	if (STORE_RUN(f->store, err, SQL_CANDIDATES_DROP, sql_int(f->owner),
		sql_int(f->in->message)) < 0)
		return -1;
	for (i = 0; i < f->p->candidate_count; i++)
		if (STORE_RUN(f->store, err, SQL_CANDIDATE_ADD,
			sql_int(f->owner), sql_int(f->in->message),
			sql_int(f->p->candidates[i].number),
			sql_int(f->p->candidates[i].score),
			sql_text(f->p->candidates[i].why)) < 0)
			return -1;
	return 0;
}

/* --- Earlier mail that only now leads somewhere --- */

static int
join(struct filing *f, int64_t message, const char *by, const char *why,
    struct err *err)
{
	struct placement *p = f->p;

	if (put_message(f, message, by, why, err) < 0)
		return -1;
	p->joined = arena_grow(
	    f->arena, p->joined, p->joined_count, sizeof(*p->joined));
	p->joined[p->joined_count++] = message;
	return 0;
}

static int
join_rows(struct filing *f, struct rows *r, const char *why, struct err *err)
{
	while (rows_next(r))
		if (join(f, rows_int(r, 0), "references", why, err) < 0)
			rows_fail(r, err);
	return rows_end(r, err);
}

static int
join_by_id(struct filing *f, const char *id, const char *role, struct err *err)
{
	if (id == NULL)
		return 0;
	return join_rows(f,
	    STORE_QUERY(f->store, SQL_UNFILED_BY_ID, sql_int(f->owner),
		sql_text(id), sql_text(role), sql_int(f->in->message)),
	    "is answered in this case", err);
}

/* A number that stands below each of a company's mails, or on each of its
 * bills, leads none of them anywhere. */
static bool
is_account(const struct filing *f, const char *number)
{
	return f->in->text != NULL &&
	       words_account(f->words, slice_of(f->in->text), number);
}

/* It is the company's by its domain, or has its name, which the owner believes
 * who writes of that number; or it is the owner's note. */
static bool
is_company(const struct filing *f, const char *domain, const char *name)
{
	const char *ours = f->p->company_name;

	if (domain == NULL || strcmp(domain, f->p->company) == 0)
		return true;
	if (!f->in->from.owner || ours == NULL || name == NULL)
		return false;
	ours = words_name(f->arena, f->words, ours);
	name = words_name(f->arena, f->words, name);
	return ours != NULL && name != NULL && strcmp(ours, name) == 0;
}

static int
join_by_number(struct filing *f, const char *number, struct err *err)
{
	struct rows *r = STORE_QUERY(f->store, SQL_UNFILED_BY_NUMBER,
	    sql_int(f->owner), sql_text(number_plain(f->arena, number)),
	    sql_int(f->in->message));
	int64_t message, last = 0;

	while (rows_next(r)) {
		message = rows_int(r, 0);
		if (message == last || !is_company(f, rows_text(r, 1, f->arena),
					   rows_text(r, 2, f->arena)))
			continue;
		if (join(f, message, "references",
			"names a number of this case", err) < 0)
			rows_fail(r, err);
		last = message;
	}
	return rows_end(r, err);
}

static int
join_by_numbers(struct filing *f, struct err *err)
{
	struct strings s = f->p->numbers;
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is_account(f, s.v[i]) &&
		    join_by_number(f, s.v[i], err) < 0)
			return -1;
	return 0;
}

/* What the owner complains of the company may have told before: "I must cancel
 * your stay".  A mail that gives a number goes by that. */
static int
join_by_words(struct filing *f, struct err *err)
{
	const struct placing *in = f->in;
	struct rows *r;
	const char *subject;

	if (f->p->by != PLACED_NEW || !in->from.owner || in->forwarded)
		return 0;
	r = STORE_QUERY(f->store, SQL_UNFILED_BEFORE, sql_int(f->owner),
	    sql_text(f->p->company), sql_int(in->sent - TOLD_BEFORE),
	    sql_int(in->sent), sql_int(JOINED_MOST));
	while (rows_next(r)) {
		subject = rows_text(r, 1, f->arena);
		if (words_routine(f->words, subject) ||
		    !evidence_same_matter(f->arena, f->words, in, subject,
			rows_bytes(r, 2, f->arena)))
			continue;
		if (join(f, rows_int(r, 0), "words",
			"told what this case is about", err) < 0)
			rows_fail(r, err);
	}
	return rows_end(r, err);
}

/* Cases that were opened for want of this mail become part of its own. */
static int
absorb_rows(struct filing *f, struct rows *r, const char *why, struct err *err)
{
	int numbers[JOINED_MOST];
	size_t i, n = 0;

	while (n < JOINED_MOST && rows_next(r))
		numbers[n++] = (int)rows_int(r, 0);
	if (rows_end(r, err) < 0)
		return -1;
	for (i = 0; i < n; i++)
		if (STORE_RUN(f->store, err, SQL_MESSAGES_MOVED,
			sql_int(f->owner), sql_int(numbers[i]),
			sql_int(f->in->message)) < 0 ||
		    case_absorb(f->change, f->p->number, numbers[i], why, err) <
			0)
			return -1;
	return 0;
}

static int
absorb_by_id(struct filing *f, const char *id, struct err *err)
{
	if (id == NULL)
		return 0;
	return absorb_rows(f,
	    STORE_QUERY(f->store, SQL_OPENED_BY_ID, sql_int(f->owner),
		sql_text(id), sql_int(f->p->number)),
	    "answers a mail of this case, which came later", err);
}

/* By a number that the case did not have before. */
static int
absorb_by_numbers(struct filing *f, struct err *err)
{
	struct strings s = f->p->numbers;
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is_account(f, s.v[i]) &&
		    absorb_rows(f,
			STORE_QUERY(f->store, SQL_OPENED_BY_NUMBER,
			    sql_int(f->owner),
			    sql_text(number_plain(f->arena, s.v[i])),
			    sql_int(f->p->number), sql_int(f->in->date.utc),
			    sql_int(f->in->message)),
			"names a number of this case, which came later",
			err) < 0)
			return -1;
	return 0;
}

static int
absorb_later(struct filing *f, struct err *err)
{
	if (f->p->by == PLACED_NEW || f->p->by == PLACED_OWNER)
		return 0;
	if (absorb_by_id(f, f->in->message_id, err) < 0 ||
	    absorb_by_id(f, f->in->original_id, err) < 0)
		return -1;
	return absorb_by_numbers(f, err);
}

/* A stranger's mail draws nothing else into a case. */
static int
join_earlier(struct filing *f, struct err *err)
{
	size_t i;

	if (f->p->stranger || f->in->bulk)
		return 0;
	for (i = 0; i < f->in->references.n; i++)
		if (join_by_id(f, f->in->references.v[i], "is", err) < 0)
			return -1;
	if (join_by_id(f, f->in->message_id, "refers", err) < 0 ||
	    join_by_id(f, f->in->original_id, "refers", err) < 0)
		return -1;
	if (f->in->twin != NULL && f->in->forwarded &&
	    join_rows(f,
		STORE_QUERY(f->store, SQL_UNFILED_BY_ID, sql_int(f->owner),
		    sql_text(f->in->twin), sql_text("twin"),
		    sql_int(f->in->message)),
		"was forwarded too", err) < 0)
		return -1;
	if (absorb_later(f, err) < 0)
		return -1;
	if (f->p->company == NULL)
		return 0;
	return join_by_numbers(f, err) < 0 ? -1 : join_by_words(f, err);
}

/* --- The message itself --- */

/* "apology,delay" */
static char *
names_of(struct arena *a, const struct signal_found *v, size_t n)
{
	struct buf b = {0};
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i == 0 ? "" : ",", v[i].name);
	return b.len == 0 ? NULL : buf_keep(&b, a);
}

/* What was found in it, and its words, by which later mail is placed: values
 * for a statement. */
enum { FOUND = 7 };

static void
found_values(struct filing *f, struct value v[FOUND])
{
	static const struct findings nothing;
	const struct findings *found =
	    f->in->findings == NULL ? &nothing : f->in->findings;

	v[0] = sql_text(found->agent);
	v[1] =
	    sql_text(names_of(f->arena, found->signals, found->signal_count));
	v[2] = sql_text(names_of(f->arena, found->manner, found->manner_count));
	v[3] = sql_text(thread_subject(f->arena, f->words, f->in->subject));
	v[4] = sql_bytes(f->p->print);
	v[5] = sql_int(findings_promise_reply(found));
	v[6] = sql_text(findings_signal(found, "resolution")
			    ? findings_done(f->arena, found, f->in->text)
			    : NULL);
}

static int
add_found(struct filing *f, struct err *err)
{
	struct value v[FOUND];

	found_values(f, v);
	return STORE_RUN(f->store, err, SQL_MESSAGE_FOUND, sql_int(f->owner),
	    sql_int(f->in->message), v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
}

/* Placed and read in one; what is unread leaves nothing but its place. */
static int
put_self(struct filing *f, struct err *err)
{
	const struct placement *p = f->p;
	int64_t message = f->in->message;
	struct value v[FOUND];

	if (f->in->unread)
		return put_message(
		    f, message, placed_by_name(p->by), p->why, err);
	if (touch_message(f, message, err) < 0)
		return -1;
	found_values(f, v);
	return STORE_RUN(f->store, err, SQL_MESSAGE_FILE, sql_int(f->owner),
	    sql_int(message), place_value(f), sql_text(placed_by_name(p->by)),
	    sql_text(p->why), cause_value(f, message), v[0], v[1], v[2], v[3],
	    v[4], v[5], v[6]);
}

/* All by which later mail finds it. */
static int
remember(struct filing *f, struct err *err)
{
	if (add_ids(f, err) < 0 || add_numbers(f, err) < 0 ||
	    add_parties(f, err) < 0)
		return -1;
	return add_names(f, err);
}

static int
file_message(struct filing *f, struct err *err)
{
	if (f->in->again != NULL)
		f->change = f->in->again->change;
	if (f->p->by == PLACED_NEW && open_case(f, err) < 0)
		return -1;
	if (f->change == NULL) {
		f->change = change_begin(f->store, f->owner, f->arena,
		    f->p->number, ACTOR_MAIL,
		    f->p->by == PLACED_NEW ? "opened" : "filed", f->now);
		change_message(f->change, f->in->message);
	}
	if (put_self(f, err) < 0 || remember(f, err) < 0 ||
	    add_candidates(f, err) < 0)
		return -1;
	if (f->p->number == 0)
		return 0;
	return learn_aliases(f, err) < 0 ? -1 : join_earlier(f, err);
}

int
thread_read(struct store *s, int64_t owner, struct arena *a,
    const struct thread_words *words, const struct placing *in, struct err *err)
{
	struct evidence e;
	struct placement p = {.by = PLACED_OWNER};
	struct filing f = {
	    .store = s,
	    .owner = owner,
	    .arena = a,
	    .words = words,
	    .in = in,
	    .p = &p,
	};

	evidence_self(a, words, in, &e);
	p.numbers = e.numbers;
	p.print = e.print;
	return add_found(&f, err) < 0 ? -1 : remember(&f, err);
}

int
thread_unfiled_after(struct store *s, int64_t owner, struct arena *a,
    int case_number, int64_t date, int64_t **messages, size_t *n,
    struct err *err)
{
	struct rows *r = STORE_QUERY(s, SQL_UNFILED_LATER, sql_int(owner),
	    sql_int(case_number), sql_int(date), sql_int(AGAIN_MOST));

	*messages = NULL;
	*n = 0;
	while (rows_next(r)) {
		*messages = arena_grow(a, *messages, *n, sizeof(**messages));
		(*messages)[(*n)++] = rows_int(r, 0);
	}
	return rows_end(r, err);
}

int
thread_file(struct store *s, int64_t owner, struct arena *a,
    const struct thread_words *words, const struct placing *in,
    struct placement *p, int64_t now, struct err *err)
{
	struct filing f = {
	    .store = s,
	    .owner = owner,
	    .arena = a,
	    .words = words,
	    .in = in,
	    .p = p,
	    .now = now,
	};

	if (file_message(&f, err) < 0)
		return -1;
	if (p->number == 0 || in->again != NULL)
		return 0;
	return change_end(f.change, p->why, NULL, err);
}
