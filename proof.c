/* See proof.h. */
#include <string.h>
#include <strings.h>

#include "mail/addr.h"
#include "mail/authres.h"
#include "mail/domain.h"
#include "proof.h"

/* RFC 5321 section 6.3; what Postfix has for a loop. */
enum { HOPS_MOST = 50 };

/* "me+anything@example.org" and "me@example.org" are the same person's. */
static bool
same_mailbox(const char *a, const char *b)
{
	size_t na = strcspn(a, "+@"), nb = strcspn(b, "+@");
	const char *da = strchr(a, '@'), *db = strchr(b, '@');

	return da != NULL && db != NULL && na == nb &&
	       strncasecmp(a, b, na) == 0 && strcasecmp(da, db) == 0;
}

/* RFC 5321 section 4.4: the host after "by" in the topmost Received. */
static char *
taken_by(struct arena *a, const struct message *m)
{
	const char *trace = message_field(m, "Received");
	const char *by = trace == NULL ? NULL : strstr(trace, "by ");

	while (by != NULL && by != trace && by[-1] != ' ' && by[-1] != '\t')
		by = strstr(by + 1, "by ");
	if (by == NULL)
		return NULL;
	by += strcspn(by, " ");
	by += strspn(by, " \t");
	return arena_strndup(a, by, strcspn(by, " \t;("));
}

/* Whether host is domain or lies below it. */
static bool
lies_in(const char *host, const char *domain)
{
	size_t h = strlen(host), d = strlen(domain);

	return h >= d && d > 0 && strcasecmp(host + h - d, domain) == 0 &&
	       (h == d || host[h - d - 1] == '.');
}

static bool
is_owners_domain(const struct settings *s, const char *domain)
{
	size_t i;

	for (i = 0; i < s->addresses.n; i++) {
		const char *at = strchr(s->addresses.v[i], '@');

		if (strcasecmp(at + 1, domain) == 0)
			return true;
	}
	return false;
}

/* The owner's mail to an address of the server that it lies on. */
static bool
is_taken_here(struct arena *a, const struct run *run, const struct message *m,
    const char *addr)
{
	const char *at = strchr(addr, '@');
	const char *host;

	if (at == NULL || !addr_in(&run->settings.addresses, m->from.addr) ||
	    is_owners_domain(&run->settings, at + 1) ||
	    domain_listed(run->freemail, at + 1))
		return false;
	host = taken_by(a, m);
	return host != NULL && lies_in(host, at + 1);
}

bool
address_is_us(struct arena *a, const struct run *run, const struct message *m,
    const char *addr)
{
	const struct settings *s = &run->settings;
	size_t i;

	if (addr == NULL)
		return true;
	for (i = 0; i < s->addresses.n; i++)
		if (same_mailbox(s->addresses.v[i], addr))
			return true;
	if (same_mailbox(s->from, addr) ||
	    (s->case_address != NULL && same_mailbox(s->case_address, addr)))
		return true;
	return m != NULL && is_taken_here(a, run, m, addr);
}

static bool
all_to_us(struct arena *a, const struct run *run, const struct message *m,
    const struct addresses *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (!address_is_us(a, run, m, list->v[i].addr))
			return false;
	return true;
}

/* Looks whether one address is of a case, and whose MAC it carries. */
static bool
check_address(const struct run *run, const struct token_key *key,
    const char *addr, struct proof *p)
{
	enum token_side side;
	int number;

	if (addr == NULL || run->settings.case_address == NULL ||
	    !token_address_check(key, run->settings.case_address, addr,
		run->owner, &number, &side))
		return false;
	p->case_number = number;
	p->address_of_case = true;
	return side == TOKEN_OWNER;
}

static bool
check_addresses(const struct run *run, const struct token_key *key,
    const struct addresses *list, struct proof *p)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (check_address(run, key, list->v[i].addr, p))
			return true;
	return false;
}

