/*
 * What a message does to the obligations of its case: see obligation.h.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "cases/event.h"
#include "cases/obligation.h"
#include "cases/store.h"
#include "rules/calendar.h"
#include "rules/finding.h"

enum { STEM = 5 }; /* bytes in which two words must agree to be alike */

/* --- What a message answers --- */

/* A message as far as it can settle something. */
struct answer {
	int64_t message;
	enum direction direction;
	struct moment date;
	bool autoreply, attachment, to_company;
	const char *signals; /* ",apology,delay," */
	const char *done; /* the words of the resolution */
	bool again; /* it promises to reply, again */
	bool spent; /* its resolution has kept what it is about */
};

static bool
signals(const struct answer *x, const char *name)
{
	char wanted[40];

	snprintf(wanted, sizeof(wanted), ",%s,", name);
	return x->signals != NULL && strstr(x->signals, wanted) != NULL;
}

static bool
decides(const struct answer *x)
{
	return signals(x, "refusal") || signals(x, "offer") ||
	       signals(x, "final_response") || signals(x, "closure") ||
	       (signals(x, "resolution") && !x->spent);
}

static bool
replies(const struct answer *x)
{
	return decides(x) ||
	       (!x->again && !x->spent && !signals(x, "acknowledgement") &&
		   !signals(x, "delay") && !signals(x, "autoreply"));
}

/* A word of the text: letters and digits; false at its end. */
static bool
next_word(const char **p, const char **word, size_t *n)
{
	while (**p != '\0' && !isalnum((unsigned char)**p))
		(*p)++;
	*word = *p;
	while (isalnum((unsigned char)**p))
		(*p)++;
	*n = (size_t)(*p - *word);
	return *n > 0;
}

/* Whether two words are forms of one ("refund", "refunded"), or the same
 * number of two digits or more. */
static bool
alike(const char *a, size_t n, const char *b, size_t m)
{
	if (isdigit((unsigned char)*a))
		return n >= 2 && n == m && memcmp(a, b, n) == 0;
	return n >= STEM && m >= STEM && strncasecmp(a, b, STEM) == 0;
}

static bool
has_word(const char *text, const char *word, size_t n)
{
	const char *w;
	size_t m;

	while (next_word(&text, &w, &m))
		if (alike(word, n, w, m))
			return true;
	return false;
}

/* How many words of one stand, in some form, in the other. */
static int
common_words(const char *one, const char *other)
{
	const char *word;
	size_t n;
	int found = 0;

	while (next_word(&one, &word, &n))
		found += has_word(other, word, n);
	return found;
}

static bool
is_done_thing(enum action action)
{
	switch (action) {
	case ACTION_REFUND:
	case ACTION_REPLACE:
	case ACTION_REPAIR:
	case ACTION_DELIVER:
	case ACTION_CANCEL:
	case ACTION_OTHER:
		return true;
	case ACTION_REPLY:
	case ACTION_CALL:
	case ACTION_INVESTIGATE:
	case ACTION_PAY:
	case ACTION_PROVIDE:
		return false;
	}
	return false;
}

/* Whether it was open at that time, as far as the mail read so far tells:
 * what a later mail has kept or put off was open before. */
static bool
was_open(const struct obligation *o, int64_t at)
{
	switch (o->stored) {
	case STATE_OPEN:
	case STATE_WAITING:
		return true;
	case STATE_KEPT:
	case STATE_SLIPPED:
		return o->evidence != 0 && o->settled.utc > at;
	case STATE_VOID:
	case STATE_BROKEN:
	case STATE_LAPSED:
	case STATE_LATE:
	case STATE_PAUSED:
		break;
	}
	return false;
}

static bool
is_pending(const struct obligation *o, const struct answer *x)
{
	return o->said.utc < x->date.utc && was_open(o, x->date.utc);
}

/* The open promise of the company, from least on, that what was done fits best;
 * NULL: none. */
static struct obligation *
find_done(struct obligation *v, size_t least, size_t n, const struct answer *x)
{
	struct obligation *best = NULL;
	int most = 0, found;
	size_t i;

	for (i = least; i < n; i++) {
		if (!is_pending(&v[i], x) || v[i].who != WHO_COMPANY ||
		    !is_done_thing(v[i].action))
			continue;
		found = common_words(v[i].quote, x->done);
		if (found > most || (found == most && best != NULL &&
					v[i].said.utc < best->said.utc)) {
			most = found;
			best = &v[i];
		}
	}
	return best;
}

