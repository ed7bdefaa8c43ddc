/*
 * Time zones of the owner: IANA names ("Europe/London") to offsets, by the C
 * library's zone files (tzdata).
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/date.h"

/* Whether the zone files know the name; "" and NULL are UTC and known. */
bool zone_known(const char *name);
/* Seconds east of UTC in that zone at that moment. */
int32_t zone_offset(const char *name, int64_t utc);
/* The moment as the zone shows it. */
struct moment zone_moment(const char *name, int64_t utc);
/*
 * The moment at which the zone's clocks show that second of that day.  A time
 * that is skipped (spring) is moved on by the gap; of one that comes twice
 * (autumn) it is the first.
 */
struct moment zone_local(const char *name, day_t, int second);

#endif
