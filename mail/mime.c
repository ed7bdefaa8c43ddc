/*
 * See read.h: bytes -> message.
 *
 * guard.c finds the parts; here it is decided which of them are the body, and
 * what each is worth.  Of a multipart/alternative the plain text is taken,
 * unless it is empty or says a quarter of what the HTML says (a stub: "your
 * program cannot show HTML"); text parts that stand side by side are one body
 * (Apple Mail).  Nothing recurses: parts lie in one array, a whole before what
 * is in it.
 */
#include <string.h>
#include <strings.h>

#include "mail/charset.h"
#include "mail/guard.h"
#include "mail/plain.h"
#include "mail/read.h"
#include "mail/transfer.h"

enum {
	STUB = 600, /* a longer plain text is none */
	STUB_FACTOR = 4, /* how much more the HTML says */
	/* Texts that are one body; what is more is attached. */
	BODIES_MOST = 64,
	TEXTS_MOST = 64, /* beside the body; and mails within mails */
	LABEL = 40, /* bytes of an unknown one that are told */
	META_LOOK = 1024 /* where HTML tells its charset (WHATWG: 1024) */
};

/* What becomes of a section. */
enum role { PART, BODY, PASSED_OVER };

struct reader {
	struct arena *arena;
	struct message *m;
	struct sections sections;
	enum role *role; /* by section */
	const char **text; /* by section, once it was read; NULL */
	size_t read; /* bytes of text, GUARD_TEXT at most */
	size_t decoded; /* bytes of attachments, GUARD_DECODED at most */
	bool skim; /* nobody asks for them */
};

static bool
is_type(const struct section *s, const char *type)
{
	return strcmp(s->content.value, type) == 0;
}

/* What is read as text: RFC 2046 section 4.1.4 has unknown text as plain. */
static bool
is_text(const struct section *s)
{
	static const char *const types[] = {"", "text", "text/plain",
	    "text/html", "text/enriched", "text/richtext", "text/markdown"};
	size_t i;

	if (s->kind != SECTION_LEAF)
		return false;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (is_type(s, types[i]))
			return true;
	/* A multipart in which no part was found, or a type that is none. */
	return strncmp(s->content.value, "multipart/", 10) == 0 ||
	       strchr(s->content.value, '/') == NULL;
}

static bool
is_html(const struct section *s)
{
	return is_type(s, "text/html");
}

static void
disposition_of(
    struct reader *r, const struct section *s, struct content *disposition)
{
	memset(disposition, 0, sizeof(*disposition));
	header_content(r->arena, header_find(&s->header, "Content-Disposition"),
	    disposition);
}

static const char *
file_name(struct reader *r, const struct section *s)
{
	struct content disposition;
	const char *name;

	disposition_of(r, s, &disposition);
	name = content_text(r->arena, &disposition, "filename");
	if (name == NULL)
		name = content_text(r->arena, &s->content, "name");
	return name != NULL && name[0] != '\0' ? name : NULL;
}

static bool
is_attached(struct reader *r, const struct section *s)
{
	struct content disposition;

	disposition_of(r, s, &disposition);
	return strcmp(disposition.value, "attachment") == 0;
}

/* --- text ----------------------------------------------------------------- */

static struct slice
decode(struct reader *r, const struct section *s, size_t most, bool *cut)
{
	struct slice encoding =
	    header_find(&s->header, "Content-Transfer-Encoding");

	return transfer_decode(r->arena, s->body, encoding, most, cut);
}

/* The charset that HTML names itself: <meta ... charset=...>. */
static struct slice
meta_charset(struct slice html)
{
	static const char key[] = "charset=";
	struct slice label = {NULL, 0};
	size_t i, n = sizeof(key) - 1;

	if (html.len > META_LOOK)
		html.len = META_LOOK;
	for (i = 0; i + n < html.len; i++) {
		if (strncasecmp(html.p + i, key, n) != 0)
			continue;
		label.p = html.p + i + n;
		if (*label.p == '"' || *label.p == '\'')
			label.p++;
		while (label.p + label.len < html.p + html.len &&
		       strchr(" \t\r\n\"'/>;", label.p[label.len]) == NULL)
			label.len++;
		break;
	}
	return label;
}

