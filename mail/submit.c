/*
 * See submit.h.
 *
 * The mail is accepted with the reply to "." and no sooner; a server must not
 * deliver what it has no end of (RFC 5321 section 4.1.1.4).  So the final dot
 * is a write of its own: whatever breaks before it has sent nothing, and
 * whatever breaks from it to the whole reply leaves the mail unknown (RFC
 * 1047).
 */
#include <stdio.h>
#include <string.h>

#include "mail/submit.h"

/* Seconds, RFC 5321 section 4.5.3.2. */
enum {
	MAIL_SECONDS = 300,
	RCPT_SECONDS = 300,
	DATA_SECONDS = 120,
	BLOCK_SECONDS = 180,
	DOT_SECONDS = 600,
	RSET_SECONDS = 10,
	LINE = 600 /* a command with two addresses' worth of room */
};

bool
submit_wire(struct slice mail, struct buf *out, bool *has_8bit)
{
	bool start = true;
	size_t i;

	*has_8bit = false;
	for (i = 0; i < mail.len; i++) {
		char c = mail.p[i];

		if (c == '\0')
			return false;
		*has_8bit |= (unsigned char)c >= 0x80;
		if (c == '\r' && i + 1 < mail.len && mail.p[i + 1] == '\n')
			continue;
		if (c == '\r' || c == '\n') {
			buf_puts(out, "\r\n");
			start = true;
			continue;
		}
		if (start && c == '.')
			buf_putc(out, '.');
		buf_putc(out, c);
		start = false;
	}
	if (!start)
		buf_puts(out, "\r\n");
	return true;
}

static int
seconds_of(const struct submit_mail *m, int seconds)
{
	return m->timeout > 0 && m->timeout < seconds ? m->timeout : seconds;
}

static struct submit_result
failed(enum smtp_why why, bool temporary, const char *text)
{
	struct submit_result r = {.verdict = SUBMIT_FAILED,
	    .temporary = temporary,
	    .answer = {.why = why}};

	snprintf(r.answer.text, sizeof(r.answer.text), "%s", text);
	return r;
}

static void
set_answer(
    struct submit_result *r, const char *about, const struct smtp_reply *reply)
{
	r->answer.code = reply->code;
	snprintf(r->answer.text, sizeof(r->answer.text), "%s%s%s", about,
	    about[0] == '\0' ? "" : ": ", reply->text);
}

/* The server's word; about: the recipient, or "". */
static struct submit_result
refused(struct smtp *s, const char *about, const struct smtp_reply *reply)
{
	bool is_word = reply->code >= 400;
	struct submit_result r = failed(
	    is_word ? SMTP_REFUSED : SMTP_PROTOCOL, reply->code < 500, "");

	set_answer(&r, about, reply);
	if (reply->code == 421 || !is_word)
		smtp_abandon(s);
	return r;
}

static struct submit_result
broken(const char *where)
{
	char text[100];

	snprintf(text, sizeof(text),
	    "the connection was lost, or no answer came, at %s", where);
	return failed(SMTP_NETWORK, true, text);
}

/* RFC 3461 section 4.4: xtext; an id of other characters is left out. */
static bool
is_envid(const char *id)
{
	return id[0] != '\0' && strlen(id) <= 64 &&
	       strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			  "0123456789.-") == strlen(id);
}

static void
print_mail_from(struct smtp *s, const struct submit_mail *m, size_t size,
    bool has_8bit, char *line, size_t room)
{
	size_t n;

	snprintf(line, room, "MAIL FROM:<%s>", m->from);
	n = strlen(line);
	if (smtp_offers(s, SMTP_SIZE))
		snprintf(line + n, room - n, " SIZE=%zu", size);
	n = strlen(line);
	if (has_8bit)
		snprintf(line + n, room - n, " BODY=8BITMIME");
	n = strlen(line);
	if (smtp_offers(s, SMTP_DSN) && is_envid(m->id))
		snprintf(line + n, room - n, " RET=HDRS ENVID=%s", m->id);
}

/* MAIL, each RCPT, DATA.  True when the server waits for the mail. */
static bool
envelope(struct smtp *s, const struct submit_mail *m, size_t size,
    bool has_8bit, struct submit_result *r)
{
	struct smtp_reply reply;
	char line[LINE];
	size_t i;

	print_mail_from(s, m, size, has_8bit, line, sizeof(line));
	if (smtp_command(s, line, &reply, seconds_of(m, MAIL_SECONDS)) < 0) {
		*r = broken("MAIL");
		r->stale = true;
		return false;
	}
	if (reply.code / 100 != 2) {
		*r = refused(s, "", &reply);
		r->stale = reply.code == 421;
		return false;
	}
	for (i = 0; i < m->to_count; i++) {
		snprintf(line, sizeof(line), "RCPT TO:<%s>%s", m->to[i],
		    smtp_offers(s, SMTP_DSN) && m->from[0] != '\0'
			? " NOTIFY=FAILURE,DELAY"
			: "");
		if (smtp_command(s, line, &reply, seconds_of(m, RCPT_SECONDS)) <
		    0)
			*r = broken("RCPT");
		else if (reply.code / 100 != 2)
			*r = refused(s, m->to[i], &reply);
		else
			continue;
		return false;
	}
	if (smtp_command(s, "DATA", &reply, seconds_of(m, DATA_SECONDS)) < 0)
		*r = broken("DATA");
	else if (reply.code != 354)
		*r = refused(s, "", &reply);
	else
		return true;
	return false;
}

/* The final dot and the answer to it. */
static struct submit_result
finish(struct smtp *s, const struct submit_mail *m)
{
	struct submit_result r = {
	    .verdict = SUBMIT_UNKNOWN, .answer = {.why = SMTP_NETWORK}};
	struct smtp_reply reply;

	if (smtp_command(s, ".", &reply, seconds_of(m, DOT_SECONDS)) < 0) {
		snprintf(r.answer.text, sizeof(r.answer.text),
		    "the mail was handed over, but no whole answer came");
		return r;
	}
	if (reply.code / 100 == 2) {
		r.verdict = SUBMIT_SENT;
		set_answer(&r, "", &reply);
	} else if (reply.code >= 400) {
		r = refused(s, "", &reply);
	} else {
		r.answer.why = SMTP_PROTOCOL;
		set_answer(&r, "an answer that is none", &reply);
		smtp_abandon(s);
	}
	return r;
}

struct submit_result
submit(struct smtp *s, const struct submit_mail *m)
{
	struct submit_result r;
	struct buf wire = {0};
	struct smtp_reply reply;
	bool has_8bit;

	if (!submit_wire(m->bytes, &wire, &has_8bit))
		r = failed(SMTP_MAIL, false, "the mail has a NUL byte");
	else if (has_8bit && !smtp_offers(s, SMTP_8BITMIME))
		r = failed(SMTP_MAIL, false,
		    "the mail has 8-bit text, which the server does not take");
	else if (!envelope(s, m, wire.len, has_8bit, &r)) {
		if (!smtp_is_lost(s) &&
		    smtp_command(s, "RSET", &reply, RSET_SECONDS) < 0)
			smtp_abandon(s);
	} else if (smtp_write(
		       s, buf_view(&wire), seconds_of(m, BLOCK_SECONDS)) < 0) {
		r = broken("the mail's text");
	} else if (m->handing(m->arg) < 0) {
		smtp_abandon(s);
		r = failed(SMTP_MAIL, true, "taken back before its end");
	} else {
		r = finish(s, m);
	}
	buf_free(&wire);
	return r;
}
