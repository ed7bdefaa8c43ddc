/*
 * See compose.h.  The tree of a mail is one of
 *
 *	text/plain
 *	multipart/alternative: text/plain, text/html, text/calendar
 *	multipart/mixed: one of the above, attachments
 *
 * Leaves are made first, so that boundaries can be chosen which none of them
 * contains (RFC 2046 section 5.1.1).
 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/hash.h"
#include "mail/addr.h"
#include "mail/charset.h"
#include "mail/compose.h"
#include "mail/encode.h"
#include "mail/fields.h"
#include "mail/flow.h"

enum {
	LINE_MOST = 998, /* RFC 5322 section 2.1.1 */
	NAME_MOST = 255, /* of a file */
	NAME_PLAIN = 60, /* in one line with what stands before it */
	NAME_PIECE = 16, /* bytes in one piece of RFC 2231 */
	CLEAN_MOST = 200, /* see compose.h */
	ALTERNATIVES = 3,
	BOUNDARY_HASH = 12
};

struct leaf {
	struct buf head, body;
};

struct tree {
	struct leaf alternative[ALTERNATIVES], *attached;
	size_t alternatives, attachments;
	char boundary[64];
};

/* Checks. */

static int
check_text(const char *what, const char *text, struct err *err)
{
	const char *fault = text == NULL ? NULL : field_fault(text);

	if (fault == NULL)
		return 0;
	return err_set(err, EX_DATAERR, "%s %s", what, fault);
}

static int
check_address(const char *what, const struct address *a, struct err *err)
{
	const char *fault = addr_fault(a->addr);

	if (fault != NULL)
		return err_set(err, EX_DATAERR, "%s: the address %s %s", what,
		    a->addr == NULL ? "" : a->addr, fault);
	return check_text(what, a->name, err);
}

static int
check_addresses(const char *what, const struct addresses *list, struct err *err)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (check_address(what, &list->v[i], err) < 0)
			return -1;
	return 0;
}

/* No field that compose() writes itself, and none that steers a mail system.
 * List-Unsubscribe is there for the owner's "stop" (RFC 2369). */
static int
check_field(const struct field *f, struct err *err)
{
	const char *p = f->name;
	bool ours = slice_starts_nocase(slice_of(p), "X-Promised-");

	for (; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f || *p == ':')
			ours = false;
	if ((!ours && strcmp(f->name, "List-Unsubscribe") != 0) ||
	    strlen(f->name) > NAME_PLAIN)
		return err_set(
		    err, EX_DATAERR, "no field of a draft: %s", f->name);
	return check_text(f->name, f->value, err);
}

static bool
is_token(const char *s, const char *also)
{
	const char *p;

	for (p = s; *p != '\0'; p++)
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= 'A' && *p <= 'Z') &&
		    !(*p >= '0' && *p <= '9') && strchr(also, *p) == NULL)
			return false;
	return p > s && p - s <= NAME_PLAIN;
}

static int
check_attachment(const struct attachment *a, struct err *err)
{
	const char *slash = a->type == NULL ? "/" : strchr(a->type, '/');

	if (a->type != NULL && (slash == NULL || !is_token(a->type, "/+-._")))
		return err_set(err, EX_DATAERR, "attachment: no media type");
	if (a->name != NULL &&
	    (strlen(a->name) > NAME_MOST || strpbrk(a->name, "/\\") != NULL))
		return err_set(err, EX_DATAERR, "attachment: no file name");
	return check_text("attachment", a->name, err);
}

static int
check_body(const struct draft *d, struct err *err)
{
	size_t i;

	if (d->text == NULL)
		return err_set(err, EX_DATAERR, "text is missing");
	if (!utf8_valid(slice_of(d->text)) || !utf8_valid(slice_of(d->html)) ||
	    !utf8_valid(slice_of(d->calendar)))
		return err_set(err, EX_DATAERR, "text is not UTF-8");
	if (d->calendar != NULL &&
	    (d->calendar_method == NULL || !is_token(d->calendar_method, "-")))
		return err_set(err, EX_DATAERR, "calendar without a method");
	for (i = 0; i < d->attachment_count; i++)
		if (check_attachment(&d->attachments[i], err) < 0)
			return -1;
	return 0;
}