/* Many a mail has HTML under the label of plain text. */
static bool
looks_like_html(struct slice text)
{
	text = slice_trim(text);
	return slice_starts_nocase(text, "<!doctype html") ||
	       slice_starts_nocase(text, "<html");
}

static bool
parameter_is(const struct section *s, const char *name, const char *value)
{
	struct slice v = content_bytes(&s->content, name);

	return slice_is_nocase(v, value);
}

/* The text of a leaf; read once. */
static const char *
text_of(struct reader *r, size_t i)
{
	const struct section *s = &r->sections.v[i];
	struct slice bytes, label;
	bool cut, known;

	if (r->text[i] != NULL)
		return r->text[i];
	bytes = decode(r, s, GUARD_TEXT - r->read, &cut);
	r->read += bytes.len;
	if (cut)
		guard_fault(r->arena, &r->m->faults,
		    "text is longer than %d MB; the rest of part %zu is kept "
		    "unread",
		    GUARD_TEXT >> 20, i);
	label = content_bytes(&s->content, "charset");
	if (label.len == 0 && is_html(s) && !utf8_valid(bytes))
		label = meta_charset(bytes);
	bytes = charset_decode(r->arena, bytes, label, &known);
	if (!known) {
		label.len = label.len < LABEL ? label.len : LABEL;
		guard_fault(r->arena, &r->m->faults,
		    "charset of part %zu is unknown: %s", i,
		    header_text(r->arena, label));
	}
	if (slice_starts(bytes, "\xef\xbb\xbf")) {
		bytes.p += 3;
		bytes.len -= 3;
	}
	if (is_html(s) || looks_like_html(bytes))
		r->text[i] = html_text(r->arena, bytes);
	else
		r->text[i] = plain_text(r->arena, bytes,
		    parameter_is(s, "format", "flowed"),
		    parameter_is(s, "delsp", "yes"));
	return r->text[i];
}

/* --- which sections are the body ------------------------------------------ */

/* The next section that is no part of an enclosed mail. */
static size_t
after(const struct reader *r, size_t i)
{
	return r->sections.v[i].kind == SECTION_MESSAGE ? r->sections.v[i].end
							: i + 1;
}

/* The first text leaf of the body within [from, end); end when none. */
static size_t
find_text(const struct reader *r, size_t from, size_t end, bool html)
{
	size_t i;

	for (i = from; i < end; i = after(r, i))
		if (r->role[i] == BODY && is_html(&r->sections.v[i]) == html)
			return i;
	return end;
}

static size_t
text_length(struct reader *r, size_t i)
{
	return slice_trim(slice_of(text_of(r, i))).len;
}

static bool
is_stub(struct reader *r, size_t plain, size_t html)
{
	size_t length = text_length(r, plain);

	return length == 0 ||
	       (length < STUB && text_length(r, html) / STUB_FACTOR >= length);
}

/* The alternatives but the one chosen: their text is said already. */
static void
pass_over(struct reader *r, size_t from, size_t end)
{
	size_t i;

	for (i = from; i < end; i = after(r, i)) {
		const struct section *s = &r->sections.v[i];

		if (s->kind == SECTION_LEAF &&
		    (is_text(s) || is_type(s, "text/x-amp-html") ||
			is_type(s, "text/watch-html")) &&
		    !is_attached(r, s))
			r->role[i] = PASSED_OVER;
	}
}

static void
choose_alternative(struct reader *r, size_t whole)
{
	const struct section *v = r->sections.v;
	size_t end = v[whole].end, plain, html, chosen, child;

	plain = find_text(r, whole + 1, end, false);
	html = find_text(r, whole + 1, end, true);
	chosen = plain;
	if (plain == end || (html != end && is_stub(r, plain, html)))
		chosen = html;
	if (chosen == end)
		return;
	for (child = whole + 1; child < end; child = v[child].end)
		if (chosen < child || chosen >= v[child].end)
			pass_over(r, child, v[child].end);
}

