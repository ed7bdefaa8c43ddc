/* See authres.h. */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "mail/authres.h"

/* Behind a comment, comments in it included; NULL when it has no end. */
static const char *
skip_comment(const char *p)
{
	int depth = 0;

	for (; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p + 1;
	}
	return NULL;
}

/* In lower case; of blanks one stands for all. */
static void
add_byte(struct buf *out, char c)
{
	if (!isspace((unsigned char)c))
		buf_putc(out, (char)tolower((unsigned char)c));
	else if (out->len > 0 && out->p[out->len - 1] != ' ')
		buf_putc(out, ' ');
}

static bool
is_of_a_name(char c)
{
	return isalnum((unsigned char)c) || strchr(".-_@", c) != NULL;
}

/* The text of a quoted string, in which nothing divides any more. */
static const char *
take_quoted(struct buf *out, const char *p)
{
	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		add_byte(out, is_of_a_name(*p) ? *p : '_');
	}
	return *p == '"' ? p + 1 : NULL;
}

/* Without comments and quotes; NULL when one of them has no end. */
static char *
plain(struct arena *a, const char *p)
{
	struct buf out = {0};

	buf_puts(&out, "");
	while (p != NULL && *p != '\0') {
		if (*p == '(') {
			add_byte(&out, ' ');
			p = skip_comment(p);
		} else if (*p == '"') {
			p = take_quoted(&out, p);
		} else {
			add_byte(&out, *p++);
		}
	}
	if (p != NULL)
		return buf_keep(&out, a);
	buf_free(&out);
	return NULL;
}

/* The domain of a result that is a pass, or NULL. */
static const char *
passes(char *result)
{
	static const struct {
		const char *pass, *property;
	} methods[] = {
	    {"dkim=pass", "header.d="}, {"dmarc=pass", "header.from="}};
	char *rest = NULL, *word = strtok_r(result, " ", &rest);
	size_t i;

	for (i = 0; word != NULL && i < sizeof(methods) / sizeof(*methods); i++)
		if (strcmp(word, methods[i].pass) == 0)
			break;
	if (word == NULL || i == sizeof(methods) / sizeof(*methods))
		return NULL;
	while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
		size_t n = strlen(methods[i].property);

		if (strncmp(word, methods[i].property, n) == 0)
			return word + n;
	}
	return NULL;
}

static char *
trimmed(struct arena *a, const char *text)
{
	return slice_dup(a, slice_trim(slice_of(text)));
}

struct authres
authres_read(struct arena *a, const char *value, const char *id)
{
	struct authres found = {NULL, 0, NULL};
	char *list = plain(a, value), *rest = NULL, *words = NULL, *result;

	result = list == NULL ? NULL : strtok_r(list, ";", &rest);
	if (result == NULL)
		return found;
	/* Behind the server's name its version may stand. */
	result = strtok_r(result, " ", &words);
	if (result == NULL || strcmp(result, id) != 0)
		return found;
	while ((result = strtok_r(NULL, ";", &rest)) != NULL) {
		const char *domain;

		result = trimmed(a, result);
		if (found.dkim == NULL && strncmp(result, "dkim=", 5) == 0)
			found.dkim = arena_strdup(a, result);
		domain = passes(result);
		if (domain == NULL)
			continue;
		found.domains = arena_grow(
		    a, found.domains, found.n, sizeof(*found.domains));
		found.domains[found.n++] = domain;
	}
	return found;
}
