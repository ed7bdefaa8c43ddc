/*
 * What the owner has let go out of a case: its ticket, and the words on it.
 * Nothing is published that is not listed here.
 */
#ifndef CASES_PUBLISH_H
#define CASES_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "cases/event.h"
#include "cases/store.h"

struct ticket_row {
	int case_number;
	const char *folder; /* 32 hex digits: nobody guesses it */
	const char *dir; /* where that folder lies; "": as configured */
	bool live; /* else it was withdrawn: a tombstone stands there */
};

int tickets_list(struct store *, int64_t owner, struct arena *,
    struct ticket_row **, size_t *n, struct err *);
/* 1, 0 when the case has none, -1. */
int ticket_get(struct store *, int64_t owner, struct arena *, int case_number,
    struct ticket_row *, struct err *);

struct released_row {
	int64_t id;
	int number; /* of the obligation whose words they are; 0: the title */
};
int released_list(struct store *, int64_t owner, struct arena *,
    int case_number, struct released_row **, size_t *n, struct err *);

/* What lies on the web server, by its path there: the SHA-256 in hex, or NULL.
 * 0 or -1. */
int pushed_get(struct store *, int64_t owner, struct arena *, const char *path,
    const char **hash, struct err *);
/* hash NULL: it is there no more. */
int pushed_set(struct store *, int64_t owner, const char *path,
    const char *hash, struct err *);

/* Changes, between change_begin() and change_end(). */
/* A live ticket; dir NULL leaves it where it is, or as configured. */
int
ticket_publish(struct change *, int case_number, const char *dir, struct err *);
int ticket_withdraw(struct change *, int case_number, struct err *);
int words_release(struct change *, int case_number, int number, struct err *);
/* EX_USAGE when they were not released. */
int words_take_back(struct change *, int case_number, int number, struct err *);

#endif
