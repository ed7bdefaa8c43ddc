/*
 * See zone.h.  localtime_r(3) knows one zone at a time, that of $TZ: it is set
 * when another name is asked for.  Programs started from here inherit it, so
 * the value that was there is what the first caller's environment had; nothing
 * of ours reads it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/zone.h"

static char current[64];

bool
zone_known(const char *name)
{
	char path[128];

	if (name == NULL || *name == '\0' || strcmp(name, "UTC") == 0)
		return true;
	if (strlen(name) >= sizeof(current) || strstr(name, "..") != NULL ||
	    name[0] == '/' || name[0] == ':')
		return false;
	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	return access(path, R_OK) == 0;
}

static void
switch_to(const char *name)
{
	if (name == NULL || *name == '\0' || !zone_known(name))
		name = "UTC";
	if (strcmp(current, name) == 0)
		return;
	snprintf(current, sizeof(current), "%s", name);
	setenv("TZ", current, 1);
	tzset();
}

int32_t
zone_offset(const char *name, int64_t utc)
{
	time_t t = (time_t)utc;
	struct tm tm;

	switch_to(name);
	if (localtime_r(&t, &tm) == NULL)
		return 0;
	return (int32_t)tm.tm_gmtoff;
}

struct moment
zone_moment(const char *name, int64_t utc)
{
	struct moment m = {utc, zone_offset(name, utc)};

	return m;
}

struct moment
zone_local(const char *name, day_t day, int second)
{
	struct moment m = moment_at(day, second, 0);
	int32_t before = zone_offset(name, m.utc - 86400);
	int32_t after = zone_offset(name, m.utc + 86400);
	struct moment first = moment_at(day, second, before);

	if (zone_offset(name, first.utc) == before)
		return first;
	m = moment_at(day, second, after);
	if (zone_offset(name, m.utc) == after)
		return m;
	/* Skipped: the old offset names the moment, the new one shows it. */
	first.offset = zone_offset(name, first.utc);
	return first;
}