static void
choose_body(struct reader *r)
{
	const struct sections *all = &r->sections;
	size_t i, found = 0;

	for (i = 0; i < all->n && found < BODIES_MOST; i = after(r, i))
		if (is_text(&all->v[i]) && !is_attached(r, &all->v[i]) &&
		    file_name(r, &all->v[i]) == NULL) {
			r->role[i] = BODY;
			found++;
		}
	/* Some programs give even the body a name, or "attach" a whole mail. */
	for (i = 0; i < all->n && found == 0; i = after(r, i))
		if (is_text(&all->v[i]) &&
		    (i == 0 || !is_attached(r, &all->v[i]))) {
			r->role[i] = BODY;
			found++;
		}
	for (i = 0; i < all->n; i = after(r, i))
		if (is_type(&all->v[i], "multipart/alternative") &&
		    all->v[i].kind == SECTION_MULTIPART)
			choose_alternative(r, i);
}

/* The texts of the body that say something, in order. */
static void
body_texts(struct reader *r, struct strings *texts)
{
	size_t i;

	for (i = 0; i < r->sections.n; i = after(r, i)) {
		if (r->role[i] != BODY || text_length(r, i) == 0)
			continue;
		strings_add(r->arena, texts, text_of(r, i));
		r->m->from_html |= is_html(&r->sections.v[i]);
	}
}

static void
join_body(struct reader *r)
{
	struct strings texts = {0};
	struct buf b = {0};
	size_t i;

	body_texts(r, &texts);
	if (texts.n < 2) {
		r->m->text = texts.n == 0 ? "" : texts.v[0];
		return;
	}
	for (i = 0; i < texts.n; i++) {
		if (b.len > 0 && b.p[b.len - 1] != '\n')
			buf_putc(&b, '\n');
		buf_puts(&b, texts.v[i]);
	}
	r->m->text = buf_keep(&b, r->arena);
}

/* --- parts ---------------------------------------------------------------- */

static bool
ends_with(const char *text, const char *end)
{
	size_t n = text == NULL ? 0 : strlen(text), m = strlen(end);

	return n >= m && strcasecmp(text + n - m, end) == 0;
}

static void
add_enclosed(struct reader *r, struct slice bytes)
{
	struct message *m = r->m;

	m->enclosed = arena_grow(
	    r->arena, m->enclosed, m->enclosed_count, sizeof(*m->enclosed));
	m->enclosed[m->enclosed_count++] = bytes;
}

static void
add_part(struct reader *r, const struct section *s, const char *name,
    struct slice bytes)
{
	struct message *m = r->m;
	struct part *part;

	m->parts =
	    arena_grow(r->arena, m->parts, m->part_count, sizeof(*m->parts));
	part = &m->parts[m->part_count++];
	part->type =
	    s->content.value[0] == '\0' ? "text/plain" : s->content.value;
	part->name = name;
	part->bytes = bytes;
}

/* What cannot be read without a key is said, and kept as a part. */
static void
tell_encrypted(struct reader *r, const struct section *s, size_t i)
{
	static const char *const types[] = {"multipart/encrypted",
	    "application/pkcs7-mime", "application/x-pkcs7-mime"};
	size_t t;

	for (t = 0; t < sizeof(types) / sizeof(types[0]); t++)
		if (is_type(s, types[t]))
			guard_fault(r->arena, &r->m->faults,
			    "part %zu is encrypted or sealed (%s); kept unread",
			    i, types[t]);
}

static bool
may_be_mail(const struct section *s, const char *name)
{
	return is_type(s, "message/rfc822") || ends_with(name, ".eml");
}

