/*
 * What is known of the suspects while their evidence is weighed: private to
 * evidence.c, suspects.c and weigh.c.
 */
#ifndef CASES_WEIGHING_H
#define CASES_WEIGHING_H

#include "cases/evidence.h"
#include "cases/store.h"
#include "cases/thread.h"
#include "cases/words.h"

enum {
	DAY = 24 * 60 * 60,
	LIFE = 90 * DAY, /* of a closed case */
	SILENCE = 180 * DAY, /* after which an open one fades */
};

/* What a message says: of its case, of another one, what the owner wrote above
 * a forward, and its subject. */
enum share { ABOUT, APART, COMMENT, TITLE, PARTS };

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
	bool account; /* it is an account's */
	bool taught; /* by an answer to a doubt */
	bool same_template; /* the subject is one that the company uses */
	bool rival, same_subject, mentioned, only, receipt;
	bool namesake; /* the sender's name, from an unlike domain */
	bool numbered; /* the company has given it a number, */
	bool answered; /* and so when the owner had written */
	bool told; /* a stranger tells the company's name, */
	bool hinted; /* or the word of it that is its own */
	bool bears; /* the sender's name has the company's in it */
	bool announced; /* the sender's name stands in its mail */
	bool both; /* two of those written to take part in it */
	bool own_desk; /* an address made for it: "help+id20871@" */
	bool echo; /* the subject repeats that of the owner's last letter */
	int64_t last, last_owner, last_company; /* 0: never */
	int64_t last_answer; /* which no machine wrote */
	bool *met[PARTS]; /* a flag for each token of that part's bag */
	bool *titled; /* the same of ABOUT: it stands in a subject */
	bool *headed; /* and of the common words */
	bool familiar; /* half of what the message tells was told there */
	int words, apart; /* weights in common with either part */
	int topic; /* those of the words that stand in its subjects */
	int gist; /* of common words that stand there */
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
	struct bag *plain; /* the common words of ABOUT */
	struct bag *sender; /* what tells the main party from others */
	/* The text without what stands below its body: what it says of its
	 * own case, and of another one. */
	char *body, *apart;
	struct strings others; /* numbers of which it says that they are */
	const char *subject; /* normalised */
	bool bland; /* the subject tells nothing: "Your message to Acme" */
	const char *lower; /* the whole text, when somebody asked */
	bool company_speaks;
	bool letter; /* the owner begins it: no answer, no chaser */
	bool to_unfiled; /* the owner answers what was in no case */
	bool routine; /* of a company, to every customer */
	bool titled; /* a number of its own stands in its subject */
	bool names; /* the owner's note names a company */
	bool crowd; /* it greets everybody, or nobody in particular */
	bool chases; /* the owner asks after what has not come */
	bool person; /* a person signs in the sender's name */
	int64_t until; /* only mail that was sent until then */
};

/* --- suspects.c --- */

/* All reference numbers that the message gives of its own case. */
struct strings suspects_numbers(struct arena *, const struct placing *,
    const char *about, const char *apart);
/* Fills v with those who come into question. */
int suspects_find(struct work *, const char *about, struct err *);

/* --- weigh.c --- */

/* Fills the evidence: the suspects with their points, best first. */
void weigh(struct work *);
/* Whether the words of the only suspect are enough. */
bool weigh_words(struct work *);

#endif
