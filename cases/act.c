/* See verbs.h: the parts that several verbs share. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/zone.h"

#include "cases/verbs.h"

enum { DAY_SECONDS = 86400 };

struct arena *
act_arena(const struct act *r)
{
	return r->x->voice.arena;
}

char *
act_print(const struct act *r, int64_t n)
{
	return arena_printf(act_arena(r), "%lld", (long long)n);
}

/* A command that makes no sense is answered; a store that fails is not. */
int
act_outcome(struct act *r, int rc)
{
	if (rc != -1)
		return DONE;
	if (r->err->code != EX_USAGE)
		return FAILED;
	r->answer = arena_strdup(act_arena(r), r->err->text);
	memset(r->err, 0, sizeof(*r->err));
	return REFUSED;
}

int
act_case(struct act *r)
{
	r->case_number =
	    r->c->case_number > 0 ? r->c->case_number : r->x->case_number;
	if (r->case_number > 0)
		return DONE;
	return REFUSE(r, "not-case");
}

struct moment
act_now(const struct act *r)
{
	return zone_moment(r->x->voice.zone, r->x->voice.now);
}

struct slice
act_without(const char *text, const char *const *words, size_t n)
{
	struct slice s = slice_trim(slice_of(text));

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		if (slice_starts_nocase(s, words[i]) && s.len > len &&
		    s.p[len] == ' ') {
			s.p += len;
			s.len -= len;
			return slice_trim(s);
		}
	}
	return s;
}

/* A date at the start of the text; whole: nothing may follow it. */
bool
act_date(const struct act *r, const char *text, struct moment anchor,
    bool whole, struct due *due)
{
	const char *region = r->x->region;
	size_t end = 0, n = strlen(text);

	if (n == 0 || r->x->read_due == NULL ||
	    !r->x->read_due(r->x->arg, text, anchor, region, due, &end))
		return false;
	while (end < n && strchr(" .,;", text[end]) != NULL)
		end++;
	return due->precision != DUE_NONE && (!whole || end >= n);
}

/*
 * The moment of something that has happened: "3 March" is the last one, not
 * the next.  A phrase is read as seen from now, from a week and from a year
 * ago; the first that does not lie ahead counts.
 */
bool
act_past(const struct act *r, const char *text, struct moment *at)
{
	static const char *const on[] = {"on", "since", "at"};
	static const int back[] = {0, 8, 366};
	const char *zone = r->x->voice.zone;
	struct moment now = act_now(r);
	const char *date = slice_dup(act_arena(r), act_without(text, on, 3));
	struct due due;

	*at = now;
	if (*date == '\0' || strcasecmp(date, "today") == 0)
		return true;
	if (strcasecmp(date, "yesterday") == 0) {
		*at = zone_local(zone, moment_day(now) - 1, DAY_SECONDS / 2);
		return true;
	}
	for (size_t i = 0; i < sizeof(back) / sizeof(back[0]); i++) {
		struct moment anchor = {
		    now.utc - (int64_t)back[i] * DAY_SECONDS, now.offset};

		if (!act_date(r, date, anchor, true, &due))
			return false;
		if (due.precision == DUE_TIME && due.at.utc <= now.utc) {
			*at = due.at;
			return true;
		}
		if (due.precision == DUE_DAY && due.day <= moment_day(now)) {
			if (due.day < moment_day(now))
				*at =
				    zone_local(zone, due.day, DAY_SECONDS / 2);
			return true;
		}
	}
	return false;
}

/* A bare number before the argument, as in "3 FRIDAY"; 0 when none. */
int
act_leading_number(const char *text, const char **rest)
{
	char *after;
	long n = strtol(text, &after, 10);

	if (!isdigit((unsigned char)*text) || n <= 0 || n > INT32_MAX ||
	    *after != ' ')
		return 0;
	*rest = after + strspn(after, " ");
	return (int)n;
}

struct change *
act_begin(struct act *r)
{
	return change_begin(r->x->store, r->x->owner, act_arena(r),
	    r->case_number, ACTOR_OWNER, verb_name(r->c->verb),
	    r->x->voice.now);
}

/* After a change: its answer, which ends it. */
int
act_end(struct act *r, struct change *c)
{
	return act_outcome(r, change_end(c, r->answer, NULL, r->err));
}
