/*
 * How long something takes: milliseconds on a clock that nobody sets
 * (CLOCK_MONOTONIC).  It tells no time of day: what day it is now is passed in
 * from the root.
 */
#ifndef BASE_MONOTONIC_H
#define BASE_MONOTONIC_H

#include <stdint.h>

int64_t monotonic_ms(void);

#endif
