/* See response.h. */
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "mail/response.h"

enum braces { OUTSIDE, INSIDE, CLOSED, CLOSED_CR };

static const char *const advice =
    "no mail is lost on it; if this comes again, tell its operator";

void
response_begin(struct response_guard *g, uint64_t budget)
{
	memset(g, 0, sizeof(*g));
	g->left = budget;
}

void
response_allow(struct response_guard *g, uint64_t budget)
{
	/* What an earlier literal still owes was allowed then. */
	g->left = budget + g->literal;
}

/* "{NUMBER}" at the end of the line; its CR may be missing. */
static void
follow_braces(struct response_guard *g, char c)
{
	if (c == '{') {
		g->braces = INSIDE;
		g->number = 0;
	} else if (g->braces == INSIDE && c >= '0' && c <= '9') {
		if (g->number < UINT64_MAX / 16)
			g->number = g->number * 10 + (uint64_t)(c - '0');
	} else if (g->braces == INSIDE && c == '}') {
		g->braces = CLOSED;
	} else if (g->braces == CLOSED && c == '\r') {
		g->braces = CLOSED_CR;
	} else if (c != '\n') {
		g->braces = OUTSIDE;
	}
}

/* "* NUMBER FETCH": the only answer whose literals are wanted. */
static int
is_fetch(const struct response_guard *g)
{
	size_t digits;

	if (strncmp(g->start, "* ", 2) != 0)
		return 0;
	digits = strspn(g->start + 2, "0123456789");
	return digits > 0 &&
	       strncasecmp(g->start + 2 + digits, " FETCH ", 7) == 0;
}

static int
end_of_line(struct response_guard *g, struct err *e)
{
	enum braces braces = (enum braces)g->braces;

	g->braces = OUTSIDE;
	if (strncasecmp(g->start, "* BYE", 5) == 0)
		return err_set(e, EX_UNAVAILABLE,
		    "the server ends the session: %.*s; it is tried again "
		    "later",
		    (int)strcspn(g->start + 2, "\r\n"), g->start + 2);
	if (braces < CLOSED || !is_fetch(g)) {
		g->depth = 0;
		memset(g->start, 0, g->start_len);
		g->start_len = 0;
		return 0;
	}
	if (g->number > g->left)
		return err_set(e, EX_UNAVAILABLE,
		    "the server announces %llu bytes, more than was asked for; "
		    "%s",
		    (unsigned long long)g->number, advice);
	g->literal = g->number;
	return 0;
}

static int
syntax_byte(struct response_guard *g, char c, struct err *e)
{
	g->left--;
	if (c == '(' && ++g->depth > RESPONSE_DEPTH)
		return err_set(e, EX_UNAVAILABLE,
		    "the server nests parentheses more than %d deep; %s",
		    RESPONSE_DEPTH, advice);
	if (c == ')' && g->depth > 0)
		g->depth--;
	if (g->start_len < RESPONSE_START - 1)
		g->start[g->start_len++] = c;
	follow_braces(g, c);
	return c == '\n' ? end_of_line(g, e) : 0;
}

int
response_feed(struct response_guard *g, const char *p, size_t n, struct err *e)
{
	size_t skip;

	if (n > g->left)
		return err_set(e, EX_UNAVAILABLE,
		    "the server sends more than was asked for; %s", advice);
	while (n > 0) {
		skip = g->literal < n ? (size_t)g->literal : n;
		if (skip == 0) {
			if (syntax_byte(g, *p, e) != 0)
				return -1;
			skip = 1;
		} else {
			g->literal -= skip;
			g->left -= skip;
		}
		p += skip;
		n -= skip;
	}
	return 0;
}
