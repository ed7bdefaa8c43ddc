/*
 * The deciding half of thread.h: which case, by what evidence.c has gathered.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cases/evidence.h"
#include "cases/naming.h"
#include "cases/opening.h"
#include "cases/store.h"
#include "cases/thread.h"
#include "cases/words.h"

/* Points; see evidence.c. */
enum {
	ENOUGH = 20, /* to join a case */
	ENOUGH_DOUBT = 10, /* for the owner to be asked */
	ENOUGH_NOTE = 8, /* for the owner's own note: it is about something */
	ENOUGH_BULK = 55, /* for a newsletter: it must name the case */
	MARGIN = 6, /* the next best must be so much worse */
	MARGIN_NOTE = 4,
	CANDIDATES = 5,
	GREETED = 1, /* points for the owner's name alone, or "I'll ring" */
};

static const char *const placed_names[] = {
    [PLACED_ADDRESS] = "address",
    [PLACED_REFERENCES] = "references",
    [PLACED_NUMBER] = "number",
    [PLACED_SUBJECT] = "subject",
    [PLACED_WORDS] = "words",
    [PLACED_NEW] = "new",
    [PLACED_UNFILED] = "unfiled",
    [PLACED_DOUBT] = "doubt",
    [PLACED_OWNER] = "owner",
};

const char *
placed_by_name(enum placed_by by)
{
	return placed_names[by];
}

enum placed_by
placed_by_of(const char *name)
{
	size_t i;

	for (i = 0;
	     name != NULL && i < sizeof(placed_names) / sizeof(*placed_names);
	     i++)
		if (strcmp(name, placed_names[i]) == 0)
			return (enum placed_by)i;
	return PLACED_UNFILED;
}

/* --- Whether it may open a case --- */

/* A tradesman may write from where anybody can. */
static bool
is_private(struct arena *a, const struct thread_words *words,
    const struct placing *in, const struct party *p)
{
	if (p == &in->from && opening_relative(a, in))
		return true;
	return p->freemail && !words_trade(words, p->addr) &&
	       !words_trade(words, p->name);
}

static bool
has_text(const char *s)
{
	return s != NULL && slice_trim(slice_of(s)).len > 0;
}

static bool
is_person(struct arena *a, const struct thread_words *words,
    const struct placing *in, const struct party *p)
{
	return p->name != NULL && !words_common(words, p->name) &&
	       thread_name(a, words, in, p) == NULL;
}

/* The owner answers, or passes on, somebody of whom nothing is known, or asks a
 * tradesman for a price; and complains of nothing. */
static bool
is_chat(struct arena *a, const struct thread_words *words,
    const struct placing *in, const struct evidence *e)
{
	if (in->from.owner && !in->forwarded && in->references.n == 0)
		return e->dispute < OPENING_ASKED &&
		       words_routine(words, in->subject);
	return e->dispute <= GREETED && is_person(a, words, in, e->main);
}

static bool
may_open(struct arena *a, const struct thread_words *words,
    const struct placing *in, const struct evidence *e)
{
	const struct party *main = e->main;
	size_t numbers =
	    in->findings == NULL ? 0 : in->findings->reference_count;
	bool asked = in->forwarded || in->from.owner;
	bool dispute = e->dispute >= (asked ? OPENING_ASKED : OPENING_ENOUGH);

	if (main == NULL || in->bounce || in->direction == FROM_PROMISED ||
	    in->direction == FROM_COMMAND)
		return false;
	if (in->forwarded && words_mistake(words, in->comment))
		return false;
	if (is_private(a, words, in, main))
		return dispute && asked;
	if (in->forwarded && !dispute && !has_text(in->comment) &&
	    words_advert(words, in->subject))
		return false;
	if (asked)
		return !is_chat(a, words, in, e);
	if (e->routine || e->elsewhere)
		return false;
	if (in->bulk || in->autoreply)
		return numbers > 0 && (dispute || in->autoreply);
	return dispute;
}

/* --- Deciding --- */

static void
set_candidates(
    struct arena *a, struct placement *p, const struct evidence *e, size_t n)
{
	size_t i;

