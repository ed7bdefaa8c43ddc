/*
 * See header.h: the Date field.  Words are sorted by what they look like, not
 * by where they stand, so that one reader takes RFC 5322 section 3.3 and 4.3,
 * asctime(3), and what lies between; ISO 8601 is left to base/date.h.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/date.h"
#include "mail/header.h"

/* RFC 5322 section 4.3, and those that are met beside them: minutes. */
/* clang-format off */
static const struct {
	const char *name;
	int minutes;
} zones[] = {
    {"UT", 0}, {"GMT", 0}, {"UTC", 0}, {"Z", 0}, {"WET", 0},
    {"EDT", -4 * 60}, {"EST", -5 * 60}, {"CDT", -5 * 60}, {"CST", -6 * 60},
    {"MDT", -6 * 60}, {"MST", -7 * 60}, {"PDT", -7 * 60}, {"PST", -8 * 60},
    {"BST", 60}, {"IST", 330}, {"WEST", 60}, {"CET", 60}, {"MET", 60},
    {"MEZ", 60}, {"CEST", 120}, {"MEST", 120}, {"MESZ", 120}, {"EET", 120},
    {"EEST", 180}, {"MSK", 180}, {"JST", 540}, {"KST", 540}, {"HKT", 480},
    {"AEST", 600}, {"AEDT", 660}, {"NZST", 720}, {"NZDT", 780},
    {"AKST", -540}, {"AKDT", -480}, {"HST", -600},
};
/* clang-format on */

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

struct reading {
	int day, month, year, second; /* -1: not seen */
	int32_t offset;
	bool has_offset;
};

/* Digits at *p, at most most of them; -1 for none. */
static int
number(const char **p, int most)
{
	int n = 0, digits = 0;

	while (**p >= '0' && **p <= '9' && digits < most) {
		n = n * 10 + (*(*p)++ - '0');
		digits++;
	}
	return digits == 0 ? -1 : n;
}

static int
month_of(const char *word)
{
	size_t i;

	for (i = 0; i < 12; i++)
		if (strncasecmp(word, months + 3 * i, 3) == 0)
			return (int)i + 1;
	return -1;
}

/* "10:15:30", "10:15", "10.15.30", "1015:30" is none. */
static bool
read_time(const char *word, struct reading *r)
{
	int hour, minute, second = 0;
	char sign;

	hour = number(&word, 2);
	sign = *word;
	if (hour < 0 || (sign != ':' && sign != '.'))
		return false;
	word++;
	minute = number(&word, 2);
	if (*word == sign) {
		word++;
		second = number(&word, 2);
	}
	if (minute < 0 || minute > 59 || hour > 24 || second < 0 || second > 60)
		return false;
	if (sign == '.' && r->day < 0)
		return false; /* "02.03.2026" */
	/* A leap second does not exist here (POSIX time). */
	r->second =
	    hour % 24 * 3600 + minute * 60 + (second > 59 ? 59 : second);
	return true;
}

/* "+0100", "-05:00", "+1" and those behind "GMT" or "UTC". */
static bool
read_offset(const char *word, struct reading *r)
{
	int sign = *word == '-' ? -1 : 1, hours, minutes = 0;

	if ((*word != '+' && *word != '-') || r->second < 0)
		return false;
	word++;
	hours = number(&word, 2);
	if (hours < 0)
		return false;
	if (*word == ':')
		word++;
	if (*word != '\0')
		minutes = number(&word, 2);
	r->has_offset = true;
	/* Beyond 15 hours nobody lives: the clock is right, the zone is not. */
	if (minutes >= 0 && minutes < 60 && hours <= 14)
		r->offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool
read_zone(const char *word, struct reading *r)
{
	size_t i, n = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz");

	if (n == 0 || r->second < 0 || r->has_offset)
		return false;
	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		if (strlen(zones[i].name) != n ||
		    strncasecmp(word, zones[i].name, n) != 0)
			continue;
		/* "GMT+0100": the number behind it says it. */
		if (!read_offset(word + n, r)) {
			r->offset = zones[i].minutes * 60;
			r->has_offset = true;
		}
		return true;
	}
	/* Military letters and unknown names: -0000 (RFC 5322 section 4.3). */
	return false;
}

