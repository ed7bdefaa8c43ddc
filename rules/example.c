/* See example.h. */
#include "rules/example.h"

enum who
example_sender(const struct rule *rule)
{
	return rule->senders & 1u << WHO_COMPANY ? WHO_COMPANY : WHO_CUSTOMER;
}

/* An example of a whole message has lines: "\\n" ends one. */
static const char *
with_lines(struct arena *a, const char *text)
{
	struct buf lines = {0};

	for (; *text != '\0'; text++)
		if (text[0] == '\\' && text[1] == 'n') {
			buf_putc(&lines, '\n');
			text++;
		} else {
			buf_putc(&lines, *text);
		}
	return buf_keep(&lines, a);
}

/* A Monday, long before any date that an example names. */
static struct moment
example_day(void)
{
	day_t day;

	day_parse("2024-01-08", &day);
	return moment_at(day, 10 * 3600, 0);
}

struct findings *
example_read(struct arena *arena, struct pack *pack,
    const struct rulebook *book, const struct rule *rule, const char *text,
    const struct calendar *calendar)
{
	const struct reading in = {
	    .text = rule->whens > 0 ? with_lines(arena, text) : text,
	    .language = book->name,
	    .sender = example_sender(rule),
	    .anchor = example_day(),
	    .calendar = calendar};

	return findings_read(arena, pack, &in);
}
