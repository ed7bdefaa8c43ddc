/*
 * See addr.h.  Sources: RFC 5321 sections 4.1.2 and 4.5.3.1, RFC 5322 section
 * 3.2.3 (atom), RFC 1035 section 2.3.1 (labels), RFC 3834 section 4 (whom
 * never to write to).
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "mail/addr.h"

enum { LABEL_MOST = 63, PATTERN_MOST = 64, PATTERNS_MOST = 1000 };

struct machine_addresses {
	struct arena *arena;
	char **pattern;
	size_t n;
};

static bool
is_atext(char c)
{
	return is_alnum(c) ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static const char *
local_fault(struct slice local)
{
	size_t i;

	if (local.len == 0)
		return "has nothing before the @";
	if (local.len > ADDR_LOCAL_MOST)
		return "has more than 64 bytes before the @";
	if (local.p[0] == '-')
		return "begins with '-'";
	if (local.p[0] == '.' || local.p[local.len - 1] == '.')
		return "has a dot at an end of its local part";
	for (i = 0; i < local.len; i++) {
		if (local.p[i] == '.' && local.p[i + 1] == '.')
			return "has two dots in a row";
		if (local.p[i] != '.' && !is_atext(local.p[i]))
			return "has a character that needs quoting";
	}
	return NULL;
}

static const char *
label_fault(const char *p, size_t len)
{
	size_t i;

	if (len == 0)
		return "has an empty label in its domain";
	if (len > LABEL_MOST)
		return "has a label of more than 63 bytes in its domain";
	if (p[0] == '-' || p[len - 1] == '-')
		return "has a label that begins or ends with '-'";
	for (i = 0; i < len; i++)
		if (!is_alnum(p[i]) && p[i] != '-')
			return "has a character that no domain has";
	return NULL;
}

static const char *
domain_fault(const char *domain)
{
	const char *label = domain, *fault;
	size_t len;

	for (;; label += len + 1) {
		len = strcspn(label, ".");
		if ((fault = label_fault(label, len)) != NULL)
			return fault;
		if (label[len] == '\0')
			break;
	}
	if (strspn(label, "0123456789") == len)
		return "has a number where a domain must be";
	return NULL;
}

const char *
addr_fault(const char *addr)
{
	const char *at, *fault, *p;

	if (addr == NULL || addr[0] == '\0')
		return "is empty";
	if (strlen(addr) > ADDR_MOST)
		return "is longer than 254 bytes";
	for (p = addr; *p != '\0'; p++) {
		if ((unsigned char)*p >= 0x80)
			return "is not ASCII (write the domain as xn--...)";
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return "has a blank or control character";
	}
	if ((at = strrchr(addr, '@')) == NULL)
		return "has no @";
	fault = local_fault((struct slice){addr, (size_t)(at - addr)});
	return fault != NULL ? fault : domain_fault(at + 1);
}

/* One line of the file into one pattern; blank and comment lines are none. */
static int
pattern_add(struct machine_addresses *m, struct slice line, struct err *err)
{
	size_t i;

	line = slice_trim(line);
	if (line.len == 0 || line.p[0] == '#')
		return 0;
	if (line.len > PATTERN_MOST || m->n == PATTERNS_MOST)
		return err_set(err, EX_CONFIG, "too long");
	for (i = 0; i < line.len; i++)
		if (strchr("*+=", line.p[i]) == NULL &&
		    !islower((unsigned char)line.p[i]) &&
		    !isdigit((unsigned char)line.p[i]))
			return err_set(err, EX_CONFIG,
			    "column %zu: a pattern has only a-z, 0-9, +, = "
			    "and *",
			    i + 1);
	m->pattern = arena_grow(m->arena, m->pattern, m->n, sizeof(char *));
	m->pattern[m->n++] = slice_dup(m->arena, line);
	return 0;
}

static int
patterns_read(
    struct machine_addresses *m, FILE *f, const char *path, struct err *err)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int number = 0, rc = 0;

	while (rc == 0 && (len = getline(&line, &room, f)) >= 0) {
		number++;
		if (pattern_add(m, (struct slice){line, (size_t)len}, err) < 0)
			rc = err_prefix(err, "%s:%d", path, number);
	}
	if (rc == 0 && ferror(f))
		rc = err_errno(err, "%s", path);
	free(line);
	return rc;
}

struct machine_addresses *
machine_addresses_load(struct arena *a, const char *path, struct err *err)
{
	struct machine_addresses *m = arena_alloc(a, sizeof(*m));
	FILE *f = fopen(path, "re");
	int rc;

	if (f == NULL) {
		err_errno(err, "%s", path);
		err->code = EX_CONFIG;
		return NULL;
	}
	m->arena = a;
	rc = patterns_read(m, f, path, err);
	fclose(f);
	return rc == 0 ? m : NULL;
}

/* '*' stands for any run of characters.  Goes back to the last star only, so
 * the time is at most the product of two short lengths. */
static bool
matches(const char *pattern, const char *text)
{
	const char *star = NULL, *retry = NULL;

	while (*text != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			retry = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star != NULL) {
			pattern = star;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

/* The local part as patterns see it: lower case, without - _ and dots. */
static void
local_fold(const char *addr, char *out, size_t room)
{
	size_t n = 0;

	for (; *addr != '\0' && *addr != '@' && n + 1 < room; addr++)
		if (strchr("-_.", *addr) == NULL)
			out[n++] = (char)tolower((unsigned char)*addr);
	out[n] = '\0';
}

bool
addr_machine(const struct machine_addresses *m, const char *addr)
{
	char local[ADDR_MOST + 1];
	size_t i;

	if (addr == NULL || addr[0] == '\0' || strcmp(addr, "<>") == 0)
		return true;
	local_fold(addr, local, sizeof(local));
	for (i = 0; i < m->n; i++)
		if (matches(m->pattern[i], local))
			return true;
	return false;
}

bool
addr_in(const struct strings *list, const char *addr)
{
	size_t i;

	for (i = 0; addr != NULL && i < list->n; i++)
		if (strcasecmp(list->v[i], addr) == 0)
			return true;
	return false;
}
