/*
 * The points of each suspect.  See weighing.h.
 *
 * Points.  A reply to a mail of the case outweighs a reference number, that
 * outweighs a subject, that outweighs words; but several weak signs together
 * may outweigh one, and a rival number (of the same shape and from the same
 * giver, and not one of the case's) speaks against it.  A message may say itself
 * what it is not about; the case that this sentence fits best is then out.
 *
 * Circumstances (whose turn it is, the only case that lives, the same desk) tell
 * nothing of the matter.  They count for who answers; not for a letter by which
 * the owner begins, nor for what a company sends to every customer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cases/opening.h"
#include "cases/weighing.h"

enum {
	FRESH = 45 * DAY,
	DORMANT = 90 * DAY,
	POINTS_TWIN = 200, /* the same mail, forwarded or fetched */
	POINTS_RIVAL = -100,
	POINTS_RIVAL_REPLY = -20,
	POINTS_SUBJECT = 24,
	POINTS_SUBJECT_COMMON = 2, /* "Your order" */
	POINTS_TEMPLATE = 6, /* the company has used it of itself */
	POINTS_TAUGHT = 30, /* where the owner put the last such mail */
	POINTS_RECEIPT = 30, /* acknowledges what the owner just wrote */
	POINTS_TURN = 8, /* it is the company's turn to speak */
	POINTS_CHASES = 6, /* the owner goes on, by his own word */
	POINTS_PERSON = 6, /* whoever has written before, by name */
	POINTS_ADDRESS = 6, /* the very address, not only the domain */
	POINTS_ONLY_DESK = 6, /* which no other case of the company had */
	POINTS_BOTH = 20, /* those whom the case alone has brought together */
	POINTS_OWN_DESK = 25, /* an address that was made for the case */
	POINTS_ANSWER = 6, /* a reply to a mail that was not seen */
	POINTS_ONLY = 8, /* the only live case of that company */
	POINTS_GOES_ON = 8, /* the mail speaks of a dispute, as an open one */
	POINTS_ELSEWHERE = -20, /* it greets somebody else */
	POINTS_ENDS = 4, /* and the mail ends what has begun before */
	POINTS_MENTION = 12, /* the company is named */
	POINTS_FRESH = 4, /* something happened of late */
	POINTS_SAME_DAY = 4, /* as the owner writes */
	GREETED = 1, /* points of a dispute for the owner's name alone */
	POINTS_FADED = -10,
	WORD_COMMON = 4, /* points of a common word in a subject */
	GIST_MOST = 8, /* of all of them */
	WORDS_MOST = 40,
	WORDS_ENOUGH = 20, /* without any other evidence */
	WORDS_SEVERAL = 8, /* two words at least */
	WORDS_MATTER = 12, /* and more than that */
};

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

