/* See parties.h. */
#include <ctype.h>
#include <string.h>

#include "cases/company.h"
#include "mail/addr.h"
#include "mail/domain.h"
#include "parties.h"
#include "proof.h"
#include "settings.h"

enum {
	LINKED_MOST = 16,
	LINKED_LOOK = 64 * 1024 /* bytes of a text */
};

/* --- help desks ----------------------------------------------------------- */

/* The letters of a name, "Acme Support" -> "acmesupport". */
static char *
letters_of(struct arena *a, const char *name)
{
	char *out = arena_alloc(a, strlen(name) + 1);
	size_t n = 0;

	for (; *name != '\0'; name++)
		if ((*name & 0x80) != 0 || isalnum((unsigned char)*name))
			out[n++] = (char)tolower((unsigned char)*name);
	out[n] = '\0';
	return out;
}

/*
 * What tells a company from the others at its help desk: the host that is its
 * own, else its name.  The desk's own letters are told by their domain.
 */
static const char *
desk_domain(struct arena *a, struct address address, const char *domain)
{
	char *host = domain_ascii(a, address.addr), *name;

	if (host != NULL && strcmp(host, domain) != 0)
		return strncmp(host, "www.", 4) == 0 ? host + 4 : host;
	name = address.name == NULL ? NULL : letters_of(a, address.name);
	if (name == NULL || name[0] == '\0')
		return address.addr;
	if (strncmp(name, domain, strcspn(domain, ".")) == 0)
		return domain;
	return arena_printf(a, "%s@%s", name, domain);
}

/* Who has his mailbox where the owner has one is no company of his. */
static bool
is_owners_domain(
    const struct settings *settings, struct arena *a, const char *domain)
{
	size_t i;

	for (i = 0; i < settings->addresses.n; i++)
		if (strcmp(domain_of(a, settings->addresses.v[i]), domain) == 0)
			return true;
	return false;
}

struct party
party_of(struct run *run, struct arena *a, const struct message *m,
    struct address address)
{
	const struct settings *settings = &run->settings;
	struct party p = {.addr = address.addr, .name = address.name};
	const char *domain;

	if (address.addr == NULL)
		return p;
	p.domain = domain = domain_of(a, address.addr);
	p.freemail = domain_listed(run->freemail, domain) ||
		     is_owners_domain(settings, a, domain);
	if (p.freemail)
		p.domain = address.addr;
	p.desk = domain_listed(run->desks, domain);
	if (p.desk)
		p.domain = desk_domain(a, address, domain);
	p.machine = addr_machine(run->machines, address.addr);
	p.owner = addr_in(&settings->addresses, address.addr);
	p.ours = !p.owner && address_is_us(a, run, m, address.addr);
	return p;
}

/* --- links ---------------------------------------------------------------- */

static bool
is_host_byte(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.';
}

static void
add_linked(
    struct run *run, struct arena *a, struct slice host, struct strings *out)
{
	const char *domain;

	while (host.len > 0 && host.p[host.len - 1] == '.')
		host.len--;
	domain = host.len == 0 ? NULL : domain_of(a, slice_dup(a, host));
	if (domain == NULL || strchr(domain, '.') == NULL ||
	    domain_listed(run->freemail, domain) ||
	    domain_listed(run->desks, domain))
		return;
	if (!strings_have(out, domain))
		strings_add(a, out, domain);
}

/* The domains behind "://", "@" and "www." in a text. */
static struct strings
linked_domains(struct run *run, struct arena *a, const char *text)
{
	static const char *const marks[] = {"://", "@", "www."};
	struct strings out = {NULL, 0};
	const char *end = text + strnlen(text, LINKED_LOOK), *p;
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		size_t n = strlen(marks[i]);

		for (p = text;
		     out.n < LINKED_MOST &&
		     (p = memmem(p, (size_t)(end - p), marks[i], n)) != NULL;) {
			struct slice host = {p += n, 0};

			while (p < end && is_host_byte(*p))
				p++;
			host.len = (size_t)(p - host.p);
			add_linked(run, a, host, &out);
		}
	}
	return out;
}

/* --- likeness ------------------------------------------------------------- */

static int
find_likeness(
    struct run *run, struct arena *a, struct placing *p, struct err *err)
{
	const char *domain = p->from.domain;
	struct strings known;
	bool knows;
	size_t i;

	if (p->from.addr == NULL || domain == NULL || p->from.owner ||
	    p->from.ours || p->from.freemail || p->from.desk || p->bulk)
		return 0;
	if (company_is_known(
		run->store, run->owner, domain, p->sent, &knows, err) != 0)
		return -1;
	if (knows)
		return 0;
	if (company_domains(run->store, run->owner, a, p->sent, &known, err) !=
	    0)
		return -1;
	for (i = 0; i < known.n && p->resembles == NULL; i++)
		if (domain_resembles(a, domain, known.v[i]))
			p->resembles = known.v[i];
	return 0;
}

int
parties_judge(struct run *run, struct arena *a, const struct understood *u,
    struct placing *p, struct err *err)
{
	if (p->from.desk)
		p->linked = linked_domains(run, a, u->original->text);
	p->twin = u->twin;
	return find_likeness(run, a, p, err);
}