	p->candidates = arena_calloc(a, n, sizeof(*p->candidates));
	for (i = 0; i < n && i < e->n && i < CANDIDATES; i++) {
		p->candidates[i].number = e->v[i].number;
		p->candidates[i].score =
		    e->v[i].score > 100 ? 100 : e->v[i].score;
		p->candidates[i].why = e->v[i].why;
		p->candidate_count++;
	}
}

static size_t
close_seconds(const struct evidence *e)
{
	size_t n = 1;
	int margin = e->note ? MARGIN_NOTE : MARGIN;

	while (n < e->n && e->v[n].score + margin > e->v[0].score)
		n++;
	return n;
}

/* A stranger who answers a mail of the case has read it, but from whom? */
static bool
stranger_wants_in(const struct placing *in, const struct suspect *s)
{
	return s->by == PLACED_REFERENCES && party_is_other(&in->from) &&
	       !in->forwarded && !s->known && !s->alike;
}

/*
 * It stands between mails of several cases: what came too late to keep them
 * together.  Of as many points the oldest case is first.
 */
static bool
is_bridge(const struct evidence *e)
{
	size_t i, n = close_seconds(e);

	for (i = 0; i < n; i++)
		if (e->v[i].by != PLACED_REFERENCES || !e->v[i].known)
			return false;
	return true;
}

static int
enough(const struct placing *in, const struct evidence *e)
{
	if (in->bulk && !in->forwarded)
		return ENOUGH_BULK;
	/* A note with a number of its own tells of something new. */
	if (e->note && e->numbers.n > 0)
		return ENOUGH;
	return e->note ? ENOUGH_NOTE : ENOUGH;
}

static bool
finds(const struct placing *in)
{
	const struct findings *f = in->findings;

	return f != NULL && f->signal_count + f->obligation_count > 0;
}

/*
 * A mail that could be about anything ("Your order", no number) from a company
 * with cases that live is rather about one of them than a new matter.
 */
static bool
tells_nothing(const struct thread_words *words, const struct placing *in,
    const struct evidence *e)
{
	return e->v != NULL && e->n > 0 && !e->denied && e->numbers.n == 0 &&
	       !in->bulk && !e->elsewhere && (e->dispute > 0 || finds(in)) &&
	       e->main == &in->from && e->v[0].known &&
	       (e->v[0].score >= ENOUGH_DOUBT || e->n > 1) &&
	       words_common(words, in->subject);
}

/* The owner's answer to a mail that is in no case begins none beside several
 * that live. */
static bool
answers_some(const struct thread_words *words, const struct placing *in,
    const struct evidence *e)
{
	return in->from.owner && !in->forwarded && !e->denied && e->n > 1 &&
	       in->references.n > 0 && words_replies(words, in->subject) &&
	       e->v[0].known && e->v[0].score >= ENOUGH_DOUBT;
}

/* What its sender wants to be taken for is for the owner to see. */
static void
doubt_likeness(struct arena *a, const struct placing *in,
    const struct evidence *e, struct placement *p)
{
	if (in->resembles == NULL || p->by == PLACED_UNFILED)
		return;
	p->by = PLACED_DOUBT;
	p->number = 0;
	p->candidate_count = 0;
	p->stranger = true;
	p->resembles = in->resembles;
	p->why =
	    arena_printf(a, "%s is not %s", in->from.domain, in->resembles);
	if (e->n > 0)
		set_candidates(a, p, e, close_seconds(e));
}

/* It has the name of a company that is known, and another domain, from which
 * nobody has written. */
static bool
only_called_so(const struct placing *in, const struct evidence *e,
    const struct suspect *best)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (e->v[i].alike && e->v[i].met)
			return false;
	return e->main == &in->from && !in->forwarded && best != NULL &&
	       best->alike && !best->known && best->score >= 0;
}

/* No case fits, not even the best; NULL: there is none. */
static void
decide_without(struct arena *a, const struct thread_words *words,
    const struct placing *in, const struct evidence *e,
    const struct suspect *best, struct placement *p)
{
	bool opens = may_open(a, words, in, e);

	p->by = opens ? PLACED_NEW : PLACED_UNFILED;
	p->why = opens ? "a new matter" : "belongs to no case";
	if (answers_some(words, in, e)) {
		p->by = PLACED_DOUBT;
		p->why = "answers a mail of one of these";
	} else if (!e->routine && tells_nothing(words, in, e)) {
		p->by = PLACED_DOUBT;
		p->why = "tells of no case in particular";
	} else if (opens && only_called_so(in, e, best)) {
		p->by = PLACED_DOUBT;
		p->why = "has the name of this company alone";
	}
	if (p->by == PLACED_DOUBT)
		set_candidates(a, p, e, close_seconds(e));
}

