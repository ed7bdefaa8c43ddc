/* See fields.h. */
#include <string.h>

#include "mail/charset.h"
#include "mail/encode.h"
#include "mail/fields.h"

enum {
	LINE = 78, /* RFC 5322 section 2.1.1 */
	LINE_ENCODED = 76, /* RFC 2047 section 2 */
	WORD_MOST = 70, /* a longer one goes as encoded words */
	ROOM_LEAST = 32, /* less than this is not worth an encoded word */
	ID_MOST = 250,
	IDS_MOST = 50
};

const char *
field_fault(const char *text)
{
	const char *p;

	for (p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return *p == '\r' || *p == '\n'
				   ? "has a line end"
				   : "has a control character";
	return utf8_valid(slice_of(text)) ? NULL : "is not UTF-8";
}

bool
id_valid(const char *id)
{
	const char *p;

	for (p = id; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f || *p == '<' || *p == '>')
			return false;
	return p > id && p - id <= ID_MOST;
}

static size_t
column(const struct field_writer *w)
{
	return w->out->len - w->line;
}

static void
fold(struct field_writer *w)
{
	buf_puts(w->out, "\r\n");
	w->line = w->out->len;
}

void
field_open(struct field_writer *w, struct buf *out, const char *name)
{
	w->out = out;
	w->line = out->len;
	buf_printf(out, "%s:", name);
}

void
field_close(struct field_writer *w)
{
	buf_puts(w->out, "\r\n");
}

void
field_word(struct field_writer *w, struct slice word)
{
	if (column(w) + 1 + word.len > LINE)
		fold(w);
	buf_putc(w->out, ' ');
	buf_slice(w->out, word);
}

/* Text that needs no encoding and comes out of folding as it went in: ASCII,
 * single blanks, no word too long for a line, nothing like an encoded word. */
static bool
is_plain(const char *text)
{
	size_t word = 0;
	const char *p;

	if (strstr(text, "=?") != NULL)
		return false;
	for (p = text; *p != '\0'; p++) {
		if ((unsigned char)*p >= 0x7f || *p < ' ')
			return false;
		if (*p != ' ' && ++word > WORD_MOST)
			return false;
		if (*p == ' ' && word == 0) /* at the start, or a second one */
			return false;
		if (*p == ' ')
			word = 0;
	}
	return p == text || word > 0;
}

static void
put_words(struct field_writer *w, const char *text)
{
	size_t n;

	for (; *text != '\0'; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		field_word(w, (struct slice){text, n});
	}
}

static void
put_encoded(struct field_writer *w, struct slice text)
{
	char kind = encode_word_kind(text);
	size_t room, n;

	while (text.len > 0) {
		if (column(w) + 1 + ROOM_LEAST > LINE_ENCODED)
			fold(w);
		room = LINE_ENCODED - column(w) - 1;
		buf_putc(w->out, ' ');
		n = encode_word(w->out, text, room, kind);
		text.p += n;
		text.len -= n;
	}
}

void
field_text(struct field_writer *w, const char *text)
{
	if (is_plain(text))
		put_words(w, text);
	else
		put_encoded(w, slice_of(text));
}

/* RFC 5322 section 3.2.3: what needs no quotes in a name. */
static bool
is_phrase(const char *text)
{
	for (; *text != '\0'; text++)
		if (strchr("()<>[]:;@\\,.\"", *text) != NULL)
			return false;
	return true;
}

static void
put_quoted(struct field_writer *w, const char *text)
{
	struct buf quoted = {0};

	buf_putc(&quoted, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_putc(&quoted, '\\');
		buf_putc(&quoted, *text);
	}
	buf_putc(&quoted, '"');
	field_word(w, buf_view(&quoted));
	buf_free(&quoted);
}

static void
put_name(struct field_writer *w, const char *name)
{
	if (is_plain(name) && is_phrase(name))
		put_words(w, name);
	else if (is_plain(name) && strlen(name) <= WORD_MOST / 2)
		put_quoted(w, name);
	else
		put_encoded(w, slice_of(name));
}

void
field_address(struct field_writer *w, const struct address *a, bool more)
{
	bool named = a->name != NULL && a->name[0] != '\0';
	struct buf word = {0};

	if (named)
		put_name(w, a->name);
	buf_printf(&word, named ? "<%s>%s" : "%s%s", a->addr, more ? "," : "");
	field_word(w, buf_view(&word));
	buf_free(&word);
}

void
field_id(struct field_writer *w, const char *id)
{
	struct buf word = {0};

	buf_printf(&word, "<%s>", id);
	field_word(w, buf_view(&word));
	buf_free(&word);
}

void
field_put_text(struct buf *out, const char *name, const char *text)
{
	struct field_writer w;

	field_open(&w, out, name);
	field_text(&w, text);
	field_close(&w);
}

void
field_put_addresses(
    struct buf *out, const char *name, const struct addresses *list)
{
	struct field_writer w;
	size_t i;

	if (list->n == 0)
		return;
	field_open(&w, out, name);
	for (i = 0; i < list->n; i++)
		field_address(&w, &list->v[i], i + 1 < list->n);
	field_close(&w);
}

void
field_put_ids(struct buf *out, const char *name, const struct strings *ids)
{
	struct field_writer w;
	size_t i, n = 0;

	for (i = 0; i < ids->n; i++) {
		if (i > 0 && i + IDS_MOST - 1 < ids->n)
			continue;
		if (!id_valid(ids->v[i]))
			continue;
		if (n++ == 0)
			field_open(&w, out, name);
		field_id(&w, ids->v[i]);
	}
	if (n > 0)
		field_close(&w);
}
