/*
 * See header.h: address lists (RFC 5322 section 3.4 and 4.4) as people and
 * programs write them: names with dots, commas and encoded words in or out of
 * quotes, addresses without brackets, brackets without an end, semicolons
 * between addresses.
 *
 * An address is only taken from where the grammar has it: never out of a
 * name, a comment or an encoded word, which is where forgers put theirs.
 */
#include <string.h>
#include <strings.h>

#include "mail/guard.h"
#include "mail/header.h"

/* One mailbox while it is read. */
struct mailbox {
	struct buf phrase; /* words and quoted strings; encoded words as is */
	struct buf bare; /* the last word, quotes kept; or the one with '@' */
	struct buf comment; /* "ann@acme.example (Ann)" */
	struct buf angle;
	size_t bare_at; /* where that begins in phrase */
	bool has_angle;
	bool has_bare; /* bare holds an '@' */
	bool bare_ended;
};

struct list {
	struct arena *arena;
	struct addresses *out;
	char *held; /* "Doe" of an unquoted "Doe, Ann <ann@...>" */
};

static void
add(struct list *l, const char *name, const char *addr)
{
	struct addresses *out = l->out;

	if ((name == NULL && addr == NULL) || out->n >= GUARD_ADDRESSES)
		return;
	out->v = arena_grow(l->arena, out->v, out->n, sizeof(*out->v));
	out->v[out->n].name = name;
	out->v[out->n++].addr = addr;
}

static void
flush_held(struct list *l)
{
	if (l->held != NULL)
		add(l, l->held, NULL);
	l->held = NULL;
}

/* A name to show, or NULL for an empty one. */
static char *
clean_name(struct arena *arena, const struct buf *text)
{
	struct slice s;

	if (text->len == 0)
		return NULL;
	s = slice_trim(slice_of(header_words(arena, text->p)));
	/* Outlook's single quotes around an address book's entry. */
	if (s.len > 2 && s.p[0] == '\'' && s.p[s.len - 1] == '\'') {
		s.p++;
		s.len -= 2;
	}
	return s.len == 0 ? NULL : slice_dup(arena, s);
}

/* addr-spec with its domain in lower case, or NULL when it is none. */
static char *
clean_addr(struct arena *arena, const struct buf *text)
{
	struct slice s = slice_trim(buf_view(text));
	char *addr, *at;

	/* A source route: "@one.example,@two.example:ann@acme.example". */
	if (s.len > 0 && s.p[0] == '@' && memchr(s.p, ':', s.len) != NULL) {
		const char *colon = memchr(s.p, ':', s.len);

		s.len -= (size_t)(colon + 1 - s.p);
		s.p = colon + 1;
	}
	if (slice_starts_nocase(s, "mailto:")) {
		s.p += 7;
		s.len -= 7;
	}
	while (s.len > 0 && s.p[s.len - 1] == '.')
		s.len--;
	addr = slice_dup(arena, s);
	at = strrchr(addr, '@');
	if (at == NULL || at == addr || at[1] == '\0')
		return NULL;
	for (; *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at + 32);
	return addr;
}

/* "Ann ann@acme.example": the word with the '@' is no part of the name. */
static void
bare_address(struct list *l, struct mailbox *m)
{
	char *addr = clean_addr(l->arena, &m->bare), *name;

	flush_held(l);
	if (addr != NULL) {
		m->phrase.len = m->bare_at;
		if (m->phrase.p != NULL)
			m->phrase.p[m->phrase.len] = '\0';
	}
	name = clean_name(l->arena, &m->phrase);
	if (name == NULL)
		name = clean_name(l->arena, &m->comment);
	add(l, name, addr);
}

static void
angle_address(struct list *l, struct mailbox *m)
{
	char *name = clean_name(l->arena, &m->phrase);

	if (l->held != NULL && name != NULL) {
		name = arena_printf(l->arena, "%s, %s", l->held, name);
		l->held = NULL;
	}
	flush_held(l);
	if (name == NULL)
		name = clean_name(l->arena, &m->comment);
	add(l, name, clean_addr(l->arena, &m->angle));
}