/* Where servers tell for whom they took it, when To does not. */
static bool
check_envelope(struct arena *a, const struct run *run,
    const struct token_key *key, const struct message *m, struct proof *p)
{
	static const char *const names[] = {
	    "Delivered-To", "X-Original-To", "Envelope-To", "X-Forwarded-To"};
	size_t i, k;

	for (i = 0; i < m->field_count; i++)
		for (k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
			struct slice value =
			    slice_trim(slice_of(m->fields[i].value));

			if (strcasecmp(m->fields[i].name, names[k]) != 0)
				continue;
			if (value.len > 2 && value.p[0] == '<') {
				value.p++;
				value.len -= 2;
			}
			if (check_address(run, key, slice_dup(a, value), p))
				return true;
		}
	return false;
}

/* Answers to our own mails; side of the company proves a case, no authority. */
static bool
check_ids(struct arena *a, const struct run *run, const struct token_key *key,
    const struct strings *ids, struct proof *p)
{
	struct token_id id;
	size_t i;

	for (i = ids->n; i > 0; i--) {
		if (!token_id_check(a, key, ids->v[i - 1], &id) ||
		    id.owner != run->owner)
			continue;
		if (id.case_number != 0) {
			p->case_number = id.case_number;
			p->address_of_case = true;
		}
		p->seq = id.seq;
		if (id.side == TOKEN_OWNER)
			return true;
	}
	return false;
}

static size_t
count_fields(const struct message *m, const char *name)
{
	size_t i, n = 0;

	for (i = 0; i < m->field_count; i++)
		n += strcasecmp(m->fields[i].name, name) == 0;
	return n;
}

/* Whether both lie in the registrable domain; neither may be none. */
static bool
aligned(struct arena *a, const char *name, const char *domain)
{
	const char *own = name == NULL ? NULL : domain_of(a, name);

	return own != NULL && strcmp(own, domain) == 0;
}

/*
 * RFC 8601 section 5: only the topmost field counts, and only when our own
 * server's name is on it; those below may be anybody's.
 */
static bool
authentication_passed(
    struct arena *a, const struct run *run, const struct message *m)
{
	const char *trusted = run->settings.authserv_id;
	const char *value = message_field(m, "Authentication-Results");
	const char *domain = domain_of(a, m->from.addr);
	struct authres passed;
	size_t i;

	if (trusted == NULL || value == NULL || domain == NULL)
		return false;
	passed = authres_read(a, value, trusted);
	for (i = 0; i < passed.n; i++)
		if (aligned(a, passed.domains[i], domain))
			return true;
	return false;
}

struct proof
mail_proof(struct arena *a, const struct run *run, const struct token_key *key,
    const struct understood *u)
{
	const struct message *m = u->message;
	struct proof p = {0};
	struct token_id own;
	bool address, answer;

	p.ours = m->message_id != NULL &&
		 token_id_check(a, key, m->message_id, &own) &&
		 own.owner == run->owner;
	if (p.ours && own.side == TOKEN_COMPANY) {
		/* a copy of a letter: it belongs to its case, as the owner's */
		p.ours_to_company = true;
		p.case_number = own.case_number;
		p.address_of_case = true;
	}
	p.to_us = all_to_us(a, run, m, &m->to) && all_to_us(a, run, m, &m->cc);
	/* Both are looked at for the case they name, whoever wrote. */
	address = check_addresses(run, key, &m->to, &p) ||
		  check_addresses(run, key, &m->cc, &p) ||
		  check_envelope(a, run, key, m, &p);
	answer = check_ids(a, run, key, &m->references, &p) ||
		 check_ids(a, run, key, &m->in_reply_to, &p);
	if (u->bounce != NULL) {
		struct strings returned = {&u->bounce->message_id, 1};

		(void)check_ids(a, run, key, &returned, &p);
	}
	if (!u->from_owner) {
		p.why = "it is not from an address of yours";
		return p;
	}
	if (count_fields(m, "From") != 1) {
		p.why = "it has more than one From";
		return p;
	}
	if (count_fields(m, "Received") > HOPS_MOST) {
		p.why = "it goes round: too many servers have passed it on";
		return p;
	}
	p.authorised = true;
	if (address)
		p.why = "it came to the case's own address";
	else if (answer)
		p.why = "it answers a mail of mine";
	else if (authentication_passed(a, run, m))
		p.why = "your mail server vouches for it";
	else {
		p.authorised = false;
		p.why = "nothing proves that it is from you: answer one of my "
			"mails, or write to the case's address";
	}
	return p;
}