static bool
is_kept_by_company(const struct obligation *o, const struct answer *x)
{
	if (o->who != WHO_COMPANY)
		return false;
	if (o->action == ACTION_REPLY)
		return replies(x);
	return o->action == ACTION_INVESTIGATE && decides(x);
}

static bool
is_kept_by_owner(const struct obligation *o, const struct answer *x)
{
	if (o->who != WHO_CUSTOMER || !x->to_company)
		return false;
	return o->action == ACTION_REPLY ||
	       (o->action == ACTION_PROVIDE && x->attachment);
}

/* Whether this mail, and no other, settles it. */
static bool
keeps(const struct obligation *o, const struct answer *x)
{
	if (x->direction == FROM_OWNER)
		return is_kept_by_owner(o, x);
	if (x->direction != FROM_COMPANY || x->autoreply)
		return false;
	return is_kept_by_company(o, x) ||
	       (x->done != NULL && signals(x, "resolution") &&
		   o->who == WHO_COMPANY && is_done_thing(o->action) &&
		   common_words(o->quote, x->done) > 0);
}

/* --- Applying a message --- */

struct ledger {
	struct change *change;
	const struct said *said;
	const struct calendar *calendar;
	struct obligation *v; /* all of the case */
	size_t n;
	struct applied *out;
	bool given_up; /* something that was kept is open again */
	struct buf text; /* for the event */
};

static void
tell(struct ledger *l, const struct obligation *o, const char *what)
{
	buf_printf(&l->text, "%s%d.%d %s", l->text.len == 0 ? "" : "; ",
	    o->case_number, o->number, what);
}

static void
list_add(struct arena *a, int **list, size_t *n, int number)
{
	*list = arena_grow(a, *list, *n, sizeof(**list));
	(*list)[(*n)++] = number;
}

static struct obligation *
numbered(struct ledger *l, int number)
{
	size_t i;

	for (i = 0; number != 0 && i < l->n; i++)
		if (l->v[i].number == number)
			return &l->v[i];
	return NULL;
}

/* Whether the date has moved to a later one. */
static bool
is_put_off(const struct obligation *before, const struct obligation *after)
{
	return before->due.precision != DUE_NONE &&
	       due_last(after->due, 0) > due_last(before->due, 0);
}

/* Counts the slips again, from one of a chain to its end. */
static int
count_slips(struct ledger *l, struct obligation *o, struct err *err)
{
	const struct obligation *before;
	size_t most = l->n;

	for (; o != NULL && most > 0; most--) {
		before = numbered(l, o->slips_of);
		o->slips =
		    before == NULL ? 0 : before->slips + is_put_off(before, o);
		if (obligation_save(l->change, o, err) < 0)
			return -1;
		o = numbered(l, o->slipped_to);
	}
	return 0;
}

static int
set_kept(struct ledger *l, struct obligation *o, const struct answer *x,
    struct err *err)
{
	struct obligation *heir = numbered(l, o->slipped_to);

	/* kept before it was put off: what came then is a promise of its own */
	if (heir != NULL) {
		o->slipped_to = heir->slips_of = 0;
		if (count_slips(l, heir, err) < 0)
			return -1;
	}
	o->stored = STATE_KEPT;
	o->has_settled = true;
	o->settled = x->date;
	o->evidence = x->message;
	tell(l, o, "kept");
	list_add(change_arena(l->change), &l->out->kept, &l->out->kept_count,
	    o->number);
	return obligation_save(l->change, o, err);
}

/* The promise that what the mail says was done has kept; NULL: none. */
static struct obligation *
kept_by(const struct ledger *l, int64_t message)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].stored == STATE_KEPT &&
		    l->v[i].evidence == message &&
		    is_done_thing(l->v[i].action))
			return &l->v[i];
	return NULL;
}

static bool
fits_better(const struct obligation *o, const struct obligation *than,
    const struct answer *x)
{
	int a = common_words(o->quote, x->done);
	int b = common_words(than->quote, x->done);

	return a > b || (a == b && o->said.utc < than->said.utc);
}

