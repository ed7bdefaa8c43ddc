/* See reckoning.h. */
#include <ctype.h>

#include "rules/reckoning.h"

const char *const weekday_names[] = {"", "Monday", "Tuesday", "Wednesday",
    "Thursday", "Friday", "Saturday", "Sunday"};
const char *const month_names[] = {"", "January", "February", "March", "April",
    "May", "June", "July", "August", "September", "October", "November",
    "December"};

void
print_day(struct buf *out, day_t day)
{
	struct civil c = civil_of_day(day);

	buf_printf(out, "%s %d %s %d", weekday_names[weekday_of(day)], c.day,
	    month_names[c.month], c.year);
}

void
reckoning_say(struct reckoning *s, const char *what, day_t from)
{
	if (!s->says)
		return;
	if (s->why.len > 0)
		buf_putc(&s->why, '\n');
	buf_puts(&s->why, what);
	buf_putc(&s->why, ' ');
	print_day(&s->why, from);
}

day_t
civil_day(int year, int month, int day)
{
	struct civil c = {year, month, day};

	return day_of_civil(c);
}

day_t
reckoning_base(const struct reckoning *s)
{
	return s->lo > s->floor ? s->lo : s->floor;
}

void
reckoning_set_day(struct reckoning *s, day_t day)
{
	s->lo = s->hi = day;
	s->stretch = ONE_DAY;
	s->named = true;
}

void
reckoning_set_stretch(
    struct reckoning *s, enum stretch stretch, day_t lo, day_t hi)
{
	s->lo = lo;
	s->hi = hi;
	s->stretch = stretch;
	s->named = true;
}

int
take_digits(const char **p, int least, int most)
{
	int n = 0, value = 0;

	for (; n < most && isdigit((unsigned char)**p); (*p)++, n++)
		value = value * 10 + (**p - '0');
	return n < least ? -1 : value;
}