/* Ends the mailbox; comma: another may belong to the same name. */
static void
flush(struct list *l, struct mailbox *m, bool comma)
{
	char *name;

	if (m->has_angle) {
		angle_address(l, m);
	} else if (m->has_bare) {
		bare_address(l, m);
	} else {
		flush_held(l);
		name = clean_name(l->arena, &m->phrase);
		if (comma)
			l->held = name;
		else
			add(l, name, NULL);
	}
	m->phrase.len = m->bare.len = m->comment.len = m->angle.len = 0;
	m->has_angle = m->has_bare = m->bare_ended = false;
	m->bare_at = 0;
}

static const char *
read_comment(const char *p, struct buf *out)
{
	int depth = 1;

	if (out->len > 0)
		buf_putc(out, ' ');
	for (p++; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p + 1;
		buf_putc(out, *p);
	}
	return p;
}

/* Into name without quotes and backslashes, into raw as it stands. */
static const char *
read_quoted(const char *p, struct buf *name, struct buf *raw)
{
	buf_putc(raw, '"');
	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			buf_putc(raw, *p++);
		buf_putc(raw, *p);
		if (name != NULL)
			buf_putc(name, *p);
	}
	buf_putc(raw, '"');
	return *p == '"' ? p + 1 : p;
}

/* What is within <>; without its end, up to the next comma. */
static const char *
read_angle(const char *p, struct mailbox *m)
{
	struct buf comment = {0};
	const char *stop = strchr(p, '>');

	m->angle.len = 0;
	m->has_angle = true;
	while (*p == '<')
		p++;
	while (*p != '\0' && *p != '>' && (*p != ',' || stop != NULL)) {
		if (*p == '"') {
			p = read_quoted(p, NULL, &m->angle);
		} else if (*p == '(') {
			p = read_comment(p, &comment);
		} else if (*p == '<' || *p == ' ' || *p == '\t') {
			p++;
		} else {
			buf_putc(&m->angle, *p++);
		}
	}
	buf_free(&comment);
	while (*p == '>')
		p++;
	return p;
}

/* White space ends a word, but for that around an '@' (section 4.4). */
static const char *
read_blanks(const char *p, struct mailbox *m)
{
	bool open;

	while (*p == ' ' || *p == '\t')
		p++;
	if (m->phrase.len > 0)
		buf_putc(&m->phrase, ' ');
	open =
	    m->bare.len > 0 && (*p == '@' || m->bare.p[m->bare.len - 1] == '@');
	if (m->has_bare) {
		m->bare_ended = m->bare_ended || !open;
	} else if (!open) {
		m->bare.len = 0;
		m->bare_at = m->phrase.len;
	}
	return p;
}

static const char *
read_char(const char *p, struct mailbox *m)
{
	if (m->has_angle)
		return p + 1; /* rubbish behind the address */
	if (*p == '@' && m->bare.len > 0)
		m->has_bare = true;
	buf_putc(&m->phrase, *p);
	if (!m->bare_ended)
		buf_putc(&m->bare, *p);
	return p + 1;
}

/* A colon ends a group's name (RFC 5322 section 3.4); the name is dropped. */
static void
group_begins(struct mailbox *m)
{
	m->phrase.len = m->bare.len = m->comment.len = 0;
	m->bare_at = 0;
	if (m->phrase.p != NULL)
		m->phrase.p[0] = '\0';
}

static const char *
read_token(const char *p, struct list *l, struct mailbox *m)
{
	switch (*p) {
	case ' ':
	case '\t':
		return read_blanks(p, m);
	case '(':
		return read_comment(p, &m->comment);
	case '"':
		return read_quoted(p, &m->phrase, &m->bare);
	case '<':
		return read_angle(p, m);
	case ',':
	case ';':
		flush(l, m, *p == ',');
		return p + 1;
	case ':':
		if (m->has_angle || m->has_bare)
			return p + 1;
		group_begins(m);
		return p + 1;
	default:
		return read_char(p, m);
	}
}

void
header_addresses(struct arena *arena, struct slice value, struct addresses *out)
{
	struct list l = {arena, out, NULL};
	struct mailbox m = {0};
	const char *p = header_unfold(arena, value);

	while (*p != '\0')
		p = read_token(p, &l, &m);
	flush(&l, &m, false);
	flush_held(&l);
	buf_free(&m.phrase);
	buf_free(&m.bare);
	buf_free(&m.comment);
	buf_free(&m.angle);
}
