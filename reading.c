/* See reading.h. */
#include <strings.h>

#include "mail/addr.h"
#include "mail/domain.h"
#include "reading.h"
#include "rules/explain.h"
#include "twin.h"

/* RFC 3834 section 5, and what came before it. */
static bool
is_machine_written(const struct message *m)
{
	static const struct {
		const char *name, *unless;
	} fields[] = {
	    {"Auto-Submitted", "no"},
	    {"X-Autoreply", NULL},
	    {"X-Autorespond", NULL},
	    {"X-Auto-Reply-From", NULL},
	};
	const char *precedence = message_field(m, "Precedence");
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *value = message_field(m, fields[i].name);

		if (value != NULL &&
		    (fields[i].unless == NULL ||
			strcasecmp(value, fields[i].unless) != 0))
			return true;
	}
	return precedence != NULL && strcasecmp(precedence, "auto_reply") == 0;
}

/* RFC 2919, RFC 2369; Precedence is older than both. */
static bool
is_bulk(const struct message *m)
{
	const char *precedence = message_field(m, "Precedence");

	return message_field(m, "List-Unsubscribe") != NULL ||
	       message_field(m, "List-Id") != NULL ||
	       (precedence != NULL && (strcasecmp(precedence, "bulk") == 0 ||
					  strcasecmp(precedence, "list") == 0 ||
					  strcasecmp(precedence, "junk") == 0));
}

/* The registrable domain of the first address that is not the owner's. */
static const char *
other_domain(
    struct arena *a, const struct strings *me, const struct addresses *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (list->v[i].addr != NULL && !addr_in(me, list->v[i].addr))
			return domain_of(a, list->v[i].addr);
	return NULL;
}

static const char *
other_side(
    struct arena *a, const struct strings *me, const struct understood *u)
{
	const struct original *o = u->original;
	const char *company;

	if (u->sender == WHO_COMPANY)
		return o->from.addr == NULL ? NULL : domain_of(a, o->from.addr);
	company = other_domain(a, me, &o->to);
	return company != NULL ? company : other_domain(a, me, &o->cc);
}

/* All but the findings; and what these are to be read from. */
static struct understood *
understand(struct arena *a, struct run *run, const struct strings *me,
    struct slice raw, struct reading *reading)
{
	struct understood *u = arena_alloc(a, sizeof(*u));
	struct message *m = message_skim(a, raw);
	struct original *o = original_read(a, run->forms, m);

	u->message = m;
	u->original = o;
	u->from_owner = addr_in(me, m->from.addr);
	u->sender = addr_in(me, o->from.addr) ? WHO_CUSTOMER : WHO_COMPANY;
	u->machine_written = is_machine_written(m) && !o->forwarded;
	u->bulk = is_bulk(m) && !o->forwarded;
	u->anchor = o->has_date ? o->date : m->has_date ? m->date : run->now;
	u->company = other_side(a, me, u);
	*reading = (struct reading){
	    .text = o->newest,
	    .subject = o->subject,
	    .anchor = u->anchor,
	    .sender = u->sender,
	    .sender_name = o->from.name,
	    .sender_addr = o->from.addr,
	    .machine_written = u->machine_written,
	    .calendar = run->calendar,
	};
	return u;
}

struct understood *
mail_understand(struct arena *a, struct run *run, const struct strings *me,
    struct slice raw)
{
	struct reading reading;
	struct understood *u = understand(a, run, me, raw, &reading);

	if (run->options.explain)
		u->explanation = arena_alloc(a, sizeof(*u->explanation));
	reading.explanation = u->explanation;
	u->findings = findings_read(a, run->pack, &reading);
	return u;
}

struct understood *
mail_study(struct arena *a, struct run *run, struct slice raw, bool skim)
{
	struct reading reading;
	struct understood *u =
	    understand(a, run, &run->settings.addresses, raw, &reading);

	u->twin = twin_of(a, run->thread_words, u->original);
	if (!u->original->forwarded)
		u->bounce = bounce_read(a, run->bounces, u->message);
	if (skim && u->bulk && !u->from_owner && u->sender == WHO_COMPANY) {
		u->findings = references_read(a, run->pack, &reading);
		u->unread = u->findings->reference_count == 0;
	}
	if (!u->unread)
		u->findings = findings_read(a, run->pack, &reading);
	return u;
}
