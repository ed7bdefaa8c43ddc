/* See finding.h. */
#include <string.h>

#include "rules/finding.h"

static const char *const actions[] = {"reply", "call", "refund", "replace",
    "repair", "deliver", "cancel", "investigate", "pay", "provide", "other"};

const char *
who_name(enum who who)
{
	return who == WHO_COMPANY ? "company" : "customer";
}

const char *
kind_name(enum kind kind)
{
	return kind == KIND_PROMISE ? "promise" : "deadline";
}

const char *
action_name(enum action action)
{
	return actions[action];
}

bool
action_of(const char *name, enum action *action)
{
	size_t i;

	for (i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		if (strcmp(name, actions[i]) == 0) {
			*action = (enum action)i;
			return true;
		}
	}
	return false;
}

bool
findings_signal(const struct findings *f, const char *name)
{
	size_t i;

	for (i = 0; f != NULL && i < f->signal_count; i++)
		if (strcmp(f->signals[i].name, name) == 0)
			return true;
	return false;
}

bool
findings_end(const struct findings *f)
{
	static const char *const ends[] = {
	    "closure", "resolution", "refusal", "final_response"};
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (findings_signal(f, ends[i]))
			return true;
	return false;
}