static int
open_again(struct ledger *l, struct obligation *o, struct err *err)
{
	o->stored = o->condition && o->due.precision == DUE_NONE ? STATE_WAITING
								 : STATE_OPEN;
	o->has_settled = false;
	o->evidence = 0;
	l->given_up = true;
	tell(l, o, "open again");
	return obligation_save(l->change, o, err);
}

/* What a mail that was read before has kept, and one fits better that came
 * late, is open again. */
static int
give_up(
    struct ledger *l, struct obligation *o, struct answer *x, struct err *err)
{
	x->spent = false;
	return open_again(l, o, err);
}

/* And what it kept as an answer, before it was known to be about something that
 * was promised. */
static int
give_up_replies(struct ledger *l, const struct answer *x, struct err *err)
{
	struct obligation *o;
	size_t i;

	for (i = 0; i < l->n; i++) {
		o = &l->v[i];
		if (o->stored == STATE_KEPT && o->evidence == x->message &&
		    o->who == WHO_COMPANY && !is_done_thing(o->action) &&
		    !is_kept_by_company(o, x) && open_again(l, o, err) < 0)
			return -1;
	}
	return 0;
}

static int
settle_done(struct ledger *l, struct answer *x, size_t least, struct err *err)
{
	struct obligation *was = kept_by(l, x->message), *o;

	if (x->done == NULL || !signals(x, "resolution") ||
	    (x->spent && was == NULL))
		return 0;
	o = find_done(l->v, least, l->n, x);
	if (o == NULL || (was != NULL && !fits_better(o, was, x)))
		return 0;
	if (was != NULL && give_up(l, was, x, err) < 0)
		return -1;
	x->spent = true;
	if (give_up_replies(l, x, err) < 0)
		return -1;
	return set_kept(l, o, x, err);
}

/* least: only obligations from this index on. */
static int
settle(struct ledger *l, struct answer *x, size_t least, struct err *err)
{
	struct obligation *o;
	bool company = x->direction == FROM_COMPANY && !x->autoreply;
	size_t i;

	if (company && settle_done(l, x, least, err) < 0)
		return -1;
	for (i = least; i < l->n; i++) {
		o = &l->v[i];
		if (!is_pending(o, x) ||
		    !(company ? is_kept_by_company(o, x)
			      : x->direction == FROM_OWNER &&
				    is_kept_by_owner(o, x)))
			continue;
		if (set_kept(l, o, x, err) < 0)
			return -1;
	}
	return 0;
}

static bool
same_kind(const struct obligation *o, const struct obligation *fresh)
{
	return o->who == fresh->who && o->kind == fresh->kind &&
	       o->action == fresh->action &&
	       (o->message != fresh->message || fresh->message == 0);
}

/* Whether the times that were said are the same: a sentence can promise one
 * part by Monday and another by Friday. */
static bool
same_time(const struct obligation *a, const struct obligation *b)
{
	return a->expr == NULL || b->expr == NULL
		   ? a->expr == b->expr
		   : strcmp(a->expr, b->expr) == 0;
}

/* The very one, when a message is read again (after a move). */
static struct obligation *
find_same(struct ledger *l, const struct obligation *fresh)
{
	struct obligation *o;
	size_t i;

	for (i = 0; fresh->message != 0 && i < l->n; i++) {
		o = &l->v[i];
		if (o->message == fresh->message && o->who == fresh->who &&
		    o->kind == fresh->kind && o->action == fresh->action &&
		    strcmp(o->quote, fresh->quote) == 0 && same_time(o, fresh))
			return o;
	}
	return NULL;
}

/* Whether a promise goes before another as that which a new one touches: one
 * that was open then before those that came after, of which the first. */
static bool
goes_before(const struct obligation *o, const struct obligation *best,
    const struct obligation *fresh)
{
	bool after = o->said.utc > fresh->said.utc;
	bool best_after = best->said.utc > fresh->said.utc;

	if (after != best_after)
		return best_after;
	return after ? o->said.utc < best->said.utc
		     : o->said.utc >= best->said.utc;
}

/*
 * The one that a new one renews, or is renewed by: the last of its chain, open
 * when the later of the two was said.  Of several, one that has a condition as
 * the new one has or not, then that which shares most words with it.
 */
