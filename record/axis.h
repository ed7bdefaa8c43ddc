/*
 * The time axis of a drawing: which day lies where, and the months along it.
 */
#ifndef RECORD_AXIS_H
#define RECORD_AXIS_H

#include "record/record.h"

/* Days from today that an axis is made longer for: what is due in many years (a
 * limit of the law) does not squeeze the rest. */
enum { AXIS_AHEAD = 366 };

struct axis {
	day_t first, last;
	int left, right; /* where they lie, in units of the drawing */
	int ticks_most;
	int tick_last; /* behind it the words of a tick have no room */
	bool tenths; /* a unit is written as a tenth of one */
};

/* Days beyond an end lie at that end. */
int axis_place(const struct axis *, day_t);
void
axis_set(const struct axis *, struct values *, const char *name, int place);
/* Adds "ticks" to v: a month each, with x and label. */
void axis_ticks(const struct axis *, const struct voice *, struct values *v);

#endif