static int
check(const struct draft *d, struct err *err)
{
	size_t i;

	if (d->message_id == NULL || !id_valid(d->message_id) ||
	    strchr(d->message_id, '@') == NULL)
		return err_set(err, EX_DATAERR, "Message-ID is none");
	if (d->to.n == 0)
		return err_set(err, EX_DATAERR, "To is missing");
	if (check_address("From", &d->from, err) < 0 ||
	    check_addresses("To", &d->to, err) < 0 ||
	    check_addresses("Cc", &d->cc, err) < 0 ||
	    check_addresses("Reply-To", &d->reply_to, err) < 0 ||
	    check_text("Subject", d->subject, err) < 0 ||
	    check_text("X-Promised-Loop", d->loop, err) < 0)
		return -1;
	for (i = 0; i < d->field_count; i++)
		if (check_field(&d->fields[i], err) < 0)
			return -1;
	return check_body(d, err);
}

/* Header. */

static void
put_date(struct buf *out, struct moment date)
{
	char text[DATE_ROOM];

	buf_printf(out, "Date: %s\r\n", moment_print_mail(date, text));
}

static void
put_header(struct buf *out, const struct draft *d)
{
	static const char *const automatic[] = {
	    [AUTO_NO] = "",
	    [AUTO_GENERATED] = "Auto-Submitted: auto-generated\r\n"
			       "X-Auto-Response-Suppress: All\r\n",
	    [AUTO_REPLIED] = "Auto-Submitted: auto-replied\r\n"
			     "X-Auto-Response-Suppress: All\r\n",
	};
	struct address from = d->from;
	const char *id[] = {d->message_id};
	size_t i;

	put_date(out, d->date);
	field_put_addresses(out, "From", &(struct addresses){&from, 1});
	field_put_addresses(out, "Reply-To", &d->reply_to);
	field_put_addresses(out, "To", &d->to);
	field_put_addresses(out, "Cc", &d->cc);
	field_put_text(out, "Subject", d->subject == NULL ? "" : d->subject);
	field_put_ids(out, "Message-ID", &(struct strings){id, 1});
	field_put_ids(out, "In-Reply-To", &d->in_reply_to);
	field_put_ids(out, "References", &d->references);
	buf_puts(out, automatic[d->auto_submitted]);
	if (d->loop != NULL)
		field_put_text(out, "X-Promised-Loop", d->loop);
	for (i = 0; i < d->field_count; i++)
		field_put_text(out, d->fields[i].name, d->fields[i].value);
	buf_puts(out, "MIME-Version: 1.0\r\n");
}

/* Leaves. */

/* All line ends become CRLF; the last line gets one. */
static void
put_crlf(struct buf *out, struct slice text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.p[i] == '\r' && i + 1 < text.len &&
		    text.p[i + 1] == '\n')
			continue;
		if (text.p[i] == '\n' || text.p[i] == '\r')
			buf_puts(out, "\r\n");
		else
			buf_putc(out, text.p[i]);
	}
	if (text.len > 0 && text.p[text.len - 1] != '\n' &&
	    text.p[text.len - 1] != '\r')
		buf_puts(out, "\r\n");
}

/* What text needs, by content. */
struct content_facts {
	size_t special; /* bytes that are not plain ASCII text */
	size_t longest; /* line, without its end */
	bool from; /* a line that some system would make ">From " */
};

static bool
is_special(char c)
{
	return (unsigned char)c >= 0x7f || (c < ' ' && c != '\t');
}

static struct content_facts
look(struct slice text)
{
	struct content_facts f = {0};
	struct slice line;
	size_t i;

	while (slice_line(&text, &line)) {
		if (line.len > f.longest)
			f.longest = line.len;
		f.from |= slice_starts(line, "From ");
		for (i = 0; i < line.len; i++)
			f.special += is_special(line.p[i]);
	}
	return f;
}

/* Encodes text with CRLF line ends as is shortest and fits into 7 bits. */
static void
leaf_encode(struct leaf *leaf, struct slice text)
{
	struct content_facts f = look(text);
	const char *name = "7bit";

	if (f.special == 0 && f.longest <= LINE_MOST && !f.from) {
		buf_slice(&leaf->body, text);
	} else if (2 * f.special <= text.len / 3) {
		name = "quoted-printable";
		encode_quoted_printable(&leaf->body, text);
	} else {
		name = "base64";
		encode_base64_lines(&leaf->body, text);
	}
	buf_printf(&leaf->head, "Content-Transfer-Encoding: %s\r\n", name);
}

static void
leaf_text(struct leaf *leaf, const char *type, const char *text)
{
	struct buf crlf = {0};

	buf_printf(&leaf->head, "Content-Type: %s\r\n", type);
	put_crlf(&crlf, slice_of(text));
	leaf_encode(leaf, buf_view(&crlf));
	buf_free(&crlf);
}

