/*
 * See vouching.h.  Three hands, none of which has all: a confined reader sees
 * the mail and says whose keys are wanted; promised-lookup sees their names and
 * asks the DNS; the reader judges by the keys.  Here what they say is kept.
 */
#include <string.h>
#include <sysexits.h>

#include "base/datadir.h"
#include "base/log.h"
#include "cases/intake.h"
#include "cases/signature.h"
#include "mail/apart.h"
#include "mail/dkim.h"
#include "mail/resolver.h"
#include "vouching.h"

enum {
	SECONDS = 7 * 86400, /* since it came: later a key may be another's */
	MAILS_MOST = 200, /* in one pass */
	MAIL_BYTES = 32 << 20
};

struct vouching {
	struct run *run;
	struct arena *arena; /* of the mail in hand */
	struct arena *lasting; /* of the pass */
	struct apart *reader;
	struct resolver *resolver;
};

static int
ask_reader(struct vouching *v, const struct dkim_signer *keys, size_t n,
    struct slice mail, struct dkim_answer *answer, struct err *err)
{
	struct apart_job *job = apart_job(v->reader);
	struct buf question = {0};
	int rc;

	dkim_question(&question, keys, n, mail);
	job->in.len = question.len;
	job->in.p = buf_keep(&question, job->arena);
	apart_ask(v->reader, job, false);
	rc = apart_wait(v->reader, job, err);
	if (rc == 0)
		dkim_read_answer(v->arena, job->out, answer);
	apart_drop(v->reader, job);
	return rc;
}

/* 0; 1 when the DNS does not answer; -1. */
static int
find_keys(struct vouching *v, struct dkim_signer *signers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err e = {0};
		const char *text = NULL;
		int rc = resolver_txt(v->resolver, v->arena,
		    arena_printf(v->arena, "%s._domainkey.%s",
			signers[i].selector, signers[i].domain),
		    &text, &e);

		if (rc < 0 && e.code != EX_DATAERR) {
			log_warn("signatures are not checked: %s", e.text);
			return 1;
		}
		signers[i].key = rc == 1 ? text : "";
	}
	return 0;
}

static int
keep(struct vouching *v, int64_t message, const struct dkim_answer *answer,
    const struct dkim_signer *keys, struct err *err)
{
	struct run *run = v->run;
	struct signature_row row = {.message = message,
	    .verdict = answer->verdict == DKIM_PASS       ? "pass"
		       : answer->verdict == DKIM_UNSIGNED ? "unsigned"
							  : "fail",
	    .why = answer->why,
	    .checked = run->now.utc};

	if (answer->signers > 0) {
		row.domain = answer->signer[0].domain;
		row.selector = answer->signer[0].selector;
		for (size_t i = 0; i < answer->signers; i++)
			if (strcmp(keys[i].domain, row.domain) == 0 &&
			    strcmp(keys[i].selector, row.selector) == 0 &&
			    *keys[i].key != '\0')
				row.key = keys[i].key;
	}
	if (store_begin(run->store, err) != 0)
		return -1;
	if (signature_put(run->store, run->owner, &row, err) == 0 &&
	    store_commit(run->store, err) == 0)
		return 0;
	store_rollback(run->store);
	return -1;
}

/* 0; 1 when those after it would fare no better; -1. */
static int
check_one(struct vouching *v, int64_t message, struct err *err)
{
	struct dkim_answer answer = {
	    .verdict = DKIM_FAIL, .why = "it cannot be read"};
	struct dkim_signer keys[DKIM_SIGNERS_MOST];
	struct err e = {0};
	struct slice mail;
	size_t n;

	if (intake_raw(v->run->store, v->run->owner, message, v->arena, &mail,
		err) != 0)
		return -1;
	if (mail.len > MAIL_BYTES)
		answer.why = "it is too large";
	else if (ask_reader(v, NULL, 0, mail, &answer, &e) != 0)
		log_warn("mail %lld: %s", (long long)message, e.text);
	if (answer.verdict == DKIM_MISSING) {
		log_warn("signatures are not checked: libopendkim 11 is not "
			 "there (package libopendkim11)");
		return 1;
	}
	n = answer.signers;
	memcpy(keys, answer.signer, sizeof(keys));
	if (answer.verdict == DKIM_UNKNOWN) {
		if (find_keys(v, keys, n) != 0)
			return 1;
		if (ask_reader(v, keys, n, mail, &answer, &e) != 0)
			log_warn("mail %lld: %s", (long long)message, e.text);
		/* a reader that says something else the second time */
		if (answer.signers > n)
			answer.signers = n;
	} else {
		answer.signers = 0;
	}
	return keep(v, message, &answer, keys, err);
}

static void
vouching_open(struct vouching *v)
{
	static const char *const nothing[] = {NULL};

	v->reader = apart_open(dkim_judge, NULL, 1, APART_SECONDS, nothing);
	v->resolver =
	    resolver_open(datadir_program(v->lasting, "promised-lookup"),
		v->run->settings.resolver);
}

static void
vouching_close(struct vouching *v)
{
	apart_close(v->reader);
	resolver_close(v->resolver);
	arena_free(v->arena);
	arena_free(v->lasting);
}

/* Any answer will do, also that there is no such name. */
static int
ask_dns(struct vouching *v, struct err *err)
{
	const char *at = strrchr(v->run->settings.addresses.v[0], '@');
	const char *text, *server = v->run->settings.resolver;
	struct err e = {0};

	if (resolver_txt(v->resolver, v->arena,
		arena_printf(v->arena, "_dmarc.%s", at + 1), &text, &e) >= 0)
		return 0;
	return err_set(err, EX_CONFIG,
	    "%s (asked %s); check the network and resolver in [trust], or set "
	    "dkim = no",
	    e.text, server == NULL ? "the system's resolver" : server);
}

int
signatures_ready(struct run *run, struct err *err)
{
	struct vouching v = {
	    .run = run, .arena = arena_new(), .lasting = arena_new()};
	struct dkim_answer answer = {.verdict = DKIM_FAIL};
	int rc;

	vouching_open(&v);
	rc = ask_reader(
	    &v, NULL, 0, slice_of("Subject: none\n\n"), &answer, err);
	if (rc == 0 && answer.verdict == DKIM_MISSING)
		rc = err_set(err, EX_CONFIG,
		    "libopendkim 11 is not there; install it (package "
		    "libopendkim11), or set dkim = no in [trust]");
	if (rc == 0)
		rc = ask_dns(&v, err);
	vouching_close(&v);
	return rc;
}

int
signatures_check(struct run *run, struct err *err)
{
	struct vouching v = {
	    .run = run, .arena = arena_new(), .lasting = arena_new()};
	int64_t *messages;
	size_t n = 0;
	int rc = 0;

	if (run->settings.check_dkim && !run->options.dry_run)
		rc = signatures_unchecked(run->store, run->owner, v.lasting,
		    run->now.utc - SECONDS, MAILS_MOST, &messages, &n, err);
	if (n > 0)
		vouching_open(&v);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		arena_reset(v.arena);
		rc = check_one(&v, messages[i], err);
	}
	vouching_close(&v);
	return rc < 0 ? -1 : 0;
}