/* Text, a mail, or what a server says of one (RFC 3464): part of what is read. */
static bool
is_read(const struct section *s, const char *name)
{
	return strncmp(s->content.value, "text/", 5) == 0 ||
	       strncmp(s->content.value, "message/", 8) == 0 ||
	       may_be_mail(s, name);
}

static void
read_part(struct reader *r, size_t i)
{
	const struct section *s = &r->sections.v[i];
	const char *name = file_name(r, s);
	struct slice bytes = {NULL, 0};
	bool cut;

	/* No code makes them longer: there is no fault to be told either. */
	if (r->skim && r->m->raw.len <= GUARD_DECODED && !is_read(s, name)) {
		add_part(r, s, name, bytes);
		return;
	}
	bytes = decode(r, s, GUARD_DECODED - r->decoded, &cut);
	if (cut)
		guard_fault(r->arena, &r->m->faults,
		    "attachments are larger than %d MB; the rest of part %zu "
		    "is kept unread",
		    GUARD_DECODED >> 20, i);
	if (!transfer_is_identity(
		header_find(&s->header, "Content-Transfer-Encoding")))
		r->decoded += bytes.len;
	if (!cut && may_be_mail(s, name) && message_plausible(bytes))
		add_enclosed(r, bytes);
	else
		add_part(r, s, name, bytes);
}

static void
read_parts(struct reader *r)
{
	size_t i;

	for (i = 0; i < r->sections.n; i = after(r, i)) {
		const struct section *s = &r->sections.v[i];

		tell_encrypted(r, s, i);
		if (s->kind == SECTION_MESSAGE)
			add_enclosed(r, s->body);
		else if (s->kind == SECTION_LEAF && r->role[i] == PART &&
			 (s->body.len > 0 || i > 0))
			read_part(r, i);
	}
}

/* --- header --------------------------------------------------------------- */

static void
read_fields(struct reader *r, const struct header *h)
{
	struct message *m = r->m;
	size_t i;

	m->field_count = h->n;
	m->fields = arena_calloc(r->arena, h->n + 1, sizeof(*m->fields));
	for (i = 0; i < h->n; i++) {
		m->fields[i].name = slice_dup(r->arena, h->v[i].name);
		m->fields[i].value = header_text(r->arena, h->v[i].value);
	}
}

/* Every field of that name; a mail may have two of To, though it must not. */
static void
read_addresses(struct reader *r, const struct header *h, const char *name,
    struct addresses *out)
{
	size_t i;

	for (i = 0; i < h->n; i++)
		if (slice_is_nocase(h->v[i].name, name))
			header_addresses(r->arena, h->v[i].value, out);
}

static void
read_header(struct reader *r, const struct header *h)
{
	struct message *m = r->m;
	struct addresses from = {0};
	struct strings id = {0};

	read_fields(r, h);
	read_addresses(r, h, "From", &from);
	if (from.n > 0)
		m->from = from.v[0];
	read_addresses(r, h, "To", &m->to);
	read_addresses(r, h, "Cc", &m->cc);
	read_addresses(r, h, "Reply-To", &m->reply_to);
	m->subject = message_field(m, "Subject");
	if (m->subject == NULL)
		m->subject = "";
	m->has_date = header_date(header_find(h, "Date"), &m->date);
	header_ids(r->arena, header_find(h, "Message-ID"), &id);
	if (id.n > 0)
		m->message_id = id.v[0];
	header_ids(r->arena, header_find(h, "In-Reply-To"), &m->in_reply_to);
	header_ids(r->arena, header_find(h, "References"), &m->references);
}

const char *
message_field(const struct message *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->field_count; i++)
		if (strcasecmp(m->fields[i].name, name) == 0)
			return m->fields[i].value;
	return NULL;
}

bool
message_plausible(struct slice raw)
{
	return guard_has_header(raw);
}

/* --- all of it ------------------------------------------------------------ */

