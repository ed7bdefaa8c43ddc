/* See deliver.h; here is what all kinds share, and the Maildir. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "mail/addr.h"
#include "mail/deliver.h"
#include "mail/deliver_kinds.h"
#include "mail/encode.h"
#include "mail/source.h"

struct delivery {
	const struct delivery_kind *kind;
	void *state;
	char answer[DELIVERY_ANSWER];
};

/* The Maildir. */

static void *
maildir_start(
    const struct delivery_settings *settings, const char *path, struct err *err)
{
	size_t size = strlen(path) + 1;

	(void)settings;
	if (size > 1)
		return memcpy(mem_alloc(size), path, size);
	err_set(err, EX_CONFIG, "maildir: the path is missing");
	return NULL;
}

/* The same mail has the same name, so that one that was put there before this
 * process or its predecessor was killed is not there twice. */
static void
name_file(const struct delivery_mail *m, char *name, size_t size)
{
	uint64_t hash =
	    0xcbf29ce484222325; /* FNV-1a; its Message-ID is in it */
	size_t i;

	for (i = 0; i < m->bytes.len; i++)
		hash = (hash ^ (unsigned char)m->bytes.p[i]) * 0x100000001b3;
	snprintf(name, size, "%s.%016" PRIx64 ".promised", m->id, hash);
}

static enum delivered
maildir_send(void *state, const struct delivery_mail *m,
    char answer[DELIVERY_ANSWER], struct err *err)
{
	struct buf lines = {0};
	char name[64];
	int rc = m->handing(m->arg, err);

	(void)answer;
	if (rc == 0) {
		encode_unix_lines(&lines, m->bytes);
		name_file(m, name, sizeof(name));
		rc = maildir_deliver(state, name, buf_view(&lines), err);
	}
	buf_free(&lines);
	if (rc > 0)
		return DELIVERED_UNKNOWN;
	return rc == 0 ? DELIVERED_SENT : DELIVERED_FAILED_TEMP;
}

static int
maildir_writable(void *state, struct err *err)
{
	return maildir_check(state, err);
}

static const struct delivery_kind kinds[] = {
    {"smtps://", deliver_smtp_open, deliver_smtp_send, deliver_smtp_check,
	deliver_smtp_close},
    {"smtp://", deliver_smtp_open, deliver_smtp_send, deliver_smtp_check,
	deliver_smtp_close},
    {"sendmail:", deliver_command_open, deliver_command_send,
	deliver_command_check, deliver_command_close},
    {"maildir:", maildir_start, maildir_send, maildir_writable, free},
};

struct delivery *
delivery_open(const struct delivery_settings *settings, struct err *err)
{
	const struct delivery_kind *kind = NULL;
	struct delivery *d;
	void *state;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (slice_starts(slice_of(settings->url), kinds[i].prefix))
			kind = &kinds[i];
	if (kind == NULL) {
		err_set(err, EX_CONFIG,
		    "%s: mail leaves by smtps://, smtp://, sendmail: or "
		    "maildir:",
		    settings->url);
		return NULL;
	}
	signal(SIGPIPE, SIG_IGN);
	state = kind->open(settings, settings->url + strlen(kind->prefix), err);
	if (state == NULL)
		return NULL;
	d = mem_alloc(sizeof(*d));
	*d = (struct delivery){.kind = kind, .state = state};
	return d;
}

/* Whatever the kind is, no address leaves that addr_fault() refuses. */
static int
check(const struct delivery_mail *m, struct err *err)
{
	const char *fault;
	size_t i;

	fault = m->from[0] == '\0' ? NULL : addr_fault(m->from);
	if (fault != NULL)
		return err_set(
		    err, EX_DATAERR, "the sender %s %s", m->from, fault);
	for (i = 0; i < m->to_count; i++)
		if ((fault = addr_fault(m->to[i])) != NULL)
			return err_set(err, EX_DATAERR, "the recipient %s %s",
			    m->to[i] == NULL ? "" : m->to[i], fault);
	if (m->to_count == 0)
		return err_set(err, EX_DATAERR, "there is no recipient");
	return 0;
}

enum delivered
delivery_send(
    struct delivery *d, const struct delivery_mail *m, struct err *err)
{
	d->answer[0] = '\0';
	if (check(m, err) < 0)
		return DELIVERED_FAILED;
	return d->kind->send(d->state, m, d->answer, err);
}

int
delivery_check(struct delivery *d, struct err *err)
{
	return d->kind->check(d->state, err);
}

const char *
delivery_answer(const struct delivery *d)
{
	return d->answer;
}

void
delivery_close(struct delivery *d)
{
	if (d == NULL)
		return;
	d->kind->close(d->state);
	free(d);
}