/* What the case is about, and no other of them. */
static int
topic(const struct work *w, const struct file *f)
{
	const struct token *t;
	size_t i, j, n;
	int points = 0;

	/* The owner's note has few words, which tell by themselves. */
	for (j = 0; !w->out->note && (t = bag_at(w->bag[ABOUT], j)) != NULL;
	     j++) {
		if (t->weight == 0 || !f->titled[j])
			continue;
		for (i = n = 0; i < w->n; i++)
			n += w->v[i].titled[j];
		points += 2 * t->weight / (int)n;
	}
	return points;
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

/* The same of common words: what is left to tell cases of one company apart. */
static int
gist(const struct work *w, const struct file *f)
{
	size_t size = bag_size(w->plain), i, j, n;
	int points = 0;

	for (j = 0; j < size; j++) {
		if (!f->headed[j])
			continue;
		for (i = n = 0; i < w->n; i++)
			n += w->v[i].headed[j];
		points += n == 1 ? WORD_COMMON : 0;
	}
	return points > GIST_MOST ? GIST_MOST : points;
}

/* A message that tells little else than what was told there. */
static bool
is_familiar(const struct work *w, const struct file *f)
{
	const struct token *t;
	size_t j, all = 0, met = 0;

	for (j = 0; (t = bag_at(w->bag[ABOUT], j)) != NULL; j++) {
		/* Pairs are of words that are there themselves. */
		if (t->weight == 0 || strchr(t->text, ' ') != NULL)
			continue;
		all++;
		met += f->met[ABOUT][j];
	}
	return 2 * met >= all;
}

/* The owner's own words above a forward count twice, those of the subject, and
 * those that are in the subjects of the case. */
static void
share_words(struct work *w)
{
	const int *cases[PARTS];
	size_t i;
	int part;

	for (part = 0; part < PARTS; part++)
		cases[part] = spread(w, (enum share)part);
	for (i = 0; i < w->n; i++) {
		struct file *f = &w->v[i];
		struct buf shared = {0};

		f->topic = topic(w, f);
		f->gist = gist(w, f);
		f->words = overlap(w, f, ABOUT, cases[ABOUT], &shared) +
			   overlap(w, f, COMMENT, cases[COMMENT], NULL) +
			   overlap(w, f, TITLE, cases[TITLE], NULL) + f->topic;
		f->apart = overlap(w, f, APART, cases[APART], NULL);
		f->familiar = is_familiar(w, f);
		f->shared = buf_keep(&shared, w->arena);
	}
}

/* Who repeats the subject of the owner's last letter answers that, whatever
 * number it has now. */
static void
find_echo(struct work *w)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->v[i].echo && w->v[i].last_owner > w->v[i].last_company)
			w->v[i].rival = false;
}

/* A number that no case has: it is given to what has just begun. */
static bool
gives_number(const struct work *w)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->v[i].number > 0)
			return false;
	return w->out->numbers.n > 0 && !w->routine;
}

/* "Book online" asks for nothing of a case. */
static bool
finds_anything(const struct findings *f)
{
	size_t i, n;

	if (f == NULL)
		return false;
	for (i = 0, n = f->signal_count; i < f->obligation_count; i++)
		n += f->obligations[i].who == WHO_COMPANY ||
		     f->obligations[i].action != ACTION_OTHER;
	return n > 0;
}

/* What the owner forwards says nothing, and has no word in common with the
 * case. */
static bool
is_mute(const struct work *w, const struct file *f)
{
	return w->in->forwarded && f->words + f->gist == 0 &&
	       !finds_anything(w->in->findings);
}

/* Of two letters that wait the one whose subject is named, else the later. */
static bool
is_nearer(const struct file *f, const struct file *best)
{
	return f->topic != best->topic ? f->topic > best->topic
				       : f->last_owner > best->last_owner;
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
	bool confirms = w->in->autoreply ||
			findings_signal(w->in->findings, "acknowledgement");

	if (!w->company_speaks || (!confirms && !gives_number(w)))
		return;
	for (i = 0; i < w->n; i++)
		if ((w->v[i].s.known || w->v[i].bears) && !w->v[i].rival &&
		    (confirms || !(w->v[i].answered || is_mute(w, &w->v[i]))) &&
		    w->v[i].last_owner > 0 &&
		    w->v[i].last_owner <= now + DAY / 24 &&
		    w->v[i].last_owner > now - span &&
		    w->v[i].last_company < w->v[i].last_owner &&
		    (best == NULL || is_nearer(&w->v[i], best)))
			best = &w->v[i];
	if (best != NULL)
		best->receipt = true;
}

static bool
lives(const struct file *f, int64_t now)
{
	return !f->closed || now <= f->closed_at + LIFE;
}

/* A stranger names the company and speaks of the very matter. */
static bool
tells_matter(const struct file *f)
{
	return (f->told && (f->topic > 0 || f->words >= WORDS_SEVERAL)) ||
	       (f->hinted && f->topic > 0 && f->words >= WORDS_MATTER);
}

/* Nobody has written for long, and no answer is awaited: what the owner brings
 * up then is rather another matter. */
static bool
dormant(const struct work *w, const struct file *f)
{
	return (w->in->from.owner || w->in->forwarded) &&
	       w->in->date.utc - f->last > DORMANT &&
	       f->last_owner <= f->last_answer;
}