static struct obligation *
find_renewed(struct ledger *l, const struct obligation *fresh)
{
	enum { ALIKE = 1000 };
	struct obligation *best = NULL, *o;
	int most = -1, found;
	size_t i;

	for (i = 0; i < l->n; i++) {
		o = &l->v[i];
		if (!same_kind(o, fresh) || o->stored == STATE_SLIPPED ||
		    o->stored == STATE_VOID || o->stored == STATE_BROKEN ||
		    (fresh->said.utc >= o->said.utc &&
			!was_open(o, fresh->said.utc)))
			continue;
		found = common_words(fresh->quote, o->quote) +
			(o->condition == fresh->condition ? ALIKE : 0);
		if (best == NULL || found > most ||
		    (found == most && goes_before(o, best, fresh))) {
			most = found;
			best = o;
		}
	}
	return best;
}

static int
add(struct ledger *l, struct obligation *o, struct err *err)
{
	struct arena *a = change_arena(l->change);

	l->v = arena_grow(a, l->v, l->n, sizeof(*l->v));
	l->v[l->n++] = *o;
	tell(l, o, "made");
	list_add(a, &l->out->made, &l->out->made_count, o->number);
	return obligation_save(l->change, o, err);
}

/* What was promised before is replaced by what was promised after. */
static void
slip(struct ledger *l, struct obligation *before, struct obligation *after)
{
	before->stored = STATE_SLIPPED;
	before->has_settled = true;
	before->settled = after->said;
	before->evidence = after->message;
	before->slipped_to = after->number;
	after->slips_of = before->number;
	after->slips = before->slips + is_put_off(before, after);
	tell(l, before, "slipped");
	list_add(change_arena(l->change), &l->out->slipped,
	    &l->out->slipped_count, before->number);
}

static int
repeat(struct ledger *l, const struct obligation *o)
{
	list_add(change_arena(l->change), &l->out->repeated,
	    &l->out->repeated_count, o->number);
	return 0;
}

/* Whether the new one says nothing new: the same date, none, or a machine's
 * that is not to move the clock. */
static bool
says_nothing_new(const struct ledger *l, const struct obligation *old,
    const struct obligation *fresh)
{
	if (obligation_same_due(old->due, fresh->due))
		return old->condition == fresh->condition;
	return l->said->autoreply || fresh->due.precision == DUE_NONE;
}

static int
number_it(struct ledger *l, struct obligation *fresh, struct err *err)
{
	return obligation_number(
	    l->change, fresh->case_number, &fresh->number, err);
}

/* Whether mail kept it by a given time: one that does so and promises anew does
 * so in this order. */
static int kept_before(struct ledger *l, const struct obligation *fresh,
    int64_t end, bool *kept, struct err *err);

/* What was said again without a date is the promise that had one. */
static int
adopt(struct ledger *l, struct obligation *o, const struct obligation *fresh,
    struct err *err)
{
	struct obligation was = *o;

	*o = *fresh;
	o->number = was.number;
	o->stored = was.stored;
	o->has_settled = was.has_settled;
	o->settled = was.settled;
	o->evidence = was.evidence;
	o->slips_of = was.slips_of;
	o->slipped_to = was.slipped_to;
	tell(l, o, "has a date");
	if (count_slips(l, o, err) < 0)
		return -1;
	return repeat(l, o);
}

/*
 * A mail that comes late: its promise goes into the chain where it was said,
 * before heir, the first that was said after it.
 */
static int
insert_before(struct ledger *l, struct obligation *heir,
    struct obligation *fresh, struct err *err)
{
	struct obligation *before = numbered(l, heir->slips_of);
	int next = heir->number;
	bool kept = false;

	if (before != NULL && says_nothing_new(l, before, fresh))
		return repeat(l, before);
	if (obligation_same_due(heir->due, fresh->due))
		return repeat(l, heir);
	if (heir->due.precision == DUE_NONE)
		return adopt(l, heir, fresh, err);
	if (number_it(l, fresh, err) < 0 ||
	    (before == NULL &&
		kept_before(l, fresh, heir->said.utc, &kept, err) < 0))
		return -1;
	if (kept)
		return add(l, fresh, err);
	if (before != NULL) {
		slip(l, before, fresh);
		if (obligation_save(l->change, before, err) < 0)
			return -1;
	}
	slip(l, fresh, heir);
	if (add(l, fresh, err) < 0)
		return -1;
	return count_slips(l, numbered(l, next), err);
}

