/*
 * The overview: pages of all cases and companies, for the owner's own eyes.
 */
#ifndef RECORD_SITE_H
#define RECORD_SITE_H

#include "cases/score.h"
#include "record/record.h"

struct site {
	struct voice voice;
	const char *owner; /* name; may be "" */
	/* By number, none that was merged into another.  Of their messages
	 * only the rows and numbers are read; events are not. */
	const struct case_record *cases;
	size_t case_count;
	const struct company_row *companies; /* those without a case are left
	                                      * out */
	size_t company_count;
	const struct score_limits *limits;
};

/* index.html */
void site_index(const struct site *, struct values *);
extern const char site_index_schema[];

/* company-ID.html; false when the company has no case. */
bool
site_company(const struct site *, const struct company_row *, struct values *);
extern const char site_company_schema[];

/* search.html */
void site_search(const struct site *, struct values *);
extern const char site_search_schema[];

#endif