/* The owner has written, and no person has answered.  Of a mail to everybody
 * that tells nothing without a word of the case. */
static bool
is_turn(const struct work *w, const struct file *f)
{
	return w->company_speaks && f->s.known &&
	       (!w->crowd || f->words + f->gist > 0) &&
	       f->last_owner > f->last_answer;
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
			!w->v[i].mentioned && !tells_matter(&w->v[i])) ||
		    !lives(&w->v[i], w->in->date.utc) || dormant(w, &w->v[i]))
			continue;
		only = &w->v[i];
		n++;
	}
	if (n == 1 && (!w->company_speaks ||
			  (!w->routine &&
			      (w->out->dispute > GREETED || is_turn(w, only) ||
				  finds_anything(w->in->findings))) ||
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
		w->v[i].same_template = false;
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

/* Whether the company speaks of an end, which has had a beginning. */
static bool
ends_matter(const struct work *w)
{
	return w->company_speaks && findings_end(w->in->findings);
}

/* Of all cases of the company that live this one alone had mail from there. */
static bool
is_only_desk(const struct work *w, const struct file *f)
{
	size_t i, n = 0, same = 0;

	for (i = 0; i < w->n; i++)
		if (w->v[i].s.known && lives(&w->v[i], w->in->date.utc)) {
			n++;
			same += w->v[i].s.met;
		}
	return f->s.met && w->company_speaks && n > 1 && same == 1;
}

/* Who took part in a case, but is not of its company, has other mail for all
 * that come there. */
static bool
is_aside(const struct work *w, const struct file *f)
{
	return w->company_speaks && f->s.met && !f->s.known && !f->bears &&
	       !f->mentioned && !f->receipt && f->reply + f->number == 0 &&
	       w->out->dispute < OPENING_ASKED &&
	       !finds_anything(w->in->findings);
}

/* Who is not known to the case must speak of it. */
static bool
says_anything(const struct work *w, const struct file *f)
{
	if (is_aside(w, f))
		return false;
	return f->s.known || !w->company_speaks || f->receipt ||
	       f->reply + f->number > 0 || f->same_subject || f->words > 0 ||
	       (f->mentioned && !f->s.alike);
}

/* A company whose mail speaks of a dispute, or of what the case is about, hardly
 * begins one. */
static bool
goes_on(const struct work *w, const struct file *f)
{
	return w->company_speaks && f->s.known && !w->in->forwarded &&
	       !dormant(w, f) &&
	       (w->out->dispute >= OPENING_ENOUGH || f->topic > 0 ||
		   (w->out->dispute >= OPENING_ASKED &&
		       (f->words > WORD_COMMON || is_turn(w, f)))) &&
	       !(f->numbered && gives_number(w));
}

/* A desk that has had no mail of the case gives a number of its own. */
static bool
desk_begins(const struct work *w, const struct file *f)
{
	return w->company_speaks && w->titled && gives_number(w) && !f->s.met &&
	       !f->mentioned && !f->told && !f->receipt && !f->familiar &&
	       f->last_owner <= f->last_answer;
}

/* The owner begins with a desk that has had no mail of the case, or it does. */
static bool
other_desk(const struct work *w, const struct file *f)
{
	return desk_begins(w, f) || (w->letter && f->s.known && !f->s.met &&
					!f->mentioned && !f->familiar);
}

/*
 * What tells nothing of the matter itself.  It counts for an answer, for a
 * mail by which a company goes on; but what the owner begins, and what a
 * company sends to everybody, goes by what it says.
 */
static int
circumstances(const struct work *w, const struct file *f)
{
	int64_t now = w->in->date.utc;
	int points = 0;

	if (f->both)
		points += POINTS_BOTH;
	if (f->own_desk)
		points += POINTS_OWN_DESK;
	/* Who forwards a bill complains of it the same day. */
	if (w->letter && f->s.met && now - f->last < DAY && f->last - now < DAY)
		points += POINTS_SAME_DAY;
	if (w->routine || is_mute(w, f) || desk_begins(w, f) ||
	    (w->letter && !f->mentioned && !f->familiar) ||
	    !says_anything(w, f))
		return points;
	if (is_only_desk(w, f))
		points += POINTS_ONLY_DESK;
	if (f->mentioned || tells_matter(f))
		points += POINTS_MENTION;
	if (f->only && !(f->numbered && gives_number(w)))
		points += POINTS_ONLY + (ends_matter(w) ? POINTS_ENDS : 0);
	if (goes_on(w, f))
		points += POINTS_GOES_ON;
	/* A forward refers to what it forwards. */
	if (w->in->references.n > 0 && !w->in->forwarded && !w->out->denied)
		points += POINTS_ANSWER;
	if (f->s.met)
		points += POINTS_ADDRESS;
	if (is_turn(w, f))
		points += POINTS_TURN;
	if (w->chases && f->s.known)
		points += POINTS_CHASES;
	if (f->s.met && w->person)
		points += POINTS_PERSON;
	if (f->s.known && w->n > 1)
		points += f->gist;
	if (now - f->last < FRESH && f->last - now < FRESH)
		points += POINTS_FRESH;
	if (now - f->last > SILENCE || dormant(w, f))
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
	       tells_matter(f) || f->receipt ||
	       ((f->namesake || f->announced) && f->number > 0);
}

/* A card or a house is in common to all that goes on with a company; what the
 * subjects name is not. */
static int
word_points(const struct work *w, const struct file *f)
{
	int topics = min(f->topic, WORDS_MOST);
	int others = min(f->words - f->topic, WORDS_MOST);

	if (w->routine)
		return 0;
	if (other_desk(w, f))
		others /= 2;
	return (topics + others) / (dormant(w, f) ? 2 : 1);
}

/* The more cases have it, the less it tells. */
static int
subject_points(const struct work *w, const struct file *f, int cases)
{
	if (!f->same_subject && !f->same_template)
		return 0;
	return (w->bland             ? POINTS_SUBJECT_COMMON
		   : f->same_subject ? POINTS_SUBJECT
				     : POINTS_TEMPLATE) /
	       cases;
}

static void
add_up(struct work *w, struct file *f, int subjects)
{
	bool alive = lives(f, w->in->date.utc) && concerned(w, f);
	int subject = 0;

	if (alive)
		subject = subject_points(w, f, subjects);
	f->s.score = f->reply + f->number + subject;
	if (f->rival)
		f->s.score += f->reply > 0 ? POINTS_RIVAL_REPLY : POINTS_RIVAL;
	if (alive)
		f->s.score +=
		    word_points(w, f) + (f->receipt ? POINTS_RECEIPT : 0) +
		    (f->taught ? POINTS_TAUGHT : 0) + circumstances(w, f);
	if (w->names && !f->mentioned)
		f->s.score -= POINTS_MENTION;
	if (w->out->elsewhere && f->reply + f->number == 0)
		f->s.score += POINTS_ELSEWHERE;
	if (f->twin != 0)
		f->s.score += POINTS_TWIN;
	explain(w->arena, f, subject, w->company_speaks);
}

/* A number counts with its domain, or in the owner's own words; that of an
 * account where it tells the company. */
static void
weigh_number(const struct work *w, struct file *f)
{
	if (!concerned(w, f) || (f->account && f->s.known))
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
		subjects += w->v[i].same_subject || w->v[i].same_template;
	out->v = arena_calloc(w->arena, w->n, sizeof(*out->v));
	for (i = 0; i < w->n; i++)
		w->names = w->names || (out->note && w->v[i].mentioned);
	for (i = 0; i < w->n; i++) {
		weigh_number(w, &w->v[i]);
		add_up(w, &w->v[i], subjects);
		out->v[out->n++] = w->v[i].s;
	}
	if (out->n > 1)
		qsort(out->v, out->n, sizeof(*out->v), by_score);
}

bool
weigh_words(struct work *w)
{
	share_words(w);
	return w->v->words >= WORDS_ENOUGH;
}

void
weigh(struct work *w)
{
	share_words(w);
	find_echo(w);
	find_receipt(w);
	find_only(w);
	find_denied(w);
	rank(w);
}
