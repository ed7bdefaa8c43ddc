/*
 * Dates as mail programs write them for people: "Montag, 2. März 2026 um
 * 10:15 Uhr", "2 de mar. de 2026", "2026年3月2日(月) 10:15", "3/2/26, 10:15 AM
 * (GMT-05:00)", RFC 5322 section 3.3 and ISO 8601 among them.
 *
 * Words are those of the forms; what can be read in two ways (3/2/26; names
 * that two languages give to two months) is settled by the weekday, by the
 * rule that nothing is forwarded before it was written, by the language, and
 * by nearness, in this order.
 */
#ifndef MAIL_DATETEXT_H
#define MAIL_DATETEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/date.h"
#include "mail/forms.h"

/* What is known from elsewhere. */
struct date_hint {
	bool has_later;
	struct moment
	    later; /* the date was written before: the forward's own */
	languages languages; /* that the text may be in; 0: not known */
};

struct date_text {
	struct moment at;
	bool has_time, has_zone;
	size_t start, end; /* the bytes that told the date */
};

/*
 * Reads the first date in text (its first DATE_TEXT_MOST bytes).  False when
 * there is no day with its month.  Without a zone the offset is that of
 * `later`, raised by whole hours when the date would lie after it; without a
 * time of day it is midnight; without a year the last such day before `later`.
 */
enum { DATE_TEXT_MOST = 240 };
bool date_text(const struct forms *, struct slice text,
    const struct date_hint *, struct date_text *out);

#endif
