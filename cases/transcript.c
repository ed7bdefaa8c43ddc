/* See command.h: what was done of a mail's commands, as a text and as values. */
#include "cases/command.h"
#include "cases/follow_up.h"

char *
transcript_text(struct arena *a, const struct transcript *t)
{
	struct buf out = {0};

	for (size_t i = 0; i < t->n; i++) {
		const struct follow_up *f = t->v[i].draft;

		buf_printf(&out, "%s\n", t->v[i].text);
		if (f == NULL)
			continue;
		buf_printf(&out, "\nTo: %s\nSubject: %s\n\n%s\n",
		    f->recipient == NULL ? "-" : f->recipient, f->subject,
		    f->text);
		if (f->recipient != NULL)
			buf_printf(&out, "-----\nsend %s\n", f->token);
	}
	if (t->help_text != NULL)
		buf_printf(&out, "\n%s", t->help_text);
	return buf_keep(&out, a);
}

void
transcript_values(const struct transcript *t, const struct command_context *x,
    struct values *values)
{
	size_t done = 0;

	for (size_t i = 0; i < t->n; i++)
		done += t->v[i].done;
	values_set(values, "result",
	    LETTER_SAY(x->voice.arena, x->voice.letters,
		done == t->n && !t->refused ? "done-all"
		: done > 0                  ? "done-some"
					    : "done-none"));
	values_printf(values, "count", "%zu", t->n);
	for (size_t i = 0; i < t->n; i++) {
		struct values *line = values_add(values, "lines");

		values_set(line, "line", t->v[i].line);
		values_set(line, "answer", t->v[i].text);
		values_set(line, "done", t->v[i].done ? "1" : "");
		values_set(line, "failed", t->v[i].done ? "" : "1");
		if (t->v[i].draft != NULL)
			say_follow_up(values_add(line, "draft"), t->v[i].draft);
	}
	values_set(values, "refused", t->refused ? x->refusal : "");
	values_set(values, "gave-up", t->gave_up ? "1" : "");
	values_set(values, "help", t->help ? "1" : "");
}
