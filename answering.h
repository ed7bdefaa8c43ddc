/*
 * What promised says in return: commands are run and answered, new
 * obligations get a receipt.  All of it is planned in the transaction that
 * files the mail; sending.c lets it leave.
 */
#ifndef ANSWERING_H
#define ANSWERING_H

#include "cases/obligation.h"
#include "cases/thread.h"
#include "commands.h"
#include "proof.h"
#include "reading.h"

/* A mail that has to be asked about. */
struct doubted {
	int64_t message;
	struct placement placement;
};

struct answer {
	const struct understood *mail;
	enum direction direction;
	int64_t message;
	const struct placement *placement;
	const struct applied *applied;
	const struct proof *proof;
	const char *again; /* what its coming late has changed; NULL */
	const struct doubted *doubted; /* since then */
	size_t doubted_count;
};

/* Inside the transaction. */
int answer_message(
    struct run *, struct arena *, const struct answer *, struct err *);

#endif