static void
decide(struct arena *a, const struct thread_words *words,
    const struct placing *in, const struct evidence *e, struct placement *p)
{
	const struct suspect *best = e->n > 0 ? &e->v[0] : NULL;

	if (best == NULL || best->score < enough(in, e)) {
		decide_without(a, words, in, e, best, p);
	} else if (stranger_wants_in(in, best) && !best->twin) {
		p->by = PLACED_DOUBT;
		p->why = "a stranger answers a mail of this case";
		set_candidates(a, p, e, 1);
	} else if (close_seconds(e) > 1 && !is_bridge(e)) {
		p->by = PLACED_DOUBT;
		p->why = "fits several cases nearly as well";
		set_candidates(a, p, e, close_seconds(e));
	} else {
		p->by = best->by;
		p->number = best->number;
		p->why = best->why;
		p->stranger =
		    party_is_other(&in->from) && !in->forwarded && !best->known;
	}
}

/* "trentside-energy.example" begins with the name "trentside". */
static bool
named_so(const char *domain, const char *name)
{
	return name != NULL && strncmp(domain, name, strlen(name)) == 0;
}

/*
 * The domain that a company is known by: that of the sender, unless it writes
 * through another's (a help desk, a shop's mailer) and answers are to go to
 * one of its own name, or a help desk's mail links there.
 */
static void
find_company(struct arena *a, const struct thread_words *words,
    const struct placing *in, const struct party *main, struct placement *p)
{
	const char *name;
	size_t i;

	if (main == NULL)
		return;
	p->company = main->domain;
	p->company_name = thread_name(a, words, in, main);
	if (main->name == NULL || main != &in->from)
		return;
	name = words_name(a, words, main->name);
	if (named_so(main->domain, name) && !main->desk)
		return;
	for (i = 0; main->desk && i < in->linked.n; i++)
		if (named_so(in->linked.v[i], name))
			p->company = in->linked.v[i];
	for (i = 0; i < in->other_count; i++)
		if (party_is_other(&in->others[i]) && !in->others[i].desk &&
		    named_so(in->others[i].domain, name))
			p->company = in->others[i].domain;
}

static bool
knows(const struct evidence *e, int number)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (e->v[i].number == number)
			return e->v[i].known;
	return false;
}

/* Our own mail, seen again: its proof alone says where it belongs, and it
 * leaves nothing behind that could lead other mail there. */
static void
place_own(int number, struct placement *p)
{
	p->by = number == 0 ? PLACED_UNFILED : PLACED_ADDRESS;
	p->number = number;
	p->why = "was sent by promised";
}

int
thread_place(struct store *s, int64_t owner, struct arena *a,
    const struct thread_words *words, const struct placing *in,
    struct placement *p, struct err *err)
{
	struct evidence e;
	int64_t number = 0;

	memset(p, 0, sizeof(*p));
	if (in->case_address != 0 &&
	    STORE_INT(s, err, 0, &number, SQL_CASE_FOLLOW, sql_int(owner),
		sql_int(in->case_address)) < 0)
		return -1;
	if (in->direction == FROM_PROMISED) {
		place_own((int)number, p);
		return 0;
	}
	if (evidence_gather(s, owner, a, words, in, &e, err) < 0)
		return -1;
	find_company(a, words, in, e.main, p);
	p->numbers = e.numbers;
	p->print = e.print;
	p->depends = in->unread && (number != 0 || e.suspects > 0);
	if (number == 0) {
		decide(a, words, in, &e, p);
		doubt_likeness(a, in, &e, p);
		return 0;
	}
	p->by = PLACED_ADDRESS;
	p->number = (int)number;
	p->why = in->bounce ? "says what became of a mail of this case"
			    : "was sent to the address of this case";
	p->stranger = party_is_other(&in->from) && !in->forwarded &&
		      !knows(&e, p->number);
	return 0;
}