static void
leaf_plain(struct leaf *leaf, const char *text)
{
	struct buf crlf = {0}, flowed = {0};

	buf_puts(&leaf->head,
	    "Content-Type: text/plain; charset=utf-8; format=flowed\r\n");
	put_crlf(&crlf, slice_of(text));
	flow_text(&flowed, buf_view(&crlf));
	leaf_encode(leaf, buf_view(&flowed));
	buf_free(&flowed);
	buf_free(&crlf);
}

static void
leaf_calendar(struct leaf *leaf, const struct draft *d)
{
	struct buf type = {0};

	buf_printf(&type, "text/calendar; charset=utf-8;\r\n method=%s",
	    d->calendar_method);
	leaf_text(leaf, type.p, d->calendar);
	buf_free(&type);
}

/* RFC 2231 sections 3 and 4: name in pieces, each percent-encoded. */
static void
put_name_pieces(struct buf *out, struct slice name)
{
	struct slice piece;
	int number;

	if (name.len <= NAME_PIECE) {
		buf_puts(out, ";\r\n filename*=UTF-8''");
		encode_percent(out, name);
		return;
	}
	for (number = 0; name.len > 0; number++) {
		piece = name;
		if (piece.len > NAME_PIECE)
			piece.len = NAME_PIECE;
		while (piece.len < name.len &&
		       ((unsigned char)name.p[piece.len] & 0xc0) == 0x80)
			piece.len--; /* no character is cut in two */
		buf_printf(out, ";\r\n filename*%d*=%s", number,
		    number == 0 ? "UTF-8''" : "");
		encode_percent(out, piece);
		name.p += piece.len;
		name.len -= piece.len;
	}
}

static void
put_disposition(struct buf *head, const char *name)
{
	buf_puts(head, "Content-Disposition: attachment");
	if (name != NULL && is_token(name, " .-_+()"))
		buf_printf(head, ";\r\n filename=\"%s\"", name);
	else if (name != NULL)
		put_name_pieces(head, slice_of(name));
	buf_puts(head, "\r\n");
}

/* Whether a mail can be enclosed as it is: 7 bits, lines not too long and none
 * that would become ">From ", line ends all alike, so that CRLF loses nothing. */
static bool
is_enclosable(struct slice mail)
{
	struct content_facts f = look(mail);
	size_t i, lf = 0, crlf = 0;

	for (i = 0; i < mail.len; i++)
		if (mail.p[i] == '\n') {
			lf++;
			crlf += i > 0 && mail.p[i - 1] == '\r';
		}
	return f.special == 0 && f.longest <= LINE_MOST && !f.from &&
	       (crlf == 0 || crlf == lf) && mail.len > 0 &&
	       mail.p[mail.len - 1] == '\n';
}

static void
leaf_mail(struct leaf *leaf, const struct attachment *a)
{
	struct buf name = {0};
	size_t len;

	buf_puts(&name, a->name == NULL ? "message" : a->name);
	len = name.len;
	if (len < 4 || strcmp(name.p + len - 4, ".eml") != 0)
		buf_puts(&name, ".eml");
	if (is_enclosable(a->bytes)) {
		buf_puts(&leaf->head, "Content-Type: message/rfc822\r\n");
		put_crlf(&leaf->body, a->bytes);
	} else {
		buf_puts(&leaf->head,
		    "Content-Type: application/octet-stream\r\n"
		    "Content-Transfer-Encoding: base64\r\n");
		encode_base64_lines(&leaf->body, a->bytes);
	}
	put_disposition(&leaf->head, name.p);
	buf_free(&name);
}

static void
leaf_attachment(struct leaf *leaf, const struct attachment *a)
{
	const char *type =
	    a->type == NULL ? "application/octet-stream" : a->type;

	if (strcmp(type, "message/rfc822") == 0) {
		leaf_mail(leaf, a);
		return;
	}
	buf_printf(&leaf->head,
	    "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n", type);
	put_disposition(&leaf->head, a->name);
	encode_base64_lines(&leaf->body, a->bytes);
}

/* The tree. */

static void
tree_make(struct tree *t, const struct draft *d)
{
	size_t i;

	leaf_plain(&t->alternative[t->alternatives++], d->text);
	if (d->html != NULL)
		leaf_text(&t->alternative[t->alternatives++],
		    "text/html; charset=utf-8", d->html);
	if (d->calendar != NULL)
		leaf_calendar(&t->alternative[t->alternatives++], d);
	t->attachments = d->attachment_count;
	t->attached = mem_alloc(t->attachments * sizeof(*t->attached));
	for (i = 0; i < t->attachments; i++) {
		t->attached[i] = (struct leaf){0};
		leaf_attachment(&t->attached[i], &d->attachments[i]);
	}
}

