/* Bytes to message: what a user would see of a mail, in its usual and unusual
 * forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "mail/read.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))
#define BAD "\xef\xbf\xbd"

static int
begin(void **state)
{
	*state = arena_new();
	return 0;
}

static int
end(void **state)
{
	arena_free(*state);
	return 0;
}

static struct message *
read_bytes(void **state, const char *bytes, size_t n)
{
	struct slice raw = {bytes, n};

	return message_read(*state, raw);
}

static struct message *
read_text(void **state, const char *text)
{
	return read_bytes(state, text, strlen(text));
}

static void
a_mail_by_the_book(void **state)
{
	struct message *m = read_text(state,
	    "From: \"Shah, Ann\" <Ann@ACME.example>\r\n"
	    "To: Dana <dana@postbox.example>, eve@postbox.example\r\n"
	    "Cc: archive@acme.example\r\n"
	    "Reply-To: help+7@acme.example\r\n"
	    "Subject: Your\r\n complaint\r\n"
	    "Date: Mon, 2 Mar 2026 10:15:00 +0100\r\n"
	    "Message-ID: <1@acme.example>\r\n"
	    "In-Reply-To: <0@postbox.example>\r\n"
	    "References: <a@b> <0@postbox.example>\r\n"
	    "X-Odd : yes\r\n"
	    "\r\n"
	    "We will reply by Friday.\r\n");
	char date[DATE_ROOM];

	assert_string_equal(m->from.name, "Shah, Ann");
	assert_string_equal(m->from.addr, "Ann@acme.example");
	assert_int_equal(m->to.n, 2);
	assert_string_equal(m->to.v[1].addr, "eve@postbox.example");
	assert_int_equal(m->cc.n, 1);
	assert_string_equal(m->reply_to.v[0].addr, "help+7@acme.example");
	assert_string_equal(m->subject, "Your complaint");
	assert_true(m->has_date);
	assert_string_equal(
	    moment_print(m->date, date), "2026-03-02T10:15:00+01:00");
	assert_string_equal(m->message_id, "1@acme.example");
	assert_int_equal(m->in_reply_to.n, 1);
	assert_int_equal(m->references.n, 2);
	assert_string_equal(m->references.v[1], "0@postbox.example");
	assert_string_equal(message_field(m, "x-odd"), "yes");
	assert_null(message_field(m, "X-None"));
	assert_string_equal(m->text, "We will reply by Friday.\n");
	assert_false(m->from_html);
	assert_int_equal(m->part_count, 0);
	assert_int_equal(m->faults.n, 0);
}

/* clang-format off */
/* The rest of a mail behind "From: a@b.example\n", and its text. */
static const struct {
	const char *mail, *text;
} texts[] = {
    /* nothing, no body, no header */
    {"", ""},
    {"\n", ""},
    {"\nHello.", "Hello."},
    /* transfer encodings */
    {"Content-Transfer-Encoding: quoted-printable\n\nAs pro=\nmised=2E \t\ncaf=c3=a9 =ZZ =\n", "As promised.\ncaf\xc3\xa9 =ZZ "},
    {"Content-Transfer-Encoding: quoted-printable\n\na=20\r\nb\r\n", "a \nb\n"},
    {"Content-Transfer-Encoding: BASE64\n\nSGVs\nbG8=\n", "Hello"},
    {"Content-Transfer-Encoding: base64\n\nSGVs*bG8\n", "Hello"},
    {"Content-Transfer-Encoding: base64\n\nSGU=bGxv\n", "Hello"},
    {"Content-Transfer-Encoding: base64\n\nSGVsbG8=\n_______\nA list, its footer\n", "Hello"},
    {"Content-Transfer-Encoding: base64\n\nThis is, in fact, no base64.\n", "This is, in fact, no base64.\n"},
    {"Content-Transfer-Encoding: \"base64\";\n\nSGVsbG8=\n", "Hello"},
    {"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n%2&5L;&\\\n`\nend\n", "Hello"},
    {"Content-Transfer-Encoding: x-unknown\n\nHello\n", "Hello\n"},
    /* charsets */
    {"Content-Type: text/plain; charset=iso-8859-1\n\ncaf\xe9\n", "caf\xc3\xa9\n"},
    {"\ncaf\xe9\n", "caf\xc3\xa9\n"},
    {"\n\xef\xbb\xbf" "Hello\n", "Hello\n"},
    {"Content-Type: text/html\n\n<meta charset=koi8-r><p>\xf0\xd2", "\xd0\x9f\xd1\x80\n"},
    /* line ends */
    {"\r\n\r\na\r\nb\rc\n", "\na\nb\nc\n"},
    /* RFC 3676 */
    {"Content-Type: text/plain; format=flowed\n\nWe will \nreply \nsoon.\n\nAnn\n-- \nAcme\n", "We will reply soon.\n\nAnn\n-- \nAcme\n"},
    {"Content-Type: text/plain; format=flowed; delsp=yes\n\nre \nfund\n", "refund\n"},
    {"Content-Type: text/plain; format=flowed\n\n> a \n> b\n>> c \n> d\n  stuffed\n", "> a b\n>> c \n> d\n stuffed\n"},
    {"Content-Type: text/plain\n\nnot \nflowed\n", "not \nflowed\n"},
    /* alternatives: the plain one, if it says something */
    {"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: text/html\n\n<p>rich\n--b--\n", "plain"},
    {"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>rich\n--b\nContent-Type: text/plain\n\nplain\n--b--\n", "plain"},
    {"Content-Type: multipart/alternative; boundary=b\n\n--b\n\n \n--b\nContent-Type: text/html\n\n<p>rich\n--b--\n", "rich\n"},
    {"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nPlease use an HTML reader.\n--b\nContent-Type: text/html\n\n"
     "<p>Dear Ms Hale, we have looked into your complaint and will refund the whole of the price within five working days, to your card.\n--b--\n",
     "Dear Ms Hale, we have looked into your complaint and will refund the whole of the price within five working days, to your card.\n"},
    {"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>rich\n--b--\n", "rich\n"},
    {"Content-Type: text/plain\n\n<!DOCTYPE html><html><p>rich</html>\n", "rich\n"},
    /* Apple Mail: texts around a file; a list's footer */
    {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Type: image/png\n\nx\n--b\n\ntwo\n--b--\n", "one\ntwo"},
    {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nplain\n--c\nContent-Type: text/html\n\n<p>rich\n--c--\n--b\n\nfooter\n--b--\n", "plain\nfooter"},
    {"Content-Type: multipart/signed; boundary=b\n\n--b\n\nsigned\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n", "signed"},
    /* attached text is no body, unless there is no other */
    {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbody\n--b\nContent-Disposition: attachment\n\nnotes\n--b--\n", "body"},
    {"Content-Type: text/plain; name=body.txt\n\nnamed\n", "named\n"},
    {"Content-Disposition: attachment; filename=a.txt\n\nalone\n", "alone\n"},
    /* boundaries */
    {"Content-Type: multipart/mixed; boundary=\"b\"\n\npreamble\n--b  \n\none --b\n --b\n--bb\n--b--\nepilogue\n", "one --b\n --b\n--bb"},
    {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\nno end\n", "one\nno end\n"},
    {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\nin\n--b\n\nout\n--b--\n", "in\nout"},
    {"Content-Type: multipart/mixed; boundary=b\n\nno part at all\n", "no part at all\n"},
    {"Content-Type: multipart/mixed\n\n--b\nContent-Type: text/plain\n\nguessed\n--b--\n", "guessed"},
    {"Content-Type: multipart/mixed; boundary*0=long; boundary*1=er\n\n--longer\n\none\n--longer--\n", "one"},
    {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n--b\n\nafter\n--b--\n", "after"},
    {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n\r\n--b--\r\n", "one\n"},
    /* unknown text is text, a type that is none too */
    {"Content-Type: text\n\nx\n", "x\n"},
    {"Content-Type: nonsense\n\nx\n", "x\n"},
    {"Content-Type: text/markdown\n\nx\n", "x\n"},
    /* sound and pictures are no text (RFC 2046 sections 4.2 and 4.3), also
     * when what stands there is none of their bytes (RFC 2045 section 6.8:
     * no base64) */
    {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Type: audio/basic\nContent-Transfer-Encoding: base64\n\n... the tune goes here ...\n--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n... the map goes here ...\n--b--\n", "one"},
    /* a line in the header that is no field: between two fields it is what a
     * gateway left of a folded one (RFC 5322 section 2.2.3), and no text,
     * though some readers show it as such */
    {"Subject: a\nthis line was wrapped\nX: y\n\nBody\n", "Body\n"},
    {"Subject: a\nDKIM-Signature: v=1; b=AAAA\nBBBB\nX: y\n\nBody\n", "Body\n"},
    {"Subject: a\nthe body begins here\nwithout an empty line\n", "the body begins here\nwithout an empty line\n"},
};
/* clang-format on */

static void
the_text_of_a_mail(void **state)
{
	for (size_t i = 0; i < ROWS(texts); i++) {
		struct buf b = {0};

		buf_puts(&b, "From: a@b.example\n");
		buf_puts(&b, texts[i].mail);
		assert_string_equal(
		    message_read(*state, buf_view(&b))->text, texts[i].text);
		buf_free(&b);
	}
}

static void
bytes_that_are_hardly_a_mail(void **state)
{
	assert_string_equal(read_bytes(state, NULL, 0)->text, "");
	assert_string_equal(read_text(state, "")->subject, "");
	assert_string_equal(
	    read_text(state, "Just words.\n")->text, "Just words.\n");
	assert_string_equal(read_text(state, "Subject: only")->subject, "only");
	assert_string_equal(read_text(state, "Subject: only")->text, "");
	/* Old Macs had CR alone. */
	assert_string_equal(
	    read_text(state, "Subject: mac\r\rold\rlines\r")->text,
	    "old\nlines\n");
}

static void
what_may_stand_before_the_header(void **state)
{
	static const char *const before[] = {"\xef\xbb\xbf", "\n\n",
	    "From ann@acme.example Mon Mar  2 10:15:00 2026\n",
	    ">From ann@acme.example Mon Mar  2 10:15:00 2026\n",
	    "\xef\xbb\xbf\r\nFrom x\r\n"};

	for (size_t i = 0; i < ROWS(before); i++) {
		struct buf b = {0};
		struct message *m;

		buf_printf(&b, "%sSubject: s\n\nb\n", before[i]);
		m = message_read(*state, buf_view(&b));
		assert_string_equal(m->subject, "s");
		assert_string_equal(m->text, "b\n");
		assert_true(message_plausible(buf_view(&b)));
		buf_free(&b);
	}
}

static void
what_is_plausibly_a_mail(void **state)
{
	(void)state;
	assert_true(message_plausible(slice_of("Subject: x\n\ny")));
	assert_true(message_plausible(slice_of("Received: x")));
	assert_false(message_plausible(slice_of("")));
	assert_false(message_plausible(slice_of("%PDF-1.4\n1 0 obj\n")));
	/* RFC 5322 section 3.6: a mail has a Date and a From at least. */
	assert_false(message_plausible(slice_of("Dear Ann,\nlook: here\n")));
	assert_false(message_plausible(slice_of("\n\nhello\n")));
}

static void
nul_bytes_are_shown(void **state)
{
	static const char mail[] = "Subject: a\0b\n\nc\0d\n";
	struct message *m = read_bytes(state, mail, sizeof(mail) - 1);

	assert_string_equal(m->subject, "a" BAD "b");
	assert_string_equal(m->text, "c" BAD "d\n");
}

static void
several_fields_of_a_name(void **state)
{
	struct message *m = read_text(state,
	    "From: one@a.example, two@a.example\nFrom: three@a.example\n"
	    "To: a@x.example\nTo: b@x.example\nSubject: first\n"
	    "Subject: second\n\n");

	assert_string_equal(m->from.addr, "one@a.example");
	assert_int_equal(m->to.n, 2);
	assert_string_equal(m->subject, "first");
	assert_int_equal(m->field_count, 6);
	assert_string_equal(m->fields[5].value, "second");
}

static void
parts_have_type_name_and_bytes(void **state)
{
	struct message *m = read_text(state,
	    "Content-Type: multipart/mixed; boundary=b\n\n"
	    "--b\n\nSee the files.\n"
	    "--b\nContent-Type: IMAGE/JPEG; name=\"old.jpg\"\n"
	    "Content-Disposition: attachment;\n"
	    " filename*=utf-8''caf%C3%A9%2F..%2Fx.jpg\n"
	    "Content-Transfer-Encoding: base64\n\n/9j/\n"
	    "--b\nContent-Type: text/plain; name=notes.txt\n"
	    "Content-Disposition: inline\n\nnotes\n"
	    "--b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n--b--\n");

	assert_string_equal(m->text, "See the files.");
	assert_int_equal(m->part_count, 3);
	assert_string_equal(m->parts[0].type, "image/jpeg");
	/* As the sender wrote it: a name to show, never a path to use. */
	assert_string_equal(m->parts[0].name, "caf\xc3\xa9/../x.jpg");
	assert_int_equal(m->parts[0].bytes.len, 3);
	assert_memory_equal(m->parts[0].bytes.p, "\xff\xd8\xff", 3);
	assert_string_equal(m->parts[1].name, "notes.txt");
	assert_true(slice_is(m->parts[1].bytes, "notes"));
	assert_string_equal(m->parts[2].type, "text/calendar");
	assert_null(m->parts[2].name);
}

static void
a_mail_that_is_no_text_is_a_part(void **state)
{
	struct message *m = read_text(state,
	    "Subject: scan\nContent-Type: application/pdf; name=scan.pdf\n"
	    "Content-Transfer-Encoding: base64\n\nJVBERg==\n");

	assert_string_equal(m->text, "");
	assert_int_equal(m->part_count, 1);
	assert_true(slice_is(m->parts[0].bytes, "%PDF"));
}

static void
pictures_of_the_html_are_parts(void **state)
{
	struct message *m = read_text(state,
	    "Content-Type: multipart/alternative; boundary=a\n\n"
	    "--a\n\nplain\n"
	    "--a\nContent-Type: multipart/related; boundary=r\n\n"
	    "--r\nContent-Type: text/html\n\n<p>rich<img src=\"cid:1\">\n"
	    "--r\nContent-Type: image/png\nContent-ID: <1>\n\nx\n--r--\n"
	    "--a--\n");

	assert_string_equal(m->text, "plain");
	assert_int_equal(m->part_count, 1);
	assert_string_equal(m->parts[0].type, "image/png");
}

/* Four ways to enclose a mail. */
static void
enclosed_mails_are_kept_whole(void **state)
{
	static const char *const ways[] = {
	    "Content-Type: message/rfc822\n\nSubject: inner\n\ntext\n",
	    "Content-Type: message/rfc822\n"
	    "Content-Transfer-Encoding: base64\n\n"
	    "U3ViamVjdDogaW5uZXIKCnRleHQK\n",
	    "Content-Type: application/octet-stream; name=a.EML\n"
	    "Content-Transfer-Encoding: base64\n\n"
	    "U3ViamVjdDogaW5uZXIKCnRleHQK\n",
	    "Content-Type: application/x-any\n"
	    "Content-Disposition: attachment; filename=\"a.eml\"\n\n"
	    "Subject: inner\n\ntext\n"};

	for (size_t i = 0; i < ROWS(ways); i++) {
		struct message *m, *inner;
		struct buf b = {0};

		buf_printf(&b,
		    "Subject: Fwd\nContent-Type: multipart/mixed; boundary=b\n"
		    "\n--b\n\nsee\n--b\n%s\n--b--\n",
		    ways[i]);
		m = message_read(*state, buf_view(&b));
		assert_string_equal(m->text, "see");
		assert_int_equal(m->part_count, 0);
		assert_int_equal(m->enclosed_count, 1);
		inner = message_read(*state, m->enclosed[0]);
		assert_string_equal(inner->subject, "inner");
		assert_string_equal(inner->text, "text\n");
		buf_free(&b);
	}
}

static void
an_enclosed_mail_may_have_parts(void **state)
{
	struct message *m = read_text(state,
	    "Content-Type: multipart/mixed; boundary=b\n\n"
	    "--b\nContent-Type: message/rfc822\n\n"
	    "Content-Type: multipart/mixed; boundary=i\n\n"
	    "--i\n\ninner\n--i\nContent-Type: image/png\n\nx\n--i--\n"
	    "--b\n\nouter\n--b--\n");
	struct message *inner;

	assert_string_equal(m->text, "outer");
	assert_int_equal(m->part_count, 0);
	assert_int_equal(m->enclosed_count, 1);
	inner = message_read(*state, m->enclosed[0]);
	assert_string_equal(inner->text, "inner");
	assert_int_equal(inner->part_count, 1);
}

static void
digests_enclose_by_default(void **state)
{
	struct message *m = read_text(state,
	    "Content-Type: multipart/digest; boundary=b\n\n"
	    "--b\n\nSubject: one\n\n1\n--b\n\nSubject: two\n\n2\n--b--\n");

	assert_int_equal(m->enclosed_count, 2);
	assert_string_equal(
	    message_read(*state, m->enclosed[1])->subject, "two");
}

static void
what_is_named_eml_but_is_none_is_a_part(void **state)
{
	struct message *m = read_text(state,
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee\n"
	    "--b\nContent-Type: application/octet-stream; name=a.eml\n\n"
	    "not a mail\n--b--\n");

	assert_int_equal(m->enclosed_count, 0);
	assert_int_equal(m->part_count, 1);
}

static void
what_cannot_be_read_is_told(void **state)
{
	struct message *m = read_text(
	    state, "Content-Type: text/plain; charset=x-klingon\n\ntext\n");

	assert_string_equal(m->text, "text\n");
	assert_int_equal(m->faults.n, 1);
	assert_non_null(strstr(m->faults.v[0], "x-klingon"));
	m = read_text(state,
	    "Content-Type: multipart/encrypted; boundary=b\n\n"
	    "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n"
	    "--b\nContent-Type: application/octet-stream\n\nx\n--b--\n");
	assert_int_equal(m->faults.n, 1);
	assert_non_null(strstr(m->faults.v[0], "encrypted"));
	assert_int_equal(m->part_count, 2);
}

static void
html_is_said_to_be_html(void **state)
{
	struct message *m =
	    read_text(state, "Content-Type: text/html; charset=iso-8859-1\n"
			     "Content-Transfer-Encoding: quoted-printable\n\n"
			     "<p>We=92ll refund =A35 by <b>Friday</b>.</p>\n");

	assert_true(m->from_html);
	assert_string_equal(m->text, "We\xe2\x80\x99ll refund \xc2\xa3"
				     "5 by Friday.\n");
}

static void
assert_texts(void **state, const char *raw, size_t n, const char *const *want)
{
	struct strings found;
	size_t i;

	message_texts(*state, slice_of(raw), &found);
	assert_int_equal(found.n, n);
	for (i = 0; i < n; i++)
		assert_string_equal(found.v[i], want[i]);
}

static void
the_texts_beside_the_body_are_found(void **state)
{
	static const char *const other[] = {"by Friday\n"};
	static const char *const file[] = {"a,b"};
	static const char *const mails[] = {"Look.", "We will pay."};

	assert_texts(state,
	    "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n"
	    "by Monday\n--b\nContent-Type: text/html\n\n<p>by Friday\n--b--\n",
	    1, other);
	/* the same in both halves */
	assert_texts(state,
	    "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n"
	    "by\nFriday\n--b\nContent-Type: text/html\n\n<p>by Friday\n--b--\n",
	    0, NULL);
	assert_texts(state,
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n"
	    "--b\nContent-Type: text/csv; name=a.csv\n\na,b\n--b--\n",
	    1, file);
	assert_texts(state,
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n"
	    "Content-Type: message/rfc822\n\n"
	    "From: b@b.example\n"
	    "Content-Type: multipart/mixed; boundary=c\n\n--c\n\nLook.\n--c\n"
	    "Content-Type: message/rfc822\n\n"
	    "From: c@c.example\n\nWe will pay.\n--c--\n--b--\n",
	    2, mails);
}

static void
what_is_attached_is_left_when_nobody_asks(void **state)
{
	static const char mail[] =
	    "Content-Type: multipart/mixed; boundary=b\n\n"
	    "--b\nContent-Type: text/plain\n\nSee below.\n"
	    "--b\nContent-Type: image/png; name=a.png\n"
	    "Content-Transfer-Encoding: base64\n\nAAECAw==\n"
	    "--b\nContent-Type: application/octet-stream; name=b.eml\n"
	    "Content-Transfer-Encoding: base64\n\n"
	    "U3ViamVjdDogaW5uZXIKCng=\n--b--\n";
	struct message *all = message_read(*state, slice_of(mail)),
		       *some = message_skim(*state, slice_of(mail));

	assert_string_equal(some->text, all->text);
	assert_int_equal(some->part_count, 1);
	assert_string_equal(some->parts[0].type, "image/png");
	assert_string_equal(some->parts[0].name, "a.png");
	assert_int_equal(all->parts[0].bytes.len, 4);
	assert_int_equal(some->parts[0].bytes.len, 0);
	assert_int_equal(some->enclosed_count, 1);
	assert_true(slice_is(some->enclosed[0], "Subject: inner\n\nx"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(a_mail_by_the_book),
	    TEST(the_text_of_a_mail),
	    TEST(bytes_that_are_hardly_a_mail),
	    TEST(what_may_stand_before_the_header),
	    TEST(what_is_plausibly_a_mail),
	    TEST(nul_bytes_are_shown),
	    TEST(several_fields_of_a_name),
	    TEST(parts_have_type_name_and_bytes),
	    TEST(a_mail_that_is_no_text_is_a_part),
	    TEST(pictures_of_the_html_are_parts),
	    TEST(enclosed_mails_are_kept_whole),
	    TEST(an_enclosed_mail_may_have_parts),
	    TEST(digests_enclose_by_default),
	    TEST(what_is_named_eml_but_is_none_is_a_part),
	    TEST(what_cannot_be_read_is_told),
	    TEST(html_is_said_to_be_html),
	    TEST(the_texts_beside_the_body_are_found),
	    TEST(what_is_attached_is_left_when_nobody_asks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