/* The first of the chain that ends with o of those said after that time. */
static struct obligation *
first_after(struct ledger *l, struct obligation *o, int64_t at)
{
	struct obligation *before;
	size_t most = l->n;

	while (most-- > 0 && (before = numbered(l, o->slips_of)) != NULL &&
	       before->said.utc > at)
		o = before;
	return o;
}

static int
enter(struct ledger *l, struct obligation *fresh, struct err *err)
{
	struct obligation *old = find_same(l, fresh);
	bool company =
	    fresh->kind == KIND_PROMISE && l->said->direction != FROM_OTHER;
	bool beside;

	if (old != NULL)
		return repeat(l, old);
	old = find_renewed(l, fresh);
	/* A deadline that one side sets for the other moves no clock, and a
	 * promise with a condition stands beside one without. */
	beside = old == NULL || !company || fresh->condition != old->condition;
	if (!beside && fresh->said.utc < old->said.utc)
		return insert_before(
		    l, first_after(l, old, fresh->said.utc), fresh, err);
	if (old != NULL && says_nothing_new(l, old, fresh))
		return repeat(l, old);
	if (number_it(l, fresh, err) < 0)
		return -1;
	if (beside)
		return add(l, fresh, err);
	slip(l, old, fresh);
	if (obligation_save(l->change, old, err) < 0)
		return -1;
	return add(l, fresh, err);
}

static struct obligation
made_of(const struct ledger *l, const struct obligation_found *f)
{
	const struct findings *all = l->said->findings;
	struct obligation o = {
	    .case_number = l->said->case_number,
	    .who = f->who,
	    .kind = f->kind,
	    .action = f->action,
	    .stored = f->condition ? STATE_WAITING : STATE_OPEN,
	    .due = f->due,
	    .vague = f->vague,
	    .condition = f->condition,
	    .anchor = all->anchor,
	    .phrase = f->phrase,
	    .expr = f->expr,
	    .calendar = calendar_name(l->calendar),
	    .rule = f->rule,
	    .quote = f->quote == NULL ? "" : f->quote,
	    .message = l->said->message,
	    .said = l->said->date,
	    .agent = all->agent,
	};
	struct due due;

	if (f->expr == NULL || f->condition)
		return o;
	due = calendar_due(
	    change_arena(l->change), l->calendar, f->expr, o.anchor, NULL);
	if (due.precision != DUE_NONE)
		o.due = due;
	return o;
}

bool
findings_promise_reply(const struct findings *f)
{
	size_t i;

	for (i = 0; i < f->obligation_count; i++)
		if (f->obligations[i].who == WHO_COMPANY &&
		    f->obligations[i].action == ACTION_REPLY)
			return true;
	return false;
}

const char *
findings_done(struct arena *a, const struct findings *f, const char *text)
{
	size_t i, n = text == NULL ? 0 : strlen(text);
	const struct signal_found *s;

	for (i = 0; text != NULL && i < f->signal_count; i++) {
		s = &f->signals[i];
		if (strcmp(s->name, "resolution") == 0 && s->start < s->end &&
		    s->end <= n)
			return arena_strndup(
			    a, text + s->start, s->end - s->start);
	}
	return text == NULL ? "" : text;
}

static int
message_text(struct change *c, int64_t message, char **text, struct err *err)
{
	struct rows *r = STORE_QUERY(change_store(c), SQL_MESSAGE_NEWEST,
	    sql_int(change_owner(c)), sql_int(message));

	*text = NULL;
	if (rows_next(r))
		*text = rows_text(r, 0, change_arena(c));
	return rows_end(r, err);
}

static int
writes_to_company(
    struct change *c, int64_t message, bool *result, struct err *err)
{
	int64_t n;

	if (STORE_INT(change_store(c), err, 0, &n, SQL_MESSAGE_WRITES_TO,
		sql_int(change_owner(c)), sql_int(message)) < 0)
		return -1;
	*result = n > 0;
	return 0;
}