/* Old Macs ended lines with CR alone; a copy gets line ends that we know. */
static struct slice
with_line_ends(struct arena *arena, struct slice raw)
{
	char *copy, *cr;

	if (raw.len == 0 || memchr(raw.p, '\n', raw.len) != NULL ||
	    memchr(raw.p, '\r', raw.len) == NULL)
		return raw;
	cr = copy = slice_dup(arena, raw);
	while ((cr = memchr(cr, '\r', (size_t)(copy + raw.len - cr))) != NULL)
		*cr = '\n';
	raw.p = copy;
	return raw;
}

static void
read_begin(struct reader *r, struct arena *arena, struct slice raw)
{
	memset(r, 0, sizeof(*r));
	if (raw.p == NULL)
		raw = slice_of("");
	r->arena = arena;
	r->m = arena_alloc(arena, sizeof(*r->m));
	r->m->raw = raw;
	guard_scan(
	    arena, with_line_ends(arena, raw), &r->sections, &r->m->faults);
	r->role = arena_calloc(arena, r->sections.n, sizeof(*r->role));
	r->text = arena_calloc(arena, r->sections.n, sizeof(*r->text));
}

static void
read_body(struct reader *r)
{
	read_header(r, &r->sections.v[0].header);
	choose_body(r);
	join_body(r);
}

static struct message *
read_whole(struct arena *arena, struct slice raw, bool skim)
{
	struct reader r;

	read_begin(&r, arena, raw);
	r.skim = skim;
	read_body(&r);
	read_parts(&r);
	return r.m;
}

struct message *
message_read(struct arena *arena, struct slice raw)
{
	return read_whole(arena, raw, false);
}

struct message *
message_skim(struct arena *arena, struct slice raw)
{
	return read_whole(arena, raw, true);
}

/* --- the other texts ------------------------------------------------------ */

/* Without blanks, to see whether two texts say the same. */
static struct slice
without_blanks(struct arena *arena, const char *text)
{
	char *out = arena_alloc(arena, strlen(text) + 1);
	size_t n = 0;

	for (; *text != '\0'; text++)
		if (strchr(" \t\n", *text) == NULL)
			out[n++] = *text;
	return (struct slice){out, n};
}

static bool
says_more(struct arena *arena, const char *text, const char *than)
{
	struct slice a = without_blanks(arena, text),
		     b = without_blanks(arena, than);

	return a.len > 0 && memmem(b.p, b.len, a.p, a.len) == NULL;
}

static void
add_text(struct reader *r, size_t i, struct strings *out)
{
	const char *text = text_of(r, i);

	if (out->n == TEXTS_MOST || !says_more(r->arena, text, r->m->text))
		return;
	strings_add(r->arena, out, text);
}

static void
other_texts(struct reader *r, bool enclosed, struct strings *out)
{
	size_t i;

	if (enclosed && r->m->text[0] != '\0' && out->n < TEXTS_MOST)
		strings_add(r->arena, out, r->m->text);
	for (i = 0; i < r->sections.n; i = after(r, i))
		if (r->role[i] != BODY &&
		    (is_text(&r->sections.v[i]) ||
			strncmp(r->sections.v[i].content.value, "text/", 5) ==
			    0))
			add_text(r, i, out);
}

void
message_texts(struct arena *arena, struct slice raw, struct strings *out)
{
	struct slice waiting[TEXTS_MOST];
	size_t n = 0, next, i, spent = 0;

	memset(out, 0, sizeof(*out));
	waiting[n++] = raw;
	for (next = 0; next < n && spent < GUARD_TEXT; next++) {
		struct reader r;

		spent += waiting[next].len;
		read_begin(&r, arena, waiting[next]);
		if (next == 0 && r.sections.n == 1 && is_text(&r.sections.v[0]))
			return; /* no more than its body */
		read_body(&r);
		read_parts(&r);
		other_texts(&r, next > 0, out);
		for (i = 0; i < r.m->enclosed_count && n < TEXTS_MOST; i++)
			waiting[n++] = r.m->enclosed[i];
	}
}
