/*
 * The schema of the store, as an ordered list of upgrades.
 */
#ifndef CASES_SCHEMA_H
#define CASES_SCHEMA_H

struct upgrade {
	int version; /* the user_version that the store then has */
	const char *sql; /* any number of statements */
};

/* By version; several rows may share one.  Ends with version 0. */
extern const struct upgrade schema_upgrades[];
extern const int schema_version; /* the newest */

#endif