static int
answer_of(struct ledger *l, struct answer *x, struct err *err)
{
	struct arena *a = change_arena(l->change);
	const struct said *said = l->said;
	const struct findings *f = said->findings;
	struct buf names = {0};
	char *text;
	size_t i;

	for (i = 0; i < f->signal_count; i++)
		buf_printf(&names, ",%s,", f->signals[i].name);
	x->signals = buf_keep(&names, a);
	x->message = said->message;
	x->direction = said->direction;
	x->date = said->date;
	x->autoreply = said->autoreply;
	x->attachment = said->attachment;
	x->again = findings_promise_reply(f);
	x->spent = kept_by(l, x->message) != NULL; /* when it is read again */
	if (message_text(l->change, said->message, &text, err) < 0)
		return -1;
	x->done = findings_done(a, f, text);
	return writes_to_company(l->change, said->message, &x->to_company, err);
}

/* A row of MESSAGES_AFTER. */
static int
answer_of_row(
    struct ledger *l, struct rows *r, struct answer *x, struct err *err)
{
	struct arena *a = change_arena(l->change);
	const char *names;

	memset(x, 0, sizeof(*x));
	x->message = rows_int(r, 0);
	x->direction = direction_of(rows_text(r, 1, a));
	x->date = rows_moment(r, 2);
	x->autoreply = rows_int(r, 4) != 0;
	x->attachment = rows_int(r, 5) != 0;
	names = rows_text(r, 6, a);
	x->signals = names == NULL ? NULL : arena_printf(a, ",%s,", names);
	x->done = rows_text(r, 7, a);
	x->again = rows_int(r, 8) != 0;
	x->spent = kept_by(l, x->message) != NULL;
	return writes_to_company(l->change, x->message, &x->to_company, err);
}

static struct rows *
later_mail(struct ledger *l)
{
	return STORE_QUERY(change_store(l->change), SQL_MESSAGES_AFTER,
	    sql_int(change_owner(l->change)), sql_int(l->said->case_number),
	    sql_int(l->said->date.utc), sql_int(l->said->message));
}

/* Mail that was written after this one and came before it. */
static int
settle_by_later(struct ledger *l, size_t least, struct err *err)
{
	struct rows *r = later_mail(l);
	struct answer x;

	while (rows_next(r))
		if (answer_of_row(l, r, &x, err) < 0 ||
		    settle(l, &x, least, err) < 0)
			rows_fail(r, err);
	return rows_end(r, err);
}

static int
kept_before(struct ledger *l, const struct obligation *fresh, int64_t end,
    bool *kept, struct err *err)
{
	struct rows *r = later_mail(l);
	struct answer x;

	while (!*kept && rows_next(r))
		if (answer_of_row(l, r, &x, err) < 0)
			rows_fail(r, err);
		else
			*kept = x.date.utc <= end && keeps(fresh, &x);
	return rows_end(r, err);
}

static int
apply(struct ledger *l, struct err *err)
{
	const struct findings *f = l->said->findings;
	struct obligation fresh;
	struct answer x = {0};
	size_t before, i;

	if (answer_of(l, &x, err) < 0 || settle(l, &x, 0, err) < 0)
		return -1;
	before = l->n;
	for (i = 0; i < f->obligation_count; i++) {
		fresh = made_of(l, &f->obligations[i]);
		if (enter(l, &fresh, err) < 0)
			return -1;
	}
	if (l->n > before && settle_by_later(l, before, err) < 0)
		return -1;
	if (!l->given_up)
		return 0;
	l->given_up = false;
	return settle_by_later(l, 0, err);
}

int
obligations_apply(struct store *s, int64_t owner, struct arena *a,
    const struct calendars *calendars, const struct said *said, int64_t now,
    struct applied *out, struct err *err)
{
	struct ledger l = {.said = said, .out = out};
	int result;

	memset(out, 0, sizeof(*out));
	if (said->direction == FROM_PROMISED || said->findings == NULL ||
	    said->case_number == 0)
		return 0;
	/* What was heard on the phone is the owner's to undo. */
	l.change = said->change;
	if (l.change == NULL) {
		l.change = change_begin(s, owner, a, said->case_number,
		    said->message == 0 ? ACTOR_OWNER : ACTOR_MAIL, "read", now);
		change_message(l.change, said->message);
	}
	if (obligation_calendar(s, owner, a, calendars, said->case_number,
		&l.calendar, err) < 0 ||
	    obligations_load(s, owner, a, said->case_number, &l.v, &l.n, err) <
		0)
		return -1;
	result = apply(&l, err);
	if (result == 0 && l.text.len > 0 && said->change == NULL)
		result = change_end(l.change, l.text.p, NULL, err);
	buf_free(&l.text);
	return result;
}
