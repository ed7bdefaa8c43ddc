/*
 * The file thread.words: which words tell nothing, and what phrases tell.
 * Whoever wants to know asks words.h; this is for those who answer.
 */
#ifndef CASES_WORDLIST_H
#define CASES_WORDLIST_H

#include "base/arena.h"
#include "cases/bag.h"
#include "cases/phrase.h"

/* A member for each section. */
struct thread_words {
	/* Words, separated by white space. */
	struct bag *common, *prefix, *given, *title, *joins, *account;
	/* Phrases, one a line. */
	struct phrases apart, fresh, mistake, behalf, asked;
	struct phrases greeting, closing, chaser;
	struct phrases split; /* apart and fresh */
	/* The words of a subject, in this order, one a line. */
	struct strings routine, advert;
	struct strings trade; /* parts of words */
	/* Points and what they are for, one a line. */
	struct bag *found;
	struct phrases said;
};

#endif