static void
leaf_free(struct leaf *leaf)
{
	buf_free(&leaf->head);
	buf_free(&leaf->body);
}

static void
tree_free(struct tree *t)
{
	size_t i;

	for (i = 0; i < t->alternatives; i++)
		leaf_free(&t->alternative[i]);
	for (i = 0; i < t->attachments; i++)
		leaf_free(&t->attached[i]);
	free(t->attached);
}

static bool
tree_contains(const struct tree *t, const char *needle)
{
	const struct leaf *leaf;
	size_t i;

	for (i = 0; i < t->alternatives + t->attachments; i++) {
		leaf = i < t->alternatives ? &t->alternative[i]
					   : &t->attached[i - t->alternatives];
		if (leaf->body.len > 0 && memmem(leaf->body.p, leaf->body.len,
					      needle, strlen(needle)) != NULL)
			return true;
	}
	return false;
}

/* "=_" is in no quoted-printable or base64 text; 7-bit text is looked
 * through, and the hash taken of the hash until it is not there. */
static void
tree_boundary(struct tree *t, const char *message_id)
{
	uint8_t hash[SHA256_SIZE];
	char hex[2 * BOUNDARY_HASH + 1];
	struct slice of = slice_of(message_id);

	do {
		sha256(of, hash);
		of = (struct slice){(const char *)hash, sizeof(hash)};
		hex_print(hash, BOUNDARY_HASH, hex);
		memcpy(t->boundary, "=_", 2);
		memcpy(t->boundary + 2, hex, sizeof(hex));
	} while (tree_contains(t, t->boundary));
}

static void
put_leaf(struct buf *out, const struct leaf *leaf)
{
	buf_slice(out, buf_view(&leaf->head));
	buf_puts(out, "\r\n");
	buf_slice(out, buf_view(&leaf->body));
}

/* kind: "alternative" or "mixed", whose first letter keeps the boundaries of
 * the two levels apart. */
static void
put_multipart(struct buf *out, const struct tree *t, const char *kind)
{
	buf_printf(out,
	    "Content-Type: multipart/%s;\r\n boundary=\"%s-%c\"\r\n", kind,
	    t->boundary, kind[0]);
}

static void
put_delimiter(
    struct buf *out, const struct tree *t, const char *kind, const char *after)
{
	buf_printf(out, "\r\n--%s-%c%s\r\n", t->boundary, kind[0], after);
}

static void
put_alternatives(struct buf *out, const struct tree *t)
{
	size_t i;

	if (t->alternatives == 1) {
		put_leaf(out, &t->alternative[0]);
		return;
	}
	put_multipart(out, t, "alternative");
	for (i = 0; i < t->alternatives; i++) {
		put_delimiter(out, t, "alternative", "");
		put_leaf(out, &t->alternative[i]);
	}
	put_delimiter(out, t, "alternative", "--");
}

static void
put_tree(struct buf *out, const struct tree *t)
{
	size_t i;

	if (t->attachments == 0) {
		put_alternatives(out, t);
		return;
	}
	put_multipart(out, t, "mixed");
	put_delimiter(out, t, "mixed", "");
	put_alternatives(out, t);
	for (i = 0; i < t->attachments; i++) {
		put_delimiter(out, t, "mixed", "");
		put_leaf(out, &t->attached[i]);
	}
	put_delimiter(out, t, "mixed", "--");
}

int
compose(const struct draft *d, struct buf *out, struct err *err)
{
	struct tree tree = {0};

	if (check(d, err) < 0)
		return err_prefix(err, "draft");
	tree_make(&tree, d);
	tree_boundary(&tree, d->message_id);
	put_header(out, d);
	put_tree(out, &tree);
	tree_free(&tree);
	return 0;
}

char *
compose_clean(struct arena *arena, const char *text)
{
	struct slice in =
	    charset_decode(arena, slice_of(text), slice_of("utf-8"), NULL);
	struct slice out = in;
	char *copy;
	size_t i;

	if (out.len > CLEAN_MOST)
		out.len = CLEAN_MOST;
	while (out.len > 0 && out.len < in.len &&
	       ((unsigned char)in.p[out.len] & 0xc0) == 0x80)
		out.len--;
	copy = slice_dup(arena, out);
	for (i = 0; i < out.len; i++)
		if ((unsigned char)copy[i] < ' ' || copy[i] == 0x7f)
			copy[i] = ' ';
	return copy;
}