/* RFC 5322 section 4.3: 49 is 2049, 50 is 1950, 126 is 2026. */
static int
full_year(int year, size_t digits)
{
	if (digits <= 2)
		return year < 50 ? 2000 + year : 1900 + year;
	return digits == 3 ? 1900 + year : year;
}

static bool
read_number(const char *word, struct reading *r)
{
	const char *p = word;
	int n = number(&p, 4);

	if (n < 0 || (*p != '\0' && strcspn(p, "0123456789") == 0))
		return false;
	if (r->day < 0 && p - word <= 2 && n >= 1 && n <= 31)
		r->day = n;
	else if (r->year < 0)
		r->year = full_year(n, (size_t)(p - word));
	return true;
}

static void
read_word(const char *word, struct reading *r)
{
	if (read_time(word, r) || read_offset(word, r) || read_zone(word, r))
		return;
	if (r->second >= 0 && r->second < 43200 && strcasecmp(word, "PM") == 0)
		r->second += 43200;
	else if (r->second >= 43200 && strcasecmp(word, "AM") == 0)
		r->second -= 43200;
	else if (!read_number(word, r) && r->month < 0)
		r->month = month_of(word);
}

/* The next word, without comments; "2-Mar-2026" gives three.  The number of
 * bytes that follow it; word has room for `room`. */
static const char *
next_word(const char *p, const char *end, char *word, size_t room)
{
	size_t n = 0;
	int depth = 0;

	for (; p < end; p++) {
		bool between = depth > 0 || strchr(" \t\r\n,();", *p) != NULL;

		if (*p == '(')
			depth++;
		else if (*p == ')' && depth > 0)
			depth--;
		/* A '-' between a digit or letter and a letter, or after. */
		if (*p == '-' && n > 0 && p + 1 < end &&
		    ((p[1] | 32) >= 'a' || (word[n - 1] | 32) >= 'a') &&
		    strncasecmp(word, "GMT", 3) != 0 &&
		    strncasecmp(word, "UTC", 3) != 0)
			between = true;
		if (!between && n + 1 < room)
			word[n++] = *p;
		else if (between && n > 0)
			break;
	}
	word[n] = '\0';
	return p < end && *p == '-' ? p + 1 : p;
}

/* "2026-03-02 10:15:00 +0100" and RFC 3339. */
static bool
read_iso(struct slice value, struct moment *out)
{
	char text[40], zone[8] = "Z";
	size_t n = value.len < 34 ? value.len : 34, at;
	struct reading r = {1, 1, 1, 0, 0, false};

	if (n < 16 || value.p[4] != '-' || value.p[7] != '-')
		return false;
	memcpy(text, value.p, n);
	text[n] = '\0';
	if (moment_parse(text, out))
		return true;
	/* Seconds or the zone are missing, or the zone stands apart. */
	at = strcspn(text + 11, "+-Z ") + 11;
	read_offset(text + at + strspn(text + at, " "), &r);
	text[at] = '\0';
	if (at == 16)
		strcpy(text + at, ":00");
	strcat(text, zone);
	if (!moment_parse(text, out))
		return false;
	out->utc -= r.offset;
	out->offset = r.offset;
	return true;
}

bool
header_date(struct slice value, struct moment *out)
{
	struct reading r = {-1, -1, -1, -1, 0, false};
	struct civil c;
	const char *p, *end;
	char word[32];

	value = slice_trim(value);
	if (read_iso(value, out))
		return true;
	p = value.p;
	end = value.p + value.len;
	while (p < end) {
		p = next_word(p, end, word, sizeof(word));
		read_word(word, &r);
	}
	c.year = r.year;
	c.month = r.month;
	c.day = r.day;
	if (!civil_valid(c))
		return false;
	if (r.second < 0)
		r.second = 0;
	*out = moment_at(day_of_civil(c), r.second, r.offset);
	return true;
}
